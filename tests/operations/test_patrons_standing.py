"""How a patron stands: changed, prolonged, gone, back, erased."""

from collections.abc import Iterator
from datetime import date

import pytest

from tests.factories.accounts import make_desk
from tests.factories.network import make_branch
from tests.factories.notices import make_templates, post_due
from tests.operations.patrons_cast import AT, BY_GUARDIAN, MANS_NUMBER, SELF, WOMANS_NUMBER, adult, child
from wenyuan.kernel.identity import Gender
from wenyuan.lending.patrons import seams, sql
from wenyuan.lending.patrons.data import (
    CannotLeave,
    GuardianInput,
    NumberInput,
    Obstacle,
    PatronChange,
    PatronRefused,
    PatronUnknown,
    ProblemCode,
    RegistrationRefused,
    Relation,
)
from wenyuan.lending.patrons.models import Category, Consent, Guardian, Patron, ReaderRef, Token
from wenyuan.lending.patrons.operations import (
    change_patron,
    close_patron,
    erase_patron,
    install_default_categories,
    register_patron,
    renew_registration,
    reopen_patron,
)
from wenyuan.lending.patrons.queries import get_patron, notice_recipient, patron_by_token
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.notices.models import Message, Notice
from wenyuan.organisation.rights.data import Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.plumbing.invariants import broken_rows


@pytest.fixture
def desk(db: None) -> Desk:
    install_default_categories()
    return make_desk(make_branch("ZG"))


@pytest.fixture
def patron(desk: Desk) -> Patron:
    made = register_patron(application=adult(desk.branch_id, card_no="C0001", pin="604913"), at=AT, desk=desk)
    return Patron.objects.get(id=made.patron_id)


@pytest.fixture
def asked() -> Iterator[dict[str, list[int]]]:
    """A room above in which patron ``open[0]`` has two loans, and which remembers whom it forgot."""
    state: dict[str, list[int]] = {"open": [], "forgotten": []}
    seams.join(
        seams.PatronKeeper(
            room="test",
            may_leave=lambda patron_id: [Obstacle("open_loans", 2 * state["open"].count(patron_id))],
            forget_history=lambda patron_id: state["forgotten"].append(patron_id),
        )
    )
    yield state
    seams.leave("test")


@pytest.fixture(autouse=True)
def _invariants_hold(db: None) -> Iterator[None]:
    yield
    assert [(rule.name, list(broken_rows(rule))) for rule in sql.INVARIANTS if broken_rows(rule)] == []


def test_what_changes_is_written_journalled_and_audited_by_name_only(desk: Desk, patron: Patron) -> None:
    home = make_branch("FG1")
    change = PatronChange(name="李晓军", phone="", address="和平里 5 号", category="staff", home_branch_id=home.id)

    changed = change_patron(patron_id=patron.id, change=change, at=AT, desk=desk)

    view = get_patron(patron.id)
    assert view is not None
    assert (view.name, view.phone_mask, view.has_address, view.category) == ("李晓军", "", True, "staff")
    assert (view.home_branch_id, view.version) == (home.id, 2)
    assert changed == {"name", "phone", "address", "category", "home_branch"}
    names = ["address", "category", "home_branch", "name", "phone"]
    assert Entry.objects.get(kind="patron_changed").details == {"what": names}
    assert AuditRow.objects.get(act="change_patron").after == {"fields": names}


def test_a_change_that_changes_nothing_writes_nothing(desk: Desk, patron: Patron) -> None:
    assert change_patron(patron_id=patron.id, change=PatronChange(name=" 李 小军"), at=AT, desk=desk) == frozenset()

    assert Patron.objects.get(id=patron.id).version == 1
    assert not Entry.objects.filter(kind="patron_changed").exists()


def test_a_corrected_number_brings_birth_date_gender_and_token(desk: Desk, patron: Patron) -> None:
    change_patron(patron_id=patron.id, change=PatronChange(number=NumberInput(MANS_NUMBER)), at=AT, desk=desk)

    view = get_patron(patron.id)
    assert view is not None
    assert (view.number_mask, view.birth_date, view.gender) == ("····0014", date(1880, 1, 1), "male")
    old, new = patron_by_token(WOMANS_NUMBER), patron_by_token(MANS_NUMBER)
    assert old is not None
    assert new is not None
    assert (old.token_status, new.token_status) == ("removed", "active")


