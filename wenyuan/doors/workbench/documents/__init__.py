"""Kept work summaries at the workbench."""
