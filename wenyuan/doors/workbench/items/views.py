"""Finding items, and the page of one."""

from dataclasses import dataclass

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import branch_choices, branch_name
from wenyuan.doors.workbench.fees.shown import sees
from wenyuan.doors.workbench.items import forms
from wenyuan.doors.workbench.items.words import (
    CONDITIONS,
    LENDABLE,
    STATES,
    TRANSIT_REASONS,
    shown_state,
)
from wenyuan.doors.workbench.journal.rows import shown_entries
from wenyuan.doors.workbench.paging import number_from, onward, pair_from
from wenyuan.doors.workbench.shell import page
from wenyuan.doors.workbench.stock.words import source_words
from wenyuan.holdings.catalogue.data import BibBrief, ItemView
from wenyuan.holdings.catalogue.queries import (
    get_bib,
    get_item_by_id,
    item_scanned_at,
    list_item_types,
    list_shelf,
    lookup,
    titles_of,
)
from wenyuan.kernel.callnumbers import shelf_key
from wenyuan.lending.circulation.queries import count_claimed_items, is_after_reopening, loan_of_item, loss_of_item
from wenyuan.lending.patrons.queries import get_patron
from wenyuan.lending.transit.queries import open_transit_of
from wenyuan.organisation.journal.queries import Filter, list_entries
from wenyuan.organisation.network.queries import list_areas, network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may
from wenyuan.plumbing.clock import local_date

