"""The years of what was found as a small histogram, each of whose bars narrows to its span."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from django.utils.translation import gettext

MOST_BARS: Final = 10
_WIDTHS: Final = (1, 5, 10, 20, 50, 100, 500)
_EARLY_SHARE: Final = 0.02
"""So small a share of the works, the earliest, stands in one bar whatever its years: else one old book in a thousand
would make all others one bar."""


@dataclass(frozen=True, slots=True)
class Bar:
    """Years from ``first`` to ``last``, both counted; ``first`` none: all up to ``last``, and ``last`` none: all from
    ``first`` on. How many works they have."""

    first: int | None
    last: int | None
    count: int

    @property
    def value(self) -> str:
        """The span as an address has it: ``2012``, ``2010-2019``, ``-1979``."""
        return str(self.last) if self.first == self.last else f"{self.first or ''}-{self.last or ''}"


def bars(counts: Iterable[tuple[int, int]], *, this_year: int, is_narrowed: bool = False) -> tuple[Bar, ...]:
    """The works of each year (year, count; in any order) in at most ``MOST_BARS`` bars of one width, the latest first.

    Bars between others may be empty. The earliest works, where few stand far off, share one more bar of any width, as
    do those of years after the next: misprints, for which no other bar is made wide.
    ``is_narrowed``: the works are those of a span that is chosen, which a bar takes the place of. So none reaches
    beyond the first and last year that were found.
    """
    years = {year: count for year, count in counts if count > 0}
    if not years:
        return ()
    known = {year: count for year, count in years.items() if year <= this_year + 1} or years
    start, end = _start(known), max(known)
    width = next((width for width in _WIDTHS if end // width - start // width < MOST_BARS), _WIDTHS[-1])
    lowest = start // width * width
    made = tuple(
        Bar(first, first + width - 1, sum(count for year, count in known.items() if first <= year < first + width))
        for first in range(end // width * width, lowest - 1, -width)
    )
    early = sum(count for year, count in years.items() if year < lowest)
    made = (*made, Bar(None, lowest - 1, early)) if early else made
    if late := {year: count for year, count in years.items() if year not in known}:
        made = (Bar(min(late), None, sum(late.values())), *(_until(bar, min(late) - 1) for bar in made))
    return tuple(_within(bar, min(years), max(years)) for bar in made) if is_narrowed else made


def _until(bar: Bar, last: int) -> Bar:
    return bar if bar.last is None else replace(bar, last=min(bar.last, last))


def _within(bar: Bar, first: int, last: int) -> Bar:
    return replace(bar, first=max(bar.first or 0, first), last=last if bar.last is None else min(bar.last, last))


def _start(years: dict[int, int]) -> int:
    """The year before which stands at most the early share of all works."""
    left = _EARLY_SHARE * sum(years.values())
    for year in sorted(years):
        left -= years[year]
        if left < 0:
            return year
    return min(years)


def span_words(value: str) -> str:
    """A year or span of an address in words."""
    first, mark, last = value.partition("-")
    if mark and not first:
        return gettext("%(year)s and before") % {"year": last}
    if mark and not last:
        return gettext("%(year)s and after") % {"year": first}
    return f"{first}–{last}" if mark else value
