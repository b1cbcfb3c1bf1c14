"""Decisions about patrons: values in, values and problems out."""

import calendar
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from wenyuan.kernel.chinese import half_width, is_han_name, name_readings
from wenyuan.kernel.identity import (
    BadIdentityNumber,
    BadToken,
    Gender,
    IdentityForm,
    IdentityNumber,
    PhoneError,
    TokenKind,
    age_on,
    canonical_phone,
    canonical_token,
    canonical_uid,
    parse_number,
)
from wenyuan.lending.patrons.data import (
    CategoryFacts,
    CategoryRules,
    ConsentInput,
    ConsentPurpose,
    GivenBy,
    GuardianInput,
    Insight,
    NoNumberReason,
    NumberInput,
    OnBehalf,
    Problem,
    ProblemCode,
    Spelling,
    TokenInput,
)

AGE_OF_OWN_CONSENT = 14
"""Below it a guardian consents (Personal Information Protection Law art. 31)."""
AGE_OF_MAJORITY = 18
NAME_LENGTH = 60
ADDRESS_LENGTH = 200
NOTE_LENGTH = 500
REASON_LENGTH = 200
DOCUMENT_LENGTH = 40

_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_LONG_DIGITS = re.compile(r"(?<![A-Z0-9])(?:[A-Z]{3}[0-9]{12}|[0-9]{15}|[0-9]{17}[0-9X])(?![A-Z0-9])")
_PHONE_DIGITS = re.compile(r"(?<![0-9])(?:(?:86)?1[3-9][0-9]{9}|0[0-9]{2,3}[2-9][0-9]{6,7})(?![0-9])")
_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])[\s\-‐-―−()]+(?=[0-9])")
_CODE = re.compile(r"[a-z][a-z0-9_]{0,31}")
_PIN = re.compile(r"[0-9]{4,6}")
_RISING = "0123456789012345"


# Names.


