"""Indicators from the journal, and from what its past days add up to."""
