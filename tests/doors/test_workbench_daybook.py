"""The daybook at the workbench: one set of pages for every kind, forms made from data, files looked at."""

import io
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document
from PIL import Image

from tests.factories.daybook import make_draft, make_record
from tests.factories.office_pages import NOON, Town, make_town
from tests.factories.staff_pages import staff_at
from wenyuan.doors.workbench.daybook.forms import LISTED_BY
from wenyuan.doors.workbench.daybook.words import CHOICES, FAULTS, FIELDS, KINDS, REASONS, STATES
from wenyuan.office.daybook.data import KINDS as SPECS
from wenyuan.office.daybook.data import FieldFault, FieldType, RecordKind, RecordReason, RecordState
from wenyuan.office.daybook.models import Record
from wenyuan.office.daybook.queries import papers_of
from wenyuan.office.figures.summary.skeleton import NAMINGS
from wenyuan.organisation.accounts.data import Role

pytestmark = pytest.mark.usefixtures("db")
DAY = date(2026, 4, 22)
SENT = {
    "title": "走进茶文化",
    "first_date": "2026-04-22",
    "sort": "lecture",
    "role": "host",
    "mode": "onsite",
    "sessions": "1",
    "persons": "35",
    "brand": "鹿鸣讲坛",
    "number": "15",
    "groups": ["elderly"],
    "evidence": "签到表 2 页",
}


@pytest.fixture
def town() -> Town:
    return make_town()


def record_of(title: str) -> Record:
    return Record.objects.filter(title=title).latest("id")


def test_everything_that_a_kind_says_has_words() -> None:
    assert set(KINDS) == set(SPECS) == set(RecordKind)
    for spec in SPECS.values():
        assert {one.name for one in spec.fields} <= set(FIELDS), spec.kind
        for one in spec.fields:
            if one.type in {FieldType.CHOICE, FieldType.CHOICES}:
                assert set(one.choices) <= set(CHOICES[one.name]), one.name
    assert (set(REASONS), set(FAULTS), set(STATES)) == (set(RecordReason), set(FieldFault), set(RecordState))


def test_a_record_is_typed_approved_and_stands_in_the_figures(town: Town) -> None:
    typist, director = staff_at(town.central, Role.OUTREACH), staff_at(town.central, Role.DIRECTOR)

    made = typist.post("/workbench/daybook/new/activity/", {**SENT, "branch": town.central.id})
    row = record_of("走进茶文化")
    assert made.headers["Location"] == f"/workbench/daybook/{row.id}/"
    assert row.values == {
        "sort": "lecture",
        "role": "host",
        "mode": "onsite",
        "sessions": 1,
        "persons": 35,
        "brand": "鹿鸣讲坛",
        "number": 15,
        "groups": ["elderly"],
    }
    page = typist.get(made.headers["Location"]).content.decode()
    assert "待审核" in page
    assert f"/workbench/daybook/{row.id}/approved" not in page
    assert typist.post(f"/workbench/daybook/{row.id}/approved").status_code == 403

    assert f"/workbench/daybook/{row.id}/approved" in director.get(f"/workbench/daybook/{row.id}/").content.decode()
    director.post(f"/workbench/daybook/{row.id}/approved")
    figures = director.get("/workbench/figures/?period=2026-04&branch=C").content.decode()
    assert "参加活动人次" in figures
    rows = director.get("/workbench/figures/rows?indicator=lecture_attendance&period=2026-04&branch=C")
    assert rows.context["value"] == 35
    assert f'href="/workbench/daybook/{row.id}/">走进茶文化</a>' in rows.content.decode()


def test_a_refused_form_keeps_what_was_typed_and_marks_its_fields(town: Town) -> None:
    typist = staff_at(town.central, Role.OUTREACH)
    sent: dict[str, Any] = {**SENT, "branch": town.central.id, "last_date": "2026-04-20", "sort": "", "evidence": " "}

    page = typist.post("/workbench/daybook/new/activity/", sent)

    assert page.status_code == 422
    assert {"sort", "evidence"} <= set(page.context["form"].errors)
    assert 'value="走进茶文化"' in page.content.decode()
    late = typist.post("/workbench/daybook/new/activity/", {**sent, "sort": "film", "evidence": "签到表"})
    assert "结束日期早于开始日期。" in late.content.decode()
    assert "last_date" in late.context["form"].errors
    assert typist.get("/workbench/daybook/new/no-such-kind/").status_code == 404


