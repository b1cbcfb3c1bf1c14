"""Labels on sheets: spines, barcodes, cover pages, shelf ends and cards, from plain values to a PDF or a picture."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext

from wenyuan.doors.furniture.days import is_english
from wenyuan.doors.furniture.printing.slips import TEMPLATES
from wenyuan.kernel.callnumbers import spine_lines
from wenyuan.plumbing.printing import Paper, Template, as_pdf, as_pictures, bars_within

MARGIN: Final = 1.2
"""Millimetres inside a label that stay blank."""
NARROWEST: Final = 1.07
"""Millimetres of a figure at the smallest size, 5 points: a line never has more characters than fit."""
LONGEST_TITLE: Final = 120
MEASURES: Final = (
    "label_width",
    "label_height",
    "left",
    "top",
    "step_x",
    "step_y",
    "offset_x",
    "offset_y",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Measures of a sheet in millimetres; ``font_scale`` in percent."""

    page_width: Decimal
    page_height: Decimal
    columns: int
    rows: int
    label_width: Decimal
    label_height: Decimal
    left: Decimal
    top: Decimal
    step_x: Decimal
    step_y: Decimal
    offset_x: Decimal
    offset_y: Decimal
    font_scale: int

    @property
    def labels(self) -> int:
        """How many labels a sheet has."""
        return self.columns * self.rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What stands on one label; each kind takes what it shows. ``breaks`` are the signs before which a line of the
    spine begins; ``lines`` those of a shelf's end."""

    barcode: str = ""
    call_no: str = ""
    title: str = ""
    accession_no: str = ""
    breaks: str = "/("
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelPrint:
    """Labels of one kind on a sheet of which the first ``start - 1`` are used. ``frames`` draws the edges of every
    label of the sheet, to see by how much a printer is off."""

    kind: str
    sheet: Sheet
    labels: Sequence[Label]
    library: str = ""
    start: int = 1
    frames: bool = False


def labels_pdf(given: LabelPrint) -> bytes:
    """The labels as a PDF. :raises NotPrinted: as ``as_pdf``."""
    return as_pdf(_TEMPLATE, _values(given), paper=_paper(given.sheet), language="en" if is_english() else "zh")


def labels_picture(given: LabelPrint) -> bytes:
    """The first sheet as a PNG. :raises NotPrinted: as ``as_pdf``."""
    first = given.labels[: max(0, given.sheet.labels - given.start + 1)]
    shown = LabelPrint(
        kind=given.kind,
        sheet=given.sheet,
        labels=first,
        library=given.library,
        start=given.start,
        frames=True,
    )
    language = "en" if is_english() else "zh"
    return as_pictures(_TEMPLATE, _values(shown), paper=_paper(given.sheet), language=language, dots_per_inch=110)[0]


def without_bars(given: LabelPrint) -> int:
    """How many of the labels get no bars: their numbers are too long for the label, or no ASCII."""
    if given.kind not in _WITH_BARS:
        return 0
    room = float(given.sheet.label_width) - 2 * MARGIN
    return sum(bars_within(label.barcode, room) is None for label in given.labels)


_TEMPLATE: Final = Template(TEMPLATES, "labels.typ")
_LONG_WORD: Final = re.compile(r"[^\s\u2e80-\U0003ffff]{12}")
_WITH_BARS: Final = frozenset({"barcode", "cover", "card"})


def _paper(sheet: Sheet) -> Paper:
    return Paper("labels", float(sheet.page_width), float(sheet.page_height), 0, 0)


def _values(given: LabelPrint) -> Mapping[str, Any]:
    sheet = given.sheet
    room = float(sheet.label_width) - 2 * MARGIN
    return {
        "title": gettext("Labels"),
        "kind": given.kind,
        "library": given.library,
        "heading": gettext("Library card"),
        "name_line": gettext("Name: ________________"),
        "frames": given.frames,
        "sheet": {name: float(getattr(sheet, name)) for name in MEASURES}
        | {"columns": sheet.columns, "rows": sheet.rows, "font_scale": sheet.font_scale},
        "pages": _pages(given, room),
    }


def _pages(given: LabelPrint, room: float) -> list[list[dict[str, Any]]]:
    """Labels by page with their place on it; where frames are drawn, the empty places too."""
    per_page = given.sheet.labels
    begin = min(max(given.start, 1), per_page) - 1
    pages: list[list[dict[str, Any]]] = [[]]
    for place, label in enumerate(given.labels, start=begin):
        if place and place % per_page == 0 and pages[-1]:
            pages.append([])
        pages[-1].append({"place": place % per_page, "is_empty": False, **_drawn(label, given.kind, room)})
    if given.frames:
        used = {label["place"] for label in pages[-1]}
        pages[-1] += [{"place": place, "is_empty": True} for place in range(per_page) if place not in used]
    return pages


def _drawn(label: Label, kind: str, room: float) -> dict[str, Any]:
    lines: tuple[str, ...] = label.lines or spine_lines(label.call_no, breaks=label.breaks)
    most = max(4, int(room / NARROWEST))
    return {
        "lines": [piece for line in lines or ("",) for piece in broken(line, most)],
        "barcode": label.barcode,
        "bars": bars_within(label.barcode, room) if kind in _WITH_BARS else None,
        "title": _breakable(label.title if len(label.title) <= LONGEST_TITLE else f"{label.title[:LONGEST_TITLE]}…"),
        "call_no": label.call_no,
        "accession": label.accession_no,
    }


def _breakable(text: str) -> str:
    """A text in which a word longer than a label's width may break."""
    return _LONG_WORD.sub(lambda word: word.group() + "\u200b", text)


def broken(line: str, most: int) -> list[str]:
    """A line in pieces of at most ``most`` figures' width, parted before a sign where there is one in the second half
    of a piece. A Chinese character is as wide as two figures."""
    pieces = []
    rest = line
    while rest:
        taken, width = 0, 0
        while taken < len(rest):
            width += 2 if unicodedata.east_asian_width(rest[taken]) in "WF" else 1
            if width > most and taken:
                break
            taken += 1
        if taken < len(rest):
            sign = max((at for at in range(taken // 2, taken) if rest[at] in "-(=<:+."), default=0)
            taken = sign or taken
        pieces.append(rest[:taken])
        rest = rest[taken:]
    return pieces or [""]
