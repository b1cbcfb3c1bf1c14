"""Circulation's pure decisions: routes of a returned item, and due dates that never shorten."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.kernel.opening import Hours, OpeningCalendar, WeeklyHours
from wenyuan.lending.circulation.facts import (
    NO_HOLDINGS,
    CheckoutFacts,
    Editions,
    Hold,
    Holdings,
    Item,
    Loan,
    Patron,
    ReturnFacts,
    Transit,
)
from wenyuan.lending.circulation.policies import Policy
from wenyuan.lending.circulation.rules import Place, blocks_for_checkout, decide_return, due_of_loan, due_of_renewal

HOME, HERE, THIRD = 1, 2, 3
SHANGHAI = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)
EDITIONS = Editions(str(UUID(int=1)), str(UUID(int=2)))


def item(*, present: int = HOME, state: str = "available", condition: str = "ok") -> Item:
    return Item(
        7, "B7", "边城", "I246.5/1", "book", 1, HOME, HOME, present, state, condition, "yes", 1, "", "", "I", "book"
    )


def loan(*, taken_at: datetime | None = None, lent_at_branch: int = HOME) -> Loan:
    return Loan(
        3,
        5,
        9,
        lent_at_branch,
        AT,
        date(2026, 5, 23),
        AT + timedelta(days=30),
        1,
        0,
        None,
        None,
        taken_at,
        "adult",
        1,
        "18-35",
    )


def patron() -> Patron:
    return Patron(5, 1, "active", None, None, HOME, 11, "adult", None, "", False, "沈从文", None)


def facts(
    it: Item,
    *,
    on_loan: Loan | None = None,
    transit: Transit | None = None,
    captured: Hold | None = None,
    to_clear: bool = False,
) -> ReturnFacts:
    return ReturnFacts(EDITIONS, it, on_loan, transit, None, None, captured, (), to_clear, False, False, None)


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
        (
            facts(item(state="on_loan"), on_loan=loan(lent_at_branch=THIRD)),
            IN_GROUP,
            "stay",
            "close",
            "",
            THIRD,
            "in_transit",
        ),
        (
            facts(item(state="on_loan"), on_loan=loan(lent_at_branch=HERE)),
            IN_GROUP,
            "stay",
            "close",
            "",
            None,
            "available",
        ),
        (facts(item(present=THIRD)), IN_GROUP, "stay", "", "", THIRD, "in_transit"),
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
    slot = Holdings(frozenset(slots), len(slots), 0).free_slot()

    assert slot not in slots
    assert all(smaller in slots for smaller in range(1, slot))


def policy(**kinds: object) -> Policy:
    return Policy(row_id=1, **{"loan_days": 30, "renewal_days": 30, **kinds})  # type: ignore[arg-type] # shorthand


def calendar(open_weekdays: set[int]) -> OpeningCalendar:
    hours = (Hours(datetime(2026, 1, 1, 9).time(), datetime(2026, 1, 1, 17).time()),)
    return OpeningCalendar(weekly=[WeeklyHours.by_weekday(dict.fromkeys(open_weekdays, hours))])


@given(
    open_weekdays=st.sets(st.integers(0, 6), min_size=1),
    loan_days=st.integers(0, 120),
    today=st.dates(date(2024, 1, 1), date(2030, 12, 31)),
)
def test_a_loan_falls_due_on_an_open_day_at_the_end_of_it(open_weekdays: set[int], loan_days: int, today: date) -> None:
    due = due_of_loan(policy(loan_days=loan_days), today=today, calendar=calendar(open_weekdays), zone=SHANGHAI)

    assert due.base == due.day
    assert due.day.weekday() in open_weekdays
    assert today + timedelta(days=loan_days) <= due.day < today + timedelta(days=loan_days + 7)
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
        policy(renewal_days=renewal_days),
        lent,
        current=current,
        today=date(2026, 4, 23) + timedelta(days=elapsed),
        calendar=calendar(open_weekdays),
        zone=SHANGHAI,
    )

    assert due.day >= current
    assert due.base >= lent.base_due_date


THURSDAY = date(2026, 4, 23)
EVERY_DAY_BUT_MONDAY = {1, 2, 3, 4, 5, 6}


@pytest.mark.parametrize(
    ("kinds", "due_day"),
    [
        ({"loan_days": 10}, date(2026, 5, 3)),
        ({"loan_days": 11}, date(2026, 5, 5)),
        ({"loan_days": 11, "on_closed_day": "previous"}, date(2026, 5, 3)),
        ({"loan_days": 11, "on_closed_day": "keep"}, date(2026, 5, 4)),
        ({"loan_days": 30, "fixed_due_date": date(2026, 6, 30)}, date(2026, 6, 30)),
        ({"loan_days": 30, "fixed_due_date": date(2026, 5, 1), "fixed_due_rule": "not_after"}, date(2026, 5, 1)),
        ({"loan_days": 5, "fixed_due_date": date(2026, 5, 1), "fixed_due_rule": "not_after"}, date(2026, 4, 28)),
        ({"loan_days": 5, "fixed_due_date": date(2026, 5, 1), "fixed_due_rule": "not_before"}, date(2026, 5, 1)),
        ({"loan_days": 30, "fixed_due_date": date(2026, 5, 1), "fixed_due_rule": "not_before"}, date(2026, 5, 23)),
        ({"loan_days": 10, "fixed_due_date": date(2026, 4, 22)}, date(2026, 5, 3)),
    ],
)
def test_a_fixed_date_and_the_rule_for_closed_days_decide_where_a_loan_falls_due(
    kinds: dict[str, object], due_day: date
) -> None:
    due = due_of_loan(policy(**kinds), today=THURSDAY, calendar=calendar(EVERY_DAY_BUT_MONDAY), zone=SHANGHAI)

    assert due.day == due_day


@pytest.mark.parametrize(
    ("by_expiry", "expires", "due_day"),
    [
        (True, date(2026, 5, 4), date(2026, 5, 3)),
        (True, date(2026, 6, 30), date(2026, 5, 23)),
        (True, None, date(2026, 5, 23)),
        (False, date(2026, 5, 4), date(2026, 5, 23)),
    ],
)
def test_a_loan_ends_with_the_membership_where_the_policy_says_so_and_then_on_an_open_day(
    by_expiry: bool, expires: date | None, due_day: date
) -> None:
    due = due_of_loan(
        policy(due_by_expiry=by_expiry),
        today=THURSDAY,
        expires=expires,
        calendar=calendar(EVERY_DAY_BUT_MONDAY),
        zone=SHANGHAI,
    )

    assert due.day == due_day


@pytest.mark.parametrize(
    ("counted_from", "today", "due_day"),
    [
        ("today", date(2026, 5, 20), date(2026, 6, 19)),
        ("due_date", date(2026, 5, 20), date(2026, 6, 23)),
        ("due_date", date(2026, 5, 24), date(2026, 6, 23)),
    ],
)
def test_a_renewal_counts_from_today_or_from_the_due_date_as_the_policy_says(
    counted_from: str, today: date, due_day: date
) -> None:
    lent = loan()._replace(base_due_date=date(2026, 5, 24))

    due = due_of_renewal(
        policy(renewals_from=counted_from),
        lent,
        current=lent.base_due_date,
        today=today,
        calendar=calendar(EVERY_DAY_BUT_MONDAY),
        zone=SHANGHAI,
    )

    assert due.day == due_day


@pytest.mark.parametrize(
    ("kinds", "birth_date", "codes"),
    [
        ({"minimum_age": 18}, date(2008, 4, 23), []),
        ({"minimum_age": 18}, date(2008, 4, 24), ["patron_too_young"]),
        ({"minimum_age": 18}, None, ["patron_too_young"]),
        ({"in_library_only": True}, date(1980, 1, 1), ["item_in_library_only"]),
        ({"in_library_only": False}, None, []),
    ],
)
def test_a_policy_asks_for_an_age_or_keeps_a_kind_of_item_in_the_library(
    kinds: dict[str, object], birth_date: date | None, codes: list[str]
) -> None:
    reader = patron()._replace(birth_date=birth_date)
    case = CheckoutFacts(EDITIONS, item(), None, None, reader, "active", NO_HOLDINGS, None, None, False, None)

    blocks = blocks_for_checkout(case, policy(**kinds), place=AT_HOME, today=THURSDAY)

    assert [block.code for block in blocks] == codes
