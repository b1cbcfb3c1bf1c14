"""Comparing the index with the tables."""

from collections.abc import Mapping, Sequence

from django.db import connection
from django.db.models import Count, Min

from wenyuan.holdings.catalogue import sql
from wenyuan.holdings.catalogue.data import IndexBacklog, IndexState, NotIndexed
from wenyuan.holdings.catalogue.models import Bib, IndexWaiting
from wenyuan.holdings.catalogue.searching.documents import HoldingFacts
from wenyuan.holdings.catalogue.searching.gathering import holdings_of
from wenyuan.holdings.catalogue.searching.indexing import index_folders
from wenyuan.plumbing.index.engine import Unusable
from wenyuan.plumbing.index.reader import Snapshot, reader_of

SHOWN = 20
"""Ids of each kind of difference that are told."""
_CHUNK = 1_000


def index_state() -> IndexState:
    """How index and tables agree: every id, and for every bib what its items say. A bib that waits is no difference.

    :raises NotIndexed: there is no index, or it cannot be read.
    """
    try:
        indexed = set(_snapshot().all_ids())
        bibs, unlike = _look_through()
        missing, surplus, differing = _look_again(sorted(unlike | (indexed - bibs)))
    except Unusable as error:
        raise NotIndexed from error
    # Read last: before, a bib that changes while we look would be told.
    waiting = list(IndexWaiting.objects.values_list("bib_id", flat=True))
    told = [tuple(sorted(ids.difference(waiting))[:SHOWN]) for ids in (missing, surplus, differing)]
    return IndexState(
        bibs=len(bibs),
        indexed=len(indexed),
        waiting=len(waiting),
        missing=told[0],
        surplus=told[1],
        differing=told[2],
    )


def index_backlog() -> IndexBacklog:
    """What waits to be indexed."""
    told = IndexWaiting.objects.aggregate(count=Count("id"), since=Min("since"))
    return IndexBacklog(told["count"], told["since"])


def _snapshot() -> Snapshot:
    return reader_of(index_folders()).snapshot()


def _look_through() -> tuple[set[int], set[int]]:
    """All bibs, and those of which the index says something else, or nothing."""
    bibs: set[int] = set()
    unlike: set[int] = set()
    after = 0
    while some := _ids_after(after):
        unlike |= _unlike(some, _known(some))
        bibs.update(some)
        after = some[-1]
    return bibs, unlike


def _look_again(suspects: Sequence[int]) -> tuple[set[int], set[int], set[int]]:
    """Of bibs that looked different those that are: not in the index, only there, and with other items.

    The first look takes minutes in a large library, whose bibs change and are indexed meanwhile; a second at the few
    that looked different takes moments.
    """
    missing: set[int] = set()
    surplus: set[int] = set()
    differing: set[int] = set()
    for start in range(0, len(suspects), _CHUNK):
        some = suspects[start : start + _CHUNK]
        known = _known(some)
        there = set(Bib.objects.filter(id__in=some, merged_into=None).values_list("id", flat=True))
        missing |= there - known.keys()
        surplus |= known.keys() - there
        differing |= _unlike(some, known) & there & known.keys()
    return missing, surplus, differing


def _known(bib_ids: Sequence[int]) -> dict[int, str]:
    """What the index, as it is now, says of the items of these bibs; without those that are not in it."""
    return _snapshot().kept_of([str(one) for one in bib_ids])


def _unlike(bib_ids: Sequence[int], known: Mapping[int, str]) -> set[int]:
    """Those of whose items the tables say something else than what is known."""
    now = holdings_of(bib_ids)
    return {one for one in bib_ids if known.get(one) != now.get(one, HoldingFacts()).as_text()}


def _ids_after(bib_id: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql.IDS_AFTER, {"after": bib_id, "count": _CHUNK})
        return [row[0] for row in cursor.fetchall()]
