"""The wenyuan command."""
