"""Due dates that follow closures, in the background.

The network's acts on closures are entries of the journal; ``tasks.py`` follows them and asks for a run over the loans
of the branches concerned. A run first counts, branch by branch, over how many days each closure must spread its loans
(``kernel.opening.spreads``), then gives every open loan the due date that its base has under the calendar of the
moment. It works in chunks, each a short transaction of its own that also keeps how far it came: killed anywhere, it
goes on from there. Lending goes on meanwhile: new loans and renewals look at the calendar themselves, and a chunk
only moves loans that are still as it read them.

What else moves with the calendar joins by ``with_each_branch``, as the days of the hold shelf do.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.db import connection

from wenyuan.kernel.opening import OpeningCalendar, spreads
from wenyuan.lending.circulation import sql
from wenyuan.lending.circulation.books import Books, books_of
from wenyuan.lending.circulation.facts import Editions
from wenyuan.lending.circulation.models import ClosureRun, Hold, HoldState, Loan, RunState
from wenyuan.lending.circulation.rules import due_of_base, shelf_until
from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.journal.queries import Filter, get_entry, list_entries
from wenyuan.organisation.network.operations import roll_horizons, set_spreads
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Door
from wenyuan.plumbing.clock import library_zone, local_date
from wenyuan.plumbing.queue import defer
from wenyuan.plumbing.statements import Plan, Statement
from wenyuan.plumbing.statements import run as drive
from wenyuan.plumbing.transactions import assert_in_verb, verb

TASK = "circulation.follow_closures"
CHUNK = 1000
"""How many loans a chunk looks at: its transaction lasts well under a second."""
CLOSURE_KINDS = (Kind.CLOSURE_DECLARED, Kind.CLOSURE_ENDED, Kind.CLOSURE_WITHDRAWN)
SETTLES_IN = timedelta(days=7)
"""Far longer than any checkout that had read the calendar from before a closure, and than a server is off over a
holiday: some night after it looks again."""

Mover = Callable[[int, OpeningCalendar, datetime], int]
"""Takes a branch id, its calendar and the moment; moves what else hangs on it and returns how much that was."""

_movers: list[Mover] = []


def with_each_branch(mover: Mover) -> Mover:
    """Register a step that is called once a run for each branch, after its last loan, in that chunk's transaction.

    It must be idempotent (a run may be asked for twice) and finish well under a second.
    """
    _movers.append(mover)
    return mover


@with_each_branch
def stretch_hold_shelf(branch_id: int, calendar: OpeningCalendar, _at: datetime) -> int:
    """What waits on the branch's hold shelf is kept for as many open days as its policy gave on the day it was put
    there. One that was fetched or sent on meanwhile is left alone."""
    with connection.cursor() as cursor:
        cursor.execute(sql.HOLDS_ON_SHELF, [branch_id])
        kept = cursor.fetchall()
    if not kept:
        return 0
    books, moved = drive(_books_now), 0
    for hold_id, version, shelved, until, category_id, item_type_id in kept:
        days = books.hold_policy(branch_id, category_id, item_type_id, shelved).hold_shelf_days
        wanted = shelf_until(today=shelved, days=days, calendar=calendar)
        if wanted != until:
            row = Hold.objects.filter(id=hold_id, version=version, state=HoldState.ON_SHELF)
            moved += row.update(shelf_until=wanted, version=version + 1)
    return moved


def _books_now() -> Plan[Books]:
    rows = yield Statement(sql.BOTH_EDITIONS, {})
    return (yield from books_of(Editions(*rows[0])))


def follow_closure(entry_id: int) -> None:
    """A step: have the due dates of the branch that an entry about a closure names gone through."""
    assert_in_verb()
    recorded = get_entry(entry_id)
    if recorded is None or recorded.entry.branch_id is None or recorded.entry.subject_id is None:
        return
    ask_for_run([recorded.entry.branch_id], [recorded.entry.subject_id], at=recorded.entry.occurred_at)


def ask_for_run(branch_ids: list[int], closure_ids: list[int], *, at: datetime) -> None:
    """A step: let the loans of these branches be gone through soon, with those that wait for it already."""
    assert_in_verb()
    with connection.cursor() as cursor:
        cursor.execute(sql.ASK_FOR_RUN, {"branches": branch_ids, "closures": closure_ids, "at": at})
    defer(TASK, once=TASK)


def follow_closures(*, now: Callable[[], datetime]) -> None:
    """Go through what was asked for, chunk by chunk, until nothing is left; ``now`` is asked for each chunk."""
    while work_a_little(at=now()):
        continue


@verb
def roll_forward(*, at: datetime) -> None:
    """Every night: closures without a last day reckon with three more weeks, and their loans move on with them.

    Branches whose closures were signed, changed or withdrawn within two days are gone through once more: what a
    checkout that was under way then has missed is put right here. All others rest.
    """
    today = local_date(at)
    branches = set(roll_horizons(today=today)) | _changed_since(today - SETTLES_IN)
    if branches:
        ask_for_run(sorted(branches), [], at=at)


def _changed_since(first: date) -> set[int]:
    """Branches about whose closures the journal tells something from that day on."""
    lately, before, found = Filter(kinds=CLOSURE_KINDS, first_date=first), None, set()
    while True:
        page = list_entries(wanted=lately, before=before)
        found |= {row.entry.branch_id for row in page.entries if row.entry.branch_id is not None}
        if (before := page.before) is None:
            return found


@verb
def work_a_little(*, at: datetime) -> bool:
    """One chunk of the oldest unfinished run; whether there was one. A run that another worker holds is passed over."""
    run = ClosureRun.objects.select_for_update(skip_locked=True).exclude(state=RunState.DONE).order_by("id").first()
    if run is None:
        return False
    match run.state:
        case RunState.WAITING:
            _begin(run)
        case RunState.MEASURING:
            _measure(run)
        case _:
            _move(run, at)
    if run.state == RunState.MOVING and run.branch_at >= len(run.branch_ids):
        run.state, run.finished_at = RunState.DONE, at
    run.save()
    return True


def _begin(run: ClosureRun) -> None:
    """From now on further changes wait for a run of their own."""
    run.total = Loan.objects.filter(
        branch_id__in=run.branch_ids, returned_at__isnull=True, taken_at__isnull=True
    ).count()
    run.state = RunState.MEASURING


def _measure(run: ClosureRun) -> None:
    """Count the width of the spread for one branch."""
    if run.branch_at < len(run.branch_ids):
        branch_id = run.branch_ids[run.branch_at]
        calendar = network_map().calendar(branch_id)
        if calendar.closures:
            with connection.cursor() as cursor:
                cursor.execute(sql.LOANS_TO_MEASURE, [branch_id])
                loans = cursor.fetchall()
            set_spreads(spreads(loans, calendar))
        run.branch_at += 1
    if run.branch_at >= len(run.branch_ids):
        run.state, run.branch_at = RunState.MOVING, 0


def _move(run: ClosureRun, at: datetime) -> None:
    """Place the next loans of one branch."""
    if run.branch_at >= len(run.branch_ids):
        return
    branch_id = run.branch_ids[run.branch_at]
    calendar = network_map().calendar(branch_id)
    with connection.cursor() as cursor:
        cursor.execute(sql.LOANS_TO_PLACE, [branch_id, run.position, CHUNK])
        loans = cursor.fetchall()
    moved = _place(loans, calendar)
    if moved:
        _note(run, branch_id, moved, at)
    run.looked += len(loans)
    run.moved += moved
    if len(loans) == CHUNK:
        run.position = loans[-1][0]
        return
    for mover in _movers:
        mover(branch_id, calendar, at)
    run.branch_at, run.position = run.branch_at + 1, 0


def _place(loans: list[tuple[int, int, date, datetime]], calendar: OpeningCalendar) -> int:
    """Give each of the loans its due date, if it has another; returns how many were moved."""
    zone = library_zone()
    wanted = []
    for loan_id, patron_id, base, was in loans:
        due = due_of_base(base, calendar=calendar, zone=zone, reader=patron_id).at
        if due != was:
            wanted.append((loan_id, base, was, due))
    if not wanted:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(sql.MOVE_DUE_DATES, [list(column) for column in zip(*wanted, strict=True)])
        return int(cursor.rowcount)


def _note(run: ClosureRun, branch_id: int, moved: int, at: datetime) -> None:
    record(
        Entry(
            kind=Kind.DUE_DATES_MOVED,
            occurred_at=at,
            door=Door.WORKER.value,
            branch_id=branch_id,
            quantity=moved,
            subject_kind="closure_run",
            subject_id=run.id,
        )
    )
