"""Unpacking at the destination, and the differences that come of it."""

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.furniture.words import Language, branch_names, words_for_block
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import branch_name
from wenyuan.doors.workbench.form_pages import Sheet, done, form_page, not_done, refuse
from wenyuan.doors.workbench.journal.rows import account_names
from wenyuan.doors.workbench.paging import number_from, onward
from wenyuan.doors.workbench.shell import page
from wenyuan.doors.workbench.transit import forms
from wenyuan.doors.workbench.transit.frame import tabs, transit_crumbs
from wenyuan.doors.workbench.transit.words import DIFFERENCES, OUTCOMES, UNPACKED, refusal_words
from wenyuan.lending.circulation.operations import Refused, checkin, receive_transit
from wenyuan.lending.transit import operations
from wenyuan.lending.transit.data import DifferenceView, TickReceipt, TransitRefused, Unpacked
from wenyuan.lending.transit.queries import get_difference, list_differences
from wenyuan.organisation.network.data import NetworkMap
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may

ROWS = 50
GET_POST = ["GET", "HEAD", "POST"]


@require_POST
@staff_page(Act.PACK_CRATES)
def tick(request: StaffRequest, manifest_id: int) -> HttpResponse:
    """A scan at unpacking: two writes, each of which may be repeated (docs/specs/transit.md says why). The list is
    ticked first, since receiving ends the transit that says where the item was sent."""
    back = reverse("workbench:crate", args=[manifest_id])
    form = forms.ScanForm(request.POST)
    if not form.is_valid():
        return not_done(request, _("Scan the barcode of an item."), back)
    try:
        ticked = operations.tick(
            manifest_id=manifest_id, item=form.cleaned_data["code"], at=request.at, desk=request.desk
        )
    except TransitRefused as refused:
        return not_done(request, refusal_words(refused), back)
    words = f"{ticked.title or ticked.barcode}: {UNPACKED[ticked.found_as]}"
    if ticked.found_as is Unpacked.UNKNOWN:
        return not_done(request, words, back)
    try:
        sent_on = _take_in(request, ticked)
    except Refused as refused_item:
        language: Language = "en" if (get_language() or "").startswith("en") else "zh"
        names = branch_names(network_map(), language)
        why = "; ".join(words_for_block(block, language, names) for block in refused_item.blocks)
        return not_done(request, f"{words} · {gettext('Not received: %(why)s') % {'why': why}}", back)
    if sent_on:
        words += " · " + gettext("send on to %(branch)s") % {"branch": branch_name(sent_on)}
    if ticked.found_as is Unpacked.EXTRA:
        return not_done(request, words, back)
    return done(request, words, back)


def _take_in(request: StaffRequest, ticked: TickReceipt) -> int | None:
    """Receive the item, or check it in where it was not sent here; the branch it goes on to, if any."""
    if ticked.sent_here:
        return receive_transit(item=ticked.barcode, at=request.at, desk=request.desk).send_to
    return checkin(item=ticked.barcode, at=request.at, desk=request.desk).send_to


@require_POST
@staff_page(Act.PACK_CRATES)
def damage(request: StaffRequest, manifest_id: int) -> HttpResponse:
    back = reverse("workbench:crate", args=[manifest_id])
    form = forms.DamageForm(request.POST)
    if not form.is_valid():
        return not_done(request, _("Say which item, and what is damaged."), back)
    try:
        operations.report_damage(
            manifest_id=manifest_id,
            item=form.cleaned_data["code"],
            note=form.cleaned_data["note"],
            at=request.at,
            desk=request.desk,
        )
    except TransitRefused as refused:
        return not_done(request, refusal_words(refused), back)
    return done(request, _("The damage is noted."), back)


@require_POST
@staff_page(Act.PACK_CRATES)
def sign(request: StaffRequest, manifest_id: int) -> HttpResponse:
    back = reverse("workbench:crate", args=[manifest_id])
    try:
        signed = operations.sign(manifest_id=manifest_id, at=request.at, desk=request.desk)
    except TransitRefused as refused:
        return not_done(request, refusal_words(refused), back)
    if signed.open_differences:
        words = gettext("Signed for. Differences to be followed up: %(count)s.") % {"count": signed.open_differences}
        return not_done(request, words, back)
    return done(request, _("Signed for. Everything agrees."), back)


@require_GET
@staff_page(Act.PACK_CRATES)
def differences(request: StaffRequest) -> HttpResponse:
    network, branch_id = network_map(), request.desk.branch_id
    everything = request.GET.get("all") == "1"
    manifest = request.GET.get("manifest", "")
    found = list_differences(
        branch_ids=frozenset({branch_id}),
        manifest_id=int(manifest) if manifest.isdecimal() and len(manifest) < 10 else None,
        only_open=not everything,
        before=number_from(request),
        size=ROWS + 1,
    )
    names = account_names()
    title = gettext("Differences")
    context = {
        "title": title,
        "line": branch_name(branch_id, network),
        "crumbs": transit_crumbs(Crumb(title)),
        "tabs": tabs(request),
        "everything": everything,
        "manifest": manifest,
        "rows": [_row(one, names, network) for one in found[:ROWS]],
        "onward": onward(request, found[ROWS - 1].id if len(found) > ROWS else None),
    }
    return page(request, "workbench/transit/differences.html", context)


def _row(one: DifferenceView, names: dict[int, str], network: NetworkMap) -> dict[str, object]:
    return {
        "difference": one,
        "kind": DIFFERENCES[one.kind],
        "outcome": OUTCOMES[one.outcome] if one.outcome else "",
        "from_name": branch_name(one.from_branch_id, network),
        "to_name": branch_name(one.to_branch_id, network),
        "found_by": names.get(one.found_by_id or 0, ""),
        "resolved_by": names.get(one.resolved_by_id or 0, ""),
    }


@require_http_methods(GET_POST)
@staff_page(Act.PACK_CRATES)
def difference(request: StaffRequest, difference_id: int) -> HttpResponse:
    """How a difference ended."""
    found = get_difference(difference_id)
    ends = (found.from_branch_id, found.to_branch_id) if found else ()
    if found is None or not any(may(request.operator, Act.PACK_CRATES, branch_id) for branch_id in ends):
        raise Http404
    back = reverse("workbench:differences")
    form = forms.OutcomeForm(request.POST or None, kind=found.kind)
    if form.is_valid():
        try:
            operations.resolve_difference(
                difference_id=difference_id, at=request.at, desk=request.desk, **form.cleaned_data
            )
        except TransitRefused as refused:
            refuse(form, refusal_words(refused))
        else:
            return done(request, _("The difference is resolved."), back)
    network = network_map()
    what = " · ".join(filter(None, (str(DIFFERENCES[found.kind][1]), found.title, found.barcode, found.note)))
    way = f"{branch_name(found.from_branch_id, network)} → {branch_name(found.to_branch_id, network)}"
    sheet = Sheet(
        title=gettext("How it ended"),
        line=what,
        words=f"{found.number} · {found.crate} · {way}",
        act=_("Resolve"),
        crumbs=transit_crumbs(Crumb(gettext("Differences"), back), Crumb(found.barcode or found.number)),
        back=back,
    )
    return form_page(request, form, sheet)