def test_a_correction_and_a_withdrawal_wait_for_a_colleague(town: Town) -> None:
    row = make_record(make_draft(town.central, DAY), town.central, at=NOON)
    typist = staff_at(town.central, Role.OUTREACH)
    form = typist.get(f"/workbench/daybook/{row.id}/edit").context["form"]
    values = {name: field.value() for name, field in ((one.name, one) for one in form) if field.value() is not None}

    without = typist.post(f"/workbench/daybook/{row.id}/edit", {**values, "persons": 66})
    typist.post(f"/workbench/daybook/{row.id}/edit", {**values, "persons": 66, "reason": "漏记一页"})

    assert without.context["form"].errors["reason"] == ["请填原因。"]
    newest = record_of(row.title)
    page = typist.get(f"/workbench/daybook/{row.id}/").content.decode()
    assert "审核前仍按前一条计入数据。" in page
    assert "漏记一页" in page
    typist.post(f"/workbench/daybook/{newest.id}/withdrawn", {"reason": "没有举办"})
    gone = record_of(row.title)
    assert (gone.withdrawn, gone.approved_at) == (True, None)
    page = typist.get(f"/workbench/daybook/{row.id}/").content.decode()
    assert "待撤回" in page
    assert f"/workbench/daybook/{gone.id}/edit" in page
    assert f"/workbench/daybook/{gone.id}/withdrawn" not in page
    typist.post(f"/workbench/daybook/{gone.id}/edit", {**values, "key": "", "reason": "确有举办"})
    assert (record_of(row.title).withdrawn, record_of(row.title).replaces_id) == (False, gone.id)


def test_the_list_is_filtered_and_shows_only_ones_own_branches(town: Town) -> None:
    for number in range(52):
        make_record(
            make_draft(town.central, DAY, f"讲座 {number}", brand="鹿鸣讲坛"), town.central, at=NOON, approved=False
        )
    make_record(make_draft(town.ring, DAY, "环城读书会"), town.ring, at=NOON)
    keeper = staff_at(town.ring, Role.KEEPER)
    director = staff_at(town.central, elsewhere=[(Role.DIRECTOR, None)])
    terms = "first=2026-04-01&last=2026-04-30"

    assert [one.row.title for one in keeper.get(f"/workbench/daybook/?{terms}").context["rows"]] == ["环城读书会"]
    whole = director.get(f"/workbench/daybook/?{terms}")
    assert len(whole.context["rows"]) == 50
    onward = director.get(f"/workbench/daybook/?{terms}&from={whole.context['onward'].token}")
    assert len(onward.context["rows"]) == 3
    below = director.get(f"/workbench/daybook/?{terms}&branch={town.ring.id}&state=counted")
    assert [one.row.title for one in below.context["rows"]] == ["环城读书会"]
    assert director.get(f"/workbench/daybook/?{terms}&brand=无").context["rows"] == []
    assert "没有符合条件的记录" in director.get("/workbench/daybook/?first=2025-01-01&last=2025-01-02").content.decode()
    assert keeper.get(f"/workbench/daybook/{record_of('讲座 1').id}/").status_code == 403
    assert director.get("/workbench/daybook/?first=soon").status_code == 422
    assert staff_at(town.central, Role.DRIVER).get("/workbench/daybook/").status_code == 403


def test_a_list_of_fifty_asks_no_more_than_a_list_of_one(town: Town, django_assert_max_num_queries: Any) -> None:
    for number in range(30):
        make_record(make_draft(town.central, DAY, f"讲座 {number}"), town.central, at=NOON)
    director = staff_at(town.central, Role.DIRECTOR)

    with django_assert_max_num_queries(10):
        page = director.get("/workbench/daybook/?first=2026-04-01&last=2026-04-30")

    assert len(page.context["rows"]) == 30


def _picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (30, 20), "white").save(out, "PNG")
    return out.getvalue()


def _zip(*names: str, contents: bytes = b"x") -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w") as file:
        for name in names:
            file.writestr(name, contents)
    return out.getvalue()


WORD = ("[Content_Types].xml", "word/document.xml")
MACROS = '<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>'


@pytest.mark.parametrize(
    ("data", "form"),
    [
        (_picture(), "jpg"),
        (b"%PDF-1.4 sheet", "pdf"),
        (_zip("[Content_Types].xml", "word/document.xml"), "docx"),
        (_zip("[Content_Types].xml", "xl/workbook.xml"), "xlsx"),
        (_zip("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"), ""),
        (_zip(*WORD, contents=MACROS.encode()), ""),
        (_zip(*WORD, contents=MACROS.encode("utf-16")), ""),
        (_zip(*WORD, contents=b'ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"'), ""),
        (_zip(*WORD, "[Content_Types].xm_").replace(b".xm_", b".xml"), ""),
        (_zip("a.txt"), ""),
        (b"PK\x03\x04 broken", ""),
        (b"<html><script>", ""),
        (b"MZ\x90", ""),
    ],
)
def test_a_file_is_what_its_bytes_are(town: Town, settings: Any, tmp_path: Path, data: bytes, form: str) -> None:
    settings.HOME = tmp_path
    row = make_record(make_draft(town.central, DAY), town.central, at=NOON, approved=False)
    typist = staff_at(town.central, Role.OUTREACH)

    typist.post(f"/workbench/daybook/{row.id}/files", {"file": SimpleUploadedFile("签到表.pdf", data)})

    assert [one.form for one in papers_of(row.id)] == ([form] if form else [])
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == (1 if form else 0)


