"""Handing the update of an authority's records to the worker, and what the worker then does."""

from datetime import datetime
from typing import Final

from wenyuan.holdings.catalogue.operations import update_next
from wenyuan.holdings.catalogue.queries import running_update
from wenyuan.organisation.accounts.queries import operator_for
from wenyuan.organisation.rights.data import Desk, Door
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.queue import defer

UPDATE_TASK: Final = "workbench.update_for_authority"
RECORDS_A_RUN: Final = 200
"""Records that a job does before others have their turn: some seconds."""


def hand_over_update(*, update_id: int, desk: Desk) -> None:
    """Queue an update; a second request for it changes nothing."""
    _queue(update_id, account_id=desk.operator.account_id, branch_id=desk.branch_id)


def run_update(*, update_id: int, account_id: int, branch_id: int, at: datetime) -> None:
    """Bring records to the heading of their authority, with the rights that who asked has now, and queue the rest. What
    is done stays done, however often it is called.

    :raises NotAllowed: the right was taken away meanwhile.
    """
    operator = operator_for(account_id, local_date(at))
    if operator is None or running_update(update_id) is None:
        return
    desk = Desk(operator=operator, branch_id=branch_id, door=Door.WORKER)
    for _turn in range(RECORDS_A_RUN):
        if not update_next(update_id=update_id, at=at, desk=desk):
            return
    _queue(update_id, account_id=account_id, branch_id=branch_id)


def _queue(update_id: int, *, account_id: int, branch_id: int) -> None:
    defer(
        UPDATE_TASK,
        once=f"{UPDATE_TASK}:{update_id}",
        update_id=update_id,
        account_id=account_id,
        branch_id=branch_id,
    )
