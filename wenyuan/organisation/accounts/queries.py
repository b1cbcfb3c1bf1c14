"""Reads of this room: who an operator is, accounts, grants, machines and the sign-in log."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from wenyuan.organisation.accounts import models, rules
from wenyuan.organisation.accounts.data import (
    ADMIN_ROLES,
    ROLE_ACTS,
    AccountFacts,
    ApiTokenFacts,
    Finding,
    FindingCode,
    GrantFacts,
    MachineFacts,
    Role,
    SignInRow,
)
from wenyuan.organisation.network.data import NetworkMap
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act, Operator
from wenyuan.organisation.rights.queries import audited_subjects

PAGE_ROWS = 50
PASSWORD_FINDING_DAYS = 180
"""How long ``doctor`` recalls that an administrator's password was set by somebody else."""


def operator_for(account_id: int, on: date) -> Operator | None:
    """The account with the rights it holds on that day, each grant spread over what stands below its branch.

    Nothing for an unknown account; one without rights for a disabled account.
    """
    account = models.Account.objects.filter(id=account_id).values("name", "is_active").first()
    if account is None:
        return None
    if not account["is_active"]:
        return Operator(account_id, account["name"])
    grants = list(_grants_on(on).filter(account_id=account_id).values_list("role", "branch_id"))
    return operator_of(account_id, account["name"], grants, network=network_map(), on=on)


def operator_of(
    account_id: int, name: str, grants: Iterable[tuple[str, int | None]], *, network: NetworkMap, on: date
) -> Operator:
    """An operator from its grants (role, branch) of that day, for this room."""
    everywhere: frozenset[Act] = frozenset()
    at_branches: dict[int, frozenset[Act]] = {}
    for role, branch_id in grants:
        acts = _acts_of(role)
        if branch_id is None:
            everywhere |= acts
            continue
        for below in network.subtree(branch_id, on):
            at_branches[below] = at_branches.get(below, frozenset()) | acts
    return Operator(account_id, name, everywhere, at_branches)


def _acts_of(role: str) -> frozenset[Act]:
    """Acts of a stored role; a role written by a newer version gives none."""
    return ROLE_ACTS[Role(role)] if role in Role._value2member_map_ else frozenset()


def _grants_on(on: date) -> QuerySet[models.RoleGrant]:
    return models.RoleGrant.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), valid_from__lte=on)


def get_account(account_id: int) -> AccountFacts | None:
    """One account, or nothing."""
    row = models.Account.objects.filter(id=account_id).first()
    return account_facts(row) if row else None


def account_by_username(username: str) -> AccountFacts | None:
    """The account with this user name in any case, or nothing."""
    row = models.Account.objects.filter(username__iexact=rules.canonical_username(username)).first()
    return account_facts(row) if row else None


def list_accounts(*, kind: str | None = None, active_only: bool = False) -> tuple[AccountFacts, ...]:
    """Accounts by user name."""
    rows = models.Account.objects.order_by("username")
    if kind is not None:
        rows = rows.filter(kind=kind)
    if active_only:
        rows = rows.filter(is_active=True)
    return tuple(account_facts(row) for row in rows)


def account_facts(row: models.Account) -> AccountFacts:
    """The frozen value of a row of this room."""
    return AccountFacts(
        row.id,
        row.username,
        row.name,
        row.kind,
        row.is_active,
        row.must_change_password,
        row.password_changed_at,
        row.badge_last4,
        row.failed_sign_ins,
        row.locked_until,
    )


def list_grants(
    *, account_id: int | None = None, branch_id: int | None = None, on: date | None = None
) -> tuple[GrantFacts, ...]:
    """Grants in the order given, ended ones among them unless ``on`` names a day; ``branch_id`` is the grant's own."""
    rows = models.RoleGrant.objects.all() if on is None else _grants_on(on)
    if account_id is not None:
        rows = rows.filter(account_id=account_id)
    if branch_id is not None:
        rows = rows.filter(branch_id=branch_id)
    return tuple(
        GrantFacts(
            row.id, row.account_id, Role(row.role), row.branch_id, row.valid_from, row.valid_to, row.granted_by_id
        )
        for row in rows.order_by("id")
        if row.role in Role._value2member_map_
    )


