"""What this room follows in the journal."""

from wenyuan.lending.transit.arriving import may_settle_missing, settle_missing
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.journal.followers import follows


@follows(
    Kind.TRANSIT_RECEIVED,
    Kind.TRANSIT_SENT,
    Kind.TRANSIT_CANCELLED,
    Kind.RETURN,
    Kind.TAKEN,
    Kind.ITEM_MOVED,
    Kind.ITEM_SEEN,
    Kind.ITEM_FOUND,
    among=may_settle_missing,
)
def found_again(entry_id: int) -> None:
    """An item that was missing from a crate has been scanned, or is lent: a loan of such an item ends its transit, or
    finds it, so that the many other loans need not be followed."""
    settle_missing(entry_id)
