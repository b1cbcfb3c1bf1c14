"""Reads of the network. The map of tree, calendars and lending groups is kept in the process by its edition."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from threading import Lock
from typing import Any
from uuid import UUID

from django.db import connection

from wenyuan.kernel.opening import DayKind, OpeningCalendar
from wenyuan.organisation.network import calendars, models, sql
from wenyuan.organisation.network.data import (
    AnnouncementFacts,
    AreaFacts,
    BranchFacts,
    ClosureFacts,
    ClosureNews,
    DateSpan,
    GroupFacts,
    LibraryFacts,
    NetworkMap,
    NoticeFacts,
    NoticeState,
    OpenDays,
    OpeningToday,
    ServicePointFacts,
    Services,
)
from wenyuan.plumbing.clock import local

_latest: dict[UUID, NetworkMap] = {}
"""The newest map this process has read, by its edition, which is that of one state of one database."""
_library: dict[UUID, LibraryFacts] = {}
"""The library itself, likewise."""
_reading = Lock()


def current_edition() -> UUID:
    """The token of the network as it stands; it is another after every change of tree, calendar or groups."""
    with connection.cursor() as cursor:
        cursor.execute(sql.EDITION)
        row = cursor.fetchone()
        assert row is not None, "the edition row is made by migration"
        edition: UUID = row[0]
        return edition


def network_map(edition: UUID | None = None) -> NetworkMap:
    """The network of ``edition`` (a token the caller has just read; else it is read now), or a newer one.

    Kept in the process until the edition changes: usually this asks the database for one token, or for nothing.
    """
    wanted = current_edition() if edition is None else edition
    kept = _latest.get(wanted)
    if kept is not None:
        return kept
    with _reading:
        kept = _latest.get(wanted)
        if kept is None:
            kept = _read_map()
            _latest.clear()
            _latest[kept.edition] = kept
        return kept


def _read_map() -> NetworkMap:
    with connection.cursor() as cursor:
        cursor.execute(sql.WHOLE)
        row = cursor.fetchone()
    assert row is not None, "the edition row is made by migration"
    edition, branches, placements, memberships, week_rows, exception_rows, closure_rows = row[0], *map(_list, row[1:])
    weekly, exceptions, closures = _by_first(week_rows), _by_first(exception_rows), _by_first(closure_rows)
    facts = {values[0]: _branch(*values) for values in branches}
    return NetworkMap(
        edition=edition,
        branches=facts,
        placements=_spans(placements),
        memberships=_spans(memberships),
        calendars={
            branch_id: OpeningCalendar(
                weekly=calendars.weeks(weekly[branch_id]),
                exceptions=calendars.exceptions(exceptions[branch_id]),
                closures=calendars.closures(closures[branch_id]),
            )
            for branch_id in facts
        },
    )


def _branch(branch_id: int, *values: Any) -> BranchFacts:
    code, name_zh, name_en, kind, opened, closed, address, phone, accessibility, latitude, longitude = values
    location = None if latitude is None or longitude is None else (float(latitude), float(longitude))
    return BranchFacts(
        id=branch_id,
        code=code,
        name_zh=name_zh,
        name_en=name_en,
        kind=kind,
        opened_date=date.fromisoformat(opened),
        closed_date=calendars.day_of(closed),
        address=address,
        phone=phone,
        accessibility=accessibility,
        location=location,
    )


def _list(value: Any) -> list[list[Any]]:
    """A JSON list as the driver gives it: Django's cursors leave JSON as text."""
    found: list[list[Any]] = json.loads(value) if isinstance(value, str) else value
    return found


def _by_first(rows: Iterable[list[Any]]) -> defaultdict[int, list[Any]]:
    grouped: defaultdict[int, list[Any]] = defaultdict(list)
    for first, *rest in rows:
        grouped[first].append(tuple(rest))
    return grouped


def _spans(rows: Iterable[list[Any]]) -> dict[int, tuple[tuple[int, DateSpan], ...]]:
    return {
        branch_id: tuple(
            (other, DateSpan(calendars.day_of(first) or date.min, calendars.day_of(end))) for other, first, end in spans
        )
        for branch_id, spans in _by_first(rows).items()
    }


