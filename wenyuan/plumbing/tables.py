"""Tables as files, written row by row in flat memory: XLSX and CSV that no spreadsheet takes for formulas."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import chain
from pathlib import Path

Value = str | int | float | date | None

_FORMULA = re.compile(r"[\t\r\n ]*[=+\-@＝＋－＠]|[\t\r\n]")


def write_xlsx(path: Path, heads: Sequence[str], rows: Iterable[Sequence[Value]], *, title: str) -> int:
    """Write an Excel file (``excel.Book``); returns how many rows."""
    from wenyuan.plumbing.excel import Book

    book = Book(heads, title)
    for row in rows:
        book.append(row)
    book.save(path)
    return book.rows


def write_csv(path: Path, heads: Sequence[str], rows: Iterable[Sequence[Value]]) -> int:
    """Write a CSV file in UTF-8 with the mark by which Excel knows it; returns how many rows.

    A text that a spreadsheet would compute (it begins with ``=``, ``+``, ``-``, ``@`` or a control character) gets a
    ``'`` before it, which spreadsheets leave out when they show it.
    """
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="", errors="replace") as file:
        writer = csv.writer(file)
        writer.writerow(heads)
        for row in rows:
            writer.writerow([_harmless(value) if isinstance(value, str) else value for value in row])
            count += 1
    return count


def iter_csv(heads: Sequence[str], rows: Iterable[Sequence[Value]]) -> Iterator[bytes]:
    """The same as ``write_csv``, line by line, for an answer that begins at once."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    mark = "\ufeff"
    for row in chain([heads], rows):
        writer.writerow([_harmless(value) if isinstance(value, str) else value for value in row])
        yield (mark + text.getvalue()).encode(errors="replace")
        mark = ""
        text.seek(0)
        text.truncate()


def _harmless(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text
