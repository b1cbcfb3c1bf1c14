"""Lists of what is harvested: as of a second that has begun, when no later commit can give it anything more."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from wenyuan.holdings.catalogue.harvesting import sql
from wenyuan.holdings.catalogue.harvesting.publishing import PAGE_BYTES, publisher
from wenyuan.holdings.catalogue.harvesting.values import HarvestedBib, HarvestPage, HarvestPlace, HarvestWish
from wenyuan.kernel.marc import Dialect, Record

_BEGINNING = datetime(1, 1, 2, tzinfo=UTC)
_NO_PLACE: HarvestPlace = (_BEGINNING, 0)


def harvest(
    wish: HarvestWish, *, after: HarvestPlace | None = None, size: int, with_records: bool = True
) -> HarvestPage:
    """At most ``size`` bibs that fit, the oldest stamp first; ``after`` is that of the page before.

    What changes while somebody lists moves to the end of the list, so nothing is left out and no list needs to be kept.
    """
    values = _values(wish, after, _moment())
    with connection.cursor() as cursor:
        cursor.execute(sql.HARVEST, {**values, "records": with_records, "count": size + 1, "bytes": PAGE_BYTES})
        rows = cursor.fetchall()
    publish = publisher()
    bibs = tuple(_bib(row[:-1], publish) for row in rows[:size])
    is_more = bool(rows) and rows[0][-1] > len(bibs)
    return HarvestPage(bibs, (bibs[-1].stamp, bibs[-1].bib_id) if is_more else None)


def count_harvest(wish: HarvestWish) -> int:
    """How many bibs fit now."""
    values = _values(wish, None, _moment())
    with connection.cursor() as cursor:
        cursor.execute(sql.COUNT_HARVEST, values)
        return int(cursor.fetchall()[0][0])


def get_harvested(bib_id: int) -> HarvestedBib | None:
    """One bib as harvesters know it, or nothing: it never was, or its first stamp is to come within a second."""
    with connection.cursor() as cursor:
        cursor.execute(sql.HARVEST_ONE, {"bib": bib_id})
        row = cursor.fetchone()
    return _bib(row, publisher()) if row is not None else None


def first_stamp() -> datetime | None:
    """The oldest stamp that any bib has; nothing in an empty catalogue."""
    with connection.cursor() as cursor:
        cursor.execute(sql.FIRST_STAMP)
        found = cursor.fetchall()[0][0]
    return found if isinstance(found, datetime) else None


def harvest_moment() -> datetime:
    """The second of the database's clock in which we are: the one that stamps are told in."""
    with connection.cursor() as cursor:
        cursor.execute(sql.MOMENT)
        found = cursor.fetchall()[0][0]
    assert isinstance(found, datetime)
    return found


def list_collections() -> tuple[str, ...]:
    """The collections that items stand in, by their code."""
    with connection.cursor() as cursor:
        cursor.execute(sql.COLLECTIONS)
        return tuple(row[0] for row in cursor.fetchall())


def _moment() -> datetime:
    """The second that has begun, once no stamp of it is still to be committed.

    The lock is given back before a list is read, however long that takes: stamps given since are of later seconds.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.WAIT_FOR_STAMPS, {"lock": sql.HARVEST_LOCK})
        cursor.execute(sql.MOMENT)
        moment = cursor.fetchall()[0][0]
    assert isinstance(moment, datetime)
    return moment


def _values(wish: HarvestWish, after: HarvestPlace | None, moment: datetime) -> dict[str, Any]:
    after_stamp, after_bib = after or _NO_PLACE
    return {
        "after_stamp": after_stamp,
        "after_bib": after_bib,
        "since": wish.since or _BEGINNING,
        "until": min(wish.until, moment) if wish.until else moment,
        "dialect": wish.dialect.value if wish.dialect else None,
        "branch": wish.branch_id,
        "collection": wish.collection,
        "in_branches": wish.in_branches,
        "in_collections": wish.in_collections,
    }


def _bib(row: Iterable[Any], publish: Callable[[bytes, Dialect], Record]) -> HarvestedBib:
    bib_id, stamp, is_gone, dialect, branches, collections, marc = row
    return HarvestedBib(
        bib_id=bib_id,
        stamp=stamp,
        is_gone=is_gone,
        dialect=Dialect(dialect),
        branch_ids=tuple(branches),
        collections=tuple(collections),
        record=publish(bytes(marc), Dialect(dialect)) if marc is not None else None,
    )
