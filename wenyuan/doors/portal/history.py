"""What a reader has brought back, as long as they want it kept."""

from http import HTTPStatus
from typing import Final

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext

from wenyuan.doors.portal.access import ReaderRequest, reader_act
from wenyuan.doors.portal.account import told
from wenyuan.doors.portal.card import crumbs
from wenyuan.doors.portal.shell import page
from wenyuan.holdings.catalogue.queries import get_items
from wenyuan.lending.circulation.queries import loans_history
from wenyuan.lending.patrons.data import NOTICE_VERSION, PatronRefused
from wenyuan.lending.patrons.operations import keep_own_history
from wenyuan.lending.patrons.queries import keepers_of
from wenyuan.plumbing.clock import local_date

PAGE: Final = 30


def decided_by() -> str:
    """Why nothing is agreed to or forgotten for somebody else."""
    return gettext("Whether a history is kept is decided by whoever has signed in with that card")


@reader_act(with_page=True)
def history(request: ReaderRequest) -> HttpResponse:
    """The list, the newest first; to agree to it, and to take that back with everything on it."""
    patron, is_refused = request.reader.patron, False
    if request.method == "POST":
        if request.reader.is_other:
            return told(request, "refused", decided_by())
        try:
            keep_own_history(
                patron_id=patron.id,
                keep=request.POST.get("keep") == "yes",
                notice_version=NOTICE_VERSION,
                at=request.at,
                desk=request.desk,
            )
        except PatronRefused:  # for a child a guardian agrees
            is_refused = True
        else:
            return HttpResponseRedirect(reverse("portal:history"))
    before = request.GET.get("before", "")
    place = int(before) if before.isdecimal() and len(before) < 19 else None
    loans = loans_history(patron_id=patron.id, before_id=place, size=PAGE + 1) if patron.keep_history else ()
    items = get_items([loan.item.id for loan in loans[:PAGE]])
    context = {
        "is_kept": patron.keep_history,
        "is_refused": is_refused,
        "decided_by": decided_by() if request.reader.is_other else "",
        "is_shared": bool(keepers_of(patron.id, on=local_date(request.at))),
        "rows": [
            (loan, items[loan.item.id].bib_id if loan.item.id in items else None, local_date(loan.lent_at))
            for loan in loans[:PAGE]
        ],
        "before": loans[PAGE - 1].id if len(loans) > PAGE else None,
        "crumbs": crumbs(gettext("My history")),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_refused else HTTPStatus.OK
    return page(request, "portal/history.html", context, at="account", status=status)
