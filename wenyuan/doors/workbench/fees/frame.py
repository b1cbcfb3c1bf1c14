"""What stands around the pages of money: their tabs."""

from django.urls import reverse
from django.utils.translation import gettext

from wenyuan.doors.furniture.navigation import Place
from wenyuan.doors.workbench.access import StaffRequest


def tabs(request: StaffRequest) -> list[Place]:
    """The lists of this part."""
    places = [
        (gettext("Debts"), "fees"),
        (gettext("Deposit account"), "fees-deposits"),
        (gettext("Day closing"), "fees-today"),
        (gettext("Closed days"), "fees-closings"),
    ]
    return [
        Place(label, reverse(f"workbench:{name}"), current=request.path == reverse(f"workbench:{name}"))
        for label, name in places
    ]
