"""What is borrowed most, out of the journal: works and nothing of who borrowed them."""

from datetime import date
from typing import Final

from django.db import connection

from wenyuan.lending.circulation.sql.popular import MOST_BORROWED

LEAST_READERS: Final = 3
"""A work that fewer readers borrowed is not named: in a village it would tell who did."""


def most_borrowed(*, first_date: date, last_date: date, size: int) -> tuple[int, ...]:
    """The bibs that the most readers borrowed on these days, both included, and ``LEAST_READERS`` at least. What was
    undone does not count."""
    values: dict[str, date | int] = {
        "first": first_date,
        "last": last_date,
        "readers": LEAST_READERS,
        "count": size,
    }
    with connection.cursor() as cursor:
        cursor.execute(MOST_BORROWED, values)
        return tuple(bib_id for (bib_id,) in cursor.fetchall())
