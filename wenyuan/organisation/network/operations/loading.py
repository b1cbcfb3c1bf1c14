"""The first branches of a library from its sheet: all of them, or none."""

from collections.abc import Sequence
from datetime import date, datetime

from psycopg.types.range import Range

from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.operations import record_many
from wenyuan.organisation.network import models
from wenyuan.organisation.network.data import BranchFacts
from wenyuan.organisation.network.operations.records import lock_network
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.network.sheet import BranchRow, SheetError, SheetFault, SheetRefused
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.transactions import assert_in_verb, verb


@needs(Act.EDIT_NETWORK)
@verb
def load_branch_sheet(*, rows: Sequence[BranchRow], at: datetime, desk: Desk) -> tuple[BranchFacts, ...]:
    """Open every branch of a sheet (``sheet.read_branch_sheet``), in the order of its rows.

    A branch stands below its parent from the day on which both have opened, keeps its hours from its opening, and
    belongs to its lending groups, made where they do not exist, from the day of loading (or its opening, if later).

    :raises SheetRefused: a code that is taken, or a parent that is neither in the sheet nor in the network, or is
        closed for good; every fault is listed, and nothing is written.
    :raises NotAllowed: no right to the whole network.
    """
    require(desk.operator, Act.EDIT_NETWORK, None)
    return _load(rows, at=at, desk=desk)


def open_first_branches(*, rows: Sequence[BranchRow], at: datetime, desk: Desk) -> tuple[BranchFacts, ...]:
    """A step: what ``load_branch_sheet`` does, within the founding of an installation.

    :raises SheetRefused: as ``load_branch_sheet``; also without a row, since a library has a branch.
    """
    assert_in_verb()
    if not rows:
        raise SheetRefused([SheetError(0, "", SheetFault.NO_ROWS)])
    return _load(rows, at=at, desk=desk)


def _load(rows: Sequence[BranchRow], *, at: datetime, desk: Desk) -> tuple[BranchFacts, ...]:
    lock_network()
    standing = {branch.code.casefold(): branch for branch in network_map().branches.values()}
    if errors := _faults(rows, standing):
        raise SheetRefused(errors)
    branches = _write_branches(rows)
    _write_placements(rows, branches, standing)
    _write_hours(rows, branches)
    _write_memberships(rows, branches, local_date(at))
    record_many(_entry(row, branches[row.code.casefold()], at, desk) for row in rows)
    audit(
        at=at,
        desk=desk,
        act="load_branch_sheet",
        subject_kind="library",
        after={"codes": [row.code for row in rows]},
    )
    loaded = network_map()
    return tuple(loaded.branches[branches[row.code.casefold()].id] for row in rows)


def _faults(rows: Sequence[BranchRow], standing: dict[str, BranchFacts]) -> list[SheetError]:
    """What a row cannot know by itself: codes and parents against the network as it stands."""
    errors = []
    coming = {row.code.casefold() for row in rows}
    for row in rows:
        if row.code.casefold() in standing:
            errors.append(SheetError(row.row, "code", SheetFault.CODE_TAKEN, row.code))
        parent = standing.get(row.parent.casefold())
        known = row.parent.casefold() in coming or (parent is not None and parent.closed_date is None)
        if row.parent and not known:
            errors.append(SheetError(row.row, "parent", SheetFault.UNKNOWN_PARENT, row.parent[:40]))
    return errors


def _write_branches(rows: Sequence[BranchRow]) -> dict[str, models.Branch]:
    written = models.Branch.objects.bulk_create(
        models.Branch(
            code=row.code,
            name_zh=row.name_zh,
            name_en=row.name_en,
            kind=row.kind,
            opened_date=row.opened,
            address=row.address,
            phone=row.phone,
        )
        for row in rows
    )
    return {branch.code.casefold(): branch for branch in written}


def _write_placements(
    rows: Sequence[BranchRow], branches: dict[str, models.Branch], standing: dict[str, BranchFacts]
) -> None:
    placements = []
    for row in rows:
        if row.parent:
            parent = branches.get(row.parent.casefold()) or standing[row.parent.casefold()]
            placements.append(
                models.Placement(
                    branch_id=branches[row.code.casefold()].id,
                    parent_id=parent.id,
                    valid=Range(max(row.opened, parent.opened_date), None),
                )
            )
    models.Placement.objects.bulk_create(placements)


def _write_hours(rows: Sequence[BranchRow], branches: dict[str, models.Branch]) -> None:
    models.WeeklyHours.objects.bulk_create(
        models.WeeklyHours(
            branch=branches[row.code.casefold()],
            weekday=span.weekday,
            opens=span.hours.opens,
            closes=span.hours.closes,
            valid=Range(row.opened, None),
        )
        for row in rows
        for span in row.hours
    )


def _write_memberships(rows: Sequence[BranchRow], branches: dict[str, models.Branch], today: date) -> None:
    groups = {group.code.casefold(): group for group in models.LendingGroup.objects.all()}
    for code in dict.fromkeys(code for row in rows for code in row.groups):
        if code.casefold() not in groups:
            groups[code.casefold()] = models.LendingGroup.objects.create(code=code, name_zh=code)
    models.Membership.objects.bulk_create(
        models.Membership(
            group=groups[code.casefold()],
            branch=branches[row.code.casefold()],
            valid=Range(max(today, row.opened), None),
        )
        for row in rows
        for code in dict.fromkeys(code.casefold() for code in row.groups)
    )


def _entry(row: BranchRow, branch: models.Branch, at: datetime, desk: Desk) -> Entry:
    return Entry(
        kind=Kind.NETWORK_CHANGED,
        occurred_at=at,
        door=desk.door.value,
        desk=desk.code,
        operator_id=desk.operator.account_id,
        branch_id=branch.id,
        subject_kind="branch",
        subject_id=branch.id,
        details={
            "what": "open_branch",
            "code": row.code,
            "kind": row.kind.value,
            "parent_code": row.parent or None,
            "opened": row.opened.isoformat(),
        },
    )
