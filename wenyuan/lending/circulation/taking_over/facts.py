"""What taking over loans and holds has in common: what is here of the items and readers that rows name, how a dry run
tells of them, and what the journal says.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from wenyuan.holdings.catalogue.queries import past_bibs, past_items, past_items_with_numbers
from wenyuan.kernel.identity import age_band
from wenyuan.kernel.past import Coming, Fate, PastReason, PastResult
from wenyuan.lending.circulation.models import PastHold, PastLoan
from wenyuan.lending.circulation.sql import past as sql
from wenyuan.lending.patrons.operations import reader_ref
from wenyuan.lending.patrons.queries import past_patrons, past_patrons_with_cards
from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import require
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.secrets import lookup_hash

MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class PastItem:
    id: int
    bib_id: int
    state: str
    condition: str
    home_branch_id: int
    owner_id: int
    type_id: int
    type_code: str
    document_kind: str
    class_letter: str
    collection: str
    source: str


@dataclass(frozen=True, slots=True)
class PastReader:
    id: int
    status: str
    category_id: int
    category: str
    home_branch_id: int
    birth_date: date | None
    gender: str


@dataclass(slots=True, kw_only=True)
class PastFacts:
    """What is here of some rows: by the row's own way of naming it. ``coming``: names an earlier row would bring."""

    known: set[bytes]
    items: dict[str, int]
    bibs: dict[str, int]
    readers: dict[str, int]
    item_rows: dict[int, PastItem]
    reader_rows: dict[int, PastReader]
    coming: frozenset[str]


def ask(rows: Sequence[Any], desk: Desk) -> None:
    require(desk.operator, Act.TAKE_OVER, None)
    if len(rows) > MOST_ROWS:
        raise ValueError(f"at most {MOST_ROWS} rows at once")


def facts_of(rows: Sequence[Any], system: str, what: str, coming: Coming | None) -> PastFacts:
    """What is here under the rows' names; outside of a dry run the items and readers are locked, in this order."""
    model = PastLoan if what == "loan" else PastHold
    digests = [key_hash(system, row.key) for row in rows]
    stored = model._default_manager.filter(system=system, key_hash__in=digests).values_list("key_hash", flat=True)
    keys = {row.item_key for row in rows if row.item_key}
    barcodes = {row.barcode for row in rows if what == "loan" and not row.item_key}
    items = {f"item:{key}": found for key, found in past_items(system=system, keys=keys).items()}
    found = past_items_with_numbers(system=system, numbers=barcodes)
    items |= {f"barcode:{number}": item_id for number, item_id in found.items()}
    bibs = {} if what == "loan" else past_bibs(system=system, keys={row.bib_key for row in rows})
    patron_keys = {row.patron_key for row in rows if row.patron_key}
    cards = {row.card_no for row in rows if not row.patron_key}
    readers = {f"patron:{key}": found for key, found in past_patrons(system=system, keys=patron_keys).items()}
    readers |= {f"card_no:{card}": one for card, one in past_patrons_with_cards(system=system, cards=cards).items()}
    names = {reader_name(row) for row in rows}
    names |= {item_name(row) for row in rows if what == "loan" or row.item_key}
    names |= {f"bib:{row.bib_key}" for row in rows if what == "hold"}
    item_rows, reader_rows = _locked(set(items.values()), set(readers.values()), locks=coming is None)
    return PastFacts(
        known={bytes(digest) for digest in stored},
        items=items,
        bibs=bibs,
        readers=readers,
        item_rows=item_rows,
        reader_rows=reader_rows,
        coming=_coming(names, coming) if coming is not None else frozenset(),
    )


