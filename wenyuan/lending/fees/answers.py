"""What this room answers below: whether a patron may leave, what is forgotten with them, what ties a branch."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from wenyuan.lending.fees.deposits import HELD
from wenyuan.lending.fees.models import Account, Charge
from wenyuan.lending.fees.queries import list_deposits
from wenyuan.lending.patrons.data import Moved, Obstacle
from wenyuan.lending.patrons.seams import PatronKeeper, PatronMover
from wenyuan.organisation.network.seams import BranchUser, Tie


def may_leave(patron_id: int) -> Iterable[Obstacle]:
    """Nobody leaves who owes, to whom money is due back, or whose deposit is held; each is counted."""
    own = Charge.objects.filter(account__patron_id=patron_id)
    yield Obstacle("open_charges", own.filter(open_fen__gt=0).count())
    yield Obstacle("due_back", own.filter(open_fen__lt=0).count())
    yield Obstacle(HELD, len(list_deposits(patron_id)))


def forget_history(patron_id: int) -> None:
    """Take loan and item out of every settled charge. The amounts stay: accounts must be kept, titles need not."""
    Charge.objects.filter(account__patron_id=patron_id, open_fen=0).update(loan_id=None, item_id=None)


def ties(branch_id: int, on: date) -> Iterable[Tie]:
    """A branch to which money is owed, or which owes some, does not close for good."""
    yield Tie("open_charges", Charge.objects.filter(branch_id=branch_id).exclude(open_fen=0).count())


def touched(branch_ids: frozenset[int], first: date, last: date | None) -> Iterable[Tie]:
    """A closure moves no money."""
    return ()


def lock(patron_ids: Sequence[int]) -> None:
    """The sums of an account change under its patron's lock, which a merge holds: nothing stands before it."""


def move(gone_id: int, kept_id: int, at: datetime) -> Iterable[Moved]:
    """Debts, credits and deposits pass with their accounts; no row of the ledger changes."""
    accounts = Account.objects.filter(patron_id=gone_id)
    moved = [Moved("account", account_id) for account_id in accounts.order_by("id").values_list("id", flat=True)]
    accounts.update(patron_id=kept_id)
    return moved


def move_back(moved: Sequence[Moved], gone_id: int, kept_id: int) -> None:
    """The accounts that came with the merge go back; what was written to them since goes with them."""
    came = Account.objects.filter(patron_id=kept_id, id__in=[row.row_id for row in moved])
    came.update(patron_id=gone_id)


KEEPER = PatronKeeper(room="fees", may_leave=may_leave, forget_history=forget_history)
MOVER = PatronMover(room="fees", lock=lock, move=move, move_back=move_back)
USER = BranchUser(room="fees", ties=ties, touched=touched)
