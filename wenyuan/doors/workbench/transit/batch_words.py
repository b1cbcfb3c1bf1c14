"""Batches of stations in words: how far they are, where their items are, and why something is refused."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from wenyuan.doors.workbench.branches import branch_name
from wenyuan.doors.workbench.transit.words import Tagged
from wenyuan.lending.circulation.data.consignments import (
    ConsignmentObjection,
    ConsignmentReason,
    ConsignmentRefused,
    ConsignmentState,
    LineEnd,
    Position,
    Settled,
)

BATCH_STATES: Final[Mapping[ConsignmentState, Tagged]] = {
    ConsignmentState.PACKING: ("soon", _("being packed")),
    ConsignmentState.SENT: ("way", _("with the station")),
    ConsignmentState.ENDED: ("done", _("collected and signed for")),
    ConsignmentState.DROPPED: ("none", _("given up")),
}
POSITIONS: Final[Mapping[Position, Tagged]] = {
    Position.COMING: ("way", _("on its way to the station")),
    Position.THERE: ("kept", _("at the station")),
    Position.LENT: ("soon", _("on loan from the station")),
    Position.LEAVING: ("way", _("on its way from the station")),
    Position.ELSEWHERE: ("in", _("seen elsewhere since")),
    Position.BACK: ("in", _("back")),
    Position.GONE: ("stop", _("lost, missing or withdrawn")),
}
LINE_ENDS: Final[Mapping[LineEnd, Tagged]] = {
    LineEnd.BACK: ("done", _("came back")),
    LineEnd.LENT: ("soon", _("left with its reader")),
    LineEnd.SHORT: ("stop", _("short")),
}
SETTLED: Final[Mapping[Settled, Tagged]] = {
    Settled.FOUND: ("done", _("found")),
    Settled.CHARGED: ("none", _("charged to the station")),
    Settled.WRITTEN_OFF: ("none", _("written off")),
}
TURNED_UP: Final[Tagged] = ("in", _("seen again since"))
REASONS: Final[Mapping[ConsignmentReason, StrOrPromise]] = {
    ConsignmentReason.UNKNOWN: _("There is no such batch."),
    ConsignmentReason.BRANCH_UNFIT: _("A batch goes to another branch that is in service."),
    ConsignmentReason.PURPOSE_MISSING: _("Say what the batch is for."),
    ConsignmentReason.TEXT_TOO_LONG: _("At most %(limit)s characters."),
    ConsignmentReason.BAD_RETURN_DATE: _("It is due back after today, within %(limit)s days."),
    ConsignmentReason.NOT_HERE: _("This batch is packed at %(branch)s."),
    ConsignmentReason.SENT_ALREADY: _("The batch was sent: its list never changes."),
    ConsignmentReason.NOT_SENT: _("The batch was not sent yet."),
    ConsignmentReason.DROPPED: _("This batch was given up."),
    ConsignmentReason.ENDED: _("The batch was taken back already."),
    ConsignmentReason.EMPTY: _("There is nothing in the batch."),
    ConsignmentReason.NOT_EMPTY: _("Take everything out first."),
    ConsignmentReason.FULL: _("A batch takes at most %(limit)s items."),
    ConsignmentReason.LEFT_MEANWHILE: _(
        "%(count)s items are no longer on their way there; take them out first: %(barcodes)s"
    ),
    ConsignmentReason.NOT_IN_IT: _("The item is not in this batch."),
    ConsignmentReason.AT_STATION: _("At the station itself nothing comes back: scan it where it arrives."),
    ConsignmentReason.NOT_SHORT: _("The item is not missing from this batch, or has been seen since."),
    ConsignmentReason.SETTLED_ALREADY: _("Somebody has settled this already."),
    ConsignmentReason.BAD_AMOUNT: _("An amount above 0 is needed."),
    ConsignmentReason.REMARK_MISSING: _("Say why."),
}


def batch_refusal_words(refused: ConsignmentRefused) -> str:
    """Every reason, in one line."""
    return " ".join(_objection(one) for one in refused.objections)


def _objection(objection: ConsignmentObjection) -> str:
    facts = dict(objection.facts)
    if isinstance(facts.get("branch"), int):
        facts["branch"] = branch_name(int(facts["branch"])) or gettext("another branch")
    return str(REASONS[objection.reason]) % facts if facts else str(REASONS[objection.reason])
