"""What crosses the border of record editing: faults, versions, who has a record open."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from wenyuan.holdings.catalogue.editing.drafts import RecordKind
from wenyuan.kernel.marc import Dialect, Record


class FaultRule(StrEnum):
    """Which rule a record does not follow. The second group never refuses a record: it is shown."""

    LEADER_INVALID = "leader_invalid"
    TAG_INVALID = "tag_invalid"
    CONTROL_FIELD_PARTED = "control_field_parted"
    INDICATOR_INVALID = "indicator_invalid"
    CODE_INVALID = "code_invalid"
    FIELD_EMPTY = "field_empty"
    SUBFIELD_EMPTY = "subfield_empty"
    CONTROL_CHARACTER = "control_character"
    FIELD_REPEATED = "field_repeated"
    FIELD_MISSING = "field_missing"
    TITLE_MISSING = "title_missing"
    LENGTH_WRONG = "length_wrong"
    MARKED_DELETED = "marked_deleted"
    NUMBER_CHANGED = "number_changed"

    FIELD_EXPECTED = "field_expected"
    FIELD_UNKNOWN = "field_unknown"
    INDICATOR_VALUE = "indicator_value"
    SUBFIELD_UNKNOWN = "subfield_unknown"
    SUBFIELD_REPEATED = "subfield_repeated"
    CODE_VALUE = "code_value"
    ISBN_WRONG = "isbn_wrong"
    ISSN_WRONG = "issn_wrong"
    TOO_LONG_FOR_EXCHANGE = "too_long_for_exchange"


WARNINGS = frozenset(list(FaultRule)[list(FaultRule).index(FaultRule.FIELD_EXPECTED) :])


@dataclass(frozen=True, slots=True)
class RecordFault:
    """What is wrong, and where: the tag (``LDR`` the leader), which of its fields (from 1), and ``where`` in it:
    ``$a``, ``ind1``, ``$a/17-19`` (positions from 0) or nothing. ``detail`` is the value concerned, or what is allowed.

    ``warning``: the record is saved all the same.
    """

    rule: FaultRule
    tag: str = ""
    place: int = 1
    where: str = ""
    detail: str = ""
    warning: bool = False


class DuplicateReason(StrEnum):
    """Why two records may describe the same."""

    ISBN = "isbn"
    ISSN = "issn"
    UNIFIED = "unified"
    CN_SERIAL = "cn_serial"
    PERMIT = "permit"
    DESCRIPTION = "description"  # title, author, year and publisher


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A record that stands in the catalogue already and may describe the same, and why."""

    bib_id: int
    reason: DuplicateReason
    title: str
    volume: str
    author: str
    publisher: str
    year: int | None


class RecordSaved(NamedTuple):
    """What a verb on a record answers: the bib's id, its version now, whether anything changed, and the warnings."""

    id: int
    version: int
    changed: bool
    warnings: tuple[RecordFault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionView:
    """One version of a record: who saved it when (no account: an import by the clock), by which door, from which file
    (``batch_id``), or by restoring which version."""

    number: int
    dialect: Dialect
    record: Record
    at: datetime
    account_id: int | None
    door: str
    batch_id: int | None
    restored_from: int | None


@dataclass(frozen=True, slots=True)
class OpenBy:
    """Who has a record open, and since when."""

    account_id: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateView:
    """A template of a library's own; ``text`` are lines of the MARC editor, days in it as ``{date}``, ``{date6}`` and
    ``{year}``. ``is_first``: what new records of the kind begin with unless another is chosen."""

    id: int
    dialect: Dialect
    kind: RecordKind
    name: str
    text: str
    is_first: bool

    @property
    def mark(self) -> str:
        """Another one as soon as anything of it is changed."""
        return sha256(f"{self.name}\0{self.text}\0{self.is_first}".encode()).hexdigest()[:16]
