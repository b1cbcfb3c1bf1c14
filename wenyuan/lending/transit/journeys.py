"""What the verbs of crates share: locked manifests, the lines with their transits, and who looks again after a race."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import IntegrityError

from wenyuan.lending.transit import rules
from wenyuan.lending.transit.data import LineState, ManifestState, Refusal, refused
from wenyuan.lending.transit.models import Manifest, ManifestLine, Transit

R = TypeVar("R")


def twice(attempt: Callable[[], R]) -> R:
    """Who loses a race for a crate or an item looks again, and then sees what the winner wrote."""
    try:
        return attempt()
    except IntegrityError:
        return attempt()


def locked(manifest_id: int) -> Manifest:
    """The manifest with its crate, held until the end.

    :raises TransitRefused: there is none.
    """
    found = locked_in_order({manifest_id})
    if manifest_id not in found:
        raise refused(Refusal.MANIFEST_UNKNOWN)
    return found[manifest_id]


def locked_in_order(manifest_ids: Iterable[int]) -> dict[int, Manifest]:
    """Several manifests, always locked from the lowest id up, so that two packers never wait for each other."""
    rows = Manifest.objects.select_for_update(of=("self",)).select_related("crate")
    return {row.id: row for row in rows.filter(id__in=sorted(manifest_ids)).order_by("id")}


def state_of(manifest: Manifest) -> ManifestState:
    """How far it has come."""
    return rules.state_of(
        sealed_at=manifest.sealed_at,
        handed_at=manifest.handed_at,
        delivered_at=manifest.delivered_at,
        received_at=manifest.received_at,
        dropped_at=manifest.dropped_at,
    )


def journey_of(transit: Transit) -> rules.Journey:
    """A transit as the rules read it."""
    return rules.Journey(
        transit.from_branch_id, transit.to_branch_id, transit.sent_at, transit.received_at, transit.cancelled_at
    )


def line_state(line: ManifestLine, manifest: Manifest) -> LineState:
    """Where the item of a line is; ``line.transit`` is read along with it."""
    return rules.line_state(
        journey_of(line.transit),
        manifest_from=manifest.from_branch_id,
        manifest_to=manifest.to_branch_id,
        packed_at=line.packed_at,
        seen=line.seen_at is not None,
    )


def lines_of(manifest: Manifest) -> list[tuple[ManifestLine, LineState]]:
    """Every line of a manifest, in the order of packing, with where its item is."""
    rows = ManifestLine.objects.filter(manifest_id=manifest.id).select_related("transit").order_by("id")
    return [(line, line_state(line, manifest)) for line in rows]


def open_transit(item_id: int) -> Transit | None:
    """The item's open transit."""
    return Transit.objects.filter(item_id=item_id, received_at__isnull=True, cancelled_at__isnull=True).first()
