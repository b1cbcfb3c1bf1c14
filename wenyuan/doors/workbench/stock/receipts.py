"""What was received: counted first, catalogued later."""

from decimal import Decimal

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import branch_choices, branch_name, branches_with
from wenyuan.doors.workbench.form_pages import Sheet, done, form_page, refuse
from wenyuan.doors.workbench.items.words import refusal_words
from wenyuan.doors.workbench.records.views import record_crumbs
from wenyuan.doors.workbench.shell import page
from wenyuan.doors.workbench.stock.forms import ReceiptForm
from wenyuan.doors.workbench.stock.words import source_words
from wenyuan.holdings.catalogue.data import CatalogueRefused, ReceiptView
from wenyuan.holdings.catalogue.operations import correct_receipt, record_receipt
from wenyuan.holdings.catalogue.queries import get_receipt, list_receipts
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.clock import local_date

_FIELDS = {"branch_id": "branch", "amount_fen": "amount"}


@require_GET
@staff_page(Act.EDIT_ITEM)
def receipt_list(request: StaffRequest) -> HttpResponse:
    network = network_map()
    title = gettext("Receipts of stock")
    context = {
        "title": title,
        "line": gettext("What came, counted on arrival, and how much of it is catalogued"),
        "crumbs": record_crumbs(Crumb(title)),
        "receipts": [
            (one, branch_name(one.branch_id, network), source_words(one.source))
            for one in list_receipts(branches_with(request.operator, Act.EDIT_ITEM))
        ],
    }
    return page(request, "workbench/stock/receipts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.EDIT_ITEM)
def new_receipt(request: StaffRequest) -> HttpResponse:
    return _receipt_page(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.EDIT_ITEM)
def receipt(request: StaffRequest, receipt_id: int) -> HttpResponse:
    found = get_receipt(receipt_id)
    if found is None:
        raise Http404
    return _receipt_page(request, found)


def _receipt_page(request: StaffRequest, found: ReceiptView | None) -> HttpResponse:
    on = local_date(request.at)
    form = ReceiptForm(
        request.POST or None,
        branches=branch_choices(on=on, ids=branches_with(request.operator, Act.EDIT_ITEM)),
        initial=_initial(found) if found else {"branch": request.desk.branch_id, "received_date": on},
    )
    title = gettext("Receipt no. %(number)s") % {"number": found.id} if found else gettext("New receipt")
    if form.is_valid():
        try:
            if found:
                correct_receipt(receipt_id=found.id, receipt=form.receipt(), at=request.at, desk=request.desk)
            else:
                record_receipt(receipt=form.receipt(), at=request.at, desk=request.desk)
        except CatalogueRefused as refused:
            refuse(form, refusal_words(refused), _FIELDS.get(refused.field, refused.field))
        else:
            return done(request, _("The receipt is saved."), reverse("workbench:receipts"))
    sheet = Sheet(
        title=title,
        act=_("Save"),
        words=_("Items are made out of it later, from the page of their record."),
        crumbs=record_crumbs(Crumb(gettext("Receipts of stock"), reverse("workbench:receipts")), Crumb(title)),
        back=reverse("workbench:receipts"),
    )
    return form_page(request, form, sheet)


def _initial(found: ReceiptView) -> dict[str, object]:
    names = ("received_date", "source", "supplier", "titles", "copies", "note")
    own = {"branch": found.branch_id, "amount": Decimal(found.amount_fen) / 100}
    return {name: getattr(found, name) for name in names} | own
