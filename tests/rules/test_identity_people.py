"""What pages show of a person, telephone numbers, ages."""

from datetime import date

import pytest

from wenyuan.kernel.identity import (
    AgeBand,
    PhoneError,
    PhoneReason,
    age_band,
    age_on,
    canonical_phone,
    mask_name,
    mask_number,
    mask_phone,
)


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("陈小雨", "陈＊雨"),
        ("陈雨", "陈＊"),
        (" 陈 雨 ", "陈＊"),
        ("欧阳修", "欧阳＊"),
        ("歐陽娜娜", "歐陽＊娜"),
        ("欧阳", "欧＊"),
        ("陈", "＊"),
        ("阿卜杜拉", "阿＊＊拉"),
        ("列夫·托尔斯泰", "列＊·＊＊＊＊"),
        ("阿不都热依木", "阿＊＊＊＊＊"),
        ("John Smith", "J＊＊＊ S＊＊＊＊"),
        ("O'Neil", "O'N＊＊＊"),
        ("", ""),
    ],
)
def test_a_name_is_shown_without_its_middle(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13812341234", "138****1234"),
        ("010-62345678", "010-****5678"),
        ("0571-8765432-801", "0571-****-801"),
        ("+85291234567", "****4567"),
        ("12345", "****45"),
        ("", "****"),
    ],
)
def test_a_phone_is_shown_without_its_middle(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("number", "masked"), [("440524188001011824", "····1824"), ("1824", "····24"), ("1", "····"), ("", "····")]
)
def test_a_number_shows_its_end_only(number: str, masked: str) -> None:
    assert mask_number(number) == masked


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("13812341234", "13812341234"),
        ("138 1234 1234", "13812341234"),
        ("138-1234-1234", "13812341234"),
        ("+86 138 1234 1234", "13812341234"),
        ("0086-13812341234", "13812341234"),
        ("8613812341234", "13812341234"),
        ("013812341234", "13812341234"),
        ("１３８１２３４１２３４", "13812341234"),
        ("010-62345678", "010-62345678"),
        ("(0571)87654321", "0571-87654321"),
        ("（０５７１）８７６５４３２", "0571-8765432"),
        ("+86 571 87654321", "0571-87654321"),
        ("+86 10 62345678", "010-62345678"),
        ("0571-87654321-801", "0571-87654321-801"),
        ("0571-87654321转801", "0571-87654321-801"),
        ("87654321", "0578-87654321"),
        ("8765-4321", "0578-87654321"),
        ("400-123-4567", "4001234567"),
        ("+852 9123 4567", "+85291234567"),
    ],
)
def test_the_ways_of_writing_one_phone_give_one_number(text: str, canonical: str) -> None:
    assert canonical_phone(text, area_code="0578") == canonical


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", PhoneReason.EMPTY),
        ("　", PhoneReason.EMPTY),
        ("12345", PhoneReason.BAD_SHAPE),
        ("1381234123", PhoneReason.BAD_SHAPE),
        ("138123412345", PhoneReason.BAD_SHAPE),
        ("12812341234", PhoneReason.BAD_SHAPE),
        ("13812341234转801", PhoneReason.BAD_SHAPE),
        ("无", PhoneReason.BAD_SHAPE),
        ("87654321", PhoneReason.NO_AREA_CODE),
    ],
)
def test_what_cannot_be_dialled_is_refused(text: str, reason: PhoneReason) -> None:
    with pytest.raises(PhoneError) as refused:
        canonical_phone(text)

    assert refused.value.reason is reason


@pytest.mark.parametrize(
    ("birth", "on", "age"),
    [
        (date(2010, 5, 1), date(2026, 4, 30), 15),
        (date(2010, 5, 1), date(2026, 5, 1), 16),
        (date(2012, 2, 29), date(2026, 2, 28), 13),
        (date(2012, 2, 29), date(2026, 3, 1), 14),
        (date(2012, 2, 29), date(2028, 2, 29), 16),
        (date(2026, 5, 1), date(2026, 5, 1), 0),
    ],
)
def test_age_changes_on_the_birthday(birth: date, on: date, age: int) -> None:
    assert age_on(birth=birth, on=on) == age


def test_there_is_no_age_before_birth() -> None:
    with pytest.raises(ValueError, match="before birth"):
        age_on(birth=date(2026, 5, 2), on=date(2026, 5, 1))


@pytest.mark.parametrize(
    ("birth", "band"),
    [
        (date(2020, 5, 2), "0-5"),
        (date(2020, 5, 1), "6-11"),
        (date(2014, 5, 2), "6-11"),
        (date(2014, 5, 1), "12-14"),
        (date(2011, 5, 1), "15-17"),
        (date(2008, 5, 2), "15-17"),
        (date(2008, 5, 1), "18-35"),
        (date(1990, 5, 1), "36-59"),
        (date(1966, 5, 1), "60-64"),
        (date(1961, 5, 1), "65+"),
        (date(1880, 1, 1), "65+"),
        (None, "unknown"),
        (date(2026, 5, 2), "unknown"),
    ],
)
def test_each_age_falls_in_its_band(birth: date | None, band: str) -> None:
    assert age_band(birth, on=date(2026, 5, 1)) is AgeBand(band)
