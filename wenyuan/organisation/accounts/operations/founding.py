"""The founding of an installation, and the guard that the last administrators are not lost."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from wenyuan.organisation.accounts import models, rules, sql
from wenyuan.organisation.accounts.data import (
    MACHINE_ROLES,
    AccountFacts,
    AccountReason,
    AccountRefused,
    FirstAccount,
    Role,
)
from wenyuan.organisation.accounts.operations.records import new_account
from wenyuan.organisation.accounts.queries import account_facts, operator_for
from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.network.data import BranchFacts
from wenyuan.organisation.network.operations import BranchRow, enter_library, open_first_branches
from wenyuan.organisation.rights.data import NO_BRANCH, Desk, Door
from wenyuan.organisation.rights.operations import write_audit
from wenyuan.organisation.rights.queries import needs
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.transactions import verb


@needs()
@verb
def found_installation(
    *,
    accounts: Sequence[FirstAccount],
    name_zh: str,
    branches: Sequence[BranchRow],
    at: datetime,
    door: Door,
    name_en: str = "",
    institution_code: str = "",
    exception_reason: str = "",
) -> tuple[BranchFacts, ...]:
    """Found a library: its first accounts, its name and its first branches, all of it or nothing. Returns the branches.

    One transaction, since accounts without a branch have nowhere to work and could not make one: whatever stops it
    half-way leaves an installation as empty as before, and it is simply begun again. Name and branches are entered by
    the system administrator just made, who stands in the audit.

    :raises AccountRefused: as ``first_administrators``.
    :raises NetworkRefused: no name, or a text too long.
    :raises SheetRefused: the branches do not fit together, or there is none.
    """
    made = _first_accounts(accounts, door=door, at=at, exception_reason=exception_reason)
    founder = next(facts for facts, account in zip(made, accounts, strict=True) if Role.SYSTEM_ADMIN in account.roles)
    operator = operator_for(founder.id, local_date(at))
    assert operator is not None, "the account has just been written"
    desk = Desk(operator=operator, branch_id=NO_BRANCH, door=door, code="setup")
    enter_library(name_zh=name_zh, name_en=name_en, institution_code=institution_code, at=at, desk=desk)
    return open_first_branches(rows=branches, at=at, desk=desk)


@needs()
@verb
def first_administrators(
    *, accounts: Sequence[FirstAccount], at: datetime, exception_reason: str = ""
) -> tuple[AccountFacts, ...]:
    """Make the accounts with which an installation begins, with their roles in the whole network.

    A library is founded by ``found_installation``; this is for a demo or a bench, which open their branches one by one.

    There must be a system, a security and an audit administrator. A library too small to keep them apart names its
    ``exception_reason``; the audit keeps it and ``separation_findings`` goes on reporting it.

    :raises AccountRefused: any account exists already; an administrator is missing; roles that exclude each other
        without a reason; a user name, name or password that will not do.
    """
    return _first_accounts(accounts, door=Door.CLI, at=at, exception_reason=exception_reason)


def _first_accounts(
    accounts: Sequence[FirstAccount], *, door: Door, at: datetime, exception_reason: str
) -> tuple[AccountFacts, ...]:
    with connection.cursor() as cursor:
        cursor.execute(sql.LOCK_FOUNDING)
    if models.Account.objects.exists():
        raise AccountRefused(AccountReason.ALREADY_FOUNDED)
    if vacant := rules.vacant_roles(role for account in accounts for role in account.roles):
        raise AccountRefused(AccountReason.ROLE_MISSING, tuple(role.value for role in vacant))
    if any(MACHINE_ROLES & account.roles for account in accounts):
        raise AccountRefused(AccountReason.MACHINE_ROLE)
    if any(rules.separation_faults(account.roles) for account in accounts) and not exception_reason.strip():
        raise AccountRefused(AccountReason.ADMINISTRATORS_APART)
    return tuple(_first_account(account, door, at, exception_reason) for account in accounts)


def _first_account(account: FirstAccount, door: Door, at: datetime, exception_reason: str) -> AccountFacts:
    row = new_account(
        username=account.username,
        name=account.name,
        password=account.password,
        kind=models.AccountKind.PERSON,
        must_change=account.must_change,
        at=at,
        created_by_id=None,
    )
    roles = [role for role in Role if role in account.roles]
    models.RoleGrant.objects.bulk_create(
        models.RoleGrant(account=row, role=role.value, valid_from=local_date(at)) for role in roles
    )
    record(
        Entry(
            kind=Kind.ACCOUNT_CHANGED,
            occurred_at=at,
            door=door.value,
            operator_id=row.id,
            subject_kind="account",
            subject_id=row.id,
            details={"what": "first_administrators", "roles": [role.value for role in roles]},
        )
    )
    write_audit(
        at=at,
        account_id=row.id,
        door=door.value,
        act="first_administrators",
        subject_kind="account",
        subject_id=row.id,
        reason=exception_reason if rules.separation_faults(roles) else "",
        after={"username": row.username, "roles": roles},
    )
    return account_facts(row)


def refuse_last_administrator(role: Role, *, leaving_account_id: int, at: datetime) -> None:
    """A step: refuse to lose the last active account that holds ``role`` in the whole network, today and for good.

    The grants of that role stay locked until the verb ends, so that two administrators do not remove each other.

    :raises AccountRefused: there would be none left.
    """
    today = local_date(at)
    grants = models.RoleGrant.objects.select_for_update().filter(
        valid_to__isnull=True, role=role.value, branch__isnull=True, valid_from__lte=today
    )
    holders = {grant.account_id for grant in grants.order_by("id")}
    if leaving_account_id not in holders:
        return
    others = holders - {leaving_account_id}
    if not models.Account.objects.filter(id__in=others, is_active=True).exists():
        raise AccountRefused(AccountReason.LAST_ADMINISTRATOR, (role.value,))
