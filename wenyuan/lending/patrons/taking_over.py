"""Readers of an old system become readers here: with their cards, and never with a guess about who they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from wenyuan.kernel.chinese import half_width
from wenyuan.kernel.identity import TokenKind, mask_numbers
from wenyuan.kernel.past import Coming, Fate, PastReason, PastResult
from wenyuan.lending.patrons import rules
from wenyuan.lending.patrons.data import (
    CategoryFacts,
    ConsentPurpose,
    GivenBy,
    GuardianInput,
    NoNumberReason,
    NumberInput,
    PastPatronInput,
    PastStanding,
    PastTerms,
    Problem,
    ProblemCode,
    Relation,
    RestrictionCause,
    RestrictionKind,
)
from wenyuan.lending.patrons.models import Category, Consent, PastPatron, Patron, Restriction, Token, TokenStatus
from wenyuan.lending.patrons.past_reads import card_hash, key_hash
from wenyuan.lending.patrons.queries import categories, number_hash, token_hash
from wenyuan.lending.patrons.records import add_token_row, is_taken, note
from wenyuan.lending.patrons.registration import (
    SWIPED_FORMS,
    add_card,
    own_numbers,
    owner_of_number,
    set_name,
    set_number,
    set_phone,
    write_guardian,
)
from wenyuan.lending.patrons.restrictions import sum_up
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import library_zone, local_date
from wenyuan.plumbing.transactions import verb

MOST_ROWS = 50
"""Readers of one call: about ten milliseconds each."""
_LONGEST_KEY = 64

_LEFT_OUT = frozenset(
    {
        ProblemCode.PHONE_BAD,
        ProblemCode.EMAIL_BAD,
        ProblemCode.ADDRESS_TOO_LONG,
        ProblemCode.BIRTH_DATE_DISAGREES,
        ProblemCode.GENDER_DISAGREES,
        ProblemCode.GUARDIAN_PHONE,
    }
)
"""What keeps nobody out: the value is left out, and where the identity number says otherwise, that counts."""


@dataclass(slots=True, kw_only=True)
class _Planned:
    """A row and what becomes of it. ``card_no`` is empty where the library numbers the card itself."""

    row: PastPatronInput
    reasons: list[PastReason]
    known: bool = False
    person: rules.Person | None = None
    category: CategoryFacts | None = None
    guardian: rules.Person | None = None
    by_guardian: bool = False
    card_no: str = ""
    former_card: str = ""
    is_personal_card: bool = False

    @property
    def is_refused(self) -> bool:
        return any(not reason.note for reason in self.reasons)

    def result(self, place: int) -> PastResult:
        fate = Fate.KNOWN if self.known else Fate.REFUSED if self.is_refused else Fate.LOADED
        return PastResult(place, fate, tuple(self.reasons))


@needs(Act.TAKE_OVER)
def record_past_patrons(
    *, rows: Sequence[PastPatronInput], system: str, terms: PastTerms, at: datetime, desk: Desk
) -> tuple[PastResult, ...]:
    """Make readers of an old system readers here, each by that system's own key: who came in before is left as they
    are. Cards keep their numbers and days. No figure counts them as registered today.

    Whose card number is taken gets a number of the library's own, and keeps the former one with its branch on the list
    of cards to replace; so does, without being listed, whose number was an identity number. A dead identity number
    refuses the row (or is left out, as ``terms`` say). A row that is refused stops no other.

    :raises NotAllowed: without the right to take over in the whole network.
    :raises ValueError: more than ``MOST_ROWS``.
    """
    require(desk.operator, Act.TAKE_OVER, None)
    if len(rows) > MOST_ROWS:
        raise ValueError(f"at most {MOST_ROWS} rows at once")
    return _record(rows, system, terms, at, desk)


@needs(Act.TAKE_OVER)
def look_at_past_patrons(
    *, rows: Sequence[PastPatronInput], system: str, terms: PastTerms, at: datetime, desk: Desk, coming: Coming
) -> tuple[PastResult, ...]:
    """What ``record_past_patrons`` would do with these rows, after those that ``coming`` knows of; nothing is written.

    :raises NotAllowed: without the right to take over in the whole network.
    """
    require(desk.operator, Act.TAKE_OVER, None)
    kinds = {category.code: category for category in categories()}
    results = []
    for place, row in enumerate(rows):
        one = _plan(row, system, terms, kinds, coming, today=local_date(at))
        if not one.known and not one.is_refused:
            shown = {f"card_no:{text}" for text in (row.card_no, row.number) if text}
            coming.claim({f"twice:{name}" for name in coming.has(shown)})
            coming.claim(_names(one) | shown)
        results.append(one.result(place))
    return tuple(results)


@verb
def _record(
    rows: Sequence[PastPatronInput], system: str, terms: PastTerms, at: datetime, desk: Desk
) -> tuple[PastResult, ...]:
    kinds = {category.code: category for category in categories()}
    results = []
    for place, row in enumerate(rows):
        one = _plan(row, system, terms, kinds, None, today=local_date(at))
        if not one.known and not one.is_refused:
            try:
                with transaction.atomic():
                    _write(one, system, terms, at=at, desk=desk)
            except IntegrityError:
                # A desk was faster with this number or card: now its row can be read.
                one = _plan(row, system, terms, kinds, None, today=local_date(at))
                if not one.known and not one.is_refused:
                    _write(one, system, terms, at=at, desk=desk)
        results.append(one.result(place))
    return tuple(results)


def _plan(
    row: PastPatronInput,
    system: str,
    terms: PastTerms,
    kinds: dict[str, CategoryFacts],
    coming: Coming | None,
    *,
    today: date,
) -> _Planned:
    one = _Planned(row=row, reasons=[])
    if not row.key or len(row.key) > _LONGEST_KEY:
        one.reasons.append(PastReason("key_invalid", "key"))
        return one
    if past := PastPatron.objects.filter(system=system, key_hash=key_hash(system, row.key)).first():
        one.known = past.patron_id is not None
        if not one.known:
            one.reasons.append(PastReason("has_left", "key"))
        return one
    if coming is not None and coming.has({_key_name(one)}):
        one.known = True
        one.reasons.append(PastReason("key_repeated", "key", note=True))
        return one
    if row.standing is PastStanding.LEFT:
        one.reasons.append(PastReason("has_left", "status"))
        return one
    one.category = kinds.get(row.category)
    if one.category is None:
        one.reasons.append(PastReason("category_unknown", "category"))
    branch = network_map().by_code(row.branch)
    if branch is None or not branch.stands_on(today):
        one.reasons.append(PastReason("branch_unknown", "branch"))
    if row.registered_date is not None and row.registered_date > today:
        one.reasons.append(PastReason("date_to_come", "registered_date"))
    _check_person(one, terms, today)
    if one.category is not None:
        _check_guardian(one, today)
    _check_numbers(one, coming, today)
    return one


def _check_person(one: _Planned, terms: PastTerms, today: date) -> None:
    row = one.row
    number = NumberInput(row.number, row.number_form) if row.number else None
    if number is not None and terms.bad_numbers_left_out:
        checked, bad = rules.check_number(number, today=today)
        if checked is None:
            one.reasons += [_reason(problem, note=True) for problem in bad]
            number = None
    one.person, problems = rules.check_person(
        name=row.name,
        number=number,
        no_number_reason=None if number else NoNumberReason.NOT_SHOWN,
        birth_date=row.birth_date,
        gender=row.gender,
        phone=row.phone,
        address=row.address,
        email=row.email,
        today=today,
    )
    one.reasons += [_reason(problem, note=problem.code in _LEFT_OUT) for problem in problems]
    if one.category is not None:
        bad = rules.institution_problems(
            one.category,
            has_number=one.person.number is not None,
            birth_date=one.person.birth_date,
            gender=one.person.gender,
        )
        one.reasons += [_reason(problem) for problem in bad]


def _check_guardian(one: _Planned, today: date) -> None:
    """Who answers for a child, or for an institution; of others nobody needs to be named."""
    row, category, person = one.row, one.category, one.person
    assert category is not None
    assert person is not None
    needed = rules.needs_guardian(category, person.birth_date, today=today)
    one.by_guardian = rules.guardian_consents(category, person.birth_date, today=today)
    if not row.guardian_name:
        if needed:
            one.reasons.append(_reason(rules.missing_guardian(category)))
        return
    try:
        relation = Relation.RESPONSIBLE if category.is_institution else Relation(row.guardian_relation or "other")
    except ValueError:
        one.reasons.append(PastReason("code_unknown", "guardian_relation"))
        return
    given = GuardianInput(relation=relation, name=row.guardian_name, phone=row.guardian_phone or None)
    one.guardian, problems = rules.check_guardian(given, None, today=today)
    one.reasons += [_reason(problem, note=problem.code in _LEFT_OUT) for problem in problems]


def _check_numbers(one: _Planned, coming: Coming | None, today: date) -> None:
    """The card and the identity number against those that are there."""
    assert one.person is not None
    row, number = one.row, one.person.number
    if number is not None and owner_of_number(number) is not None:
        one.reasons.append(PastReason("number_registered", "number"))
    if row.card_no:
        people = (one.person, one.guardian) if one.guardian else (one.person,)
        card_no, problems = rules.check_card(row.card_no, own=own_numbers(*people), today=today)
        if card_no and _is_personal(row, card_no):
            card_no, problems = "", [Problem(ProblemCode.CARD_IS_PERSONAL, "card_no")]
        one.is_personal_card = any(problem.code is ProblemCode.CARD_IS_PERSONAL for problem in problems)
        one.reasons += [_reason(problem, note=one.is_personal_card) for problem in problems]
        if card_no and is_taken(TokenKind.CARD, card_no):
            _clash(one, card_no)
        else:
            one.card_no = card_no
    if coming is None:
        return
    there = coming.has(_names(one))
    if number is not None and _number_name(one) in there:
        one.reasons.append(PastReason("number_registered", "number"))
    if one.card_no and _card_name(one.card_no) in there:
        _clash(one, one.card_no)


def _is_personal(row: PastPatronInput, card_no: str) -> bool:
    """Whether a card number is what the row says of the person, or as long as such a number: a dead one, or one that
    was left out, is the person's all the same."""
    said = {_bare(text) for text in (row.number, row.phone, row.guardian_phone) if text}
    return _bare(card_no) in said or mask_numbers(card_no) != card_no


