"""Why a checkout or renewal is refused."""

from datetime import date

from wenyuan.kernel.identity import age_on
from wenyuan.kernel.money import yuan_text
from wenyuan.kernel.values import light_value
from wenyuan.lending.circulation.data import Block, BlockCode
from wenyuan.lending.circulation.facts import Account, CheckoutFacts, Hold, Holdings, Item, Loan, Patron, RenewalFacts
from wenyuan.lending.circulation.policies import MoneyPolicy, Policy
from wenyuan.organisation.rights.data import Act

STATE_BLOCKS = {
    "in_transit": Block(BlockCode.ITEM_IN_TRANSIT, Act.RECEIVE_TRANSIT),
    "on_hold_shelf": Block(BlockCode.ITEM_ON_HOLD_SHELF, Act.WAIVE_HOLD),
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


@light_value()
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
    blocks += card_blocks(facts.card_status)
    if facts.patron:
        blocks += patron_blocks(facts.patron, today=today)
    if facts.item is None:
        blocks.append(Block(BlockCode.ITEM_UNKNOWN))
    else:
        blocks += _item_blocks(facts.item, facts.loan, facts.patron, place, facts.captured)
    if facts.item and facts.patron and not _has_it(facts.loan, facts.patron):
        blocks += _policy_blocks(facts.item, facts.patron, policy, today=today)
        blocks += limit_blocks(facts.holdings, policy, item_type_id=facts.item.type_id)
        if policy is not None:
            blocks += debt_blocks(facts.account, policy.money)
            blocks += deposit_blocks(facts.account, policy.money, worth_fen=facts.worth_fen)
    return tuple(blocks)


def _policy_blocks(item: Item, patron: Patron, policy: Policy | None, *, today: date) -> list[Block]:
    """What the policy says against this patron or this kind of item, apart from how much they have already."""
    blocks: list[Block] = []
    if policy is None:
        return blocks
    if policy.in_library_only and item.lendable != "in_library":
        blocks.append(LENDABLE_BLOCKS["in_library"])
    if policy.minimum_age is not None and not is_old_enough(patron.birth_date, policy.minimum_age, today):
        blocks.append(Block(BlockCode.PATRON_TOO_YOUNG, Act.WAIVE_LIMIT, {"age": policy.minimum_age}))
    return blocks


def is_old_enough(birth_date: date | None, age: int, today: date) -> bool:
    """One whose age nobody knows is not: a minor may not be lent what is not for minors (公共图书馆法 37)."""
    return birth_date is not None and birth_date <= today and age_on(birth=birth_date, on=today) >= age


def card_blocks(card_status: str | None) -> list[Block]:
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


def _item_blocks(
    item: Item, loan: Loan | None, patron: Patron | None, place: Place, captured: Hold | None
) -> list[Block]:
    blocks: list[Block] = []
    is_own = captured is not None and patron is not None and captured.patron_id == patron.id
    if loan is not None:
        blocks.append(Block(_code_of_open_loan(loan, patron)))
    elif (block := STATE_BLOCKS.get(item.state)) and not (item.state == "on_hold_shelf" and is_own):
        blocks.append(block)
    if captured is not None and captured.state == "in_transit" and not is_own:
        blocks.append(Block(BlockCode.ITEM_HELD, Act.WAIVE_HOLD))
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


def debt_blocks(account: Account, money: MoneyPolicy) -> list[Block]:
    """Who owes more than the policy lets them owe, to the fen (R-49)."""
    if money.max_owed_fen is None or account.owed_fen <= money.max_owed_fen:
        return []
    amounts = {"amount": yuan_text(account.owed_fen), "most": yuan_text(money.max_owed_fen)}
    return [Block(BlockCode.DEBTS, Act.WAIVE_LIMIT, amounts)]


def deposit_blocks(account: Account, money: MoneyPolicy, *, worth_fen: int = 0) -> list[Block]:
    """Whose deposit is less than the policy wants, or than all loans are worth together with this one (R-50)."""
    blocks: list[Block] = []
    held = yuan_text(account.held_fen)
    if account.held_fen < money.deposit_fen:
        wanted = {"amount": held, "most": yuan_text(money.deposit_fen)}
        blocks.append(Block(BlockCode.DEPOSIT_WANTED, Act.WAIVE_LIMIT, wanted))
    if money.value_within_deposit and worth_fen > account.held_fen:
        worth = {"amount": yuan_text(worth_fen), "most": held}
        blocks.append(Block(BlockCode.VALUE_ABOVE_DEPOSIT, Act.WAIVE_LIMIT, worth))
    return blocks


def blocks_for_renewal(
    facts: RenewalFacts,
    policy: Policy | None,
    *,
    with_card: bool,
    is_wanted: bool,
    is_recalled: bool = False,
    today: date,
) -> tuple[Block, ...]:
    """Every reason against renewing; whether it gains anything is decided with its due date. ``is_wanted``: a hold
    waits that only this item can fill; ``is_recalled``: the loan was recalled, and a hold still waits that it might
    fill. No waiver beats either.

    A card that is shown must count as at a checkout; one that is nobody's learns nothing of the loan.
    """
    blocks = card_blocks(facts.card_status) if with_card else []
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
    if policy is not None:
        blocks += debt_blocks(facts.account, policy.money)
    if is_recalled:
        blocks.append(Block(BlockCode.RENEWAL_RECALLED))
    elif is_wanted:
        blocks.append(Block(BlockCode.RENEWAL_WANTED))
    if block := CONDITION_BLOCKS.get(facts.item.condition):
        blocks.append(block)
    return tuple(blocks)
