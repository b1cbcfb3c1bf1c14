"""Readers and what they borrow."""
