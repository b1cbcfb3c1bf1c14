"""Cards and other tokens through their life, and the PIN."""

import threading
from datetime import timedelta

import pytest
from django.db import connections

from tests.factories.accounts import make_desk
from tests.factories.network import make_branch
from tests.factories.patrons import make_guardian, make_patron, make_token
from tests.operations.patrons_cast import AT, MANS_NUMBER, PHONE
from wenyuan.kernel.identity import ByteOrder, TokenKind
from wenyuan.lending.patrons.data import PatronRefused, PatronUnknown, ProblemCode, TokenInput
from wenyuan.lending.patrons.models import Patron, Token
from wenyuan.lending.patrons.operations import (
    add_token,
    check_pin,
    lift_lost,
    remove_token,
    replace_card,
    report_lost,
    reset_pin,
    set_pin,
)
from wenyuan.lending.patrons.queries import list_tokens, patron_by_token
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed


@pytest.fixture
def desk(db: None) -> Desk:
    return make_desk(make_branch("ZG"))


@pytest.fixture
def patron(desk: Desk) -> Patron:
    return make_patron(card="C0001", home=_branch(desk), phone=PHONE, pin="604913")


def _branch(desk: Desk) -> Branch:
    return Branch.objects.get(id=desk.branch_id)


def _status(scanned: str) -> str:
    found = patron_by_token(scanned)
    assert found is not None
    return found.token_status


def _version(patron: Patron) -> int:
    return Patron.objects.get(id=patron.id).version


def test_a_chip_is_known_on_every_reader(desk: Desk, patron: Patron) -> None:
    reversed_chip = TokenInput(kind=TokenKind.UID, text="C3B2A104", byte_order=ByteOrder.LSB_FIRST)

    add_token(patron_id=patron.id, token=reversed_chip, at=AT, desk=desk)

    assert _status("04:A1:B2:C3") == "active"
    assert list_tokens(patron.id)[0].shown == "····B2C3"
    assert _version(patron) == 2


@pytest.mark.parametrize("scanned", ["04A1B2C3", "C3B2A104", "0077705923", "77705923", "3283263748", "01185,45763"])
def test_a_chip_added_on_one_reader_serves_on_the_others(desk: Desk, patron: Patron, scanned: str) -> None:
    add_token(patron_id=patron.id, token=TokenInput(kind=TokenKind.UID, text="04A1B2C3"), at=AT, desk=desk)

    assert _status(scanned) == "active"


def test_a_chip_is_nobody_elses_in_the_other_byte_order(desk: Desk, patron: Patron) -> None:
    make_token(make_patron("王芳", home=_branch(desk)), TokenKind.UID, "04A1B2C3")

    with pytest.raises(PatronRefused) as refused:
        add_token(patron_id=patron.id, token=TokenInput(kind=TokenKind.UID, text="C3B2A104"), at=AT, desk=desk)

    assert refused.value.codes == {ProblemCode.TOKEN_TAKEN}


def test_a_token_of_somebody_else_is_refused(desk: Desk, patron: Patron) -> None:
    other = make_patron("王芳", home=_branch(desk))
    make_token(other, TokenKind.UID, "04A1B2C3")

    with pytest.raises(PatronRefused) as refused:
        add_token(patron_id=patron.id, token=TokenInput(kind=TokenKind.UID, text="04A1B2C3"), at=AT, desk=desk)

    assert refused.value.codes == {ProblemCode.TOKEN_TAKEN}


@pytest.mark.parametrize("card_no", [PHONE, "13900001111", "138-1234-1234"])
def test_a_phone_in_the_family_becomes_no_readable_card_number(desk: Desk, patron: Patron, card_no: str) -> None:
    make_guardian(patron, phone="13900001111")

    with pytest.raises(PatronRefused) as added:
        add_token(patron_id=patron.id, token=TokenInput(kind=TokenKind.CARD, text=card_no), at=AT, desk=desk)
    with pytest.raises(PatronRefused) as replaced:
        replace_card(patron_id=patron.id, card_no=card_no, at=AT, desk=desk)

    assert added.value.codes == replaced.value.codes == {ProblemCode.CARD_IS_PERSONAL}


def test_a_removed_chip_may_go_to_the_next_reader(desk: Desk, patron: Patron) -> None:
    other = make_patron("王芳", home=_branch(desk))
    chip = TokenInput(kind=TokenKind.UID, text="04A1B2C3")
    token_id = add_token(patron_id=other.id, token=chip, at=AT, desk=desk)

    remove_token(token_id=token_id, at=AT, desk=desk)
    add_token(patron_id=patron.id, token=chip, at=AT, desk=desk)

    found = patron_by_token("04A1B2C3")
    assert found is not None
    assert (found.patron.id, found.token_status) == (patron.id, "active")


def test_a_card_is_not_removed_but_replaced(desk: Desk, patron: Patron) -> None:
    with pytest.raises(PatronRefused):
        remove_token(token_id=Token.objects.get(card_no="C0001").id, at=AT, desk=desk)


def test_a_lost_card_is_found_again(desk: Desk, patron: Patron) -> None:
    card = Token.objects.get(card_no="C0001")

    report_lost(token_id=card.id, at=AT, desk=desk)
    report_lost(token_id=card.id, at=AT, desk=desk)
    lost = _status("C0001")
    lift_lost(token_id=card.id, at=AT, desk=desk)

    assert (lost, _status("C0001")) == ("lost", "active")
    assert Entry.objects.filter(kind="card_lost").count() == 1
    assert _version(patron) == 3


