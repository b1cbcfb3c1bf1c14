"""办证: a person becomes a patron."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from wenyuan.kernel.identity import IdentityForm, IdentityNumber, TokenKind
from wenyuan.lending.patrons import rules
from wenyuan.lending.patrons.data import (
    CategoryFacts,
    ConsentInput,
    ConsentPurpose,
    GivenBy,
    GuardianInput,
    NewPatron,
    NoNumberReason,
    NumberInput,
    Problem,
    ProblemCode,
    Registration,
    RegistrationRefused,
    Relation,
    Way,
)
from wenyuan.lending.patrons.models import Consent, Guardian, Patron, Roster
from wenyuan.lending.patrons.pins import pin_hash
from wenyuan.lending.patrons.pre_registration import end_pre_registration
from wenyuan.lending.patrons.queries import (
    categories,
    get_category,
    leads_to,
    like_this,
    number_hash,
    phone_hash,
)
from wenyuan.lending.patrons.records import (
    add_token_row,
    branch_code_standing,
    is_taken,
    next_card_sequence,
    note,
)
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.transactions import assert_in_verb, verb

SWIPED_FORMS = frozenset(
    {
        IdentityForm.RESIDENT,
        IdentityForm.HMT_RESIDENT,
        IdentityForm.FOREIGN_PERMANENT_OLD,
        IdentityForm.FOREIGN_PERMANENT_NEW,
    }
)
"""Documents with a chip that a desk reads: the document is a token of its own from the day of registration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Checked:
    """An application in which nothing is wrong."""

    person: rules.Person
    category: CategoryFacts
    guardians: Sequence[tuple[GuardianInput, rules.Person]]
    consent: ConsentInput
    no_number_reason: str
    card_no: str
    tokens: Sequence[tuple[TokenKind, str]]


@needs(Act.EDIT_PATRON)
@verb
def register_patron(*, application: NewPatron, at: datetime, desk: Desk) -> Registration:
    """Make a patron with a card; any desk of the network may serve anybody, so the right at the desk's branch counts.

    :raises NotAllowed: the operator may not edit patrons here.
    :raises RegistrationRefused: with every problem at once; nothing was written.
    """
    require(desk.operator, Act.EDIT_PATRON, desk.branch_id)
    done = enrol(application, at=at, desk=desk, way=Way.DESK)
    if application.pre_registration:
        end_pre_registration(application.pre_registration)
    return done


@needs(Act.EDIT_PATRON)
@verb
def register_on_first_swipe(
    *,
    name: str,
    number: NumberInput,
    consent: ConsentInput | None,
    at: datetime,
    desk: Desk,
    phone: str | None = None,
    category: str = "",
    guardians: tuple[GuardianInput, ...] = (),
    somebody_else: bool = False,
) -> Registration:
    """诚信借阅: someone shows an identity card the library has never seen, and may borrow at once, without deposit.

    Only what the card states and lending needs is kept: no address, and a phone only if it is offered. The identity
    card is the token from now on; a card number is made all the same, for slips and signs, since the number of an
    identity card is shown nowhere. ``category`` is child, senior or adult by age unless said otherwise.

    :raises NotAllowed: the operator may not edit patrons here.
    :raises RegistrationRefused: with every problem at once; who has this number already is in ``existing_patron_id``.
    """
    require(desk.operator, Act.EDIT_PATRON, desk.branch_id)
    today = local_date(at)
    if not category:
        checked, _ = rules.check_number(number, today=today)
        category = rules.category_for(categories(), checked.birth_date if checked else None, today=today)
    application = NewPatron(
        name=name,
        category=category,
        home_branch_id=desk.branch_id,
        consent=consent,
        number=number,
        phone=phone,
        guardians=guardians,
        somebody_else=somebody_else,
    )
    return enrol(application, at=at, desk=desk, way=Way.FIRST_SWIPE)


def enrol(application: NewPatron, *, at: datetime, desk: Desk, way: Way) -> Registration:
    """A step: check the application and write the patron with tokens, guardians, consents and the journal's entry.

    :raises RegistrationRefused: with every problem at once; the transaction can go on.
    """
    assert_in_verb()
    checked, problems = _check(application, way=way, today=local_date(at))
    if problems or checked is None:
        raise RegistrationRefused(*problems)
    try:
        with transaction.atomic():
            return _write(application, checked, at=at, desk=desk, way=way)
    except IntegrityError:
        # Another desk was faster with this number or token: now its row can be read.
        if faster := _already_there(checked.person.number, checked.card_no, checked.tokens):
            raise RegistrationRefused(*faster) from None
        raise


