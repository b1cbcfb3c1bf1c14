"""Items of an old system into the tables: what is there already is left alone, what clashes gets another number."""

from collections.abc import Callable, Sequence
from datetime import datetime, time
from typing import Any

from django.db import IntegrityError, connection
from django.db.models import Count
from django.db.models.functions import Coalesce

from wenyuan.holdings.catalogue import sql
from wenyuan.holdings.catalogue.models import Bib, Condition, Item, ItemState, ItemType, Lendable
from wenyuan.holdings.catalogue.taking_over.planning import PastItemFacts, PlannedItem, plan_items
from wenyuan.holdings.catalogue.taking_over.tables import PastItem
from wenyuan.holdings.catalogue.taking_over.values import PastItemInput, PastState
from wenyuan.kernel.callnumbers import shelf_key
from wenyuan.kernel.past import Coming, Fate, PastResult
from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.operations import record_many
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import library_zone, local_date
from wenyuan.plumbing.transactions import verb

MOST_ROWS = 500
"""Items of one call: a transaction of some tenths of a second."""

_CONDITIONS = {
    PastState.LOST: Condition.LOST,
    PastState.MISSING: Condition.MISSING,
    PastState.DAMAGED: Condition.DAMAGED,
}
_STATES = {PastState.WITHDRAWN: ItemState.WITHDRAWN, PastState.IN_PROCESS: ItemState.IN_PROCESS}
_MORE_COLUMNS = ("condition_at", "lendable_at")


@needs(Act.TAKE_OVER)
def record_past_items(
    *, rows: Sequence[PastItemInput], system: str, at: datetime, desk: Desk
) -> tuple[PastResult, ...]:
    """Put items of an old system into the catalogue, each by that system's own key: one that came in before is left as
    it is. The journal says that they were taken over, which no figure counts as added.

    An item whose barcode is taken gets a temporary one, and keeps its former number with its branch on the relabel
    list; a taken accession number is left out. Both are notes of the result. A row that is refused stops no other.

    :raises NotAllowed: without the right to take over in the whole network.
    :raises ValueError: more than ``MOST_ROWS``.
    """
    require(desk.operator, Act.TAKE_OVER, None)
    _refuse_many(rows)
    return _twice(lambda: _record(rows, system, at, desk))


@needs(Act.TAKE_OVER)
def look_at_past_items(
    *, rows: Sequence[PastItemInput], system: str, at: datetime, desk: Desk, coming: Coming
) -> tuple[PastResult, ...]:
    """What ``record_past_items`` would do with these rows, after those that ``coming`` knows of; nothing is written.

    :raises NotAllowed: without the right to take over in the whole network.
    :raises ValueError: more than ``MOST_ROWS``.
    """
    require(desk.operator, Act.TAKE_OVER, None)
    _refuse_many(rows)
    planned = plan_items(rows, _facts(rows, system, coming), today=local_date(at))
    for one in planned:
        if not one.known and not one.is_refused:
            name = f"barcode:{one.row.barcode}"
            coming.claim({f"twice:{earlier}" for earlier in coming.has({name})})
            coming.claim([f"item:{one.row.key}", name])
            coming.claim([f"accession:{one.accession_no}"] if one.accession_no else [])
    return _results(planned)


def _refuse_many(rows: Sequence[PastItemInput]) -> None:
    if len(rows) > MOST_ROWS:
        raise ValueError(f"at most {MOST_ROWS} rows at once")


def _twice(attempt: Callable[[], tuple[PastResult, ...]]) -> tuple[PastResult, ...]:
    """Who loses a race for a number looks again."""
    try:
        return attempt()
    except IntegrityError:
        return attempt()


@verb
def _record(rows: Sequence[PastItemInput], system: str, at: datetime, desk: Desk) -> tuple[PastResult, ...]:
    with connection.cursor() as cursor:
        cursor.execute(sql.HOLD_CHUNK_LOCK, {"lock": sql.IMPORT_LOCK})
    facts = _facts(rows, system, None)
    planned = plan_items(rows, facts, today=local_date(at))
    _write([one for one in planned if not one.known and not one.is_refused], facts, system, at, desk)
    return _results(planned)


def _results(planned: Sequence[PlannedItem]) -> tuple[PastResult, ...]:
    return tuple(
        PastResult(place, Fate.KNOWN if one.known else Fate.REFUSED if one.is_refused else Fate.LOADED, one.reasons)
        for place, one in enumerate(planned)
    )


def _facts(rows: Sequence[PastItemInput], system: str, coming: Coming | None) -> PastItemFacts:
    keys = {row.key for row in rows}
    bib_keys = {row.bib_key for row in rows}
    barcodes = {row.barcode for row in rows}
    accessions = {row.accession_no for row in rows if row.accession_no}
    known = set(PastItem.objects.filter(system=system, key__in=keys).values_list("key", flat=True))
    # Two that were merged since are one.
    theirs = Bib.objects.filter(source=system, control_number__in=bib_keys).order_by()
    standing = theirs.values("control_number").annotate(count=Count(Coalesce("merged_into_id", "id"), distinct=True))
    bibs: dict[str, int] = dict(standing.values_list("control_number", "count"))
    taken = set(Item.objects.filter(barcode__in=barcodes).values_list("barcode", flat=True))
    taken_accessions = {
        number
        for number in Item.objects.filter(accession_no__in=accessions).values_list("accession_no", flat=True)
        if number
    }
    repeated: frozenset[str] = frozenset()
    if coming is not None:
        taken |= _coming(coming, "barcode", barcodes)
        taken_accessions |= _coming(coming, "accession", accessions)
        bibs = dict.fromkeys(_coming(coming, "bib", bib_keys), 1) | bibs
        repeated = frozenset(_coming(coming, "item", keys))
    return PastItemFacts(
        known=frozenset(known),
        repeated=repeated,
        bibs=bibs,
        barcodes=frozenset(taken),
        accessions=frozenset(taken_accessions),
        branches={branch.code: branch.id for branch in network_map().branches.values()},
        item_types=dict(ItemType.objects.values_list("code", "id")),
    )


