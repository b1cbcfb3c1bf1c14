"""The headings of records: those that wait for a person, those without an authority, and what is decided of one."""

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.authorities.forms import DecisionForm, HeadingFilter, kind_from, state_from
from wenyuan.doors.workbench.authorities.lists import authority_crumbs
from wenyuan.doors.workbench.authorities.shown import heading_url
from wenyuan.doors.workbench.authorities.words import KINDS, REFUSALS, STATES
from wenyuan.doors.workbench.form_pages import done, refuse
from wenyuan.doors.workbench.paging import number_from, onward, texts_from
from wenyuan.doors.workbench.shell import page
from wenyuan.holdings.catalogue.data import AuthorityRefused
from wenyuan.holdings.catalogue.operations import decide_heading
from wenyuan.holdings.catalogue.queries import (
    authorities_like,
    briefs_of,
    list_headings,
    titles_of,
    uses_of_heading,
)
from wenyuan.kernel.headings import HeadingKind
from wenyuan.kernel.headings.kinds import LONGEST_DATES, LONGEST_KEY
from wenyuan.organisation.rights.data import Act


@require_GET
@staff_page(Act.EDIT_RECORDS)
def heading_list(request: StaffRequest) -> HttpResponse:
    kind = kind_from(request.GET.get("kind")) or HeadingKind.PERSON
    state = state_from(request.GET.get("state"))
    form = HeadingFilter({"kind": kind.value, "state": state.value, "q": request.GET.get("q", "")})
    text = form.cleaned_data["q"] if form.is_valid() else ""
    found = list_headings(kind=kind, state=state, text=text, after=texts_from(request))
    title = gettext("Headings in records")
    context = {
        "title": title,
        "line": gettext("What is linked by itself asks nobody; the rest waits here"),
        "crumbs": authority_crumbs(Crumb(title)),
        "form": form,
        "state": STATES[state],
        "rows": [(one, heading_url(one.kind, one.key, one.dates)) for one in found.rows],
        "onward": onward(request, found.after),
        "is_review": state.value == "review",
    }
    return page(request, "workbench/authorities/headings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.EDIT_RECORDS)
def heading(request: StaffRequest) -> HttpResponse:
    """One form of a heading, what it may be, and the records that have it; posted, it is decided."""
    kind = kind_from(request.GET.get("kind"))
    key, dates = request.GET.get("key", "")[:LONGEST_KEY], request.GET.get("dates", "")[:LONGEST_DATES]
    if kind is None or not key:
        raise Http404
    uses = uses_of_heading(kind=kind, key=key, dates=dates, after=number_from(request))
    if not uses.rows:
        raise Http404
    name = uses.rows[0].name
    likely = authorities_like(kind, key)
    form = DecisionForm(request.POST or None, choices=[(str(one.id), one.label) for one in likely])
    if form.is_valid():
        chosen = [int(one) for one in request.POST.getlist("bib") if one.isdecimal() and len(one) < 19]
        reach = form.cleaned_data["reach"]
        if reach == DecisionForm.CHOSEN and not chosen:
            refuse(form, gettext("Tick the records first."), "reach")
        else:
            try:
                count = decide_heading(
                    kind=kind,
                    key=key,
                    dates=dates,
                    authority_id=form.authority_id,
                    bib_ids=chosen if reach == DecisionForm.CHOSEN else None,
                    always=reach == DecisionForm.ALWAYS,
                    at=request.at,
                    desk=request.desk,
                )
            except AuthorityRefused as refused:
                refuse(form, REFUSALS[refused.refusal], refused.field)
            else:
                words = ngettext("Decided in %(count)s record.", "Decided in %(count)s records.", count)
                back = f"{reverse('workbench:headings')}?{urlencode({'kind': kind.value})}"
                return done(request, words % {"count": count}, back)
    titles = titles_of(use.bib_id for use in uses.rows)
    linked = briefs_of({use.authority_id for use in uses.rows if use.authority_id})
    label = f"{name}, {dates}" if dates else name
    context = {
        "title": label,
        "line": KINDS[kind],
        "crumbs": authority_crumbs(Crumb(gettext("Headings in records"), reverse("workbench:headings")), Crumb(label)),
        "form": form,
        "likely": likely,
        "rows": [
            (use, titles[use.bib_id], STATES[use.state], linked.get(use.authority_id or 0))
            for use in uses.rows
            if use.bib_id in titles
        ],
        "onward": onward(request, uses.after),
        "new_url": f"{reverse('workbench:authority-new')}?"
        + urlencode({"kind": kind.value, "name": name, "dates": dates}),
    }
    return page(request, "workbench/authorities/heading.html", context, status=422 if form.errors else 200)
