"""What a catalogue wants to know of a record, in one shape for both dialects."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class DocumentKind(StrEnum):
    """What the record describes, by leader 6-7."""

    BOOK = "book"
    SERIAL = "serial"
    AUDIO = "audio"
    VIDEO = "video"
    MUSIC = "music"
    MAP = "map"
    GRAPHIC = "graphic"
    ELECTRONIC = "electronic"
    MANUSCRIPT = "manuscript"
    RARE = "rare"
    RUBBING = "rubbing"
    KIT = "kit"
    REALIA = "realia"
    OTHER = "other"


class Audience(StrEnum):
    """For whom it is meant: CNMARC 100$a/17-19, MARC 21 008/22."""

    JUVENILE = "juvenile"
    ADULT = "adult"
    GENERAL = "general"
    UNKNOWN = "unknown"


class ClassScheme(StrEnum):
    """Which classification a number belongs to."""

    CLC = "clc"
    LCSAS = "lcsas"
    DDC = "ddc"
    LCC = "lcc"
    UDC = "udc"
    OTHER = "other"


class Contribution(NamedTuple):
    """A person or body, its role as the record words it (``著``, ``editor``; or ``""``), its pinyin if recorded."""

    name: str
    role: str
    pinyin: str | None


class ClassNumber(NamedTuple):
    """A class number as recorded, the edition of its schedule (``5``; or ``""``), and the scheme."""

    number: str
    edition: str
    scheme: ClassScheme


class Volume(NamedTuple):
    """Which part of a work: its number (200$h, 245$n), its title ($i, $p), the volume designation (200$v)."""

    number: str
    title: str
    designation: str


_WHOLE = Volume("", "", "")


@dataclass(frozen=True, slots=True)
class Description:
    """The columns a bib record is found and shown by. Text is stripped, absent text is ``""``, order is the record's.

    `year` is the (first) year of publication. `isbns`, `issns`, `permit_numbers` (准印证号) and `price_text` are raw,
    to be parsed by whoever needs numbers. `subjects` are headings with their parts joined by ``--``; `keywords` are
    uncontrolled.
    """

    title: str = ""
    other_title_info: tuple[str, ...] = ()
    parallel_titles: tuple[str, ...] = ()
    volume: Volume = _WHOLE
    statement: str = ""
    authors: tuple[Contribution, ...] = ()
    publisher: str = ""
    place: str = ""
    year: int | None = None
    edition: str = ""
    extent: str = ""
    language: str = ""
    isbns: tuple[str, ...] = ()
    wrong_isbns: tuple[str, ...] = ()
    issns: tuple[str, ...] = ()
    unified_numbers: tuple[str, ...] = ()
    permit_numbers: tuple[str, ...] = ()
    price_text: str = ""
    class_numbers: tuple[ClassNumber, ...] = ()
    subjects: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    summary: str = ""
    series: tuple[str, ...] = ()
    document_kind: DocumentKind = DocumentKind.OTHER
    audience: Audience = Audience.UNKNOWN
    title_pinyin: str = ""
    control_number: str = ""
    agency: str = ""
    other_titles: tuple[str, ...] = ()