def clean_name(text: str) -> str:
    """The name as stored: composed (NFC), blanks folded to one, none inside a name of Han characters (``李 小军``)."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    bare = name.replace(" ", "")
    return bare if is_han_name(bare) else name


def name_problems(name: str, *, today: date) -> list[ProblemCode]:
    """What is wrong with a cleaned name; a name of any script is a name."""
    if not name:
        return [ProblemCode.NAME_EMPTY]
    if len(name) > NAME_LENGTH:
        return [ProblemCode.NAME_TOO_LONG]
    if not name.isprintable() or holds_personal_number(name, today=today):
        return [ProblemCode.NAME_BAD]
    return []


def spelling_of(name: str) -> Spelling:
    """How the name is typed at the desk. Of a surname with more readings the first two are kept."""
    readings = [reading.split() for reading in name_readings(name)] or [[]]
    first, other = readings[0], readings[1] if len(readings) > 1 else []
    return Spelling(_joined(first), _initials(first), _joined(other), _initials(other))


def spelling_from(pinyin: str) -> Spelling:
    """The spelling that somebody typed, syllables parted by blanks."""
    syllables = half_width(pinyin).casefold().replace("ü", "v").split()
    return Spelling(_joined(syllables), _initials(syllables))


def _joined(syllables: Sequence[str]) -> str:
    return "".join(syllables)[:200]


def _initials(syllables: Sequence[str]) -> str:
    return "".join(part if part.isdigit() else part[0] for part in syllables)[:60]


# What must not stand in readable text.


def holds_personal_number(text: str, *, today: date) -> bool:
    """Whether a free text holds an identity number or a telephone number: it would be readable in the database."""
    plain = _BETWEEN_DIGITS.sub("", half_width(text)).upper()
    if _PHONE_DIGITS.search(plain):
        return True
    return any(_is_identity_number(match[0], today=today) for match in _LONG_DIGITS.finditer(plain))


def text_problems(text: str, field: str, *, limit: int, today: date) -> list[Problem]:
    """What is wrong with a note or a reason."""
    if len(text) > limit:
        return [Problem(ProblemCode.TEXT_TOO_LONG, field)]
    if holds_personal_number(text, today=today):
        return [Problem(ProblemCode.TEXT_PERSONAL, field)]
    return []


def reason_problems(reason: str, *, today: date) -> list[Problem]:
    """What is wrong with a reason that must be given."""
    if not reason.strip():
        return [Problem(ProblemCode.REASON_MISSING, "reason")]
    return text_problems(reason, "reason", limit=REASON_LENGTH, today=today)


def _is_identity_number(text: str, *, today: date) -> bool:
    try:
        parse_number(text, today=today)
    except BadIdentityNumber:
        return False
    return True


# A person.


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Person:
    """What is known of a person, checked and canonical; empty texts where nothing is known."""

    name: str
    number: IdentityNumber | None = None
    birth_date: date | None = None
    gender: str = ""
    phone: str = ""
    address: str = ""
    email: str = ""


def check_person(
    *,
    name: str,
    number: NumberInput | None,
    no_number_reason: NoNumberReason | None,
    birth_date: date | None,
    gender: Gender | None,
    phone: str | None,
    address: str | None,
    email: str | None,
    today: date,
) -> tuple[Person, list[Problem]]:
    """The person an application speaks of, and everything that is wrong with it. A phone is never asked for."""
    cleaned = clean_name(name)
    problems = [Problem(code, "name") for code in name_problems(cleaned, today=today)]
    checked, bad = check_number(number, today=today)
    problems += bad
    if number is None and no_number_reason in (None, NoNumberReason.ERASED):
        problems.append(Problem(ProblemCode.NUMBER_OR_REASON, "number"))
    problems += disagreements(checked, birth_date=birth_date, gender=gender, today=today)
    canonical, bad = check_phone(phone)
    problems += bad
    mail, bad = check_email(email)
    problems += bad
    home = " ".join((address or "").split())
    if len(home) > ADDRESS_LENGTH:
        problems.append(Problem(ProblemCode.ADDRESS_TOO_LONG, "address"))
    stated = checked.gender if checked and checked.gender else gender
    person = Person(
        name=cleaned,
        number=checked,
        birth_date=checked.birth_date if checked and checked.birth_date else birth_date,
        gender=stated.value if stated else "",
        phone=canonical,
        address=home,
        email=mail,
    )
    return person, problems


def check_number(
    given: NumberInput | None, *, today: date, field: str = "number", code: ProblemCode = ProblemCode.NUMBER_BAD
) -> tuple[IdentityNumber | None, list[Problem]]:
    """The checked number, or why it is none. None given is none wrong."""
    if given is None:
        return None, []
    try:
        return parse_number(given.text, today=today, form=given.form), []
    except BadIdentityNumber as bad:
        return None, [Problem(code, field, bad.reason.value)]


def check_phone(
    text: str | None, *, field: str = "phone", code: ProblemCode = ProblemCode.PHONE_BAD
) -> tuple[str, list[Problem]]:
    """The canonical phone, empty where none is given."""
    if not text or not text.strip():
        return "", []
    try:
        return canonical_phone(text), []
    except PhoneError as bad:
        return "", [Problem(code, field, bad.reason.value)]


def check_email(text: str | None) -> tuple[str, list[Problem]]:
    """The address without blanks around it, empty where none is given."""
    mail = half_width(text or "").strip()
    if mail and (len(mail) > 254 or not _EMAIL.fullmatch(mail)):
        return "", [Problem(ProblemCode.EMAIL_BAD, "email")]
    return mail, []


def disagreements(
    number: IdentityNumber | None, *, birth_date: date | None, gender: Gender | None, today: date
) -> list[Problem]:
    """Where birth date and gender are not those the number states: one of them was typed wrongly."""
    problems = []
    if birth_date is not None and birth_date > today:
        problems.append(Problem(ProblemCode.BIRTH_DATE_BAD, "birth_date"))
    elif number and number.birth_date and birth_date not in (None, number.birth_date):
        problems.append(Problem(ProblemCode.BIRTH_DATE_DISAGREES, "birth_date"))
    if number and number.gender and gender not in (None, number.gender):
        problems.append(Problem(ProblemCode.GENDER_DISAGREES, "gender"))
    return problems


# Categories, guardians, consent.


def is_below(age: int, birth_date: date | None, *, on: date) -> bool:
    """Whether somebody is known to be younger than ``age`` full years."""
    return birth_date is not None and birth_date <= on and age_on(birth=birth_date, on=on) < age


def category_problems(category: CategoryFacts, birth_date: date | None, *, today: date) -> list[Problem]:
    """Whether the person's age is outside the category's; an unknown age fits everywhere."""
    if birth_date is None or birth_date > today:
        return []
    age = age_on(birth=birth_date, on=today)
    too_young = category.min_age is not None and age < category.min_age
    too_old = category.max_age is not None and age > category.max_age
    return [Problem(ProblemCode.CATEGORY_AGE, "category")] if too_young or too_old else []


def needs_guardian(category: CategoryFacts, birth_date: date | None, *, today: date) -> bool:
    """Somebody must answer for the patron: the category asks for it, or the person is younger than 14 or the
    category's age; an institution always."""
    if category.is_institution or category.guardian_required:
        return True
    return is_below(max(AGE_OF_OWN_CONSENT, category.guardian_age or 0), birth_date, on=today)


