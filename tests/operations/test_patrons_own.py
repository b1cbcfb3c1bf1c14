"""What readers do about their own card and PIN: asked for the old one, refused what is weak, and nothing of others."""

from datetime import date

import pytest

from tests.factories.network import make_branch
from tests.factories.patrons import make_guardian, make_patron
from tests.operations.patrons_cast import AT, WOMANS_NUMBER
from wenyuan.lending.patrons.data import Caller, PatronRefused, PatronUnknown, ProblemCode
from wenyuan.lending.patrons.models import Consent, Patron, PinTry, Token
from wenyuan.lending.patrons.operations import (
    change_own_pin,
    check_pin,
    choose_own_messages,
    keep_own_history,
    open_own_record,
    report_own_lost,
    sign_in,
)
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.notices.data import NoticeKind
from wenyuan.organisation.notices.queries import preferences
from wenyuan.organisation.rights.data import READER, Desk, Door
from wenyuan.organisation.rights.models import AuditRow

PIN, NEW = "604913", "730258"
HERE = Caller(address="10.0.0.1")


@pytest.fixture
def home(db: None) -> Branch:
    return make_branch("ZG")


@pytest.fixture
def desk(home: Branch) -> Desk:
    return Desk(operator=READER, branch_id=home.id, door=Door.PORTAL)


@pytest.fixture
def patron(home: Branch) -> Patron:
    return make_patron(card="C0001", home=home, number=WOMANS_NUMBER, pin=PIN)


def change(patron: Patron, desk: Desk, *, old: str = PIN, new: str = NEW) -> None:
    change_own_pin(patron_id=patron.id, card="C0001", old=old, new=new, caller=HERE, at=AT, desk=desk)


def test_a_reader_sets_another_pin_and_the_audit_has_neither(patron: Patron, desk: Desk) -> None:
    change(patron, desk)

    assert sign_in(card="C0001", pin=PIN, caller=HERE, at=AT) is None
    assert sign_in(card="C0001", pin=NEW, caller=HERE, at=AT) is not None
    assert check_pin(patron_id=patron.id, pin=NEW, at=AT)
    row = AuditRow.objects.latest("id")
    assert (row.act, row.door, row.account_id, row.before, row.after) == ("change_own_pin", "portal", None, {}, {})


@pytest.mark.parametrize(
    ("new", "code"),
    [
        ("7302", ProblemCode.PIN_BAD),
        ("73025", ProblemCode.PIN_BAD),
        ("7302581", ProblemCode.PIN_BAD),
        ("73025x", ProblemCode.PIN_BAD),
        ("730258".translate({48 + number: 0xFF10 + number for number in range(10)}), ProblemCode.PIN_BAD),
        ("123456", ProblemCode.PIN_WEAK),
        ("777777", ProblemCode.PIN_WEAK),
        (PIN, ProblemCode.PIN_SAME),
    ],
)
def test_a_new_pin_has_six_digits_that_are_not_easily_guessed(
    patron: Patron, desk: Desk, new: str, code: ProblemCode
) -> None:
    with pytest.raises(PatronRefused) as refused:
        change(patron, desk, new=new)

    assert refused.value.codes == {code}
    assert check_pin(patron_id=patron.id, pin=PIN, at=AT)


def test_who_finds_a_browser_left_open_guesses_the_old_pin_no_further_than_elsewhere(
    patron: Patron, desk: Desk
) -> None:
    for number in range(7):
        with pytest.raises(PatronRefused) as refused:
            change(patron, desk, old=f"11111{number}")
        assert refused.value.codes == {ProblemCode.PIN_WRONG}

    assert PinTry.objects.count() == 5
    with pytest.raises(PatronRefused):
        change(patron, desk)


def test_strangers_who_guess_keep_nobody_from_another_pin(patron: Patron, desk: Desk) -> None:
    for number in range(20):
        sign_in(card="C0001", pin="111111", caller=Caller(address=f"10.0.1.{number}"), at=AT)

    change(patron, desk)

    assert not PinTry.objects.exists()


def test_somebody_elses_card_changes_nothing(home: Branch, patron: Patron, desk: Desk) -> None:
    other = make_patron(card="C0002", home=home, pin=PIN)

    with pytest.raises(PatronRefused):
        change_own_pin(patron_id=other.id, card="C0001", old=PIN, new=NEW, caller=HERE, at=AT, desk=desk)

    assert check_pin(patron_id=other.id, pin=PIN, at=AT)


