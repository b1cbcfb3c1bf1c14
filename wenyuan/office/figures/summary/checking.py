"""What a person should look at before a text is sent: titles of laws, numbers against each other, numbering, units.

Pure: a text in, findings out, in the order of the text. Whoever sends the text decides; nothing is changed.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from difflib import get_close_matches

from wenyuan.office.figures.data import CheckCode, Finding

LAWS = (
    "公共图书馆法",
    "公共文化服务保障法",
    "著作权法",
    "个人信息保护法",
    "未成年人保护法",
    "未成年人网络保护条例",
    "网络安全法",
    "数据安全法",
    "消防法",
    "安全生产法",
    "档案法",
    "文物保护法",
    "非物质文化遗产法",
    "残疾人保障法",
    "无障碍环境建设法",
    "老年人权益保障法",
    "家庭教育促进法",
    "志愿服务条例",
    "政府信息公开条例",
    "事业单位人事管理条例",
    "国家通用语言文字法",
    "突发事件应对法",
    "传染病防治法",
    "宪法",
    "民法典",
)
"""Laws and regulations that such a text names, by their titles without 中华人民共和国."""
OF_THE_STATE = "中华人民共和国"
_TITLE = re.compile(r"《([^《》]{2,40}?(?:法|条例|法典))》")
_LIKE_A_LAW = re.compile(r"^中[^《》]{0,3}人民共和国")

_NUMERAL = r"(\d+(?:\.\d+)?)(万|亿)?(?:余|多)?"
_SIZES = {"": 1, "万": 10_000, "亿": 100_000_000}
_UNIT = r"(册次|人次|册|人|张|个|场次|场|次|种|件|篇|期|份|元|小时|天)"

UNITS_OF: Mapping[str, frozenset[str]] = {
    "外借文献": frozenset({"册次"}),
    "外借图书": frozenset({"册次"}),
    "借阅图书": frozenset({"册次"}),
    "借还": frozenset({"册次"}),
    "到馆": frozenset({"人次"}),
    "进馆": frozenset({"人次"}),
    "接待读者": frozenset({"人次"}),
    "流通读者": frozenset({"人次"}),
    "服务读者": frozenset({"人次"}),
    "参加活动": frozenset({"人次"}),
    "新增馆藏": frozenset({"册", "种", "件"}),
    "入藏新书": frozenset({"册", "种"}),
    "采购新书": frozenset({"册", "种"}),
    "接受捐赠图书": frozenset({"册", "种"}),
    "新办读者证": frozenset({"张", "个"}),
    "办理借阅卡": frozenset({"张", "个"}),
    "订阅报刊": frozenset({"种"}),
    "每周免费开放": frozenset({"小时"}),
}
"""What is counted by what: an item lent is a 册次, a visit a 人次, a book bought a 册."""

_SAID = re.compile(rf"({'|'.join(sorted(UNITS_OF, key=len, reverse=True))})(?:共|达|约|近)?{_NUMERAL}{_UNIT}")
_AMONG = re.compile(rf"{_NUMERAL}{_UNIT}[^。；]*?其中([^。；]*)")
_COUNTED = re.compile(rf"{_NUMERAL}{_UNIT}")
_CUT = re.compile(r"截止(?=到?(?:\d|目前|今|本|上|[一二三四五六七八九十〇]))")
_COMMA = re.compile(r"\d{1,3}(?:,\d{3})+(?!\d)")
_MONEY_OVER = re.compile(r"近?\d+(?:\.\d+)?(?:万|亿)?[余多]元|近\d+(?:\.\d+)?(?:万|亿)?元")
_FALSE_OVER = re.compile(r"\d*[1-9](?:\.\d+)?余(?=册|人|次|场|张|个|种|件|篇|期|份|天)")
_QUOTED = re.compile(r"“([^“”]{3,40})”")

_DIGITS = "一二三四五六七八九"
_LEVELS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("一、", re.compile(r"^\s*([一二三四五六七八九十]{1,3})、")),
    ("（一）", re.compile(r"^\s*[（(]([一二三四五六七八九十]{1,3})[）)]")),
    ("1.", re.compile(r"^\s*(\d{1,2})[.．、](?!\d)")),
)
"""Levels of numbering, the higher first: a new number of one begins the lower ones again."""


def findings(text: str, *, earlier_text: str = "") -> tuple[Finding, ...]:
    """Everything that wants a look. ``earlier_text`` is last year's: a phrase in quotation marks that stands in both
    may be last year's."""
    found = [finding for look in _LOOKS for finding in look(text)]
    found += _phrases(text, earlier_text)
    return tuple(sorted(found, key=lambda one: one.at))


