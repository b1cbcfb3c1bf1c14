"""The lists of the branch one works at: what to fetch, the hold shelf, what to clear off it, what nobody found."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from wenyuan.doors.furniture.printing import hold_slips
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import branch_name
from wenyuan.doors.workbench.desk.print_choice import choice_of
from wenyuan.doors.workbench.desk.printed import printed
from wenyuan.doors.workbench.desk.slips import hold_slip
from wenyuan.doors.workbench.form_pages import done, not_done
from wenyuan.doors.workbench.holds.forms import ScanForm
from wenyuan.doors.workbench.holds.words import not_done_words, reason_words, state_of
from wenyuan.doors.workbench.paged import page_of
from wenyuan.doors.workbench.paging import number_from, onward
from wenyuan.doors.workbench.shell import page
from wenyuan.lending.circulation.data import CheckinReceipt, HoldView
from wenyuan.lending.circulation.operations import Contended, Refused, checkin, report_not_found
from wenyuan.lending.circulation.queries import (
    get_hold,
    hold_shelf,
    not_found_at,
    pick_list,
    shelf_to_clear,
    unfillable_holds,
)
from wenyuan.lending.patrons.queries import get_patron, list_patrons
from wenyuan.organisation.network.queries import list_areas, network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may
from wenyuan.plumbing.clock import local_date

ROWS = 50


@require_GET
@staff_page(Act.PLACE_HOLD, Act.CHECKIN)
def picks(request: StaffRequest) -> HttpResponse:
    """What to fetch from this branch's shelves for readers who wait."""
    branch_id = request.desk.branch_id
    network = network_map()
    areas = {area.id: area for area in list_areas(branch_id)}
    found = pick_list(branch_id, at=request.at)
    rows = [
        {"pick": pick, "area": areas.get(pick.area_id or 0), "pickup": branch_name(pick.pickup_branch_id, network)}
        for pick in found
    ]
    return _page(request, "picks", gettext("To fetch"), rows)


@require_GET
@staff_page(Act.PLACE_HOLD, Act.CHECKIN)
def shelf(request: StaffRequest) -> HttpResponse:
    """What stands on the hold shelf, by place."""
    found = hold_shelf(request.desk.branch_id, after=number_from(request) or 0, size=ROWS + 1)
    shown = found[:ROWS]
    today = local_date(request.at)
    rows = [{**row, "is_last_day": row["hold"].shelf_until == today} for row in _with_readers(request, shown)]
    last = shown[-1].shelf_position if len(found) > ROWS else None
    return _page(request, "shelf", gettext("Hold shelf"), rows, onward=onward(request, last))


@require_GET
@staff_page(Act.PLACE_HOLD, Act.CHECKIN)
def to_clear(request: StaffRequest) -> HttpResponse:
    """What still stands on the hold shelf though its hold has ended."""
    rows = [{"hold": hold, "why": reason_words(hold.end_reason)} for hold in shelf_to_clear(request.desk.branch_id)]
    return _page(request, "to_clear", gettext("To clear"), rows)


@require_GET
@staff_page(Act.PLACE_HOLD, Act.CHECKIN)
def not_found(request: StaffRequest) -> HttpResponse:
    """What was looked for in vain and has not been scanned since."""
    rows = [{"item": item} for item in not_found_at(request.desk.branch_id)]
    return _page(request, "not_found", gettext("Not found"), rows)


@require_GET
@staff_page(Act.PLACE_HOLD)
def unfillable(request: StaffRequest) -> HttpResponse:
    """What readers wait for in vain: no item can serve it here any more."""
    found = unfillable_holds(request.desk.branch_id, at=request.at)
    shown, today = page_of(request, found), local_date(request.at)
    rows = [{**row, "state": state_of(row["hold"], today)} for row in _with_readers(request, shown)]
    return _page(request, "unfillable", gettext("Cannot be filled"), rows, page=shown)


