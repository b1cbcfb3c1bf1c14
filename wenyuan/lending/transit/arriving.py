"""Unpacking crates where they arrive: ticking by scan, signing for it, and following up what did not agree."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from wenyuan.holdings.catalogue.data import ItemView
from wenyuan.holdings.catalogue.queries import get_item, titles_of
from wenyuan.lending.transit import rules, sql
from wenyuan.lending.transit.data import (
    FITTING,
    DifferenceKind,
    DifferenceView,
    ManifestState,
    ManifestView,
    Outcome,
    Refusal,
    TickReceipt,
    Unpacked,
    refused,
)
from wenyuan.lending.transit.journeys import lines_of, locked, open_transit, state_of, twice
from wenyuan.lending.transit.models import Difference, Manifest, ManifestLine
from wenyuan.lending.transit.queries import get_difference, get_manifest
from wenyuan.lending.transit.recording import item_entry, manifest_entry
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.journal.queries import get_entry
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import may, needs, require
from wenyuan.plumbing.transactions import assert_in_verb, verb

LONGEST_NOTE = 200
LONGEST_BARCODE = 64


@needs(Act.PACK_CRATES)
def tick(*, manifest_id: int, item: str, at: datetime, desk: Desk) -> TickReceipt:
    """Note that an item came out of this crate. What is not on its list is noted as extra, never refused; if it stands
    on the list of another crate to this branch, it is ticked there as well. Checking the item in is circulation's.

    :raises NotAllowed: the operator may not unpack at the crate's destination.
    :raises TransitRefused: no such manifest, not sealed, dropped, or signed for already.
    """
    return twice(lambda: _tick(manifest_id, item.strip()[:LONGEST_BARCODE], at, desk))


@verb
def _tick(manifest_id: int, barcode: str, at: datetime, desk: Desk) -> TickReceipt:
    manifest = _being_unpacked(manifest_id, desk)
    _stand_here(manifest, at, desk)
    item = get_item(barcode)
    found_as, title = _note_scan(manifest, item, barcode, at, desk)
    transit = open_transit(item.id) if item else None
    lines = lines_of(manifest)
    return TickReceipt(
        manifest_id=manifest_id,
        barcode=item.barcode if item else barcode,
        title=title,
        found_as=found_as,
        sent_here=transit is not None and transit.to_branch_id == manifest.to_branch_id,
        arrived=sum(state.arrived for _, state in lines),
        items=len(lines),
    )


def _note_scan(
    manifest: Manifest, item: ItemView | None, barcode: str, at: datetime, desk: Desk
) -> tuple[Unpacked, str]:
    if item is None:
        _find(manifest, DifferenceKind.EXTRA, None, barcode, at=at, desk=desk)
        return Unpacked.UNKNOWN, ""
    line = ManifestLine.objects.filter(manifest_id=manifest.id, item_id=item.id).first()
    if line is not None:
        return (Unpacked.LISTED if _see(line, manifest, item, at, desk) else Unpacked.AGAIN), line.title
    _find(manifest, DifferenceKind.EXTRA, item, item.barcode, at=at, desk=desk)
    other = (
        ManifestLine.objects.filter(item_id=item.id, in_crate=True)
        .filter(manifest__to_branch=manifest.to_branch_id, manifest__sealed_at__isnull=False)
        .select_related("manifest__crate")
        .first()
    )
    if other is not None:
        _see(other, other.manifest, item, at, desk)
        return Unpacked.OTHER_CRATE, other.title
    bib = titles_of([item.bib_id]).get(item.bib_id)
    return Unpacked.EXTRA, bib.title if bib else ""


def _see(line: ManifestLine, manifest: Manifest, item: ItemView, at: datetime, desk: Desk) -> bool:
    """Tick the line; whether this was the first time."""
    rows = ManifestLine.objects.filter(id=line.id, seen_at__isnull=True)
    if not rows.update(in_crate=False, seen_at=at, seen_by_id=desk.operator.account_id):
        return False
    branch_id = manifest.to_branch_id
    record(item_entry(Kind.CRATE_UNPACKED, item, manifest, branch_id=branch_id, at=at, desk=desk))
    return True


@needs(Act.PACK_CRATES)
def report_damage(*, manifest_id: int, item: str, note: str, at: datetime, desk: Desk) -> DifferenceView:
    """Note that an item of the crate is damaged, and how. The same item twice is one difference.

    :raises NotAllowed: the operator may not unpack at the crate's destination.
    :raises TransitRefused: no such manifest or item, the manifest is not sealed or is dropped, or the note is too long.
    """
    return twice(lambda: _report_damage(manifest_id, item.strip(), note.strip(), at, desk))


@verb
def _report_damage(manifest_id: int, barcode: str, note: str, at: datetime, desk: Desk) -> DifferenceView:
    manifest = locked(manifest_id)
    require(desk.operator, Act.PACK_CRATES, manifest.to_branch_id)
    _refuse_unless_sealed(manifest)
    if len(note) > LONGEST_NOTE:
        raise refused(Refusal.TEXT_TOO_LONG, limit=LONGEST_NOTE)
    item = get_item(barcode)
    if item is None:
        raise refused(Refusal.ITEM_UNKNOWN)
    found = _find(manifest, DifferenceKind.DAMAGED, item, item.barcode, note=note, at=at, desk=desk)
    return _difference(found.id)


@needs(Act.PACK_CRATES)
@verb
def sign(*, manifest_id: int, at: datetime, desk: Desk) -> ManifestView:
    """Sign for a crate at its destination: what has not arrived is noted as missing, and the crate is free again.

    What has been scanned at another branch meanwhile is noted, and resolved at once.

    :raises NotAllowed: the operator may not unpack at the crate's destination.
    :raises TransitRefused: no such manifest, not sealed, dropped, or signed for already.
    """
    manifest = _being_unpacked(manifest_id, desk)
    _stand_here(manifest, at, desk)
    lines = lines_of(manifest)
    for line, state in lines:
        if state.arrived:
            continue
        item = get_item(line.barcode)
        found = _find(manifest, DifferenceKind.MISSING, item, line.barcode, at=at, desk=desk)
        if state.left:
            _resolve(found, Outcome.FOUND_ELSEWHERE, "", account_id=desk.operator.account_id, at=at, desk=desk)
    ManifestLine.objects.filter(manifest_id=manifest_id, in_crate=True).update(in_crate=False)
    manifest.received_at, manifest.received_by_id = at, desk.operator.account_id
    manifest.save(update_fields=["received_at", "received_by"])
    arrived = sum(state.arrived for _, state in lines)
    record(
        manifest_entry(
            Kind.CRATE_RECEIVED,
            manifest,
            branch_id=manifest.to_branch_id,
            at=at,
            desk=desk,
            quantity=arrived,
            missing=len(lines) - arrived,
        )
    )
    shown = get_manifest(manifest_id)
    assert shown is not None, "it has just been written"
    return shown


@needs(Act.PACK_CRATES)
@verb
def resolve_difference(
    *, difference_id: int, outcome: Outcome, at: datetime, desk: Desk, remark: str = ""
) -> DifferenceView:
    """Say how a difference ended; either end of the journey may.

    :raises NotAllowed: the operator may pack neither where the crate came from nor where it went.
    :raises TransitRefused: no such difference, resolved already, an outcome that such a difference cannot have, or a
        remark that is too long.
    """
    row = Difference.objects.select_for_update(of=("self",)).select_related("manifest__crate")
    found = row.filter(id=difference_id).first()
    if found is None:
        raise refused(Refusal.DIFFERENCE_UNKNOWN)
    if not may(desk.operator, Act.PACK_CRATES, found.manifest.from_branch_id):
        require(desk.operator, Act.PACK_CRATES, found.manifest.to_branch_id)
    if found.resolved_at is not None:
        raise refused(Refusal.ALREADY_RESOLVED)
    if outcome not in FITTING[DifferenceKind(found.kind)]:
        raise refused(Refusal.OUTCOME_UNFIT)
    if len(remark.strip()) > LONGEST_NOTE:
        raise refused(Refusal.TEXT_TOO_LONG, limit=LONGEST_NOTE)
    _resolve(found, outcome, remark.strip(), account_id=desk.operator.account_id, at=at, desk=desk)
    return _difference(difference_id)


def may_settle_missing(entry_ids: Sequence[int]) -> frozenset[int]:
    """Those of these entries that tell of an item which a crate is short of."""
    with connection.cursor() as cursor:
        cursor.execute(sql.OF_MISSING_ITEMS, {"ids": list(entry_ids)})
        return frozenset(row[0] for row in cursor.fetchall())


def settle_missing(entry_id: int) -> None:
    """A step, for what the journal tells: an item that was missing has been scanned somewhere, so its difference ends.

    An entry from before the item was found missing says nothing, nor does a transit that ended without a loan.
    """
    assert_in_verb()
    recorded = get_entry(entry_id)
    if recorded is None or recorded.entry.subject_kind != "item":
        return
    entry = recorded.entry
    if entry.subject_id is None or entry.branch_id is None:
        return
    if entry.kind is Kind.TRANSIT_CANCELLED and entry.details.get("by") != "loan":
        return
    open_rows = Difference.objects.select_for_update(of=("self",)).select_related("manifest__crate")
    for found in open_rows.filter(
        item_id=entry.subject_id,
        kind=DifferenceKind.MISSING,
        resolved_at__isnull=True,
        found_at__lt=entry.occurred_at,
    ).order_by("id"):
        outcome = rules.settles_missing(
            seen_at_branch=entry.branch_id,
            manifest_from=found.manifest.from_branch_id,
            manifest_to=found.manifest.to_branch_id,
        )
        _resolve(found, outcome, "", account_id=entry.operator_id, at=entry.occurred_at, desk=None, door=entry.door)


def _being_unpacked(manifest_id: int, desk: Desk) -> Manifest:
    manifest = locked(manifest_id)
    require(desk.operator, Act.PACK_CRATES, manifest.to_branch_id)
    _refuse_unless_sealed(manifest)
    if manifest.received_at is not None:
        raise refused(Refusal.ALREADY_RECEIVED, number=manifest.number or "")
    return manifest


def _refuse_unless_sealed(manifest: Manifest) -> None:
    state = state_of(manifest)
    if state is ManifestState.DROPPED:
        raise refused(Refusal.MANIFEST_DROPPED)
    if state is ManifestState.PACKING:
        raise refused(Refusal.NOT_SEALED)


def _stand_here(manifest: Manifest, at: datetime, desk: Desk) -> None:
    """The crate is at its destination, whether or not anybody said that it had left or come."""
    if manifest.delivered_at is None:
        manifest.handed_at = manifest.handed_at or at
        manifest.delivered_at = at
        manifest.save(update_fields=["handed_at", "delivered_at"])
        record(manifest_entry(Kind.CRATE_DELIVERED, manifest, branch_id=manifest.to_branch_id, at=at, desk=desk))


def _find(
    manifest: Manifest,
    kind: DifferenceKind,
    item: ItemView | None,
    barcode: str,
    *,
    at: datetime,
    desk: Desk,
    note: str = "",
) -> Difference:
    """The difference, noted unless it was noted before."""
    found, is_new = Difference.objects.get_or_create(
        manifest_id=manifest.id,
        kind=kind,
        barcode=barcode,
        defaults={
            "item_id": item.id if item else None,
            "note": note,
            "found_at": at,
            "found_by_id": desk.operator.account_id,
        },
    )
    if is_new:
        branch_id = manifest.to_branch_id
        record(
            manifest_entry(
                Kind.DIFFERENCE_FOUND,
                manifest,
                branch_id=branch_id,
                at=at,
                desk=desk,
                difference=kind.value,
                barcode=barcode,
            )
        )
    return found


def _resolve(
    found: Difference,
    outcome: Outcome,
    remark: str,
    *,
    account_id: int | None,
    at: datetime,
    desk: Desk | None,
    door: str = "",
) -> None:
    if found.resolved_at is not None:
        return
    found.outcome, found.remark = outcome.value, remark
    found.resolved_at, found.resolved_by_id = at, account_id
    found.save(update_fields=["outcome", "remark", "resolved_at", "resolved_by"])
    manifest = found.manifest
    record(
        manifest_entry(
            Kind.DIFFERENCE_RESOLVED,
            manifest,
            branch_id=desk.branch_id if desk else manifest.to_branch_id,
            at=at,
            desk=desk,
            door=door,
            difference=found.kind,
            barcode=found.barcode,
            ended=outcome.value,
        )
    )


def _difference(difference_id: int) -> DifferenceView:
    found = get_difference(difference_id)
    assert found is not None, "it has just been written"
    return found
