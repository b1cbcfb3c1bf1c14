"""Texts with figures in them, and what reading anew changes (docs/specs/work-summary.md, D-01 to D-08)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.office.daybook.data import RecordKind
from wenyuan.office.documents.anew import sentences_of, source_of
from wenyuan.office.documents.data import (
    Chip,
    DocumentReason,
    Part,
    PartDraft,
    Source,
    SourceKind,
    TextDraft,
)
from wenyuan.office.documents.rules import (
    MOST_PARTS,
    PART_CHARACTERS,
    faults_of,
    in_order,
    marks_in,
    paragraphs_of,
    parts_of,
    text_of,
    without_marks,
)
from wenyuan.office.documents.storing import chips_read, chips_stored, parts_read, parts_stored
from wenyuan.office.figures.data import (
    CalendarCode,
    IndicatorCode,
    Listed,
    Opened,
    Period,
    Run,
    Said,
    StockCode,
    SummaryPart,
)
from wenyuan.office.figures.queries import parse_period

LOANS = Source(kind=SourceKind.FIGURE, code="loans")
CHIPS = (Chip(1, LOANS, "36册次"), Chip(2, Source(kind=SourceKind.UP_TO), "6月12日"))
YEAR: Period = parse_period("2026")


@pytest.mark.parametrize(
    ("text", "paragraphs"),
    [
        ("", ()),
        (" \n\t\n", ()),
        ("外借文献【1】。", (("外借文献", 1, "。"),)),
        ("【1】【2】", ((1, 2),)),
        ("甲\r\n\r\n乙【12】", (("甲",), ("乙", 12))),
        ("国发〔2026〕5号【】【0】【01】【12345】[3]", (("国发〔2026〕5号【】【0】【01】【12345】[3]",),)),
    ],
)
def test_a_line_is_a_paragraph_and_a_mark_a_chip_d01(text: str, paragraphs: object) -> None:
    assert paragraphs_of(text) == paragraphs


prose = st.text(st.sampled_from("馆藏12【】。，5 〔〕[]"), min_size=1).map(lambda text: without_marks(text).strip())
piece = st.one_of(prose.filter(bool), st.integers(1, 9999))


@given(st.lists(st.lists(piece, min_size=1), min_size=1))
def test_what_was_read_is_typed_and_read_again_alike_d01(lines: list[list[str | int]]) -> None:
    read = paragraphs_of(text_of(tuple(tuple(line) for line in lines)))

    assert paragraphs_of(text_of(read)) == read
    assert parts_read(parts_stored([Part(None, "题", read)])) == (Part(None, "题", read),)
    wanted = [one for line in lines for one in line if isinstance(one, int)]
    stood = marks_in([Part(None, "题", read)])
    assert stood == wanted or any("【" in str(one) for line in lines for one in line)


def draft(*parts: tuple[str, str], title: str = "总结", leaves_out: bool = False) -> TextDraft:
    return TextDraft(title, [PartDraft(None, heading, text) for heading, text in parts], leaves_out)


@pytest.mark.parametrize(
    ("given_draft", "faults"),
    [
        (draft(("", "借【1】，截至【2】")), {}),
        (draft(("", "截至【2】"), ("服务", "借【1】")), {}),
        (draft(("", "借【1】")), {DocumentReason.LOST_MARK: (2,)}),
        (draft(("", "借【1】"), leaves_out=True), {}),
        (draft(("", "【1】【2】【7】【9】")), {DocumentReason.UNKNOWN_MARK: (7, 9)}),
        (draft(("", "【1】【2】"), ("服务", "【1】")), {DocumentReason.DOUBLED_MARK: (1,)}),
        (draft(("", "【1】【2】"), (" ", "正文")), {DocumentReason.HEADING_MISSING: ()}),
        (draft(("", "【1】【2】"), ("空的一部分", " ")), {}),
        (draft(("", "【1】【2】"), title=" "), {DocumentReason.TITLE_MISSING: ()}),
        (draft(("", "【1】【2】"), title="题" * 121), {DocumentReason.TEXT_TOO_LONG: ()}),
        (draft(("", "【1】【2】"), ("题" * 61, "正文")), {DocumentReason.TEXT_TOO_LONG: ()}),
        (draft(("", "【1】【2】" + "字" * PART_CHARACTERS)), {DocumentReason.TEXT_TOO_LONG: ()}),
        (draft(("", "【1】【2】"), *[("题", "文")] * MOST_PARTS), {DocumentReason.TOO_MANY: ()}),
        (draft(leaves_out=True), {DocumentReason.TEXT_MISSING: ()}),
        (
            draft(("", "【1】【1】【3】"), title=""),
            {
                DocumentReason.TITLE_MISSING: (),
                DocumentReason.UNKNOWN_MARK: (3,),
                DocumentReason.DOUBLED_MARK: (1,),
                DocumentReason.LOST_MARK: (2,),
            },
        ),
    ],
)
def test_every_fault_of_a_draft_is_told_at_once_d02(given_draft: TextDraft, faults: object) -> None:
    assert faults_of(given_draft, CHIPS) == faults


def test_a_part_without_a_text_is_left_out_d03() -> None:
    assert [one.heading for one in parts_of(draft(("甲", "文"), ("乙", "\n "), ("丙", "文")))] == ["甲", "丙"]


@pytest.mark.parametrize(
    ("places", "order"),
    [
        ([], []),
        ([1, 2, 3], [0, 1, 2]),
        ([1, 2, 1], [2, 0, 1]),
        ([3, 2, 3], [1, 2, 0]),
        ([1, 2, 3, 2], [0, 3, 1, 2]),
        ([2, 1], [1, 0]),
    ],
)
def test_a_part_that_is_moved_takes_its_place_from_the_one_there_d03(places: list[int], order: list[int]) -> None:
    assert in_order(places) == order


@pytest.mark.parametrize(
    ("paragraph", "sentences"),
    [
        (("甲。乙", 1, "。"), [("甲。",), ("乙", 1, "。")]),
        ((1, "；", 2, "。其中", 3), [(1, "；", 2, "。"), ("其中", 3)]),
        ((1,), [(1,)]),
        ((), []),
    ],
)
def test_a_sentence_ends_with_its_stop_d06(paragraph: tuple[str | int, ...], sentences: object) -> None:
    assert list(sentences_of(paragraph)) == sentences


@pytest.mark.parametrize(
    ("run", "source"),
    [
        (Run("，"), None),
        (Run("6月12日", said=Said.UP_TO), Source(kind=SourceKind.UP_TO)),
        (Run("36册次", IndicatorCode.LOANS), LOANS),
        (
            Run("增加", IndicatorCode.LOANS, earlier=True, said=Said.COMPARED),
            Source(kind=SourceKind.FIGURE, code="loans", said=Said.COMPARED),
        ),
        (
            Run("260天", CalendarCode.OPEN_DAYS, earlier=True, said=Said.BEFORE),
            Source(kind=SourceKind.FIGURE, code="open_days", said=Said.BEFORE),
        ),
        (
            Run("20人次", said=Said.DAILY, of=IndicatorCode.VISITS),
            Source(kind=SourceKind.FIGURE, code="visits", said=Said.DAILY),
        ),
        (Run("5人次", IndicatorCode.VISITS, point_id=7), Source(kind=SourceKind.POINT, number=7)),
        (Run("3000册", goal_id=4), Source(kind=SourceKind.GOAL, number=4)),
        (
            Run("12个", opened=Opened(StockCode.BRANCHES, YEAR, None), goal_id=4),
            Source(kind=SourceKind.SO_FAR, number=4),
        ),
        (
            Run("15场次", listed=Listed(RecordKind.ACTIVITY, "brand", "连图讲坛", held=True)),
            Source(kind=SourceKind.LISTED, code="activity", field="brand", value="连图讲坛", held=True),
        ),
    ],
)
def test_each_number_of_a_summary_becomes_what_it_tells_and_is_kept_so_d04(run: Run, source: Source | None) -> None:
    assert source_of(run) == source
    if source:
        chip = Chip(3, source, "旧", gone=True)
        assert chips_read(chips_stored([chip])) == (chip,)


def test_a_part_keeps_what_it_is_d03() -> None:
    part = Part(SummaryPart.NEXT, "下一步打算", (("甲", 1),))

    assert parts_read(parts_stored([part])) == (part,)
