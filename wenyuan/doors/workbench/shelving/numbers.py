"""The call number of a record: proposed, written onto its items, given back."""

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import branch_name
from wenyuan.doors.workbench.form_pages import done, not_done, refuse
from wenyuan.doors.workbench.records.redirects import led_away
from wenyuan.doors.workbench.records.views import record_crumbs
from wenyuan.doors.workbench.shell import page
from wenyuan.doors.workbench.shelving.forms import ProposeForm
from wenyuan.doors.workbench.shelving.words import BECAUSE, refusal_words
from wenyuan.holdings.catalogue import operations
from wenyuan.holdings.catalogue.data import BibView, ShelvingRefused
from wenyuan.holdings.catalogue.queries import (
    class_choices,
    get_bib,
    list_shelf_groups,
    name_of_class,
    numbers_of_bib,
)
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.EDIT_ITEM)
def call_number(request: StaffRequest, bib_id: int) -> HttpResponse:
    """The numbers of a record's work; posted, one is proposed."""
    if (led := led_away(request, bib_id)) is not None:
        return led
    bib = _bib_or_404(bib_id)
    form = _form(request, bib)
    if form.is_valid():
        try:
            proposal = operations.propose_call_number(
                bib_id=bib_id,
                group_id=form.cleaned_data["group"],
                class_no=form.cleaned_data["class_no"],
                book_no=form.cleaned_data["book_no"],
                at=request.at,
                desk=request.desk,
            )
        except ShelvingRefused as refused:
            refuse(form, refusal_words(refused), refused.field)
        else:
            words = (
                _("The work has this number already: %(call_no)s.") if proposal.is_shared else _("Kept: %(call_no)s.")
            )
            return done(request, words % {"call_no": proposal.call_no}, _url(bib_id))
    return _page(request, bib, form)


@require_POST
@staff_page(Act.EDIT_ITEM)
def assign(request: StaffRequest, bib_id: int, number_id: int) -> HttpResponse:
    """Write a number onto the chosen items."""
    chosen = [int(one) for one in request.POST.getlist("item") if one.isdecimal() and len(one) < 19]
    try:
        changed = operations.assign_call_number(
            number_id=number_id, bib_id=bib_id, item_ids=chosen, at=request.at, desk=request.desk
        )
    except ShelvingRefused as refused:
        return not_done(request, refusal_words(refused), _url(bib_id))
    return done(request, gettext("Written onto %(count)s items.") % {"count": changed}, _url(bib_id))


@require_POST
@staff_page(Act.EDIT_ITEM)
def give_back(request: StaffRequest, bib_id: int, number_id: int) -> HttpResponse:
    """Let a number go that is not wanted."""
    try:
        operations.give_back_number(number_id=number_id, bib_id=bib_id, at=request.at, desk=request.desk)
    except ShelvingRefused as refused:
        return not_done(request, refusal_words(refused), _url(bib_id))
    return done(request, _("Given back: the next work of the class may have it."), _url(bib_id))


def _form(request: StaffRequest, bib: BibView) -> ProposeForm:
    groups = list_shelf_groups()
    own = next((one for one in groups if request.desk.branch_id in one.branch_ids), None)
    usual = own or next((one for one in groups if one.is_default), None)
    return ProposeForm(
        request.POST or None,
        groups=[(str(one.id), one.name) for one in groups],
        initial={"class_no": bib.class_no, "group": usual.id if usual else None},
    )


def _page(request: StaffRequest, bib: BibView, form: ProposeForm) -> HttpResponse:
    network, language = network_map(), get_language() or "zh-hans"
    groups = {one.id: one.name for one in list_shelf_groups()}
    items = [(item, branch_name(item.home_branch_id, network)) for item in bib.items if item.state != "withdrawn"]
    title = gettext("Call number")
    numbers = numbers_of_bib(bib.id)
    if form.errors or not numbers:  # else what can be done with the number comes first
        form.fields["class_no"].widget.attrs["autofocus"] = True
    context = {
        "title": title,
        "line": " · ".join(filter(None, (bib.title, bib.volume, bib.author))),
        "crumbs": record_crumbs(Crumb(bib.title, reverse("workbench:record", args=[bib.id])), Crumb(title)),
        "bib": bib,
        "form": form,
        "classes": [(one, BECAUSE[one.because]) for one in class_choices(bib.id, language)],
        "numbers": [
            (
                one,
                groups.get(one.group_id, ""),
                name_of_class(one.class_no, language, edition=one.edition),
                [pair for pair in items if one.counts_at(pair[0].home_branch_id)],
            )
            for one in numbers
        ],
        "count": len(items),
        "is_bare": not any(item.call_no for item, _home in items),
    }
    return page(request, "workbench/shelving/call_number.html", context, status=422 if form.errors else 200)


def _bib_or_404(bib_id: int) -> BibView:
    bib = get_bib(bib_id)
    if bib is None:
        raise Http404
    return bib


def _url(bib_id: int) -> str:
    return reverse("workbench:bib-call-number", args=[bib_id])
