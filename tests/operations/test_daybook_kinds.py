"""Every kind of the daybook on its way: typed, approved, counted, and told in its part of the work summary."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from tests.factories.accounts import make_desk
from tests.factories.daybook import make_draft, make_record
from tests.factories.network import make_branch
from wenyuan.doors.furniture.summary_file import summary_docx
from wenyuan.office.daybook.data import PaperInput, RecordKind, RecordReason, RecordRefused
from wenyuan.office.daybook.data.records import Value
from wenyuan.office.daybook.operations import (
    approve_record,
    attach_paper,
    correct_record,
    enter_record,
    remove_paper,
)
from wenyuan.office.figures.data import IndicatorCode, SummaryPart, WantedRows, WorkSummary
from wenyuan.office.figures.queries import figures_of, parse_period, rows_of, work_summary
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.network.models import Branch

AT = datetime(2026, 7, 7, 2, 0, tzinfo=UTC)
DAY = date(2026, 4, 23)
H1 = parse_period("2026-H1")
PAPER = PaperInput(name="统计.xlsx", form="xlsx", size=12, sha256="a" * 64, stored_as="files/daybook/1.xlsx")
Fields = dict[str, Value]

CASES: list[tuple[RecordKind, Fields, SummaryPart, str, dict[IndicatorCode, int]]] = [
    (
        RecordKind.HONOUR,
        {"body": "省图书馆学会", "level": "provincial", "winner": "library"},
        SummaryPart.HONOURS,
        "获得各级荣誉1项，其中省级以上1项。",
        {IndicatorCode.HONOURS: 1, IndicatorCode.HONOURS_ABOVE: 1},
    ),
    (
        RecordKind.MEDIA,
        {"outlet": "鹿鸣日报", "level": "county", "medium": "paper"},
        SummaryPart.PUBLICITY,
        "被媒体报道1篇（条）。",
        {IndicatorCode.MEDIA: 1},
    ),
    (
        RecordKind.POSTS,
        {"platform": "wechat", "posts": 86, "reads": 41_230},
        SummaryPart.PUBLICITY,
        "发布推文86篇，阅读量4.1万余次。",
        {IndicatorCode.POSTS: 86, IndicatorCode.POST_READS: 41_230},
    ),
    (
        RecordKind.DONATION,
        {"donor_kind": "organisation", "items": 6_020, "titles": 415},
        SummaryPart.HOLDINGS,
        "接受捐赠图书6000余册。",
        {IndicatorCode.DONATIONS: 1, IndicatorCode.DONATED_ITEMS: 6_020, IndicatorCode.ITEMS_ADDED: 0},
    ),
    (
        RecordKind.MONEY_DONATION,
        {"direction": "given", "counterpart": "慈善总会", "amount": 120_050, "persons": 12},
        SummaryPart.STAFF,
        "职工捐款12人次，共1200.50元。",
        {IndicatorCode.MONEY_GIVEN: 120_050, IndicatorCode.MONEY_GIVERS: 12, IndicatorCode.MONEY_RECEIVED: 0},
    ),
    (
        RecordKind.MONEY_DONATION,
        {"direction": "received", "amount": 2_000_000},
        SummaryPart.HOLDINGS,
        "接受捐款2万元。",
        {IndicatorCode.MONEY_RECEIVED: 2_000_000, IndicatorCode.MONEY_GIVEN: 0},
    ),
    (
        RecordKind.ACTIVITY,
        {
            "sort": "festival",
            "role": "host",
            "mode": "onsite",
            "sessions": 1,
            "entries": 43,
            "winners": 48,
            "swapped": 852,
        },
        SummaryPart.READING,
        "征集作品43件，评选获奖读者48人。读者交换图书852册。",
        {IndicatorCode.ACTIVITY_ENTRIES: 43, IndicatorCode.CONTEST_WINNERS: 0, IndicatorCode.ITEMS_SWAPPED: 852},
    ),
    (
        RecordKind.OUTREACH,
        {"act": "gift", "host_kind": "village", "items": 500, "persons": 300},
        SummaryPart.NETWORK,
        "开展流动服务1次，送书500册，服务读者300人次。",
        {IndicatorCode.OUTREACH: 1, IndicatorCode.OUTREACH_ITEMS: 500, IndicatorCode.VISITS: 0},
    ),
    (
        RecordKind.TRAINING,
        {"topic": "professional", "given": "held", "audience": "keepers", "sessions": 12, "persons": 140},
        SummaryPart.STAFF,
        "组织和参加业务培训12次，培训140人次。",
        {IndicatorCode.TRAINING: 12, IndicatorCode.PARTY_STUDY: 0, IndicatorCode.ACTIVITIES: 0},
    ),
    (
        RecordKind.TRAINING,
        {"topic": "party", "given": "held", "audience": "staff", "sessions": 6},
        SummaryPart.PARTY,
        "开展党建与政治学习6次。",
        {IndicatorCode.PARTY_STUDY: 6, IndicatorCode.TRAINING: 0},
    ),
    (
        RecordKind.TRAINING,
        {"topic": "safety", "given": "held", "audience": "staff", "sessions": 2, "persons": 30},
        SummaryPart.SAFETY,
        "开展安全培训和演练2次，参加30人次。",
        {IndicatorCode.SAFETY_TRAINING: 2},
    ),
    (
        RecordKind.CONTEST,
        {"organiser": "省图书馆", "level": "provincial", "persons": 210, "winners": 117, "award": "优秀组织奖"},
        SummaryPart.READING,
        "组织读者参加上级和其他单位赛事1项，参赛210人次，获奖117人。",
        {IndicatorCode.CONTESTS: 1, IndicatorCode.CONTEST_WINNERS: 117, IndicatorCode.ACTIVITIES: 0},
    ),
    (
        RecordKind.LOCAL_DOCUMENTS,
        {"acquired": "collected", "titles": 40, "items": 102},
        SummaryPart.HOLDINGS,
        "征集地方文献40种，共102册。",
        {IndicatorCode.LOCAL_TITLES: 40, IndicatorCode.LOCAL_ITEMS: 102},
    ),
    (
        RecordKind.NEWSLETTER,
        {"publication": "科技小报", "number": 3, "issues": 3, "copies": 900},
        SummaryPart.READING,
        "编印刊物3期，印发900份。编印“科技小报”3期。",
        {IndicatorCode.NEWSLETTERS: 3, IndicatorCode.NEWSLETTER_COPIES: 900},
    ),
    (
        RecordKind.RESOURCE_USE,
        {"resource": "博看", "hits": 52_300, "downloads": 800, "e_loans": 1_500},
        SummaryPart.SERVICE,
        "数字资源访问5.2万余次，下载800次，电子文献借阅1500册次。",
        {IndicatorCode.RESOURCE_HITS: 52_300, IndicatorCode.RESOURCE_LOANS: 1_500, IndicatorCode.LOANS: 0},
    ),
    (
        RecordKind.RECEPTION,
        {"guests": "students", "sessions": 4, "persons": 1_300},
        SummaryPart.SERVICE,
        "接待来访4批次，其中研学4批次，研学学生1300人次。",
        {IndicatorCode.STUDY_TOURS: 4, IndicatorCode.STUDY_TOUR_PERSONS: 1_300},
    ),
    (
        RecordKind.VOLUNTEERING,
        {"sessions": 23, "persons": 180, "hours": 366},
        SummaryPart.VOLUNTEERS,
        "开展志愿服务23次，志愿者参加180人次，服务时长366小时。",
        {IndicatorCode.VOLUNTEERING: 23},
    ),
    (
        RecordKind.FEEDBACK,
        {"opinion": "praise", "cases": 7},
        SummaryPart.SERVICE,
        "收到读者意见7条，其中表扬7条。",
        {IndicatorCode.FEEDBACK: 7, IndicatorCode.PRAISE: 7, IndicatorCode.COMPLAINTS: 0},
    ),
    (
        RecordKind.ENQUIRIES,
        {"way": "desk", "cases": 320},
        SummaryPart.SERVICE,
        "解答读者咨询320条。",
        {IndicatorCode.ENQUIRIES: 320},
    ),
    (
        RecordKind.STATE,
        {"state": "building_area", "standing": 5_218},
        SummaryPart.SERVICE,
        "馆舍建筑面积5218平方米。",
        {},
    ),
    (
        RecordKind.ACTIVITY,
        {
            "sort": "other",
            "role": "host",
            "mode": "onsite",
            "sessions": 2,
            "groups": ["elderly", "disabled"],
        },
        SummaryPart.GROUPS,
        "面向特殊群体开展活动2场次。",
        {IndicatorCode.ACTIVITIES_FOR_GROUPS: 2, IndicatorCode.ACTIVITIES_FOR_CHILDREN: 0},
    ),
]


@pytest.fixture
def centre(db: None) -> Branch:
    return make_branch("ZG", kind="central", name_zh="文渊区图书馆")


def typed(branch: Branch, kind: RecordKind, values: Fields, title: str = "记录") -> None:
    draft = make_draft(branch, DAY, f"{kind.value} {title}", kind=kind, base=values)
    made = make_record(draft, branch, at=AT, approved=False)
    attach_paper(origin_id=made.id, paper=PAPER, at=AT, desk=make_desk(branch, role=Role.OUTREACH))
    approve_record(row_id=made.id, at=AT, desk=make_desk(branch, role=Role.DIRECTOR))


def text_of(summary: WorkSummary, part: SummaryPart) -> str:
    found = [section for section in summary.sections if section.part is part]
    return "".join(run.text for section in found for sentence in section.sentences for run in sentence)


@pytest.mark.parametrize(
    ("kind", "values", "part", "sentence", "figures"), CASES, ids=[f"{case[0]}-{case[2]}" for case in CASES]
)
def test_a_kind_is_counted_and_told_in_its_part_d15(
    centre: Branch,
    kind: RecordKind,
    values: Fields,
    part: SummaryPart,
    sentence: str,
    figures: dict[IndicatorCode, int],
) -> None:
    typed(centre, kind, values)

    found = figures_of(period=H1, at=AT).values
    assert {code: found[code] for code in figures} == figures
    for code, number in figures.items():
        assert sum(row.value for row in rows_of(WantedRows(code, H1, None)).rows) == number
    assert text_of(work_summary(period=H1, branch=None, at=AT), part).endswith(sentence)


def test_what_another_body_held_is_told_apart_and_is_no_activity_of_the_library_d18(centre: Branch) -> None:
    taken: Fields = {"sort": "lecture", "role": "participant", "mode": "online", "sessions": 2, "persons": 60}
    typed(centre, RecordKind.ACTIVITY, {**taken, "groups": ["elderly"], "plays": 9})

    found = {code: number for code, number in figures_of(period=H1, at=AT).values.items() if number}
    assert found == {IndicatorCode.ACTIVITIES_JOINED: 2, IndicatorCode.ACTIVITIES_JOINED_PERSONS: 60}
    assert rows_of(WantedRows(IndicatorCode.LECTURES, H1, None)).rows == ()
    assert [row.value for row in rows_of(WantedRows(IndicatorCode.ACTIVITIES_JOINED, H1, None)).rows] == [2]
    summary = work_summary(period=H1, branch=None, at=AT)
    assert text_of(summary, SummaryPart.READING) == "组织读者参加其他单位活动2场次，参加60人次。"
    assert SummaryPart.GROUPS in summary.silent
    typed(centre, RecordKind.ACTIVITY, {**taken, "role": "co_organiser"}, "协办")
    told = text_of(work_summary(period=H1, branch=None, at=AT), SummaryPart.READING)
    assert "举办阅读推广活动2场次，参加活动60人次。其中讲座2场次。以上活动中，线上举办2场次。" in told


def test_the_parts_of_a_whole_begin_with_the_first_that_is_told(centre: Branch) -> None:
    typed(centre, RecordKind.FEEDBACK, {"opinion": "suggestion", "cases": 3}, "建议")
    typed(centre, RecordKind.FEEDBACK, {"opinion": "complaint", "cases": 2}, "投诉")

    summary = work_summary(period=H1, branch=None, at=AT)

    assert text_of(summary, SummaryPart.SERVICE).endswith("收到读者意见5条，其中建议3条，投诉2条。")


def test_a_part_whose_whole_is_silent_is_told_by_itself_s14(centre: Branch) -> None:
    typed(centre, RecordKind.STATE, {"state": "special_seats", "standing": 8}, "专座")
    alone = text_of(work_summary(period=H1, branch=None, at=AT), SummaryPart.SERVICE)
    typed(centre, RecordKind.STATE, {"state": "seats", "standing": 150}, "座席")

    told = text_of(work_summary(period=H1, branch=None, at=AT), SummaryPart.SERVICE)

    assert alone == "残障读者专用座席8个。"
    assert told == "设阅览座席150个，其中残障读者专用座席8个。"


def test_what_was_put_right_makes_no_earlier_year_known(centre: Branch) -> None:
    values: Fields = {"outlet": "鹿鸣日报", "level": "county", "medium": "paper"}
    slip = make_draft(centre, date(2024, 4, 23), kind=RecordKind.MEDIA, base=values)
    row = make_record(slip, centre, at=AT)
    fresh = correct_record(
        row_id=row.id,
        draft=replace(slip, first_date=DAY, last_date=DAY),
        reason="年份有误",
        at=AT,
        desk=make_desk(centre, role=Role.OUTREACH),
    ).record
    approve_record(row_id=fresh.id, at=AT, desk=make_desk(centre, role=Role.DIRECTOR))

    summary = work_summary(period=H1, branch=None, at=AT)

    assert text_of(summary, SummaryPart.PUBLICITY) == "被媒体报道1篇（条）。"


def test_every_kind_is_among_the_cases() -> None:
    assert {case[0] for case in CASES} == set(RecordKind)


def test_a_whole_year_of_kinds_makes_one_document_with_its_tables_d16(centre: Branch) -> None:
    for kind, values in {case[0]: case[1] for case in CASES}.items():
        typed(centre, kind, values)

    summary = work_summary(period=H1, branch="ZG", at=AT)

    assert [table.title for table in summary.tables] == ["活动一览表", "媒体报道目录", "荣誉目录", "参加赛事目录"]
    assert summary.tables[2].rows == (("1", "4月23日", "honour 记录", "省图书馆学会", "省级", "集体", ""),)
    assert summary.tables[3].rows[0][3:] == ("省图书馆", "省级", "210", "117", "优秀组织奖")
    assert summary_docx(summary).startswith(b"PK")


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (RecordKind.RESOURCE_USE, {"resource": "博看", "hits": 5}),
        (RecordKind.CONTEST, {"organiser": "省图书馆", "level": "provincial", "rank": "全省第一"}),
    ],
)
def test_what_wants_a_proof_is_approved_with_one_and_keeps_it_d17(
    centre: Branch, kind: RecordKind, values: Fields
) -> None:
    typist, director = make_desk(centre, role=Role.OUTREACH), make_desk(centre, role=Role.DIRECTOR)
    draft = make_draft(centre, DAY, kind=kind, base=values)
    row = enter_record(draft=draft, at=AT, desk=typist).record

    with pytest.raises(RecordRefused) as refused:
        approve_record(row_id=row.id, at=AT, desk=director)
    paper_id = attach_paper(origin_id=row.id, paper=PAPER, at=AT, desk=typist)
    approve_record(row_id=row.id, at=AT, desk=director)
    with pytest.raises(RecordRefused) as kept:
        remove_paper(paper_id=paper_id, reason="误传", at=AT, desk=typist)

    assert refused.value.reasons == (RecordReason.PAPER_MISSING,)
    assert kept.value.reasons == (RecordReason.PROOF_APPROVED,)