def machine_by_username(username: str) -> MachineFacts | None:
    """The machine that signs in by this name, in any case, or nothing."""
    found = _machines(models.Machine.objects.filter(account__username__iexact=rules.canonical_username(username)))
    return found[0] if found else None


def get_machine(account_id: int) -> MachineFacts | None:
    """The machine of an account, or nothing."""
    found = _machines(models.Machine.objects.filter(account_id=account_id))
    return found[0] if found else None


def list_machines(*, branch_id: int | None = None) -> tuple[MachineFacts, ...]:
    """Machines by user name."""
    rows = models.Machine.objects.all()
    return _machines(rows if branch_id is None else rows.filter(branch_id=branch_id))


def _machines(rows: QuerySet[models.Machine]) -> tuple[MachineFacts, ...]:
    return tuple(
        MachineFacts(
            row.account_id,
            row.account.username,
            row.account.name,
            row.account.is_active,
            row.branch_id,
            row.service_point_id,
            row.profile,
            row.charset,
            row.terminator,
            row.checksum,
            tuple(row.addresses),
            row.holder_told,
            row.pin_to_pay,
        )
        for row in rows.select_related("account").order_by("account__username")
    )


def get_api_token(token_id: int) -> ApiTokenFacts | None:
    """A token of the REST door, or nothing."""
    row = models.ApiToken.objects.filter(id=token_id).first()
    return api_token_facts(row) if row else None


def list_api_tokens(*, account_id: int) -> tuple[ApiTokenFacts, ...]:
    """A machine's tokens, the newest first, ended ones among them."""
    rows = models.ApiToken.objects.filter(machine_id=account_id).order_by("-id")
    return tuple(api_token_facts(row) for row in rows)


def api_token_facts(row: models.ApiToken) -> ApiTokenFacts:
    """The frozen value of a row of this room."""
    return ApiTokenFacts(
        id=row.id,
        account_id=row.machine_id,
        name=row.name,
        last4=row.last4,
        acts=rules.acts_named(row.acts),
        branch_ids=frozenset(row.branches),
        valid_to=row.valid_to,
        created_at=row.created_at,
        ended_at=row.ended_at,
        last_used_date=row.last_used_date,
    )


def list_sign_ins(
    *, account_id: int | None = None, before: int | None = None, size: int = PAGE_ROWS
) -> tuple[SignInRow, ...]:
    """Attempts to sign in, newest first, with an id below ``before``."""
    rows = models.SignIn.objects.order_by("-id")
    if account_id is not None:
        rows = rows.filter(account_id=account_id)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return tuple(
        SignInRow(row.id, row.at, row.account_id, row.username, row.door, row.address, row.outcome)
        for row in rows[:size]
    )


def separation_findings(at: datetime, on: date) -> tuple[Finding, ...]:
    """How far the three administrators are apart on that day: vacant roles, roles on one account, and passwords of
    administrators that somebody else has set in the half year before ``at``."""
    held: dict[int, set[Role]] = {}
    active = models.Account.objects.filter(is_active=True).values("id")
    for account_id, role in _grants_on(on).filter(account_id__in=active).values_list("account_id", "role"):
        if role in Role._value2member_map_:
            held.setdefault(account_id, set()).add(Role(role))
    findings = [Finding(FindingCode.ROLE_VACANT, None, (role,)) for role in rules.vacant_roles(_all_roles(held))]
    for account_id, roles in sorted(held.items()):
        ordered = tuple(role for role in Role if role in roles)
        findings += [Finding(code, account_id, ordered) for code in rules.separation_faults(roles)]
    administrators = [account_id for account_id, roles in held.items() if roles & ADMIN_ROLES]
    findings += [
        Finding(FindingCode.PASSWORD_SET_BY_OTHER, account_id, tuple(role for role in Role if role in held[account_id]))
        for account_id in _passwords_set_by_others(administrators, at)
    ]
    return tuple(findings)


def _all_roles(held: dict[int, set[Role]]) -> Iterable[Role]:
    return (role for roles in held.values() for role in roles)


def _passwords_set_by_others(account_ids: list[int], at: datetime) -> list[int]:
    return audited_subjects(
        act="set_password",
        subject_kind="account",
        subject_ids=account_ids,
        first_at=at - timedelta(days=PASSWORD_FINDING_DAYS),
        after={"administrator": True},
    )
