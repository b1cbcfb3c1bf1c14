"""One station batch from packing to its last shortage: its page, what is taken back by scanning, and its papers."""

from datetime import date, timedelta

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.desk.slips import library_name
from wenyuan.doors.workbench.form_pages import Sheet, done, form_page, not_done, refuse
from wenyuan.doors.workbench.holds.words import BUSY, not_done_words
from wenyuan.doors.workbench.items.conditions import where_words
from wenyuan.doors.workbench.journal.rows import account_names
from wenyuan.doors.workbench.paging import number_from, onward
from wenyuan.doors.workbench.shell import page
from wenyuan.doors.workbench.templatetags.staff import yuan
from wenyuan.doors.workbench.transit.batch_forms import BatchScanForm, SettleForm
from wenyuan.doors.workbench.transit.batch_words import batch_refusal_words
from wenyuan.doors.workbench.transit.batches import (
    ROWS,
    attempt,
    batch_crumbs,
    batch_or_404,
    batch_row,
    line_row,
)
from wenyuan.lending.circulation.data.consignments import (
    ConsignedView,
    ConsignmentRefused,
    ConsignmentState,
    ConsignmentView,
    LineEnd,
    Position,
)
from wenyuan.lending.circulation.operations import (
    Contended,
    Refused,
    end_consignment,
    settle_shortage,
    take_back_consigned,
)
from wenyuan.lending.circulation.queries import consignment_lines
from wenyuan.lending.transit.queries import list_manifests
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may
from wenyuan.plumbing.clock import local_date
from wenyuan.services.registers.data import MonthFacts
from wenyuan.services.registers.queries import months_of_branch

MONTHS_SHOWN = 6
ON_PAPER = 2000
"""A batch takes no more items."""


@require_GET
@staff_page(Act.PACK_CRATES)
def batch(request: StaffRequest, batch_id: int) -> HttpResponse:
    """A batch: what can be done depends on how far it is, and where one works. ``?where=`` shows the items of one
    place."""
    found, network, names = batch_or_404(request, batch_id), network_map(), account_names()
    row = batch_row(request, found, network)
    where = request.GET.get("where", "")
    where = where if where in {place for place, _words, _count in row.counts} else ""
    lines = consignment_lines(batch_id, wanted=where, after=number_from(request) or 0, size=ROWS + 1)
    sends = may(request.operator, Act.PACK_CRATES, found.from_branch_id)
    packs = sends and found.state is ConsignmentState.PACKING and request.desk.branch_id == found.from_branch_id
    takes = (
        sends
        and found.state in (ConsignmentState.SENT, ConsignmentState.ENDED)
        and request.desk.branch_id != found.to_branch_id
        and may(request.operator, Act.CHECKIN, request.desk.branch_id)
    )
    crates = _crates(found) if packs else []
    crate = request.GET.get("crate", "")
    context = {
        "title": gettext("Batch for %(branch)s: %(purpose)s") % {"branch": row.to_name, "purpose": found.purpose},
        "line": found.number,
        "crumbs": batch_crumbs(Crumb(found.number or found.purpose)),
        "row": row,
        "batch": found,
        "opened_by": names.get(found.opened_by_id, ""),
        "sent_by": names.get(found.sent_by_id or 0, ""),
        "ended_by": names.get(found.ended_by_id or 0, ""),
        "where": where,
        "rows": [line_row(line, network) for line in lines[:ROWS]],
        "onward": onward(request, lines[ROWS - 1].id if len(lines) > ROWS else None),
        "packs": packs,
        "takes": takes and (found.state is ConsignmentState.SENT or found.open_shortages),
        "may_end": sends and found.state is ConsignmentState.SENT,
        "may_edit": sends and found.state in (ConsignmentState.PACKING, ConsignmentState.SENT),
        "may_settle": sends and may(request.operator, Act.MARK_ITEMS, request.desk.branch_id),
        "out": sum(found.counts.get(one.value, 0) for one in Position if not one.is_back),
        "crates": crates,
        "crate": crate if crate in {value for value, _code in crates} else "",
        "months": _months(request, found),
    }
    return page(request, "workbench/transit/batch.html", context)


def _crates(found: ConsignmentView) -> list[tuple[str, str]]:
    """Crates that are being packed for the station: manifest and code."""
    packing = list_manifests(found.from_branch_id, packing_for=found.to_branch_id)
    return [(str(one.id), one.crate) for one in packing]


def _months(request: StaffRequest, found: ConsignmentView) -> list[tuple[date, MonthFacts | None]]:
    """The latest months of the stay that are over, with what stands for them of the station's paper register; none for
    who may not count there."""
    if found.sent_at is None or not may(request.operator, Act.ENTER_VISITS, found.to_branch_id):
        return []
    first = local_date(found.sent_at).replace(day=1)
    month = (local_date(found.ended_at or request.at).replace(day=1) - timedelta(days=1)).replace(day=1)
    months: list[date] = []
    while month >= first and len(months) < MONTHS_SHOWN:
        months.append(month)
        month = (month - timedelta(days=1)).replace(day=1)
    typed = months_of_branch(branch_id=found.to_branch_id, months=months)
    return [(one, typed.get(one)) for one in months]


