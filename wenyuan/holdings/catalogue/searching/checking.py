"""Comparing the index with the tables."""

from django.db import connection
from django.db.models import Count, Min

from wenyuan.holdings.catalogue import sql
from wenyuan.holdings.catalogue.data import IndexBacklog, IndexState, NotIndexed
from wenyuan.holdings.catalogue.models import IndexWaiting
from wenyuan.holdings.catalogue.searching.documents import HoldingFacts
from wenyuan.holdings.catalogue.searching.gathering import holdings_of
from wenyuan.holdings.catalogue.searching.indexing import index_folders
from wenyuan.plumbing.index.engine import Unusable
from wenyuan.plumbing.index.reader import Snapshot, reader_of

SHOWN = 20
"""Ids of each kind of difference that are told."""
_CHUNK = 1_000


def index_state() -> IndexState:
    """How index and tables agree: every id, and for every bib what its items say. What still waits may differ.

    :raises NotIndexed: there is no index, or it cannot be read.
    """
    waiting = IndexWaiting.objects.count()
    try:
        snapshot = reader_of(index_folders()).snapshot()
        indexed = snapshot.all_ids()
        differing, bibs = _compare(snapshot)
    except Unusable as error:
        raise NotIndexed from error
    missing, surplus = bibs - set(indexed), set(indexed) - bibs
    return IndexState(
        bibs=len(bibs),
        indexed=len(indexed),
        waiting=waiting,
        missing=tuple(sorted(missing)[:SHOWN]),
        surplus=tuple(sorted(surplus)[:SHOWN]),
        differing=tuple(sorted(differing - missing)[:SHOWN]),
    )


def index_backlog() -> IndexBacklog:
    """What waits to be indexed."""
    told = IndexWaiting.objects.aggregate(count=Count("id"), since=Min("since"))
    return IndexBacklog(told["count"], told["since"])


def _compare(snapshot: Snapshot) -> tuple[set[int], set[int]]:
    """The bibs of whose items the index says something else, and all bibs."""
    differing: set[int] = set()
    bibs: set[int] = set()
    after = 0
    while some := _ids_after(after):
        known = snapshot.kept_of([str(one) for one in some])
        now = holdings_of(some)
        differing |= {one for one in some if known.get(str(one)) != now.get(one, HoldingFacts()).as_text()}
        bibs.update(some)
        after = some[-1]
    return differing, bibs


def _ids_after(bib_id: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql.IDS_AFTER, {"after": bib_id, "count": _CHUNK})
        return [row[0] for row in cursor.fetchall()]
