"""Hand-written statements of closed months."""

CLOSING_LOCK = 7_411
"""Advisory lock under which months are closed and adjusted, one at a time: who waited sees what the other wrote."""

HOLD = "SELECT pg_advisory_xact_lock(%(lock)s)"
