"""How a period is written, and which days it covers."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.office.figures.data import BadPeriod, Period, PeriodReason, Slice
from wenyuan.office.figures.rules import narrowed, parse_period, same_days_before, up_to, year_before


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026", "2026-01-01", "2026-12-31"),
        ("2026-H1", "2026-01-01", "2026-06-30"),
        ("2026-H2", "2026-07-01", "2026-12-31"),
        ("2026-Q1", "2026-01-01", "2026-03-31"),
        ("2026-Q2", "2026-04-01", "2026-06-30"),
        ("2026-Q3", "2026-07-01", "2026-09-30"),
        ("2026-Q4", "2026-10-01", "2026-12-31"),
        ("2026-04", "2026-04-01", "2026-04-30"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026-12", "2026-12-01", "2026-12-31"),
        ("2026-W17", "2026-04-20", "2026-04-26"),
        ("2026-W01", "2025-12-29", "2026-01-04"),
        ("2026-W53", "2026-12-28", "2027-01-03"),
        ("2026-04-23", "2026-04-23", "2026-04-23"),
        ("2026-01-01..2026-06-30", "2026-01-01", "2026-06-30"),
        ("2025..2026-Q1", "2025-01-01", "2026-03-31"),
    ],
)
def test_a_text_names_whole_days(text: str, first: str, last: str) -> None:
    assert parse_period(text) == Period(text, date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        (" 2026-h1 ", "2026-H1"),
        ("２０２６－Ｑ２", "2026-Q2"),
        ("2026-04-01 .. 2026-04-07", "2026-04-01..2026-04-07"),
    ],
)
def test_a_period_is_read_as_people_type_it(typed: str, canonical: str) -> None:
    assert parse_period(typed).text == canonical


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", PeriodReason.UNREADABLE),
        ("上半年", PeriodReason.UNREADABLE),
        ("2026-H3", PeriodReason.UNREADABLE),
        ("2026-Q5", PeriodReason.UNREADABLE),
        ("26-04", PeriodReason.UNREADABLE),
        ("2026-4", PeriodReason.UNREADABLE),
        ("2026-04-01..", PeriodReason.UNREADABLE),
        ("..2026-04-01", PeriodReason.UNREADABLE),
        ("2026..2027..2028", PeriodReason.UNREADABLE),
        ("٢٠٢٦", PeriodReason.UNREADABLE),
        ("2026-13", PeriodReason.NO_SUCH_DATE),
        ("2026-00", PeriodReason.NO_SUCH_DATE),
        ("2026-02-30", PeriodReason.NO_SUCH_DATE),
        ("2025-W53", PeriodReason.NO_SUCH_DATE),
        ("2026-W00", PeriodReason.NO_SUCH_DATE),
        ("0000", PeriodReason.NO_SUCH_DATE),
        ("9999", PeriodReason.NO_SUCH_DATE),
        ("2026-06-30..2026-01-01", PeriodReason.ENDS_BEFORE_IT_BEGINS),
        ("2016..2026", PeriodReason.TOO_LONG),
    ],
)
def test_a_text_that_names_no_period_is_refused(text: str, reason: PeriodReason) -> None:
    with pytest.raises(BadPeriod) as caught:
        parse_period(text)

    assert (caught.value.reason, caught.value.text) == (reason, text)


@given(st.text(alphabet="0123456789-.WHQ年", max_size=24))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        period = parse_period(text)
    except BadPeriod:
        return

    assert period.first_date <= period.last_date


@given(st.dates(date(1901, 1, 1), date(2150, 1, 1)), st.integers(0, 3_000))
def test_a_periods_days_and_months_hold_every_day_once(first: date, length: int) -> None:
    last = first + timedelta(days=length)

    period = parse_period(f"{first.isoformat()}..{last.isoformat()}")

    assert len(period.days()) == length + 1
    assert (period.days()[0], period.days()[-1]) == (first, last)
    assert list(period.months()) == sorted({day.replace(day=1) for day in period.days()})


@pytest.mark.parametrize(
    ("part", "days"),
    [
        (Slice(), ("2026-04-10", "2026-06-30")),
        (Slice(month=date(2026, 4, 1)), ("2026-04-10", "2026-04-30")),
        (Slice(day=date(2026, 4, 23)), ("2026-04-23", "2026-04-23")),
        (Slice(month=date(2026, 3, 1)), None),
        (Slice(day=date(2026, 7, 1)), None),
        (Slice(month=date(2026, 5, 1), day=date(2026, 4, 23)), None),
    ],
)
def test_a_part_narrows_the_periods_days(part: Slice, days: tuple[str, str] | None) -> None:
    period = parse_period("2026-04-10..2026-06-30")

    found = narrowed(period, part)

    assert (found and tuple(day.isoformat() for day in found)) == days


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("2026", "2025"),
        ("2026-H2", "2025-H2"),
        ("2026-04-01..2026-04-15", "2025-04-01..2025-04-15"),
        ("2024-02-29", None),
    ],
)
def test_the_year_before_is_the_same_period_a_year_earlier(text: str, before: str | None) -> None:
    earlier = year_before(parse_period(text))

    assert (earlier.text if earlier else None) == before


@pytest.mark.parametrize(
    ("text", "last", "expected"),
    [
        ("2026-H1", "2026-06-12", "2026-01-01..2026-06-12"),
        ("2026-H1", "2026-06-30", "2026-H1"),
        ("2026-H1", "2027-01-01", "2026-H1"),
    ],
)
def test_a_period_is_cut_at_a_day(text: str, last: str, expected: str) -> None:
    assert up_to(parse_period(text), date.fromisoformat(last)) == parse_period(expected)


@pytest.mark.parametrize(
    ("text", "last", "expected"),
    [
        ("2026", "2026-04-23", "2025-01-01..2025-04-23"),
        ("2026-H1", "2026-07-07", "2025-H1"),
        ("2024", "2024-02-29", "2023-01-01..2023-02-28"),
        ("2024-02-29..2024-12-31", "2024-02-29", None),
        ("2024-02-29", "2024-02-29", None),
        ("2026-W17", "2026-04-21", "2025-04-21..2025-04-22"),
        ("2026-W17..2026-W20", "2026-05-01", "2025-04-21..2025-05-02"),
        ("2026-W17", "2026-04-26", "2025-W17"),
        ("2026-W53", "2026-12-29", None),
    ],
)
def test_the_same_days_of_the_year_before(text: str, last: str, expected: str | None) -> None:
    found = same_days_before(parse_period(text), date.fromisoformat(last))

    assert found == (parse_period(expected) if expected else None)


def test_a_period_that_has_not_begun_cannot_be_cut() -> None:
    with pytest.raises(BadPeriod):
        up_to(parse_period("2026-H2"), date(2026, 6, 30))