def missing_guardian(category: CategoryFacts) -> Problem:
    """Nobody answers for the patron."""
    code = ProblemCode.RESPONSIBLE_REQUIRED if category.is_institution else ProblemCode.GUARDIAN_REQUIRED
    return Problem(code, "guardian")


def institution_problems(
    category: CategoryFacts, *, has_number: bool, birth_date: date | None, gender: str
) -> list[Problem]:
    """Whether what only a person has is entered for an institution."""
    if category.is_institution and (has_number or birth_date or gender):
        return [Problem(ProblemCode.INSTITUTION_NUMBER, "number")]
    return []


def order_problems(
    category: CategoryFacts, guardians: Iterable["GuardianFacts | None"], *, needed: bool, today: date
) -> list[Problem]:
    """Whether no guardian holds a card that lends today, where the category asks for that."""
    if not (category.guardian_in_order and needed):
        return []
    if any(known.is_in_order(today) for known in guardians if known):
        return []
    return [Problem(ProblemCode.GUARDIAN_NOT_IN_ORDER, "guardian")]


def guardian_consents(category: CategoryFacts, birth_date: date | None, *, today: date) -> bool:
    """Whose consent counts: the guardian's below 14, and for a guarded category when nobody knows the age."""
    if birth_date is None:
        return category.guardian_required and not category.is_institution
    return is_below(AGE_OF_OWN_CONSENT, birth_date, on=today)


def insight(
    category: CategoryFacts, birth_date: date | None, *, added_on: date | None, answers: bool, on: date
) -> Insight:
    """How much of a reader's account somebody else sees, who added the card by its PIN on ``added_on``, or who
    ``answers`` for the reader by the desk's record.

    Below 14 the guardian decides and sees all (Personal Information Protection Law art. 31). From 14 on what somebody
    reads is their own: a guardian, who still answers for what is owed, sees sums without titles up to 18; more only
    where the reader gave the PIN at 14 or later. What was added before the fourteenth birthday ends with it.
    """
    if guardian_consents(category, birth_date, today=on):
        return Insight.ALL if answers or added_on is not None else Insight.NOTHING
    if added_on is not None and not guardian_consents(category, birth_date, today=added_on):
        return Insight.ALL
    return Insight.SUMS if answers and is_below(AGE_OF_MAJORITY, birth_date, on=on) else Insight.NOTHING


