"""How often somebody may try to sign in: buckets that fill again with time, kept in the process.

Guessing one reader's PIN is stopped in the database, at every door. These keep a stranger from trying one PIN on many
cards, and from locking somebody out again and again.
"""

from typing import Final

from wenyuan.plumbing.buckets import Buckets, Rate

BAD_SIGN_INS: Final = Buckets(Rate(burst=30, per_second=1 / 20))
"""Sign-ins that failed, by address. A whole school may stand behind one."""
BAD_PINS: Final = Buckets(Rate(burst=2, per_second=1 / 1800))
"""The same by address and reader, and then one in half an hour: so few that all web processes together let less through
at once than lock the PIN. A good sign-in fills it again, as it ends the count of wrong PINs."""

ALL: Final = (BAD_SIGN_INS, BAD_PINS)
