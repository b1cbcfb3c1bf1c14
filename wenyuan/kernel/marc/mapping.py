"""Where a system keeps its items inside a bib record: a mapping that is data, since no two vendors agree."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from wenyuan.kernel.marc.iso2709 import is_tag


class ItemColumn(StrEnum):
    """What an item field may tell."""

    BARCODE = "barcode"
    ACCESSION_NO = "accession_no"
    CALL_NO = "call_no"
    CLASS_NO = "class_no"
    BOOK_NO = "book_no"
    BRANCH_CODE = "branch_code"
    VOLUME = "volume"
    PRICE_TEXT = "price_text"
    COPY_NO = "copy_no"
    ITEM_TYPE = "item_type"
    YEAR = "year"
    COPIES = "copies"


class MappingFault(StrEnum):
    """What is wrong with a mapping given as plain data."""

    MISSING = "missing"
    UNKNOWN_KEY = "unknown_key"
    WRONG_TYPE = "wrong_type"
    BAD_TAG = "bad_tag"
    BAD_CODE = "bad_code"
    EMPTY = "empty"
    OUT_OF_RANGE = "out_of_range"


class MappingError(ValueError):
    """A mapping that cannot be used: `where` is the path to the value (``columns.barcode.codes``), `fault` why."""

    def __init__(self, where: str, fault: MappingFault) -> None:
        super().__init__(f"{where}: {fault.value}")
        self.where = where
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Source:
    """Subfields a value is read from: the first code that has one, or with `join` all of them joined by it."""

    codes: tuple[str, ...]
    join: str | None = None


@dataclass(frozen=True, slots=True)
class ItemMapping:
    """How to read items from the fields of one tag.

    The barcode column gives one item for each barcode in the field: subfields repeat, one value may list several
    split by any character of `separators`, and with `ranges` ``D123456-60`` means D123456 to D123460, at most
    `longest_range` of them. `class_mark` stands between class and book number where the call number is put together
    or taken apart. The copies column holds a count to check the barcodes against.
    """

    name: str
    tag: str
    columns: tuple[tuple[ItemColumn, Source], ...]
    ranges: bool = False
    separators: str = ""
    class_mark: str = "/"
    longest_range: int = 1000


def _columns(**codes: str) -> tuple[tuple[ItemColumn, Source], ...]:
    return tuple((ItemColumn(name), Source(tuple(wanted))) for name, wanted in codes.items())


CNMARC_905 = ItemMapping(
    name="cnmarc-905",
    tag="905",
    columns=_columns(
        barcode="b",
        class_no="d",
        book_no="e",
        call_no="s",
        branch_code="a",
        volume="v",
        year="y",
        copy_no="z",
        copies="f",
    ),
    ranges=True,
    separators=";；,，、",
)
"""905 as dp2 and its descendants write it."""

MARC21_852 = ItemMapping(
    name="marc21-852",
    tag="852",
    columns=(
        *_columns(barcode="p", class_no="h", book_no="i", branch_code="bca", copy_no="t", price_text="9"),
        (ItemColumn.CALL_NO, Source(("k", "h", "i", "m"), join=" ")),
    ),
    class_mark=" ",
)
"""Location field of the MARC 21 holdings format, embedded in the bib record."""

MARC21_876 = ItemMapping(
    name="marc21-876",
    tag="876",
    columns=_columns(barcode="p", accession_no="a", branch_code="l", price_text="c", copy_no="t", volume="3"),
)
"""Item information of basic units in the MARC 21 holdings format."""

KOHA_952 = ItemMapping(
    name="koha-952",
    tag="952",
    columns=_columns(
        barcode="p",
        accession_no="i",
        call_no="o",
        branch_code="ab",
        volume="h",
        price_text="gv",
        copy_no="t",
        item_type="y",
    ),
)
"""Koha's export."""

DEFAULT_MAPPINGS: tuple[ItemMapping, ...] = (CNMARC_905, KOHA_952, MARC21_852, MARC21_876)
"""In the order they are tried when nobody has chosen."""

