"""A small library with something to count, for tests of the office's pages."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction

from tests.factories.network import make_area, make_branch, make_group, make_hours, make_library, make_service_point
from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.network.models import Area, Branch, ServicePoint

NOON = datetime(2026, 4, 23, 4, tzinfo=UTC)


@dataclass(frozen=True)
class Town:
    """总馆 with an area and two service points, 环城分馆 below it, and 城南分馆 beside them."""

    central: Branch
    ring: Branch
    south: Branch
    area: Area
    desk: ServicePoint
    gate: ServicePoint


def make_town() -> Town:
    """The network of the office's tests: open but on Mondays, the first two in one lending group."""
    make_library(name_zh="鹿鸣区图书馆")
    central = make_branch("C", kind="central", name_zh="总馆", name_en="Central")
    ring = make_branch("R", name_zh="环城分馆", name_en="Ring Road", parent=central)
    south = make_branch("S", name_zh="城南分馆", name_en="South")
    make_group("G1", [central, ring])
    for branch in (central, ring, south):
        make_hours(branch)
    area = make_area(central, "A1", name_zh="社科阅览区")
    return Town(
        central,
        ring,
        south,
        area,
        make_service_point(central, "S1", name_zh="总服务台", area=area),
        make_service_point(central, "S2", name_zh="南门"),
    )


def happened(
    kind: Kind,
    branch: Branch,
    *,
    at: datetime = NOON,
    quantity: int = 1,
    persons: int = 0,
    times: int = 1,
    area: Area | None = None,
    item_id: int | None = None,
) -> list[int]:
    """So many entries of the journal at a branch, a minute apart."""
    with transaction.atomic():
        return record(
            *(
                Entry(
                    kind=kind,
                    occurred_at=at + timedelta(minutes=number),
                    door="workbench",
                    branch_id=branch.id,
                    area_id=area.id if area else None,
                    quantity=quantity,
                    persons=persons,
                    item_type="book",
                    subject_kind="item" if item_id else "",
                    subject_id=item_id,
                )
                for number in range(times)
            )
        )
