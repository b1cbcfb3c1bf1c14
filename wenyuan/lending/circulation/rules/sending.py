"""What may be sent to another branch by hand, and whether it is on its way there already."""

from wenyuan.lending.circulation.data import Block, BlockCode
from wenyuan.lending.circulation.facts import Hold, ReturnFacts, Transit
from wenyuan.lending.circulation.rules.blocks import CONDITION_BLOCKS
from wenyuan.lending.circulation.rules.returns import FOUND_AGAIN
from wenyuan.organisation.rights.data import Act

BY_HAND = "move"


def blocks_for_sending(facts: ReturnFacts, *, served: Hold | None, goes_somewhere: bool) -> tuple[Block, ...]:
    """Every reason against sending the item. ``served`` is the first waiting hold that it may serve, which waits for
    the next one where that is waived; ``goes_somewhere``: the other branch is in service and not the desk's own.

    What a reader has, what is kept for one, and what was lost or missing is checked in first: that says where it goes.
    """
    item = facts.item
    blocks = [] if goes_somewhere else [Block(BlockCode.SENT_NOWHERE)]
    if item is None:
        return (*blocks, Block(BlockCode.ITEM_UNKNOWN))
    if item.state == "withdrawn":
        blocks.append(Block(BlockCode.ITEM_WITHDRAWN))
    if item.state == "in_process":
        blocks.append(Block(BlockCode.ITEM_IN_PROCESS))
    if facts.loan is not None:
        taken = facts.loan.taken_at is not None
        blocks.append(Block(BlockCode.ITEM_TAKEN_ELSEWHERE if taken else BlockCode.ITEM_ON_LOAN_TO_OTHER))
    if facts.captured is not None:
        on_shelf = facts.captured.state == "on_shelf"
        blocks.append(Block(BlockCode.ITEM_ON_HOLD_SHELF if on_shelf else BlockCode.ITEM_HELD))
    elif served is not None and facts.loan is None:
        blocks.append(Block(BlockCode.ITEM_WANTED, Act.WAIVE_HOLD))
    if item.condition in FOUND_AGAIN:
        blocks.append(Block(CONDITION_BLOCKS[item.condition].code))
    return tuple(blocks)


def is_on_its_way(transit: Transit | None, *, from_branch_id: int, to_branch_id: int) -> bool:
    """Whether it was sent there from here by hand already."""
    return transit is not None and (transit.from_branch_id, transit.to_branch_id, transit.reason) == (
        from_branch_id,
        to_branch_id,
        BY_HAND,
    )


def blocks_for_keeping(facts: ReturnFacts, *, branch_id: int) -> tuple[Block, ...]:
    """Every reason why an item does not stay after all at the branch that sent it by hand."""
    if facts.item is None:
        return (Block(BlockCode.ITEM_UNKNOWN),)
    transit = facts.transit
    if transit is None or transit.reason != BY_HAND:
        return (Block(BlockCode.NO_TRANSIT),)
    if transit.from_branch_id != branch_id:
        return (Block(BlockCode.TRANSIT_ELSEWHERE, facts={"branch": transit.to_branch_id}),)
    return ()
