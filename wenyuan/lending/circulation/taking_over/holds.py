"""Waiting holds of an old system: recorded in the order in which they were placed there, journalled as taken over."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from wenyuan.kernel.identity import age_band
from wenyuan.kernel.past import Coming, Fate, PastReason, PastResult
from wenyuan.lending.circulation.data.past import PastHoldInput
from wenyuan.lending.circulation.models import Hold, HoldState, PastHold
from wenyuan.lending.circulation.taking_over.facts import (
    PastFacts,
    PastReader,
    ask,
    entry_of,
    facts_of,
    key_faults,
    key_hash,
    looked,
    next_slot,
    reader_faults,
    reader_name,
    slots_in_use,
)
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.journal.operations import record_many
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs
from wenyuan.plumbing.clock import library_zone, local_date
from wenyuan.plumbing.transactions import verb

_OPEN_HOLDS = (HoldState.WAITING, HoldState.IN_TRANSIT, HoldState.ON_SHELF)


@needs(Act.TAKE_OVER)
def record_past_holds(
    *, rows: Sequence[PastHoldInput], system: str, at: datetime, desk: Desk
) -> tuple[PastResult, ...]:
    """Record waiting holds of an old system, each by that system's own key, in the order in which they were placed.

    Refused is what names an unknown record, item, reader or pickup branch, a reader who has left or waits for it
    already, and a last day that is over. What stood on a hold shelf waits again, and is captured at its next scan.

    :raises NotAllowed: without the right to take over in the whole network.
    :raises ValueError: more than ``MOST_ROWS``.
    """
    ask(rows, desk)
    return _record_holds(rows, system, at, desk)


@needs(Act.TAKE_OVER)
def look_at_past_holds(
    *, rows: Sequence[PastHoldInput], system: str, at: datetime, desk: Desk, coming: Coming
) -> tuple[PastResult, ...]:
    """What ``record_past_holds`` would do with these rows, after those that ``coming`` knows of; nothing is written.

    :raises NotAllowed: without the right to take over in the whole network.
    """
    ask(rows, desk)
    facts = facts_of(rows, system, "hold", coming)
    return looked(rows, "hold", system, coming, facts, lambda row: _hold_faults(row, facts, at))


def count_past_holds(*, system: str) -> int:
    """How many holds were taken over."""
    return PastHold.objects.filter(system=system).count()


@verb
def _record_holds(rows: Sequence[PastHoldInput], system: str, at: datetime, desk: Desk) -> tuple[PastResult, ...]:
    facts = facts_of(rows, system, "hold", None)
    held: list[tuple[PastHoldInput, int, int | None, PastReader]] = []
    taken: set[tuple[int, int, int | None]] = set()
    results = []
    for place, row in enumerate(rows):
        if key_hash(system, row.key) in facts.known:
            results.append(PastResult(place, Fate.KNOWN))
            continue
        found = _hold_faults(row, facts, at)
        if not found:
            reader = facts.reader_rows[facts.readers[reader_name(row)]]
            item = facts.item_rows[facts.items[f"item:{row.item_key}"]] if row.item_key else None
            bib_id = item.bib_id if item else facts.bibs[row.bib_key]
            one = (reader.id, bib_id, item.id if item else None)
            if one in taken or _waits(*one):
                found = [PastReason("hold_repeated", "patron")]
            else:
                taken.add(one)
                facts.known.add(key_hash(system, row.key))
                held.append((row, bib_id, one[2], reader))
        results.append(PastResult(place, Fate.REFUSED if found else Fate.LOADED, tuple(found)))
    if held:
        _write_holds(held, system, at, desk)
    return tuple(results)


def _waits(patron_id: int, bib_id: int, item_id: int | None) -> bool:
    waiting = Hold.objects.filter(patron_id=patron_id, bib_id=bib_id, state__in=_OPEN_HOLDS)
    return waiting.filter(Q(item__isnull=True) if item_id is None else Q(item_id=item_id)).exists()


def _hold_faults(row: PastHoldInput, facts: PastFacts, at: datetime) -> list[PastReason]:
    found = key_faults(row.key)
    if row.placed_at.replace(tzinfo=library_zone()) > at:
        found.append(PastReason("date_to_come", "placed"))
    if row.until is not None and row.until < local_date(at):
        found.append(PastReason("date_past", "until"))
    pickup = network_map().by_code(row.pickup)
    if pickup is None or not pickup.stands_on(local_date(at)):
        found.append(PastReason("branch_unknown", "pickup"))
    reader_faults(row, facts, found)
    if row.item_key:
        if f"item:{row.item_key}" not in facts.items and f"item:{row.item_key}" not in facts.coming:
            found.append(PastReason("item_unknown", "item"))
    elif row.bib_key not in facts.bibs and f"bib:{row.bib_key}" not in facts.coming:
        found.append(PastReason("bib_unknown", "bib"))
    return found


def _write_holds(
    held: Sequence[tuple[PastHoldInput, int, int | None, PastReader]], system: str, at: datetime, desk: Desk
) -> None:
    zone, network = library_zone(), network_map()
    slots = slots_in_use(Hold.objects.filter(state__in=_OPEN_HOLDS), {reader.id for _, _, _, reader in held})
    holds = []
    for row, bib_id, item_id, reader in held:
        pickup, placed = network.by_code(row.pickup), row.placed_at.replace(tzinfo=zone)
        assert pickup is not None
        holds.append(
            Hold(
                bib_id=bib_id,
                item_id=item_id,
                patron_id=reader.id,
                slot=next_slot(slots, reader.id),
                pickup_branch_id=pickup.id,
                rank=int(placed.timestamp() * 1_000_000),
                from_shelf=False,
                not_after=row.until,
                placed_at=placed,
                placed_branch_id=pickup.id,
                account_id=desk.operator.account_id,
                door=desk.door.value,
                patron_category=reader.category,
                patron_home_id=reader.home_branch_id,
                age_band=age_band(reader.birth_date, on=local_date(at)).value,
            )
        )
    made = Hold.objects.bulk_create(holds)
    PastHold.objects.bulk_create(
        PastHold(system=system, key_hash=key_hash(system, row.key), hold=hold)
        for (row, _, _, _), hold in zip(held, made, strict=True)
    )
    record_many(
        entry_of(
            Kind.HOLD_TAKEN_OVER,
            reader,
            at,
            desk,
            branch_id=hold.pickup_branch_id,
            subject_kind="bib",
            subject_id=bib_id,
            details={"hold": hold.id, "bib": bib_id, "pickup": hold.pickup_branch_id},
        )
        for (_, bib_id, _, reader), hold in zip(held, made, strict=True)
    )
