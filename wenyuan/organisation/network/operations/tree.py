"""The branch tree: founding, opening, moving, renaming, closing for good. Each branch keeps its whole past."""

from datetime import date, datetime
from decimal import Decimal

from psycopg.types.range import Range

from wenyuan.organisation.network import models, rules, seams
from wenyuan.organisation.network.data import BranchFacts, DateSpan, NetworkReason, NetworkRefused
from wenyuan.organisation.network.operations.records import (
    branch_row,
    clean,
    iso,
    leave_trace,
    lock_branch,
    lock_network,
    standing_branch,
)
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.transactions import assert_in_verb, verb


@needs(Act.EDIT_NETWORK)
@verb
def found_library(
    *,
    name_zh: str,
    at: datetime,
    desk: Desk,
    name_en: str = "",
    institution_code: str = "",
    address: str = "",
    phone: str = "",
) -> None:
    """Enter the library's name and particulars, once.

    :raises NetworkRefused: already founded, no name, or a text too long.
    :raises NotAllowed: no right to the whole network.
    """
    require(desk.operator, Act.EDIT_NETWORK, None)
    enter_library(
        name_zh=name_zh,
        name_en=name_en,
        institution_code=institution_code,
        address=address,
        phone=phone,
        at=at,
        desk=desk,
    )


def enter_library(
    *,
    name_zh: str,
    at: datetime,
    desk: Desk,
    name_en: str = "",
    institution_code: str = "",
    address: str = "",
    phone: str = "",
) -> None:
    """A step: what ``found_library`` does, within the founding of an installation.

    :raises NetworkRefused: as ``found_library``.
    """
    assert_in_verb()
    lock_network()
    if models.Library.objects.exists():
        raise NetworkRefused(NetworkReason.ALREADY_FOUNDED)
    values = _library_values(name_zh, name_en, institution_code, address, phone)
    models.Library.objects.create(**values)
    leave_trace(what="found_library", at=at, desk=desk, branch_id=None, subject_kind="library", after=values)


@needs(Act.EDIT_NETWORK)
@verb
def describe_library(
    *,
    name_zh: str,
    at: datetime,
    desk: Desk,
    name_en: str = "",
    institution_code: str = "",
    address: str = "",
    phone: str = "",
) -> None:
    """Change the library's name and particulars.

    :raises NetworkRefused: not founded yet, no name, or a text too long.
    :raises NotAllowed: no right to the whole network.
    """
    require(desk.operator, Act.EDIT_NETWORK, None)
    lock_network()
    values = _library_values(name_zh, name_en, institution_code, address, phone)
    before = models.Library.objects.values(*values).first()
    if before is None:
        raise NetworkRefused(NetworkReason.BAD_VALUE, field="library")
    models.Library.objects.update(**values)
    leave_trace(
        what="describe_library",
        at=at,
        desk=desk,
        branch_id=None,
        subject_kind="library",
        before=dict(before),
        after=values,
    )


def _library_values(name_zh: str, name_en: str, institution_code: str, address: str, phone: str) -> dict[str, str]:
    code = institution_code.strip()
    if len(code) > 32 or not code.isprintable():
        raise NetworkRefused(NetworkReason.BAD_CODE, field="institution_code")
    return {
        "name_zh": clean(name_zh, field="name", needed=True),
        "name_en": clean(name_en, field="name"),
        "institution_code": code,
        "address": clean(address, field="address"),
        "phone": clean(phone, field="phone"),
    }


