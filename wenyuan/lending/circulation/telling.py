"""What circulation lets readers know: a hold that is ready, expired or was cancelled; what is due soon or late.

Holds are followed from the journal; due dates are gone through by the clock, each loan and day once: a notice's name
(``once``) makes that so, also where a job runs twice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from wenyuan.kernel.opening import days_overdue
from wenyuan.lending.circulation import sql
from wenyuan.lending.circulation.data import HoldView
from wenyuan.lending.circulation.hold_lists import get_hold
from wenyuan.lending.circulation.models import Hold, HoldState
from wenyuan.lending.circulation.queries import is_after_reopening
from wenyuan.lending.circulation.rules import reminder_for
from wenyuan.lending.patrons.queries import notice_contacts, notice_recipient
from wenyuan.organisation.journal.data import Entry, Kind, RecordedEntry
from wenyuan.organisation.journal.queries import get_entries, get_entry
from wenyuan.organisation.network.data import NetworkMap
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.notices.data import NewNotice, NoticeKind
from wenyuan.organisation.notices.operations import post, post_many, withdraw
from wenyuan.organisation.notices.queries import standing_notices
from wenyuan.organisation.rights.data import Door
from wenyuan.organisation.rights.queries import needs
from wenyuan.plumbing.clock import library_zone, local_date
from wenyuan.plumbing.statements import Row, Statement, rows_of
from wenyuan.plumbing.transactions import assert_in_verb, verb

CHUNK = 500
DUE_SOON_DAYS = 3
"""How many days before the due date a reader is reminded."""
READERS_OWN = frozenset({Door.PORTAL.value, Door.KIOSK.value, Door.SIP2.value})
"""Who cancels there knows it."""


def holds_to_tell_of(entry_ids: Sequence[int]) -> frozenset[int]:
    """Those of these entries for which there is a word to post or to take back: not the hold that its reader fetched
    before anybody was told, as nearly every hold of a self-service machine."""
    entries = get_entries(entry_ids)
    holds = {recorded.id: hold_id for recorded in entries if (hold_id := _hold_of(recorded.entry)) is not None}
    states = dict(Hold.objects.filter(id__in=set(holds.values())).values_list("id", "state"))
    told = {name.rpartition(":")[0] for name in standing_notices(leads=[f"{_ready(hold_id)}:" for hold_id in states])}

    def concerns(recorded: RecordedEntry) -> bool:
        hold_id, entry = holds.get(recorded.id), recorded.entry
        if hold_id is None or hold_id not in states:
            return False
        if states[hold_id] != HoldState.ON_SHELF and _ready(hold_id) in told:
            return True
        match entry.kind:
            case Kind.HOLD_READY:
                return states[hold_id] == HoldState.ON_SHELF
            case Kind.HOLD_CANCELLED:
                return _is_told_of(entry)
            case kind:
                return kind is Kind.HOLD_EXPIRED

    return frozenset(recorded.id for recorded in entries if concerns(recorded))


def _hold_of(entry: Entry) -> int | None:
    """The id of the hold that an entry tells of; none where it names none."""
    hold_id = entry.details.get("hold") if entry.subject_kind == "item" else entry.subject_id
    return hold_id if isinstance(hold_id, int) else None


def _is_told_of(entry: Entry) -> bool:
    """Of a hold that was cancelled: not to who did it, nor where the reader's other hold for the title waits on."""
    return entry.door not in READERS_OWN and entry.details.get("why") != "merged"


def _ready(hold_id: int) -> str:
    """How the names begin of all words that say this hold is ready."""
    return f"hold_ready:{hold_id}"


def _ready_name(hold: HoldView) -> str:
    """The name of the word about what stands on the shelf now: another when the item has left the shelf meanwhile and
    stands there again, until another day or at another place."""
    return f"{_ready(hold.id)}:{hold.captured_at:%Y%m%dT%H%M%S%f}-{hold.shelf_until:%Y%m%d}-{hold.shelf_position}"


def tell_of_hold(entry_id: int) -> None:
    """A step: let the reader of the hold that an entry tells of know what became of it, or take the word back."""
    assert_in_verb()
    recorded = get_entry(entry_id)
    if recorded is None:
        return
    entry = recorded.entry
    hold_id = _hold_of(entry)
    hold = get_hold(hold_id) if hold_id is not None else None
    if hold is None:
        return
    at = entry.occurred_at
    match entry.kind:
        case Kind.HOLD_READY if hold.state == HoldState.ON_SHELF:
            _tell_ready(hold, at)
        case Kind.HOLD_EXPIRED:
            _tell_ended(hold, NoticeKind.HOLD_EXPIRED, at)
        case Kind.HOLD_CANCELLED if _is_told_of(entry):
            _tell_ended(hold, NoticeKind.HOLD_CANCELLED, at)
    if hold.state != HoldState.ON_SHELF:
        withdraw(onces=standing_notices(leads=[f"{_ready(hold.id)}:"]), at=at)


