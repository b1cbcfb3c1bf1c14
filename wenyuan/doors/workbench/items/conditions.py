"""What staff note of an item's condition: lost, claimed returned, missing, damaged, repaired, found.

Each act begins on the item's page, or on the reader's (``?from=reader``), and leads back there; what a reader has lost
leads to the item's, where it is undone.
"""

from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import branch_choices, branch_name
from wenyuan.doors.workbench.desk.shown import found_notes, undo_reasons
from wenyuan.doors.workbench.form_pages import Sheet, done, form_page, not_done, refuse
from wenyuan.doors.workbench.holds.words import BUSY, not_done_words
from wenyuan.doors.workbench.items import forms
from wenyuan.doors.workbench.items.views import item_crumbs
from wenyuan.doors.workbench.templatetags.staff import yuan
from wenyuan.holdings.catalogue.data import ItemView
from wenyuan.holdings.catalogue.queries import get_bib, get_item_by_id
from wenyuan.lending.circulation.data import BlockCode, Charging, CheckinReceipt, Cost, LossPreview, MarkReceipt
from wenyuan.lending.circulation.data.undoing import UndoRefused
from wenyuan.lending.circulation.operations import (
    Contended,
    Refused,
    checkin,
    claim_returned,
    declare_lost,
    mark_damaged,
    mark_missing,
    mark_repaired,
    undo_loss,
    withdraw_claim,
)
from wenyuan.lending.circulation.queries import loan_of_item, preview_loss
from wenyuan.lending.patrons.queries import get_patron
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may
from wenyuan.plumbing.clock import local_date


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.MARK_ITEMS)
def lost(request: StaffRequest, item_id: int) -> HttpResponse:
    """An item is lost; where a reader has it, what they will owe stands beside each choice."""
    facts = _item_or_404(item_id)
    back, preview = _back(request, item_id), preview_loss(item=facts.barcode, at=request.at, desk=request.desk)
    assert preview is not None
    is_lent = preview.patron_id is not None
    form = forms.LossForm(request.POST or None, choices=_choices(request, preview)) if is_lent else None
    if request.method == "POST" and (form is None or form.is_valid()):
        charging = Charging(form.cleaned_data["charging"]) if form else Charging.PRICE
        reason = form.cleaned_data["reason"] if form else ""
        try:
            receipt = declare_lost(
                item=facts.barcode, at=request.at, desk=request.desk, charging=charging, reason=reason
            )
        except Refused as refused:
            return not_done(request, not_done_words(refused.blocks), back)
        except Contended:
            return not_done(request, BUSY, back)
        return done(request, _lost_words(receipt), _url(item_id) if receipt.loan_id else back)
    sheet = Sheet(
        title=gettext("Lost: %(barcode)s") % {"barcode": facts.barcode},
        act=_("Record as lost"),
        line=_title(facts),
        words=_who_pays(preview),
        crumbs=item_crumbs(Crumb(facts.barcode, _url(item_id)), Crumb(gettext("Lost"))),
        back=back,
        grave=True,
        confirm=_("The loan ends, and the reader owes what is chosen.") if is_lent else _("The item counts as lost."),
    )
    return form_page(request, form or forms.NothingForm(), sheet)


@require_POST
@staff_page(Act.MARK_ITEMS)
def not_lost(request: StaffRequest, item_id: int) -> HttpResponse:
    """It was the wrong item: the loss is taken back."""
    facts, back = _item_or_404(item_id), _url(item_id)
    try:
        receipt = undo_loss(item=facts.barcode, at=request.at, desk=request.desk)
    except UndoRefused as refused:
        return not_done(request, gettext("The loss stands: %(why)s") % {"why": undo_reasons(refused.reasons)}, back)
    words = [gettext("Undone: the loan is open as before.")]
    if receipt.cancelled_fen:
        words.append(gettext("¥%(amount)s no longer owed") % {"amount": yuan(receipt.cancelled_fen)})
    return done(request, " · ".join(words), back)


def _choices(request: StaffRequest, preview: LossPreview) -> list[tuple[str, str]]:
    choices = [
        (Charging.PRICE.value, gettext("the price: %(sum)s") % {"sum": _sum(preview.cost, preview)}),
        (
            Charging.IN_KIND.value,
            gettext("the same edition instead: %(sum)s") % {"sum": _sum(preview.cost_in_kind, preview)},
        ),
    ]
    if may(request.operator, Act.FORGIVE_FEE, preview.branch_id):
        choices.append((Charging.NOTHING.value, gettext("nothing, for a reason")))
    return choices


