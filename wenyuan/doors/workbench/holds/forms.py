"""Forms of holds: what one asks for, and what may be changed on it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wenyuan.doors.workbench.branches import Choices
from wenyuan.doors.workbench.network.forms import DayField


class ScanForm(forms.Form):
    code = forms.CharField(label=_("Barcode"), max_length=64, strip=True)


class WishForm(forms.Form):
    """Where a hold is fetched and on which days it is wanted."""

    pickup = forms.TypedChoiceField(label=_("Fetched at"), coerce=int)
    not_before = DayField(label=_("Not before"), required=False)
    not_after = DayField(
        label=_("Not after"), required=False, help_text=_("Empty: as long as the policy lets it wait.")
    )

    def __init__(self, *args: Any, branches: Choices, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["pickup"].choices = branches  # type: ignore[attr-defined] # a choice field


class HoldForm(WishForm):
    """A hold of a title for whoever a card belongs to."""

    card = forms.CharField(label=_("Reader's card"), max_length=64, strip=True)
    only = forms.TypedChoiceField(
        label=_("Which item"), coerce=str, required=False, help_text=_("One item only for a volume or a certain copy.")
    )
    field_order = ("card", "pickup", "only", "not_before", "not_after")

    def __init__(self, *args: Any, items: Choices, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["only"].choices = [("", _("any item of the title")), *items]  # type: ignore[attr-defined]


class ReaderHoldForm(WishForm):
    """A hold for a known reader on the title of a scanned item."""

    code = forms.CharField(label=_("Barcode of any item of the title"), max_length=64, strip=True)
    field_order = ("code", "pickup", "not_before", "not_after")


class SuspendForm(forms.Form):
    until = DayField(label=_("Up to and with"), required=False)


class PlaceForm(forms.Form):
    to = forms.IntegerField(label=_("New place in the queue"), min_value=1, max_value=10_000)
    reason = forms.CharField(
        label=_("Reason"), max_length=100, strip=True, help_text=_("It is kept in the audit, with your name.")
    )
