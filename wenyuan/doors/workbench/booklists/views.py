"""The lists of the branches where one may keep some; making, changing and deleting one."""

import secrets

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.booklists.forms import BooklistForm, initial_of
from wenyuan.doors.workbench.booklists.words import STATES, each_reason, refusal_words
from wenyuan.doors.workbench.branches import branch_choices, branch_name, branches_with
from wenyuan.doors.workbench.form_pages import Sheet, done, form_page, not_done, refuse
from wenyuan.doors.workbench.shell import page
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may
from wenyuan.plumbing.clock import local_date
from wenyuan.services.reading import operations
from wenyuan.services.reading.data import BooklistFacts, BooklistReason, BooklistRefused, BooklistState
from wenyuan.services.reading.queries import count_booklists, get_booklist, list_booklists

ROWS = 50
GET_POST = ("GET", "HEAD", "POST")


@require_GET
@staff_page(Act.KEEP_BOOKLISTS, any_branch=True)
def booklists(request: StaffRequest) -> HttpResponse:
    """The lists of these branches, the latest changed first."""
    kept, network, today = branches_with(request.operator, Act.KEEP_BOOKLISTS), network_map(), local_date(request.at)
    numbers = Paginator(range(count_booklists(branch_ids=kept)), ROWS).get_page(request.GET.get("page"))
    found = list_booklists(branch_ids=kept, start=max(numbers.start_index() - 1, 0), size=ROWS)
    context = {
        "title": gettext("Booklists"),
        "line": gettext("What librarians recommend, for the readers' portal"),
        "rows": [(one, branch_name(one.branch_id, network), *STATES[one.state(today)]) for one in found],
        "page": numbers,
    }
    return page(request, "workbench/booklists/lists.html", context)


@require_http_methods(GET_POST)
@staff_page(Act.KEEP_BOOKLISTS, any_branch=True)
def begin(request: StaffRequest) -> HttpResponse:
    """Make a list, and go on to choose its works."""
    kept = branches_with(request.operator, Act.KEEP_BOOKLISTS)
    choices = branch_choices(on=local_date(request.at), ids=kept, standing=True)
    initial = {"key": secrets.token_hex(16), "branch": request.desk.branch_id}
    form = BooklistForm(request.POST or None, branches=choices, initial=initial)
    if form.is_valid():
        try:
            made = operations.begin_booklist(
                branch_id=form.cleaned_data["branch"],
                draft=form.draft(),
                at=request.at,
                desk=request.desk,
                key=form.cleaned_data["key"] or None,
            ).booklist
        except BooklistRefused as refused:
            _tell(form, refused)
        else:
            return done(request, _("The list is there. Now add works to it."), url_of(made.id))
    sheet = Sheet(
        title=_("New booklist"),
        act=_("Make the list"),
        crumbs=crumbs(Crumb(gettext("New booklist"))),
        back=reverse("workbench:booklists"),
    )
    return form_page(request, form, sheet)


@require_http_methods(GET_POST)
@staff_page(Act.KEEP_BOOKLISTS, any_branch=True)
def change(request: StaffRequest, list_id: int) -> HttpResponse:
    """Change what the list says and when readers see it."""
    found = kept_list(request, list_id)
    form = BooklistForm(request.POST or None, branches=None, initial=initial_of(found))
    if form.is_valid():
        try:
            operations.change_booklist(
                list_id=list_id,
                version=form.cleaned_data["version"] or 0,
                draft=form.draft(),
                at=request.at,
                desk=request.desk,
            )
        except BooklistRefused as refused:
            if BooklistReason.CHANGED_MEANWHILE in refused.reasons:
                return not_done(request, refusal_words(refused), reverse("workbench:booklist-edit", args=[list_id]))
            _tell(form, refused)
        else:
            return done(request, _("The list is saved."), url_of(list_id))
    sheet = Sheet(
        title=_("Change the booklist"),
        act=_("Save"),
        line=found.title,
        crumbs=crumbs(Crumb(found.title, url_of(list_id)), Crumb(gettext("Change the booklist"))),
        back=url_of(list_id),
    )
    return form_page(request, form, sheet)


@require_POST
@staff_page(Act.KEEP_BOOKLISTS, any_branch=True)
def delete(request: StaffRequest, list_id: int) -> HttpResponse:
    """Delete a draft."""
    found = kept_list(request, list_id)
    try:
        operations.delete_booklist(list_id=list_id, at=request.at, desk=request.desk)
    except BooklistRefused as refused:
        return not_done(request, refusal_words(refused), url_of(list_id))
    words = gettext("“%(title)s” is deleted.") % {"title": found.title}
    return done(request, words, reverse("workbench:booklists"))


def kept_list(request: StaffRequest, list_id: int) -> BooklistFacts:
    """The list, if it is there and the operator may keep it."""
    found = get_booklist(list_id)
    if found is None:
        raise Http404
    if not may(request.operator, Act.KEEP_BOOKLISTS, found.branch_id):
        raise PermissionDenied
    return found


def may_be_deleted(found: BooklistFacts, request: StaffRequest) -> bool:
    """Whether it makes sense to offer it; the verb decides."""
    return found.state(local_date(request.at)) in (BooklistState.DRAFT, BooklistState.COMING)


def url_of(list_id: int) -> str:
    return reverse("workbench:booklist", args=[list_id])


def crumbs(*further: Crumb) -> tuple[Crumb, ...]:
    return (Crumb(gettext("Booklists"), reverse("workbench:booklists")), *further)


def _tell(form: BooklistForm, refused: BooklistRefused) -> None:
    for words, field in each_reason(refused):
        refuse(form, words, field)
