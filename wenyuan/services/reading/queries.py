"""Reads of booklists: what branches keep, what readers see, the works on them."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import connection

from wenyuan.services.reading import rules, sql
from wenyuan.services.reading.data import (
    BooklistDraft,
    BooklistFacts,
    BooklistLineFacts,
    OwnListFacts,
    OwnWork,
    ReviewDraft,
    ReviewFacts,
    ReviewState,
    ReviewSummary,
)
from wenyuan.services.reading.models import Review, ReviewReport

PAGE = 20
ON_A_RECORD = 6


def count_booklists(*, branch_ids: frozenset[int] | None = None) -> int:
    """How many lists these branches keep (none: every branch)."""
    return _count(sql.COUNT_KEPT, {"branches": _ids(branch_ids)})


def list_booklists(
    *, branch_ids: frozenset[int] | None = None, start: int = 0, size: int = PAGE
) -> tuple[BooklistFacts, ...]:
    """What these branches keep (none: every branch), drafts too, the latest changed first."""
    return _lists(sql.KEPT, {"branches": _ids(branch_ids), "start": start, "limit": size})


def count_shown_booklists(*, today: date, for_children: bool | None = None) -> int:
    """How many lists readers see today."""
    return _count(sql.COUNT_SHOWN, {"today": today, "for_children": for_children})


def list_shown_booklists(
    *, today: date, for_children: bool | None = None, start: int = 0, size: int = PAGE
) -> tuple[BooklistFacts, ...]:
    """What readers see today, the latest first; ``for_children`` narrows to those that are or are not for children. A
    list without a work that is there is not shown."""
    return _lists(sql.SHOWN, {"today": today, "for_children": for_children, "start": start, "limit": size})


def booklists_with(bib_id: int, *, today: date) -> tuple[BooklistFacts, ...]:
    """The lists that readers see today and that recommend a work, at most ``ON_A_RECORD``, the latest first."""
    return _lists(sql.WITH_WORK, {"today": today, "bib": bib_id, "limit": ON_A_RECORD})


def get_booklist(list_id: int) -> BooklistFacts | None:
    """One list, or nothing."""
    return next(iter(_lists(sql.ONE, {"list": list_id})), None)


def lines_of(list_id: int) -> tuple[BooklistLineFacts, ...]:
    """Every work of a list, in its order. Of two lines that a merge of records has made one work the first stands."""
    return _lines_by_list(sql.LINES, {"list": list_id}).get(list_id, ())


def line_ids_of_work(list_id: int, bib_id: int) -> tuple[int, ...]:
    """Every line of a list that stands for a work, by whatever record it was added."""
    with connection.cursor() as cursor:
        cursor.execute(sql.OF_ONE_WORK, {"list": list_id, "bib": bib_id})
        return tuple(line_id for (line_id,) in cursor.fetchall())


def first_lines_of(list_ids: Iterable[int], *, most: int) -> Mapping[int, tuple[BooklistLineFacts, ...]]:
    """The first ``most`` works of each list, by list."""
    wanted = sorted(set(list_ids))
    return _lines_by_list(sql.FIRST_LINES, {"lists": wanted, "most": most}) if wanted else {}


def own_lists(patron_id: int) -> tuple[OwnListFacts, ...]:
    """A reader's own lists, in the order in which they were made."""
    return tuple(OwnListFacts(*row) for row in _rows(sql.OWN_LISTS, {"patron": patron_id, "list": None}))


def get_own_list(list_id: int, *, patron_id: int) -> OwnListFacts | None:
    """One of a reader's own lists; nothing where it is another's."""
    rows = _rows(sql.OWN_LISTS, {"patron": patron_id, "list": list_id})
    return next((OwnListFacts(*row) for row in rows), None)


def own_works(list_id: int, *, start: int = 0, size: int = PAGE) -> tuple[OwnWork, ...]:
    """The works of a reader's own list, what was added last first. Whose it is the caller has asked."""
    return tuple(OwnWork(*row) for row in _rows(sql.OWN_WORKS, {"list": list_id, "start": start, "limit": size}))


def own_lines_of_work(list_id: int, bib_id: int) -> tuple[int, ...]:
    """Every line of a reader's own list that stands for a work, by whatever record it was added."""
    return tuple(row[0] for row in _rows(sql.OWN_LINES_OF_WORK, {"list": list_id, "bib": bib_id}))


