"""Lending without a network: the page that works alone, what it asks the house, and the page of conflicts.

The page itself and its worker are open: they hold nothing of anybody, and must come up when no session can be asked.
"""

from collections.abc import Iterator
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from wenyuan.doors.furniture.manifest import BUILT, entry_of
from wenyuan.doors.workbench.access import StaffRequest, open_page, staff_page
from wenyuan.doors.workbench.branches import branch_name
from wenyuan.doors.workbench.form_pages import done, not_done
from wenyuan.doors.workbench.holds.words import BUSY
from wenyuan.doors.workbench.offline.uploads import (
    MOST_FILE_ACTS,
    MOST_FILE_BYTES,
    MOST_UPLOAD_BYTES,
    BadUpload,
    Upload,
    read_upload,
)
from wenyuan.doors.workbench.offline.words import KINDS, OUTCOMES, why_words
from wenyuan.doors.workbench.paging import number_from, onward
from wenyuan.doors.workbench.shell import page
from wenyuan.holdings.catalogue.queries import get_items, titles_of
from wenyuan.lending.circulation.data import OfflineActView, OfflineOutcome, OfflineReason, OfflineResult
from wenyuan.lending.circulation.operations import (
    MOST_ACTS,
    Contended,
    KeyReused,
    issue_offline_list,
    record_acts,
    retry_offline_act,
    settle_offline_act,
)
from wenyuan.lending.circulation.queries import count_offline_acts_to_settle, offline_acts_to_settle
from wenyuan.lending.patrons.queries import list_patrons
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may

ROWS = 50
MILLISECONDS = 1000


@open_page
@require_GET
def alone(request: HttpRequest) -> HttpResponse:
    """The desk that works without a network; the browser keeps it."""
    response = render(request, "workbench/offline/alone.html")
    response["Cache-Control"] = "no-cache"
    return response


@open_page
@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """What shows the page above when no page of the workbench can be reached, hence its scope."""
    script = (BUILT / entry_of("worker").script.removeprefix("built/")).read_bytes()
    response = HttpResponse(script, content_type="text/javascript; charset=utf-8")
    response["Service-Worker-Allowed"] = reverse("workbench:home")
    response["Cache-Control"] = "no-cache"
    return response


@require_GET
@staff_page(Act.CHECKOUT, Act.CHECKIN)
def contact(request: StaffRequest) -> HttpResponse:
    """That the house is there: its time, to measure the machine's clock by, and who works where."""
    return _answer(
        {
            "now_ms": round(request.at.timestamp() * MILLISECONDS),
            "csrf": get_token(request),
            "account": request.operator.account_id,
            "branch": request.desk.branch_id,
            "place": branch_name(request.desk.branch_id),
            "may_lend": may(request.operator, Act.CHECKOUT, request.desk.branch_id),
        }
    )


@require_POST
@staff_page(Act.CHECKOUT)
def lists(request: StaffRequest) -> HttpResponse:
    """The list for a week."""
    sheet = issue_offline_list(at=request.at, desk=request.desk)
    return _answer(
        {
            "token": sheet.token,
            "branch": sheet.branch_id,
            "place": branch_name(sheet.branch_id),
            "account": sheet.account_id,
            "issued_ms": round(sheet.issued_at.timestamp() * MILLISECONDS),
            "expires_ms": round(sheet.expires_at.timestamp() * MILLISECONDS),
            "salt": sheet.salt,
            "public_key": sheet.public_key,
            "cards": sheet.cards,
            "blocked": sheet.blocked,
            "items": sheet.items,
            "kept": sheet.kept,
            "due": sheet.due,
        }
    )


