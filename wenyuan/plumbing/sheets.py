"""Tables that people make with an office program: CSV or XLSX in, as rows of text. Out: ``tables``."""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Final

MOST_BYTES: Final = 20_000_000
MOST_UNPACKED_BYTES: Final = 50_000_000
MOST_COLUMNS: Final = 40


class NotASheet(Exception):
    """The bytes are no table that is taken, or too large a one."""


def read_sheet(content: bytes, *, most_rows: int) -> list[list[str]]:
    """The rows of a CSV (UTF-8 or GB 18030; comma, tab or semicolon) or of the first sheet of an XLSX, as trimmed text.

    :raises NotASheet: it cannot be read, has more than ``most_rows`` rows, or is too large.
    """
    if len(content) > MOST_BYTES:
        raise NotASheet("too large")
    lines = _xlsx(content, most_rows) if content.startswith(b"PK\x03\x04") else _csv(content)
    try:
        rows = [[_text(cell) for cell in line[:MOST_COLUMNS]] for line in islice(lines, most_rows + 1)]
    except (csv.Error, zipfile.BadZipFile, KeyError, IndexError, ValueError, OSError, SyntaxError) as error:
        raise NotASheet("cannot be read") from error
    if len(rows) > most_rows:
        raise NotASheet("too many rows")
    return rows


def _csv(content: bytes) -> Iterator[list[str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise NotASheet("cannot be read")
    if "\0" in text:
        raise NotASheet("cannot be read")
    headers = text.partition("\n")[0]
    return csv.reader(io.StringIO(text, newline=""), delimiter=max(",\t;", key=headers.count))


def _xlsx(content: bytes, most_rows: int) -> Iterator[Sequence[object]]:
    # Imported at the first sheet: every command and server would else pay for it at its start.
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED_BYTES:
                raise NotASheet("too large")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        rows = book.worksheets[0].iter_rows(max_row=most_rows + 1, max_col=MOST_COLUMNS, values_only=True)
    except (zipfile.BadZipFile, KeyError, IndexError, ValueError, OSError, SyntaxError) as error:
        raise NotASheet("cannot be read") from error
    return rows


def _text(cell: object) -> str:
    """A cell as trimmed text: a date in ISO form, a whole number without its point."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
