"""Other programs over REST: what machines and readers' applications may do, in JSON."""
