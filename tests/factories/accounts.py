"""Accounts, grants, machines and desks for tests, written straight into the tables."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import count
from typing import TypedDict

from django.contrib.auth.hashers import make_password

from wenyuan.organisation.accounts.data import API_ACTS, ROLE_ACTS, Role
from wenyuan.organisation.accounts.models import Account, ApiToken, Machine, RoleGrant
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import Act, Desk, Door, Operator
from wenyuan.plumbing.secrets import lookup_hash

PASSWORD = "浮云一别后 1988"
GRANTED = date(2010, 1, 1)
_numbers = count(1)


@lru_cache(maxsize=16)
def _hash_of(password: str) -> str:
    """Argon2 is slow on purpose: one hash a password is enough for a test run."""
    return make_password(password)


def make_account(
    username: str = "",
    password: str = PASSWORD,
    *,
    name: str = "",
    roles: Iterable[tuple[Role, Branch | None]] = (),
    kind: str = "person",
    is_active: bool = True,
    granted_from: date = GRANTED,
) -> Account:
    """An account with role grants; a grant without a branch holds for the whole network."""
    username = username or f"user{next(_numbers)}"
    account = Account.objects.create(
        username=username,
        name=name or username,
        kind=kind,
        is_active=is_active,
        password=_hash_of(password),
    )
    for role, branch in roles:
        RoleGrant.objects.create(account=account, role=role.value, branch=branch, valid_from=granted_from)
    return account


def make_machine(
    branch: Branch,
    username: str = "",
    password: str = PASSWORD,
    *,
    charset: str = "utf-8",
    profile: str = "standard",
    terminator: str = "CR",
    checksum: str = "warn",
    addresses: Iterable[str] = (),
    roles: Iterable[Role] = (Role.MACHINE,),
    holder_told: str = "off",
    pin_to_pay: bool = False,
) -> Machine:
    """A machine with its account, which holds the machine role (or exactly ``roles``) at the branch."""
    account = make_account(username, password, kind="machine", roles=[(role, branch) for role in roles])
    return Machine.objects.create(
        account=account,
        branch=branch,
        charset=charset,
        profile=profile,
        terminator=terminator,
        checksum=checksum,
        addresses=list(addresses),
        holder_told=holder_told,
        pin_to_pay=pin_to_pay,
    )


def make_api_token(machine: Machine, secret: str = "", *, valid_to: date = date(2099, 1, 1)) -> ApiToken:
    """A token of the machine for everything that a machine may do; what is shown at the door is ``secret``."""
    secret = secret or f"wya_{next(_numbers):043d}"
    return ApiToken.objects.create(
        machine=machine,
        name="读者小程序",
        token_hash=lookup_hash("api token", secret),
        last4=secret[-4:],
        acts=sorted(act.value for act in API_ACTS),
        valid_to=valid_to,
        created_at=datetime(2026, 1, 2, 3, tzinfo=UTC),
        created_by_id=machine.account_id,
    )


def make_operator(
    *,
    role: Role = Role.DESK_LEAD,
    acts: Iterable[Act] | None = None,
    branches: Iterable[Branch] | None = None,
    account: Account | None = None,
) -> Operator:
    """Who acts: the role's acts (or exactly ``acts``) at the branches, in the whole network where none are given."""
    account = account or make_account()
    held = ROLE_ACTS[role] if acts is None else frozenset(acts)
    if branches is None:
        return Operator(account.id, account.name, everywhere=held)
    return Operator(account.id, account.name, at_branches={branch.id: held for branch in branches})


def make_desk(
    branch: Branch,
    *,
    role: Role = Role.DESK_LEAD,
    acts: Iterable[Act] | None = None,
    door: Door = Door.WORKBENCH,
    everywhere: bool = False,
    account: Account | None = None,
    code: str = "",
) -> Desk:
    """A desk at the branch whose operator (a real account) holds the role's acts, or exactly ``acts``, there."""
    operator = make_operator(role=role, acts=acts, branches=None if everywhere else [branch], account=account)
    return Desk(operator=operator, branch_id=branch.id, door=door, code=code)


class Turns(TypedDict):
    """What a verb asks in each of its chunks."""

    clock: Callable[[], datetime]
    desk_at: Callable[[datetime], Desk]


def turns(at: datetime, desk: Desk) -> Turns:
    """The same moment and the same rights in every chunk."""
    return {"clock": lambda: at, "desk_at": lambda _: desk}
