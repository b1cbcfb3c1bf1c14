"""A figure put into words as a writer asks for it (docs/specs/work-summary.md, D-07)."""

from datetime import UTC, datetime

import pytest

from wenyuan.office.figures.data import CalendarCode, Fact, IndicatorCode, Said, SummaryFacts, Unit
from wenyuan.office.figures.queries import parse_period, phrased

YEAR = parse_period("2026")


def facts(now: int, before: int | None) -> SummaryFacts:
    return SummaryFacts(
        name="馆",
        period=YEAR,
        counted=YEAR,
        earlier=None,
        branch=None,
        seat=None,
        as_of=datetime(2027, 1, 4, 4, tzinfo=UTC),
        facts={
            IndicatorCode.LOANS: Fact(code=IndicatorCode.LOANS, unit=Unit.ITEM_TIMES, now=now, before=before),
            CalendarCode.OPEN_DAYS: Fact(code=CalendarCode.OPEN_DAYS, unit=Unit.DAYS, now=10, before=10),
        },
    )


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        (1234, None, ("1200余册次", "1234册次", "", "", "123册次", "")),
        (40, 20, ("40册次", "40册次", "比上年同期增加20册次", "20册次", "4册次", "2册次")),
        (0, 20, ("", "0册次", "比上年同期减少20册次", "20册次", "0册次", "2册次")),
        (40, -2, ("40册次", "40册次", "", "", "4册次", "")),
        (-3, 20, ("", "", "", "", "", "")),
    ],
)
def test_nothing_is_told_only_exactly_and_less_than_nothing_never_d07(
    now: int, before: int | None, words: tuple[str, ...]
) -> None:
    ways = (Said.TOLD, Said.FULL, Said.COMPARED, Said.BEFORE, Said.DAILY, Said.DAILY_BEFORE)

    assert tuple(phrased(IndicatorCode.LOANS, one, facts(now, before)) for one in ways) == words