def test_below_fourteen_a_guardian_chooses_the_messages(home: Branch, desk: Desk) -> None:
    child = make_patron(card="C0003", home=home, birth_date=date(2012, 4, 24))
    fourteen = make_patron(card="C0004", home=home, birth_date=date(2012, 4, 23))
    silent = {NoticeKind.OVERDUE_1: ()}

    choose_own_messages(patron_id=fourteen.id, channels=silent, language=None, at=AT, desk=desk)
    with pytest.raises(PatronRefused) as refused:
        choose_own_messages(patron_id=child.id, channels=silent, language=None, at=AT, desk=desk)

    assert refused.value.codes == {ProblemCode.GUARDIAN_CONSENT_MISSING}
    assert preferences(f"patron:{fourteen.id}").channels == {NoticeKind.OVERDUE_1: ()}
    assert not preferences(f"patron:{child.id}").channels


def test_a_card_reported_lost_by_its_reader_opens_nothing_and_stands_in_the_journal(patron: Patron, desk: Desk) -> None:
    token = Token.objects.get(patron=patron, kind="card")

    for _ in range(2):
        report_own_lost(patron_id=patron.id, token_id=token.id, at=AT, desk=desk)

    assert sign_in(card="C0001", pin=PIN, caller=HERE, at=AT) is None
    assert sign_in(card=WOMANS_NUMBER, pin=PIN, caller=HERE, at=AT) is not None
    entry = Entry.objects.get(kind="card_lost")
    assert (entry.door, entry.operator_id, entry.details["token"]) == ("portal", None, "card")
    assert AuditRow.objects.filter(act="report_lost", account_id=None).count() == 1


def test_a_card_of_somebody_else_is_not_there_and_a_replaced_one_is_refused(
    home: Branch, patron: Patron, desk: Desk
) -> None:
    other = make_patron(card="C0002", home=home)
    token = Token.objects.get(patron=other, kind="card")

    with pytest.raises(PatronUnknown):
        report_own_lost(patron_id=patron.id, token_id=token.id, at=AT, desk=desk)
    Token.objects.filter(id=token.id).update(status="replaced")
    with pytest.raises(PatronRefused):
        report_own_lost(patron_id=other.id, token_id=token.id, at=AT, desk=desk)

    assert not Entry.objects.filter(kind="card_lost").exists()


def test_a_reader_agrees_to_a_history_and_takes_it_back(patron: Patron, desk: Desk) -> None:
    def keep(wanted: bool) -> bool:
        keep_own_history(patron_id=patron.id, keep=wanted, notice_version="2026-1", at=AT, desk=desk)
        patron.refresh_from_db()
        return patron.keep_history

    assert keep(True)
    assert not keep(False)
    consent = Consent.objects.get(patron=patron, purpose="history")
    assert (consent.given_by, consent.notice_version, consent.withdrawn_at) == ("self", "2026-1", AT)


def test_for_a_child_a_guardian_agrees_at_the_desk(home: Branch, desk: Desk) -> None:
    child = make_patron(card="C0003", home=home, pin=PIN, birth_date=AT.date().replace(year=2018))

    with pytest.raises(PatronRefused):
        keep_own_history(patron_id=child.id, keep=True, notice_version="2026-1", at=AT, desk=desk)

    assert not Consent.objects.filter(patron=child, purpose="history").exists()


def test_what_is_kept_sealed_is_opened_for_the_reader_by_their_pin_and_audited(home: Branch, desk: Desk) -> None:
    patron = make_patron(card="C0001", home=home, number=WOMANS_NUMBER, phone="13812341234", pin=PIN)
    make_guardian(patron, name="王芳")

    record = open_own_record(patron_id=patron.id, card="C0001", pin=PIN, caller=HERE, at=AT, desk=desk)

    assert (record.number, record.phone, record.guardians) == (WOMANS_NUMBER, "13812341234", ("王芳",))
    assert WOMANS_NUMBER not in repr(record)
    row = AuditRow.objects.latest("id")
    assert (row.act, row.subject_id, row.account_id, row.after) == ("open_own_record", patron.id, None, {})


def test_without_the_pin_or_by_somebody_elses_card_nothing_is_opened(home: Branch, patron: Patron, desk: Desk) -> None:
    other = make_patron(card="C0002", home=home, pin=PIN)

    for patron_id, pin in ((patron.id, "111222"), (other.id, PIN)):
        with pytest.raises(PatronRefused) as refused:
            open_own_record(patron_id=patron_id, card="C0001", pin=pin, caller=HERE, at=AT, desk=desk)
        assert refused.value.codes == {ProblemCode.PIN_WRONG}
    assert not AuditRow.objects.filter(act="open_own_record").exists()
