"""What pages say of acts that happened without a network: why each is listed, and what is to be done about it."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.days import short_day
from wenyuan.doors.furniture.words import Language, branch_names, words_for_block
from wenyuan.doors.workbench.branches import branch_name
from wenyuan.lending.circulation.data import Block, BlockCode, OfflineKind, OfflineOutcome, OfflineReason, Why
from wenyuan.organisation.network.data import NetworkMap

KINDS: Final[Mapping[OfflineKind, StrOrPromise]] = {
    OfflineKind.CHECKOUT: _("Lent"),
    OfflineKind.CHECKIN: _("Taken back"),
}
OUTCOMES: Final[Mapping[OfflineOutcome, tuple[str, StrOrPromise]]] = {
    OfflineOutcome.RECORDED: ("done", _("Recorded")),
    OfflineOutcome.CONFLICT: ("soon", _("Recorded, please look")),
    OfflineOutcome.ASIDE: ("stop", _("Not recorded")),
}
REASONS: Final[Mapping[str, tuple[StrOrPromise, StrOrPromise]]] = {
    OfflineReason.LENT_SINCE: (
        _("The item has been lent anew since"),
        _("The newer loan stands. Ask who has the item if in doubt."),
    ),
    OfflineReason.SCANNED_SINCE: (
        _("The item has been scanned elsewhere since"),
        _("What was scanned last stands. Nothing to do unless the reader still has the item."),
    ),
    OfflineReason.TAKEN_FIRST: (
        _("The item was still on loan to another reader, whose loan was closed first"),
        _("The other reader had brought it back unseen, or it was the wrong item: look at the item's page."),
    ),
    OfflineReason.HELD: (
        _("Another reader waits for it: hold shelf, place %(place)s, until %(until)s"),
        _("Fetch it from where it was put and place it on the hold shelf."),
    ),
    OfflineReason.GOES_ELSEWHERE: (
        _("The item must go to %(branch)s"),
        _("Fetch it from where it was put and send it."),
    ),
    OfflineReason.CARD_UNREADABLE: (
        _("The card that was kept cannot be read"),
        _("Ask who has the item and lend it at the desk."),
    ),
    OfflineReason.LIST_UNKNOWN: (
        _("The list that the machine had is not known here"),
        _("Ask who has the item and lend it at the desk."),
    ),
    OfflineReason.LIST_EXPIRED: (_("It was lent by a list that had ended"), ""),
    OfflineReason.CLOCK_UNSURE: (
        _("The machine's clock was not sure: the time is within bounds only"),
        _("Set the machine's clock. The due date counts from the time shown."),
    ),
    OfflineReason.CLOCK_WRONG: (_("The machine's clock was off by %(minutes)s minutes and has been corrected"), ""),
}
"""Of each reason: what it was, and what to do."""
TO_DO: Final[Mapping[str, StrOrPromise]] = {
    BlockCode.ITEM_UNKNOWN: _("Find the item and put its barcode right, then lend or take it back at the desk."),
    BlockCode.PATRON_UNKNOWN: _("Find the reader, then lend the item to them at the desk."),
    BlockCode.ITEM_WITHDRAWN: _("Bring the item back into the stock, or let the reader keep it."),
    BlockCode.PATRON_CLOSED: _("Ask the reader to come by, or to bring the item back."),
    BlockCode.NO_POLICY: _("Add a policy that covers it, then lend the item at the desk."),
    BlockCode.ITEM_ON_HOLD_SHELF: _("The reader who waits has gone back into the queue: tell them."),
    BlockCode.ITEM_ON_LOAN_ALREADY: _("Renew it, if the reader wanted that."),
}
"""What to do about a block; others need no more than to be known."""


def why_words(why: Why, network: NetworkMap) -> tuple[str, str]:
    """What it was, and what to do about it (or nothing)."""
    if why.code in REASONS:
        what, to_do = REASONS[why.code]
        return str(what) % _facts(why, network), str(to_do)
    language: Language = "en" if (get_language() or "").startswith("en") else "zh"
    block = Block(BlockCode(why.code), facts=why.facts)
    return words_for_block(block, language, branch_names(network, language)), str(TO_DO.get(why.code, ""))


def _facts(why: Why, network: NetworkMap) -> dict[str, object]:
    facts: dict[str, object] = {"place": "", "until": "", "branch": "", "minutes": "", **why.facts}
    if facts["branch"]:
        facts["branch"] = branch_name(int(str(facts["branch"])), network)
    if facts["until"]:
        facts["until"] = short_day(date.fromisoformat(str(facts["until"])))
    return facts
