"""Records in the catalogue that may describe what is about to be saved."""

from collections.abc import Iterable
from typing import Any

from django.db import connection

from wenyuan.holdings.catalogue import sql
from wenyuan.holdings.catalogue.data import CatalogueRefused, Refusal
from wenyuan.holdings.catalogue.editing.likeness import Traits, duplicate_reason, volume_key
from wenyuan.holdings.catalogue.editing.values import Duplicate
from wenyuan.holdings.catalogue.importing.preparing import Prepared
from wenyuan.holdings.catalogue.models import Bib, Identifier
from wenyuan.kernel.chinese import fold
from wenyuan.kernel.marc import Dialect, Record, describe, from_storage

MOST_COMPARED = 200
"""Records that share a number or a title: beyond it the first are enough for a person to decide."""
MOST_SHOWN = 20

TELLING = frozenset({"isbn", "issn", "unified", "cn_serial", "permit"})
"""Kinds of numbers that tell a document."""


class DuplicatesFound(CatalogueRefused):
    """A record that may be in the catalogue already; ``candidates`` may describe the same."""

    def __init__(self, candidates: tuple[Duplicate, ...]) -> None:
        super().__init__(Refusal.RECORD_DUPLICATE)
        self.candidates = candidates


def duplicates_of(record: Record, prepared: Prepared, *, besides: int | None = None) -> tuple[Duplicate, ...]:
    """The records that may describe the same, the oldest first; ``besides`` is the bib itself."""
    traits = _traits_of(record, prepared)
    found = Bib.objects.filter(id__in=_likely(traits)).select_related("merged_into").order_by("id")
    bibs = [bib for bib in found if bib.id != besides]
    known = _numbers_of(bib.id for bib in bibs)
    duplicates: dict[int, Duplicate] = {}
    for bib in bibs:
        reason = duplicate_reason(traits, _traits_of_bib(bib, known.get(bib.id, ())))
        # One that was merged stands for the record that it leads to.
        one = bib.merged_into or bib
        if reason is not None and one.id != besides:
            duplicates[one.id] = Duplicate(one.id, reason, one.title, one.volume, one.author, one.publisher, one.year)
    return tuple(duplicates.values())[:MOST_SHOWN]


def _likely(traits: Traits) -> list[int]:
    """The bibs that share a number or the description, the oldest first, at most ``MOST_COMPARED``."""
    values: dict[str, Any] = {
        "numbers": sorted(value for _, value in traits.numbers),
        "title": traits.title_fold,
        "author": traits.author_fold,
        "year": traits.year,
        "most": MOST_COMPARED,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.LIKELY_BIBS, values)
        return [int(bib_id) for (bib_id,) in cursor.fetchall()]


def traits_of_bibs(bib_ids: Iterable[int]) -> dict[int, Traits]:
    """What tells each of these bibs from others; one that is gone is left out."""
    wanted = sorted(set(bib_ids))
    known = _numbers_of(wanted)
    return {bib.id: _traits_of_bib(bib, known.get(bib.id, ())) for bib in Bib.objects.filter(id__in=wanted)}


def _numbers_of(bib_ids: Iterable[int]) -> dict[int, set[tuple[str, str]]]:
    known: dict[int, set[tuple[str, str]]] = {}
    rows = Identifier.objects.filter(bib_id__in=list(bib_ids)).values_list("bib_id", "kind", "value")
    for bib_id, kind, value in rows:
        known.setdefault(bib_id, set()).add((kind, value))
    return known


def _traits_of(record: Record, prepared: Prepared) -> Traits:
    columns = prepared.columns
    return Traits(
        title_fold=columns.title_fold,
        author_fold=columns.author_fold,
        publisher_fold=fold(columns.publisher),
        year=columns.year,
        volume=columns.volume,
        numbers=_telling(prepared.identifiers),
        sets=_sets(record, Dialect(columns.dialect)),
    )


def _traits_of_bib(bib: Bib, numbers: Iterable[tuple[str, str]]) -> Traits:
    return Traits(
        title_fold=bib.title_fold,
        author_fold=bib.author_fold,
        publisher_fold=fold(bib.publisher),
        year=bib.year,
        volume=bib.volume,
        numbers=_telling(numbers),
        sets=_sets(from_storage(bytes(bib.marc)), Dialect(bib.dialect)),
    )


def _telling(numbers: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    return frozenset(pair for pair in numbers if pair[0] in TELLING)


def _sets(record: Record, dialect: Dialect) -> frozenset[tuple[str, str]]:
    """The sets and series a record names: folded title, number."""
    named = (title.partition(" ; ") for title in describe(record, dialect=dialect).series)
    return frozenset((fold(title), volume_key(number)) for title, _, number in named if fold(title))