def looked(
    rows: Sequence[Any],
    what: str,
    system: str,
    coming: Coming,
    facts: PastFacts,
    faults: Callable[[Any], list[PastReason]],
) -> tuple[PastResult, ...]:
    results = []
    for place, row in enumerate(rows):
        name = f"{what}:{key_hash(system, row.key).hex()}"
        if key_hash(system, row.key) in facts.known or coming.has({name}):
            results.append(PastResult(place, Fate.KNOWN))
            continue
        found = faults(row)
        claim = _claim(row, what)
        if not found and coming.has({claim}):
            found = [PastReason("item_on_loan", "item") if what == "loan" else PastReason("hold_repeated", "patron")]
        if not found:
            coming.claim([name, claim])
        results.append(PastResult(place, Fate.REFUSED if found else Fate.LOADED, tuple(found)))
    return tuple(results)


def _claim(row: Any, what: str) -> str:
    """What a row takes of a dry run: an item is lent once, a reader waits for a thing once."""
    if what == "loan":
        return f"lent:{item_name(row)}"
    thing = f"item:{row.item_key}" if row.item_key else f"bib:{row.bib_key}"
    return f"held:{thing}:{reader_name(row)}"


def reader_faults(row: Any, facts: PastFacts, found: list[PastReason]) -> PastReader | None:
    reader = facts.reader_rows.get(facts.readers.get(reader_name(row), 0))
    if reader is None and reader_name(row) not in facts.coming:
        found.append(PastReason("patron_unknown", "patron"))
    if reader is not None and reader.status == "closed":
        found.append(PastReason("has_left", "patron"))
    return reader


def key_faults(key: str) -> list[PastReason]:
    return [] if key else [PastReason("key_invalid", "key")]


def entry_of(kind: Kind, reader: PastReader, at: datetime, desk: Desk, **columns: Any) -> Entry:
    today = local_date(at)
    return Entry(
        kind=kind,
        occurred_at=at,
        door=desk.door.value,
        desk=desk.code,
        operator_id=desk.operator.account_id,
        patron_home_id=reader.home_branch_id,
        patron_category=reader.category,
        age_band=age_band(reader.birth_date, on=today).value,
        gender=reader.gender,
        reader_ref=reader_ref(patron_id=reader.id, year=today.year),
        **columns,
    )


def slots_in_use(rows: Any, patron_ids: Collection[int]) -> dict[int, set[int]]:
    """The slots that readers have in use."""
    slots: dict[int, set[int]] = {patron_id: set() for patron_id in patron_ids}
    for patron_id, slot in rows.filter(patron_id__in=patron_ids, slot__isnull=False).values_list("patron_id", "slot"):
        slots[patron_id].add(slot)
    return slots


def next_slot(slots: dict[int, set[int]], patron_id: int) -> int:
    """The reader's smallest free slot, in use from now on."""
    taken = slots[patron_id]
    slot = next(number for number in range(1, len(taken) + 2) if number not in taken)
    taken.add(slot)
    return slot


def key_hash(system: str, key: str) -> bytes:
    return lookup_hash(f"circulation:past:{system}", key)


def item_name(row: Any) -> str:
    return f"item:{row.item_key}" if row.item_key else f"barcode:{row.barcode}"


def reader_name(row: Any) -> str:
    return f"patron:{row.patron_key}" if row.patron_key else f"card_no:{row.card_no}"


def _coming(names: Collection[str], coming: Coming) -> frozenset[str]:
    """The names that one row of the dry run would bring, and no second."""
    there = coming.has(names)
    return there - {name.removeprefix("twice:") for name in coming.has({f"twice:{name}" for name in there})}


def _locked(
    item_ids: Collection[int], patron_ids: Collection[int], *, locks: bool
) -> tuple[dict[int, PastItem], dict[int, PastReader]]:
    items, readers = sql.PAST_ITEMS, sql.PAST_READERS
    if not locks:
        items, readers = items.partition("FOR NO KEY")[0], readers.partition("FOR UPDATE")[0]
    with connection.cursor() as cursor:
        cursor.execute(items, {"items": list(item_ids)})
        item_rows = {row[0]: PastItem(*row) for row in cursor.fetchall()}
        cursor.execute(readers, {"patrons": list(patron_ids)})
        return item_rows, {row[0]: PastReader(*row) for row in cursor.fetchall()}
