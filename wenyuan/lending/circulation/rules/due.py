"""When a loan falls due."""

from datetime import date, datetime, timedelta, tzinfo

from wenyuan.kernel.opening import (
    OnClosedDay,
    OpeningCalendar,
    RenewFrom,
    end_of_local_day,
    place_after_closures,
    place_due_date,
    renewed_base_due_date,
)
from wenyuan.kernel.values import light_value
from wenyuan.lending.circulation.data import FixedDue
from wenyuan.lending.circulation.facts import Loan
from wenyuan.lending.circulation.policies import Policy


@light_value()
class Due:
    """The base: the day that policy, ordinary calendar and card give as if there were no closure; the day on which the
    loan falls due under the closures in force; and the last second of that day (UTC)."""

    base: date
    day: date
    at: datetime


@light_value()
class DueSteps:
    """How a due date came about: the day counted from today, that day as a fixed date binds it, the base on the
    ordinary calendar and under the card's last day, and the day under the closures in force."""

    counted: date
    bound: date
    base: date
    day: date


def due_of_loan(
    policy: Policy,
    *,
    today: date,
    expires: date | None = None,
    calendar: OpeningCalendar,
    zone: tzinfo,
    reader: int = 0,
) -> Due:
    """When an item lent today falls due: the end of the local day, on an open day of the lending branch.

    ``expires`` is the last day of the patron's membership; only a policy that says so ends a loan with it, and not
    before a closure has ended. ``reader`` is the patron's id, by which loans are spread after a closure.
    """
    steps = steps_of_loan(policy, today=today, expires=expires, calendar=calendar, reader=reader)
    return Due(steps.base, steps.day, end_of_local_day(steps.day, zone))


def steps_of_loan(
    policy: Policy, *, today: date, expires: date | None = None, calendar: OpeningCalendar, reader: int = 0
) -> DueSteps:
    """The days through which ``due_of_loan`` comes to its day."""
    counted = today + timedelta(days=policy.loan_days)
    bound = _with_fixed_date(counted, policy, today)
    base = _base(bound, policy, today=today, expires=expires, calendar=calendar)
    return DueSteps(counted, bound, base, place_after_closures(base=base, calendar=calendar, reader=reader).day)


def due_of_base(base: date, *, calendar: OpeningCalendar, zone: tzinfo, reader: int) -> Due:
    """When a loan with this base falls due under the closures in force; a run over many loans says the same."""
    day = place_after_closures(base=base, calendar=calendar, reader=reader).day
    return Due(base, day, end_of_local_day(day, zone))


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
    before its present due date, whatever the row says.

    Where a closure has moved the loan further than the renewal would, the present date stays and nothing is gained.
    """
    count_from = RenewFrom(policy.renewals_from)
    counted = renewed_base_due_date(
        current_due=current if count_from is RenewFrom.DUE_DATE else loan.base_due_date,
        today=today,
        renewal_days=policy.renewal_days,
        count_from=count_from,
    )
    counted = max(_with_fixed_date(counted, policy, today), loan.base_due_date)
    base = max(_base(counted, policy, today=today, expires=expires, calendar=calendar), loan.base_due_date)
    due = due_of_base(base, calendar=calendar, zone=zone, reader=loan.patron_id)
    return due if due.day >= current else Due(base, current, end_of_local_day(current, zone))


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


def _base(counted: date, policy: Policy, *, today: date, expires: date | None, calendar: OpeningCalendar) -> date:
    """The counted date on the ordinary calendar, as if there were no closure."""
    return place_due_date(
        base=counted,
        earliest=today,
        calendar=calendar.without_closures,
        on_closed=OnClosedDay(policy.on_closed_day),
        not_after=expires if policy.due_by_expiry else None,
    )