def test_pinyin_typed_by_hand_stands_beside_the_tables(desk: Desk, patron: Patron) -> None:
    change_patron(patron_id=patron.id, change=PatronChange(pinyin="Li Shao Jun"), at=AT, desk=desk)

    row = Patron.objects.get(id=patron.id)
    assert (row.name_pinyin, row.name_initials, row.name_pinyin_other) == ("lishaojun", "lsj", "lixiaojun")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (PatronChange(name=" "), ProblemCode.NAME_EMPTY),
        (PatronChange(phone="12"), ProblemCode.PHONE_BAD),
        (PatronChange(email="nobody"), ProblemCode.EMAIL_BAD),
        (PatronChange(note="电话 13812341234"), ProblemCode.TEXT_PERSONAL),
        (PatronChange(note="长" * 501), ProblemCode.TEXT_TOO_LONG),
        (PatronChange(category="nobody"), ProblemCode.CATEGORY_UNKNOWN),
        (PatronChange(category="child"), ProblemCode.CATEGORY_AGE),
        (PatronChange(home_branch_id=999_999), ProblemCode.BRANCH_UNKNOWN),
        (PatronChange(expires_date=date(2020, 1, 1)), ProblemCode.EXPIRES_BAD),
        (PatronChange(birth_date=date(2000, 1, 1)), ProblemCode.BIRTH_DATE_DISAGREES),
        (PatronChange(gender=Gender.MALE), ProblemCode.GENDER_DISAGREES),
        (PatronChange(number=NumberInput("110105194912310020")), ProblemCode.NUMBER_BAD),
    ],
)
def test_a_bad_change_is_refused_whole(desk: Desk, patron: Patron, change: PatronChange, code: ProblemCode) -> None:
    with pytest.raises(PatronRefused) as refused:
        change_patron(patron_id=patron.id, change=change, at=AT, desk=desk)

    assert code in refused.value.codes
    assert Patron.objects.get(id=patron.id).version == 1


def test_a_number_of_somebody_else_is_refused(desk: Desk, patron: Patron) -> None:
    other = register_patron(
        application=adult(desk.branch_id, name="张伟", number=NumberInput(MANS_NUMBER)), at=AT, desk=desk
    )

    with pytest.raises(PatronRefused) as refused:
        change_patron(patron_id=patron.id, change=PatronChange(number=NumberInput(MANS_NUMBER)), at=AT, desk=desk)

    assert [problem.existing_patron_id for problem in refused.value.problems] == [other.patron_id]


def test_a_registration_is_prolonged_from_today_and_never_shortened(desk: Desk, patron: Patron) -> None:
    Patron.objects.filter(id=patron.id).update(expires_date=date(2026, 1, 1))

    first = renew_registration(patron_id=patron.id, at=AT, desk=desk)
    Patron.objects.filter(id=patron.id).update(expires_date=date(2040, 1, 1))
    second = renew_registration(patron_id=patron.id, at=AT, desk=desk)

    assert (first, second) == (date(2029, 4, 23), date(2040, 1, 1))
    assert Patron.objects.get(id=patron.id).version == 2


def test_who_has_grown_up_changes_category_before_renewing(desk: Desk) -> None:
    made = register_patron(application=child(desk.branch_id), at=AT, desk=desk)
    Patron.objects.filter(id=made.patron_id).update(birth_date=date(2010, 1, 1))

    with pytest.raises(PatronRefused) as refused:
        renew_registration(patron_id=made.patron_id, at=AT, desk=desk)

    assert refused.value.codes == {ProblemCode.CATEGORY_AGE}


def test_who_has_loans_may_not_leave(desk: Desk, patron: Patron, asked: dict[str, list[int]]) -> None:
    asked["open"].append(patron.id)

    with pytest.raises(CannotLeave) as refused:
        close_patron(patron_id=patron.id, at=AT, desk=desk)

    assert refused.value.obstacles == (Obstacle("open_loans", 2),)
    assert Patron.objects.get(id=patron.id).status == "active"
    assert asked["forgotten"] == []


def test_leaving_ends_tokens_consents_and_history(desk: Desk, patron: Patron, asked: dict[str, list[int]]) -> None:
    close_patron(patron_id=patron.id, at=AT, desk=desk, reason="迁居")

    found = patron_by_token("C0001")
    assert found is not None
    assert (found.patron.status, found.token_status, found.patron.version) == ("closed", "removed", 2)
    assert not Consent.objects.filter(patron=patron, withdrawn_at__isnull=True).exists()
    assert asked["forgotten"] == [patron.id]
    with pytest.raises(PatronRefused):
        close_patron(patron_id=patron.id, at=AT, desk=desk)


def test_who_left_comes_back_to_the_same_record_with_the_old_card(desk: Desk, patron: Patron) -> None:
    close_patron(patron_id=patron.id, at=AT, desk=desk)
    with pytest.raises(RegistrationRefused) as refused:
        register_patron(application=adult(desk.branch_id), at=AT, desk=desk)
    [problem] = refused.value.problems
    assert problem.existing_patron_id == patron.id

    back = reopen_patron(patron_id=patron.id, consent=SELF, card_no="C0001", at=AT, desk=desk)

    assert (back.patron_id, back.card_no) == (patron.id, "C0001")
    swiped = patron_by_token(WOMANS_NUMBER)
    assert swiped is not None
    assert (swiped.patron.status, swiped.token_status) == ("active", "active")
    assert Entry.objects.filter(kind="card_issued").count() == 1


