"""Readers who ask that everything be deleted, the oldest request first."""

from datetime import timedelta

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.patrons.shown import shown_patrons
from wenyuan.doors.workbench.shell import page
from wenyuan.lending.patrons.data import ANSWER_DAYS
from wenyuan.lending.patrons.queries import list_erasure_requests
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.clock import local_date

PAGE = 20


@staff_page(Act.EDIT_PATRON)
@require_GET
def erasures(request: StaffRequest) -> HttpResponse:
    """Open requests with the day by which they are answered; of readers of one's own branch, or of all."""
    number = request.GET.get("page", "1")
    position = int(number) if number.isdecimal() and 0 < int(number) < 1000 else 1
    everywhere, today = request.GET.get("where") == "all", local_date(request.at)
    found = list_erasure_requests(
        branch_ids=None if everywhere else [request.desk.branch_id], limit=PAGE, offset=(position - 1) * PAGE
    )
    shown = shown_patrons([patron for _request, patron in found.rows])
    days = [local_date(one.asked_at) for one, _patron in found.rows]
    context = {
        "rows": [
            (row, asked, answer_by, answer_by < today)
            for row, asked in zip(shown, days, strict=True)
            for answer_by in [asked + timedelta(days=ANSWER_DAYS)]
        ],
        "everywhere": everywhere,
        "position": position,
        "more": found.more,
        "crumbs": (
            Crumb(label=gettext("Readers"), url=reverse("workbench:patrons")),
            Crumb(label=gettext("Requests for deletion")),
        ),
    }
    return page(request, "workbench/patrons/erasures.html", context)
