"""Tables of any length, row by row in flat memory: CSV in an encoding that is stated, or a sheet of an XLSX.

Bytes that are none of the encoding stay in their cell as lone surrogates (``surrogateescape``), so that they can be
told and written back as they were; nothing is guessed or replaced. Small tables that people type: ``sheets``.
"""

import csv
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Final

MOST_COLUMNS: Final = 200
LONGEST_CELL: Final = 100_000
MOST_STRINGS: Final = 400_000_000
MOST_UNPACKED: Final = 4_000_000_000
"""Bytes of an XLSX as unpacked: its shared texts, which are held in memory, and all of it, which is not."""


_INEXACT: Final = 10**15
"""Numbers from here on are kept by office programs to fifteen digits; what stood in the cell is lost."""
_ROUNDED: Final = re.compile(r"[0-9](\.[0-9]+)?[eE]\+[0-9]{1,3}")
_COMPUTED: Final = ("=", "+", "-", "@")


class NoTable(Exception):
    """The file is no table that can be read; the text says why."""


class UnreadRow(list[str]):
    """The cells of a row whose quotes do not work out, as its delimiters alone divide it: to be told and mended."""


def long_rows(
    path: Path, *, encoding: str, sheet: str = "", heading: int = 1, delimiter: str = "", line_breaks: bool = True
) -> Iterator[tuple[int, list[str]]]:
    """The rows of a table with their numbers (from 1; of a CSV the line where the row begins), cells as trimmed text.
    A row that cannot be read is an :class:`UnreadRow`.

    :param encoding: of a CSV; an XLSX states its own.
    :param heading: the line that tells which delimiter a CSV has, where none is stated.
    :param line_breaks: whether a quoted cell of a CSV may go on in the next line; else each line is a row.
    :param sheet: the name of an XLSX's sheet, else the first.
    :raises NoTable: no workbook, no such sheet, or one that unpacks into more than any library has.
    :raises OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        is_workbook = file.read(4) == b"PK\x03\x04"
    try:
        yield from _workbook(path, sheet) if is_workbook else _csv(path, encoding, heading, delimiter, line_breaks)
    except UnicodeError as error:
        raise NoTable(f"it is no text in {encoding}") from error


def is_mangled(text: str) -> bool:
    """Whether the text holds bytes that are none of its file's encoding."""
    return any("\udc80" <= character <= "\udcff" for character in text)


def is_rounded(text: str) -> bool:
    """Whether the text is what an office program makes of a long number: ``6.90123E+12``. Its last digits are lost."""
    return _ROUNDED.fullmatch(text) is not None


def shown_cell(text: str) -> str:
    """A cell of a CSV that people open in an office program: what it would compute gets an apostrophe, which reading
    takes off again."""
    return f"'{text}" if text[:1] in _COMPUTED else text


def _plain(text: str) -> str:
    return text[1:] if text[:1] == "'" and text[1:2] in _COMPUTED else text


def _csv(path: Path, encoding: str, heading: int, delimiter: str, line_breaks: bool) -> Iterator[tuple[int, list[str]]]:
    codec = "utf-8-sig" if encoding == "utf-8" else encoding
    csv.field_size_limit(LONGEST_CELL)
    # What is no UTF-16 cannot be kept as single bytes: such a file is none.
    errors = "strict" if encoding == "utf-16" else "surrogateescape"
    with path.open(encoding=codec, errors=errors, newline="") as file:
        *_, head = ("", *islice(file, heading))
        file.seek(0)
        mark = delimiter or max(",\t;", key=head.count)
        lines = (line.replace("\0", "") for line in file)
        rows = _by_quotes(lines, mark) if line_breaks else _by_lines(lines, mark, width=len(_split(head, mark)))
        for number, cells in rows:
            yield number, cells if isinstance(cells, UnreadRow) else [_plain(cell.strip()) for cell in cells]


def _split(line: str, mark: str) -> list[str]:
    """The cells of one line; an :class:`UnreadRow` where a quote in it is not closed, or stands where none can."""
    text = line.rstrip("\r\n")
    try:
        return next(csv.reader([text], delimiter=mark, strict=True), [])[:MOST_COLUMNS]
    except csv.Error:
        return UnreadRow(text.split(mark)[:MOST_COLUMNS])


def _by_lines(lines: Iterator[str], mark: str, *, width: int) -> Iterator[tuple[int, list[str]]]:
    """Each line is a row: a quote that is not closed spoils its own row, and not those that follow. From such a line to
    the next, a line of another width may be the rest of a cell, and is no row either."""
    is_open = False
    for number, line in enumerate(lines, start=1):
        cells = _split(line, mark)
        is_odd = line.count('"') % 2 == 1
        if is_odd or (is_open and cells and len(cells) != width):
            cells = UnreadRow(line.rstrip("\r\n").split(mark)[:MOST_COLUMNS])
        is_open ^= is_odd
        yield number, cells


def _by_quotes(lines: Iterator[str], mark: str) -> Iterator[tuple[int, list[str]]]:
    """Rows whose quoted cells may hold line breaks, by the number of their first line. Where the quotes do not work
    out, each of the lines that went into the attempt is a row that could not be read."""
    taken: list[str] = []

    def noted() -> Iterator[str]:
        for line in lines:
            taken.append(line)
            yield line

    reader = csv.reader(noted(), delimiter=mark, strict=True)
    while True:
        taken.clear()
        first = reader.line_num + 1
        try:
            yield first, next(reader)[:MOST_COLUMNS]
        except StopIteration:
            return
        except csv.Error:
            for number, line in enumerate(tuple(taken), start=first):
                yield number, UnreadRow(line.rstrip("\r\n").split(mark)[:MOST_COLUMNS])


def _workbook(path: Path, sheet: str) -> Iterator[tuple[int, list[str]]]:
    # Imported at the first workbook: every command would else pay for it at its start.
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
        texts = sum(part.file_size for part in parts if part.filename.endswith("sharedStrings.xml"))
        if texts > MOST_STRINGS or sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise NoTable("it unpacks into more than any library has")
        book = load_workbook(path, read_only=True, data_only=True)
        if sheet and sheet not in book.sheetnames:
            raise NoTable(f"it has no sheet {sheet!r}; there are: {', '.join(book.sheetnames[:20])}")
        found = book[sheet] if sheet else book.worksheets[0]
        for number, cells in enumerate(found.iter_rows(max_col=MOST_COLUMNS, values_only=True), start=1):
            yield number, [_text(cell) for cell in _trimmed(cells)]
    except (zipfile.BadZipFile, KeyError, IndexError, ValueError, SyntaxError) as error:
        raise NoTable("it cannot be read as a workbook") from error


def _trimmed(cells: Sequence[object]) -> Sequence[object]:
    """The cells without the empty ones at the end."""
    end = len(cells)
    while end and cells[end - 1] is None:
        end -= 1
    return cells[:end]


def _text(cell: object) -> str:
    match cell:
        case None:
            return ""
        case datetime():
            has_hour = (cell.hour, cell.minute, cell.second) != (0, 0, 0)
            return cell.isoformat(" ", "seconds") if has_hour else cell.date().isoformat()
        case date():
            return cell.isoformat()
        case int() | float() if abs(cell) >= _INEXACT:
            return f"{cell:.14E}"
        case float() if cell.is_integer():
            return str(int(cell))
        case _:
            return str(cell).strip()[:LONGEST_CELL]
