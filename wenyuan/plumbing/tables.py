"""Tables as files, written row by row in flat memory: XLSX and CSV that no spreadsheet takes for formulas."""

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

Value = str | int | float | date | None

SHEET_ROWS = 1_000_000
"""Rows of a sheet; Excel takes 1,048,576. What is longer goes on in another sheet of the file."""

_LONGEST = 32_767
"""Characters that Excel takes in a cell."""

_FORMULA = re.compile(r"[\t\r\n ]*[=+\-@＝＋－＠]|[\t\r\n]")


def write_xlsx(path: Path, heads: Sequence[str], rows: Iterable[Sequence[Value]], *, title: str) -> int:
    """Write an Excel file; returns how many rows. Text is stored as text, whatever it begins with; control characters,
    which the format cannot hold, become blanks.
    """
    book = Workbook(write_only=True)
    count = 0
    sheet = None
    for row in rows:
        if sheet is None or count % SHEET_ROWS == 0:
            sheet = _new_sheet(book, heads, title)
        sheet.append([_cell(sheet, value) for value in row])
        count += 1
    if sheet is None:
        _new_sheet(book, heads, title)
    book.save(path)
    return count


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


def _new_sheet(book: Workbook, heads: Sequence[str], title: str) -> Any:
    name = f"{title[:24]} {len(book.sheetnames) + 1}" if book.sheetnames else title[:31]
    sheet: Any = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    cells = []
    for head in heads:
        cell = _cell(sheet, head)
        cell.font = Font(bold=True)
        cells.append(cell)
    sheet.append(cells)
    return sheet


def _cell(sheet: Any, value: Value) -> Any:
    cell: Any = WriteOnlyCell(sheet)
    if isinstance(value, str):
        # Set past the property, which would take "=…" for a formula and "#N/A" for an error.
        cell._value, cell.data_type = ILLEGAL_CHARACTERS_RE.sub(" ", value)[:_LONGEST], "s"
    else:
        cell.value = value
    return cell


def _harmless(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text
