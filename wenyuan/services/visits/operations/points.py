"""The service point at which something is counted, and its counters."""

from datetime import date
from typing import Any

from django.db import connection

from wenyuan.organisation.network.queries import network_map
from wenyuan.services.visits import rules, sql
from wenyuan.services.visits.models import Counter


def point_facts(point_id: int, day: date) -> rules.PointFacts | None:
    """The service point as it is, and whether its branch stood on that day."""
    with connection.cursor() as cursor:
        cursor.execute(sql.POINT, [point_id])
        row: tuple[Any, ...] | None = cursor.fetchone()
    if row is None:
        return None
    found_id, branch_id, area_id, closed_date = row
    branch = network_map().branches[branch_id]
    return rules.PointFacts(found_id, branch_id, area_id, closed_date, branch.stands_on(day))


def hold_counters_of(point_id: int) -> list[int]:
    """The counters of a service point, held until the end: between a typed count and what counters say of the same day
    nobody can step. Whoever holds more than one takes them in this order."""
    counters = Counter.objects.select_for_update(no_key=True).filter(service_point_id=point_id).order_by("id")
    return [counter.id for counter in counters]
