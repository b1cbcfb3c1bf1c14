"""A patron's particulars change, and the registration is prolonged."""

from datetime import date, datetime

from django.db import IntegrityError, transaction

from wenyuan.kernel.identity import Gender, IdentityForm, TokenKind
from wenyuan.lending.patrons import rules
from wenyuan.lending.patrons.data import (
    DocumentSeen,
    NumberInput,
    OnBehalf,
    PatronChange,
    PatronRefused,
    Problem,
    ProblemCode,
)
from wenyuan.lending.patrons.models import Category, Patron, Token, TokenStatus
from wenyuan.lending.patrons.queries import category_facts, number_hash
from wenyuan.lending.patrons.records import (
    add_token_row,
    audit_act,
    branch_code_standing,
    follow_contacts,
    guardian_problems,
    is_taken,
    lock_open_patron,
    note,
    refuse_bad_text,
    save_change,
)
from wenyuan.lending.patrons.registration import SWIPED_FORMS, owner_of_number, set_name, set_number, set_phone
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.transactions import verb


@needs(Act.EDIT_PATRON)
@verb
def change_patron(
    *, patron_id: int, change: PatronChange, at: datetime, desk: Desk, behalf: OnBehalf | None = None
) -> frozenset[str]:
    """Set what is named in ``change`` and return the fields that were otherwise before.

    A number may be added or corrected (PIPL art. 46); it brings birth date and gender with it, and the identity card
    becomes a token in place of the former one. What the audit keeps are the names of the fields.

    :raises NotAllowed: the operator may not edit patrons here.
    :raises PatronUnknown: no such patron.
    :raises PatronRefused: with every problem at once.
    """
    require(desk.operator, Act.EDIT_PATRON, desk.branch_id)
    patron = lock_open_patron(patron_id)
    today = local_date(at)
    before = _values(patron)
    problems = [
        *_apply_texts(patron, change, today=today),
        *_apply_person(patron, change, today=today),
        *_apply_place(patron, change, today=today),
    ]
    changed = frozenset(name for name, value in _values(patron).items() if value != before[name])
    if changed & {"category", "birth_date"}:
        problems += _age_problems(patron, today=today)
    problems += rules.institution_problems(
        category_facts(patron.category),
        has_number=bool(patron.number_form),
        birth_date=patron.birth_date,
        gender=patron.gender,
    )
    if problems:
        raise PatronRefused(*problems)
    if not changed:
        return changed
    try:
        with transaction.atomic():
            save_change(patron, *_COLUMNS, at=at)
            if "number" in changed:
                _swap_identity_token(patron, at=at)
    except IntegrityError:
        # Another desk was faster with this number.
        raise PatronRefused(Problem(ProblemCode.NUMBER_REGISTERED, "number")) from None
    if changed & {"phone", "email"}:
        follow_contacts(patron, at=at)
    note(Kind.PATRON_CHANGED, patron, at=at, desk=desk, details={"what": sorted(changed)}, behalf=behalf)
    audit(
        at=at,
        desk=desk,
        act="change_patron",
        subject_kind="patron",
        subject_id=patron.id,
        branch_id=patron.home_branch_id,
        after={"fields": sorted(changed)},
    )
    return changed


@needs(Act.EDIT_PATRON)
@verb
def renew_registration(
    *, patron_id: int, at: datetime, desk: Desk, reason: str = "", behalf: OnBehalf | None = None
) -> date | None:
    """延期: the registration holds for the category's months from today, never shorter than it did.

    Returns the last day, none where the category's do not end.

    :raises NotAllowed: the operator may not edit patrons here.
    :raises PatronUnknown: no such patron.
    :raises PatronRefused: the patron has left, has grown out of the category, which must be changed first, or the
        reason holds a number.
    """
    require(desk.operator, Act.EDIT_PATRON, desk.branch_id)
    refuse_bad_text(reason, at=at)
    patron = lock_open_patron(patron_id)
    today = local_date(at)
    if problems := _age_problems(patron, today=today):
        raise PatronRefused(*problems)
    before = patron.expires_date
    expires = rules.expiry(today, patron.category.months_valid)
    if expires is not None and before is not None:
        expires = max(expires, before)
    if expires != before:
        patron.expires_date = expires
        save_change(patron, "expires_date", at=at)
        details = {"until": expires.isoformat() if expires else None}
        note(Kind.CARD_EXTENDED, patron, at=at, desk=desk, details=details, behalf=behalf)
        audit_act(patron, "renew_registration", at=at, desk=desk, reason=reason, until=expires)
    return expires


@needs(Act.EDIT_PATRON)
@verb
def verify_patron(
    *,
    patron_id: int,
    document: DocumentSeen,
    at: datetime,
    desk: Desk,
    number: NumberInput | None = None,
    behalf: OnBehalf | None = None,
) -> date:
    """验证: a document was looked at again and is this patron's; returns the day, which the record keeps.

    Where its number is read or typed it must be the one on record; one that is not on record yet is added by
    :func:`change_patron`. The term of the registration does not change.

    :raises NotAllowed: the operator may not edit patrons here.
    :raises PatronUnknown: no such patron.
    :raises PatronRefused: the patron has left, or the number is none or another one.
    """
    require(desk.operator, Act.EDIT_PATRON, desk.branch_id)
    patron = lock_open_patron(patron_id)
    today = local_date(at)
    checked, problems = rules.check_number(number, today=today)
    if checked and number_hash(checked.form, checked.canonical) != patron.number_hash:
        problems.append(Problem(ProblemCode.NUMBER_OTHER, "number"))
    if problems:
        raise PatronRefused(*problems)
    patron.verified_date = today
    save_change(patron, "verified_date", at=at)
    details = {"document": document.value, "number_compared": checked is not None}
    note(Kind.CARD_VERIFIED, patron, at=at, desk=desk, details=details, behalf=behalf)
    audit_act(patron, "verify_patron", at=at, desk=desk, document=document.value)
    return today


