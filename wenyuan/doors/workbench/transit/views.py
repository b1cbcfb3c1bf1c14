"""Crates of the branch one works at: what waits, what is being packed, and one crate from packing to signing."""

from collections.abc import Callable

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import branch_choices, branch_name
from wenyuan.doors.workbench.form_pages import done, not_done, refuse
from wenyuan.doors.workbench.items.words import TRANSIT_REASONS
from wenyuan.doors.workbench.journal.rows import account_names
from wenyuan.doors.workbench.paged import page_of
from wenyuan.doors.workbench.paging import number_from, onward
from wenyuan.doors.workbench.shell import page
from wenyuan.doors.workbench.transit import forms
from wenyuan.doors.workbench.transit.frame import manifest_or_404, manifest_row, tabs, transit_crumbs
from wenyuan.doors.workbench.transit.words import LINE_STATES, MANIFEST_STATES, refusal_words
from wenyuan.lending.transit import operations
from wenyuan.lending.transit.data import ManifestState, ManifestView, TransitRefused
from wenyuan.lending.transit.queries import (
    list_manifests,
    list_waiting,
    manifest_lines,
    waiting_counts,
)
from wenyuan.organisation.network.queries import get_library, network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may
from wenyuan.plumbing.clock import local_date

ROWS = 50
GET_POST = ["GET", "HEAD", "POST"]


@require_http_methods(GET_POST)
@staff_page(Act.PACK_CRATES, Act.DRIVE_RUNS, Act.PLAN_RUNS)
def crates(request: StaffRequest) -> HttpResponse:
    """Where packing begins: what waits for which branch, the crates that are open, and a form for the next one. Who
    only drives goes on to the runs."""
    if not may(request.operator, Act.PACK_CRATES, request.desk.branch_id):
        return HttpResponseRedirect(reverse("workbench:runs"))
    network, branch_id = network_map(), request.desk.branch_id
    counts = waiting_counts(branch_id)
    others = frozenset(network.branches) - {branch_id}
    choices = branch_choices(on=local_date(request.at), ids=others, standing=True)
    initial = {"to": request.GET.get("to") or (counts[0].to_branch_id if counts else None)}
    form = forms.OpenForm(request.POST or None, branches=choices, initial=initial)
    if form.is_valid():
        try:
            opened = operations.open_crate(
                code=form.cleaned_data["code"], to_branch_id=form.cleaned_data["to"], at=request.at, desk=request.desk
            )
        except TransitRefused as refused:
            refuse(form, refusal_words(refused))
        else:
            return HttpResponseRedirect(reverse("workbench:crate", args=[opened.id]))
    found = list_manifests(branch_id, only_open=True, before=number_from(request), size=ROWS + 1)
    context = {
        "title": gettext("Crates"),
        "line": branch_name(branch_id, network),
        "tabs": tabs(request),
        "form": form,
        "waiting": [(one, branch_name(one.to_branch_id, network)) for one in counts],
        "rows": [manifest_row(one, branch_id, network) for one in found[:ROWS]],
        "onward": onward(request, found[ROWS - 1].id if len(found) > ROWS else None),
    }
    return page(request, "workbench/transit/crates.html", context, status=422 if form.errors else 200)


@require_GET
@staff_page(Act.PACK_CRATES)
def manifests(request: StaffRequest) -> HttpResponse:
    network, branch_id = network_map(), request.desk.branch_id
    found = list_manifests(branch_id, before=number_from(request), size=ROWS + 1)
    title = gettext("All manifests")
    context = {
        "title": title,
        "line": branch_name(branch_id, network),
        "crumbs": transit_crumbs(Crumb(title)),
        "tabs": tabs(request),
        "rows": [manifest_row(one, branch_id, network) for one in found[:ROWS]],
        "onward": onward(request, found[ROWS - 1].id if len(found) > ROWS else None),
    }
    return page(request, "workbench/transit/manifests.html", context)


