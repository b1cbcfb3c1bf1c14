"""Card life with who did it for the reader, guardians and their cards, coming of age, and institutions."""

import base64
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_item
from tests.factories.circulation import make_policy
from tests.factories.network import make_branch
from tests.operations.patrons_cast import (
    AT,
    BY_GUARDIAN,
    MANS_NUMBER,
    PHONE,
    SELF,
    TODAY,
    WOMANS_NUMBER,
    adult,
    child,
)
from wenyuan.kernel.identity import Gender
from wenyuan.lending.circulation.models import Loan
from wenyuan.lending.circulation.operations import checkout
from wenyuan.lending.patrons import sql
from wenyuan.lending.patrons.data import (
    ComingOfAge,
    ConsentInput,
    ConsentPurpose,
    DocumentSeen,
    GivenBy,
    GuardianInput,
    NewPatron,
    NoNumberReason,
    NumberInput,
    OnBehalf,
    PatronChange,
    PatronRefused,
    PatronUnknown,
    ProblemCode,
    ProxyRelation,
    RegistrationRefused,
    Relation,
)
from wenyuan.lending.patrons.models import Category, Consent, Guardian, Patron, ProxyAct, Token
from wenyuan.lending.patrons.operations import (
    add_guardian,
    begin_leaving,
    change_patron,
    close_patron,
    come_of_age,
    end_guardian,
    erase_patron,
    install_default_categories,
    lift_lost,
    pause_patron,
    record_consent,
    register_patron,
    renew_registration,
    replace_card,
    report_lost,
    resume_patron,
    reveal_proxy,
    rotate_keys,
    suspend_patron,
    verify_patron,
)
from wenyuan.lending.patrons.queries import (
    get_patron,
    guardians_in_order,
    list_coming_of_age,
    list_consents,
    list_proxies,
)
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.invariants import broken_rows

WIFE = OnBehalf(
    name="王 芳", relation=ProxyRelation.SPOUSE, document=DocumentSeen.IDENTITY_CARD, document_no=MANS_NUMBER
)
AT_14 = datetime(2030, 3, 1, 2, 0, tzinfo=UTC)
"""The child of the cast is born on 29 February 2016: 14 on 28 February's next day, 1 March 2030."""


@pytest.fixture
def desk(db: None) -> Desk:
    install_default_categories()
    return make_desk(make_branch("ZG"))


@pytest.fixture
def patron(desk: Desk) -> Patron:
    made = register_patron(application=adult(desk.branch_id, card_no="C0001"), at=AT, desk=desk)
    return Patron.objects.get(id=made.patron_id)


@pytest.fixture
def ward(desk: Desk) -> Patron:
    made = register_patron(application=child(desk.branch_id), at=AT, desk=desk)
    return Patron.objects.get(id=made.patron_id)


@pytest.fixture(autouse=True)
def _invariants_hold(db: None) -> Iterator[None]:
    yield
    assert [(rule.name, list(broken_rows(rule))) for rule in sql.INVARIANTS if broken_rows(rule)] == []


def group(home_branch_id: int, **changes: object) -> NewPatron:
    """A school class with a teacher who answers for it."""
    values: dict[str, object] = {
        "name": "实验小学三年级二班",
        "category": "group",
        "home_branch_id": home_branch_id,
        "consent": SELF,
        "guardians": (GuardianInput(name="赵老师", relation=Relation.RESPONSIBLE, phone=PHONE),),
        **changes,
    }
    return NewPatron(**values)  # type: ignore[arg-type] # a test's own shorthand


# Card life, and who did it for the reader.


