"""Money in words: what is charged, what a row of the ledger is, how it was paid, and why nothing moved."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.fee_words import fee_words
from wenyuan.doors.workbench.patrons.words import OBSTACLE_WORDS
from wenyuan.lending.fees.data import Book, EntryKind, FeeReason, FeesRefused

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

BOOKS: Final[Mapping[Book, StrOrPromise]] = {
    Book.INCOME: _("Income"),
    Book.DEPOSIT: _("Deposits"),
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
    return fee_words(reason, refused.facts, ties=gettext("; ").join(ties))


def charges_words(count: int) -> str:
    """``3 charges``."""
    return ngettext("%(count)s charge", "%(count)s charges", count) % {"count": count}