_COLUMNS = (
    "name",
    "name_pinyin",
    "name_initials",
    "name_pinyin_other",
    "name_initials_other",
    "phone_hash",
    "phone_last4",
    "phone_sealed",
    "address_sealed",
    "email_sealed",
    "number_form",
    "number_hash",
    "number_last4",
    "number_sealed",
    "no_number_reason",
    "birth_date",
    "gender",
    "category",
    "home_branch",
    "expires_date",
    "note",
)


def _values(patron: Patron) -> dict[str, object]:
    """What a change may touch, by the names the audit keeps."""
    return {
        "name": patron.name,
        "pinyin": (patron.name_pinyin, patron.name_initials),
        "phone": patron.phone_sealed,
        "address": patron.address_sealed,
        "email": patron.email_sealed,
        "number": (patron.number_form, patron.number_sealed),
        "birth_date": patron.birth_date,
        "gender": patron.gender,
        "category": patron.category_id,
        "home_branch": patron.home_branch_id,
        "expires_date": patron.expires_date,
        "note": patron.note,
    }


def _apply_texts(patron: Patron, change: PatronChange, *, today: date) -> list[Problem]:
    problems = []
    if change.name is not None:
        name = rules.clean_name(change.name)
        problems += [Problem(code, "name") for code in rules.name_problems(name, today=today)]
        if name != patron.name:
            set_name(patron, name)
    if change.pinyin:
        # Typed by hand: beside it the reading that the table gives still finds the patron.
        typed, known = rules.spelling_from(change.pinyin), rules.spelling_of(patron.name)
        patron.name_pinyin, patron.name_initials = typed.pinyin, typed.initials
        patron.name_pinyin_other, patron.name_initials_other = known.pinyin, known.initials
    if change.note is not None:
        patron.note = change.note.strip()
        problems += rules.text_problems(patron.note, "note", limit=rules.NOTE_LENGTH, today=today)
    if change.address is not None:
        patron.address_sealed = " ".join(change.address.split())
        if len(patron.address_sealed) > rules.ADDRESS_LENGTH:
            problems.append(Problem(ProblemCode.ADDRESS_TOO_LONG, "address"))
    if change.email is not None:
        patron.email_sealed, bad = rules.check_email(change.email)
        problems += bad
    if change.phone is not None:
        phone, bad = rules.check_phone(change.phone)
        problems += bad
        set_phone(patron, phone)
    return problems


def _apply_person(patron: Patron, change: PatronChange, *, today: date) -> list[Problem]:
    number, problems = rules.check_number(change.number, today=today)
    problems += rules.disagreements(number, birth_date=change.birth_date, gender=change.gender, today=today)
    if number:
        owner = owner_of_number(number)
        if owner not in (None, patron.id):
            problems.append(Problem(ProblemCode.NUMBER_REGISTERED, "number", existing_patron_id=owner))
        set_number(patron, number)
        patron.no_number_reason = ""
    elif change.number is None and (change.birth_date or change.gender) and patron.number_sealed:
        problems += _against_own_number(patron, change.birth_date, change.gender, today=today)
    birth_date = number.birth_date if number and number.birth_date else change.birth_date
    gender = number.gender if number and number.gender else change.gender
    patron.birth_date = birth_date or patron.birth_date
    patron.gender = gender.value if gender else patron.gender
    return problems


def _against_own_number(
    patron: Patron, birth_date: date | None, gender: Gender | None, *, today: date
) -> list[Problem]:
    own, _ = rules.check_number(NumberInput(patron.number_sealed, IdentityForm(patron.number_form)), today=today)
    return rules.disagreements(own, birth_date=birth_date, gender=gender, today=today)


def _apply_place(patron: Patron, change: PatronChange, *, today: date) -> list[Problem]:
    problems = []
    if change.category is not None:
        category = Category.objects.filter(code=change.category).first()
        if category is None:
            problems.append(Problem(ProblemCode.CATEGORY_UNKNOWN, "category"))
        else:
            patron.category = category
    if change.home_branch_id is not None and change.home_branch_id != patron.home_branch_id:
        if branch_code_standing(change.home_branch_id, today) is None:
            problems.append(Problem(ProblemCode.BRANCH_UNKNOWN, "home_branch_id"))
        else:
            patron.home_branch_id = change.home_branch_id
    if change.expires_date is not None:
        if change.expires_date < patron.registered_date:
            problems.append(Problem(ProblemCode.EXPIRES_BAD, "expires_date"))
        patron.expires_date = change.expires_date
    return problems


def _age_problems(patron: Patron, *, today: date) -> list[Problem]:
    category = category_facts(patron.category)
    problems = rules.category_problems(category, patron.birth_date, today=today)
    return problems + guardian_problems(patron, category, today=today)


def _swap_identity_token(patron: Patron, *, at: datetime) -> None:
    """The identity card of the former number stands for nobody any more, that of the new one for the patron."""
    Token.objects.filter(patron=patron, kind=TokenKind.IDENTITY.value).update(status=TokenStatus.REMOVED, ended_at=at)
    if patron.number_form in {form.value for form in SWIPED_FORMS}:
        if is_taken(TokenKind.IDENTITY, patron.number_sealed):
            raise PatronRefused(Problem(ProblemCode.TOKEN_TAKEN, "tokens", TokenKind.IDENTITY.value))
        add_token_row(patron, TokenKind.IDENTITY, patron.number_sealed, at=at)
