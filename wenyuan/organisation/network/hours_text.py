"""Weekly hours as people write them in one cell: ``周二-周日 09:00-17:00``, ``Tue-Sun 9:00-12:00, 13:30-17:00``.

Clauses are parted by semicolons or line breaks. Each names its days (a range, a list, or every day) and then one or
more spans of time. A weekday that no clause names is closed.
"""

import re
import unicodedata
from datetime import time

from wenyuan.kernel.opening import Hours, WeeklySpan, weeks_from_spans

MOST_CHARACTERS = 400

_CHINESE_DAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
_ENGLISH_DAYS = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}
_EVERY_DAY = frozenset({"每天", "每日", "全周", "全年", "daily", "everyday"})
_LONG_ENDINGS = frozenset({"", "s", "day", "nesday", "rsday", "urday", "rs", "r"})

_CLOCK = r"[0-9]{1,2}:[0-9]{2}"
_SPAN = re.compile(rf"({_CLOCK})-({_CLOCK})")
_SPANS = re.compile(rf"{_CLOCK}-{_CLOCK}(?:[,/ ]*{_CLOCK}-{_CLOCK})*")
_CHINESE_DAY = re.compile(r"(?:周|星期|礼拜)?([一二三四五六日天])")
_ENGLISH_DAY = re.compile(r"([a-z]{3})([a-z]*)")


def read_hours(text: str) -> tuple[WeeklySpan, ...]:
    """The spans that the text states, in the order of the week; none for an empty text.

    ``24小时`` and ``24h`` stand for 00:00-24:00; without days before them the times hold every day.

    :raises ValueError: when any part cannot be read, a span closes before it opens, or two overlap.
    """
    if len(text) > MOST_CHARACTERS:
        raise ValueError("too long")
    found = [span for clause in re.split(r"[;\n]+", _plain(text)) if clause.strip(" ,") for span in _clause(clause)]
    weeks_from_spans(found)
    return tuple(sorted(found, key=lambda span: (span.weekday, span.hours)))


def _plain(text: str) -> str:
    """Half-width, lower case, every kind of dash ``-``, every kind of comma ``,``, no blanks around dashes."""
    plain = unicodedata.normalize("NFKC", text).lower()
    plain = re.sub(r"24\s*(?:小时|h\b|hours?\b)", " 0:00-24:00", plain)
    plain = re.sub(r"\s*[-‐-―~〜∼−至到]+\s*", "-", plain)
    return re.sub(r"[、和及与]", ",", plain)


def _clause(clause: str) -> list[WeeklySpan]:
    times = _SPANS.search(clause)
    if times is None or clause[times.end() :].strip(" ,"):
        raise ValueError(f"no times in {clause.strip()!r}")
    hours = [Hours(_clock(opens), _clock(closes)) for opens, closes in _SPAN.findall(times.group())]
    return [WeeklySpan(weekday, span) for weekday in _weekdays(clause[: times.start()].strip(" ,:")) for span in hours]


def _weekdays(text: str) -> list[int]:
    if not text or text.replace(" ", "") in _EVERY_DAY:
        return list(range(7))
    days: set[int] = set()
    for part in re.split(r"[,/ ]+", text):
        first, dash, last = part.partition("-")
        start = _weekday(first)
        end = _weekday(last) if dash else start
        days.update((start + offset) % 7 for offset in range((end - start) % 7 + 1))
    return sorted(days)


def _weekday(text: str) -> int:
    if chinese := _CHINESE_DAY.fullmatch(text):
        return _CHINESE_DAYS[chinese.group(1)]
    english = _ENGLISH_DAY.fullmatch(text)
    if english and english.group(1) in _ENGLISH_DAYS and english.group(2) in _LONG_ENDINGS:
        return _ENGLISH_DAYS[english.group(1)]
    raise ValueError(f"no weekday: {text!r}")


def _clock(text: str) -> time:
    hour, minute = map(int, text.split(":"))
    return time(0, 0) if (hour, minute) == (24, 0) else time(hour, minute)