@require_GET
@staff_page(Act.PACK_CRATES)
def waiting(request: StaffRequest) -> HttpResponse:
    """Items that were sent on from here and lie in no crate; ``?taken=1`` those taken for other groups (代收)."""
    network, branch_id = network_map(), request.desk.branch_id
    to = request.GET.get("to", "")
    taken = request.GET.get("taken") == "1"
    rows = list_waiting(
        branch_id,
        to_branch_id=int(to) if to.isdecimal() and len(to) < 10 else None,
        reason="send_on" if taken else "",
        after_id=number_from(request) or 0,
        size=ROWS + 1,
    )
    shown = rows[:ROWS]
    title = gettext("Waiting to be packed")
    context = {
        "title": title,
        "line": branch_name(branch_id, network),
        "crumbs": transit_crumbs(Crumb(title)),
        "tabs": tabs(request),
        "counts": [(one, branch_name(one.to_branch_id, network)) for one in waiting_counts(branch_id)],
        "to": to,
        "taken": taken,
        "rows": [
            {
                "item": one,
                "to": branch_name(one.to_branch_id, network),
                "reason": TRANSIT_REASONS.get(one.reason, one.reason),
                "days": (request.at - one.sent_at).days,
            }
            for one in shown
        ],
        "onward": onward(request, shown[-1].transit_id if len(rows) > ROWS else None),
    }
    return page(request, "workbench/transit/waiting.html", context)


@require_GET
@staff_page(Act.PACK_CRATES)
def slips(request: StaffRequest) -> HttpResponse:
    """A slip of 80 mm for each item that waits here, or for those bound for one branch; fifty at a time."""
    network, branch_id = network_map(), request.desk.branch_id
    to = request.GET.get("to", "")
    rows = list_waiting(
        branch_id,
        to_branch_id=int(to) if to.isdecimal() and len(to) < 10 else None,
        after_id=number_from(request) or 0,
        size=ROWS + 1,
    )
    library = get_library()
    context = {
        "library": library.name_zh if library else "",
        "from_name": branch_name(branch_id, network),
        "rows": [(one, branch_name(one.to_branch_id, network)) for one in rows[:ROWS]],
        "onward": onward(request, rows[ROWS - 1].transit_id if len(rows) > ROWS else None),
        "back": reverse("workbench:transit-waiting"),
    }
    return page(request, "workbench/transit/slips.html", context)


@require_GET
@staff_page(Act.PACK_CRATES)
def crate(request: StaffRequest, manifest_id: int) -> HttpResponse:
    """One journey of a crate; what can be done depends on how far it is, and at which end one works."""
    manifest = manifest_or_404(request, manifest_id)
    return page(request, "workbench/transit/crate.html", _crate_context(request, manifest))


def _crate_context(request: StaffRequest, manifest: ManifestView) -> dict[str, object]:
    network = network_map()
    names = account_names()
    lines = manifest_lines(manifest.id)
    state = manifest.state
    here, there = (
        may(request.operator, Act.PACK_CRATES, branch_id)
        for branch_id in (manifest.from_branch_id, manifest.to_branch_id)
    )
    at_start, at_end = (
        request.desk.branch_id == branch_id for branch_id in (manifest.from_branch_id, manifest.to_branch_id)
    )
    to_name = branch_name(manifest.to_branch_id, network)
    under_way = state in (ManifestState.SEALED, ManifestState.ON_THE_WAY, ManifestState.DELIVERED)
    arrived = sum(line.state.arrived for line in lines)
    return {
        "title": gettext("Crate %(code)s to %(branch)s") % {"code": manifest.crate, "branch": to_name},
        "line": manifest.number,
        "crumbs": transit_crumbs(Crumb(manifest.number or manifest.crate)),
        "manifest": manifest,
        "state": MANIFEST_STATES[state],
        "from_name": branch_name(manifest.from_branch_id, network),
        "to_name": to_name,
        "opened_by": names.get(manifest.opened_by_id, ""),
        "sealed_by": names.get(manifest.sealed_by_id or 0, ""),
        "handed_by": names.get(manifest.handed_by_id or 0, ""),
        "received_by": names.get(manifest.received_by_id or 0, ""),
        "page": page_of(
            request,
            [
                {"line": line, "state": LINE_STATES[line.state], "bound_for": branch_name(line.bound_for_id, network)}
                for line in lines
            ],
        ),
        "arrived": arrived,
        "outstanding": len(lines) - arrived,
        "packs": state is ManifestState.PACKING and here and at_start,
        "hands": state is ManifestState.SEALED and here and at_start,
        "drops": state in (ManifestState.PACKING, ManifestState.SEALED) and here and at_start,
        "unpacks": under_way and there and at_end,
        "may_issue": under_way and here,
        "seal_form": forms.SealForm(),
        "hand_form": forms.HandForm(),
        "damage_form": forms.DamageForm(),
    }


def _back(manifest_id: int) -> str:
    return reverse("workbench:crate", args=[manifest_id])


