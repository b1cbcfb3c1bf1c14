"""A record as the tables want it: derived columns, numbers and items. Pure; nothing here knows the database."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from wenyuan.holdings.catalogue.data import ImportReason
from wenyuan.holdings.catalogue.rules import (
    NUMBER_LENGTH,
    Work,
    accession_fault,
    barcode_fault,
    column_text,
    price_of,
)
from wenyuan.kernel.booknumbers import (
    BadBookNumber,
    parse_cn_serial_number,
    parse_isbn,
    parse_issn,
    parse_permit_number,
    parse_unified_number,
)
from wenyuan.kernel.callnumbers import shelf_key
from wenyuan.kernel.chinese import author_of, fold, half_width, pinyin_of, sort_key
from wenyuan.kernel.classification import class_letter, split_numbers
from wenyuan.kernel.marc import (
    ClassScheme,
    Damaged,
    Description,
    Dialect,
    FileProfile,
    ItemFields,
    ItemMapping,
    MarcError,
    RawRecord,
    Record,
    XmlRecord,
    content_hash,
    decode_record,
    default_mapping,
    describe,
    detect_dialect,
    extract_items,
    to_storage,
)

MOST_AUTHORS = 3
"""Names shown in a list; the record has the others."""

FIELD_END = b"\x1e"
_CONTROL = bytes((*range(0x1D), 0x7F))
_LATER_CONTROL = re.compile(rb"\xc2[\x80-\x9f]")
"""What no text should hold, in UTF-8; the three terminators of ISO 2709 are not text."""

_STATUS, _DELETED = 5, "d"
_SOURCE_LENGTH = 32
_CONTROL_NUMBER_LENGTH = 64


class Fault(NamedTuple):
    """Something to report of a record: a reason code, a technical detail, and whether it is only a warning."""

    reason: str
    detail: str = ""
    warning: bool = False


class ItemDraft(NamedTuple):
    """An item out of a record, checked as far as one can without the database. Prices in fen."""

    barcode: str
    accession_no: str | None
    branch_code: str
    item_type: str
    call_no: str
    call_key: bytes
    volume: str
    price_fen: int | None


class BibColumns(NamedTuple):
    """The derived columns of a bib, in the order of ``writing.BIB_COLUMNS``."""

    dialect: str
    marc: bytes
    title: str
    title_fold: str
    title_pinyin: str
    title_sort: str
    volume: str
    author: str
    author_fold: str
    publisher: str
    year: int | None
    language: str
    class_no: str
    class_letter: str
    document_kind: str
    audience: str
    price_fen: int | None
    summary: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """A record that can go in: its identity, its columns, (kind, value) identifiers, items, and what to report."""

    source: str
    control_number: str
    content_hash: bytes
    columns: BibColumns
    identifiers: tuple[tuple[str, str], ...]
    items: tuple[ItemDraft, ...]
    faults: tuple[Fault, ...]

    @property
    def work(self) -> Work:
        """What tells this work from another with the same control number."""
        isbns = frozenset(value for kind, value in self.identifiers if kind == "isbn")
        return Work(self.columns.title_fold, self.columns.author_fold, isbns)


def prepare(
    content: RawRecord | XmlRecord | Damaged, *, profile: FileProfile, source: str, mapping: ItemMapping | None
) -> Prepared | Fault:
    """Decode and describe one record. ``source`` names where the file comes from (blank: 801$b or 003 says it);
    without a ``mapping`` the first default one whose tag the record has reads its items.
    """
    if isinstance(content, Damaged):
        return Fault(content.reason.value, content.detail)
    texts: Sequence[str] | None = None
    try:
        if isinstance(content, XmlRecord):
            record = content.record
            dialect = detect_dialect(record, default=profile.dialect)
        else:
            record, _, dialect, texts = decode_record(content.data, profile=profile)
        return prepare_record(record, dialect=dialect, source=source, mapping=mapping, texts=texts)
    except MarcError as error:
        return Fault(error.reason.value, f"{error.tag} {error.detail}".strip())


def prepare_record(
    record: Record, *, dialect: Dialect, source: str, mapping: ItemMapping | None, texts: Sequence[str] | None = None
) -> Prepared | Fault:
    """A record that its sender calls deleted (leader/05) is not added, and what stands in the catalogue is left to a
    person: its items are the library's. ``texts`` are its fields' where it was just decoded.

    :raises MarcError: where the record cannot be kept without loss.
    """
    if record.leader[_STATUS] == _DELETED:
        return Fault(ImportReason.MARKED_DELETED)
    marc = to_storage(record, texts=texts)
    described = describe(record, dialect=dialect)
    title = _title_of(described)
    if not title:
        return Fault(ImportReason.NO_TITLE)
    digest = content_hash(record, texts=texts)
    number = column_text(described.control_number, _CONTROL_NUMBER_LENGTH + 1)
    if not number or len(number) > _CONTROL_NUMBER_LENGTH:
        number = f"#{digest}"[:_CONTROL_NUMBER_LENGTH]
    faults: list[Fault] = []
    if _has_control(marc[marc.index(FIELD_END) :]):
        faults.append(Fault(ImportReason.CONTROL_CHARACTERS, warning=True))
    items, class_no = _items(record, mapping, faults)
    return Prepared(
        source=source or column_text(described.agency, _SOURCE_LENGTH),
        control_number=number,
        content_hash=bytes.fromhex(digest),
        columns=_columns(described, dialect=dialect, marc=marc, title=title, class_no=class_no),
        identifiers=_identifiers(described),
        items=items,
        faults=tuple(faults),
    )


def _has_control(text: bytes) -> bool:
    return len(text.translate(None, _CONTROL)) < len(text) or (
        b"\xc2" in text and _LATER_CONTROL.search(text) is not None
    )


def _title_of(described: Description) -> str:
    """The title proper; failing it the nearest thing the record has to one."""
    candidates = (described.title, *described.parallel_titles, *described.other_titles, described.volume.title)
    return next((text for candidate in candidates if (text := column_text(candidate, 500))), "")


def _columns(described: Description, *, dialect: Dialect, marc: bytes, title: str, class_no: str) -> BibColumns:
    part = described.volume
    volume = column_text(" ".join(filter(None, (part.number, part.title, part.designation))), 100)
    author = column_text("; ".join(_authors(described)), 300)
    number, letter = _class_of(described, class_no)
    return BibColumns(
        dialect=dialect.value,
        marc=marc,
        title=title,
        title_fold=fold(title)[:500],
        title_pinyin=column_text(described.title_pinyin or pinyin_of(title), 600).lower(),
        title_sort=sort_key(f"{title} {volume}" if volume else title)[:600],
        volume=volume,
        author=author,
        author_fold=fold(author)[:300],
        publisher=column_text(described.publisher, 200),
        year=described.year,
        language=column_text(described.language, 8),
        class_no=number,
        class_letter=letter,
        document_kind=described.document_kind.value,
        audience=described.audience.value,
        price_fen=price_of(described.price_text),
        summary=column_text(described.summary, 20_000),
    )


def _authors(described: Description) -> list[str]:
    """The first name and those with the same role, a few of them; failing headings, the statement of responsibility."""
    named = [(person.name, person.role) for person in described.authors]
    if not named:
        named = [(person.name, person.role) for person in author_of(described.statement)]
    return [name for name, role in named if role == named[0][1]][:MOST_AUTHORS]


def _class_of(described: Description, class_no: str) -> tuple[str, str]:
    """The class number and the letter it counts under; only a number of the 中图法 has a letter.

    The first that the record names, failing that the one its items stand by.
    """
    for recorded in described.class_numbers:
        if recorded.scheme is ClassScheme.CLC and (number := _first_number(recorded.number)):
            return _clc(number)
    if class_no:
        return _clc(class_no)
    return (column_text(described.class_numbers[0].number, 60), "") if described.class_numbers else ("", "")


@lru_cache(maxsize=8192)
def _first_number(recorded: str) -> str:
    return next(iter(split_numbers(recorded)), "")


@lru_cache(maxsize=8192)
def _clc(number: str) -> tuple[str, str]:
    number = column_text(number, 60)
    return number, class_letter(number)[:4]


def _identifiers(described: Description) -> tuple[tuple[str, str], ...]:
    """The numbers people look for, each once. What does not check is kept as it is written: books carry misprints."""
    found: dict[tuple[str, str], None] = {}
    for text in described.isbns:
        try:
            found["isbn", parse_isbn(text).isbn13] = None
        except BadBookNumber:
            found["other", _plain_number(text)] = None
    for text in described.wrong_isbns:
        found["other", _plain_number(text)] = None
    for text in described.issns:
        try:
            found["issn", parse_issn(text)] = None
        except BadBookNumber:
            found["other", _plain_number(text)] = None
    for text in described.unified_numbers:
        found[_unified(text)] = None
    for text in described.permit_numbers:
        with suppress(BadBookNumber):
            found["permit", parse_permit_number(text)[:NUMBER_LENGTH]] = None
    return tuple(pair for pair in found if pair[1])


def _unified(text: str) -> tuple[str, str]:
    try:
        return "unified", parse_unified_number(text)[:NUMBER_LENGTH]
    except BadBookNumber:
        pass
    try:
        return "cn_serial", parse_cn_serial_number(text).canonical[:NUMBER_LENGTH]
    except BadBookNumber:
        return "other", _plain_number(text)


def _plain_number(text: str) -> str:
    """A number that does not check, as it is looked up: upper case, letters and digits alone."""
    return "".join(filter(str.isalnum, half_width(text).upper()))[:NUMBER_LENGTH]


def _items(record: Record, mapping: ItemMapping | None, faults: list[Fault]) -> tuple[tuple[ItemDraft, ...], str]:
    """The items of a record and the class number of the first; what is wrong with them goes to ``faults``."""
    mapping = mapping or default_mapping(record)
    if mapping is None:
        return (), ""
    extraction = extract_items(record, mapping=mapping)
    faults += [
        Fault(f"item_{problem.code.value}", f"{problem.tag}/{problem.occurrence} {problem.value}".strip(), warning=True)
        for problem in extraction.problems
    ]
    drafts: list[ItemDraft] = []
    for item in extraction.items:
        barcode = item.barcode or item.accession_no
        if fault := barcode_fault(barcode):
            faults.append(Fault(fault.value, barcode))
        elif item.accession_no and (fault := accession_fault(item.accession_no)):
            faults.append(Fault(fault.value, item.accession_no))
        else:
            drafts.append(_draft(item, barcode))
    return tuple(drafts), next((item.class_no for item in extraction.items if item.class_no), "")


def _draft(item: ItemFields, barcode: str) -> ItemDraft:
    call_no, call_key = _shelved(item.call_no)
    volume = column_text(" ".join(filter(None, (item.volume, item.year))), 60)
    return ItemDraft(
        barcode=barcode,
        accession_no=item.accession_no or None,
        branch_code=item.branch_code,
        item_type=item.item_type,
        call_no=call_no,
        call_key=call_key,
        volume=volume,
        price_fen=price_of(item.price_text),
    )


@lru_cache(maxsize=1024)
def _shelved(call_no: str) -> tuple[str, bytes]:
    """A call number and its shelf key: both or neither. The items of one record mostly share them."""
    call_no = column_text(call_no, 100)
    return call_no, shelf_key(call_no) if call_no else b""
