"""The portal as an application of a phone, and its page for when there is no network: hours, card, loans as seen last.

The page itself names nobody; what a reader asked their browser to keep is put into it there. WeChat's browser keeps
nothing and offers nothing to install: its pages do not name the manifest.
"""

from typing import Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.views.decorators.http import require_safe

from wenyuan.doors.furniture.manifest import BUILT, entry_of
from wenyuan.doors.furniture.qr import qr_svg
from wenyuan.doors.portal.access import PublicRequest, ReaderRequest, public_page, reader_page
from wenyuan.doors.portal.opening import week_in_words
from wenyuan.doors.portal.owned import loan_rows
from wenyuan.doors.portal.places import for_home, openings
from wenyuan.doors.portal.shell import page
from wenyuan.lending.circulation.queries import patron_loans
from wenyuan.organisation.network.queries import network_map
from wenyuan.plumbing.clock import local_date

MOST_LOANS: Final = 100
"""Loans that a browser keeps; who has more sees how many."""
MILLISECONDS: Final = 1000
_PAPER: Final = "#f7f2e7"
_ICON: Final = "furniture/mark.svg"


@public_page
def manifest(request: PublicRequest) -> HttpResponse:
    """What a phone is told that puts the portal among its applications (W3C Web Application Manifest)."""
    home = reverse("portal:home")
    name = request.library.name(request.language)
    told = {
        "id": home,
        "name": name,
        "short_name": name[:12],
        "lang": request.language,
        "start_url": home,
        "scope": home,
        "display": "standalone",
        "background_color": _PAPER,
        "theme_color": _PAPER,
        "icons": [{"src": static(_ICON), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
    }
    return JsonResponse(told, content_type="application/manifest+json")


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """What shows the page below where no page of the portal can be reached. It needs no library."""
    script = (BUILT / entry_of("reader-worker").script.removeprefix("built/")).read_bytes()
    response = HttpResponse(script, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


vars(worker)["needs"] = frozenset()
vars(worker)["is_open"] = True


@public_page
def offline(request: PublicRequest) -> HttpResponse:
    """The page that a browser keeps: hours of the next seven days, and room for what it keeps of its reader. It is one
    for everybody, whoever has signed in."""
    network, today = network_map(), local_date(request.at)
    near = for_home(openings(network, request.at).values())
    context = {
        "nav": (),
        "tabs": (),
        "patron_name": "",
        "kept_of": "",
        "sign_in_url": "",
        "weeks": [(one.branch, week_in_words(network.calendar(one.branch.id), today)) for one in near],
        "seen_on": today,
    }
    return page(request, "portal/offline.html", context)


@reader_page
def kept(request: ReaderRequest) -> HttpResponse:
    """What the browser of who has signed in may keep: their own card and loans, whichever account is open. The card's
    own number, by whatever number they signed in."""
    own, today = request.reader.own, local_date(request.at)
    found = patron_loans(patron_id=own.id, branch_id=own.home_branch_id, at=request.at)
    loans = found.loans if found else ()
    return JsonResponse(
        {
            "of": request.reader.kept_of,
            "at_ms": round(request.at.timestamp() * MILLISECONDS),
            "at": date_format(localtime(request.at), "Y-m-d H:i"),
            "name": own.masked_name,
            "card": own.card_no or "",
            "qr": _picture(own.card_no) if own.card_no else "",
            "count": len(loans),
            "loans": [
                {"title": row.loan.item.title, "due": row.due, "note": " · ".join(row.notes)}
                for row in loan_rows(loans[:MOST_LOANS], today=today)
            ],
        }
    )


def _picture(number: str) -> str:
    """The QR code as a picture that stands alone: browsers draw none without its namespace."""
    return qr_svg(number).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
