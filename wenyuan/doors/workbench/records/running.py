"""Handing imports, their undoing, batch edits and tables to the worker, and what the worker then does."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils import translation

from wenyuan.doors.workbench.records import uploads
from wenyuan.doors.workbench.records.table_lines import heads_of, rows_of
from wenyuan.doors.workbench.records.words import TABLES
from wenyuan.holdings.catalogue.data import TableForm, TableView
from wenyuan.holdings.catalogue.operations import (
    finish_table,
    forget_old_tables,
    give_up_old_batches,
    look_for_duplicates,
    look_through,
    look_through_edit,
    note_files_gone,
    run_batch,
    run_edit,
    stop_without_right,
    undo_batch,
    undo_edit,
)
from wenyuan.holdings.catalogue.queries import files_needed, get_edit, get_table, import_result
from wenyuan.organisation.accounts.queries import operator_for
from wenyuan.organisation.rights.data import Act, Desk, Door, Operator
from wenyuan.organisation.rights.queries import NotAllowed, require
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.queue import defer
from wenyuan.plumbing.tables import write_csv, write_xlsx

IMPORT_TASK: Final = "workbench.import_records"
LOOK_TASK: Final = "workbench.look_through_import"
UNDO_TASK: Final = "workbench.undo_import"
TABLE_TASK: Final = "workbench.write_table"
EDIT_TASK: Final = "workbench.edit_batch"
DUPLICATES_TASK: Final = "workbench.look_for_duplicates"
UPLOADS_REST: Final = timedelta(days=1)
"""How long a file lies there at least: while it is coming in, no import names it."""
TABLES_FOLDER: Final = Path("files") / "tables"


def hand_over(*, batch_id: int, stored_as: str, desk: Desk) -> None:
    """Queue the import; a second request for the same batch changes nothing."""
    _queue(IMPORT_TASK, batch_id, desk, batch_id=batch_id, stored_as=stored_as)


def _queue(task: str, subject_id: int, desk: Desk, **arguments: int | str) -> None:
    """One job a subject, to be done with the rights that who asks has by then."""
    defer(
        task,
        once=f"{task}:{subject_id}",
        account_id=desk.operator.account_id,
        branch_id=desk.branch_id,
        **arguments,
    )


def run_import(*, batch_id: int, account_id: int, branch_id: int, stored_as: str, at: datetime) -> None:
    """Read the file from where its batch stands, with the rights its owner has now, and take the file away at the end.

    It may be called again after an interruption: what is done stays done. A job that waited so long that the file was
    taken away, or another took its place, does nothing.

    :raises NotAllowed: the right was taken away meanwhile.
    :raises CatalogueRefused: as ``run_batch``.
    """
    batch = import_result(batch_id)
    operator = operator_for(account_id, local_date(at))
    if batch is None or operator is None or batch.state != "running" or batch.stored_as != stored_as:
        return
    desk = Desk(operator=operator, branch_id=branch_id, door=Door.WORKER)
    run_batch(batch_id=batch_id, path=uploads.path_of(stored_as), at=at, desk=desk)
    uploads.drop(stored_as)


def hand_over_looking(*, batch_id: int, stored_as: str, desk: Desk) -> None:
    """Queue the looking through of a staged file; a second request for the same batch changes nothing."""
    _queue(LOOK_TASK, batch_id, desk, batch_id=batch_id, stored_as=stored_as)


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


def drop_old_uploads(*, at: datetime) -> None:
    """Give up what was sent a month ago and never let in, and take away the files that no import needs: of those, of
    imports that were cut off a month ago or have ended while their worker was killed, and of files that came twice."""
    give_up_old_batches(at=at)
    count = 0
    for stored_as in uploads.left_behind(files_needed(), before=at - UPLOADS_REST):
        uploads.drop(stored_as)
        count += 1
    if count:
        note_files_gone(count=count, at=at)


def hand_over_undoing(*, batch_id: int, desk: Desk) -> None:
    """Queue the undoing of an import; a second request for the same batch changes nothing."""
    _queue(UNDO_TASK, batch_id, desk, batch_id=batch_id)


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


def hand_over_edit(*, batch_id: int) -> None:
    """Queue what a batch edit waits for: to be looked through, done, or undone. Whose rights it is done with stands on
    the batch and not in the job, which may have waited since somebody else let it go."""
    defer(EDIT_TASK, once=f"{EDIT_TASK}:{batch_id}", batch_id=batch_id)


def run_edit_job(*, batch_id: int, clock: Callable[[], datetime]) -> None:
    """Do what a batch edit waits for, from where it stands, with the rights that who let it go has at each chunk. Where
    the right was taken away meanwhile the batch stops, and its page says so.

    :raises CatalogueRefused: as ``look_through_edit``, ``run_edit`` and ``undo_edit``.
    """
    edit = get_edit(batch_id)
    if edit is None or not edit.is_moving:
        return

    def desk_at(at: datetime) -> Desk:
        found = get_edit(batch_id)  # asked anew: a colleague may have stopped it and let it go on
        account_id = (found.let_go_by_id if found is not None else None) or 0
        operator = operator_for(account_id, local_date(at)) or Operator(account_id, "")
        return Desk(operator=operator, branch_id=edit.branch_id, door=Door.WORKER)

    act = {"staged": look_through_edit, "running": run_edit, "undoing": undo_edit}[edit.state]
    try:
        act(batch_id=batch_id, clock=clock, desk_at=desk_at)
    except NotAllowed:
        stop_without_right(batch_id=batch_id, at=clock())


def hand_over_duplicates(*, look_id: int, desk: Desk) -> None:
    """Queue a look for duplicates; a second request for the same look changes nothing."""
    _queue(DUPLICATES_TASK, look_id, desk, look_id=look_id)


def run_duplicates(*, look_id: int, account_id: int, branch_id: int, at: datetime) -> None:
    """Look through the catalogue from where the look stands, with the rights that who asked for it has now.

    :raises NotAllowed: the right was taken away meanwhile.
    :raises CatalogueRefused: as ``look_for_duplicates``.
    """
    operator = operator_for(account_id, local_date(at))
    if operator is not None:
        desk = Desk(operator=operator, branch_id=branch_id, door=Door.WORKER)
        look_for_duplicates(look_id=look_id, at=at, desk=desk)


def hand_over_table(*, table_id: int, desk: Desk) -> None:
    """Queue the writing of a table."""
    _queue(TABLE_TASK, table_id, desk, table_id=table_id)


def run_table(*, table_id: int, account_id: int, branch_id: int, at: datetime) -> None:
    """Write the table into a private folder, whole or not at all, with the rights its owner has now. What fails is said
    to have failed, and asked for anew by whoever wants it; a worker that is killed begins again.

    :raises NotAllowed: the right was taken away meanwhile.
    """
    table = get_table(table_id)
    operator = operator_for(account_id, local_date(at))
    if table is None or operator is None or table.state != "waiting":
        return
    desk = Desk(operator=operator, branch_id=branch_id, door=Door.WORKER)
    try:
        require(operator, Act.EXPORT_RECORDS, branch_id)
        stored_as, rows = _write_table(table)
    except Exception:
        finish_table(table_id=table_id, stored_as="", rows=0, at=at, desk=desk)
        raise
    finish_table(table_id=table_id, stored_as=stored_as, rows=rows, at=at, desk=desk)


def _write_table(table: TableView) -> tuple[str, int]:
    """The path of the file below the home folder, and how many rows it has."""
    folder = Path(settings.HOME) / TABLES_FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = TABLES_FOLDER / f"{secrets.token_hex(16)}.{table.form.value}"
    path = Path(settings.HOME) / name
    part = path.with_suffix(".part")
    part.touch(mode=0o600)
    try:
        with translation.override(table.language):
            heads, lines = heads_of(table.of), rows_of(table.of, table.branch_id, table.language)
            if table.form is TableForm.XLSX:
                rows = write_xlsx(part, heads, lines, title=str(TABLES[table.of]))
            else:
                rows = write_csv(part, heads, lines)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return name.as_posix(), rows


def drop_old_tables(*, at: datetime) -> None:
    """Take away the files of tables that nobody fetches any more."""
    for stored_as in forget_old_tables(at=at):
        (Path(settings.HOME) / stored_as).unlink(missing_ok=True)
