"""Holds: what to fetch, what stands on the hold shelf, the queue of a title, a reader's holds."""
