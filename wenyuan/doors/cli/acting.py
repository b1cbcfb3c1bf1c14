"""As whom a command acts: an account of the library with its own rights, never more."""

from collections.abc import Iterable
from datetime import datetime

import click

from wenyuan.organisation.accounts.queries import account_by_username, list_accounts, operator_for
from wenyuan.organisation.network.data import BranchFacts
from wenyuan.organisation.network.queries import find_branch, network_map
from wenyuan.organisation.rights.data import NO_BRANCH, Act, Desk, Door, Operator
from wenyuan.organisation.rights.queries import may
from wenyuan.plumbing.clock import local_date
from wenyuan.runtime.problem import Problem


def acting_desk(*, act: Act, branch_id: int | None, username: str | None, at: datetime) -> Desk:
    """A desk at the command line whose operator may do ``act`` at the branch (none: in the whole network).

    Without a user name it is the first active account that may, and standard error says which: the journal names it.

    :raises Problem: no such account, or it may not.
    """
    operators = [_named(username, at)] if username else _staff(at)
    for operator in operators:
        if may(operator, act, branch_id):
            if not username:
                click.echo(f"Acting as {operator.name}; --as USER names another.", err=True)
            return Desk(operator=operator, branch_id=branch_id or NO_BRANCH, door=Door.CLI, code="cli")
    who = f"The account {username!r} may not" if username else "No active account may"
    raise Problem(f"{who} do this ({act.value}) there: give somebody the role in the workbench.")


def desk_anywhere(*, act: Act, username: str | None, at: datetime) -> Desk:
    """As ``acting_desk``, at whichever branch the operator holds the act.

    :raises Problem: no account may do it anywhere.
    """
    for branch_id in (None, *sorted(network_map().branches)):
        try:
            desk = acting_desk(act=act, branch_id=branch_id, username=username, at=at)
        except Problem as problem:
            refused = problem
            continue
        if branch_id is not None:
            return desk
        return Desk(
            operator=desk.operator, branch_id=min(network_map().branches, default=NO_BRANCH), door=Door.CLI, code="cli"
        )
    raise refused


def branch_of(code: str) -> BranchFacts:
    """The branch with this code. :raises Problem: there is none; the codes that are there are named."""
    found = find_branch(code)
    if found is None:
        codes = ", ".join(sorted(branch.code for branch in network_map().branches.values())[:20])
        raise Problem(f"No branch has the code {code!r}. There are: {codes or 'none yet'}.")
    return found


def _named(username: str, at: datetime) -> Operator:
    account = account_by_username(username)
    operator = operator_for(account.id, local_date(at)) if account else None
    if operator is None:
        raise Problem(f"There is no account {username!r}.")
    return operator


def _staff(at: datetime) -> Iterable[Operator]:
    people = sorted(list_accounts(kind="person", active_only=True), key=lambda account: account.id)
    for account in people:
        operator = operator_for(account.id, local_date(at))
        if operator is not None:
            yield operator
