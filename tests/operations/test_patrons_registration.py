"""Registration: every problem at once, a first card in the journal, and no second patron for one number."""

import json
import threading
from datetime import date

import psycopg
import pytest
from django.db import connections

from tests.conftest import owner_url_of
from tests.factories.accounts import make_desk
from tests.factories.network import make_branch
from tests.factories.patrons import make_patron
from tests.operations.patrons_cast import (
    AT,
    BY_GUARDIAN,
    CHILDS_NUMBER,
    MANS_NUMBER,
    PHONE,
    SELF,
    TODAY,
    WOMANS_NUMBER,
    adult,
    child,
)
from wenyuan.kernel.identity import Gender, IdentityForm, TokenKind
from wenyuan.lending.patrons.data import (
    ConsentInput,
    ConsentPurpose,
    GivenBy,
    GuardianInput,
    NoNumberReason,
    NumberInput,
    ProblemCode,
    RegistrationRefused,
    Relation,
    TokenInput,
)
from wenyuan.lending.patrons.models import Consent, Guardian, Patron, ReaderRef, Token
from wenyuan.lending.patrons.operations import (
    install_default_categories,
    register_on_first_swipe,
    register_patron,
)
from wenyuan.lending.patrons.queries import get_patron, list_guardians, list_tokens, patron_by_token
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.rights.data import Desk
from wenyuan.organisation.rights.queries import NotAllowed


@pytest.fixture
def desk(db: None) -> Desk:
    """A desk of the central library; the default categories are there."""
    install_default_categories()
    return make_desk(make_branch("ZG", kind="central"))


def test_the_default_categories_are_added_once(db: None) -> None:
    assert (install_default_categories(), install_default_categories()) == (6, 0)


def test_an_adult_gets_a_card_and_can_show_the_identity_card_too(desk: Desk) -> None:
    made = register_patron(application=adult(desk.branch_id), at=AT, desk=desk)

    patron = get_patron(made.patron_id)
    assert patron is not None
    assert (patron.name, patron.masked_name, patron.category) == ("李小军", "李＊军", "adult")
    assert (patron.number_mask, patron.phone_mask) == ("····002X", "····1234")
    assert (patron.birth_date, patron.gender) == (date(1949, 12, 31), "female")
    assert (patron.registered_date, patron.expires_date) == (TODAY, date(2029, 4, 23))
    assert made.card_no.startswith("ZG")
    for scanned in (made.card_no.lower(), "１１０１０５１９４９１２３１００２ｘ"):
        found = patron_by_token(scanned)
        assert found is not None
        assert (found.patron.id, found.token_status) == (made.patron_id, "active")
    assert [(token.kind, token.shown) for token in list_tokens(made.patron_id)] == [
        (TokenKind.IDENTITY, "····002X"),
        (TokenKind.CARD, made.card_no),
    ]


def test_an_address_may_carry_a_number_that_no_patron_can_have(db: None) -> None:
    assert get_patron(2**63) is None
    assert get_patron(2**63 - 1) is None


def test_a_first_card_is_journalled_without_a_person(desk: Desk) -> None:
    made = register_patron(application=adult(desk.branch_id), at=AT, desk=desk)

    entry = Entry.objects.get(kind="card_issued")
    assert (entry.branch_id, entry.patron_home_id, entry.patron_category) == (desk.branch_id, desk.branch_id, "adult")
    assert (entry.age_band, entry.gender, entry.details) == ("65+", "female", {"way": "desk"})
    assert (entry.subject_kind, entry.subject_id) == ("", None)
    assert entry.reader_ref == ReaderRef.objects.get(patron_id=made.patron_id, year=2026).ref


def test_no_phone_and_no_number_is_no_hindrance(desk: Desk) -> None:
    application = adult(desk.branch_id, number=None, phone=None, no_number_reason=NoNumberReason.NOT_SHOWN)

    made = register_patron(application=application, at=AT, desk=desk)

    patron = get_patron(made.patron_id)
    assert patron is not None
    assert (patron.number_mask, patron.phone_mask, patron.no_number_reason) == ("", "", "not_shown")


def test_a_child_stands_with_guardian_and_the_guardians_consent(desk: Desk) -> None:
    made = register_patron(application=child(desk.branch_id), at=AT, desk=desk)

    [guardian] = list_guardians(made.patron_id)
    assert (guardian.name, guardian.relation, guardian.patron_id) == ("王芳", "mother", None)
    [consent] = Consent.objects.filter(patron_id=made.patron_id)
    assert (consent.purpose, consent.given_by, consent.notice_version) == ("registration", "guardian", "2026-1")


