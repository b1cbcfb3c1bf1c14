"""What the catalogue's pages hand over waits in the real queue, with what the task is called with."""

import inspect
import json
from collections.abc import Callable

import pytest
from django.db import connection

from tests.factories.accounts import make_desk
from tests.factories.network import make_branch
from wenyuan.doors.workbench.authorities.running import UPDATE_TASK, hand_over_update, run_update
from wenyuan.doors.workbench.records import running
from wenyuan.organisation.accounts.data import Role


@pytest.mark.parametrize(
    ("task", "subject", "hand_over", "run"),
    [
        (running.IMPORT_TASK, "batch_id", running.hand_over, running.run_import),
        (running.LOOK_TASK, "batch_id", running.hand_over_looking, running.run_looking),
        (running.UNDO_TASK, "batch_id", running.hand_over_undoing, running.run_undoing),
        (running.DUPLICATES_TASK, "look_id", running.hand_over_duplicates, running.run_duplicates),
        (running.TABLE_TASK, "table_id", running.hand_over_table, running.run_table),
        (UPDATE_TASK, "update_id", hand_over_update, run_update),
    ],
)
def test_a_job_waits_once_with_all_that_its_task_is_called_with(
    db: None, task: str, subject: str, hand_over: Callable[..., None], run: Callable[..., None]
) -> None:
    desk = make_desk(make_branch(), role=Role.CATALOGUER)
    given: dict[str, object] = {subject: 7}
    if "stored_as" in inspect.signature(hand_over).parameters:
        given["stored_as"] = "a.iso"

    for _ in range(2):
        hand_over(**given, desk=desk)

    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, args, queueing_lock FROM procrastinate_jobs")
        [(name, arguments, lock)] = cursor.fetchall()
    assert (name, lock) == (task, f"{task}:7")
    assert {*json.loads(arguments), "at"} == set(inspect.signature(run).parameters)
