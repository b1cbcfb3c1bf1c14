"""Restrictions (停借): what keeps a patron from borrowing, and acts that somebody else did for them (代办)."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class RestrictionKind(StrEnum):
    """How a restriction comes to an end."""

    MANUAL = "manual"  # 人工停借: a decision of staff, to its day or until lifted
    OVERDUES = "overdues"  # 逾期未还: while things are overdue, or until lifted
    SUSPENSION = "suspension"  # 逾期停借: days served after a late return
    DISCHARGE = "discharge"  # 退证办理中: the patron is leaving, and only returns and settles


class RestrictionCause(StrEnum):
    """Why it was set, as a code; the reason in words stands beside it."""

    READER_WISH = "reader_wish"  # 暂停: the reader asked for it
    CARD_CHECKED = "card_checked"  # the card or the person behind it is being looked into
    MONEY = "money"  # something is owed
    CONDUCT = "conduct"
    OVERDUE = "overdue"
    LEAVING = "leaving"
    OTHER = "other"


CAUSE_OF_KIND = {
    RestrictionKind.MANUAL: RestrictionCause.OTHER,
    RestrictionKind.OVERDUES: RestrictionCause.OVERDUE,
    RestrictionKind.SUSPENSION: RestrictionCause.OVERDUE,
    RestrictionKind.DISCHARGE: RestrictionCause.LEAVING,
}
"""The cause where none is named."""


@dataclass(frozen=True, slots=True)
class About:
    """What a restriction is about, a loan above all: one thing restricts a patron once, however often it is told."""

    kind: str
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictionView:
    """One restriction with who and when. ``until`` is its last day, none until it is lifted.

    ``ended_at`` says since when it no longer counts; ``ended_by_id`` is none where its days ran out. Account ids are
    none where no person acted.
    """

    id: int
    patron_id: int
    kind: RestrictionKind
    cause: RestrictionCause
    reason: str
    from_date: date
    until: date | None
    set_at: datetime
    set_by_id: int | None
    branch_id: int
    ended_at: datetime | None
    ended_by_id: int | None
    end_reason: str

    def holds_on(self, day: date) -> bool:
        """Whether it keeps the patron from borrowing on that day."""
        return self.ended_at is None and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class RestrictionPage:
    """Restrictions, the newest first; ``more`` when another page follows."""

    rows: tuple[RestrictionView, ...]
    more: bool


class ProxyRelation(StrEnum):
    """What the person at the desk is to the patron they act for."""

    SPOUSE = "spouse"
    CHILD = "child"
    PARENT = "parent"
    RELATIVE = "relative"
    CARER = "carer"
    SCHOOL = "school"
    WORKPLACE = "workplace"
    OTHER = "other"


class DocumentSeen(StrEnum):
    """What was shown, of the patron or of who acts for them."""

    IDENTITY_CARD = "identity_card"
    HOUSEHOLD_REGISTER = "household_register"  # 户口簿
    PASSPORT = "passport"
    SOCIAL_SECURITY_CARD = "social_security_card"
    STUDENT_CARD = "student_card"
    LETTER = "letter"  # 委托书 or 介绍信
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class OnBehalf:
    """代办: who does it for the patron, what they are to them, and the document of theirs that was seen.

    Of ``document_no`` the last four are kept.
    """

    name: str
    relation: ProxyRelation
    document: DocumentSeen
    document_no: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyView:
    """An act that somebody else did for the patron; the name is masked. ``act`` is the journal's kind."""

    id: int
    patron_id: int
    act: str
    at: datetime
    account_id: int | None
    masked_name: str
    relation: ProxyRelation
    document: DocumentSeen
    document_mask: str
