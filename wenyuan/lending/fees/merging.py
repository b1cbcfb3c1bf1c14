"""Two records of one person become one: the accounts pass over, and back when the merge is undone."""

from collections.abc import Sequence

from wenyuan.lending.fees.ledger import lock_holder
from wenyuan.lending.fees.models import Account
from wenyuan.plumbing.transactions import assert_in_verb


def move_accounts(*, from_patron_id: int, to_patron_id: int, account_ids: Sequence[int] | None = None) -> list[int]:
    """A step: give the accounts of one patron to another, all of them or those named; returns their ids, by which an
    undo names them. Debts and deposits go with their accounts; no row of the ledger changes.

    :raises FeesRefused: one of the patrons is unknown.
    """
    assert_in_verb()
    for patron_id in sorted({from_patron_id, to_patron_id}):
        lock_holder(patron_id)
    own = Account.objects.filter(patron_id=from_patron_id)
    moved = sorted((own if account_ids is None else own.filter(id__in=list(account_ids))).values_list("id", flat=True))
    Account.objects.filter(id__in=moved).update(patron_id=to_patron_id)
    return moved
