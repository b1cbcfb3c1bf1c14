"""Holds: what stands against one, which one a scanned item serves, and whether a loan may be renewed beside them."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta

from wenyuan.kernel.opening import OpeningCalendar
from wenyuan.lending.circulation.data import Block, BlockCode, HoldsAllowed
from wenyuan.lending.circulation.facts import Hold, HoldFacts, Item, ItemOfBib, WaitingHold
from wenyuan.lending.circulation.policies import HoldPolicy, Policy
from wenyuan.lending.circulation.rules.blocks import Place, card_blocks, is_old_enough, patron_blocks
from wenyuan.lending.circulation.rules.returns import FOUND_AGAIN
from wenyuan.organisation.rights.data import Act

OUT_OF_ORDER = frozenset({"lost", "missing", "claimed_returned", "damaged"})
BUSY = frozenset({"in_process", "withdrawn"})


def may_serve(item: Item, *, place: Place, policy: Policy | None) -> bool:
    """Whether a scanned item may serve a hold whose pickup branch is ``place``, by the policy there."""
    return is_for_readers(item) and _lent_there(place, policy)


def is_for_readers(item: Item) -> bool:
    """Whether an item that is scanned may be handed to any reader.

    What was lost and is scanned is found; what is damaged is not handed to the next reader.
    """
    return (
        item.lendable == "yes" and (item.condition == "ok" or item.condition in FOUND_AGAIN) and item.state not in BUSY
    )


def _lent_there(place: Place, policy: Policy | None) -> bool:
    return place.open_for_business and place.lends_with_home and policy is not None and not policy.in_library_only


def first_served(waiting: Iterable[Hold], serves: Callable[[Hold], bool]) -> Hold | None:
    """The hold that a scanned item is captured for: the first of the queue that it may serve."""
    return next((hold for hold in waiting if serves(hold)), None)


def blocks_for_hold(
    facts: HoldFacts,
    servants: Sequence[ItemOfBib],
    policy: HoldPolicy,
    *,
    pickup: Place,
    minimum_age: int,
    not_before: date | None,
    not_after: date | None,
    today: date,
) -> tuple[Block, ...]:
    """Every reason against placing this hold. ``servants`` are the items of the title that might serve it there, and
    ``minimum_age`` the lowest from which one of them is lent; 0 for any."""
    blocks = card_blocks(facts.card_status)
    if facts.patron:
        blocks += patron_blocks(facts.patron, today=today)
    if facts.bib_id is None:
        blocks.append(Block(BlockCode.ITEM_UNKNOWN if facts.by_barcode else BlockCode.RECORD_UNKNOWN))
        return tuple(blocks)
    if not pickup.open_for_business:
        blocks.append(Block(BlockCode.BRANCH_CLOSED_DOWN))
    if not_after is not None and not_after < max(today, not_before or today):
        blocks.append(Block(BlockCode.HOLD_DATES))
    if any(mine.item_id in (None, facts.item_id) or facts.item_id is None for mine in facts.mine):
        blocks.append(Block(BlockCode.HOLD_EXISTS))
    if facts.has_it:
        blocks.append(Block(BlockCode.HOLD_OF_OWN_LOAN))
    # Of nobody's card it is told that it is nobody's, and not how old one must be.
    asked_age, birth_date = (minimum_age, facts.patron.birth_date) if facts.patron else (0, None)
    blocks += blocks_by_policy(
        servants, policy, minimum_age=asked_age, birth_date=birth_date, others=len(facts.slots), today=today
    )
    return tuple(blocks)


def blocks_by_policy(
    servants: Sequence[ItemOfBib],
    policy: HoldPolicy,
    *,
    minimum_age: int,
    birth_date: date | None,
    others: int,
    today: date,
) -> list[Block]:
    """What the pickup branch's policy says against a hold there, of a reader who has ``others`` besides."""
    blocks = []
    if not servants or policy.holds == HoldsAllowed.NONE:
        blocks.append(Block(BlockCode.NOTHING_TO_HOLD))
    elif policy.holds == HoldsAllowed.ON_LOAN and any(item.state == "available" for item in servants):
        blocks.append(Block(BlockCode.HOLD_ON_LOAN_ONLY))
    if minimum_age and not is_old_enough(birth_date, minimum_age, today):
        blocks.append(Block(BlockCode.PATRON_TOO_YOUNG, Act.WAIVE_LIMIT, {"age": minimum_age}))
    if policy.max_holds is not None and others >= policy.max_holds:
        blocks.append(Block(BlockCode.HOLD_LIMIT, Act.WAIVE_LIMIT, {"limit": policy.max_holds, "count": others}))
    return blocks


def can_be_held(item: ItemOfBib, *, place: Place, policy: Policy | None) -> bool:
    """Whether an item, wherever it is now, may serve a hold one day at that pickup branch."""
    return (
        item.lendable == "yes"
        and item.condition not in OUT_OF_ORDER
        and item.state != "withdrawn"
        and _lent_there(place, policy)
    )


def shelf_until(*, today: date, days: int, calendar: OpeningCalendar) -> date:
    """The last day on which an item that is put on the hold shelf today is kept: the ``days``-th open day after it.

    A closure without a last day is reckoned with up to its horizon. A calendar with too few open days within a year
    gives no guidance: then plain days count.
    """
    open_days = calendar.open_again(today, count=days)
    if len(open_days) < days:
        return today + timedelta(days=days)
    return open_days[-1] if days else today


def others_can_serve(
    waiting: Sequence[WaitingHold], free_homes: Sequence[int], lends: Callable[[int, int], bool]
) -> bool:
    """Whether every waiting hold could be filled by free items of the title, one each, so that a loan may go on.

    ``free_homes`` are the home branches of the free items; ``lends(pickup, home)`` says whether such an item may be
    handed out there. A hold of the loaned item itself can be filled by nothing else.
    """
    if len(free_homes) < len(waiting):
        return False
    given: dict[int, int] = {}  # free item → hold

    def find_for(hold: int, tried: set[int]) -> bool:
        for free, home in enumerate(free_homes):
            if free in tried or not lends(waiting[hold].pickup_branch_id, home):
                continue
            tried.add(free)
            if free not in given or find_for(given[free], tried):
                given[free] = hold
                return True
        return False

    return all(hold.item_id is None for hold in waiting) and all(find_for(hold, set()) for hold in range(len(waiting)))
