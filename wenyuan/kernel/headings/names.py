"""Names out of statements: ``（英）J·K·罗琳 著`` is J·K·罗琳, from 英, who wrote it.

What stands in brackets beside a name tells people of one name apart (国籍, 朝代, 生卒年, 原名) and is no part of it.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from wenyuan.kernel.chinese import author_of, half_width, is_han_name
from wenyuan.kernel.headings.kinds import LONGEST_DATES


class Person(NamedTuple):
    """A name, the role word printed with it, and what its brackets say; what is not said is empty.

    ``dates`` are years, ``1881-1936`` or ``1960-``; ``original`` is the name in its own script.
    """

    name: str
    role: str = ""
    nationality: str = ""
    dynasty: str = ""
    dates: str = ""
    original: str = ""


_COUNTRY_WORDS: Final = """
    英 美 法 德 日 俄 苏 意 加 澳 韩 朝 印 越 泰 缅 菲 荷 比 瑞 奥 波 匈 捷 罗 保 希 土 埃 以 伊 葡 西 丹 挪 芬 爱 新 马
    巴 阿 墨 智 秘 古 南非 蒙 乌 白俄 塞 克 冰
    苏联 俄罗斯 意大利 加拿大 澳大利亚 新西兰 爱尔兰 瑞典 瑞士 挪威 丹麦 芬兰 冰岛 荷兰 比利时 奥地利 波兰 匈牙利
    捷克 罗马尼亚 保加利亚 希腊 土耳其 以色列 埃及 印度 巴基斯坦 伊朗 伊拉克 阿根廷 巴西 智利 秘鲁 哥伦比亚 墨西哥
    古巴 尼日利亚 肯尼亚 新加坡 马来西亚 印度尼西亚 印尼 菲律宾 越南 朝鲜 日本 西班牙 葡萄牙 乌克兰 白俄罗斯
    哈萨克斯坦 塞尔维亚 克罗地亚 南斯拉夫 黎巴嫩 叙利亚 阿富汗 蒙古 古希腊 古罗马 希腊 缅甸 柬埔寨 尼泊尔 斯里兰卡
    孟加拉 苏格兰 威尔士 阿尔巴尼亚 立陶宛 拉脱维亚 爱沙尼亚 格鲁吉亚 卢森堡 摩洛哥 突尼斯 阿尔及利亚 埃塞俄比亚
    加纳 乌拉圭 委内瑞拉 厄瓜多尔 危地马拉 尼加拉瓜 古埃及 古印度 波斯 港 台 香港 台湾 澳门
    """
_COUNTRIES: Final = frozenset(_COUNTRY_WORDS.split())
_DYNASTY_WORDS: Final = """
    夏 商 周 西周 东周 春秋 战国 先秦 秦 汉 西汉 东汉 前汉 后汉 三国 三国魏 三国吴 三国蜀 曹魏 魏 蜀 吴 晋 西晋 东晋
    南北朝 南朝 北朝 南朝宋 南朝齐 南朝梁 南朝陈 刘宋 齐 梁 陈 北魏 东魏 西魏 北齐 北周 隋 唐 五代 后梁 后唐 后晋
    后汉 后周 南唐 前蜀 后蜀 吴越 宋 北宋 南宋 辽 西夏 金 元 明 清 民国
    """
_DYNASTIES: Final = frozenset(_DYNASTY_WORDS.split())
# 唐·吉诃德 and 金·凯瑞 are names; these before a dot are dynasties.
_BEFORE_A_DOT: Final = re.compile(r"(清|明|宋|元|北宋|南宋|西汉|东汉|西晋|东晋|北魏|五代|民国)[·・]\s*(\S+)")
_BRACKET: Final = re.compile(r"[(\[〔【]([^()\[\]〔〕【】]*)[)\]〕】]")
_BEFORE: Final = re.compile(rf"(?:{_BRACKET.pattern}\s*)+$")
_BRACKETS: Final = re.compile(rf"(?:\s*{_BRACKET.pattern})+")
_DASHES: Final = re.compile(r"[-—–―‐‑−~～]+")
_YEAR: Final = r"(?:约|前|约前)?(?:[0-9]{1,4}|\?)\??"
_DATES: Final = re.compile(rf"{_YEAR}-(?:{_YEAR})?|-{_YEAR}")
_BORN: Final = re.compile(r"(?:b\.?|born)?([0-9]{4})(?:生|出生)?")
_LATIN: Final = re.compile(r"[A-Za-zÀ-ɏ]{2}|[\u0400-\u04ff\u3040-\u30ff\uac00-\ud7af]{2}")
# "张三 主编" in a heading field: the role was taken for a part of the name.
_ROLE_APART: Final = re.compile(r"\s+(?:著|编著|主编|编|译|编译|绘|等?著|等?编|改编|选编|注)$")


def persons_of(statement: str) -> tuple[Person, ...]:
    """Everybody in a statement of responsibility, in order, with what the brackets beside each name say.

    Who is in it, and with which role, ``author_of`` decides. Nothing is refused; an empty statement gives no one.
    """
    plain = half_width(statement)
    found: list[Person] = []
    done = 0
    for name, role in author_of(statement):
        place = _where(name, plain, done)
        before = after = ""
        if place is not None:
            before = plain[done : place.start()]
            after = plain[place.end() :]
            done = place.end()
        found.append(_with_brackets(name, role, before, after))
    return tuple(found)


def name_of(text: str) -> Person:
    """What stands in one subfield of a name: the name alone, for ``(清)曹雪芹``, ``余华(1960- )`` or ``余华 著``."""
    plain = _ROLE_APART.sub("", half_width(text).strip())
    bare = _BRACKET.sub(" ", plain)
    if not bare.strip():
        return Person(" ".join(_BRACKET.sub(r"\1 ", plain).split()))
    name = " ".join(bare.split()).strip(" ,;")
    before = _BRACKETS.match(plain)
    return _with_brackets(name, "", before.group() if before else "", plain[_first_bracket(plain, before) :])


def plain_dates(text: str) -> str:
    """Years as one writes them alike: ``1881-1936``, ``1960-``, ``约1715-约1763``, ``前551-前479``; empty where the
    text says no years."""
    plain = half_width(text).strip(" ()[]〔〕【】.,;")
    plain = _DASHES.sub("-", plain.replace("公元前", "前").replace("公元", "").replace("年", ""))
    plain = "".join(plain.split())
    if _DATES.fullmatch(plain) and any(map(str.isdigit, plain)):
        return plain[:LONGEST_DATES]
    born = _BORN.fullmatch(plain)
    return f"{born[1]}-" if born else ""


def _where(name: str, plain: str, start: int) -> "re.Match[str] | None":
    """Where a name stands; blanks inside it may have gone."""
    return re.compile(r"\s*".join(re.escape(char) for char in name if not char.isspace())).search(plain, start)


def _first_bracket(text: str, before: "re.Match[str] | None") -> int:
    """Where the first bracket behind the name begins."""
    found = _BRACKET.search(text, before.end() if before else 0)
    return found.start() if found else len(text)


def _with_brackets(name: str, role: str, before: str, after: str) -> Person:
    nationality = dynasty = dates = original = ""
    beside = _BEFORE.search(before)
    behind = _BRACKETS.match(after)
    for piece in _pieces((beside.group() if beside else "") + (behind.group() if behind else "")):
        if piece in _COUNTRIES or (piece.endswith("国") and 2 <= len(piece) <= 5):
            nationality = nationality or piece
        elif piece in _DYNASTIES:
            dynasty = dynasty or piece
        elif years := plain_dates(piece):
            dates = dates or years
        elif _LATIN.search(piece):
            original = original or piece
    dotted = _BEFORE_A_DOT.fullmatch(name)
    if dotted and is_han_name(dotted[2]):
        name, dynasty = dotted[2], dynasty or dotted[1]
    return Person(name, role, nationality, dynasty, dates, original)


def _pieces(text: str) -> Iterator[str]:
    """What stands in the brackets of a text: ``(英, 1965-)`` says two things, ``(Rowling, J. K.)`` one."""
    for inside in _BRACKET.findall(text):
        parts = [part.strip() for part in re.split(r"[,;、]", inside)]
        if _LATIN.search(inside) and not any(plain_dates(part) or part in _COUNTRIES for part in parts):
            yield inside.strip()
            continue
        for part in parts:
            yield from [part] if plain_dates(part) or _LATIN.search(part) else part.split()
