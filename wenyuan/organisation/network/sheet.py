"""The sheet of first branches, CSV or XLSX, as a library keeps it: one branch a row, headers in Chinese or English.

This file turns bytes into checked rows; ``operations.loading`` writes them. Nothing here asks the database.
"""

import csv
import io
import unicodedata
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import islice
from zipfile import BadZipFile

from wenyuan.kernel.opening import WeeklySpan
from wenyuan.organisation.network.hours_text import read_hours
from wenyuan.organisation.network.models import BranchKind
from wenyuan.organisation.network.rules import is_code

MOST_ROWS = 5_000
MOST_COLUMNS = 64
MOST_BYTES = 10_000_000
MOST_UNPACKED_BYTES = 100_000_000

HEADERS: Mapping[str, frozenset[str]] = {
    "code": frozenset({"code", "编码", "代码", "馆代码", "分馆代码", "分馆编码"}),
    "name_zh": frozenset({"name_zh", "name", "名称", "中文名", "中文名称", "馆名", "分馆名称"}),
    "name_en": frozenset({"name_en", "英文名", "英文名称"}),
    "kind": frozenset({"kind", "type", "类型", "类别", "馆类型"}),
    "parent": frozenset({"parent", "上级", "上级代码", "上级馆", "上级馆代码", "所属总馆"}),
    "opened": frozenset({"opened", "opened_date", "开放日期", "开馆日期", "启用日期", "建馆日期"}),
    "address": frozenset({"address", "地址"}),
    "phone": frozenset({"phone", "telephone", "tel", "电话", "联系电话"}),
    "group": frozenset({"group", "lending_group", "通借通还", "通借通还组", "通借组"}),
    "hours": frozenset({"hours", "opening_hours", "开放时间", "开馆时间"}),
}
NEEDED = ("code", "name_zh", "kind", "opened")
LENGTHS: Mapping[str, int] = {"name_zh": 100, "name_en": 100, "address": 200, "phone": 40}

KINDS: Mapping[str, BranchKind] = {
    "总馆": BranchKind.CENTRAL,
    "中心馆": BranchKind.CENTRAL,
    "分馆": BranchKind.BRANCH,
    "街道分馆": BranchKind.BRANCH,
    "乡镇分馆": BranchKind.BRANCH,
    "镇分馆": BranchKind.BRANCH,
    "乡分馆": BranchKind.BRANCH,
    "少儿分馆": BranchKind.CHILDREN,
    "少儿馆": BranchKind.CHILDREN,
    "少年儿童分馆": BranchKind.CHILDREN,
    "合作分馆": BranchKind.PARTNER,
    "流动站": BranchKind.STATION,
    "图书流动站": BranchKind.STATION,
    "服务点": BranchKind.STATION,
    "农家书屋": BranchKind.RURAL_BOOKHOUSE,
    "社区书屋": BranchKind.COMMUNITY_BOOKHOUSE,
    "城市书房": BranchKind.CITY_STUDY,
    "24小时书架": BranchKind.SHELF_24H,
    "24小时自助书架": BranchKind.SHELF_24H,
    "流动车": BranchKind.BOOKMOBILE,
    "图书流动车": BranchKind.BOOKMOBILE,
}


class SheetFault(StrEnum):
    """What is wrong with a cell, or with the file as a whole (row 0)."""

    UNREADABLE = "unreadable"
    TOO_BIG = "too_big"
    NO_ROWS = "no_rows"
    COLUMN_MISSING = "column_missing"
    COLUMN_TWICE = "column_twice"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    BAD_CODE = "bad_code"
    CODE_TWICE = "code_twice"
    CODE_TAKEN = "code_taken"
    UNKNOWN_KIND = "unknown_kind"
    UNKNOWN_PARENT = "unknown_parent"
    RING = "ring"
    BAD_DATE = "bad_date"
    BAD_HOURS = "bad_hours"


@dataclass(frozen=True, slots=True)
class SheetError:
    """A fault at a row (as a spreadsheet numbers it, headers in row 1; 0 is the file) and a column by its English
    header; ``value`` is the start of what stands there."""

    row: int
    column: str
    fault: SheetFault
    value: str = ""


