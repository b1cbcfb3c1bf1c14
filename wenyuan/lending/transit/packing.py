"""Packing crates at the branch they leave from: opening, packing by scan, taking out, sealing, handing over."""

from collections.abc import Sequence
from datetime import datetime

from wenyuan.holdings.catalogue.data import ItemView
from wenyuan.holdings.catalogue.queries import get_item, titles_of
from wenyuan.lending.transit import rules
from wenyuan.lending.transit.data import (
    LineState,
    ManifestState,
    ManifestView,
    Objection,
    PackReceipt,
    Refusal,
    TransitRefused,
    refused,
)
from wenyuan.lending.transit.journeys import (
    journey_of,
    line_state,
    lines_of,
    locked,
    locked_in_order,
    open_transit,
    state_of,
    twice,
)
from wenyuan.lending.transit.models import Crate, Manifest, ManifestLine, Transit
from wenyuan.lending.transit.queries import get_manifest
from wenyuan.lending.transit.recording import item_entry, manifest_entry
from wenyuan.lending.transit.run_queries import courses
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.transactions import verb

LONGEST_NAME = 60


@needs(Act.PLAN_RUNS)
@verb
def add_crates(*, codes: Sequence[str], at: datetime, desk: Desk) -> tuple[str, ...]:
    """Enter crates by the codes on their sides; they are kept in capitals. All go in, or none.

    :raises NotAllowed: the operator may not plan runs here.
    :raises TransitRefused: a code that cannot be one, stands twice in the list, or belongs to another crate.
    """
    require(desk.operator, Act.PLAN_RUNS, desk.branch_id)
    kept = [rules.code_of(code) for code in codes]
    taken = set(Crate.objects.filter(code__in=[code for code in kept if code]).values_list("code", flat=True))
    objections = []
    for place, (text, code) in enumerate(zip(codes, kept, strict=True)):
        if code is None:
            objections.append(Objection(Refusal.BAD_CODE, {"code": text.strip()[:24]}))
        elif code in taken or code in kept[:place]:
            objections.append(Objection(Refusal.CODE_TAKEN, {"code": code}))
    if objections:
        raise TransitRefused(*objections)
    written = tuple(code for code in kept if code)
    Crate.objects.bulk_create(Crate(code=code, added_at=at) for code in written)
    audit(at=at, desk=desk, act="add_crates", subject_kind="crate", after={"codes": list(written)})
    return written


@needs(Act.PLAN_RUNS)
@verb
def retire_crate(*, code: str, at: datetime, desk: Desk) -> None:
    """Take a worn or lost crate out of use.

    :raises NotAllowed: the operator may not plan runs here.
    :raises TransitRefused: there is no such crate, it is retired already, or a manifest of it is open.
    """
    require(desk.operator, Act.PLAN_RUNS, desk.branch_id)
    crate = _crate(code)
    if (inside := _journey_of_crate(crate)) is not None:
        raise refused(Refusal.CRATE_IN_USE, code=crate.code, branch=inside.from_branch_id)
    crate.retired_at = at
    crate.save(update_fields=["retired_at"])
    audit(at=at, desk=desk, act="retire_crate", subject_kind="crate", subject_id=crate.id, after={"code": crate.code})


@needs(Act.PACK_CRATES)
def open_crate(*, code: str, to_branch_id: int, at: datetime, desk: Desk) -> ManifestView:
    """Begin to pack a crate at the desk's branch. The one that is being packed here for there already is given again.

    :raises NotAllowed: the operator may not pack here.
    :raises TransitRefused: no such crate or branch, the crate is retired or on another journey, or leads nowhere.
    """
    require(desk.operator, Act.PACK_CRATES, desk.branch_id)
    return twice(lambda: _open(code, to_branch_id, at, desk))


