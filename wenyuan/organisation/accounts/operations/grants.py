"""Roles: given and ended by the security administrator, never to oneself."""

from datetime import date, datetime

from django.db.models import Q

from wenyuan.organisation.accounts import models, rules
from wenyuan.organisation.accounts.data import ADMIN_ROLES, MACHINE_ROLES, AccountReason, AccountRefused, Role
from wenyuan.organisation.accounts.operations.founding import refuse_last_administrator
from wenyuan.organisation.accounts.operations.records import leave_trace, locked_account
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.transactions import verb


@needs(Act.GRANT_ROLES)
@verb
def grant_role(
    *,
    account_id: int,
    role: Role,
    branch_id: int | None,
    valid_from: date,
    at: datetime,
    desk: Desk,
    valid_to: date | None = None,
    exception_reason: str = "",
) -> int:
    """Give an account a role for a branch and what stands below it (for none: everywhere), up to and without
    ``valid_to``. Returns the grant's id.

    The three administrator roles exclude each other and every operating role on one account. A library too small for
    that names an ``exception_reason``: the audit keeps it and ``separation_findings`` goes on reporting it.

    :raises AccountRefused: one's own account, unknown or disabled account, unknown branch, administrators not kept
        apart, a machine with a role of people (or a person with one of machines), the same role at the same branch on a
        day in common, or an end not after the start.
    :raises NotAllowed: no right to grant roles at the branch; for the whole network, everywhere.
    """
    require(desk.operator, Act.GRANT_ROLES, branch_id)
    if account_id == desk.operator.account_id:
        raise AccountRefused(AccountReason.OWN_ACCOUNT)
    if branch_id is not None and branch_id not in network_map().branches:
        raise AccountRefused(AccountReason.UNKNOWN_BRANCH)
    if valid_to is not None and valid_to <= valid_from:
        raise AccountRefused(AccountReason.BAD_DATES)
    account = locked_account(account_id)
    if not account.is_active:
        raise AccountRefused(AccountReason.DISABLED)
    if (account.kind == models.AccountKind.MACHINE) != (role in MACHINE_ROLES):
        raise AccountRefused(AccountReason.MACHINE_ROLE)
    beside = _grants_beside(account_id, valid_from, valid_to)
    if any(grant.role == role.value and grant.branch_id == branch_id for grant in beside):
        raise AccountRefused(AccountReason.ALREADY_GRANTED)
    faults = rules.separation_faults({role, *(Role(grant.role) for grant in beside)})
    if faults and not exception_reason.strip():
        raise AccountRefused(AccountReason.ADMINISTRATORS_APART, tuple(fault.value for fault in faults))
    row = models.RoleGrant.objects.create(
        account=account,
        role=role.value,
        branch_id=branch_id,
        valid_from=valid_from,
        valid_to=valid_to,
        granted_by_id=desk.operator.account_id,
    )
    leave_trace(
        what="grant_role",
        at=at,
        desk=desk,
        account_id=account_id,
        branch_id=branch_id,
        details={"grant": row.id, "role": role.value},
        reason=exception_reason if faults else "",
        after={
            "grant": row.id,
            "role": role,
            "branch": branch_id,
            "from": valid_from,
            "to": valid_to,
            "exceptions": faults,
        },
    )
    return row.id


def _grants_beside(account_id: int, valid_from: date, valid_to: date | None) -> list[models.RoleGrant]:
    """Grants of the account with a day in common; an emptied one (``end_grant`` on its first day) has none."""
    rows = models.RoleGrant.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=valid_from), account_id=account_id)
    if valid_to is not None:
        rows = rows.filter(valid_from__lt=valid_to)
    return [row for row in rows if row.valid_to is None or row.valid_to > row.valid_from]


@needs(Act.GRANT_ROLES)
@verb
def end_grant(*, grant_id: int, date: date, at: datetime, desk: Desk) -> None:
    """End a role: from ``date`` on it is no longer held. A date before its first day empties it.

    :raises AccountRefused: unknown, ended by then already, or the last administrator of its kind.
    :raises NotAllowed: no right to grant roles at the grant's branch.
    """
    found = models.RoleGrant.objects.filter(id=grant_id).first()
    require(desk.operator, Act.GRANT_ROLES, found.branch_id if found else None)
    if found is None:
        raise AccountRefused(AccountReason.UNKNOWN_GRANT)
    role = Role(found.role)
    if found.branch_id is None and role in ADMIN_ROLES:
        refuse_last_administrator(role, leaving_account_id=found.account_id, at=at)
    row = models.RoleGrant.objects.select_for_update().get(id=grant_id)
    before = row.valid_to
    if before is not None and before <= date:
        raise AccountRefused(AccountReason.ALREADY_ENDED)
    row.valid_to = max(date, row.valid_from)
    row.save(update_fields=["valid_to"])
    leave_trace(
        what="end_grant",
        at=at,
        desk=desk,
        account_id=row.account_id,
        branch_id=row.branch_id,
        details={"grant": row.id, "role": role.value},
        before={"to": before},
        after={"grant": row.id, "to": row.valid_to},
    )
