"""The standings of bibs are settled every night, and kept for those that have any."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

from django.db import connection

from wenyuan.holdings.catalogue import sql
from wenyuan.holdings.catalogue.models import BibStanding, IndexWaiting
from wenyuan.holdings.catalogue.searching.standing import ITEMS, NEW_YEARS, READERS, standing
from wenyuan.organisation.rights.queries import needs
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.transactions import verb

_DAYS: Final = 365
_BATCH: Final = 500


@needs()
def settle_standings(*, at: datetime) -> int:
    """Bring every bib's standing to what the year up to yesterday says, and let those that changed be indexed anew;
    returns how many. It gives nobody a right and shows nothing of readers. A run that was cut short is gone on with by
    the next."""
    wanted = _wanted(local_date(at))
    kept = dict(BibStanding.objects.values_list("bib_id", "level"))
    changed = sorted(one for one in wanted.keys() | kept.keys() if wanted.get(one) != kept.get(one))
    for start in range(0, len(changed), _BATCH):
        _settle({one: wanted.get(one, 0) for one in changed[start : start + _BATCH]})
    return len(changed)


def _wanted(today: date) -> dict[int, int]:
    """The level of each bib that has one."""
    asked: dict[str, date | int] = {
        "first": today - timedelta(days=_DAYS),
        "last": today - timedelta(days=1),
        "readers": READERS[0],
        "items": ITEMS[0],
        "year": today.year - NEW_YEARS,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.STANDINGS, asked)
        found = {
            bib_id: standing(readers=readers, items=items, year=year, this_year=today.year)
            for bib_id, readers, items, year in cursor.fetchall()
        }
    return {bib_id: level for bib_id, level in found.items() if level}


@verb
def _settle(levels: Mapping[int, int]) -> None:
    BibStanding.objects.filter(bib_id__in=[bib_id for bib_id, level in levels.items() if not level]).delete()
    BibStanding.objects.bulk_create(
        (BibStanding(bib_id=bib_id, level=level) for bib_id, level in levels.items() if level),
        update_conflicts=True,
        unique_fields=["bib_id"],
        update_fields=["level"],
    )
    IndexWaiting.objects.bulk_create(IndexWaiting(bib_id=bib_id) for bib_id in levels)
