"""Runs of the van: planning them, the sheet of today on paper and phone, and what is late."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import branch_choices, branch_name
from wenyuan.doors.workbench.form_pages import done, not_done, refuse
from wenyuan.doors.workbench.items.words import TRANSIT_REASONS
from wenyuan.doors.workbench.journal.rows import account_names
from wenyuan.doors.workbench.paging import onward, pair_from
from wenyuan.doors.workbench.shell import page
from wenyuan.doors.workbench.transit import forms
from wenyuan.doors.workbench.transit.frame import tabs, transit_crumbs
from wenyuan.doors.workbench.transit.words import refusal_words, weekday_words
from wenyuan.lending.transit import operations
from wenyuan.lending.transit.data import RunView, SheetCrate, StopInput, TransitRefused
from wenyuan.lending.transit.queries import get_run, list_late, list_late_rules, list_runs, run_sheet
from wenyuan.organisation.network.data import NetworkMap
from wenyuan.organisation.network.queries import get_library, network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may
from wenyuan.plumbing.clock import local_date

ROWS = 50
EMPTY_STOPS = 4
GET_POST = ["GET", "HEAD", "POST"]


@require_GET
@staff_page(Act.DRIVE_RUNS, Act.PLAN_RUNS)
def runs(request: StaffRequest) -> HttpResponse:
    network, today = network_map(), local_date(request.at)
    after = pair_from(request)
    found = list_runs(after=str(after[0]) if after else "", size=ROWS + 1)
    title = gettext("Runs")
    context = {
        "title": title,
        "crumbs": transit_crumbs(Crumb(title)),
        "tabs": tabs(request),
        "may_plan": may(request.operator, Act.PLAN_RUNS, request.desk.branch_id),
        "rows": [
            {
                "run": run,
                "stops": [branch_name(stop.branch_id, network) for stop in run.stops],
                "days": weekday_words(frozenset().union(*(stop.weekdays for stop in run.stops))),
                "today": any(today.weekday() in stop.weekdays for stop in run.stops),
                "may_drive": may(request.operator, Act.DRIVE_RUNS, run.base_id),
                "may_plan": may(request.operator, Act.PLAN_RUNS, run.base_id),
            }
            for run in found[:ROWS]
        ],
        "onward": onward(request, (found[ROWS - 1].code, 0) if len(found) > ROWS else None),
    }
    return page(request, "workbench/transit/runs.html", context)


@require_GET
@staff_page(Act.DRIVE_RUNS, any_branch=True)
def sheet(request: StaffRequest, run_id: int) -> HttpResponse:
    """Today's halts with what to leave and to take along; the same page is the paper."""
    today = local_date(request.at)
    found = run_sheet(run_id=run_id, day=today)
    if found is None or not may(request.operator, Act.DRIVE_RUNS, found.run.base_id):
        raise Http404
    network, names = network_map(), account_names()
    library = get_library()
    context = {
        "title": f"{found.run.code} {found.run.name}",
        "line": library.name_zh if library else "",
        "crumbs": transit_crumbs(Crumb(gettext("Runs"), reverse("workbench:runs")), Crumb(found.run.code)),
        "day": today,
        "run": found.run,
        "stops": [
            {
                "place": place,
                "stop": one.stop,
                "branch": branch_name(one.stop.branch_id, network),
                "address": network.branches[one.stop.branch_id].address,
                "phone": network.branches[one.stop.branch_id].phone,
                "drop": [_crate_row(crate, network) for crate in one.drop],
                "pick": [_crate_row(crate, network) for crate in one.pick],
                "loose": one.loose,
                "visit": one.visit,
                "done_by": names.get(one.visit.done_by_id, "") if one.visit else "",
            }
            for place, one in enumerate(found.stops, start=1)
        ],
    }
    return page(request, "workbench/transit/run_sheet.html", context)


def _crate_row(crate: SheetCrate, network: NetworkMap) -> dict[str, object]:
    return {
        "crate": crate,
        "from_name": branch_name(crate.from_branch_id, network),
        "to_name": branch_name(crate.to_branch_id, network),
    }


@require_POST
@staff_page(Act.DRIVE_RUNS, any_branch=True)
def mark(request: StaffRequest, run_id: int, stop_id: int) -> HttpResponse:
    back = f"{reverse('workbench:run', args=[run_id])}#stop-{stop_id}"
    try:
        visit = operations.mark_stop(
            stop_id=stop_id,
            dropped=_ids(request, "dropped"),
            picked=_ids(request, "picked"),
            note=request.POST.get("note", "").replace("\0", ""),
            at=request.at,
            desk=request.desk,
        )
    except TransitRefused as refused:
        return not_done(request, refusal_words(refused), back)
    words = gettext("Halt done. Crates left: %(left)s, taken along: %(taken)s.")
    return done(request, words % {"left": visit.dropped, "taken": visit.picked}, back)


def _ids(request: StaffRequest, name: str) -> list[int]:
    return [int(text) for text in request.POST.getlist(name) if text.isdecimal() and len(text) < 16]


@require_http_methods(GET_POST)
@staff_page(Act.PLAN_RUNS)
def new_run(request: StaffRequest) -> HttpResponse:
    return _plan(request, None)


@require_http_methods(GET_POST)
@staff_page(Act.PLAN_RUNS, any_branch=True)
def edit_run(request: StaffRequest, run_id: int) -> HttpResponse:
    run = get_run(run_id)
    if run is None or not may(request.operator, Act.PLAN_RUNS, run.base_id):
        raise Http404
    return _plan(request, run)


