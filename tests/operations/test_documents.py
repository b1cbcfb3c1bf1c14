"""Keeping, writing and reading anew a work summary (docs/specs/work-summary.md, D-01 to D-10)."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection

from tests.factories.accounts import make_desk
from tests.factories.network import make_branch
from tests.factories.office_pages import happened
from tests.racing import at_once
from wenyuan.office.documents.data import (
    DocumentFacts,
    DocumentReason,
    DocumentRefused,
    PartDraft,
    SourceKind,
    TextDraft,
)
from wenyuan.office.documents.models import Document
from wenyuan.office.documents.operations import keep_summary, put_figure, rewrite_document, take_over_figures
from wenyuan.office.documents.queries import draft_of, get_document, list_documents, read_anew
from wenyuan.office.figures.data import BadPeriod, IndicatorCode, Said, SummaryPart
from wenyuan.office.figures.queries import parse_period
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed

AT = datetime(2026, 7, 8, 4, tzinfo=UTC)
SPRING = datetime(2026, 3, 1, 4, tzinfo=UTC)
LATE = datetime(2026, 6, 20, 4, tzinfo=UTC)
HALF = parse_period("2026-H1")


@pytest.fixture
def central(db: None) -> Branch:
    return make_branch("C", kind="central")


@pytest.fixture
def desk(central: Branch) -> Desk:
    return make_desk(central, role=Role.DIRECTOR, everywhere=True)


def kept(desk: Desk, *, to: date | None = None, branch: str | None = None, key: str | None = None) -> DocumentFacts:
    return keep_summary(period=HALF, branch=branch, figures_to=to, at=AT, desk=desk, key=key)


def words(document: DocumentFacts) -> str:
    return "".join(
        one if isinstance(one, str) else document.chip(one).text
        for part in document.parts
        for line in part.paragraphs
        for one in line
    )


def typed(document: DocumentFacts, *more: PartDraft, leaves_out: bool = False, **changes: str) -> TextDraft:
    """The text as it stands, with words exchanged and parts behind it."""
    draft = draft_of(document.title, document.parts)
    parts = []
    for one in draft.parts:
        text = one.text
        for old, new in changes.items():
            text = text.replace(old, new)
        parts.append(replace(one, text=text))
    return TextDraft(draft.title, [*parts, *more], leaves_out)


def written(document: DocumentFacts, draft: TextDraft, desk: Desk) -> DocumentFacts:
    return rewrite_document(document_id=document.id, version=document.version, draft=draft, at=AT, desk=desk)


def refused(call: Any) -> DocumentRefused:
    with pytest.raises(DocumentRefused) as told:
        call()
    return told.value


def test_a_summary_is_kept_as_it_was_written_with_each_number_a_chip_d04(central: Branch, desk: Desk) -> None:
    happened(Kind.LOAN, central, at=SPRING, times=36)

    made = kept(desk)

    assert made.title.endswith("2026年上半年工作总结")
    assert "外借文献36册次" in words(made)
    [loans] = [one for one in made.chips if one.source.code == "loans"]
    assert (loans.source.kind, loans.source.said, loans.text) == (SourceKind.FIGURE, Said.TOLD, "36册次")
    assert ("外借册次", "册次", "36") in [row[:3] for row in made.annexes[0].rows]
    assert (made.version, made.counted, made.branch) == (1, HALF, None)
    assert get_document(made.id) == made


def test_what_is_recorded_later_changes_nothing_that_is_kept_d04(central: Branch, desk: Desk) -> None:
    happened(Kind.LOAN, central, at=SPRING, times=36)
    made = kept(desk)

    happened(Kind.LOAN, central, at=SPRING, times=4)

    assert get_document(made.id) == made


def test_the_same_form_sent_twice_keeps_one_summary_d05(central: Branch, desk: Desk) -> None:
    first = kept(desk, key="k")

    assert kept(desk, key="k") == first
    assert Document.objects.count() == 1
    assert refused(lambda: kept(desk, branch="C", key="k")).reasons == (DocumentReason.KEY_REUSED,)


def test_a_text_is_rewritten_its_parts_added_and_left_out_d01(central: Branch, desk: Desk) -> None:
    happened(Kind.LOAN, central, at=SPRING, times=36)
    made = kept(desk)

    own = PartDraft(SummaryPart.PROBLEMS, "存在问题", "新书偏少。\n\n人手不足。")
    after = written(made, typed(made, own, 外借文献="共外借文献"), desk)

    assert "共外借文献36册次" in words(after)
    assert after.parts[-1].heading == "存在问题"
    assert after.parts[-1].part is SummaryPart.PROBLEMS
    assert after.parts[-1].paragraphs == (("新书偏少。",), ("人手不足。",))
    assert after.version == 2


def test_a_mark_that_is_gone_is_told_and_leaves_only_by_a_tick_d02(central: Branch, desk: Desk) -> None:
    happened(Kind.LOAN, central, at=SPRING, times=36)
    made = kept(desk)
    draft = TextDraft(made.title, [PartDraft(None, "", "一切都好。")])

    told = refused(lambda: written(made, draft, desk))
    assert told.reasons == (DocumentReason.LOST_MARK,)
    assert told.marks_of(DocumentReason.LOST_MARK) == tuple(one.number for one in made.chips)
    assert get_document(made.id) == made

    after = written(made, replace(draft, leaves_out=True), desk)
    assert after.chips == ()


def test_the_second_of_two_writers_is_told_and_overwrites_nothing_d05(central: Branch, desk: Desk) -> None:
    made = kept(desk)
    first = written(made, typed(made, PartDraft(None, "甲", "文")), desk)

    told = refused(lambda: written(made, typed(made, PartDraft(None, "乙", "文")), desk))

    assert told.reasons == (DocumentReason.SUPERSEDED,)
    assert get_document(made.id) == first


def put(desk: Desk, made: DocumentFacts, said: Said, *, place: int = 0, version: int = 1) -> DocumentFacts:
    return put_figure(
        document_id=made.id, version=version, figure=IndicatorCode.LOANS, said=said, place=place, at=AT, desk=desk
    )


def test_a_figure_is_put_in_of_the_days_of_the_others_d07(central: Branch, desk: Desk) -> None:
    happened(Kind.LOAN, central, at=SPRING, times=1200)
    made = kept(desk, to=date(2026, 6, 12))
    happened(Kind.LOAN, central, at=LATE, times=9)

    after = put(desk, made, Said.FULL)

    assert after.parts[0].paragraphs[-1][-1] == len(made.chips) + 1
    assert after.chips[-1].text == "1200册次"
    assert refused(lambda: put(desk, made, Said.BEFORE, version=2)).reasons == (DocumentReason.NOTHING_TOLD,)
    assert refused(lambda: put(desk, made, Said.FULL, place=99, version=2)).reasons == (DocumentReason.NO_SUCH_PART,)
    assert refused(lambda: put(desk, made, Said.FULL)).reasons == (DocumentReason.SUPERSEDED,)


def test_no_figure_is_put_in_beside_others_that_moved_d07(central: Branch, desk: Desk) -> None:
    happened(Kind.LOAN, central, at=SPRING, times=1200)
    made = kept(desk)
    happened(Kind.LOAN, central, at=LATE, times=9)

    assert refused(lambda: put(desk, made, Said.FULL)).reasons == (DocumentReason.FIGURES_MOVED,)

    assert get_document(made.id) == made
    outcome = read_anew(made, at=AT)
    take_over_figures(document_id=made.id, version=1, figures_to=None, digest=outcome.digest, at=AT, desk=desk)
    assert put(desk, made, Said.FULL, version=2).chips[-1].text == "1209册次"


def test_a_figure_is_put_in_up_to_the_last_day_that_the_text_counts_d07(central: Branch, desk: Desk) -> None:
    happened(Kind.LOAN, central, at=SPRING, times=36)
    happened(Kind.LOAN, central, at=LATE, times=4)
    made = kept(desk, to=date(2026, 6, 12))

    after = put_figure(
        document_id=made.id, version=1, figure=IndicatorCode.LOANS, said=Said.FULL, place=0, at=AT, desk=desk
    )

    assert after.chips[-1].text == "36册次"


def test_every_changed_sentence_is_shown_before_anything_is_taken_over_d06(central: Branch, desk: Desk) -> None:
    happened(Kind.LOAN, central, at=SPRING, times=36)
    made = kept(desk, to=date(2026, 6, 12))
    happened(Kind.LOAN, central, at=LATE, times=4)
    happened(Kind.VISIT, central, at=LATE, quantity=0, persons=50)

    outcome = read_anew(made, at=AT)

    shown = [
        ("".join(one.before for one in sentence.pieces), "".join(one.after for one in sentence.pieces))
        for sentence in outcome.sentences
    ]
    assert ("以下数据截至6月12日。", "以下数据截至6月30日。") in shown
    assert any("外借文献36册次" in before and "外借文献40册次" in after for before, after in shown)
    assert all(before != after for before, after in shown)
    assert any("50人次" in text for _heading, text in outcome.untold)
    assert get_document(made.id) == made


def test_what_was_shown_is_taken_over_with_tables_and_days_d06(central: Branch, desk: Desk) -> None:
    happened(Kind.LOAN, central, at=SPRING, times=36)
    made = kept(desk, to=date(2026, 6, 12))
    happened(Kind.LOAN, central, at=LATE, times=4)
    outcome = read_anew(made, at=AT)

    after = take_over_figures(document_id=made.id, version=1, figures_to=None, digest=outcome.digest, at=AT, desk=desk)

    assert "外借文献40册次" in words(after)
    assert after.counted == HALF
    assert ("外借册次", "册次", "40") in [row[:3] for row in after.annexes[0].rows]
    assert after.version == 2
    assert read_anew(after, at=AT).sentences == ()


def test_figures_that_moved_since_they_were_shown_are_not_taken_over_d06(central: Branch, desk: Desk) -> None:
    happened(Kind.LOAN, central, at=SPRING, times=36)
    made = kept(desk)
    outcome = read_anew(made, at=AT)
    happened(Kind.LOAN, central, at=LATE, times=4)

    told = refused(
        lambda: take_over_figures(
            document_id=made.id, version=1, figures_to=None, digest=outcome.digest, at=AT, desk=desk
        )
    )

    assert told.reasons == (DocumentReason.OTHER_OUTCOME,)
    assert get_document(made.id) == made


def test_what_nothing_tells_any_more_keeps_its_words_and_is_named_d08(central: Branch, desk: Desk) -> None:
    happened(Kind.LOAN, central, at=SPRING, times=36)
    made = kept(desk)
    source = replace(made.chips[0].source, code="no_longer_counted")
    Document.objects.filter(id=made.id).update(
        chips=[{"number": 1, "text": "7", "gone": False, "source": {"kind": "figure", "code": source.code}}],
        parts=[{"part": "", "heading": "", "paragraphs": [["共", 1, "。"]]}],
    )
    before = get_document(made.id)
    assert before is not None

    outcome = read_anew(before, at=AT)
    after = take_over_figures(document_id=made.id, version=1, figures_to=None, digest=outcome.digest, at=AT, desk=desk)

    assert [one.text for one in outcome.gone] == ["7"]
    assert outcome.sentences == ()
    assert words(after) == "共7。"
    assert after.chips[0].gone


def test_lines_of_tables_that_change_are_shown_and_held_d06(central: Branch, desk: Desk) -> None:
    happened(Kind.LOAN, central, at=SPRING, times=1201)
    made = kept(desk)
    happened(Kind.LOAN, central, at=LATE, times=1)
    outcome = read_anew(made, at=AT)
    happened(Kind.LOAN, central, at=LATE, times=1)

    told = refused(
        lambda: take_over_figures(
            document_id=made.id, version=1, figures_to=None, digest=outcome.digest, at=AT, desk=desk
        )
    )

    assert outcome.sentences == ()
    loans = [one for one in outcome.lines if one.cells[0] == "外借册次"]
    assert [(one.title, one.cells[2], one.is_new) for one in loans] == [
        ("主要业务数据表", "1201", False),
        ("主要业务数据表", "1202", True),
    ]
    assert told.reasons == (DocumentReason.OTHER_OUTCOME,)
    assert read_anew(kept(desk), at=AT).lines == ()


def test_a_new_clause_of_a_sentence_in_the_text_is_named_d08(central: Branch, desk: Desk) -> None:
    happened(Kind.LOAN, central, at=SPRING, times=36)
    made = kept(desk)
    happened(Kind.RETURN, central, at=SPRING, times=7)

    assert any("外借文献36册次" in text and "7册次" in text for _heading, text in read_anew(made, at=AT).untold)
    assert read_anew(kept(desk), at=AT).untold == ()


def test_a_period_that_has_not_begun_is_not_kept(central: Branch, desk: Desk) -> None:
    with pytest.raises(BadPeriod):
        keep_summary(period=parse_period("2027"), branch=None, figures_to=None, at=AT, desk=desk)
    assert not Document.objects.exists()


def test_who_may_not_write_there_keeps_and_changes_nothing_d09(central: Branch, desk: Desk) -> None:
    ring = make_branch("R", parent=central)
    reader = make_desk(central, role=Role.KEEPER, everywhere=True)
    elsewhere = make_desk(ring, role=Role.DIRECTOR)
    made = kept(desk, branch="C")

    for other in (reader, elsewhere):
        with pytest.raises(NotAllowed):
            kept(other, branch="C")
        with pytest.raises(NotAllowed):
            written(made, typed(made, PartDraft(None, "甲", "文")), other)
        with pytest.raises(NotAllowed):
            take_over_figures(document_id=made.id, version=1, figures_to=None, digest="", at=AT, desk=other)
    assert [one.id for one in list_documents(desk.operator)] == [made.id]
    assert list_documents(elsewhere.operator) == []
    assert [one.id for one in list_documents(reader.operator)] == [made.id]
    assert Act.SEE_FIGURES in reader.operator.everywhere


def test_a_document_that_is_not_there_is_refused(central: Branch, desk: Desk) -> None:
    told = refused(lambda: rewrite_document(document_id=0, version=1, draft=TextDraft("题", []), at=AT, desk=desk))

    assert told.reasons == (DocumentReason.UNKNOWN_DOCUMENT,)


def test_each_act_leaves_a_row_without_the_text_d10(central: Branch, desk: Desk) -> None:
    made = kept(desk)
    written(made, typed(made, PartDraft(None, "甲", "机密的话")), desk)

    rows = list(AuditRow.objects.filter(subject_kind="document").order_by("id"))
    assert [row.act for row in rows] == ["keep_summary", "rewrite_document"]
    assert rows[1].before["version"] == 1
    assert rows[1].after["version"] == 2
    assert "机密的话" not in str(rows[1].after)


def test_two_keep_with_one_key_and_two_write_at_once_d05(fresh_database: None) -> None:
    central = make_branch("C", kind="central")
    desk = make_desk(central, role=Role.DIRECTOR, everywhere=True)

    first, second = at_once(lambda: kept(desk, key="k"), lambda: kept(desk, key="k"))
    assert isinstance(first, DocumentFacts)
    assert first == second
    assert Document.objects.count() == 1

    results = at_once(
        lambda: written(first, typed(first, PartDraft(None, "甲", "文")), desk),
        lambda: written(first, typed(first, PartDraft(None, "乙", "文")), desk),
    )
    told = [one for one in results if isinstance(one, DocumentRefused)]
    assert [one.reasons for one in told] == [(DocumentReason.SUPERSEDED,)]
    after = get_document(first.id)
    assert after is not None
    assert after.version == 2
    connection.close()
