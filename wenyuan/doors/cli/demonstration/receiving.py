"""What the cataloguer has on the table: a gift that is counted and not catalogued yet, and labels to print."""

from datetime import datetime, timedelta

from wenyuan.holdings.catalogue.data import ReceiptInput
from wenyuan.holdings.catalogue.operations import queue_labels, record_receipt
from wenyuan.holdings.catalogue.queries import list_shelf
from wenyuan.organisation.rights.data import Desk
from wenyuan.plumbing.clock import local_date

LABELS = 24


def receive_a_gift(*, at: datetime, desk: Desk) -> None:
    """A receipt at the desk's branch of which nothing is catalogued, and spine and barcode labels that wait there."""
    gift = ReceiptInput(
        branch_id=desk.branch_id,
        received_date=local_date(at) - timedelta(days=3),
        source="donated",
        supplier="鹿鸣区地方志办公室",
        titles=6,
        copies=18,
        amount_fen=108_000,
    )
    record_receipt(receipt=gift, at=at, desk=desk)
    items = list_shelf(branch_id=desk.branch_id, size=LABELS).items
    if items:
        queue_labels(item_ids=[item.id for item in items], kinds={"spine", "barcode"}, at=at, desk=desk)