@require_GET
@staff_page(Act.PLACE_HOLD, Act.CHECKIN)
def slip(request: StaffRequest, hold_id: int) -> HttpResponse:
    """The slip of one item on the hold shelf here (预约取书单), once more."""
    hold = get_hold(hold_id)
    is_here = hold is not None and hold.pickup_branch_id == request.desk.branch_id
    if hold is None or not is_here or hold.shelf_until is None or hold.ended_at is not None:
        raise Http404
    shown = hold_slip(
        request,
        reader=get_patron(hold.patron_id) if hold.patron_id else None,
        place=hold.shelf_position,
        until=hold.shelf_until,
        title=hold.title,
        call_no=hold.call_no or "",
        barcode=hold.captured_barcode or "",
        at=request.at,
    )
    return printed(request, lambda: hold_slips([shown], roll=choice_of(request).paper), "hold-slip")


def _with_readers(request: StaffRequest, holds: Iterable[HoldView]) -> list[dict[str, Any]]:
    sees = may(request.operator, Act.SEE_PATRON, request.desk.branch_id)
    held = list(holds)
    patrons = list_patrons([hold.patron_id for hold in held if hold.patron_id]) if sees else {}
    return [{"hold": hold, "patron": patrons.get(hold.patron_id or 0)} for hold in held]


def _page(request: StaffRequest, tab: str, title: str, rows: list[dict[str, Any]], **more: object) -> HttpResponse:
    context = {
        "title": title,
        "line": branch_name(request.desk.branch_id),
        "tab": tab,
        "rows": rows,
        "may_scan": may(request.operator, Act.CHECKIN, request.desk.branch_id),
        "form": ScanForm(),
        **more,
    }
    return page(request, "workbench/holds/lists.html", context)


@require_POST
@staff_page(Act.CHECKIN)
def scan(request: StaffRequest) -> HttpResponse:
    """Take in what was fetched, or clear what stands on the shelf: a check-in that says where the item goes now."""
    back = _back(request)
    form = ScanForm(request.POST)
    if not form.is_valid():
        return not_done(request, gettext("Scan the barcode of an item."), back)
    try:
        receipt = checkin(item=form.cleaned_data["code"], at=request.at, desk=request.desk)
    except Refused as refused:
        return not_done(request, not_done_words(refused.blocks), back)
    except Contended:
        return not_done(request, gettext("Somebody else works with this item. Please scan it again."), back)
    return done(request, _where_to(receipt), back)


def _where_to(receipt: CheckinReceipt) -> str:
    title, held = receipt.item.title, receipt.held
    if held is not None and held.ready:
        place = {"title": title, "place": held.shelf_position, "until": held.shelf_until}
        return gettext("%(title)s: hold shelf, place %(place)s, kept until %(until)s") % place
    if receipt.send_to is not None:
        return gettext("%(title)s: send to %(branch)s") % {"title": title, "branch": branch_name(receipt.send_to)}
    return gettext("%(title)s: back onto its shelf") % {"title": title}


@require_POST
@staff_page(Act.CHECKIN)
def miss(request: StaffRequest, item_id: int) -> HttpResponse:
    """Note that an item of the pick list is not on its shelf; the list goes on without it."""
    version = request.POST.get("version", "")
    noted = (
        version.isdecimal()
        and len(version) < 10
        and report_not_found(item_id=item_id, item_version=int(version), at=request.at, desk=request.desk)
    )
    if noted:
        return done(request, gettext("Noted. The hold goes on to the next item."), reverse("workbench:holds"))
    return not_done(request, gettext("The item has been scanned in the meantime."), reverse("workbench:holds"))


def _back(request: StaffRequest) -> str:
    """The list that the scan came from."""
    names = {"shelf": "hold-shelf", "to_clear": "holds-to-clear", "not_found": "holds-not-found"}
    return reverse(f"workbench:{names.get(request.POST.get('tab', ''), 'holds')}")
