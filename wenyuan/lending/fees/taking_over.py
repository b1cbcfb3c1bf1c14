"""Deposits and debts of an old system: rows of the ledger as of their own days, in no till and no figure of today."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Sum

from wenyuan.kernel.identity import BadIdentityNumber, numbers_in, parse_number
from wenyuan.kernel.past import Coming, Fate, PastReason, PastResult
from wenyuan.lending.fees.charging import write_charge
from wenyuan.lending.fees.data import EntryKind, FeeReason, PastDepositInput, PastFineInput
from wenyuan.lending.fees.ledger import Holder, NewRow, add_up, amount_faults, lock_holder, text_faults, write
from wenyuan.lending.fees.models import Entry, PastEntry
from wenyuan.lending.patrons.queries import past_patrons, past_patrons_with_cards
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import library_zone, local_date
from wenyuan.plumbing.secrets import lookup_hash
from wenyuan.plumbing.transactions import verb

MOST_ROWS = 100
Past = PastDepositInput | PastFineInput
LONGEST_RECEIPT = 48
"""Characters of a receipt's number; what is longer stands in the row's text as well."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """The rows that came in before, the readers by the rows' way of naming them, and those that would come."""

    known: frozenset[bytes]
    readers: dict[str, int]
    coming: frozenset[str]


@needs(Act.TAKE_OVER)
def record_past_deposits(
    *, rows: Sequence[PastDepositInput], system: str, at: datetime, desk: Desk
) -> tuple[PastResult, ...]:
    """Take the deposits over that an old system's readers have with the library, each by that system's own key. They
    stand in the deposit book as of the day on which they were paid, lie in no till of today, and are given back as
    any other.

    :raises NotAllowed: without the right to take over in the whole network.
    :raises ValueError: more than ``MOST_ROWS``.
    """
    _ask(rows, desk)
    return _record(rows, "deposit", system, at, desk, _write_deposit)


@needs(Act.TAKE_OVER)
def record_past_fines(
    *, rows: Sequence[PastFineInput], system: str, at: datetime, desk: Desk
) -> tuple[PastResult, ...]:
    """Take over what an old system's readers owe, each by that system's own key, as of the day on which it was charged.

    :raises NotAllowed: without the right to take over in the whole network.
    :raises ValueError: more than ``MOST_ROWS``.
    """
    _ask(rows, desk)
    return _record(rows, "fine", system, at, desk, _write_fine)


@needs(Act.TAKE_OVER)
def look_at_past_money(
    *, rows: Sequence[Past], what: str, system: str, at: datetime, desk: Desk, coming: Coming
) -> tuple[PastResult, ...]:
    """What ``record_past_deposits`` (``what``: deposit) or ``record_past_fines`` (fine) would do; nothing is written.

    :raises NotAllowed: without the right to take over in the whole network.
    """
    _ask(rows, desk)
    facts = _facts(rows, what, system, coming)
    results = []
    for place, row in enumerate(rows):
        digest = _key_hash(what, system, row.key)
        name = f"{what}:{digest.hex()}"
        if digest in facts.known or coming.has({name}):
            results.append(PastResult(place, Fate.KNOWN))
            continue
        found = _faults(row, facts, at)
        coming.claim([] if found else [name])
        results.append(PastResult(place, Fate.REFUSED if found else Fate.LOADED, tuple(found)))
    return tuple(results)


def sum_of_past_money(*, system: str, kind: EntryKind) -> int:
    """Fen that were taken over: deposits, or debts."""
    rows = Entry.objects.filter(id__in=PastEntry.objects.filter(system=system).values("entry_id"), kind=kind.value)
    return int(rows.aggregate(sum=Sum("amount_fen"))["sum"] or 0)


def _ask(rows: Sequence[Past], desk: Desk) -> None:
    require(desk.operator, Act.TAKE_OVER, None)
    if len(rows) > MOST_ROWS:
        raise ValueError(f"at most {MOST_ROWS} rows at once")


@verb
def _record(
    rows: Sequence[Past],
    what: str,
    system: str,
    at: datetime,
    desk: Desk,
    write_row: Callable[..., Entry],
) -> tuple[PastResult, ...]:
    facts = _facts(rows, what, system, None)
    # Readers are locked in one order, so that two runs at once wait and do not clash.
    holders = {patron_id: lock_holder(patron_id) for patron_id in sorted(set(facts.readers.values()))}
    known, results = set(facts.known), []
    for place, row in enumerate(rows):
        digest = _key_hash(what, system, row.key)
        if digest in known:
            results.append(PastResult(place, Fate.KNOWN))
            continue
        found = _faults(row, facts, at)
        holder = holders.get(facts.readers.get(_reader_name(row), 0))
        if holder is not None and holder.has_left:
            found.append(PastReason("has_left", "patron"))
        if not found and holder is not None:
            entry = write_row(row, holder, at=at, desk=desk)
            PastEntry.objects.create(system=system, key_hash=digest, entry=entry)
            known.add(digest)
        results.append(PastResult(place, Fate.REFUSED if found else Fate.LOADED, tuple(found)))
    return tuple(results)


