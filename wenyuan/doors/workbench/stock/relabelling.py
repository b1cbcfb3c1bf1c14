"""Items taken over under a temporary number, since theirs was another's: which they are, and their new label."""

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import branch_name, branches_with
from wenyuan.doors.workbench.form_pages import done, not_done
from wenyuan.doors.workbench.items.words import refusal_words
from wenyuan.doors.workbench.labels.words import refusal_words as label_words
from wenyuan.doors.workbench.paging import number_from, onward
from wenyuan.doors.workbench.records.views import record_crumbs
from wenyuan.doors.workbench.shell import page
from wenyuan.doors.workbench.stock.forms import NewLabelForm
from wenyuan.holdings.catalogue.data import CatalogueRefused, ItemChanges, LabelRefused
from wenyuan.holdings.catalogue.operations import edit_item, keep_temporary_number, queue_labels
from wenyuan.holdings.catalogue.queries import count_to_relabel, get_item_by_id, list_to_relabel
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act

ROWS = 50
BARCODE = "barcode"


@require_GET
@staff_page(Act.EDIT_ITEM)
def relabel(request: StaffRequest) -> HttpResponse:
    """The oldest first; what has another barcode leaves the list by itself."""
    branch_ids, network = branches_with(request.operator, Act.EDIT_ITEM), network_map()
    found = list_to_relabel(branch_ids=branch_ids, after=number_from(request) or 0, size=ROWS + 1)
    shown = found[:ROWS]
    title = gettext("Items to relabel")
    context = {
        "title": title,
        "line": gettext("They were taken over, and their number is another item's"),
        "crumbs": record_crumbs(Crumb(title)),
        "rows": [(one, branch_name(one.branch_id, network)) for one in shown],
        "count": count_to_relabel(branch_ids=branch_ids),
        "onward": onward(request, shown[-1].id if len(found) > ROWS else None),
    }
    return page(request, "workbench/stock/relabel.html", context)


@require_POST
@staff_page(Act.EDIT_ITEM)
def relabelled(request: StaffRequest, item_id: int) -> HttpResponse:
    """The item has a new label: its barcode is what stands on it."""
    item, back = get_item_by_id(item_id), reverse("workbench:relabel")
    if item is None:
        raise Http404
    form = NewLabelForm(request.POST)
    if not form.is_valid():
        return not_done(request, gettext("Scan the new label."), back)
    changes = ItemChanges(barcode=form.cleaned_data["barcode"])
    try:
        edit_item(item_id=item.id, version=item.version, changes=changes, at=request.at, desk=request.desk)
    except CatalogueRefused as refused:
        return not_done(request, refusal_words(refused), back)
    words = gettext("Relabelled. Its barcode is %(barcode)s now.")
    return done(request, words % {"barcode": changes.barcode}, back)


@require_POST
@staff_page(Act.EDIT_ITEM)
def kept(request: StaffRequest, item_id: int) -> HttpResponse:
    """A label with the temporary number was stuck on: it stays."""
    try:
        keep_temporary_number(item_id=item_id, at=request.at, desk=request.desk)
    except CatalogueRefused as refused:
        return not_done(request, refusal_words(refused), reverse("workbench:relabel"))
    return done(request, gettext("The temporary number stays."), reverse("workbench:relabel"))


@require_POST
@staff_page(Act.EDIT_ITEM)
def labels(request: StaffRequest) -> HttpResponse:
    """The temporary numbers of a page of the list, as barcode labels to be printed."""
    found = list_to_relabel(
        branch_ids=branches_with(request.operator, Act.EDIT_ITEM), after=number_from(request) or 0, size=ROWS
    )
    try:
        queued = queue_labels(
            item_ids=[one.item_id for one in found], kinds=[BARCODE], at=request.at, desk=request.desk
        )
    except LabelRefused as refused:
        return not_done(request, label_words(refused), reverse("workbench:relabel"))
    words = gettext("%(count)s labels added.") % {"count": sum(queued.added.values())}
    return done(request, words, reverse("workbench:labels"))
