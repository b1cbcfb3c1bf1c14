"""Posters for the door: a closure 闭馆公告."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext

from wenyuan.doors.furniture.days import is_english
from wenyuan.doors.furniture.printing.slips import TEMPLATES
from wenyuan.plumbing.printing import A3, Paper, Template, as_pdf


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosurePoster:
    """What a closure's poster says, each text as it is to be read.

    ``dates`` stand out, so they are short (``2026年7月1日至7月5日闭馆``); ``reason`` is the first sentence;
    ``stays_open`` lists what can be used meanwhile (book drop, digital shelf, the nearest branch); ``due`` tells what
    becomes of due dates; ``more`` are further sentences (whom to ask). ``branch`` stands above the title where the
    whole library is not meant; ``signed_by`` and ``signed_date`` are the 落款.
    """

    dates: str
    reason: str
    signed_by: str
    signed_date: date
    title: str = ""
    branch: str = ""
    salutation: str = ""
    stays_open: tuple[str, ...] = ()
    due: str = ""
    more: tuple[str, ...] = ()


def closure_poster(given: ClosurePoster, *, paper: Paper = A3) -> bytes:
    """The poster as a PDF, on A3 or (smaller) A4, its text as large as one sheet takes.

    Title and salutation have words of their own where none are given.

    :raises NotPrinted: as ``as_pdf``.
    """
    signed = given.signed_date
    values = {
        "title": given.title or gettext("Notice of closure"),
        "branch": given.branch,
        "salutation": given.salutation or gettext("Dear readers,"),
        "reason": given.reason,
        "dates": given.dates,
        "stays_open_label": gettext("Meanwhile you can use:"),
        "stays_open": given.stays_open,
        "due": given.due,
        "more": given.more,
        "signed_by": given.signed_by,
        "signed_date": f"{signed:%-d %B %Y}" if is_english() else f"{signed.year}年{signed.month}月{signed.day}日",
    }
    return as_pdf(Template(TEMPLATES, "poster.typ"), values, paper=paper, language="en" if is_english() else "zh")
