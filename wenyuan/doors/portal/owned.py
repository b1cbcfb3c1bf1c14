"""What is a reader's own, in their words: loans and how long they may keep them, holds, money."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from django.utils.translation import gettext, ngettext

from wenyuan.doors.furniture.fee_words import CHARGES, titles_of_charges
from wenyuan.doors.furniture.words import Language, branch_names, words_for_block
from wenyuan.doors.portal.words import long_day, short_day
from wenyuan.holdings.catalogue.queries import get_items
from wenyuan.kernel.money import yuan_text
from wenyuan.lending.circulation.data import Block, HoldView, OpenLoan
from wenyuan.lending.fees.data import ChargeView
from wenyuan.organisation.network.data import BranchFacts, NetworkMap
from wenyuan.plumbing.clock import local_date

SOON_DAYS: Final = 3
"""Within so many days a due date is near; a reminder goes out then, too."""


class Status(NamedTuple):
    """A status tag: its shape and its word."""

    shape: str
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanRow:
    """A loan as its reader sees it. ``bib_id`` leads to its record; ``due`` is the day in words, empty where it moves
    on with a closure."""

    loan: OpenLoan
    bib_id: int | None
    status: Status
    due: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRow:
    """An open hold as its reader sees it."""

    hold: HoldView
    pickup: BranchFacts | None
    status: Status
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeRow:
    """Something that is owed, or due back (``is_back``). ``note`` are the words it was charged with."""

    kind: str
    title: str
    note: str
    day: date
    yuan: str
    is_back: bool


def loan_rows(loans: Sequence[OpenLoan], *, today: date) -> list[LoanRow]:
    """What a reader has in hand, the earliest due first."""
    items = get_items([loan.item.id for loan in loans])
    return [
        LoanRow(
            loan=loan,
            bib_id=items[loan.item.id].bib_id if loan.item.id in items else None,
            status=due_status(loan, today),
            due="" if loan.after_reopening or loan.claimed else long_day(loan.due_date),
            notes=_notes_of_loan(loan),
        )
        for loan in loans
    ]


def due_status(loan: OpenLoan, today: date) -> Status:
    """How long a reader may still keep what they have, or how late it is."""
    if loan.claimed:
        return Status("none", gettext("You said that it was returned; it is being looked for"))
    days = (loan.due_date - today).days
    if loan.overdue:
        late = ngettext("%(count)s day overdue", "%(count)s days overdue", -days) % {"count": -days}
        return Status("stop", late if days < 0 else gettext("Overdue"))
    if loan.after_reopening:
        return Status("out", gettext("To be returned when the branch opens again"))
    if days == 0:
        return Status("soon", gettext("Due today"))
    left = ngettext("%(count)s day left", "%(count)s days left", days) % {"count": days}
    return Status("soon" if days <= SOON_DAYS else "out", left)


def _notes_of_loan(loan: OpenLoan) -> tuple[str, ...]:
    notes = []
    if loan.recalled:
        notes.append(gettext("Somebody waits for it: please return it by that day"))
    if loan.renewals:
        notes.append(
            ngettext("renewed %(count)s time", "renewed %(count)s times", loan.renewals) % {"count": loan.renewals}
        )
    return tuple(notes)


def hold_rows(holds: Sequence[HoldView], *, network: NetworkMap, today: date) -> list[HoldRow]:
    """What a reader waits for or may fetch: what is ready first, then in the order given."""
    rows = [
        HoldRow(
            hold=hold,
            pickup=network.branches.get(hold.pickup_branch_id),
            status=hold_status(hold, today),
            notes=_notes_of_hold(hold, today),
        )
        for hold in holds
        if hold.ended_at is None
    ]
    return sorted(rows, key=lambda row: row.hold.state != "on_shelf")


def hold_status(hold: HoldView, today: date) -> Status:
    """Where a hold stands."""
    if hold.state == "on_shelf":
        until = short_day(hold.shelf_until) if hold.shelf_until else ""
        return Status("kept", gettext("Ready, kept until %(day)s") % {"day": until})
    if hold.state == "in_transit":
        return Status("way", gettext("On its way to you"))
    if hold.is_suspended(today):
        return Status("none", gettext("Suspended"))
    if hold.place is None:
        return Status("out", gettext("Waiting"))
    return Status("out", gettext("Number %(place)s in the queue") % {"place": hold.place})


def _notes_of_hold(hold: HoldView, today: date) -> tuple[str, ...]:
    notes = []
    if hold.state == "on_shelf" and hold.shelf_position:
        notes.append(gettext("hold shelf, place %(place)s") % {"place": hold.shelf_position})
    if hold.state == "waiting" and hold.not_before and hold.not_before > today:
        notes.append(gettext("not before %(day)s") % {"day": long_day(hold.not_before)})
    if hold.state == "waiting" and hold.not_after:
        notes.append(gettext("waits until %(day)s") % {"day": long_day(hold.not_after)})
    return tuple(notes)


def charge_rows(charges: Sequence[ChargeView]) -> list[ChargeRow]:
    """What is open, the oldest first; amounts in yuan."""
    titles = titles_of_charges(charges)
    return [
        ChargeRow(
            kind=str(CHARGES[charge.kind]),
            title=titles.get(charge.item_id or 0, ""),
            note=charge.text,
            day=local_date(charge.charged_at),
            yuan=yuan_text(abs(charge.open_fen)),
            is_back=charge.open_fen < 0,
        )
        for charge in charges
    ]


def reasons(blocks: Sequence[Block], *, network: NetworkMap, language: str) -> list[str]:
    """Why something is refused, each reason a sentence in the words of every door."""
    short: Language = "en" if language.startswith("en") else "zh"
    names = branch_names(network, short)
    return [words_for_block(block, short, names) for block in blocks]
