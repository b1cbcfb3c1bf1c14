"""A sheet of readings (CSV) as somebody has saved it from a counter's own program: columns found by their headings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from wenyuan.plumbing.clock import library_zone
from wenyuan.plumbing.sheets import NotASheet, read_sheet
from wenyuan.services.visits.data import Reading

MOST_BYTES: Final = 1_000_000
MOST_ROWS: Final = 5_000
_LONGEST_NUMBER: Final = 13
_HEADINGS: Final[Mapping[str, frozenset[str]]] = {
    "at": frozenset({"at", "time", "moment", "until", "时间", "读数时间", "日期时间", "止", "结束时间", "截止时间"}),
    "since": frozenset({"since", "from", "begin", "begins", "起", "开始时间", "起始时间"}),
    "passes": frozenset(
        {
            "passes",
            "reading",
            "total",
            "count",
            "in",
            "读数",
            "累计",
            "累计人次",
            "人次",
            "人数",
            "进",
            "进馆",
            "进馆人次",
        }
    ),
    "out": frozenset({"out", "出", "出馆", "离馆", "出馆人次", "离馆人次"}),
}
_FORMS: Final = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y.%m.%d %H:%M")


@dataclass(frozen=True, slots=True)
class ReadSheet:
    """Readings with the numbers of their lines, and the numbers of lines that tell of none."""

    readings: tuple[tuple[int, Reading], ...]
    unread: tuple[int, ...]


def read_readings(content: bytes) -> ReadSheet:
    """The readings of a CSV in UTF-8 or GB 18030. A moment without a zone is the library's clock.

    :raises NotASheet: no CSV, too large or too long a one, or without a time and a reading among its headings.
    """
    if len(content) > MOST_BYTES or content.startswith(b"PK\x03\x04"):
        # A workbook's cells lose the hour where they are read as text.
        raise NotASheet("no CSV, or too large")
    rows = read_sheet(content, most_rows=MOST_ROWS + 1)
    columns = _columns(rows[0]) if rows else {}
    if not {"at", "passes"} <= columns.keys():
        raise NotASheet("no time or no reading")
    found: list[tuple[int, Reading]] = []
    unread = []
    for number, row in enumerate(rows[1:], start=2):
        if not any(row):
            continue
        reading = _reading(row, columns)
        if reading is None:
            unread.append(number)
        else:
            found.append((number, reading))
    return ReadSheet(tuple(found), tuple(unread))


def _columns(headings: Sequence[str]) -> dict[str, int]:
    """Which column is what; of two alike the first."""
    return {
        name: place
        for name, words in _HEADINGS.items()
        for place, heading in reversed(list(enumerate(headings)))
        if heading.strip().lower() in words
    }


def _reading(row: Sequence[str], columns: Mapping[str, int]) -> Reading | None:
    texts = {name: row[place] if place < len(row) else "" for name, place in columns.items()}
    at, passes = _moment(texts["at"]), _number(texts["passes"])
    since_text, out_text = texts.get("since", ""), texts.get("out", "")
    since, out = _moment(since_text), _number(out_text)
    is_whole = at and passes is not None and (since or not since_text) and (out is not None or not out_text)
    if not is_whole or at is None or passes is None:
        return None
    return Reading(at, passes, out, since)


def _number(text: str) -> int | None:
    digits = text.replace(",", "").replace("，", "")
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= _LONGEST_NUMBER else None


def _moment(text: str) -> datetime | None:
    found = _parsed(text)
    if found is None or not 1969 <= found.year < 2200:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=library_zone())).astimezone(UTC)


def _parsed(text: str) -> datetime | None:
    for form in _FORMS:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - the zone follows
        except ValueError:
            continue
    try:
        return datetime.fromisoformat(text) if len(text) > len("2026-11-30") else None
    except ValueError:
        return None
