"""Visits counted by service point and day."""
