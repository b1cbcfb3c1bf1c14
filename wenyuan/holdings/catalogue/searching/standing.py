"""How a bib stands among the others by what a library knows of it beside its text. Pure."""

from typing import Final

READERS: Final = (6, 20, 60)
"""So many readers who borrowed it within a year raise it by one, two, three."""
ITEMS: Final = (5, 15)
"""So many items raise it by one, two."""
NEW_YEARS: Final = 1
"""Published so many years ago at most raises it by one."""
HIGHEST: Final = len(READERS) + len(ITEMS) + 1


def standing(*, readers: int, items: int, year: int | None, this_year: int) -> int:
    """The level of a bib, 0 to ``HIGHEST``. A year to come is a misprint, but for the next one, which publishers print
    ahead."""
    is_new = year is not None and this_year - NEW_YEARS <= year <= this_year + 1
    return sum(readers >= least for least in READERS) + sum(items >= least for least in ITEMS) + is_new
