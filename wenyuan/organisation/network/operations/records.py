"""What every verb of the network shares: one change at a time, and a trace of it in journal and audit."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import connection

from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.network import models, sql
from wenyuan.organisation.network.data import NetworkReason, NetworkRefused
from wenyuan.organisation.rights.data import Desk
from wenyuan.organisation.rights.operations import audit

MOST_CHARACTERS = {"name": 100, "area_name": 60, "address": 200, "phone": 40, "accessibility": 200, "reason": 200}


def lock_network() -> None:
    """Wait until no other verb is changing the network, and keep others waiting until this one has ended."""
    with connection.cursor() as cursor:
        cursor.execute(sql.LOCK)


def lock_branch(branch_id: int) -> None:
    """Wait until no room above is writing what hangs on the branch under a key-share lock of its row, and keep others
    waiting: what the rooms answer is then all that hangs on it."""
    models.Branch.objects.select_for_update().filter(id=branch_id).first()


def leave_trace(
    *,
    what: str,
    at: datetime,
    desk: Desk,
    branch_id: int | None,
    subject_kind: str = "branch",
    subject_id: int | None = None,
    kind: Kind = Kind.NETWORK_CHANGED,
    details: Mapping[str, int | str | None] | None = None,
    reason: str = "",
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    """A journal entry and an audit row for the verb ``what``. ``details`` hold codes, ids and ISO dates only."""
    record(
        Entry(
            kind=kind,
            occurred_at=at,
            door=desk.door.value,
            desk=desk.code,
            operator_id=desk.operator.account_id,
            branch_id=branch_id,
            subject_kind=subject_kind,
            subject_id=branch_id if subject_id is None else subject_id,
            details={"what": what, **(details or {})},
        )
    )
    audit(
        at=at,
        desk=desk,
        act=what,
        subject_kind=subject_kind,
        subject_id=branch_id if subject_id is None else subject_id,
        branch_id=branch_id,
        reason=reason,
        before=before,
        after=after,
    )


def branch_row(branch_id: int) -> models.Branch:
    """The branch. :raises NetworkRefused: unknown."""
    row = models.Branch.objects.filter(id=branch_id).first()
    if row is None:
        raise NetworkRefused(NetworkReason.UNKNOWN_BRANCH)
    return row


def standing_branch(branch_id: int, *, on: date) -> models.Branch:
    """The branch, if it stands from that day on for good.

    :raises NetworkRefused: unknown, not yet opened, or closed on that day or a later one.
    """
    row = branch_row(branch_id)
    if on < row.opened_date:
        raise NetworkRefused(NetworkReason.BEFORE_OPENING, branch=row.code, opened=row.opened_date.isoformat())
    if row.closed_date is not None:
        raise NetworkRefused(NetworkReason.BRANCH_CLOSED, branch=row.code, closed=row.closed_date.isoformat())
    return row


def clean(text: str, *, field: str, needed: bool = False) -> str:
    """The text without blanks around it.

    :raises NetworkRefused: too long for its field, with control characters, or empty where one is needed.
    """
    trimmed = text.strip()
    fits = len(trimmed) <= MOST_CHARACTERS[field] and trimmed.isprintable()
    if not fits or (needed and not trimmed):
        reason = NetworkReason.BAD_NAME if field.endswith("name") else NetworkReason.BAD_VALUE
        raise NetworkRefused(reason, field=field, most=MOST_CHARACTERS[field])
    return trimmed


def iso(day: date | None) -> str | None:
    """The date as journal and audit carry it."""
    return day.isoformat() if day else None
