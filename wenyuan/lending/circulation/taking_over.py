"""Open loans and waiting holds of an old system: recorded as of their own days, journalled as taken over.

No policy is asked whether they may be: they are. What contradicts itself, or what is here, is refused and told.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from wenyuan.holdings.catalogue.queries import past_bibs, past_items, past_items_with_numbers
from wenyuan.kernel.identity import age_band
from wenyuan.kernel.opening import end_of_local_day
from wenyuan.kernel.past import Coming, Fate, PastReason, PastResult
from wenyuan.lending.circulation.books import Books, books_of
from wenyuan.lending.circulation.data.past import PastHoldInput, PastLoanInput
from wenyuan.lending.circulation.facts import Editions
from wenyuan.lending.circulation.models import Hold, HoldState, Loan, PastHold, PastLoan
from wenyuan.lending.circulation.sql import BOTH_EDITIONS
from wenyuan.lending.circulation.sql import past as sql
from wenyuan.lending.patrons.operations import reader_ref
from wenyuan.lending.patrons.queries import past_patrons, past_patrons_with_cards
from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.operations import record_many
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import library_zone, local_date
from wenyuan.plumbing.secrets import lookup_hash
from wenyuan.plumbing.statements import Plan, Statement, run
from wenyuan.plumbing.transactions import verb

MOST_ROWS = 200
_IN_HAND = frozenset({"available", "in_process"})
_GONE = frozenset({"lost", "missing"})
_OPEN_HOLDS = (HoldState.WAITING, HoldState.IN_TRANSIT, HoldState.ON_SHELF)
_LATEST_RENEWALS = 1000


@dataclass(frozen=True, slots=True)
class _Item:
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
class _Reader:
    id: int
    status: str
    category_id: int
    category: str
    home_branch_id: int
    birth_date: date | None
    gender: str


@dataclass(slots=True, kw_only=True)
class _Facts:
    """What is here of some rows: by the row's own way of naming it. ``coming``: names an earlier row would bring."""

    known: set[bytes]
    items: dict[str, int]
    bibs: dict[str, int]
    readers: dict[str, int]
    item_rows: dict[int, _Item]
    reader_rows: dict[int, _Reader]
    coming: frozenset[str]


@needs(Act.TAKE_OVER)
def record_past_loans(
    *, rows: Sequence[PastLoanInput], system: str, at: datetime, desk: Desk
) -> tuple[PastResult, ...]:
    """Record open loans of an old system, each by that system's own key, with their due dates and renewals: the items
    are on loan from now on, and the readers have them. No figure counts them as lent today, and no limit is asked.

    Refused is what names an unknown item or reader, an item that is on loan, lost or not at hand, a reader who has
    left, days that cannot be, and a case for which the library has no lending rule.

    :raises NotAllowed: without the right to take over in the whole network.
    :raises ValueError: more than ``MOST_ROWS``.
    """
    _ask(rows, desk)
    return _record_loans(rows, system, at, desk)


@needs(Act.TAKE_OVER)
def look_at_past_loans(
    *, rows: Sequence[PastLoanInput], system: str, at: datetime, desk: Desk, coming: Coming
) -> tuple[PastResult, ...]:
    """What ``record_past_loans`` would do with these rows, after those that ``coming`` knows of; nothing is written.
    Whether there is a lending rule is asked where item and reader are here already.

    :raises NotAllowed: without the right to take over in the whole network.
    """
    _ask(rows, desk)
    facts = _facts(rows, system, "loan", coming)
    return _looked(rows, "loan", system, coming, facts, lambda row: _loan_faults(row, facts, run(_books), at))


@needs(Act.TAKE_OVER)
def record_past_holds(
    *, rows: Sequence[PastHoldInput], system: str, at: datetime, desk: Desk
) -> tuple[PastResult, ...]:
    """Record waiting holds of an old system, each by that system's own key, in the order in which they were placed.

    Refused is what names an unknown record, item, reader or pickup branch, a reader who has left or waits for it
    already, and a last day that is over. What stood on a hold shelf waits again, and is captured at its next scan.

    :raises NotAllowed: without the right to take over in the whole network.
    :raises ValueError: more than ``MOST_ROWS``.
    """
    _ask(rows, desk)
    return _record_holds(rows, system, at, desk)


@needs(Act.TAKE_OVER)
def look_at_past_holds(
    *, rows: Sequence[PastHoldInput], system: str, at: datetime, desk: Desk, coming: Coming
) -> tuple[PastResult, ...]:
    """What ``record_past_holds`` would do with these rows, after those that ``coming`` knows of; nothing is written.

    :raises NotAllowed: without the right to take over in the whole network.
    """
    _ask(rows, desk)
    facts = _facts(rows, system, "hold", coming)
    return _looked(rows, "hold", system, coming, facts, lambda row: _hold_faults(row, facts, at))