def test_several_children_have_one_guardian(desk: Desk) -> None:
    mother = register_patron(application=adult(desk.branch_id), at=AT, desk=desk).patron_id
    by_mother = (GuardianInput(patron_id=mother, relation=Relation.MOTHER),)

    for name in ("陈思雨", "陈思远"):
        register_patron(application=child(desk.branch_id, name=name, guardians=by_mother), at=AT, desk=desk)

    assert Guardian.objects.filter(patron_id=mother).count() == 2


def test_everything_wrong_is_told_at_once_and_nothing_is_written(desk: Desk) -> None:
    make_patron("已有人", "A1", home=make_branch(), category=None)
    application = child(
        999_999,
        name="",
        consent=SELF,
        guardians=(),
        phone="1",
        card_no="A1",
        pin="1234",
        tokens=(TokenInput(kind=TokenKind.UID, text="04A1"),),
    )

    with pytest.raises(RegistrationRefused) as refused:
        register_patron(application=application, at=AT, desk=desk)

    assert refused.value.codes == {
        ProblemCode.NAME_EMPTY,
        ProblemCode.PHONE_BAD,
        ProblemCode.GUARDIAN_REQUIRED,
        ProblemCode.GUARDIAN_CONSENT_MISSING,
        ProblemCode.BRANCH_UNKNOWN,
        ProblemCode.TOKEN_BAD,
        ProblemCode.PIN_WEAK,
        ProblemCode.CARD_TAKEN,
    }
    assert Patron.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"consent": None}, ProblemCode.CONSENT_MISSING),
        ({"category": "nobody"}, ProblemCode.CATEGORY_UNKNOWN),
        ({"category": "child", "consent": BY_GUARDIAN}, ProblemCode.CATEGORY_AGE),
        ({"card_no": MANS_NUMBER}, ProblemCode.CARD_IS_PERSONAL),
        ({"card_no": PHONE}, ProblemCode.CARD_IS_PERSONAL),
        ({"card_no": "证1"}, ProblemCode.CARD_BAD),
        ({"number": NumberInput("110105194912310020")}, ProblemCode.NUMBER_BAD),
        ({"number": None}, ProblemCode.NUMBER_OR_REASON),
        ({"birth_date": date(1949, 12, 30)}, ProblemCode.BIRTH_DATE_DISAGREES),
        ({"gender": Gender.MALE}, ProblemCode.GENDER_DISAGREES),
        ({"roster_id": 4711}, ProblemCode.ROSTER_UNKNOWN),
        ({"guardians": (GuardianInput(patron_id=4711, relation=Relation.OTHER),)}, ProblemCode.GUARDIAN_UNKNOWN),
        ({"tokens": (TokenInput(kind=TokenKind.CARD, text="X1"),)}, ProblemCode.TOKEN_BAD),
    ],
)
def test_each_problem_refuses(desk: Desk, changes: dict[str, object], code: ProblemCode) -> None:
    with pytest.raises(RegistrationRefused) as refused:
        register_patron(application=adult(desk.branch_id, **changes), at=AT, desk=desk)

    assert code in refused.value.codes
    assert not Patron.objects.exists()


def test_a_number_on_record_says_whose_it_is(desk: Desk) -> None:
    first = register_patron(application=adult(desk.branch_id), at=AT, desk=desk)

    with pytest.raises(RegistrationRefused) as refused:
        register_patron(application=adult(desk.branch_id, name="别人"), at=AT, desk=desk)

    [problem] = refused.value.problems
    assert (problem.code, problem.existing_patron_id) == (ProblemCode.NUMBER_REGISTERED, first.patron_id)


@pytest.mark.parametrize(
    ("text", "form", "tokens"),
    [
        ("810000199408230021", None, {"card", "identity"}),
        ("usa123456789012", None, {"card", "identity"}),
        ("E12345678", IdentityForm.PASSPORT, {"card"}),
        ("H12345678", IdentityForm.HMT_TRAVEL, {"card"}),
    ],
)
def test_documents_of_every_form_register(desk: Desk, text: str, form: IdentityForm | None, tokens: set[str]) -> None:
    application = adult(desk.branch_id, number=NumberInput(text, form))

    made = register_patron(application=application, at=AT, desk=desk)

    kinds = set(Token.objects.filter(patron_id=made.patron_id).values_list("kind", flat=True))
    assert kinds == tokens


def test_a_card_number_of_the_caller_is_kept(desk: Desk) -> None:
    made = register_patron(application=adult(desk.branch_id, card_no=" kt-000123 "), at=AT, desk=desk)

    assert made.card_no == "KT-000123"


def test_consent_to_history_turns_its_keeping_on(desk: Desk) -> None:
    consent = ConsentInput(notice_version="2026-1", given_by=GivenBy.SELF, also=frozenset({ConsentPurpose.HISTORY}))

    made = register_patron(application=adult(desk.branch_id, consent=consent), at=AT, desk=desk)

    assert Patron.objects.get(id=made.patron_id).keep_history
    assert set(Consent.objects.values_list("purpose", flat=True)) == {"registration", "history"}


