"""Circulation's decisions: facts in, blocks, dates and routes out. No database, no clock."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from wenyuan.kernel.identity import age_on
from wenyuan.kernel.opening import (
    OnClosedDay,
    OpeningCalendar,
    RenewFrom,
    end_of_local_day,
    place_due_date,
    renewed_base_due_date,
)
from wenyuan.lending.circulation.data import Block, BlockCode
from wenyuan.lending.circulation.facts import CheckoutFacts, Holdings, Item, Loan, Patron, RenewalFacts, ReturnFacts
from wenyuan.lending.circulation.policies import FixedDue, Policy
from wenyuan.organisation.rights.data import Act

REPEAT_WINDOW = timedelta(minutes=10)
"""Within this time, by clocks that may differ a little, the same account asking again gets the first answer."""

STATE_BLOCKS = {
    "in_transit": Block(BlockCode.ITEM_IN_TRANSIT, Act.RECEIVE_TRANSIT),
    "on_hold_shelf": Block(BlockCode.ITEM_ON_HOLD_SHELF),
    "in_process": Block(BlockCode.ITEM_IN_PROCESS),
    "withdrawn": Block(BlockCode.ITEM_WITHDRAWN),
}
CONDITION_BLOCKS = {
    "damaged": Block(BlockCode.ITEM_DAMAGED, Act.WAIVE_CONDITION),
    "lost": Block(BlockCode.ITEM_LOST),
    "missing": Block(BlockCode.ITEM_MISSING, Act.WAIVE_CONDITION),
    "claimed_returned": Block(BlockCode.ITEM_CLAIMED_RETURNED),
}
LENDABLE_BLOCKS = {
    "no": Block(BlockCode.ITEM_NOT_LENDABLE),
    "in_library": Block(BlockCode.ITEM_IN_LIBRARY_ONLY, Act.WAIVE_CONDITION),
}
CARD_BLOCKS = {"lost": BlockCode.CARD_LOST, "replaced": BlockCode.CARD_REPLACED, "removed": BlockCode.PATRON_UNKNOWN}
FOUND_AGAIN = frozenset({"lost", "missing", "claimed_returned"})
KEPT_STATES = frozenset({"in_process", "on_hold_shelf"})
"""A scan notes where such an item is and leaves to those who work on it what becomes of it."""


@dataclass(frozen=True, slots=True)
class Place:
    """What the desk's branch means for the item: whether it still works, and shares a lending group with its home."""

    branch_id: int
    open_for_business: bool
    lends_with_home: bool


def blocks_for_checkout(facts: CheckoutFacts, policy: Policy | None, *, place: Place, today: date) -> tuple[Block, ...]:
    """Every reason against lending this item to this patron here today.

    What the patron has already asks to be renewed: limits, lending group and policy are a renewal's matter then.
    """
    blocks: list[Block] = []
    if not place.open_for_business:
        blocks.append(Block(BlockCode.BRANCH_CLOSED_DOWN))
    blocks += _card_blocks(facts.card_status)
    if facts.patron:
        blocks += patron_blocks(facts.patron, today=today)
    if facts.item is None:
        blocks.append(Block(BlockCode.ITEM_UNKNOWN))
    else:
        blocks += _item_blocks(facts.item, facts.loan, facts.patron, place)
    if facts.item and facts.patron and not _has_it(facts.loan, facts.patron):
        blocks += _policy_blocks(facts.item, facts.patron, policy, today=today)
        blocks += limit_blocks(facts.holdings, policy, item_type_id=facts.item.type_id)
    return tuple(blocks)


def _policy_blocks(item: Item, patron: Patron, policy: Policy | None, *, today: date) -> list[Block]:
    """What the policy says against this patron or this kind of item, apart from how much they have already."""
    blocks: list[Block] = []
    if policy is None:
        return blocks
    if policy.in_library_only and item.lendable != "in_library":
        blocks.append(LENDABLE_BLOCKS["in_library"])
    if policy.minimum_age is not None and not _is_old_enough(patron.birth_date, policy.minimum_age, today):
        blocks.append(Block(BlockCode.PATRON_TOO_YOUNG, Act.WAIVE_LIMIT, {"age": policy.minimum_age}))
    return blocks


