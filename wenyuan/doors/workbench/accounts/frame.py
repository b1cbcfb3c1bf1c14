"""What stands around the pages of accounts: their tabs, and the way to them."""

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.navigation import Crumb, Place
from wenyuan.doors.workbench.access import StaffRequest
from wenyuan.organisation.accounts.data import AccountFacts
from wenyuan.organisation.accounts.queries import get_account
from wenyuan.organisation.rights.data import Act, Operator


def holds(operator: Operator, *acts: Act) -> bool:
    """Whether the operator holds one of the acts anywhere."""
    held = operator.everywhere.union(*operator.at_branches.values())
    return any(act in held for act in acts)


def tabs(request: StaffRequest) -> list[Place]:
    """The lists of this part that the operator may open."""
    everybody = (Act.MANAGE_ACCOUNTS, Act.GRANT_ROLES, Act.SEE_AUDIT, Act.SEE_SIGN_INS)
    places: list[tuple[StrOrPromise, str, tuple[Act, ...]]] = [
        (gettext("Accounts"), "accounts", everybody),
        (gettext("Machines"), "machines", (Act.MANAGE_ACCOUNTS, Act.GRANT_ROLES)),
        (gettext("Three administrators"), "separation", everybody),
        (gettext("Audit"), "audit", (Act.SEE_AUDIT,)),
        (gettext("Sign-ins"), "sign-ins", (Act.SEE_SIGN_INS,)),
    ]
    found = []
    for label, name, acts in places:
        if holds(request.operator, *acts):
            url = reverse(f"workbench:{name}")
            found.append(Place(str(label), url, current=request.path == url))
    return found


def account_crumbs(*after: Crumb) -> tuple[Crumb, ...]:
    """From the accounts to what ``after`` names."""
    return (Crumb(gettext("Accounts"), reverse("workbench:accounts")), *after)


def account_or_404(account_id: int) -> AccountFacts:
    """The account that the address names."""
    facts = get_account(account_id)
    if facts is None:
        raise Http404
    return facts


def url_of(account_id: int) -> str:
    """The page of an account."""
    return reverse("workbench:account", args=[account_id])
