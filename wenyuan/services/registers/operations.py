"""Typing, correcting and withdrawing the month of a paper register.

Every change appends to the journal on the month's last day, whenever it was typed: a correction takes the old numbers
back with their own entries, and adds the new ones. The kinds are this room's alone, so that a figure says which of its
numbers were typed.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time

from django.db import IntegrityError

from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.journal.queries import entry_with_key, get_entry
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import library_zone, local_date
from wenyuan.plumbing.transactions import verb
from wenyuan.services.registers import rules
from wenyuan.services.registers.data import MonthFacts, MonthReceipt, RegisterReason, RegisterRefused, Totals
from wenyuan.services.registers.models import MonthTotals
from wenyuan.services.registers.queries import get_month

NOON = time(12)
SOURCE = "register"
"""What the journal's ``source`` says of these entries."""


@needs(Act.ENTER_VISITS)
def record_month(
    *, branch_id: int, month: date, totals: Totals, source: str, at: datetime, desk: Desk, key: str | None = None
) -> MonthReceipt:
    """Enter what a branch's register says of a month (any day of it); also anew after an earlier row was withdrawn.

    :raises NotAllowed: the operator may not enter counts at that branch.
    :raises RegisterRefused: with every reason; ``already_entered`` names the row that stands.
    """
    return _twice(lambda: _record(branch_id, rules.first_day(month), totals, source, at, desk, key))


@needs(Act.ENTER_VISITS)
def correct_month(
    *, row_id: int, totals: Totals, source: str, at: datetime, desk: Desk, reason: str = "", key: str | None = None
) -> MonthReceipt:
    """Replace the row that stands by other numbers, or by the same from another source.

    :raises NotAllowed: the operator may not enter counts at the row's branch.
    :raises RegisterRefused: with every reason; ``superseded`` when somebody corrected it first.
    """
    return _twice(lambda: _correct(row_id, totals, source, reason, at, desk, key))


@needs(Act.ENTER_VISITS)
def withdraw_month(*, row_id: int, reason: str, at: datetime, desk: Desk, key: str | None = None) -> MonthReceipt:
    """Take back what was typed for the wrong branch or month: then nothing is known of it.

    :raises NotAllowed: the operator may not enter counts at the row's branch.
    :raises RegisterRefused: with every reason; a reason in words is needed.
    """
    return _twice(lambda: _withdraw(row_id, reason, at, desk, key))


def _twice(attempt: Callable[[], MonthReceipt]) -> MonthReceipt:
    """Who loses a race (first row of a month, one key) looks again, and then sees what the winner wrote."""
    try:
        return attempt()
    except IntegrityError:
        return attempt()


@verb
def _record(
    branch_id: int, month: date, totals: Totals, source: str, at: datetime, desk: Desk, key: str | None
) -> MonthReceipt:
    branch = network_map().branches.get(branch_id)
    if branch is None:
        raise RegisterRefused(RegisterReason.UNKNOWN_BRANCH)
    require(desk.operator, Act.ENTER_VISITS, branch_id)
    latest = MonthTotals.objects.select_for_update().filter(branch_id=branch_id, month=month).order_by("-id").first()
    # The key is looked up after the month: what a twin request wrote in between is then known to be its answer.
    if key and (done := _row_with_key(key)):
        return _repeated(done, (done.branch_id, done.month, done.totals) == (branch_id, month, totals))
    stands = branch.stands_on(month) or branch.stands_on(rules.last_day(month))
    reasons = [
        *rules.reasons_against_month(month, stands=stands, today=local_date(at)),
        *rules.reasons_against_totals(totals, source),
    ]
    standing = latest.id if latest and not latest.withdrawn else None
    if standing is not None:
        reasons.append(RegisterReason.ALREADY_ENTERED)
    if reasons:
        raise RegisterRefused(*reasons, row_id=standing)
    entries = record(*_entries(branch_id, month, totals, desk, key))
    row = _write(
        branch_id, month, totals, source, at=at, desk=desk, entries=entries, replaces_id=latest.id if latest else None
    )
    _audit("record_month", row, None, at, desk)
    return MonthReceipt(row)


@verb
def _correct(
    row_id: int, totals: Totals, source: str, reason: str, at: datetime, desk: Desk, key: str | None
) -> MonthReceipt:
    row = _locked(row_id, desk)
    if key and (done := _row_with_key(key)):
        return _repeated(done, (done.replaces_id, done.totals, done.withdrawn) == (row_id, totals, False))
    newer_id = _newer_id(row_id)
    reasons = [
        *rules.reasons_against_change(row, newer_id),
        *rules.reasons_against_totals(totals, source),
        *rules.reasons_against_words(reason, needed=False),
    ]
    if not reasons and (totals, source.strip()) == (row.totals, row.source):
        reasons.append(RegisterReason.NOTHING_CHANGES)
    if reasons:
        raise RegisterRefused(*reasons, row_id=newer_id)
    record(*_reversals(row, desk))
    entries = record(*_entries(row.branch_id, row.month, totals, desk, key))
    made = _write(
        row.branch_id,
        row.month,
        totals,
        source,
        at=at,
        desk=desk,
        entries=entries,
        replaces_id=row_id,
        reason=reason,
    )
    _audit("correct_month", made, row, at, desk)
    return MonthReceipt(made)


