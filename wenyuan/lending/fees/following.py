"""Credit points follow what the journal tells: loans, late returns, and what a reader lost or damaged.

An entry counts once, by its own number; one that another entry takes back gives the points back, also the charge of a
loss that is cancelled because the item is found or was not lost. A return says itself
by how many open days of the lending branch it was late, so that no closed day costs a point.
"""

from collections.abc import Sequence

from wenyuan.lending.fees.data import ChargeKind, PointEvent
from wenyuan.lending.fees.point_reads import point_scheme
from wenyuan.lending.fees.points import award, take_award_back
from wenyuan.lending.patrons.queries import patron_of_ref
from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.queries import get_entry
from wenyuan.organisation.rights.data import CLOCK, Desk, Door
from wenyuan.plumbing.transactions import assert_in_verb

CHARGED = {ChargeKind.LOST.value: PointEvent.LOST, ChargeKind.DAMAGED.value: PointEvent.DAMAGED}


def points_count_for(entry_ids: Sequence[int]) -> Sequence[int]:
    """Those of these entries that may give or take points: none while no points are kept, so that the loans of every
    day are not looked at one by one."""
    return entry_ids if point_scheme().is_on else ()


def points_follow(entry_id: int) -> None:
    """A step: give or take the points that the rules state for what an entry tells. Nothing, and no lock, while no
    points are kept; nothing for a reader whom the journal no longer leads to."""
    assert_in_verb()
    if not point_scheme().is_on:
        return
    recorded = get_entry(entry_id)
    event = _event_of(recorded.entry) if recorded else None
    if recorded is None or event is None:
        return
    entry = recorded.entry
    patron_id = patron_of_ref(entry.reader_ref) if entry.reader_ref else None
    if patron_id is None or entry.branch_id is None:
        return
    desk = Desk(operator=CLOCK, branch_id=entry.branch_id, door=Door(entry.door))
    taken_back = entry.reverses_id or entry.details.get("gives_back")
    act = award if taken_back is None else take_award_back
    source = f"entry:{taken_back or entry_id}"
    act(patron_id=patron_id, event=event, source=source, at=entry.occurred_at, desk=desk)


def _event_of(entry: Entry) -> PointEvent | None:
    """For what an entry gives or takes points. What takes one back has not its words, but its kind."""
    match entry.kind:
        case Kind.LOAN:
            return PointEvent.LOAN
        case Kind.RETURN if entry.reverses_id is not None or entry.details.get("days_overdue"):
            return PointEvent.OVERDUE
        case Kind.FEE_CHARGED:
            return CHARGED.get(str(entry.details.get("charge", "")))
        case Kind.FEE_CANCELLED if "gives_back" in entry.details:
            return CHARGED.get(str(entry.details.get("charge", "")))
    return None
