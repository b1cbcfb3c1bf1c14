"""Circulation's pure decisions: routes of a returned item, and due dates that never shorten."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.kernel.opening import Hours, OpeningCalendar, WeeklyHours
from wenyuan.lending.circulation.facts import Editions, Holdings, Item, Loan, ReturnFacts, Transit
from wenyuan.lending.circulation.policies import Policy
from wenyuan.lending.circulation.rules import Place, decide_return, due_of_loan, due_of_renewal

HOME, HERE, THIRD = 1, 2, 3
SHANGHAI = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)


def item(*, present: int = HOME, state: str = "available", condition: str = "ok") -> Item:
    return Item(
        7, "B7", "边城", "I246.5/1", "book", 1, HOME, HOME, present, state, condition, "yes", 1, "", "", "I", "book"
    )


def loan(*, taken_at: datetime | None = None) -> Loan:
    return Loan(
        3, 5, 9, HOME, AT, date(2026, 5, 23), AT + timedelta(days=30), 1, 0, None, None, taken_at, "adult", 1, "18-35"
    )


def facts(it: Item, *, on_loan: Loan | None = None, transit: Transit | None = None) -> ReturnFacts:
    return ReturnFacts(Editions(UUID(int=1), UUID(int=2)), it, on_loan, transit, None, None, None)


IN_GROUP = Place(branch_id=HERE, open_for_business=True, lends_with_home=True)
OUTSIDE = Place(branch_id=HERE, open_for_business=True, lends_with_home=False)
AT_HOME = Place(branch_id=HOME, open_for_business=True, lends_with_home=True)
TO_HERE = Transit(4, HOME, HERE, "move")
TO_HOME = Transit(4, HERE, HOME, "home")
TO_HOME_FROM_THIRD = Transit(4, THIRD, HOME, "home")


@pytest.mark.parametrize(
    ("case", "place", "route", "loan_step", "transit_step", "send_to", "state"),
    [
        (facts(item(state="on_loan"), on_loan=loan()), AT_HOME, "home", "close", "", None, "available"),
        (facts(item(state="on_loan"), on_loan=loan()), IN_GROUP, "home", "close", "", HOME, "in_transit"),
        (facts(item(state="on_loan"), on_loan=loan()), IN_GROUP, "float", "close", "", None, "available"),
        (facts(item(state="on_loan"), on_loan=loan()), OUTSIDE, "float", "take", "", HOME, "in_transit"),
        (
            facts(item(state="in_transit"), on_loan=loan(taken_at=AT), transit=TO_HOME),
            OUTSIDE,
            "home",
            "",
            "",
            HOME,
            "in_transit",
        ),
        (
            facts(item(state="in_transit"), on_loan=loan(taken_at=AT), transit=TO_HOME),
            AT_HOME,
            "home",
            "close",
            "receive",
            None,
            "available",
        ),
        (
            facts(item(state="in_transit"), on_loan=loan(taken_at=AT), transit=TO_HOME_FROM_THIRD),
            IN_GROUP,
            "float",
            "close",
            "cancel",
            None,
            "available",
        ),
        (facts(item(state="in_transit"), transit=TO_HERE), IN_GROUP, "home", "", "receive", None, "available"),
        (facts(item(state="in_transit"), transit=TO_HERE), OUTSIDE, "home", "", "receive", None, "available"),
        (facts(item(state="in_transit"), transit=TO_HOME_FROM_THIRD), IN_GROUP, "home", "", "turn", HOME, "in_transit"),
        (facts(item(state="in_transit"), transit=TO_HOME), IN_GROUP, "home", "", "", HOME, "in_transit"),
        (facts(item()), IN_GROUP, "home", "", "", HOME, "in_transit"),
        (facts(item(state="in_process")), AT_HOME, "home", "", "", None, "in_process"),
    ],
)
def test_a_returned_item_goes_where_it_belongs(
    case: ReturnFacts,
    place: Place,
    route: str,
    loan_step: str,
    transit_step: str,
    send_to: int | None,
    state: str,
) -> None:
    decision = decide_return(case, place=place, return_route=route)

    assert (decision.loan, decision.transit, decision.send_to, decision.state) == (
        loan_step,
        transit_step,
        send_to,
        state,
    )


def test_nothing_is_written_for_an_item_that_is_where_it_belongs() -> None:
    decision = decide_return(facts(item()), place=AT_HOME, return_route="home")

    assert not decision.changes


@given(slots=st.sets(st.integers(1, 40), max_size=20))
def test_the_free_slot_is_the_smallest_not_in_use(slots: set[int]) -> None:
    slot = Holdings(frozenset(slots), tuple(slots), 0).free_slot()

    assert slot not in slots
    assert all(smaller in slots for smaller in range(1, slot))


def policy(*, loan_days: int, renewal_days: int) -> Policy:
    return Policy(
        row_id=1,
        loan_days=loan_days,
        renewal_days=renewal_days,
        max_renewals=None,
        max_loans=None,
        max_loans_of_type=None,
        max_overdue=None,
        return_route="home",
    )


def calendar(open_weekdays: set[int]) -> OpeningCalendar:
    hours = (Hours(datetime(2026, 1, 1, 9).time(), datetime(2026, 1, 1, 17).time()),)
    return OpeningCalendar(weekly=[WeeklyHours.by_weekday(dict.fromkeys(open_weekdays, hours))])


@given(
    open_weekdays=st.sets(st.integers(0, 6), min_size=1),
    loan_days=st.integers(0, 120),
    today=st.dates(date(2024, 1, 1), date(2030, 12, 31)),
)
def test_a_loan_falls_due_on_an_open_day_at_the_end_of_it(open_weekdays: set[int], loan_days: int, today: date) -> None:
    due = due_of_loan(
        policy(loan_days=loan_days, renewal_days=1), today=today, calendar=calendar(open_weekdays), zone=SHANGHAI
    )

    assert due.base == today + timedelta(days=loan_days)
    assert due.day.weekday() in open_weekdays
    assert due.base <= due.day < due.base + timedelta(days=7)
    assert due.at.astimezone(SHANGHAI).strftime("%H:%M:%S") == "23:59:59"


@given(
    open_weekdays=st.sets(st.integers(0, 6), min_size=1),
    renewal_days=st.integers(0, 60),
    elapsed=st.integers(0, 90),
)
def test_a_renewal_never_shortens(open_weekdays: set[int], renewal_days: int, elapsed: int) -> None:
    lent = loan()
    current = date(2026, 5, 23)

    due = due_of_renewal(
        policy(loan_days=30, renewal_days=renewal_days),
        lent,
        current=current,
        today=date(2026, 4, 23) + timedelta(days=elapsed),
        calendar=calendar(open_weekdays),
        zone=SHANGHAI,
    )

    assert due.day >= current
    assert due.base >= lent.base_due_date
