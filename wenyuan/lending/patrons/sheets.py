"""Reading a class list from the file a school sends: CSV in whatever encoding Excel wrote, or XLSX."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from wenyuan.kernel.chinese import half_width
from wenyuan.kernel.identity import Gender
from wenyuan.lending.patrons.data import (
    NoNumberReason,
    Problem,
    ProblemCode,
    Relation,
    RosterRefused,
    RosterRow,
    RowProblem,
)

MOST_ROWS = 60
"""Children of one list: a school class, enrolled in one transaction of about a second (measured: 11 ms of CPU each)."""
MOST_BYTES = 2_000_000
HEADING_ROWS = 10
"""A title and a remark may stand above the column names."""

# What schools write above the columns and in them: vocabulary of the files read, shown to nobody.
_COLUMNS = {
    "name": ("姓名", "学生姓名", "读者姓名", "name"),
    "gender": ("性别", "gender", "sex"),
    "birth_date": ("出生日期", "生日", "出生年月日", "birthdate", "birthday", "dateofbirth"),
    "number": ("身份证号", "身份证号码", "证件号", "证件号码", "身份证", "identitynumber", "idnumber"),
    "no_number_reason": ("无证原因", "无证件原因", "无身份证原因", "nonumberreason", "reason"),
    "guardian_name": ("监护人", "监护人姓名", "家长姓名", "家长", "guardian", "guardianname"),
    "relation": ("关系", "与学生关系", "监护人关系", "与监护人关系", "relation"),
    "guardian_phone": ("电话", "联系电话", "监护人电话", "家长电话", "手机", "手机号", "phone", "guardianphone"),
    "card_no": ("读者证号", "证号", "借书证号", "card", "cardno", "cardnumber"),
}
_COLUMN_OF = {heading: field for field, headings in _COLUMNS.items() for heading in headings}
_GENDERS = {
    "男": Gender.MALE,
    "男性": Gender.MALE,
    "male": Gender.MALE,
    "m": Gender.MALE,
    "女": Gender.FEMALE,
    "女性": Gender.FEMALE,
    "female": Gender.FEMALE,
    "f": Gender.FEMALE,
}
_RELATIONS = {
    "父亲": Relation.FATHER,
    "父": Relation.FATHER,
    "爸爸": Relation.FATHER,
    "父子": Relation.FATHER,
    "父女": Relation.FATHER,
    "母亲": Relation.MOTHER,
    "母": Relation.MOTHER,
    "妈妈": Relation.MOTHER,
    "母子": Relation.MOTHER,
    "母女": Relation.MOTHER,
    "爷爷": Relation.GRANDPARENT,
    "奶奶": Relation.GRANDPARENT,
    "祖父": Relation.GRANDPARENT,
    "祖母": Relation.GRANDPARENT,
    "外公": Relation.GRANDPARENT,
    "外婆": Relation.GRANDPARENT,
    "姥姥": Relation.GRANDPARENT,
    "姥爷": Relation.GRANDPARENT,
    "亲属": Relation.RELATIVE,
    "其他": Relation.OTHER,
} | {relation.value: relation for relation in Relation}
_REASONS = {
    "儿童": NoNumberReason.CHILD,
    "未成年": NoNumberReason.CHILD,
    "未办": NoNumberReason.NOT_ISSUED,
    "未办理": NoNumberReason.NOT_ISSUED,
    "遗失": NoNumberReason.LOST,
    "丢失": NoNumberReason.LOST,
    "未提供": NoNumberReason.NOT_SHOWN,
    "未出示": NoNumberReason.NOT_SHOWN,
} | {reason.value: reason for reason in NoNumberReason if reason is not NoNumberReason.ERASED}
_DATE = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?|([0-9]{4})([0-9]{2})([0-9]{2})")


def read_sheet(content: bytes) -> tuple[RosterRow, ...]:
    """The rows of a class list, empty ones left out; column names in Chinese or English, in any order.

    :raises RosterRefused: the file cannot be read, holds no column for names, no rows, or more than 60.
    """
    if len(content) > MOST_BYTES:
        raise _refused(ProblemCode.TOO_MANY_ROWS)
    lines = [line for line in _lines(content) if any(cell for cell in line[1])]
    fields: dict[int, str] = {}
    rows = []
    for position, (line, cells) in enumerate(lines):
        if not fields:
            fields = _headings(cells)
            if not fields and position >= HEADING_ROWS:
                break
            continue
        values = {field: cells[column] for column, field in fields.items() if column < len(cells)}
        if any(values.values()):
            rows.append(RosterRow(line=line, **values))
    if not fields:
        raise _refused(ProblemCode.COLUMN_MISSING, "name")
    if not rows:
        raise _refused(ProblemCode.ROW_MISSING)
    if len(rows) > MOST_ROWS:
        raise _refused(ProblemCode.TOO_MANY_ROWS)
    return tuple(rows)


def read_date(text: str) -> date | None:
    """A day as sheets have it: ``2016-5-1``, ``2016/05/01``, ``2016年5月1日``, ``20160501``; none if it is none."""
    match = _DATE.fullmatch(half_width(text).replace(" ", ""))
    if match is None:
        return None
    year, month, day = (int(part) for part in match.groups() if part is not None)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def read_gender(text: str) -> Gender | None:
    """男 or 女, in whatever words."""
    return _GENDERS.get(text.strip().casefold())


def read_relation(text: str) -> Relation | None:
    """What the guardian is to the child; one of the usual words or a code."""
    return _RELATIONS.get(text.strip().casefold())


def read_reason(text: str) -> NoNumberReason | None:
    """Why there is no number; one of the usual words or a code."""
    return _REASONS.get(text.strip().casefold())


def _headings(cells: Sequence[str]) -> dict[int, str]:
    """Which field stands in which column; empty unless this row names a column for names."""
    found: dict[int, str] = {}
    for column, cell in enumerate(cells):
        heading = re.sub(r"[\s*＊:：_]|[（(].*[)）]", "", half_width(cell)).casefold()
        field = _COLUMN_OF.get(heading)
        if field and field not in found.values():
            found[column] = field
    return found if "name" in found.values() else {}


def _lines(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Rows with their number in the sheet, cells as trimmed texts."""
    rows = _xlsx(content) if content.startswith(b"PK\x03\x04") else _csv(content)
    for line, cells in enumerate(rows, start=1):
        yield line, [_text(cell) for cell in cells]


