"""电话催还单: a list of people to be called, who calls them, and what came of it."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import islice

from django.db import IntegrityError, transaction

from wenyuan.organisation.accounts.queries import get_account
from wenyuan.organisation.notices.calls import ENDED, lines_text
from wenyuan.organisation.notices.data import (
    CALL_ENDS,
    CallOutcome,
    CallReason,
    Channel,
    NewCall,
    NoticeReason,
    NoticeRefused,
)
from wenyuan.organisation.notices.models import Call, CallList, WrongAddress
from wenyuan.organisation.notices.queries import address_hash, last4_of
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.transactions import verb

TITLE_CHARACTERS = 80
NOTE_CHARACTERS = 200
CHUNK = 500


@needs(Act.CALL_READERS)
@verb
def open_call_list(
    *,
    branch_id: int,
    title: str,
    reason: CallReason,
    calls: Iterable[NewCall],
    at: datetime,
    desk: Desk,
    once: str = "",
) -> int:
    """Open a list of people to be called from a branch, and return its id. Who is named twice is called once.

    ``once`` names the list, so that a retry or a colleague does not make a second one.

    :raises NotAllowed: the operator may not call readers from that branch.
    :raises NoticeRefused: no title or one over 80 characters, nobody to call, or a list of this name stands.
    """
    require(desk.operator, Act.CALL_READERS, branch_id)
    named = " ".join(title.split())
    if not named or len(named) > TITLE_CHARACTERS:
        raise NoticeRefused(NoticeReason.BAD_TITLE)
    try:
        with transaction.atomic():
            row = CallList.objects.create(
                branch_id=branch_id,
                title=named,
                reason=reason.value,
                once=once or None,
                opened_at=at,
                opened_by_id=desk.operator.account_id,
            )
    except IntegrityError as error:
        raise NoticeRefused(NoticeReason.ALREADY_OPEN) from error
    count = _enter(row.id, calls)
    if not count:
        raise NoticeRefused(NoticeReason.NO_CALLS)
    audit(
        at=at,
        desk=desk,
        act="open_call_list",
        subject_kind="call_list",
        subject_id=row.id,
        branch_id=branch_id,
        after={"title": named, "reason": reason, "calls": count},
    )
    return row.id


def _enter(list_id: int, calls: Iterable[NewCall]) -> int:
    waiting, count = iter({call.recipient: call for call in calls}.values()), 0
    while chunk := list(islice(waiting, CHUNK)):
        Call.objects.bulk_create([_row(list_id, call) for call in chunk])
        count += len(chunk)
    return count


def _row(list_id: int, call: NewCall) -> Call:
    return Call(
        list_id=list_id,
        recipient=call.recipient,
        name_sealed=call.name,
        answers_for_sealed=call.answers_for,
        phone_sealed=call.phone,
        phone_last4=last4_of(call.phone),
        lines_sealed=lines_text(call.lines),
        group=" ".join(call.group.split()),
    )


@needs(Act.CALL_READERS)
@verb
def assign_calls(*, list_id: int, call_ids: Sequence[int], account_id: int | None, at: datetime, desk: Desk) -> int:
    """Give open calls of a list to a colleague, or to nobody; returns how many.

    :raises NotAllowed: the operator may not call readers from the list's branch.
    :raises NoticeRefused: no such list, the list is closed, or the account is unknown or disabled.
    """
    found = _open_list(list_id, desk)
    if account_id is not None:
        account = get_account(account_id)
        if account is None or not account.is_active or account.kind != "person":
            raise NoticeRefused(NoticeReason.BAD_ACCOUNT)
    rows = Call.objects.filter(list=list_id, id__in=call_ids).exclude(outcome__in=ENDED)
    count = rows.update(assigned_to=account_id)
    audit(
        at=at,
        desk=desk,
        act="assign_calls",
        subject_kind="call_list",
        subject_id=list_id,
        branch_id=found.branch_id,
        after={"account": account_id, "calls": count},
    )
    return count


def _open_list(list_id: int, desk: Desk) -> CallList:
    row = CallList.objects.select_for_update().filter(id=list_id).first()
    require(desk.operator, Act.CALL_READERS, row.branch_id if row else desk.branch_id)
    if row is None:
        raise NoticeRefused(NoticeReason.UNKNOWN)
    if row.closed_at is not None:
        raise NoticeRefused(NoticeReason.LIST_CLOSED)
    return row


@needs(Act.CALL_READERS)
@verb
def reveal_call_number(*, call_id: int, at: datetime, desk: Desk) -> str:
    """The number to dial, once; the audit keeps who saw it and for which list.

    :raises NotAllowed: the operator may not call readers from the list's branch.
    :raises NoticeRefused: no such call, its list is closed, it has ended, or no number is known.
    """
    row, branch_id = _open_call(call_id, desk)
    if not row.phone_sealed:
        raise NoticeRefused(NoticeReason.NO_NUMBER)
    audit(
        at=at,
        desk=desk,
        act="reveal_call_number",
        subject_kind="call",
        subject_id=row.id,
        branch_id=branch_id,
        after={"list": row.list_id, "recipient": row.recipient},
    )
    return row.phone_sealed


def _open_call(call_id: int, desk: Desk) -> tuple[Call, int]:
    """The call, locked, and its list's branch, if it can still be made."""
    row = Call.objects.select_for_update(of=("self",)).select_related("list").filter(id=call_id).first()
    branch_id = row.list.branch_id if row else desk.branch_id
    require(desk.operator, Act.CALL_READERS, branch_id)
    if row is None:
        raise NoticeRefused(NoticeReason.UNKNOWN)
    if row.list.closed_at is not None:
        raise NoticeRefused(NoticeReason.LIST_CLOSED)
    if row.outcome in ENDED:
        raise NoticeRefused(NoticeReason.CALL_ENDED)
    return row, branch_id


