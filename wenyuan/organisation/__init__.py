"""Who and where the library is, and the journal of what happened."""