def _csv(content: bytes) -> Iterable[Sequence[object]]:
    for encoding in ("utf-8-sig", "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise _refused(ProblemCode.FILE_UNREADABLE)
    if "\0" in text:
        raise _refused(ProblemCode.FILE_UNREADABLE)
    first = text.split("\n", 1)[0]
    delimiter = max(",\t;，", key=first.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        raise _refused(ProblemCode.FILE_UNREADABLE) from None


def _xlsx(content: bytes) -> Iterable[Sequence[object]]:
    # Imported at the first sheet: every command and server would else pay for it at its start.
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows = []
        for row in sheet.iter_rows(max_row=MOST_ROWS + 5 * HEADING_ROWS, max_col=40, values_only=True):
            rows.append(row)
        book.close()
    except (InvalidFileException, zipfile.BadZipFile, KeyError, IndexError, ValueError, OSError):
        raise _refused(ProblemCode.FILE_UNREADABLE) from None
    return rows


def _text(cell: object) -> str:
    match cell:
        case None:
            return ""
        case datetime() | date():
            return cell.strftime("%Y-%m-%d")
        case float() if cell.is_integer():
            return str(int(cell))
        case _:
            return str(cell).strip().lstrip("'").strip()


def _refused(code: ProblemCode, column: str = "") -> RosterRefused:
    return RosterRefused((RowProblem(0, column, Problem(code, column)),))
