"""A machine that has signed in: its place, its rights, and how it speaks."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from wenyuan.doors.furniture.words import BranchNames, branch_names
from wenyuan.kernel.sip2.profile import PROFILES, STANDARD, Charset, ChecksumPolicy, Profile, Terminator
from wenyuan.organisation.accounts.data import MachineFacts
from wenyuan.organisation.accounts.queries import get_machine, operator_for
from wenyuan.organisation.network.data import NetworkMap
from wenyuan.organisation.network.queries import get_library, network_map
from wenyuan.organisation.rights.data import Desk, Door
from wenyuan.plumbing.clock import local_date

BEFORE_LOGIN: Final = replace(STANDARD, lenient=True, checksum=ChecksumPolicy.WARN)
"""How an unknown machine is read and answered: UTF-8, CR."""

_TERMINATORS = {"CR": Terminator.CR, "CRLF": Terminator.CRLF}


@dataclass(frozen=True, slots=True)
class Station:
    """What the answers to a machine rest on, as read at one moment."""

    account_id: int
    username: str
    profile: Profile
    desk: Desk
    network: NetworkMap
    names: BranchNames
    institution: str
    """AO: the library's own code; empty when it has none."""
    library: str
    holder_told: str
    """What a return says of whom an item is kept for: off, card or name."""
    pin_to_pay: bool
    """Whether money is taken only after the reader's PIN."""

    def code_of(self, branch_id: int) -> str:
        """A branch's code, as sorters know it."""
        branch = self.network.branches.get(branch_id)
        return branch.code if branch else ""

    def branch_of(self, code: str) -> int | None:
        """The branch with this code, if there is one."""
        branch = self.network.by_code(code)
        return branch.id if branch else None


def read_station(account_id: int, *, at: datetime) -> Station | None:
    """The machine of an account as it stands now, or nothing if it may not act any more.

    Nothing is kept from before, so a changed branch, charset or right holds from here on.
    """
    machine = get_machine(account_id)
    if machine is None or not machine.is_active:
        return None
    operator = operator_for(account_id, local_date(at))
    if operator is None or not (operator.everywhere or operator.at_branches.get(machine.branch_id)):
        return None
    network = network_map()
    library = get_library()
    desk = Desk(
        operator=operator,
        branch_id=machine.branch_id,
        door=Door.SIP2,
        code=machine.username,
        service_point_id=machine.service_point_id,
    )
    return Station(
        account_id=account_id,
        username=machine.username,
        profile=profile_of(machine),
        desk=desk,
        network=network,
        names=branch_names(network),
        institution=library.institution_code if library else "",
        library=library.name_zh if library else "",
        holder_told=machine.holder_told,
        pin_to_pay=machine.pin_to_pay,
    )


def profile_of(machine: MachineFacts) -> Profile:
    """The make's profile with the machine's own charset, line end and checksum policy.

    Every machine is read leniently: a line without its last delimiter is as clear as one with it, and refusing it
    would only stop a machine that worked yesterday.
    """
    return replace(
        PROFILES.get(machine.profile, STANDARD),
        charset=Charset(machine.charset),
        terminator=_TERMINATORS[machine.terminator],
        checksum=ChecksumPolicy(machine.checksum),
        lenient=True,
    )