@require_POST
@staff_page(Act.CHECKOUT, Act.CHECKIN)
def uploads(request: StaffRequest) -> HttpResponse:
    """A portion of what a machine did; each act is answered by its key, and may come again."""
    if int(request.headers.get("Content-Length") or 0) > MOST_UPLOAD_BYTES:
        return _answer({"error": "too_large"}, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    try:
        upload = read_upload(request.body, most_acts=MOST_ACTS)
        results = _record(request, upload, 0)
    except (BadUpload, KeyReused):
        return _answer({"error": "bad_upload"}, HTTPStatus.BAD_REQUEST)
    except Contended:
        return _answer({"error": "busy"}, HTTPStatus.CONFLICT)
    return _answer(
        {
            "acts": [{"key": one.key, "outcome": one.outcome, "repeated": one.repeated} for one in results],
            "clock_minutes": _clock_error(results),
        }
    )


@require_POST
@staff_page(Act.CHECKOUT, Act.CHECKIN)
def files(request: StaffRequest) -> HttpResponse:
    """What another machine did, from the file that it was exported to."""
    back = reverse("workbench:offline-conflicts")
    given = request.FILES.get("file")
    if given is None or not given.size or given.size > MOST_FILE_BYTES:
        return not_done(request, gettext("Choose the file that the machine without a network has exported."), back)
    try:
        upload = read_upload(given.read(), most_acts=MOST_FILE_ACTS)
        results = [one for start in range(0, len(upload.acts), MOST_ACTS) for one in _record(request, upload, start)]
    except (BadUpload, KeyReused):
        return not_done(request, gettext("This file holds no acts of a machine without a network."), back)
    except Contended:
        return not_done(request, gettext("Somebody works with the same items. Please upload the file again."), back)
    fresh = [one for one in results if not one.repeated]
    listed = sum(one.outcome is not OfflineOutcome.RECORDED for one in fresh)
    words = gettext("Uploaded: %(count)s acts, of which %(listed)s are listed below; %(known)s were known already.")
    return done(request, words % {"count": len(results), "listed": listed, "known": len(results) - len(fresh)}, back)


def _record(request: StaffRequest, upload: Upload, start: int) -> tuple[OfflineResult, ...]:
    acts = sorted(upload.acts, key=lambda act: act.sequence)[start : start + MOST_ACTS]
    return record_acts(acts=acts, device=upload.device, offset_ms=upload.offset_ms, at=request.at, desk=request.desk)


def _clock_error(results: tuple[OfflineResult, ...]) -> int | None:
    found = (why.facts["minutes"] for one in results for why in one.reasons if why.code == OfflineReason.CLOCK_WRONG)
    return max((int(minutes) for minutes in found), default=None)


@require_GET
@staff_page(Act.CHECKIN)
def conflicts(request: StaffRequest) -> HttpResponse:
    """What happened here without a network and wants a person."""
    branch_id = request.desk.branch_id
    found = offline_acts_to_settle(branch_id, after=number_from(request) or 0, size=ROWS + 1)
    shown = found[:ROWS]
    context = {
        "title": gettext("Done without a network"),
        "line": branch_name(branch_id),
        "count": count_offline_acts_to_settle(branch_id),
        "rows": list(_rows(request, shown)),
        "onward": onward(request, shown[-1].id if len(found) > ROWS else None),
    }
    return page(request, "workbench/offline/conflicts.html", context)


def _rows(request: StaffRequest, acts: tuple[OfflineActView, ...]) -> Iterator[dict[str, object]]:
    items = get_items([act.item_id for act in acts if act.item_id])
    titles = titles_of(item.bib_id for item in items.values())
    sees = may(request.operator, Act.SEE_PATRON, request.desk.branch_id)
    patrons = list_patrons([act.patron_id for act in acts if act.patron_id]) if sees else {}
    network = network_map()
    for act in acts:
        item = items.get(act.item_id or 0)
        brief = titles.get(item.bib_id) if item else None
        yield {
            "act": act,
            "title": brief.title if brief else "",
            "patron": patrons.get(act.patron_id or 0),
            "card": act.card if sees else "",
            "kind": KINDS[act.kind],
            "outcome": OUTCOMES[act.outcome],
            "reasons": [why_words(why, network) for why in act.reasons],
        }


@require_POST
@staff_page(Act.CHECKIN)
def settled(request: StaffRequest, act_id: int) -> HttpResponse:
    """Somebody has looked and done what was to be done."""
    back = reverse("workbench:offline-conflicts")
    if settle_offline_act(act_id=act_id, note=request.POST.get("note", "")[:200], at=request.at, desk=request.desk):
        return done(request, gettext("Settled."), back)
    return not_done(request, gettext("Somebody has settled this already."), back)


@require_POST
@staff_page(Act.CHECKOUT, Act.CHECKIN)
def retried(request: StaffRequest, act_id: int) -> HttpResponse:
    """Its item or its card is known by now: what was put aside, once more."""
    back = reverse("workbench:offline-conflicts")
    try:
        result = retry_offline_act(act_id=act_id, at=request.at, desk=request.desk)
    except Contended:
        return not_done(request, BUSY, back)
    except KeyReused:
        return not_done(request, gettext("Its key stands for another act. Please settle it by hand."), back)
    if result is None:
        return not_done(request, gettext("Somebody has settled this already."), back)
    if result.outcome is OfflineOutcome.ASIDE:
        network = network_map()
        why = gettext("; ").join(why_words(one, network)[0] for one in result.reasons)
        return not_done(request, gettext("Still not recorded: %(why)s") % {"why": why}, back)
    if result.outcome is OfflineOutcome.CONFLICT:
        return done(request, gettext("Recorded. Please look at what is still listed of it."), back)
    return done(request, gettext("Recorded, as of when it was done."), back)


def _answer(content: dict[str, object], status: int = HTTPStatus.OK) -> JsonResponse:
    return JsonResponse(content, status=status, headers={"Cache-Control": "no-store, private"})