def _coming(coming: Coming, kind: str, names: set[str]) -> set[str]:
    found = coming.has({f"{kind}:{name}" for name in names})
    return {name.partition(":")[2] for name in found}


def _write(planned: Sequence[PlannedItem], facts: PastItemFacts, system: str, at: datetime, desk: Desk) -> None:
    if not planned:
        return
    numbers = [one.row.bib_key for one in planned]
    bibs = {
        # One that was merged since stands for the record that it leads to.
        bib.control_number: bib.merged_into or bib
        for bib in Bib.objects.filter(source=system, control_number__in=numbers)
        .select_related("merged_into")
        .defer("marc", "merged_into__marc")
    }
    rows: list[tuple[object, ...]] = []
    pasts, entries = [], []
    with connection.cursor() as cursor:
        cursor.execute(sql.NEXT_ITEM_IDS, {"count": len(planned)})
        ids = [row[0] for row in cursor.fetchall()]
        for item_id, one in zip(ids, planned, strict=True):
            bib, row = bibs[one.row.bib_key], one.row
            home_id = facts.branches[row.branch]
            barcode = one.barcode or _temporary_number(cursor)
            rows.append(_item_row(item_id, bib, barcode, one, facts, at))
            entries.append(_entry(item_id, bib, one, facts, at, desk))
            pasts.append(
                PastItem(
                    system=system,
                    key=row.key,
                    item_id=item_id,
                    branch_id=home_id,
                    former_number="" if one.barcode else row.barcode,
                    temporary="" if one.barcode else barcode,
                    taken_over_at=at,
                )
            )
        with cursor.copy(sql.copy_into("item", (*sql.ITEM_COLUMNS, *_MORE_COLUMNS))) as copy:
            for values in rows:
                copy.write_row(values)
    PastItem.objects.bulk_create(pasts)
    record_many(entries)


def _temporary_number(cursor: Any) -> str:
    """A number that no item has; it says itself that it is not to stay."""
    while True:
        cursor.execute(sql.NEXT_TEMPORARY)
        number = f"TMP{cursor.fetchone()[0]:07d}"
        if not Item.objects.filter(barcode=number).exists():
            return number


def _item_row(
    item_id: int, bib: Bib, barcode: str, one: PlannedItem, facts: PastItemFacts, at: datetime
) -> tuple[object, ...]:
    row = one.row
    home_id = facts.branches[row.branch]
    state = _STATES.get(row.state, ItemState.AVAILABLE)
    condition = _CONDITIONS.get(row.state, Condition.OK)
    lendable = Lendable.NO if state is ItemState.WITHDRAWN else Lendable(row.lendable)
    return (
        item_id,
        bib.id,
        barcode,
        one.accession_no or None,
        facts.item_types[row.item_type],
        facts.branches[row.owner] if row.owner else home_id,
        home_id,
        facts.branches[row.present] if row.present else home_id,
        state.value,
        condition.value,
        lendable.value,
        row.call_no,
        shelf_key(row.call_no) if row.call_no else b"",
        row.volume,
        row.collection,
        row.source,
        bib.price_fen if row.price_fen is None else row.price_fen,
        row.acquired_date or local_date(at),
        1,
        at,
        at,
        None if condition is Condition.OK else at,
        _closed_at(row, lendable, at),
    )


def _closed_at(row: PastItemInput, lendable: Lendable, at: datetime) -> datetime | None:
    """Since when an item is not lent: of a withdrawn one the day of its withdrawal, where that is known."""
    if row.state is PastState.WITHDRAWN and row.withdrawn_date is not None:
        return datetime.combine(row.withdrawn_date, time.min, library_zone())
    return None if lendable is Lendable.YES else at


def _entry(item_id: int, bib: Bib, one: PlannedItem, facts: PastItemFacts, at: datetime, desk: Desk) -> Entry:
    row = one.row
    home_id = facts.branches[row.branch]
    return Entry(
        kind=Kind.ITEM_TAKEN_OVER,
        occurred_at=at,
        door=desk.door.value,
        desk=desk.code,
        operator_id=desk.operator.account_id,
        branch_id=home_id,
        item_home_id=home_id,
        item_present_id=facts.branches[row.present] if row.present else home_id,
        item_owner_id=facts.branches[row.owner] if row.owner else home_id,
        item_type=row.item_type,
        document_kind=bib.document_kind,
        class_letter=bib.class_letter,
        collection=row.collection,
        source=row.source,
        subject_kind="item",
        subject_id=item_id,
        details={"bib": bib.id, "price_fen": bib.price_fen if row.price_fen is None else row.price_fen},
    )
