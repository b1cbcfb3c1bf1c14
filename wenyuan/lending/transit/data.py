"""What crosses the transit room's border."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class TransitView:
    """An item on its way. ``reason`` is a ``models.TransitReason`` value."""

    id: int
    item_id: int
    from_branch_id: int
    to_branch_id: int
    reason: str
    sent_at: datetime
