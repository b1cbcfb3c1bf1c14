"""A reader has a title held, and cancels the hold."""

from http import HTTPStatus

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.portal.access import ReaderRequest, reader_act
from wenyuan.doors.portal.account import told, try_again, why_not
from wenyuan.doors.portal.shell import page
from wenyuan.doors.portal.words import kind_order, long_day
from wenyuan.holdings.catalogue.queries import get_bib
from wenyuan.lending.circulation.data import HoldPreview, HoldReceipt
from wenyuan.lending.circulation.operations import Contended, Refused, cancel_hold, place_hold
from wenyuan.lending.circulation.queries import holds_of_patron, preview_hold
from wenyuan.organisation.network.data import BranchFacts, NetworkMap
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.clock import local_date


@reader_act(Act.PLACE_HOLD, with_page=True)
def hold(request: ReaderRequest, bib_id: int) -> HttpResponse:
    """Where to fetch it is chosen among the branches at which it may be held; where there is none, why."""
    bib = get_bib(bib_id)
    if bib is None:
        raise Http404
    if bib.merged_into_id is not None:
        return HttpResponseRedirect(reverse("portal:hold", args=[bib.merged_into_id]))
    network = network_map()
    chosen, reasons = network.by_code(request.POST.get("pickup", "")), []
    if request.method == "POST":
        if chosen is None:
            reasons = [gettext("Choose where you will fetch it.")]
        else:
            try:
                return _placed(request, _place(request, bib.id, chosen), network)
            except Refused as refused:
                reasons = why_not(request, refused.blocks)
            except Contended:
                reasons = [try_again()]
    branches = _standing(request, network)
    seen = preview_hold(
        bib_id=bib.id,
        card=request.reader.card,
        pickup_branch_ids=[branch.id for branch in branches],
        at=request.at,
        desk=request.desk,
    )
    pickups = [branch for branch in branches if not seen.blocks[branch.id]]
    context = {
        "bib": bib,
        "pickups": pickups,
        "chosen": chosen if chosen in pickups else next(iter(pickups), None),
        "waiting": seen.waiting,
        "reasons": reasons or ([] if pickups else _why_nowhere(request, seen, branches)),
        "crumbs": [Crumb(label=bib.title, url=reverse("portal:record", args=[bib.id])), Crumb(label=gettext("Hold"))],
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if reasons else HTTPStatus.OK
    return page(request, "portal/hold.html", context, at="find", status=status)


def _place(request: ReaderRequest, bib_id: int, pickup: BranchFacts) -> HoldReceipt:
    return place_hold(
        bib_id=bib_id, card=request.reader.card, pickup_branch_id=pickup.id, at=request.at, desk=request.desk
    )


def _placed(request: ReaderRequest, receipt: HoldReceipt, network: NetworkMap) -> HttpResponse:
    # Asked again with another branch, the hold stands at the first.
    pickup = network.branches[receipt.pickup_branch_id]
    lines = [
        gettext("It is fetched from the shelf for you; this page says when it is ready.")
        if receipt.from_shelf
        else gettext("Number %(place)s in the queue") % {"place": receipt.position},
        gettext("To be fetched at %(branch)s") % {"branch": pickup.name(request.language)},
    ]
    if receipt.not_after:
        lines.append(gettext("waits until %(day)s") % {"day": long_day(receipt.not_after)})
    return told(request, "fine", gettext("Held for you: %(title)s") % {"title": receipt.title}, lines)


def _standing(request: ReaderRequest, network: NetworkMap) -> list[BranchFacts]:
    """The branches that stand today: the reader's own first, the central library before others."""
    today, home = local_date(request.at), request.reader.patron.home_branch_id
    standing = [branch for branch in network.branches.values() if branch.stands_on(today)]
    return sorted(standing, key=lambda branch: (branch.id != home, kind_order(branch.kind), branch.code))


def _why_nowhere(request: ReaderRequest, seen: HoldPreview, branches: list[BranchFacts]) -> list[str]:
    """What stands against it at the first branch: the reader's own, if it stands."""
    return why_not(request, seen.blocks[branches[0].id]) if branches else []


@reader_act(Act.PLACE_HOLD)
def cancel(request: ReaderRequest, hold_id: int) -> HttpResponse:
    """Let a title go that is no longer wanted."""
    patron_id = request.reader.patron.id
    titles = {one.id: one.title for one in holds_of_patron(patron_id=patron_id, at=request.at)}
    try:
        cancel_hold(hold_id=hold_id, patron_id=patron_id, at=request.at, desk=request.desk)
    except Refused as refused:
        return told(request, "refused", gettext("Nothing was cancelled"), why_not(request, refused.blocks))
    return told(request, "fine", gettext("Hold cancelled: %(title)s") % {"title": titles.get(hold_id, "")})