_KEYS = {"name", "tag", "columns", "ranges", "separators", "class_mark", "longest_range"}
_MOST_EVER = 100_000


def mapping_to_dict(mapping: ItemMapping) -> dict[str, Any]:
    """Plain JSON data; `mapping_from_dict` reads it back."""
    return {
        "name": mapping.name,
        "tag": mapping.tag,
        "columns": {
            column.value: {"codes": list(source.codes), "join": source.join} for column, source in mapping.columns
        },
        "ranges": mapping.ranges,
        "separators": mapping.separators,
        "class_mark": mapping.class_mark,
        "longest_range": mapping.longest_range,
    }


def mapping_from_dict(data: object) -> ItemMapping:
    """A mapping from plain data; ``name``, ``tag`` and ``columns`` are required.

    :raises MappingError: naming the first value that is missing, unknown, of the wrong type or out of range.
    """
    if not isinstance(data, Mapping):
        raise MappingError("", MappingFault.WRONG_TYPE)
    for key in data:
        if key not in _KEYS:
            raise MappingError(str(key), MappingFault.UNKNOWN_KEY)
    name = _text(data, "name")
    if not name.strip():
        raise MappingError("name", MappingFault.EMPTY)
    tag = _text(data, "tag")
    if not is_tag(tag) or tag.startswith("00"):
        raise MappingError("tag", MappingFault.BAD_TAG)
    ranges = data.get("ranges", False)
    if not isinstance(ranges, bool):
        raise MappingError("ranges", MappingFault.WRONG_TYPE)
    longest = data.get("longest_range", 1000)
    if not isinstance(longest, int) or isinstance(longest, bool):
        raise MappingError("longest_range", MappingFault.WRONG_TYPE)
    if not 1 <= longest <= _MOST_EVER:
        raise MappingError("longest_range", MappingFault.OUT_OF_RANGE)
    separators = _text(data, "separators", "")
    class_mark = _text(data, "class_mark", "/")
    return ItemMapping(name, tag, _columns_from(data.get("columns")), ranges, separators, class_mark, longest)


def _text(data: Mapping[str, object], key: str, default: str | None = None) -> str:
    value = data.get(key, default)
    if value is None:
        raise MappingError(key, MappingFault.MISSING)
    if not isinstance(value, str):
        raise MappingError(key, MappingFault.WRONG_TYPE)
    return value


def _columns_from(data: object) -> tuple[tuple[ItemColumn, Source], ...]:
    if data is None:
        raise MappingError("columns", MappingFault.MISSING)
    if not isinstance(data, Mapping):
        raise MappingError("columns", MappingFault.WRONG_TYPE)
    columns = []
    for key, value in data.items():
        where = f"columns.{key}"
        if key not in ItemColumn.__members__.values():
            raise MappingError(where, MappingFault.UNKNOWN_KEY)
        columns.append((ItemColumn(key), _source_from(value, where)))
    present = {column for column, _ in columns}
    if not present & {ItemColumn.BARCODE, ItemColumn.ACCESSION_NO}:
        raise MappingError("columns.barcode", MappingFault.MISSING)
    return tuple(columns)


def _source_from(value: object, where: str) -> Source:
    if not isinstance(value, Mapping):
        raise MappingError(where, MappingFault.WRONG_TYPE)
    for key in value:
        if key not in ("codes", "join"):
            raise MappingError(f"{where}.{key}", MappingFault.UNKNOWN_KEY)
    codes = value.get("codes")
    if not isinstance(codes, list | tuple):
        raise MappingError(f"{where}.codes", MappingFault.MISSING if codes is None else MappingFault.WRONG_TYPE)
    if not codes:
        raise MappingError(f"{where}.codes", MappingFault.EMPTY)
    for code in codes:
        if not isinstance(code, str) or len(code) != 1 or not code.isprintable():
            raise MappingError(f"{where}.codes", MappingFault.BAD_CODE)
    join = value.get("join")
    if join is not None and not isinstance(join, str):
        raise MappingError(f"{where}.join", MappingFault.WRONG_TYPE)
    return Source(tuple(codes), join)
