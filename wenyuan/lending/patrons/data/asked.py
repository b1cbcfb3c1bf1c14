"""What the room is asked: applications, changes, and the codes they use."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from wenyuan.kernel.identity import ByteOrder, Gender, IdentityForm, TokenKind, UidBase
from wenyuan.lending.patrons.data.standing import OnBehalf

NOTICE_VERSION: Final = "2026-1"
"""The notice on personal data that a reader agrees to. Its words stand at the desk (``workbench/patrons/notice.html``)
and at the portal (``portal/privacy.html``); a change of them is a new version: consents name that under which they were
given."""


class NoNumberReason(StrEnum):
    """Why a patron stands without an identity number. ``ERASED`` is the room's own."""

    CHILD = "child"
    NOT_ISSUED = "not_issued"
    LOST = "lost"
    NOT_SHOWN = "not_shown"
    ORGANISATION = "organisation"
    ERASED = "erased"


class Holder(StrEnum):
    """Who holds a card of a category."""

    PERSON = "person"
    INSTITUTION = "institution"  # 集体证: a school class, an office, a reading room of a factory


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryRules:
    """What a kind of reader asks for: ages in full years, both included; ``months_valid`` 0 has no end."""

    name_zh: str
    name_en: str
    holder: Holder = Holder.PERSON
    min_age: int | None = None
    max_age: int | None = None
    guardian_required: bool = False
    guardian_age: int | None = None
    guardian_in_order: bool = False
    months_valid: int = 36


class Relation(StrEnum):
    """What a guardian is to the child; ``RESPONSIBLE`` is who answers for an institution."""

    FATHER = "father"
    MOTHER = "mother"
    GRANDPARENT = "grandparent"
    RELATIVE = "relative"
    OTHER = "other"
    RESPONSIBLE = "responsible"


class ConsentPurpose(StrEnum):
    """What a consent is for."""

    REGISTRATION = "registration"
    HISTORY = "history"
    NOTICES = "notices"


class GivenBy(StrEnum):
    """Who consented: a child under 14 cannot (PIPL art. 31)."""

    SELF = "self"
    GUARDIAN = "guardian"


class PersonalField(StrEnum):
    """What a reveal may show in full."""

    NUMBER = "number"
    PHONE = "phone"
    ADDRESS = "address"
    EMAIL = "email"


class Way(StrEnum):
    """How a patron came into the house; the journal's entry of a first card says it."""

    DESK = "desk"
    FIRST_SWIPE = "first_swipe"
    ROSTER = "roster"


@dataclass(frozen=True, slots=True, repr=False)
class NumberInput:
    """An identity number as typed or read; a passport or travel permit must say its ``form``."""

    text: str
    form: IdentityForm | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class GuardianInput:
    """A guardian: an existing patron by id, or a name with what is known. A phone is never required."""

    relation: Relation
    patron_id: int | None = None
    name: str = ""
    phone: str | None = None
    number: NumberInput | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class TokenInput:
    """Something a patron will show. ``uid_base`` and ``byte_order`` are those of the reader that gave a UID."""

    kind: TokenKind
    text: str
    uid_base: UidBase = UidBase.HEX
    byte_order: ByteOrder = ByteOrder.MSB_FIRST


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentInput:
    """Consent to registration under a version of the notice, and perhaps to other purposes (never bundled)."""

    notice_version: str
    given_by: GivenBy = GivenBy.SELF
    also: frozenset[ConsentPurpose] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class NewPatron:
    """An application for a card. ``category`` is its code. Birth date and gender follow from the number where it
    states them. Without ``card_no`` the library numbers the card itself. ``somebody_else``: records that look like this
    person's were looked at, and are another's. ``behalf`` is who applies for them (代办).
    ``pre_registration``: the number under which they had told it before, and which ends with it."""

    name: str
    category: str
    home_branch_id: int
    consent: ConsentInput | None
    number: NumberInput | None = None
    no_number_reason: NoNumberReason | None = None
    birth_date: date | None = None
    gender: Gender | None = None
    phone: str | None = None
    address: str | None = None
    email: str | None = None
    guardians: tuple[GuardianInput, ...] = ()
    roster_id: int | None = None
    card_no: str | None = None
    tokens: tuple[TokenInput, ...] = ()
    pin: str | None = None
    somebody_else: bool = False
    behalf: OnBehalf | None = None
    pre_registration: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PatronChange:
    """What shall be otherwise. None leaves a value alone; an empty text removes phone, address, email or note."""

    name: str | None = None
    pinyin: str | None = None
    phone: str | None = None
    address: str | None = None
    email: str | None = None
    category: str | None = None
    home_branch_id: int | None = None
    expires_date: date | None = None
    birth_date: date | None = None
    gender: Gender | None = None
    number: NumberInput | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RosterRow:
    """One child of a class list, as the file has it. ``line`` is the row of the sheet, counted from 1."""

    line: int
    name: str = ""
    gender: str = ""
    birth_date: str = ""
    number: str = ""
    no_number_reason: str = ""
    guardian_name: str = ""
    relation: str = ""
    guardian_phone: str = ""
    card_no: str = ""
