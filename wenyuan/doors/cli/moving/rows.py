"""Rows of a part's file, whatever it is: a table, or the fields of one tag in a file of MARC records."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from wenyuan.doors.cli.moving.mapping import Part, is_marc, is_xlsx
from wenyuan.kernel.identity import mask_numbers
from wenyuan.kernel.marc import (
    CNMARC_905,
    Container,
    ControlField,
    DataField,
    FileProfile,
    MarcError,
    RawRecord,
    Record,
    XmlRecord,
    decode_record,
    iter_marcxml,
    iter_raw,
    profile_file,
    sniff,
)
from wenyuan.kernel.ranges import RangeUnfit, numbers_between, with_sign
from wenyuan.plumbing.long_sheets import NoTable, UnreadRow, is_mangled, long_rows
from wenyuan.runtime.problem import Problem

LONGEST_RUN = 500
"""Barcodes of one run in a field of items."""
_SAMPLE = 200


@dataclass(frozen=True, slots=True)
class Row:
    """A row with its number in the file (of a MARC file: the record's), its cells by the names of their columns, and
    the cells as they came, to be written down where the row is refused. ``fault`` says why it cannot be read at all."""

    line: int
    cells: Mapping[str, str]
    raw: tuple[str, ...]
    fault: str = ""

    def mangled(self) -> tuple[str, ...]:
        """The columns that hold bytes of another encoding."""
        return tuple(name for name, text in self.cells.items() if is_mangled(text))


def headings_of(part: Part) -> tuple[str, ...]:
    """The names of a table's columns. :raises Problem: there are none, or one that the mapping names is missing or
    stands there twice."""
    for number, cells in _table(part):
        if number < part.heading:
            continue
        wanted = {*part.wanted, *part.left_out}
        missing = sorted(wanted - set(cells))
        if len(missing) == len(wanted) > 0:
            # What stands there may be a row of readers: nothing of it is shown.
            raise Problem(
                f"{part.file.name} has none of the mapping's columns in row {number}. Which row holds their names?"
            )
        if missing:
            there = mask_numbers(", ".join(name for name in cells if name))[:400]
            raise Problem(f"{part.file.name} has no column {missing[0]!r} in row {number}. There are: {there}.")
        for name in sorted(wanted):
            if cells.count(name) > 1:
                raise Problem(
                    f"{part.file.name} has the column {name!r} {cells.count(name)} times in row {number}: "
                    "nobody can tell which is meant. Rename them in the file."
                )
        return tuple(cells)
    raise Problem(f"{part.file.name} has no row {part.heading} with the names of the columns.")


def rows_of(part: Part, on_left_out: Callable[[], None] = lambda: None) -> Iterator[Row]:
    """The rows of a part in the order of the file, empty ones and those that the mapping leaves out aside; of each of
    the latter ``on_left_out`` is told.

    :raises Problem: the file is no table, or lacks a column that the mapping names.
    """
    reading = _fields(part) if is_marc(part) else _cells(part)
    for row in reading:
        if not row.fault and any(row.cells.get(column, "") in values for column, values in part.left_out.items()):
            on_left_out()
        else:
            yield row


def records_of(part: Part) -> Iterator[tuple[int, Record]]:
    """The records of a MARC file that can be read, with their numbers; the import reports the others."""
    for number, record in _every_record(part):
        if record is not None:
            yield number, record


def refuse_without_records(part: Part) -> None:
    """:raises Problem: there is not one record in a file that is said to hold MARC."""
    if not any(record is not None for _, record in _every_record(part)):
        raise Problem(f"{part.file} holds no MARC record that can be read.")


def _every_record(part: Part) -> Iterator[tuple[int, Record | None]]:
    """The records of a MARC file with their numbers; none stands for one that cannot be read."""
    try:
        with part.file.open("rb") as file:
            try:
                container = sniff(file.read(4096))
            except MarcError:
                return
            file.seek(0)
            if container is Container.MARCXML:
                for number, found in enumerate(iter_marcxml(file), start=1):
                    yield number, found.record if isinstance(found, XmlRecord) else None
                return
            profile = profile_file(
                (found.data for found in iter_raw(file) if isinstance(found, RawRecord)), sample=_SAMPLE
            )
            file.seek(0)
            for number, raw in enumerate(iter_raw(file), start=1):
                yield number, _decoded(raw.data, profile) if isinstance(raw, RawRecord) else None
    except OSError as error:
        raise Problem(f"{part.file} cannot be read: {error.strerror}.", command=f"ls -l {part.file}") from None


def _decoded(data: bytes, profile: FileProfile) -> Record | None:
    try:
        return decode_record(data, profile=profile).record
    except MarcError:
        return None


def _cells(part: Part) -> Iterator[Row]:
    names = headings_of(part)
    for number, cells in _table(part):
        if number > part.heading and any(cells):
            named = dict(zip(names, [*cells, *[""] * (len(names) - len(cells))], strict=False))
            fault = _fault(part, cells, len(names))
            yield Row(number, named, tuple(cells if fault else cells[: len(names)]), fault)


def _fault(part: Part, cells: list[str], width: int) -> str:
    """Why a row of a table is none that can be read: its quotes, or, in a CSV, more cells than there are headings."""
    if isinstance(cells, UnreadRow):
        return "row_unreadable"
    return "row_width" if len(cells) > width and not is_xlsx(part) else ""


def _table(part: Part) -> Iterator[tuple[int, list[str]]]:
    try:
        yield from long_rows(
            part.file,
            encoding=part.encoding,
            sheet=part.sheet,
            heading=part.heading,
            delimiter=part.delimiter,
            line_breaks=part.line_breaks,
        )
    except NoTable as error:
        raise Problem(f"{part.file}: {error}.") from None
    except OSError as error:
        raise Problem(f"{part.file} cannot be read: {error.strerror}.", command=f"ls -l {part.file}") from None


def _fields(part: Part) -> Iterator[Row]:
    """A row for each field of the tag: subfields by their codes, ``001``, and other fields' as ``690a``. A field that
    holds several barcodes is as many rows; where another subfield repeats, nobody can tell what belongs to what."""
    outside = sorted({name for name in (*part.wanted, *part.left_out) if len(name) > 1})
    for number, record in _every_record(part):
        if record is None:
            yield Row(number, {}, (), "record_unreadable")
            continue
        above = {name: _of_record(record, name) for name in outside}
        for found in record.fields:
            if isinstance(found, DataField) and found.tag == part.marc_field:
                cells = {**above, **{code: found.first(code) for code, _ in found.subfields}}
                for barcode, fault in _barcodes(part, found):
                    one = cells | barcode
                    raw = tuple(f"{name}={text}" for name, text in one.items())
                    yield Row(number, one, raw, _repeats(part, found) or fault)


def _barcodes(part: Part, found: DataField) -> list[tuple[dict[str, str], str]]:
    """The subfield of the barcode once for each item of the field, and what is wrong with it: it may repeat, and that
    of 905 lists several."""
    code = part.columns.get("barcode", "")
    if len(code) != 1:
        return [({}, "")]
    marks = CNMARC_905.separators if found.tag == CNMARC_905.tag else ""
    texts = [text for name, text in found.subfields if name == code]
    split = [one.strip() for text in texts for one in (re.split(f"[{marks}]", text) if marks else (text,))]
    taken = [({code: one}, fault) for text in split if text for one, fault in _of_run(part, text)]
    return taken or [({}, "")]


def _of_run(part: Part, text: str) -> list[tuple[str, str]]:
    """The barcodes of a run such as ``D123456-60``, where the mapping says that it is one; what may be one and of which
    it says nothing is told, and not loaded as one barcode. A hyphen in what can be no run belongs to the number."""
    if part.ranges is False:
        return [(text, "")]
    try:
        numbers = numbers_between(with_sign(text), most=LONGEST_RUN)
    except RangeUnfit:
        return [(text, "barcode_range" if part.ranges or with_sign(text) == text else "")]
    if numbers is None:
        return [(text, "")]
    return [(one, "") for one in numbers] if part.ranges else [(text, "barcode_range")]


def _repeats(part: Part, found: DataField) -> str:
    """Whether a subfield that is read, but for the barcode's, says two things."""
    read = set(part.wanted) - {part.columns.get("barcode", "")}
    is_double = any(len({text for name, text in found.subfields if name == code}) > 1 for code in read)
    return "subfield_repeated" if is_double else ""


def _of_record(record: Record, name: str) -> str:
    tag, code = name[:3], name[3:]
    for found in record.fields:
        if found.tag == tag:
            if isinstance(found, ControlField):
                return found.data.strip()
            if text := found.first(code):
                return text
    return ""
