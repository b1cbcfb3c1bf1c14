"""What crosses the border of authorities."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from wenyuan.kernel.headings import HeadingKind

MOST_VARIANTS: Final = 100
MOST_BESIDE: Final = 50
LONGEST_NOTE: Final = 1000


class AuthorityRefusal(StrEnum):
    """Why a verb on authorities did not do what it was asked."""

    UNKNOWN = "authority_unknown"
    CHANGED_MEANWHILE = "authority_changed_meanwhile"
    MERGED = "authority_merged"  # it was merged into another
    NAME_UNFIT = "authority_name_unfit"  # nothing to find it by, or too long
    DATES_UNFIT = "authority_dates_unfit"  # no years, or not those of a person
    TEXT_TOO_LONG = "authority_text_too_long"
    HEADING_TAKEN = "authority_heading_taken"  # another authority of the kind has it
    VARIANTS_UNFIT = "authority_variants_unfit"  # too many, or one that is no name
    BESIDE_UNKNOWN = "authority_beside_unknown"
    SAME = "authority_same"  # merged with itself
    OTHER_KIND = "authority_other_kind"
    HEADING_UNKNOWN = "heading_unknown"  # no record has it any more


class LinkState(StrEnum):
    """What is known of a heading in a record."""

    UNKNOWN = "unknown"  # no authority has it
    LINKED = "linked"
    REVIEW = "review"  # somebody must say which
    LEFT = "left"  # somebody has said: none


class AuthorityRefused(Exception):
    """A verb on authorities refused; ``field`` names the value concerned, ``authority_id`` the other one in the way."""

    def __init__(self, refusal: AuthorityRefusal, field: str = "", authority_id: int | None = None) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal
        self.field = field
        self.authority_id = authority_id


class Variant(NamedTuple):
    """Another form of a heading. ``is_same``: what has it is linked at once, without a person who looks."""

    name: str
    dates: str = ""
    is_same: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityInput:
    """An authority as somebody typed it. ``beside`` are ids of others (参见)."""

    kind: HeadingKind
    name: str
    dates: str = ""
    nationality: str = ""
    dynasty: str = ""
    note: str = ""
    source: str = ""
    variants: tuple[Variant, ...] = ()
    beside: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class AuthoritySaved:
    """What a verb answers: the authority, its version, and the update of its records if one has begun."""

    id: int
    version: int
    update_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityBrief:
    """An authority as a list shows it, with how many records use it."""

    id: int
    kind: HeadingKind
    name: str
    dates: str
    bibs: int = 0

    @property
    def label(self) -> str:
        """Name and dates."""
        return f"{self.name}, {self.dates}" if self.dates else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateView:
    """How far the update of an authority's records is. ``left`` are records still to be done; ``faults`` are bibs that
    could not be, with the reason."""

    id: int
    former: str
    asked_by: int | None
    asked_at: datetime
    is_running: bool
    changed: int
    left: int
    faults: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityView(AuthorityBrief):
    """An authority as its own page shows it."""

    nationality: str
    dynasty: str
    note: str
    source: str
    version: int
    created_at: datetime
    changed_at: datetime
    merged_into: int | None
    variants: tuple[Variant, ...]
    beside: tuple[AuthorityBrief, ...]
    update: UpdateView | None


@dataclass(frozen=True, slots=True)
class AuthorityPage:
    """A page of authorities; ``after`` leads to the next."""

    rows: tuple[AuthorityBrief, ...]
    after: tuple[str, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadingForm:
    """A heading that records have in one normal form, as one of them writes it, and in how many records."""

    kind: HeadingKind
    key: str
    name: str
    dates: str
    bibs: int


@dataclass(frozen=True, slots=True)
class HeadingPage:
    """A page of forms; ``after`` leads to the next."""

    rows: tuple[HeadingForm, ...]
    after: tuple[str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UseView:
    """A heading in one record. ``is_stated``: in the statement of responsibility alone."""

    bib_id: int
    kind: HeadingKind
    key: str
    name: str
    dates: str
    state: LinkState
    authority_id: int | None
    is_stated: bool
    is_decided: bool


@dataclass(frozen=True, slots=True)
class UsePage:
    """A page of headings in records; ``after`` leads to the next."""

    rows: tuple[UseView, ...]
    after: int | None


@dataclass(frozen=True, slots=True)
class BibIds:
    """A page of records; ``after`` leads to the next."""

    ids: tuple[int, ...]
    after: int | None
