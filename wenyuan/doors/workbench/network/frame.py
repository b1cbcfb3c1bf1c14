"""What stands around the forms of a branch: the way there, the right to be there, the way back."""

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.navigation import Crumb
from wenyuan.doors.workbench.access import StaffRequest
from wenyuan.doors.workbench.branches import Choices
from wenyuan.doors.workbench.form_pages import Sheet, form_page
from wenyuan.organisation.network.data import BranchFacts
from wenyuan.organisation.network.queries import get_branch, list_areas
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import require


def network_crumbs(*after: Crumb) -> tuple[Crumb, ...]:
    """From the tree of branches to what ``after`` names."""
    return (Crumb(gettext("Branches"), reverse("workbench:network")), *after)


def branch_crumbs(branch: BranchFacts, label: str) -> tuple[Crumb, ...]:
    """From the tree by a branch to the page ``label``."""
    return network_crumbs(Crumb(shown(branch), url_of(branch.id)), Crumb(label))


def shown(branch: BranchFacts) -> str:
    """The branch's name in the language of the page."""
    return branch.name(get_language() or "zh-hans")


def url_of(branch_id: int) -> str:
    """The page of a branch."""
    return reverse("workbench:network-branch", args=[branch_id])


def branch_or_404(branch_id: int) -> BranchFacts:
    """The branch that the address names."""
    branch = get_branch(branch_id)
    if branch is None:
        raise Http404
    return branch


def branch_to_change(request: StaffRequest, branch_id: int, act: Act) -> BranchFacts:
    """The branch, if this operator may do ``act`` there: nobody is shown a form that would only be refused."""
    branch = branch_or_404(branch_id)
    require(request.operator, act, branch.id)
    return branch


def area_choices(branch_id: int, *, empty: str) -> Choices:
    """The areas of a branch for a select, after a first choice for none of them."""
    return [("", empty), *((str(area.id), in_own_words(area.name_zh, area.name_en)) for area in list_areas(branch_id))]


def in_own_words(name_zh: str, name_en: str) -> str:
    """The name in the language of the page, Chinese where there is no other."""
    return name_en if name_en and (get_language() or "").startswith("en") else name_zh


def branch_form(
    request: HttpRequest,
    form: forms.Form,
    facts: BranchFacts,
    title: str,
    act: StrOrPromise,
    *,
    words: str = "",
    about: str = "",
    grave: bool = False,
) -> HttpResponse:
    """The page of a form about one branch, or about a thing of the branch that ``about`` names."""
    sheet = Sheet(
        title=title,
        act=act,
        line=f"{shown(facts)} · {about}" if about else shown(facts),
        words=words,
        crumbs=branch_crumbs(facts, title),
        back=url_of(facts.id),
        grave=grave,
        confirm=words if grave else "",
    )
    return form_page(request, form, sheet)
