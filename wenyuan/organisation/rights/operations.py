"""The audit: who changed or revealed what."""

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from uuid import UUID

from wenyuan.kernel.identity import mask_numbers
from wenyuan.organisation.rights.data import Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.plumbing.transactions import assert_in_verb

REASON_CHARACTERS = 200


def audit(
    *,
    at: datetime,
    desk: Desk,
    act: str,
    subject_kind: str,
    subject_id: int | None = None,
    branch_id: int | None = None,
    reason: str = "",
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> int:
    """A step: append a row to the audit and return its id.

    ``act`` is the verb's name, or the ``Act`` of a reveal. ``branch_id`` is where the subject stands, the desk's
    branch if absent. ``before`` and ``after`` hold codes, ids and dates; what looks like an identity or mobile number
    in a text, and in ``reason``, is masked, so that a slip of the caller or the clerk does not stay for ever.
    """
    return write_audit(
        at=at,
        account_id=desk.operator.account,
        door=desk.door.value,
        act=act,
        subject_kind=subject_kind,
        subject_id=subject_id,
        branch_id=branch_id or desk.branch_id or None,
        reason=reason,
        before=before,
        after=after,
    )


def write_audit(
    *,
    at: datetime,
    account_id: int | None,
    door: str,
    act: str,
    subject_kind: str,
    subject_id: int | None,
    branch_id: int | None = None,
    reason: str = "",
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> int:
    """The same without a desk, for this room's own acts before anybody has signed in."""
    assert_in_verb()
    row = AuditRow.objects.create(
        at=at,
        account_id=account_id,
        act=str(act),
        door=door,
        branch_id=branch_id,
        subject_kind=subject_kind,
        subject_id=subject_id,
        reason=mask_numbers(reason)[:REASON_CHARACTERS],
        before=_plain(before or {}),
        after=_plain(after or {}),
    )
    return row.id


def _plain(value: object) -> object:
    """The value as JSON can carry it, texts masked.

    :raises TypeError: for anything but mappings, sequences, texts, numbers, dates, enums and UUIDs.
    """
    match value:
        case None | bool() | int() | float():
            return value.value if isinstance(value, Enum) else value
        case Enum():
            return _plain(value.value)
        case str():
            return mask_numbers(value)
        case date() | time():
            return value.isoformat()
        case Decimal() | UUID():
            return str(value)
        case Mapping():
            return {str(key): _plain(part) for key, part in value.items()}
        case list() | tuple() | set() | frozenset():
            parts = [_plain(part) for part in value]
            return sorted(parts, key=str) if isinstance(value, set | frozenset) else parts
        case _:
            raise TypeError(f"no place in the audit for {type(value).__name__}")
