"""What stands around the pages of the lending rules: their tabs, and the way to them."""

from django.urls import reverse
from django.utils.translation import gettext

from wenyuan.doors.furniture.navigation import Crumb, Place
from wenyuan.doors.workbench.access import StaffRequest
from wenyuan.organisation.rights.data import Act


def tabs(request: StaffRequest, current: str) -> list[Place]:
    """The pages of this part that the operator may open."""
    held = request.operator.everywhere.union(*request.operator.at_branches.values())
    pages = {"policies-try": gettext("Try it out")}
    if Act.EDIT_POLICIES in held:
        pages = {
            "policies": gettext("Rules of a place"),
            "policies-table": gettext("Table of one rule"),
            **pages,
            "policies-gaps": gettext("What cannot be lent"),
        }
    return [
        Place(label=label, url=reverse(f"workbench:{name}"), current=name == current) for name, label in pages.items()
    ]


def crumbs(label: str = "") -> tuple[Crumb, ...]:
    """The way to a page of this part; none to its first."""
    first = gettext("Lending rules")
    return (Crumb(first, reverse("workbench:policies")), Crumb(label)) if label else ()
