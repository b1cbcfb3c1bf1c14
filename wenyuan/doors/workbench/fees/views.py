"""A reader's money: what is open, paying, forgiving, deposits, the ledger, the receipts; and who owes a branch."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from uuid import uuid4

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.fee_words import CHARGES, MEANS
from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, staff_page
from wenyuan.doors.workbench.branches import Choices, branch_choices, branch_name
from wenyuan.doors.workbench.fees import forms
from wenyuan.doors.workbench.fees.frame import tabs
from wenyuan.doors.workbench.fees.shown import (
    OUTGOING,
    Receipt,
    charge_choice,
    seen_branches,
    sees,
    shown_charges,
    shown_entries,
)
from wenyuan.doors.workbench.fees.words import ENTRIES, FIELDS, charges_words, reason_words
from wenyuan.doors.workbench.form_pages import Sheet, done, form_page, refuse
from wenyuan.doors.workbench.paging import number_from, onward, pair_from
from wenyuan.doors.workbench.shell import page
from wenyuan.doors.workbench.templatetags.staff import day as day_words
from wenyuan.doors.workbench.templatetags.staff import yuan
from wenyuan.kernel.identity import mask_name
from wenyuan.lending.fees import operations
from wenyuan.lending.fees.data import BOOK_OF, Book, EntryKind, EntryView, FeesRefused
from wenyuan.lending.fees.queries import (
    account_state,
    deposit_report,
    get_charge,
    get_entry,
    list_charges,
    list_debtors,
    list_deposits,
    list_ledger,
    list_open_charges,
    patron_of,
    point_balance,
    total_of,
)
from wenyuan.lending.patrons.data import PatronView
from wenyuan.lending.patrons.queries import get_patron, list_patrons
from wenyuan.organisation.network.queries import get_library, network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.scanpay import scan_pay


@require_GET
@staff_page(Act.SEE_FEES)
def debts(request: StaffRequest) -> HttpResponse:
    """Who owes a branch, the most first."""
    form, branch_id = _branch_asked(request)
    found, after = list_debtors(branch_id=branch_id, after=_after(request))
    patrons = list_patrons([one.patron_id for one in found])
    rows = [(one, patrons.get(one.patron_id), charges_words(one.charges)) for one in found]
    context = {
        "title": gettext("Money"),
        "line": gettext("Who owes %(branch)s something") % {"branch": branch_name(branch_id)},
        "tabs": tabs(request),
        "form": form,
        "rows": rows,
        "onward": onward(request, after),
    }
    return page(request, "workbench/fees/debts.html", context)


def _branch_asked(request: StaffRequest) -> tuple[forms.BranchForm, int]:
    """The branch that the address names, else the one worked at. :raises Http404: the operator sees none of its
    money."""
    choices = branch_choices(on=local_date(request.at), ids=seen_branches(request))
    form = forms.BranchForm(request.GET if "branch" in request.GET else None, branches=choices)
    form.fields["branch"].initial = str(request.desk.branch_id)
    if form.is_bound and not form.is_valid():
        raise Http404
    asked = form.cleaned_data["branch"] if form.is_bound else None
    return form, asked or request.desk.branch_id


def _after(request: StaffRequest) -> tuple[int, int] | None:
    pair = pair_from(request)
    return (int(pair[0]), pair[1]) if pair else None


@require_GET
@staff_page(Act.SEE_FEES)
def deposits(request: StaffRequest) -> HttpResponse:
    """The deposit account of the branches whose money the operator sees, over a period; this year without one."""
    form, today = forms.PeriodForm(request.GET or None), local_date(request.at)
    first, last = today.replace(month=1, day=1), today
    if form.is_bound and form.is_valid():
        first, last = form.cleaned_data["first"] or first, form.cleaned_data["last"] or last
    form.fields["first"].initial, form.fields["last"].initial = first, last
    found = deposit_report(first=first, last=last, branch_ids=seen_branches(request)) if first <= last else ()
    network = network_map()
    context = {
        "title": gettext("Deposit account"),
        "line": gettext("Money that stays the readers', from %(first)s to %(last)s")
        % {"first": day_words(first), "last": day_words(last)},
        "tabs": tabs(request),
        "form": form,
        "rows": [(branch_name(one.branch_id, network), one) for one in found],
        "total": total_of(found),
    }
    return page(request, "workbench/fees/deposits.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.SEE_FEES)
def reader(request: StaffRequest, patron_id: int) -> HttpResponse:
    """One reader's money. What is sent is a payment for the charges that are ticked; without a tick, for the oldest."""
    view = _patron_or_404(patron_id)
    charges, others_owed, others_back = shown_charges(list_open_charges(patron_id), request)
    owing = [one for one in charges if one.charge.open_fen > 0]
    choices: Choices = [(str(one.charge.id), charge_choice(one)) for one in owing]
    owed = sum(one.charge.open_fen for one in owing)
    form = forms.PaymentForm(request.POST or None, charges=choices, initial={"amount": owed, "key": uuid4().hex})
    if form.is_valid():
        try:
            receipt = operations.pay(
                patron_id=patron_id,
                amount_fen=form.cleaned_data["amount"],
                means=form.way(),
                charge_ids=form.cleaned_data["charges"] or None,
                text=form.cleaned_data["text"],
                at=request.at,
                desk=request.desk,
                key=form.cleaned_data["key"] or None,
            )
        except FeesRefused as refused:
            _tell(form, refused)
        else:
            words = _("Taken: %(amount)s yuan, receipt %(number)s.")
            return done(
                request,
                words % {"amount": yuan(receipt.amount_fen), "number": receipt.receipt_no},
                reverse("workbench:fees-patron", args=[patron_id]),
            )
    ledger = list_ledger(patron_id, branch_ids=seen_branches(request), before=number_from(request))
    here, network = request.desk.branch_id, network_map()
    context = {
        "title": view.name or "—",
        "crumbs": _crumbs(view, ""),
        "patron": view,
        "state": account_state(patron_id),
        "points": point_balance(patron_id),
        "charges": charges,
        "others_owed": others_owed,
        "others_back": others_back,
        "form": form if owing else None,
        "scan_form": forms.ScanForm(initial={"key": uuid4().hex}, auto_id="id_scan_%s")
        if owing and scan_pay()
        else None,
        "deposits": [
            (one, branch_name(one.branch_id, network), MEANS.get(one.means, "")) for one in list_deposits(patron_id)
        ],
        "entries": shown_entries(ledger.entries, request),
        "onward": onward(request, ledger.before),
        "is_closed": view.status == "closed",
        "may_take": may(request.operator, Act.TAKE_MONEY, here),
        "may_charge": may(request.operator, Act.ADD_CHARGE, here),
        "may_return": may(request.operator, Act.RETURN_MONEY, here),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound and form.errors else HTTPStatus.OK
    return page(request, "workbench/fees/reader.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.ADD_CHARGE)
def new_charge(request: StaffRequest, patron_id: int) -> HttpResponse:
    """Charge the reader by hand."""
    view = _patron_or_404(patron_id)
    form = forms.ChargeForm(request.POST or None, initial={"key": uuid4().hex})

    def write() -> str:
        made = operations.add_charge(
            patron_id=patron_id,
            kind=form.charged(),
            amount_fen=form.cleaned_data["amount"],
            text=form.cleaned_data["text"],
            at=request.at,
            desk=request.desk,
            key=form.cleaned_data["key"] or None,
        )
        return gettext("Charged: %(amount)s yuan.") % {"amount": yuan(made.amount_fen)}

    sheet = _sheet(view, _("Charge something"), _("Charge"))
    return _form_of(request, form, sheet, write)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.TAKE_MONEY)
def new_deposit(request: StaffRequest, patron_id: int) -> HttpResponse:
    """Take a deposit."""
    view = _patron_or_404(patron_id)
    form = forms.MoneyForm(request.POST or None, initial={"key": uuid4().hex})

    def write() -> str:
        receipt = operations.take_deposit(
            patron_id=patron_id,
            amount_fen=form.cleaned_data["amount"],
            means=form.way(),
            text=form.cleaned_data["text"],
            at=request.at,
            desk=request.desk,
            key=form.cleaned_data["key"] or None,
        )
        words = gettext("Deposit taken: %(amount)s yuan, receipt %(number)s.")
        return words % {"amount": yuan(receipt.amount_fen), "number": receipt.receipt_no}

    words = _("A deposit stays the reader's. It has a book and receipts of its own, and is no income.")
    return _form_of(request, form, _sheet(view, _("Take a deposit"), _("Take"), words), write)


@dataclass(frozen=True, slots=True)
class _OnCharge:
    """What can be done about a charge: its words, its form, whether all that is open stands in it."""

    title: StrOrPromise
    act: StrOrPromise
    words: StrOrPromise
    form: type[forms.KeyedForm]


ON_CHARGES = {
    "forgive": _OnCharge(
        _("Forgive a charge"), _("Forgive"), _("It was owed, and is let go of. The reason is audited."), forms.LetGoForm
    ),
    "cancel": _OnCharge(
        _("Cancel a charge"),
        _("Cancel it"),
        _("It was a mistake. What was paid of it is due back to whoever paid."),
        forms.LetGoForm,
    ),
    "replace": _OnCharge(
        _("Replaced in kind"),
        _("Accept it"),
        _("The reader brought the same edition: its price is settled, a fee for the work stays."),
        forms.ReplacementForm,
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.FORGIVE_FEE, Act.TAKE_MONEY, any_branch=True)
def on_charge(request: StaffRequest, charge_id: int, act: str) -> HttpResponse:
    """Forgive, cancel or replace in kind."""
    charge, what, patron_id = get_charge(charge_id), ON_CHARGES.get(act), patron_of(charge_id)
    if charge is None or what is None or patron_id is None or not sees(request, charge.branch_id):
        raise Http404
    view = _patron_or_404(patron_id)
    most = max(0, charge.open_fen) if act == "forgive" else charge.charged_fen
    form = what.form(request.POST or None, initial={"amount": most, "key": uuid4().hex})

    def write() -> str:
        text, key = form.cleaned_data["text"], form.cleaned_data["key"] or None
        if act == "replace":
            operations.replace_in_kind(charge_id=charge_id, text=text, at=request.at, desk=request.desk, key=key)
            return gettext("Settled by what was brought.")
        let_go = operations.forgive if act == "forgive" else operations.cancel_charge
        amount = form.cleaned_data["amount"]
        let_go(charge_id=charge_id, reason=text, amount_fen=amount, at=request.at, desk=request.desk, key=key)
        return (
            gettext("Forgiven: %(amount)s yuan.") if act == "forgive" else gettext("Cancelled: %(amount)s yuan.")
        ) % {"amount": yuan(amount)}

    line = f"{CHARGES[charge.kind]} · {branch_name(charge.branch_id)} · {yuan(charge.open_fen)}"
    return _form_of(request, form, _sheet(view, what.title, what.act, what.words, line), write)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.RETURN_MONEY)
def refund(request: StaffRequest, payment_id: int) -> HttpResponse:
    """Pay a payment, or a part of it, back to whoever paid."""
    payment, view = _entry_or_404(request, payment_id, EntryKind.PAYMENT)
    form = forms.LetGoForm(request.POST or None, initial={"amount": _due_back(payment), "key": uuid4().hex})

    def write() -> str:
        receipt = operations.refund(
            payment_id=payment_id,
            amount_fen=form.cleaned_data["amount"],
            reason=form.cleaned_data["text"],
            at=request.at,
            desk=request.desk,
            key=form.cleaned_data["key"] or None,
        )
        words = gettext("Paid back: %(amount)s yuan, receipt %(number)s.")
        return words % {"amount": yuan(receipt.amount_fen), "number": receipt.receipt_no}

    line = gettext("Receipt %(number)s · %(amount)s yuan · %(means)s") % {
        "number": payment.receipt_no,
        "amount": yuan(payment.amount_fen),
        "means": MEANS[payment.means],
    }
    words = _("It goes back the way it came. What is not due back is owed again afterwards.")
    return _form_of(request, form, _sheet(view, _("Pay back"), _("Pay back"), words, line), write)


def _due_back(payment: EntryView) -> int:
    """What of the payment is due back now; else all that is left of it."""
    charges = list_charges([part.charge_id for part in payment.allocations])
    due = sum(max(0, -charge.open_fen) for charge in charges.values())
    return min(due, payment.refundable_fen) or payment.refundable_fen


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Act.RETURN_MONEY)
def return_deposit(request: StaffRequest, deposit_id: int) -> HttpResponse:
    """Give a deposit back."""
    taken, view = _entry_or_404(request, deposit_id, EntryKind.DEPOSIT_TAKEN)
    held = next((one.held_fen for one in list_deposits(view.id) if one.entry_id == deposit_id), 0)
    form = forms.ReturnForm(request.POST or None, initial={"amount": held, "key": uuid4().hex})

    def write() -> str:
        receipt = operations.return_deposit(
            deposit_id=deposit_id,
            amount_fen=form.cleaned_data["amount"],
            text=form.cleaned_data["text"],
            at=request.at,
            desk=request.desk,
            key=form.cleaned_data["key"] or None,
        )
        words = gettext("Deposit returned: %(amount)s yuan, receipt %(number)s.")
        return words % {"amount": yuan(receipt.amount_fen), "number": receipt.receipt_no}

    line = gettext("Receipt %(number)s · %(amount)s yuan · %(means)s") % {
        "number": taken.receipt_no,
        "amount": yuan(held),
        "means": MEANS[taken.means],
    }
    words = _("It goes back the way it came, to whoever brings its receipt, when nothing is on loan or owed.")
    return _form_of(request, form, _sheet(view, _("Return the deposit"), _("Return it"), words, line), write)


