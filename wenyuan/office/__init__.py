"""What the library reports: figures and, later, publicity and the workplace."""
