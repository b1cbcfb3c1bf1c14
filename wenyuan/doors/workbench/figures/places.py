"""For which branches somebody sees figures, and how a page names them."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wenyuan.doors.workbench.access import StaffRequest
from wenyuan.doors.workbench.branches import INDENT, Choices, branch_name, branches_with, in_tree_order
from wenyuan.office.figures import queries
from wenyuan.office.figures.queries import EVERYTHING
from wenyuan.organisation.network.data import NetworkMap
from wenyuan.organisation.rights.data import Act, Operator


def branch_choices(operator: Operator, network: NetworkMap, today: date) -> Choices:
    """Everything for those who may, then the tree, by code."""
    mine = branches_with(operator, Act.SEE_FIGURES)
    choices: Choices = [(EVERYTHING, _("the whole network"))] if mine is None else []
    return choices + [
        (network.branches[branch_id].code, INDENT * depth + branch_name(branch_id, network))
        for branch_id, depth in in_tree_order(network, today)
        if mine is None or branch_id in mine
    ]


def own_branch(request: StaffRequest, network: NetworkMap, choices: Choices) -> str:
    """What a page without a branch in its address shows: everything, else one's own branch, else the first."""
    own = network.branches.get(request.desk.branch_id)
    codes = [code for code, _words in choices]
    if EVERYTHING in codes:
        return EVERYTHING
    return own.code if own and own.code in codes else codes[0]


def allowed(operator: Operator, chosen: str, network: NetworkMap, *, rows: bool = False) -> str | None:
    """The branch's code, none for everything, if this operator may see its figures (or rows)."""
    facts = None if chosen == EVERYTHING else network.by_code(chosen)
    if facts is None and chosen != EVERYTHING:
        raise Http404
    may_see = queries.may_see_rows if rows else queries.may_see
    if not may_see(operator, facts.id if facts else None):
        raise PermissionDenied
    return facts.code if facts else None


def place_words(branch: str | None, network: NetworkMap) -> str:
    facts = network.by_code(branch) if branch else None
    if facts is None:
        return gettext("the whole network")
    return gettext("%(branch)s and what stands below it") % {"branch": branch_name(facts.id, network)}
