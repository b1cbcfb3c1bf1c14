"""A record's fields by tag, built once and asked many times."""

import re
from collections.abc import Iterable

from wenyuan.kernel.marc.model import ControlField, DataField, Record

_YEAR = re.compile(r"(?<![0-9])(1[0-9]{3}|20[0-9]{2})(?![0-9])")
ISBD_END = re.compile(r"[\s/:;=,]+$")
"""The punctuation of ISBD with which MARC 21 ends a subfield."""
_STOP_AFTER_WORD = re.compile(r"(?<=\w\w)\.$|(?<=[)\]])\.$")
_FULL_WIDTH_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")


class Tagged:
    """Data fields and control fields by tag; reading what is not there gives nothing, never an error."""

    __slots__ = ("_control", "_data", "leader")

    def __init__(self, record: Record) -> None:
        self.leader = record.leader
        self._data: dict[str, list[DataField]] = {}
        self._control: dict[str, str] = {}
        for field in record.fields:
            if isinstance(field, ControlField):
                self._control.setdefault(field[0], field[1])
            elif (same := self._data.get(field[0])) is None:
                self._data[field[0]] = [field]
            else:
                same.append(field)

    def control(self, tag: str) -> str:
        """The data of the first control field with this tag, or ``""``."""
        return self._control.get(tag, "")

    def fields(self, *tags: str) -> list[DataField]:
        """The data fields with these tags: tag by tag as given, within a tag in record order."""
        data = self._data
        if len(tags) == 1:
            return data.get(tags[0], [])
        return [field for tag in tags if tag in data for field in data[tag]]

    def first(self, tag: str, code: str) -> str:
        """The first value of a subfield in the first field that has one, stripped, or ``""``."""
        for field in self._data.get(tag, ()):
            if found := field.first(code):
                return found
        return ""

    def every(self, tag: str, codes: str) -> list[str]:
        """Every value, stripped and not blank, of these subfields in all fields of the tag."""
        fields = self._data.get(tag)
        return [value for field in fields for value in field.all(codes)] if fields else []


def year_in(text: str) -> int | None:
    """The first run of exactly four digits in 1000-2099; full-width digits count."""
    found = _YEAR.search(text) or _YEAR.search(text.translate(_FULL_WIDTH_DIGITS))
    return int(found.group()) if found else None


def without_marks(text: str) -> str:
    """Without closing ISBD marks, and without the full stop unless it follows an initial (``Smith, J.``)."""
    return _STOP_AFTER_WORD.sub("", ISBD_END.sub("", text.strip()))


def without_repeats(values: Iterable[str]) -> tuple[str, ...]:
    """The values that are not empty, each once, in their first order."""
    return tuple(dict.fromkeys(filter(None, values)))
