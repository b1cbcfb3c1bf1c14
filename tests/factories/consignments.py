"""Batches of stations for tests: packed and sent through the verbs."""

from datetime import date, datetime, timedelta

from tests.factories.catalogue import make_item
from wenyuan.holdings.catalogue.models import Item
from wenyuan.lending.circulation.data.consignments import ConsignmentView
from wenyuan.lending.circulation.operations import (
    checkin,
    consign_item,
    open_consignment,
    send_consignment,
)
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import Desk
from wenyuan.plumbing.clock import local_date


def opened_consignment(
    desk: Desk, station: Branch, *, at: datetime, purpose: str = "秋季", return_date: date | None = None
) -> ConsignmentView:
    """A batch that is being packed at the desk, due back in half a year."""
    due = return_date or local_date(at) + timedelta(days=180)
    return open_consignment(to_branch_id=station.id, purpose=purpose, return_date=due, at=at, desk=desk)


def sent_consignment(
    desk: Desk, station: Branch, *barcodes: str, at: datetime, return_date: date | None = None
) -> ConsignmentView:
    """A batch with items of the desk's branch, on its way to the station."""
    batch = opened_consignment(desk, station, at=at, return_date=return_date)
    for barcode in barcodes:
        if not Item.objects.filter(barcode=barcode).exists():
            make_item(home=Branch.objects.get(id=desk.branch_id), barcode=barcode)
        consign_item(consignment_id=batch.id, item=barcode, at=at, desk=desk)
    return send_consignment(consignment_id=batch.id, at=at, desk=desk)


def arrived_consignment(
    desk: Desk, at_station: Desk, station: Branch, *barcodes: str, at: datetime, return_date: date | None = None
) -> ConsignmentView:
    """A batch whose items stand at the station, an hour later."""
    batch = sent_consignment(desk, station, *barcodes, at=at, return_date=return_date)
    for barcode in barcodes:
        checkin(item=barcode, at=at + timedelta(hours=1), desk=at_station)
    return batch
