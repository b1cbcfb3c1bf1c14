"""Asking the index: which works, how many, and how they divide. What is shown of them is read from the tables."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from wenyuan.holdings.catalogue.data import Facet, NotIndexed, SortBy
from wenyuan.holdings.catalogue.searching.indexing import index_folders
from wenyuan.holdings.catalogue.searching.matching import ask_for
from wenyuan.kernel.searching import Question
from wenyuan.plumbing.index.asks import Ask, Between, Term
from wenyuan.plumbing.index.engine import Unusable
from wenyuan.plumbing.index.reader import Hits, Order, Snapshot, reader_of

Chosen = Mapping[Facet, Sequence[str]]
"""Values by which works are narrowed: every one must fit. A year may be a span, ``2010-2019``."""


_ORDERS: Mapping[SortBy, Order | None] = {
    SortBy.MATCH: None,
    SortBy.NEWEST: Order("novelty", falling=True),
    SortBy.TITLE: Order("title_order"),
}


def find(
    question: Question,
    *,
    numbers: Mapping[str, Sequence[str]],
    chosen: Chosen,
    counted: Mapping[Facet, int],
    sort_by: SortBy = SortBy.MATCH,
    start: int = 0,
    size: int,
) -> Hits:
    """The ids of what fits, in the order of ``sort_by``, with total and counts.

    :raises NotIndexed: there is no index to ask.
    """
    ask = ask_for(question, list(_narrowing(chosen)), numbers=numbers)
    counts = {facet.value: most for facet, most in counted.items()}
    with _indexed() as snapshot:
        return snapshot.find(ask, size=size, start=start, counts=counts, order=_ORDERS[sort_by])


def find_by(ask: Ask, *, start: int, size: int) -> Hits:
    """The ids of what fits a question of the index, the best first from ``start`` on, with the total.

    :raises NotIndexed: there is no index to ask.
    """
    with _indexed() as snapshot:
        return snapshot.find(ask, size=size, start=start)


def find_ids(ask: Ask, most: int) -> tuple[int, ...]:
    """The ids of what fits a question of the index, the best first. :raises NotIndexed: there is no index to ask."""
    with _indexed() as snapshot:
        return snapshot.find(ask, size=most).ids


@contextmanager
def _indexed() -> Iterator[Snapshot]:
    try:
        yield reader_of(index_folders()).snapshot()
    except Unusable as error:
        raise NotIndexed from error


def _narrowing(chosen: Chosen) -> Iterable[Ask]:
    for facet, values in chosen.items():
        for value in values:
            if facet is not Facet.YEAR:
                yield Term(facet.value, value)
            elif (span := _span(value)) is not None:
                yield Between(facet.value, *span)


def _span(text: str) -> tuple[int | None, int | None] | None:
    """``2012`` and ``2010-2019``, either end of which may be left out; nothing for anything else."""
    first, mark, last = text.partition("-")
    if not all(part == "" or (part.isascii() and part.isdecimal() and len(part) <= 4) for part in (first, last)):
        return None
    if not mark:
        return (int(first), int(first)) if first else None
    return (int(first) if first else None, int(last) if last else None) if first or last else None
