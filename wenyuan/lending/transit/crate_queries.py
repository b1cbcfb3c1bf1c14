"""Reads of crates, manifests and differences; ``queries`` is where other rooms and doors find them."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from wenyuan.holdings.catalogue.queries import get_items, titles_of
from wenyuan.lending.transit.data import (
    CrateView,
    DifferenceKind,
    DifferenceView,
    HandoverView,
    LineView,
    ManifestView,
    Outcome,
)
from wenyuan.lending.transit.journeys import lines_of, state_of
from wenyuan.lending.transit.models import Crate, Difference, Handover, HandoverManifest, Manifest, ManifestLine

PAGE = 50


def get_manifest(manifest_id: int) -> ManifestView | None:
    """One manifest, or nothing."""
    return next(iter(_manifests(Manifest.objects.filter(id=manifest_id))), None)


def list_manifests(
    branch_id: int,
    *,
    only_open: bool = False,
    packing_for: int | None = None,
    before: int | None = None,
    size: int = PAGE,
) -> tuple[ManifestView, ...]:
    """Manifests of crates that leave the branch or come to it, the newest first, with ids below ``before``;
    ``packing_for``: those alone that are being packed at the branch for that one."""
    rows = Manifest.objects.filter(Q(from_branch_id=branch_id) | Q(to_branch_id=branch_id))
    if only_open:
        rows = rows.filter(received_at__isnull=True, dropped_at__isnull=True)
    if packing_for is not None:
        rows = rows.filter(
            from_branch_id=branch_id, to_branch_id=packing_for, sealed_at__isnull=True, dropped_at__isnull=True
        )
    if before is not None:
        rows = rows.filter(id__lt=before)
    return _manifests(rows.order_by("-id")[:size])


def manifest_lines(manifest_id: int) -> tuple[LineView, ...]:
    """The lines of a manifest in the order of packing, each with where its item is; none for an unknown manifest."""
    manifest = Manifest.objects.filter(id=manifest_id).first()
    if manifest is None:
        return ()
    return tuple(
        LineView(
            id=line.id,
            item_id=line.item_id,
            barcode=line.barcode,
            title=line.title,
            call_no=line.call_no,
            reason=line.reason,
            bound_for_id=line.bound_for_id,
            packed_at=line.packed_at,
            state=state,
        )
        for line, state in lines_of(manifest)
    )


def get_difference(difference_id: int) -> DifferenceView | None:
    """One difference, or nothing."""
    return next(iter(_differences(Difference.objects.filter(id=difference_id))), None)


def list_differences(
    *,
    branch_ids: frozenset[int] | None = None,
    manifest_id: int | None = None,
    only_open: bool = False,
    before: int | None = None,
    size: int = PAGE,
) -> tuple[DifferenceView, ...]:
    """Differences of crates that left or reached one of these branches (none: any), the newest first."""
    rows = _of_branches(Difference.objects.all(), branch_ids)
    if manifest_id is not None:
        rows = rows.filter(manifest_id=manifest_id)
    if only_open:
        rows = rows.filter(resolved_at__isnull=True)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return _differences(rows.order_by("-id")[:size])


def count_open_differences(branch_id: int) -> int:
    """How many differences of crates from or to a branch nobody has resolved."""
    return _of_branches(Difference.objects.filter(resolved_at__isnull=True), frozenset({branch_id})).count()


def list_handovers(
    *,
    branch_id: int | None = None,
    handover_id: int | None = None,
    only_unchecked: bool = False,
    before: int | None = None,
    size: int = PAGE,
) -> tuple[HandoverView, ...]:
    """Handovers of crates from or to a branch, the newest first; ``only_unchecked`` those whose code was used and that
    no member of staff has looked at."""
    rows = Handover.objects.all()
    if branch_id is not None:
        sent = HandoverManifest.objects.filter(manifest__from_branch=branch_id).values("handover_id")
        rows = rows.filter(Q(to_branch_id=branch_id) | Q(id__in=sent))
    if handover_id is not None:
        rows = rows.filter(id=handover_id)
    if only_unchecked:
        rows = rows.filter(used_at__isnull=False, checked_at__isnull=True)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return _handovers(list(rows.order_by("-id")[:size]))


def count_unchecked(branch_id: int) -> int:
    """How many receipts without an account, of crates from or to a branch, wait to be looked at."""
    sent = HandoverManifest.objects.filter(manifest__from_branch=branch_id).values("handover_id")
    rows = Handover.objects.filter(Q(to_branch_id=branch_id) | Q(id__in=sent))
    return rows.filter(used_at__isnull=False, checked_at__isnull=True).count()


def _handovers(rows: list[Handover]) -> tuple[HandoverView, ...]:
    manifests: dict[int, list[tuple[int, str, str]]] = {row.id: [] for row in rows}
    links = HandoverManifest.objects.filter(handover_id__in=list(manifests)).select_related("manifest__crate")
    for link in links.order_by("manifest_id"):
        one = link.manifest
        manifests[link.handover_id].append((one.id, one.crate.code, one.number or ""))
    sampled = {barcode for row in rows for barcode in row.samples}
    found = ManifestLine.objects.filter(barcode__in=sampled).values_list("manifest_id", "barcode")
    listed = set(found.filter(manifest_id__in=[one for many in manifests.values() for one, _, _ in many]))
    return tuple(
        HandoverView(
            id=row.id,
            to_branch_id=row.to_branch_id,
            issued_at=row.issued_at,
            expires_at=row.expires_at,
            used_at=row.used_at,
            seals_expected=row.seals_expected,
            seals_counted=row.seals_counted,
            samples=tuple(
                (barcode, any((one, barcode) in listed for one, _, _ in manifests[row.id])) for barcode in row.samples
            ),
            samples_wanted=row.samples_wanted,
            name=row.name,
            photo=row.photo,
            checked_at=row.checked_at,
            checked_by_id=row.checked_by_id,
            manifests=tuple(manifests[row.id]),
        )
        for row in rows
    )


def list_crates(*, after: str = "", size: int = PAGE) -> tuple[CrateView, ...]:
    """Crates in use by code, each with the journey it is on, if any; ``after`` is the last code of the page before."""
    rows = list(Crate.objects.filter(retired_at__isnull=True, code__gt=after).order_by("code")[:size])
    open_ones = Manifest.objects.filter(
        crate_id__in=[row.id for row in rows], received_at__isnull=True, dropped_at__isnull=True
    )
    journeys = {one.crate_id: one for one in open_ones}
    last = _last_received([row.id for row in rows])
    return tuple(
        CrateView(
            code=row.code,
            manifest_id=journeys[row.id].id if row.id in journeys else None,
            state=state_of(journeys[row.id]) if row.id in journeys else None,
            from_branch_id=journeys[row.id].from_branch_id if row.id in journeys else None,
            to_branch_id=journeys[row.id].to_branch_id if row.id in journeys else last.get(row.id),
        )
        for row in rows
    )


def _last_received(crate_ids: Sequence[int]) -> dict[int, int]:
    rows = Manifest.objects.filter(crate_id__in=crate_ids, received_at__isnull=False).order_by("crate_id", "-id")
    return dict(rows.distinct("crate_id").values_list("crate_id", "to_branch_id"))


def _of_branches(rows: "QuerySet[Difference]", branch_ids: frozenset[int] | None) -> "QuerySet[Difference]":
    if branch_ids is None:
        return rows
    return rows.filter(Q(manifest__from_branch__in=branch_ids) | Q(manifest__to_branch__in=branch_ids))


def _counted(rows: Any) -> Any:
    """A count of rows of another table for each manifest."""
    counts = rows.filter(manifest_id=OuterRef("id")).order_by().values("manifest_id").annotate(n=Count("id"))
    return Coalesce(Subquery(counts.values("n"), output_field=IntegerField()), Value(0))


def _manifests(rows: "QuerySet[Manifest]") -> tuple[ManifestView, ...]:
    counted = rows.annotate(
        items=_counted(ManifestLine.objects.all()),
        open_differences=_counted(Difference.objects.filter(resolved_at__isnull=True)),
        crate_code=F("crate__code"),
    )
    return tuple(
        ManifestView(
            id=row.id,
            crate=row.crate_code,
            from_branch_id=row.from_branch_id,
            to_branch_id=row.to_branch_id,
            state=state_of(row),
            number=row.number or "",
            seal=row.seal,
            opened_at=row.opened_at,
            opened_by_id=row.opened_by_id,
            sealed_at=row.sealed_at,
            sealed_by_id=row.sealed_by_id,
            handed_at=row.handed_at,
            handed_by_id=row.handed_by_id,
            carrier=row.carrier,
            delivered_at=row.delivered_at,
            received_at=row.received_at,
            received_by_id=row.received_by_id,
            items=row.items,
            open_differences=row.open_differences,
        )
        for row in counted
    )


def _differences(rows: "QuerySet[Difference]") -> tuple[DifferenceView, ...]:
    found = list(rows.select_related("manifest__crate"))
    items = get_items([row.item_id for row in found if row.item_id is not None])
    titles = titles_of(item.bib_id for item in items.values())
    shown = []
    for row in found:
        item = items.get(row.item_id) if row.item_id is not None else None
        bib = titles.get(item.bib_id) if item else None
        shown.append(
            DifferenceView(
                id=row.id,
                manifest_id=row.manifest_id,
                number=row.manifest.number or "",
                crate=row.manifest.crate.code,
                from_branch_id=row.manifest.from_branch_id,
                to_branch_id=row.manifest.to_branch_id,
                kind=DifferenceKind(row.kind),
                item_id=row.item_id,
                barcode=row.barcode,
                title=bib.title if bib else "",
                note=row.note,
                found_at=row.found_at,
                found_by_id=row.found_by_id,
                resolved_at=row.resolved_at,
                resolved_by_id=row.resolved_by_id,
                outcome=Outcome(row.outcome) if row.outcome else None,
                remark=row.remark,
            )
        )
    return tuple(shown)