class SheetRefused(Exception):
    """The sheet has errors, all of them listed; nothing was written."""

    def __init__(self, errors: Sequence[SheetError]) -> None:
        super().__init__(f"{len(errors)} errors in the sheet")
        self.errors = tuple(errors)


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchRow:
    """One checked row. ``parent`` is a code of this sheet or of a branch that stands already; ``groups`` are codes."""

    row: int
    code: str
    name_zh: str
    name_en: str
    kind: BranchKind
    parent: str
    opened: date
    address: str
    phone: str
    groups: tuple[str, ...]
    hours: tuple[WeeklySpan, ...]


def read_branch_sheet(content: bytes) -> tuple[BranchRow, ...]:
    """The branches of a CSV (UTF-8 or GB 18030) or XLSX file (its first sheet).

    :raises SheetRefused: the file cannot be read or is too big, a needed column is missing, or cells are wrong.
    """
    if len(content) > MOST_BYTES:
        raise SheetRefused([SheetError(0, "", SheetFault.TOO_BIG)])
    lines = list(islice(_xlsx_lines(content) if content.startswith(b"PK") else _csv_lines(content), MOST_ROWS + 2))
    if len(lines) > MOST_ROWS + 1:
        raise SheetRefused([SheetError(MOST_ROWS + 2, "", SheetFault.TOO_BIG)])
    if not lines:
        raise SheetRefused([SheetError(0, "", SheetFault.NO_ROWS)])
    columns = _columns(lines[0])
    errors: list[SheetError] = []
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        cells = {name: line[index] if index < len(line) else "" for name, index in columns.items()}
        if any(cells.values()) and (row := _row(number, cells, errors)):
            rows.append(row)
    if not rows and not errors:
        errors.append(SheetError(0, "", SheetFault.NO_ROWS))
    errors += _faults_between(rows)
    if errors:
        raise SheetRefused(sorted(errors, key=lambda error: (error.row, error.column)))
    return tuple(rows)


def central_branch(*, code: str, name_zh: str, opened: date) -> BranchRow:
    """The row of a library that begins with its central library alone, checked as a sheet's row is.

    :raises SheetRefused: what is wrong with code or name, at row 1.
    """
    errors: list[SheetError] = []
    cells = {"code": code.strip(), "name_zh": name_zh.strip(), "kind": "central", "opened": opened.isoformat()}
    row = _row(1, cells, errors)
    if row is None:
        raise SheetRefused(errors)
    return row


def _csv_lines(content: bytes) -> Iterable[list[str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise SheetRefused([SheetError(0, "", SheetFault.UNREADABLE)])
    try:
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)):
            yield [_text(cell) for cell in line[:MOST_COLUMNS]]
    except csv.Error as error:
        raise SheetRefused([SheetError(0, "", SheetFault.UNREADABLE)]) from error


def _delimiter(text: str) -> str:
    """The mark that parts the headers: comma, tab or semicolon."""
    headers = text.partition("\n")[0]
    return max(",\t;", key=headers.count)


def _xlsx_lines(content: bytes) -> Iterable[list[str]]:
    # Imported at the first sheet: every command and server would else pay for it at its start.
    import openpyxl

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED_BYTES:
                raise SheetRefused([SheetError(0, "", SheetFault.TOO_BIG)])
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        try:
            sheet = book.worksheets[0]
            for line in sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=MOST_COLUMNS, values_only=True):
                yield [_text(cell) for cell in line]
        finally:
            book.close()
    except (BadZipFile, KeyError, IndexError, ValueError, OSError, SyntaxError) as error:
        raise SheetRefused([SheetError(0, "", SheetFault.UNREADABLE)]) from error


