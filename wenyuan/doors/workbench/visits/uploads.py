"""A sheet of readings brought in by hand: looked at first, then loaded.

What was read travels to the second step in the page itself, signed and packed: no file is left that nobody loads.
"""

from collections import Counter
from datetime import UTC, datetime
from typing import Any, Final

from django.core import signing
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from wenyuan.doors.furniture.counter_words import READING_REASONS
from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.form_pages import done, form_page, not_done, refuse
from wenyuan.doors.workbench.shell import page
from wenyuan.doors.workbench.visits import counter_forms
from wenyuan.doors.workbench.visits.counter_frame import (
    counter_crumbs,
    counter_or_404,
    counter_sheet,
    counter_url,
    point_of,
)
from wenyuan.doors.workbench.visits.sheets import MOST_BYTES, ReadSheet, read_readings
from wenyuan.doors.workbench.visits.words import COUNTER_REASONS
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.sheets import NotASheet
from wenyuan.services.visits import operations
from wenyuan.services.visits.data import CounterFacts, CounterRefused, Reading, Taken
from wenyuan.services.visits.queries import judge_readings

_SALT: Final = "workbench.readings"
_SECONDS: Final = 3_600
"""So long somebody may look before loading."""
MOST_SHOWN: Final = 50


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.ENTER_VISITS)
def upload(request: StaffRequest, counter_id: int) -> HttpResponse:
    """Hand a sheet in; the answer is what loading it would do. Nothing is written."""
    found = counter_or_404(request, counter_id)
    is_sent = request.method == "POST"
    form = counter_forms.SheetForm(request.POST if is_sent else None, request.FILES if is_sent else None)
    if form.is_valid():
        try:
            return _preview(request, found, read_readings(form.cleaned_data["file"].read(MOST_BYTES + 1)))
        except NotASheet:
            words = _("This is no such sheet: a CSV of at most 5,000 lines, whose headings name a time and a reading.")
            refuse(form, words, "file")
    sheet = counter_sheet(
        found,
        _("Bring readings in"),
        act=_("Look at it first"),
        words=_(
            "For a counter that is not on the network, or was cut off. What is there already is not counted again."
        ),
    )
    return form_page(request, form, sheet)


def _preview(request: StaffRequest, found: CounterFacts, sheet: ReadSheet) -> HttpResponse:
    judged = judge_readings(counter=found, readings=[reading for _line, reading in sheet.readings], at=request.at)
    by_line = [(line, one) for (line, _reading), one in zip(sheet.readings, judged, strict=True)]
    became = Counter(one.became for one in judged)
    wrong = [
        (line, one.reading, [READING_REASONS[reason] for reason in one.reasons])
        for line, one in by_line
        if one.became is Taken.REFUSED
    ]
    fresh = [one.reading for one in judged if one.became is Taken.TAKEN]
    title = gettext("What the sheet says")
    context = {
        "title": title,
        "line": f"{point_of(found)} · {found.name}",
        "crumbs": counter_crumbs(Crumb(found.name, counter_url(found.id)), Crumb(title)),
        "counter": found,
        "taken": became[Taken.TAKEN],
        "repeated": became[Taken.REPEATED],
        "wrong": wrong[:MOST_SHOWN],
        "wrong_count": len(wrong),
        "unread": sheet.unread[:MOST_SHOWN],
        "unread_count": len(sheet.unread),
        "shown": [one for one in by_line if one[1].became is Taken.TAKEN][:MOST_SHOWN],
        "first": min((one.at for one in fresh), default=None),
        "last": max((one.at for one in fresh), default=None),
        "packed": signing.dumps(_plain(fresh), salt=_salt(found.id), compress=True) if fresh else "",
        "back": counter_url(found.id),
        "again": reverse("workbench:counter-upload", args=[found.id]),
    }
    return page(request, "workbench/visits/readings_preview.html", context)


@require_POST
@staff_page(Act.ENTER_VISITS)
def load(request: StaffRequest, counter_id: int) -> HttpResponse:
    """Load what was looked at."""
    found = counter_or_404(request, counter_id)
    again = reverse("workbench:counter-upload", args=[counter_id])
    try:
        packed = signing.loads(request.POST.get("readings", ""), salt=_salt(counter_id), max_age=_SECONDS)
    except signing.BadSignature:
        return not_done(request, _("Hand the sheet in again: it was looked at too long ago."), again)
    try:
        became = operations.load_readings(
            counter_id=found.id, readings=_readings(packed), at=request.at, desk=request.desk
        )
    except CounterRefused as refused:
        return not_done(request, " ".join(str(COUNTER_REASONS[reason]) for reason in refused.reasons), again)
    count = became[Taken.TAKEN]
    words = ngettext(
        "%(count)s reading is loaded. It stands in the figures within five minutes.",
        "%(count)s readings are loaded. They stand in the figures within five minutes.",
        count,
    ) % {"count": count}
    return done(request, words, counter_url(counter_id))


def _salt(counter_id: int) -> str:
    """A sheet that was looked at for one counter is loaded for no other."""
    return f"{_SALT}.{counter_id}"


def _plain(readings: list[Reading]) -> list[list[Any]]:
    return [
        [int(one.at.timestamp()), one.passes, one.out, int(one.begins_at.timestamp()) if one.begins_at else None]
        for one in readings
    ]


def _readings(packed: list[list[Any]]) -> list[Reading]:
    return [
        Reading(_moment(at), passes, out, None if begins is None else _moment(begins))
        for at, passes, out, begins in packed
    ]


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)