def _is_old_enough(birth_date: date | None, age: int, today: date) -> bool:
    """One whose age nobody knows is not: a minor may not be lent what is not for minors (公共图书馆法 37)."""
    return birth_date is not None and birth_date <= today and age_on(birth=birth_date, on=today) >= age


def _card_blocks(card_status: str | None) -> list[Block]:
    if card_status is None:
        return [Block(BlockCode.PATRON_UNKNOWN)]
    code = CARD_BLOCKS.get(card_status)
    return [Block(code)] if code else []


def patron_blocks(patron: Patron, *, today: date) -> list[Block]:
    """Reasons that lie with the patron alone."""
    blocks: list[Block] = []
    if patron.status == "closed":
        blocks.append(Block(BlockCode.PATRON_CLOSED))
    elif patron.status == "suspended" and (patron.suspended_until is None or today <= patron.suspended_until):
        until = {"until": patron.suspended_until.isoformat()} if patron.suspended_until else {}
        blocks.append(Block(BlockCode.PATRON_SUSPENDED, facts=until))
    if patron.expires_date is not None and patron.expires_date < today:
        blocks.append(Block(BlockCode.PATRON_EXPIRED, Act.WAIVE_EXPIRY, {"expired": patron.expires_date.isoformat()}))
    return blocks


def _item_blocks(item: Item, loan: Loan | None, patron: Patron | None, place: Place) -> list[Block]:
    blocks: list[Block] = []
    if loan is not None:
        blocks.append(Block(_code_of_open_loan(loan, patron)))
    elif block := STATE_BLOCKS.get(item.state):
        blocks.append(block)
    if block := CONDITION_BLOCKS.get(item.condition):
        blocks.append(block)
    if _has_it(loan, patron):
        return blocks
    if block := LENDABLE_BLOCKS.get(item.lendable):
        blocks.append(block)
    if not place.lends_with_home:
        blocks.append(Block(BlockCode.OTHER_LENDING_GROUP, facts={"home": item.home_branch_id}))
    return blocks


def _code_of_open_loan(loan: Loan, patron: Patron | None) -> BlockCode:
    if loan.taken_at is not None:
        return BlockCode.ITEM_TAKEN_ELSEWHERE
    return BlockCode.ITEM_ON_LOAN_ALREADY if _has_it(loan, patron) else BlockCode.ITEM_ON_LOAN_TO_OTHER


def _has_it(loan: Loan | None, patron: Patron | None) -> bool:
    """Whether the item is in this very patron's hands."""
    return loan is not None and patron is not None and loan.patron_id == patron.id and loan.taken_at is None


def limit_blocks(holdings: Holdings, policy: Policy | None, *, item_type_id: int) -> list[Block]:
    """Reasons that lie in how much the patron already has; a patron's totals count in the whole network."""
    if policy is None:
        return [Block(BlockCode.NO_POLICY)]
    blocks = total_blocks(holdings, max_loans=policy.max_loans, max_overdue=policy.max_overdue)
    of_type = holdings.item_types.count(item_type_id)
    if policy.max_loans_of_type is not None and of_type >= policy.max_loans_of_type:
        numbers = {"limit": policy.max_loans_of_type, "count": of_type}
        blocks.append(Block(BlockCode.LOAN_LIMIT_OF_TYPE, Act.WAIVE_LIMIT, numbers))
    return blocks


def total_blocks(holdings: Holdings, *, max_loans: int | None, max_overdue: int | None) -> list[Block]:
    """Reasons against any further loan, whatever the item."""
    blocks: list[Block] = []
    if max_loans is not None and holdings.count >= max_loans:
        blocks.append(Block(BlockCode.LOAN_LIMIT, Act.WAIVE_LIMIT, {"limit": max_loans, "count": holdings.count}))
    if max_overdue is not None and holdings.overdue > max_overdue:
        blocks.append(Block(BlockCode.OVERDUE_LOANS, Act.WAIVE_OVERDUE, {"count": holdings.overdue}))
    return blocks


@dataclass(frozen=True, slots=True)
class Due:
    """The base date the policy gave, the open day it falls on, and the last second of that day (UTC)."""

    base: date
    day: date
    at: datetime


