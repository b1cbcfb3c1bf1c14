"""What is asked and answered about readers of an old system."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from wenyuan.kernel.identity import Gender, IdentityForm


class PastStanding(StrEnum):
    """How a reader stood in the old system."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    LOST = "lost"  # the card was reported lost
    LEFT = "left"  # 退证: not taken over, since nothing asks for their data any more


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PastPatronInput:
    """A reader of an old system. ``key`` is that system's own; category, branch and relation are codes of ours."""

    key: str
    name: str
    category: str
    branch: str
    card_no: str = ""
    number: str = ""
    number_form: IdentityForm | None = None
    birth_date: date | None = None
    gender: Gender | None = None
    phone: str = ""
    address: str = ""
    email: str = ""
    registered_date: date | None = None
    expires_date: date | None = None
    standing: PastStanding = PastStanding.ACTIVE
    guardian_name: str = ""
    guardian_relation: str = "other"
    guardian_phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastTerms:
    """What holds for all readers of an old system. ``notice_version``: the notice under which they agreed there.
    ``bad_numbers_left_out``: who has a dead identity number comes in without one, rather than not at all."""

    notice_version: str
    bad_numbers_left_out: bool = False


@dataclass(frozen=True, slots=True)
class RecardRow:
    """A reader whose card is to be replaced: the number that counts now, and the one that is printed on it."""

    id: int
    patron_id: int
    name: str
    temporary: str
    former_card: str
    branch_id: int
    system: str
