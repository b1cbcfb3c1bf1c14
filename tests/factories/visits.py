"""Counts of visits for tests, entered through the room's verb."""

from datetime import date, datetime

from tests.factories.accounts import make_desk
from wenyuan.organisation.network.models import Branch, ServicePoint
from wenyuan.organisation.rights.data import Desk
from wenyuan.services.visits.data import CountFacts, Evidence, EvidenceKind
from wenyuan.services.visits.operations import record_visits

HAND_COUNT = Evidence(EvidenceKind.HAND_COUNT, "划正字，张敏")


def make_count(point: ServicePoint, day: date, persons: int, *, at: datetime, desk: Desk | None = None) -> CountFacts:
    """A count by hand at the point, entered at its branch's desk unless another is given."""
    desk = desk or make_desk(Branch.objects.get(id=point.branch_id))
    return record_visits(
        service_point_id=point.id, date=day, persons=persons, evidence=HAND_COUNT, at=at, desk=desk
    ).count
