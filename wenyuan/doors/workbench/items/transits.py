"""Items on their way to and from the branch one works at, and those that are sent by hand."""

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.furniture.words import Language, branch_names, words_for_block
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import branch_choices, branch_name
from wenyuan.doors.workbench.form_pages import Sheet, done, form_page, not_done, refuse
from wenyuan.doors.workbench.holds.words import BUSY, not_done_words
from wenyuan.doors.workbench.items.forms import ReceiveForm, SendForm
from wenyuan.doors.workbench.items.views import item_crumbs
from wenyuan.doors.workbench.items.words import TRANSIT_REASONS
from wenyuan.doors.workbench.paging import number_from, onward
from wenyuan.doors.workbench.shell import page
from wenyuan.holdings.catalogue.queries import get_item_by_id, get_items, titles_of
from wenyuan.lending.circulation.data import BlockCode
from wenyuan.lending.circulation.operations import Contended, Refused, keep_item, receive_transit, send_item
from wenyuan.lending.transit.data import TransitView
from wenyuan.lending.transit.queries import coming_to, count_coming, gone_from
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may
from wenyuan.plumbing.clock import local_date

ROWS = 20


@require_GET
@staff_page(Act.SEE_ITEM, Act.RECEIVE_TRANSIT)
def coming(request: StaffRequest) -> HttpResponse:
    branch_id = request.desk.branch_id
    return _list(request, coming_to(branch_id, after_id=number_from(request) or 0, size=ROWS + 1), is_coming=True)


@require_GET
@staff_page(Act.SEE_ITEM, Act.RECEIVE_TRANSIT)
def gone(request: StaffRequest) -> HttpResponse:
    branch_id = request.desk.branch_id
    return _list(request, gone_from(branch_id, after_id=number_from(request) or 0, size=ROWS + 1), is_coming=False)


def _list(request: StaffRequest, transits: tuple[TransitView, ...], *, is_coming: bool) -> HttpResponse:
    network = network_map()
    shown = transits[:ROWS]
    items = get_items([transit.item_id for transit in shown])
    titles = titles_of(item.bib_id for item in items.values())
    rows = []
    for transit in shown:
        item = items.get(transit.item_id)
        other = transit.from_branch_id if is_coming else transit.to_branch_id
        rows.append(
            {
                "transit": transit,
                "item": item,
                "bib": titles.get(item.bib_id) if item else None,
                "other": branch_name(other, network),
                "reason": TRANSIT_REASONS.get(transit.reason, transit.reason),
                "days": (request.at - transit.sent_at).days,
            }
        )
    title = gettext("Coming") if is_coming else gettext("Gone from here")
    context = {
        "title": title,
        "line": branch_name(request.desk.branch_id, network),
        "crumbs": item_crumbs(Crumb(title)),
        "rows": rows,
        "is_coming": is_coming,
        "count": count_coming(request.desk.branch_id),
        "onward": onward(request, shown[-1].id if len(transits) > ROWS else None),
        "form": ReceiveForm(),
        "may_receive": may(request.operator, Act.RECEIVE_TRANSIT, request.desk.branch_id),
    }
    return page(request, "workbench/items/transits.html", context)


@require_POST
@staff_page(Act.RECEIVE_TRANSIT)
def receive(request: StaffRequest) -> HttpResponse:
    back = reverse("workbench:transits")
    form = ReceiveForm(request.POST)
    if not form.is_valid():
        return not_done(request, gettext("Scan the barcode of an item."), back)
    try:
        receipt = receive_transit(item=form.cleaned_data["code"], at=request.at, desk=request.desk)
    except Refused as refused:
        language: Language = "en" if (get_language() or "").startswith("en") else "zh"
        names = branch_names(network_map(), language)
        why = "; ".join(words_for_block(block, language, names) for block in refused.blocks)
        return not_done(request, gettext("Not received: %(why)s") % {"why": why}, back)
    words = gettext("Received: %(title)s") % {"title": receipt.item.title}
    if receipt.send_to is not None:
        words += " · " + gettext("send on to %(branch)s") % {"branch": branch_name(receipt.send_to)}
    return done(request, words, back)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.PACK_CRATES)
def send(request: StaffRequest, item_id: int) -> HttpResponse:
    """Send one item to another branch by hand."""
    facts, back = get_item_by_id(item_id), reverse("workbench:item", args=[item_id])
    if facts is None:
        raise Http404
    network = network_map()
    form = SendForm(
        request.POST or None,
        branches=branch_choices(
            on=local_date(request.at), ids=frozenset(network.branches) - {request.desk.branch_id}, standing=True
        ),
        may_waive=may(request.operator, Act.WAIVE_HOLD, request.desk.branch_id),
    )
    if form.is_valid():
        waive = frozenset({BlockCode.ITEM_WANTED} if form.cleaned_data.get("waive") else ())
        to = form.cleaned_data["to"]
        try:
            send_item(item=facts.barcode, to_branch_id=to, at=request.at, desk=request.desk, waive=waive)
        except Refused as refused:
            refuse(form, not_done_words(refused.blocks))
        except Contended:
            refuse(form, BUSY)
        else:
            words = gettext("Sent to %(branch)s. It waits here to be packed.")
            return done(request, words % {"branch": branch_name(to, network)}, back)
    bib = titles_of([facts.bib_id]).get(facts.bib_id)
    sheet = Sheet(
        title=gettext("Send: %(barcode)s") % {"barcode": facts.barcode},
        act=_("Send it"),
        line=bib.title if bib else "",
        words=_("With the item in hand. It stays where it arrives; home and owner do not change."),
        crumbs=item_crumbs(Crumb(facts.barcode, back), Crumb(gettext("Send"))),
        back=back,
    )
    return form_page(request, form, sheet)


@require_POST
@staff_page(Act.PACK_CRATES)
def keep(request: StaffRequest, item_id: int) -> HttpResponse:
    """What was sent from here by hand stays here after all."""
    facts, back = get_item_by_id(item_id), reverse("workbench:item", args=[item_id])
    if facts is None:
        raise Http404
    try:
        keep_item(item=facts.barcode, at=request.at, desk=request.desk)
    except Refused as refused:
        return not_done(request, not_done_words(refused.blocks), back)
    except Contended:
        return not_done(request, BUSY, back)
    return done(request, _("It stays here."), back)