def due_of_loan(
    policy: Policy, *, today: date, expires: date | None = None, calendar: OpeningCalendar, zone: tzinfo
) -> Due:
    """When an item lent today falls due: the end of the local day, on an open day of the lending branch.

    ``expires`` is the last day of the patron's membership; only a policy that says so ends a loan with it.
    """
    base = _with_fixed_date(today + timedelta(days=policy.loan_days), policy, today)
    return _placed(base, policy, earliest=today, expires=expires, calendar=calendar, zone=zone)


def due_of_renewal(
    policy: Policy,
    loan: Loan,
    *,
    current: date,
    today: date,
    expires: date | None = None,
    calendar: OpeningCalendar,
    zone: tzinfo,
) -> Due:
    """When a renewed loan falls due: counted by today's row, from today or from the due date as it says, and never
    before its present due date, whatever the row says."""
    counted = renewed_base_due_date(
        current_due=loan.base_due_date,
        today=today,
        renewal_days=policy.renewal_days,
        count_from=RenewFrom(policy.renewals_from),
    )
    base = max(_with_fixed_date(counted, policy, today), loan.base_due_date)
    earliest = max(current, today)
    due = _placed(max(base, current), policy, earliest=earliest, expires=expires, calendar=calendar, zone=zone)
    return Due(base, due.day, due.at)


def _with_fixed_date(counted: date, policy: Policy, today: date) -> date:
    """The counted date as the policy's fixed date binds it; one that has passed binds no longer."""
    fixed = policy.fixed_due_date
    if fixed is None or fixed < today:
        return counted
    match FixedDue(policy.fixed_due_rule):
        case FixedDue.EXACTLY:
            return fixed
        case FixedDue.NOT_AFTER:
            return min(counted, fixed)
        case FixedDue.NOT_BEFORE:
            return max(counted, fixed)


def _placed(
    base: date, policy: Policy, *, earliest: date, expires: date | None, calendar: OpeningCalendar, zone: tzinfo
) -> Due:
    day = place_due_date(
        base=base,
        earliest=earliest,
        calendar=calendar,
        on_closed=OnClosedDay(policy.on_closed_day),
        not_after=expires if policy.due_by_expiry else None,
    )
    return Due(base, day, end_of_local_day(day, zone))


def repeats_checkout(loan: Loan | None, patron: Patron | None, *, account_id: int, at: datetime) -> bool:
    """Whether this very machine lent this item to this patron within ``REPEAT_WINDOW``: the answer was lost."""
    return (
        loan is not None
        and patron is not None
        and loan.patron_id == patron.id
        and loan.account_id == account_id
        and loan.taken_at is None
        and abs(at - loan.lent_at) <= REPEAT_WINDOW
    )


def repeats_renewal(loan: Loan, *, account_id: int, at: datetime) -> bool:
    """Whether this machine renewed this loan within ``REPEAT_WINDOW``."""
    return (
        loan.renewed_at is not None and loan.renewed_by_id == account_id and abs(at - loan.renewed_at) <= REPEAT_WINDOW
    )


def repeats_return(facts: ReturnFacts, *, account_id: int, branch_id: int, at: datetime) -> bool:
    """Whether this account took this item back at this branch within ``REPEAT_WINDOW`` and nothing happened since."""
    return (
        facts.loan is None
        and facts.last is not None
        and facts.last.returned_by_id == account_id
        and facts.last.return_branch_id == branch_id
        and abs(at - facts.last.returned_at) <= REPEAT_WINDOW
        and facts.item is not None
        and facts.item.present_branch_id == branch_id
        and facts.item.condition not in FOUND_AGAIN
        and (facts.transit is None or facts.transit.to_branch_id != branch_id)
    )


