"""Requests for deletion: noted at a desk, listed the oldest first, refused with a reason, ended by the erasure."""

from datetime import timedelta

import pytest

from tests.factories.accounts import make_desk
from tests.factories.network import make_branch
from tests.factories.patrons import make_patron
from tests.operations.patrons_cast import AT, WOMANS_NUMBER
from wenyuan.lending.patrons.data import Caller, PatronRefused, PatronUnknown, ProblemCode
from wenyuan.lending.patrons.models import ErasureRequest, Patron
from wenyuan.lending.patrons.operations import (
    ask_own_erasure,
    erase_patron,
    merge_patrons,
    note_erasure_request,
    refuse_erasure,
    take_back_erasure,
    undo_merge,
)
from wenyuan.lending.patrons.queries import last_erasure_request, list_erasure_requests
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import READER, Act, Desk, Door
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed

DAY = timedelta(days=1)
PIN = "604913"


@pytest.fixture
def home(db: None) -> Branch:
    return make_branch("ZG")


@pytest.fixture
def head(home: Branch) -> Desk:
    return make_desk(home, acts=[Act.EDIT_PATRON, Act.SUSPEND_PATRON])


@pytest.fixture
def clerk(home: Branch) -> Desk:
    return make_desk(home, acts=[Act.EDIT_PATRON])


@pytest.fixture
def patron(home: Branch) -> Patron:
    return make_patron(card="C0001", home=home, number=WOMANS_NUMBER, pin=PIN)


def test_a_desk_notes_a_request_and_that_it_is_taken_back(patron: Patron, clerk: Desk) -> None:
    first = note_erasure_request(patron_id=patron.id, at=AT, desk=clerk)
    assert note_erasure_request(patron_id=patron.id, at=AT, desk=clerk) == first

    take_back_erasure(patron_id=patron.id, at=AT + DAY, desk=clerk)
    take_back_erasure(patron_id=patron.id, at=AT + 2 * DAY, desk=clerk)

    found = last_erasure_request(patron.id)
    assert found is not None
    assert (found.id, found.state, found.door, found.ended_at) == (first, "taken_back", "workbench", AT + DAY)


def test_whoever_may_not_erase_refuses_nothing_and_others_note_nothing(
    patron: Patron, clerk: Desk, home: Branch
) -> None:
    note_erasure_request(patron_id=patron.id, at=AT, desk=clerk)
    nobody = make_desk(home, acts=[])

    with pytest.raises(NotAllowed):
        refuse_erasure(patron_id=patron.id, reason="依法保留", at=AT, desk=clerk)
    for verb in (note_erasure_request, take_back_erasure):
        with pytest.raises(NotAllowed):
            verb(patron_id=patron.id, at=AT, desk=nobody)

    assert ErasureRequest.objects.get().state == "open"


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("", ProblemCode.REASON_MISSING),
        (" ", ProblemCode.REASON_MISSING),
        ("电话 13812345678", ProblemCode.TEXT_PERSONAL),
        ("长" * 201, ProblemCode.TEXT_TOO_LONG),
    ],
)
def test_a_refusal_needs_a_reason_without_numbers(patron: Patron, head: Desk, reason: str, code: ProblemCode) -> None:
    note_erasure_request(patron_id=patron.id, at=AT, desk=head)

    with pytest.raises(PatronRefused) as refused:
        refuse_erasure(patron_id=patron.id, reason=reason, at=AT, desk=head)

    assert refused.value.codes == {code}
    assert ErasureRequest.objects.get().state == "open"


def test_without_a_request_there_is_nothing_to_refuse(patron: Patron, head: Desk) -> None:
    with pytest.raises(PatronUnknown):
        refuse_erasure(patron_id=patron.id, reason="依法保留", at=AT, desk=head)
    note_erasure_request(patron_id=patron.id, at=AT, desk=head)
    refuse_erasure(patron_id=patron.id, reason="依法保留", at=AT, desk=head)
    with pytest.raises(PatronUnknown):
        refuse_erasure(patron_id=patron.id, reason="依法保留", at=AT, desk=head)