def test_a_file_is_handed_out_to_those_who_see_the_record_and_taken_away(
    town: Town, settings: Any, tmp_path: Path
) -> None:
    settings.HOME = tmp_path
    row = make_record(make_draft(town.central, DAY), town.central, at=NOON)
    typist = staff_at(town.central, Role.OUTREACH)
    for _twice in range(2):
        typist.post(f"/workbench/daybook/{row.id}/files", {"file": SimpleUploadedFile("notice.hta", b"%PDF-1.4 x")})
    (paper,) = papers_of(row.id)
    url = f"/workbench/daybook/files/{row.id}/{paper.id}"

    got = typist.get(url)

    assert b"".join(got) == b"%PDF-1.4 x"
    assert got.headers["Content-Disposition"] == 'attachment; filename="notice.pdf"'
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert staff_at(town.ring, Role.KEEPER).get(url).status_code == 403
    typist.post(f"{url}/removed", {"reason": " "})
    assert [one.removed_at for one in papers_of(row.id)] == [None]
    typist.post(f"{url}/removed", {"reason": "含姓名"})
    assert typist.get(url).status_code == 404
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_every_name_of_the_summary_opens_the_records_that_make_its_number(town: Town) -> None:
    base: dict[RecordKind, dict[str, Any]] = {
        RecordKind.ACTIVITY: {"sort": "lecture", "role": "host", "mode": "onsite"},
        RecordKind.NEWSLETTER: {},
    }
    for naming in NAMINGS:
        for name, number in (("鹿鸣", 3), ("鹿鸣", 4), ("其他", 2)):
            values = {**base[naming.kind], naming.field: name, naming.number: number}
            draft = make_draft(town.central, DAY, f"{name} {number}", kind=naming.kind, base=values)
            make_record(draft, town.central, at=NOON)
    director = staff_at(town.central, Role.DIRECTOR)

    page = director.get("/workbench/figures/summary?period=2026-04&branch=C")

    runs = [run for _part, sentences in page.context["sections"] for sentence in sentences for run in sentence]
    listed = [(words, director.get(url)) for words, url in runs if url.startswith("/workbench/daybook/?")]
    assert {naming.field for naming in NAMINGS} == set(LISTED_BY)
    assert len(listed) == 2 * len(NAMINGS)
    for words, opened in listed:
        sums = {sum(one.row.number(naming.number) or 0 for one in opened.context["rows"]) for naming in NAMINGS}
        assert int("".join(sign for sign in words if sign.isdigit())) in sums, words
    assert {len(opened.context["rows"]) for _words, opened in listed} == {1, 2}


def test_the_summary_tells_activities_names_series_and_lists_them(town: Town) -> None:
    for day, sessions in ((20, 9), (21, 6)):
        draft = make_draft(
            town.central, date(2026, 4, day), f"讲座 {day}", sessions=sessions, brand="鹿鸣讲坛", number=day
        )
        make_record(draft, town.central, at=NOON)
    make_record(make_draft(town.ring, DAY, "换书大集", sort="festival", persons=530), town.ring, at=NOON)
    make_record(make_draft(town.ring, DAY, "还没有审核"), town.ring, at=NOON, approved=False)
    director = staff_at(town.central, Role.DIRECTOR)

    page = director.get("/workbench/figures/summary?period=2026-04&branch=C")

    text = page.content.decode()
    reading = dict(page.context["sections"])["阅读推广"]
    told = "".join(words for sentence in reading for words, _url in sentence)
    assert told == "举办阅读推广活动16场次，参加活动650人次。其中讲座15场次。品牌活动有“鹿鸣讲坛”15场次。"
    urls = {words: url for sentence in reading for words, url in sentence if url}
    for number, value in (("16场次", 16), ("650人次", 650)):
        assert director.get(urls[number]).context["value"] == value
    listed = director.get(reading[2][1][1]).context["rows"]
    assert sum(one.row.values["sessions"] for one in listed) == 15
    assert "活动一览表" in text
    assert "还没有审核" not in text
    file = Document(io.BytesIO(director.get("/workbench/figures/summary.docx?period=2026-04&branch=C").content))
    _figures, table = file.tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["序号", "时间", "活动名称", "类别", "方式", "形式", "合作单位", "场次", "参加人次"],
        ["1", "4月20日", "鹿鸣讲坛第20期 讲座 20", "讲座", "主办", "线下", "", "9", "60"],
        ["2", "4月21日", "鹿鸣讲坛第21期 讲座 21", "讲座", "主办", "线下", "", "6", "60"],
        ["3", "4月22日", "换书大集", "节庆、市集", "主办", "线下", "", "1", "530"],
    ]
