"""What stands around the pages of money: their tabs."""

from django.urls import reverse
from django.utils.translation import gettext

from wenyuan.doors.furniture.navigation import Place
from wenyuan.doors.workbench.access import StaffRequest
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import may


def tabs(request: StaffRequest) -> list[Place]:
    """The lists of this part."""
    places = [
        (gettext("Debts"), "fees"),
        (gettext("Deposit account"), "fees-deposits"),
        (gettext("Day closing"), "fees-today"),
        (gettext("Closed days"), "fees-closings"),
    ]
    if may(request.operator, Act.EDIT_POLICIES, request.desk.branch_id):
        places.append((gettext("Credit points"), "fees-points"))
    return [
        Place(label, reverse(f"workbench:{name}"), current=request.path == reverse(f"workbench:{name}"))
        for label, name in places
    ]
