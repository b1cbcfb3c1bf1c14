"""The daybook (docs/specs/daybook.md): typed by one, approved by another, corrected and withdrawn by new rows."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from threading import Barrier

import pytest
from django.db import connection

from tests.factories.accounts import make_desk
from tests.factories.daybook import make_draft, make_record
from tests.factories.network import make_branch
from wenyuan.office.daybook import sql
from wenyuan.office.daybook.data import (
    FieldFault,
    Member,
    PaperInput,
    RecordFacts,
    RecordReason,
    RecordReceipt,
    RecordRefused,
    RecordState,
    Wanted,
)
from wenyuan.office.daybook.models import Record
from wenyuan.office.daybook.operations import (
    approve_record,
    attach_paper,
    correct_record,
    enter_record,
    remove_paper,
    withdraw_record,
)
from wenyuan.office.daybook.queries import get_record, list_records, papers_of, record_history
from wenyuan.office.figures.data import IndicatorCode
from wenyuan.office.figures.queries import figures_of, parse_period
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.models import Entry as EntryRow
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.invariants import broken_rows

AT = datetime(2026, 5, 4, 2, 0, tzinfo=UTC)
DAY = date(2026, 4, 23)
YEAR = Wanted(first_date=date(2026, 1, 1), last_date=date(2026, 12, 31))
PAPER = PaperInput(name="签到表.pdf", form="pdf", size=12, sha256="a" * 64, stored_as="files/daybook/1.pdf")


@pytest.fixture
def centre(db: None) -> Branch:
    return make_branch("ZG", kind="central")


@pytest.fixture
def desk(centre: Branch) -> Desk:
    """The outreach librarian."""
    return make_desk(centre, role=Role.OUTREACH)


@pytest.fixture
def director(centre: Branch) -> Desk:
    return make_desk(centre, role=Role.DIRECTOR)


@pytest.fixture(autouse=True)
def _invariants_hold(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    assert [rule.name for rule in sql.INVARIANTS if broken_rows(rule)] == []


def told() -> list[tuple[str, str, int, int]]:
    """What the journal says, oldest first."""
    rows = EntryRow.objects.filter(subject_kind="daybook_record").order_by("id")
    return [(row.kind, row.local_date.isoformat(), row.quantity, row.persons) for row in rows]


def figure(code: IndicatorCode) -> int:
    return figures_of(period=parse_period("2026-H1"), at=AT).values[code]


def reasons_of(refused: pytest.ExceptionInfo[RecordRefused]) -> tuple[RecordReason, ...]:
    return refused.value.reasons


def test_a_record_is_typed_and_waits_d1(centre: Branch, desk: Desk) -> None:
    row = enter_record(draft=make_draft(centre, DAY, " 讲座 "), at=AT, desk=desk).record

    assert (row.title, row.state, row.entered_by_id) == ("讲座", RecordState.WAITING, desk.operator.account_id)
    assert told() == []
    assert figure(IndicatorCode.ACTIVITIES) == 0
    assert AuditRow.objects.get(act="enter_record").after["persons"] == 60


def test_what_another_approves_counts_on_its_last_day_d2(centre: Branch, desk: Desk, director: Desk) -> None:
    draft = make_draft(centre, DAY, last=date(2026, 4, 25), sessions=3, plays=500, brand="连图讲坛", groups=["elderly"])
    row = enter_record(draft=draft, at=AT, desk=desk).record

    approved = approve_record(row_id=row.id, at=AT, desk=director).record

    assert (approved.state, approved.approved_by_id) == (RecordState.COUNTED, director.operator.account_id)
    assert told() == [("activity", "2026-04-25", 3, 60), ("activity_plays", "2026-04-25", 500, 0)]
    entry = EntryRow.objects.get(kind="activity")
    assert entry.details == {
        "record": row.id,
        "sort": "lecture",
        "role": "host",
        "mode": "onsite",
        "groups": ["elderly"],
    }
    assert (entry.subject_id, entry.source, entry.branch_id) == (row.id, "daybook", centre.id)
    assert figure(IndicatorCode.ACTIVITIES) == figure(IndicatorCode.LECTURES) == 3
    assert figure(IndicatorCode.ACTIVITY_ATTENDANCE) == 60
    assert figure(IndicatorCode.ACTIVITY_PLAYS) == 500
    assert figure(IndicatorCode.EXHIBITIONS) == 0


def test_who_typed_it_does_not_approve_it_d3(centre: Branch, director: Desk) -> None:
    row = enter_record(draft=make_draft(centre, DAY), at=AT, desk=director).record

    with pytest.raises(RecordRefused) as refused:
        approve_record(row_id=row.id, at=AT, desk=director)

    assert reasons_of(refused) == (RecordReason.OWN_RECORD,)
    assert told() == []


def test_who_may_not_approves_and_types_nothing_d4(centre: Branch, desk: Desk) -> None:
    row = enter_record(draft=make_draft(centre, DAY), at=AT, desk=desk).record
    elsewhere = make_desk(make_branch("EAST"), acts=[Act.KEEP_DAYBOOK, Act.APPROVE_DAYBOOK])

    for attempt in (
        lambda: approve_record(row_id=row.id, at=AT, desk=make_desk(centre, role=Role.OUTREACH)),
        lambda: approve_record(row_id=row.id, at=AT, desk=elsewhere),
        lambda: enter_record(draft=make_draft(centre, DAY, "其他"), at=AT, desk=elsewhere),
        lambda: correct_record(row_id=row.id, draft=make_draft(centre, DAY, "其他"), reason="", at=AT, desk=elsewhere),
        lambda: withdraw_record(row_id=row.id, reason="误", at=AT, desk=elsewhere),
        lambda: attach_paper(origin_id=row.id, paper=PAPER, at=AT, desk=elsewhere),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_every_reason_and_every_field_is_told_at_once_d5(centre: Branch, desk: Desk) -> None:
    draft = make_draft(centre, DAY, " ", last=date(2026, 6, 1), evidence="", sort="party", sessions=0)

    with pytest.raises(RecordRefused) as refused:
        enter_record(draft=draft, at=AT, desk=desk)

    assert reasons_of(refused) == (
        RecordReason.FUTURE_DAY,
        RecordReason.TITLE_MISSING,
        RecordReason.EVIDENCE_MISSING,
        RecordReason.BAD_FIELDS,
    )
    assert refused.value.faults == {"sort": FieldFault.BAD_CHOICE, "sessions": FieldFault.BAD_NUMBER}
    assert Record.objects.count() == 0


def test_an_unknown_branch_and_one_that_did_not_stand_refuse_d5(centre: Branch, desk: Desk) -> None:
    new = make_branch("NEW", opened_date=date(2026, 5, 1), parent=centre)
    draft = make_draft(new, DAY)

    with pytest.raises(RecordRefused) as refused:
        enter_record(draft=draft, at=AT, desk=make_desk(new, role=Role.OUTREACH))
    with pytest.raises(RecordRefused) as unknown:
        enter_record(draft=replace(draft, branch_id=99_999), at=AT, desk=desk)

    assert reasons_of(refused) == (RecordReason.BRANCH_NOT_STANDING,)
    assert reasons_of(unknown) == (RecordReason.UNKNOWN_BRANCH,)


def test_the_same_is_typed_once_d6(centre: Branch, desk: Desk) -> None:
    first = enter_record(draft=make_draft(centre, DAY), at=AT, desk=desk).record

    with pytest.raises(RecordRefused) as refused:
        enter_record(draft=make_draft(centre, DAY, persons=61), at=AT, desk=desk)

    assert (reasons_of(refused), refused.value.row_id) == ((RecordReason.ALREADY_RECORDED,), first.id)
    withdraw_record(row_id=first.id, reason="重复", at=AT, desk=desk)
    assert enter_record(draft=make_draft(centre, DAY), at=AT, desk=desk).record.state is RecordState.WAITING


def test_a_correction_counts_once_it_is_approved_d7(centre: Branch, desk: Desk, director: Desk) -> None:
    row = make_record(make_draft(centre, DAY), centre, at=AT)

    draft = make_draft(centre, date(2026, 4, 20), persons=80, sort="exhibition")
    corrected = correct_record(row_id=row.id, draft=draft, reason="漏记", at=AT, desk=desk).record

    assert figure(IndicatorCode.ACTIVITY_ATTENDANCE) == 60
    approve_record(row_id=corrected.id, at=AT, desk=director)
    assert told() == [
        ("activity", "2026-04-23", 1, 60),
        ("activity", "2026-04-23", -1, -60),
        ("activity", "2026-04-20", 1, 80),
    ]
    assert figure(IndicatorCode.ACTIVITY_ATTENDANCE) == figure(IndicatorCode.EXHIBITION_ATTENDANCE) == 80
    assert figure(IndicatorCode.LECTURES) == 0
    assert [past.id for past in record_history(row.id)] == [corrected.id, row.id]


def test_what_counts_is_corrected_with_a_reason_and_what_waits_without_d7(centre: Branch, desk: Desk) -> None:
    waiting = enter_record(draft=make_draft(centre, DAY, "甲"), at=AT, desk=desk).record
    counted = make_record(make_draft(centre, DAY, "乙"), centre, at=AT)

    newer = correct_record(
        row_id=waiting.id, draft=make_draft(centre, DAY, "甲", persons=9), reason="", at=AT, desk=desk
    ).record
    with pytest.raises(RecordRefused) as refused:
        correct_record(row_id=counted.id, draft=make_draft(centre, DAY, "乙", persons=9), reason=" ", at=AT, desk=desk)

    assert newer.number("persons") == 9
    assert reasons_of(refused) == (RecordReason.REASON_MISSING,)


def test_only_the_newest_row_is_changed_or_approved_d8(centre: Branch, desk: Desk, director: Desk) -> None:
    row = enter_record(draft=make_draft(centre, DAY), at=AT, desk=desk).record
    newer = correct_record(row_id=row.id, draft=make_draft(centre, DAY, persons=70), reason="", at=AT, desk=desk).record

    attempts: list[Callable[[], object]] = [
        lambda: approve_record(row_id=row.id, at=AT, desk=director),
        lambda: withdraw_record(row_id=row.id, reason="误", at=AT, desk=desk),
        lambda: correct_record(row_id=row.id, draft=make_draft(centre, DAY), reason="误", at=AT, desk=desk),
    ]
    for attempt in attempts:
        with pytest.raises(RecordRefused) as refused:
            attempt()
        assert (reasons_of(refused), refused.value.row_id) == ((RecordReason.SUPERSEDED,), newer.id)
    with pytest.raises(RecordRefused) as same:
        correct_record(row_id=newer.id, draft=make_draft(centre, DAY, persons=70), reason="", at=AT, desk=desk)
    assert reasons_of(same) == (RecordReason.NOTHING_CHANGES,)
    approve_record(row_id=newer.id, at=AT, desk=director)
    with pytest.raises(RecordRefused) as twice:
        approve_record(row_id=newer.id, at=AT, desk=director)
    assert reasons_of(twice) == (RecordReason.ALREADY_APPROVED,)


def test_what_never_counted_is_withdrawn_at_once_d9(centre: Branch, desk: Desk) -> None:
    row = enter_record(draft=make_draft(centre, DAY), at=AT, desk=desk).record

    with pytest.raises(RecordRefused) as refused:
        withdraw_record(row_id=row.id, reason=" ", at=AT, desk=desk)
    gone = withdraw_record(row_id=row.id, reason="没有举办", at=AT, desk=desk).record

    assert reasons_of(refused) == (RecordReason.REASON_MISSING,)
    assert (gone.state, gone.approved_by_id) == (RecordState.WITHDRAWN, None)
    assert told() == []


def test_a_withdrawal_of_what_counts_is_approved_d9(centre: Branch, desk: Desk, director: Desk) -> None:
    row = make_record(make_draft(centre, DAY), centre, at=AT)

    gone = withdraw_record(row_id=row.id, reason="分馆已报", at=AT, desk=desk).record

    assert (gone.state, figure(IndicatorCode.ACTIVITIES)) == (RecordState.WAITING, 1)
    assert approve_record(row_id=gone.id, at=AT, desk=director).record.state is RecordState.WITHDRAWN
    assert told()[1:] == [("activity", "2026-04-23", -1, -60)]
    assert figure(IndicatorCode.ACTIVITIES) == 0
    with pytest.raises(RecordRefused) as refused:
        correct_record(row_id=gone.id, draft=make_draft(centre, DAY, persons=1), reason="误", at=AT, desk=desk)
    assert reasons_of(refused) == (RecordReason.WITHDRAWN,)


def test_a_withdrawal_that_waits_is_taken_back_by_a_correction_d9(centre: Branch, desk: Desk, director: Desk) -> None:
    row = make_record(make_draft(centre, DAY), centre, at=AT)
    gone = withdraw_record(row_id=row.id, reason="分馆已报", at=AT, desk=desk).record

    with pytest.raises(RecordRefused) as again:
        withdraw_record(row_id=gone.id, reason="误", at=AT, desk=desk)
    with pytest.raises(RecordRefused) as wordless:
        correct_record(row_id=gone.id, draft=make_draft(centre, DAY), reason=" ", at=AT, desk=desk)
    assert (reasons_of(again), reasons_of(wordless)) == ((RecordReason.WITHDRAWN,), (RecordReason.REASON_MISSING,))
    back = correct_record(row_id=gone.id, draft=make_draft(centre, DAY), reason="确有举办", at=AT, desk=desk).record

    assert (back.state, back.withdrawn, figure(IndicatorCode.ACTIVITIES)) == (RecordState.WAITING, False, 1)
    with pytest.raises(RecordRefused) as late:
        approve_record(row_id=gone.id, at=AT, desk=director)
    assert reasons_of(late) == (RecordReason.SUPERSEDED,)
    approve_record(row_id=back.id, at=AT, desk=director)
    assert figure(IndicatorCode.ACTIVITIES) == 1


@pytest.mark.parametrize("waiting", ["withdrawal", "correction"])
def test_what_still_counts_is_not_typed_again_while_a_change_of_it_waits_d6(
    centre: Branch, desk: Desk, director: Desk, waiting: str
) -> None:
    row = make_record(make_draft(centre, DAY), centre, at=AT)
    if waiting == "withdrawal":
        change = withdraw_record(row_id=row.id, reason="误", at=AT, desk=desk).record
    else:
        other = make_draft(centre, DAY, "另一场")
        change = correct_record(row_id=row.id, draft=other, reason="题名有误", at=AT, desk=desk).record

    with pytest.raises(RecordRefused) as refused:
        enter_record(draft=make_draft(centre, DAY), at=AT, desk=desk)

    assert (reasons_of(refused), refused.value.row_id) == ((RecordReason.ALREADY_RECORDED,), row.id)
    approve_record(row_id=change.id, at=AT, desk=director)
    enter_record(draft=make_draft(centre, DAY), at=AT, desk=desk)


def test_a_key_gets_its_first_answer_d10(centre: Branch, desk: Desk) -> None:
    first = enter_record(draft=make_draft(centre, DAY), at=AT, desk=desk, key="k1")

    again = enter_record(draft=make_draft(centre, DAY), at=AT, desk=desk, key="k1")
    with pytest.raises(RecordRefused) as refused:
        enter_record(draft=make_draft(centre, DAY, "另一场"), at=AT, desk=desk, key="k1")

    assert (again.record.id, first.repeated, again.repeated) == (first.record.id, False, True)
    assert reasons_of(refused) == (RecordReason.KEY_REUSED,)


def test_two_people_type_and_approve_at_once_d11(fresh_database: None) -> None:
    centre = make_branch("ZG", kind="central")
    desks = [make_desk(centre, role=Role.OUTREACH) for _ in range(2)]
    directors = [make_desk(centre, role=Role.DIRECTOR) for _ in range(2)]
    barrier = Barrier(2)

    def together(act: object, desk: Desk) -> RecordReceipt | RecordRefused:
        try:
            barrier.wait(timeout=30)
            return act(desk)  # type: ignore[operator,no-any-return] # one of the two below
        except RecordRefused as refused:
            return refused
        finally:
            connection.close()

    def enter(desk: Desk) -> RecordReceipt:
        return enter_record(draft=make_draft(centre, DAY), at=AT, desk=desk)

    with ThreadPoolExecutor(2) as pool:
        typed = list(pool.map(lambda desk: together(enter, desk), desks))
    (made,) = [one for one in typed if isinstance(one, RecordReceipt)]
    (told_so,) = [one for one in typed if isinstance(one, RecordRefused)]
    assert told_so.reasons == (RecordReason.ALREADY_RECORDED,)

    def approve(desk: Desk) -> RecordReceipt:
        return approve_record(row_id=made.record.id, at=AT, desk=desk)

    with ThreadPoolExecutor(2) as pool:
        approved = list(pool.map(lambda desk: together(approve, desk), directors))
    (told_so,) = [one for one in approved if isinstance(one, RecordRefused)]
    assert told_so.reasons == (RecordReason.ALREADY_APPROVED,)
    assert told() == [("activity", "2026-04-23", 1, 60)]


def test_files_are_kept_with_the_record_and_taken_away_with_a_reason_d12(centre: Branch, desk: Desk) -> None:
    row = enter_record(draft=make_draft(centre, DAY), at=AT, desk=desk).record

    paper_id = attach_paper(origin_id=row.id, paper=PAPER, at=AT, desk=desk)
    with pytest.raises(RecordRefused) as same:
        attach_paper(origin_id=row.id, paper=PAPER, at=AT, desk=desk)
    newer = correct_record(row_id=row.id, draft=make_draft(centre, DAY, persons=70), reason="", at=AT, desk=desk).record
    assert (reasons_of(same), newer.papers) == ((RecordReason.SAME_PAPER,), 1)

    with pytest.raises(RecordRefused) as refused:
        remove_paper(paper_id=paper_id, reason=" ", at=AT, desk=desk)
    assert reasons_of(refused) == (RecordReason.REASON_MISSING,)
    assert remove_paper(paper_id=paper_id, reason="有读者姓名", at=AT, desk=desk) == PAPER.stored_as
    assert [(one.name, one.reason) for one in papers_of(row.id)] == [("签到表.pdf", "有读者姓名")]
    assert _again(newer).papers == 0
    with pytest.raises(RecordRefused) as gone:
        remove_paper(paper_id=paper_id, reason="误", at=AT, desk=desk)
    assert reasons_of(gone) == (RecordReason.UNKNOWN_PAPER,)


def _again(row: RecordFacts) -> RecordFacts:
    found = get_record(row.id)
    assert found is not None
    return found


def test_records_are_listed_by_kind_days_state_branch_and_series_d13(centre: Branch, desk: Desk) -> None:
    east = make_branch("EAST", parent=centre)
    first = make_record(make_draft(centre, DAY, "甲", brand="连图讲坛"), centre, at=AT)
    second = make_record(make_draft(east, date(2026, 4, 24), "乙"), east, at=AT)
    third = enter_record(draft=make_draft(centre, date(2026, 3, 1), "丙"), at=AT, desk=desk).record
    corrected = correct_record(
        row_id=first.id, draft=make_draft(centre, DAY, "甲", persons=99), reason="误", at=AT, desk=desk
    ).record

    def ids(**terms: object) -> list[int]:
        return [one.id for one in list_records(wanted=replace(YEAR, **terms)).rows]  # type: ignore[arg-type]

    assert ids() == [second.id, corrected.id, third.id]
    assert ids(counted=True) == [second.id, first.id]
    assert ids(state=RecordState.WAITING) == [corrected.id, third.id]
    assert ids(first_date=date(2026, 4, 24)) == [second.id]
    assert ids(counted=True, texts={"brand": "连图讲坛"}) == [first.id]
    assert ids(members=[Member(east.id, date(2026, 1, 1), date(2026, 12, 31))]) == [second.id]
    assert ids(members=[Member(east.id, date(2026, 1, 1), date(2026, 4, 23))]) == []
    page = list_records(wanted=YEAR, size=2)
    assert page.after == (DAY, corrected.id)
    assert [one.id for one in list_records(wanted=YEAR, after=page.after, size=2).rows] == [third.id]


def test_what_fails_leaves_nothing_behind_d14(
    centre: Branch, desk: Desk, director: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = enter_record(draft=make_draft(centre, DAY), at=AT, desk=desk).record

    def broken(**_values: object) -> int:
        raise OSError("disk")

    monkeypatch.setattr("wenyuan.office.daybook.operations.audit", broken)
    with pytest.raises(OSError, match="disk"):
        approve_record(row_id=row.id, at=AT, desk=director)

    assert told() == []
    assert _again(row).state is RecordState.WAITING
