"""Reads of what came in last, and of all that has a page."""

from datetime import UTC, datetime
from typing import Final

from django.db import connection

from wenyuan.holdings.catalogue.arrivals import sql
from wenyuan.holdings.catalogue.arrivals.values import Arrival, ArrivalPage, SitemapPart
from wenyuan.plumbing.statements import LARGEST_ID

LOOKED_AT: Final = 5_000
"""Arrivals that are looked through for those of a class: so a class that hardly gets anything costs no more."""
SITEMAP_SIZE: Final = 50_000
"""Addresses of a part, at most; the protocol allows no more."""
_END: Final = datetime(9999, 1, 1, tzinfo=UTC)


def list_arrivals(
    *,
    branch_id: int | None = None,
    class_letter: str = "",
    audience: str = "",
    after: tuple[str, int] | None = None,
    size: int,
) -> ArrivalPage:
    """The works that came in last, the newest first: into the catalogue, or items of them to a branch. Of a class or
    an audience those are shown among the next ``LOOKED_AT`` arrivals. ``after`` is that of the page before."""
    values: dict[str, str | int | datetime] = {
        "after_at": datetime.fromisoformat(after[0]) if after else _END,
        "after_id": after[1] if after else LARGEST_ID,
        "letter": class_letter,
        "audience": audience,
        "looked_at": LOOKED_AT,
        "count": size + 1,
    }
    if branch_id is not None:
        values["branch"] = branch_id
    with connection.cursor() as cursor:
        cursor.execute(sql.CAME_IN if branch_id is None else sql.CAME_TO_BRANCH, values)
        rows = cursor.fetchall()
    more = (rows[size - 1][1].isoformat(), rows[size - 1][2]) if len(rows) > size else None
    return ArrivalPage(tuple(Arrival(bib_id, came_at) for bib_id, came_at, _place in rows[:size]), more)


def sitemap_parts() -> tuple[SitemapPart, ...]:
    """The parts of all works that have a page: neither merged nor with every item withdrawn."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SITEMAP_PARTS, {"size": SITEMAP_SIZE})
        return tuple(SitemapPart(*row) for row in cursor.fetchall())


def sitemap_part(number: int) -> tuple[tuple[int, datetime], ...]:
    """The works of one part with the second of their last change; none for a number that is no part."""
    if number >= LARGEST_ID // SITEMAP_SIZE:
        return ()
    with connection.cursor() as cursor:
        cursor.execute(sql.SITEMAP_PART, {"number": number, "size": SITEMAP_SIZE})
        return tuple(cursor.fetchall())
