"""Reads of call lists."""

import json
from collections.abc import Mapping, Sequence
from datetime import date

from django.db.models import Count, Q, QuerySet

from wenyuan.organisation.accounts.queries import list_accounts
from wenyuan.organisation.notices import models
from wenyuan.organisation.notices.data import (
    CALL_ENDS,
    CallFacts,
    CallListFacts,
    CallOutcome,
    CallReason,
    DueLine,
)

ENDED = sorted(outcome.value for outcome in CALL_ENDS)


def list_call_lists(
    *, branch_ids: frozenset[int] | None = None, closed: bool = False, before: int | None = None, size: int = 50
) -> tuple[CallListFacts, ...]:
    """Call lists, the newest first, open ones or ``closed`` ones, with an id below ``before``."""
    rows = models.CallList.objects.filter(closed_at__isnull=not closed)
    if branch_ids is not None:
        rows = rows.filter(branch_id__in=branch_ids)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return _lists(rows.order_by("-id"), size)


def get_call_list(list_id: int) -> CallListFacts | None:
    """One call list, or nothing."""
    found = _lists(models.CallList.objects.filter(id=list_id), 1)
    return found[0] if found else None


def _lists(rows: "QuerySet[models.CallList]", size: int) -> tuple[CallListFacts, ...]:
    shown, names = list(rows[:size]), _account_names()
    counts = {
        row["list"]: row
        for row in models.Call.objects.filter(list__in=[one.id for one in shown])
        .values("list")
        .annotate(calls=Count("id"), left=Count("id", filter=~Q(outcome__in=ENDED)))
    }
    return tuple(
        CallListFacts(
            id=row.id,
            branch_id=row.branch_id,
            title=row.title,
            reason=CallReason(row.reason),
            opened_at=row.opened_at,
            opened_by=names.get(row.opened_by_id, ""),
            closed_at=row.closed_at,
            calls=counts.get(row.id, {}).get("calls", 0),
            open_calls=counts.get(row.id, {}).get("left", 0),
        )
        for row in shown
    )


def count_open_calls(*, branch_id: int) -> int:
    """How many people are still to be called from a branch."""
    return models.Call.objects.filter(
        ~Q(outcome__in=ENDED), list__branch_id=branch_id, list__closed_at__isnull=True
    ).count()


def calls_of(
    *,
    list_id: int,
    open_only: bool = False,
    assigned_to_id: int | None = None,
    after: tuple[str, int] | None = None,
    size: int = 50,
) -> tuple[CallFacts, ...]:
    """Calls of a list by group and entry; with ``after`` (a group and an id) those that follow it."""
    rows = models.Call.objects.filter(list=list_id)
    if open_only:
        rows = rows.exclude(outcome__in=ENDED)
    if assigned_to_id is not None:
        rows = rows.filter(assigned_to=assigned_to_id)
    if after is not None:
        group, call_id = after
        rows = rows.filter(Q(group__gt=group) | Q(group=group, id__gt=call_id))
    return _calls(rows.order_by("group", "id"), size)


def get_call(call_id: int) -> CallFacts | None:
    """One call, or nothing."""
    found = _calls(models.Call.objects.filter(id=call_id), 1)
    return found[0] if found else None


def _calls(rows: "QuerySet[models.Call]", size: int) -> tuple[CallFacts, ...]:
    names = _account_names()
    return tuple(_call(row, names) for row in rows[:size])


def _account_names() -> dict[int | None, str]:
    return {account.id: account.name for account in list_accounts(kind="person")}


def _call(row: models.Call, names: Mapping[int | None, str]) -> CallFacts:
    return CallFacts(
        id=row.id,
        list_id=row.list_id,
        recipient=row.recipient,
        name=row.name_sealed,
        answers_for=row.answers_for_sealed,
        has_phone=bool(row.phone_sealed),
        phone_last4=row.phone_last4,
        group=row.group,
        lines=read_lines(row.lines_sealed),
        assigned_to_id=row.assigned_to_id,
        assigned_to=names.get(row.assigned_to_id, ""),
        outcome=CallOutcome(row.outcome) if row.outcome else None,
        promised_date=row.promised_date,
        tries=row.tries,
        noted_at=row.noted_at,
        noted_by=names.get(row.noted_by_id, ""),
        note=row.note,
    )


def read_lines(text: str) -> tuple[DueLine, ...]:
    """The things a call is about, as ``lines_text`` wrote them."""
    found = json.loads(text) if text else []
    return tuple(DueLine(title, barcode, date.fromisoformat(due) if due else None) for title, barcode, due in found)


def lines_text(lines: Sequence[DueLine]) -> str:
    """The things a call is about, as they are sealed."""
    values = [[line.title, line.barcode, line.due_date.isoformat() if line.due_date else ""] for line in lines]
    return json.dumps(values, ensure_ascii=False)
