"""Fines, suspensions, compensation and points as tables; ids of cases name /docs/specs/fees.md and the worked cases."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.kernel.money import parse_yuan, yuan_text
from wenyuan.lending.fees.rules import (
    ChargeState,
    FineTerms,
    FoundTerms,
    Per,
    allocate,
    chargeable_minutes,
    compensation,
    fine_change,
    found_cancels,
    overdue_fine,
    overdue_minutes,
    points_given,
    receipt_text,
    suspension_days,
)

UTC_ZONE = ZoneInfo("UTC")


@pytest.mark.parametrize(
    ("late", "terms", "fen"),
    [
        pytest.param(29 * Per.DAY, FineTerms(rate_fen=100), 2900, id="C039 one yuan a day, 29 days"),
        pytest.param(5 * Per.DAY, FineTerms(rate_fen=500), 2500, id="C044 the rate of a recalled loan"),
        pytest.param(15, FineTerms(rate_fen=100, per=Per.MINUTE, cap_fen=1000), 1000, id="C049 by the minute, capped"),
        pytest.param(5 * Per.WEEK, FineTerms(rate_fen=100, per=Per.WEEK, cap_fen=1000), 500, id="C054 by the week"),
        pytest.param(15 * Per.YEAR, FineTerms(rate_fen=100, per=Per.YEAR, cap_fen=1000), 1000, id="C059 by the year"),
        pytest.param(0, FineTerms(rate_fen=100), 0, id="C064 not late, no row"),
        pytest.param(1, FineTerms(rate_fen=100), 100, id="an interval begun counts"),
        pytest.param(3 * Per.DAY, FineTerms(rate_fen=20, grace_minutes=3 * Per.DAY), 0, id="R-12 within grace"),
        pytest.param(
            4 * Per.DAY, FineTerms(rate_fen=20, grace_minutes=3 * Per.DAY), 80, id="R-12 past grace, all days"
        ),
        pytest.param(900 * Per.DAY, FineTerms(rate_fen=20, cap_fen=5000, price_fen=3980), 3980, id="R-13 the price"),
        pytest.param(900 * Per.DAY, FineTerms(rate_fen=20, cap_fen=5000, price_fen=9900), 5000, id="R-13 the cap"),
        pytest.param(9 * Per.DAY, FineTerms(rate_fen=20, room_fen=70), 70, id="R-13 the patron's most"),
        pytest.param(9 * Per.DAY, FineTerms(rate_fen=20, room_fen=-5), 0, id="R-13 the patron owes the most already"),
        pytest.param(9 * Per.DAY, FineTerms(rate_fen=0), 0, id="fines are off"),
    ],
)
def test_a_fine_is_rate_by_interval_with_grace_and_caps(late: int, terms: FineTerms, fen: int) -> None:
    assert overdue_fine(late, terms) == fen


@pytest.mark.parametrize(
    ("late", "grace", "minutes"),
    [
        pytest.param(4350, 3 * Per.DAY, 4350, id="C069 past three days"),
        pytest.param(44_700, 2 * Per.MONTH, 0, id="C074 within two months"),
        pytest.param(4320, 3 * Per.DAY, 0, id="to the minute"),
    ],
)
def test_grace_forgives_all_or_nothing(late: int, grace: int, minutes: int) -> None:
    assert chargeable_minutes(late, grace_minutes=grace) == minutes


def test_only_open_days_count_c079() -> None:
    zone = ZoneInfo("America/New_York")

    minutes = overdue_minutes(
        due_at=datetime(2020, 4, 8, 14, tzinfo=UTC),
        until=datetime(2020, 4, 10, 15, tzinfo=UTC),
        zone=zone,
        is_open=lambda day: day != date(2020, 4, 9),
    )

    assert minutes == 1500


def test_without_a_calendar_every_minute_counts_and_nothing_before_it_is_due() -> None:
    due = datetime(2026, 4, 8, 14, tzinfo=UTC)

    late = overdue_minutes(due_at=due, until=datetime(2026, 4, 9, 14, 1, 30, tzinfo=UTC), zone=UTC_ZONE)
    early = overdue_minutes(due_at=due, until=datetime(2026, 4, 8, 13, tzinfo=UTC), zone=UTC_ZONE)

    assert (late, early) == (1441, 0)


@given(
    days=st.lists(st.integers(0, 400), min_size=1, max_size=20),
    rate=st.integers(0, 500),
    grace=st.integers(0, 10),
    cap=st.none() | st.integers(0, 5000),
)
def test_however_often_the_job_runs_the_rows_add_up_to_the_capped_fine(
    days: list[int], rate: int, grace: int, cap: int | None
) -> None:
    terms = FineTerms(rate_fen=rate, grace_minutes=grace * Per.DAY, cap_fen=cap)
    rows: list[int] = []

    for day in [*sorted(days), max(days)]:
        if change := fine_change(overdue_fine(day * Per.DAY, terms), charged_fen=sum(rows)):
            rows.append(change)

    uncapped = rate * max(days) if max(days) > grace else 0
    assert all(row > 0 for row in rows)
    assert sum(rows) == (uncapped if cap is None else min(uncapped, cap))


def test_a_backdated_return_takes_off_what_was_too_much_r19() -> None:
    assert fine_change(60, charged_fen=100) == -40
    assert fine_change(0, charged_fen=100) == -100


@pytest.mark.parametrize(
    ("late", "factor", "most", "grace", "days"),
    [
        pytest.param(20, 2, None, 0, 40, id="C082 two days for each"),
        pytest.param(20, 2, 30, 0, 30, id="R-16 capped"),
        pytest.param(3, 1, None, 3, 0, id="R-16 within grace"),
        pytest.param(4, 1, None, 3, 4, id="R-16 past grace, all of them"),
        pytest.param(3, Decimal("0.4"), None, 0, 2, id="a part of a day is a day"),
        pytest.param(0, 2, None, 0, 0, id="in time"),
        pytest.param(9, 0, None, 0, 0, id="suspension is off"),
    ],
)
def test_suspension_is_days_late_by_factor(
    late: int, factor: Decimal | int, most: int | None, grace: int, days: int
) -> None:
    assert suspension_days(late, factor=factor, most_days=most, grace_days=grace) == days


def test_compensation_is_price_by_factor_and_a_fee_or_the_fee_alone_in_kind() -> None:
    assert compensation(3980, factor=2, fee_fen=500).total_fen == 8460
    assert compensation(3985, factor=Decimal("1.5")).price_fen == 5978
    assert compensation(3980, share_percent=20).price_fen == 796
    assert compensation(3980, factor=3, fee_fen=500, in_kind=True).total_fen == 500


@pytest.mark.parametrize(
    ("charge", "terms", "age", "cancelled"),
    [
        pytest.param(ChargeState(5000, 0, 5000), FoundTerms(), 3, 5000, id="C195 unpaid: all is cancelled"),
        pytest.param(ChargeState(6000, 0, 6000, 1000), FoundTerms(), 3, 5000, id="R-29 unpaid: the fee stays"),
        pytest.param(ChargeState(6000, 6000, 0, 1000), FoundTerms(), 3, 5000, id="R-29 paid: the price is due back"),
        pytest.param(ChargeState(6000, 2000, 4000, 1000), FoundTerms(), 3, 5000, id="R-29 paid in part"),
        pytest.param(ChargeState(5000, 0, 0, 0), FoundTerms(), 3, 0, id="forgiven: nothing turns into cash"),
        pytest.param(ChargeState(5000, 2000, 0, 0), FoundTerms(), 3, 2000, id="forgiven in part"),
        pytest.param(ChargeState(5000, 5000, 0, 0), FoundTerms(within_days=90), 91, 0, id="R-29 too late"),
        pytest.param(ChargeState(5000, 5000, 0, 0), FoundTerms(within_days=90), 90, 5000, id="R-29 the last day"),
        pytest.param(ChargeState(5000, 5000, 0, 0), FoundTerms(restores=False), 1, 0, id="R-29 never"),
    ],
)
def test_a_lost_item_that_is_found_cancels_its_price(
    charge: ChargeState, terms: FoundTerms, age: int, cancelled: int
) -> None:
    assert found_cancels(charge, terms=terms, age_days=age) == cancelled


@given(
    amount=st.integers(1, 5000),
    charges=st.lists(st.tuples(st.integers(1, 99), st.integers(0, 2000)), unique_by=lambda one: one[0]),
)
def test_a_payment_never_settles_more_than_is_open(amount: int, charges: list[tuple[int, int]]) -> None:
    parts = allocate(amount, charges)

    assert sum(fen for _, fen in parts) == min(amount, sum(fen for _, fen in charges))
    assert all(0 < fen <= dict(charges)[charge] for charge, fen in parts)
    assert [charge for charge, _ in parts] == [charge for charge, fen in charges if charge in dict(parts)]


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("12", 1200),
        ("12.5", 1250),
        ("0.07", 7),
        (" ¥1,280.00 ", 128_000),
        ("１２．５０", 1250),
        ("8元", 800),
        ("0", 0),
        ("1.005", None),
        ("12,5", None),
        ("1,28,000", None),
        ("-5", None),
        ("1e3", None),
        ("١٢", None),
        ("", None),
        ("十二", None),
        (".5", None),
        ("1234567890", None),
    ],
)
def test_yuan_are_read_exactly_or_not_at_all(typed: str, fen: int | None) -> None:
    assert parse_yuan(typed) == fen


@pytest.mark.parametrize(
    ("fen", "text"), [(0, "0.00"), (5, "0.05"), (1205, "12.05"), (-5, "-0.05"), (-7500, "-75.00"), (123456, "1234.56")]
)
def test_money_is_written_in_yuan_with_two_decimals(fen: int, text: str) -> None:
    assert yuan_text(fen) == text


@given(st.integers(0, 10**9))
def test_an_amount_reads_as_it_was_written(fen: int) -> None:
    assert parse_yuan(yuan_text(fen)) == fen


def test_receipts_name_branch_year_and_book() -> None:
    assert receipt_text(branch_code="C", book="income", year=2026, number=123) == "C-2026-000123"
    assert receipt_text(branch_code="C", book="deposit", year=2026, number=7) == "C-2026-Y000007"


@pytest.mark.parametrize(
    ("points", "balance", "today", "month", "given_points"),
    [
        pytest.param(1, 100, [1] * 5, [1] * 20, 1, id="below both caps"),
        pytest.param(1, 100, [1] * 6, [1] * 20, 0, id="six a day"),
        pytest.param(1, 100, [], [1] * 30, 0, id="thirty a month"),
        pytest.param(3, 100, [1] * 4, [1] * 4, 2, id="cut to what is left"),
        pytest.param(1, 150, [], [], 0, id="the ceiling"),
        pytest.param(-5, 63, [], [], -3, id="the floor"),
        pytest.param(-5, 60, [], [], 0, id="at the floor"),
    ],
)
def test_points_keep_to_caps_floor_and_ceiling(
    points: int, balance: int, today: list[int], month: list[int], given_points: int
) -> None:
    found = points_given(
        points, balance=balance, floor=60, ceiling=150, today=today, month=month, daily_cap=6, monthly_cap=30
    )

    assert found == given_points
