"""A template and values in, a PDF or pictures out; what goes wrong names the template and the place in it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from wenyuan.plumbing.printing.fonts import font_folders
from wenyuan.plumbing.printing.paper import Paper
from wenyuan.plumbing.printing.presses import Busy, Ended, ask

MOST_SECONDS: Final = 15
"""A slip takes well under one; a long list on a busy machine a few."""
MOST_VALUES: Final = 2_000_000
"""Bytes of values: a list of thousands of items has some hundred thousand."""
MOST_OUTPUT: Final = 20_000_000
"""Bytes of what is printed."""


class Reason(StrEnum):
    """Why nothing was printed."""

    TEMPLATE = "template"  # it is faulty, or the values lack what it reads
    TOO_LONG = "too_long"  # it did not end in time
    TOO_LARGE = "too_large"  # values or output
    BUSY = "busy"  # too many print at once
    PRESS = "press"  # it ended over the work, out of memory for instance


class NotPrinted(Exception):
    """Nothing was printed. ``place`` is ``file:line:column`` in the template's folder where one is known, ``told`` what
    the typesetter says."""

    def __init__(self, reason: Reason, template: str, *, place: str = "", told: str = "") -> None:
        super().__init__(": ".join(part for part in (place or template, reason.value, told) if part))
        self.reason = reason
        self.template = template
        self.place = place
        self.told = told


@dataclass(frozen=True, slots=True)
class Template:
    """``name`` is a file of ``folder``. It may import the other templates of its folder, and ``house.typ``, which
    gives it values, paper, faces and bars."""

    folder: Path
    name: str


def as_pdf(template: Template, values: Mapping[str, Any], *, paper: Paper, language: str = "zh") -> bytes:
    """The template filled with ``values`` (what JSON can say) as a PDF. ``language`` chooses line breaking, ``zh`` or
    ``en``.

    :raises NotPrinted: with the reason, the template and the place.
    """
    return _printed(template, values, paper, language, {"format": "pdf"})[0]


def as_pictures(
    template: Template,
    values: Mapping[str, Any],
    *,
    paper: Paper,
    language: str = "zh",
    kind: Literal["png", "svg"] = "png",
    dots_per_inch: int = 144,
) -> tuple[bytes, ...]:
    """The same as pictures, one a page, for a preview.

    :raises NotPrinted: as ``as_pdf``.
    """
    return _printed(template, values, paper, language, {"format": kind, "ppi": dots_per_inch})


def _printed(
    template: Template, values: Mapping[str, Any], paper: Paper, language: str, how: Mapping[str, Any]
) -> tuple[bytes, ...]:
    given = json.dumps(
        {
            "values": values,
            "language": language,
            "paper": {"width": paper.width, "height": paper.height, "side": paper.side, "foot": paper.foot},
        },
        ensure_ascii=False,
    )
    work = {
        "main": template.name,
        "files": _files(template.folder),
        "fonts": font_folders(),
        "given": given,
        "seconds": MOST_SECONDS,
        "most": MOST_OUTPUT,
        **how,
    }
    if len(given) > MOST_VALUES:
        raise NotPrinted(Reason.TOO_LARGE, template.name)
    sent = json.dumps(work, ensure_ascii=False).encode("utf-8", "replace")
    try:
        answer = ask(sent, seconds=MOST_SECONDS)
    except Busy:
        raise NotPrinted(Reason.BUSY, template.name) from None
    except Ended as ended:
        reason = Reason.PRESS if ended.in_time else Reason.TOO_LONG
        raise NotPrinted(reason, template.name, told=f"signal {ended.by_signal}") from None
    return _read(answer, template)


def _read(answer: bytes, template: Template) -> tuple[bytes, ...]:
    head, _newline, body = answer.partition(b"\n")
    told: dict[str, Any] = json.loads(head)
    if reason := told.get("reason"):
        raise NotPrinted(Reason(reason), template.name, place=told.get("place", ""), told=told.get("told", "")[:300])
    pages = []
    for size in told["sizes"]:
        pages.append(body[:size])
        body = body[size:]
    return tuple(pages)


@cache
def _files(folder: Path) -> Mapping[str, str]:
    """The templates of a folder and the house's own file, by name. They do not change while a process runs."""
    house = Path(__file__).with_name("house.typ")
    return {path.name: path.read_text("utf-8") for path in (*sorted(folder.glob("*.typ")), house)}
