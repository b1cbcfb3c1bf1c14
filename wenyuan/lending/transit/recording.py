"""Entries of the journal as this room writes them."""

from datetime import datetime

from wenyuan.holdings.catalogue.data import ItemView
from wenyuan.lending.transit.models import Manifest
from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.rights.data import Desk


def item_entry(kind: Kind, item: ItemView, manifest: Manifest, *, branch_id: int, at: datetime, desk: Desk) -> Entry:
    """An item went into a crate or came out of it at this branch."""
    return Entry(
        kind=kind,
        occurred_at=at,
        branch_id=branch_id,
        item_home_id=item.home_branch_id,
        item_present_id=branch_id,
        item_owner_id=item.owner_id,
        item_type=item.item_type,
        collection=item.collection,
        source=item.source,
        subject_kind="item",
        subject_id=item.id,
        details={
            "manifest": manifest.id,
            "crate": manifest.crate.code,
            "from": manifest.from_branch_id,
            "to": manifest.to_branch_id,
        },
        door=desk.door.value,
        desk=desk.code,
        operator_id=desk.operator.account_id,
        area_id=desk.area_id,
        service_point_id=desk.service_point_id,
    )


def manifest_entry(
    kind: Kind,
    manifest: Manifest,
    *,
    branch_id: int,
    at: datetime,
    desk: Desk | None,
    door: str = "",
    quantity: int = 1,
    **details: int | str,
) -> Entry:
    """Something happened to a crate on its journey. Without a desk nobody with an account did it."""
    return Entry(
        kind=kind,
        occurred_at=at,
        branch_id=branch_id,
        quantity=quantity,
        subject_kind="manifest",
        subject_id=manifest.id,
        details={
            "number": manifest.number,
            "crate": manifest.crate.code,
            "from": manifest.from_branch_id,
            "to": manifest.to_branch_id,
            **details,
        },
        door=desk.door.value if desk else door,
        desk=desk.code if desk else "",
        operator_id=desk.operator.account_id if desk else None,
        area_id=desk.area_id if desk else None,
        service_point_id=desk.service_point_id if desk else None,
    )
