"""Patrons: what is decided from values alone."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.kernel.identity import ByteOrder, TokenKind, UidBase
from wenyuan.lending.patrons import rules
from wenyuan.lending.patrons.data import (
    CategoryFacts,
    ConsentInput,
    ConsentPurpose,
    GivenBy,
    GuardianInput,
    NoNumberReason,
    NumberInput,
    ProblemCode,
    Relation,
    TokenInput,
)

TODAY = date(2026, 4, 23)
# The examples printed in GB 11643-1999.
NUMBER = "11010519491231002X"
OTHER_NUMBER = "440524188001010014"


def category(
    code: str = "adult", *, low: int | None = None, high: int | None = None, guarded: bool = False
) -> CategoryFacts:
    return CategoryFacts(1, code, code, code, low, high, guarded, 36)


CHILD = category("child", high=13, guarded=True)
ADULT = category("adult", low=14)
SENIOR = category("senior", low=60)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [(" 李 小军 ", "李小军"), ("欧阳  修", "欧阳修"), ("John  Smith", "John Smith"), ("买买提·艾力", "买买提·艾力")],
)
def test_a_name_is_stored_without_stray_blanks(typed: str, stored: str) -> None:
    assert rules.clean_name(typed) == stored


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", ProblemCode.NAME_EMPTY),
        ("李" * 61, ProblemCode.NAME_TOO_LONG),
        ("李\x07军", ProblemCode.NAME_BAD),
        ("李小军13812341234", ProblemCode.NAME_BAD),
    ],
)
def test_a_name_that_cannot_be_one_is_refused(name: str, code: ProblemCode) -> None:
    assert rules.name_problems(name, today=TODAY) == [code]


def test_a_surname_with_two_readings_is_found_by_both() -> None:
    spelling = rules.spelling_of("单田芳")

    assert (spelling.pinyin, spelling.initials) == ("shantianfang", "stf")
    assert (spelling.other_pinyin, spelling.other_initials) == ("dantianfang", "dtf")


def test_a_plain_surname_has_one_spelling() -> None:
    spelling = rules.spelling_of("李小军")

    assert (spelling.pinyin, spelling.initials) == ("lixiaojun", "lxj")
    assert (spelling.other_pinyin, spelling.other_initials) == ("", "")


@pytest.mark.parametrize(
    "text",
    [
        f"身份证 {NUMBER}",
        "身份证１１０１０５１９４９１２３１００２ｘ",
        "110105 1949 1231 002X",
        "旧证110105491231002",
        "电话138-1234-1234",
        "打+86 13812341234",
        "家里 0571-87654321",
    ],
)
def test_a_free_text_with_a_personal_number_is_noticed(text: str) -> None:
    assert rules.holds_personal_number(text, today=TODAY)


@pytest.mark.parametrize("text", ["读者要求停借", "条码 01234567", "2026-04-23 起", "罚款 138 元", "G123456789012345"])
def test_a_free_text_without_one_passes(text: str) -> None:
    assert not rules.holds_personal_number(text, today=TODAY)


def test_birth_date_and_gender_follow_from_the_number() -> None:
    person, problems = rules.check_person(
        name="王小明",
        number=NumberInput("１１０１０５１９４９１２３１００２ｘ"),
        no_number_reason=None,
        birth_date=None,
        gender=None,
        phone=None,
        address=None,
        email=None,
        today=TODAY,
    )

    assert problems == []
    assert person.number is not None
    assert person.number.canonical == "11010519491231002X"
    assert (person.birth_date, person.gender, person.phone) == (date(1949, 12, 31), "female", "")


def test_everything_wrong_with_a_person_is_told_at_once() -> None:
    _, problems = rules.check_person(
        name=" ",
        number=NumberInput("110105194912310020"),
        no_number_reason=None,
        birth_date=date(2027, 1, 1),
        gender=None,
        phone="12",
        address="路" * 201,
        email="nobody",
        today=TODAY,
    )

    assert [(problem.code, problem.detail) for problem in problems] == [
        (ProblemCode.NAME_EMPTY, ""),
        (ProblemCode.NUMBER_BAD, "wrong_check_digit"),
        (ProblemCode.BIRTH_DATE_BAD, ""),
        (ProblemCode.PHONE_BAD, "bad_shape"),
        (ProblemCode.EMAIL_BAD, ""),
        (ProblemCode.ADDRESS_TOO_LONG, ""),
    ]


@pytest.mark.parametrize("reason", [None, NoNumberReason.ERASED])
def test_neither_number_nor_reason_is_refused(reason: NoNumberReason | None) -> None:
    _, problems = rules.check_person(
        name="王小明",
        number=None,
        no_number_reason=reason,
        birth_date=None,
        gender=None,
        phone=None,
        address=None,
        email=None,
        today=TODAY,
    )

    assert [problem.code for problem in problems] == [ProblemCode.NUMBER_OR_REASON]


@pytest.mark.parametrize(
    ("kind", "birth", "needed", "consents"),
    [
        (CHILD, date(2016, 5, 1), True, True),
        (CHILD, None, True, True),
        (ADULT, date(2012, 4, 24), True, True),  # thirteen for one day more
        (ADULT, date(2012, 4, 23), False, False),  # fourteen today
        (ADULT, None, False, False),
    ],
)
def test_a_guardian_stands_for_who_is_below_fourteen(
    kind: CategoryFacts, birth: date | None, needed: bool, consents: bool
) -> None:
    assert rules.needs_guardian(kind, birth, today=TODAY) is needed
    assert rules.guardian_consents(kind, birth, today=TODAY) is consents


@pytest.mark.parametrize(
    ("kind", "birth", "codes"),
    [
        (CHILD, date(2012, 4, 24), []),
        (CHILD, date(2012, 4, 23), [ProblemCode.CATEGORY_AGE]),
        (SENIOR, date(1966, 4, 24), [ProblemCode.CATEGORY_AGE]),
        (SENIOR, date(1966, 4, 23), []),
        (SENIOR, None, []),
    ],
)
def test_a_category_holds_to_its_ages_both_ends_included(
    kind: CategoryFacts, birth: date | None, codes: list[ProblemCode]
) -> None:
    assert [problem.code for problem in rules.category_problems(kind, birth, today=TODAY)] == codes


@pytest.mark.parametrize(
    ("consent", "by_guardian", "codes"),
    [
        (None, False, [ProblemCode.CONSENT_MISSING]),
        (ConsentInput(notice_version=" "), False, [ProblemCode.CONSENT_MISSING]),
        (ConsentInput(notice_version="2026-1"), True, [ProblemCode.GUARDIAN_CONSENT_MISSING]),
        (ConsentInput(notice_version="2026-1", given_by=GivenBy.GUARDIAN), True, []),
        (ConsentInput(notice_version="2026-1"), False, []),
    ],
)
def test_consent_counts_from_who_may_give_it(
    consent: ConsentInput | None, by_guardian: bool, codes: list[ProblemCode]
) -> None:
    assert [problem.code for problem in rules.consent_problems(consent, by_guardian=by_guardian)] == codes


def test_registration_is_always_among_the_purposes() -> None:
    consent = ConsentInput(notice_version="1", also=frozenset({ConsentPurpose.NOTICES, ConsentPurpose.HISTORY}))

    assert rules.purposes_of(consent) == (
        ConsentPurpose.REGISTRATION,
        ConsentPurpose.HISTORY,
        ConsentPurpose.NOTICES,
    )


@pytest.mark.parametrize(
    ("birth", "code"),
    [(date(2016, 5, 1), "child"), (date(1990, 1, 1), "adult"), (date(1950, 1, 1), "senior"), (None, "adult")],
)
def test_who_walks_in_gets_the_category_of_their_age(birth: date | None, code: str) -> None:
    assert rules.category_for([CHILD, ADULT, SENIOR], birth, today=TODAY) == code


def test_a_guardian_may_be_a_name_without_a_phone() -> None:
    person, problems = rules.check_guardian(GuardianInput(name="王 芳", relation=Relation.MOTHER), None, today=TODAY)

    assert (person.name, person.phone, problems) == ("王芳", "", [])


def test_a_child_cannot_be_a_guardian() -> None:
    known = rules.GuardianFacts(name="李小军", status="active", birth_date=date(2010, 1, 1))

    _, problems = rules.check_guardian(GuardianInput(patron_id=1, relation=Relation.OTHER), known, today=TODAY)

    assert [problem.code for problem in problems] == [ProblemCode.GUARDIAN_IS_CHILD]


@pytest.mark.parametrize(
    ("code", "sequence", "card"),
    [("zg", 1, "ZG00000015"), ("110108", 42, "R11010800000427"), ("儿童馆", 7946, "R00079465"), ("", 794, "R00007943")],
)
def test_a_card_number_is_branch_running_number_and_check_digit(code: str, sequence: int, card: str) -> None:
    assert rules.card_number(code, sequence) == card


@pytest.mark.parametrize(("digits", "check"), [("79462", "3"), ("00200667308", "5")])
def test_the_check_digit_is_that_of_iso_7064_mod_11_10(digits: str, check: str) -> None:
    assert rules.check_digit(digits) == check


@given(st.text("0123456789", min_size=7, max_size=7), st.integers(0, 6), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(digits: str, place: int, shift: int) -> None:
    wrong = digits[:place] + str((int(digits[place]) + shift) % 10) + digits[place + 1 :]

    assert rules.check_digit(wrong) != rules.check_digit(digits)


@given(st.text("ABCXYZ0123456789", max_size=6), st.integers(1, 9_999_999))
def test_a_card_the_library_numbers_is_never_a_personal_number(code: str, sequence: int) -> None:
    card = rules.card_number(code, sequence)

    assert rules.check_card(card, own=frozenset(), today=TODAY) == (card, [])
    assert not rules.holds_personal_number(card, today=TODAY)


@pytest.mark.parametrize(
    "text", [NUMBER, "11010519491231002x", "440524-18800101-0014", "110105491231002", "138 1234 1234"]
)
def test_a_card_number_that_is_a_personal_number_is_refused(text: str) -> None:
    card, problems = rules.check_card(text, own=frozenset({"13812341234"}), today=TODAY)

    assert (card, [problem.code for problem in problems]) == ("", [ProblemCode.CARD_IS_PERSONAL])


def test_a_long_card_number_that_only_resembles_an_identity_number_passes() -> None:
    assert rules.check_card("110105194912310020", own=frozenset(), today=TODAY) == ("110105194912310020", [])


@pytest.mark.parametrize(
    "token",
    [
        TokenInput(kind=TokenKind.UID, text="04A1B2C3"),
        TokenInput(kind=TokenKind.UID, text="C3:B2:A1:04", byte_order=ByteOrder.LSB_FIRST),
        TokenInput(kind=TokenKind.UID, text="0077705923", uid_base=UidBase.DECIMAL),
    ],
)
def test_one_chip_gives_one_text_on_every_reader(token: TokenInput) -> None:
    assert rules.check_token(token) == ("04A1B2C3", [])


@pytest.mark.parametrize("pin", ["", "123", "1234567", "12a4", "１２３４"])
def test_a_pin_is_four_to_six_digits(pin: str) -> None:
    [problem] = rules.pin_problems(pin, birth_date=None, tails=frozenset())

    assert problem.code is ProblemCode.PIN_BAD


@pytest.mark.parametrize("pin", ["0000", "1234", "987654", "7890", "1990", "900517", "0517", "251824"])
def test_a_pin_that_others_would_try_first_is_refused(pin: str) -> None:
    [problem] = rules.pin_problems(pin, birth_date=date(1990, 5, 17), tails=frozenset({"1824"}))

    assert problem.code is ProblemCode.PIN_WEAK


def test_a_pin_of_no_meaning_is_good() -> None:
    assert rules.pin_problems("604913", birth_date=date(1990, 5, 17), tails=frozenset({"1824"})) == []


@pytest.mark.parametrize(
    ("registered", "months", "last"),
    [
        (date(2026, 4, 23), 36, date(2029, 4, 23)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 12, 5), 1, date(2027, 1, 5)),
        (date(2026, 4, 23), 0, None),
    ],
)
def test_a_registration_ends_after_its_months(registered: date, months: int, last: date | None) -> None:
    assert rules.expiry(registered, months) == last