def get_library(edition: UUID | None = None) -> LibraryFacts | None:
    """The library's name and particulars, or nothing before it was founded; as of ``edition`` (a token the caller has
    just read, with which nothing is asked that this process knows already) or newer."""
    if edition is not None and (kept := _library.get(edition)) is not None:
        return kept
    library = _read_library()
    if edition is not None and library is not None:
        _library.clear()
        _library[edition] = library
    return library


def _read_library() -> LibraryFacts | None:
    with connection.cursor() as cursor:
        cursor.execute(sql.LIBRARY)
        row = cursor.fetchone()
    return LibraryFacts(*row) if row is not None else None


def get_branch(branch_id: int) -> BranchFacts | None:
    """One branch, or nothing."""
    return network_map().branches.get(branch_id)


def branch_by_code(code: str) -> BranchFacts | None:
    """The branch with exactly this code, or nothing."""
    return network_map().by_code(code)


def find_branch(text: str) -> BranchFacts | None:
    """The one branch that ``text`` names: by code in any case, else by its whole Chinese or English name.

    Nothing when no branch, or more than one, has the name.
    """
    wanted = text.strip().casefold()
    branches = network_map().branches.values()
    for branch in branches:
        if branch.code.casefold() == wanted:
            return branch
    named = [
        branch for branch in branches if wanted and wanted in (branch.name_zh.casefold(), branch.name_en.casefold())
    ]
    return named[0] if len(named) == 1 else None


def opening_today(at: datetime, *, network: NetworkMap | None = None) -> tuple[OpeningToday, ...]:
    """Every branch that stands on the local day of ``at``, in the order of codes, with its opening."""
    here = local(at)
    network = network or network_map()
    standing = [branch for branch in network.branches.values() if branch.stands_on(here.date())]
    return tuple(
        _opening(branch, network.calendar(branch.id), here) for branch in sorted(standing, key=lambda one: one.code)
    )


def _opening(branch: BranchFacts, calendar: OpeningCalendar, here: datetime) -> OpeningToday:
    status = calendar.day_status(here.date())
    following = calendar.next_open_date(here.date(), inclusive=False)
    if following is not None and calendar.day_status(following).kind is DayKind.NOT_STATED:
        following = None
    return OpeningToday(
        branch=branch,
        status=status,
        open_now=calendar.open_at(here) if status.is_stated else None,
        next_open_date=following,
    )


def list_areas(branch_id: int | None = None) -> tuple[AreaFacts, ...]:
    """The reading areas of a branch, or of all, by floor and code."""
    rows = models.Area.objects.order_by("floor", "code")
    if branch_id is not None:
        rows = rows.filter(branch_id=branch_id)
    return tuple(
        AreaFacts(
            row.id,
            row.branch_id,
            row.code,
            row.name_zh,
            row.name_en,
            row.floor,
            row.seats,
            row.wheelchair,
            row.accessibility,
        )
        for row in rows
    )


def area_calendar(area_id: int) -> OpeningCalendar | None:
    """When an area is open (``calendars.area_calendar``); nothing for an unknown area."""
    with connection.cursor() as cursor:
        cursor.execute(sql.AREA, [area_id])
        row = cursor.fetchone()
    if row is None:
        return None
    own_week, branch_week, own_exceptions, branch_exceptions, closures = (_by_rows(part) for part in row)
    return calendars.area_calendar(
        own_week=own_week,
        branch_week=branch_week,
        own_exceptions=own_exceptions,
        branch_exceptions=branch_exceptions,
        branch_closures=closures,
    )


def _by_rows(value: Any) -> list[Any]:
    return [tuple(row) for row in _list(value)]


def list_service_points(branch_id: int | None = None, *, on: date | None = None) -> tuple[ServicePointFacts, ...]:
    """The service points of a branch, or of all, by code; with ``on`` only those that stand on that day."""
    rows = models.ServicePoint.objects.order_by("code")
    if branch_id is not None:
        rows = rows.filter(branch_id=branch_id)
    return tuple(
        ServicePointFacts(row.id, row.branch_id, row.area_id, row.code, row.name_zh, row.name_en, row.closed_date)
        for row in rows
        if on is None or row.closed_date is None or on < row.closed_date
    )


