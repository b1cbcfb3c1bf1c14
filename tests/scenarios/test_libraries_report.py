"""Libraries of real shapes report (docs/specs/work-summary.md, R-01 to R-06): every number that the Word file tells is
read back and held against rows that were counted without asking an indicator."""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest
from docx import Document

from tests.factories.reporting import Reporting, Row
from tests.factories.reporting_libraries import half_year, just_opened, shut_year, unseen
from wenyuan.doors.furniture.summary_file import summary_docx
from wenyuan.office.daybook.data import RecordKind, StateCode
from wenyuan.office.figures.data import (
    CalendarCode,
    FigureCode,
    IndicatorCode,
    NetworkCode,
    Run,
    WantedRows,
    WorkSummary,
)
from wenyuan.office.figures.queries import open_days_by_month, parse_period, rows_of, standing_of, work_summary
from wenyuan.office.figures.summary.skeleton import NAMES, NAMINGS, PATTERNS
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.network.models import Branch

NUMBER = re.compile(r"(\d+(?:\.\d+)?)(万|亿)?(余)?(\D)")
SIZES = {"": 1, "万": 10_000, "亿": 100_000_000}


@dataclass(frozen=True)
class Case:
    """A library, what it reports on, and some figures that stand by another count than rows."""

    made: Callable[[int], Reporting]
    period: str
    figures_to: date | None
    standing: dict[FigureCode, Callable[[Reporting], int]]


def _branches(kind: str) -> Callable[[Reporting], int]:
    return lambda own: Branch.objects.filter(kind=kind).count()


CASES = {
    "just opened": Case(
        just_opened,
        "2019-09-30..2019-11-10",
        None,
        {
            CalendarCode.WEEKLY_HOURS: lambda own: 56 * 60,
            CalendarCode.OPEN_DAYS: lambda own: 42,
            NetworkCode.TOWN_BRANCHES: _branches("branch"),
            NetworkCode.CHILDRENS_BRANCHES: lambda own: 1,
            NetworkCode.SHARING: lambda own: 3,
        },
    ),
    "half-year": Case(half_year, "2016-H1", date(2016, 6, 12), {CalendarCode.OPEN_DAYS: lambda own: 0}),
    "shut year": Case(
        shut_year,
        "2020",
        None,
        {
            CalendarCode.WEEKLY_HOURS: lambda own: 56 * 60,
            CalendarCode.OPEN_DAYS: lambda own: 22 + 30 + 31 + 30 + 31,
            NetworkCode.STATIONS: _branches("station"),
        },
    ),
    "unseen": Case(
        unseen,
        "2024-Q1",
        None,
        {
            CalendarCode.WEEKLY_HOURS: lambda own: 630,
            CalendarCode.OPEN_DAYS: lambda own: 13 + 13 + 13,
            NetworkCode.RURAL_BOOKHOUSES: lambda own: 3,
        },
    ),
}


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest, db: None) -> Case:
    return CASES[request.param]


def told(case: Case, own: Reporting) -> WorkSummary:
    return work_summary(period=parse_period(case.period), branch="ZG", at=own.now, figures_to=case.figures_to)


def runs_of(summary: WorkSummary) -> Iterator[Run]:
    for section in summary.sections:
        for sentence in section.sentences:
            yield from (run for run in sentence if run.figure or run.listed)


def exact(case: Case, own: Reporting, first: date, last: date) -> dict[FigureCode, int]:
    """Every figure by a count of its own."""
    figures: dict[FigureCode, int] = dict(own.expected(first, last))
    figures |= dict(own.states.items())
    return figures | {code: count(own) for code, count in case.standing.items()}


def number_behind(run: Run, case: Case, own: Reporting, first: date, last: date) -> int:
    if run.listed:
        number = "issues" if run.listed.field == "publication" else "sessions"
        return own.named(run.listed.field, run.listed.value, number, first, last)
    if run.point_id:
        (name,) = [one.name for one in told(case, own).facts.points if one.point_id == run.point_id]
        return own.visits_at(name, first, last)
    assert run.figure is not None
    return exact(case, own, first, last)[run.figure]


@pytest.mark.parametrize("seed", [1, 2])
def test_every_number_of_the_word_file_is_what_the_rows_come_to_r01(case: Case, seed: int) -> None:
    own = case.made(seed)
    own.settle()
    summary = told(case, own)
    first, last = summary.facts.counted.first_date, summary.facts.counted.last_date

    file = Document(io.BytesIO(summary_docx(summary)))
    prose = [line.text for line in file.paragraphs]
    body = "".join(line for line in prose if line.endswith("。") and not line.startswith("现将"))
    told_numbers = NUMBER.findall(re.sub(r"“[^”]*”", "", body))
    runs = list(runs_of(summary))

    assert len(told_numbers) == len(runs), "no number stands in the text that opens onto nothing"
    for (digits, size, over, after), run in zip(told_numbers, runs, strict=True):
        counted = number_behind(run, case, own, first, last)
        says = Decimal(digits) * SIZES[size]
        says *= 60 if run.figure is CalendarCode.WEEKLY_HOURS else 100 if after == "元" else 1
        if over:
            step = 10 ** (len(str(counted)) - 2)
            assert says < counted < says + step, run.text
            assert counted >= 1_000, "a small number is told in full"
            assert after != "元", "no 余 on money"
        else:
            assert says == counted, run.text
    table = {row.cells[0].text: row.cells[2].text for row in file.tables[0].rows[1:]}
    figures = exact(case, own, first, last)
    names = {words: code for code, words in NAMES.items()}
    for words, number in table.items():
        count = Decimal(figures.get(names[words], 0)) / {"职工捐款": 100, "接受捐款": 100, "每周开放时间": 60}.get(
            words, 1
        )
        assert Decimal(number) == count, words
    silent = {code for code, number in figures.items() if number} - {names[words] for words in table}
    assert silent <= {IndicatorCode.LOANS_AND_RETURNS}, "what was recorded stands in the table"


