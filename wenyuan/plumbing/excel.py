"""An Excel file that is written row by row in flat memory. Imported where one is written: openpyxl is a seventh of all
that every process would else load at its start."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

SHEET_ROWS = 1_000_000
"""Rows of a sheet; Excel takes 1,048,576. What is longer goes on in another sheet of the file."""

_LONGEST = 32_767
"""Characters that Excel takes in a cell."""


class Book:
    """Sheets of one table, each with its heads.

    Text is stored as text, whatever it begins with; control characters, which the format cannot hold, become blanks.
    """

    def __init__(self, heads: Sequence[str], title: str) -> None:
        self._book = Workbook(write_only=True)
        self._heads, self._title = heads, title
        self._sheet = self._new_sheet()
        self.rows = 0

    def append(self, row: Sequence[str | int | float | date | None]) -> None:
        """One more row; in another sheet where this one is full."""
        if self.rows and self.rows % SHEET_ROWS == 0:
            self._sheet = self._new_sheet()
        self._sheet.append([_cell(self._sheet, value) for value in row])
        self.rows += 1

    def save(self, path: Path) -> None:
        """Write the file; nothing can be added afterwards."""
        self._book.save(path)

    def _new_sheet(self) -> Any:
        number = len(self._book.sheetnames) + 1
        sheet: Any = self._book.create_sheet(self._title[:31] if number == 1 else f"{self._title[:24]} {number}")
        sheet.freeze_panes = "A2"
        cells = []
        for head in self._heads:
            cell = _cell(sheet, head)
            cell.font = Font(bold=True)
            cells.append(cell)
        sheet.append(cells)
        return sheet


def _cell(sheet: Any, value: object) -> Any:
    cell: Any = WriteOnlyCell(sheet)
    if isinstance(value, str):
        # Set past the property, which would take "=…" for a formula and "#N/A" for an error.
        cell._value, cell.data_type = ILLEGAL_CHARACTERS_RE.sub(" ", value)[:_LONGEST], "s"
    else:
        cell.value = value
    return cell
