"""Indicators straight from the journal."""
