"""A batch edit is begun: which items or records, and what is to become of them."""

from http import HTTPStatus

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.batching.forms import (
    AS_IT_IS,
    NOT_GIVEN,
    ChosenItemsForm,
    ChosenRecordsForm,
    ItemValuesForm,
    StepsForm,
)
from wenyuan.doors.workbench.batching.frame import edit_crumbs, edit_url
from wenyuan.doors.workbench.batching.words import refusal_words
from wenyuan.doors.workbench.branches import branch_choices, branches_with
from wenyuan.doors.workbench.form_pages import done, refuse
from wenyuan.doors.workbench.network.frame import area_choices
from wenyuan.doors.workbench.records.running import hand_over_edit
from wenyuan.doors.workbench.shell import page
from wenyuan.holdings.catalogue.data import SPECIAL_COLLECTIONS, CatalogueRefused, Refusal
from wenyuan.holdings.catalogue.operations import open_item_edit, open_record_edit
from wenyuan.holdings.catalogue.queries import is_indexed, list_item_types
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.clock import local_date

BEGUN = _("It is looked through first; nothing is changed yet.")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.EDIT_ITEM)
def new_items(request: StaffRequest) -> HttpResponse:
    """A batch over items."""
    sent = request.POST if request.method == "POST" else None
    types, on = list_item_types(), local_date(request.at)
    initial = {"numbers": request.GET.get("items", "")[:2000], "receipt": request.GET.get("receipt", "")[:18]}
    chosen = ChosenItemsForm(sent, branches=branch_choices(on=on, empty=NOT_GIVEN), types=types, initial=initial)
    values = ItemValuesForm(
        sent,
        branches=branch_choices(
            on=on, ids=branches_with(request.operator, Act.EDIT_ITEM), empty=AS_IT_IS, standing=True
        ),
        areas=area_choices(_home(request), empty=gettext("as it is")),
        types=types,
    )
    if sent is not None and chosen.is_valid() and values.is_valid():
        try:
            batch_id = open_item_edit(
                choice=chosen.chosen(),
                values=values.values(),
                note=values.cleaned_data["note"],
                at=request.at,
                desk=request.desk,
            )
        except CatalogueRefused as refused:
            is_of_choice = refused.refusal in (Refusal.CHOICE_EMPTY, Refusal.CHOICE_TOO_LARGE)
            field = "price" if refused.field == "price_fen" else refused.field
            refuse(chosen if is_of_choice else values, refusal_words(refused), field)
        else:
            hand_over_edit(batch_id=batch_id)
            return done(request, BEGUN, edit_url(batch_id))
    title = gettext("Change many items")
    context = {
        "title": title,
        "line": gettext("The same for each of them, by the rules that hold for one"),
        "crumbs": edit_crumbs(Crumb(title)),
        "chosen": chosen,
        "values": values,
        "collections": SPECIAL_COLLECTIONS,
        "back": reverse("workbench:edits"),
    }
    wrong = sent is not None
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return page(request, "workbench/batching/new_items.html", context, status=status)


def _home(request: StaffRequest) -> int:
    """The branch whose areas are offered: the new home branch that was sent, else the desk's."""
    sent = request.POST.get("home_branch_id", "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 19 else request.desk.branch_id


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.EDIT_RECORDS)
def new_records(request: StaffRequest) -> HttpResponse:
    """A batch over records."""
    sent = request.POST if request.method == "POST" else None
    is_more = sent is not None and sent.get("act") == "more"
    initial = {
        "question": request.GET.get("q", "")[:100],
        "batch": request.GET.get("import", "")[:18],
        "numbers": request.GET.get("number", "")[:64],
    }
    chosen = ChosenRecordsForm(sent, initial=initial)
    steps = StepsForm(sent, more=is_more)
    if sent is not None and not is_more:
        taken = steps.steps()
        if chosen.is_valid() and taken is not None:
            if chosen.cleaned_data["question"] and not is_indexed():
                refuse(chosen, _("The search index is being built. Try it again in a few minutes."), "question")
            else:
                try:
                    batch_id = open_record_edit(
                        choice=chosen.chosen(),
                        dialect=chosen.format(),
                        steps=taken,
                        note=chosen.cleaned_data["note"],
                        at=request.at,
                        desk=request.desk,
                    )
                except CatalogueRefused as refused:
                    refuse(chosen, refusal_words(refused), refused.field)
                else:
                    hand_over_edit(batch_id=batch_id)
                    return done(request, BEGUN, edit_url(batch_id))
    title = gettext("Change many records")
    context = {
        "title": title,
        "line": gettext("Steps over their MARC fields, taken one after another"),
        "crumbs": edit_crumbs(Crumb(title)),
        "chosen": chosen,
        "steps": steps,
        "back": reverse("workbench:edits"),
    }
    wrong = sent is not None and not is_more
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return page(request, "workbench/batching/new_records.html", context, status=status)