def _check(application: NewPatron, *, way: Way, today: date) -> tuple[_Checked | None, list[Problem]]:
    category = get_category(application.category)
    absent = application.no_number_reason
    if absent is None and category and category.is_institution:
        absent = NoNumberReason.ORGANISATION
    person, problems = rules.check_person(
        name=application.name,
        number=application.number,
        no_number_reason=absent,
        birth_date=application.birth_date,
        gender=application.gender,
        phone=application.phone,
        address=application.address,
        email=application.email,
        today=today,
    )
    guardians: list[tuple[GuardianInput, rules.Person]] = []
    known = [guardian_facts(given.patron_id) for given in application.guardians]
    for given, facts in zip(application.guardians, known, strict=True):
        guardian, bad = rules.check_guardian(given, facts, today=today)
        guardians.append((given, guardian))
        problems += bad
    problems += _category_problems(application, category, person, known, today=today)
    problems += _place_problems(application, today=today)
    card_no, tokens, bad = _check_tokens(application, person, [guardian for _, guardian in guardians], today=today)
    problems += bad
    if application.pin:
        tails = frozenset(part[-4:] for part in (person.phone, person.number.canonical if person.number else ""))
        problems += rules.pin_problems(application.pin, birth_date=person.birth_date, tails=tails - {""})
    problems += _already_there(person.number, card_no, tokens) or _looks_registered(application, person, way)
    if problems or category is None or application.consent is None:
        return None, problems
    reason = "" if person.number else (absent or NoNumberReason.NOT_SHOWN).value
    return (
        _Checked(
            person=person,
            category=category,
            guardians=guardians,
            consent=application.consent,
            no_number_reason=reason,
            card_no=card_no,
            tokens=tokens,
        ),
        [],
    )


def _category_problems(
    application: NewPatron,
    category: CategoryFacts | None,
    person: rules.Person,
    known: Sequence[rules.GuardianFacts | None],
    *,
    today: date,
) -> list[Problem]:
    if category is None:
        return [
            Problem(ProblemCode.CATEGORY_UNKNOWN, "category"),
            *rules.consent_problems(application.consent, by_guardian=False),
        ]
    birth_date = person.birth_date
    problems = rules.category_problems(category, birth_date, today=today)
    problems += rules.institution_problems(
        category, has_number=person.number is not None, birth_date=birth_date, gender=person.gender
    )
    needed = rules.needs_guardian(category, birth_date, today=today)
    if needed and not application.guardians:
        problems.append(rules.missing_guardian(category))
    else:
        problems += rules.order_problems(category, known, needed=needed, today=today)
    by_guardian = rules.guardian_consents(category, birth_date, today=today)
    return problems + rules.consent_problems(application.consent, by_guardian=by_guardian)


def _place_problems(application: NewPatron, *, today: date) -> list[Problem]:
    problems = []
    if branch_code_standing(application.home_branch_id, today) is None:
        problems.append(Problem(ProblemCode.BRANCH_UNKNOWN, "home_branch_id"))
    if application.roster_id is not None and not Roster.objects.filter(id=application.roster_id).exists():
        problems.append(Problem(ProblemCode.ROSTER_UNKNOWN, "roster_id"))
    return problems


def _check_tokens(
    application: NewPatron, person: rules.Person, guardians: Sequence[rules.Person], *, today: date
) -> tuple[str, list[tuple[TokenKind, str]], list[Problem]]:
    """The card number if one was given, the other tokens (the identity card among them), and what is wrong."""
    card_no = ""
    problems: list[Problem] = []
    if application.card_no and application.card_no.strip():
        card_no, problems = rules.check_card(application.card_no, own=own_numbers(person, *guardians), today=today)
    tokens: list[tuple[TokenKind, str]] = []
    if person.number and person.number.form in SWIPED_FORMS:
        tokens.append((TokenKind.IDENTITY, person.number.canonical))
    for given in application.tokens:
        if given.kind is TokenKind.CARD:
            problems.append(Problem(ProblemCode.TOKEN_BAD, "tokens", "card"))
            continue
        canonical, bad = rules.check_token(given)
        problems += bad
        if canonical and (given.kind, canonical) not in tokens:
            tokens.append((given.kind, canonical))
    return card_no, tokens, problems


def own_numbers(*people: rules.Person) -> frozenset[str]:
    """Every number and phone of these people, which must not become a readable card number."""
    numbers = {person.number.canonical for person in people if person.number}
    return frozenset(numbers | {person.phone.replace("-", "") for person in people if person.phone})


def guardian_facts(patron_id: int | None) -> rules.GuardianFacts | None:
    """What is known of a patron named as guardian."""
    if patron_id is None:
        return None
    columns = ("name", "status", "birth_date", "suspended_until", "expires_date")
    row = Patron.objects.filter(id=patron_id).values(*columns).first()
    return rules.GuardianFacts(**row) if row else None


def owner_of_number(number: IdentityNumber | None) -> int | None:
    """The patron registered with this number, one who has left included; of a merged record, the one it leads to."""
    if number is None:
        return None
    digest = number_hash(number.form, number.canonical)
    owner = Patron.objects.filter(number_hash=digest).values_list("id", flat=True).first()
    return leads_to(owner) if owner else None