def test_each_act_of_a_card_has_its_kind_its_reason_and_who_did_it_for_the_reader(desk: Desk, patron: Patron) -> None:
    card = Token.objects.get(patron=patron, kind="card").id
    Patron.objects.filter(id=patron.id).update(expires_date=date(2026, 5, 1))

    report_lost(token_id=card, reason="遗失在公交车上", at=AT, desk=desk, behalf=WIFE)
    lift_lost(token_id=card, reason="找到了", at=AT, desk=desk, behalf=WIFE)
    replace_card(patron_id=patron.id, reason="磨损", at=AT, desk=desk, behalf=WIFE)
    renew_registration(patron_id=patron.id, reason="到期", at=AT, desk=desk, behalf=WIFE)
    verify_patron(patron_id=patron.id, document=DocumentSeen.IDENTITY_CARD, at=AT, desk=desk, behalf=WIFE)
    pause_patron(patron_id=patron.id, reason="外出", at=AT, desk=desk, behalf=WIFE)
    resume_patron(patron_id=patron.id, at=AT, desk=desk, behalf=WIFE)
    change_patron(patron_id=patron.id, change=PatronChange(note="行动不便"), at=AT, desk=desk, behalf=WIFE)
    begin_leaving(patron_id=patron.id, reason="迁居", at=AT, desk=desk, behalf=WIFE)
    close_patron(patron_id=patron.id, reason="迁居", at=AT, desk=desk, behalf=WIFE)

    kinds = [
        "card_lost",
        "card_found",
        "card_replaced",
        "card_extended",
        "card_verified",
        "patron_restricted",
        "patron_released",
        "patron_changed",
        "patron_restricted",
        "patron_status",
    ]
    entries = Entry.objects.exclude(kind="card_issued").order_by("id")
    assert [entry.kind for entry in entries] == kinds
    assert {entry.details["behalf"] for entry in entries} == {"spouse"}
    proxies = list_proxies(patron.id)
    assert [proxy.act for proxy in proxies] == kinds[::-1]
    assert {(proxy.masked_name, proxy.document_mask) for proxy in proxies} == {("王＊", "····0014")}
    reasons = dict(AuditRow.objects.exclude(reason="").values_list("act", "reason"))
    assert reasons["report_lost"] == "遗失在公交车上"
    assert (reasons["lift_lost"], reasons["replace_card"], reasons["renew_registration"]) == ("找到了", "磨损", "到期")


def test_who_applies_for_somebody_else_is_kept_with_the_registration(desk: Desk) -> None:
    made = register_patron(application=adult(desk.branch_id, behalf=WIFE), at=AT, desk=desk)

    [proxy] = list_proxies(made.patron_id)
    assert (proxy.act, proxy.relation) == ("card_issued", ProxyRelation.SPOUSE)


@pytest.mark.parametrize(
    ("behalf", "code"),
    [
        (OnBehalf(name=" ", relation=ProxyRelation.OTHER, document=DocumentSeen.LETTER), ProblemCode.PROXY_NAME),
        (OnBehalf(name=PHONE, relation=ProxyRelation.OTHER, document=DocumentSeen.LETTER), ProblemCode.PROXY_NAME),
        (
            OnBehalf(name="王芳", relation=ProxyRelation.OTHER, document=DocumentSeen.OTHER, document_no="1" * 41),
            ProblemCode.PROXY_DOCUMENT,
        ),
    ],
)
def test_an_act_by_nobody_in_particular_is_undone_whole(
    desk: Desk, patron: Patron, behalf: OnBehalf, code: ProblemCode
) -> None:
    with pytest.raises(PatronRefused) as refused:
        replace_card(patron_id=patron.id, at=AT, desk=desk, behalf=behalf)

    assert refused.value.codes == {code}
    assert Token.objects.get(patron=patron, kind="card").status == "active"


def test_the_name_of_who_acted_is_sealed_revealed_by_right_and_erased(
    desk: Desk, patron: Patron, settings: Any
) -> None:
    clerk = make_desk(Branch.objects.get(id=desk.branch_id), role=Role.DESK)
    pause_patron(patron_id=patron.id, reason="外出", at=AT, desk=desk, behalf=WIFE)
    proxy = ProxyAct.objects.get()
    settings.WENYUAN_PII_KEYS = f"{settings.WENYUAN_PII_KEYS} k2:{base64.b64encode(bytes(32)).decode()}"
    system = make_desk(Branch.objects.get(id=desk.branch_id), acts=[Act.MANAGE_ACCOUNTS], everywhere=True)

    with pytest.raises(NotAllowed):
        reveal_proxy(proxy_id=proxy.id, reason="核对", at=AT, desk=clerk)
    assert reveal_proxy(proxy_id=proxy.id, reason="核对", at=AT, desk=desk) == "王芳"
    assert AuditRow.objects.get(act="reveal_personal").after == {"field": "proxy_name"}
    assert rotate_keys(at=AT, desk=system).remaining == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT name_sealed FROM patrons_proxyact")
        assert cursor.fetchone()[0].startswith("k2:")
    erase_patron(patron_id=patron.id, reason="本人要求", at=AT, desk=desk)
    assert not ProxyAct.objects.exists()
    with pytest.raises(PatronUnknown):
        reveal_proxy(proxy_id=proxy.id, reason="核对", at=AT, desk=desk)


