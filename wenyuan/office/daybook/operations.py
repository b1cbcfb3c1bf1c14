"""Typing, correcting, withdrawing and approving records of the daybook, and attaching files to them.

A row counts from the moment a second person approves it: then the journal takes back what the record counted before,
and adds what it counts now, on the day it happened. Until then the earlier row goes on counting.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time
from typing import Any

from django.db import IntegrityError, connection
from django.db.models import Q

from wenyuan.office.daybook import rules, sql
from wenyuan.office.daybook.data import (
    KINDS,
    Draft,
    PaperInput,
    RecordFacts,
    RecordReason,
    RecordReceipt,
    RecordRefused,
)
from wenyuan.office.daybook.models import Paper, Record
from wenyuan.office.daybook.queries import get_record
from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.journal.queries import get_entry
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import library_zone, local_date
from wenyuan.plumbing.transactions import verb

NOON = time(12)
SOURCE = "daybook"
"""What the journal's ``source`` says of these entries."""
SUBJECT = "daybook_record"


@needs(Act.KEEP_DAYBOOK)
def enter_record(*, draft: Draft, at: datetime, desk: Desk, key: str | None = None) -> RecordReceipt:
    """Type something that was done. It counts once somebody else has approved it.

    :raises NotAllowed: the operator may not keep the daybook at that branch.
    :raises RecordRefused: with every reason; ``already_recorded`` names the row that says the same.
    """
    return _twice(lambda: _enter(rules.tidied(draft), at, desk, key))


@needs(Act.KEEP_DAYBOOK)
def correct_record(
    *, row_id: int, draft: Draft, reason: str, at: datetime, desk: Desk, key: str | None = None
) -> RecordReceipt:
    """Replace the newest row of a record. What it counted goes on counting until the new row is approved; the draft's
    kind must be the record's. A row that never counted may be corrected without a reason. In the place of a withdrawal
    that waits, the draft takes it back; it may say what the record said before.

    :raises NotAllowed: the operator may not keep the daybook at the record's branch, or at the draft's.
    :raises RecordRefused: with every reason; ``superseded`` when somebody corrected it first.
    """
    return _twice(lambda: _correct(row_id, rules.tidied(draft), reason, at, desk, key))


@needs(Act.KEEP_DAYBOOK)
def withdraw_record(*, row_id: int, reason: str, at: datetime, desk: Desk, key: str | None = None) -> RecordReceipt:
    """Take back a record that should not be there. Where something of it counts, that is approved like a correction;
    where nothing does, it is gone at once.

    :raises NotAllowed: the operator may not keep the daybook at the record's branch.
    :raises RecordRefused: with every reason; a reason in words is needed.
    """
    return _twice(lambda: _withdraw(row_id, reason, at, desk, key))


@needs(Act.APPROVE_DAYBOOK)
def approve_record(*, row_id: int, at: datetime, desk: Desk) -> RecordReceipt:
    """Vouch for what somebody else typed: from now on it counts, on the day on which it happened.

    :raises NotAllowed: the operator may not approve records of that branch, or of the one from which the record moves.
    :raises RecordRefused: with every reason.
    """
    return _approve(row_id, at, desk)


@needs(Act.KEEP_DAYBOOK)
def attach_paper(*, origin_id: int, paper: PaperInput, at: datetime, desk: Desk) -> int:
    """Keep a file as evidence of a record; its id. The door has looked at its bytes and put it where it lies.

    :raises NotAllowed: the operator may not keep the daybook at the record's branch.
    :raises RecordRefused: no such record, the same file is there, or too many are.
    """
    return _attach(origin_id, paper, at, desk)


@needs(Act.KEEP_DAYBOOK)
def remove_paper(*, paper_id: int, reason: str, at: datetime, desk: Desk) -> str:
    """Take away a file that should not have been attached; where it lay, so that the door can delete it.

    :raises NotAllowed: the operator may not keep the daybook at the record's branch.
    :raises RecordRefused: no such file (any more), no reason, or the only proof on which an approval rests: what was
        attached since proves nothing that was approved. A correction that is approved anew lets it go.
    """
    return _remove(paper_id, reason, at, desk)


def _twice(attempt: Callable[[], RecordReceipt]) -> RecordReceipt:
    """Who loses a race (one key, one row replaced) looks again, and then sees what the winner wrote."""
    try:
        return attempt()
    except IntegrityError:
        return attempt()