def list_closures(*, branch_id: int | None = None, from_date: date | None = None) -> tuple[ClosureFacts, ...]:
    """Closures, withdrawn ones among them, the latest first; with ``from_date`` those that reach that day or later."""
    rows = models.Closure.objects.order_by("-first_date", "-id")
    if branch_id is not None:
        rows = rows.filter(branch_id=branch_id)
    return tuple(
        _closure(row) for row in rows if from_date is None or row.last_date is None or row.last_date >= from_date
    )


def closures_of_notice(notice_id: int) -> tuple[ClosureFacts, ...]:
    """The closure of each branch that a signed notice covers."""
    return tuple(_closure(row) for row in models.Closure.objects.filter(notice_id=notice_id).order_by("id"))


def get_closure(closure_id: int) -> ClosureFacts | None:
    """One branch's closure, or nothing."""
    row = models.Closure.objects.filter(id=closure_id).first()
    return _closure(row) if row else None


def _closure(row: models.Closure) -> ClosureFacts:
    return ClosureFacts(
        row.id,
        row.branch_id,
        row.first_date,
        row.last_date,
        row.reason,
        row.withdrawn_at,
        row.notice_id,
        row.area_id,
        row.service_point_id,
        row.shuts_door,
        row.horizon,
        row.spread_days,
        row.own_end,
    )


def branches_of_notice(notice: models.ClosureNotice) -> tuple[int, ...]:
    """For this room: ``covered_branches`` of a notice."""
    return _covered(notice, network_map())


def _covered(notice: models.ClosureNotice, network: NetworkMap) -> tuple[int, ...]:
    return covered_branches(
        scope=notice.scope, branch_id=notice.branch_id, first_date=notice.first_date, network=network
    )


def covered_branches(
    *, scope: str, branch_id: int | None, first_date: date, network: NetworkMap | None = None
) -> tuple[int, ...]:
    """The branches that a closure of this ``models.ClosureScope`` covers, its own first, of those that stand on its
    first day."""
    network = network or network_map()
    if scope == models.ClosureScope.NETWORK:
        covered = frozenset(network.branches)
    elif scope == models.ClosureScope.SUBTREE and branch_id is not None:
        covered = network.subtree(branch_id, first_date)
    else:
        covered = frozenset({branch_id} if branch_id is not None else ())
    standing = [one for one in covered if one in network.branches and network.branches[one].stands_on(first_date)]
    return tuple(sorted(standing, key=lambda one: (one != branch_id, one)))


def get_notice(notice_id: int) -> NoticeFacts | None:
    """One closure notice, or nothing."""
    row = models.ClosureNotice.objects.filter(id=notice_id).first()
    return _notice(row, network_map()) if row else None


def list_notices(*, before: int | None = None, size: int = 50) -> tuple[NoticeFacts, ...]:
    """Closure notices, the latest written first, with an id below ``before``; those still drafts among them."""
    rows = models.ClosureNotice.objects.order_by("-id")
    if before is not None:
        rows = rows.filter(id__lt=before)
    network = network_map()
    return tuple(_notice(row, network) for row in rows[:size])


def _notice(row: models.ClosureNotice, network: NetworkMap) -> NoticeFacts:
    state = NoticeState.DRAFT if row.signed_at is None else NoticeState.IN_FORCE
    return NoticeFacts(
        id=row.id,
        scope=row.scope,
        branch_id=row.branch_id,
        area_id=row.area_id,
        service_point_id=row.service_point_id,
        shuts=Services(row.shuts_door, row.shuts_book_drop, row.shuts_digital),
        first_date=row.first_date,
        last_date=row.last_date,
        reason=row.reason,
        most_a_day=row.most_a_day,
        state=NoticeState.WITHDRAWN if row.withdrawn_at else state,
        drafted_at=row.drafted_at,
        drafted_by=row.drafted_by,
        signed_at=row.signed_at,
        signed_by=row.signed_by,
        withdrawn_at=row.withdrawn_at,
        branch_ids=_covered(row, network),
    )