def test_a_document_is_compared_and_its_day_kept(desk: Desk, patron: Patron) -> None:
    seen = DocumentSeen.IDENTITY_CARD
    with pytest.raises(PatronRefused) as other:
        verify_patron(patron_id=patron.id, document=seen, number=NumberInput(MANS_NUMBER), at=AT, desk=desk)
    before = get_patron(patron.id)

    day = verify_patron(patron_id=patron.id, document=seen, number=NumberInput(WOMANS_NUMBER), at=AT, desk=desk)

    after = get_patron(patron.id)
    assert before is not None
    assert after is not None
    assert other.value.codes == {ProblemCode.NUMBER_OTHER}
    assert (before.verified_date, after.verified_date, day) == (None, TODAY, TODAY)
    assert after.expires_date == before.expires_date
    assert Entry.objects.get(kind="card_verified").details == {"document": "identity_card", "number_compared": True}


def test_a_reason_with_a_number_is_refused_everywhere(desk: Desk, patron: Patron) -> None:
    card = Token.objects.get(patron=patron, kind="card").id
    acts = (
        lambda: report_lost(token_id=card, reason=f"电话 {PHONE}", at=AT, desk=desk),
        lambda: replace_card(patron_id=patron.id, reason=f"电话 {PHONE}", at=AT, desk=desk),
        lambda: renew_registration(patron_id=patron.id, reason=f"电话 {PHONE}", at=AT, desk=desk),
        lambda: begin_leaving(patron_id=patron.id, reason=f"电话 {PHONE}", at=AT, desk=desk),
    )
    for act in acts:
        with pytest.raises(PatronRefused) as refused:
            act()
        assert refused.value.codes == {ProblemCode.TEXT_PERSONAL}


# Guardians.


def test_below_the_age_of_a_category_a_guardian_is_needed(desk: Desk) -> None:
    Category.objects.filter(code="student").update(guardian_age=16)
    pupil = adult(desk.branch_id, category="student", number=None, no_number_reason=NoNumberReason.NOT_SHOWN)

    for born, needed in ((date(2010, 4, 24), True), (date(2010, 4, 23), False)):
        application = NewPatron(
            name="陈小雨" if needed else "陈大雨",
            category=pupil.category,
            home_branch_id=pupil.home_branch_id,
            consent=SELF,
            no_number_reason=NoNumberReason.NOT_SHOWN,
            birth_date=born,
        )
        if needed:
            with pytest.raises(RegistrationRefused) as refused:
                register_patron(application=application, at=AT, desk=desk)
            assert refused.value.codes == {ProblemCode.GUARDIAN_REQUIRED}
        else:
            register_patron(application=application, at=AT, desk=desk)


