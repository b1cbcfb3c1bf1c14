"""通借通还: lending groups and who belongs to them, from a day to a day."""

from datetime import date, datetime

from psycopg.types.range import Range

from wenyuan.organisation.network import models, rules
from wenyuan.organisation.network.data import GroupFacts, NetworkReason, NetworkRefused
from wenyuan.organisation.network.operations.records import (
    branch_row,
    clean,
    iso,
    leave_trace,
    lock_network,
    standing_branch,
)
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.transactions import verb


@needs(Act.EDIT_NETWORK)
@verb
def create_lending_group(*, code: str, name_zh: str, at: datetime, desk: Desk, name_en: str = "") -> GroupFacts:
    """Make a lending group, without members yet.

    :raises NetworkRefused: the code is taken or malformed, or no name.
    :raises NotAllowed: no right to the whole network.
    """
    require(desk.operator, Act.EDIT_NETWORK, None)
    lock_network()
    if not rules.is_code(code):
        raise NetworkRefused(NetworkReason.BAD_CODE, code=code[:16])
    if models.LendingGroup.objects.filter(code__iexact=code).exists():
        raise NetworkRefused(NetworkReason.CODE_TAKEN, code=code)
    row = models.LendingGroup.objects.create(
        code=code,
        name_zh=clean(name_zh, field="area_name", needed=True),
        name_en=clean(name_en, field="area_name"),
    )
    leave_trace(
        what="create_lending_group",
        at=at,
        desk=desk,
        branch_id=None,
        subject_kind="lending_group",
        subject_id=row.id,
        details={"code": code},
        after={"code": code, "name_zh": row.name_zh},
    )
    return GroupFacts(row.id, row.code, row.name_zh, row.name_en)


@needs(Act.EDIT_NETWORK)
@verb
def join_group(*, branch_id: int, group_id: int, from_date: date, at: datetime, desk: Desk) -> None:
    """Let a branch lend and take back with a group from a day on.

    :raises NetworkRefused: unknown branch or group, a branch not yet open or closed for good, or a member already on
        that day or later.
    :raises NotAllowed: no right at the branch.
    """
    require(desk.operator, Act.EDIT_NETWORK, branch_id)
    lock_network()
    _refuse_unknown_group(group_id)
    standing_branch(branch_id, on=from_date)
    rows = models.Membership.objects.filter(branch_id=branch_id, group_id=group_id)
    if rows.filter(valid__overlap=Range(from_date, None)).exists():
        raise NetworkRefused(NetworkReason.ALREADY_MEMBER)
    models.Membership.objects.create(branch_id=branch_id, group_id=group_id, valid=Range(from_date, None))
    _leave_trace("join_group", branch_id, group_id, from_date, at, desk)


@needs(Act.EDIT_NETWORK)
@verb
def leave_group(*, branch_id: int, group_id: int, date: date, at: datetime, desk: Desk) -> None:
    """End a branch's membership: from ``date`` on it no longer belongs to the group.

    :raises NetworkRefused: unknown branch or group, or no member on that day or later.
    :raises NotAllowed: no right at the branch.
    """
    require(desk.operator, Act.EDIT_NETWORK, branch_id)
    lock_network()
    _refuse_unknown_group(group_id)
    branch_row(branch_id)
    rows = models.Membership.objects.filter(branch_id=branch_id, group_id=group_id)
    ending = list(rows.filter(valid__overlap=Range(date, None)))
    if not ending:
        raise NetworkRefused(NetworkReason.NOT_MEMBER)
    for row in ending:
        if row.valid.lower >= date:
            row.delete()
        else:
            row.valid = Range(row.valid.lower, date)
            row.save(update_fields=["valid"])
    _leave_trace("leave_group", branch_id, group_id, date, at, desk)


def _refuse_unknown_group(group_id: int) -> None:
    if not models.LendingGroup.objects.filter(id=group_id).exists():
        raise NetworkRefused(NetworkReason.UNKNOWN_GROUP)


def _leave_trace(what: str, branch_id: int, group_id: int, day: date, at: datetime, desk: Desk) -> None:
    leave_trace(
        what=what,
        at=at,
        desk=desk,
        branch_id=branch_id,
        details={"group": group_id, "from": iso(day)},
        after={"group": group_id, "from": day},
    )
