"""Suggestions to buy at the workbench: what readers wish, and what is answered."""
