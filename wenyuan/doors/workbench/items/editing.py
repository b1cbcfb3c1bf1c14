"""What a librarian changes on an item."""

from decimal import Decimal

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.form_pages import Sheet, done, form_page, not_done, refuse
from wenyuan.doors.workbench.items import forms
from wenyuan.doors.workbench.items.views import item_crumbs
from wenyuan.doors.workbench.items.words import refusal_words
from wenyuan.doors.workbench.network.frame import area_choices
from wenyuan.holdings.catalogue import operations
from wenyuan.holdings.catalogue.data import CatalogueRefused, ItemChanges, ItemView
from wenyuan.holdings.catalogue.operations import Lendable
from wenyuan.holdings.catalogue.queries import get_bib, get_item_by_id, list_item_types
from wenyuan.organisation.rights.data import Act

_FIELDS = {"price_fen": "price", "area_id": "area"}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.EDIT_ITEM)
def edit(request: StaffRequest, item_id: int) -> HttpResponse:
    facts = _item_or_404(item_id)
    form = forms.ItemForm(
        request.POST or None,
        types=list_item_types(),
        areas=area_choices(facts.home_branch_id, empty=gettext("No area")),
        initial={
            "call_no": facts.call_no,
            "price": None if facts.price_fen is None else Decimal(facts.price_fen) / 100,
            "item_type": facts.item_type,
            "area": facts.area_id,
            "volume": facts.volume,
            "collection": facts.collection,
            "version": facts.version,
        },
    )
    if form.is_valid():
        values = form.cleaned_data
        changes = ItemChanges(
            call_no=values["call_no"],
            price_fen=form.price_fen(),
            item_type=values["item_type"],
            area_id=values["area"],
            volume=values["volume"],
            collection=values["collection"],
        )
        try:
            operations.edit_item(
                item_id=item_id, version=values["version"], changes=changes, at=request.at, desk=request.desk
            )
        except CatalogueRefused as refused:
            refuse(
                form,
                refusal_words(refused),
                {"price_fen": "price", "area_id": "area"}.get(refused.field, refused.field),
            )
        else:
            return done(request, _("The item is saved."), _url(item_id))
    bib = get_bib(facts.bib_id)
    title = gettext("Edit item %(barcode)s") % {"barcode": facts.barcode}
    sheet = Sheet(
        title=title,
        act=_("Save"),
        line=bib.title if bib else "",
        crumbs=item_crumbs(Crumb(facts.barcode, _url(item_id)), Crumb(gettext("Edit"))),
        back=_url(item_id),
    )
    return form_page(request, form, sheet)


@require_POST
@staff_page(Act.EDIT_ITEM)
def lending(request: StaffRequest, item_id: int) -> HttpResponse:
    form = forms.LendableForm(request.POST)
    if not form.is_valid():
        return not_done(request, _("There is no such choice."), _url(item_id))
    wanted = Lendable(form.cleaned_data["lendable"])
    try:
        operations.set_lendable(item_id=item_id, lendable=wanted, at=request.at, desk=request.desk)
    except CatalogueRefused as refused:
        return not_done(request, refusal_words(refused), _url(item_id))
    return done(request, _("Whether it is lent is saved."), _url(item_id))


@require_POST
@staff_page(Act.EDIT_ITEM)
def withdraw(request: StaffRequest, item_id: int) -> HttpResponse:
    try:
        operations.withdraw_item(item_id=item_id, at=request.at, desk=request.desk)
    except CatalogueRefused as refused:
        return not_done(request, refusal_words(refused), _url(item_id))
    return done(request, _("The item is withdrawn. Its numbers stay."), _url(item_id))


def _item_or_404(item_id: int) -> ItemView:
    facts = get_item_by_id(item_id)
    if facts is None:
        raise Http404
    return facts


def _url(item_id: int) -> str:
    return reverse("workbench:item", args=[item_id])
