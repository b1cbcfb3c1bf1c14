"""Rollups: what each past day and month comes to, so that a year is not counted entry by entry."""
