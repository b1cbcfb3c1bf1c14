"""Reading areas and service points of a branch."""

from collections.abc import Mapping
from datetime import date, datetime

from wenyuan.organisation.network import models, rules
from wenyuan.organisation.network.data import NetworkReason, NetworkRefused
from wenyuan.organisation.network.operations.records import branch_row, clean, iso, leave_trace, lock_network
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.transactions import verb

FLOORS = range(-9, 100)
MOST_SEATS = 10_000


@needs(Act.EDIT_NETWORK)
@verb
def add_area(
    *,
    branch_id: int,
    code: str,
    name_zh: str,
    at: datetime,
    desk: Desk,
    name_en: str = "",
    floor: int = 1,
    seats: int = 0,
    wheelchair: bool = False,
    accessibility: str = "",
) -> int:
    """Add a reading area to a branch; returns its id. ``floor`` -1 is the first below ground.

    :raises NetworkRefused: unknown or closed branch, a code malformed or taken there, no name, odd floor or seats.
    :raises NotAllowed: no right at the branch.
    """
    require(desk.operator, Act.EDIT_NETWORK, branch_id)
    lock_network()
    _refuse_closed(branch_id)
    if floor not in FLOORS or not 0 <= seats <= MOST_SEATS:
        raise NetworkRefused(NetworkReason.BAD_VALUE, floor=floor, seats=seats)
    if not rules.is_code(code):
        raise NetworkRefused(NetworkReason.BAD_CODE, code=code[:16])
    if models.Area.objects.filter(branch_id=branch_id, code__iexact=code).exists():
        raise NetworkRefused(NetworkReason.CODE_TAKEN, code=code)
    row = models.Area.objects.create(
        branch_id=branch_id,
        code=code,
        name_zh=clean(name_zh, field="area_name", needed=True),
        name_en=clean(name_en, field="area_name"),
        floor=floor,
        seats=seats,
        wheelchair=wheelchair,
        accessibility=clean(accessibility, field="accessibility"),
    )
    values: dict[str, int | str | None] = {"code": code, "floor": floor, "seats": seats}
    _leave_trace("add_area", "area", row.id, branch_id, at, desk, values)
    return row.id


@needs(Act.EDIT_NETWORK)
@verb
def add_service_point(
    *,
    branch_id: int,
    code: str,
    name_zh: str,
    at: datetime,
    desk: Desk,
    name_en: str = "",
    area_id: int | None = None,
) -> int:
    """Add a service point to a branch, in one of its areas if named; returns its id.

    :raises NetworkRefused: unknown or closed branch, an area of another branch, a code malformed or
        taken there, no name.
    :raises NotAllowed: no right at the branch.
    """
    require(desk.operator, Act.EDIT_NETWORK, branch_id)
    lock_network()
    _refuse_closed(branch_id)
    refuse_strange_area(area_id, branch_id)
    if not rules.is_code(code):
        raise NetworkRefused(NetworkReason.BAD_CODE, code=code[:16])
    if models.ServicePoint.objects.filter(branch_id=branch_id, code__iexact=code).exists():
        raise NetworkRefused(NetworkReason.CODE_TAKEN, code=code)
    row = models.ServicePoint.objects.create(
        branch_id=branch_id,
        area_id=area_id,
        code=code,
        name_zh=clean(name_zh, field="area_name", needed=True),
        name_en=clean(name_en, field="area_name"),
    )
    _leave_trace("add_service_point", "service_point", row.id, branch_id, at, desk, {"code": code, "area": area_id})
    return row.id


@needs(Act.EDIT_NETWORK)
@verb
def close_service_point(*, service_point_id: int, closed_date: date, at: datetime, desk: Desk) -> None:
    """Close a service point for good from a day on.

    :raises NetworkRefused: unknown, or closed already.
    :raises NotAllowed: no right at its branch.
    """
    row = models.ServicePoint.objects.select_for_update().filter(id=service_point_id).first()
    require(desk.operator, Act.EDIT_NETWORK, row.branch_id if row else None)
    if row is None:
        raise NetworkRefused(NetworkReason.UNKNOWN_SERVICE_POINT)
    if row.closed_date is not None:
        raise NetworkRefused(NetworkReason.ALREADY_ENDED, closed=row.closed_date.isoformat())
    row.closed_date = closed_date
    row.save(update_fields=["closed_date"])
    values = {"closed": iso(closed_date)}
    _leave_trace("close_service_point", "service_point", row.id, row.branch_id, at, desk, values)


def refuse_strange_area(area_id: int | None, branch_id: int) -> None:
    """:raises NetworkRefused: the area is unknown or another branch's."""
    if area_id is not None and not models.Area.objects.filter(id=area_id, branch_id=branch_id).exists():
        raise NetworkRefused(NetworkReason.UNKNOWN_AREA)


def _refuse_closed(branch_id: int) -> None:
    row = branch_row(branch_id)
    if row.closed_date is not None:
        raise NetworkRefused(NetworkReason.BRANCH_CLOSED, branch=row.code, closed=row.closed_date.isoformat())


def _leave_trace(
    what: str,
    kind: str,
    subject_id: int,
    branch_id: int,
    at: datetime,
    desk: Desk,
    values: Mapping[str, int | str | None],
) -> None:
    leave_trace(
        what=what,
        at=at,
        desk=desk,
        branch_id=branch_id,
        subject_kind=kind,
        subject_id=subject_id,
        details=values,
        after=values,
    )
