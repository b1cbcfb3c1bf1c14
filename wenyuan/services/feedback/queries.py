"""Reads of suggestions: what is to be answered, what became of a reader's own, what the library has already."""

from collections.abc import Collection
from typing import Any

from django.db import connection

from wenyuan.kernel.chinese.folding import fold
from wenyuan.services.feedback import sql
from wenyuan.services.feedback.data import (
    OwnSuggestion,
    SuggestionFacts,
    SuggestionState,
    Supporter,
    Wanted,
    Wish,
)
from wenyuan.services.feedback.models import Support
from wenyuan.services.feedback.rules import MOST_A_MONTH, is_isbn

__all__ = [
    "MOST_A_MONTH",
    "count_own_suggestions",
    "count_suggestions",
    "get_suggestion",
    "has_item",
    "held_alike",
    "held_by_isbn",
    "is_isbn",
    "list_own_suggestions",
    "list_suggestions",
    "list_supporters",
]

PAGE = 20
SHOWN_HELD = 5
_COLUMNS = 12


def count_suggestions(
    *, branch_ids: frozenset[int] | None = None, states: Collection[SuggestionState] | None = None
) -> int:
    """How many there are to answer at these branches (none: every branch), in some states or in any."""
    return int(_rows(sql.COUNT_KEPT, _narrowed(branch_ids, states))[0][0])


def list_suggestions(
    *,
    branch_ids: frozenset[int] | None = None,
    states: Collection[SuggestionState] | None = None,
    start: int = 0,
    size: int = PAGE,
) -> tuple[SuggestionFacts, ...]:
    """The same, what most readers wish first."""
    values = {**_narrowed(branch_ids, states), "start": start, "limit": size}
    return tuple(_facts(row) for row in _rows(sql.KEPT, values))


def get_suggestion(suggestion_id: int) -> SuggestionFacts | None:
    """One suggestion, or nothing."""
    return next((_facts(row) for row in _rows(sql.ONE, {"suggestion": suggestion_id})), None)


def list_supporters(suggestion_id: int, *, size: int = PAGE) -> tuple[Supporter, ...]:
    """What those who wish it say, the first first; nobody's name."""
    rows = Support.objects.filter(suggestion_id=suggestion_id).order_by("since", "id")[:size]
    return tuple(
        Supporter(Wish(pickup_branch_id=row.pickup_branch_id, why=row.why, tell=row.tell), row.since) for row in rows
    )


def count_own_suggestions(patron_id: int) -> int:
    """How many a reader has suggested or supported and that are kept."""
    return Support.objects.filter(patron_id=patron_id).count()


def list_own_suggestions(patron_id: int, *, start: int = 0, size: int = PAGE) -> tuple[OwnSuggestion, ...]:
    """What a reader has suggested or supported, the latest first."""
    return tuple(
        OwnSuggestion(
            suggestion=_facts(row[:_COLUMNS]),
            wish=Wish(pickup_branch_id=row[_COLUMNS], why=row[_COLUMNS + 1], tell=row[_COLUMNS + 2]),
            since=row[_COLUMNS + 3],
        )
        for row in _rows(sql.OF_READER, {"patron": patron_id, "start": start, "limit": size})
    )


def held_by_isbn(isbn13: str) -> tuple[int, ...]:
    """Records with this ISBN of which an item is there, also those that stand under a merged one."""
    if not isbn13:
        return ()
    return _ids(sql.HELD_BY_ISBN, {"isbns": [isbn13], "limit": SHOWN_HELD})


def held_alike(wanted: Wanted) -> tuple[int, ...]:
    """Records of this title and author of which an item is there, ways of writing left out."""
    title = fold(wanted.title)
    if not title:
        return ()
    return _ids(sql.HELD_ALIKE, {"title": title, "author": fold(wanted.author), "limit": SHOWN_HELD})


def has_item(bib_id: int) -> bool:
    """Whether an item of the record is there."""
    return bool(_rows(sql.HAS_ITEM, {"bib": bib_id})[0][0])


def _narrowed(branch_ids: frozenset[int] | None, states: Collection[SuggestionState] | None) -> dict[str, Any]:
    return {
        "branches": None if branch_ids is None else sorted(branch_ids),
        "states": None if states is None else [state.value for state in states],
    }


def _rows(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _ids(statement: str, values: dict[str, Any]) -> tuple[int, ...]:
    return tuple(row[0] for row in _rows(statement, values))


def _facts(row: tuple[Any, ...]) -> SuggestionFacts:
    return SuggestionFacts(
        id=row[0],
        branch_id=row[1],
        wanted=Wanted(title=row[2], author=row[3], isbn=row[4]),
        state=SuggestionState(row[5]),
        reason=row[6],
        bib_id=row[7],
        made_at=row[8],
        answered_at=row[9],
        version=row[10],
        supporters=row[11],
    )