@verb
def _open(code: str, to_branch_id: int, at: datetime, desk: Desk) -> ManifestView:
    objections = []
    branch = network_map().branches.get(to_branch_id)
    if branch is None or not branch.stands_on(local_date(at)):
        objections.append(Objection(Refusal.BRANCH_UNKNOWN))
    elif to_branch_id == desk.branch_id:
        objections.append(Objection(Refusal.SAME_BRANCH))
    try:
        crate = _crate(code)
    except TransitRefused as unfit:
        raise TransitRefused(*objections, *unfit.objections) from unfit
    inside = _journey_of_crate(crate)
    if inside is not None and not objections:
        wanted = (desk.branch_id, to_branch_id, ManifestState.PACKING)
        if (inside.from_branch_id, inside.to_branch_id, state_of(inside)) == wanted:
            return _shown(inside.id)
    if inside is not None:
        in_use = Objection(Refusal.CRATE_IN_USE, {"code": crate.code, "branch": inside.from_branch_id})
        objections.append(in_use)
    if objections:
        raise TransitRefused(*objections)
    manifest = Manifest.objects.create(
        crate=crate,
        from_branch_id=desk.branch_id,
        to_branch_id=to_branch_id,
        opened_at=at,
        opened_by_id=desk.operator.account_id,
    )
    return _shown(manifest.id)


@needs(Act.PACK_CRATES)
def pack(*, manifest_id: int, item: str, at: datetime, desk: Desk) -> PackReceipt:
    """Put the item with this barcode into the crate. It must be in transit from here to the crate's destination, or
    beyond it on a run. Scanned again it stays where it is (``repeated``).

    An item that still stands on the list of another crate, though its transit has ended or goes on from elsewhere
    since, has left that crate and is taken off its list, or, where that is sealed, marked as gone.

    :raises NotAllowed: the operator may not pack where the crate is being packed.
    :raises TransitRefused: no such manifest or item; the manifest is sealed, dropped or full; the item is not in
        transit, goes elsewhere, was not scanned here, or lies in another crate.
    """
    return twice(lambda: _pack(manifest_id, item.strip(), at, desk))


@verb
def _pack(manifest_id: int, barcode: str, at: datetime, desk: Desk) -> PackReceipt:
    item = get_item(barcode)
    packed = _packed(item.id) if item else None
    held = locked_in_order({manifest_id} | ({packed.manifest_id} if packed else set()))
    manifest = _being_packed(held, manifest_id, desk)
    if item is None:
        raise refused(Refusal.ITEM_UNKNOWN)
    packed = _packed(item.id)  # read again under the lock
    if packed is not None and packed.manifest_id not in held:
        raise TransitRefused(_lies_elsewhere(packed))
    still_in = packed is not None and line_state(packed, packed.manifest) is LineState.IN_CRATE
    if packed is not None and still_in and packed.manifest_id == manifest_id:
        return _receipt(packed, manifest, repeated=True)
    transit = open_transit(item.id)
    objections = list(
        rules.objections_to_packing(
            journey_of(transit) if transit else None,
            here=manifest.from_branch_id,
            destination=manifest.to_branch_id,
            courses=courses(),
        )
    )
    if packed is not None and still_in:
        objections.append(_lies_elsewhere(packed))
    if not objections and ManifestLine.objects.filter(manifest_id=manifest_id).count() >= rules.MOST_LINES:
        objections.append(Objection(Refusal.MANIFEST_FULL, {"limit": rules.MOST_LINES}))
    if objections or transit is None:
        raise TransitRefused(*objections)
    if packed is not None:
        _take_off(packed, held[packed.manifest_id], item, at, desk)
    line = _write_line(manifest, item, transit, at, desk)
    record(item_entry(Kind.CRATE_PACKED, item, manifest, branch_id=manifest.from_branch_id, at=at, desk=desk))
    return _receipt(line, manifest)


@needs(Act.PACK_CRATES)
@verb
def take_out(*, manifest_id: int, item: str, at: datetime, desk: Desk) -> int:
    """Take an item out of a crate that is still being packed; how many are left in it.

    :raises NotAllowed: the operator may not pack where the crate is being packed.
    :raises TransitRefused: no such manifest or item, the manifest is sealed, or the item is not in it.
    """
    manifest = _being_packed(locked_in_order({manifest_id}), manifest_id, desk)
    found = get_item(item)
    if found is None:
        raise refused(Refusal.ITEM_UNKNOWN)
    line = ManifestLine.objects.filter(manifest_id=manifest_id, item_id=found.id).first()
    if line is None:
        raise refused(Refusal.NOT_PACKED_HERE)
    _take_off(line, manifest, found, at, desk)
    return ManifestLine.objects.filter(manifest_id=manifest_id).count()