@verb
def _enter(draft: Draft, at: datetime, desk: Desk, key: str | None) -> RecordReceipt:
    require(desk.operator, Act.KEEP_DAYBOOK, _known_branch(draft))
    if done := _done_with(key):
        return _repeated(done, done.replaces_id is None and _says(done, draft))
    _refuse_unfit(draft, origin_id=None, at=at)
    row = Record.objects.create(**_columns(draft), key=key, entered_by_id=desk.operator.account_id, entered_at=at)
    made = _read(row.id)
    _audit("enter_record", made, None, at, desk)
    return RecordReceipt(made)


@verb
def _correct(row_id: int, draft: Draft, reason: str, at: datetime, desk: Desk, key: str | None) -> RecordReceipt:
    row = _locked(row_id, Act.KEEP_DAYBOOK, desk)
    require(desk.operator, Act.KEEP_DAYBOOK, _known_branch(draft))
    if done := _done_with(key):
        return _repeated(done, done.replaces_id == row_id and not done.withdrawn and _says(done, draft))
    reasons = rules.reasons_against_correction(row)
    reasons += rules.reasons_against_words(reason, needed=row.withdrawn or row.approved_at is not None)
    if draft.kind is not row.kind:
        reasons.append(RecordReason.BAD_FIELDS)
    if not reasons and not row.withdrawn and _says(row, draft):
        reasons.append(RecordReason.NOTHING_CHANGES)
    if reasons:
        raise RecordRefused(*reasons, row_id=row.newer_id)
    _refuse_unfit(draft, origin_id=row.origin_id, at=at)
    made = _replace(row, draft, reason=reason, at=at, desk=desk, key=key)
    _audit("correct_record", made, row, at, desk)
    return RecordReceipt(made)


@verb
def _withdraw(row_id: int, reason: str, at: datetime, desk: Desk, key: str | None) -> RecordReceipt:
    row = _locked(row_id, Act.KEEP_DAYBOOK, desk)
    if done := _done_with(key):
        return _repeated(done, done.replaces_id == row_id and done.withdrawn)
    reasons = [*rules.reasons_against_withdrawal(row), *rules.reasons_against_words(reason, needed=True)]
    if reasons:
        raise RecordRefused(*reasons, row_id=row.newer_id)
    made = _replace(row, _draft_of(row), reason=reason, at=at, desk=desk, key=key, withdrawn=True)
    _audit("withdraw_record", made, row, at, desk)
    return RecordReceipt(made)


@verb
def _approve(row_id: int, at: datetime, desk: Desk) -> RecordReceipt:
    row = _locked(row_id, Act.APPROVE_DAYBOOK, desk)
    earlier = _counted(row.origin_id)
    if earlier is not None:
        require(desk.operator, Act.APPROVE_DAYBOOK, earlier.branch_id)  # what moves away is taken from that branch
    reasons = rules.reasons_against_approval(row, desk.operator.account_id)
    if reasons:
        raise RecordRefused(*reasons, row_id=row.newer_id)
    back = record(*(_reversal(entry_id, desk) for entry_id in earlier.entry_ids)) if earlier else []
    entries = back if row.withdrawn else record(*_entries(row, desk))
    Record.objects.filter(id=row_id).update(approved_by_id=desk.operator.account_id, approved_at=at, entry_ids=entries)
    made = _read(row_id)
    _audit("approve_record", made, row, at, desk)
    return RecordReceipt(made)


@verb
def _attach(origin_id: int, paper: PaperInput, at: datetime, desk: Desk) -> int:
    row = _locked_newest(origin_id, Act.KEEP_DAYBOOK, desk)
    there = Paper.objects.filter(record_id=origin_id, removed_at__isnull=True)
    if there.filter(sha256=paper.sha256).exists():
        raise RecordRefused(RecordReason.SAME_PAPER)
    if there.count() >= rules.MOST_PAPERS:
        raise RecordRefused(RecordReason.TOO_MANY_PAPERS)
    made = Paper.objects.create(
        record_id=origin_id,
        name=paper.name[: rules.TITLE_CHARACTERS],
        form=paper.form,
        size=paper.size,
        sha256=paper.sha256,
        stored_as=paper.stored_as,
        entered_by_id=desk.operator.account_id,
        entered_at=at,
    )
    _audit("attach_paper", row, None, at, desk, paper_id=made.id, sha256=paper.sha256)
    return made.id


