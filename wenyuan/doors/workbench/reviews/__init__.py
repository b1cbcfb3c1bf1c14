"""What readers say of works, looked at by staff before it is shown."""