@needs(Act.EDIT_NETWORK)
@verb
def open_branch(
    *,
    code: str,
    name_zh: str,
    kind: str,
    opened_date: date,
    at: datetime,
    desk: Desk,
    parent_id: int | None = None,
    name_en: str = "",
    address: str = "",
    phone: str = "",
    accessibility: str = "",
    latitude: Decimal | None = None,
    longitude: Decimal | None = None,
) -> BranchFacts:
    """Open a branch of a ``models.BranchKind``, below a parent from the day on which both stand.

    :raises NetworkRefused: the code is taken or malformed, no name, an unknown kind, an unknown or closed parent;
        degrees that are none, as in ``describe_branch``.
    :raises NotAllowed: no right at the parent; for a root, no right to the whole network.
    """
    require(desk.operator, Act.EDIT_NETWORK, parent_id)
    lock_network()
    if not rules.is_code(code):
        raise NetworkRefused(NetworkReason.BAD_CODE, code=code[:16])
    if kind not in models.BranchKind.values:
        raise NetworkRefused(NetworkReason.UNKNOWN_KIND, kind=kind[:24])
    if models.Branch.objects.filter(code__iexact=code).exists():
        raise NetworkRefused(NetworkReason.CODE_TAKEN, code=code)
    row = models.Branch(
        code=code,
        name_zh=clean(name_zh, field="name", needed=True),
        name_en=clean(name_en, field="name"),
        kind=kind,
        opened_date=opened_date,
        address=clean(address, field="address"),
        phone=clean(phone, field="phone"),
        accessibility=clean(accessibility, field="accessibility"),
        **_location(latitude, longitude),
    )
    parent = branch_row(parent_id) if parent_id is not None else None
    placed_from = max(opened_date, parent.opened_date) if parent else opened_date
    if parent:
        standing_branch(parent.id, on=placed_from)
    row.save()
    if parent:
        models.Placement.objects.create(branch=row, parent=parent, valid=Range(placed_from, None))
    leave_trace(
        what="open_branch",
        at=at,
        desk=desk,
        branch_id=row.id,
        details={"code": code, "kind": kind, "parent": parent_id, "opened": iso(opened_date)},
        after={"code": code, "kind": kind, "parent": parent_id, "opened": opened_date, "name_zh": row.name_zh},
    )
    return network_map().branches[row.id]


@needs(Act.EDIT_NETWORK)
@verb
def move_branch(*, branch_id: int, parent_id: int | None, from_date: date, at: datetime, desk: Desk) -> None:
    """Place a branch below another (or below none) from a day on.

    The running placement ends with that day; one that begins on it or later is replaced.

    :raises NetworkRefused: a ring would close on that day or any later one; either branch is unknown, not yet open or
        closed for good; nothing would change.
    :raises NotAllowed: no right at the branch or at its new parent (for none: to the whole network).
    """
    require(desk.operator, Act.EDIT_NETWORK, branch_id)
    require(desk.operator, Act.EDIT_NETWORK, parent_id)
    lock_network()
    standing_branch(branch_id, on=from_date)
    if parent_id is not None:
        standing_branch(parent_id, on=from_date)
    placements = network_map().placements
    old = placements.get(branch_id, ())
    new = rules.replanned(old, parent_id=parent_id, from_date=from_date)
    if _joined(new) == _joined(old):
        raise NetworkRefused(NetworkReason.NOTHING_CHANGES)
    ring = rules.ring_day({**placements, branch_id: new}, branch_id=branch_id, from_date=from_date)
    if ring is not None:
        raise NetworkRefused(NetworkReason.RING, day=ring.isoformat())
    _end_placements(branch_id, from_date)
    if parent_id is not None:
        models.Placement.objects.create(branch_id=branch_id, parent_id=parent_id, valid=Range(from_date, None))
    leave_trace(
        what="move_branch",
        at=at,
        desk=desk,
        branch_id=branch_id,
        details={"parent": parent_id, "from": iso(from_date)},
        before={"placements": _as_texts(old)},
        after={"placements": _as_texts(new)},
    )


def _joined(spans: tuple[tuple[int, DateSpan], ...]) -> list[tuple[int, DateSpan]]:
    """The placements in order, those that continue one another as one."""
    joined: list[tuple[int, DateSpan]] = []
    for parent, span in sorted(spans, key=lambda placed: placed[1].first):
        if joined and joined[-1][0] == parent and joined[-1][1].end == span.first:
            span = DateSpan(joined.pop()[1].first, span.end)
        joined.append((parent, span))
    return joined


def _as_texts(spans: tuple[tuple[int, DateSpan], ...]) -> list[list[object]]:
    return [[parent, span.first, span.end] for parent, span in spans]


def _end_placements(branch_id: int, from_date: date) -> None:
    rows = models.Placement.objects.filter(branch_id=branch_id)
    rows.filter(valid__startswith__gte=from_date).delete()
    for row in rows.filter(valid__contains=from_date):
        row.valid = Range(row.valid.lower, from_date)
        row.save(update_fields=["valid"])


@needs(Act.EDIT_NETWORK)
@verb
def rename_branch(*, branch_id: int, name_zh: str, at: datetime, desk: Desk, name_en: str = "") -> None:
    """Give a branch other names; its code stays.

    :raises NetworkRefused: unknown branch, no name, or one too long.
    :raises NotAllowed: no right at the branch.
    """
    _change(
        "rename_branch",
        branch_id,
        at,
        desk,
        name_zh=clean(name_zh, field="name", needed=True),
        name_en=clean(name_en, field="name"),
    )


