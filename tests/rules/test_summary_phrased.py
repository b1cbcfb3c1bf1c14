"""What a kept text tells, put into words (docs/specs/work-summary.md, D-07 and D-08)."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from wenyuan.office.daybook.data import RecordFacts, RecordKind
from wenyuan.office.documents.anew import Reading
from wenyuan.office.documents.data import Source, SourceKind
from wenyuan.office.figures.data import (
    CalendarCode,
    Fact,
    IndicatorCode,
    PointVisits,
    Said,
    SummaryFacts,
    Unit,
    WorkSummary,
)
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


def test_what_left_a_list_is_still_told_d08() -> None:
    shown = RecordFacts(
        id=1,
        origin_id=1,
        replaces_id=None,
        newer_id=None,
        kind=RecordKind.ACTIVITY,
        branch_id=1,
        first_date=date(2026, 4, 23),
        last_date=date(2026, 4, 23),
        title="讲座",
        values={"brand": "连图讲坛", "sessions": 3, "role": "host"},
        evidence="签到表",
        reason="",
        withdrawn=False,
        entered_by_id=7,
        entered_by_name="王芳",
        entered_at=datetime(2026, 4, 25, tzinfo=UTC),
        approved_by_id=None,
        approved_by_name="",
        approved_at=None,
        papers=0,
        entry_ids=(),
    )
    one_point = replace(facts(1, None), points=(PointVisits(7, "南门", 5),), records={RecordKind.ACTIVITY: (shown,)})
    series = Source(kind=SourceKind.LISTED, code="activity", field="brand", value="连图讲坛", held=True)
    summary = WorkSummary(facts=one_point, title="", sections=(), silent=(), falling=(), lines=(), tables=())
    reading, cut = Reading(summary), Reading(replace(summary, facts=replace(one_point, left_off=5)))

    assert reading.words(Source(kind=SourceKind.POINT, number=7)) == "5人次"
    assert reading.words(Source(kind=SourceKind.POINT, number=8)) == ""
    assert reading.words(series) == "3场次"
    assert reading.words(replace(series, value="朗读者")) == ""
    assert cut.words(series) == ""