def opens_by_phone(
    category: CategoryFacts, birth_date: date | None, *, is_own: bool, answers: bool, has_answered: bool, on: date
) -> bool:
    """Whether who has a telephone in hand may sign in as this reader: it is the one on the reader's record, or that of
    who ``answers`` for them.

    Below 14 the guardian decides (``insight``), and who ``has_answered`` no longer. From 14 on, past 18 too, a
    telephone that was ever a guardian's says nothing of who holds it: what the reader reads is their own, so they sign
    in by card and PIN. Of an institution the telephone is of who answers for it.
    """
    if category.is_institution:
        return is_own
    is_only_theirs = is_own and not has_answered
    return is_only_theirs or (answers and guardian_consents(category, birth_date, today=on))


def is_own_pin(category: CategoryFacts, birth_date: date | None, *, set_on: date, on: date) -> bool:
    """Whether a PIN says that the reader wants it: from the fourteenth birthday on only one that is set since, for who
    answered for the child may have known the other."""
    return guardian_consents(category, birth_date, today=on) or not guardian_consents(
        category, birth_date, today=set_on
    )


def consent_problems(consent: ConsentInput | None, *, by_guardian: bool) -> list[Problem]:
    """Whether the consent is there, names its notice, and was given by who may give it."""
    if consent is None or not consent.notice_version.strip() or len(consent.notice_version) > 16:
        return [Problem(ProblemCode.CONSENT_MISSING, "consent")]
    if by_guardian and consent.given_by is not GivenBy.GUARDIAN:
        return [Problem(ProblemCode.GUARDIAN_CONSENT_MISSING, "consent")]
    return []


def purposes_of(consent: ConsentInput) -> tuple[ConsentPurpose, ...]:
    """Registration first, then the others in the order of their names."""
    return (ConsentPurpose.REGISTRATION, *sorted(consent.also - {ConsentPurpose.REGISTRATION}))


def category_for(categories: Iterable[CategoryFacts], birth_date: date | None, *, today: date) -> str:
    """The category of someone who walks in with an identity card: child, senior or adult, as the age says.

    Empty when the library has none of that code.
    """
    if is_below(AGE_OF_OWN_CONSENT, birth_date, on=today):
        wanted = ["child"]
    elif birth_date is not None and age_on(birth=birth_date, on=today) >= 60:
        wanted = ["senior", "adult"]
    else:
        wanted = ["adult"]
    known = {category.code: category for category in categories}
    fitting = [code for code in wanted if code in known and not category_problems(known[code], birth_date, today=today)]
    return next(iter(fitting), "")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class GuardianFacts:
    """What is known of a patron named as guardian."""

    name: str
    status: str
    birth_date: date | None
    suspended_until: date | None = None
    expires_date: date | None = None

    def is_in_order(self, today: date) -> bool:
        """Whether their own card lends today."""
        if self.status == "suspended" and (self.suspended_until is None or today <= self.suspended_until):
            return False
        return self.status != "closed" and (self.expires_date is None or today <= self.expires_date)


def years_before(day: date, years: int) -> date:
    """Who was born on this day or before has lived so many full years on ``day`` (``kernel.identity.age_on``)."""
    year = day.year - years
    leaps = (day.month, day.day) == (2, 29) and not calendar.isleap(year)
    return date(year, 2, 28) if leaps else day.replace(year=year)


def birthday(birth_date: date, age: int) -> date:
    """The day on which somebody reaches an age; born on 29 February, 1 March of a common year."""
    year = birth_date.year + age
    leaps = (birth_date.month, birth_date.day) == (2, 29) and not calendar.isleap(year)
    return date(year, 3, 1) if leaps else birth_date.replace(year=year)


