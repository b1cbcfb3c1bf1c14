"""Many items of a record at once: looked at first, made then."""

from http import HTTPStatus

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import Choices, branch_choices, branches_with
from wenyuan.doors.workbench.form_pages import Sheet, done, refuse
from wenyuan.doors.workbench.items.words import refusal_words
from wenyuan.doors.workbench.records.redirects import led_away
from wenyuan.doors.workbench.records.views import record_crumbs
from wenyuan.doors.workbench.shell import page
from wenyuan.doors.workbench.stock.forms import NewItemsForm
from wenyuan.doors.workbench.stock.words import source_words
from wenyuan.holdings.catalogue.data import SPECIAL_COLLECTIONS, BibView, CatalogueRefused, NumbersCheck
from wenyuan.holdings.catalogue.operations import add_items
from wenyuan.holdings.catalogue.queries import (
    check_numbers,
    get_bib,
    list_item_types,
    list_receipts,
    numbers_of_bib,
)
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.clock import local_date

LABELS_OF_NEW = ("spine", "barcode")
_FIELDS = {
    "barcode": "first_barcode",
    "barcodes": "first_barcode",
    "accession_no": "first_accession_no",
    "accession_nos": "first_accession_no",
    "receipt_id": "receipt",
    "home_branch_id": "branch",
    "price_fen": "price",
}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.EDIT_ITEM)
def new_items(request: StaffRequest, bib_id: int) -> HttpResponse:
    """Numbers and what they would become are shown first; sent once more, the items are made."""
    if (led := led_away(request, bib_id)) is not None:
        return led
    bib = get_bib(bib_id)
    if bib is None:
        raise Http404
    form = _form(request, bib)
    check: NumbersCheck | None = None
    if form.is_valid():
        values = form.cleaned_data
        check = check_numbers(values["barcodes"], values["accession_nos"])
        seen = ",".join([*values["barcodes"], *values["accession_nos"]])
        if check.is_clear and values["check"] == seen:
            try:
                made = add_items(
                    bib_id=bib_id,
                    barcodes=values["barcodes"],
                    accession_nos=values["accession_nos"],
                    volumes=[str(number + 1) for number in range(values["count"])] if values["volumes"] else (),
                    receipt_id=values["receipt"],
                    home_branch_id=values["branch"],
                    item_type=values["item_type"],
                    call_no=values["call_no"],
                    collection=values["collection"],
                    source=values["source"],
                    price_fen=form.price_fen(),
                    in_process=values["in_process"],
                    labels=LABELS_OF_NEW if values["labels"] else (),
                    at=request.at,
                    desk=request.desk,
                )
            except CatalogueRefused as refused:
                refuse(form, refusal_words(refused), _FIELDS.get(refused.field, refused.field))
            else:
                words = gettext("%(count)s items made.") % {"count": len(made)}
                if values["labels"]:
                    added = gettext("%(count)s labels added.") % {"count": len(made) * len(LABELS_OF_NEW)}
                    words = f"{words} {added}"
                return done(request, words, reverse("workbench:record", args=[bib_id]))
        form.data = form.data.copy()  # type: ignore[attr-defined] # the query of a POST
        form.data["check"] = seen  # type: ignore[index] # likewise
    return _page(request, bib, form, check)


def _form(request: StaffRequest, bib: BibView) -> NewItemsForm:
    on = local_date(request.at)
    numbers = [one for one in numbers_of_bib(bib.id) if one.used_at] or list(numbers_of_bib(bib.id))
    usual = next((item.call_no for item in bib.items if item.call_no), numbers[0].call_no if numbers else "")
    return NewItemsForm(
        request.POST or None,
        branches=branch_choices(on=on, ids=branches_with(request.operator, Act.EDIT_ITEM), standing=True),
        types=list_item_types(),
        receipts=_open_receipts(),
        initial={"branch": request.desk.branch_id, "call_no": usual},
    )


def _open_receipts() -> Choices:
    """The receipts of which something is left to catalogue."""
    left = [one for one in list_receipts(None) if one.left > 0]
    return [
        ("", gettext("none")),
        *(
            (
                str(one.id),
                gettext("no. %(number)s, %(day)s, %(source)s: %(left)s left")
                % {
                    "number": one.id,
                    "day": one.received_date.isoformat(),
                    "source": source_words(one.source),
                    "left": one.left,
                },
            )
            for one in left
        ),
    ]


def _page(request: StaffRequest, bib: BibView, form: NewItemsForm, check: NumbersCheck | None) -> HttpResponse:
    title = gettext("New items")
    back = reverse("workbench:record", args=[bib.id])
    is_ready = check is not None and check.is_clear and not form.errors
    sheet = Sheet(
        title=title,
        act=_("Make the items") if is_ready else _("Look first"),
        line=" · ".join(filter(None, (bib.title, bib.author))),
        crumbs=record_crumbs(Crumb(bib.title, back), Crumb(title)),
        back=back,
    )
    is_refused = bool(form.errors) or (check is not None and not check.is_clear)
    context = {
        "form": form,
        "sheet": sheet,
        "title": title,
        "line": sheet.line,
        "crumbs": sheet.crumbs,
        "check": check,
        "is_ready": is_ready,
        "numbers": form.cleaned_data.get("barcodes", []) if check else [],
        "collections": SPECIAL_COLLECTIONS,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_refused else HTTPStatus.OK
    return page(request, "workbench/stock/new_items.html", context, status=status)
