"""Identity numbers. The vectors are made up; two bodies are the examples printed in GB 11643-1999 itself."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from wenyuan.kernel.identity import (
    BadIdentityNumber,
    Gender,
    IdentityForm,
    IdentityNumber,
    Reason,
    parse_number,
    parse_passport,
)
from wenyuan.kernel.identity.numbers import check_character

TODAY = date(2026, 5, 1)


@pytest.mark.parametrize(
    ("text", "form", "birth_date", "gender", "area"),
    [
        ("11010519491231002X", IdentityForm.RESIDENT, date(1949, 12, 31), Gender.FEMALE, "110105"),
        ("440524188001010014", IdentityForm.RESIDENT, date(1880, 1, 1), Gender.MALE, "440524"),
        ("310104200002291236", IdentityForm.RESIDENT, date(2000, 2, 29), Gender.MALE, "310104"),
        ("650101199912319991", IdentityForm.RESIDENT, date(1999, 12, 31), Gender.MALE, "650101"),
        ("810000199707010010", IdentityForm.HMT_RESIDENT, date(1997, 7, 1), Gender.MALE, "810000"),
        ("830000200001010026", IdentityForm.HMT_RESIDENT, date(2000, 1, 1), Gender.FEMALE, "830000"),
        ("810000199408230021", IdentityForm.HMT_RESIDENT, date(1994, 8, 23), Gender.FEMALE, "810000"),
        ("110101202402290040", IdentityForm.RESIDENT, date(2024, 2, 29), Gender.FEMALE, "110101"),
        ("540102198506158885", IdentityForm.RESIDENT, date(1985, 6, 15), Gender.FEMALE, "540102"),
        ("460200200112317778", IdentityForm.RESIDENT, date(2001, 12, 31), Gender.MALE, "460200"),
        ("150624197707045551", IdentityForm.RESIDENT, date(1977, 7, 4), Gender.MALE, "150624"),
    ],
)
def test_a_valid_number_states_form_birth_gender_and_area(
    text: str, form: IdentityForm, birth_date: date, gender: Gender, area: str
) -> None:
    number = parse_number(text, today=TODAY)

    assert number == IdentityNumber(form=form, canonical=text, birth_date=birth_date, gender=gender, area=area)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("110105194912310020", Reason.WRONG_CHECK_DIGIT),
        ("110105200102290029", Reason.IMPOSSIBLE_DATE),
        ("110105200113010029", Reason.IMPOSSIBLE_DATE),
        ("110105000101010017", Reason.IMPOSSIBLE_DATE),
        ("110105179912310016", Reason.IMPOSSIBLE_DATE),
        ("110105209912310029", Reason.BORN_IN_FUTURE),
        ("11010519491231002", Reason.BAD_SHAPE),
        ("1101051949123100２XX", Reason.BAD_SHAPE),
        ("X10105194912310020", Reason.BAD_SHAPE),
        ("١١٠١٠٥١٩٤٩١٢٣١٠٠٢٠", Reason.BAD_SHAPE),
        ("陈小雨", Reason.BAD_SHAPE),
        ("110105490231002", Reason.IMPOSSIBLE_DATE),
        ("", Reason.EMPTY),
        (" 　", Reason.EMPTY),
    ],
)
def test_a_bad_number_is_refused_with_its_reason(text: str, reason: Reason) -> None:
    with pytest.raises(BadIdentityNumber) as refused:
        parse_number(text, today=TODAY)

    assert refused.value.reason is reason


@pytest.mark.parametrize(
    "text",
    [
        "11010519491231002x",
        "11010519491231002X ",
        "１１０１０５１９４９１２３１００２Ｘ",
        "110105 19491231 002X",
        "110105-19491231-002X",
        "110105491231002",
    ],
)
def test_the_ways_of_writing_one_number_give_one_canonical_text(text: str) -> None:
    number = parse_number(text, today=TODAY)

    assert number.canonical == "11010519491231002X"
    assert number.last4 == "002X"


def test_someone_born_today_is_not_born_in_the_future() -> None:
    number = parse_number("110101202402290040", today=date(2024, 2, 29))

    assert number.birth_date == date(2024, 2, 29)


def test_an_area_code_nobody_knows_is_accepted() -> None:
    number = parse_number("789999200001010012", today=TODAY)

    assert (number.form, number.area) == (IdentityForm.RESIDENT, "789999")


def test_a_number_led_by_nine_is_a_foreign_permanent_resident_s() -> None:
    number = parse_number("990105194912310023", today=TODAY)

    assert number == IdentityNumber(
        form=IdentityForm.FOREIGN_PERMANENT_NEW,
        canonical="990105194912310023",
        birth_date=date(1949, 12, 31),
        gender=Gender.FEMALE,
        area=None,
    )


def test_an_old_foreign_permanent_resident_number_states_nothing_beyond_doubt() -> None:
    number = parse_number("can110078010112", today=TODAY)

    assert number == IdentityNumber(form=IdentityForm.FOREIGN_PERMANENT_OLD, canonical="CAN110078010112")


def test_a_form_asked_for_refuses_the_others() -> None:
    with pytest.raises(BadIdentityNumber) as refused:
        parse_number("11010519491231002X", today=TODAY, form=IdentityForm.HMT_RESIDENT)

    assert refused.value.reason is Reason.BAD_SHAPE


@pytest.mark.parametrize("text", ["H1234567800", "m12345678", "12345678"])
def test_a_travel_permit_is_read_when_asked_for(text: str) -> None:
    number = parse_number(text, today=TODAY, form=IdentityForm.HMT_TRAVEL)

    assert number == IdentityNumber(form=IdentityForm.HMT_TRAVEL, canonical=text.upper())


def test_a_travel_permit_of_another_shape_is_refused() -> None:
    with pytest.raises(BadIdentityNumber) as refused:
        parse_number("H123", today=TODAY, form=IdentityForm.HMT_TRAVEL)

    assert refused.value.reason is Reason.BAD_SHAPE


def test_a_passport_is_read_by_its_own_parser_or_by_form() -> None:
    assert parse_passport(" e1234 5678").canonical == "E12345678"
    assert parse_number("E12345678", today=TODAY, form=IdentityForm.PASSPORT).form is IdentityForm.PASSPORT


@pytest.mark.parametrize("text", ["ABC", "SMITH", "E12345678901234567", "护照12345"])
def test_what_cannot_be_a_passport_is_refused(text: str) -> None:
    with pytest.raises(BadIdentityNumber) as refused:
        parse_passport(text)

    assert refused.value.reason is Reason.BAD_SHAPE


def test_printing_a_number_or_its_refusal_never_shows_it() -> None:
    number = parse_number("11010519491231002X", today=TODAY)

    with pytest.raises(BadIdentityNumber) as refused:
        parse_number("110105200113010029", today=TODAY)

    assert f"{number} {number!r} {[number]}" == (
        "<IdentityNumber resident ····002X> <IdentityNumber resident ····002X> [<IdentityNumber resident ····002X>]"
    )
    assert str(refused.value) == "impossible_date"
    assert refused.value.__suppress_context__


bodies = st.builds(
    lambda area, birth, order: f"{area}{birth:%Y%m%d}{order:03d}",
    st.integers(100000, 999999),
    st.dates(date(1900, 1, 1), TODAY),
    st.integers(0, 999),
)
valid_numbers = bodies.map(lambda body: body + check_character(body))


@given(valid_numbers)
def test_every_number_with_date_and_check_is_accepted(text: str) -> None:
    number = parse_number(text, today=TODAY)

    assert number.canonical == text
    assert f"{number.birth_date:%Y%m%d}" == text[6:14]


@given(valid_numbers, st.integers(0, 17), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_always_caught(text: str, position: int, digit: str) -> None:
    assume(text[position] != digit)

    with pytest.raises(BadIdentityNumber) as refused:
        parse_number(text[:position] + digit + text[position + 1 :], today=TODAY)

    assert refused.value.reason is Reason.WRONG_CHECK_DIGIT


@given(valid_numbers, st.integers(0, 16))
def test_two_neighbours_exchanged_are_always_caught(text: str, position: int) -> None:
    assume(text[position] != text[position + 1])
    swapped = text[:position] + text[position + 1] + text[position] + text[position + 2 :]

    with pytest.raises(BadIdentityNumber):
        parse_number(swapped, today=TODAY)


@given(st.text(max_size=24))
def test_no_text_does_anything_but_parse_or_be_refused(text: str) -> None:
    try:
        number = parse_number(text, today=TODAY)
    except BadIdentityNumber:
        return

    assert parse_number(number.canonical, today=TODAY) == number