def _sum(cost: Cost, preview: LossPreview) -> str:
    words = gettext("¥%(total)s") % {"total": yuan(cost.total_fen)}
    if cost.fee_fen and cost.price_fen:
        words += " " + gettext("(¥%(fee)s of it for the work)") % {"fee": yuan(cost.fee_fen)}
    if cost.is_of_type and cost.price_fen:
        words += " " + gettext("by the price of its type: the item has none of its own")
    if preview.fine_fen:
        words += " " + gettext("and ¥%(fine)s for being late") % {"fine": yuan(preview.fine_fen)}
    return words


def _who_pays(preview: LossPreview) -> str:
    if preview.patron_id is None:
        return gettext("No reader has it: nobody is charged. A hold it was meant for goes on to the next item.")
    patron = get_patron(preview.patron_id)
    names = {"name": patron.masked_name if patron else "", "branch": branch_name(preview.branch_id)}
    return gettext("On loan to %(name)s from %(branch)s. The loan ends; what is owed is owed to that branch.") % names


def _lost_words(receipt: MarkReceipt) -> str:
    words = [gettext("Recorded as lost: %(title)s") % {"title": receipt.item.title}]
    return " · ".join([*words, *_owes_words(receipt), *_fine_words(receipt), *_hold_words(receipt)])


def _owes_words(receipt: MarkReceipt) -> list[str]:
    if receipt.cost is None or not receipt.cost.total_fen:
        return []
    owes = {"name": receipt.patron_name, "total": yuan(receipt.cost.total_fen)}
    return [gettext("%(name)s owes ¥%(total)s") % owes]


def _damage_words(preview: LossPreview | None) -> str:
    """What becomes of it, and what the whole would cost, of which a share may be charged."""
    words = gettext("It is not lent until it is repaired.")
    if preview is None:
        return words
    patron = get_patron(preview.patron_id) if preview.patron_id else None
    facts = {"price": yuan(preview.cost.price_fen), "fee": yuan(preview.cost.fee_fen)}
    whole = gettext("The whole would cost ¥%(price)s, and ¥%(fee)s for the work.") % facts
    named = gettext("%(name)s has it.") % {"name": patron.masked_name} if patron else ""
    return " ".join(part for part in (words, named, whole) if part)


def _fine_words(receipt: MarkReceipt) -> list[str]:
    if not receipt.fine_fen:
        return []
    owes = {"name": receipt.patron_name, "fine": yuan(receipt.fine_fen)}
    return [gettext("%(name)s owes ¥%(fine)s for being late") % owes]


def _hold_words(receipt: MarkReceipt) -> list[str]:
    words = []
    if receipt.hold_put_back:
        words.append(gettext("the hold it was meant for waits for the next item"))
    if receipt.holds_ended:
        words.append(gettext("cancelled, and their readers told: %(count)s") % {"count": receipt.holds_ended})
    return words


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.MARK_ITEMS)
def claimed(request: StaffRequest, item_id: int) -> HttpResponse:
    """The reader says that the item was returned."""
    facts, back = _item_or_404(item_id), _back(request, item_id)
    form = forms.ClaimForm(
        request.POST or None,
        branches=branch_choices(on=local_date(request.at)),
        may_waive=may(request.operator, Act.WAIVE_LIMIT, request.desk.branch_id),
        initial={"branch": request.desk.branch_id},
    )
    if form.is_valid():
        try:
            claim_returned(
                item=facts.barcode,
                at=request.at,
                desk=request.desk,
                back_date=form.cleaned_data["back_date"],
                branch_id=form.cleaned_data["branch"],
                waive=frozenset({BlockCode.CLAIM_LIMIT} if form.cleaned_data.get("waive") else ()),
            )
        except Refused as refused:
            refuse(form, not_done_words(refused.blocks))
        except Contended:
            refuse(form, BUSY)
        else:
            where = branch_name(form.cleaned_data["branch"])
            return done(request, gettext("Noted. It is looked for at %(branch)s.") % {"branch": where}, back)
    sheet = Sheet(
        title=gettext("Claimed returned: %(barcode)s") % {"barcode": facts.barcode},
        act=_("Note the claim"),
        line=_title(facts),
        words=_("The loan stays open but is not overdue, and nobody is reminded, until the item is found or lost."),
        crumbs=item_crumbs(Crumb(facts.barcode, _url(item_id)), Crumb(gettext("Claimed returned"))),
        back=back,
    )
    return form_page(request, form, sheet)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.MARK_ITEMS)
