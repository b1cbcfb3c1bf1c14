"""Records that move to another branch, and what an approval rests on (docs/specs/daybook.md, D20 to D24)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.factories.accounts import make_desk
from tests.factories.daybook import make_draft, make_record
from tests.factories.network import make_branch
from wenyuan.office.daybook import sql
from wenyuan.office.daybook.data import PaperInput, RecordFacts, RecordKind, RecordReason, RecordRefused, Wanted
from wenyuan.office.daybook.models import Record
from wenyuan.office.daybook.operations import approve_record, attach_paper, correct_record, remove_paper
from wenyuan.office.daybook.queries import list_records
from wenyuan.office.figures.data import SummaryPart
from wenyuan.office.figures.queries import parse_period, work_summary
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.invariants import broken_rows

AT = datetime(2026, 5, 4, 2, 0, tzinfo=UTC)
DAY = date(2026, 4, 23)
PAPER = PaperInput(name="证明.pdf", form="pdf", size=12, sha256="a" * 64, stored_as="files/daybook/1.pdf")
ANOTHER = replace(PAPER, sha256="b" * 64, stored_as="files/daybook/2.pdf")


@pytest.fixture
def centre(db: None) -> Branch:
    return make_branch("ZG", kind="central")


@pytest.fixture
def east(centre: Branch) -> Branch:
    return make_branch("E", parent=centre)


@pytest.fixture
def everywhere() -> Desk:
    return make_desk(make_branch("HQ"), acts=[Act.KEEP_DAYBOOK, Act.APPROVE_DAYBOOK], everywhere=True)


def moved(row: RecordFacts, to: Branch, desk: Desk) -> RecordFacts:
    """A correction that says it happened elsewhere; it waits."""
    draft = make_draft(to, DAY, row.title)
    return correct_record(row_id=row.id, draft=draft, reason="地点有误", at=AT, desk=desk).record


def test_what_moves_is_approved_by_who_may_at_both_branches_d20(centre: Branch, east: Branch, everywhere: Desk) -> None:
    row = make_record(make_draft(centre, DAY), centre, at=AT)
    waits = moved(row, east, everywhere)
    of_the_east, of_both = (
        make_desk(east, acts=[Act.APPROVE_DAYBOOK]),
        make_desk(centre, acts=[Act.APPROVE_DAYBOOK], everywhere=True),
    )

    with pytest.raises(NotAllowed):
        approve_record(row_id=waits.id, at=AT, desk=of_the_east)

    assert approve_record(row_id=waits.id, at=AT, desk=of_both).record.branch_id == east.id


def test_files_follow_the_record_to_its_branch_d21(centre: Branch, east: Branch, everywhere: Desk) -> None:
    row = make_record(make_draft(centre, DAY), centre, at=AT)
    waits = moved(row, east, everywhere)
    approve_record(row_id=waits.id, at=AT, desk=make_desk(centre, acts=[Act.APPROVE_DAYBOOK], everywhere=True))

    with pytest.raises(NotAllowed):
        attach_paper(origin_id=row.id, paper=PAPER, at=AT, desk=make_desk(centre, acts=[Act.KEEP_DAYBOOK]))
    keeper = make_desk(east, acts=[Act.KEEP_DAYBOOK])
    paper_id = attach_paper(origin_id=row.id, paper=PAPER, at=AT, desk=keeper)
    with pytest.raises(RecordRefused) as unknown:
        attach_paper(origin_id=waits.id, paper=PAPER, at=AT, desk=keeper)

    assert remove_paper(paper_id=paper_id, reason="误传", at=AT, desk=keeper) == PAPER.stored_as
    assert unknown.value.reasons == (RecordReason.UNKNOWN_RECORD,)


def test_what_came_after_the_approval_is_no_proof_of_what_was_approved_d22(centre: Branch) -> None:
    typist, director = make_desk(centre, role=Role.OUTREACH), make_desk(centre, role=Role.DIRECTOR)
    draft = make_draft(centre, DAY, kind=RecordKind.RESOURCE_USE, base={"resource": "博看", "hits": 5})
    row = make_record(draft, centre, at=AT, approved=False)
    first = attach_paper(origin_id=row.id, paper=PAPER, at=AT, desk=typist)
    approve_record(row_id=row.id, at=AT, desk=director)
    later = AT + timedelta(hours=1)
    attach_paper(origin_id=row.id, paper=ANOTHER, at=later, desk=typist)

    with pytest.raises(RecordRefused) as refused:
        remove_paper(paper_id=first, reason="换新", at=later, desk=typist)
    corrected = replace(draft, values={**draft.values, "hits": 6})
    fresh = correct_record(row_id=row.id, draft=corrected, reason="换新", at=later, desk=typist).record
    approve_record(row_id=fresh.id, at=later, desk=director)

    assert refused.value.reasons == (RecordReason.PROOF_APPROVED,)
    assert remove_paper(paper_id=first, reason="换新", at=later, desk=typist) == PAPER.stored_as


def test_the_audit_row_of_a_correction_says_choices_and_branches_d23(
    centre: Branch, east: Branch, everywhere: Desk
) -> None:
    row = make_record(make_draft(centre, DAY), centre, at=AT)
    moved(row, east, everywhere)

    audit = AuditRow.objects.get(act="correct_record")
    assert (audit.before["branch"], audit.after["branch"]) == (centre.id, east.id)
    assert audit.after["sort"] == "lecture"
    assert "title" not in audit.after


def test_sums_that_differ_from_the_journal_break_an_invariant_d24(centre: Branch) -> None:
    desk = make_desk(centre, role=Role.OUTREACH)
    row = make_record(make_draft(centre, DAY), centre, at=AT)
    fresh = correct_record(
        row_id=row.id, draft=make_draft(centre, DAY, persons=61), reason="漏记一人", at=AT, desk=desk
    ).record
    approve_record(row_id=fresh.id, at=AT, desk=make_desk(centre, role=Role.DIRECTOR))
    sound = [rule.name for rule in sql.INVARIANTS if broken_rows(rule)]

    Record.objects.filter(id=fresh.id).update(entry_ids=list(row.entry_ids))

    assert sound == []
    assert [rule.name for rule in sql.INVARIANTS if broken_rows(rule)] == ["daybook_sums_agree_with_the_journal"]


def test_a_series_that_readers_were_only_taken_to_is_not_the_librarys_own(centre: Branch) -> None:
    own = make_record(make_draft(centre, DAY, brand="鹿鸣讲坛", sessions=3), centre, at=AT)
    make_record(make_draft(centre, DAY, "外馆", brand="鹿鸣讲坛", role="participant", sessions=9), centre, at=AT)
    make_record(make_draft(centre, DAY, "省馆", brand="省馆讲坛", role="participant"), centre, at=AT)

    summary = work_summary(period=parse_period("2026-H1"), branch="ZG", at=AT)
    (reading,) = [section for section in summary.sections if section.part is SummaryPart.READING]
    text = "".join(run.text for sentence in reading.sentences for run in sentence)
    wanted = Wanted(
        first_date=DAY, last_date=DAY, counted=True, texts={"brand": "鹿鸣讲坛"}, unless={"role": "participant"}
    )

    assert text.endswith("品牌活动有“鹿鸣讲坛”3场次。")
    assert [record.id for record in list_records(wanted=wanted).rows] == [own.id]


def test_tables_say_where_they_do_not_list_every_record(centre: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        make_record(make_draft(centre, DAY, f"第{number}讲", brand="鹿鸣讲坛"), centre, at=AT)
    monkeypatch.setattr("wenyuan.office.figures.queries.telling.MOST_RECORDS", 2)

    summary = work_summary(period=parse_period("2026-H1"), branch=None, at=AT)

    (table,) = summary.tables
    assert (table.title, len(table.rows)) == ("活动一览表（只列最近2条记录中的）", 2)
    assert not [run for section in summary.sections for one in section.sentences for run in one if run.listed]
