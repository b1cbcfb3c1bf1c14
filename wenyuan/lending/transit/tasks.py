"""What this room follows in the journal."""

from wenyuan.lending.transit.arriving import settle_missing
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.journal.followers import follows


@follows(Kind.TRANSIT_RECEIVED, Kind.TRANSIT_SENT, Kind.RETURN, Kind.TAKEN, Kind.ITEM_MOVED, Kind.ITEM_SEEN, Kind.LOAN)
def found_again(entry_id: int) -> None:
    """An item that was missing from a crate has been scanned, or is lent."""
    settle_missing(entry_id)
