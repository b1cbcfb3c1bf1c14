"""A batch edit is begun, let go, stopped, or given up."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from wenyuan.holdings.catalogue.batching.choosing import choice_to_data
from wenyuan.holdings.catalogue.batching.steps import Step, steps_from_data, steps_to_data
from wenyuan.holdings.catalogue.batching.tables import BatchEdit, BatchEditRow
from wenyuan.holdings.catalogue.batching.values import BatchOf, ItemChoice, RecordChoice
from wenyuan.holdings.catalogue.batching.work import ACTS, COLUMNS, LENDABLE
from wenyuan.holdings.catalogue.data import CatalogueRefused, Refusal
from wenyuan.holdings.catalogue.item_editing import refuse_unfit
from wenyuan.holdings.catalogue.models import Lendable
from wenyuan.holdings.catalogue.rules import column_text
from wenyuan.kernel.marc import Dialect
from wenyuan.organisation.accounts.queries import operator_for
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import may, needs, require
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.transactions import verb

STAGED, READY, DROPPED, RUNNING, FINISHED = "staged", "ready", "dropped", "running", "finished"
STOPPED, UNDOING, UNDONE = "stopped", "undoing", "undone"

BY_HAND, NO_RIGHT = "by_hand", "no_right"
"""Why a batch was stopped."""

NOTE_LENGTH = 100


@needs(Act.EDIT_ITEM)
@verb
def open_item_edit(
    *, choice: ItemChoice, values: Mapping[str, object], at: datetime, desk: Desk, note: str = ""
) -> int:
    """Begin a batch that gives items these values: columns of ``ItemChanges`` (``work.COLUMNS``) and ``lendable``.
    Nothing is changed yet: ``look_through_edit`` says what would come of it, ``start_edit`` lets it go. Its id.

    :raises NotAllowed: without the right to edit items at the desk's branch and at the new home branch.
    :raises CatalogueRefused: CHOICE_EMPTY, CHOICE_TOO_LARGE, NOTHING_TO_DO, and for the values as ``edit_item``.
    """
    require(desk.operator, Act.EDIT_ITEM, desk.branch_id)
    given = {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
    if not given or not COLUMNS.issuperset(given):
        raise CatalogueRefused(Refusal.NOTHING_TO_DO)
    home_id = given.get("home_branch_id", desk.branch_id)
    if not isinstance(home_id, int) or home_id not in network_map().branches:
        raise CatalogueRefused(Refusal.BRANCH_UNKNOWN, "home_branch_id")
    require(desk.operator, Act.EDIT_ITEM, home_id)
    # Whether an area belongs to an item's branch is seen item by item where the branch stays as it is.
    unchecked = {LENDABLE} if "home_branch_id" in given else {LENDABLE, "area_id"}
    refuse_unfit({name: value for name, value in given.items() if name not in unchecked}, home_id)
    if LENDABLE in given:
        given[LENDABLE] = Lendable(str(given[LENDABLE])).value
    return _open(BatchOf.ITEMS, choice_to_data(choice), given, note=note, at=at, desk=desk)


@needs(Act.EDIT_RECORDS)
@verb
def open_record_edit(
    *, choice: RecordChoice, dialect: Dialect, steps: Sequence[Step], at: datetime, desk: Desk, note: str = ""
) -> int:
    """Begin a batch that takes these steps with records of one format. As ``open_item_edit`` otherwise.

    :raises NotAllowed: without the right to edit records at the desk's branch.
    :raises CatalogueRefused: CHOICE_EMPTY, CHOICE_TOO_LARGE.
    :raises StepsUnfit: for the first step that is none.
    """
    require(desk.operator, Act.EDIT_RECORDS, desk.branch_id)
    work = {"dialect": dialect.value, "steps": steps_to_data(steps)}
    steps_from_data(work["steps"])
    return _open(BatchOf.RECORDS, choice_to_data(choice), work, note=note, at=at, desk=desk)


def _open(
    of: BatchOf, chosen: Mapping[str, object], work: Mapping[str, object], *, note: str, at: datetime, desk: Desk
) -> int:
    made = BatchEdit.objects.create(
        of=of.value,
        branch_id=desk.branch_id,
        chosen=chosen,
        work=work,
        note=column_text(note, NOTE_LENGTH),
        started_by_id=desk.operator.account,
        let_go_by_id=desk.operator.account,
        started_at=at,
    )
    return made.id


@needs(Act.EDIT_ITEM, Act.EDIT_RECORDS)
@verb
def start_edit(*, batch_id: int, at: datetime, desk: Desk) -> None:
    """Let a batch that was looked through change the catalogue, or go on where it was stopped: from now on
    ``run_edit`` works at it, for whoever lets it go.

    :raises NotAllowed: without the right to edit items (or records) at the batch's branch.
    :raises CatalogueRefused: BATCH_UNKNOWN, BATCH_NOT_READY (not looked through yet, begun, dropped, or taken back in
        part).
    """
    batch = locked_batch(batch_id, desk)
    if batch.state != READY and not (batch.state == STOPPED and not batch.restored + batch.kept):
        raise CatalogueRefused(Refusal.BATCH_NOT_READY)
    batch.let_go_by_id = desk.operator.account
    _into(batch, RUNNING)
    said = {"of": batch.of, "total": batch.total, "work": batch.work}
    audit(at=at, desk=desk, act="start_edit", subject_kind="batch_edit", subject_id=batch_id, after=said)


@needs(Act.EDIT_ITEM, Act.EDIT_RECORDS)
@verb
def stop_edit(*, batch_id: int, at: datetime, desk: Desk) -> None:
    """Stop a batch that changes the catalogue after the chunk in hand, whether it has changed something yet or not. It
    may go on (``start_edit``), be taken back, or be given up as long as it has changed nothing.

    :raises NotAllowed: without the right to edit items (or records) at the batch's branch.
    :raises CatalogueRefused: BATCH_UNKNOWN, BATCH_NOT_READY (it does not run).
    """
    batch = locked_batch(batch_id, desk)
    if batch.state != RUNNING:
        raise CatalogueRefused(Refusal.BATCH_NOT_READY)
    _into(batch, STOPPED, why=BY_HAND)
    said = {"of": batch.of, "total": batch.total, "position": batch.position}
    audit(at=at, desk=desk, act="stop_edit", subject_kind="batch_edit", subject_id=batch_id, after=said)


@needs()
@verb
def stop_without_right(*, batch_id: int, at: datetime) -> None:
    """Stop a batch whose worker acts for an account that has no right to it any more, and say so on the batch; one that
    is looked through is given up. Where the account has its right after all, or somebody else has let the batch go
    meanwhile who has it, nothing happens.
    """
    batch = BatchEdit.objects.select_for_update().filter(id=batch_id).first()
    if batch is None:
        return
    operator = operator_for(batch.let_go_by_id, local_date(at)) if batch.let_go_by_id else None
    if operator is not None and may(operator, ACTS[BatchOf(batch.of)], batch.branch_id):
        return
    if batch.state == STAGED:
        _into(batch, DROPPED, why=NO_RIGHT)
        BatchEditRow.objects.filter(batch_id=batch_id).delete()
    elif batch.state in (RUNNING, UNDOING):
        _into(batch, STOPPED, why=NO_RIGHT)


def _into(batch: BatchEdit, state: str, *, why: str = "") -> None:
    """Bring a locked batch into a state; ``why`` it was stopped stands in its outlook until it goes on."""
    batch.state, batch.outlook = state, {**(batch.outlook or {}), "stopped": why}
    batch.save(update_fields=["state", "outlook", "let_go_by"])


@needs(Act.EDIT_ITEM, Act.EDIT_RECORDS)
@verb
def drop_edit(*, batch_id: int, desk: Desk) -> None:
    """Give up a batch that has changed nothing; its page stays, what was foreseen goes.

    :raises NotAllowed: without the right to edit items (or records) at the batch's branch.
    :raises CatalogueRefused: BATCH_UNKNOWN, BATCH_NOT_READY (it was begun or dropped; one that was stopped has changed
        something).
    """
    batch = locked_batch(batch_id, desk)
    if batch.state not in (STAGED, READY) and not (batch.state == STOPPED and not batch.changed):
        raise CatalogueRefused(Refusal.BATCH_NOT_READY)
    _into(batch, DROPPED)
    BatchEditRow.objects.filter(batch_id=batch_id).delete()


@needs(Act.EDIT_ITEM, Act.EDIT_RECORDS)
@verb
def begin_undoing_edit(*, batch_id: int, at: datetime, desk: Desk) -> None:
    """Say that a batch is to be taken back: whoever runs it stops after the chunk in hand, and ``undo_edit`` does the
    rest. One that cannot be undone, or is being undone, is left as it is.

    :raises NotAllowed: without the right to edit items (or records) at the batch's branch.
    :raises CatalogueRefused: BATCH_UNKNOWN.
    """
    batch = locked_batch(batch_id, desk)
    if batch.state not in (RUNNING, STOPPED, FINISHED):
        return
    before = batch.state
    batch.let_go_by_id = desk.operator.account
    _into(batch, UNDOING)
    audit(
        at=at,
        desk=desk,
        act="undo_edit",
        subject_kind="batch_edit",
        subject_id=batch_id,
        before={"state": before},
        after={"state": UNDOING},
    )


def locked_batch(batch_id: int, desk: Desk) -> BatchEdit:
    """The batch's row, locked. :raises: as the verbs above."""
    return locked_with_desk(batch_id, lambda: desk)[0]


def locked_with_desk(batch_id: int, desk_of: Callable[[], Desk]) -> tuple[BatchEdit, Desk]:
    """The same, and who works at it, asked once it is locked: whose it is does not change until the chunk ends."""
    batch = BatchEdit.objects.select_for_update().filter(id=batch_id).first()
    if batch is None:
        raise CatalogueRefused(Refusal.BATCH_UNKNOWN)
    desk = desk_of()
    require(desk.operator, ACTS[BatchOf(batch.of)], batch.branch_id)
    return batch, desk
