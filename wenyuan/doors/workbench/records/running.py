"""Handing an import, or its undoing, to the worker, and what the worker then does."""

from datetime import datetime
from typing import Final

from wenyuan.doors.workbench.records import uploads
from wenyuan.holdings.catalogue.operations import look_through, run_batch, undo_batch
from wenyuan.holdings.catalogue.queries import import_result
from wenyuan.organisation.accounts.queries import operator_for
from wenyuan.organisation.rights.data import Desk, Door
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.queue import defer

IMPORT_TASK: Final = "workbench.import_records"
LOOK_TASK: Final = "workbench.look_through_import"
UNDO_TASK: Final = "workbench.undo_import"


def hand_over(*, batch_id: int, stored_as: str, desk: Desk) -> None:
    """Queue the import; a second request for the same batch changes nothing."""
    defer(
        IMPORT_TASK,
        once=f"{IMPORT_TASK}:{batch_id}",
        batch_id=batch_id,
        account_id=desk.operator.account_id,
        branch_id=desk.branch_id,
        stored_as=stored_as,
    )


def run_import(*, batch_id: int, account_id: int, branch_id: int, stored_as: str, at: datetime) -> None:
    """Read the file from where its batch stands, with the rights its owner has now, and take the file away at the end.

    It may be called again after an interruption: what is done stays done.

    :raises NotAllowed: the right was taken away meanwhile.
    :raises CatalogueRefused: as ``run_batch``.
    """
    batch = import_result(batch_id)
    operator = operator_for(account_id, local_date(at))
    if batch is None or operator is None or batch.state != "running":
        return
    desk = Desk(operator=operator, branch_id=branch_id, door=Door.WORKER)
    run_batch(batch_id=batch_id, path=uploads.path_of(stored_as), at=at, desk=desk)
    uploads.drop(stored_as)


def hand_over_looking(*, batch_id: int, stored_as: str, desk: Desk) -> None:
    """Queue the looking through of a staged file; a second request for the same batch changes nothing."""
    defer(
        LOOK_TASK,
        once=f"{LOOK_TASK}:{batch_id}",
        batch_id=batch_id,
        account_id=desk.operator.account_id,
        branch_id=desk.branch_id,
        stored_as=stored_as,
    )


def run_looking(*, batch_id: int, account_id: int, branch_id: int, stored_as: str, at: datetime) -> None:
    """Look a staged file through, with the rights its owner has now. Cut off, it begins again.

    :raises NotAllowed: the right was taken away meanwhile.
    :raises CatalogueRefused: as ``look_through``.
    """
    batch = import_result(batch_id)
    operator = operator_for(account_id, local_date(at))
    if batch is None or operator is None or batch.state != "staged":
        return
    desk = Desk(operator=operator, branch_id=branch_id, door=Door.WORKER)
    look_through(batch_id=batch_id, path=uploads.path_of(stored_as), desk=desk)


def hand_over_undoing(*, batch_id: int, desk: Desk) -> None:
    """Queue the undoing of an import; a second request for the same batch changes nothing."""
    defer(
        UNDO_TASK,
        once=f"{UNDO_TASK}:{batch_id}",
        batch_id=batch_id,
        account_id=desk.operator.account_id,
        branch_id=desk.branch_id,
    )


def run_undoing(*, batch_id: int, account_id: int, branch_id: int, at: datetime) -> None:
    """Undo the import from where its undoing stands, with the rights its owner has now; the file it came from goes.

    :raises NotAllowed: the right was taken away meanwhile.
    :raises CatalogueRefused: as ``undo_batch``.
    """
    batch = import_result(batch_id)
    operator = operator_for(account_id, local_date(at))
    if batch is None or operator is None:
        return
    undo_batch(batch_id=batch_id, at=at, desk=Desk(operator=operator, branch_id=branch_id, door=Door.WORKER))
    if batch.stored_as:
        uploads.drop(batch.stored_as)
