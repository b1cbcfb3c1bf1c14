"""Numbers printed in books and serials, and the price beside them: read from free text, checked, made canonical.

ISBN (ISO 2108, GB/T 5795), ISSN (ISO 3297, GB/T 9999.2), 统一书号 (1956 to 1987), CN 统一刊号 (GB/T 9999.1). None of
them is unique to an edition: reprints and sets share one, and old books have none.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from operator import mul

from wenyuan.kernel.chinese.width import half_width


class NumberReason(Enum):
    """Why a text is no number of the kind asked for."""

    EMPTY = "empty"
    BAD_SHAPE = "bad_shape"
    WRONG_CHECK_DIGIT = "wrong_check_digit"
    NOT_A_BOOK = "not_a_book"
    """A correct 13-digit article number, but not of the book prefixes 978 and 979."""
    UNKNOWN_CLASS = "unknown_class"
    """统一书号: the class is not 1 to 17."""


class BadBookNumber(ValueError):
    """The text is no such number; ``reason`` says why."""

    def __init__(self, reason: NumberReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Isbn:
    """An ISBN: thirteen digits, the ten characters of old (None for 979), and the words beside it, ``精装``."""

    isbn13: str
    isbn10: str | None
    qualifier: str = ""


@dataclass(frozen=True, slots=True)
class CnSerialNumber:
    """A 统一刊号 ``CN11-2345/G2``: province (GB/T 2260, two digits), serial number, class ("" for newspapers)."""

    canonical: str
    province: str
    serial: str
    classification: str

    @property
    def is_newspaper(self) -> bool:
        """Serial numbers below 1000 are newspapers (GB/T 9999.1)."""
        return int(self.serial) < 1000


@dataclass(frozen=True, slots=True)
class Price:
    """A printed price.

    ``fen`` is the amount as printed in hundredths of the currency's unit (fen for CNY, a hundred to the yen too):
    of the whole set when ``per_set``, else of one volume; None when no amount is printed. ``volumes`` is how many
    volumes the set has, if said. How a set's price is shared among its volumes is the caller's rule. ``note`` is
    what else was printed, without brackets, or all of it when there is no amount.
    """

    fen: int | None
    note: str = ""
    per_set: bool = False
    volumes: int | None = None
    currency: str = "CNY"


_PERMIT_WORDS = re.compile(r"内部资料性?|连续性|图书|出版物|一次性|准印证?|编号|号|第|字|内")


def parse_isbn(text: str) -> Isbn:
    """Read ``978-7-02-000220-7 (精装)``, ``ISBN 7-02-000220-9``, full-width digits, with anything printed after it.

    :raises BadBookNumber: no ten or thirteen digits, a wrong check digit, or another article's number.
    """
    plain = _plain(text)
    bare = _ISBN_LABEL.sub("", plain)
    if match := _THIRTEEN.match(bare):
        isbn13 = _digits(match[0])
        if ean_check_digit(isbn13[:12]) != isbn13[12]:
            raise BadBookNumber(NumberReason.WRONG_CHECK_DIGIT)
        if isbn13[:3] not in ("978", "979"):
            raise BadBookNumber(NumberReason.NOT_A_BOOK)
    elif match := _TEN.match(bare):
        isbn13 = isbn13_of(_digits(match[0]))
    else:
        raise BadBookNumber(NumberReason.BAD_SHAPE)
    return Isbn(isbn13=isbn13, isbn10=isbn10_of(isbn13), qualifier=_qualifier(bare[match.end() :]))


def isbn13_of(isbn10: str) -> str:
    """The thirteen digits of a bare ISBN-10.

    :raises BadBookNumber: not ten characters, or a wrong check digit.
    """
    if not re.fullmatch(r"[0-9]{9}[0-9X]", isbn10):
        raise BadBookNumber(NumberReason.BAD_SHAPE)
    if _isbn10_check(isbn10[:9]) != isbn10[9]:
        raise BadBookNumber(NumberReason.WRONG_CHECK_DIGIT)
    body = "978" + isbn10[:9]
    return body + ean_check_digit(body)


def isbn10_of(isbn13: str) -> str | None:
    """The ISBN-10 of thirteen bare digits, None outside 978."""
    if not isbn13.startswith("978"):
        return None
    return isbn13[3:12] + _isbn10_check(isbn13[3:12])


def ean_check_digit(body: str) -> str:
    """The check digit of the twelve digits of an EAN-13: weights 1 and 3, mod 10."""
    digits = list(map(int, body))
    return str(-(sum(digits[::2]) + 3 * sum(digits[1::2])) % 10)


def parse_issn(text: str) -> str:
    """Read ``ISSN 0317-8471``, ``03178471`` or the barcode 977…; return ``0317-8471``.

    :raises BadBookNumber: another shape, or a wrong check digit.
    """
    bare = _digits(_ISSN_LABEL.sub("", _plain(text)))
    if re.fullmatch(r"977[0-9]{10}", bare):
        if ean_check_digit(bare[:12]) != bare[12]:
            raise BadBookNumber(NumberReason.WRONG_CHECK_DIGIT)
        bare = bare[3:10] + _issn_check(bare[3:10])
    if not re.fullmatch(r"[0-9]{7}[0-9X]", bare):
        raise BadBookNumber(NumberReason.BAD_SHAPE)
    if _issn_check(bare[:7]) != bare[7]:
        raise BadBookNumber(NumberReason.WRONG_CHECK_DIGIT)
    return f"{bare[:4]}-{bare[4:]}"


def parse_unified_number(text: str) -> str:
    """Read a 统一书号 ``10019.2207``: class 1 to 17 of 人大法, publisher of three digits, serial; ``10019·2207``.

    :raises BadBookNumber: another shape, or a class outside 1 to 17.
    """
    match = re.fullmatch(r"(?:统一)?(?:书号)?[:\s]*([0-9]{1,2})([0-9]{3})\s*[·.．・•‧∙\-]\s*([0-9]{1,5})", _plain(text))
    if match is None:
        raise BadBookNumber(NumberReason.BAD_SHAPE)
    if not 1 <= int(match[1]) <= 17:
        raise BadBookNumber(NumberReason.UNKNOWN_CLASS)
    return f"{int(match[1])}{match[2]}·{match[3]}"


def parse_permit_number(text: str) -> str:
    """Read a 准印证号, the permit of printed matter that is not sold: ``皖内部资料性图书准印证2012-123号`` and
    ``(2012)皖内准印字第123号`` alike by what tells them apart: the province, digits and letters, ``皖2012123``.

    There is no one form: each province writes its own.

    :raises BadBookNumber: a text that does not speak of 准印, or has no digit.
    """
    plain = _plain(text)
    if "准印" not in plain:
        raise BadBookNumber(NumberReason.BAD_SHAPE)
    bare = "".join(filter(str.isalnum, _PERMIT_WORDS.sub("", plain))).upper()
    if not any(map(str.isdecimal, bare)):
        raise BadBookNumber(NumberReason.BAD_SHAPE)
    return bare


def parse_cn_serial_number(text: str) -> CnSerialNumber:
    """Read a 统一刊号 ``CN 11-2345 / G2``; newspapers have no class.

    :raises BadBookNumber: another shape.
    """
    match = re.fullmatch(
        r"(?:CN)?\s*([1-8][0-9])\s*-\s*([0-9]{4})\s*(?:/\s*([A-Z]{1,2}[0-9.\-]*))?", _plain(text).upper()
    )
    if match is None:
        raise BadBookNumber(NumberReason.BAD_SHAPE)
    province, serial, classification = match[1], match[2], match[3] or ""
    tail = f"/{classification}" if classification else ""
    return CnSerialNumber(
        canonical=f"CN{province}-{serial}{tail}", province=province, serial=serial, classification=classification
    )


def price_fen(text: str) -> Price:
    """Read a price as printed or catalogued: ``CNY29.80``, ``￥35``, ``120.00元 (全套2册)``, ``HKD88.00``, ``非卖品``.

    Never refuses: what is no price gives ``fen=None`` with the text as note. Without a currency, and for ¥, it is
    CNY; of several prices the first counts. Amounts of ten million units and more are taken for something else.
    """
    plain = _plain_or_empty(text)
    match = _PRICE.fullmatch(plain)
    if match is None:
        return Price(fen=None, note=plain)
    amount = Decimal(match["amount"].replace(",", ""))
    fen = amount * 100
    if fen != fen.to_integral_value() or amount >= 10_000_000:
        return Price(fen=None, note=plain)
    note = " ".join(_BRACKETS.sub(" ", (match["binding"] or "") + match["rest"]).split()).strip(" :;,/.。；，")
    volumes = _volumes(note)
    return Price(
        fen=int(fen),
        note=note,
        per_set=volumes is not None or _OF_A_SET.search(note) is not None,
        volumes=volumes,
        currency=_currency((match["before"] or "") + (match["after"] or "")),
    )


_DASHES = re.compile(r"[‐-―−]")
_ISBN_LABEL = re.compile(r"^ISBN(?:-?1[03](?=[\s:]))?[\s:\-]*", re.IGNORECASE)
_ISSN_LABEL = re.compile(r"^ISSN[\s:\-]*", re.IGNORECASE)
_THIRTEEN = re.compile(r"(?:[0-9][\s\-]?){12}[0-9](?![0-9])")
_TEN = re.compile(r"(?:[0-9][\s\-]?){9}[0-9Xx](?![0-9A-Za-z])")
_BRACKETS = re.compile(r"[()\[\]〔〕【】]")
_UNITS = r"人民币|新?[台臺][币幣]|港[币幣元]|美[元金]|日[元圆]|欧元|英镑|[元圆円]"
_PRICE = re.compile(
    r"(?:(?:定价|价格)\s*:?\s*)?"
    r"(?P<binding>[(\[〔【]?[平精简软硬]装[)\]〕】]?\s*:?\s*)?"
    rf"(?P<before>[A-Z]{{2,3}}\s?[$¥￥]?|[¥￥$€£]|{_UNITS})?\s*"
    r"(?P<amount>[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?)\.?\s*"
    rf"(?P<after>{_UNITS}|CNY|RMB|HKD?|USD?|TWD|NTD?|JPY|EUR|GBP)?"
    r"(?P<rest>(?:[\s(\[〔【/:;,；，].*)?)",
    re.IGNORECASE | re.DOTALL,
)
_CURRENCIES = (
    (re.compile(r"HK|港"), "HKD"),
    (re.compile(r"NT|TWD|[台臺]"), "TWD"),
    (re.compile(r"US|美|^\$"), "USD"),
    (re.compile(r"JP|日|円"), "JPY"),
    (re.compile(r"EUR|€|欧"), "EUR"),
    (re.compile(r"GBP|£|英"), "GBP"),
    (re.compile(r"^$|CN|RMB|人民|[¥￥元圆]"), "CNY"),
)
_OF_A_SET = re.compile(r"全套|整套|套装|每套|/套|^套|全集")
_SINGLE = re.compile(r"每册|单册|每本|/册|^册")
_ENCLOSED = re.compile(r"[附赠含]")
_COUNTED = re.compile(r"(?<![第0-9])([0-9]{1,4}|[一二两三四五六七八九十]{1,3})\s*[册卷本]")
_NAMED_PARTS = re.compile(r"上.?中.?下|上.?下")
_HAN_DIGITS = {digit: value for value, digit in enumerate("一二三四五六七八九", start=1)} | {"两": 2}


def _plain_or_empty(text: str) -> str:
    return _DASHES.sub("-", half_width(text)).strip()


def _plain(text: str) -> str:
    plain = _plain_or_empty(text)
    if not plain:
        raise BadBookNumber(NumberReason.EMPTY)
    return plain


def _digits(text: str) -> str:
    return re.sub(r"[\s\-]", "", text).upper()


def _isbn10_check(body: str) -> str:
    total = sum(map(mul, map(int, body), range(10, 1, -1)))
    return "0123456789X"[-total % 11]


def _issn_check(body: str) -> str:
    total = sum(int(digit) * weight for digit, weight in zip(body, range(8, 1, -1), strict=True))
    return "0123456789X"[-total % 11]


def _qualifier(rest: str) -> str:
    """The words in the first brackets after the number, or those before a colon (the price follows it)."""
    if match := re.search(r"[(\[〔【]([^)\]〕】]*)[)\]〕】]", rest):
        return match[1].strip()
    return rest.split(":")[0].strip(" -/;,")


def _currency(printed: str) -> str:
    """The ISO 4217 code of a sign or word; an unknown code of letters stands as printed."""
    sign = re.sub(r"\s", "", printed).upper()
    return next((code for pattern, code in _CURRENCIES if pattern.search(sign)), sign.rstrip("$¥￥"))


def _volumes(note: str) -> int | None:
    """How many volumes the price is for: ``全套2册``, ``共三册``, ``上中下册``; None if one, or if not said."""
    if _SINGLE.search(note) or _ENCLOSED.search(note):
        return None
    if match := _COUNTED.search(note):
        count = int(match[1]) if match[1].isdigit() else _han_number(match[1])
        return count if count > 1 else None
    if match := _NAMED_PARTS.search(note):
        return 3 if "中" in match[0] else 2
    return None


def _han_number(text: str) -> int:
    """``十二`` as 12, ``二十`` as 20."""
    tens, ten, ones = text.rpartition("十")
    return (_HAN_DIGITS.get(tens, 1) * 10 if ten else 0) + _HAN_DIGITS.get(ones, 0)
