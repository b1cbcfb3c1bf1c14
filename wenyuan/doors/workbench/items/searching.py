"""What readers say they returned to this branch: the list with which staff go along the shelves."""

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.furniture.printing import ShelvingItem, ShelvingList, ShelvingSection, shelving_list
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import branch_name
from wenyuan.doors.workbench.desk.printed import printed
from wenyuan.doors.workbench.form_pages import done, not_done
from wenyuan.doors.workbench.holds.words import BUSY, not_done_words
from wenyuan.doors.workbench.items.conditions import found_words
from wenyuan.doors.workbench.items.forms import ReceiveForm
from wenyuan.doors.workbench.items.views import item_crumbs
from wenyuan.doors.workbench.paging import number_from, onward
from wenyuan.doors.workbench.shell import page
from wenyuan.kernel.callnumbers import shelf_key
from wenyuan.lending.circulation.operations import Contended, Refused, found_on_shelf, note_search
from wenyuan.lending.circulation.queries import claimed_items, count_claimed_items
from wenyuan.organisation.network.queries import get_library, list_areas
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may

ROWS = 50
MOST_PRINTED = 500


@require_GET
@staff_page(Act.MARK_ITEMS)
def claims(request: StaffRequest) -> HttpResponse:
    """The oldest claims first; what is found leaves the list, what is not was looked for once more."""
    branch_id = request.desk.branch_id
    found = claimed_items(branch_id, after=number_from(request) or 0, size=ROWS + 1)
    shown = found[:ROWS]
    areas = {area.id: area.name_zh for area in list_areas(branch_id)}
    title = gettext("Claimed returned")
    context = {
        "title": title,
        "line": branch_name(branch_id),
        "crumbs": item_crumbs(Crumb(title)),
        "rows": [(one, areas.get(one.area_id or 0, "")) for one in shown],
        "count": count_claimed_items(branch_id),
        "onward": onward(request, shown[-1].loan_id if len(found) > ROWS else None),
        "may_take_in": may(request.operator, Act.CHECKIN, branch_id),
        "form": ReceiveForm(),
    }
    return page(request, "workbench/items/claims.html", context)


@require_GET
@staff_page(Act.MARK_ITEMS)
def claims_printed(request: StaffRequest) -> HttpResponse:
    """The list in shelf order, to be taken along."""
    branch_id = request.desk.branch_id
    found = claimed_items(branch_id, size=MOST_PRINTED)
    if not found:
        raise Http404
    library = get_library()
    rows = sorted(found, key=lambda one: shelf_key(one.call_no) if one.call_no else b"")
    sheet = ShelvingList(
        library=library.name_zh if library else "",
        place=branch_name(branch_id),
        at=request.at,
        sections=(
            ShelvingSection(
                gettext("Claimed returned"),
                tuple(ShelvingItem(one.call_no, one.title, one.barcode) for one in rows),
            ),
        ),
    )
    return printed(request, lambda: shelving_list(sheet, heading=gettext("To be looked for")), "claimed-returned")


@require_POST
@staff_page(Act.CHECKIN)
def claim_found(request: StaffRequest) -> HttpResponse:
    """It stood on its shelf: the loan ends on the day the reader said, and is not late."""
    back, form = reverse("workbench:claims"), ReceiveForm(request.POST)
    if not form.is_valid():
        return not_done(request, gettext("Scan the barcode of an item."), back)
    try:
        receipt = found_on_shelf(item=form.cleaned_data["code"], at=request.at, desk=request.desk)
    except Refused as refused:
        return not_done(request, not_done_words(refused.blocks), back)
    except Contended:
        return not_done(request, BUSY, back)
    return done(request, found_words(receipt), back)


@require_POST
@staff_page(Act.MARK_ITEMS)
def claim_missed(request: StaffRequest, loan_id: int) -> HttpResponse:
    """It was looked for once more in vain."""
    searches, back = request.POST.get("searches", ""), reverse("workbench:claims")
    noted = (
        searches.isdecimal()
        and len(searches) < 5
        and note_search(loan_id=loan_id, searches=int(searches), at=request.at, desk=request.desk)
    )
    if noted:
        return done(request, gettext("Noted."), back)
    return not_done(request, gettext("Somebody has noted it in the meantime."), back)
