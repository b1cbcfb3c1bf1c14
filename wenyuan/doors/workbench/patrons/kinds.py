"""Kinds of reader: what each asks for, for the whole network."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.form_pages import Sheet, form_page
from wenyuan.doors.workbench.patrons.forms import CategoryForm, NewCategoryForm
from wenyuan.doors.workbench.patrons.words import add_problems
from wenyuan.doors.workbench.shell import page
from wenyuan.lending.patrons.data import PatronRefused
from wenyuan.lending.patrons.operations import add_category, change_category
from wenyuan.lending.patrons.queries import categories, get_category
from wenyuan.organisation.rights.data import Act


@staff_page(Act.EDIT_POLICIES)
@require_GET
def listed(request: StaffRequest) -> HttpResponse:
    """Every kind of reader."""
    context = {
        "title": gettext("Kinds of reader"),
        "line": gettext("for the whole network"),
        "kinds": categories(),
        "crumbs": _crumbs(Crumb(label=gettext("Kinds of reader"))),
    }
    return page(request, "workbench/patrons/kinds.html", context)


@staff_page(Act.EDIT_POLICIES)
@require_http_methods(["GET", "POST"])
def new(request: StaffRequest) -> HttpResponse:
    """A further kind of reader."""
    form = NewCategoryForm(request.POST or None, initial={"months_valid": 36})
    if form.is_valid():
        try:
            add_category(code=form.cleaned_data["code"], terms=form.terms(), at=request.at, desk=request.desk)
        except PatronRefused as refused:
            add_problems(form, refused.problems)
        else:
            return _saved(request)
    return _drawn(request, form, gettext("New kind of reader"))


@staff_page(Act.EDIT_POLICIES)
@require_http_methods(["GET", "POST"])
def one(request: StaffRequest, code: str) -> HttpResponse:
    """What a kind of reader asks for."""
    kind = get_category(code)
    if kind is None:
        raise Http404
    initial = {
        "name_zh": kind.name_zh,
        "name_en": kind.name_en,
        "holder": kind.holder.value,
        "min_age": kind.min_age,
        "max_age": kind.max_age,
        "months_valid": kind.months_valid,
        "guardian_required": kind.guardian_required,
        "guardian_age": kind.guardian_age,
        "guardian_in_order": kind.guardian_in_order,
    }
    form = CategoryForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            change_category(code=code, terms=form.terms(), at=request.at, desk=request.desk)
        except PatronRefused as refused:
            add_problems(form, refused.problems)
        else:
            return _saved(request)
    return _drawn(request, form, f"{kind.name_zh} · {kind.code}")


def _drawn(request: StaffRequest, form: CategoryForm, title: str) -> HttpResponse:
    back = reverse("workbench:categories")
    crumbs = _crumbs(Crumb(label=gettext("Kinds of reader"), url=back), Crumb(label=title))
    sheet = Sheet(
        title=title,
        act=gettext("Save"),
        back=back,
        crumbs=crumbs,
        words=gettext("Who is registered already stays so: it is asked at the next registration, extension or change."),
    )
    return form_page(request, form, sheet)


def _saved(request: StaffRequest) -> HttpResponse:
    messages.success(request, gettext("Saved."))
    return HttpResponseRedirect(reverse("workbench:categories"))


def _crumbs(*after: Crumb) -> tuple[Crumb, ...]:
    return (Crumb(label=gettext("Readers"), url=reverse("workbench:patrons")), *after)
