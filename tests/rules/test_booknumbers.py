"""Book and serial numbers, and prices. Numbers are real or made up; check digits follow ISO 2108 and ISO 3297."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from wenyuan.kernel.booknumbers import (
    BadBookNumber,
    CnSerialNumber,
    Isbn,
    NumberReason,
    Price,
    ean_check_digit,
    isbn10_of,
    isbn13_of,
    parse_cn_serial_number,
    parse_isbn,
    parse_issn,
    parse_unified_number,
    price_fen,
)


@pytest.mark.parametrize(
    ("text", "isbn"),
    [
        ("9787020002207", Isbn("9787020002207", "702000220X")),
        ("978-7-02-000220-7 (精装)", Isbn("9787020002207", "702000220X", "精装")),
        ("978-7-02-000220-7（平装）: CNY29.80", Isbn("9787020002207", "702000220X", "平装")),
        ("ISBN 978 7 02 000220 7", Isbn("9787020002207", "702000220X")),
        ("ISBN-13: 978-7-02-000220-7", Isbn("9787020002207", "702000220X")),
        ("ＩＳＢＮ９７８７０２０００２２０７", Isbn("9787020002207", "702000220X")),
        ("978–7–02–000220–7", Isbn("9787020002207", "702000220X")),
        ("9787111407010", Isbn("9787111407010", "7111407016")),
        ("9798890000002", Isbn("9798890000002", None)),
        ("7-113-05198-7", Isbn("9787113051983", "7113051987")),
        ("7113051987 精装", Isbn("9787113051983", "7113051987", "精装")),
        ("080442957x", Isbn("9780804429573", "080442957X")),
    ],
)
def test_an_isbn_is_read_however_it_is_printed(text: str, isbn: Isbn) -> None:
    assert parse_isbn(text) == isbn


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", NumberReason.EMPTY),
        ("9787020002208", NumberReason.WRONG_CHECK_DIGIT),
        ("7113051988", NumberReason.WRONG_CHECK_DIGIT),
        ("6901234567892", NumberReason.NOT_A_BOOK),
        ("978702000220", NumberReason.BAD_SHAPE),
        ("97870200022071", NumberReason.BAD_SHAPE),
        ("10019·2207", NumberReason.BAD_SHAPE),
        ("无", NumberReason.BAD_SHAPE),
    ],
)
def test_what_is_no_isbn_is_refused(text: str, reason: NumberReason) -> None:
    with pytest.raises(BadBookNumber) as refused:
        parse_isbn(text)

    assert refused.value.reason is reason


@given(st.integers(0, 999_999_999))
def test_conversion_there_and_back_changes_nothing(body: int) -> None:
    without_check = f"978{body:09d}"
    isbn13 = without_check + ean_check_digit(without_check)

    isbn10 = isbn10_of(isbn13)

    assert isbn10 is not None
    assert isbn13_of(isbn10) == isbn13
    assert parse_isbn(isbn13).isbn10 == isbn10


@given(st.integers(0, 999_999_999), st.integers(0, 9), st.sampled_from("0123456789"))
def test_one_wrong_digit_in_an_isbn10_is_caught(body: int, position: int, digit: str) -> None:
    without_check = f"978{body:09d}"
    isbn10 = isbn10_of(without_check + "0")
    assert isbn10 is not None
    assume(isbn10[position] != digit)

    with pytest.raises(BadBookNumber) as refused:
        isbn13_of(isbn10[:position] + digit + isbn10[position + 1 :])

    assert refused.value.reason is NumberReason.WRONG_CHECK_DIGIT


@pytest.mark.parametrize(
    ("text", "issn"),
    [
        ("0317-8471", "0317-8471"),
        ("ISSN 1671-4431", "1671-4431"),
        ("03178471", "0317-8471"),
        ("２４３４－５６１ｘ", "2434-561X"),
        ("9771671443007", "1671-4431"),
    ],
)
def test_an_issn_is_read(text: str, issn: str) -> None:
    assert parse_issn(text) == issn


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", NumberReason.EMPTY),
        ("0317-8472", NumberReason.WRONG_CHECK_DIGIT),
        ("9771671443008", NumberReason.WRONG_CHECK_DIGIT),
        ("0317-847", NumberReason.BAD_SHAPE),
    ],
)
def test_what_is_no_issn_is_refused(text: str, reason: NumberReason) -> None:
    with pytest.raises(BadBookNumber) as refused:
        parse_issn(text)

    assert refused.value.reason is reason


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("10019·2207", "10019·2207"),
        ("10102.653", "10102·653"),
        ("统一书号：７００１・１２", "7001·12"),
        ("10019-2207", "10019·2207"),
    ],
)
def test_a_unified_number_is_read(text: str, number: str) -> None:
    assert parse_unified_number(text) == number


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("18019·2207", NumberReason.UNKNOWN_CLASS),
        ("0019·2207", NumberReason.UNKNOWN_CLASS),
        ("100192207", NumberReason.BAD_SHAPE),
        ("", NumberReason.EMPTY),
    ],
)
def test_what_is_no_unified_number_is_refused(text: str, reason: NumberReason) -> None:
    with pytest.raises(BadBookNumber) as refused:
        parse_unified_number(text)

    assert refused.value.reason is reason


def test_a_cn_serial_number_tells_periodical_from_newspaper() -> None:
    periodical = parse_cn_serial_number("cn 11-2345 / G2")
    newspaper = parse_cn_serial_number("CN11-0065")

    assert periodical == CnSerialNumber("CN11-2345/G2", "11", "2345", "G2")
    assert not periodical.is_newspaper
    assert newspaper == CnSerialNumber("CN11-0065", "11", "0065", "")
    assert newspaper.is_newspaper


def test_a_bad_cn_serial_number_is_refused() -> None:
    with pytest.raises(BadBookNumber) as refused:
        parse_cn_serial_number("CN11-234")

    assert refused.value.reason is NumberReason.BAD_SHAPE


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("CNY29.80", Price(2980)),
        ("￥35", Price(3500)),
        ("￥２９．８０", Price(2980)),
        ("RMB￥18", Price(1800)),
        ("29.8元", Price(2980)),
        ("0.35", Price(35)),
        ("定价：29.80元", Price(2980)),
        ("CNY1,280.00", Price(128000)),
        ("CNY79.00 (含光盘)", Price(7900, note="含光盘")),
        ("CNY120.00 (全套2册)", Price(12000, note="全套2册", per_set=True, volumes=2)),
        ("CNY360.00（全十二册）", Price(36000, note="全十二册", per_set=True, volumes=12)),
        ("CNY96.00 (上中下册)", Price(9600, note="上中下册", per_set=True, volumes=3)),
        ("58.00元(上下册)", Price(5800, note="上下册", per_set=True, volumes=2)),
        ("CNY200.00/套", Price(20000, note="套", per_set=True)),
        ("CNY20.00 (每册)", Price(2000, note="每册")),
        ("CNY39.80/册", Price(3980, note="册")),
        ("￥39.8", Price(3980)),
        ("35.00元", Price(3500)),
        ("USD12.00", Price(1200, currency="USD")),
        ("赠阅", Price(None, note="赠阅")),
        ("CNY30.00 (第2卷)", Price(3000, note="第2卷")),
        ("CNY88.00 (附2册练习册)", Price(8800, note="附2册练习册")),
        ("（平装）18元 （精装）28元", Price(1800, note="平装 精装 28元")),
        ("HKD88.00", Price(8800, currency="HKD")),
        ("HK$88", Price(8800, currency="HKD")),
        ("新台币320元", Price(32000, currency="TWD")),
        ("US$12.5", Price(1250, currency="USD")),
        ("JPY1200", Price(120000, currency="JPY")),
        ("CHF 12.00", Price(1200, currency="CHF")),
        ("非卖品", Price(None, note="非卖品")),
        ("CNY29.805", Price(None, note="CNY29.805")),
        ("9787020002207", Price(None, note="9787020002207")),
        ("第3版", Price(None, note="第3版")),
        ("CNY-5", Price(None, note="CNY-5")),
        ("abc", Price(None, note="abc")),
        ("", Price(None)),
    ],
)
def test_a_price_is_read_from_free_text(text: str, price: Price) -> None:
    assert price_fen(text) == price


@given(st.text(alphabet="0123456789.,元￥CNYHK$()（）全套册第 :/二十", max_size=24))
def test_any_price_text_is_answered_with_a_whole_amount_or_none(text: str) -> None:
    price = price_fen(text)

    assert price.fen is None or 0 <= price.fen < 1_000_000_000
    assert price.per_set or price.volumes is None
