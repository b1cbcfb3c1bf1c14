"""Message 37: a machine has taken money of a reader."""

from collections.abc import Mapping
from hashlib import blake2b
from types import MappingProxyType
from typing import Final

from wenyuan.doors.sip2 import screens
from wenyuan.doors.sip2.asked import Asked, Handled, institution_of, nothing_done, refusal_by_pin
from wenyuan.doors.sip2.readers import REMOVED
from wenyuan.doors.sip2.times import printed
from wenyuan.kernel.money import parse_yuan
from wenyuan.kernel.sip2.answers import FeePaidAnswer
from wenyuan.kernel.sip2.codes import FeeType
from wenyuan.kernel.sip2.requests import FeePaidRequest
from wenyuan.lending.fees.data import ChargeKind, FeeReason, FeesRefused, Means
from wenyuan.lending.fees.operations import pay
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import require
from wenyuan.plumbing.statements import LARGEST_ID

CURRENCY: Final = "CNY"
PAID_FIRST: Final[Mapping[str, ChargeKind]] = MappingProxyType(
    {
        FeeType.OVERDUE.value: ChargeKind.OVERDUE,
        FeeType.DAMAGE.value: ChargeKind.DAMAGED,
        FeeType.REPLACEMENT.value: ChargeKind.LOST,
    }
)
"""The kind of charge that a fee type names. It is paid first, then the others: the money lies in the machine."""
MEANS: Final[Mapping[str, tuple[Means, str]]] = MappingProxyType(
    {
        "00": (Means.CASH, ""),
        "01": (Means.OTHER, screens.BANK_CARD),
        "02": (Means.OTHER, screens.BANK_CARD),
        "03": (Means.SCAN, ""),
    }
)
"""Means by payment type, with the text that the ledger keeps. 03 is by agreement with makers: scan to pay."""


def fee_paid(asked: Asked) -> Handled:
    """37. The money settles the charge that CG names, else what is open, the oldest first. BK, or the line itself,
    makes a retry one payment."""
    request, station = asked.request, asked.station
    assert isinstance(request.fixed, FeePaidRequest)
    require(station.desk.operator, Act.TAKE_MONEY, station.desk.branch_id)
    if refusal := refusal_by_pin(asked):
        return refusal
    if station.pin_to_pay and not asked.readers.is_verified(request.value("AA")):
        return nothing_done(asked, [screens.PIN_MISSING], "pin_missing")
    if request.fixed.currency.strip() not in ("", CURRENCY):
        return nothing_done(asked, [screens.OTHER_CURRENCY], "currency")
    means, text = MEANS.get(request.fixed.payment_type, (Means.OTHER, screens.paid_by(request.fixed.payment_type)))
    try:
        receipt = pay(
            patron_id=_patron_of(asked),
            amount_fen=parse_yuan(request.value("BV")) or 0,
            means=means,
            text=text,
            charge_ids=_charges_of(asked),
            first=PAID_FIRST.get(request.fixed.fee_type),
            key=_key_of(asked),
            at=asked.at,
            desk=station.desk,
        )
    except FeesRefused as refused:
        codes = ",".join(reason.value for reason in refused.reasons)
        return nothing_done(asked, screens.money_refused(refused), codes)
    answer = FeePaidAnswer(
        at=printed(asked.at),
        ok=True,
        institution=institution_of(asked),
        patron=request.value("AA"),
        transaction=request.value("BK") or None,
        messages=[screens.paid(receipt)],
        print_lines=screens.receipt_lines(receipt, library=station.library),
    )
    return Handled(answer, "repeated" if receipt.repeated else "paid")


def _patron_of(asked: Asked) -> int:
    """:raises FeesRefused: the card is nobody's (any more)."""
    scanned = asked.readers.find(asked.request.value("AA"))
    if scanned is None or scanned.token_status == REMOVED:
        raise FeesRefused(FeeReason.PATRON_UNKNOWN)
    return scanned.patron.id


def _charges_of(asked: Asked) -> list[int] | None:
    """The charge that CG names, as the list of fines (AV) writes its number.

    :raises FeesRefused: it is no number of a charge.
    """
    text = asked.request.value("CG")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and int(text) <= LARGEST_ID):
        raise FeesRefused(FeeReason.CHARGE_UNKNOWN)
    return [int(text)]


def _key_of(asked: Asked) -> str:
    """BK is the machine's own number of the transaction, unique in its account. Without one the line speaks for itself:
    the same money of the same card for the same thing at the same second of the machine's clock is sent again, for no
    machine takes twice in a second. Without a time either, only this very request is one payment."""
    request = asked.request
    assert isinstance(request.fixed, FeePaidRequest)
    named, own = "BK", request.value("BK")
    if not own and request.fixed.sent_at is not None:
        named, fixed = "line", request.fixed
        said = (fixed.sent_at, fixed.fee_type, fixed.payment_type, *map(request.value, ("AA", "BV", "CG")))
        own = "\0".join(map(str, said))
    elif not own:
        named, own = "at", f"{asked.at.isoformat()} {request.sequence} {request.value('AA')}"
    digest = blake2b(f"{asked.station.account_id}\0{named}\0{own}".encode("utf-8", "surrogatepass"), digest_size=24)
    return f"sip2:{digest.hexdigest()}"
