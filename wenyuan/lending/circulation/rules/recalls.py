"""Recalls (催还): which loan a waiting hold asks back, and when it falls due then."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from wenyuan.kernel.opening import OnClosedDay, OpeningCalendar, local_day, place_due_date
from wenyuan.lending.circulation.facts import LoanOfTitle, WaitingHold
from wenyuan.lending.circulation.policies import Policy
from wenyuan.lending.circulation.rules.due import Due, due_of_base
from wenyuan.lending.circulation.rules.holds import others_can_serve


@dataclass(frozen=True, slots=True)
class Recall:
    """A loan, and when it falls due by the recall."""

    loan: LoanOfTitle
    due: Due


def due_of_recall(
    policy: Policy | None, loan: LoanOfTitle, *, today: date, calendar: OpeningCalendar, zone: tzinfo
) -> Due | None:
    """When a loan that is recalled today falls due; none where nothing is recalled, or it would not be due earlier.

    It is given ``recall_days`` from today, and its reader keeps it for ``guaranteed_days`` from the day on which it was
    lent, however often it was renewed; on a closed day it falls due on the next open one. What comes out is a base like
    any other: closures move it, and it is not moved back behind what it was.
    """
    if policy is None or policy.recall_days is None:
        return None
    kept_until = local_day(loan.lent_at, zone) + timedelta(days=policy.guaranteed_days)
    base = place_due_date(
        base=max(today + timedelta(days=policy.recall_days), kept_until),
        earliest=today,
        calendar=calendar.without_closures,
        on_closed=OnClosedDay.NEXT,
    )
    if base >= loan.base_due_date:
        return None
    due = due_of_base(base, calendar=calendar, zone=zone, reader=loan.patron_id)
    return due if due.at < loan.due_at else None


def loan_to_recall(
    recallable: Iterable[Recall],
    loans: Iterable[LoanOfTitle],
    *,
    waiting: Sequence[WaitingHold],
    free_homes: Sequence[int],
    lends: Callable[[int, int], bool],
    at: datetime,
) -> Recall | None:
    """The loan that is asked back for the holds that wait for its title: of those not recalled yet the one that the
    recall makes due first, and of equals the one that has been lent longest.

    None where what stands on the shelves, and what is due by then anyway, serves every hold. A loan that is overdue is
    not counted upon: nobody knows when it comes.
    """
    chosen = min(recallable, key=lambda recall: (recall.due.at, recall.loan.lent_at, recall.loan.id), default=None)
    if chosen is None:
        return None
    coming = [
        loan.item.home_branch_id for loan in loans if loan.id != chosen.loan.id and at <= loan.due_at <= chosen.due.at
    ]
    if waiting and others_can_serve(waiting, [*free_homes, *coming], lends):
        return None
    return chosen
