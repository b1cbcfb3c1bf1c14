"""The mapping file: which file holds what, which column is which field, and what the old system's codes mean here."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wenyuan.kernel.past import has_short_year

PARTS = ("bibs", "items", "patrons", "loans", "holds", "deposits", "fines")
"""In the order in which they go in: each may name what stands before it."""

FIELDS: Mapping[str, frozenset[str]] = {
    "bibs": frozenset(
        "key title author isbn price publisher place year pages volume class_no summary".split()  # noqa: SIM905
    ),
    "items": frozenset(
        "key bib barcode accession_no branch owner present item_type call_no volume collection source price "  # noqa: SIM905
        "acquired_date withdrawn_date state lendable".split()
    ),
    "patrons": frozenset(
        "key name category branch card_no number number_form birth_date gender phone address email "  # noqa: SIM905
        "registered_date expires_date status guardian_name guardian_relation guardian_phone".split()
    ),
    "loans": frozenset("key item barcode patron card_no branch lent due renewals".split()),  # noqa: SIM905
    "holds": frozenset("key bib item patron card_no pickup placed until".split()),  # noqa: SIM905
    "deposits": frozenset("key patron card_no amount taken branch means receipt".split()),  # noqa: SIM905
    "fines": frozenset("key patron card_no amount charged branch kind text".split()),  # noqa: SIM905
}
"""The fields that each part knows."""

NEEDED: Mapping[str, frozenset[str]] = {
    "bibs": frozenset({"title"}),
    "items": frozenset({"key", "barcode", "branch", "acquired_date"}),
    "patrons": frozenset({"key", "name", "category", "branch"}),
    "loans": frozenset({"lent", "due"}),
    "holds": frozenset({"placed", "pickup"}),
    "deposits": frozenset({"amount", "taken"}),
    "fines": frozenset({"amount", "charged"}),
}
"""Fields without which a part says nothing; each must be a column or fixed."""

CODED: Mapping[str, str] = {
    "branch": "branches",
    "owner": "branches",
    "present": "branches",
    "pickup": "branches",
    "item_type": "item_types",
    "category": "categories",
    "state": "item_states",
    "lendable": "lendable",
    "status": "patron_states",
    "gender": "genders",
    "number_form": "number_forms",
    "guardian_relation": "relations",
    "means": "means",
    "kind": "fine_kinds",
}
"""Which table of codes a field goes by."""

_PART_KEYS = frozenset(
    "file encoding sheet heading delimiter line_breaks field columns fixed dates years_from left_out ranges".split()  # noqa: SIM905
)
_TOP_KEYS = frozenset({"system", "notice", "bad_numbers", "codes", "dates", "years_from", *PARTS})
_ENCODINGS = frozenset({"utf-8", "gb18030", "gbk", "utf-16"})
_MOST_BYTES = 1_000_000


class BadMapping(ValueError):
    """A mapping file that cannot be used: ``where`` is the place in it, the text says what is wrong there."""

    def __init__(self, where: str, says: str) -> None:
        super().__init__(f"{where}: {says}")
        self.where = where


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a mapping. ``heading`` is the row (from 1) that holds the names of the columns; ``marc_field`` the
    tag whose fields are the rows of a MARC file; ``fixed`` gives fields that no column holds; rows whose column says
    one of the values of ``left_out`` are none of this part's. ``delimiter``: of a CSV, empty where its heading tells;
    ``line_breaks``: whether its quoted cells may go on in the next line; ``key_columns``: those that make up the key
    together, where it takes several. ``years_from``: the first of the hundred years that a year of two digits
    means; ``ranges``: whether ``D123456-60`` in a field of items is a run of barcodes, none where nothing is said."""

    name: str
    file: Path
    encoding: str = "utf-8"
    sheet: str = ""
    heading: int = 1
    marc_field: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    dates: tuple[str, ...] = ("YYYY-MM-DD",)
    years_from: int | None = None
    left_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    delimiter: str = ""
    line_breaks: bool = False
    key_columns: tuple[str, ...] = ()
    ranges: bool | None = None

    @property
    def wanted(self) -> tuple[str, ...]:
        """Every column that a field is read from."""
        return tuple(dict.fromkeys([*self.columns.values(), *self.key_columns]))


@dataclass(frozen=True, slots=True, kw_only=True)
class OldSystem:
    """A whole mapping. ``codes``: translations by their name, ``*`` in one of them stands for whatever it does not
    name (``=`` keeps the old code)."""

    system: str
    notice: str = ""
    bad_numbers_left_out: bool = False
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()

    def part(self, name: str) -> Part | None:
        """The part of that name, if the mapping has it."""
        return next((part for part in self.parts if part.name == name), None)