def blocks_for_renewal(
    facts: RenewalFacts, policy: Policy | None, *, with_card: bool, today: date
) -> tuple[Block, ...]:
    """Every reason against renewing; whether it gains anything is decided with its due date.

    A card that is shown must count as at a checkout; one that is nobody's learns nothing of the loan.
    """
    blocks = _card_blocks(facts.card_status) if with_card else []
    is_nobodys = any(block.code is BlockCode.PATRON_UNKNOWN for block in blocks)
    if facts.item is None:
        return (*blocks, Block(BlockCode.ITEM_UNKNOWN))
    loan, patron = facts.loan, facts.patron
    if loan is None or patron is None or loan.taken_at is not None:
        return (*blocks, Block(BlockCode.NOT_ON_LOAN))
    if is_nobodys:
        return tuple(blocks)
    if with_card and not facts.card_is_patrons:
        return (*blocks, Block(BlockCode.ITEM_ON_LOAN_TO_OTHER))
    blocks += patron_blocks(patron, today=today)
    if policy is None:
        blocks.append(Block(BlockCode.NO_POLICY))
    elif policy.max_renewals is not None and loan.renewals >= policy.max_renewals:
        numbers = {"limit": policy.max_renewals, "count": loan.renewals}
        blocks.append(Block(BlockCode.RENEWAL_LIMIT, Act.WAIVE_LIMIT, numbers))
    if block := CONDITION_BLOCKS.get(facts.item.condition):
        blocks.append(block)
    return tuple(blocks)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnDecision:
    """What a check-in writes. ``loan`` and ``transit`` name the steps of ``sql.return_statement``.

    ``changes`` is false where the item is just where it belongs and nothing is written.
    """

    loan: str
    transit: str
    send_to: int | None
    send_reason: str
    state: str
    condition: str
    arrived: bool
    changes: bool


def decide_return(facts: ReturnFacts, *, place: Place, return_route: str) -> ReturnDecision:
    """Where a scanned item goes: it closes its loan, ends or continues its transit, stays, travels home or floats.

    Outside the home's lending group a loan is not closed but taken (代收) and the item is sent to its home branch,
    where it can be. What is already on its way goes on to where it was sent. ``return_route`` is what the policy of its
    home says of an item in its group away from home.
    """
    item, transit = facts.item, facts.transit
    assert item is not None
    loan = ""
    if facts.loan is not None and place.lends_with_home:
        loan = "close"
    elif facts.loan is not None and facts.loan.taken_at is None:
        loan = "take"
    arrived = transit is not None and transit.to_branch_id == place.branch_id
    send_to, reason = _destination(facts, place, return_route, arrived)
    how = ""
    if transit is not None:
        if arrived and send_to is None:
            how = "receive"
        elif send_to is not None and (send_to, place.branch_id) != (transit.to_branch_id, transit.from_branch_id):
            how = "turn"
        elif send_to is None:
            how = "cancel"
    state = "in_transit" if send_to is not None else _state_at_rest(item, facts)
    sends = send_to is not None and (transit is None or how == "turn")
    condition = "ok" if item.condition in FOUND_AGAIN else item.condition
    return ReturnDecision(
        loan=loan,
        transit=how,
        send_to=send_to,
        send_reason=reason,
        state=state,
        condition=condition,
        arrived=arrived,
        changes=bool(loan or how or sends)
        or item.present_branch_id != place.branch_id
        or condition != item.condition
        or state != item.state,
    )


def _destination(facts: ReturnFacts, place: Place, return_route: str, arrived: bool) -> tuple[int | None, str]:
    item, transit = facts.item, facts.transit
    assert item is not None
    if facts.loan is None and transit is None and item.state in KEPT_STATES:
        return None, ""
    if facts.loan is None and transit is not None and not arrived:
        return transit.to_branch_id, transit.reason
    if item.home_branch_id == place.branch_id:
        return None, ""
    if not place.lends_with_home:
        # Sent here on purpose (a moved item) it stays; a loan still open, or a stray, goes where it can be closed.
        if arrived and facts.loan is None:
            return None, ""
        return item.home_branch_id, "send_on" if facts.loan is not None else "home"
    if arrived and facts.loan is None:
        return None, ""
    if return_route == "stay":
        stays_at = facts.loan.branch_id if facts.loan is not None else item.present_branch_id
        return (None, "") if stays_at == place.branch_id else (stays_at, "stay")
    return (None, "") if return_route == "float" else (item.home_branch_id, "home")


def _state_at_rest(item: Item, facts: ReturnFacts) -> str:
    if facts.loan is not None or facts.transit is not None or item.state in ("on_loan", "in_transit"):
        return "available"
    return item.state
