"""Signing in: by password, and the quick switch of clerks by badge on one machine.

Every attempt is logged and failures are counted in a transaction of their own that commits before the refusal is
raised: a refusal that rolled its own count back would never lock anybody out.
"""

from datetime import datetime

from django.contrib.auth.hashers import check_password, make_password
from django.db.models import QuerySet

from wenyuan.organisation.accounts import models, rules
from wenyuan.organisation.accounts.data import ADMIN_ROLES, SignedIn, SignInOutcome, SignInRefused
from wenyuan.organisation.accounts.queries import list_grants, operator_for
from wenyuan.organisation.rights.data import Desk, Door
from wenyuan.organisation.rights.queries import needs
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.secrets import lookup_hash
from wenyuan.plumbing.transactions import verb

MOST_PASSWORD_CHARACTERS = 512


@needs()
def sign_in(*, username: str, password: str, address: str | None, door: Door, at: datetime) -> SignedIn:
    """Sign in with user name (in any case) and password.

    Five failures in a row lock an account for 15 minutes, each further one for twice as long, up to a day; a machine
    for 30 seconds. An unknown user name costs the same time as a wrong password. Only a right password learns that the
    account is disabled, or may not come in by this door or from this address.

    Call it outside a transaction: the password's hash takes its time, and the count must stay.

    :raises SignInRefused: with the outcome that the log has kept.
    """
    seen = _by_username(username).first()
    right = _password_fits(password, seen.password if seen else None)
    if seen is None:
        _log(None, rules.logged_username(username), door, address, at, SignInOutcome.BAD_CREDENTIALS)
        raise SignInRefused(SignInOutcome.BAD_CREDENTIALS)
    outcome, row = _settle(account_id=seen.id, right=right, tried_hash=seen.password, address=address, door=door, at=at)
    if outcome is not SignInOutcome.OK:
        raise SignInRefused(
            outcome, locked_until=row.locked_until if rules.is_locked(row.locked_until, at=at) else None
        )
    return SignedIn(row.id, row.must_change_password)


def _by_username(username: str) -> QuerySet[models.Account]:
    canonical = rules.canonical_username(username)[:64]
    return models.Account.objects.filter(username__iexact=canonical if canonical.isprintable() else "")


def _password_fits(password: str, stored: str | None) -> bool:
    """Whether the password is the stored one; without one, the time of a hash is spent all the same."""
    if stored is None or len(password) > MOST_PASSWORD_CHARACTERS:
        make_password(password[:MOST_PASSWORD_CHARACTERS])
        return False
    return check_password(password, stored)


@verb
def _settle(
    *, account_id: int, right: bool, tried_hash: str, address: str | None, door: Door, at: datetime
) -> tuple[SignInOutcome, models.Account]:
    """Judge, count and log one attempt while nobody else can; what was read before the hash may be old by now."""
    row = models.Account.objects.select_for_update().get(id=account_id)
    outcome = _outcome(row, right and row.password == tried_hash, address, door, at)
    if outcome is SignInOutcome.BAD_CREDENTIALS:
        _count_failure(row, at)
    elif outcome is SignInOutcome.OK:
        row.failed_sign_ins, row.locked_until, row.last_login = 0, None, at
        row.save(update_fields=["failed_sign_ins", "locked_until", "last_login"])
    _write_log(row.id, row.username, door.value, address, at, outcome)
    return outcome, row


def _outcome(row: models.Account, right: bool, address: str | None, door: Door, at: datetime) -> SignInOutcome:
    machine = row.kind == models.AccountKind.MACHINE
    if rules.is_locked(row.locked_until, at=at):
        return SignInOutcome.LOCKED
    if not right:
        return SignInOutcome.BAD_CREDENTIALS
    if not row.is_active:
        return SignInOutcome.DISABLED
    if not rules.may_use(door, machine=machine):
        return SignInOutcome.WRONG_DOOR
    if machine and not _may_call_from(row.id, address):
        return SignInOutcome.WRONG_ADDRESS
    return SignInOutcome.OK


def _may_call_from(account_id: int, address: str | None) -> bool:
    networks = models.Machine.objects.filter(account_id=account_id).values_list("addresses", flat=True).first()
    if not networks:
        return True
    return rules.is_among(address, networks)


def _count_failure(row: models.Account, at: datetime) -> None:
    row.failed_sign_ins = min(row.failed_sign_ins + 1, rules.MOST_FAILURES)
    machine = row.kind == models.AccountKind.MACHINE
    row.locked_until = rules.lock_after(row.failed_sign_ins, at=at, machine=machine)
    row.save(update_fields=["failed_sign_ins", "locked_until"])


