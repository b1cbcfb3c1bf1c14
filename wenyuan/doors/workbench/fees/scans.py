"""扫码支付 at the desk: the reader's payment code, an order that waits, and what the collector tells by itself."""

from http import HTTPStatus
from uuid import uuid4

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest, open_page, staff_page
from wenyuan.doors.workbench.fees import forms
from wenyuan.doors.workbench.fees.words import reason_words
from wenyuan.doors.workbench.form_pages import done, not_done
from wenyuan.doors.workbench.shell import page
from wenyuan.doors.workbench.templatetags.staff import yuan
from wenyuan.lending.fees import operations
from wenyuan.lending.fees.data import FeesRefused, ScanReceipt
from wenyuan.lending.fees.queries import find_scan
from wenyuan.lending.patrons.queries import get_patron
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.scanpay import SIGNATURE_HEADER, ScanPay, ScanPayFailed, scan_pay

MOST_NOTICE_BYTES = 65_536


@staff_page(Act.TAKE_MONEY)
@sensitive_post_parameters("code")
@require_POST
def begin(request: StaffRequest, patron_id: int) -> HttpResponse:
    """Collect what is open by the code that the reader's phone shows."""
    collector, form = _collector(), forms.ScanForm(request.POST)
    back = reverse("workbench:fees-patron", args=[patron_id])
    if not form.is_valid():
        return not_done(request, _("That is no payment code."), back)
    try:
        receipt = operations.begin_scan(
            patron_id=patron_id,
            code=form.cleaned_data["code"],
            at=request.at,
            desk=request.desk,
            collector=collector,
            key=form.cleaned_data["key"] or uuid4().hex,
        )
    except FeesRefused as refused:
        return not_done(request, " ".join(reason_words(reason, refused) for reason in refused.reasons), back)
    return _go_on(request, receipt)


@staff_page(Act.TAKE_MONEY)
@require_http_methods(["GET", "HEAD", "POST"])
def order(request: StaffRequest, number: str) -> HttpResponse:
    """An order that waits: ask again, or give it up."""
    found = find_scan(number)
    view = get_patron(found.patron_id) if found else None
    if found is None or view is None or found.branch_id != request.desk.branch_id:
        raise Http404
    if request.method == "POST":
        act = operations.give_up_scan if request.POST.get("act") == "give-up" else operations.check_scan
        try:
            found = act(out_trade_no=number, at=request.at, desk=request.desk, collector=_collector())
        except FeesRefused as refused:
            words = " ".join(reason_words(reason, refused) for reason in refused.reasons)
            return not_done(request, words, request.path)
        if found.state in {"paid", "closed"}:
            return _go_on(request, found)
    context = {
        "title": gettext("Scan to pay"),
        "line": view.name,
        "crumbs": (
            Crumb(gettext("Readers"), reverse("workbench:patrons")),
            Crumb(view.name, reverse("workbench:patron", args=[view.id])),
            Crumb(gettext("Money"), reverse("workbench:fees-patron", args=[view.id])),
            Crumb(gettext("Scan to pay")),
        ),
        "order": found,
        "patron": view,
    }
    return page(request, "workbench/fees/scan.html", context)


def _go_on(request: StaffRequest, receipt: ScanReceipt) -> HttpResponse:
    back = reverse("workbench:fees-patron", args=[receipt.patron_id])
    if receipt.payment is not None:
        words = _("Taken: %(amount)s yuan, receipt %(number)s.")
        amount, number = yuan(receipt.amount_fen), receipt.payment.receipt_no
        return done(request, words % {"amount": amount, "number": number}, back)
    if receipt.state == "closed":
        return not_done(request, _("It was not paid. Nothing was taken."), back)
    return HttpResponseRedirect(reverse("workbench:fees-scan-order", args=[receipt.out_trade_no]))


def _collector() -> ScanPay:
    collector = scan_pay()
    if collector is None:
        raise Http404
    return collector


@csrf_exempt
@open_page
@require_POST
def notice(request: StaffRequest) -> HttpResponse:
    """What the collector tells by itself; nobody is signed in, and only what it has signed is believed."""
    collector = scan_pay()
    if collector is None:
        raise Http404
    signature, body = request.headers.get(SIGNATURE_HEADER, ""), request.read(MOST_NOTICE_BYTES)
    try:
        operations.note_scan(body=body, signature=signature, at=timezone.now(), collector=collector)
    except ScanPayFailed:
        return HttpResponse(status=HTTPStatus.FORBIDDEN)
    except FeesRefused:
        return HttpResponse(status=HTTPStatus.CONFLICT)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)
