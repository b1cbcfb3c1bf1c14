"""Items out of a bib record's local fields, as a mapping says."""

import re
from enum import StrEnum
from typing import NamedTuple

from wenyuan.kernel.marc.mapping import DEFAULT_MAPPINGS, ItemColumn, ItemMapping, Source
from wenyuan.kernel.marc.model import DataField, Record
from wenyuan.kernel.ranges import RangeUnfit, numbers_between, with_sign

_COUNT = re.compile(r"[0-9]{1,4}")


class ItemProblemCode(StrEnum):
    """What an item field says that cannot be followed."""

    NO_BARCODE = "no_barcode"
    RANGE_BACKWARDS = "range_backwards"
    RANGE_TOO_LONG = "range_too_long"
    DUPLICATE_BARCODE = "duplicate_barcode"
    COPIES_DIFFER = "copies_differ"


class ItemProblem(NamedTuple):
    """One problem: in which occurrence of the mapping's tag (from 1), and with which text."""

    code: ItemProblemCode
    tag: str
    occurrence: int
    value: str


class ItemFields(NamedTuple):
    """One item as the record tells of it; ``""`` where it does not. `raw` is the field it came from."""

    barcode: str
    accession_no: str
    call_no: str
    class_no: str
    book_no: str
    branch_code: str
    volume: str
    price_text: str
    copy_no: str
    item_type: str
    year: str
    raw: DataField


class Extraction(NamedTuple):
    """The items of a record in field order, and what was wrong."""

    items: tuple[ItemFields, ...]
    problems: tuple[ItemProblem, ...]


def default_mapping(record: Record) -> ItemMapping | None:
    """The first default mapping whose tag the record has; for imports where nobody has chosen one."""
    tags = {field.tag for field in record.fields if isinstance(field, DataField)}
    return next((mapping for mapping in DEFAULT_MAPPINGS if mapping.tag in tags), None)


def extract_items(record: Record, *, mapping: ItemMapping) -> Extraction:
    """One item for each barcode in the record's fields of the mapping's tag.

    A field with an accession number and no barcode is an item too; with neither it is a problem and no item. A
    barcode met twice gives one item. A range that runs backwards or is too long is taken as one literal barcode.
    """
    tag = mapping.tag
    items: list[ItemFields] = []
    problems: list[ItemProblem] = []
    seen: set[str] = set()
    occurrence = 0
    for field in record.fields:
        if field[0] != tag or not isinstance(field, DataField):
            continue
        occurrence += 1
        found = _items_of(field, mapping, occurrence, problems)
        for item in found:
            if item.barcode and item.barcode in seen:
                problems.append(ItemProblem(ItemProblemCode.DUPLICATE_BARCODE, tag, occurrence, item.barcode))
                continue
            seen.add(item.barcode)
            items.append(item)
    return Extraction(tuple(items), tuple(problems))


def _items_of(field: DataField, mapping: ItemMapping, occurrence: int, problems: list[ItemProblem]) -> list[ItemFields]:
    values = field.by_code()
    column: dict[ItemColumn, str] = {}
    barcodes: list[str] = []
    for name, source in mapping.columns:
        if name is ItemColumn.BARCODE:
            barcodes = _barcodes(values, source, mapping, occurrence, problems)
        elif source.join is not None:
            column[name] = source.join.join(value for code in source.codes for value in values.get(code, ()))
        else:
            for code in source.codes:
                if code in values:
                    column[name] = values[code][0]
                    break
    accession = column.get(ItemColumn.ACCESSION_NO, "")
    if not barcodes and not accession:
        problems.append(ItemProblem(ItemProblemCode.NO_BARCODE, mapping.tag, occurrence, ""))
        return []
    copies = column.get(ItemColumn.COPIES, "")
    if _COUNT.fullmatch(copies) and int(copies) != max(len(barcodes), 1):
        problems.append(ItemProblem(ItemProblemCode.COPIES_DIFFER, mapping.tag, occurrence, copies))
    get = column.get
    call_no, class_no, book_no = _call_number(
        get(ItemColumn.CALL_NO, ""), get(ItemColumn.CLASS_NO, ""), get(ItemColumn.BOOK_NO, ""), mapping.class_mark
    )
    rest = (
        call_no,
        class_no,
        book_no,
        get(ItemColumn.BRANCH_CODE, ""),
        get(ItemColumn.VOLUME, ""),
        get(ItemColumn.PRICE_TEXT, ""),
        get(ItemColumn.COPY_NO, ""),
        get(ItemColumn.ITEM_TYPE, ""),
        get(ItemColumn.YEAR, ""),
        field,
    )
    return [ItemFields(barcode, accession, *rest) for barcode in barcodes or [""]]


def _call_number(call_no: str, class_no: str, book_no: str, mark: str) -> tuple[str, str, str]:
    """Put a call number together from its parts, or the parts out of it, whichever the field lacks."""
    if not call_no and class_no:
        call_no = f"{class_no}{mark}{book_no}" if book_no else class_no
    elif call_no and mark and not class_no and not book_no:
        class_no, _, book_no = (part.strip() for part in call_no.partition(mark))
    return call_no, class_no, book_no


def _barcodes(
    values: dict[str, list[str]],
    source: Source,
    mapping: ItemMapping,
    occurrence: int,
    problems: list[ItemProblem],
) -> list[str]:
    barcodes: list[str] = []
    for code in source.codes:
        for value in values.get(code, ()):
            for text in _split(value, mapping.separators):
                if not mapping.ranges:
                    barcodes.append(text)
                    continue
                expanded = _expand(text, mapping.longest_range)
                if isinstance(expanded, ItemProblemCode):
                    problems.append(ItemProblem(expanded, mapping.tag, occurrence, text))
                    expanded = [text]
                barcodes += expanded
        if barcodes:
            break
    return barcodes


def _split(value: str, separators: str) -> list[str]:
    for separator in separators[1:]:
        value = value.replace(separator, separators[0])
    pieces = value.split(separators[0]) if separators else [value]
    return [text for piece in pieces if (text := piece.strip())]


def _expand(text: str, longest: int) -> list[str] | ItemProblemCode:
    """``D123456-60`` and ``D123456-D123460`` as five barcodes; what is no range as itself.

    The end may leave out the prefix and the leading digits it shares with the start.
    """
    try:
        return numbers_between(with_sign(text), most=longest) or [text]
    except RangeUnfit as unfit:
        return ItemProblemCode.RANGE_BACKWARDS if unfit.backwards else ItemProblemCode.RANGE_TOO_LONG