def test_a_replaced_card_still_finds_its_patron_and_stays_replaced(desk: Desk, patron: Patron) -> None:
    card = Token.objects.get(card_no="C0001")
    report_lost(token_id=card.id, at=AT, desk=desk)

    number = replace_card(patron_id=patron.id, at=AT, desk=desk)

    assert (_status("C0001"), _status(number)) == ("replaced", "active")
    assert number.startswith("ZG")
    assert [entry.details for entry in Entry.objects.filter(kind="card_replaced")] == [{"replaced": 1}]
    assert not Entry.objects.filter(kind="card_issued").exists()
    with pytest.raises(PatronRefused) as refused:
        lift_lost(token_id=card.id, at=AT, desk=desk)
    assert refused.value.codes == {ProblemCode.TOKEN_STATUS}


@pytest.mark.parametrize(
    ("card_no", "code"),
    [
        (MANS_NUMBER, ProblemCode.CARD_IS_PERSONAL),
        (PHONE, ProblemCode.CARD_IS_PERSONAL),
        ("C0001", ProblemCode.CARD_TAKEN),
        ("证", ProblemCode.CARD_BAD),
    ],
)
def test_a_new_card_number_must_be_free_and_no_personal_number(
    desk: Desk, patron: Patron, card_no: str, code: ProblemCode
) -> None:
    with pytest.raises(PatronRefused) as refused:
        replace_card(patron_id=patron.id, card_no=card_no, at=AT, desk=desk)

    assert refused.value.codes == {code}
    assert _status("C0001") == "active"


def test_an_unknown_token_is_told(desk: Desk) -> None:
    with pytest.raises(PatronUnknown):
        report_lost(token_id=4711, at=AT, desk=desk)


def test_a_machine_reports_no_card_lost(desk: Desk, patron: Patron) -> None:
    machine = make_desk(_branch(desk), role=Role.MACHINE)

    with pytest.raises(NotAllowed):
        report_lost(token_id=Token.objects.get(card_no="C0001").id, at=AT, desk=machine)


def test_the_right_pin_passes_and_the_wrong_one_does_not(desk: Desk, patron: Patron) -> None:
    assert check_pin(patron_id=patron.id, pin="604913", at=AT)
    assert not check_pin(patron_id=patron.id, pin="604914", at=AT)


def test_an_empty_pin_is_wrong_but_no_failure(desk: Desk, patron: Patron) -> None:
    assert not any(check_pin(patron_id=patron.id, pin=" ", at=AT) for _ in range(9))

    assert Patron.objects.get(id=patron.id).pin_failures == 0
    assert check_pin(patron_id=patron.id, pin="604913", at=AT)


def test_five_failures_lock_for_fifteen_minutes_even_the_right_pin(desk: Desk, patron: Patron) -> None:
    for _ in range(5):
        check_pin(patron_id=patron.id, pin="0000", at=AT)

    assert not check_pin(patron_id=patron.id, pin="604913", at=AT + timedelta(minutes=14, seconds=59))
    assert check_pin(patron_id=patron.id, pin="604913", at=AT + timedelta(minutes=15))
    assert Patron.objects.get(id=patron.id).pin_locked_until is None


def test_each_further_wrong_one_locks_for_longer(desk: Desk, patron: Patron) -> None:
    for minutes in (0, 0, 0, 0, 0, 15):
        check_pin(patron_id=patron.id, pin="0000", at=AT + timedelta(minutes=minutes))

    assert not check_pin(patron_id=patron.id, pin="604913", at=AT + timedelta(minutes=44))
    assert check_pin(patron_id=patron.id, pin="604913", at=AT + timedelta(minutes=45))


def test_a_right_pin_forgives_earlier_failures(desk: Desk, patron: Patron) -> None:
    for _ in range(2):
        for _ in range(4):
            check_pin(patron_id=patron.id, pin="0000", at=AT)
        assert check_pin(patron_id=patron.id, pin="604913", at=AT)


def test_a_patron_without_a_pin_has_no_right_one(desk: Desk) -> None:
    other = make_patron("王芳", home=_branch(desk))

    assert not any(check_pin(patron_id=other.id, pin="604913", at=AT) for _ in range(6))
    assert Patron.objects.get(id=other.id).pin_failures == 0


def test_a_new_pin_lifts_the_lock(desk: Desk, patron: Patron) -> None:
    for _ in range(5):
        check_pin(patron_id=patron.id, pin="0000", at=AT)

    set_pin(patron_id=patron.id, pin="7351", at=AT, desk=desk)

    assert check_pin(patron_id=patron.id, pin="7351", at=AT)
    assert not check_pin(patron_id=patron.id, pin="604913", at=AT)


def test_a_reset_pin_is_told_once_and_audited_without_it(desk: Desk, patron: Patron) -> None:
    pin = reset_pin(patron_id=patron.id, at=AT, desk=desk)

    assert len(pin) == 6
    assert check_pin(patron_id=patron.id, pin=pin, at=AT)
    row = AuditRow.objects.get(act="reset_pin")
    assert (row.subject_id, row.before, row.after) == (patron.id, {}, {})


def test_a_weak_pin_is_refused(desk: Desk, patron: Patron) -> None:
    with pytest.raises(PatronRefused) as refused:
        set_pin(patron_id=patron.id, pin="1234", at=AT, desk=desk)

    assert refused.value.codes == {ProblemCode.PIN_WEAK}


def test_attempts_at_once_are_counted_one_after_the_other_and_stay(fresh_database: str) -> None:
    patron = make_patron(home=make_branch("ZG"), pin="604913")
    start = threading.Barrier(4)

    def attempt() -> None:
        try:
            start.wait()
            check_pin(patron_id=patron.id, pin="0000", at=AT)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=attempt) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Patron.objects.get(id=patron.id).pin_failures == 4
