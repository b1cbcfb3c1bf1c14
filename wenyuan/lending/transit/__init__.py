"""Items on their way between branches."""
