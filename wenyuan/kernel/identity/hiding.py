"""Numbers of persons that stand within a text, and the text without them."""

import re
from collections.abc import Iterator

from wenyuan.kernel.chinese.width import half_width
from wenyuan.kernel.identity.masking import mask_number, mask_phone
from wenyuan.kernel.identity.numbers import check_character

_DIGIT, _SIGN = "[0-9０-９]", r"\-‐-―−－"
_GAP = rf"[\s{_SIGN}]?"
_NUMBERS = re.compile(
    rf"(?:(?<!{_DIGIT})(?:"
    rf"{_DIGIT}{{6}}{_GAP}{_DIGIT}{{8}}{_GAP}{_DIGIT}{{3}}[0-9０-９XxＸｘ]"
    rf"|{_DIGIT}{{6}}{_GAP}{_DIGIT}{{6}}{_GAP}{_DIGIT}{{3}})"
    rf"|(?:(?<!{_DIGIT})|(?<=[+＋]86)|(?<=0086))[1１][3-9３-９]{_DIGIT}{_GAP}{_DIGIT}{{4}}{_GAP}{_DIGIT}{{4}}"
    rf")(?!{_DIGIT})"
)
"""Digits as long as an identity or a mobile number, also in the groups in which their parts are written and in full
width; checked no further, since a mistyped one must not show either."""

_WIDE_GAP = rf"[^\S\r\n]?+[{_SIGN}]?+[^\S\r\n]?+"
"""Blanks and a hyphen between two digits of one line: what stands on two lines is two numbers. Each gap can be read in
one way alone, or a long row of digits and blanks would be tried in all of them."""


def _so_long(digits: int, last: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!{_DIGIT})(?=((?:{_DIGIT}{_WIDE_GAP}){{{digits - 1}}}{last})(?!{_DIGIT})){_DIGIT}")


_GROUPED = (_so_long(18, "[0-9０-９XxＸｘ]"), _so_long(15, _DIGIT), _so_long(11, _DIGIT))
_PROVINCE = "(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])"
_DAY = "(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_SHAPES = {
    18: re.compile(rf"(?:{_PROVINCE}[0-9]{{4}}|9{_PROVINCE}[0-9]{{3}})(?:18|19|20)[0-9]{{2}}{_DAY}[0-9]{{3}}[0-9X]"),
    15: re.compile(rf"{_PROVINCE}[0-9]{{6}}{_DAY}[0-9]{{3}}"),
    11: re.compile(r"1[3-9][0-9]{9}"),
}
_USUAL = {
    18: ((4, 4, 4, 4, 2), (3,) * 6, (6,) * 3, (6, 8, 4), (6, 4, 4, 4), (6, 4, 2, 2, 4), (1,) * 18),
    15: ((4, 4, 4, 3), (6, 6, 3), (6, 2, 2, 2, 3)),
    11: ((3, 4, 4), (4, 4, 3)),
}
"""Groups in which people write such numbers, by how many digits these have. Three numbers of five digits, five of
three and fifteen of one are a list of other things more often than an identity number of before 1999."""


def numbers_in(text: str) -> tuple[str, ...]:
    """What :func:`mask_numbers` hides, in order, as the digits alone."""
    return tuple(_digits(text[start:end]) for start, end in _places(text))


def mask_numbers(text: str) -> str:
    """The text with every identity and mobile number in it hidden but for its end (``····1824``, ``138****1234``).

    As it is usually written, whether its check digit is right or not; an identity number of 18 characters that checks
    also with blanks and hyphens anywhere between them. A mobile number in groups of 4, 4 and 3 stays where these could
    be years, sums or neighbours, as one in eight could. Book numbers, dates, sums and barcodes that stand one beside
    another make none, but for those few whose digits could be a province, a year and a day.
    """
    parts, after = [], 0
    for start, end in _places(text):
        digits = _digits(text[start:end])
        parts += [text[after:start], mask_phone(digits) if len(digits) == 11 else mask_number(digits)]
        after = end
    return "".join((*parts, text[after:]))


def _places(text: str) -> list[tuple[int, int]]:
    """Where such numbers stand. Of two that share digits the longer counts, then the first."""
    found = {match.span() for match in _NUMBERS.finditer(text)}
    found.update(_grouped(text))
    taken, covered = [], set[int]()
    for start, end in sorted(found, key=lambda place: (-len(_digits(text[slice(*place)])), place)):
        if covered.isdisjoint(range(start, end)):
            covered.update(range(start, end))
            taken.append((start, end))
    return sorted(taken)


def _grouped(text: str) -> Iterator[tuple[int, int]]:
    for pattern in _GROUPED:
        for match in pattern.finditer(text):
            if _is_personal(half_width(match[1])):
                yield match.span(1)


def _is_personal(written: str) -> bool:
    """Whether groups of digits are one number of a person, and not several of other things: by their lengths with one
    sign between all of them, else by the check digit; in either case by province and day of birth."""
    digits = _digits(written).upper()
    if not _SHAPES[len(digits)].fullmatch(digits):
        return False
    groups = re.findall("[0-9Xx]+", written)
    if len(set(re.findall("[^0-9Xx]+", written))) == 1 and tuple(map(len, groups)) in _USUAL[len(digits)]:
        return not _is_a_list(groups)
    return len(digits) == 18 and check_character(digits[:17]) == digits[17]


def _is_a_list(groups: list[str]) -> bool:
    """Whether ``1984-1985-120``, ``1500 2000 300`` or ``1501 1502 503`` is what also looks like a mobile number: years,
    sums, or numbers that follow one another."""
    if tuple(map(len, groups)) != (4, 4, 3):
        return False
    first, second = int(groups[0]), int(groups[1])
    # The first begins with 13 to 19, so what follows it is below 2100 as well.
    return 1000 <= second < 2100 or first % 10 == second % 10 == 0


def _digits(written: str) -> str:
    return re.sub(rf"[\s{_SIGN}]", "", half_width(written))
