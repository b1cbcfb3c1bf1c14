"""When a loan falls due."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from wenyuan.kernel.opening import (
    OnClosedDay,
    OpeningCalendar,
    RenewFrom,
    end_of_local_day,
    place_due_date,
    renewed_base_due_date,
)
from wenyuan.lending.circulation.data import FixedDue
from wenyuan.lending.circulation.facts import Loan
from wenyuan.lending.circulation.policies import Policy


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
