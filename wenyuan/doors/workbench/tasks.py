"""Background work that the workbench hands over: one line into a verb."""

from datetime import datetime

from django.utils import timezone

from wenyuan.doors.workbench.authorities.running import UPDATE_TASK, run_update
from wenyuan.doors.workbench.records.running import (
    DUPLICATES_TASK,
    EDIT_TASK,
    IMPORT_TASK,
    LOOK_TASK,
    TABLE_TASK,
    UNDO_TASK,
    drop_old_tables,
    drop_old_uploads,
    run_duplicates,
    run_edit_job,
    run_import,
    run_looking,
    run_table,
    run_undoing,
)
from wenyuan.lending.fees.operations import look_after_scans
from wenyuan.plumbing.queue import every, task
from wenyuan.plumbing.scanpay import scan_pay


@task(IMPORT_TASK)
def import_records(batch_id: int, account_id: int, branch_id: int, stored_as: str) -> None:
    """Read an uploaded file into the catalogue."""
    run_import(batch_id=batch_id, account_id=account_id, branch_id=branch_id, stored_as=stored_as, at=timezone.now())


@task(LOOK_TASK)
def look_through_import(batch_id: int, account_id: int, branch_id: int, stored_as: str) -> None:
    """Say what loading an uploaded file would do."""
    run_looking(batch_id=batch_id, account_id=account_id, branch_id=branch_id, stored_as=stored_as, at=timezone.now())


@task(UNDO_TASK)
def undo_import(batch_id: int, account_id: int, branch_id: int) -> None:
    """Take an import out of the catalogue again."""
    run_undoing(batch_id=batch_id, account_id=account_id, branch_id=branch_id, at=timezone.now())


@task(EDIT_TASK)
def edit_batch(batch_id: int) -> None:
    """Look a batch edit through, do it, or take it back: whatever it waits for."""
    run_edit_job(batch_id=batch_id, clock=timezone.now)


@task(DUPLICATES_TASK)
def look_for_duplicates(look_id: int, account_id: int, branch_id: int) -> None:
    """Look through the catalogue for records of one document."""
    run_duplicates(look_id=look_id, account_id=account_id, branch_id=branch_id, at=timezone.now())


@task(TABLE_TASK)
def write_table(table_id: int, account_id: int, branch_id: int) -> None:
    """Write a table of items or records that somebody has asked for."""
    run_table(table_id=table_id, account_id=account_id, branch_id=branch_id, at=timezone.now())


@task(UPDATE_TASK)
def update_for_authority(update_id: int, account_id: int, branch_id: int) -> None:
    """Bring the records of an authority to its heading."""
    run_update(update_id=update_id, account_id=account_id, branch_id=branch_id, at=timezone.now())


@every("25 18 * * *", "workbench.drop_old_tables")
def forget_tables(at: datetime) -> None:
    """Tables are kept for seven days."""
    drop_old_tables(at=at)


@every("45 18 * * *", "workbench.drop_old_uploads")
def forget_uploads(at: datetime) -> None:
    """Files wait a month for somebody's word."""
    drop_old_uploads(at=at)


@every("* * * * *", "look_after_scans")
def ask_the_collector(at: datetime) -> None:
    """What became of scanned payments that nobody waits for; nothing where no collector is set."""
    if (collector := scan_pay()) is not None:
        look_after_scans(at=at, collector=collector)