def test_every_number_opens_onto_exactly_its_rows_r02(case: Case) -> None:
    own = case.made(3)
    own.settle()
    summary = told(case, own)
    period = summary.facts.counted
    first, last = period.first_date, period.last_date

    for line in summary.lines:
        code = line.code
        if isinstance(code, IndicatorCode):
            page, values = rows_of(WantedRows(code, period, "ZG"), size=5_000), []
            values = [row.value for row in page.rows if row.value]
            assert page.before is None
            assert (len(values), sum(values)) == (own.contributing(code, first, last), line.now)
        elif isinstance(code, CalendarCode):
            days = open_days_by_month(period=period, branch_id=own.centre.id)
            assert code is CalendarCode.WEEKLY_HOURS or sum(len(found) for _month, found in days) == line.now
        else:
            parts = standing_of(code, on=last, branch="ZG")
            assert sum(row.value for row in parts) == line.now
            assert all((row.record_id is not None) is isinstance(code, StateCode) for row in parts)


def figures_now(case: Case, own: Reporting) -> dict[FigureCode, int]:
    return {code: fact.now for code, fact in told(case, own).facts.facts.items()}


def changed(before: dict[FigureCode, int], after: dict[FigureCode, int]) -> dict[FigureCode, int]:
    return {code: after[code] - before.get(code, 0) for code in after if after[code] != before.get(code, 0)}


def test_a_row_more_or_less_or_on_another_day_moves_exactly_its_figures_r03(case: Case) -> None:
    own = case.made(4)
    own.settle()
    period = told(case, own).facts.counted
    inside, outside = period.last_date, period.first_date - timedelta(days=1)
    before = figures_now(case, own)

    own.one_more(Kind.LOAN, inside, 1)
    lent = figures_now(case, own)
    own.one_more(Kind.LOAN, inside, -1)
    undone = figures_now(case, own)
    own.one_more(Kind.LOAN, outside, 5)
    other_period = figures_now(case, own)
    film = own.typed(
        RecordKind.ACTIVITY, "新放一场", day=inside, sort="film", role="host", mode="online", sessions=2, persons=7
    )
    held = figures_now(case, own)
    own.move(film, outside)
    moved = figures_now(case, own)
    own.move(film, inside)
    own.take_back(film)
    gone = figures_now(case, own)

    assert changed(before, lent) == {IndicatorCode.LOANS: 1, IndicatorCode.LOANS_AND_RETURNS: 1}
    assert changed(before, undone) == changed(before, other_period) == {}
    assert changed(before, held) == {
        IndicatorCode.ACTIVITIES: 2,
        IndicatorCode.ACTIVITIES_ONLINE: 2,
        IndicatorCode.ACTIVITY_ATTENDANCE: 7,
    }
    assert changed(before, moved) == changed(before, gone) == {}


def test_the_templates_name_no_library_and_hold_no_number_r04() -> None:
    words = [clause.before for pattern in PATTERNS for clause in pattern.clauses]
    words += [naming.before for naming in NAMINGS]

    assert not re.search(r"[0-9“”‘’《》]", "".join(words))
    assert not re.search(r"[省市区县镇村]图书馆|[\u4e00-\u9fff]{2,}(?:杯|讲坛|大赛)", "".join(words))


def test_what_an_unseen_library_is_told_are_its_own_names_r05(db: None) -> None:
    case = CASES["unseen"]
    own = case.made(5)
    own.settle()

    file = Document(io.BytesIO(summary_docx(told(case, own))))

    text = "".join(line.text for line in file.paragraphs)
    assert file.paragraphs[0].text == "另一县图书馆2024年第一季度工作总结"
    assert "每周免费开放10.5小时，免费开放39天。" in text
    assert "农家书屋3个" in text
    assert "活动" not in text
    assert re.findall(r"“([^”]*)”", text) == []


def test_the_rows_are_told_apart_r06(db: None) -> None:
    """The count of its own would see a row that no indicator counts: here one is kept from the journal."""
    own = unseen(6)
    own.settle()
    own.rows.append(Row(own.first, {IndicatorCode.RENEWALS: 1}))

    figures = figures_now(CASES["unseen"], own)

    counted = told(CASES["unseen"], own).facts.counted
    expected = own.expected(counted.first_date, counted.last_date)
    assert figures[IndicatorCode.RENEWALS] == expected[IndicatorCode.RENEWALS] - 1