def test_an_unknown_identity_card_becomes_a_patron_in_one_act(desk: Desk) -> None:
    assert patron_by_token(MANS_NUMBER) is None

    made = register_on_first_swipe(name="张伟", number=NumberInput(MANS_NUMBER), consent=SELF, at=AT, desk=desk)

    found = patron_by_token(MANS_NUMBER)
    assert found is not None
    assert (found.patron.id, found.token_kind) == (made.patron_id, TokenKind.IDENTITY)
    assert (found.patron.category, found.patron.phone_mask) == ("senior", "")
    assert Entry.objects.get(kind="card_issued").details == {"way": "first_swipe"}


def test_a_childs_first_swipe_asks_for_a_guardian(desk: Desk) -> None:
    with pytest.raises(RegistrationRefused) as refused:
        register_on_first_swipe(name="陈思雨", number=NumberInput(CHILDS_NUMBER), consent=SELF, at=AT, desk=desk)

    assert refused.value.codes == {ProblemCode.GUARDIAN_REQUIRED, ProblemCode.GUARDIAN_CONSENT_MISSING}


def test_who_may_not_edit_patrons_registers_nobody(desk: Desk) -> None:
    branch = make_branch()

    with pytest.raises(NotAllowed):
        register_patron(application=adult(desk.branch_id), at=AT, desk=make_desk(branch, role=Role.MACHINE))


def test_any_desk_registers_for_any_home(desk: Desk) -> None:
    home = make_branch("FG1")

    made = register_patron(application=adult(home.id), at=AT, desk=desk)

    entry = Entry.objects.get(kind="card_issued")
    assert (entry.branch_id, entry.patron_home_id) == (desk.branch_id, home.id)
    assert made.card_no.startswith("FG1")


def test_two_desks_registering_one_number_make_one_patron(fresh_database: str) -> None:
    install_default_categories()
    desk = make_desk(make_branch("ZG"))
    start = threading.Barrier(2)
    outcomes: list[object] = []

    def register(name: str) -> None:
        try:
            start.wait()
            outcomes.append(register_patron(application=adult(desk.branch_id, name=name), at=AT, desk=desk))
        except RegistrationRefused as refused:
            outcomes.append(refused)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=register, args=(name,)) for name in ("李小军", "李晓军")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    [refused] = [outcome for outcome in outcomes if isinstance(outcome, RegistrationRefused)]
    patron = Patron.objects.get()
    assert [(problem.code, problem.existing_patron_id) for problem in refused.problems] == [
        (ProblemCode.NUMBER_REGISTERED, patron.id)
    ]
    assert Entry.objects.filter(kind="card_issued").count() == 1


def test_a_dump_holds_no_readable_number_or_phone(fresh_database: str, server_url: str) -> None:
    install_default_categories()
    desk = make_desk(make_branch("ZG"))
    guardian = GuardianInput(
        name="王芳", relation=Relation.MOTHER, phone="010-62345678", number=NumberInput(MANS_NUMBER)
    )
    register_patron(
        application=adult(
            desk.branch_id,
            address="幸福路一号 电话13900001111",
            email="lixiaojun@example.org",
            tokens=(TokenInput(kind=TokenKind.UID, text="04A1B2C3D4E5F6"),),
        ),
        at=AT,
        desk=desk,
    )
    register_patron(
        application=child(
            desk.branch_id, number=NumberInput(CHILDS_NUMBER), no_number_reason=None, guardians=(guardian,)
        ),
        at=AT,
        desk=desk,
    )
    secrets = (
        WOMANS_NUMBER,
        MANS_NUMBER,
        CHILDS_NUMBER,
        PHONE,
        "010-62345678",
        "62345678",
        "13900001111",
        "lixiaojun@example.org",
        "04A1B2C3D4E5F6",
    )

    with psycopg.connect(owner_url_of(server_url, fresh_database)) as owner:
        tables = [
            row[0] for row in owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        ]
        dump = {table: _readable(owner, table) for table in tables}

    assert "李小军" in dump["patrons_patron"]
    assert [(table, secret) for table, text in dump.items() for secret in secrets if secret.lower() in text] == []


def _readable(owner: "psycopg.Connection[tuple[object, ...]]", table: str) -> str:
    """Every value of a table as a dump writes it, and every byte string also as the text it may hold."""
    parts = []
    for row in owner.execute(f'SELECT * FROM "{table}"').fetchall():
        for value in row:
            if isinstance(value, bytes | memoryview):
                parts.append(bytes(value).hex())
                parts.append(bytes(value).decode("latin-1"))
            else:
                parts.append(json.dumps(value, default=str, ensure_ascii=False))
    return "\n".join(parts).lower()