def _laws(text: str) -> Iterator[Finding]:
    """《…法》 that is no title of the list; a law's title is never shortened by a word."""
    for title in _TITLE.finditer(text):
        plain = _LIKE_A_LAW.sub("", title[1])
        if title[1] in (plain, OF_THE_STATE + plain) and plain in LAWS:
            continue
        near = get_close_matches(plain, LAWS, n=1, cutoff=0.6)
        yield Finding(CheckCode.LAW_TITLE, title.start(), title[0], f"《{OF_THE_STATE}{near[0]}》" if near else "")


def _two_values(text: str) -> Iterator[Finding]:
    """What is said of one thing in two numbers."""
    first: dict[tuple[str, str], tuple[Decimal, str]] = {}
    for said in _SAID.finditer(text):
        what, value = (said[1], said[4]), _value(said[2], said[3])
        known = first.setdefault(what, (value, said[0]))
        if known[0] != value:
            yield Finding(CheckCode.TWO_VALUES, said.start(), said[0], known[1])


def _parts(text: str) -> Iterator[Finding]:
    """A part behind 其中 that is more than what it is a part of."""
    for among in _AMONG.finditer(text):
        whole, unit = _value(among[1], among[2]), among[3]
        for part in _COUNTED.finditer(among[4]):
            if part[3] == unit and _value(part[1], part[2]) > whole:
                yield Finding(
                    CheckCode.PART_OVER_TOTAL,
                    among.start(4) + part.start(),
                    part[0],
                    f"{among[1]}{among[2] or ''}{unit}",
                )


def _numbering(text: str) -> Iterator[Finding]:
    """A number of a heading or a list that does not follow the one before."""
    counts = [0] * len(_LEVELS)
    start = 0
    for line in text.splitlines(keepends=True):
        for level, (_name, pattern) in enumerate(_LEVELS):
            if head := pattern.match(line):
                number = int(head[1]) if head[1].isdigit() else _chinese(head[1])
                if number not in (counts[level] + 1, 1):
                    yield Finding(CheckCode.NUMBERING, start + head.start(1), head[0].strip(), str(counts[level] + 1))
                counts[level:] = [number] + [0] * (len(_LEVELS) - level - 1)
                break
        start += len(line)


def _chinese(text: str) -> int:
    """十二 is 12."""
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return _DIGITS.index(text[-1]) + 1
    return 10 * (_DIGITS.index(tens[-1]) + 1 if tens else 1) + (_DIGITS.index(ones[-1]) + 1 if ones else 0)


def _cut(text: str) -> Iterator[Finding]:
    """截止 before a day: it stops there; up to a day is 截至."""
    return (Finding(CheckCode.UP_TO, one.start(), one[0], "截至") for one in _CUT.finditer(text))


def _units(text: str) -> Iterator[Finding]:
    """A unit that does not count what stands before it."""
    for said in _SAID.finditer(text):
        allowed = UNITS_OF[said[1]]
        if said[4] not in allowed:
            yield Finding(CheckCode.UNIT, said.start(), said[0], "、".join(sorted(allowed)))


def _forms(text: str) -> Iterator[Finding]:
    """A comma between thousands, 余 or 近 on money, 余 behind a number that was not rounded."""
    for pattern, code in (
        (_COMMA, CheckCode.COMMA),
        (_MONEY_OVER, CheckCode.ROUNDED_MONEY),
    ):
        yield from (Finding(code, one.start(), one[0], "") for one in pattern.finditer(text))
    for one in _FALSE_OVER.finditer(text):
        if "." not in one[0]:
            yield Finding(CheckCode.NOT_ROUNDED, one.start(), one[0], "")


def _phrases(text: str, earlier_text: str) -> Iterable[Finding]:
    old = set(_QUOTED.findall(earlier_text))
    return (
        Finding(CheckCode.PHRASE_OF_BEFORE, one.start(), one[0], "") for one in _QUOTED.finditer(text) if one[1] in old
    )


def _value(digits: str, size: str | None) -> Decimal:
    return Decimal(digits) * _SIZES[size or ""]


_LOOKS: tuple[Callable[[str], Iterator[Finding]], ...] = (
    _laws,
    _two_values,
    _parts,
    _numbering,
    _cut,
    _units,
    _forms,
)
