"""The entries of the journal about items."""

from collections.abc import Mapping
from datetime import datetime

from wenyuan.holdings.catalogue.models import Bib, Item
from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.rights.data import Desk


def item_entry(kind: Kind, item: Item, bib: Bib, *, desk: Desk, at: datetime, details: Mapping[str, object]) -> Entry:
    """What the journal says of an item as it is now; ``details`` hold codes, ids, numbers of things and amounts."""
    return Entry(
        kind=kind,
        occurred_at=at,
        door=desk.door.value,
        desk=desk.code,
        operator_id=desk.operator.account_id,
        branch_id=desk.branch_id,
        area_id=desk.area_id,
        service_point_id=desk.service_point_id,
        item_home_id=item.home_branch_id,
        item_present_id=item.present_branch_id,
        item_owner_id=item.owner_id,
        item_type=item.item_type.code,
        document_kind=bib.document_kind,
        class_letter=bib.class_letter,
        collection=item.collection,
        source=item.source,
        subject_kind="item",
        subject_id=item.id,
        details=details,
    )
