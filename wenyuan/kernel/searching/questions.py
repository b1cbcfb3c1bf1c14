"""What somebody typed into the box, read as parts that must all be found, and parts that must not.

``"…"``, ``“…”``, ``《…》`` and ``「…」`` keep what stands in them together; ``作者:余华`` or ``author:余华`` looks in
one field; ``-战争`` leaves out; ``program*`` is the beginning of a word. Everything else parts at blanks. No question
is refused: a sign that makes no sense where it stands is a blank.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from wenyuan.kernel.chinese import fold
from wenyuan.kernel.searching.grams import is_wide

LONGEST_QUESTION: Final = 100
"""Characters of a question that count."""
MOST_PARTS: Final = 16
"""Parts of a question that count: each is looked for in several ways."""


class Scope(StrEnum):
    """Where a part is looked for; ``ANYWHERE`` unless the question names a field."""

    ANYWHERE = "anywhere"
    TITLE = "title"
    AUTHOR = "author"
    SUBJECT = "subject"
    PUBLISHER = "publisher"
    CLASS = "class"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Part:
    """One thing to look for. ``text`` as typed, never without a letter or digit; ``key`` is its fold.

    ``is_exact``: it was quoted, so its characters stand together; ``is_begun``: it is the beginning of a word.
    """

    text: str
    key: str
    scope: Scope = Scope.ANYWHERE
    is_exact: bool = False
    is_begun: bool = False

    @property
    def is_typed_in_letters(self) -> bool:
        """Whether it may be pinyin: letters alone, looked for anywhere or as title or author."""
        plain = not self.is_exact and not self.is_begun
        return plain and self.scope in _SPELT and self.key.isascii() and self.key.isalpha()


@dataclass(frozen=True, slots=True)
class Question:
    """Parts that must be found and parts that must not. Nothing to find at all: it asks for nothing."""

    wanted: tuple[Part, ...]
    unwanted: tuple[Part, ...] = ()

    @property
    def key(self) -> str:
        """The fold of all that is wanted anywhere or in titles, as it might begin a title."""
        return "".join(part.key for part in self.wanted if part.scope in (Scope.ANYWHERE, Scope.TITLE))


def read_question(text: str, *, within: Scope = Scope.ANYWHERE) -> Question:
    """Read a question; parts that name no field are looked for ``within``.

    What has no letter or digit asks for nothing; an exclusion alone excludes from nothing.
    """
    plain = _with_plain_signs(text)[:LONGEST_QUESTION]
    wanted: list[Part] = []
    unwanted: list[Part] = []
    for match in _PART.finditer(plain):
        part = _part(match, within)
        if part is not None:
            (unwanted if match["minus"] else wanted).append(part)
    if not wanted:
        return Question(())
    return Question(tuple(wanted[:MOST_PARTS]), tuple(unwanted[:MOST_PARTS]))


_SPELT = frozenset({Scope.ANYWHERE, Scope.TITLE, Scope.AUTHOR})
_SCOPES: Mapping[str, Scope] = {
    word: scope
    for scope, words in {
        Scope.TITLE: "title 题名 书名 篇名 标题 刊名",
        Scope.AUTHOR: "author 作者 著者 责任者",
        Scope.SUBJECT: "subject 主题 主题词",
        Scope.PUBLISHER: "publisher 出版社 出版者",
        Scope.CLASS: "class 分类 分类号 中图法",
        Scope.NUMBER: "isbn issn 书号 刊号",
    }.items()
    for word in words.split()
}
_OPENING = "“„「『《"
_CLOSING = "”」』》"
_PART = re.compile(
    rf"(?:(?<=\s)|^)(?P<minus>-)?(?:(?P<scope>{'|'.join(_SCOPES)}):\s*)?(?:\"(?P<first>[^\"]+)\"|(?P<bare>[^\s\"]+))"
    r"|\"(?P<quoted>[^\"]+)\"|(?P<rest>[^\s\"]+)",
    re.IGNORECASE,
)


def _with_plain_signs(text: str) -> str:
    """Half-width forms, and one kind of quotation mark; a mark without its partner is a blank."""
    composed = unicodedata.normalize("NFKC", text)
    characters = list(composed)
    opened: int | None = None
    for place, character in enumerate(composed):
        if character in _OPENING or character in _CLOSING or character == '"':
            characters[place] = " "
            if opened is not None and character not in _OPENING:
                characters[opened] = characters[place] = '"'
                opened = None
            elif character not in _CLOSING:
                opened = place
    return "".join(characters).strip()


def _part(match: re.Match[str], within: Scope) -> Part | None:
    scope = _SCOPES[match["scope"].lower()] if match["scope"] else within
    quoted = match["first"] or match["quoted"]
    text = quoted or match["bare"] or match["rest"]
    key = fold(text)
    if not key:
        return None
    is_begun = not quoted and text.endswith("*") and not is_wide(key[-1])
    return Part(text.rstrip("*"), key, scope, is_exact=bool(quoted), is_begun=is_begun)
