"""What the desk prints: F9, the slip of an item that travels, and what this machine prints by itself."""

from http import HTTPStatus

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from wenyuan.doors.furniture.printing import hold_slips, reader_slips, transit_slips
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.desk.piles import Pile, read_desk
from wenyuan.doors.workbench.desk.print_choice import COOKIE_AGE, COOKIE_NAME, PrintChoice, choice_of
from wenyuan.doors.workbench.desk.printed import printed
from wenyuan.doors.workbench.desk.slips import hold_slips_of, slips_of, transit_slip_of
from wenyuan.organisation.rights.data import Act


@staff_page(Act.CHECKOUT, Act.CHECKIN)
@require_GET
def slips(request: StaffRequest, number: int) -> HttpResponse:
    """F9: a receipt for each reader in the pile."""
    return _reader_slips(request, read_desk(request.session).get(number))


@staff_page(Act.CHECKOUT, Act.CHECKIN)
@require_GET
def finished_slips(request: StaffRequest) -> HttpResponse:
    """F9 on a clear desk: the receipts of the pile that was done last."""
    return _reader_slips(request, read_desk(request.session).finished)


@staff_page(Act.CHECKOUT, Act.CHECKIN)
@require_GET
def transit_slip(request: StaffRequest, number: int, key: str) -> HttpResponse:
    """The slip of one item on its way to another branch."""
    return _transit_slips(request, read_desk(request.session).get(number), key)


@staff_page(Act.CHECKOUT, Act.CHECKIN)
@require_GET
def finished_transit_slips(request: StaffRequest) -> HttpResponse:
    """The slips of every item that travels from the pile that was done last."""
    return _transit_slips(request, read_desk(request.session).finished)


@staff_page(Act.CHECKOUT, Act.CHECKIN)
@require_GET
def hold_slip(request: StaffRequest, number: int, key: str) -> HttpResponse:
    """The slip of one item that goes onto the hold shelf."""
    return _hold_slips(request, read_desk(request.session).get(number), key)


@staff_page(Act.CHECKOUT, Act.CHECKIN)
@require_GET
def finished_hold_slips(request: StaffRequest) -> HttpResponse:
    """The slips of every item of the pile that was done last and goes onto the hold shelf."""
    return _hold_slips(request, read_desk(request.session).finished)


@staff_page(Act.CHECKOUT, Act.CHECKIN)
@require_POST
def print_choice(request: StaffRequest) -> HttpResponse:
    """Alt P: whether a slip is printed after each pile, and how wide the roll of this machine is."""
    chosen = PrintChoice.from_fields(request.POST.dict(), otherwise=choice_of(request))
    response = HttpResponseRedirect(reverse("workbench:desk"), status=HTTPStatus.SEE_OTHER)
    response.set_cookie(
        COOKIE_NAME,
        chosen.as_cookie(),
        max_age=COOKIE_AGE,
        path=reverse("workbench:home"),
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
    return response


def _reader_slips(request: StaffRequest, pile: Pile | None) -> HttpResponse:
    found = slips_of(pile, request) if pile else []
    if not found:
        raise Http404
    return printed(request, lambda: reader_slips(found, roll=choice_of(request).paper), "receipt")


def _transit_slips(request: StaffRequest, pile: Pile | None, key: str = "") -> HttpResponse:
    lines = pile.lines if pile else ()
    going = [line for line in lines if line.send_to is not None and key in ("", line.key)]
    if not going:
        raise Http404
    slips = [transit_slip_of(line, request) for line in going]
    return printed(request, lambda: transit_slips(slips, roll=choice_of(request).paper), "transit-slip")


def _hold_slips(request: StaffRequest, pile: Pile | None, key: str = "") -> HttpResponse:
    lines = [line for line in (pile.lines if pile else ()) if key in ("", line.key)]
    slips = hold_slips_of(lines, {line.barcode: line for line in lines}, request)
    if not slips:
        raise Http404
    return printed(request, lambda: hold_slips(slips, roll=choice_of(request).paper), "hold-slip")