@needs(Act.PACK_CRATES)
@verb
def seal(*, manifest_id: int, seal: str, at: datetime, desk: Desk) -> ManifestView:
    """Close the crate: the manifest gets its number and the seal's, and its lines never change any more.

    :raises NotAllowed: the operator may not pack where the crate is being packed.
    :raises TransitRefused: no such manifest, sealed or dropped already, nothing in it, no seal number, or items in it
        whose transit has ended or goes on from elsewhere (``left_meanwhile`` names them): take those out first.
    """
    manifest = _being_packed(locked_in_order({manifest_id}), manifest_id, desk)
    lines = lines_of(manifest)
    number = rules.seal_of(seal)
    objections = []
    if number is None:
        objections.append(Objection(Refusal.BAD_SEAL))
    if not lines:
        objections.append(Objection(Refusal.MANIFEST_EMPTY))
    gone = [line.barcode for line, state in lines if state is not LineState.IN_CRATE]
    if gone:
        objections.append(Objection(Refusal.LEFT_MEANWHILE, {"count": len(gone), "barcodes": ", ".join(gone[:10])}))
    if objections or number is None:
        raise TransitRefused(*objections)
    manifest.number = rules.number_of(manifest.id, f"{local_date(at):%Y%m%d}")
    manifest.seal, manifest.sealed_at, manifest.sealed_by_id = number, at, desk.operator.account_id
    manifest.save(update_fields=["number", "seal", "sealed_at", "sealed_by"])
    branch_id = manifest.from_branch_id
    record(
        manifest_entry(
            Kind.CRATE_SENT, manifest, branch_id=branch_id, at=at, desk=desk, quantity=len(lines), seal=number
        )
    )
    return _shown(manifest_id)


@needs(Act.PACK_CRATES)
@verb
def hand_over(*, manifest_id: int, at: datetime, desk: Desk, carrier: str = "") -> ManifestView:
    """Give a sealed crate away at the branch it leaves: who gave it is the operator, ``carrier`` who took it.

    :raises NotAllowed: the operator may not pack at the branch that the crate leaves.
    :raises TransitRefused: no such manifest, not sealed, dropped, or handed over already; the name is too long.
    """
    manifest = locked(manifest_id)
    require(desk.operator, Act.PACK_CRATES, manifest.from_branch_id)
    match state_of(manifest):
        case ManifestState.PACKING:
            raise refused(Refusal.NOT_SEALED)
        case ManifestState.DROPPED:
            raise refused(Refusal.MANIFEST_DROPPED)
        case ManifestState.SEALED:
            pass
        case _:
            raise refused(Refusal.ALREADY_HANDED)
    if len(carrier.strip()) > LONGEST_NAME:
        raise refused(Refusal.TEXT_TOO_LONG, limit=LONGEST_NAME)
    manifest.handed_at, manifest.handed_by_id, manifest.carrier = at, desk.operator.account_id, carrier.strip()
    manifest.save(update_fields=["handed_at", "handed_by", "carrier"])
    record(manifest_entry(Kind.CRATE_HANDED, manifest, branch_id=manifest.from_branch_id, at=at, desk=desk))
    return _shown(manifest_id)


