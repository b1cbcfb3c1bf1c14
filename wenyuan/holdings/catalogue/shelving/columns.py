"""A sheet of a table as lines with named cells."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from wenyuan.holdings.catalogue.shelving.values import SheetUnfit
from wenyuan.kernel.chinese import half_width
from wenyuan.plumbing.sheets import NotASheet, read_sheet


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the sheet: its number in it, the first being 1, and the cells by the name of their column."""

    number: int
    cells: Mapping[str, str]


def lines_of(
    content: bytes, headers: Mapping[str, Sequence[str]], *, needed: Sequence[str], most_rows: int
) -> Iterator[Line]:
    """The lines below the headers that are not empty. A header may be any of the names of its column.

    :raises SheetUnfit: it is no sheet (line 0), or lacks a needed column (line 1) or every line.
    """
    try:
        rows = read_sheet(content, most_rows=most_rows)
    except NotASheet as error:
        raise SheetUnfit(((0, "file", str(error)),), 1) from error
    titles = [half_width(cell).strip().casefold() for cell in rows[0]] if rows else []
    columns = {name: titles.index(one) for name, names in headers.items() for one in names if one in titles}
    missing = [(1, name, "") for name in needed if name not in columns]
    if missing:
        raise SheetUnfit(tuple(missing), len(missing))
    lines = [
        Line(number, {name: row[at] if at < len(row) else "" for name, at in columns.items()})
        for number, row in enumerate(rows[1:], start=2)
        if any(row)
    ]
    if not lines:
        raise SheetUnfit(((1, "file", ""),), 1)
    return iter(lines)
