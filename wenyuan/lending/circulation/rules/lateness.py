"""What lateness costs by the policy: money and days of suspension."""

from datetime import date
from decimal import Decimal

from wenyuan.lending.circulation.facts import Loan
from wenyuan.lending.circulation.policies import MoneyPolicy
from wenyuan.lending.fees.data import MOST_FEN, FineTerms, FoundTerms, Per, overdue_fine, suspension_days
from wenyuan.plumbing.clock import local_date


def terms_day(loan: Loan) -> date:
    """The day whose rules say what a loan costs when it is late: those that the reader agreed to when they borrowed or
    last renewed it. A rate that begins later makes no loan dearer that is out already."""
    return local_date(loan.renewed_at or loan.lent_at)


def minds(money: MoneyPolicy, days_late: int) -> bool:
    """Whether so many days late cost anything; grace forgives all or nothing (R-12)."""
    return days_late > money.grace_days and money.minds_lateness


def fine_of(money: MoneyPolicy, days_late: int, *, price_fen: int) -> int:
    """What a loan so many open days late costs in fen, all rows together (R-10 to R-13). No more than any charge may
    be: an absurd rate must not keep an item from being returned."""
    terms = FineTerms(
        rate_fen=money.fine_day_fen,
        grace_minutes=money.grace_days * Per.DAY,
        cap_fen=money.fine_cap_fen,
        price_fen=price_fen if money.fine_capped_at_price else None,
    )
    return min(overdue_fine(days_late * Per.DAY, terms), MOST_FEN)


def days_suspended(money: MoneyPolicy, days_late: int) -> int:
    """For how many days a late return suspends (R-16)."""
    return suspension_days(
        days_late,
        factor=Decimal(money.suspension_percent) / 100,
        most_days=money.max_suspension_days,
        grace_days=money.grace_days,
    )


def found_terms(money: MoneyPolicy) -> FoundTerms:
    """When the price of a lost item that is found is given back (R-29): always, unless a row says within how many days,
    or never."""
    return FoundTerms(restores=money.found_days != 0, within_days=money.found_days)