def count_past_loans(*, system: str) -> int:
    """How many loans were taken over."""
    return PastLoan.objects.filter(system=system).count()


def count_past_holds(*, system: str) -> int:
    """How many holds were taken over."""
    return PastHold.objects.filter(system=system).count()


def _ask(rows: Sequence[Any], desk: Desk) -> None:
    require(desk.operator, Act.TAKE_OVER, None)
    if len(rows) > MOST_ROWS:
        raise ValueError(f"at most {MOST_ROWS} rows at once")


def _books() -> Plan[Books]:
    rows = yield Statement(BOTH_EDITIONS, {})
    books = yield from books_of(Editions(*rows[0]))
    return books


def _looked(
    rows: Sequence[Any],
    what: str,
    system: str,
    coming: Coming,
    facts: _Facts,
    faults: Callable[[Any], list[PastReason]],
) -> tuple[PastResult, ...]:
    results = []
    for place, row in enumerate(rows):
        name = f"{what}:{_key_hash(system, row.key).hex()}"
        if _key_hash(system, row.key) in facts.known or coming.has({name}):
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
        return f"lent:{_item_name(row)}"
    thing = f"item:{row.item_key}" if row.item_key else f"bib:{row.bib_key}"
    return f"held:{thing}:{_reader_name(row)}"


@verb
def _record_loans(rows: Sequence[PastLoanInput], system: str, at: datetime, desk: Desk) -> tuple[PastResult, ...]:
    facts, books = _facts(rows, system, "loan", None), run(_books)
    lent: list[tuple[PastLoanInput, _Item, _Reader]] = []
    results = []
    for place, row in enumerate(rows):
        if _key_hash(system, row.key) in facts.known:
            results.append(PastResult(place, Fate.KNOWN))
            continue
        found = _loan_faults(row, facts, books, at)
        if not found:
            item = facts.item_rows[facts.items[_item_name(row)]]
            lent.append((row, item, facts.reader_rows[facts.readers[_reader_name(row)]]))
            facts.known.add(_key_hash(system, row.key))
            facts.item_rows[item.id] = replace(item, state="on_loan")
        results.append(PastResult(place, Fate.REFUSED if found else Fate.LOADED, tuple(found)))
    if lent:
        _write_loans(lent, system, books, at, desk)
    return tuple(results)


def _loan_faults(row: PastLoanInput, facts: _Facts, books: Books, at: datetime) -> list[PastReason]:
    found = _key_faults(row.key)
    lent = row.lent_at.replace(tzinfo=library_zone())
    if lent > at:
        found.append(PastReason("date_to_come", "lent"))
    if row.due_date < lent.date():
        found.append(PastReason("due_before_lent", "due"))
    if not 0 <= row.renewals < _LATEST_RENEWALS:
        found.append(PastReason("number_form", "renewals"))
    branch = network_map().by_code(row.branch) if row.branch else None
    if row.branch and branch is None:
        found.append(PastReason("branch_unknown", "branch"))
    item = facts.item_rows.get(facts.items.get(_item_name(row), 0))
    reader = _reader_faults(row, facts, found)
    if item is None and _item_name(row) not in facts.coming:
        found.append(PastReason("item_unknown", "item"))
    if item is not None:
        if item.state == "on_loan":
            found.append(PastReason("item_on_loan", "item"))
        elif item.condition in _GONE:
            found.append(PastReason("item_lost", "item"))
        elif item.state not in _IN_HAND:
            found.append(PastReason("item_not_at_hand", "item"))
    if item is not None and reader is not None and not found:
        lends = branch.id if branch else item.home_branch_id
        if books.policy(lends, reader.category_id, item.type_id, local_date(at)) is None:
            found.append(PastReason("no_policy", "item"))
    return found


def _reader_faults(row: Any, facts: _Facts, found: list[PastReason]) -> _Reader | None:
    reader = facts.reader_rows.get(facts.readers.get(_reader_name(row), 0))
    if reader is None and _reader_name(row) not in facts.coming:
        found.append(PastReason("patron_unknown", "patron"))
    if reader is not None and reader.status == "closed":
        found.append(PastReason("has_left", "patron"))
    return reader


def _key_faults(key: str) -> list[PastReason]:
    return [] if key else [PastReason("key_invalid", "key")]


