"""A temporary number that stays: its label is printed and stuck over the one that clashed."""

from datetime import datetime

from wenyuan.holdings.catalogue.data import CatalogueRefused, Refusal
from wenyuan.holdings.catalogue.models import Item
from wenyuan.holdings.catalogue.taking_over.tables import PastItem
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.transactions import verb


@needs(Act.EDIT_ITEM)
@verb
def keep_temporary_number(*, item_id: int, at: datetime, desk: Desk) -> bool:
    """Let the number that an item got when it was taken over be its barcode for good: the item leaves the relabel
    list. Whether it was on the list.

    :raises NotAllowed: without the right to edit items at the desk's and the item's home branch.
    :raises CatalogueRefused: ITEM_UNKNOWN.
    """
    require(desk.operator, Act.EDIT_ITEM, desk.branch_id)
    item = Item.objects.select_for_update().filter(id=item_id).first()
    if item is None:
        raise CatalogueRefused(Refusal.ITEM_UNKNOWN)
    require(desk.operator, Act.EDIT_ITEM, item.home_branch_id)
    row = PastItem.objects.select_for_update().filter(item=item, temporary=item.barcode).first()
    if row is None:
        return False
    audit(
        at=at,
        desk=desk,
        act="keep_temporary_number",
        subject_kind="item",
        subject_id=item.id,
        branch_id=item.home_branch_id,
        before={"barcode": row.former_number},
        after={"barcode": row.temporary},
    )
    row.temporary = ""
    row.save(update_fields=["temporary"])
    return True