@verb
def _remove(paper_id: int, reason: str, at: datetime, desk: Desk) -> str:
    paper = Paper.objects.filter(id=paper_id, removed_at__isnull=True).first()
    if paper is None:
        raise RecordRefused(RecordReason.UNKNOWN_PAPER)
    row = _locked_newest(paper.record_id, Act.KEEP_DAYBOOK, desk)
    reasons = rules.reasons_against_words(reason, needed=True)
    counted = _counted(row.origin_id)
    if counted and rules.wants_paper(KINDS[counted.kind], counted.values) and not _other_proof(paper, counted):
        reasons.append(RecordReason.PROOF_APPROVED)
    if reasons:
        raise RecordRefused(*reasons)
    gone = Paper.objects.filter(id=paper_id, removed_at__isnull=True).update(
        removed_by_id=desk.operator.account_id, removed_at=at, reason=reason.strip()
    )
    if not gone:
        raise RecordRefused(RecordReason.UNKNOWN_PAPER)
    _audit("remove_paper", row, None, at, desk, paper_id=paper_id, why=reason.strip())
    return paper.stored_as


def _known_branch(draft: Draft) -> int:
    """The draft's branch, its new records waiting for each other: of two alike the second sees the first."""
    if draft.branch_id not in network_map().branches:
        raise RecordRefused(RecordReason.UNKNOWN_BRANCH)
    with connection.cursor() as cursor:
        cursor.execute(sql.HOLD_BRANCH, {"lock": sql.BRANCH_LOCK, "branch": draft.branch_id})
    return draft.branch_id


def _refuse_unfit(draft: Draft, *, origin_id: int | None, at: datetime) -> None:
    """:raises RecordRefused: the draft cannot be taken, for every reason and with every field at fault."""
    stands = network_map().branches[draft.branch_id].stands_on(draft.last_date)
    reasons = rules.reasons_against_draft(draft, stands=stands, today=local_date(at))
    faults = rules.faults_of(KINDS[draft.kind], draft.values)
    if faults:
        reasons.append(RecordReason.BAD_FIELDS)
    twin = _twin_of(draft, origin_id)
    if twin is not None:
        reasons.append(RecordReason.ALREADY_RECORDED)
    if reasons:
        raise RecordRefused(*reasons, row_id=twin, faults=faults)


def _twin_of(draft: Draft, origin_id: int | None) -> int | None:
    values: dict[str, Any] = {
        "kind": draft.kind.value,
        "branch": draft.branch_id,
        "first": draft.first_date,
        "last": draft.last_date,
        "title": draft.title,
        "once_by": KINDS[draft.kind].once_by,
        "once": str(draft.values.get(KINDS[draft.kind].once_by, "")),
        "origin": origin_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.TWIN, values)
        found = cursor.fetchone()
    return None if found is None else int(found[0])


def _locked(row_id: int, act: Act, desk: Desk) -> RecordFacts:
    """The row, its record held until the end: of two changes the second sees the first."""
    origin_id = Record.objects.filter(id=row_id).values_list("origin_id", flat=True).first()
    Record.objects.select_for_update().filter(id=origin_id or row_id).only("id").first()
    row = _read(row_id)
    require(desk.operator, act, row.branch_id)
    return row


def _locked_newest(origin_id: int, act: Act, desk: Desk) -> RecordFacts:
    """The newest row of a record, held until the end: where the record stands now says who may touch its files."""
    if Record.objects.select_for_update().filter(id=origin_id, origin__isnull=True).only("id").first() is None:
        raise RecordRefused(RecordReason.UNKNOWN_RECORD)
    newest = (
        Record.objects.filter(Q(id=origin_id) | Q(origin_id=origin_id)).order_by("-id").values_list("id", flat=True)
    )
    row = _read(newest[0])
    require(desk.operator, act, row.branch_id)
    return row


def _other_proof(paper: Paper, counted: RecordFacts) -> bool:
    """Whether the approval rests on another file as well: one that was there when it was given."""
    there = Paper.objects.filter(
        record_id=paper.record_id, removed_at__isnull=True, entered_at__lte=counted.approved_at
    )
    return there.exclude(id=paper.id).exists()


def _done_with(key: str | None) -> RecordFacts | None:
    """What a request with this key has written."""
    found = Record.objects.filter(key=key).values_list("id", flat=True).first() if key else None
    return None if found is None else _read(found)


