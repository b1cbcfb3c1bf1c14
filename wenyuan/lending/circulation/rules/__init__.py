"""Circulation's decisions: facts in, blocks, dates and routes out. No database, no clock."""

from wenyuan.lending.circulation.rules.blocks import (
    CONDITION_BLOCKS,
    LENDABLE_BLOCKS,
    STATE_BLOCKS,
    Place,
    blocks_for_checkout,
    blocks_for_renewal,
    limit_blocks,
    patron_blocks,
    total_blocks,
)
from wenyuan.lending.circulation.rules.due import Due, due_of_loan, due_of_renewal
from wenyuan.lending.circulation.rules.repeats import REPEAT_WINDOW, repeats_checkout, repeats_renewal, repeats_return
from wenyuan.lending.circulation.rules.returns import ReturnDecision, decide_return

__all__ = [
    "CONDITION_BLOCKS",
    "LENDABLE_BLOCKS",
    "REPEAT_WINDOW",
    "STATE_BLOCKS",
    "Due",
    "Place",
    "ReturnDecision",
    "blocks_for_checkout",
    "blocks_for_renewal",
    "decide_return",
    "due_of_loan",
    "due_of_renewal",
    "limit_blocks",
    "patron_blocks",
    "repeats_checkout",
    "repeats_renewal",
    "repeats_return",
    "total_blocks",
]
