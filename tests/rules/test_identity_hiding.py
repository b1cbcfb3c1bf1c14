"""Numbers of persons in a text do not show, however they are grouped; other numbers do. All of them are made up."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.kernel.identity import mask_numbers, numbers_in
from wenyuan.kernel.identity.numbers import check_character


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("号码11010519491231002x，已核", "号码····002x，已核"),
        ("110105 19491231 002X", "····002X"),
        ("110105-491231-002", "····1002"),
        ("１１０１０５１９４９１２３１００２Ｘ", "····002X"),
        ("电话 138 1234 1234。", "电话 138****1234。"),
        ("138-1234-1234 or 13912341234", "138****1234 or 139****1234"),
        ("1101 0519 4912 3100 2X", "····002X"),
        ("证件1101-0519-4912-3100-2x，已核", "证件····002x，已核"),
        ("1101 0519 4912 3100 20", "····0020"),
        ("１１０１　０５１９　４９１２　３１００　２Ｘ", "····002X"),
        ("1101－0519－4912－3100－2X", "····002X"),
        ("110 105 194 912 310 02X", "····002X"),
        ("110105 1949 1231 002X", "····002X"),
        ("110105-1949-12-31-002X", "····002X"),
        ("1 1 0 1 0 5 1 9 4 9 1 2 3 1 0 0 2 X", "····002X"),
        ("1101051949-1231 002 X", "····002X"),
        ("1101 - 0519 - 4912 - 3100 - 2X", "····002X"),
        ("旧号1101 0549 1231 002，", "旧号····1002，"),
        ("110105 - 491231 - 002", "····1002"),
        ("110105  19491231  0020", "····0020"),
        ("110105 49 12 31 002", "····1002"),
        ("1381 2341 234", "138****1234"),
        ("电话1381-2341-234。", "电话138****1234。"),
        ("138 - 1234 - 1234", "138****1234"),
        ("138  1234  1234", "138****1234"),
        ("+8613812341234", "+86138****1234"),
        ("0086138-1234-1234", "0086138****1234"),
        ("2026 1101 0519 4912 3100 2X 1381 2341 234", "2026 ····002X 138****1234"),
    ],
)
def test_numbers_in_a_text_are_hidden_however_they_are_grouped(text: str, shown: str) -> None:
    assert mask_numbers(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01, 2026-04-01; 9787020002207; ZG00012345",
        "2026-03-01 2026-04-01 12",
        "2019 2020 2021 2022 23",
        "2023-2024 2025-2026",
        "1984-1985-120",
        "1500 2000 300",
        "12.50 13.80 1500.00",
        "13-05-2024 123",
        "9 787 0200 0220 7",
        "978-7-02-000220-7 978-7-5327-4521-2",
        "9787020002207 2024-05-12",
        "7-02-000220-7 2024-05-12 3",
        "1101 1102 1103 1104 11",
        "2024-2025-2026-120",
        "350123 2024-05-12 0012",
        "31234005678901 31234005678902 12",
        "6222 0212 3456 7890",
        "1381\n2341\n234",
        "1101\n0519\n4912\n3100\n20",
        "D110105 D194912 D310020",
        "赔 12301 12302 12303",
        "11205-11206-11207",
        "11001 11002 11003 11004",
        "缺 118 119 120 121 122 期",
        "110 120 300 510 150",
        "1501 1502 503",
        "1368-1644-276",
        "1350 1450 120",
        "1 3 5 7 9 2 4 6 8 0 1",
        "00869812341234",
    ],
)
def test_book_numbers_dates_sums_and_barcodes_beside_one_another_stay(text: str) -> None:
    assert mask_numbers(text) == text


@pytest.mark.parametrize("separator", [" ", "-"])
def test_numbers_that_follow_one_another_stay(separator: str) -> None:
    for first in (*range(100, 990, 7), *range(1000, 9990, 7), *range(10_000, 99_990, 97)):
        text = separator.join(str(number) for number in range(first, first + 5))
        assert mask_numbers(text) == text
    for first in range(1300, 2000, 7):  # as long as a mobile number in groups of 4, 4 and 3
        text = separator.join((str(first), str(first + 1), "503"))
        assert mask_numbers(text) == text


def test_rows_of_digits_and_blanks_that_make_no_number_are_read_without_trying_every_way() -> None:
    """With a gap that can be read in two ways this lasts for minutes."""
    rows = ("4 " * 17 + "y ") * 5_000

    assert mask_numbers(rows) == rows


_SEPARATORS = st.sampled_from([" ", "-", "　", "－", " - ", "–"])
_BIRTHS = st.dates(min_value=date(1900, 1, 1), max_value=date(2026, 5, 1))
_AREAS = st.sampled_from(["110105", "330106", "440524", "650101", "810000", "933156"])


@given(_AREAS, _BIRTHS, st.integers(0, 999), st.lists(_SEPARATORS | st.just(""), min_size=17, max_size=17))
def test_an_identity_number_that_checks_is_hidden_wherever_it_is_parted(
    area: str, birth: date, order: int, between: list[str]
) -> None:
    body = f"{area}{birth:%Y%m%d}{order:03}"
    number = body + check_character(body)
    written = "".join(part for pair in zip(number, [*between, ""], strict=True) for part in pair)

    shown = mask_numbers(f"证件{written}。")

    assert shown == f"证件····{number[-4:]}。"
    assert numbers_in(written) == (number,)


@given(_AREAS.filter(lambda area: area[0] != "9"), _BIRTHS, st.integers(0, 9999), _SEPARATORS)
def test_an_identity_number_in_fours_is_hidden_also_when_its_end_is_mistyped(
    area: str, birth: date, end: int, separator: str
) -> None:
    for number in (f"{area}{birth:%Y%m%d}{end:04}", f"{area}{birth:%y%m%d}{end % 1000:03}"):
        written = separator.join(number[at : at + 4] for at in range(0, len(number), 4))

        assert mask_numbers(written) == f"····{number[-4:]}"


_ISBNS = st.builds("978-7-{:02}-{:06}-{}".format, st.integers(0, 99), st.integers(0, 999_999), st.integers(0, 9))
_DATES = st.dates(min_value=date(1990, 1, 1), max_value=date(2035, 1, 1)).map(str)
_SUMS = st.decimals(min_value=0, max_value=99_999, places=2).map(str)
_BARCODES = st.integers(0, 99_999_999).map("ZG{:08}".format)


@given(st.lists(_ISBNS | _DATES | _SUMS | _BARCODES, max_size=8).map(" ".join))
def test_no_row_of_isbns_dates_sums_and_barcodes_makes_a_number_of_a_person(text: str) -> None:
    assert mask_numbers(text) == text
