"""What circulation answers the catalogue when two records become one, or two again: holds follow their title.

An open hold is locked before an item, as everywhere here. Who waits for both titles keeps the earlier hold; the other
ends, and waits again when the merge is undone, if its reader is still known and still waits for the first. Holds that
ended go along, so that a title's past stays with it.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime

from django.db.models import F, Q

from wenyuan.holdings.catalogue.data import BibMoved, CatalogueRefused, Hanging, Parting, Refusal, StayReason
from wenyuan.holdings.catalogue.queries import bibs_of_items
from wenyuan.holdings.catalogue.seams import BibUser
from wenyuan.lending.circulation import sql
from wenyuan.lending.circulation.models import CAPTURED_HOLD, OPEN_HOLD, Hold, HoldState
from wenyuan.lending.circulation.queueing import note_hold
from wenyuan.lending.circulation.slots import hold_slots, next_slot
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.rights.data import Desk
from wenyuan.plumbing.statements import Statement, rows_of

MERGED = "merged"
"""Why the lesser of two holds of one reader ended."""

MOST_HOLDS = 20_000
"""Holds, with those that have ended, that one merge moves: its transaction lasts some two seconds then."""

MOST_PAIRS = 1_000
"""Readers who wait for both titles: one hold of each is ended by itself, with its entry in the journal."""

_HOLD, _ENDED, _ENDED_OF_KEPT = "hold", "hold_ended", "hold_ended_of_kept"


def hangs(bib_id: int) -> Iterable[Hanging]:
    """Readers who wait for the title, and items that are kept or travel for them."""
    yield Hanging("holds_waiting", Hold.objects.filter(bib_id=bib_id, state=HoldState.WAITING).count())
    yield Hanging("holds_captured", Hold.objects.filter(CAPTURED_HOLD, bib_id=bib_id).count())


def lock(bib_ids: Sequence[int]) -> None:
    """Hold the open holds of both titles. One that has ended is locked after its item, as where it is cleared."""
    list(Hold.objects.select_for_update().filter(OPEN_HOLD, bib_id__in=bib_ids).order_by("id").values_list("id"))


def move(gone_id: int, kept_id: int, at: datetime, desk: Desk) -> Iterable[BibMoved]:
    """Holds follow their title. Who waits for both keeps the earlier one; the other is cancelled, unless an item is
    captured for it already: then the one that waits is. What stood on the hold shelf for the cancelled one is free, to
    be cleared. Only those that end are looked at one by one.

    :raises CatalogueRefused: MERGE_TOO_LARGE, above ``MOST_HOLDS``, or ``MOST_PAIRS`` of readers who wait for both.
    """
    if Hold.objects.filter(bib_id=gone_id)[: MOST_HOLDS + 1].count() > MOST_HOLDS:
        raise CatalogueRefused(Refusal.MERGE_TOO_LARGE)
    ended = {_end_the_lesser(hold, twin, at, desk) for hold, twin in _waiting_for_both(gone_id, kept_id)}
    moving = Hold.objects.filter(Q(bib_id=gone_id) | Q(id__in=ended)).order_by("id")
    rows = list(moving.values_list("id", "bib_id", "ended_at", "state"))
    Hold.objects.filter(bib_id=gone_id).update(bib_id=kept_id, version=F("version") + 1)
    # What nobody found on its shelf is noted with the item's version, which grows with the move.
    rows_of(Statement(sql.KEEP_NOT_FOUND, {"bib": gone_id}))
    for hold_id, bib_id, ended_at, state in rows:
        what = _HOLD if hold_id not in ended else _ENDED if bib_id == gone_id else _ENDED_OF_KEPT
        yield BibMoved(what, hold_id, _end_of(ended_at, state))


def _end_of(ended_at: datetime | None, state: str) -> str:
    """When and why a hold has ended, as far as an undo compares it; empty of an open one. Its version would grow with
    every merge that it follows."""
    return "" if ended_at is None else f"{ended_at.astimezone(UTC).isoformat()} {state}"


def _waiting_for_both(gone_id: int, kept_id: int) -> Iterator[tuple[Hold, Hold]]:
    """The open holds of readers who wait for either title: that of the one that goes, and that of the other. No reader
    has two for one title.

    :raises CatalogueRefused: MERGE_TOO_LARGE, above ``MOST_PAIRS``.
    """
    waiting = Hold.objects.filter(OPEN_HOLD, item__isnull=True)
    twins = waiting.filter(bib_id=kept_id, patron_id__in=waiting.filter(bib_id=gone_id).values("patron_id"))
    of_kept = {twin.patron_id: twin for twin in twins[: MOST_PAIRS + 1]}
    if len(of_kept) > MOST_PAIRS:
        raise CatalogueRefused(Refusal.MERGE_TOO_LARGE)
    for hold in waiting.filter(bib_id=gone_id, patron_id__in=of_kept).order_by("rank", "id"):
        yield hold, of_kept[hold.patron_id]


def _end_the_lesser(hold: Hold, twin: Hold, at: datetime, desk: Desk) -> int:
    keeps_twin = (twin.state != HoldState.WAITING, -twin.rank) > (hold.state != HoldState.WAITING, -hold.rank)
    lesser = hold if keeps_twin else twin
    was, was_on_shelf = lesser.state, lesser.state == HoldState.ON_SHELF
    lesser.state, lesser.slot, lesser.ended_at = HoldState.CANCELLED, None, at
    lesser.cleared_at = None if was_on_shelf else at
    lesser.end_reason = MERGED
    lesser.version += 1
    lesser.save()
    if was_on_shelf:
        rows_of(Statement(sql.FREE_ITEM, {"item": lesser.captured_item_id, "at": at}))
    # By this the word that it is ready is taken back; no other is needed, since the reader waits on.
    note_hold(lesser, Kind.HOLD_CANCELLED, {"was": was, "why": MERGED}, at=at, desk=desk)
    return lesser.id


def binds(item_ids: Collection[int], moved: Sequence[BibMoved]) -> Collection[int]:
    """Items that are kept for a hold of the title that stays. A hold for one item alone follows that item."""
    own = [row.row_id for row in moved if row.what == _HOLD]
    captured = Hold.objects.filter(CAPTURED_HOLD, captured_item_id__in=item_ids, item__isnull=True).exclude(id__in=own)
    return set(captured.values_list("captured_item_id", flat=True))


def move_back(parting: Parting) -> Iterable[tuple[BibMoved, StayReason]]:
    """Holds go back as far as they have not moved on: one that waits goes, one with an item follows the item, one that
    has ended since stays. Holds for one item alone that were placed since follow it as well."""
    rows = {row.row_id: row for row in parting.moved}
    holds = {one.id: one for one in Hold.objects.select_for_update().filter(id__in=rows).order_by("id")}
    bibs = bibs_of_items({item for hold in holds.values() for item in (hold.item_id, hold.captured_item_id) if item})
    back = []
    for row in parting.moved:
        if row.what != _HOLD:
            continue
        reason = _stays(holds.get(row.row_id), row, bibs, parting)
        if reason is None:
            back.append(row.row_id)
        else:
            yield row, reason
    since = Q(item_id__in=parting.item_ids, bib_id=parting.kept_id)
    Hold.objects.filter(Q(id__in=back) | since & OPEN_HOLD).update(bib_id=parting.gone_id, version=F("version") + 1)
    rows_of(Statement(sql.KEEP_NOT_FOUND_OF_ITEMS, {"items": sorted(parting.item_ids)}))
    ended = [row for row in parting.moved if row.what != _HOLD]
    # Whoever places a hold holds its reader too: what is counted of the slots stands until the end.
    readers = {hold.patron_id for row in ended if (hold := holds.get(row.row_id)) and hold.patron_id}
    rows_of(Statement(sql.LOCK_READERS, {"patrons": sorted(readers)}))
    for row in ended:
        if reason := _wait_again(holds.get(row.row_id), row, parting):
            yield row, reason


def _stays(hold: Hold | None, row: BibMoved, bibs: dict[int, int], parting: Parting) -> StayReason | None:
    if hold is None or hold.bib_id != parting.kept_id:
        return StayReason.ELSEWHERE
    if hold.ended_at is not None:
        return None if _end_of(hold.ended_at, hold.state) == row.state else StayReason.HOLD_ENDED
    if hold.item_id is not None and bibs.get(hold.item_id) != parting.gone_id:
        return StayReason.ITEM_CHANGED
    if hold.state != HoldState.WAITING and bibs.get(hold.captured_item_id or 0) != parting.gone_id:
        return StayReason.HOLD_CAPTURED
    return None


def _wait_again(hold: Hold | None, row: BibMoved, parting: Parting) -> StayReason | None:
    """Let the lesser of two holds wait again that had ended with the merge; else why it stays as and where it is."""
    if hold is None or hold.bib_id != parting.kept_id:
        return StayReason.ELSEWHERE
    own, other = parting.gone_id, parting.kept_id
    if row.what == _ENDED_OF_KEPT:
        own, other = other, own
    if reason := _stays_ended(hold, row, own=own, other=other):
        return reason
    assert hold.patron_id is not None
    hold.bib_id, hold.version = own, hold.version + 1
    hold.state, hold.slot = HoldState.WAITING, next_slot(hold_slots(hold.patron_id), 1)
    hold.ended_at, hold.cleared_at, hold.end_reason = None, None, ""
    hold.save()
    return None


def _stays_ended(hold: Hold, row: BibMoved, *, own: int, other: int) -> StayReason | None:
    if hold.patron_id is None:
        return StayReason.HOLD_FORGOTTEN
    if (
        hold.end_reason != MERGED
        or _end_of(hold.ended_at, hold.state) != row.state
        or hold.captured_item_id is not None
    ):
        return StayReason.HOLD_ENDED
    # The one that had lasted must wait for the other title now: two for one title would be one too many.
    holds = Hold.objects.filter(OPEN_HOLD, patron_id=hold.patron_id, item__isnull=True)
    if not holds.filter(bib_id=other).exists() or holds.filter(bib_id=own).exists():
        return StayReason.HOLD_SERVED
    return None


BIB_USER = BibUser(room="circulation", hangs=hangs, lock=lock, move=move, binds=binds, move_back=move_back)