def check_guardian(given: GuardianInput, known: GuardianFacts | None, *, today: date) -> tuple[Person, list[Problem]]:
    """The guardian as a person, and what is wrong; ``known`` is the patron behind ``patron_id``, if there is one."""
    if given.patron_id is not None:
        if known is None or not known.name:
            return Person(name=""), [Problem(ProblemCode.GUARDIAN_UNKNOWN, "guardian")]
        too_young = is_below(AGE_OF_MAJORITY, known.birth_date, on=today)
        return Person(name=known.name), [Problem(ProblemCode.GUARDIAN_IS_CHILD, "guardian")] if too_young else []
    name = clean_name(given.name)
    problems = [Problem(ProblemCode.GUARDIAN_NAME, "guardian", code) for code in name_problems(name, today=today)]
    phone, bad = check_phone(given.phone, field="guardian_phone", code=ProblemCode.GUARDIAN_PHONE)
    problems += bad
    number, bad = check_number(given.number, today=today, field="guardian_number", code=ProblemCode.GUARDIAN_NUMBER)
    problems += bad
    if number and is_below(AGE_OF_MAJORITY, number.birth_date, on=today):
        problems.append(Problem(ProblemCode.GUARDIAN_IS_CHILD, "guardian"))
    return Person(name=name, phone=phone, number=number), problems


def behalf_problems(behalf: OnBehalf, *, today: date) -> list[Problem]:
    """What is wrong with who acts for a patron."""
    problems = [
        Problem(ProblemCode.PROXY_NAME, "proxy_name", code)
        for code in name_problems(clean_name(behalf.name), today=today)
    ]
    if len(behalf.document_no) > DOCUMENT_LENGTH:
        problems.append(Problem(ProblemCode.PROXY_DOCUMENT, "document_no"))
    return problems


# Cards and other tokens.


def card_number(branch_code: str, sequence: int) -> str:
    """A card number: the branch's code, seven running digits, and a check digit over these (ISO 7064 MOD 11,10).

    The code is left out where it would be long or unprintable, and led by R where it has no letter: a card number
    holds a letter and so never passes for an identity or telephone number.
    """
    code = branch_code.upper()
    if not re.fullmatch(r"[A-Z0-9]{1,6}", code):
        code = "R"
    elif code.isdigit():
        code = "R" + code
    digits = f"{sequence:07d}"
    return f"{code}{digits}{check_digit(digits)}"


def check_digit(digits: str) -> str:
    """The check digit of ISO/IEC 7064 MOD 11,10: it finds every wrong digit and nearly every swap of two."""
    product = 10
    for digit in digits:
        product = (((product + int(digit)) % 10 or 10) * 2) % 11
    return str((11 - product) % 10)


def check_card(text: str, *, own: frozenset[str], today: date) -> tuple[str, list[Problem]]:
    """The canonical card number. It stays readable, so it may be no identity number, and none of ``own``: the
    canonical numbers and phones of the patron and the guardians."""
    try:
        card = canonical_token(TokenKind.CARD, text)
    except BadToken as bad:
        return "", [Problem(ProblemCode.CARD_BAD, "card_no", bad.reason.value)]
    if card in own or card.replace("-", "") in own or _is_identity_number(card, today=today):
        return "", [Problem(ProblemCode.CARD_IS_PERSONAL, "card_no")]
    return card, []


def check_token(given: TokenInput) -> tuple[str, list[Problem]]:
    """The canonical text of a token other than a card; a UID whatever its reader's base and byte order."""
    try:
        if given.kind is TokenKind.UID:
            return canonical_uid(given.text, base=given.uid_base, byte_order=given.byte_order), []
        return canonical_token(given.kind, given.text), []
    except BadToken as bad:
        return "", [Problem(ProblemCode.TOKEN_BAD, "tokens", bad.reason.value)]


# Kinds of reader.