def _write_loans(
    lent: Sequence[tuple[PastLoanInput, _Item, _Reader]], system: str, books: Books, at: datetime, desk: Desk
) -> None:
    zone, network = library_zone(), network_map()
    slots = _slots(Loan.objects.filter(returned_at__isnull=True), {reader.id for _, _, reader in lent})
    loans = []
    for row, item, reader in lent:
        branch = network.by_code(row.branch) if row.branch else None
        branch_id = branch.id if branch else item.home_branch_id
        policy = books.policy(branch_id, reader.category_id, item.type_id, local_date(at))
        assert policy is not None
        loans.append(
            Loan(
                item_id=item.id,
                patron_id=reader.id,
                slot=_next_slot(slots, reader.id),
                branch_id=branch_id,
                account_id=desk.operator.account_id,
                door=desk.door.value,
                policy_id=policy.row_id,
                patron_category=reader.category,
                patron_home_id=reader.home_branch_id,
                age_band=age_band(reader.birth_date, on=local_date(at)).value,
                lent_at=row.lent_at.replace(tzinfo=zone),
                base_due_date=row.due_date,
                due_at=end_of_local_day(row.due_date, zone),
                renewals=row.renewals,
            )
        )
    made = Loan.objects.bulk_create(loans)
    PastLoan.objects.bulk_create(
        PastLoan(system=system, key_hash=_key_hash(system, row.key), loan=loan)
        for (row, _, _), loan in zip(lent, made, strict=True)
    )
    with connection.cursor() as cursor:
        items, branches = [item.id for _, item, _ in lent], [loan.branch_id for loan in made]
        cursor.execute(sql.LEND_PAST, {"items": items, "branches": branches, "at": at})
        cursor.execute(sql.RAISE_READERS, {"patrons": [reader.id for _, _, reader in lent]})
    record_many(
        _entry(
            Kind.LOAN_TAKEN_OVER,
            reader,
            at,
            desk,
            branch_id=loan.branch_id,
            item_home_id=item.home_branch_id,
            item_present_id=loan.branch_id,
            item_owner_id=item.owner_id,
            item_type=item.type_code,
            document_kind=item.document_kind,
            class_letter=item.class_letter,
            collection=item.collection,
            source=item.source,
            subject_kind="item",
            subject_id=item.id,
            details={"loan": loan.id, "due_at": loan.due_at.isoformat()},
        )
        for (_, item, reader), loan in zip(lent, made, strict=True)
    )


@verb
def _record_holds(rows: Sequence[PastHoldInput], system: str, at: datetime, desk: Desk) -> tuple[PastResult, ...]:
    facts = _facts(rows, system, "hold", None)
    held: list[tuple[PastHoldInput, int, int | None, _Reader]] = []
    taken: set[tuple[int, int, int | None]] = set()
    results = []
    for place, row in enumerate(rows):
        if _key_hash(system, row.key) in facts.known:
            results.append(PastResult(place, Fate.KNOWN))
            continue
        found = _hold_faults(row, facts, at)
        if not found:
            reader = facts.reader_rows[facts.readers[_reader_name(row)]]
            item = facts.item_rows[facts.items[f"item:{row.item_key}"]] if row.item_key else None
            bib_id = item.bib_id if item else facts.bibs[row.bib_key]
            one = (reader.id, bib_id, item.id if item else None)
            if one in taken or _waits(*one):
                found = [PastReason("hold_repeated", "patron")]
            else:
                taken.add(one)
                facts.known.add(_key_hash(system, row.key))
                held.append((row, bib_id, one[2], reader))
        results.append(PastResult(place, Fate.REFUSED if found else Fate.LOADED, tuple(found)))
    if held:
        _write_holds(held, system, at, desk)
    return tuple(results)


def _waits(patron_id: int, bib_id: int, item_id: int | None) -> bool:
    waiting = Hold.objects.filter(patron_id=patron_id, bib_id=bib_id, state__in=_OPEN_HOLDS)
    return waiting.filter(Q(item__isnull=True) if item_id is None else Q(item_id=item_id)).exists()


def _hold_faults(row: PastHoldInput, facts: _Facts, at: datetime) -> list[PastReason]:
    found = _key_faults(row.key)
    if row.placed_at.replace(tzinfo=library_zone()) > at:
        found.append(PastReason("date_to_come", "placed"))
    if row.until is not None and row.until < local_date(at):
        found.append(PastReason("date_past", "until"))
    pickup = network_map().by_code(row.pickup)
    if pickup is None or not pickup.stands_on(local_date(at)):
        found.append(PastReason("branch_unknown", "pickup"))
    _reader_faults(row, facts, found)
    if row.item_key:
        if f"item:{row.item_key}" not in facts.items and f"item:{row.item_key}" not in facts.coming:
            found.append(PastReason("item_unknown", "item"))
    elif row.bib_key not in facts.bibs and f"bib:{row.bib_key}" not in facts.coming:
        found.append(PastReason("bib_unknown", "bib"))
    return found