def get_review(review_id: int) -> ReviewFacts | None:
    """One review, or nothing."""
    return next(map(_review, _rows(sql.ONE_REVIEW, {"review": review_id})), None)


def own_review_of(bib_id: int, *, patron_id: int) -> ReviewFacts | None:
    """What a reader has said of a work, by whatever record."""
    rows = _rows(sql.OWN_REVIEW_OF_WORK, {"patron": patron_id, "bib": bib_id})
    return next(map(_review, rows), None)


def count_own_reviews(patron_id: int) -> int:
    """Of how many works a reader has said something."""
    return Review.objects.filter(patron_id=patron_id).count()


def list_own_reviews(patron_id: int, *, start: int = 0, size: int = PAGE) -> tuple[ReviewFacts, ...]:
    """What a reader has said, the latest first."""
    return tuple(map(_review, _rows(sql.OWN_REVIEWS, {"patron": patron_id, "start": start, "limit": size})))


def reviews_in_sum(bib_id: int) -> ReviewSummary:
    """What the shown reviews of a work come to."""
    count, rated, stars = _rows(sql.REVIEWS_IN_SUM, {"bib": bib_id})[0]
    return ReviewSummary(count=count, rated=rated, average=rules.average_of(stars, rated))


def list_reviews_of(bib_id: int, *, start: int = 0, size: int = PAGE) -> tuple[ReviewFacts, ...]:
    """The shown words of a work, the latest first."""
    return tuple(map(_review, _rows(sql.REVIEWS_OF_WORK, {"bib": bib_id, "start": start, "limit": size})))


def count_reviews(*, wanted: str, branch_ids: frozenset[int] | None = None) -> int:
    """How many reviews of these branches' readers are in a state, or ``reported``."""
    values = {"branches": _ids(branch_ids), "wanted": wanted}
    return _count(sql.COUNT_LOOKED_AT, values)


def list_reviews(
    *, wanted: str, branch_ids: frozenset[int] | None = None, start: int = 0, size: int = PAGE
) -> tuple[ReviewFacts, ...]:
    """The same, what waits longest first."""
    values = {"branches": _ids(branch_ids), "wanted": wanted, "start": start, "limit": size}
    return tuple(map(_review, _rows(sql.LOOKED_AT, values)))


def reports_of(review_id: int, *, size: int = PAGE) -> tuple[str, ...]:
    """Why readers find a review improper, the first first; nobody's name."""
    rows = ReviewReport.objects.filter(review_id=review_id).order_by("at", "id")
    return tuple(rows.values_list("why", flat=True)[:size])


def _review(row: tuple[Any, ...]) -> ReviewFacts:
    return ReviewFacts(
        id=row[0],
        bib_id=row[1],
        branch_id=row[2],
        draft=ReviewDraft(stars=row[3], words=row[4], shown_as=row[5]),
        state=ReviewState(row[6]),
        reason=row[7],
        written_at=row[8],
        version=row[9],
        reports=row[10],
    )


def _rows(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _ids(branch_ids: frozenset[int] | None) -> list[int] | None:
    return None if branch_ids is None else sorted(branch_ids)


def _count(statement: str, values: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.fetchall()[0][0])


def _lists(statement: str, values: dict[str, Any]) -> tuple[BooklistFacts, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return tuple(_facts(row) for row in cursor.fetchall())


def _facts(row: tuple[Any, ...]) -> BooklistFacts:
    return BooklistFacts(
        id=row[0],
        branch_id=row[1],
        draft=BooklistDraft(title=row[2], words=row[3], for_children=row[4], first_date=row[5], last_date=row[6]),
        made_by_name=row[7],
        changed_at=row[8],
        version=row[9],
        works=row[10],
    )


def _lines_by_list(statement: str, values: dict[str, Any]) -> dict[int, tuple[BooklistLineFacts, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows = cursor.fetchall()
    found: dict[int, dict[int, BooklistLineFacts]] = {}
    for list_id, *line in rows:
        found.setdefault(list_id, {}).setdefault(line[1], BooklistLineFacts(*line))
    return {list_id: tuple(lines.values()) for list_id, lines in found.items()}
