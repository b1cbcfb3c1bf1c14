"""Who may do what, from where, and the audit of what was done with it."""
