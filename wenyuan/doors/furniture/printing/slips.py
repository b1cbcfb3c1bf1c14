"""Slips of the receipt roll: what a reader takes along, and what stands or travels in an item.

No slip has a name or a whole number of a person: a card is named by its end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext

from wenyuan.doors.furniture.days import is_english, near_day, weekday
from wenyuan.kernel.chinese.amounts import amount_in_capitals
from wenyuan.kernel.money import yuan_text
from wenyuan.plumbing.clock import local, local_date
from wenyuan.plumbing.printing import ROLL_80, Paper, Template, as_pdf, bars_for

TEMPLATES: Final = Path(__file__).with_name("templates")
CARD_END: Final = 4
"""Characters of a card that a slip shows."""


@dataclass(frozen=True, slots=True)
class SlipItem:
    """An item on a reader's slip; ``due`` where it was lent or renewed."""

    title: str
    barcode: str
    due: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderSlip:
    """What one reader took along, prolonged, brought back and was refused at one time. ``card_end`` may be empty
    (nobody had the item). ``foot`` are lines of small print: opening hours, closures."""

    library: str
    place: str
    at: datetime
    card_end: str = ""
    lent: tuple[SlipItem, ...] = ()
    renewed: tuple[SlipItem, ...] = ()
    returned: tuple[SlipItem, ...] = ()
    not_lent: tuple[SlipItem, ...] = ()
    foot: tuple[str, ...] = ()

    @property
    def heading(self) -> str:
        """What the slip is, by what stands on it."""
        took, brought = self.lent or self.renewed, self.returned
        if took and brought:
            return gettext("Receipt of loans and returns")
        if self.lent:
            return gettext("Loan receipt")
        if took:
            return gettext("Renewal receipt")
        return gettext("Return receipt") if brought else gettext("Slip")


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldSlip:
    """Stands in an item on the hold shelf. ``place`` is its position there (may be empty), ``until`` the last day on
    which it is kept."""

    branch: str
    card_end: str
    place: str
    until: date
    title: str
    call_no: str
    barcode: str
    at: datetime
    foot: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitSlip:
    """Travels in an item. ``reason`` says why in words; ``foot`` what to do on arrival."""

    library: str
    from_place: str
    to: str
    reason: str
    title: str
    call_no: str
    barcode: str
    at: datetime
    foot: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Payment:
    """One line of a payment: ``fen`` below zero is money given back."""

    what: str
    fen: int
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentSlip:
    """Money that was taken, or (a sum below zero) given back. ``number`` is the receipt's, ``method`` how it was paid,
    ``clerk`` who took it: an initial or a desk's code, as the library chooses."""

    library: str
    place: str
    at: datetime
    number: str
    card_end: str
    lines: tuple[Payment, ...]
    method: str = ""
    clerk: str = ""
    foot: tuple[str, ...] = ()

    @property
    def fen(self) -> int:
        return sum(line.fen for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class LossSlip:
    """What a reader who lost an item owes, and why. ``lines`` add up to what is still to be paid (one below zero is
    paid or let off already); ``rules`` are lines of small print: by which rule, and what may be done instead."""

    library: str
    place: str
    at: datetime
    card_end: str
    title: str
    call_no: str
    barcode: str
    lost_on: date
    lines: tuple[Payment, ...]
    rules: tuple[str, ...] = ()

    @property
    def fen(self) -> int:
        return sum(line.fen for line in self.lines)


def card_end(card: str) -> str:
    """The last four characters of a card; of a short one fewer, never more than half of it."""
    return card[-min(CARD_END, len(card) // 2) :] if len(card) > 1 else ""


def reader_slips(slips: Sequence[ReaderSlip], *, roll: Paper = ROLL_80) -> bytes:
    """Loan and return receipts 借书凭条, 还书凭条, one behind the other. :raises NotPrinted: as ``as_pdf``."""
    return _pdf("reader.typ", gettext("Slip"), [_reader(slip) for slip in slips], roll)


def _reader(slip: ReaderSlip) -> dict[str, Any]:
    today = local_date(slip.at)
    sections = (
        (gettext("Lent: %(count)s"), slip.lent),
        (gettext("Renewed: %(count)s"), slip.renewed),
        (gettext("Taken back: %(count)s"), slip.returned),
        (gettext("Not lent: %(count)s"), slip.not_lent),
    )
    return {
        "library": slip.library,
        "heading": slip.heading,
        "facts": _pairs(
            (gettext("Issued at"), slip.place),
            (gettext("Time"), _time(slip.at)),
            (gettext("Card ending in"), slip.card_end),
        ),
        "sections": [
            {
                "heading": words % {"count": len(items)},
                "items": [
                    {"title": item.title, "barcode": item.barcode, "due": _due(item.due, today)} for item in items
                ],
            }
            for words, items in sections
            if items
        ],
        "foot": slip.foot,
    }


def _due(due: date | None, today: date) -> str:
    return gettext("due %(day)s") % {"day": near_day(due, today=today)} if due else ""


def hold_slips(slips: Sequence[HoldSlip], *, roll: Paper = ROLL_80) -> bytes:
    """Hold-shelf slips 预约取书单. :raises NotPrinted: as ``as_pdf``."""
    return _pdf("hold.typ", gettext("Hold-shelf slip"), [_hold(slip) for slip in slips], roll)


def _hold(slip: HoldSlip) -> dict[str, Any]:
    return {
        "heading": gettext("Hold-shelf slip"),
        "card_label": gettext("Card ending in"),
        "card_end": slip.card_end or "—",
        "place_label": gettext("Hold shelf") if slip.place else "",
        "place": slip.place,
        "until_label": gettext("Keep until"),
        "until": near_day(slip.until, today=local_date(slip.at)),
        "item_title": slip.title,
        "facts": _pairs(
            (gettext("Call number"), slip.call_no),
            (gettext("Barcode"), slip.barcode),
            (gettext("Issued at"), slip.branch),
            (gettext("Time"), _time(slip.at)),
        ),
        "foot": slip.foot,
    }


def transit_slips(slips: Sequence[TransitSlip], *, roll: Paper = ROLL_80) -> bytes:
    """Transit slips 在途单 with the item's barcode. :raises NotPrinted: as ``as_pdf``."""
    return _pdf("transit.typ", gettext("Transit slip"), [_transit(slip, roll) for slip in slips], roll)


def _transit(slip: TransitSlip, roll: Paper) -> dict[str, Any]:
    return {
        "heading": gettext("Transit slip"),
        "to_label": gettext("To"),
        "to": slip.to,
        "facts": _pairs(
            (gettext("Sent from"), slip.from_place),
            (gettext("Why"), slip.reason),
            (gettext("Time"), _time(slip.at)),
            (gettext("Library"), slip.library),
        ),
        "item_title": slip.title,
        "call_no": slip.call_no,
        "barcode": slip.barcode,
        "bars": bars_for(slip.barcode, roll),
        "foot": slip.foot,
    }


def payment_slips(slips: Sequence[PaymentSlip], *, roll: Paper = ROLL_80) -> bytes:
    """Payment receipts 收款凭条, and receipts of money given back 退款凭条. :raises NotPrinted: as ``as_pdf``."""
    return _pdf("payment.typ", gettext("Payment receipt"), [_payment(slip) for slip in slips], roll)


def _payment(slip: PaymentSlip) -> dict[str, Any]:
    gives_back = slip.fen < 0
    return {
        "library": slip.library,
        "heading": gettext("Refund receipt") if gives_back else gettext("Payment receipt"),
        "facts": _pairs(
            (gettext("Receipt no."), slip.number),
            (gettext("Issued at"), slip.place),
            (gettext("Time"), _time(slip.at)),
            (gettext("Card ending in"), slip.card_end),
            (gettext("Paid by"), slip.method),
            (gettext("Taken by"), slip.clerk),
        ),
        "lines": [{"what": line.what, "about": line.about, "amount": yuan_text(line.fen)} for line in slip.lines],
        "sum_label": gettext("Given back") if gives_back else gettext("Sum"),
        "sum": f"¥{yuan_text(abs(slip.fen))}",
        "in_capitals": "" if is_english() else f"人民币{amount_in_capitals(abs(slip.fen))}",
        "foot": slip.foot,
    }


def loss_slips(slips: Sequence[LossSlip], *, roll: Paper = ROLL_80) -> bytes:
    """Notices of compensation 赔偿通知单. :raises NotPrinted: as ``as_pdf``."""
    return _pdf("loss.typ", gettext("Notice of compensation"), [_loss(slip) for slip in slips], roll)


def _loss(slip: LossSlip) -> dict[str, Any]:
    return {
        "library": slip.library,
        "heading": gettext("Notice of compensation"),
        "facts": _pairs(
            (gettext("Issued at"), slip.place),
            (gettext("Time"), _time(slip.at)),
            (gettext("Card ending in"), slip.card_end),
            (gettext("Lost on"), near_day(slip.lost_on, today=local_date(slip.at))),
        ),
        "item_title": slip.title,
        "item_facts": _pairs((gettext("Call number"), slip.call_no), (gettext("Barcode"), slip.barcode)),
        "lines": [{"what": line.what, "about": line.about, "amount": yuan_text(line.fen)} for line in slip.lines],
        "sum_label": gettext("To be paid"),
        "sum": f"¥{yuan_text(slip.fen)}",
        "in_capitals": "" if is_english() else f"人民币{amount_in_capitals(slip.fen)}",
        "foot": slip.rules,
    }


def _time(at: datetime) -> str:
    here = local(at)
    return f"{here:%Y-%m-%d} {weekday(here.weekday())} {here:%H:%M}"


def _pairs(*pairs: tuple[str, str]) -> list[tuple[str, str]]:
    """Labels with their values, those without a value left out."""
    return [(label, value) for label, value in pairs if value]


def _pdf(template: str, title: str, slips: list[dict[str, Any]], roll: Paper) -> bytes:
    language = "en" if is_english() else "zh"
    return as_pdf(Template(TEMPLATES, template), {"title": title, "slips": slips}, paper=roll, language=language)
