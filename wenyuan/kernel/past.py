"""What an old system wrote, on its way into this one: texts into values, and what became of each row. Pure.

Nothing is guessed: a text that is not exactly what it should be is a :class:`Unread`, told with its field.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple, Protocol

from wenyuan.kernel.money import parse_yuan

LONGEST_KEY = 64
"""Characters of the old system's own key of a row."""


class Fate(StrEnum):
    """What becomes of a row."""

    LOADED = "loaded"
    KNOWN = "known"  # it came in before, by its old key
    REFUSED = "refused"


class PastReason(NamedTuple):
    """Why a row is refused, or, as a ``note``, what to know of one that came in. Codes and names of fields only."""

    code: str
    field: str = ""
    note: bool = False


@dataclass(frozen=True, slots=True)
class PastResult:
    """What became of one row: its place among those given, its fate, and everything there is to say of it."""

    place: int
    fate: Fate
    reasons: tuple[PastReason, ...] = ()


class Coming(Protocol):
    """What earlier rows of a dry run would have brought: names of things, not the things (``item:4711``)."""

    def has(self, names: Collection[str], /) -> frozenset[str]:
        """Those of the names that would be there."""

    def claim(self, names: Iterable[str], /) -> None:
        """These would be there from now on."""


class Unread(ValueError):
    """A text that is not what its field asks for; ``code`` says in which way. Never the text itself."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


_PARTS: Mapping[str, str] = {
    "YYYY": r"(?P<year>[0-9]{4})",
    "YY": r"(?P<short_year>[0-9]{2})",
    "MM": r"(?P<month>[0-9]{2})",
    "DD": r"(?P<day>[0-9]{2})",
    "M": r"(?P<month>[0-9]{1,2})",
    "D": r"(?P<day>[0-9]{1,2})",
    "hh": r"(?P<hour>[0-9]{2})",
    "h": r"(?P<hour>[0-9]{1,2})",
    "mm": r"(?P<minute>[0-9]{2})",
    "ss": r"(?P<second>[0-9]{2})",
    "f": r"(?P<fraction>[0-9]+)",
    "AM": r"(?P<half>[AaPp][Mm]|上午|下午)",
}
_PART = re.compile("YYYY|YY|MM|DD|AM|M|D|hh|h|mm|ss|f")
_EARLIEST_YEAR = 1800
"""What stands before it is the zero of some program (1753, 0001), or a year that lost its century (0019)."""


@lru_cache(maxsize=64)
def date_pattern(form: str) -> re.Pattern[str]:
    """The pattern of a form such as ``YYYY-MM-DD``, ``D/M/YYYY``, ``YYYYMMDD hh:mm:ss.f`` or ``M/D/YY h:mm AM``.

    :raises ValueError: without a year, a month and a day, with one of them twice, or with a half of no hour.
    """
    pattern, at = "", 0
    for part in _PART.finditer(form):
        pattern += re.escape(form[at : part.start()]) + _PARTS[part[0]]
        at = part.end()
    try:
        compiled = re.compile(pattern + re.escape(form[at:]))
    except re.error as error:
        raise ValueError(form) from error
    parts = set(compiled.groupindex)
    is_day = {"month", "day"} <= parts and len({"year", "short_year"} & parts) == 1
    if not is_day or ("half" in parts and "hour" not in parts):
        raise ValueError(form)
    return compiled


def has_short_year(form: str) -> bool:
    """Whether the form's year has two digits, so that somebody must say which hundred years they mean."""
    return "short_year" in date_pattern(form).groupindex


def read_moment(text: str, forms: Iterable[str], *, years_from: int | None = None) -> datetime:
    """A day, or a moment, in one of the forms; without a zone, midnight where the text has no hour. Fractions of a
    second are left out.

    :param years_from: the first of the hundred years that a year of two digits means.
    :raises Unread: ``date_form`` where it has none of the forms, ``year_two_digits`` where only its century is missing,
        ``date_impossible`` for the 30th of February.
    """
    forms = tuple(forms)
    for form in forms:
        found = date_pattern(form).fullmatch(text)
        if found is not None and (years_from is not None or not has_short_year(form)):
            try:
                return _moment(found.groupdict(), years_from or 0)
            except ValueError:
                raise Unread("date_impossible") from None
    if any(date_pattern(form.replace("YYYY", "YY")).fullmatch(text) for form in forms):
        raise Unread("year_two_digits")
    raise Unread("date_form")


def _moment(parts: Mapping[str, str], years_from: int) -> datetime:
    """The moment of these parts. :raises ValueError: there was none such."""
    values = {name: int(text) for name, text in parts.items() if name not in ("half", "fraction")}
    if (short := values.pop("short_year", None)) is not None:
        values["year"] = years_from + (short - years_from) % 100
    if half := parts.get("half"):
        if not 1 <= values["hour"] <= 12:
            raise ValueError(half)
        values["hour"] = values["hour"] % 12 + (12 if half.lower() in ("pm", "下午") else 0)
    if values["year"] < _EARLIEST_YEAR:
        raise ValueError(values["year"])
    return datetime(**values)  # type: ignore[arg-type]  # noqa: DTZ001 - the caller knows the zone


_CURRENCY = re.compile(r"(?:CNY|RMB|人民币)[\s:：]*", re.IGNORECASE)
_MORE_ZEROS = re.compile(r"(?<=\.[0-9]{2})0+(?=元?$)")


def read_fen(text: str) -> int:
    """An amount in yuan (``12.50``, ``¥12``, ``CNY12.00``, ``3.500000``), in fen. :raises Unread: ``amount_form``."""
    plain = text.strip()
    if currency := _CURRENCY.match(plain):
        plain = plain[currency.end() :]
    fen = parse_yuan(_MORE_ZEROS.sub("", plain))
    if fen is None:
        raise Unread("amount_form")
    return fen


OTHERWISE = "*"
"""In a translation: what stands for every code that it does not name; ``=`` for "as it is"."""


def read_code(text: str, codes: Mapping[str, str] | None) -> str:
    """The code of ours for one of the old system's, by its exact text; without a translation, the text itself.

    An empty text stays empty where the translation says nothing of it.

    :raises Unread: ``code_unknown``.
    """
    if codes is None:
        return text
    found = codes.get(text, codes.get(OTHERWISE))
    if found is None:
        if text:
            raise Unread("code_unknown")
        return ""
    return text if found == "=" else found