def _write_holds(
    held: Sequence[tuple[PastHoldInput, int, int | None, _Reader]], system: str, at: datetime, desk: Desk
) -> None:
    zone, network = library_zone(), network_map()
    slots = _slots(Hold.objects.filter(state__in=_OPEN_HOLDS), {reader.id for _, _, _, reader in held})
    holds = []
    for row, bib_id, item_id, reader in held:
        pickup, placed = network.by_code(row.pickup), row.placed_at.replace(tzinfo=zone)
        assert pickup is not None
        holds.append(
            Hold(
                bib_id=bib_id,
                item_id=item_id,
                patron_id=reader.id,
                slot=_next_slot(slots, reader.id),
                pickup_branch_id=pickup.id,
                rank=int(placed.timestamp() * 1_000_000),
                from_shelf=False,
                not_after=row.until,
                placed_at=placed,
                placed_branch_id=pickup.id,
                account_id=desk.operator.account_id,
                door=desk.door.value,
                patron_category=reader.category,
                patron_home_id=reader.home_branch_id,
                age_band=age_band(reader.birth_date, on=local_date(at)).value,
            )
        )
    made = Hold.objects.bulk_create(holds)
    PastHold.objects.bulk_create(
        PastHold(system=system, key_hash=_key_hash(system, row.key), hold=hold)
        for (row, _, _, _), hold in zip(held, made, strict=True)
    )
    record_many(
        _entry(
            Kind.HOLD_TAKEN_OVER,
            reader,
            at,
            desk,
            branch_id=hold.pickup_branch_id,
            subject_kind="bib",
            subject_id=bib_id,
            details={"hold": hold.id, "bib": bib_id, "pickup": hold.pickup_branch_id},
        )
        for (_, bib_id, _, reader), hold in zip(held, made, strict=True)
    )


def _entry(kind: Kind, reader: _Reader, at: datetime, desk: Desk, **columns: Any) -> Entry:
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


def _slots(rows: Any, patron_ids: Collection[int]) -> dict[int, set[int]]:
    """The slots that readers have in use."""
    slots: dict[int, set[int]] = {patron_id: set() for patron_id in patron_ids}
    for patron_id, slot in rows.filter(patron_id__in=patron_ids, slot__isnull=False).values_list("patron_id", "slot"):
        slots[patron_id].add(slot)
    return slots


def _next_slot(slots: dict[int, set[int]], patron_id: int) -> int:
    """The reader's smallest free slot, in use from now on."""
    taken = slots[patron_id]
    slot = next(number for number in range(1, len(taken) + 2) if number not in taken)
    taken.add(slot)
    return slot


def _key_hash(system: str, key: str) -> bytes:
    return lookup_hash(f"circulation:past:{system}", key)


def _item_name(row: Any) -> str:
    return f"item:{row.item_key}" if row.item_key else f"barcode:{row.barcode}"


def _reader_name(row: Any) -> str:
    return f"patron:{row.patron_key}" if row.patron_key else f"card_no:{row.card_no}"


def _facts(rows: Sequence[Any], system: str, what: str, coming: Coming | None) -> _Facts:
    """What is here under the rows' names; outside of a dry run the items and readers are locked, in this order."""
    model = PastLoan if what == "loan" else PastHold
    digests = [_key_hash(system, row.key) for row in rows]
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
    names = {_reader_name(row) for row in rows}
    names |= {_item_name(row) for row in rows if what == "loan" or row.item_key}
    names |= {f"bib:{row.bib_key}" for row in rows if what == "hold"}
    item_rows, reader_rows = _locked(set(items.values()), set(readers.values()), locks=coming is None)
    return _Facts(
        known={bytes(digest) for digest in stored},
        items=items,
        bibs=bibs,
        readers=readers,
        item_rows=item_rows,
        reader_rows=reader_rows,
        coming=_coming(names, coming) if coming is not None else frozenset(),
    )


def _coming(names: Collection[str], coming: Coming) -> frozenset[str]:
    """The names that one row of the dry run would bring, and no second."""
    there = coming.has(names)
    return there - {name.removeprefix("twice:") for name in coming.has({f"twice:{name}" for name in there})}


def _locked(
    item_ids: Collection[int], patron_ids: Collection[int], *, locks: bool
) -> tuple[dict[int, _Item], dict[int, _Reader]]:
    items, readers = sql.PAST_ITEMS, sql.PAST_READERS
    if not locks:
        items, readers = items.partition("FOR NO KEY")[0], readers.partition("FOR UPDATE")[0]
    with connection.cursor() as cursor:
        cursor.execute(items, {"items": list(item_ids)})
        item_rows = {row[0]: _Item(*row) for row in cursor.fetchall()}
        cursor.execute(readers, {"patrons": list(patron_ids)})
        return item_rows, {row[0]: _Reader(*row) for row in cursor.fetchall()}