HISTORY_ROWS = 20


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: records, or items in shelf order with their titles, and where the list goes on."""

    bibs: tuple[BibBrief, ...] = ()
    items: tuple[tuple[ItemView, BibBrief | None], ...] = ()
    after: tuple[str, int] | None = None


@require_GET
@staff_page(Act.SEE_ITEM)
def find(request: StaffRequest) -> HttpResponse:
    branches = branch_choices(on=local_date(request.at))
    asked = "q" in request.GET
    initial = {"branch": request.desk.branch_id}
    data = {**{name: str(value) for name, value in initial.items()}, **request.GET.dict()} if asked else None
    form = forms.FindForm(data, branches=branches, initial=initial)
    found = Found()
    q = ""
    if form.is_valid():
        q = form.cleaned_data["q"]
        by = forms.By(form.cleaned_data["by"] or forms.By.ANY)
        if by is forms.By.ANY and (exact := item_scanned_at(q, branch_id=request.desk.branch_id)):
            return HttpResponseRedirect(reverse("workbench:item", args=[exact.id]))
        found = _search(request, q, by, form.cleaned_data["branch"] or request.desk.branch_id)
    network = network_map()
    context = {
        "title": gettext("Holdings"),
        "line": branch_name(request.desk.branch_id, network),
        "form": form,
        "q": q,
        "asked": asked,
        "bibs": found.bibs,
        "items": [(item, bib, shown_state(item)) for item, bib in found.items],
        "onward": onward(request, found.after),
        "may_receive": may(request.operator, Act.RECEIVE_TRANSIT, request.desk.branch_id),
        "may_mark": may(request.operator, Act.MARK_ITEMS, request.desk.branch_id),
        "claims": count_claimed_items(request.desk.branch_id),
    }
    return page(request, "workbench/items/find.html", context, status=422 if form.errors else 200)


def _search(request: StaffRequest, q: str, by: forms.By, branch_id: int) -> Found:
    after = pair_from(request)
    if by is forms.By.CALL_NO:
        shelf = list_shelf(branch_id=branch_id, after=after or (shelf_key(q).hex() if q else "", 0))
        titles = titles_of(item.bib_id for item in shelf.items)
        return Found(items=tuple((item, titles.get(item.bib_id)) for item in shelf.items), after=shelf.after)
    if by is forms.By.AUTHOR:
        bibs = lookup(author=q, after=after)
    elif by is forms.By.ISBN:
        bibs = lookup(isbn=q, after=after)
    elif by is forms.By.TITLE:
        bibs = lookup(title_begins=q, after=after)
    else:
        bibs = next((page for page in (lookup(barcode=q), lookup(isbn=q)) if page.bibs), None) or lookup(
            title_begins=q, after=after
        )
    return Found(bibs=bibs.bibs, after=bibs.after)


@require_GET
@staff_page(Act.SEE_ITEM)
def item(request: StaffRequest, item_id: int) -> HttpResponse:
    facts = get_item_by_id(item_id)
    bib = get_bib(facts.bib_id) if facts else None
    if facts is None or bib is None:
        raise Http404
    network = network_map()
    history = list_entries(
        wanted=Filter(subject_kind="item", subject_id=item_id), before=number_from(request), size=HISTORY_ROWS
    )
    loan = loan_of_item(item_id)
    loss = loss_of_item(item=facts.barcode, at=request.at, desk=request.desk) if facts.condition == "lost" else None
    is_there = facts.condition not in ("lost", "missing")
    sees_patrons = may(request.operator, Act.SEE_PATRON, request.desk.branch_id)
    patron = get_patron(loan.patron_id) if loan and sees_patrons else None
    transit = open_transit_of(item_id)
    kind = next((one for one in list_item_types() if one.code == facts.item_type), None)
    area = next((one for one in list_areas(facts.home_branch_id) if one.id == facts.area_id), None)
    may_edit = may(request.operator, Act.EDIT_ITEM, request.desk.branch_id) and may(
        request.operator, Act.EDIT_ITEM, facts.home_branch_id
    )
    context = {
        "title": bib.title,
        "line": " · ".join(filter(None, (bib.author, bib.publisher, str(bib.year or "")))),
        "crumbs": item_crumbs(Crumb(facts.barcode)),
        "item": facts,
        "bib": bib,
        "kind": kind,
        "area": area,
        "state": STATES.get(facts.state, ("none", facts.state)),
        "is_there": is_there,
        "source": source_words(facts.source),
        "condition": CONDITIONS[facts.condition],
        "lendable": LENDABLE[facts.lendable],
        "owner": branch_name(facts.owner_id, network),
        "home": branch_name(facts.home_branch_id, network),
        "present": branch_name(facts.present_branch_id, network),
        "loan": loan,
        "loan_branch": branch_name(loan.branch_id, network) if loan else "",
        "loss": loss,
        "loser": get_patron(loss.patron_id) if loss and loss.patron_id and sees_patrons else None,
        "may_print_loss": bool(loss and loss.charge_id and _sees_money(request, loss.branch_id)),
        "loss_branch": branch_name(loss.branch_id, network) if loss else "",
        "taken_branch": branch_name(loan.taken_branch_id, network) if loan else "",
        "is_overdue": bool(
            loan and loan.due_at < request.at and loan.taken_branch_id is None and loan.claimed_at is None
        ),
        "after_reopening": bool(loan and is_after_reopening(branch_id=loan.branch_id, due=loan.due_date)),
        "patron": patron,
        "transit": transit,
        "transit_words": TRANSIT_REASONS.get(transit.reason, transit.reason) if transit else "",
        "transit_from": branch_name(transit.from_branch_id, network) if transit else "",
        "transit_to": branch_name(transit.to_branch_id, network) if transit else "",
        "can_receive": bool(transit and transit.to_branch_id == request.desk.branch_id)
        and may(request.operator, Act.RECEIVE_TRANSIT, request.desk.branch_id),
        "can_keep": bool(transit and transit.reason == "move" and transit.from_branch_id == request.desk.branch_id)
        and may(request.operator, Act.PACK_CRATES, request.desk.branch_id),
        "may_send": may(request.operator, Act.PACK_CRATES, request.desk.branch_id)
        and loan is None
        and is_there
        and facts.state in ("available", "in_transit"),
        "rows": shown_entries(history.entries, network=network),
        "onward": onward(request, history.before),
        "may_hold": may(request.operator, Act.PLACE_HOLD, request.desk.branch_id),
        "may_edit": may_edit and facts.state != "withdrawn",
        "may_mark": may(request.operator, Act.MARK_ITEMS, request.desk.branch_id) and facts.state != "withdrawn",
        "may_take_in": may(request.operator, Act.CHECKIN, request.desk.branch_id),
        "claimed_branch": branch_name(loan.claimed_branch_id, network) if loan else "",
        "is_in_hand": bool(loan and loan.taken_branch_id is None),
        "lendable_form": _lendable_form(facts),
    }
    return page(request, "workbench/items/item.html", context)


def _sees_money(request: StaffRequest, branch_id: int) -> bool:
    """Whether a charge of this branch stands on its reader's page for this operator."""
    return sees(request, request.desk.branch_id) and sees(request, branch_id)


def item_crumbs(*after: Crumb) -> tuple[Crumb, ...]:
    """From the search to what ``after`` names."""
    return (Crumb(gettext("Holdings"), reverse("workbench:items")), *after)


def _lendable_form(facts: ItemView) -> forms.LendableForm:
    return forms.LendableForm(initial={"lendable": facts.lendable})
