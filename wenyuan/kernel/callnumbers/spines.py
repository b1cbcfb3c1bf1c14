"""A written call number as the lines of a spine label, and what of its book number belongs to the work alone."""

import re
from typing import Final

from wenyuan.kernel.callnumbers.lines import divide

DEFAULT_BREAKS: Final = "/("
"""Signs before which a new line begins: the book number, and a volume in brackets."""
BREAKS: Final = frozenset("/(=-: ")
"""Signs that a library may choose."""

_MARKS: Final = re.compile(r"[(=/:\s]")
_LEADING: Final = re.compile(r"[0-9]+")


def spine_lines(call_no: str, *, breaks: str = DEFAULT_BREAKS) -> tuple[str, ...]:
    """The lines from top to bottom: location, class number, then the book number, parted before each sign of
    ``breaks``. ``/`` and a blank part and are not printed, every other sign begins its line."""
    divided = divide(call_no)
    lines = [divided.prefix, divided.class_line]
    line = ""
    for character in divided.rest:
        if character in breaks:
            lines.append(line)
            line = "" if character in "/ " else character
        else:
            line += character
    lines.append(line)
    return tuple(text for text in (line.strip() for line in lines) if text)


def work_part(call_no: str) -> str:
    """What the book number says of the work, without volume, edition by ``=``, year or copy: ``L911-2`` of
    ``I247.57/L911-2(3)=2016``; empty where there is none."""
    rest = divide(call_no).rest
    mark = _MARKS.search(rest)
    return rest[: mark.start()] if mark else rest


def running_number(call_no: str) -> int | None:
    """The number in the class (种次号) that a book number begins with: 12 of ``I247.57/12-2(3)``; none where it begins
    with anything else."""
    found = _LEADING.match(divide(call_no).rest)
    return int(found.group()) if found else None
