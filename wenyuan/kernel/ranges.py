"""Runs of barcodes and numbers: ``D123456~60`` or ``23000118807~23000118815``. A hyphen writes none: it may be part of
a number (``2024-3001``)."""

import re
from typing import Final

MOST: Final = 10_000
"""Numbers of one run."""

LONGEST: Final = 100
"""Characters of a text that is looked at as a run; no number is as long."""

_RANGE: Final = re.compile(r"(.*?)([0-9]+)\s*[~～]\s*(.*?)([0-9]+)")
_HYPHENED: Final = re.compile(r"([^~～]*?[0-9])\s*[-－—]\s*([^~～]*[0-9])")
"""Parted at its first hyphen behind a digit: ``0001-02-05`` is a number of three parts, and ``D-0001-D-0005`` a run."""
_REPEATED: Final = re.compile(r"(([^~～]+?)[0-9]+)\s*[-－—]\s*(\2[0-9]+)")
"""A hyphen behind which all that stands before the digits comes again: ``2024-001-2024-030``."""
_NUMBERED: Final = re.compile(r"(.*?)([0-9]+)", re.DOTALL)


class RangeUnfit(ValueError):
    """A run that cannot be; ``backwards`` tells one whose end stands before its beginning from one that is too long or
    would grow wider than its first number."""

    def __init__(self, text: str, *, backwards: bool = False) -> None:
        super().__init__(text)
        self.backwards = backwards


def numbers_between(text: str, *, most: int = MOST) -> list[str] | None:
    """Every number of a run, as wide as its first; none for a text that is no run. The end may leave out the prefix
    and the leading digits that it shares with the beginning.

    :raises RangeUnfit: a run backwards, or of more than ``most``.
    """
    ends = _ends(text)
    return _run(*ends, most) if ends else None


def hyphened_run(text: str) -> str | None:
    """How a text with a hyphen would be written if somebody meant a run by it: ``D123456~60`` for ``D123456-60``,
    ``2024-001~2024-030`` for ``2024-001-2024-030``; none where it can be none."""
    return next((run for run in (with_sign(text), _repeated(text)) if run != text.strip() and _is_fit(run)), None)


def with_sign(text: str) -> str:
    """The text with its hyphen as the sign of a run, for whom it is known that a hyphen means one; else as it is."""
    found = _HYPHENED.fullmatch(text.strip()) if len(text) <= LONGEST else None
    return f"{found[1]}~{found[2]}" if found else text.strip()


def numbers_from(first: str, count: int, *, most: int = MOST) -> list[str]:
    """``count`` numbers from the first one on, which ends in digits: ``D009`` and 2 give ``D009``, ``D010``.

    :raises RangeUnfit: the first ends in no digits, the last would be wider than it, or there are none or too many.
    """
    found = _NUMBERED.fullmatch(first.strip())
    if not found or count < 1:
        raise RangeUnfit(first)
    return _run(found[1], found[2], int(found[2]) + count - 1, most)


def _repeated(text: str) -> str:
    found = _REPEATED.fullmatch(text.strip()) if len(text) <= LONGEST else None
    return f"{found[1]}~{found[3]}" if found else text.strip()


def _is_fit(run: str) -> bool:
    """Whether a text is a run that can be, told without writing it out."""
    if (ends := _ends(run)) is None:
        return False
    try:
        _refuse_unfit(*ends, MOST)
    except RangeUnfit:
        return False
    return True


def _ends(text: str) -> tuple[str, str, int] | None:
    """The prefix of a run, the digits of its first number, and its last one."""
    found = _RANGE.fullmatch(text.strip()) if len(text) <= LONGEST else None
    if not found:
        return None
    prefix, first, end_prefix, last = found.groups()
    if end_prefix not in ("", prefix) or len(last) > len(first):
        return None
    return prefix, first, int(first[: len(first) - len(last)] + last)


def _run(prefix: str, first: str, last: int, most: int) -> list[str]:
    _refuse_unfit(prefix, first, last, most)
    return [f"{prefix}{number:0{len(first)}d}" for number in range(int(first), last + 1)]


def _refuse_unfit(prefix: str, first: str, last: int, most: int) -> None:
    if last < int(first):
        raise RangeUnfit(prefix + first, backwards=True)
    if last - int(first) >= most or len(str(last)) > len(first):
        raise RangeUnfit(prefix + first)