@needs(Act.PACK_CRATES)
@verb
def drop_crate(*, manifest_id: int, at: datetime, desk: Desk) -> None:
    """Give a journey up before the crate has left: it is free again, and its items can be packed anew. The list of a
    sealed one stays as it was, under its number.

    :raises NotAllowed: the operator may not pack at the branch that the crate leaves.
    :raises TransitRefused: no such manifest, dropped already, or handed over.
    """
    manifest = locked(manifest_id)
    require(desk.operator, Act.PACK_CRATES, manifest.from_branch_id)
    state = state_of(manifest)
    if state is ManifestState.DROPPED:
        raise refused(Refusal.MANIFEST_DROPPED)
    if state not in (ManifestState.PACKING, ManifestState.SEALED):
        raise refused(Refusal.ALREADY_HANDED)
    items = ManifestLine.objects.filter(manifest_id=manifest_id, in_crate=True).update(in_crate=False)
    manifest.dropped_at = at
    manifest.save(update_fields=["dropped_at"])
    record(
        manifest_entry(
            Kind.CRATE_DROPPED, manifest, branch_id=manifest.from_branch_id, at=at, desk=desk, quantity=items
        )
    )


def _crate(code: str) -> Crate:
    """The crate, locked, if it is in use.

    :raises TransitRefused: there is none, or it is retired.
    """
    crate = Crate.objects.select_for_update().filter(code=code.strip().upper()).first()
    if crate is None:
        raise refused(Refusal.CRATE_UNKNOWN, code=code.strip()[:24])
    if crate.retired_at is not None:
        raise refused(Refusal.CRATE_RETIRED, code=crate.code)
    return crate


def _journey_of_crate(crate: Crate) -> Manifest | None:
    return Manifest.objects.filter(crate=crate, received_at__isnull=True, dropped_at__isnull=True).first()


def _being_packed(held: dict[int, Manifest], manifest_id: int, desk: Desk) -> Manifest:
    """The manifest, if this operator may pack it and it is still open.

    :raises TransitRefused: there is none, or it is sealed or dropped.
    """
    manifest = held.get(manifest_id)
    if manifest is None:
        raise refused(Refusal.MANIFEST_UNKNOWN)
    require(desk.operator, Act.PACK_CRATES, manifest.from_branch_id)
    state = state_of(manifest)
    if state is ManifestState.DROPPED:
        raise refused(Refusal.MANIFEST_DROPPED)
    if state is not ManifestState.PACKING:
        raise refused(Refusal.MANIFEST_SEALED, number=manifest.number or "")
    return manifest


def _packed(item_id: int) -> ManifestLine | None:
    """The line on which the item stands as lying in a crate."""
    rows = ManifestLine.objects.filter(item_id=item_id, in_crate=True)
    return rows.select_related("manifest__crate", "transit").first()


def _lies_elsewhere(line: ManifestLine) -> Objection:
    facts: dict[str, int | str] = {"crate": line.manifest.crate.code, "branch": line.manifest.from_branch_id}
    return Objection(Refusal.PACKED_ELSEWHERE, facts)


def _take_off(line: ManifestLine, manifest: Manifest, item: ItemView, at: datetime, desk: Desk) -> None:
    if manifest.sealed_at is not None:
        ManifestLine.objects.filter(id=line.id).update(in_crate=False)
        return
    line.delete()
    branch_id = manifest.from_branch_id
    record(item_entry(Kind.CRATE_TAKEN_OUT, item, manifest, branch_id=branch_id, at=at, desk=desk))


def _write_line(manifest: Manifest, item: ItemView, transit: Transit, at: datetime, desk: Desk) -> ManifestLine:
    bib = titles_of([item.bib_id]).get(item.bib_id)
    return ManifestLine.objects.create(
        manifest=manifest,
        item_id=item.id,
        transit=transit,
        barcode=item.barcode,
        title=" ".join(filter(None, (bib.title if bib else "", item.volume))),
        call_no=item.call_no,
        reason=transit.reason,
        bound_for_id=transit.to_branch_id,
        packed_at=at,
        packed_by_id=desk.operator.account_id,
    )


def _receipt(line: ManifestLine, manifest: Manifest, *, repeated: bool = False) -> PackReceipt:
    return PackReceipt(
        manifest_id=manifest.id,
        barcode=line.barcode,
        title=line.title,
        bound_for_id=line.bound_for_id,
        items=ManifestLine.objects.filter(manifest_id=manifest.id).count(),
        repeated=repeated,
    )


def _shown(manifest_id: int) -> ManifestView:
    found = get_manifest(manifest_id)
    assert found is not None, "it has just been written"
    return found