def _already_there(
    number: IdentityNumber | None, card_no: str, tokens: Sequence[tuple[TokenKind, str]]
) -> list[Problem]:
    problems = []
    if (owner := owner_of_number(number)) is not None:
        problems.append(Problem(ProblemCode.NUMBER_REGISTERED, "number", existing_patron_id=owner))
    if card_no and is_taken(TokenKind.CARD, card_no):
        problems.append(Problem(ProblemCode.CARD_TAKEN, "card_no"))
    for kind, canonical in tokens:
        # The identity card of a number on record is no second problem.
        if is_taken(kind, canonical) and not (owner is not None and kind is TokenKind.IDENTITY):
            problems.append(Problem(ProblemCode.TOKEN_TAKEN, "tokens", kind.value))
    return problems


def _looks_registered(application: NewPatron, person: rules.Person, way: Way) -> list[Problem]:
    """Somebody who seems to be on record already, without this number; a class list says itself who is new."""
    if application.somebody_else or way is Way.ROSTER:
        return []
    alike = like_this(
        name=person.name, birth_date=person.birth_date, phone=person.phone, has_number=person.number is not None
    )
    return [Problem(ProblemCode.LOOKS_REGISTERED, "name", existing_patron_id=alike)] if alike else []


def _write(application: NewPatron, checked: _Checked, *, at: datetime, desk: Desk, way: Way) -> Registration:
    today = local_date(at)
    person = checked.person
    patron = Patron(
        category_id=checked.category.id,
        home_branch_id=application.home_branch_id,
        registered_date=today,
        expires_date=rules.expiry(today, checked.category.months_valid),
        birth_date=person.birth_date,
        gender=person.gender,
        no_number_reason=checked.no_number_reason,
        address_sealed=person.address,
        email_sealed=person.email,
        roster_id=application.roster_id,
        keep_history=ConsentPurpose.HISTORY in checked.consent.also,
    )
    set_name(patron, person.name)
    set_number(patron, person.number)
    set_phone(patron, person.phone)
    patron.save()
    if application.pin:
        patron.pin_hash = pin_hash(patron_id=patron.id, pin=application.pin)
        patron.pin_set_at = at
        patron.save(update_fields=["pin_hash", "pin_set_at"])
    card_no = add_card(patron, checked.card_no, at=at)
    for kind, canonical in checked.tokens:
        add_token_row(patron, kind, canonical, at=at)
    answering = [
        write_guardian(patron, given.patron_id, given.relation, guardian, since=today)
        for given, guardian in checked.guardians
    ]
    by_guardian = checked.consent.given_by is GivenBy.GUARDIAN
    for purpose in rules.purposes_of(checked.consent):
        Consent.objects.create(
            patron=patron,
            purpose=purpose.value,
            notice_version=checked.consent.notice_version.strip(),
            given_by=checked.consent.given_by.value,
            guardian=answering[0] if by_guardian and answering else None,
            given_at=at,
        )
    note(Kind.CARD_ISSUED, patron, at=at, desk=desk, details={"way": way.value}, behalf=application.behalf)
    return Registration(patron.id, card_no)


def add_card(patron: Patron, card_no: str, *, at: datetime) -> str:
    """A step: give the patron a card of this checked number, else of the library's next; returns the number."""
    if not card_no:
        code = branch_code_standing(patron.home_branch_id, local_date(at)) or ""
        card_no = rules.card_number(code, next_card_sequence())
        while is_taken(TokenKind.CARD, card_no):
            card_no = rules.card_number(code, next_card_sequence())
    add_token_row(patron, TokenKind.CARD, card_no, at=at)
    return card_no


def write_guardian(
    child: Patron, patron_id: int | None, relation: Relation, guardian: rules.Person, *, since: date
) -> Guardian:
    """A step: note who answers for the child; name and numbers of a patron stay with that patron's own row."""
    return Guardian.objects.create(
        child=child,
        patron_id=patron_id,
        name=guardian.name,
        relation=relation.value,
        phone_last4=guardian.phone[-4:],
        phone_sealed=guardian.phone,
        number_hash=number_hash(guardian.number.form, guardian.number.canonical) if guardian.number else None,
        number_last4=guardian.number.last4 if guardian.number else "",
        since=since,
    )


def set_name(patron: Patron, name: str) -> None:
    """Set a cleaned name and how it is typed."""
    spelling = rules.spelling_of(name)
    patron.name = name
    patron.name_pinyin, patron.name_initials = spelling.pinyin, spelling.initials
    patron.name_pinyin_other, patron.name_initials_other = spelling.other_pinyin, spelling.other_initials


def set_number(patron: Patron, number: IdentityNumber | None) -> None:
    """Set the identity number in all its columns, or empty them."""
    patron.number_form = number.form.value if number else ""
    patron.number_hash = number_hash(number.form, number.canonical) if number else None
    patron.number_last4 = number.last4 if number else ""
    patron.number_sealed = number.canonical if number else ""


def set_phone(patron: Patron, phone: str) -> None:
    """Set a canonical phone in all its columns, or empty them."""
    patron.phone_hash = phone_hash(phone) if phone else None
    patron.phone_last4 = phone[-4:]
    patron.phone_sealed = phone
