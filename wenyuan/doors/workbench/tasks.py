"""Background work that the workbench hands over: one line into a verb."""

from django.utils import timezone

from wenyuan.doors.workbench.records.running import IMPORT_TASK, run_import
from wenyuan.lending.fees.operations import look_after_scans
from wenyuan.plumbing.queue import every, task
from wenyuan.plumbing.scanpay import scan_pay
from wenyuan.organisation.notices.operations import forget_old, send_due
from wenyuan.plumbing.queue import task


@task(IMPORT_TASK)
def import_records(batch_id: int, account_id: int, branch_id: int, stored_as: str) -> None:
    """Read an uploaded file into the catalogue."""
    run_import(batch_id=batch_id, account_id=account_id, branch_id=branch_id, stored_as=stored_as, at=timezone.now())


@every("* * * * *", "look_after_scans")
def ask_the_collector() -> None:
    """What became of scanned payments that nobody waits for; nothing where no collector is set."""
    if (collector := scan_pay()) is not None:
        look_after_scans(at=timezone.now(), collector=collector)
@every("* * * * *", "notices.send")
def send_notices() -> None:
    """Send the messages whose time has come."""
    send_due(clock=timezone.now)
@every("40 18 * * *", "notices.forget")
def forget_old_notices() -> None:
    """Each night, empty what messages said once their time is over."""
    while forget_old(at=timezone.now()):
        continue
