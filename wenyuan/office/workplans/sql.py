"""Hand-written statements of the work plan. Own tables: none is read here."""

PLANS_LOCK = 7107
"""First key of the advisory locks of plans: with a year, held by whoever adds a goal to it."""

HOLD_PLANS = "SELECT pg_advisory_xact_lock(%(lock)s, %(year)s)"
