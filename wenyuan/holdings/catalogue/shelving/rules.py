"""Pure decisions on call numbers: which work a record is of, which number comes next, how it is written."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from itertools import product
from typing import Final

from wenyuan.kernel.callnumbers import (
    CallNumber,
    parse_call_number,
    render,
    running_number,
    shelf_key,
    work_part,
)
from wenyuan.kernel.classification import fold_class_number, fold_signs

LARGEST_NUMBER: Final = 999_999
"""What is larger is no running number of a class but a slip, or a number of another kind."""
TYPED_AHEAD: Final = 10_000
"""A number typed by hand lies at most so far above the highest of its class; what is larger is a slip."""
IDLE_DAYS: Final = 30
"""After so many days a number that was proposed and never used may be given to another work."""

LONGEST_VOLUME: Final = 8
"""Characters of a volume that is no number."""

_SAMPLE: Final = "I247.57"
_LETTERS: Final = re.compile(r"\A[\[{]?[A-Za-z]{1,2}(?=[0-9\-]|$)")
_PART: Final = re.compile(r"[上中下](?=[册卷集部篇编辑]|$)")
_FIGURES: Final = re.compile(r"[0-9]+")
_CHINESE_FIGURES: Final = {character: number for number, character in enumerate("一二三四五六七八九十", start=1)}
_NUMBER_TOKEN: Final = 0x5A  # the rank of a number in kernel.callnumbers.order


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkFacts:
    """What tells one work from another: folded title and author, and the edition statement as printed."""

    title_fold: str
    author_fold: str
    edition: str = ""


def work_of(facts: WorkFacts, *, edition_apart: bool) -> str:
    """A digest that is the same for every volume of a work, and for its editions unless they are to stand apart."""
    parts = [facts.title_fold, facts.author_fold]
    if edition_apart:
        parts.append(edition_mark(facts.edition))
    return blake2b("\x1f".join(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()


def edition_mark(statement: str) -> str:
    """The number of an edition in its statement, ``2`` of 第2版 or 第二版; empty for a first edition, or none."""
    number = _number_in(statement.partition("版")[0])
    return str(number) if 1 < number < 1000 else ""


def volume_mark(text: str) -> str:
    """A volume as it is put on a spine: ``2`` of 第2卷 or 第二卷, ``上`` of 上册; else the text, if it is short."""
    plain = text.strip()
    if part := _PART.search(plain):
        return part.group()
    number = _number_in(plain)
    return str(number) if number else plain if len(plain) <= LONGEST_VOLUME else ""


def _number_in(text: str) -> int:
    """The first number in figures, else that of the Chinese ones: 第二十三 is 23; 0 without any."""
    if found := _FIGURES.search(text):
        return int(found.group()[:9])
    number = 0
    for figure in (_CHINESE_FIGURES[one] for one in text if one in _CHINESE_FIGURES):
        number = max(number, 1) * 10 if figure == 10 else number + figure
    return number


def class_key(class_no: str) -> str:
    """A class number as numbers are counted by: folded, without dots."""
    return fold_class_number(class_no).replace(".", "")


@dataclass(frozen=True, slots=True)
class KeyRange:
    """Shelf keys from ``low`` up to and without ``high``."""

    low: bytes
    high: bytes


def numbers_range(prefix: str, class_no: str) -> KeyRange:
    """Where the call numbers of a class stand whose book number begins with a number of at most six figures."""
    base = _class_base(prefix, class_no)
    most = len(str(LARGEST_NUMBER))
    return KeyRange(base + bytes((_NUMBER_TOKEN,)), base + bytes((_NUMBER_TOKEN, most + 1)))


def book_range(prefix: str, class_no: str, book_no: str) -> KeyRange:
    """Where every call number stands that begins with this class and book number."""
    low = shelf_key(f"{prefix} {class_no}/{book_no}" if prefix else f"{class_no}/{book_no}")
    return KeyRange(low, low + b"\xff" * 4)


def class_range(prefix: str, class_no: str) -> KeyRange:
    """Where every call number of a class stands that has a book number."""
    base = _class_base(prefix, class_no)
    return KeyRange(base, base + b"\xff" * 4)


def number_in_key(key: bytes, prefix: str, class_no: str) -> int:
    """The running number in a key of ``numbers_range``."""
    rest = key[len(_class_base(prefix, class_no)) :]
    return int(rest[2 : 2 + rest[1]] or b"0")


def _class_base(prefix: str, class_no: str) -> bytes:
    return shelf_key(f"{prefix} {class_no}/" if prefix else f"{class_no}/")


def next_number(*, idle: Iterable[int], highest: int) -> int:
    """The running number to give: the lowest that lies idle, else the one above the highest."""
    return min(idle, default=highest + 1)


def apart(base: str, taken: Collection[str]) -> str:
    """An author number that no other work of the class has: the base, else the base with ``-2``, ``-3`` …"""
    if base not in taken:
        return base
    count = 2
    while f"{base}-{count}" in taken:
        count += 1
    return f"{base}-{count}"


def written(*, template: str, prefix: str, class_no: str, book_no: str, volume: str, edition: str) -> str:
    """A call number by a group's template, in one line."""
    parts = CallNumber(prefix=prefix, class_no=class_no, book_no=book_no, volume=volume, edition_or_year=edition)
    return " ".join(render(parts, template=template).split())


def reads_back(*, template: str, prefix: str, is_running: bool, edition_apart: bool) -> bool:
    """Whether call numbers written by a template are found again where their group counts, with the number they have:
    one that is not would be given twice."""
    book_no = "12" if is_running else "L911-2"
    base = numbers_range(prefix, _SAMPLE) if is_running else class_range(prefix, _SAMPLE)
    for volume, edition in product(("", "2", "上"), ("",) if edition_apart else ("", "3")):
        call_no = written(
            template=template, prefix=prefix, class_no=_SAMPLE, book_no=book_no, volume=volume, edition=edition
        )
        if parse_call_number(call_no).prefix != prefix or not base.low <= shelf_key(call_no) < base.high:
            return False
        if is_running and running_number(call_no) != int(book_no):
            return False
        if not is_running and work_part(call_no) != book_no:
            return False
    return True


def is_below_itself(key: str, above: Mapping[str, str]) -> bool:
    """Whether the classes above one lead back to it, or to a ring."""
    seen = {key}
    while key := above.get(key, ""):
        if key in seen:
            return True
        seen.add(key)
    return False


def tidy_class(text: str) -> str:
    """A class number as typed, for a label: signs folded, without blanks, the letters before the figures large."""
    plain = "".join(fold_signs(text).split())
    return _LETTERS.sub(lambda found: found.group().upper(), plain, count=1)


def commonest(counts: Mapping[str, int], most: int) -> tuple[str, ...]:
    """The keys with the highest counts, at most ``most``; equal counts in the order of the keys."""
    return tuple(sorted(counts, key=lambda key: (-counts[key], key))[:most])