@verb
def _withdraw(row_id: int, reason: str, at: datetime, desk: Desk, key: str | None) -> MonthReceipt:
    row = _locked(row_id, desk)
    if key and (done := _row_with_key(key)):
        return _repeated(done, (done.replaces_id, done.withdrawn) == (row_id, True))
    newer_id = _newer_id(row_id)
    reasons = [
        *rules.reasons_against_change(row, newer_id),
        *rules.reasons_against_words(reason, needed=True),
    ]
    if reasons:
        raise RegisterRefused(*reasons, row_id=newer_id)
    first, *others = _reversals(row, desk)
    entries = record(replace(first, key=key), *others)
    nothing = Totals(loans=0, returns=0, readers=0)
    made = _write(
        row.branch_id,
        row.month,
        nothing,
        row.source,
        at=at,
        desk=desk,
        entries=entries,
        replaces_id=row_id,
        reason=reason,
        withdrawn=True,
    )
    _audit("withdraw_month", made, row, at, desk)
    return MonthReceipt(made)


def _locked(row_id: int, desk: Desk) -> MonthFacts:
    """The row, held until the end, so that of two corrections the second sees the first."""
    held = MonthTotals.objects.select_for_update().filter(id=row_id).only("id").first()
    row = get_month(held.id) if held else None
    if row is None:
        raise RegisterRefused(RegisterReason.UNKNOWN_ROW)
    require(desk.operator, Act.ENTER_VISITS, row.branch_id)
    return row


def _newer_id(row_id: int) -> int | None:
    return MonthTotals.objects.filter(replaces_id=row_id).values_list("id", flat=True).first()


def _row_with_key(key: str) -> MonthFacts | None:
    """What a request with this key has written.

    :raises RegisterRefused: the key stands for an act that is none of this room's.
    """
    earlier = entry_with_key(key)
    if earlier is None:
        return None
    row = MonthTotals.objects.filter(loans_entry_id=earlier.id).only("id").first()
    if row is None:
        raise RegisterRefused(RegisterReason.KEY_REUSED)
    return get_month(row.id)


def _repeated(done: MonthFacts, same: bool) -> MonthReceipt:
    if not same:
        raise RegisterRefused(RegisterReason.KEY_REUSED, row_id=done.id)
    return MonthReceipt(done, repeated=True)


def _entries(branch_id: int, month: date, totals: Totals, desk: Desk, key: str | None) -> list[Entry]:
    """Loans, returns and readers, in this order; the first carries the key."""
    common = Entry(
        kind=Kind.TYPED_LOANS,
        occurred_at=datetime.combine(rules.last_day(month), NOON, library_zone()),
        door=desk.door.value,
        desk=desk.code,
        operator_id=desk.operator.account_id,
        branch_id=branch_id,
        source=SOURCE,
        quantity=totals.loans,
        subject_kind="branch",
        subject_id=branch_id,
        key=key,
        details={"typed": True, "month": f"{month:%Y-%m}"},
    )
    return [
        common,
        replace(common, kind=Kind.TYPED_RETURNS, quantity=totals.returns, key=None),
        replace(common, kind=Kind.TYPED_READERS, quantity=0, persons=totals.readers, key=None),
    ]


def _reversals(row: MonthFacts, desk: Desk) -> list[Entry]:
    """What takes the row's own entries back."""
    back = []
    for entry_id in row.entry_ids:
        earlier = get_entry(entry_id)
        assert earlier is not None, "the journal keeps every entry"
        back.append(
            replace(
                earlier.entry,
                quantity=-earlier.entry.quantity,
                persons=-earlier.entry.persons,
                reverses_id=earlier.id,
                key=None,
                door=desk.door.value,
                desk=desk.code,
                operator_id=desk.operator.account_id,
            )
        )
    return back


def _write(
    branch_id: int,
    month: date,
    totals: Totals,
    source: str,
    *,
    at: datetime,
    desk: Desk,
    entries: list[int],
    replaces_id: int | None,
    reason: str = "",
    withdrawn: bool = False,
) -> MonthFacts:
    loans, returns, readers = entries
    row = MonthTotals.objects.create(
        branch_id=branch_id,
        month=month,
        loans=totals.loans,
        returns=totals.returns,
        readers=totals.readers,
        source=source.strip(),
        reason=reason.strip(),
        withdrawn=withdrawn,
        entered_by_id=desk.operator.account_id,
        entered_at=at,
        replaces_id=replaces_id,
        loans_entry_id=loans,
        returns_entry_id=returns,
        readers_entry_id=readers,
    )
    made = get_month(row.id)
    assert made is not None
    return made


def _audit(act: str, row: MonthFacts, before: MonthFacts | None, at: datetime, desk: Desk) -> None:
    audit(
        at=at,
        desk=desk,
        act=act,
        subject_kind="month_totals",
        subject_id=row.id,
        branch_id=row.branch_id,
        reason=row.reason,
        before=_shown(before) if before else None,
        after=_shown(row),
    )


def _shown(row: MonthFacts) -> dict[str, object]:
    if row.withdrawn:
        return {"month": row.month, "withdrawn": True}
    totals = row.totals
    return {"month": row.month, "loans": totals.loans, "returns": totals.returns, "readers": totals.readers}
