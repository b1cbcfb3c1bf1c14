"""The work summary (docs/specs/work-summary.md): from rows in the journal to sentences, and to the Word file."""

import io
import re
from datetime import UTC, date, datetime, time, timedelta
from zipfile import ZipFile

import pytest
from docx import Document

from tests.factories.network import make_branch, make_closure, make_hours
from wenyuan.doors.furniture.summary_file import summary_docx
from wenyuan.office.figures.data import (
    BadPeriod,
    CalendarCode,
    FigureCode,
    IndicatorCode,
    SummaryPart,
    UnknownBranch,
    WorkSummary,
)
from wenyuan.office.figures.queries import figures_of, parse_period, work_summary
from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.operations import record_many
from wenyuan.organisation.network.models import Branch
from wenyuan.plumbing.clock import library_zone
from wenyuan.plumbing.transactions import verb

AT = datetime(2026, 7, 7, 2, 0, tzinfo=UTC)
H1 = parse_period("2026-H1")
PERSONS = {Kind.VISIT, Kind.TYPED_READERS}


@verb
def happened(branch: Branch, kind: Kind, *counts: tuple[date, int]) -> None:
    """So much of a kind on these days, an entry a day."""
    record_many(
        [
            Entry(
                kind=kind,
                occurred_at=datetime.combine(day, time(10), tzinfo=library_zone()),
                door="workbench",
                branch_id=branch.id,
                quantity=0 if kind in PERSONS else count,
                persons=count if kind in PERSONS else 0,
            )
            for day, count in counts
        ]
    )


def text_of(summary: WorkSummary, part: SummaryPart) -> str:
    found = [section for section in summary.sections if section.part is part]
    return "".join(run.text for section in found for sentence in section.sentences for run in sentence)


def written(branch: str | None = None, *, period: str = "2026-H1", figures_to: date | None = None) -> WorkSummary:
    return work_summary(period=parse_period(period), branch=branch, at=AT, figures_to=figures_to)


@pytest.fixture
def centre(db: None) -> Branch:
    branch = make_branch("ZG", name_zh="文渊区图书馆")
    happened(branch, Kind.LOAN, (date(2025, 1, 2), 1))
    for kind in (Kind.VISIT, Kind.CARD_ISSUED, Kind.ITEM_ADDED):
        happened(branch, kind, (date(2025, 1, 2), 0))
    return branch


def test_what_began_to_be_recorded_within_the_year_before_is_not_compared_with_it_s02(centre: Branch) -> None:
    happened(centre, Kind.LOAN, (date(2025, 5, 1), 999), (date(2026, 5, 1), 1200))
    happened(centre, Kind.RENEWAL, (date(2025, 6, 20), 5), (date(2026, 5, 1), 400))

    lines = {line.code: (line.now, line.before) for line in written().lines}

    assert lines[IndicatorCode.LOANS] == (1200, 1000)
    assert lines[IndicatorCode.RENEWALS] == (400, None)


def test_a_summary_that_begins_on_the_29th_of_february_is_written_on_that_day(centre: Branch) -> None:
    happened(centre, Kind.LOAN, (date(2024, 2, 29), 30))

    summary = written(period="2024-02-29..2024-03-31", figures_to=date(2024, 2, 29))

    assert {line.code: (line.now, line.before) for line in summary.lines}[IndicatorCode.LOANS] == (30, None)


def test_what_was_recorded_is_told_and_what_was_not_is_silent_s01(centre: Branch) -> None:
    happened(centre, Kind.LOAN, (date(2025, 5, 1), 999), (date(2026, 5, 1), 1200))
    happened(centre, Kind.ITEM_ADDED, (date(2026, 3, 1), 4523))

    summary = written()

    assert "外借文献1200册次，比上年同期增加200册次，增长20%。" in text_of(summary, SummaryPart.SERVICE)
    assert "接待读者" not in text_of(summary, SummaryPart.SERVICE)
    assert text_of(summary, SummaryPart.HOLDINGS) == "新增馆藏4500余册，比上年同期增加4523册。"
    assert SummaryPart.NETWORK in summary.silent
    assert SummaryPart.HOLDINGS not in summary.silent


