"""Station batches (流动站批次) of the branch one works at: begun, packed by scanning, sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import branch_choices, branch_name
from wenyuan.doors.workbench.form_pages import Sheet, done, form_page, not_done, refuse
from wenyuan.doors.workbench.holds.words import BUSY, not_done_words
from wenyuan.doors.workbench.journal.words import KINDS
from wenyuan.doors.workbench.paging import number_from, onward
from wenyuan.doors.workbench.shell import page
from wenyuan.doors.workbench.transit.batch_forms import BatchScanForm, OpenBatchForm, TermsForm
from wenyuan.doors.workbench.transit.batch_words import (
    BATCH_STATES,
    LINE_ENDS,
    POSITIONS,
    SETTLED,
    TURNED_UP,
    batch_refusal_words,
)
from wenyuan.doors.workbench.transit.frame import tabs, transit_crumbs
from wenyuan.doors.workbench.transit.words import Tagged, refusal_words
from wenyuan.lending.circulation.data.consignments import (
    ConsignedView,
    ConsignmentRefused,
    ConsignmentView,
    LineEnd,
    Position,
    Settled,
)
from wenyuan.lending.circulation.operations import (
    Contended,
    Refused,
    change_consignment,
    consign_item,
    drop_consignment,
    open_consignment,
    send_consignment,
    unconsign_item,
)
from wenyuan.lending.circulation.queries import get_consignment, list_consignments
from wenyuan.lending.transit.data import TransitRefused
from wenyuan.lending.transit.operations import pack
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.network.data import NetworkMap
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may
from wenyuan.plumbing.clock import local_date

ROWS = 50
GET_POST = ["GET", "HEAD", "POST"]


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A batch in words; ``counts`` are how many of its items are where, those alone that are more than none."""

    batch: ConsignmentView
    state: Tagged
    from_name: str
    to_name: str
    is_late: bool
    counts: tuple[tuple[str, StrOrPromise, int], ...]


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line in words: where its item is or how its stay ended, and what the journal knows of its way last."""

    line: ConsignedView
    state: Tagged
    now: Tagged | None
    settled: Tagged | None
    last: StrOrPromise
    last_branch: str


@require_http_methods(GET_POST)
@staff_page(Act.PACK_CRATES)
def batches(request: StaffRequest) -> HttpResponse:
    """Batches from here and to here, those that are late first of all, and a form for the next one."""
    network, branch_id, today = network_map(), request.desk.branch_id, local_date(request.at)
    choices = branch_choices(on=today, ids=frozenset(network.branches) - {branch_id}, standing=True)
    form = OpenBatchForm(request.POST or None, branches=choices, initial={"to": request.GET.get("to")})
    if form.is_valid():
        try:
            opened = open_consignment(
                to_branch_id=form.cleaned_data["to"],
                purpose=form.cleaned_data["purpose"],
                return_date=form.cleaned_data["return_date"],
                at=request.at,
                desk=request.desk,
            )
        except ConsignmentRefused as refused:
            refuse(form, batch_refusal_words(refused))
        else:
            return HttpResponseRedirect(_url(opened.id))
    everything = request.GET.get("all") == "1"
    late = request.GET.get("late") == "1"
    found = list_consignments(
        branch_id,
        only_open=not everything,
        late_on=today if late else None,
        before=number_from(request),
        size=ROWS + 1,
    )
    context = {
        "title": gettext("Station batches"),
        "line": branch_name(branch_id, network),
        "crumbs": transit_crumbs(Crumb(gettext("Station batches"))),
        "tabs": tabs(request),
        "form": form,
        "everything": everything,
        "late": late,
        "rows": [batch_row(request, one, network) for one in found[:ROWS]],
        "onward": onward(request, found[ROWS - 1].id if len(found) > ROWS else None),
    }
    return page(request, "workbench/transit/batches.html", context, status=422 if form.errors else 200)


def batch_or_404(request: StaffRequest, batch_id: int) -> ConsignmentView:
    """The batch, if the operator may pack at one of its ends."""
    found = get_consignment(batch_id)
    if found is None or not any(
        may(request.operator, Act.PACK_CRATES, branch_id) for branch_id in (found.from_branch_id, found.to_branch_id)
    ):
        raise Http404
    return found


def batch_row(request: StaffRequest, batch: ConsignmentView, network: NetworkMap) -> BatchRow:
    """A batch as a list and its own page show it."""
    is_over = batch.ended_at is not None
    tags: Mapping[Position, Tagged] | Mapping[LineEnd, Tagged] = LINE_ENDS if is_over else POSITIONS
    return BatchRow(
        batch,
        BATCH_STATES[batch.state],
        branch_name(batch.from_branch_id, network),
        branch_name(batch.to_branch_id, network),
        batch.sent_at is not None and not is_over and batch.return_date < local_date(request.at),
        tuple((one.value, words, count) for one, (_, words) in tags.items() if (count := batch.counts.get(one.value))),
    )


def line_row(line: ConsignedView, network: NetworkMap) -> LineRow:
    """A line of a batch in words."""
    settled = line.settled_as
    return LineRow(
        line,
        LINE_ENDS[line.ended_as] if line.ended_as else POSITIONS[line.position],
        TURNED_UP if line.has_turned_up and settled is not Settled.FOUND else None,
        SETTLED[settled] if settled else None,
        KINDS[Kind(line.last_kind)] if line.last_kind else "",
        branch_name(line.last_branch_id, network),
    )


@require_http_methods(GET_POST)
@staff_page(Act.PACK_CRATES)
def edit(request: StaffRequest, batch_id: int) -> HttpResponse:
    """What a batch is for, and until when the station has it."""
    batch, back = batch_or_404(request, batch_id), _url(batch_id)
    form = TermsForm(request.POST or None, initial={"purpose": batch.purpose, "return_date": batch.return_date})
    if form.is_valid():
        try:
            change_consignment(consignment_id=batch_id, at=request.at, desk=request.desk, **form.cleaned_data)
        except ConsignmentRefused as refused:
            refuse(form, batch_refusal_words(refused))
        else:
            return done(request, _("Changed."), back)
    title = gettext("Change the batch")
    sheet = Sheet(
        title=title,
        act=_("Save"),
        line=batch.number,
        crumbs=batch_crumbs(Crumb(batch.number or batch.purpose, back), Crumb(title)),
        back=back,
    )
    return form_page(request, form, sheet)


@require_POST
@staff_page(Act.PACK_CRATES)
def add(request: StaffRequest, batch_id: int) -> HttpResponse:
    """A scan into the batch, and with it into the crate that is being packed: two writes, each of which may be
    repeated."""
    form = BatchScanForm(request.POST)
    if not form.is_valid():
        return not_done(request, _("Scan the barcode of an item."), _url(batch_id))
    crate = form.cleaned_data["crate"]
    back = f"{_url(batch_id)}?crate={crate}" if crate else _url(batch_id)

    def act() -> str:
        code = form.cleaned_data["code"]
        receipt = consign_item(consignment_id=batch_id, item=code, at=request.at, desk=request.desk)
        words = gettext("In the batch already: %(title)s") if receipt.repeated else gettext("In the batch: %(title)s")
        words = words % {"title": receipt.sent.item.title}
        if crate:
            packed = pack(manifest_id=crate, item=code, at=request.at, desk=request.desk)
            words += " · " + gettext("in the crate: %(count)s") % {"count": packed.items}
        return words

    return attempt(request, act, back)


@require_POST
@staff_page(Act.PACK_CRATES)
def take_out(request: StaffRequest, batch_id: int) -> HttpResponse:
    def act() -> StrOrPromise:
        code = request.POST.get("code", "")[:64]
        unconsign_item(consignment_id=batch_id, item=code, at=request.at, desk=request.desk)
        return _("Taken out; it stays here.")

    return attempt(request, act, _url(batch_id))


@require_POST
@staff_page(Act.PACK_CRATES)
def send(request: StaffRequest, batch_id: int) -> HttpResponse:
    def act() -> str:
        sent = send_consignment(consignment_id=batch_id, at=request.at, desk=request.desk)
        return gettext("Sent. The batch has the number %(number)s.") % {"number": sent.number}

    return attempt(request, act, _url(batch_id))


@require_POST
@staff_page(Act.PACK_CRATES)
def drop(request: StaffRequest, batch_id: int) -> HttpResponse:
    def act() -> StrOrPromise:
        drop_consignment(consignment_id=batch_id, at=request.at, desk=request.desk)
        return _("The batch is given up.")

    return attempt(request, act, _url(batch_id))


def attempt(request: StaffRequest, act: Callable[[], StrOrPromise], back: str) -> HttpResponseRedirect:
    """One act on a batch, and what came of it said on the page that follows."""
    try:
        return done(request, act(), back)
    except ConsignmentRefused as refused:
        return not_done(request, batch_refusal_words(refused), back)
    except TransitRefused as refused_crate:
        return not_done(request, refusal_words(refused_crate), back)
    except Refused as refused_item:
        return not_done(request, not_done_words(refused_item.blocks), back)
    except Contended:
        return not_done(request, BUSY, back)


def batch_crumbs(*after: Crumb) -> tuple[Crumb, ...]:
    """From the batches to what ``after`` names."""
    return transit_crumbs(Crumb(gettext("Station batches"), reverse("workbench:station-batches")), *after)


def _url(batch_id: int) -> str:
    return reverse("workbench:station-batch", args=[batch_id])