def _plan(request: StaffRequest, run: RunView | None) -> HttpResponse:
    """The form of a run: its name, and its halts by their order; a row without a branch is no halt."""
    data = request.POST or None
    choices = branch_choices(on=local_date(request.at), empty="", standing=True)
    form = forms.RunForm(data, initial={"code": run.code, "name": run.name} if run else {})
    if run is not None:
        form.fields.pop("code")
    stops = forms.StopFormSet(
        data, initial=None if data else _initial(run), prefix="stop", form_kwargs={"branches": choices}
    )
    if form.is_valid() and stops.is_valid():
        planned = _planned(stops.cleaned_data)
        try:
            if run is None:
                kept = operations.add_run(stops=planned, at=request.at, desk=request.desk, **form.cleaned_data)
            else:
                kept = operations.change_run(
                    run_id=run.id, stops=planned, at=request.at, desk=request.desk, **form.cleaned_data
                )
        except TransitRefused as refused:
            refuse(form, refusal_words(refused))
        else:
            return done(request, _("The run is saved."), f"{reverse('workbench:runs')}#run-{kept.id}")
    title = gettext("Change the run") if run else gettext("Plan a run")
    context = {
        "title": title,
        "line": f"{run.code} {run.name}" if run else "",
        "crumbs": transit_crumbs(Crumb(gettext("Runs"), reverse("workbench:runs")), Crumb(title)),
        "form": form,
        "stops": stops,
        "run": run,
    }
    bad = form.errors or (data is not None and not stops.is_valid())
    return page(request, "workbench/transit/run_form.html", context, status=422 if bad else 200)


def _initial(run: RunView | None) -> list[dict[str, Any]]:
    if run is None:
        return [{"order": place + 1, "weekdays": [str(day) for day in range(5)]} for place in range(EMPTY_STOPS)]
    kept = [
        {
            "order": stop.position + 1,
            "branch": stop.branch_id,
            "weekdays": [str(day) for day in sorted(stop.weekdays)],
            "due_time": stop.due_time,
            "note": stop.note,
        }
        for stop in run.stops
    ]
    return kept + [{"order": len(kept) + place + 1} for place in range(EMPTY_STOPS)]


def _planned(rows: Sequence[Mapping[str, Any]]) -> list[StopInput]:
    halts = sorted((row for row in rows if row.get("branch")), key=lambda row: row["order"])
    return [
        StopInput(
            branch_id=row["branch"],
            weekdays=frozenset(row["weekdays"]),
            due_time=row["due_time"],
            note=row["note"],
        )
        for row in halts
    ]


@require_POST
@staff_page(Act.PLAN_RUNS, any_branch=True)
def end_run(request: StaffRequest, run_id: int) -> HttpResponse:
    back = reverse("workbench:runs")
    try:
        operations.end_run(run_id=run_id, at=request.at, desk=request.desk)
    except TransitRefused as refused:
        return not_done(request, refusal_words(refused), back)
    return done(request, _("The run is driven no longer."), back)


@require_GET
@staff_page(Act.PACK_CRATES)
def late(request: StaffRequest) -> HttpResponse:
    """Items from or to this branch that are on their way longer than they should be."""
    network, branch_id = network_map(), request.desk.branch_id
    after = pair_from(request)
    found = list_late(
        at=request.at, branch_id=branch_id, after=(str(after[0]), after[1]) if after else None, size=ROWS + 1
    )
    last = found[ROWS - 1] if len(found) > ROWS else None
    title = gettext("Late")
    context = {
        "title": title,
        "line": branch_name(branch_id, network),
        "crumbs": transit_crumbs(Crumb(title)),
        "tabs": tabs(request),
        "may_plan": may(request.operator, Act.PLAN_RUNS, branch_id),
        "rows": [
            {
                "item": one,
                "from": branch_name(one.from_branch_id, network),
                "to": branch_name(one.to_branch_id, network),
                "reason": TRANSIT_REASONS.get(one.reason, one.reason),
                "days": (request.at - one.sent_at).days,
            }
            for one in found[:ROWS]
        ],
        "onward": onward(request, (last.sent_at.isoformat(), last.transit_id) if last else None),
    }
    return page(request, "workbench/transit/late.html", context)


@require_http_methods(GET_POST)
@staff_page(Act.PLAN_RUNS)
def late_rules(request: StaffRequest) -> HttpResponse:
    """After how many days an item is late: everywhere, from or to a branch, or between two."""
    network = network_map()
    choices = branch_choices(on=local_date(request.at), empty=_("any branch"))
    form = forms.LateForm(request.POST or None, branches=choices)
    back = reverse("workbench:late-rules")
    if form.is_valid():
        try:
            operations.set_late_after(at=request.at, desk=request.desk, **form.cleaned_data)
        except TransitRefused as refused:
            refuse(form, refusal_words(refused))
        else:
            return done(request, _("The number of days is saved."), back)
    title = gettext("When an item is late")
    context = {
        "title": title,
        "line": gettext("Where nothing is said, after three days. What is said for both ends counts before all."),
        "crumbs": transit_crumbs(Crumb(gettext("Late"), reverse("workbench:transit-late")), Crumb(title)),
        "form": form,
        "rows": [
            (one, branch_name(one.from_branch_id, network), branch_name(one.to_branch_id, network))
            for one in list_late_rules()
        ],
    }
    return page(request, "workbench/transit/late_rules.html", context, status=422 if form.errors else 200)


@require_POST
@staff_page(Act.PLAN_RUNS)
def drop_late_rule(request: StaffRequest, rule_id: int) -> HttpResponseRedirect:
    operations.drop_late_after(rule_id=rule_id, at=request.at, desk=request.desk)
    return done(request, _("Taken back."), reverse("workbench:late-rules"))
