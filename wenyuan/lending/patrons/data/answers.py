"""What the room answers: frozen values in which numbers and phones are masked."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from wenyuan.kernel.identity import TokenKind
from wenyuan.lending.patrons.data.asked import Holder


@dataclass(frozen=True, slots=True)
class Registration:
    """The new patron and the readable number of their card."""

    patron_id: int
    card_no: str


@dataclass(frozen=True, slots=True)
class CategoryFacts:
    """A kind of reader. ``min_age`` and ``max_age`` are full years, both included; below ``guardian_age`` a guardian is
    needed, beside the law's 14; ``guardian_in_order``: one of the guardians must hold a card that is in order."""

    id: int
    code: str
    name_zh: str
    name_en: str
    min_age: int | None
    max_age: int | None
    guardian_required: bool
    months_valid: int
    holder: Holder = Holder.PERSON
    guardian_age: int | None = None
    guardian_in_order: bool = False

    @property
    def is_institution(self) -> bool:
        return self.holder is Holder.INSTITUTION

    def name(self, language: str) -> str:
        """The name in Chinese, or in English where ``language`` begins with ``en``."""
        return self.name_en if language.startswith("en") else self.name_zh


@dataclass(frozen=True, slots=True, kw_only=True)
class PatronView:
    """A patron as pages show one: number and phone are masked already; ``masked_name`` is for screens others see.

    ``card_no`` is the newest card in use, empty if none is. A mask is empty where there is nothing to mask.
    ``merged_into_id`` is the record that a second one of the same person leads to.
    """

    id: int
    name: str
    masked_name: str
    card_no: str
    category_id: int
    category: str
    home_branch_id: int
    status: str
    suspended_until: date | None
    status_reason: str
    registered_date: date
    expires_date: date | None
    birth_date: date | None
    gender: str
    number_form: str
    number_mask: str
    no_number_reason: str
    phone_mask: str
    has_address: bool
    has_email: bool
    has_pin: bool
    pin_locked_until: datetime | None
    roster_id: int | None
    keep_history: bool
    note: str
    version: int
    merged_into_id: int | None = None
    verified_date: date | None = None


@dataclass(frozen=True, slots=True)
class ScannedPatron:
    """Whose token was shown, and how that token stands (``models.TokenStatus``). ``pin_set_at`` is since when the PIN
    stands by which somebody was let in; of a scan alone nothing."""

    patron: PatronView
    token_id: int
    token_kind: TokenKind
    token_status: str
    pin_set_at: datetime | None = None


class MatchedBy(StrEnum):
    """What of a patron a search text met, the surest first."""

    TOKEN = "token"  # noqa: S105 - a code
    NUMBER = "number"
    PHONE = "phone"
    NAME = "name"
    PINYIN = "pinyin"
    INITIALS = "initials"
    PHONE_TAIL = "phone_tail"
    NAME_BEGINS = "name_begins"
    PINYIN_BEGINS = "pinyin_begins"
    GUARDIAN_PHONE_TAIL = "guardian_phone_tail"


@dataclass(frozen=True, slots=True)
class FoundPatron:
    """A patron and why the search found them."""

    patron: PatronView
    matched_by: MatchedBy


@dataclass(frozen=True, slots=True)
class PatronPage:
    """Patrons found, the surest first; ``more`` when another page follows."""

    found: tuple[FoundPatron, ...]
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenView:
    """A token as shown: ``shown`` is the library's own card number, or the mask of anything else."""

    id: int
    kind: TokenKind
    shown: str
    status: str
    issued_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardianView:
    """Who answers for a child; ``patron_id`` where the guardian is a patron too."""

    id: int
    child_id: int
    patron_id: int | None
    name: str
    masked_name: str
    relation: str
    phone_mask: str
    number_mask: str
    since: date
    until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentView:
    """One consent, given and perhaps withdrawn; ``guardian`` names who gave it for a child, where that is known."""

    purpose: str
    notice_version: str
    given_by: str
    given_at: datetime
    withdrawn_at: datetime | None
    guardian: str = ""


class ComingOfAge(StrEnum):
    """What an age brings."""

    OWN_CONSENT = "own_consent"  # 14: the child consents alone, and the guardian's consent no longer carries
    MAJORITY = "majority"  # 18: nobody answers for them any more


@dataclass(frozen=True, slots=True)
class ChildOfAge:
    """A patron who has reached an age, or will by ``day``, and is still on record as younger."""

    patron: PatronView
    reached: ComingOfAge
    day: date


@dataclass(frozen=True, slots=True)
class ComingOfAgePage:
    """Patrons who come of age, who did so first at the top; ``more`` when another page follows."""

    children: tuple[ChildOfAge, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class RosterFacts:
    """A class list and how many patrons came with it."""

    id: int
    school: str
    name: str
    home_branch_id: int
    patrons: int


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a name is typed: pinyin without blanks, initials, and both once more for a surname with two readings."""

    pinyin: str
    initials: str
    other_pinyin: str = ""
    other_initials: str = ""


@dataclass(frozen=True, slots=True)
class EnrolledChild:
    """A row of the list and its patron; ``new`` unless the patron was there before."""

    line: int
    patron_id: int
    card_no: str
    new: bool


@dataclass(frozen=True, slots=True)
class RosterReceipt:
    """The class list and its children, in the order of the rows."""

    roster_id: int
    children: tuple[EnrolledChild, ...] = field(default=())

    @property
    def count_new(self) -> int:
        return sum(child.new for child in self.children)


@dataclass(frozen=True, slots=True)
class KeyRotation:
    """How far a rotation has come: rows sealed anew in this call, and rows still under an older key."""

    sealed: int
    remaining: int
