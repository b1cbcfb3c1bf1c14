"""What crosses the border of copy cataloguing; ``catalogue.data`` passes it on."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from wenyuan.kernel.marc import Dialect, Record


class CopyProtocol(StrEnum):
    """How a target is asked."""

    SRU = "sru"
    Z3950 = "z3950"


class CopyIndex(StrEnum):
    """By what a record is looked for."""

    ISBN = "isbn"
    ISSN = "issn"
    TITLE = "title"
    AUTHOR = "author"


USUAL_INDEXES: Final[Mapping[CopyProtocol, Mapping[CopyIndex, str]]] = {
    CopyProtocol.SRU: {
        CopyIndex.ISBN: "bath.isbn",
        CopyIndex.ISSN: "bath.issn",
        CopyIndex.TITLE: "dc.title",
        CopyIndex.AUTHOR: "dc.creator",
    },
    CopyProtocol.Z3950: {
        CopyIndex.ISBN: "@attr 1=7",
        CopyIndex.ISSN: "@attr 1=8",
        CopyIndex.TITLE: "@attr 1=4",
        CopyIndex.AUTHOR: "@attr 1=1003",
    },
}
"""Bath profile and Bib-1: what a target is asked by that names nothing else."""

CHARSETS: Final = ("utf-8", "gb18030", "marc-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetInput:
    """A target as somebody enters it. An index that is left out is asked by its usual name."""

    name: str
    protocol: CopyProtocol
    address: str
    charset: str = "utf-8"
    syntax: str = ""
    dialect: Dialect | None = None
    indexes: Mapping[CopyIndex, str] | None = None
    is_asked: bool = True
    place: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetView:
    """A target as it is kept."""

    id: int
    name: str
    protocol: CopyProtocol
    address: str
    charset: str
    syntax: str
    dialect: Dialect | None
    indexes: Mapping[CopyIndex, str]
    is_asked: bool
    place: int


class CopyRefusal(StrEnum):
    """Why a target is not kept."""

    NAME_MISSING = "name_missing"
    NAME_TAKEN = "name_taken"
    ADDRESS_INVALID = "address_invalid"
    CHARSET_UNKNOWN = "charset_unknown"
    SYNTAX_INVALID = "syntax_invalid"
    INDEX_INVALID = "index_invalid"
    TARGET_UNKNOWN = "target_unknown"
    TOO_MANY = "too_many"


class CopyRefused(Exception):
    """A target is not kept; ``field`` names the value concerned."""

    def __init__(self, refusal: CopyRefusal, field: str = "") -> None:
        super().__init__(refusal.value)
        self.refusal = refusal
        self.field = field


class CopyTrouble(StrEnum):
    """Why a target gave nothing; the first are those of ``plumbing.outward.Unreached``."""

    ADDRESS = "address"
    INWARD = "inward"
    UNKNOWN_HOST = "unknown_host"
    NO_CONNECTION = "no_connection"
    TIMED_OUT = "timed_out"
    TOO_LARGE = "too_large"
    REDIRECTS = "redirects"
    STATUS = "status"
    NOT_UNDERSTOOD = "not_understood"
    REFUSED = "refused"
    NOT_INSTALLED = "not_installed"


class TargetsBusy(Exception):
    """Others search at the moment; in some seconds there is a turn."""


@dataclass(frozen=True, slots=True)
class FoundCopy:
    """A record of a target and what it is written in."""

    record: Record
    dialect: Dialect


@dataclass(frozen=True, slots=True)
class TargetAnswer:
    """What one target said: how many records it has and the first of them (``unread`` could not be read), or why it
    gave none. ``detail`` is what it or its status says, for who knows it."""

    target: TargetView
    total: int = 0
    found: tuple[FoundCopy, ...] = ()
    unread: int = 0
    trouble: CopyTrouble | None = None
    detail: str = ""
