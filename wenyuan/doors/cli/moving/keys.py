"""What tells the rows of a file apart: their own keys, each once; where a part has none, what they say, counted."""

from dataclasses import replace
from typing import Any

from wenyuan.doors.cli.moving.mapping import Part
from wenyuan.doors.cli.moving.seen import Seen
from wenyuan.doors.cli.moving.texts import Texts
from wenyuan.kernel.past import PastReason

REPEAT_COLUMN = "wenyuan: repeat"
"""In the refused rows of a part without keys: which of the equal rows of its file a row is."""


def told_apart(part: Part, texts: Texts, made: Any, seen: Seen) -> tuple[Any, int]:
    """The row with a key that no other row of the file has, and which of the equal rows it is (from 1).

    Two payments of one day are two, so that equal rows without keys of their own are counted. A key of one's own that
    another row of the file has is a fault of the row: nobody can tell which of the two was meant.
    """
    if texts.row.fault or not made.key:
        return made, 1
    if texts.text("key"):
        name = f"own:{part.name}:{made.key}"
        if seen.has([name]):
            texts.faults.append(PastReason("key_repeated", "key"))
        seen.claim([name])
        return made, 1
    count = _stated(texts) or 1
    while not _stated(texts) and seen.has([f"row:{part.name}:{made.key}#{count}"]):
        count += 1
    seen.claim([f"row:{part.name}:{made.key}#{count}"])
    return (replace(made, key=f"{made.key}#{count}") if count > 1 else made), count


def _stated(texts: Texts) -> int:
    """The count that an earlier run wrote beside the row, as it refused it."""
    text = texts.row.cells.get(REPEAT_COLUMN, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0