def test_a_library_that_has_just_begun_compares_nothing_s02(db: None) -> None:
    branch = make_branch("ZG")
    happened(branch, Kind.LOAN, (date(2025, 3, 1), 10), (date(2026, 5, 1), 50))

    summary = written()

    assert "外借文献50册次。" in text_of(summary, SummaryPart.SERVICE)
    assert "上年" not in text_of(summary, SummaryPart.SERVICE)
    assert {line.share for line in summary.lines} == {""}


def test_figures_cut_at_a_day_say_so_and_are_compared_with_the_same_days_s03(centre: Branch) -> None:
    happened(centre, Kind.LOAN, (date(2026, 6, 12), 300), (date(2026, 6, 13), 5000))
    happened(centre, Kind.LOAN, (date(2025, 6, 12), 199), (date(2025, 6, 13), 7000))

    summary = written(figures_to=date(2026, 6, 12))

    told = text_of(summary, SummaryPart.SERVICE)
    assert text_of(summary, SummaryPart.OPENING) == "现将2026年上半年主要工作情况总结如下。以下数据截至6月12日。"
    assert "外借文献300册次，比上年同期增加100册次，增长50%。" in told
    assert summary.facts.earlier is not None
    assert summary.facts.earlier.last_date == date(2025, 6, 12)


def test_a_period_that_is_still_running_is_cut_at_today_s04(centre: Branch) -> None:
    happened(centre, Kind.LOAN, (date(2026, 7, 7), 10))

    summary = written(period="2026")

    assert summary.facts.counted.last_date == date(2026, 7, 7)
    assert text_of(summary, SummaryPart.OPENING).endswith("以下数据截至7月7日。")


def test_a_period_that_has_not_begun_and_an_unknown_branch_are_refused_s05(centre: Branch) -> None:
    with pytest.raises(BadPeriod):
        written(period="2027")
    with pytest.raises(UnknownBranch):
        written("XX")


def test_a_correction_and_a_row_of_another_period_move_exactly_their_figure_s06(centre: Branch) -> None:
    happened(centre, Kind.LOAN, (date(2026, 5, 1), 500))
    happened(centre, Kind.CARD_ISSUED, (date(2026, 5, 1), 40))
    before = {line.code: line.now for line in written().lines}

    happened(centre, Kind.LOAN, (date(2026, 5, 2), -3))
    happened(centre, Kind.LOAN, (date(2026, 7, 1), 100))

    after = {line.code: line.now for line in written().lines}
    changed: dict[FigureCode, int] = {
        code: after[code] - before[code] for code in before if after[code] != before[code]
    }
    assert changed == {IndicatorCode.LOANS: -3}


def test_where_fewer_days_were_open_the_days_stand_beside_the_fall_s07(centre: Branch) -> None:
    make_hours(centre, weekdays=range(7))
    make_closure(centre, date(2026, 2, 1), date(2026, 3, 22))
    happened(centre, Kind.VISIT, (date(2025, 5, 1), 3620), (date(2026, 5, 1), 2620))
    happened(centre, Kind.MEDIA_COVERAGE, (date(2025, 1, 2), 9), (date(2026, 5, 1), 2))

    summary = written()

    told = text_of(summary, SummaryPart.SERVICE)
    assert "接待读者2600余人次，比上年同期减少1000人次，下降27.6%" in told
    assert "（开放131天，上年同期181天；日均20人次，上年同期20人次）" in told
    assert text_of(summary, SummaryPart.PUBLICITY) == "被媒体报道2篇（条），比上年同期减少7篇（条）。"
    assert IndicatorCode.VISITS in summary.falling
    assert CalendarCode.OPEN_DAYS in summary.falling