def _write_deposit(row: PastDepositInput, holder: Holder, *, at: datetime, desk: Desk) -> Entry:
    receipt = row.receipt.strip()
    new = NewRow(
        kind=EntryKind.DEPOSIT_TAKEN,
        amount_fen=row.amount_fen,
        branch_id=_branch_of(row, holder),
        means=row.means,
        text=receipt if len(receipt) > LONGEST_RECEIPT else "",
        taken_over=True,
        old_receipt_no=receipt[:LONGEST_RECEIPT],
    )
    entry = write(holder, new, at=_moment(row), desk=desk)
    add_up([entry.account_id])
    return entry


def _write_fine(row: PastFineInput, holder: Holder, *, at: datetime, desk: Desk) -> Entry:
    new = NewRow(
        kind=EntryKind.CHARGE,
        amount_fen=row.amount_fen,
        branch_id=_branch_of(row, holder),
        charge_kind=row.kind.value,
        text=row.text,
        taken_over=True,
    )
    return write_charge(holder, new, loan_id=None, grows=False, at=_moment(row), desk=desk)


def _moment(row: Past) -> datetime:
    """Noon of the day: the old system's hour tells nothing."""
    return datetime.combine(row.day, time(12), library_zone())


def _branch_of(row: Past, holder: Holder) -> int:
    branch = network_map().by_code(row.branch) if row.branch else None
    return branch.id if branch else holder.home_branch_id


def _faults(row: Past, facts: _Facts, at: datetime) -> list[PastReason]:
    found = [] if row.key else [PastReason("key_invalid", "key")]
    found += [PastReason("amount_form", "amount") for _ in amount_faults(row.amount_fen)]
    if row.day > local_date(at):
        found.append(PastReason("date_to_come", "day"))
    if row.branch and network_map().by_code(row.branch) is None:
        found.append(PastReason("branch_unknown", "branch"))
    if isinstance(row, PastDepositInput):
        found += [PastReason(fault.value, "receipt") for fault in _receipt_faults(row.receipt, local_date(at))]
    else:
        found += [PastReason(fault.value, "text") for fault in text_faults(row.text, needed=False)]
    name = _reader_name(row)
    if name not in facts.readers and name not in facts.coming:
        found.append(PastReason("patron_unknown", "patron"))
    return found


def _receipt_faults(receipt: str, today: date) -> list[FeeReason]:
    """Printed receipts have 11, 15 or 18 digits as phones and identity numbers do: the mapping says that these are
    receipts. But no identity number that checks, with its date, is kept where everybody at the counter reads it."""
    looks_like_one = FeeReason.TEXT_HOLDS_NUMBER
    faults = [fault for fault in text_faults(receipt, needed=False) if fault != looks_like_one]
    # As it stands, where digits before a number are not joined to it, and run together, however it is grouped.
    found = (*numbers_in(receipt), *numbers_in(re.sub(r"[\s-]", "", receipt)))
    if any(len(digits) == 18 and _is_identity_number(digits, today) for digits in found):
        faults.append(looks_like_one)
    return faults


def _is_identity_number(digits: str, today: date) -> bool:
    try:
        parse_number(digits, today=today)
    except BadIdentityNumber:
        return False
    return True


def _facts(rows: Sequence[Past], what: str, system: str, coming: Coming | None) -> _Facts:
    digests = [_key_hash(what, system, row.key) for row in rows]
    known = PastEntry.objects.filter(system=system, key_hash__in=digests).values_list("key_hash", flat=True)
    keys = {row.patron_key for row in rows if row.patron_key}
    cards = {row.card_no for row in rows if not row.patron_key}
    readers = {f"patron:{key}": found for key, found in past_patrons(system=system, keys=keys).items()}
    readers |= {f"card_no:{card}": found for card, found in past_patrons_with_cards(system=system, cards=cards).items()}
    names = {_reader_name(row) for row in rows}
    there = coming.has(names) if coming is not None else frozenset()
    twice = coming.has({f"twice:{name}" for name in there}) if coming is not None else frozenset()
    return _Facts(
        known=frozenset(bytes(digest) for digest in known),
        readers=readers,
        coming=there - {name.removeprefix("twice:") for name in twice},
    )


def _reader_name(row: Past) -> str:
    return f"patron:{row.patron_key}" if row.patron_key else f"card_no:{row.card_no}"


def _key_hash(what: str, system: str, key: str) -> bytes:
    return lookup_hash(f"fees:past:{what}:{system}", key)
