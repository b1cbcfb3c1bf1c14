"""Open loans of an old system: recorded as of their own days, journalled as taken over.

No policy is asked whether they may be: they are. What contradicts itself, or what is here, is refused and told.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import connection

from wenyuan.kernel.identity import age_band
from wenyuan.kernel.opening import end_of_local_day
from wenyuan.kernel.past import Coming, Fate, PastReason, PastResult
from wenyuan.lending.circulation.books import Books, books_of
from wenyuan.lending.circulation.data.past import PastLoanInput
from wenyuan.lending.circulation.facts import Editions
from wenyuan.lending.circulation.models import Loan, PastLoan
from wenyuan.lending.circulation.sql import BOTH_EDITIONS
from wenyuan.lending.circulation.sql import past as sql
from wenyuan.lending.circulation.taking_over.facts import (
    PastFacts,
    PastItem,
    PastReader,
    ask,
    entry_of,
    facts_of,
    item_name,
    key_faults,
    key_hash,
    looked,
    next_slot,
    reader_faults,
    reader_name,
    slots_in_use,
)
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.journal.operations import record_many
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs
from wenyuan.plumbing.clock import library_zone, local_date
from wenyuan.plumbing.statements import Plan, Statement, run
from wenyuan.plumbing.transactions import verb

_IN_HAND = frozenset({"available", "in_process"})
_GONE = frozenset({"lost", "missing"})
_LATEST_RENEWALS = 1000


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
    ask(rows, desk)
    return _record_loans(rows, system, at, desk)


@needs(Act.TAKE_OVER)
def look_at_past_loans(
    *, rows: Sequence[PastLoanInput], system: str, at: datetime, desk: Desk, coming: Coming
) -> tuple[PastResult, ...]:
    """What ``record_past_loans`` would do with these rows, after those that ``coming`` knows of; nothing is written.
    Whether there is a lending rule is asked where item and reader are here already.

    :raises NotAllowed: without the right to take over in the whole network.
    """
    ask(rows, desk)
    facts = facts_of(rows, system, "loan", coming)
    return looked(rows, "loan", system, coming, facts, lambda row: _loan_faults(row, facts, run(_books), at))


def count_past_loans(*, system: str) -> int:
    """How many loans were taken over."""
    return PastLoan.objects.filter(system=system).count()


def _books() -> Plan[Books]:
    rows = yield Statement(BOTH_EDITIONS, {})
    books = yield from books_of(Editions(*rows[0]))
    return books


@verb
def _record_loans(rows: Sequence[PastLoanInput], system: str, at: datetime, desk: Desk) -> tuple[PastResult, ...]:
    facts, books = facts_of(rows, system, "loan", None), run(_books)
    lent: list[tuple[PastLoanInput, PastItem, PastReader]] = []
    results = []
    for place, row in enumerate(rows):
        if key_hash(system, row.key) in facts.known:
            results.append(PastResult(place, Fate.KNOWN))
            continue
        found = _loan_faults(row, facts, books, at)
        if not found:
            item = facts.item_rows[facts.items[item_name(row)]]
            lent.append((row, item, facts.reader_rows[facts.readers[reader_name(row)]]))
            facts.known.add(key_hash(system, row.key))
            facts.item_rows[item.id] = replace(item, state="on_loan")
        results.append(PastResult(place, Fate.REFUSED if found else Fate.LOADED, tuple(found)))
    if lent:
        _write_loans(lent, system, books, at, desk)
    return tuple(results)


def _loan_faults(row: PastLoanInput, facts: PastFacts, books: Books, at: datetime) -> list[PastReason]:
    found = key_faults(row.key)
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
    item = facts.item_rows.get(facts.items.get(item_name(row), 0))
    reader = reader_faults(row, facts, found)
    if item is None and item_name(row) not in facts.coming:
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


def _write_loans(
    lent: Sequence[tuple[PastLoanInput, PastItem, PastReader]], system: str, books: Books, at: datetime, desk: Desk
) -> None:
    zone, network = library_zone(), network_map()
    slots = slots_in_use(Loan.objects.filter(returned_at__isnull=True), {reader.id for _, _, reader in lent})
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
                slot=next_slot(slots, reader.id),
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
        PastLoan(system=system, key_hash=key_hash(system, row.key), loan=loan)
        for (row, _, _), loan in zip(lent, made, strict=True)
    )
    with connection.cursor() as cursor:
        items, branches = [item.id for _, item, _ in lent], [loan.branch_id for loan in made]
        cursor.execute(sql.LEND_PAST, {"items": items, "branches": branches, "at": at})
        cursor.execute(sql.RAISE_READERS, {"patrons": [reader.id for _, _, reader in lent]})
    record_many(
        entry_of(
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