def test_where_the_category_says_so_a_guardians_own_card_is_in_order(desk: Desk, patron: Patron) -> None:
    Category.objects.filter(code="child").update(guardian_in_order=True)
    by_patron = (GuardianInput(patron_id=patron.id, relation=Relation.MOTHER),)
    suspend_patron(patron_id=patron.id, reason="多次逾期", until=date(2026, 5, 1), at=AT, desk=desk)

    for guardians in ((GuardianInput(name="王芳", relation=Relation.MOTHER),), by_patron):
        with pytest.raises(RegistrationRefused) as refused:
            register_patron(application=child(desk.branch_id, guardians=guardians), at=AT, desk=desk)
        assert refused.value.codes == {ProblemCode.GUARDIAN_NOT_IN_ORDER}
    later = datetime(2026, 5, 2, 2, 0, tzinfo=UTC)
    made = register_patron(application=child(desk.branch_id, guardians=by_patron), at=later, desk=desk).patron_id

    assert guardians_in_order(made, on=date(2026, 5, 2))
    assert not guardians_in_order(made, on=date(2029, 5, 2)), "the guardian's card has run out"
    close_patron(patron_id=patron.id, at=later, desk=desk)
    with pytest.raises(PatronRefused) as renewed:
        renew_registration(patron_id=made, at=later, desk=desk)
    assert renewed.value.codes == {ProblemCode.GUARDIAN_NOT_IN_ORDER}


def test_a_consent_names_the_guardian_who_gave_it(desk: Desk, ward: Patron) -> None:
    father = add_guardian(
        child_id=ward.id, guardian=GuardianInput(name="陈大", relation=Relation.FATHER), at=AT, desk=desk
    )
    for guardian_id in (None, father):
        record_consent(
            patron_id=ward.id,
            purpose=ConsentPurpose.NOTICES,
            notice_version="2026-1",
            given_by=GivenBy.GUARDIAN,
            guardian_id=guardian_id,
            at=AT,
            desk=desk,
        )

    named = [(one.purpose, one.guardian) for one in list_consents(ward.id)]
    assert named == [("notices", "陈大"), ("notices", "王芳"), ("registration", "王芳")]
    with pytest.raises(PatronUnknown):
        record_consent(
            patron_id=ward.id,
            purpose=ConsentPurpose.NOTICES,
            notice_version="2026-1",
            given_by=GivenBy.GUARDIAN,
            guardian_id=999_999,
            at=AT,
            desk=desk,
        )
    erase_patron(patron_id=ward.id, reason="监护人要求", at=AT, desk=desk)
    assert not Consent.objects.filter(guardian__isnull=False).exists()


def test_a_child_is_listed_when_it_comes_of_age_and_then_no_more(desk: Desk, ward: Patron) -> None:
    def listed(on: date, **terms: object) -> list[tuple[int, ComingOfAge, date]]:
        found = list_coming_of_age(on=on, **terms)  # type: ignore[arg-type] # a test's own shorthand
        return [(one.patron.id, one.reached, one.day) for one in found.children]

    day = date(2030, 3, 1)
    own = [(ward.id, ComingOfAge.OWN_CONSENT, day)]
    assert listed(date(2030, 1, 29)) == []
    assert listed(date(2030, 1, 30)) == own
    assert listed(day, within_days=0, branch_ids=[desk.branch_id]) == own
    assert listed(day, branch_ids=[]) == []
    assert listed(date(2034, 3, 1)) == [(ward.id, ComingOfAge.MAJORITY, date(2034, 3, 1))]
    come_of_age(patron_id=ward.id, consent=SELF, category="adult", at=AT_14, desk=desk)
    assert listed(day) == []
    assert listed(date(2034, 3, 1)) == [(ward.id, ComingOfAge.MAJORITY, date(2034, 3, 1))]


def test_at_fourteen_the_guardians_consents_end_and_the_guardian_stays(desk: Desk, ward: Patron) -> None:
    keeps = ConsentInput(notice_version="2030-1", also=frozenset({ConsentPurpose.HISTORY}))

    come_of_age(patron_id=ward.id, consent=keeps, category="adult", at=AT_14, desk=desk)

    standing = Consent.objects.filter(patron=ward, withdrawn_at__isnull=True)
    assert {(one.purpose, one.given_by, one.notice_version) for one in standing} == {
        ("registration", "self", "2030-1"),
        ("history", "self", "2030-1"),
    }
    row = Patron.objects.get(id=ward.id)
    assert (row.category.code, row.keep_history) == ("adult", True)
    assert Guardian.objects.filter(child=ward, until__isnull=True).count() == 1
    assert AuditRow.objects.get(act="come_of_age").after == {"category": "adult", "notice": "2030-1"}