def _bare(text: str) -> str:
    return "".join(half_width(text).split()).replace("-", "").upper()


def _clash(one: _Planned, card_no: str) -> None:
    one.card_no, one.former_card = "", card_no
    one.reasons.append(PastReason("card_clash", "card_no", note=True))


def _reason(problem: Problem, *, note: bool = False) -> PastReason:
    code = problem.code.value
    return PastReason(f"{code}/{problem.detail}" if problem.detail else code, problem.field, note)


def _names(one: _Planned) -> frozenset[str]:
    """What a row brings, as a dry run remembers it; whoever asks again hashes it."""
    names = {_key_name(one)}
    if one.person is not None and one.person.number is not None:
        names.add(_number_name(one))
    if one.card_no:
        names.add(_card_name(one.card_no))
    return frozenset(names)


def _key_name(one: _Planned) -> str:
    return f"patron:{one.row.key}"


def _number_name(one: _Planned) -> str:
    assert one.person is not None
    assert one.person.number is not None
    return f"number:{number_hash(one.person.number.form, one.person.number.canonical).hex()}"


def _card_name(card_no: str) -> str:
    return f"card:{token_hash(TokenKind.CARD.value, card_no).hex()}"


def _write(one: _Planned, system: str, terms: PastTerms, *, at: datetime, desk: Desk) -> None:
    row, person, category, today = one.row, one.person, one.category, local_date(at)
    branch = network_map().by_code(row.branch)
    assert person is not None
    assert category is not None
    assert branch is not None
    registered = row.registered_date or today
    patron = Patron(
        category=Category.objects.get(id=category.id),
        home_branch_id=branch.id,
        registered_date=registered,
        expires_date=row.expires_date or rules.expiry(today, category.months_valid),
        birth_date=person.birth_date,
        gender=person.gender,
        no_number_reason="" if person.number else _reason_without(category).value,
        address_sealed=person.address,
        email_sealed=person.email,
    )
    set_name(patron, person.name)
    set_number(patron, person.number)
    set_phone(patron, person.phone)
    patron.save()
    card_no = add_card(patron, one.card_no, at=at)
    if row.standing is PastStanding.LOST:
        Token.objects.filter(patron=patron, card_no=card_no).update(status=TokenStatus.LOST.value)
    if (
        person.number
        and person.number.form in SWIPED_FORMS
        and not is_taken(TokenKind.IDENTITY, person.number.canonical)
    ):
        add_token_row(patron, TokenKind.IDENTITY, person.number.canonical, at=at)
    guardian = None
    if one.guardian is not None:
        relation = Relation.RESPONSIBLE if category.is_institution else Relation(row.guardian_relation or "other")
        guardian = write_guardian(patron, None, relation, one.guardian, since=registered)
    Consent.objects.create(
        patron=patron,
        purpose=ConsentPurpose.REGISTRATION.value,
        notice_version=terms.notice_version,
        given_by=(GivenBy.GUARDIAN if one.by_guardian else GivenBy.SELF).value,
        guardian=guardian if one.by_guardian else None,
        given_at=datetime.combine(registered, datetime.min.time(), library_zone()),
    )
    if row.standing is PastStanding.SUSPENDED:
        _suspend(patron, at=at, desk=desk)
    PastPatron.objects.create(
        system=system,
        key_hash=key_hash(system, row.key),
        patron=patron,
        former_card=one.former_card,
        temporary=card_no if one.former_card else "",
        card_hash=card_hash(system, row.card_no) if one.is_personal_card else None,
        branch_id=branch.id,
        taken_over_at=at,
    )
    note(Kind.PATRON_TAKEN_OVER, patron, at=at, desk=desk, details={})


def _reason_without(category: CategoryFacts) -> NoNumberReason:
    return NoNumberReason.ORGANISATION if category.is_institution else NoNumberReason.NOT_SHOWN


def _suspend(patron: Patron, *, at: datetime, desk: Desk) -> None:
    """A suspension of the old system holds until somebody lifts it; it was not decided today, and no entry says so."""
    Restriction.objects.create(
        patron=patron,
        kind=RestrictionKind.MANUAL.value,
        cause=RestrictionCause.OTHER.value,
        from_date=local_date(at),
        branch_id=patron.home_branch_id,
        set_at=at,
        set_by_id=desk.operator.account,
    )
    sum_up(patron, at=at)
