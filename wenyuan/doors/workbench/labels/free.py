"""Labels of no item: ends of shelves, and cards before they are given to anybody."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.furniture.printing import Label, labels_pdf
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.desk.printed import printed
from wenyuan.doors.workbench.form_pages import Sheet, form_page
from wenyuan.doors.workbench.labels.forms import CardForm, PrintForm, ShelfEndForm
from wenyuan.doors.workbench.labels.printing import print_of, sheet_choices
from wenyuan.doors.workbench.records.views import record_crumbs
from wenyuan.holdings.catalogue.queries import list_label_sheets, name_of_class
from wenyuan.kernel.callnumbers import parse_call_number
from wenyuan.organisation.rights.data import Act

MOST_CARDS = 1000


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.EDIT_ITEM)
def shelf_ends(request: StaffRequest) -> HttpResponse:
    """架标: what stands between the first and the last call number, with the name of the class."""
    form = ShelfEndForm(request.POST or None, sheets=sheet_choices("shelf_end"))
    if form.is_valid():
        return _print(request, form, "shelf_end", [_shelf(parts) for parts in form.shelves()])
    words = _("Such as: I247.57/1 I247.57/299. Without a name it is that of the class.")
    return _page(request, form, gettext("Shelf ends"), words)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.EDIT_ITEM, Act.EDIT_PATRON)
def cards(request: StaffRequest) -> HttpResponse:
    """读者证 with a number and no name: they are printed before anybody has them."""
    form = CardForm(request.POST or None, sheets=sheet_choices("card"))
    if form.is_valid():
        numbers = form.cleaned_data["numbers"]
        if len(numbers) > MOST_CARDS:
            form.add_error("numbers", gettext("At most %(most)s at once.") % {"most": MOST_CARDS})
        else:
            return _print(request, form, "card", [Label(barcode=number) for number in numbers])
    words = _("Cards carry the library's name, the number with its bars, and a line for the name.")
    return _page(request, form, gettext("Library cards"), words)


def _shelf(parts: list[str]) -> Label:
    first, last = parts[0].strip(), parts[1].strip() if len(parts) > 1 else ""
    name = parts[2].strip() if len(parts) > 2 else ""
    name = name or name_of_class(parse_call_number(first).class_no, get_language() or "zh-hans")
    lines = (first, "—", last) if last and last != first else (first,)
    return Label(title=name, lines=lines)


def _print(request: StaffRequest, form: PrintForm, kind: str, labels: list[Label]) -> HttpResponse:
    sheet = next(one for one in list_label_sheets(kind) if one.id == form.cleaned_data["sheet"])
    made = print_of(sheet, labels, start=form.cleaned_data["start"])
    return printed(request, lambda: labels_pdf(made), "labels")


def _page(request: StaffRequest, form: PrintForm, title: str, words: StrOrPromise) -> HttpResponse:
    form.order_fields(["lines", "numbers", "plain", "sheet", "start"])
    sheet = Sheet(
        title=title,
        act=_("Print it"),
        words=words,
        crumbs=record_crumbs(Crumb(gettext("Labels"), reverse("workbench:labels")), Crumb(title)),
        back=reverse("workbench:labels"),
    )
    return form_page(request, form, sheet)
