"""A reader's money as the pages show it. Charges of branches whose money one may not see are a sum and no more."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from wenyuan.doors.furniture.fee_words import CHARGES, MEANS, titles_of_charges
from wenyuan.doors.workbench.access import StaffRequest
from wenyuan.doors.workbench.branches import branch_name, branches_with
from wenyuan.doors.workbench.fees.words import ENTRIES
from wenyuan.doors.workbench.templatetags.staff import yuan
from wenyuan.lending.fees.data import ChargeKind, ChargeView, EntryKind, EntryView
from wenyuan.organisation.network.data import NetworkMap
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may

OUTGOING = frozenset({EntryKind.REFUND, EntryKind.DEPOSIT_RETURNED})


@dataclass(frozen=True, slots=True)
class ShownCharge:
    """A charge in words, with what this operator may do about it."""

    charge: ChargeView
    what: str
    title: str
    branch: str
    may_forgive: bool
    may_replace: bool
    may_print: bool

    @property
    def due_back_fen(self) -> int:
        return max(0, -self.charge.open_fen)


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """A row of the ledger in words."""

    entry: EntryView
    what: str
    means: str
    branch: str
    may_refund: bool


def sees(request: StaffRequest, branch_id: int) -> bool:
    """Whether the operator sees the money of this branch."""
    return may(request.operator, Act.SEE_FEES, branch_id)


def seen_branches(request: StaffRequest) -> frozenset[int] | None:
    """The branches whose money the operator sees; none when that is the whole network."""
    return branches_with(request.operator, Act.SEE_FEES)


def shown_charges(charges: Iterable[ChargeView], request: StaffRequest) -> tuple[list[ShownCharge], int, int]:
    """The charges that the operator sees, and what is owed and due back of all the others."""
    charges = tuple(charges)
    seen = [charge for charge in charges if sees(request, charge.branch_id)]
    hidden = [charge.open_fen for charge in charges if not sees(request, charge.branch_id)]
    titles, network = titles_of_charges(seen), network_map()
    shown = [_shown(charge, titles, network, request) for charge in seen]
    return shown, sum(fen for fen in hidden if fen > 0), -sum(fen for fen in hidden if fen < 0)


def _shown(charge: ChargeView, titles: dict[int, str], network: NetworkMap, request: StaffRequest) -> ShownCharge:
    replaceable = charge.kind in {ChargeKind.LOST, ChargeKind.DAMAGED} and charge.open_fen > 0
    is_loss = charge.kind is ChargeKind.LOST and charge.loan_id is not None and charge.item_id is not None
    return ShownCharge(
        charge,
        str(CHARGES[charge.kind]),
        titles.get(charge.item_id or 0, ""),
        branch_name(charge.branch_id, network),
        may(request.operator, Act.FORGIVE_FEE, charge.branch_id),
        replaceable and may(request.operator, Act.TAKE_MONEY, request.desk.branch_id),
        is_loss,
    )


def charge_choice(one: ShownCharge) -> str:
    """A charge as a box to tick: what, of what, how much."""
    words = " · ".join(part for part in (one.what, one.title or one.charge.text) if part)
    return f"{words} {yuan(one.charge.open_fen)}"


def shown_entries(entries: Iterable[EntryView], request: StaffRequest) -> list[ShownEntry]:
    """Rows of the ledger in words."""
    returns, network = may(request.operator, Act.RETURN_MONEY, request.desk.branch_id), network_map()
    return [
        ShownEntry(
            entry,
            _what(entry),
            str(MEANS.get(entry.means, "")),
            branch_name(entry.branch_id, network),
            returns and entry.refundable_fen > 0,
        )
        for entry in entries
    ]


def _what(entry: EntryView) -> str:
    if entry.kind is EntryKind.CHARGE:
        return str(CHARGES[ChargeKind(entry.charge_kind)])
    return str(ENTRIES[entry.kind])


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt as it is printed; the name is masked."""

    library: str
    place: str
    number: str
    what: str
    reader: str
    means: str
    amount_fen: int
    lines: tuple[tuple[str, int], ...]
    at: datetime
    clerk: str
    is_deposit: bool
    is_outgoing: bool
    text: str