def read_mapping(path: Path) -> OldSystem:
    """The mapping of a TOML file; files that it names lie beside it.

    :raises BadMapping: no TOML, or a place in it says what cannot be.
    :raises OSError: the file cannot be read.
    """
    if path.stat().st_size > _MOST_BYTES:
        raise BadMapping("the file", "larger than a mapping can be")
    try:
        data = tomllib.loads(path.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadMapping("the file", f"no TOML in UTF-8 ({error})") from error
    return mapping_of(data, folder=path.parent)


def mapping_of(data: Mapping[str, Any], *, folder: Path) -> OldSystem:
    """The mapping that plain data say. Pure. :raises BadMapping: as :func:`read_mapping`."""
    _known("the file", data, _TOP_KEYS)
    system = _text(data, "system", "system")
    if not system or len(system) > 32 or not system.isprintable() or system != system.strip():
        raise BadMapping("system", "a name of at most 32 characters for the old system is needed")
    years_from = _years_from("years_from", data.get("years_from"))
    dates = _dates("dates", data.get("dates", ["YYYY-MM-DD"]))
    parts = tuple(_part(name, data[name], folder, dates, years_from) for name in PARTS if name in data)
    if not parts:
        raise BadMapping("the file", f"none of {', '.join(PARTS)}")
    notice = _text(data, "notice", "notice")
    if any(part.name == "patrons" for part in parts) and not 0 < len(notice) <= 16:
        raise BadMapping("notice", "the version of the notice that readers agreed to is needed (16 characters at most)")
    bad_numbers = data.get("bad_numbers", "refuse")
    if bad_numbers not in ("refuse", "leave_out"):
        raise BadMapping("bad_numbers", "refuse or leave_out")
    return OldSystem(
        system=system,
        notice=notice,
        bad_numbers_left_out=bad_numbers == "leave_out",
        codes=_codes(data.get("codes", {})),
        parts=parts,
    )


def _part(name: str, data: Any, folder: Path, dates: tuple[str, ...], years_from: int | None) -> Part:
    if not isinstance(data, dict):
        raise BadMapping(name, "a table is needed")
    _known(name, data, _PART_KEYS)
    file = _text(data, "file", f"{name}.file")
    if not file:
        raise BadMapping(f"{name}.file", "the name of a file is needed")
    encoding = _text(data, "encoding", f"{name}.encoding") or "utf-8"
    if encoding not in _ENCODINGS:
        raise BadMapping(f"{name}.encoding", f"one of {', '.join(sorted(_ENCODINGS))}")
    heading = data.get("heading", 1)
    if not isinstance(heading, int) or not 1 <= heading <= 100:
        raise BadMapping(f"{name}.heading", "the number of a row, from 1")
    delimiter = _text(data, "delimiter", f"{name}.delimiter")
    if delimiter not in ("", ",", ";", "\t", "|"):
        raise BadMapping(f"{name}.delimiter", 'one of "," ";" "|" and "\\t"')
    line_breaks = data.get("line_breaks", False)
    if not isinstance(line_breaks, bool):
        raise BadMapping(f"{name}.line_breaks", "true or false")
    columns, keys = _columns(f"{name}.columns", data.get("columns", {}))
    part = Part(
        name=name,
        file=folder / file,
        encoding="gb18030" if encoding == "gbk" else encoding,
        sheet=_text(data, "sheet", f"{name}.sheet"),
        delimiter=delimiter,
        line_breaks=line_breaks,
        heading=heading,
        marc_field=_text(data, "field", f"{name}.field"),
        columns=_texts(f"{name}.columns", columns),
        key_columns=keys,
        fixed=_texts(f"{name}.fixed", data.get("fixed", {})),
        dates=_dates(f"{name}.dates", data["dates"]) if "dates" in data else dates,
        years_from=_years_from(f"{name}.years_from", data["years_from"]) if "years_from" in data else years_from,
        left_out=_left_out(f"{name}.left_out", data.get("left_out", {})),
        ranges=data.get("ranges"),
    )
    if part.ranges is not None and not (isinstance(part.ranges, bool) and name == "items" and is_marc(part)):
        raise BadMapping(f"{name}.ranges", "true or false, for items in the fields of a MARC file")
    for where in ("columns", "fixed"):
        _known(f"{name}.{where}", getattr(part, where), FIELDS[name])
    if part.years_from is None and any(map(has_short_year, part.dates)):
        raise BadMapping(f"{name}.years_from", "with YY it must be said: 1950 where 49 means 2049 and 50 means 1950")
    if is_marc(part) and "encoding" in data:
        raise BadMapping(f"{name}.encoding", "of a table alone; the bytes of a MARC record tell its encoding")
    if is_marc(part) and not part.marc_field:
        if name != "bibs":
            raise BadMapping(f"{name}.field", "the tag of the fields that hold them is needed")
        return part
    lacking = NEEDED[name] - part.columns.keys() - part.fixed.keys()
    if lacking:
        raise BadMapping(f"{name}.columns", f"without {', '.join(sorted(lacking))}")
    _refuse_without_references(part)
    return part


def _refuse_without_references(part: Part) -> None:
    """A loan without an item, or anything of a reader without the reader, is none."""
    have = part.columns.keys() | part.fixed.keys()
    wanted: tuple[frozenset[str], ...] = ()
    if part.name in ("loans", "holds", "deposits", "fines"):
        wanted = (frozenset({"patron", "card_no"}),)
    if part.name == "loans":
        wanted += (frozenset({"item", "barcode"}),)
    if part.name == "holds":
        wanted += (frozenset({"bib", "item"}),)
    for either in wanted:
        if not either & have:
            raise BadMapping(f"{part.name}.columns", f"without {' or '.join(sorted(either))}")


def is_marc(part: Part) -> bool:
    """Whether the part's file holds MARC records, by its name."""
    return part.file.suffix.lower() in (".mrc", ".iso", ".marc", ".xml")


def is_xlsx(part: Part) -> bool:
    """Whether the part's file is a workbook, by its name."""
    return part.file.suffix.lower() == ".xlsx"


def _known(where: str, data: Mapping[str, Any], names: frozenset[str]) -> None:
    unknown = sorted(set(data) - names)
    if unknown:
        raise BadMapping(where, f"{unknown[0]!r} is not known here; there are: {', '.join(sorted(names))}")


def _table(where: str, data: Any) -> Mapping[str, Any]:
    if not isinstance(data, dict):
        raise BadMapping(where, "a table is needed")
    return data


def _text(data: Mapping[str, Any], name: str, where: str) -> str:
    value = data.get(name, "")
    if not isinstance(value, str):
        raise BadMapping(where, "a text is needed")
    return value


def _texts(where: str, data: Any) -> Mapping[str, str]:
    for name, value in _table(where, data).items():
        if not isinstance(value, str):
            raise BadMapping(f"{where}.{name}", "a text is needed")
    return dict(data)


def _columns(where: str, data: Any) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """The columns by field, and those of a key that is made up of several, which stands under its first."""
    columns = dict(_table(where, data))
    keys = columns.get("key")
    if not isinstance(keys, list):
        return columns, ()
    if not keys or not all(isinstance(name, str) and name for name in keys):
        raise BadMapping(f"{where}.key", "the name of a column, or a list of names")
    return {**columns, "key": keys[0]}, tuple(keys)


def _left_out(where: str, data: Any) -> Mapping[str, tuple[str, ...]]:
    """Values as a cell says them: a whole number may stand in the file without quotes."""
    found = {}
    for column, values in _table(where, data).items():
        listed = values if isinstance(values, list) else [values]
        if not listed or not all(isinstance(value, str | int) and not isinstance(value, bool) for value in listed):
            raise BadMapping(f"{where}.{column}", "a text, a whole number, or a list of them is needed")
        found[column] = tuple(str(value) for value in listed)
    return found


def _codes(data: Any) -> Mapping[str, Mapping[str, str]]:
    _known("codes", _table("codes", data), frozenset(CODED.values()))
    return {name: _texts(f"codes.{name}", codes) for name, codes in data.items()}


def _dates(where: str, forms: Any) -> tuple[str, ...]:
    if not isinstance(forms, list) or not forms or not all(isinstance(form, str) for form in forms):
        raise BadMapping(where, "a list of forms such as YYYY-MM-DD is needed")
    for form in forms:
        try:
            has_short_year(form)
        except ValueError:
            raise BadMapping(where, f"{form!r} is no form of a date: YYYY or YY, MM or M, DD or D, once each") from None
    return tuple(forms)


def _years_from(where: str, year: Any) -> int | None:
    if year is not None and (not isinstance(year, int) or isinstance(year, bool) or not 1800 <= year <= 2000):
        raise BadMapping(where, "a year from 1800 to 2000 is needed")
    return year
