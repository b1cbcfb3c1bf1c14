"""What a batch does to one item or one record: what it would say of it, and doing it. Steps of the verbs beside it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wenyuan.holdings.catalogue.batching.steps import Step, TooLarge, apply_steps, steps_from_data
from wenyuan.holdings.catalogue.batching.tables import BatchEdit
from wenyuan.holdings.catalogue.batching.values import BatchOf, RowOutcome, RowReason
from wenyuan.holdings.catalogue.data import CatalogueRefused, ItemChanges, Refusal
from wenyuan.holdings.catalogue.editing.duplicates import DuplicatesFound
from wenyuan.holdings.catalogue.editing.saving import RecordRefused, change_record, would_change
from wenyuan.holdings.catalogue.item_editing import change_item, change_lendable, fit_values
from wenyuan.holdings.catalogue.models import Bib, Item, Lendable
from wenyuan.kernel.marc import Record, from_storage
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.journal.queries import entries_about
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import NotAllowed, require

Clock = Callable[[], datetime]
"""What time it is: asked in each chunk anew, since a batch may take an hour."""
DeskAt = Callable[[datetime], Desk]
"""Who works at a batch, with the rights of that moment: asked before each chunk, so that one taken away counts at once.
"""

ACTS = {BatchOf.ITEMS: Act.EDIT_ITEM, BatchOf.RECORDS: Act.EDIT_RECORDS}
COLUMNS = frozenset(
    {"home_branch_id", "area_id", "item_type", "collection", "source", "price_fen", "volume", "lendable"}
)
"""What a batch may change of items."""

LENDABLE = "lendable"
_DETAIL = 200


@dataclass(frozen=True, slots=True)
class Result:
    """What becomes, or became, of one row."""

    outcome: RowOutcome
    reason: str = ""
    detail: str = ""
    former: Mapping[str, object] | None = None


def refused(error: Exception) -> Result:
    """The row of something that a verb refuses."""
    if isinstance(error, NotAllowed):
        return Result(RowOutcome.REFUSED, RowReason.NOT_ALLOWED)
    if isinstance(error, TooLarge):
        return Result(RowOutcome.REFUSED, RowReason.TOO_LARGE)
    assert isinstance(error, CatalogueRefused)
    detail = error.field
    if isinstance(error, RecordRefused):
        wrong = next((fault for fault in error.faults if not fault.warning), None)
        detail = f"{wrong.tag}{wrong.where} {wrong.rule.value}" if wrong else ""
    if isinstance(error, DuplicatesFound):
        detail = " ".join(str(one.bib_id) for one in error.candidates)
    return Result(RowOutcome.REFUSED, error.refusal.value, detail[:_DETAIL])


REFUSALS = (CatalogueRefused, NotAllowed, TooLarge)


class ItemWork:
    """The columns that a batch gives to items."""

    def __init__(self, batch: BatchEdit, desk: Desk) -> None:
        self.batch_id, self.desk = batch.id, desk
        self.lendable = batch.work.get(LENDABLE)
        self.changes = ItemChanges(**{name: value for name, value in batch.work.items() if name != LENDABLE})

    def lock(self, ids: Sequence[int]) -> dict[int, Item]:
        """The items, locked in the order of their ids, so that two batches never wait for each other."""
        rows = Item.objects.select_for_update(of=("self",)).select_related("item_type")
        return {item.id: item for item in rows.filter(id__in=ids).order_by("id")}

    def read(self, ids: Sequence[int]) -> dict[int, Item]:
        return Item.objects.select_related("item_type").in_bulk(ids)

    def foresee(self, item: Item) -> Result:
        """What would come of it. :raises: one of ``REFUSALS``."""
        require(self.desk.operator, Act.EDIT_ITEM, item.home_branch_id)
        values = fit_values(item, self.changes, desk=self.desk)
        changed = {
            name: [getattr(item, name), value]
            for name, value in values.items()
            if name != "item_type" and getattr(item, name) != value
        }
        if "item_type" in values and item.item_type.code != values["item_type"]:
            changed["item_type"] = [item.item_type.code, values["item_type"]]
        if self.lendable and item.lendable != self.lendable:
            changed[LENDABLE] = [item.lendable, self.lendable]
        if not changed:
            return Result(RowOutcome.SAME)
        return Result(RowOutcome.CHANGED, former={"changed": changed})

    def do(self, item: Item, *, at: datetime, before: Mapping[int, int | None]) -> Result:
        """Change it. ``before`` says whose batch has edited each item last. :raises: one of ``REFUSALS``."""
        foreseen = self.foresee(item)
        if foreseen.outcome is RowOutcome.SAME:
            return foreseen
        assert foreseen.former is not None
        details = {"batch_edit": self.batch_id}
        change_item(item, self.changes, at=at, desk=self.desk, details=details)
        if self.lendable:
            change_lendable(item, Lendable(self.lendable), at=at, desk=self.desk, details=details)
        return Result(RowOutcome.CHANGED, former={**foreseen.former, "after_batch": before.get(item.id)})

    def take_back(self, item: Item, former: Mapping[str, Any], *, at: datetime, last: Mapping[int, int | None]) -> bool:
        """Give it back what it was, unless somebody has edited it since; whether it was. :raises: as ``do``.

        ``last`` says whose batch has edited each item last. What has been taken back counts for the batch before it,
        so that batches undone in turn restore exactly. To be lent is no edit.
        """
        changed = former["changed"]
        if last.get(item.id) != self.batch_id or any(_now(item, name) != pair[1] for name, pair in changed.items()):
            return False
        require(self.desk.operator, Act.EDIT_ITEM, item.home_branch_id)
        details = {"batch_edit": former.get("after_batch"), "undoes_batch_edit": self.batch_id}
        values = {name: pair[0] for name, pair in changed.items() if name != LENDABLE}
        change_item(item, ItemChanges(**values), at=at, desk=self.desk, details=details)
        if LENDABLE in changed:
            change_lendable(item, Lendable(changed[LENDABLE][0]), at=at, desk=self.desk, details=details)
        return True


def _now(item: Item, name: str) -> object:
    return item.item_type.code if name == "item_type" else getattr(item, name)


def last_edits(item_ids: Sequence[int]) -> dict[int, int | None]:
    """The batch that has edited each item last, none where it was a hand; items that were never edited are left
    out."""
    found = entries_about(kind=Kind.ITEM_CHANGED, subject_kind="item", subject_ids=item_ids)
    return {item_id: recorded.entry.details.get("batch_edit") for item_id, recorded in found.items()}  # type: ignore[misc]


def stands_for(bibs: Collection[Bib]) -> dict[int, int]:
    """The version that each of these bibs stands at: its own number; where a batch was undone, that of the version that
    came back by it, so that batches undone in turn restore exactly. One that a person has restored is its own."""
    found = entries_about(kind=Kind.RECORD_CHANGED, subject_kind="bib", subject_ids=[bib.id for bib in bibs])
    said = {bib_id: recorded.entry.details for bib_id, recorded in found.items()}
    return {
        bib.id: int(details["stands_for"])  # type: ignore[call-overload] # what an undoing has written
        if (details := said.get(bib.id, {})).get("version") == bib.version and "stands_for" in details
        else bib.version
        for bib in bibs
    }


class RecordWork:
    """The steps that a batch takes with records of one format."""

    def __init__(self, batch: BatchEdit, desk: Desk) -> None:
        self.batch_id, self.desk = batch.id, desk
        self.dialect = batch.work["dialect"]
        self.steps: tuple[Step, ...] = steps_from_data(batch.work["steps"])

    def lock(self, ids: Sequence[int]) -> dict[int, Bib]:
        """The bibs, locked in the order of their ids."""
        rows = Bib.objects.select_for_update(no_key=True).filter(id__in=ids).order_by("id")
        return {bib.id: bib for bib in rows}

    def read(self, ids: Sequence[int]) -> dict[int, Bib]:
        return Bib.objects.in_bulk(ids)

    def changed_record(self, bib: Bib) -> Record:
        """The record after the steps. :raises TooLarge: it would grow beyond all measure."""
        return apply_steps(from_storage(bytes(bib.marc)), self.steps)

    def foresee(self, bib: Bib, *, at: datetime) -> Result:
        """What would come of it. :raises: one of ``REFUSALS``."""
        refuse_merged(bib)
        if bib.dialect != self.dialect:
            return Result(RowOutcome.REFUSED, RowReason.OTHER_FORMAT)
        changes = would_change(bib, self.changed_record(bib), at=at)
        return Result(RowOutcome.CHANGED if changes else RowOutcome.SAME)

    def do(self, bib: Bib, *, at: datetime, stood: int) -> Result:
        """Change it, through the checks and into the history of an edit by hand; ``stood`` is what it ``stands_for``.

        :raises: one of ``REFUSALS``.
        """
        refuse_merged(bib)
        if bib.dialect != self.dialect:
            return Result(RowOutcome.REFUSED, RowReason.OTHER_FORMAT)
        before = bib.version
        record = self.changed_record(bib)
        saved = change_record(bib, record, at=at, desk=self.desk, details={"batch_edit": self.batch_id})
        if not saved.changed:
            return Result(RowOutcome.SAME)
        return Result(RowOutcome.CHANGED, former={"before": before, "after": saved.version, "stood": stood})


def refuse_merged(bib: Bib) -> None:
    """:raises CatalogueRefused: RECORD_MERGED, where another record has taken its place."""
    if bib.merged_into_id is not None:
        raise CatalogueRefused(Refusal.RECORD_MERGED)


def work_of(batch: BatchEdit, desk: Desk) -> ItemWork | RecordWork:
    """What a batch does, read from its row."""
    return ItemWork(batch, desk) if batch.of == BatchOf.ITEMS else RecordWork(batch, desk)


UNKNOWN = {BatchOf.ITEMS: Refusal.ITEM_UNKNOWN, BatchOf.RECORDS: Refusal.BIB_UNKNOWN}
