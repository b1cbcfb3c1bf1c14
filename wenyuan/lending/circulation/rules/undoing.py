"""Whether the last act at a desk may be taken back: a slip of the scanner, noticed at once."""

from datetime import datetime, timedelta
from typing import NamedTuple

from wenyuan.lending.circulation.data.undoing import UndoReason

UNDO_WITHIN = timedelta(minutes=10)
"""As long as an answer that was lost is given again (``REPEAT_WINDOW``): the reader still stands at the desk."""


class UndoFacts(NamedTuple):
    """What the decision rests on. ``is_mine``: the act was done by this account at this branch. ``is_overtaken``: the
    item, its loan or the reader's place is no longer as the act left it. ``was_taken`` elsewhere before (代收), or
    ``found`` by the act after it was missing: more was settled by it than one scan. ``reader_is_here``: it
    is known whose loan it was, and they have not left since. ``has_money``: it charged,
    suspended or gave back."""

    is_mine: bool
    made_at: datetime
    is_overtaken: bool
    was_taken: bool
    found: bool
    reader_is_here: bool
    has_money: bool


class LossUndoFacts(NamedTuple):
    """What the decision on a loss rests on; see ``UndoFacts``. ``was_late``: it also settled a fine or a suspension.
    ``is_touched``: something of its charge is paid, forgiven or replaced. ``holds_ended``: readers who waited for this
    very item were told that it is lost."""

    is_mine: bool
    lost_at: datetime
    is_overtaken: bool
    reader_is_here: bool
    was_late: bool
    is_touched: bool
    holds_ended: bool


def reasons_against_undoing_loss(facts: LossUndoFacts, *, at: datetime) -> tuple[UndoReason, ...]:
    """Every reason why a loss stands; of somebody else's nothing more is told."""
    if not facts.is_mine:
        return (UndoReason.UNKNOWN,)
    reasons = (
        (abs(at - facts.lost_at) > UNDO_WITHIN, UndoReason.TOO_LATE),
        (facts.is_overtaken, UndoReason.OVERTAKEN),
        (not facts.reader_is_here, UndoReason.READER_GONE),
        (facts.was_late, UndoReason.LATE),
        (facts.is_touched, UndoReason.PAID),
        (facts.holds_ended, UndoReason.HOLDS),
    )
    return tuple(reason for stands, reason in reasons if stands)


def reasons_against_undo(facts: UndoFacts, *, at: datetime) -> tuple[UndoReason, ...]:
    """Every reason why the act stands; of somebody else's act nothing more is told."""
    if not facts.is_mine:
        return (UndoReason.UNKNOWN,)
    reasons = (
        (abs(at - facts.made_at) > UNDO_WITHIN, UndoReason.TOO_LATE),
        (facts.is_overtaken, UndoReason.OVERTAKEN),
        (facts.was_taken or facts.found, UndoReason.BY_ANOTHER_WAY),
        (not facts.reader_is_here, UndoReason.READER_GONE),
        (facts.has_money, UndoReason.MONEY),
    )
    return tuple(reason for stands, reason in reasons if stands)
