"""Receiving without an account: the code on paper or screen, the one page that it opens, and what staff see of it.

The page is open to everybody, so it takes little: its body is bounded before anything of it is read, a wrong code is
counted for the address it came from, and it tells nothing that the receiver is to find out.
"""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Final

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.addresses import caller_address
from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.furniture.qr import qr_svg
from wenyuan.doors.workbench.access import StaffRequest, at_branch, open_page, staff_page
from wenyuan.doors.workbench.branches import branch_name
from wenyuan.doors.workbench.form_pages import done, not_done
from wenyuan.doors.workbench.journal.rows import account_names
from wenyuan.doors.workbench.paging import number_from, onward
from wenyuan.doors.workbench.shell import page
from wenyuan.doors.workbench.transit import forms, photos
from wenyuan.doors.workbench.transit.frame import tabs, transit_crumbs
from wenyuan.doors.workbench.transit.words import CLOSED, refusal_words
from wenyuan.lending.circulation.operations import Refused, receive_transit
from wenyuan.lending.transit import operations
from wenyuan.lending.transit.data import (
    Closed,
    HandoverClosed,
    HandoverOpen,
    HandoverReport,
    HandoverView,
    LineState,
    TransitRefused,
)
from wenyuan.lending.transit.queries import get_manifest, list_handovers, manifest_lines
from wenyuan.organisation.network.queries import get_library, network_map
from wenyuan.organisation.rights.data import Act, Door
from wenyuan.organisation.rights.queries import may, require
from wenyuan.plumbing.pictures import MOST_BYTES, NotAPicture

ROWS = 50
MOST_BODY: Final = MOST_BYTES + 200_000
"""A picture and the few words beside it."""
_STATUS = {Closed.UNKNOWN: 404, Closed.EXPIRED: 410, Closed.USED: 410, Closed.TOO_MANY: 429}
View = Callable[..., HttpResponse]