def test_the_oldest_is_listed_first_by_home_branch_and_in_pages(head: Desk, home: Branch) -> None:
    other = make_branch("SB")
    people = [make_patron(card=f"C{number}", home=home) for number in range(3)]
    away = make_patron(card="C9", home=other)
    for day, one in enumerate([people[1], away, people[0], people[2]]):
        note_erasure_request(patron_id=one.id, at=AT + day * DAY, desk=head)
    refuse_erasure(patron_id=people[2].id, reason="依法保留", at=AT, desk=head)

    everywhere = list_erasure_requests()
    here = list_erasure_requests(branch_ids=[home.id], limit=1)
    rest = list_erasure_requests(branch_ids=[home.id], limit=1, offset=1)

    assert [view.id for _one, view in everywhere.rows] == [people[1].id, away.id, people[0].id]
    assert ([view.id for _one, view in here.rows], here.more) == ([people[1].id], True)
    assert ([view.id for _one, view in rest.rows], rest.more) == ([people[0].id], False)


def test_the_erasure_ends_the_request_and_leaves_no_answer(patron: Patron, head: Desk) -> None:
    note_erasure_request(patron_id=patron.id, at=AT, desk=head)
    refuse_erasure(patron_id=patron.id, reason="尚有诉讼", at=AT, desk=head)
    note_erasure_request(patron_id=patron.id, at=AT + DAY, desk=head)

    erase_patron(patron_id=patron.id, reason="本人申请", at=AT + 2 * DAY, desk=head)

    rows = ErasureRequest.objects.order_by("id")
    assert [(row.state, row.answer) for row in rows] == [("refused", ""), ("erased", "")]
    audited = AuditRow.objects.get(act="refuse_erasure")
    assert (audited.subject_id, audited.reason, audited.after) == (patron.id, "", {"request": rows[0].id})
    assert rows[1].ended_by_id == head.operator.account
    with pytest.raises(PatronRefused) as refused:
        note_erasure_request(patron_id=patron.id, at=AT, desk=head)
    assert refused.value.codes == {ProblemCode.PATRON_ERASED}


def test_a_request_moves_with_a_merge_and_back_with_its_undoing(patron: Patron, head: Desk, home: Branch) -> None:
    second = make_patron(card="C0002", home=home, name=patron.name)
    note_erasure_request(patron_id=second.id, at=AT, desk=head)

    merge = merge_patrons(kept_id=patron.id, gone_id=second.id, reason="同一人", at=AT, desk=head)
    [(_one, view)] = list_erasure_requests().rows
    assert view.id == patron.id
    undo_merge(merge_id=merge, reason="误操作", at=AT, desk=head)

    [(_one, view)] = list_erasure_requests().rows
    assert view.id == second.id


def test_of_two_requests_of_a_merged_person_one_is_listed(patron: Patron, head: Desk, home: Branch) -> None:
    second = make_patron(card="C0002", home=home, name=patron.name)
    for one in (patron, second):
        note_erasure_request(patron_id=one.id, at=AT, desk=head)

    merge_patrons(kept_id=patron.id, gone_id=second.id, reason="同一人", at=AT, desk=head)

    assert [view.id for _one, view in list_erasure_requests().rows] == [patron.id]
    with pytest.raises(PatronRefused) as refused:
        note_erasure_request(patron_id=second.id, at=AT, desk=head)
    assert refused.value.codes == {ProblemCode.MERGED_ALREADY}


def test_somebody_elses_card_asks_for_nothing(patron: Patron, home: Branch) -> None:
    make_patron(card="C0002", home=home, pin=PIN)
    own = Desk(operator=READER, branch_id=home.id, door=Door.PORTAL)

    with pytest.raises(PatronRefused) as refused:
        ask_own_erasure(patron_id=patron.id, card="C0002", pin=PIN, caller=Caller(address="10.0.0.1"), at=AT, desk=own)

    assert refused.value.codes == {ProblemCode.PIN_WRONG}
    assert not ErasureRequest.objects.exists()
