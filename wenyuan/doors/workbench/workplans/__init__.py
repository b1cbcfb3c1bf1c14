"""The work plan at the workbench."""
