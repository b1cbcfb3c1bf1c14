"""The journal: what happened, by filter, and one entry with everything it says."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import branch_choices, branches_with
from wenyuan.doors.workbench.journal.forms import JournalFilter
from wenyuan.doors.workbench.journal.rows import account_names, category_names, item_type_names, shown_entries
from wenyuan.doors.workbench.paging import number_from, onward
from wenyuan.doors.workbench.shell import page
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.journal.queries import Filter, Page, get_entry, list_entries
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may, require
from wenyuan.plumbing.clock import local_date

ROWS = 50


@require_GET
@staff_page(Act.SEE_JOURNAL, any_branch=True)
def journal(request: StaffRequest) -> HttpResponse:
    today = local_date(request.at)
    mine = branches_with(request.operator, Act.SEE_JOURNAL)
    form = JournalFilter(
        request.GET if request.GET else None,
        branches=branch_choices(on=today, ids=mine, empty=_("every branch") if mine is None else _("all of mine")),
        operators=[("", _("everybody")), *((str(id_), name) for id_, name in _accounts())],
    )
    asked = form.cleaned_data if form.is_valid() else {}
    found = Page((), None)
    if not form.errors:
        wanted = _filter(asked, mine, today)
        found = list_entries(wanted=wanted, before=number_from(request), size=ROWS)
    context = {
        "title": gettext("Journal"),
        "line": gettext("Everything that happened, the latest first. Nothing here is ever changed or taken out."),
        "form": form,
        "rows": shown_entries(found.entries),
        "onward": onward(request, found.before),
        "cleared_url": reverse("workbench:journal") if request.GET else "",
    }
    return page(request, "workbench/journal/journal.html", context, status=422 if form.errors else 200)


def _accounts() -> list[tuple[int, str]]:
    return sorted(account_names().items(), key=lambda pair: pair[1])


def _filter(asked: Mapping[str, Any], mine: frozenset[int] | None, today: date) -> Filter:
    """What the valid form asks for, within the branches whose journal one may see."""
    branch, ids = asked.get("branch"), mine
    if branch is not None:
        wanted = network_map().subtree(branch, today) if asked.get("below") else frozenset({branch})
        ids = wanted if mine is None else wanted & mine
    return Filter(
        kinds=(Kind(asked["kind"]),) if asked.get("kind") else (),
        branch_ids=ids,
        first_date=asked.get("first"),
        last_date=asked.get("last"),
        operator_id=asked.get("operator"),
        subject_kind=asked.get("subject") or "",
        subject_id=asked.get("number"),
    )


@require_GET
@staff_page(Act.SEE_JOURNAL, Act.SEE_FIGURES, any_branch=True)
def entry(request: StaffRequest, entry_id: int) -> HttpResponse:
    recorded = get_entry(entry_id)
    if recorded is None:
        raise Http404
    branch_id = recorded.entry.branch_id
    if not may(request.operator, Act.SEE_JOURNAL, branch_id):
        require(request.operator, Act.SEE_FIGURES, branch_id)
    [shown] = shown_entries([recorded])
    context = {
        "title": gettext("Entry %(number)s") % {"number": entry_id},
        "line": shown.kind,
        "crumbs": (
            Crumb(gettext("Journal"), reverse("workbench:journal")),
            Crumb(gettext("Entry %(number)s") % {"number": entry_id}),
        ),
        "row": shown,
        "entry": recorded.entry,
        "item_type": item_type_names().get(recorded.entry.item_type, recorded.entry.item_type),
        "category": category_names().get(recorded.entry.patron_category, recorded.entry.patron_category),
        "home": network_map().branches.get(recorded.entry.item_home_id or 0),
    }
    return page(request, "workbench/journal/entry.html", context)