def _attempt(request: StaffRequest, act: Callable[[], StrOrPromise], back: str) -> HttpResponseRedirect:
    """One verb, and what came of it said on the page that follows."""
    try:
        return done(request, act(), back)
    except TransitRefused as refused:
        return not_done(request, refusal_words(refused), back)


@require_POST
@staff_page(Act.PACK_CRATES)
def pack(request: StaffRequest, manifest_id: int) -> HttpResponse:
    form = forms.ScanForm(request.POST)
    if not form.is_valid():
        return not_done(request, _("Scan the barcode of an item."), _back(manifest_id))

    def act() -> str:
        receipt = operations.pack(
            manifest_id=manifest_id, item=form.cleaned_data["code"], at=request.at, desk=request.desk
        )
        words = gettext("Packed: %(title)s") if not receipt.repeated else gettext("Packed already: %(title)s")
        return words % {"title": receipt.title}

    return _attempt(request, act, _back(manifest_id))


@require_POST
@staff_page(Act.PACK_CRATES)
def take_out(request: StaffRequest, manifest_id: int) -> HttpResponse:
    def act() -> StrOrPromise:
        operations.take_out(
            manifest_id=manifest_id, item=request.POST.get("code", "")[:64], at=request.at, desk=request.desk
        )
        return _("Taken out of the crate.")

    return _attempt(request, act, _back(manifest_id))


@require_POST
@staff_page(Act.PACK_CRATES)
def seal(request: StaffRequest, manifest_id: int) -> HttpResponse:
    form = forms.SealForm(request.POST)

    def act() -> str:
        sealed = operations.seal(
            manifest_id=manifest_id,
            seal=form.cleaned_data["seal"] if form.is_valid() else "",
            at=request.at,
            desk=request.desk,
        )
        return gettext("Sealed. The manifest has the number %(number)s.") % {"number": sealed.number}

    return _attempt(request, act, _back(manifest_id))


@require_POST
@staff_page(Act.PACK_CRATES)
def hand_over(request: StaffRequest, manifest_id: int) -> HttpResponse:
    form = forms.HandForm(request.POST)
    carrier = form.cleaned_data["carrier"] if form.is_valid() else ""

    def act() -> StrOrPromise:
        operations.hand_over(manifest_id=manifest_id, carrier=carrier, at=request.at, desk=request.desk)
        return _("Handed over.")

    return _attempt(request, act, _back(manifest_id))


@require_POST
@staff_page(Act.PACK_CRATES)
def drop(request: StaffRequest, manifest_id: int) -> HttpResponse:
    def act() -> StrOrPromise:
        operations.drop_crate(manifest_id=manifest_id, at=request.at, desk=request.desk)
        return _("The journey is given up; its items can be packed anew.")

    return _attempt(request, act, reverse("workbench:crates"))


@require_GET
@staff_page(Act.PACK_CRATES)
def sheet(request: StaffRequest, manifest_id: int) -> HttpResponse:
    """The manifest on paper, A4, with places for both signatures: the whole list, which ``MOST_LINES`` bounds."""
    manifest = manifest_or_404(request, manifest_id)
    library = get_library()
    network = network_map()
    names = account_names()
    context = {
        "library": library.name_zh if library else "",
        "manifest": manifest,
        "from_name": branch_name(manifest.from_branch_id, network),
        "to_name": branch_name(manifest.to_branch_id, network),
        "sealed_by": names.get(manifest.sealed_by_id or 0, ""),
        "handed_by": names.get(manifest.handed_by_id or 0, ""),
        "received_by": names.get(manifest.received_by_id or 0, ""),
        "lines": [
            {
                "line": line,
                "reason": TRANSIT_REASONS.get(line.reason, line.reason),
                "bound_for": branch_name(line.bound_for_id, network)
                if line.bound_for_id != manifest.to_branch_id
                else "",
            }
            for line in manifest_lines(manifest.id)
        ],
        "back": _back(manifest_id),
    }
    return page(request, "workbench/transit/sheet.html", context)


@require_GET
@staff_page(Act.PACK_CRATES)
def label(request: StaffRequest, manifest_id: int) -> HttpResponse:
    """What is stuck on the crate: 80 mm wide."""
    manifest = manifest_or_404(request, manifest_id)
    library = get_library()
    network = network_map()
    context = {
        "library": library.name_zh if library else "",
        "manifest": manifest,
        "from_name": branch_name(manifest.from_branch_id, network),
        "to_name": branch_name(manifest.to_branch_id, network),
        "back": _back(manifest_id),
    }
    return page(request, "workbench/transit/label.html", context)
