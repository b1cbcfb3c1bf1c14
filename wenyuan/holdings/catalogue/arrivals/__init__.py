"""What came into the catalogue last, of a branch or class too, and the whole of it for search engines."""
