"""Tables of any length, row by row in flat memory: CSV in an encoding that is stated, or a sheet of an XLSX.

Bytes that are none of the encoding stay in their cell as lone surrogates (``surrogateescape``), so that they can be
told and written back as they were; nothing is guessed or replaced. Small tables that people type: ``sheets``.
"""

import csv
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final

MOST_COLUMNS: Final = 200
LONGEST_CELL: Final = 100_000
MOST_STRINGS: Final = 400_000_000
MOST_UNPACKED: Final = 4_000_000_000
"""Bytes of an XLSX as unpacked: its shared texts, which are held in memory, and all of it, which is not."""


_COMPUTED: Final = ("=", "+", "-", "@")


class NoTable(Exception):
    """The file is no table that can be read; the text says why."""


def long_rows(path: Path, *, encoding: str, sheet: str = "") -> Iterator[tuple[int, list[str]]]:
    """The rows of a table with their numbers (from 1), cells as trimmed text; a row that cannot be read is empty.

    :param encoding: of a CSV; an XLSX states its own.
    :param sheet: the name of an XLSX's sheet, else the first.
    :raises NoTable: no workbook, no such sheet, or one that unpacks into more than any library has.
    :raises OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        is_workbook = file.read(4) == b"PK\x03\x04"
    return _workbook(path, sheet) if is_workbook else _csv(path, encoding)


def is_mangled(text: str) -> bool:
    """Whether the text holds bytes that are none of its file's encoding."""
    return any("\udc80" <= character <= "\udcff" for character in text)


def shown_cell(text: str) -> str:
    """A cell of a CSV that people open in an office program: what it would compute gets an apostrophe, which reading
    takes off again."""
    return f"'{text}" if text[:1] in _COMPUTED else text


def _plain(text: str) -> str:
    return text[1:] if text[:1] == "'" and text[1:2] in _COMPUTED else text


def _csv(path: Path, encoding: str) -> Iterator[tuple[int, list[str]]]:
    codec = "utf-8-sig" if encoding == "utf-8" else encoding
    csv.field_size_limit(LONGEST_CELL)
    with path.open(encoding=codec, errors="surrogateescape", newline="") as file:
        head = file.readline(LONGEST_CELL)
        file.seek(0)
        reader = csv.reader((line.replace("\0", "") for line in file), delimiter=max(",\t;", key=head.count))
        number = 0
        while True:
            number += 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                cells = []
            yield number, [_plain(cell.strip()) for cell in cells[:MOST_COLUMNS]]


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
        case float() if cell.is_integer():
            return str(int(cell))
        case _:
            return str(cell).strip()[:LONGEST_CELL]
