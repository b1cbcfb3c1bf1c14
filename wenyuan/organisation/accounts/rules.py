"""Decisions about accounts: values in, values out."""

import ipaddress
import re
import unicodedata
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from wenyuan.kernel.identity import mask_numbers
from wenyuan.organisation.accounts.data import ADMIN_ROLES, AccountReason, FindingCode, Role
from wenyuan.organisation.rights.data import Act, Door, Operator

LOCKING_FAILURES = 5
FIRST_LOCK = timedelta(minutes=15)
LONGEST_LOCK = timedelta(hours=24)
MACHINE_LOCK = timedelta(seconds=30)
"""A machine signs in by itself again and again: a long lock would let anybody on the network shut it down."""
SWITCH_WITHIN = timedelta(hours=12)
MOST_FAILURES = 1000

_USERNAME = re.compile(r"\w[\w.\-@]{1,63}")
_BADGE = re.compile(r"[A-Z0-9][A-Z0-9._/\-]{3,31}")
_PIN = re.compile(r"[0-9]{4,12}")

DOORS_OF_MACHINES = frozenset({Door.SIP2, Door.KIOSK, Door.API})
DOORS_OF_PERSONS = frozenset({Door.WORKBENCH, Door.API, Door.CLI, Door.KIOSK})


def canonical_username(text: str) -> str:
    """The user name as stored: half-width (NFKC), trimmed. It is compared without regard to case."""
    return unicodedata.normalize("NFKC", text).strip()


def username_fault(username: str) -> AccountReason | None:
    """Why a canonical text cannot be a user name: shape, or because it is somebody's number."""
    if mask_numbers(username) != username:
        return AccountReason.PERSONAL_USERNAME
    return None if _USERNAME.fullmatch(username) else AccountReason.BAD_USERNAME


def canonical_badge(text: str) -> str | None:
    """The badge as hashed: capitals without blanks and colons. Nothing for a text that cannot be one: shape, or an
    identity number, which is too widely known to open anything."""
    bare = re.sub(r"[\s:]+", "", unicodedata.normalize("NFKC", text)).upper()
    return bare if _BADGE.fullmatch(bare) and mask_numbers(bare) == bare else None


def is_pin(text: str) -> bool:
    """Whether the text can be a PIN: 4 to 12 digits."""
    return _PIN.fullmatch(text) is not None


def logged_username(text: str) -> str:
    """What the log keeps of a user name as typed: printable, masked, at most 64 characters.

    People type their identity number, or an unlucky half of it with blanks, into the wrong field.
    """
    printable = "".join(character for character in canonical_username(text) if character.isprintable())
    bare = re.sub(r"[\s\-]+", "", printable)
    return (mask_numbers(bare) if mask_numbers(bare) != bare else printable)[:64]


def lock_after(failures: int, *, at: datetime, machine: bool) -> datetime | None:
    """Until when an account is locked after so many failures in a row; nothing below the fifth.

    15 minutes at the fifth, twice as long at each further one, at most a day; a machine always 30 seconds.
    """
    if failures < LOCKING_FAILURES:
        return None
    if machine:
        return at + MACHINE_LOCK
    doublings = min(failures - LOCKING_FAILURES, 10)
    return at + min(FIRST_LOCK * (1 << doublings), LONGEST_LOCK)


def is_locked(locked_until: datetime | None, *, at: datetime) -> bool:
    """Whether the lock still holds."""
    return locked_until is not None and at < locked_until


def may_use(door: Door, *, machine: bool) -> bool:
    """Whether accounts of this kind come in by that door at all."""
    return door in (DOORS_OF_MACHINES if machine else DOORS_OF_PERSONS)


def canonical_address(address: str | None) -> str | None:
    """An IP address in its canonical form; nothing for one that is none (a socket path)."""
    try:
        found = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return str(mapped or found)


def is_among(address: str | None, networks: Iterable[str]) -> bool:
    """Whether the address lies in one of the networks (CIDR texts)."""
    caller = canonical_address(address)
    return caller is not None and any(ipaddress.ip_address(caller) in ipaddress.ip_network(one) for one in networks)


def acts_named(codes: Iterable[str]) -> frozenset[Act]:
    """Acts by their stored codes; one written by a newer version stands for nothing."""
    return frozenset(Act(code) for code in codes if code in Act._value2member_map_)


def narrowed(operator: Operator, *, acts: frozenset[Act], at: frozenset[int] | None) -> Operator:
    """The operator with no more than these acts, at these branches only (none: wherever they are held)."""
    if at is None:
        everywhere = operator.everywhere & acts
        at_branches = {branch_id: held & acts for branch_id, held in operator.at_branches.items()}
    else:
        everywhere = frozenset()
        at_branches = {
            branch_id: (operator.everywhere | operator.at_branches.get(branch_id, frozenset())) & acts
            for branch_id in at
        }
    return Operator(operator.account_id, operator.name, everywhere, at_branches)


def separation_faults(roles: Collection[Role]) -> tuple[FindingCode, ...]:
    """What is wrong with one account holding all of these roles: the three administrators are three people, and none
    of them works at the desk."""
    administers, operates = ADMIN_ROLES.intersection(roles), set(roles) - ADMIN_ROLES
    faults = []
    if len(administers) > 1:
        faults.append(FindingCode.ROLES_COMBINED)
    if administers and operates:
        faults.append(FindingCode.ADMINISTRATOR_OPERATES)
    return tuple(faults)


def vacant_roles(held: Iterable[Role]) -> tuple[Role, ...]:
    """The administrator roles that nobody holds, in the order of ``Role``."""
    found = frozenset(held)
    return tuple(role for role in Role if role in ADMIN_ROLES and role not in found)