def test_at_eighteen_nobody_answers_for_them_any_more(desk: Desk, ward: Patron) -> None:
    come_of_age(patron_id=ward.id, consent=SELF, category="adult", at=AT_14.replace(year=2034), desk=desk)

    assert not Guardian.objects.filter(child=ward, until__isnull=True).exists()


@pytest.mark.parametrize(
    ("at", "consent", "category", "code"),
    [
        (AT, SELF, "adult", ProblemCode.NOT_OF_AGE),
        (AT_14, SELF, "", ProblemCode.CATEGORY_AGE),
        (AT_14, SELF, "nobody", ProblemCode.CATEGORY_UNKNOWN),
        (AT_14, BY_GUARDIAN, "adult", ProblemCode.CONSENT_MISSING),
        (AT_14, ConsentInput(notice_version=" "), "adult", ProblemCode.CONSENT_MISSING),
    ],
)
def test_who_is_not_of_age_or_does_not_agree_stays_as_they_were(
    desk: Desk, ward: Patron, at: datetime, consent: ConsentInput, category: str, code: ProblemCode
) -> None:
    with pytest.raises(PatronRefused) as refused:
        come_of_age(patron_id=ward.id, consent=consent, category=category, at=at, desk=desk)

    assert code in refused.value.codes
    assert Patron.objects.get(id=ward.id).version == ward.version


# Institutions.


def test_an_institution_is_registered_by_who_answers_for_it_and_borrows_a_pile(desk: Desk) -> None:
    branch = Branch.objects.get(id=desk.branch_id)
    make_policy(loan_days=90, max_loans=40, category=Category.objects.get(code="group"))
    made = register_patron(application=group(desk.branch_id), at=AT, desk=desk)
    for number in range(30):
        make_item(barcode=f"B{number}", home=branch)
        checkout(item=f"B{number}", card=made.card_no, at=AT, desk=desk)

    row = Patron.objects.get(id=made.patron_id)
    assert (row.no_number_reason, row.birth_date, row.gender) == ("organisation", None, "")
    assert Loan.objects.filter(patron_id=made.patron_id).count() == 30
    assert list_consents(made.patron_id)[0].given_by == "self"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"guardians": ()}, ProblemCode.RESPONSIBLE_REQUIRED),
        ({"number": NumberInput(WOMANS_NUMBER)}, ProblemCode.INSTITUTION_NUMBER),
        ({"birth_date": date(1990, 1, 1)}, ProblemCode.INSTITUTION_NUMBER),
        ({"gender": Gender.FEMALE}, ProblemCode.INSTITUTION_NUMBER),
    ],
)
def test_an_institution_is_no_person(desk: Desk, changes: dict[str, object], code: ProblemCode) -> None:
    with pytest.raises(RegistrationRefused) as refused:
        register_patron(application=group(desk.branch_id, **changes), at=AT, desk=desk)

    assert code in refused.value.codes


def test_the_last_person_who_answers_for_an_institution_stays(desk: Desk) -> None:
    made = register_patron(application=group(desk.branch_id), at=AT, desk=desk).patron_id
    first = Guardian.objects.get(child_id=made).id

    with pytest.raises(PatronRefused) as refused:
        end_guardian(guardian_id=first, at=AT, desk=desk)
    assert refused.value.codes == {ProblemCode.RESPONSIBLE_REQUIRED}
    Guardian.objects.filter(id=first).update(until=None)
    add_guardian(child_id=made, guardian=GuardianInput(name="钱老师", relation=Relation.RESPONSIBLE), at=AT, desk=desk)
    end_guardian(guardian_id=first, at=AT, desk=desk)

    assert Guardian.objects.get(child_id=made, until__isnull=True).name == "钱老师"


def test_a_person_does_not_become_an_institution(desk: Desk, patron: Patron) -> None:
    with pytest.raises(PatronRefused) as refused:
        change_patron(patron_id=patron.id, change=PatronChange(category="group"), at=AT, desk=desk)

    assert refused.value.codes >= {ProblemCode.INSTITUTION_NUMBER, ProblemCode.RESPONSIBLE_REQUIRED}