def _text(cell: object) -> str:
    """A cell as trimmed text: a date in ISO form, a whole number without its point."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _columns(headers: Sequence[str]) -> dict[str, int]:
    """Where each known column stands; unknown headers are left alone."""
    found: dict[str, int] = {}
    errors = []
    for index, header in enumerate(headers):
        plain = unicodedata.normalize("NFKC", header).strip().casefold().replace(" ", "_")
        name = next((name for name, spellings in HEADERS.items() if plain in spellings), None)
        if name in found:
            errors.append(SheetError(1, name, SheetFault.COLUMN_TWICE, header[:40]))
        elif name is not None:
            found[name] = index
    errors += [SheetError(1, name, SheetFault.COLUMN_MISSING) for name in NEEDED if name not in found]
    if errors:
        raise SheetRefused(errors)
    return found


def _row(number: int, cells: Mapping[str, str], errors: list[SheetError]) -> BranchRow | None:
    """The row, or nothing when one of its cells is wrong; faults are added to ``errors``."""
    before = len(errors)

    def fault(column: str, fault: SheetFault) -> None:
        errors.append(SheetError(number, column, fault, cells.get(column, "")[:40]))

    for column in NEEDED:
        if not cells[column]:
            fault(column, SheetFault.EMPTY)
    for column, most in LENGTHS.items():
        if len(cells.get(column, "")) > most or not cells.get(column, "").isprintable():
            fault(column, SheetFault.TOO_LONG)
    if cells["code"] and not is_code(cells["code"]):
        fault("code", SheetFault.BAD_CODE)
    groups = tuple(dict.fromkeys(part for part in _parts(cells.get("group", "")) if part))
    if not all(is_code(part) for part in groups):
        fault("group", SheetFault.BAD_CODE)
    kind = _kind(cells["kind"])
    if cells["kind"] and kind is None:
        fault("kind", SheetFault.UNKNOWN_KIND)
    opened = _date(cells["opened"])
    if cells["opened"] and opened is None:
        fault("opened", SheetFault.BAD_DATE)
    try:
        hours = read_hours(cells.get("hours", ""))
    except ValueError:
        fault("hours", SheetFault.BAD_HOURS)
    if len(errors) > before or kind is None or opened is None:
        return None
    return BranchRow(
        row=number,
        code=cells["code"],
        name_zh=cells["name_zh"],
        name_en=cells.get("name_en", ""),
        kind=kind,
        parent=cells.get("parent", ""),
        opened=opened,
        address=cells.get("address", ""),
        phone=cells.get("phone", ""),
        groups=groups,
        hours=hours,
    )


def _parts(text: str) -> list[str]:
    for mark in "；;，、|/":
        text = text.replace(mark, ",")
    return [part.strip() for part in text.split(",")]


def _kind(text: str) -> BranchKind | None:
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    if plain.casefold() in BranchKind.values:
        return BranchKind(plain.casefold())
    return KINDS.get(plain)


def _date(text: str) -> date | None:
    """``2019-05-01``, ``2019/5/1``, ``2019.5.1``, ``2019年5月1日``; a year or a month alone is its first day."""
    plain = unicodedata.normalize("NFKC", text)
    for mark in "年月/.":
        plain = plain.replace(mark, "-")
    try:
        parts = [int(part) for part in plain.removesuffix("日").strip("- ").split("-")]
        return date(*[*parts, 1, 1][:3]) if len(parts) <= 3 and parts[0] >= 1000 else None
    except ValueError:
        return None


def _faults_between(rows: Sequence[BranchRow]) -> list[SheetError]:
    """Codes that stand twice, in any case, and lines of parents that run in a ring."""
    errors = []
    seen: dict[str, BranchRow] = {}
    for row in rows:
        if row.code.casefold() in seen:
            errors.append(SheetError(row.row, "code", SheetFault.CODE_TWICE, row.code))
        else:
            seen[row.code.casefold()] = row
    for row in rows:
        line = {row.code.casefold()}
        above = seen.get(row.parent.casefold())
        while above is not None and above.code.casefold() not in line:
            line.add(above.code.casefold())
            above = seen.get(above.parent.casefold())
        if above is not None and above.code.casefold() == row.code.casefold():
            errors.append(SheetError(row.row, "parent", SheetFault.RING, row.parent))
    return errors
