"""What is popular now: the works of the last four weeks up to yesterday, counted once a day in each process."""

from datetime import date, timedelta
from functools import lru_cache
from typing import Final
from uuid import UUID

from wenyuan.holdings.catalogue.data import BibBrief
from wenyuan.holdings.catalogue.queries import titles_of
from wenyuan.lending.circulation.queries import most_borrowed

DAYS: Final = 28
SHOWN: Final = 8


def popular(*, today: date, edition: UUID) -> list[BibBrief]:
    """The works, the most popular first. ``edition`` is the network's: another house, or one that was changed, counts
    anew."""
    ids = _ids(today, edition)
    known = titles_of(ids) if ids else {}
    return [known[one] for one in ids if one in known]


@lru_cache(maxsize=2)
def _ids(today: date, _edition: UUID) -> tuple[int, ...]:
    return most_borrowed(first_date=today - timedelta(days=DAYS), last_date=today - timedelta(days=1), size=SHOWN)
