"""How often somebody may ask: buckets that fill again with time.

They are kept in the process, so with two web processes (``wenyuan up``) twice as much gets through, and a restart
forgets them. That is enough against a program that has run wild; guessing a PIN is stopped in the database.
"""

from typing import Final

from wenyuan.plumbing.buckets import Buckets, Rate

ADDRESSES: Final = Buckets(Rate(burst=600, per_second=100))
"""All requests of an address, before anything else is looked at. A whole library may stand behind one."""
TOKENS: Final = Buckets(Rate(burst=120, per_second=20))
"""Requests with one application token."""
READERS: Final = Buckets(Rate(burst=30, per_second=2))
"""Requests of one reader."""
COUNTERS: Final = Buckets(Rate(burst=60, per_second=1))
"""Requests of one gate counter; after a night without a line it sends what it has kept."""
BAD_TOKENS: Final = Buckets(Rate(burst=30, per_second=1))
"""Tokens that open nothing, by address."""
BAD_SIGN_INS: Final = Buckets(Rate(burst=60, per_second=1 / 6))
"""Readers who could not sign in, by application token: one easy PIN tried on many cards locks none of them."""

ALL: Final = (ADDRESSES, TOKENS, READERS, COUNTERS, BAD_TOKENS, BAD_SIGN_INS)
