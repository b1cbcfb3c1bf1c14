"""The kinds of a loan policy in words: one table for every page that shows, edits or explains them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class KindWords:
    """A kind's name, what its number counts (empty where it is no number; money is typed and shown in yuan), and one
    sentence about what it does and what holds where no row states it."""

    label: StrOrPromise
    help: StrOrPromise
    unit: StrOrPromise = ""


_DAYS, _OPEN_DAYS, _YUAN = (
    pgettext_lazy("unit", "days"),
    pgettext_lazy("unit", "open days"),
    pgettext_lazy("unit", "yuan"),
)
_ITEMS, _TIMES = pgettext_lazy("unit", "items"), pgettext_lazy("unit", "times")

KIND_WORDS: Final[Mapping[str, KindWords]] = {
    "loan_days": KindWords(
        _("Loan length"), _("How long an item is lent. Where no rule states a length, nothing is lent."), _DAYS
    ),
    "fixed_due_date": KindWords(
        _("Fixed due date"), _("A day that binds the due date until it has passed, such as the end of a term.")
    ),
    "fixed_due_rule": KindWords(
        _("How the fixed date binds"), _("Exactly that day, no later than it, or no earlier. Not stated: exactly.")
    ),
    "on_closed_day": KindWords(
        _("Due on a closed day"),
        _("To the next open day, to the one before, or kept as it is. Not stated: the next open day."),
    ),
    "due_by_expiry": KindWords(
        _("Due by the card's last day"), _("A loan ends with the membership at the latest. Not stated: it does not.")
    ),
    "renewal_days": KindWords(
        _("Renewal length"), _("How long a renewal lasts. Not stated: as long as a loan."), _DAYS
    ),
    "renewals_from": KindWords(
        _("Renewals count from"), _("From the day of the renewal, or from the due date. Not stated: from the day.")
    ),
    "max_renewals": KindWords(
        _("Most renewals"), _("How often a loan may be renewed. Not stated: without limit."), _TIMES
    ),
    "auto_renew": KindWords(
        _("Renews by itself"),
        _("Before the due date a loan renews by itself where it may be renewed. Not stated: it does not."),
    ),
    "max_loans": KindWords(
        _("Most items on loan"), _("In the whole network, whatever their kind. Not stated: without limit."), _ITEMS
    ),
    "max_loans_of_type": KindWords(
        _("Most items of one kind"), _("On loan at once, of the kind of item. Not stated: without limit."), _ITEMS
    ),
    "max_overdue": KindWords(
        _("Overdue items that still allow a loan"),
        _("Who has more overdue items borrows nothing. Not stated: overdue items stop nothing."),
        _ITEMS,
    ),
    "minimum_age": KindWords(
        _("Minimum age"),
        _("Who is younger, or of unknown age, does not borrow it. Not stated: any age."),
        pgettext_lazy("unit", "years"),
    ),
    "in_library_only": KindWords(_("In the library only"), _("Such items are not lent. Not stated: they are.")),
    "holds": KindWords(_("Holds"), _("All items, only what is on loan, or none may be held. Not stated: all.")),
    "max_holds": KindWords(_("Most holds"), _("Open at once. Not stated: without limit."), _ITEMS),
    "hold_days": KindWords(
        _("A hold waits"),
        _("How long a hold waits unless its reader says otherwise. Not stated: without end."),
        _DAYS,
    ),
    "hold_shelf_days": KindWords(
        _("Kept on the hold shelf"), _("Open days of the pickup branch. Not stated: 7."), _OPEN_DAYS
    ),
    "recall_days": KindWords(
        _("Back after a recall within"),
        _("A hold that nothing on the shelf can fill makes a loan due so soon. Not stated: nothing is recalled."),
        _DAYS,
    ),
    "guaranteed_days": KindWords(
        _("Safe from recalls for"),
        _("A recall makes no loan due before its reader has had it so long. Not stated: 0."),
        _DAYS,
    ),
    "return_route": KindWords(
        _("Returned elsewhere"),
        _("Travels home, stays where it was returned, or goes back to the branch that lent it. Not stated: home."),
    ),
    "grace_days": KindWords(
        _("Days of grace"),
        _("Up to so many days late cost nothing; past them every day counts, for money and suspension. Not stated: 0."),
        _OPEN_DAYS,
    ),
    "fine_day_fen": KindWords(
        _("Fine per day late"), _("For each open day of the lending branch. Not stated: no fines."), _YUAN
    ),
    "fine_cap_fen": KindWords(_("Most that a loan's fine can be"), _("Not stated: without limit."), _YUAN),
    "fine_capped_at_price": KindWords(
        _("Fine no higher than the price"), _("A fine stops at the item's price. Not stated: it does not.")
    ),
    "suspension_percent": KindWords(
        _("Suspension for days late"),
        _("100 suspends a day for each day late, 50 half a day, rounded up. Not stated: nobody is suspended."),
        _("percent of the days late"),
    ),
    "max_suspension_days": KindWords(
        _("Longest suspension"), _("That one return can bring. Not stated: without limit."), _DAYS
    ),
    "suspensions_add_up": KindWords(
        _("Suspensions add up"),
        _("A second late return lengthens the suspension that runs. Not stated: the longer one counts."),
    ),
    "max_owed_fen": KindWords(
        _("Most that a reader may owe"),
        _("Who owes more neither borrows nor renews. Not stated: debts stop nothing."),
        _YUAN,
    ),
    "deposit_fen": KindWords(
        _("Deposit wanted"), _("Who has deposited less borrows nothing. Not stated: no deposit."), _YUAN
    ),
    "value_within_deposit": KindWords(
        _("Loans worth no more than the deposit"),
        _("The prices of all items on loan together stay within the deposit. Not stated: they need not."),
    ),
    "lost_after_days": KindWords(
        _("Counts as lost when late by"), _("So many open days late. Not stated: never by itself."), _OPEN_DAYS
    ),
    "price_percent": KindWords(
        _("Price of a lost item"),
        _("200 asks for twice its price. Not stated: its price, or what its kind of item costs where it has none."),
        _("percent of the price"),
    ),
    "processing_fee_fen": KindWords(
        _("Fee for the work of replacing"),
        _("On top of the price of a lost or damaged item, and kept when it is found. Not stated: none."),
        _YUAN,
    ),
    "found_days": KindWords(
        _("Price given back when found within"),
        _("Days after it was charged; 0 gives nothing back. Not stated: however late it is found."),
        _DAYS,
    ),
}
"""By ``circulation.data.Kinds``, in its order."""


GROUPS: Final[Mapping[str, tuple[StrOrPromise, tuple[str, ...]]]] = {
    "length": (
        _("How long"),
        ("loan_days", "fixed_due_date", "fixed_due_rule", "on_closed_day", "due_by_expiry"),
    ),
    "renewals": (_("Renewals"), ("max_renewals", "renewal_days", "renewals_from", "auto_renew")),
    "limits": (_("How many"), ("max_loans", "max_loans_of_type", "max_overdue")),
    "who": (_("For whom and where"), ("minimum_age", "in_library_only")),
    "holds": (_("Holds"), ("holds", "max_holds", "hold_days", "hold_shelf_days", "recall_days", "guaranteed_days")),
    "route": (_("Where it goes when it comes back"), ("return_route",)),
    "late": (
        _("Late returns"),
        (
            "grace_days",
            "fine_day_fen",
            "fine_cap_fen",
            "fine_capped_at_price",
            "suspension_percent",
            "max_suspension_days",
            "suspensions_add_up",
        ),
    ),
    "money": (_("Debts and deposits"), ("max_owed_fen", "deposit_fen", "value_within_deposit")),
    "lost": (_("Lost items"), ("lost_after_days", "price_percent", "processing_fee_fen", "found_days")),
}
"""The kinds in the order in which an editor shows them, under headings; each stands under one."""

WORD_NAMES: Final[Mapping[str, Mapping[str, StrOrPromise]]] = {
    "fixed_due_rule": {
        "exactly": _("exactly on that day"),
        "not_after": _("no later than that day"),
        "not_before": _("no earlier than that day"),
    },
    "on_closed_day": {
        "next": _("to the next open day"),
        "previous": _("to the open day before"),
        "keep": _("stays on the closed day"),
    },
    "renewals_from": {"today": _("the day of the renewal"), "due_date": _("the due date")},
    "holds": {"all": _("all items"), "on_loan": _("only what is on loan"), "none": _("none")},
    "return_route": {
        "home": _("travels home"),
        "float": _("stays where it was returned"),
        "stay": _("goes back to the branch that lent it"),
    },
}
"""The words that a kind may state."""
