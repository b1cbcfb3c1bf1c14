"""What stands around every page of the workbench: where one is, who one is, and the places one may go to.

Views end in ``page(request, template, context)``. Their templates extend ``workbench/shell.html`` and fill its block
``content``; what was just done is said there, above it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from wenyuan.doors.furniture.navigation import Place
from wenyuan.doors.workbench.access import WORKPLACE
from wenyuan.organisation.network.queries import get_branch, network_map
from wenyuan.organisation.rights.data import Act, Desk, Operator


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the workbench and the acts of which one lets somebody in.

    ``folder`` is its place below ``/workbench/``. With ``any_branch`` a right at any branch counts, since its pages
    ask themselves about which branch it is; else the right must be held where one works.
    """

    folder: str
    label: str | Promise
    acts: frozenset[Act]
    icon: str
    any_branch: bool = False

    def lets_in(self, operator: Operator, branch_id: int) -> bool:
        """Whether the operator, working at this branch, may come in."""
        held = operator.everywhere | operator.at_branches.get(branch_id, frozenset())
        if self.any_branch:
            held = held.union(*operator.at_branches.values())
        return not self.acts.isdisjoint(held)


PARTS: Final = (
    Part("desk", _("Circulation"), frozenset({Act.CHECKOUT, Act.CHECKIN}), "barcode"),
    Part("patrons", _("Readers"), frozenset({Act.SEE_PATRON}), "person"),
    Part("holds", _("Holds"), frozenset({Act.PLACE_HOLD}), "hold"),
    Part("fees", _("Money"), frozenset({Act.SEE_FEES}), "money"),
    Part("items", _("Holdings"), frozenset({Act.SEE_ITEM}), "book"),
    Part("transit", _("Crates"), frozenset({Act.PACK_CRATES, Act.DRIVE_RUNS, Act.PLAN_RUNS}), "box"),
    Part(
        "records",
        _("Cataloguing"),
        frozenset({Act.EDIT_ITEM, Act.EDIT_RECORDS, Act.IMPORT_RECORDS, Act.EXPORT_RECORDS}),
        "edit",
    ),
    Part("network", _("Branches"), frozenset({Act.EDIT_NETWORK, Act.EDIT_CALENDAR, Act.EDIT_POLICIES}), "tree", True),
    Part("policies", _("Lending rules"), frozenset({Act.EDIT_POLICIES}), "calendar", True),
    Part("visits", _("Visits"), frozenset({Act.ENTER_VISITS}), "leave"),
    Part("booklists", _("Booklists"), frozenset({Act.KEEP_BOOKLISTS}), "books", True),
    Part("reviews", _("Readers’ reviews"), frozenset({Act.MODERATE_REVIEWS}), "star", True),
    Part("suggestions", _("Suggestions to buy"), frozenset({Act.ANSWER_SUGGESTIONS}), "plus", True),
    Part(
        "daybook",
        _("Daybook"),
        frozenset({Act.KEEP_DAYBOOK, Act.APPROVE_DAYBOOK, Act.SEE_FIGURES}),
        "star",
        True,
    ),
    Part(
        "notices",
        _("Notices"),
        frozenset({Act.SEE_NOTICES, Act.EDIT_NOTICES, Act.CALL_READERS}),
        "phone",
        True,
    ),
    Part("figures", _("Figures"), frozenset({Act.SEE_FIGURES}), "chart", True),
    Part("journal", _("Journal"), frozenset({Act.SEE_JOURNAL}), "page", True),
    Part(
        "accounts",
        _("Accounts"),
        frozenset({Act.MANAGE_ACCOUNTS, Act.GRANT_ROLES, Act.SEE_AUDIT, Act.SEE_SIGN_INS}),
        "key",
        True,
    ),
)


def page(
    request: HttpRequest, template: str, context: Mapping[str, Any] | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    """Draw a page of the workbench. It is not kept by browsers or proxies, since it may show a person."""
    response = render(request, template, {**surroundings(request), **(context or {})}, status=status)
    response["Cache-Control"] = "no-store, private"
    return response


def surroundings(request: HttpRequest) -> dict[str, Any]:
    """What the frame of a page shows; of nobody and no place before somebody has signed in."""
    home = reverse("workbench:home")
    operator: Operator | None = getattr(request, "operator", None)
    desk: Desk | None = getattr(request, "desk", None)
    if operator is None or desk is None:
        return {"home_url": home}
    return {
        "home_url": home,
        "nav": places(operator, desk.branch_id, at=request.path),
        "place_name": place_name(request, desk),
        "operator_name": operator.name,
        "sign_out_url": reverse("workbench:sign-out"),
        "now": getattr(request, "at", None),
    }


def places(operator: Operator, branch_id: int, *, at: str) -> list[Place]:
    """Where this operator may go from here; ``at`` is the path of the page one is on."""
    home = reverse("workbench:home")
    return [
        Place(label=str(part.label), url=f"{home}{part.folder}/", icon=part.icon, current=_is_at(at, home, part))
        for part in PARTS
        if branch_id and part.lets_in(operator, branch_id)
    ]


def place_name(request: HttpRequest, desk: Desk) -> str:
    """Branch and service point, as chosen after signing in; empty before."""
    branch = get_branch(desk.branch_id) if desk.branch_id else None
    if branch is None:
        return ""
    language = get_language() or "zh-hans"
    chinese, english = request.session.get(WORKPLACE, {}).get("point_names") or ("", "")
    point = (english if language.startswith("en") else "") or chinese
    return f"{branch.name(language)} {point}".strip()


def branch_names() -> Callable[[int | str | None], str]:
    """A function from a branch's id or code to its name in the reader's language; empty where there is none."""
    network, language = network_map(), get_language() or "zh-hans"

    def name_of(branch: int | str | None) -> str:
        if isinstance(branch, str) and not branch.isdecimal():
            facts = network.by_code(branch)
        else:
            facts = network.branches.get(int(branch)) if branch else None
        return facts.name(language) if facts else ""

    return name_of


def _is_at(path: str, home: str, part: Part) -> bool:
    return path.startswith(f"{home}{part.folder}/")
