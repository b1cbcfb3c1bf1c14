"""Rows of one place change so that on each day just what was meant is stated."""

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.lending.circulation.policies import PolicyRow, Value
from wenyuan.lending.circulation.rules.replan import NewRow, Replan, replan

JAN, MAR, JUL, SEP = (date(2026, month, 1) for month in (1, 3, 7, 9))


def row(row_id: int, first: date, last: date | None, **kinds: Value) -> PolicyRow:
    return PolicyRow(
        id=row_id, branch_id=1, category_id=None, item_type_id=None, valid_from=first, valid_to=last, kinds=kinds
    )


RUNNING = row(1, JAN, None, loan_days=30, max_loans=10)
SEASON = (row(1, JAN, date(2026, 6, 30), loan_days=30, max_loans=10), row(2, JUL, None, loan_days=60, max_loans=10))


@pytest.mark.parametrize(
    ("rows", "change", "plan"),
    [
        pytest.param(
            (),
            {"first": MAR, "states": {"loan_days": 21}},
            Replan(adds=(NewRow(MAR, None, {"loan_days": 21}),)),
            id="new",
        ),
        pytest.param(
            (RUNNING,),
            {"first": MAR, "states": {"loan_days": 21}},
            Replan(((1, date(2026, 2, 28)),), (), (NewRow(MAR, None, {"loan_days": 21, "max_loans": 10}),)),
            id="the rest goes on",
        ),
        pytest.param(
            (RUNNING,),
            {"first": JAN, "states": {"loan_days": 21}},
            Replan((), (1,), (NewRow(JAN, None, {"loan_days": 21, "max_loans": 10}),)),
            id="on the day on which it began",
        ),
        pytest.param(
            (RUNNING,),
            {"first": MAR, "states": {}, "withdraws": frozenset({"loan_days"})},
            Replan(((1, date(2026, 2, 28)),), (), (NewRow(MAR, None, {"max_loans": 10}),)),
            id="withdrawn",
        ),
        pytest.param(
            (RUNNING,),
            {"first": MAR, "states": {}, "withdraws": frozenset({"loan_days", "max_loans"})},
            Replan(((1, date(2026, 2, 28)),)),
            id="all withdrawn",
        ),
        pytest.param((RUNNING,), {"first": MAR, "states": {"loan_days": 30}}, Replan(), id="nothing new"),
        pytest.param(
            SEASON,
            {"first": MAR, "states": {"loan_days": 21}},
            Replan(
                ((1, date(2026, 2, 28)),), (), (NewRow(MAR, date(2026, 6, 30), {"loan_days": 21, "max_loans": 10}),)
            ),
            id="up to what is planned",
        ),
        pytest.param(
            SEASON,
            {"first": MAR, "states": {"max_loans": 5}},
            Replan(
                ((1, date(2026, 2, 28)),),
                (2,),
                (
                    NewRow(MAR, date(2026, 6, 30), {"loan_days": 30, "max_loans": 5}),
                    NewRow(JUL, None, {"loan_days": 60, "max_loans": 5}),
                ),
            ),
            id="also in the row that is planned and says the same of it",
        ),
        pytest.param(
            (RUNNING,),
            {"first": JUL, "last": date(2026, 8, 31), "states": {"loan_days": 60}},
            Replan(
                ((1, date(2026, 6, 30)),),
                (),
                (
                    NewRow(JUL, date(2026, 8, 31), {"loan_days": 60, "max_loans": 10}),
                    NewRow(SEP, None, {"loan_days": 30, "max_loans": 10}),
                ),
            ),
            id="for a summer",
        ),
        pytest.param(
            (),
            {"first": date(2026, 12, 31), "last": date(2026, 12, 31), "states": {"holds": "none"}},
            Replan(adds=(NewRow(date(2026, 12, 31), date(2026, 12, 31), {"holds": "none"}),)),
            id="for the last day of a year",
        ),
    ],
)
def test_rows_end_are_taken_back_and_follow(
    rows: tuple[PolicyRow, ...], change: dict[str, object], plan: Replan
) -> None:
    assert replan(rows, **change) == plan  # type: ignore[arg-type] # one a case


DAYS = [JAN + timedelta(days=number) for number in range(12)]


def applied(rows: tuple[PolicyRow, ...], plan: Replan) -> list[tuple[date, date | None, Mapping[str, Value]]]:
    ends = dict(plan.ends)
    kept = [
        (one.valid_from, ends.get(one.id, one.valid_to), one.kinds) for one in rows if one.id not in plan.takes_back
    ]
    return [*kept, *((new.first, new.last, new.kinds) for new in plan.adds)]


def stated(spans: list[tuple[date, date | None, Mapping[str, Value]]], day: date) -> list[Mapping[str, Value]]:
    return [kinds for first, last, kinds in spans if first <= day and (last is None or day <= last)]


@st.composite
def timelines(draw: st.DrawFn) -> tuple[PolicyRow, ...]:
    cuts = sorted(draw(st.sets(st.integers(0, 9), max_size=5)))
    rows = []
    for number, cut in enumerate(cuts):
        after = cuts[number + 1] if number + 1 < len(cuts) else None
        gap = draw(st.booleans())
        last = DAYS[after - 1] if after is not None else (DAYS[10] if gap else None)
        if after is not None and gap and after - cut > 1:
            last = DAYS[after - 2]
        kinds = draw(st.dictionaries(st.sampled_from(["loan_days", "max_loans"]), st.integers(1, 3), min_size=1))
        rows.append(row(number + 1, DAYS[cut], last, **kinds))
    return tuple(rows)


@given(timelines(), st.integers(0, 9), st.one_of(st.none(), st.integers(0, 3)), st.one_of(st.none(), st.integers(1, 3)))
def test_on_each_day_at_most_one_row_states_just_what_was_meant(
    rows: tuple[PolicyRow, ...], start: int, length: int | None, wish: int | None
) -> None:
    first, last = DAYS[start], None if length is None else DAYS[start] + timedelta(days=length)
    before = [(one.valid_from, one.valid_to, one.kinds) for one in rows]
    states = {} if wish is None else {"loan_days": wish}

    plan = replan(
        rows, first=first, last=last, states=states, withdraws=frozenset({"loan_days"} if wish is None else ())
    )

    after, still = applied(rows, plan), True
    had = (stated(before, first) or [{}])[0].get("loan_days")
    for day in [JAN - timedelta(days=1), *DAYS, JAN + timedelta(days=400)]:
        expected = dict((stated(before, day) or [{}])[0])
        if last is None and day >= first:
            still = still and expected.get("loan_days") == had
        meant = first <= day <= last if last is not None else day >= first and still
        if meant:
            expected.pop("loan_days", None)
            expected |= states
        found = stated(after, day)
        assert len(found) <= 1
        assert (dict(found[0]) if found else {}) == expected
