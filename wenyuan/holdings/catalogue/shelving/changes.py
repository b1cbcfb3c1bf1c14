"""A call number goes onto an item."""

from datetime import datetime

from wenyuan.holdings.catalogue.entries import item_entry
from wenyuan.holdings.catalogue.models import Bib, Item
from wenyuan.kernel.callnumbers import shelf_key
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.rights.data import Desk
from wenyuan.plumbing.transactions import assert_in_verb


def write_call_number(item: Item, bib: Bib, call_no: str, *, at: datetime, desk: Desk) -> bool:
    """Step: give a locked item this call number; whether it had another. Its version and the journal follow."""
    assert_in_verb()
    if item.call_no == call_no:
        return False
    changed = {"changed": {"call_no": [item.call_no, call_no]}}
    item.call_no, item.call_key = call_no, shelf_key(call_no)
    item.version += 1
    item.changed_at = at
    item.save(update_fields=["call_no", "call_key", "version", "changed_at"])
    record(item_entry(Kind.ITEM_CHANGED, item, bib, desk=desk, at=at, details=changed))
    return True
