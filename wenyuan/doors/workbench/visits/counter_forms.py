"""Setting up, calibrating and taking down a gate counter, and setting one of its readings aside."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wenyuan.doors.workbench.visits.words import DIRECTIONS, KINDS
from wenyuan.services.visits.data import CounterKind, Directions

NAME_CHARACTERS = 60
LARGEST_TOTAL = 10**12


def _day(label: Any, **others: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **others)


class CounterForm(forms.Form):
    service_point_id = forms.TypedChoiceField(label=_("Service point"), coerce=int)
    name = forms.CharField(
        label=_("Name of the counter"),
        max_length=NAME_CHARACTERS,
        help_text=_("Which door, which device: “Main gate, left”."),
    )
    kind = forms.ChoiceField(label=_("What it says"), choices=[(one.value, words) for one, words in KINDS.items()])
    directions = forms.ChoiceField(
        label=_("Whom it counts"), choices=[(one.value, words) for one, words in DIRECTIONS.items()]
    )
    maximum = forms.IntegerField(
        label=_("Highest total"),
        min_value=1,
        max_value=LARGEST_TOTAL,
        required=False,
        help_text=_("Only where it then goes on from 0: 65535 or 9999. Without it a falling total is a reset."),
    )
    first_date = _day(_("Counts from"), help_text=_("The first day of which readings are taken; it may have passed."))

    def __init__(self, *args: Any, points: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["service_point_id"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = points

    def values(self) -> dict[str, Any]:
        """What was typed as the verb takes it, once the form is valid."""
        values = self.cleaned_data
        return {
            **values,
            "kind": CounterKind(values["kind"]),
            "directions": Directions(values["directions"]),
        }


class CalibrationForm(forms.Form):
    percent = forms.DecimalField(
        label=_("Calibration, per cent"),
        min_value=Decimal(10),
        max_value=Decimal(500),
        decimal_places=1,
        help_text=_("Counted by hand, divided by what the counter said: 95 of 100 are 95 %."),
    )
    first_date = _day(
        _("Holds from"), help_text=_("A day that has passed is counted anew, up to the next calibration.")
    )
    reason = forms.CharField(
        label=_("What was compared"), max_length=200, help_text=_("When it was counted by hand, for how long, by whom.")
    )

    def permille(self) -> int:
        """The calibration as it is kept."""
        return int(self.cleaned_data["percent"] * 10)


class EndForm(forms.Form):
    ended_date = _day(
        _("The first day without it"),
        help_text=_(
            "What it has counted on and after that day is taken back. One set up wrongly ends as of its first day."
        ),
    )
    reason = forms.CharField(label=_("Why it is taken down"), max_length=200)


class AsideForm(forms.Form):
    reason = forms.CharField(label=_("What is wrong with it"), max_length=200)


class SheetForm(forms.Form):
    file = forms.FileField(
        label=_("Sheet of readings (CSV)"),
        help_text=_(
            "With a line of headings: time and reading; since for a counter by interval, out where it tells that apart."
        ),
    )
