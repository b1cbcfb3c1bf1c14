"""The authorities, and one of them with the records that use it."""

from collections.abc import Mapping

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.authorities.forms import AuthorityFilter, kind_from
from wenyuan.doors.workbench.authorities.words import KINDS, fault_words
from wenyuan.doors.workbench.journal.rows import account_names
from wenyuan.doors.workbench.journal.words import ACTS
from wenyuan.doors.workbench.paging import number_from, onward, pair_from
from wenyuan.doors.workbench.records.views import record_crumbs
from wenyuan.doors.workbench.shell import page
from wenyuan.holdings.catalogue.data import AuthorityView
from wenyuan.holdings.catalogue.queries import (
    bibs_of_authority,
    briefs_of,
    count_other_forms,
    get_authority,
    is_review_waiting,
    list_authorities,
    titles_of,
)
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import list_audit, may

CHANGES = 50


@require_GET
@staff_page(Act.SEE_ITEM, Act.EDIT_RECORDS, any_branch=True)
def authority_list(request: StaffRequest) -> HttpResponse:
    form = AuthorityFilter(request.GET or None)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    kind = kind_from(form.cleaned_data["kind"]) if form.is_valid() else None
    found = list_authorities(text=text, kind=kind, after=pair_from(request))
    title = gettext("Authorities")
    context = {
        "title": title,
        "line": gettext("Names, subjects and titles as the library settled them"),
        "crumbs": record_crumbs(Crumb(title)),
        "form": form,
        "rows": [(one, KINDS[one.kind]) for one in found.rows],
        "onward": onward(request, found.after),
        "is_narrowed": bool(text or kind),
        "may_edit": _may_edit(request),
        "is_review_waiting": is_review_waiting(),
    }
    return page(request, "workbench/authorities/authorities.html", context)


@require_GET
@staff_page(Act.SEE_ITEM, Act.EDIT_RECORDS, any_branch=True)
def authority(request: StaffRequest, authority_id: int) -> HttpResponse:
    found = authority_or_404(authority_id)
    bibs = bibs_of_authority(authority_id, after=number_from(request))
    titles = titles_of(bibs.ids)
    kept = briefs_of([found.merged_into]) if found.merged_into else {}
    context = {
        "title": found.label,
        "line": KINDS[found.kind],
        "crumbs": authority_crumbs(Crumb(found.label)),
        "one": found,
        "kept": kept.get(found.merged_into or 0),
        "bibs": [titles[bib_id] for bib_id in bibs.ids if bib_id in titles],
        "onward": onward(request, bibs.after),
        "other_forms": count_other_forms(authority_id),
        "may_edit": _may_edit(request) and found.merged_into is None,
        **_progress(found),
    }
    return page(request, "workbench/authorities/authority.html", context)


@require_GET
@staff_page(Act.SEE_ITEM, Act.EDIT_RECORDS, any_branch=True)
def progress(request: StaffRequest, authority_id: int) -> HttpResponse:
    """The part of the page that is asked for again and again while records are brought to the heading."""
    found = authority_or_404(authority_id)
    response = render(request, "workbench/authorities/progress.html", _progress(found))
    if found.update is None or not found.update.is_running:
        response["HX-Refresh"] = "true"
    return response


@require_GET
@staff_page(Act.SEE_ITEM, Act.EDIT_RECORDS, any_branch=True)
def history(request: StaffRequest, authority_id: int) -> HttpResponse:
    """Who changed an authority, and what was before."""
    found = authority_or_404(authority_id)
    rows = list_audit(subject_kind="authority", subject_id=authority_id, before=number_from(request), size=CHANGES + 1)
    names = account_names()
    title = gettext("History of the authority")
    context = {
        "title": title,
        "line": found.label,
        "crumbs": authority_crumbs(Crumb(found.label, authority_url(authority_id)), Crumb(title)),
        "rows": [
            (row, ACTS.get(row.act, row.act), names.get(row.account_id or 0, ""), _text(row.before), _text(row.after))
            for row in rows[:CHANGES]
        ],
        "onward": onward(request, rows[CHANGES - 1].id if len(rows) > CHANGES else None),
    }
    return page(request, "workbench/authorities/history.html", context)


def authority_or_404(authority_id: int) -> AuthorityView:
    """:raises Http404: there is none."""
    found = get_authority(authority_id)
    if found is None:
        raise Http404
    return found


def authority_crumbs(*after: Crumb) -> tuple[Crumb, ...]:
    """From the records over the authorities to what ``after`` names."""
    return record_crumbs(Crumb(gettext("Authorities"), reverse("workbench:authorities")), *after)


def authority_url(authority_id: int) -> str:
    """The page of an authority."""
    return reverse("workbench:authority", args=[authority_id])


def _progress(found: AuthorityView) -> dict[str, object]:
    update = found.update
    if update is None:
        return {}
    titles = titles_of(bib_id for bib_id, _fault in update.faults)
    return {
        "update": update,
        "by": account_names().get(update.asked_by or 0, ""),
        "total": update.changed + update.left,
        "faults": [
            (bib_id, titles[bib_id].title if bib_id in titles else str(bib_id), fault_words(fault))
            for bib_id, fault in update.faults
        ],
        "poll_url": reverse("workbench:authority-progress", args=[found.id]),
        "here": authority_url(found.id),
    }


def _text(values: Mapping[str, object]) -> str:
    """What stood there, for people: the texts alone."""
    plain = [value for name, value in values.items() if name != "kind" and isinstance(value, str) and value]
    variants = values.get("variants")
    return " · ".join([*plain, *(variants if isinstance(variants, list) else [])])


def _may_edit(request: StaffRequest) -> bool:
    return may(request.operator, Act.EDIT_RECORDS, request.desk.branch_id)
