"""Accounts: made, given passwords and badges, unlocked, disabled."""

from datetime import datetime

from django.contrib.auth.hashers import check_password, make_password
from django.db import IntegrityError, transaction

from wenyuan.organisation.accounts import models, rules
from wenyuan.organisation.accounts.data import ADMIN_ROLES, AccountFacts, AccountReason, AccountRefused
from wenyuan.organisation.accounts.operations.founding import refuse_last_administrator
from wenyuan.organisation.accounts.operations.records import (
    give_password,
    is_administrator,
    leave_trace,
    locked_account,
    new_account,
)
from wenyuan.organisation.accounts.queries import account_facts
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.secrets import lookup_hash
from wenyuan.plumbing.transactions import verb


@needs(Act.MANAGE_ACCOUNTS)
@verb
def create_account(
    *, username: str, name: str, password: str, at: datetime, desk: Desk, must_change: bool = True
) -> AccountFacts:
    """Make an account for a person, without any right yet. The password is to be changed at the first sign-in.

    :raises AccountRefused: user name or name will not do, the user name is taken (in any case), the password is weak.
    :raises NotAllowed: no right to manage accounts.
    """
    require(desk.operator, Act.MANAGE_ACCOUNTS, None)
    row = new_account(
        username=username,
        name=name,
        password=password,
        kind=models.AccountKind.PERSON,
        must_change=must_change,
        at=at,
        created_by_id=desk.operator.account_id,
    )
    leave_trace(
        what="create_account",
        at=at,
        desk=desk,
        account_id=row.id,
        after={"username": row.username, "kind": row.kind},
    )
    return account_facts(row)


@needs(Act.MANAGE_ACCOUNTS)
@verb
def set_password(
    *,
    account_id: int,
    password: str,
    at: datetime,
    desk: Desk,
    must_change: bool = True,
    exception_reason: str = "",
) -> None:
    """Give another account a new password, which its owner changes at the next sign-in, and lift its lock.

    Whoever sets an administrator's password could act as that administrator: this needs an ``exception_reason``,
    which the audit keeps and ``separation_findings`` reports.

    :raises AccountRefused: unknown or disabled, one's own account, a weak password, an administrator without a reason.
    :raises NotAllowed: no right to manage accounts.
    """
    require(desk.operator, Act.MANAGE_ACCOUNTS, None)
    _refuse_own(account_id, desk)
    row = _active_account(account_id)
    administrator = is_administrator(account_id, on=local_date(at))
    if administrator and not exception_reason.strip():
        raise AccountRefused(AccountReason.ADMINISTRATOR_PASSWORD)
    give_password(row, password, at=at, must_change=must_change or administrator)
    row.failed_sign_ins, row.locked_until = 0, None
    row.save()
    leave_trace(
        what="set_password",
        at=at,
        desk=desk,
        account_id=account_id,
        reason=exception_reason if administrator else "",
        after={"must_change": row.must_change_password, "administrator": administrator},
    )


@needs()
@verb
def change_own_password(*, old: str, new: str, at: datetime, desk: Desk) -> None:
    """Change the password of the one who is signed in.

    :raises AccountRefused: the old one is wrong, the new one is weak or the same, the account is disabled.
    """
    row = _active_account(desk.operator.account_id)
    if not check_password(old, row.password):
        raise AccountRefused(AccountReason.WRONG_PASSWORD)
    if old == new:
        raise AccountRefused(AccountReason.WEAK_PASSWORD, ("password_unchanged",))
    give_password(row, new, at=at, must_change=False)
    row.save()
    leave_trace(what="change_own_password", at=at, desk=desk, account_id=row.id)


@needs(Act.MANAGE_ACCOUNTS)
@verb
def unlock_account(*, account_id: int, at: datetime, desk: Desk) -> None:
    """Lift the lock that failed sign-ins have put on an account.

    :raises AccountRefused: unknown.
    :raises NotAllowed: no right to manage accounts.
    """
    require(desk.operator, Act.MANAGE_ACCOUNTS, None)
    row = locked_account(account_id)
    before = {"failed": row.failed_sign_ins, "locked_until": row.locked_until}
    row.failed_sign_ins, row.locked_until = 0, None
    row.save(update_fields=["failed_sign_ins", "locked_until"])
    leave_trace(what="unlock_account", at=at, desk=desk, account_id=account_id, before=before)


@needs(Act.MANAGE_ACCOUNTS)
@verb
def disable_account(*, account_id: int, at: datetime, desk: Desk, reason: str = "") -> None:
    """Take an account out of use for good; its rows in journal and audit keep its id. Its badge becomes free.

    :raises AccountRefused: unknown or disabled already, one's own account, or the last administrator of its kind,
        without whom the installation could not be governed, or nobody would watch who governs it.
    :raises NotAllowed: no right to manage accounts.
    """
    require(desk.operator, Act.MANAGE_ACCOUNTS, None)
    _refuse_own(account_id, desk)
    for role in sorted(ADMIN_ROLES):
        refuse_last_administrator(role, leaving_account_id=account_id, at=at)
    row = locked_account(account_id)
    if not row.is_active:
        raise AccountRefused(AccountReason.ALREADY_DISABLED)
    row.is_active, row.badge_hash, row.badge_last4, row.pin_hash = False, None, "", ""
    row.save(update_fields=["is_active", "badge_hash", "badge_last4", "pin_hash"])
    leave_trace(what="disable_account", at=at, desk=desk, account_id=account_id, reason=reason)


@needs(Act.MANAGE_ACCOUNTS)
@verb
def set_badge(*, account_id: int, badge: str | None, at: datetime, desk: Desk, pin: str | None = None) -> None:
    """Give an account a badge for the quick switch, with or without a PIN; no badge takes both away.

    :raises AccountRefused: unknown or disabled; a machine or an administrator; no badge by its shape, or an identity
        number; somebody else's badge; a PIN of other than 4 to 12 digits.
    :raises NotAllowed: no right to manage accounts.
    """
    require(desk.operator, Act.MANAGE_ACCOUNTS, None)
    row = _active_account(account_id)
    canonical = rules.canonical_badge(badge) if badge is not None else None
    if badge is not None and canonical is None:
        raise AccountRefused(AccountReason.BAD_BADGE)
    if canonical and (row.kind == models.AccountKind.MACHINE or is_administrator(account_id, on=local_date(at))):
        raise AccountRefused(AccountReason.BAD_BADGE, ("kind",))
    if pin is not None and not (canonical and rules.is_pin(pin)):
        raise AccountRefused(AccountReason.BAD_PIN)
    row.badge_hash = lookup_hash("badge", canonical) if canonical else None
    row.badge_last4 = canonical[-4:] if canonical else ""
    row.pin_hash = make_password(pin) if pin else ""
    try:
        with transaction.atomic():
            row.save(update_fields=["badge_hash", "badge_last4", "pin_hash"])
    except IntegrityError:
        raise AccountRefused(AccountReason.BADGE_TAKEN) from None
    leave_trace(
        what="set_badge",
        at=at,
        desk=desk,
        account_id=account_id,
        after={"badge": f"····{row.badge_last4}" if canonical else None, "pin": bool(pin)},
    )


def _refuse_own(account_id: int, desk: Desk) -> None:
    if account_id == desk.operator.account_id:
        raise AccountRefused(AccountReason.OWN_ACCOUNT)


def _active_account(account_id: int) -> models.Account:
    row = locked_account(account_id)
    if not row.is_active:
        raise AccountRefused(AccountReason.DISABLED)
    return row
