"""Messages to people: what is said, by which way, when, and what became of it."""