@require_GET
@staff_page(Act.SEE_FEES)
def receipt(request: StaffRequest, entry_id: int) -> HttpResponse:
    """A receipt, as it is printed."""
    entry = get_entry(entry_id)
    if entry is None or not entry.receipt_no:
        raise Http404
    _, view = _entry_or_404(request, entry_id, entry.kind)
    library = get_library()
    charges = list_charges([part.charge_id for part in entry.allocations])
    lines = [(str(CHARGES[charges[part.charge_id].kind]), part.amount_fen) for part in entry.allocations]
    slip = Receipt(
        library=library.name(get_language() or "zh-hans") if library else "",
        place=branch_name(entry.branch_id),
        number=entry.receipt_no,
        what=str(ENTRIES[entry.kind]),
        reader=mask_name(view.name),
        means=str(MEANS[entry.means]),
        amount_fen=entry.amount_fen,
        lines=tuple(lines),
        at=entry.at,
        clerk=entry.entered_by_name,
        is_deposit=entry.kind in {EntryKind.DEPOSIT_TAKEN, EntryKind.DEPOSIT_RETURNED},
        is_outgoing=entry.kind in OUTGOING,
        text=entry.text,
    )
    return page(request, "workbench/fees/receipt.html", {"slip": slip, "patron": view})