def closure_news(notice_id: int) -> ClosureNews | None:
    """What readers are told of a closure as it stands now; nothing for an unknown one."""
    notice = get_notice(notice_id)
    if notice is None:
        return None
    network, library = network_map(), get_library()
    own = network.branches.get(notice.branch_id) if notice.branch_id is not None else None
    signed = notice.signed_at or notice.drafted_at
    return ClosureNews(
        library=library,
        places=(own,) if own else (),
        with_below=notice.scope == models.ClosureScope.SUBTREE and len(notice.branch_ids) > 1,
        everywhere=own is None,
        part=_part(notice),
        shuts=notice.shuts,
        first_date=notice.first_date,
        last_date=notice.last_date,
        reopens=_reopens(notice, network),
        reason=notice.reason,
        moves_due_dates=notice.closes_days,
        phone=(own.phone if own else "") or (library.phone if library else ""),
        said_on=local(signed).date(),
    )


def _part(notice: NoticeFacts) -> AreaFacts | ServicePointFacts | None:
    if notice.branch_id is None:
        return None
    parts: tuple[AreaFacts | ServicePointFacts, ...] = ()
    if notice.area_id is not None:
        parts = list_areas(notice.branch_id)
    elif notice.service_point_id is not None:
        parts = list_service_points(notice.branch_id)
    wanted = notice.area_id or notice.service_point_id
    return next((part for part in parts if part.id == wanted), None)


def _reopens(notice: NoticeFacts, network: NetworkMap) -> date | None:
    """The first day after a notice's last on which its branch, or else the first that it covers, is open."""
    if notice.last_date is None or not notice.branch_ids:
        return None
    return network.calendar(notice.branch_ids[0]).next_open_date(notice.last_date, inclusive=False)


def list_announcements(notice_id: int) -> tuple[AnnouncementFacts, ...]:
    """Who was told of a closure, in time's order."""
    rows = models.ClosureAnnouncement.objects.filter(notice_id=notice_id).order_by("at", "id")
    return tuple(AnnouncementFacts(row.channel, row.count, row.at) for row in rows)


def open_days(
    branch_ids: Iterable[int], first: date, last: date, *, network: NetworkMap | None = None
) -> dict[int, OpenDays]:
    """开放天数: for each branch the days from ``first`` to ``last``, both included, on which it stood and was open.

    Days that lie ahead are counted as the calendar has them now.
    """
    network = network or network_map()
    days = tuple(map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1)))
    return {branch_id: _open_days(network, branch_id, days) for branch_id in branch_ids}


def open_dates(branch_id: int, first: date, last: date, *, network: NetworkMap | None = None) -> tuple[date, ...]:
    """The days behind 开放天数 of a branch, from ``first`` to ``last``, both included."""
    network = network or network_map()
    branch, calendar = network.branches[branch_id], network.calendar(branch_id)
    days = map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))
    return tuple(day for day in days if branch.stands_on(day) and calendar.day_status(day).kind in _COUNTED)


def _open_days(network: NetworkMap, branch_id: int, days: tuple[date, ...]) -> OpenDays:
    branch, calendar = network.branches[branch_id], network.calendar(branch_id)
    kinds = Counter(calendar.day_status(day).kind for day in days if branch.stands_on(day))
    shut = sum(
        calendar.without_closures.is_open_on(day)
        for day in days
        if branch.stands_on(day) and calendar.day_status(day).kind is DayKind.CLOSURE
    )
    return OpenDays(sum(kinds[kind] for kind in _COUNTED), shut, kinds[DayKind.NOT_STATED])


_COUNTED = frozenset({DayKind.OPEN, DayKind.EXCEPTION_OPEN})
"""Days of which it is stated that the doors stood open."""


def list_groups() -> tuple[GroupFacts, ...]:
    """The lending groups by code."""
    rows = models.LendingGroup.objects.order_by("code")
    return tuple(GroupFacts(row.id, row.code, row.name_zh, row.name_en) for row in rows)
