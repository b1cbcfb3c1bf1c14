"""Statements of responsibility: ``（英）J·K·罗琳 著 ; 苏农译`` into names and role words.

CNMARC 200 $f and $g, colophons and supplier lists write them in many ways; what comes out feeds author headings,
book numbers and search, where a country, a dynasty or a role word would be taken for part of the name.
"""

import re
from typing import NamedTuple

from wenyuan.kernel.chinese.pinyin import HAN
from wenyuan.kernel.chinese.surnames import COMPOUND_SURNAMES
from wenyuan.kernel.chinese.width import half_width


class Responsibility(NamedTuple):
    """A person or body and the role word printed with it, ``("曹雪芹", "著")``; the role is "" when none is printed."""

    name: str
    role: str


def author_of(statement: str) -> list[Responsibility]:
    """The persons and bodies of a statement in their order, without country, dynasty, ``等`` and original names.

    A role word counts for all names before it up to the last one (``曹雪芹, 高鹗著``); groups are parted by
    semicolons. A role of one character is only taken off where a name remains: ``张译`` is a person. Nothing is
    refused; an empty statement gives no one.
    """
    plain = half_width(statement)
    found: list[Responsibility] = []
    for group in re.split(r"[;；]", plain):
        found.extend(_of_group(group))
    return found


_OPEN, _CLOSE = r"[(\[〔【［]", r"[)\]〕】］]"
_HAN_OR_CLOSE = rf"{HAN})\]〕】"
_AND_OTHERS = re.compile(rf"{_OPEN}\s*(?:等|et al\.?)\s*{_CLOSE}|\bet al\.?|…+|\.{{3}}", re.IGNORECASE)
_BRACKETED = re.compile(rf"{_OPEN}([^()\[\]〔〕【】]*){_CLOSE}")
_ENGLISH = re.compile(r"((?:(?:written|edited|translated|illustrated|compiled)(?: and \w+ed)? )?by)\s+", re.IGNORECASE)
_LONG_ROLE_WORDS = """
总主编 副主编 执行主编 主编 编著 编译 编绘 编写 编选 编纂 编辑 编注 编剧 编校 合编 合著 合译 选编 汇编 改编 改写
缩写 新编 续编 译著 译注 译校 译绘 翻译 译文 原著 原作 专著 著绘 绘著 绘图 绘画 绘制 插图 插画 配图
配文 图文 文图 撰文 撰写 撰稿 撰著 摄影 口述 讲述 记录 整理 执笔 点校 校点 校注 校订 校勘 校释 校译
审校 审订 审定 审译 主审 审阅 校阅 注释 注译 注解 评注 评点 点评 笺注 集注 辑注 选注 选译 导读 导演
监修 监制 主讲 主持 策划 设计 作词 作曲 朗诵 朗读 演播 演唱 纂修 主修 修纂 编修 编订 辑录 辑校 选辑
主笔 供稿 题字 书写 总策划 总纂 总校 续写 续著 续作 续撰
"""
_SHORT_ROLES = "著编译绘撰述注辑校选作写画纂摄评批释疏续"
# These end given names too: taken only after three characters that are not a surname of two and a name.
_WEAK_ROLES = "文图诗词曲书修"
_TRADITIONAL = dict(zip("编译绘注图诗词书写画总审辑订释", "編譯繪註圖詩詞書寫畫總審輯訂釋", strict=True))


def _as_printed(roles: str) -> str:
    """A pattern's text for role words in simplified or traditional characters."""
    return "".join(f"[{char}{_TRADITIONAL[char]}]" if char in _TRADITIONAL else char for char in roles)