def test_who_never_left_is_not_reopened(desk: Desk, patron: Patron) -> None:
    with pytest.raises(PatronRefused) as refused:
        reopen_patron(patron_id=patron.id, consent=SELF, at=AT, desk=desk)

    assert refused.value.codes == {ProblemCode.PATRON_NOT_CLOSED}


def test_what_waits_to_be_sent_follows_a_person_who_changes_leaves_and_is_erased(desk: Desk, patron: Patron) -> None:
    make_templates()
    post_due(AT, "due", recipient=notice_recipient(patron.id))

    change_patron(patron_id=patron.id, change=PatronChange(phone="13900000000"), at=AT, desk=desk)
    # This patron never agreed to be told: the new number is not handed on, and the former one is taken away.
    assert Message.objects.get().contacts_sealed == ""
    Consent.objects.create(patron=patron, purpose="notices", notice_version="1", given_by="self", given_at=AT)
    change_patron(patron_id=patron.id, change=PatronChange(phone="13900000001"), at=AT, desk=desk)
    assert "13900000001" in Message.objects.get().contacts_sealed
    close_patron(patron_id=patron.id, at=AT, desk=desk)
    assert Message.objects.get().contacts_sealed == ""
    erase_patron(patron_id=patron.id, reason="本人要求", at=AT, desk=desk)
    message = Message.objects.get()
    assert (message.recipient, message.contacts_sealed, message.state) == ("", "", "withdrawn")
    assert [notice.values_sealed for notice in Notice.objects.all()] == [""]


def test_nothing_of_an_erased_person_is_left(desk: Desk, patron: Patron, asked: dict[str, list[int]]) -> None:
    erase_patron(patron_id=patron.id, reason="本人要求", at=AT, desk=desk)

    row = Patron.objects.get(id=patron.id)
    assert (row.name, row.name_pinyin, row.number_hash, row.number_sealed, row.phone_hash) == ("", "", None, "", None)
    assert (row.birth_date, row.gender, row.pin_hash, row.status, row.no_number_reason) == (
        None,
        "",
        "",
        "closed",
        "erased",
    )
    assert not Token.objects.filter(patron=patron).exists()
    assert not ReaderRef.objects.filter(patron=patron).exists()
    entry = Entry.objects.filter(kind="patron_status").latest("id")
    assert (entry.details["to"], entry.reader_ref) == ("erased", None)
    assert asked["forgotten"] == [patron.id]
    register_patron(application=adult(desk.branch_id), at=AT, desk=desk)
    with pytest.raises(PatronRefused):
        reopen_patron(patron_id=patron.id, consent=SELF, at=AT, desk=desk)


def test_a_guardian_is_not_erased_before_another_stands(desk: Desk, patron: Patron) -> None:
    by_patron = (GuardianInput(patron_id=patron.id, relation=Relation.MOTHER),)
    ward = register_patron(application=child(desk.branch_id, guardians=by_patron), at=AT, desk=desk).patron_id

    with pytest.raises(CannotLeave) as refused:
        erase_patron(patron_id=patron.id, reason="本人要求", at=AT, desk=desk)
    assert refused.value.obstacles == (Obstacle("guardian_of", 1),)

    close_patron(patron_id=ward, at=AT, desk=desk)
    erase_patron(patron_id=patron.id, reason="本人要求", at=AT, desk=desk)
    assert not Guardian.objects.filter(patron=patron).exists()


def test_a_returning_child_needs_a_guardian_still(desk: Desk) -> None:
    made = register_patron(application=child(desk.branch_id), at=AT, desk=desk)
    close_patron(patron_id=made.patron_id, at=AT, desk=desk)

    with pytest.raises(PatronRefused) as refused:
        reopen_patron(patron_id=made.patron_id, consent=SELF, at=AT, desk=desk)
    assert refused.value.codes == {ProblemCode.GUARDIAN_CONSENT_MISSING}

    assert reopen_patron(patron_id=made.patron_id, consent=BY_GUARDIAN, at=AT, desk=desk).patron_id == made.patron_id


def test_an_unknown_patron_is_told(desk: Desk) -> None:
    with pytest.raises(PatronUnknown):
        close_patron(patron_id=4711, at=AT, desk=desk)


def test_a_category_without_an_end_gives_no_last_day(desk: Desk, patron: Patron) -> None:
    Category.objects.filter(code="adult").update(months_valid=0)

    assert renew_registration(patron_id=patron.id, at=AT, desk=desk) is None
