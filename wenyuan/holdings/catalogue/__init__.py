"""Bib records, items, call numbers and their import."""
