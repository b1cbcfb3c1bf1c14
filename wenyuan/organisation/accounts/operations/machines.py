"""Machines: an account and how it speaks SIP2. The role that lets it act is given by the security administrator."""

import ipaddress
from collections.abc import Sequence
from datetime import datetime

from wenyuan.organisation.accounts import models
from wenyuan.organisation.accounts.data import AccountReason, AccountRefused, MachineFacts
from wenyuan.organisation.accounts.operations.records import leave_trace, locked_account, new_account
from wenyuan.organisation.accounts.queries import get_machine
from wenyuan.organisation.network.queries import list_service_points, network_map
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.transactions import verb

CHARSETS = frozenset({"utf-8", "gbk", "gb18030"})
TERMINATORS = frozenset({"CR", "CRLF"})
CHECKSUMS = frozenset({"off", "warn", "enforce"})
HOLDER_TOLD = frozenset({"off", "card", "name"})
MOST_PROFILE_CHARACTERS = 16


@needs(Act.MANAGE_ACCOUNTS)
@verb
def create_machine(
    *,
    username: str,
    name: str,
    password: str,
    branch_id: int,
    at: datetime,
    desk: Desk,
    service_point_id: int | None = None,
    profile: str = "standard",
    charset: str = "utf-8",
    terminator: str = "CR",
    checksum: str = "warn",
    addresses: Sequence[str] = (),
    holder_told: str = "off",
    pin_to_pay: bool = False,
) -> MachineFacts:
    """Make a machine with its account. It may do nothing until it is granted ``Role.MACHINE`` at its branch.

    ``addresses`` are CIDR texts of the networks it may call from; none means any. On ``holder_told`` and ``pin_to_pay``
    see :class:`MachineFacts`.

    :raises AccountRefused: user name, name or password will not do; unknown branch or service point; an unknown
        charset, terminator, checksum or address (``codes`` name the fields).
    :raises NotAllowed: no right to manage accounts at the branch.
    """
    require(desk.operator, Act.MANAGE_ACCOUNTS, branch_id)
    networks = _checked(branch_id, service_point_id, profile, charset, terminator, checksum, addresses, holder_told)
    account = new_account(
        username=username,
        name=name,
        password=password,
        kind=models.AccountKind.MACHINE,
        must_change=False,
        at=at,
        created_by_id=desk.operator.account_id,
    )
    row = models.Machine.objects.create(
        account=account,
        branch_id=branch_id,
        service_point_id=service_point_id,
        profile=profile,
        charset=charset,
        terminator=terminator,
        checksum=checksum,
        addresses=networks,
        holder_told=holder_told,
        pin_to_pay=pin_to_pay,
    )
    leave_trace(
        what="create_machine",
        at=at,
        desk=desk,
        account_id=account.id,
        branch_id=branch_id,
        after={"username": account.username, **_settings(row)},
    )
    return _facts(account.id)


@needs(Act.MANAGE_ACCOUNTS)
@verb
def update_machine(
    *,
    account_id: int,
    branch_id: int,
    at: datetime,
    desk: Desk,
    service_point_id: int | None = None,
    profile: str = "standard",
    charset: str = "utf-8",
    terminator: str = "CR",
    checksum: str = "warn",
    addresses: Sequence[str] = (),
    holder_told: str = "off",
    pin_to_pay: bool = False,
) -> MachineFacts:
    """State anew where a machine stands and how it speaks. Grants do not follow a move to another branch.

    :raises AccountRefused: no such machine; otherwise as ``create_machine``.
    :raises NotAllowed: no right to manage accounts at its branch, or at the one it moves to.
    """
    found = models.Machine.objects.filter(account_id=account_id).first()
    require(desk.operator, Act.MANAGE_ACCOUNTS, found.branch_id if found else None)
    require(desk.operator, Act.MANAGE_ACCOUNTS, branch_id)
    if found is None:
        raise AccountRefused(AccountReason.UNKNOWN_ACCOUNT)
    networks = _checked(branch_id, service_point_id, profile, charset, terminator, checksum, addresses, holder_told)
    locked_account(account_id)
    row = models.Machine.objects.get(account_id=account_id)
    before = _settings(row)
    row.branch_id, row.service_point_id = branch_id, service_point_id
    row.profile, row.charset, row.terminator, row.checksum = profile, charset, terminator, checksum
    row.addresses, row.holder_told, row.pin_to_pay = networks, holder_told, pin_to_pay
    row.save()
    leave_trace(
        what="update_machine",
        at=at,
        desk=desk,
        account_id=account_id,
        branch_id=branch_id,
        before=before,
        after=_settings(row),
    )
    return _facts(account_id)


def _checked(
    branch_id: int,
    service_point_id: int | None,
    profile: str,
    charset: str,
    terminator: str,
    checksum: str,
    addresses: Sequence[str],
    holder_told: str,
) -> list[str]:
    """The addresses as canonical networks. :raises AccountRefused: anything that a machine cannot have."""
    if branch_id not in network_map().branches:
        raise AccountRefused(AccountReason.UNKNOWN_BRANCH)
    points = {point.id for point in list_service_points(branch_id)}
    if service_point_id is not None and service_point_id not in points:
        raise AccountRefused(AccountReason.UNKNOWN_SERVICE_POINT)
    wrong = [
        field
        for field, fits in (
            ("profile", 0 < len(profile) <= MOST_PROFILE_CHARACTERS),
            ("charset", charset in CHARSETS),
            ("terminator", terminator in TERMINATORS),
            ("checksum", checksum in CHECKSUMS),
            ("holder_told", holder_told in HOLDER_TOLD),
        )
        if not fits
    ]
    try:
        networks = [str(ipaddress.ip_network(address.strip(), strict=False)) for address in addresses]
    except ValueError:
        wrong.append("addresses")
    if wrong:
        raise AccountRefused(AccountReason.BAD_MACHINE, tuple(wrong))
    return networks


def _settings(row: models.Machine) -> dict[str, object]:
    return {
        "branch": row.branch_id,
        "service_point": row.service_point_id,
        "profile": row.profile,
        "charset": row.charset,
        "terminator": row.terminator,
        "checksum": row.checksum,
        "addresses": list(row.addresses),
        "holder_told": row.holder_told,
        "pin_to_pay": row.pin_to_pay,
    }


def _facts(account_id: int) -> MachineFacts:
    facts = get_machine(account_id)
    assert facts is not None, "the row has just been written"
    return facts