@needs(Act.CALL_READERS)
@verb
def note_call(
    *,
    call_id: int,
    outcome: CallOutcome,
    at: datetime,
    desk: Desk,
    promised_date: date | None = None,
    note: str = "",
) -> None:
    """Note what came of a call. Nobody answering leaves it open; every other outcome ends it.

    A wrong number is remembered: no SMS goes there any more, and the desk is told.

    :raises NotAllowed: the operator may not call readers from the list's branch.
    :raises NoticeRefused: no such call, its list is closed, it has ended; a promise without a day, or with one that is
        past; a note over 200 characters.
    """
    row, branch_id = _open_call(call_id, desk)
    is_promise = outcome is CallOutcome.PROMISED
    if is_promise != (promised_date is not None) or (promised_date and promised_date < local_date(at)):
        raise NoticeRefused(NoticeReason.BAD_PROMISE)
    if len(note.strip()) > NOTE_CHARACTERS:
        raise NoticeRefused(NoticeReason.BAD_NOTE)
    row.outcome, row.promised_date, row.note = outcome.value, promised_date, note.strip()
    row.noted_at, row.noted_by_id = at, desk.operator.account_id
    row.tries += outcome is not CallOutcome.NOT_NEEDED
    if outcome is CallOutcome.WRONG_NUMBER and row.phone_sealed:
        WrongAddress.objects.update_or_create(
            recipient=row.recipient,
            channel=Channel.SMS.value,
            address_hash=address_hash(Channel.SMS, row.phone_sealed),
            defaults={"address_last4": row.phone_last4, "code": "called", "since": at},
        )
    row.save()
    audit(
        at=at,
        desk=desk,
        act="note_call",
        subject_kind="call",
        subject_id=row.id,
        branch_id=branch_id,
        after={"outcome": outcome, "promised": promised_date, "tries": row.tries, "ends": outcome in CALL_ENDS},
    )


@needs(Act.CALL_READERS)
@verb
def close_call_list(*, list_id: int, at: datetime, desk: Desk) -> int:
    """Close a list; names and numbers of its calls are forgotten. Returns how many had had no outcome.

    :raises NotAllowed: the operator may not call readers from the list's branch.
    :raises NoticeRefused: no such list, or it is closed already.
    """
    row = _open_list(list_id, desk)
    row.closed_at = at
    row.save(update_fields=["closed_at"])
    left = Call.objects.filter(list=list_id).exclude(outcome__in=ENDED).count()
    Call.objects.filter(list=list_id).update(
        name_sealed="", answers_for_sealed="", phone_sealed="", lines_sealed="", note=""
    )
    audit(
        at=at,
        desk=desk,
        act="close_call_list",
        subject_kind="call_list",
        subject_id=list_id,
        branch_id=row.branch_id,
        after={"left": left},
    )
    return left
