"""Whether a request is the one that was just answered: its answer was lost on the way."""

from datetime import datetime, timedelta

from wenyuan.lending.circulation.facts import HoldFacts, Loan, OwnHold, Patron, ReturnFacts
from wenyuan.lending.circulation.rules.returns import FOUND_AGAIN

REPEAT_WINDOW = timedelta(minutes=10)
"""Within this time, by clocks that may differ a little, the same account asking again gets the first answer."""


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
    """Whether this machine renewed this loan within ``REPEAT_WINDOW``; of no account (0) are a reader at the portal and
    the clock, whose renewal is as good as the reader's."""
    return (
        loan.renewed_at is not None
        and (loan.renewed_by_id or 0) == account_id
        and abs(at - loan.renewed_at) <= REPEAT_WINDOW
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


def repeated_hold(facts: HoldFacts, *, account_id: int, at: datetime) -> OwnHold | None:
    """The hold that this very machine placed for this patron on this title or item within ``REPEAT_WINDOW``."""
    return next(
        (
            hold
            for hold in facts.mine
            if hold.item_id == facts.item_id and hold.account_id == account_id
            if abs(at - hold.placed_at) <= REPEAT_WINDOW
        ),
        None,
    )
