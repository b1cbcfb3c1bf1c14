"""Lists of items to be carried somewhere: on A4, or on the roll where a desk has no other printer."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from wenyuan.doors.furniture.days import is_english, moment
from wenyuan.doors.furniture.printing.slips import TEMPLATES
from wenyuan.plumbing.printing import A4, Paper, Template, as_pdf


@dataclass(frozen=True, slots=True)
class ShelvingItem:
    """An item of a list; the list keeps the order in which they are given. ``place`` is a number on the hold shelf."""

    call_no: str
    title: str
    barcode: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class ShelvingSection:
    """Items that go to one place: a reading area, the hold shelf, another branch."""

    heading: str
    items: tuple[ShelvingItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelvingList:
    """What came back in one batch, by where it goes."""

    library: str
    place: str
    at: datetime
    sections: tuple[ShelvingSection, ...]

    @property
    def count(self) -> int:
        return sum(len(section.items) for section in self.sections)


def shelving_list(given: ShelvingList, *, paper: Paper = A4, heading: str = "") -> bytes:
    """The list 上架单, or with another heading one to go along the shelves with, as a PDF. :raises NotPrinted: as
    ``as_pdf``."""
    heading = heading or gettext("Shelving list")
    values = {
        "title": heading,
        "heading": heading,
        "library": given.library,
        "columns": ["", gettext("Call number"), gettext("Title"), gettext("Barcode")],
        "facts": [
            f"{given.library} {given.place}".strip() if paper.height else given.place,
            " · ".join([moment(given.at), gettext("%(count)s items") % {"count": given.count}]),
        ],
        "sections": [
            {
                "heading": gettext("%(place)s: %(count)s") % {"place": section.heading, "count": len(section.items)},
                "items": [
                    {"place": item.place, "call_no": item.call_no or "—", "title": item.title, "barcode": item.barcode}
                    for item in section.items
                ],
            }
            for section in given.sections
            if section.items
        ],
    }
    return as_pdf(Template(TEMPLATES, "shelving.typ"), values, paper=paper, language="en" if is_english() else "zh")
