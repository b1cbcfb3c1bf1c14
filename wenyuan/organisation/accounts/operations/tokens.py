"""Tokens: what a machine shows at the REST door instead of a password, made and ended by staff."""

import json
import secrets
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from wenyuan.organisation.accounts import models, rules, sql
from wenyuan.organisation.accounts.data import (
    API_ACTS,
    AccountReason,
    AccountRefused,
    ApiCaller,
    ApiTokenOutcome,
    ApiTokenRefused,
    IssuedApiToken,
)
from wenyuan.organisation.accounts.operations.records import MOST_NAME_CHARACTERS, leave_trace, locked_account
from wenyuan.organisation.accounts.queries import api_token_facts, operator_of
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.secrets import lookup_hash
from wenyuan.plumbing.statements import Statement, rows_of
from wenyuan.plumbing.transactions import verb

PREFIX = "wya_"
"""How every such token begins, so that one left in a file or a log is known for what it is."""
SECRET_BYTES = 32
MOST_CHARACTERS = 100
MOST_DAYS = 731
"""A token is good for two years at most."""


@needs(Act.MANAGE_ACCOUNTS)
@verb
def issue_api_token(
    *,
    account_id: int,
    name: str,
    acts: Collection[Act],
    valid_to: date,
    at: datetime,
    desk: Desk,
    branch_ids: Collection[int] = (),
) -> IssuedApiToken:
    """Make a token for a machine's account. It is told this once: only its keyed hash is kept.

    The token gives no right. It narrows what the account holds to ``acts``, at ``branch_ids`` and what stands below
    them (none named: wherever the account holds them), up to and without ``valid_to``, two years ahead at most.

    :raises AccountRefused: no such machine, a disabled account, a name that a token of this machine in use has
        already, or values that a token cannot have (``codes`` name the fields).
    :raises NotAllowed: no right to manage accounts at the machine's branch.
    """
    machine = models.Machine.objects.filter(account_id=account_id).first()
    require(desk.operator, Act.MANAGE_ACCOUNTS, machine.branch_id if machine else None)
    if machine is None:
        raise AccountRefused(AccountReason.UNKNOWN_ACCOUNT)
    if not locked_account(account_id).is_active:
        raise AccountRefused(AccountReason.DISABLED)
    shown = name.strip()
    if wrong := _wrong_fields(shown, acts, branch_ids, valid_to, today=local_date(at)):
        raise AccountRefused(AccountReason.BAD_TOKEN, wrong)
    if models.ApiToken.objects.filter(machine=machine, name=shown, ended_at__isnull=True).exists():
        raise AccountRefused(AccountReason.TOKEN_NAME_TAKEN)
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    row = models.ApiToken.objects.create(
        machine=machine,
        name=shown,
        token_hash=_hash(secret),
        last4=secret[-4:],
        acts=sorted(act.value for act in acts),
        branches=sorted(branch_ids),
        valid_to=valid_to,
        created_at=at,
        created_by_id=desk.operator.account_id,
    )
    leave_trace(
        what="issue_api_token",
        at=at,
        desk=desk,
        account_id=account_id,
        branch_id=machine.branch_id,
        details={"token": row.id},
        after={"token": row.id, "name": shown, "acts": row.acts, "branches": row.branches, "to": valid_to},
    )
    return IssuedApiToken(api_token_facts(row), secret)


def _wrong_fields(
    name: str, acts: Collection[Act], branch_ids: Collection[int], valid_to: date, *, today: date
) -> tuple[str, ...]:
    branches = network_map().branches
    fits = {
        "name": 0 < len(name) <= MOST_NAME_CHARACTERS and name.isprintable(),
        "acts": bool(acts) and set(acts) <= API_ACTS,
        "branches": all(branch_id in branches for branch_id in branch_ids),
        "valid_to": today < valid_to <= today + timedelta(days=MOST_DAYS),
    }
    return tuple(field for field, right in fits.items() if not right)