_SHORT_ROLE = "[" + _SHORT_ROLES + _WEAK_ROLES + "".join(_TRADITIONAL.values()) + "]"
# The longest word that fits is taken.
_LONG_ROLE = "|".join(_as_printed(word) for word in sorted(_LONG_ROLE_WORDS.split(), key=len, reverse=True))
_ONE_ROLE = f"(?:{_LONG_ROLE}|{_SHORT_ROLE})"
_GLUED_ROLES = f"{_ONE_ROLE}(?:[/&+兼和与]{_ONE_ROLE})*"
_ROLES_ONLY = re.compile(f"{_ONE_ROLE}(?:[/·・、&+和与兼]?{_ONE_ROLE})*")
_LABELLED = re.compile(rf"({_ONE_ROLE}|作)者?\s*[:/]\s*(?=\S)")
# "主编王蒙", "作者王蒙": the role before one name, nothing between. Without 者 only before a common surname:
# 摄影学会 is a body.
_COMMON_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪"
    "范廖贾夏韦付傅邹孟熊秦邱尹薛闫阎段雷侯陶黎贺顾毛郝龚邵万钱严覃戴莫孔汤張劉陳楊黃趙吳孫馬羅鄭許韓馮鄧蕭蔣葉蘇呂盧鍾譚陸"
)
_LEADING = re.compile(
    rf"(?P<word>{_LONG_ROLE})(?P<name>[{_COMMON_SURNAMES}][{HAN}]{{1,2}})"
    rf"|(?P<role>{_ONE_ROLE}|作)者(?P<person>[{HAN}]{{2,3}})"
)
_COMBINED_ROLES = re.compile(rf"({_ONE_ROLE})\s*[/·・&+]\s*({_ONE_ROLE})(?=$|[\s,，、])")
_GLUED = re.compile(rf"(?P<name>.*?)[\s/:]*(?P<role>{_GLUED_ROLES})", re.DOTALL)
# Two characters set apart to fill the line, "陈 伟", are one name.
_SPACED_NAME = re.compile(rf"(?<![{HAN}])([{HAN}]) (?!{_SHORT_ROLE}(?![{HAN}]))([{HAN}])(?![{HAN}])")
_SEPARATORS = re.compile(
    r"\s*[,，、]\s*"
    rf"|(?<=[{HAN})\]〕】])\s+(?=\S)"
    rf"|\s+(?={_GLUED_ROLES}(?:\s|$|[,，、]))"
)


def _of_group(group: str) -> list[Responsibility]:
    text = _AND_OTHERS.sub(" ", group).strip(" .。:/=")
    spoken_role = ""
    if english := _ENGLISH.match(text):
        spoken_role = english[1].lower()
        text = text[english.end() :]
    text = _COMBINED_ROLES.sub(r"\1/\2", _SPACED_NAME.sub(r"\1\2", _without_brackets(text)))
    found: list[Responsibility] = []
    waiting: list[str] = []
    for part in _SEPARATORS.split(text):
        token = _without_others(part.strip(" .。:"))
        label = None if _ROLES_ONLY.fullmatch(token) else _LABELLED.match(token)
        if label:
            # "文/几米": the role stands before the names, up to the next one.
            found.extend(Responsibility(name, spoken_role) for name in waiting)
            waiting, spoken_role = [], label[1]
            token = token[label.end() :]
        name, role = _name_and_role(token)
        if not role and not spoken_role and (leading := _LEADING.fullmatch(name)):
            name, role = leading["name"] or leading["person"], leading["word"] or leading["role"]
            found.extend(Responsibility(waiting_name, spoken_role) for waiting_name in waiting)
            waiting = []
        if name:
            waiting.append(name)
        if role:
            found.extend(Responsibility(waiting_name, role) for waiting_name in waiting)
            waiting = []
    found.extend(Responsibility(name, spoken_role) for name in waiting)
    return found


def _without_brackets(text: str) -> str:
    """The text without bracketed countries, dynasties and original names; the words inside if nothing else is there."""
    bare = _BRACKETED.sub(" ", text)
    if bare.strip() and not _ROLES_ONLY.fullmatch("".join(bare.split())):
        return re.sub(r"\s+", " ", bare).strip()
    return re.sub(r"\s+", " ", _BRACKETED.sub(r"\1 ", text)).strip()


def _without_others(token: str) -> str:
    """``鲁迅等著`` as ``鲁迅著``, ``鲁迅等`` as ``鲁迅``; ``等`` that was set apart is nobody."""
    return re.sub(rf"(?:(?<=[{HAN}a-z.])|^)\s*等人?(?={_ONE_ROLE}*$)", "", token)


def _name_and_role(token: str) -> tuple[str, str]:
    if not token or _ROLES_ONLY.fullmatch(token):
        return "", token
    # The name is matched lazily, so the longest role is tried first; then its last character: "王译著" is 王译's.
    match = _GLUED.fullmatch(token)
    if match is None:
        return token, ""
    last = (token[:-1], token[-1])
    for name, role in ((match["name"], match["role"]), last):
        if _ROLES_ONLY.fullmatch(role) and _leaves_a_name(name, role):
            return name, role
    return token, ""


def _leaves_a_name(name: str, role: str) -> bool:
    if len(role) == 1 and role in _WEAK_ROLES:
        return len(name) >= 3 and not (len(name) == 3 and name[:2] in COMPOUND_SURNAMES)
    return len(name) >= 2