def _repeated(done: RecordFacts, same: bool) -> RecordReceipt:
    if not same:
        raise RecordRefused(RecordReason.KEY_REUSED, row_id=done.id)
    return RecordReceipt(done, repeated=True)


def _says(row: RecordFacts, draft: Draft) -> bool:
    return _draft_of(row) == draft


def _draft_of(row: RecordFacts) -> Draft:
    return Draft(
        kind=row.kind,
        branch_id=row.branch_id,
        first_date=row.first_date,
        last_date=row.last_date,
        title=row.title,
        values=row.values,
        evidence=row.evidence,
    )


def _columns(draft: Draft) -> dict[str, Any]:
    return {
        "kind": draft.kind.value,
        "branch_id": draft.branch_id,
        "first_date": draft.first_date,
        "last_date": draft.last_date,
        "title": draft.title,
        "values": dict(draft.values),
        "evidence": draft.evidence,
    }


def _replace(
    row: RecordFacts,
    draft: Draft,
    *,
    reason: str,
    at: datetime,
    desk: Desk,
    key: str | None,
    withdrawn: bool = False,
) -> RecordFacts:
    """A new row in the place of ``row``. A withdrawal where nothing counts waits for nobody."""
    at_once = withdrawn and _counted(row.origin_id) is None
    made = Record.objects.create(
        **_columns(draft),
        origin_id=row.origin_id,
        replaces_id=row.id,
        reason=reason.strip(),
        withdrawn=withdrawn,
        entered_by_id=desk.operator.account_id,
        entered_at=at,
        approved_at=at if at_once else None,
        key=key,
    )
    return _read(made.id)


def _counted(origin_id: int) -> RecordFacts | None:
    """The row of a record that counts: the newest that was approved, unless it is a withdrawal."""
    rows = Record.objects.filter(Q(id=origin_id) | Q(origin_id=origin_id), approved_at__isnull=False)
    newest = rows.order_by("-id").values_list("id", flat=True).first()
    row = None if newest is None else _read(newest)
    return None if row is None or row.withdrawn else row


def _entries(row: RecordFacts, desk: Desk) -> list[Entry]:
    """What the row says in the journal, on its last day at noon."""
    kind = KINDS[row.kind]
    details = {"record": row.origin_id, **rules.codes_of(kind, row.values)}
    return [
        Entry(
            kind=Kind(tally),
            occurred_at=datetime.combine(row.last_date, NOON, library_zone()),
            door=desk.door.value,
            desk=desk.code,
            operator_id=desk.operator.account_id,
            branch_id=row.branch_id,
            source=SOURCE,
            quantity=quantity,
            persons=persons,
            amount_fen=amount,
            subject_kind=SUBJECT,
            subject_id=row.id,
            details=details,
        )
        for tally, quantity, persons, amount in rules.tallied(kind, row.values)
    ]


def _reversal(entry_id: int, desk: Desk) -> Entry:
    """What takes an entry back, on its own day."""
    earlier = get_entry(entry_id)
    assert earlier is not None, "the journal keeps every entry"
    return replace(
        earlier.entry,
        quantity=-earlier.entry.quantity,
        persons=-earlier.entry.persons,
        amount_fen=-earlier.entry.amount_fen,
        reverses_id=earlier.id,
        door=desk.door.value,
        desk=desk.code,
        operator_id=desk.operator.account_id,
    )


def _read(row_id: int) -> RecordFacts:
    found = get_record(row_id)
    if found is None:
        raise RecordRefused(RecordReason.UNKNOWN_RECORD)
    return found


def _audit(act: str, row: RecordFacts, before: RecordFacts | None, at: datetime, desk: Desk, **more: object) -> None:
    audit(
        at=at,
        desk=desk,
        act=act,
        subject_kind=SUBJECT,
        subject_id=row.id,
        branch_id=row.branch_id,
        reason=row.reason,
        before=_shown(before) if before else None,
        after={**_shown(row), **more},
    )


def _shown(row: RecordFacts) -> dict[str, object]:
    """Codes, days, numbers and the branch; texts stay in the record."""
    if row.withdrawn:
        return {"kind": row.kind, "withdrawn": True}
    numbers = {name: value for name, value in row.values.items() if isinstance(value, int)}
    codes = rules.codes_of(KINDS[row.kind], row.values)
    return {
        "kind": row.kind,
        "branch": row.branch_id,
        "first": row.first_date,
        "last": row.last_date,
        **numbers,
        **codes,
    }