def damaged(request: StaffRequest, item_id: int) -> HttpResponse:
    """What is damaged, in staff's words."""
    facts, back = _item_or_404(item_id), _back(request, item_id)
    may_charge = may(request.operator, Act.ADD_CHARGE, request.desk.branch_id)
    preview = preview_loss(item=facts.barcode, at=request.at, desk=request.desk) if may_charge else None
    is_lent = loan_of_item(item_id) is not None
    form = forms.DamageForm(request.POST or None, may_charge=may_charge, is_lent=is_lent)
    if request.method == "POST" and form.is_valid():
        try:
            receipt = mark_damaged(
                item=facts.barcode,
                note=form.cleaned_data["note"],
                share_percent=form.cleaned_data.get("share") or 0,
                card=form.cleaned_data.get("card", ""),
                at=request.at,
                desk=request.desk,
            )
        except Refused as refused:
            refuse(form, not_done_words(refused.blocks))
        except Contended:
            refuse(form, BUSY)
        else:
            words = [gettext("Recorded as damaged."), *_owes_words(receipt), *_hold_words(receipt)]
            return done(request, " · ".join(words), back)
    sheet = Sheet(
        title=gettext("Damaged: %(barcode)s") % {"barcode": facts.barcode},
        act=_("Record the damage"),
        line=_title(facts),
        words=_damage_words(preview),
        crumbs=item_crumbs(Crumb(facts.barcode, _url(item_id)), Crumb(gettext("Damaged"))),
        back=back,
    )
    return form_page(request, form, sheet)


@require_POST
@staff_page(Act.MARK_ITEMS)
def missing(request: StaffRequest, item_id: int) -> HttpResponse:
    return _marked(request, item_id, mark_missing, gettext("Recorded as missing. Scanned again, it is found."))


@require_POST
@staff_page(Act.MARK_ITEMS)
def repaired(request: StaffRequest, item_id: int) -> HttpResponse:
    return _marked(request, item_id, mark_repaired, gettext("In order again. Scan it: a reader may wait for it."))


@require_POST
@staff_page(Act.MARK_ITEMS)
def with_reader(request: StaffRequest, item_id: int) -> HttpResponse:
    """The reader has it after all."""
    return _marked(request, item_id, withdraw_claim, gettext("The loan goes on as before the claim."))


def _marked(request: StaffRequest, item_id: int, verb: Callable[..., MarkReceipt], words: str) -> HttpResponse:
    facts, back = _item_or_404(item_id), _back(request, item_id)
    try:
        receipt = verb(item=facts.barcode, at=request.at, desk=request.desk)
    except Refused as refused:
        return not_done(request, not_done_words(refused.blocks), back)
    except Contended:
        return not_done(request, BUSY, back)
    return done(request, " · ".join([words, *_fine_words(receipt), *_hold_words(receipt)]), back)


@require_POST
@staff_page(Act.CHECKIN)
def found(request: StaffRequest, item_id: int) -> HttpResponse:
    """It is here: a check-in, which says where it goes now."""
    facts, back = _item_or_404(item_id), _url(item_id)
    try:
        receipt = checkin(item=facts.barcode, at=request.at, desk=request.desk)
    except Refused as refused:
        return not_done(request, not_done_words(refused.blocks), back)
    except Contended:
        return not_done(request, BUSY, back)
    return done(request, found_words(receipt), back)


def found_words(receipt: CheckinReceipt) -> str:
    """That it is found, and where it goes now."""
    return " · ".join([gettext("Found: %(title)s") % {"title": receipt.item.title}, *where_words(receipt)])


def where_words(receipt: CheckinReceipt) -> list[str]:
    """What a lost item that is here again costs its reader no more, and where an item that was taken in goes now."""
    words = found_notes(receipt.price_off_fen, receipt.due_back_fen)
    if receipt.held is not None and receipt.held.ready:
        words.append(gettext("hold shelf, place %(place)s") % {"place": receipt.held.shelf_position})
    elif receipt.send_to is not None:
        words.append(gettext("send on to %(branch)s") % {"branch": branch_name(receipt.send_to)})
    return words


def _item_or_404(item_id: int) -> ItemView:
    facts = get_item_by_id(item_id)
    if facts is None:
        raise Http404
    return facts


def _title(facts: ItemView) -> str:
    bib = get_bib(facts.bib_id)
    return bib.title if bib else ""


def _back(request: StaffRequest, item_id: int) -> str:
    """The item's page, or that of the reader who has it, where the act began there."""
    loan = loan_of_item(item_id) if request.GET.get("from") == "reader" else None
    if loan is not None and may(request.operator, Act.SEE_PATRON, request.desk.branch_id):
        return reverse("workbench:patron", args=[loan.patron_id])
    return _url(item_id)


def _url(item_id: int) -> str:
    return reverse("workbench:item", args=[item_id])