@needs(Act.MANAGE_ACCOUNTS)
@verb
def end_api_token(*, token_id: int, at: datetime, desk: Desk) -> None:
    """End a token for good: from the next request on nobody comes in by it, nor any reader who signed in through it.

    :raises AccountRefused: unknown, or ended already.
    :raises NotAllowed: no right to manage accounts at the machine's branch.
    """
    row = models.ApiToken.objects.select_related("machine").filter(id=token_id).first()
    require(desk.operator, Act.MANAGE_ACCOUNTS, row.machine.branch_id if row else None)
    if row is None:
        raise AccountRefused(AccountReason.UNKNOWN_TOKEN)
    locked_account(row.machine_id)
    row.refresh_from_db()
    if row.ended_at is not None:
        raise AccountRefused(AccountReason.ALREADY_ENDED)
    row.ended_at, row.ended_by_id = at, desk.operator.account_id
    row.save(update_fields=["ended_at", "ended_by"])
    leave_trace(
        what="end_api_token",
        at=at,
        desk=desk,
        account_id=row.machine_id,
        branch_id=row.machine.branch_id,
        details={"token": row.id},
        after={"token": row.id, "name": row.name},
    )


@needs()
def admit_api_token(*, secret: str, address: str | None, at: datetime) -> ApiCaller:
    """Who calls with this token, and what they may do now; one round trip, and a note of the day at its first use.

    Nothing is kept from before: a token ended, an account disabled or a role ended a moment ago is so already.

    :raises ApiTokenRefused: with the reason, which only whoever shows a real token learns.
    """
    if not secret.startswith(PREFIX) or len(secret) > MOST_CHARACTERS:
        raise ApiTokenRefused(ApiTokenOutcome.UNKNOWN)
    on = local_date(at)
    found = _found(Statement(sql.API_CALLER_BY_HASH, {"hash": _hash(secret), "on": on}))
    networks = json.loads(found["addresses"])
    if networks and not rules.is_among(address, networks):
        raise ApiTokenRefused(ApiTokenOutcome.WRONG_ADDRESS)
    caller = _caller(found, on)
    if found["last_used_date"] != on:
        models.ApiToken.objects.filter(id=caller.token_id).update(last_used_date=on)
    return caller


@needs()
def readmit_api_token(*, token_id: int, at: datetime) -> ApiCaller:
    """The same for a reader who has signed in through a token's holder: whether that token still stands. The reader
    calls from anywhere, so the machine's networks are not asked.

    :raises ApiTokenRefused: with the reason.
    """
    on = local_date(at)
    return _caller(_found(Statement(sql.API_CALLER_BY_ID, {"token": token_id, "on": on})), on)


def _hash(secret: str) -> bytes:
    return lookup_hash("api token", secret)


def _found(statement: Statement) -> Mapping[str, Any]:
    rows = rows_of(statement)
    if not rows:
        raise ApiTokenRefused(ApiTokenOutcome.UNKNOWN)
    return dict(zip(sql.API_CALLER_COLUMNS, rows[0], strict=True))


def _caller(found: Mapping[str, Any], on: date) -> ApiCaller:
    """:raises ApiTokenRefused: ended, out of date, or of a disabled account."""
    if found["ended_at"] is not None:
        raise ApiTokenRefused(ApiTokenOutcome.ENDED)
    if on >= found["valid_to"]:
        raise ApiTokenRefused(ApiTokenOutcome.EXPIRED)
    if not found["is_active"]:
        raise ApiTokenRefused(ApiTokenOutcome.DISABLED)
    network = network_map(found["edition"])
    held = operator_of(found["account_id"], found["name"], json.loads(found["grants"]), network=network, on=on)
    named = json.loads(found["branches"])
    below = frozenset(one for branch_id in named for one in network.subtree(branch_id, on))
    return ApiCaller(
        token_id=found["token_id"],
        token_name=found["token_name"],
        account_id=found["account_id"],
        username=found["username"],
        operator=rules.narrowed(held, acts=rules.acts_named(json.loads(found["acts"])), at=below if named else None),
        branch_id=found["branch_id"],
        service_point_id=found["service_point_id"],
        valid_to=found["valid_to"],
        edition=found["edition"],
    )
