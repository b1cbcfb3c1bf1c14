"""Circulation's decisions: facts in, blocks, dates and routes out. No database, no clock."""

from wenyuan.lending.circulation.rules.blocks import (
    CONDITION_BLOCKS,
    LENDABLE_BLOCKS,
    STATE_BLOCKS,
    Place,
    blocks_for_checkout,
    blocks_for_renewal,
    card_blocks,
    debt_blocks,
    deposit_blocks,
    limit_blocks,
    patron_blocks,
    total_blocks,
)
from wenyuan.lending.circulation.rules.due import Due, DueSteps, due_of_base, due_of_loan, due_of_renewal, steps_of_loan
from wenyuan.lending.circulation.rules.holds import (
    blocks_by_policy,
    blocks_for_hold,
    can_be_held,
    first_served,
    may_serve,
    others_can_serve,
    shelf_until,
)
from wenyuan.lending.circulation.rules.lateness import days_suspended, fine_of, found_terms, minds, terms_day
from wenyuan.lending.circulation.rules.marks import MarkDecision, blocks_for_mark, decide_mark, is_in_hand
from wenyuan.lending.circulation.rules.offline import Clock, can_be_lent, moment_of, outcome_of
from wenyuan.lending.circulation.rules.recalls import Recall, due_of_recall, loan_to_recall
from wenyuan.lending.circulation.rules.reminders import reminder_for
from wenyuan.lending.circulation.rules.repeats import (
    REPEAT_WINDOW,
    repeated_hold,
    repeats_checkout,
    repeats_renewal,
    repeats_return,
)
from wenyuan.lending.circulation.rules.returns import FOUND_AGAIN, ReturnDecision, decide_return
from wenyuan.lending.circulation.rules.undoing import (
    UNDO_WITHIN,
    LossUndoFacts,
    UndoFacts,
    reasons_against_undo,
    reasons_against_undoing_loss,
)

__all__ = [
    "CONDITION_BLOCKS",
    "FOUND_AGAIN",
    "LENDABLE_BLOCKS",
    "REPEAT_WINDOW",
    "STATE_BLOCKS",
    "UNDO_WITHIN",
    "Clock",
    "Due",
    "DueSteps",
    "LossUndoFacts",
    "MarkDecision",
    "Place",
    "Recall",
    "ReturnDecision",
    "UndoFacts",
    "blocks_by_policy",
    "blocks_for_checkout",
    "blocks_for_hold",
    "blocks_for_mark",
    "blocks_for_renewal",
    "can_be_held",
    "can_be_lent",
    "card_blocks",
    "days_suspended",
    "debt_blocks",
    "decide_mark",
    "decide_return",
    "deposit_blocks",
    "due_of_base",
    "due_of_loan",
    "due_of_recall",
    "due_of_renewal",
    "fine_of",
    "first_served",
    "found_terms",
    "is_in_hand",
    "limit_blocks",
    "loan_to_recall",
    "may_serve",
    "minds",
    "moment_of",
    "others_can_serve",
    "outcome_of",
    "patron_blocks",
    "reasons_against_undo",
    "reasons_against_undoing_loss",
    "reminder_for",
    "repeated_hold",
    "repeats_checkout",
    "repeats_renewal",
    "repeats_return",
    "shelf_until",
    "steps_of_loan",
    "terms_day",
    "total_blocks",
]