def kind_problems(code: str, terms: CategoryRules) -> list[Problem]:
    """What is wrong with a kind of reader: its code, its names, ages and months that cannot be."""
    problems = []
    if not _CODE.fullmatch(code):
        problems.append(Problem(ProblemCode.CATEGORY_CODE, "code"))
    for field in ("name_zh", "name_en"):
        if not 0 < len(getattr(terms, field).strip()) <= 40:
            problems.append(Problem(ProblemCode.NAME_EMPTY, field))
    ages = [terms.min_age, terms.max_age, terms.guardian_age]
    if any(age is not None and not 0 <= age <= 150 for age in ages) or not 0 <= terms.months_valid <= 1200:
        problems.append(Problem(ProblemCode.CATEGORY_NUMBERS))
    elif terms.min_age is not None and terms.max_age is not None and terms.min_age > terms.max_age:
        problems.append(Problem(ProblemCode.CATEGORY_NUMBERS, "max_age"))
    return problems


# Two records of one person.

FOR_LIFE = frozenset({IdentityForm.RESIDENT.value, IdentityForm.HMT_RESIDENT.value})
"""Documents whose number a person never changes; passports and permits come with a new one."""


def merge_problems(*, kept_form: str, gone_form: str, answers: bool) -> list[Problem]:
    """What the documents and the family say against one person behind two records; ``answers``: one is the guardian
    of the other. Numbers on record always differ."""
    problems = []
    if gone_form and not kept_form:
        problems.append(Problem(ProblemCode.MERGE_OTHER_WAY))
    elif kept_form == gone_form and kept_form in FOR_LIFE:
        problems.append(Problem(ProblemCode.MERGE_TWO_NUMBERS, "number"))
    if answers:
        problems.append(Problem(ProblemCode.MERGE_GUARDIAN, "guardian"))
    return problems


# Restrictions.


def suspension_days(days: int, standing: Iterable[date], *, cumulative: bool, today: date) -> tuple[date, date]:
    """First and last day of a suspension of so many days; ``standing`` are the last days of those that stand.

    It begins today, or with ``cumulative`` on the day after the last of them (R-16: otherwise not added on).
    """
    served = [last + timedelta(days=1) for last in standing if cumulative]
    first = max([today, *served])
    return first, first + timedelta(days=days - 1)


def sum_of_restrictions(standing: Sequence[tuple[date | None, str]]) -> tuple[date | None, str]:
    """The last day of the union of restrictions (last day, reason), none until lifted; and the reason that lasts
    longest, the later set of two that last as long."""
    if not standing:
        return None, ""
    until, reason = max(reversed(standing), key=lambda one: one[0] or date.max)
    return until, reason


# PINs and dates.


def pin_problems(pin: str, *, birth_date: date | None, tails: frozenset[str], least_digits: int = 4) -> list[Problem]:
    """Whether a PIN can be set; ``tails`` are the last four of the patron's own number and phone."""
    if not _PIN.fullmatch(pin) or len(pin) < least_digits:
        return [Problem(ProblemCode.PIN_BAD, "pin")]
    return [Problem(ProblemCode.PIN_WEAK, "pin")] if is_weak_pin(pin, birth_date=birth_date, tails=tails) else []


def is_weak_pin(pin: str, *, birth_date: date | None, tails: frozenset[str]) -> bool:
    """One digit repeated, a run up or down, a part of the birth date, or the tail of the own number or phone."""
    if len(set(pin)) == 1 or pin in _RISING or pin[::-1] in _RISING:
        return True
    if birth_date is not None and pin in birth_date.strftime("%Y%m%d"):
        return True
    return any(tail and pin.endswith(tail) for tail in tails)


def expiry(registered: date, months_valid: int) -> date | None:
    """The last day a registration holds; none where the category's do not end (0 months).

    Of a month too short for the day, its last day.
    """
    if months_valid <= 0:
        return None
    months = registered.month - 1 + months_valid
    year, month = registered.year + months // 12, months % 12 + 1
    return date(year, month, min(registered.day, calendar.monthrange(year, month)[1]))