@require_POST
@staff_page(Act.PACK_CRATES)
def take_back(request: StaffRequest, batch_id: int) -> HttpResponse:
    """A scan at the taking-back."""
    back, form = _url(batch_id), BatchScanForm(request.POST)
    if not form.is_valid():
        return not_done(request, _("Scan the barcode of an item."), back)
    try:
        taken = take_back_consigned(
            consignment_id=batch_id, item=form.cleaned_data["code"], at=request.at, desk=request.desk
        )
    except ConsignmentRefused as refused:
        return not_done(request, batch_refusal_words(refused), back)
    except Refused as refused_item:
        return not_done(request, not_done_words(refused_item.blocks), back)
    except Contended:
        return not_done(request, BUSY, back)
    receipt = taken.receipt
    done_words = gettext("Found: %(title)s") if taken.was_short else gettext("Taken back: %(title)s")
    words = " · ".join([done_words % {"title": receipt.item.title}, *where_words(receipt)])
    if not taken.listed:
        return not_done(request, f"{words} · {gettext('not of this batch')}", back)
    return done(request, words, back)


@require_POST
@staff_page(Act.PACK_CRATES)
def end(request: StaffRequest, batch_id: int) -> HttpResponse:
    def act() -> str:
        ended = end_consignment(consignment_id=batch_id, at=request.at, desk=request.desk)
        numbers = {one.value: ended.counts.get(one.value, 0) for one in LineEnd}
        return gettext("Signed for. Back: %(back)s, with readers: %(lent)s, short: %(short)s.") % numbers

    return attempt(request, act, _url(batch_id))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.PACK_CRATES)
def settle(request: StaffRequest, batch_id: int, line_id: int) -> HttpResponse:
    """What became of one item that a batch came back short of."""
    found, back = batch_or_404(request, batch_id), _url(batch_id)
    line = next((one for one in consignment_lines(batch_id, after=line_id - 1, size=1) if one.id == line_id), None)
    if line is None or line.ended_as is not LineEnd.SHORT:
        raise Http404
    form = SettleForm(request.POST or None)
    if form.is_valid():
        try:
            settle_shortage(
                line_id=line_id,
                settled_as=form.cleaned_data["settled_as"],
                amount_fen=form.amount_fen(),
                remark=form.cleaned_data["remark"],
                at=request.at,
                desk=request.desk,
            )
        except ConsignmentRefused as refused:
            refuse(form, batch_refusal_words(refused))
        except Refused as refused_item:
            refuse(form, not_done_words(refused_item.blocks))
        except Contended:
            refuse(form, BUSY)
        else:
            return done(request, _("Settled."), f"{back}?where=short")
    title = gettext("Short: %(barcode)s") % {"barcode": line.barcode}
    price = gettext("Its price is ¥%(price)s.") % {"price": yuan(line.price_fen)}
    sheet = Sheet(
        title=title,
        act=_("Settle it"),
        line=line.title,
        words=price + " " + gettext("The item counts as missing from then on. Scanned again, it is found."),
        crumbs=batch_crumbs(Crumb(found.number, back), Crumb(title)),
        back=f"{back}?where=short",
    )
    return form_page(request, form, sheet)


@require_GET
@staff_page(Act.PACK_CRATES)
def sheet(request: StaffRequest, batch_id: int) -> HttpResponse:
    """The whole list on paper, A4, with places for the signatures at both ends."""
    return _paper(request, batch_id, "workbench/transit/batch_sheet.html", consignment_lines(batch_id, size=ON_PAPER))


@require_GET
@staff_page(Act.PACK_CRATES)
def shortages(request: StaffRequest, batch_id: int) -> HttpResponse:
    """短缺清单 on paper: what the batch came back without, where each was seen last, and what became of it."""
    lines = consignment_lines(batch_id, wanted=LineEnd.SHORT.value, size=ON_PAPER)
    return _paper(request, batch_id, "workbench/transit/shortages.html", lines)


def _paper(request: StaffRequest, batch_id: int, template: str, lines: tuple[ConsignedView, ...]) -> HttpResponse:
    found, network = batch_or_404(request, batch_id), network_map()
    names = account_names()
    context = {
        "library": library_name(),
        "batch": found,
        "row": batch_row(request, found, network),
        "rows": [line_row(line, network) for line in lines],
        "worth": yuan(sum(line.price_fen for line in lines)),
        "charged": yuan(sum(line.amount_fen or 0 for line in lines)),
        "sent_by": names.get(found.sent_by_id or 0, ""),
        "ended_by": names.get(found.ended_by_id or 0, ""),
        "back": _url(batch_id),
    }
    return page(request, template, context)


def _url(batch_id: int) -> str:
    return reverse("workbench:station-batch", args=[batch_id])
