"""What readers wish for and say."""