def _bounded(view: View) -> View:
    """Refuse a body that is too large, or that does not say how large it is, before anything reads it: the middleware
    against forged forms would read it all, so that check is made here, after this one."""

    @wraps(view)
    def serve(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.method == "POST":
            length = request.META.get("CONTENT_LENGTH") or ""
            if not str(length).isdecimal():
                return HttpResponse(status=HTTPStatus.LENGTH_REQUIRED)
            if int(length) > MOST_BODY:
                return _closed_page(request, _("The picture is too large: at most 8 MB."), 413)
        return protected(request, *args, **kwargs)

    protected = csrf_protect(view)
    return csrf_exempt(serve)


@open_page
@_bounded
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Where a code is typed when no camera reads it."""
    form = forms.CodeForm(request.POST or None)
    if form.is_valid():
        return HttpResponseRedirect(reverse("workbench:handover-receive", args=[form.cleaned_data["code"]]))
    library = get_library()
    context = {"form": form, "library": library.name_zh if library else ""}
    return page(request, "workbench/transit/handover_enter.html", context, status=422 if form.errors else 200)


@open_page
@_bounded
@require_http_methods(["GET", "HEAD", "POST"])
def receive(request: HttpRequest, code: str) -> HttpResponse:
    """Seals counted, some items sampled, a name, a picture of the signed sheet; then the code is used up."""
    at, address = timezone.now(), caller_address(request)
    try:
        opened = operations.open_handover(code=code, address=address, at=at)
    except HandoverClosed as closed:
        return _closed_page(request, CLOSED[closed.reason], _STATUS[closed.reason])
    form = forms.ReceiveForm(request.POST or None, request.FILES or None, samples=opened.samples_wanted)
    photo = ""
    if form.is_valid() and form.cleaned_data["photo"] is not None:
        try:
            photo = photos.keep(form.cleaned_data["photo"])
        except NotAPicture:
            form.add_error("photo", str(_("This is no picture that can be kept: JPEG, PNG or WebP of at most 8 MB.")))
    if form.is_valid():
        report = HandoverReport(
            seals=form.cleaned_data["seals"], samples=form.sampled(), name=form.cleaned_data["name"], photo=photo
        )
        try:
            operations.receive_handover(code=code, report=report, at=at, door=Door.WORKBENCH)
        except HandoverClosed as closed:
            photos.drop(photo)
            return _closed_page(request, CLOSED[closed.reason], _STATUS[closed.reason])
        return page(request, "workbench/transit/handover_done.html", _about(opened))
    context = {**_about(opened), "form": form}
    return page(request, "workbench/transit/handover_receive.html", context, status=422 if form.errors else 200)


def _about(opened: HandoverOpen) -> dict[str, object]:
    library = get_library()
    return {
        "branch": branch_name(opened.to_branch_id),
        "library": library.name_zh if library else "",
        "expires_at": opened.expires_at,
    }


def _closed_page(request: HttpRequest, words: StrOrPromise, status: int) -> HttpResponse:
    return page(request, "workbench/transit/handover_closed.html", {"words": words}, status=status)


@require_POST
@staff_page(Act.PACK_CRATES, Act.DRIVE_RUNS, any_branch=True)
def issue(request: StaffRequest) -> HttpResponse:
    """Make a code for crates and show it once, with its QR code, on a slip of 80 mm."""
    ids = [int(text) for text in request.POST.getlist("manifest") if text.isdecimal() and len(text) < 16]
    try:
        issued = operations.issue_handover(manifest_ids=ids, at=request.at, desk=request.desk)
    except TransitRefused as refused:
        return not_done(request, refusal_words(refused), reverse("workbench:crates"))
    address = request.build_absolute_uri(reverse("workbench:handover-receive", args=[issued.code]))
    library = get_library()
    context = {
        "library": library.name_zh if library else "",
        "branch": branch_name(issued.to_branch_id),
        "issued": issued,
        "shown": forms.shown_code(issued.code),
        "enter_url": request.build_absolute_uri(reverse("workbench:handover-enter")),
        "qr": qr_svg(address),
        "back": reverse("workbench:handovers"),
    }
    return page(request, "workbench/transit/handover_code.html", context)


@require_GET
@staff_page(Act.PACK_CRATES)
def handovers(request: StaffRequest) -> HttpResponse:
    """What was received without an account; what nobody has looked at first, unless all are asked for."""
    network, branch_id = network_map(), request.desk.branch_id
    everything = request.GET.get("all") == "1"
    found = list_handovers(
        branch_id=branch_id, only_unchecked=not everything, before=number_from(request), size=ROWS + 1
    )
    title = gettext("Received without an account")
    context = {
        "title": title,
        "line": branch_name(branch_id, network),
        "crumbs": transit_crumbs(Crumb(title)),
        "tabs": tabs(request),
        "everything": everything,
        "rows": [(one, branch_name(one.to_branch_id, network)) for one in found[:ROWS]],
        "onward": onward(request, found[ROWS - 1].id if len(found) > ROWS else None),
        "now": request.at,
    }
    return page(request, "workbench/transit/handovers.html", context)


@require_GET
@staff_page(Act.PACK_CRATES)
def handover(request: StaffRequest, handover_id: int) -> HttpResponse:
    found = _handover_or_404(request, handover_id)
    title = gettext("Received at %(branch)s") % {"branch": branch_name(found.to_branch_id)}
    back = reverse("workbench:handovers")
    context = {
        "title": title,
        "crumbs": transit_crumbs(Crumb(gettext("Received without an account"), back), Crumb(str(found.id))),
        "one": found,
        "checked_by": account_names().get(found.checked_by_id or 0, ""),
        "takes_in": found.used_at is not None
        and all(may(request.operator, act, found.to_branch_id) for act in (Act.PACK_CRATES, Act.RECEIVE_TRANSIT))
        and any((one := get_manifest(manifest_id)) and not one.received_at for manifest_id, _, _ in found.manifests),
    }
    return page(request, "workbench/transit/handover.html", context)


@require_GET
@staff_page(Act.PACK_CRATES)
def photo(request: StaffRequest, handover_id: int) -> HttpResponseBase:
    """The picture of the signed sheet, for staff of either end."""
    path = photos.path_of(_handover_or_404(request, handover_id).photo)
    if path is None:
        raise Http404
    response = FileResponse(path.open("rb"), content_type="image/jpeg")
    response["Cache-Control"] = "no-store, private"
    return response


@require_POST
@staff_page(Act.PACK_CRATES)
def check(request: StaffRequest, handover_id: int) -> HttpResponse:
    back = reverse("workbench:handovers")
    try:
        operations.check_handover(handover_id=handover_id, at=request.at, desk=request.desk)
    except TransitRefused as refused:
        return not_done(request, refusal_words(refused), back)
    return done(request, _("Noted that somebody has looked at it."), back)


@require_POST
@staff_page(Act.PACK_CRATES)
def take_in(request: StaffRequest, handover_id: int) -> HttpResponse:
    """For a station where nobody has an account: receive every item of these crates there and sign for them. Each
    receipt is a verb of its own and may be repeated; what circulation refuses is missing when the crate is signed."""
    found = _handover_or_404(request, handover_id)
    desk = at_branch(request.desk, found.to_branch_id)
    for act in (Act.PACK_CRATES, Act.RECEIVE_TRANSIT):
        require(request.operator, act, found.to_branch_id)
    received = 0
    try:
        for manifest_id, _crate, _number in found.manifests:
            for line in manifest_lines(manifest_id):
                if line.state in (LineState.IN_CRATE, LineState.SEEN) and line.bound_for_id == found.to_branch_id:
                    try:
                        receive_transit(item=line.barcode, at=request.at, desk=desk)
                    except Refused:
                        continue
                    received += 1
            manifest = get_manifest(manifest_id)
            if manifest is not None and manifest.received_at is None:
                operations.sign(manifest_id=manifest_id, at=request.at, desk=desk)
    except TransitRefused as refused:
        return not_done(request, refusal_words(refused), reverse("workbench:handover", args=[handover_id]))
    words = gettext("Received there: %(count)s items.") % {"count": received}
    return done(request, words, reverse("workbench:handover", args=[handover_id]))


def _handover_or_404(request: StaffRequest, handover_id: int) -> HandoverView:
    found = next(iter(list_handovers(handover_id=handover_id)), None)
    if found is None:
        raise Http404
    ends = {found.to_branch_id}
    ends |= {one.from_branch_id for manifest_id, _, _ in found.manifests if (one := get_manifest(manifest_id))}
    if not any(may(request.operator, Act.PACK_CRATES, branch_id) for branch_id in ends):
        raise Http404
    return found
