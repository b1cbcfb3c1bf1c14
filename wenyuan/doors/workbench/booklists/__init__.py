"""Booklists at the workbench: making them, choosing their works, saying when readers see them."""