@needs(Act.EDIT_NETWORK)
@verb
def describe_branch(
    *,
    branch_id: int,
    at: datetime,
    desk: Desk,
    address: str = "",
    phone: str = "",
    accessibility: str = "",
    latitude: Decimal | None = None,
    longitude: Decimal | None = None,
) -> None:
    """Change what a branch tells its readers of address, telephone and access, and where it lies (degrees, WGS 84),
    which says from where a held item is fetched.

    :raises NetworkRefused: unknown branch, a text too long, or one of both degrees alone or beyond the globe.
    :raises NotAllowed: no right at the branch.
    """
    _change(
        "describe_branch",
        branch_id,
        at,
        desk,
        address=clean(address, field="address"),
        phone=clean(phone, field="phone"),
        accessibility=clean(accessibility, field="accessibility"),
        **_location(latitude, longitude),
    )


def _location(latitude: Decimal | None, longitude: Decimal | None) -> dict[str, Decimal | None]:
    if (latitude is None) != (longitude is None):
        raise NetworkRefused(NetworkReason.BAD_VALUE, field="latitude" if latitude is None else "longitude")
    for field, degrees, most in (("latitude", latitude, 90), ("longitude", longitude, 180)):
        if degrees is not None and not -most <= degrees <= most:
            raise NetworkRefused(NetworkReason.BAD_VALUE, field=field)
    return {"latitude": latitude, "longitude": longitude}


def _change(what: str, branch_id: int, at: datetime, desk: Desk, **values: str | Decimal | None) -> None:
    require(desk.operator, Act.EDIT_NETWORK, branch_id)
    lock_network()
    row = branch_row(branch_id)
    before = {name: _written(getattr(row, name)) for name in values}
    models.Branch.objects.filter(id=branch_id).update(**values)
    after = {name: _written(value) for name, value in values.items()}
    leave_trace(what=what, at=at, desk=desk, branch_id=branch_id, before=before, after=after)


def _written(value: str | Decimal | None) -> str | None:
    return str(value) if isinstance(value, Decimal) else value


@needs(Act.EDIT_NETWORK)
@verb
def close_branch(*, branch_id: int, closed_date: date, at: datetime, desk: Desk) -> None:
    """Close a branch for good: from ``closed_date`` on it no longer stands. Its lending groups end with that day.

    :raises NetworkRefused: a branch that still stands lies below it on that day or later; a room above objects, with
        the counts of what is still there; closed already; before its opening.
    :raises NotAllowed: no right at the branch.
    """
    require(desk.operator, Act.EDIT_NETWORK, branch_id)
    lock_network()
    lock_branch(branch_id)
    row = standing_branch(branch_id, on=closed_date)
    if below := _standing_below(branch_id, closed_date):
        raise NetworkRefused(NetworkReason.BRANCHES_BELOW, count=len(below), first=min(below))
    if ties := seams.ties_to_branch(branch_id, closed_date):
        raise NetworkRefused(NetworkReason.STILL_IN_USE, **{tie.what: tie.count for tie in ties})
    row.closed_date = closed_date
    row.save(update_fields=["closed_date"])
    groups = _end_memberships(branch_id, closed_date)
    leave_trace(
        what="close_branch",
        at=at,
        desk=desk,
        branch_id=branch_id,
        details={"closed": iso(closed_date)},
        after={"closed": closed_date, "left_groups": groups},
    )


def _standing_below(branch_id: int, from_date: date) -> list[str]:
    """Codes of branches placed directly below on that day or later, at a time when they themselves still stand."""
    network = network_map()
    return [
        child.code
        for child in network.branches.values()
        for parent_id, span in network.placements.get(child.id, ())
        if parent_id == branch_id
        and (span.end is None or span.end > from_date)
        and (child.closed_date is None or child.closed_date > max(from_date, span.first))
    ]


def _end_memberships(branch_id: int, from_date: date) -> list[int]:
    """End the branch's memberships with that day; returns the ids of the groups it left."""
    left = []
    for row in models.Membership.objects.filter(branch_id=branch_id):
        if row.valid.lower >= from_date:
            row.delete()
        elif row.valid.upper is None or row.valid.upper > from_date:
            row.valid = Range(row.valid.lower, from_date)
            row.save(update_fields=["valid"])
        else:
            continue
        left.append(row.group_id)
    return left
