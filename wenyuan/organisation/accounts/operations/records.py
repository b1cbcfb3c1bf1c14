"""What the verbs of this room share: the account they change, and a trace of the change in journal and audit."""

from collections.abc import Mapping
from datetime import date, datetime

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q

from wenyuan.organisation.accounts import models, rules
from wenyuan.organisation.accounts.data import ADMIN_ROLES, AccountReason, AccountRefused
from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.rights.data import Desk
from wenyuan.organisation.rights.operations import audit

MOST_NAME_CHARACTERS = 60


def locked_account(account_id: int) -> models.Account:
    """The account, kept from others until the verb ends. :raises AccountRefused: unknown."""
    row = models.Account.objects.select_for_update().filter(id=account_id).first()
    if row is None:
        raise AccountRefused(AccountReason.UNKNOWN_ACCOUNT)
    return row


def new_account(
    *,
    username: str,
    name: str,
    password: str,
    kind: models.AccountKind,
    must_change: bool,
    at: datetime,
    created_by_id: int | None,
) -> models.Account:
    """Write an account.

    :raises AccountRefused: the name or user name will not do, the user name is taken, or the password is weak.
    """
    canonical = rules.canonical_username(username)
    if fault := rules.username_fault(canonical):
        raise AccountRefused(fault)
    if models.Account.objects.filter(username__iexact=canonical).exists():
        raise AccountRefused(AccountReason.USERNAME_TAKEN)
    shown = name.strip()
    if not shown or len(shown) > MOST_NAME_CHARACTERS or not shown.isprintable():
        raise AccountRefused(AccountReason.BAD_NAME)
    row = models.Account(username=canonical, name=shown, kind=kind, created_by_id=created_by_id)
    give_password(row, password, at=at, must_change=must_change)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:  # somebody took the name since it was looked up
        raise AccountRefused(AccountReason.USERNAME_TAKEN) from None
    return row


def give_password(row: models.Account, password: str, *, at: datetime, must_change: bool) -> None:
    """Set the password's hash on the row, not yet saved. :raises AccountRefused: weak, with Django's codes."""
    try:
        validate_password(password, user=row)
    except ValidationError as error:
        codes = tuple(str(part.code) for part in error.error_list)
        raise AccountRefused(AccountReason.WEAK_PASSWORD, codes) from None
    row.password = make_password(password)
    row.password_changed_at = at
    row.must_change_password = must_change


def is_administrator(account_id: int, *, on: date) -> bool:
    """Whether the account holds one of the three administrator roles on that day, or will hold it later."""
    return models.RoleGrant.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=on), account_id=account_id, role__in=ADMIN_ROLES
    ).exists()


def leave_trace(
    *,
    what: str,
    at: datetime,
    desk: Desk,
    account_id: int,
    branch_id: int | None = None,
    details: Mapping[str, int | str | None] | None = None,
    reason: str = "",
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    """A journal entry and an audit row for the verb ``what`` on an account. ``details`` hold codes and ids only."""
    record(
        Entry(
            kind=Kind.ACCOUNT_CHANGED,
            occurred_at=at,
            door=desk.door.value,
            desk=desk.code,
            operator_id=desk.operator.account_id,
            branch_id=branch_id,
            subject_kind="account",
            subject_id=account_id,
            details={"what": what, **(details or {})},
        )
    )
    audit(
        at=at,
        desk=desk,
        act=what,
        subject_kind="account",
        subject_id=account_id,
        branch_id=branch_id,
        reason=reason,
        before=before,
        after=after,
    )
