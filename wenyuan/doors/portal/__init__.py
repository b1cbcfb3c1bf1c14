"""The readers' web pages."""