def _tell_ready(hold: HoldView, at: datetime) -> None:
    assert hold.patron_id is not None
    assert hold.shelf_until is not None
    assert hold.captured_at is not None
    post(
        kind=NoticeKind.HOLD_READY,
        recipient=notice_recipient(hold.patron_id),
        values={"title": hold.title, "pickup_date": hold.shelf_until, "place": str(hold.shelf_position or "")},
        once=_ready_name(hold),
        at=at,
        contacts=notice_contacts([hold.patron_id]).get(hold.patron_id),
        branch_id=hold.pickup_branch_id,
        expires=datetime.combine(hold.shelf_until + timedelta(days=1), time.min, library_zone()),
    )


def _tell_ended(hold: HoldView, kind: NoticeKind, at: datetime) -> None:
    if hold.patron_id is None:
        return
    post(
        kind=kind,
        recipient=notice_recipient(hold.patron_id),
        values={"title": hold.title},
        once=f"{kind.value}:{hold.id}",
        at=at,
        contacts=notice_contacts([hold.patron_id]).get(hold.patron_id),
        branch_id=hold.pickup_branch_id,
    )


def tell_of_renewal(entry_id: int) -> None:
    """A step: let the reader of a loan that has renewed itself know until when they have it now."""
    assert_in_verb()
    recorded = get_entry(entry_id)
    if recorded is None or not recorded.entry.details.get("automatic"):
        return
    details, at = recorded.entry.details, recorded.entry.occurred_at
    due = local_date(datetime.fromisoformat(str(details["due_at"])))
    tell_of_loan(NoticeKind.LOAN_RENEWED, int(str(details["loan"])), due, at)


@verb
def tell_not_renewed(*, loan_id: int, due: date, at: datetime) -> None:
    """Let the reader of a loan that should have renewed itself know that it did not, once a due date."""
    tell_of_loan(NoticeKind.RENEWAL_REFUSED, loan_id, due, at)


def tell_of_loan(kind: NoticeKind, loan_id: int, due: date, at: datetime) -> None:
    """A step: let the reader who has a loan know what its due date is now, once a date."""
    assert_in_verb()
    rows = rows_of(Statement(sql.LOAN_TO_TELL_OF, {"loan": loan_id}))
    for patron_id, branch_id, title in rows:
        post(
            kind=kind,
            recipient=notice_recipient(patron_id),
            values={"title": title, "due_date": due},
            once=f"{kind.value}:{loan_id}:{due.isoformat()}",
            at=at,
            contacts=notice_contacts([patron_id]).get(patron_id),
            branch_id=branch_id,
        )


@needs()
def remind(*, at: datetime) -> int:
    """Let readers know what falls due within ``DUE_SOON_DAYS`` and what is late, each stage once; how many notices were
    new. Nobody is reminded of a date that a closure without an end will move, or while no open day has passed."""
    last_id = fresh = 0
    while True:
        last_id, posted = _remind_chunk(after_id=last_id, at=at)
        fresh += posted
        if not last_id:
            return fresh


@verb
def _remind_chunk(*, after_id: int, at: datetime) -> tuple[int, int]:
    """The next loans; the last id looked at, nought at the end, and how many notices were new."""
    until = datetime.combine(local_date(at) + timedelta(days=DUE_SOON_DAYS + 1), time.min, library_zone())
    rows = rows_of(Statement(sql.LOANS_TO_REMIND, {"until": until, "after": after_id, "size": CHUNK}))
    wanted = list(_reminders(rows, network_map(), at))
    contacts = notice_contacts({patron_id for patron_id, _ in wanted})
    posted = post_many((replace(notice, contacts=contacts.get(patron_id, {})) for patron_id, notice in wanted), at=at)
    return (rows[-1][0] if len(rows) == CHUNK else 0), posted.fresh


def _reminders(rows: Iterable[Row], network: NetworkMap, at: datetime) -> Iterable[tuple[int, NewNotice]]:
    """What is to be told of these loans, with whose it is."""
    today = local_date(at)
    for loan_id, patron_id, branch_id, due_at, title in rows:
        due = local_date(due_at)
        if is_after_reopening(branch_id=branch_id, due=due):
            continue
        late = days_overdue(due=due, on=today, calendar=network.calendar(branch_id), count_closed=False)
        kind = reminder_for(due=due, today=today, days_late=late)
        if kind is None:
            continue
        values: dict[str, str | int | date] = {"title": title, "due_date": due}
        if kind is not NoticeKind.DUE_SOON:
            values["days"] = late
        yield (
            patron_id,
            NewNotice(
                kind=kind,
                recipient=notice_recipient(patron_id),
                values=values,
                once=f"{kind.value}:{loan_id}:{due.isoformat()}",
                branch_id=branch_id,
            ),
        )
