"""What readers are recommended."""
