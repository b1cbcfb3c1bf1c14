"""Crates in words: how far they are, what became of their items, and why something is refused."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from wenyuan.doors.workbench.branches import branch_name
from wenyuan.doors.workbench.templatetags.staff import weekday
from wenyuan.lending.transit.data import (
    Closed,
    DifferenceKind,
    LineState,
    ManifestState,
    Objection,
    Outcome,
    Refusal,
    TransitRefused,
    Unpacked,
)

Tagged = tuple[str, StrOrPromise]
"""The shape of a status and its word."""

MANIFEST_STATES: Final[Mapping[ManifestState, Tagged]] = {
    ManifestState.PACKING: ("soon", _("being packed")),
    ManifestState.SEALED: ("kept", _("sealed")),
    ManifestState.ON_THE_WAY: ("way", _("on the way")),
    ManifestState.DELIVERED: ("in", _("delivered, to be unpacked")),
    ManifestState.RECEIVED: ("done", _("signed for")),
    ManifestState.DROPPED: ("none", _("given up")),
}
LINE_STATES: Final[Mapping[LineState, Tagged]] = {
    LineState.IN_CRATE: ("kept", _("in the crate")),
    LineState.SEEN: ("soon", _("unpacked, not received")),
    LineState.RECEIVED: ("done", _("received")),
    LineState.PASSED_ON: ("done", _("came and went on")),
    LineState.ELSEWHERE: ("stop", _("seen elsewhere")),
    LineState.ENDED: ("stop", _("no longer on its way")),
}
DIFFERENCES: Final[Mapping[DifferenceKind, Tagged]] = {
    DifferenceKind.MISSING: ("stop", _("missing")),
    DifferenceKind.EXTRA: ("soon", _("not on the list")),
    DifferenceKind.DAMAGED: ("soon", _("damaged")),
    DifferenceKind.SEALS: ("stop", _("seals do not agree")),
}
OUTCOMES: Final[Mapping[Outcome, StrOrPromise]] = {
    Outcome.ARRIVED_LATER: _("arrived later"),
    Outcome.FOUND_AT_SENDER: _("found where it was sent from"),
    Outcome.FOUND_ELSEWHERE: _("found elsewhere"),
    Outcome.LIST_WRONG: _("the list or the count was wrong"),
    Outcome.LOST: _("lost"),
    Outcome.KEPT: _("kept here or sent on"),
    Outcome.SENT_BACK: _("sent back"),
    Outcome.TO_REPAIR: _("given to repair"),
    Outcome.COMPENSATED: _("compensated"),
    Outcome.SLIGHT: _("slight, lent as it is"),
}
UNPACKED: Final[Mapping[Unpacked, StrOrPromise]] = {
    Unpacked.LISTED: _("on the list"),
    Unpacked.AGAIN: _("scanned before"),
    Unpacked.OTHER_CRATE: _("on the list of another crate to this branch; noted there too"),
    Unpacked.EXTRA: _("not on the list; noted"),
    Unpacked.UNKNOWN: _("no item has this barcode; noted"),
}

REFUSALS: Final[Mapping[Refusal, StrOrPromise]] = {
    Refusal.ITEM_UNKNOWN: _("No item has this barcode."),
    Refusal.NOT_IN_TRANSIT: _("The item is not on its way anywhere. Check it in first."),
    Refusal.BEGUN_ELSEWHERE: _("The item was last sent on from %(branch)s. Check it in here first."),
    Refusal.WRONG_DESTINATION: _("The item goes to %(branch)s, which is not on this crate's way."),
    Refusal.PACKED_ELSEWHERE: _("The item lies in crate %(crate)s of %(branch)s."),
    Refusal.NOT_PACKED_HERE: _("The item is not in this crate."),
    Refusal.CRATE_UNKNOWN: _("There is no crate %(code)s in use."),
    Refusal.CRATE_IN_USE: _("Crate %(code)s is on a journey from %(branch)s."),
    Refusal.CRATE_RETIRED: _("Crate %(code)s is out of use."),
    Refusal.CODE_TAKEN: _("There is a crate %(code)s already."),
    Refusal.BAD_CODE: _("“%(code)s” cannot be a crate's code: letters, digits and hyphens, at most 24."),
    Refusal.BAD_SEAL: _("A seal number is needed, of at most 32 characters."),
    Refusal.BRANCH_UNKNOWN: _("There is no such branch."),
    Refusal.SAME_BRANCH: _("A crate does not go to the branch it leaves."),
    Refusal.MANIFEST_UNKNOWN: _("There is no such manifest."),
    Refusal.MANIFEST_DROPPED: _("This journey was given up."),
    Refusal.MANIFEST_SEALED: _("The crate is sealed: its list never changes."),
    Refusal.MANIFEST_EMPTY: _("There is nothing in the crate."),
    Refusal.MANIFEST_FULL: _("A list takes at most %(limit)s items."),
    Refusal.NOT_SEALED: _("The crate is not sealed yet."),
    Refusal.LEFT_MEANWHILE: _(
        "%(count)s items are no longer on their way from here; take them out first: %(barcodes)s"
    ),
    Refusal.ALREADY_HANDED: _("The crate has left already."),
    Refusal.ALREADY_RECEIVED: _("The crate has been signed for already."),
    Refusal.TEXT_TOO_LONG: _("At most %(limit)s characters."),
    Refusal.NAME_MISSING: _("A name is needed."),
    Refusal.STOPS_UNFIT: _("A run has at least two halts, and at most %(limit)s."),
    Refusal.STOP_UNKNOWN_BRANCH: _("Halt %(stop)s is at no branch that stands."),
    Refusal.STOP_WITHOUT_DAYS: _("Halt %(stop)s needs a weekday."),
    Refusal.STOP_TWICE: _("Halt %(stop)s is where the one before it is."),
    Refusal.RUN_UNKNOWN: _("There is no such run."),
    Refusal.STOP_UNKNOWN: _("There is no such halt any more."),
    Refusal.STOP_NOT_TODAY: _("The van does not halt there today."),
    Refusal.BAD_DAYS: _("From 1 to %(limit)s days."),
    Refusal.BRANCHES_DIFFER: _("These crates do not go to one branch."),
    Refusal.HANDOVER_UNKNOWN: _("Nothing was received with this code."),
    Refusal.DIFFERENCE_UNKNOWN: _("There is no such difference."),
    Refusal.ALREADY_RESOLVED: _("Somebody has resolved this difference already."),
    Refusal.OUTCOME_UNFIT: _("Such a difference cannot end like this."),
}


CLOSED: Final[Mapping[Closed, StrOrPromise]] = {
    Closed.UNKNOWN: _("This code opens nothing. Look at it once more, or ask the library."),
    Closed.EXPIRED: _("This code has expired. Ask the library for another."),
    Closed.USED: _("This code has been used: the crates were received with it."),
    Closed.TOO_MANY: _("Too many attempts. Wait a quarter of an hour, or ask the library."),
}
"""Why a code opens nothing, for somebody without an account."""


def weekday_words(days: frozenset[int]) -> str:
    """Weekdays in their order, or that it is every day."""
    return gettext("every day") if len(days) == 7 else " ".join(weekday(day) for day in sorted(days))


def refusal_words(refused: TransitRefused) -> str:
    """Every reason, in one line."""
    return " ".join(_objection(one) for one in refused.objections)


def _objection(objection: Objection) -> str:
    facts = dict(objection.facts)
    if isinstance(facts.get("branch"), int):
        facts["branch"] = branch_name(int(facts["branch"])) or gettext("another branch")
    return str(REFUSALS[objection.refusal]) % facts if facts else str(REFUSALS[objection.refusal])
