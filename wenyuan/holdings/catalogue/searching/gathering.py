"""The facts of bibs for the index, out of the tables."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from wenyuan.holdings.catalogue import sql
from wenyuan.holdings.catalogue.authorities import sql as authority_sql
from wenyuan.holdings.catalogue.searching.documents import BibFacts, HoldingFacts
from wenyuan.kernel.headings import HeadingKind


def facts_of(bib_ids: Sequence[int]) -> list[BibFacts]:
    """The facts of these bibs; those that are not there are left out."""
    return _facts(sql.FACTS_OF_BIBS, {"bibs": list(bib_ids)}) if bib_ids else []


def facts_after(bib_id: int, *, count: int) -> list[BibFacts]:
    """The facts of the next bibs in the order of their ids."""
    return _facts(sql.FACTS_AFTER, {"after": bib_id, "count": count})


def holdings_of(bib_ids: Sequence[int]) -> dict[int, HoldingFacts]:
    """What the items of these bibs say; a bib without any is left out."""
    said: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(sql.HOLDINGS_OF_BIBS, {"bibs": list(bib_ids)})
        for bib_id, *columns in cursor.fetchall():
            said[bib_id].append(tuple(columns))
    return {bib_id: HoldingFacts(*map(_each_once, zip(*rows, strict=True))) for bib_id, rows in said.items()}


def _each_once(column: Iterable[Any]) -> tuple[Any, ...]:
    """What stands in a column, ascending, without what says nothing."""
    return tuple(sorted({value for value in column if value}))


def _facts(statement: str, values: dict[str, Any]) -> list[BibFacts]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows = cursor.fetchall()
    bib_ids = [row[0] for row in rows]
    holdings, forms = holdings_of(bib_ids), other_forms_of(bib_ids)
    return [_fact(row, holdings, forms) for row in rows]


def other_forms_of(bib_ids: Sequence[int]) -> dict[int, tuple[tuple[HeadingKind, str], ...]]:
    """What else the headings of these bibs are called, by their authorities: kind and form."""
    found: dict[int, tuple[tuple[HeadingKind, str], ...]] = {}
    with connection.cursor() as cursor:
        cursor.execute(authority_sql.OTHER_FORMS, {"bibs": list(bib_ids)})
        for bib_id, kind, name in cursor.fetchall():
            found[bib_id] = (*found.get(bib_id, ()), (HeadingKind(kind), name))
    return found


def _fact(
    row: Iterable[Any],
    holdings: dict[int, HoldingFacts],
    forms: dict[int, tuple[tuple[HeadingKind, str], ...]],
) -> BibFacts:
    values = dict(zip(sql.FACTS, row, strict=True))
    values["marc"], values["numbers"] = bytes(values["marc"]), tuple(values["numbers"])
    return BibFacts(
        **values, holdings=holdings.get(values["id"], HoldingFacts()), other_forms=forms.get(values["id"], ())
    )