@needs()
def switch_by_badge(
    *, badge: str, at: datetime, desk: Desk, signed_in_at: datetime, address: str | None, pin: str | None = None
) -> SignedIn:
    """Let a colleague take over a desk by badge, on a machine where somebody has signed in with a password.

    ``signed_in_at`` is that sign-in; it is good for 12 hours. The colleague must hold a right at the desk's branch and
    be no administrator. An account with a PIN must give it, and wrong PINs count as wrong passwords do. After five
    badges that nobody has, only a password helps: a badge is a short number, and may not be found by trying.

    :raises SignInRefused: with the outcome that the log has kept.
    """
    canonical = rules.canonical_badge(badge)
    shown = f"badge ····{canonical[-4:]}" if canonical else "badge"
    if not signed_in_at <= at < signed_in_at + rules.SWITCH_WITHIN or desk.door is not Door.WORKBENCH:
        _log(None, shown, desk.door, address, at, SignInOutcome.SESSION_TOO_OLD)
        raise SignInRefused(SignInOutcome.SESSION_TOO_OLD)
    if _badges_tried(desk.operator.account_id, signed_in_at) >= rules.LOCKING_FAILURES:
        _log(desk.operator.account_id, shown, desk.door, address, at, SignInOutcome.BADGES_TRIED)
        raise SignInRefused(SignInOutcome.BADGES_TRIED)
    held = models.Account.objects.filter(badge_hash=lookup_hash("badge", canonical)) if canonical else None
    seen = held.first() if held is not None else None
    if seen is None:
        _log(desk.operator.account_id, shown, desk.door, address, at, SignInOutcome.BAD_BADGE)
        raise SignInRefused(SignInOutcome.BAD_BADGE)
    right_pin = not seen.pin_hash or (pin is not None and check_password(pin[:12], seen.pin_hash))
    outcome, row = _settle_badge(account_id=seen.id, right_pin=right_pin, address=address, desk=desk, at=at)
    if outcome is not SignInOutcome.SWITCHED:
        raise SignInRefused(
            outcome, locked_until=row.locked_until if rules.is_locked(row.locked_until, at=at) else None
        )
    return SignedIn(row.id, row.must_change_password)


def _badges_tried(account_id: int, since: datetime) -> int:
    """Badges that nobody has, scanned while this account held the desk."""
    return models.SignIn.objects.filter(
        account_id=account_id, at__gte=since, outcome=SignInOutcome.BAD_BADGE.value
    ).count()


@verb
def _settle_badge(
    *, account_id: int, right_pin: bool, address: str | None, desk: Desk, at: datetime
) -> tuple[SignInOutcome, models.Account]:
    row = models.Account.objects.select_for_update().get(id=account_id)
    outcome = _badge_outcome(row, right_pin, desk, at)
    if outcome is SignInOutcome.BAD_PIN:
        _count_failure(row, at)
    elif outcome is SignInOutcome.SWITCHED and row.pin_hash:
        row.failed_sign_ins, row.locked_until = 0, None
        row.save(update_fields=["failed_sign_ins", "locked_until"])
    _write_log(row.id, row.username, desk.door.value, address, at, outcome)
    return outcome, row


def _badge_outcome(row: models.Account, right_pin: bool, desk: Desk, at: datetime) -> SignInOutcome:
    today = local_date(at)
    operator = operator_for(row.id, today)
    if rules.is_locked(row.locked_until, at=at):
        return SignInOutcome.LOCKED
    if not right_pin:
        return SignInOutcome.BAD_PIN
    if not row.is_active:
        return SignInOutcome.DISABLED
    if any(grant.role in ADMIN_ROLES for grant in list_grants(account_id=row.id, on=today)):
        return SignInOutcome.ADMINISTRATOR
    if operator is None or not (operator.everywhere or operator.at_branches.get(desk.branch_id)):
        return SignInOutcome.NO_RIGHT_HERE
    return SignInOutcome.SWITCHED


@verb
def _log(
    account_id: int | None, shown: str, door: Door, address: str | None, at: datetime, outcome: SignInOutcome
) -> None:
    _write_log(account_id, shown, door.value, address, at, outcome)


def _write_log(
    account_id: int | None, username: str, door: str, address: str | None, at: datetime, outcome: SignInOutcome
) -> None:
    models.SignIn.objects.create(
        at=at,
        account_id=account_id,
        username=username,
        door=door,
        address=rules.canonical_address(address),
        outcome=outcome.value,
    )
