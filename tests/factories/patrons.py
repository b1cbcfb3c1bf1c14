"""Readers, their categories and tokens for tests, written straight into the tables as the verbs would write them."""

from datetime import UTC, date, datetime
from itertools import count

from wenyuan.kernel.identity import TokenKind, canonical_phone, canonical_token, parse_number
from wenyuan.lending.patrons.models import Category, Guardian, Patron, Restriction, Roster, Token
from wenyuan.lending.patrons.pins import pin_hash
from wenyuan.lending.patrons.queries import number_hash, phone_hash, token_hash
from wenyuan.lending.patrons.rules import spelling_of
from wenyuan.organisation.network.models import Branch

REGISTERED = date(2024, 3, 1)
REGISTERED_AT = datetime(2024, 3, 1, 2, 0, tzinfo=UTC)
EXPIRES = date(2036, 3, 1)
_numbers = count(1)


def make_category(
    code: str = "adult",
    *,
    name_zh: str = "",
    name_en: str = "",
    min_age: int | None = None,
    max_age: int | None = None,
    guardian_required: bool = False,
    months_valid: int = 36,
) -> Category:
    """The category with this code: the one there is, else a new one."""
    category, _ = Category.objects.get_or_create(
        code=code,
        defaults={
            "name_zh": name_zh or f"{code}读者",
            "name_en": name_en or code.capitalize(),
            "min_age": min_age,
            "max_age": max_age,
            "guardian_required": guardian_required,
            "months_valid": months_valid,
        },
    )
    return category


def make_patron(
    name: str = "李小军",
    card: str = "",
    *,
    home: Branch,
    category: Category | None = None,
    birth_date: date | None = date(1990, 5, 17),
    gender: str = "",
    number: str | None = None,
    phone: str | None = None,
    pin: str | None = None,
    pin_set_at: datetime = REGISTERED_AT,
    status: str = "active",
    suspended_until: date | None = None,
    expires_date: date | None = EXPIRES,
    keep_history: bool = False,
    roster: Roster | None = None,
    card_status: str = "active",
) -> Patron:
    """A patron with a card token (number ``card``, made up if empty); with ``number`` also an identity token."""
    spelling = spelling_of(name)
    patron = Patron(
        name=name,
        name_pinyin=spelling.pinyin,
        name_initials=spelling.initials,
        name_pinyin_other=spelling.other_pinyin,
        name_initials_other=spelling.other_initials,
        category=category or make_category(),
        home_branch=home,
        status=status,
        suspended_until=suspended_until,
        registered_date=REGISTERED,
        expires_date=expires_date,
        birth_date=birth_date,
        gender=gender,
        keep_history=keep_history,
        roster=roster,
        no_number_reason="" if number else "not_shown",
    )
    if number:
        checked = parse_number(number, today=REGISTERED)
        patron.number_form = checked.form.value
        patron.number_hash = number_hash(checked.form, checked.canonical)
        patron.number_last4 = checked.last4
        patron.number_sealed = checked.canonical
    if phone:
        canonical = canonical_phone(phone)
        patron.phone_hash = phone_hash(canonical)
        patron.phone_last4 = canonical[-4:]
        patron.phone_sealed = canonical
    patron.save()
    if pin is not None:
        patron.pin_hash = pin_hash(patron_id=patron.id, pin=pin)
        patron.pin_set_at = pin_set_at
        patron.save(update_fields=["pin_hash", "pin_set_at"])
    if status == "suspended":
        make_restriction(patron, until=suspended_until)
    make_token(patron, TokenKind.CARD, card or f"T{next(_numbers):06d}", status=card_status)
    if number:
        make_token(patron, TokenKind.IDENTITY, number)
    return patron


def make_token(patron: Patron, kind: TokenKind, text: str, *, status: str = "active") -> Token:
    """Another token of the patron. A UID comes as hex, most significant byte first."""
    canonical = canonical_token(kind, text)
    return Token.objects.create(
        patron=patron,
        kind=kind.value,
        token_hash=token_hash(kind.value, canonical),
        card_no=canonical if kind is TokenKind.CARD else None,
        last4=canonical[-4:],
        status=status,
        issued_at=REGISTERED_AT,
    )


def make_restriction(
    patron: Patron, *, kind: str = "manual", cause: str = "other", reason: str = "", until: date | None = None
) -> Restriction:
    """An open restriction; the patron's row must say the same."""
    return Restriction.objects.create(
        patron=patron,
        kind=kind,
        cause=cause,
        reason=reason,
        from_date=REGISTERED,
        until=until,
        branch_id=patron.home_branch_id,
        set_at=REGISTERED_AT,
    )


def make_guardian(
    child: Patron, *, patron: Patron | None = None, name: str = "王芳", relation: str = "mother", phone: str = ""
) -> Guardian:
    """A guardian of the child, a patron or a name only."""
    return Guardian.objects.create(
        child=child,
        patron=patron,
        name=patron.name if patron else name,
        relation=relation,
        phone_last4=phone[-4:],
        phone_sealed=phone,
        since=REGISTERED,
    )


def make_roster(home: Branch, *, school: str = "实验小学", name: str = "三年级二班") -> Roster:
    """A class list without children."""
    return Roster.objects.create(school=school, name=name, home_branch=home)
