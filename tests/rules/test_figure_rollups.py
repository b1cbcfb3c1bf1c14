"""Which rollups there are, and which months may be read as a whole. Pure."""

from datetime import date

from wenyuan.office.figures.data import IndicatorCode
from wenyuan.office.figures.indicators import BY_CODE, kinds_of
from wenyuan.office.figures.rollups.declared import (
    BY_AREA,
    BY_CLASS,
    BY_HOUR,
    BY_POINT,
    MOST_DIMENSIONS,
    ROLLUPS,
    Dimension,
    rollup_for,
)
from wenyuan.office.figures.rules import whole_months


def test_no_rollup_is_wider_than_four_dimensions_besides_the_day() -> None:
    assert MOST_DIMENSIONS == 4
    assert [len(one.dimensions) for one in ROLLUPS] == [4, 4, 4, 4]
    assert BY_AREA.indicators == set(BY_CODE)


def test_each_question_has_the_rollup_that_tells_apart_what_it_asks() -> None:
    place = {Dimension.KIND, Dimension.BRANCH}

    assert rollup_for(place, None) is BY_AREA
    assert rollup_for(place | {Dimension.AREA}, IndicatorCode.LOANS) is BY_AREA
    assert rollup_for(place | {Dimension.POINT}, IndicatorCode.VISITS) is BY_POINT
    assert rollup_for(place | {Dimension.HOUR}, IndicatorCode.LOANS) is BY_HOUR
    assert rollup_for(place | {Dimension.CLASS}, IndicatorCode.LOANS) is BY_CLASS


def test_what_no_rollup_tells_apart_is_counted_from_the_journal() -> None:
    assert rollup_for({Dimension.POINT}, IndicatorCode.LOANS) is None
    assert rollup_for({Dimension.POINT}, None) is None
    assert rollup_for({Dimension.HOUR, Dimension.AREA}, IndicatorCode.LOANS) is None


def test_months_at_the_edge_of_a_period_are_none_of_the_whole() -> None:
    assert whole_months(date(2026, 1, 2), date(2026, 3, 31), ()) == [date(2026, 2, 1), date(2026, 3, 1)]
    assert whole_months(date(2025, 12, 1), date(2026, 1, 30), ()) == [date(2025, 12, 1)]
    assert whole_months(date(2026, 2, 5), date(2026, 2, 20), ()) == []


def test_a_month_in_which_a_branch_comes_or_goes_is_read_by_its_days() -> None:
    first, last = date(2026, 1, 1), date(2026, 4, 30)

    assert whole_months(first, last, [(date(2026, 2, 1), date(2026, 3, 31))]) == [
        date(2026, month, 1) for month in (1, 2, 3, 4)
    ]
    assert whole_months(first, last, [(date(2026, 2, 2), date(2026, 3, 30))]) == [date(2026, 1, 1), date(2026, 4, 1)]


def test_one_indicator_asks_for_no_more_than_the_kinds_that_it_may_count() -> None:
    assert kinds_of(IndicatorCode.LOANS) == ("loan", "renewal", "typed_loans")
    assert kinds_of(IndicatorCode.RETURNS) == ("return",)
    assert len(kinds_of(None)) > 20
