"""Batch return 还书批量: only returns, a big count, and a list of what must go where, to be printed."""

from http import HTTPStatus
from uuid import uuid4

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from wenyuan.doors.furniture.printing import hold_slips, shelving_list, transit_slips
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.desk.batch import Batch, Taken, Where, read_batch, take, write_batch
from wenyuan.doors.workbench.desk.batch_shown import batch_context, hold_slips_of_batch, shelving_of, transit_slips_of
from wenyuan.doors.workbench.desk.print_choice import choice_of
from wenyuan.doors.workbench.desk.printed import frames_slips, printed
from wenyuan.doors.workbench.desk.views import work_of
from wenyuan.doors.workbench.shell import page
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.printing import A4

TEMPLATE = "workbench/desk/returns.html"


@staff_page(Act.CHECKIN)
@frames_slips
@require_GET
def returns(request: StaffRequest) -> HttpResponse:
    """The batch as it stands."""
    return _show(request, Taken(batch=read_batch(request.session)))


@staff_page(Act.CHECKIN)
@require_POST
def returned(request: StaffRequest) -> HttpResponse:
    """An item was scanned."""
    taken = take(request.POST.get("code", ""), read_batch(request.session), work_of(request))
    write_batch(request.session, taken.batch)
    if taken.trouble or taken.refusal:
        return _show(request, taken, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if request.headers.get("HX-Request"):
        return _show(request, taken, is_fresh=True)
    return HttpResponseRedirect(reverse("workbench:desk-returns"), status=HTTPStatus.SEE_OTHER)


@staff_page(Act.CHECKIN)
@require_POST
def begin_anew(request: StaffRequest) -> HttpResponse:
    """The batch is done: its list was printed, and the next begins."""
    write_batch(request.session, Batch())
    return HttpResponseRedirect(reverse("workbench:desk-returns"), status=HTTPStatus.SEE_OTHER)


@staff_page(Act.CHECKIN)
@require_GET
def shelving(request: StaffRequest) -> HttpResponse:
    """F9: the list of the batch in shelf order, on A4, or with ``?on=roll`` on the receipt roll."""
    batch = read_batch(request.session)
    if not batch.count:
        raise Http404
    paper = choice_of(request).paper if request.GET.get("on") == "roll" else A4
    return printed(request, lambda: shelving_list(shelving_of(batch, request), paper=paper), "shelving-list")


@staff_page(Act.CHECKIN)
@require_GET
def batch_slips(request: StaffRequest) -> HttpResponse:
    """A transit slip for each item of the batch that travels."""
    batch = read_batch(request.session)
    if not batch.going(Where.TRANSIT):
        raise Http404
    roll = choice_of(request).paper
    return printed(request, lambda: transit_slips(transit_slips_of(batch, request), roll=roll), "transit-slips")


@staff_page(Act.CHECKIN)
@require_GET
def batch_hold_slips(request: StaffRequest) -> HttpResponse:
    """A slip for each item of the batch that goes onto the hold shelf."""
    slips = hold_slips_of_batch(read_batch(request.session), request)
    if not slips:
        raise Http404
    return printed(request, lambda: hold_slips(slips, roll=choice_of(request).paper), "hold-slips")


def _show(request: StaffRequest, taken: Taken, *, is_fresh: bool = False, status: int = HTTPStatus.OK) -> HttpResponse:
    is_part = bool(request.headers.get("HX-Request"))
    context = {
        **batch_context(taken, request, is_fresh=is_fresh),
        "key": uuid4().hex,
    }
    return page(request, f"{TEMPLATE}#part" if is_part else TEMPLATE, context, status=status)