def test_one_figure_is_written_alike_wherever_it_stands_and_names_its_rows_s08(centre: Branch) -> None:
    happened(centre, Kind.LOAN, *[(date(2026, 1, 1) + timedelta(days=day), 251) for day in range(180)])

    summary = written()

    texts = {
        (run.figure, run.earlier): run.text
        for section in summary.sections
        for sentence in section.sentences
        for run in sentence
        if run.figure
    }
    assert texts[IndicatorCode.LOANS, False] == "4.5万余册次"
    counted = figures_of(period=H1, at=AT).values[IndicatorCode.LOANS]
    assert next(line.now for line in summary.lines if line.code is IndicatorCode.LOANS) == counted == 45_180


def test_every_number_of_the_word_file_is_a_number_of_the_facts_s09(centre: Branch) -> None:
    happened(centre, Kind.LOAN, (date(2025, 2, 1), 39_999), (date(2026, 2, 1), 45_231))
    happened(centre, Kind.VISIT, (date(2025, 2, 1), 20_000), (date(2026, 2, 1), 21_400))
    happened(centre, Kind.CARD_ISSUED, (date(2026, 2, 1), 278))
    summary = written("ZG")

    file = Document(io.BytesIO(summary_docx(summary)))

    texts = [line.text for line in file.paragraphs]
    assert texts[0] == "文渊区图书馆2026年上半年工作总结"
    assert "一、免费开放与读者服务" in texts
    prose = "".join(texts)
    assert "外借文献4.5万余册次，比上年同期增加5231册次，增长13.1%" in prose
    assert "接待读者2.1万余人次，比上年同期增加1400人次，增长7%" in prose
    assert "新办读者证278张" in prose
    (table,) = file.tables
    rows = {row.cells[0].text: [cell.text for cell in row.cells[2:]] for row in table.rows[1:]}
    assert rows["外借册次"] == ["45231", "40000", "+5231", "13.1"]
    assert rows["到馆人次"] == ["21400", "20000", "+1400", "7"]
    assert rows["新办读者证"] == ["278", "0", "+278", "—"]
    assert not re.search(r"\d,\d{3}", prose)


def test_the_word_file_is_laid_out_as_the_standard_asks_s10(centre: Branch) -> None:
    happened(centre, Kind.LOAN, (date(2026, 2, 1), 5))

    with ZipFile(io.BytesIO(summary_docx(written()))) as file:
        text = file.read("word/document.xml").decode()
        feet = "".join(file.read(name).decode() for name in file.namelist() if "footer" in name)

    page, margins = _attributes(text, "pgSz"), _attributes(text, "pgMar")
    assert [_mm(page[side]) for side in ("w", "h")] == [210, 297]
    assert [_mm(margins[side]) for side in ("top", "bottom", "left", "right")] == [37, 35, 28, 26]
    assert set(re.findall(r'w:eastAsia="([^"]+)"', text)) == {"方正小标宋简体", "黑体", "仿宋_GB2312", "宋体"}
    assert re.findall(r'<w:sz w:val="([0-9]+)"', text)[0] == "44", "the title in half points"
    assert "PAGE" in feet


def _attributes(text: str, element: str) -> dict[str, str]:
    (found, *_more) = re.findall(rf"<w:{element}([^>]*)/>", text)
    return dict(re.findall(r'w:([a-z]+)="([0-9]+)"', found))


def _mm(twentieths: str) -> int:
    return round(int(twentieths) / 20 / 72 * 25.4)


def test_signs_that_no_word_file_may_hold_are_left_out_s11(db: None) -> None:
    branch = make_branch("ZG", name_zh="文渊\x08区图书馆\x1f")
    happened(branch, Kind.LOAN, (date(2026, 2, 1), 5))

    file = Document(io.BytesIO(summary_docx(written("ZG"))))

    assert file.paragraphs[0].text == "文渊区图书馆2026年上半年工作总结"
