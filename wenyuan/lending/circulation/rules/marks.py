"""What may be noted of an item's condition, and what follows for its loan, its transit and its hold."""

from dataclasses import dataclass

from wenyuan.lending.circulation.data import Block, BlockCode, Mark
from wenyuan.lending.circulation.facts import Loan, MarkFacts
from wenyuan.lending.circulation.rules.blocks import CONDITION_BLOCKS
from wenyuan.lending.circulation.rules.life_cycle import Step, after
from wenyuan.organisation.rights.data import Act

MAX_OPEN_CLAIMS = 3
"""How many claims of one reader may be open at once. Settled ones do not count: their loans forget the reader."""

CONDITION_OF = {
    Mark.LOST: "lost",
    Mark.MISSING: "missing",
    Mark.DAMAGED: "damaged",
    Mark.REPAIRED: "ok",
    Mark.CLAIMED: "claimed_returned",
    Mark.UNCLAIMED: "ok",
}
FORBIDDING = {
    Mark.LOST: frozenset({"lost"}),
    Mark.MISSING: frozenset({"lost", "missing"}),
    Mark.DAMAGED: frozenset({"lost", "missing", "claimed_returned", "damaged"}),
    Mark.REPAIRED: frozenset({"lost", "missing", "claimed_returned"}),
    Mark.CLAIMED: frozenset({"claimed_returned"}),
    Mark.UNCLAIMED: frozenset[str](),
}
"""Conditions in which a mark says nothing new, or about which a scan has to decide first."""
GONE = frozenset({Mark.LOST, Mark.MISSING})
OUT_OF_PLACE = frozenset({"on_loan", "in_transit", "on_hold_shelf"})


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkDecision:
    """What a mark writes. ``loan`` is ``lose`` (it ends as lost), ``close`` (the reader had given the item back: 代收),
    ``claim``, ``unclaim`` or empty; ``cancels`` ends the transit, ``puts_back`` the captured hold's claim to it."""

    state: str
    condition: str
    loan: str
    cancels: bool
    puts_back: bool


def blocks_for_mark(facts: MarkFacts, mark: Mark) -> tuple[Block, ...]:
    """Every reason against noting this."""
    item, loan = facts.item, facts.loan
    if item is None:
        return (Block(BlockCode.ITEM_UNKNOWN),)
    if item.state == "withdrawn":
        return (Block(BlockCode.ITEM_WITHDRAWN),)
    blocks = []
    if item.condition in FORBIDDING[mark]:
        blocks.append(Block(CONDITION_BLOCKS[item.condition].code))
    if mark is Mark.MISSING and is_in_hand(loan):
        blocks.append(Block(BlockCode.ITEM_ON_LOAN_TO_OTHER))
    if mark is Mark.REPAIRED and item.condition == "ok":
        blocks.append(Block(BlockCode.NOT_DAMAGED))
    if mark is Mark.UNCLAIMED and item.condition != "claimed_returned":
        blocks.append(Block(BlockCode.NOT_CLAIMED))
    if mark is Mark.CLAIMED:
        blocks += _claim_blocks(facts)
    return tuple(blocks)


def _claim_blocks(facts: MarkFacts) -> list[Block]:
    if not is_in_hand(facts.loan):
        return [Block(BlockCode.ITEM_TAKEN_ELSEWHERE if facts.loan else BlockCode.NOT_ON_LOAN)]
    if facts.open_claims >= MAX_OPEN_CLAIMS:
        numbers = {"limit": MAX_OPEN_CLAIMS, "count": facts.open_claims}
        return [Block(BlockCode.CLAIM_LIMIT, Act.WAIVE_LIMIT, numbers)]
    return []


def decide_mark(facts: MarkFacts, mark: Mark) -> MarkDecision:
    """What follows. Of an item that is gone the transit ends and the hold waits for the next one; damaged it goes on to
    where it was sent, but for no hold. A loan ends as lost with the item, except where its reader had given it back
    (代收): then it is simply closed."""
    item = facts.item
    assert item is not None
    loan = {Mark.CLAIMED: "claim", Mark.UNCLAIMED: "unclaim"}.get(mark, "")
    if mark in GONE and facts.loan is not None:
        loan = "lose" if is_in_hand(facts.loan) else "close"
    puts_back = facts.captured is not None and (mark in GONE or mark is Mark.DAMAGED)
    leaves_shelf = puts_back and item.state == "on_hold_shelf"
    is_free = leaves_shelf or (mark in GONE and item.state in OUT_OF_PLACE)
    return MarkDecision(
        state=after(item.state, Step.LOSE) if is_free else item.state,
        condition=CONDITION_OF[mark],
        loan=loan,
        cancels=mark in GONE and facts.transit is not None,
        puts_back=puts_back,
    )


def is_in_hand(loan: Loan | None) -> bool:
    """Whether a reader has the item: it is on loan and nobody has taken it back."""
    return loan is not None and loan.taken_at is None
