"""Counts of visits and counters at doors for tests, made through the room's verbs."""

from datetime import date, datetime

from tests.factories.accounts import make_desk
from wenyuan.organisation.accounts.models import Account
from wenyuan.organisation.network.models import Branch, ServicePoint
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.services.visits.data import (
    CounterKind,
    CountFacts,
    Directions,
    Evidence,
    EvidenceKind,
    IssuedCounter,
)
from wenyuan.services.visits.operations import record_visits, set_up_counter

HAND_COUNT = Evidence(EvidenceKind.HAND_COUNT, "划正字，张敏")


def make_count(point: ServicePoint, day: date, persons: int, *, at: datetime, desk: Desk | None = None) -> CountFacts:
    """A count by hand at the point, entered at its branch's desk unless another is given."""
    desk = desk or make_desk(Branch.objects.get(id=point.branch_id))
    return record_visits(
        service_point_id=point.id, date=day, persons=persons, evidence=HAND_COUNT, at=at, desk=desk
    ).count


def make_counter(
    point: ServicePoint,
    *,
    kind: CounterKind = CounterKind.TOTAL,
    directions: Directions = Directions.IN,
    maximum: int | None = None,
    first_date: date = date(2026, 4, 1),
    name: str = "正门",
    at: datetime,
    desk: Desk | None = None,
) -> IssuedCounter:
    """A counter at the point with its key, set up at its branch's desk unless another is given."""
    desk = desk or make_director(Branch.objects.get(id=point.branch_id))
    return set_up_counter(
        service_point_id=point.id,
        name=name,
        kind=kind,
        directions=directions,
        maximum=maximum,
        first_date=first_date,
        at=at,
        desk=desk,
    )


def make_director(branch: Branch, *, account: Account | None = None) -> Desk:
    """A desk of somebody who sets counters up, brings readings and types counts."""
    return make_desk(branch, account=account, acts=[Act.EDIT_NETWORK, Act.ENTER_VISITS])
