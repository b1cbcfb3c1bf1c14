"""Money in words for every door: what is charged, how it was paid, what gives points, and why no money moved."""

from collections.abc import Iterable, Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from wenyuan.holdings.catalogue.queries import get_items, titles_of
from wenyuan.kernel.money import yuan_text
from wenyuan.lending.fees.data import ChargeKind, ChargeView, FeeReason, Means, PointEvent

CHARGES: Final[Mapping[ChargeKind, StrOrPromise]] = {
    ChargeKind.OVERDUE: _("Overdue fine"),
    ChargeKind.LOST: _("Lost item"),
    ChargeKind.DAMAGED: _("Damaged item"),
    ChargeKind.CARD: _("New card for a lost one"),
    ChargeKind.OTHER: _("Something else"),
}

MEANS: Final[Mapping[str, StrOrPromise]] = {
    Means.CASH.value: _("cash"),
    Means.SCAN.value: _("scan to pay"),
    Means.OTHER.value: _("in another way"),
}

EVENTS: Final[Mapping[PointEvent, StrOrPromise]] = {
    PointEvent.LOAN: _("Item borrowed"),
    PointEvent.OVERDUE: _("Item back late"),
    PointEvent.DAMAGED: _("Damaged item"),
    PointEvent.LOST: _("Lost item"),
    PointEvent.VOLUNTEER: _("Volunteer hours"),
    PointEvent.QUIZ: _("Quiz passed"),
    PointEvent.CORRECTION: _("Correction"),
}

REASONS: Final[Mapping[FeeReason, StrOrPromise]] = {
    FeeReason.PATRON_UNKNOWN: _("There is no such reader."),
    FeeReason.PATRON_CLOSED: _("The reader has left."),
    FeeReason.BAD_AMOUNT: _("An amount in yuan, above nothing and below a hundred thousand."),
    FeeReason.TOO_MUCH: _("That is more than there is: %(open)s yuan."),
    FeeReason.CHARGE_UNKNOWN: _("There is no such charge."),
    FeeReason.NOTHING_OPEN: _("Nothing is open any more."),
    FeeReason.PAYMENT_UNKNOWN: _("There is no such payment."),
    FeeReason.DEPOSIT_UNKNOWN: _("There is no such deposit."),
    FeeReason.STILL_TIED: _("The deposit stays as long as this is open: %(ties)s."),
    FeeReason.REASON_MISSING: _("Say it in words."),
    FeeReason.TEXT_TOO_LONG: _("Two hundred characters at most."),
    FeeReason.TEXT_HOLDS_NUMBER: _("No identity or phone number stands in such a text."),
    FeeReason.FUTURE_DAY: _("That day has not come yet."),
    FeeReason.ALREADY_CLOSED: _("This day is closed already."),
    FeeReason.LATER_CLOSED: _("A later day is closed already, and holds what was open of this one."),
    FeeReason.COUNT_MISSING: _("Count every kind of money that moved."),
    FeeReason.TILL_MOVED: _("Somebody took or gave money while this was sent. Look again and count once more."),
    FeeReason.POINTS_OFF: _("This library keeps no credit points."),
    FeeReason.POINTS_BY_RULE: _("There is no such rule, or rules alone decide about this."),
    FeeReason.BAD_POINTS: _("These numbers do not fit: a thousand at most, floor, start and ceiling in that order."),
    FeeReason.SCAN_UNKNOWN: _("There is no such order."),
    FeeReason.NO_ANSWER: _(
        "The payment service does not answer. Look again in a moment; take no cash for it meanwhile."
    ),
    FeeReason.OTHER_AMOUNT: _("The payment service took another amount: %(open)s yuan. Ask the head of desk."),
    FeeReason.KEY_REUSED: _("This was sent before for something else. Begin again."),
}


def fee_words(reason: FeeReason, facts: Mapping[str, int], *, ties: str = "") -> str:
    """A reason as a sentence in the language of the moment, with the amounts it came with; ``ties`` are what holds a
    deposit, in words."""
    return str(REASONS[reason]) % {"open": yuan_text(facts.get("open_fen", 0)), "ties": ties}


def titles_of_charges(charges: Iterable[ChargeView]) -> dict[int, str]:
    """What the items are called that charges are for, by their ids; two queries."""
    items = get_items([charge.item_id for charge in charges if charge.item_id])
    bibs = titles_of(item.bib_id for item in items.values())
    return {item.id: bibs[item.bib_id].title for item in items.values() if item.bib_id in bibs}
