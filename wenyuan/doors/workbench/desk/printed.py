"""A PDF as the desk's pages hand it over: shown by the browser, printed from there, kept by nobody."""

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar, cast

from csp.decorators import csp, csp_replace
from django.http import HttpRequest, HttpResponse

from wenyuan.doors.furniture.csp import SELF
from wenyuan.doors.workbench.shell import page
from wenyuan.plumbing.printing import NotPrinted

View = TypeVar("View", bound=Callable[..., HttpResponse])
_log = logging.getLogger("wenyuan.printing")


def printed(request: HttpRequest, make: Callable[[], bytes], name: str) -> HttpResponse:
    """The PDF that ``make`` makes. Where nothing could be printed a page says so (503): what was lent or taken back
    stands all the same."""
    try:
        pdf = make()
    except NotPrinted as fault:
        _log.error("not printed: %s", fault)
        return page(request, "workbench/desk/not_printed.html", {"name": name}, status=HTTPStatus.SERVICE_UNAVAILABLE)
    return _shown(pdf, name)


def frames_slips(view: View) -> View:
    """A page that prints slips: it holds them in a frame that nobody sees."""
    return cast("View", csp_replace({"frame-src": [SELF]})(cast("Any", view)))


def _framed_by_us(view: View) -> View:
    """What may stand in a frame of our own pages; and the viewer that browsers bring along needs a policy without our
    "nothing inline", which is about pages."""
    return cast("View", csp({"frame-ancestors": [SELF]})(cast("Any", view)))


@_framed_by_us
def _shown(pdf: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        pdf,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{name}.pdf"',
            "Cache-Control": "no-store, private",
            "X-Frame-Options": "SAMEORIGIN",
        },
    )