# Shared -------------------------------------------------------------------------------------------------------------


def _form_of(request: StaffRequest, form: forms.KeyedForm, sheet: Sheet, write: Callable[[], str]) -> HttpResponse:
    """A page of one form; what is refused is told beside its field."""
    if form.is_valid():
        try:
            words = write()
        except FeesRefused as refused:
            _tell(form, refused)
        else:
            return done(request, words, sheet.back)
    return form_page(request, form, sheet)


def _tell(form: forms.KeyedForm, refused: FeesRefused) -> None:
    for reason in refused.reasons:
        refuse(form, reason_words(reason, refused), FIELDS.get(reason, ""))


def _sheet(view: PatronView, title: StrOrPromise, act: StrOrPromise, words: StrOrPromise = "", line: str = "") -> Sheet:
    back = reverse("workbench:fees-patron", args=[view.id])
    line = " · ".join(part for part in (view.name, line) if part)
    return Sheet(title=title, act=act, words=words, line=line, crumbs=_crumbs(view, str(title)), back=back)


def _crumbs(view: PatronView, last: str) -> tuple[Crumb, ...]:
    readers = Crumb(gettext("Readers"), reverse("workbench:patrons"))
    reader = Crumb(view.name, reverse("workbench:patron", args=[view.id]))
    money = gettext("Money")
    if not last:
        return readers, reader, Crumb(money)
    return readers, reader, Crumb(money, reverse("workbench:fees-patron", args=[view.id])), Crumb(last)


def _entry_or_404(request: StaffRequest, entry_id: int, kind: EntryKind) -> tuple[EntryView, PatronView]:
    """A row of a branch whose money the operator sees, and its reader; a deposit is the reader's own, at any desk."""
    entry, patron_id = get_entry(entry_id), patron_of(entry_id)
    if entry is None or entry.kind is not kind or patron_id is None:
        raise Http404
    if BOOK_OF[entry.kind] is Book.INCOME and not sees(request, entry.branch_id):
        raise Http404
    return entry, _patron_or_404(patron_id)


def _patron_or_404(patron_id: int) -> PatronView:
    view = get_patron(patron_id)
    if view is None:
        raise Http404
    return view
