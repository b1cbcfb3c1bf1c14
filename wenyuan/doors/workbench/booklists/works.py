"""One booklist: its works in their order, each with a line of words, and a box that finds works to add."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.booklists.forms import AskForm, LineForm, WorkForm
from wenyuan.doors.workbench.booklists.views import crumbs, kept_list, may_be_deleted, url_of
from wenyuan.doors.workbench.booklists.words import STATES, refusal_words
from wenyuan.doors.workbench.branches import branch_name
from wenyuan.doors.workbench.form_pages import done, not_done
from wenyuan.doors.workbench.shell import page
from wenyuan.holdings.catalogue.data import BibBrief, NotIndexed
from wenyuan.holdings.catalogue.queries import lookup, search, titles_of
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.clock import local_date
from wenyuan.services.reading import operations
from wenyuan.services.reading.data import BooklistLineFacts, BooklistRefused, BooklistState
from wenyuan.services.reading.queries import lines_of

FOUND = 10


@dataclass(frozen=True, slots=True)
class Shown:
    """A line with its work."""

    line: BooklistLineFacts
    bib: BibBrief


@require_GET
@staff_page(Act.KEEP_BOOKLISTS, any_branch=True)
def booklist(request: StaffRequest, list_id: int) -> HttpResponse:
    """The list with its works; with ``q`` what might be added to it."""
    found = kept_list(request, list_id)
    lines = lines_of(list_id)
    known = titles_of(line.bib_id for line in lines)
    asked = str(request.GET.get("q", "")).strip()[:100]
    state = found.state(local_date(request.at))
    context = {
        "title": found.title,
        "line": branch_name(found.branch_id),
        "crumbs": crumbs(Crumb(found.title)),
        "booklist": found,
        "state": STATES[state],
        "is_shown": state is BooklistState.SHOWN and not all(line.is_gone for line in lines),
        "may_delete": may_be_deleted(found, request),
        "rows": [Shown(line, known[line.bib_id]) for line in lines if line.bib_id in known],
        "form": AskForm({"q": asked} if asked else None),
        "asked": asked,
        "found": _found(asked) if asked else (),
        "on_it": {line.bib_id for line in lines},
        "cleared_url": url_of(list_id) if asked else "",
    }
    return page(request, "workbench/booklists/list.html", context)


@require_POST
@staff_page(Act.KEEP_BOOKLISTS, any_branch=True)
def add(request: StaffRequest, list_id: int) -> HttpResponse:
    """Put a work that was found at the end of the list."""
    kept_list(request, list_id)
    form = WorkForm(request.POST)
    if not form.is_valid():
        return not_done(request, _("The words are too long."), url_of(list_id))
    try:
        operations.add_to_booklist(
            list_id=list_id,
            bib_id=form.cleaned_data["bib"],
            words=form.cleaned_data["words"],
            at=request.at,
            desk=request.desk,
        )
    except BooklistRefused as refused:
        return not_done(request, refusal_words(refused), url_of(list_id))
    return done(request, _("The work is on the list."), url_of(list_id))


@require_POST
@staff_page(Act.KEEP_BOOKLISTS, any_branch=True)
def change(request: StaffRequest, list_id: int, line_id: int) -> HttpResponse:
    """Change a line's words or its place."""
    kept_list(request, list_id)
    form = LineForm(request.POST)
    if not form.is_valid():
        return not_done(request, _("A place is a number, and the words have at most 120 characters."), url_of(list_id))
    try:
        operations.change_line(
            list_id=list_id,
            version=form.cleaned_data["version"],
            line_id=line_id,
            place=form.cleaned_data["place"],
            words=form.cleaned_data["words"],
            at=request.at,
            desk=request.desk,
        )
    except BooklistRefused as refused:
        return not_done(request, refusal_words(refused), url_of(list_id))
    return done(request, _("The line is saved."), url_of(list_id))


@require_POST
@staff_page(Act.KEEP_BOOKLISTS, any_branch=True)
def remove(request: StaffRequest, list_id: int, line_id: int) -> HttpResponse:
    """Take a work off the list."""
    kept_list(request, list_id)
    try:
        operations.remove_line(list_id=list_id, line_id=line_id, at=request.at, desk=request.desk)
    except BooklistRefused as refused:
        return not_done(request, refusal_words(refused), url_of(list_id))
    return done(request, _("The work is off the list."), url_of(list_id))


def _found(asked: str) -> tuple[BibBrief, ...]:
    """Works that fit what was typed or scanned: by a number first, then as readers search."""
    if by_number := lookup(isbn=asked, size=FOUND).bibs or lookup(barcode=asked, size=FOUND).bibs:
        return by_number
    try:
        return search(asked, size=FOUND).bibs
    except NotIndexed:
        return lookup(title_begins=asked, size=FOUND).bibs
