"""Call lists: opened with everything sealed, given out, noted, and forgotten when closed."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection

from tests.factories.accounts import make_account, make_desk, make_machine
from tests.factories.network import make_branch, make_library
from tests.factories.notices import PHONE, Answering, make_templates, post_due
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.notices import models
from wenyuan.organisation.notices.answers import ties
from wenyuan.organisation.notices.data import (
    CallOutcome,
    CallReason,
    Channel,
    DueLine,
    NewCall,
    NoticeReason,
    NoticeRefused,
)
from wenyuan.organisation.notices.operations import (
    assign_calls,
    close_call_list,
    note_call,
    open_call_list,
    reveal_call_number,
    send_due,
)
from wenyuan.organisation.notices.queries import calls_of, count_open_calls, get_call, get_call_list, list_call_lists
from wenyuan.organisation.notices.sql import INVARIANTS
from wenyuan.organisation.rights.data import Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.invariants import broken_rows

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)
LINES = (DueLine("城南旧事", "23001", date(2026, 4, 1)), DueLine("边城"))


@pytest.fixture
def branch(db: None) -> Branch:
    return make_branch()


@pytest.fixture
def desk(branch: Branch) -> Desk:
    return make_desk(branch, role=Role.DESK)


def person(number: int, group: str = "", phone: str = PHONE) -> NewCall:
    return NewCall(recipient=f"patron:{number}", name=f"读者{number}号", phone=phone, lines=LINES, group=group)


def opened(desk: Desk, *people: NewCall, once: str = "") -> int:
    return open_call_list(
        branch_id=desk.branch_id,
        title="四月催还",
        reason=CallReason.OVERDUE,
        calls=people or [person(1)],
        at=AT,
        desk=desk,
        once=once,
    )


def call_id_of(list_id: int) -> int:
    return calls_of(list_id=list_id)[0].id


def test_a_list_is_opened_with_everything_sealed(desk: Desk) -> None:
    list_id = opened(desk, person(2, "三年级2班"), person(1, "三年级1班"), person(1, "三年级1班"))

    found = calls_of(list_id=list_id)
    facts = get_call_list(list_id)
    assert facts is not None
    assert (facts.calls, facts.open_calls, facts.title) == (2, 2, "四月催还")
    assert [(one.name, one.phone_last4, one.group) for one in found] == [
        ("读者1号", "1234", "三年级1班"),
        ("读者2号", "1234", "三年级2班"),
    ]
    assert found[0].lines == LINES
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM notices_call t")
        stored = "".join(row[0] for row in cursor.fetchall())
    assert not [hidden for hidden in (PHONE, "读者1号", "城南旧事") if hidden in stored]
    assert [tie.count for tie in ties(desk.branch_id, date(2026, 4, 23))] == [1]


def test_a_list_of_one_name_is_opened_once(desk: Desk) -> None:
    opened(desk, once="overdue:2026-04-23")

    with pytest.raises(NoticeRefused) as caught:
        opened(desk, once="overdue:2026-04-23")

    assert caught.value.reason is NoticeReason.ALREADY_OPEN
    assert len(list_call_lists()) == 1


@pytest.mark.parametrize(
    ("title", "people", "reason"),
    [
        (" ", [person(1)], NoticeReason.BAD_TITLE),
        ("长" * 81, [person(1)], NoticeReason.BAD_TITLE),
        ("四月催还", [], NoticeReason.NO_CALLS),
    ],
)
def test_a_list_is_refused(desk: Desk, title: str, people: list[NewCall], reason: NoticeReason) -> None:
    with pytest.raises(NoticeRefused) as caught:
        open_call_list(branch_id=desk.branch_id, title=title, reason=CallReason.OVERDUE, calls=people, at=AT, desk=desk)

    assert caught.value.reason is reason
    assert not AuditRow.objects.exists()


def test_another_branchs_people_are_not_called(desk: Desk) -> None:
    list_id, other = opened(desk), make_desk(make_branch(), role=Role.DESK)
    call_id = call_id_of(list_id)

    for act in (
        lambda: reveal_call_number(call_id=call_id, at=AT, desk=other),
        lambda: note_call(call_id=call_id, outcome=CallOutcome.REACHED, at=AT, desk=other),
        lambda: assign_calls(list_id=list_id, call_ids=[call_id], account_id=None, at=AT, desk=other),
        lambda: close_call_list(list_id=list_id, at=AT, desk=other),
        lambda: opened(Desk(operator=other.operator, branch_id=desk.branch_id, door=desk.door)),
    ):
        with pytest.raises(NotAllowed):
            act()

    assert list_call_lists(branch_ids=frozenset({other.branch_id})) == ()


def test_calls_are_given_out(desk: Desk, branch: Branch) -> None:
    list_id, colleague = opened(desk, person(1), person(2), person(3)), make_account(name="李老师")
    ids = [one.id for one in calls_of(list_id=list_id)]
    note_call(call_id=ids[0], outcome=CallOutcome.REACHED, at=AT, desk=desk)

    count = assign_calls(list_id=list_id, call_ids=ids[:2], account_id=colleague.id, at=AT, desk=desk)

    theirs = calls_of(list_id=list_id, assigned_to_id=colleague.id)
    assert count == 1
    assert [(one.id, one.assigned_to) for one in theirs] == [(ids[1], "李老师")]
    for account in (make_account(is_active=False), make_machine(branch).account):
        with pytest.raises(NoticeRefused) as caught:
            assign_calls(list_id=list_id, call_ids=ids, account_id=account.id, at=AT, desk=desk)
        assert caught.value.reason is NoticeReason.BAD_ACCOUNT


def test_a_number_is_shown_once_and_audited(desk: Desk) -> None:
    call_id = call_id_of(opened(desk))

    number = reveal_call_number(call_id=call_id, at=AT, desk=desk)

    row = AuditRow.objects.latest("id")
    assert number == PHONE
    assert (row.act, row.subject_kind, row.subject_id) == ("reveal_call_number", "call", call_id)
    assert PHONE not in f"{row.before}{row.after}{row.reason}"


def test_without_a_number_there_is_nothing_to_show(desk: Desk) -> None:
    call_id = call_id_of(opened(desk, person(1, phone="")))

    with pytest.raises(NoticeRefused) as caught:
        reveal_call_number(call_id=call_id, at=AT, desk=desk)

    assert caught.value.reason is NoticeReason.NO_NUMBER


def test_a_call_that_nobody_answers_stays_open(desk: Desk) -> None:
    list_id = opened(desk)
    call_id = call_id_of(list_id)

    for _ in range(2):
        note_call(call_id=call_id, outcome=CallOutcome.NO_ANSWER, at=AT, desk=desk, note=" 下午再打 ")

    call = get_call(call_id)
    assert call is not None
    assert (call.is_open, call.tries, call.note) == (True, 2, "下午再打")
    assert count_open_calls(branch_id=desk.branch_id) == 1
    assert len(calls_of(list_id=list_id, open_only=True)) == 1


@pytest.mark.parametrize(
    ("outcome", "promised", "reason"),
    [
        (CallOutcome.PROMISED, date(2026, 4, 23), None),
        (CallOutcome.PROMISED, None, NoticeReason.BAD_PROMISE),
        (CallOutcome.PROMISED, date(2026, 4, 22), NoticeReason.BAD_PROMISE),
        (CallOutcome.REACHED, date(2026, 4, 30), NoticeReason.BAD_PROMISE),
        (CallOutcome.NOT_NEEDED, None, None),
    ],
)
def test_a_promise_needs_its_day(
    desk: Desk, outcome: CallOutcome, promised: date | None, reason: NoticeReason | None
) -> None:
    call_id = call_id_of(opened(desk))

    try:
        note_call(call_id=call_id, outcome=outcome, promised_date=promised, at=AT, desk=desk)
        found = None
    except NoticeRefused as refused:
        found = refused.reason

    call = get_call(call_id)
    assert call is not None
    assert found is reason
    assert call.is_open is (reason is not None)
    assert call.tries == int(reason is None and outcome is not CallOutcome.NOT_NEEDED)
    assert not [row for invariant in INVARIANTS for row in broken_rows(invariant)]


def test_an_ended_call_is_not_noted_again(desk: Desk) -> None:
    call_id = call_id_of(opened(desk))
    note_call(call_id=call_id, outcome=CallOutcome.REACHED, at=AT, desk=desk)

    with pytest.raises(NoticeRefused) as caught:
        note_call(call_id=call_id, outcome=CallOutcome.NO_ANSWER, at=AT, desk=desk)

    assert caught.value.reason is NoticeReason.CALL_ENDED


def test_a_long_note_is_refused(desk: Desk) -> None:
    call_id = call_id_of(opened(desk))

    with pytest.raises(NoticeRefused) as caught:
        note_call(call_id=call_id, outcome=CallOutcome.REACHED, at=AT, desk=desk, note="长" * 201)

    assert caught.value.reason is NoticeReason.BAD_NOTE


def test_a_wrong_number_on_the_phone_is_passed_over_by_sms(desk: Desk) -> None:
    make_library()
    make_templates()
    note_call(call_id=call_id_of(opened(desk)), outcome=CallOutcome.WRONG_NUMBER, at=AT, desk=desk)
    sms = Answering()
    post_due(datetime(2026, 4, 23, 1, tzinfo=UTC), contacts={Channel.SMS: PHONE})

    send_due(clock=lambda: datetime(2026, 4, 23, 1, 30, tzinfo=UTC), ports={Channel.SMS: sms})

    assert sms.parcels == []
    assert models.Message.objects.get().state == "failed"


def test_a_closed_list_forgets_its_people(desk: Desk) -> None:
    list_id = opened(desk, person(1), person(2))
    call_id = call_id_of(list_id)
    note_call(call_id=call_id, outcome=CallOutcome.REACHED, at=AT, desk=desk, note="已接听")

    left = close_call_list(list_id=list_id, at=AT, desk=desk)

    assert left == 1
    assert {(one.name, one.phone_last4, one.lines, one.note) for one in calls_of(list_id=list_id)} == {
        ("", "1234", (), "")
    }
    assert count_open_calls(branch_id=desk.branch_id) == 0
    assert list_call_lists() == ()
    assert len(list_call_lists(closed=True)) == 1
    with pytest.raises(NoticeRefused) as caught:
        close_call_list(list_id=list_id, at=AT, desk=desk)
    assert caught.value.reason is NoticeReason.LIST_CLOSED


def test_calls_are_paged_by_group(desk: Desk) -> None:
    list_id = opened(desk, *(person(number, f"{number % 3}班") for number in range(7)))

    first = calls_of(list_id=list_id, size=4)
    rest = calls_of(list_id=list_id, after=(first[-1].group, first[-1].id), size=4)

    assert [one.group for one in first + rest] == ["0班"] * 3 + ["1班"] * 2 + ["2班"] * 2
    assert len({one.id for one in first + rest}) == 7
