"""What stands around the pages of notices: their tabs, and the way to them."""

from django.urls import reverse
from django.utils.translation import gettext

from wenyuan.doors.furniture.navigation import Crumb, Place
from wenyuan.doors.workbench.access import StaffRequest
from wenyuan.doors.workbench.accounts.frame import holds
from wenyuan.organisation.rights.data import Act

TABS = (
    ("notices", (Act.SEE_NOTICES,)),
    ("call-lists", (Act.CALL_READERS,)),
    ("notice-texts", (Act.EDIT_NOTICES,)),
    ("notice-hours", (Act.EDIT_NOTICES,)),
)


def tabs(request: StaffRequest) -> list[Place]:
    """The lists of this part that the operator may open."""
    labels = {
        "notices": gettext("Sent messages"),
        "call-lists": gettext("Call lists"),
        "notice-texts": gettext("Texts"),
        "notice-hours": gettext("Hours of sending"),
    }
    found = []
    for name, acts in TABS:
        if holds(request.operator, *acts):
            url = reverse(f"workbench:{name}")
            found.append(Place(labels[name], url, current=request.path == url))
    return found


def notice_crumbs(*after: Crumb) -> tuple[Crumb, ...]:
    """From the notices to what ``after`` names."""
    return (Crumb(gettext("Notices"), reverse("workbench:notices")), *after)
