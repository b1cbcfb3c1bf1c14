"""Reveals, consents, guardians, and the keys personal data is sealed with."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from tests.factories.accounts import make_desk
from tests.factories.network import make_branch
from tests.operations.patrons_cast import AT, MANS_NUMBER, PHONE, WOMANS_NUMBER, adult, child
from wenyuan.lending.patrons import seams
from wenyuan.lending.patrons.data import (
    ConsentPurpose,
    GivenBy,
    GuardianInput,
    NumberInput,
    PatronRefused,
    PersonalField,
    PreRegistrationInput,
    ProblemCode,
    Relation,
)
from wenyuan.lending.patrons.models import Consent, Patron, ReaderRef
from wenyuan.lending.patrons.operations import (
    add_guardian,
    end_guardian,
    install_default_categories,
    open_pre_registration,
    pre_register,
    reader_ref,
    record_consent,
    register_patron,
    reveal,
    reveal_guardian_phone,
    rotate_keys,
    set_keep_history,
    withdraw_consent,
)
from wenyuan.lending.patrons.queries import find_reader_ref, list_children, list_consents, list_guardians
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed


@pytest.fixture
def desk(db: None) -> Desk:
    install_default_categories()
    return make_desk(make_branch("ZG"))


@pytest.fixture
def patron(desk: Desk) -> Patron:
    made = register_patron(application=adult(desk.branch_id, address="幸福路一号"), at=AT, desk=desk)
    return Patron.objects.get(id=made.patron_id)


@pytest.fixture
def ward(desk: Desk) -> Patron:
    guardian = GuardianInput(name="王芳", relation=Relation.MOTHER, phone="139 0000 1111")
    made = register_patron(application=child(desk.branch_id, guardians=(guardian,)), at=AT, desk=desk)
    return Patron.objects.get(id=made.patron_id)


@pytest.fixture
def forgotten() -> Iterator[list[int]]:
    """Whom a room above was told to forget."""
    ids: list[int] = []
    seams.join(seams.PatronKeeper(room="test", may_leave=lambda _: (), forget_history=ids.append))
    yield ids
    seams.leave("test")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (PersonalField.NUMBER, WOMANS_NUMBER),
        (PersonalField.PHONE, PHONE),
        (PersonalField.ADDRESS, "幸福路一号"),
    ],
)
def test_a_reveal_is_audited_with_field_and_reason_and_not_the_value(
    desk: Desk, patron: Patron, field: PersonalField, value: str
) -> None:
    shown = reveal(patron_id=patron.id, field=field, reason="核对证件", at=AT, desk=desk)

    row = AuditRow.objects.get(act="reveal_personal")
    assert shown == value
    assert (row.subject_kind, row.subject_id, row.reason) == ("patron", patron.id, "核对证件")
    assert (row.before, row.after) == ({}, {"field": field.value})


@pytest.mark.parametrize(
    ("field", "reason", "code"),
    [
        (PersonalField.NUMBER, "  ", ProblemCode.REASON_MISSING),
        (PersonalField.NUMBER, f"核对 {WOMANS_NUMBER}", ProblemCode.TEXT_PERSONAL),
        (PersonalField.EMAIL, "核对", ProblemCode.NO_SUCH_VALUE),
    ],
)
def test_no_reveal_without_a_reason_or_a_value(
    desk: Desk, patron: Patron, field: PersonalField, reason: str, code: ProblemCode
) -> None:
    with pytest.raises(PatronRefused) as refused:
        reveal(patron_id=patron.id, field=field, reason=reason, at=AT, desk=desk)

    assert refused.value.codes == {code}
    assert not AuditRow.objects.exists()


def test_a_clerk_reveals_nothing(desk: Desk, patron: Patron) -> None:
    clerk = make_desk(Branch.objects.get(id=desk.branch_id), role=Role.DESK)

    with pytest.raises(NotAllowed):
        reveal(patron_id=patron.id, field=PersonalField.PHONE, reason="核对", at=AT, desk=clerk)


def test_a_guardians_phone_is_revealed_like_a_patrons(desk: Desk, ward: Patron) -> None:
    [guardian] = list_guardians(ward.id)

    shown = reveal_guardian_phone(guardian_id=guardian.id, reason="孩子走失", at=AT, desk=desk)

    assert (guardian.phone_mask, shown) == ("····1111", "13900001111")
    assert AuditRow.objects.get(act="reveal_personal").after == {"field": "guardian_phone"}


def test_a_newer_notice_takes_the_older_consents_place(desk: Desk, patron: Patron) -> None:
    for version in ("2026-1", "2026-2"):
        record_consent(
            patron_id=patron.id,
            purpose=ConsentPurpose.NOTICES,
            notice_version=version,
            given_by=GivenBy.SELF,
            at=AT,
            desk=desk,
        )

    notices = [consent for consent in list_consents(patron.id) if consent.purpose == "notices"]
    assert [(consent.notice_version, consent.withdrawn_at) for consent in notices] == [("2026-2", None), ("2026-1", AT)]


def test_a_child_does_not_consent_alone(desk: Desk, ward: Patron) -> None:
    with pytest.raises(PatronRefused) as refused:
        set_keep_history(patron_id=ward.id, keep=True, notice_version="2026-1", at=AT, desk=desk)

    assert refused.value.codes == {ProblemCode.GUARDIAN_CONSENT_MISSING}


def test_history_is_kept_by_consent_and_forgotten_without(desk: Desk, patron: Patron, forgotten: list[int]) -> None:
    set_keep_history(patron_id=patron.id, keep=True, notice_version="2026-1", at=AT, desk=desk)
    kept = Patron.objects.get(id=patron.id).keep_history

    withdraw_consent(patron_id=patron.id, purpose=ConsentPurpose.HISTORY, at=AT, desk=desk)

    assert (kept, Patron.objects.get(id=patron.id).keep_history) == (True, False)
    assert forgotten == [patron.id]
    assert Consent.objects.get(purpose="history").withdrawn_at == AT


def test_consent_to_registration_is_withdrawn_by_leaving(desk: Desk, patron: Patron) -> None:
    with pytest.raises(PatronRefused) as refused:
        withdraw_consent(patron_id=patron.id, purpose=ConsentPurpose.REGISTRATION, at=AT, desk=desk)

    assert refused.value.codes == {ProblemCode.CONSENT_NEEDED}


def test_a_second_guardian_may_take_the_firsts_place(desk: Desk, patron: Patron, ward: Patron) -> None:
    [mother] = list_guardians(ward.id)
    with pytest.raises(PatronRefused) as refused:
        end_guardian(guardian_id=mother.id, at=AT, desk=desk)
    assert refused.value.codes == {ProblemCode.GUARDIAN_REQUIRED}

    father = GuardianInput(patron_id=patron.id, relation=Relation.FATHER)
    first = add_guardian(child_id=ward.id, guardian=father, at=AT, desk=desk)
    again = add_guardian(child_id=ward.id, guardian=father, at=AT, desk=desk)
    end_guardian(guardian_id=mother.id, at=AT, desk=desk)

    assert first == again
    assert [guardian.patron_id for guardian in list_guardians(ward.id)] == [patron.id]
    assert [guardian.name for guardian in list_guardians(ward.id, ended=True)] == ["王芳", "李小军"]
    assert [view.id for view in list_children(patron.id)] == [ward.id]


def test_nobody_is_their_own_guardian(desk: Desk, patron: Patron) -> None:
    with pytest.raises(PatronRefused) as refused:
        add_guardian(
            child_id=patron.id, guardian=GuardianInput(patron_id=patron.id, relation=Relation.OTHER), at=AT, desk=desk
        )

    assert refused.value.codes == {ProblemCode.GUARDIAN_IS_CHILD}


def test_one_patron_has_one_token_a_year_in_the_journal(desk: Desk, patron: Patron) -> None:
    assert find_reader_ref(patron_id=patron.id, year=2027) is None

    first = reader_ref(patron_id=patron.id, year=2027)
    again = reader_ref(patron_id=patron.id, year=2027)

    assert first == again == find_reader_ref(patron_id=patron.id, year=2027)
    assert first != reader_ref(patron_id=patron.id, year=2026)
    assert ReaderRef.objects.filter(patron=patron).count() == 2


def test_old_keys_are_replaced_in_chunks_and_nothing_is_lost(
    desk: Desk, patron: Patron, ward: Patron, settings: Any
) -> None:
    register_patron(application=adult(desk.branch_id, number=NumberInput(MANS_NUMBER)), at=AT, desk=desk)
    settings.WENYUAN_PII_KEYS = f"{settings.WENYUAN_PII_KEYS} k2:{base64.b64encode(bytes(32)).decode()}"
    admin = make_desk(Branch.objects.get(id=desk.branch_id), acts=[Act.MANAGE_ACCOUNTS], everywhere=True)

    first = rotate_keys(at=AT, desk=admin, limit=1)
    second = rotate_keys(at=AT, desk=admin, limit=1)
    third = rotate_keys(at=AT, desk=admin, limit=1)

    assert (first.sealed, first.remaining) == (2, 1)
    assert (second.sealed, second.remaining) == (1, 0)
    assert (third.sealed, third.remaining) == (0, 0)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number_sealed, phone_sealed, address_sealed FROM patrons_patron WHERE id = %s", [patron.id]
        )
        assert {value.partition(":")[0] for value in cursor.fetchone()} == {"k2"}
    shown = reveal(patron_id=patron.id, field=PersonalField.NUMBER, reason="核对", at=AT, desk=desk)
    assert shown == WOMANS_NUMBER
    assert Patron.objects.get(id=patron.id).version == 1


def test_what_was_told_beforehand_is_sealed_anew_with_the_other_keys(desk: Desk, settings: Any) -> None:
    told = PreRegistrationInput(name="周小明", home_branch_id=desk.branch_id, phone="13912345678")
    done = pre_register(told=told, notice_version="2026-1", address="10.0.0.1", at=AT)
    settings.WENYUAN_PII_KEYS = f"{settings.WENYUAN_PII_KEYS} k2:{base64.b64encode(bytes(32)).decode()}"
    admin = make_desk(Branch.objects.get(id=desk.branch_id), acts=[Act.MANAGE_ACCOUNTS], everywhere=True)

    while rotate_keys(at=AT, desk=admin).remaining:
        pass

    with connection.cursor() as cursor:
        cursor.execute("SELECT told_sealed FROM patrons_preregistration")
        assert cursor.fetchone()[0].startswith("k2:")
    assert open_pre_registration(number=done.number, at=AT, desk=desk).phone == "13912345678"


def test_only_who_manages_accounts_everywhere_replaces_keys(desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        rotate_keys(at=AT, desk=desk)
