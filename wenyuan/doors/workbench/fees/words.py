"""Money in words: what is charged, what a row of the ledger is, how it was paid, and why nothing moved."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from wenyuan.doors.workbench.patrons.words import OBSTACLE_WORDS
from wenyuan.doors.workbench.templatetags.staff import yuan
from wenyuan.lending.fees.data import Book, ChargeKind, EntryKind, FeeReason, FeesRefused, Means, PointEvent

CHARGES: Final[Mapping[ChargeKind, StrOrPromise]] = {
    ChargeKind.OVERDUE: _("Overdue fine"),
    ChargeKind.LOST: _("Lost item"),
    ChargeKind.DAMAGED: _("Damaged item"),
    ChargeKind.CARD: _("New card for a lost one"),
    ChargeKind.OTHER: _("Something else"),
}

ENTRIES: Final[Mapping[EntryKind, StrOrPromise]] = {
    EntryKind.CHARGE: _("Charged"),
    EntryKind.PAYMENT: _("Paid"),
    EntryKind.FORGIVEN: _("Forgiven"),
    EntryKind.IN_KIND: _("Replaced in kind"),
    EntryKind.CANCELLED: _("Charge cancelled"),
    EntryKind.REFUND: _("Paid back"),
    EntryKind.DEPOSIT_TAKEN: _("Deposit taken"),
    EntryKind.DEPOSIT_RETURNED: _("Deposit returned"),
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

BOOKS: Final[Mapping[Book, StrOrPromise]] = {
    Book.INCOME: _("Income"),
    Book.DEPOSIT: _("Deposits"),
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

FIELDS: Final[Mapping[FeeReason, str]] = {
    FeeReason.BAD_AMOUNT: "amount",
    FeeReason.TOO_MUCH: "amount",
    FeeReason.REASON_MISSING: "text",
    FeeReason.TEXT_TOO_LONG: "text",
    FeeReason.TEXT_HOLDS_NUMBER: "text",
}
"""The field of a form that a reason is about."""


def reason_words(reason: FeeReason, refused: FeesRefused) -> str:
    """A reason as a sentence, with the amounts and counts it came with."""
    ties = [
        str(OBSTACLE_WORDS.get(what, _("Still open: %(count)s"))) % {"count": count}
        for what, count in refused.facts.items()
        if what != "open_fen"
    ]
    return str(REASONS[reason]) % {
        "open": yuan(refused.facts.get("open_fen", 0)),
        "ties": gettext("; ").join(ties),
    }


def charges_words(count: int) -> str:
    """``3 charges``."""
    return ngettext("%(count)s charge", "%(count)s charges", count) % {"count": count}
