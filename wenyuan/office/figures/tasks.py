"""Background work of the figures: past days are added up, and what comes for one of them later marks it."""

from datetime import datetime

from wenyuan.office.figures.indicators import KINDS
from wenyuan.office.figures.operations import roll_up
from wenyuan.office.figures.rollups.marking import days_touched, mark
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.journal.followers import follows
from wenyuan.plumbing.queue import every


@every("3-59/5 * * * *", "figures.roll_up")
def roll(at: datetime) -> None:
    """Every five minutes: yesterday once it is over, and days for which something came since."""
    roll_up(at=at)


@follows(*(Kind(kind) for kind in KINDS), among=days_touched)
def mark_day(entry_id: int) -> None:
    """A day that is added up must be added up again."""
    mark(entry_id)
