"""Lists of a reader's own that may be long, a part at a time: each turns its pages by itself on one page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from django.http import HttpRequest

ROWS: Final = 50
"""As many rows of a list as a phone shows without weariness."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Generic[T]):
    """The rows from ``first`` to ``last`` of ``count``; where the pages before and after it are, empty at the ends."""

    rows: Sequence[T]
    first: int
    last: int
    count: int
    before: str
    after: str

    @property
    def is_all(self) -> bool:
        """Whether there is nothing else."""
        return len(self.rows) == self.count


def part_of(request: HttpRequest, name: str, rows: Sequence[T], *, anchor: str) -> Part[T]:
    """The part of a list that the address asks for under ``name``; a page that is not there is the nearest one."""
    pages = max(1, -(-len(rows) // ROWS))
    number = min(_number(request, name), pages)
    start = (number - 1) * ROWS
    shown = rows[start : start + ROWS]

    def leads_to(page: int) -> str:
        query = request.GET.copy()
        query[name] = str(page)
        return f"?{query.urlencode()}#{anchor}" if 1 <= page <= pages else ""

    return Part(
        rows=shown,
        first=start + 1 if shown else 0,
        last=start + len(shown),
        count=len(rows),
        before=leads_to(number - 1),
        after=leads_to(number + 1),
    )


def place_in(request: HttpRequest, name: str) -> str:
    """The query of an address that leads back to the same part; empty for the first."""
    number = _number(request, name)
    return f"?{name}={number}" if number > 1 else ""


def _number(request: HttpRequest, name: str) -> int:
    asked = request.GET.get(name, "")
    return max(1, int(asked)) if asked.isascii() and asked.isdecimal() and len(asked) < 7 else 1
