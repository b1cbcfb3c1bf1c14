"""What crosses the catalogue's border to those who harvest it; ``catalogue.data`` passes it on."""

from dataclasses import dataclass
from datetime import datetime

from wenyuan.kernel.marc import Dialect, Record

HarvestPlace = tuple[datetime, int]
"""Where a list goes on: after this stamp and bib."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HarvestWish:
    """Which bibs are wanted. ``since`` and ``until`` are whole seconds and both counted; ``dialect`` leaves out records
    of the other. ``in_branches``, ``in_collections``: those with an item in any."""

    since: datetime | None = None
    until: datetime | None = None
    dialect: Dialect | None = None
    branch_id: int | None = None
    collection: str | None = None
    in_branches: bool = False
    in_collections: bool = False

    @property
    def is_narrowed(self) -> bool:
        """Whether more than the time is asked of a bib, so that counting reads every stamp."""
        kinds = (self.dialect, self.branch_id, self.collection)
        return self.in_branches or self.in_collections or any(kind is not None for kind in kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class HarvestedBib:
    """A bib as harvesters know it. ``record`` is as outsiders may have it, and none where it is gone or was
    not asked for."""

    bib_id: int
    stamp: datetime
    is_gone: bool
    dialect: Dialect
    branch_ids: tuple[int, ...]
    collections: tuple[str, ...]
    record: Record | None


@dataclass(frozen=True, slots=True)
class HarvestPage:
    """Some bibs in the order of their stamps; ``after`` continues the list, none at its end."""

    bibs: tuple[HarvestedBib, ...]
    after: HarvestPlace | None
