"""Forms of crates. They check shapes; what may be done is the verbs' to say."""

from django import forms
from django.utils.translation import gettext_lazy as _

from wenyuan.doors.workbench.branches import Choices
from wenyuan.doors.workbench.transit.words import OUTCOMES
from wenyuan.lending.transit.data import FITTING, DifferenceKind, Outcome


class OpenForm(forms.Form):
    code = forms.CharField(label=_("Crate"), max_length=24, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    to = forms.TypedChoiceField(label=_("To branch"), coerce=int)

    def __init__(self, *args: object, branches: Choices, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        self.fields["to"].choices = branches  # type: ignore[attr-defined] # a choice field


class ScanForm(forms.Form):
    code = forms.CharField(max_length=64)


class SealForm(forms.Form):
    seal = forms.CharField(label=_("Seal number"), max_length=32, widget=forms.TextInput(attrs={"autocomplete": "off"}))


class HandForm(forms.Form):
    carrier = forms.CharField(
        label=_("Taken along by"), max_length=60, required=False, help_text=_("The name of the driver or helper.")
    )


class DamageForm(forms.Form):
    code = forms.CharField(label=_("Barcode"), max_length=64, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    note = forms.CharField(label=_("What is damaged"), max_length=200)


class OutcomeForm(forms.Form):
    outcome = forms.TypedChoiceField(label=_("How it ended"), coerce=Outcome)
    remark = forms.CharField(label=_("Remark"), max_length=200, required=False)

    def __init__(self, *args: object, kind: DifferenceKind, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        choices = [("", ""), *((one.value, OUTCOMES[one]) for one in Outcome if one in FITTING[kind])]
        self.fields["outcome"].choices = choices  # type: ignore[attr-defined] # a choice field


class CratesForm(forms.Form):
    codes = forms.CharField(
        label=_("Codes"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line, as they stand on the crates: letters, digits and hyphens."),
    )

    def clean_codes(self) -> list[str]:
        return [line for line in str(self.cleaned_data["codes"]).split() if line]
