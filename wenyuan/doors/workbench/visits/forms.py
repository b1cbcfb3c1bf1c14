"""Typing, correcting and withdrawing a count."""

from django import forms
from django.utils.translation import gettext_lazy as _

from wenyuan.doors.workbench.visits.words import EVIDENCE
from wenyuan.services.registers.data import Totals
from wenyuan.services.visits.data import Evidence, EvidenceKind

MOST_PERSONS = 99_999


class CountForm(forms.Form):
    persons = forms.IntegerField(label=_("Persons"), min_value=0, max_value=MOST_PERSONS)
    evidence_kind = forms.ChoiceField(
        label=_("What it rests on"), choices=[(kind.value, words) for kind, words in EVIDENCE.items()]
    )
    evidence = forms.CharField(
        label=_("Evidence"),
        max_length=200,
        help_text=_("Readings from and to, the number of the sheet, who counted. No names of readers."),
    )
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def shown_evidence(self) -> Evidence:
        """What was typed, once the form is valid."""
        return Evidence(EvidenceKind(self.cleaned_data["evidence_kind"]), self.cleaned_data["evidence"])


class InsteadForm(CountForm):
    """For a day that a gate counter has counted."""

    instead = forms.BooleanField(
        label=_("Let this number stand instead of the gate counter's"),
        required=False,
        help_text=_("The counter's visits of the day are taken back. If this count is withdrawn, they come again."),
    )


MOST_A_MONTH = 99_999


class MonthForm(forms.Form):
    """What a register says of a month."""

    loans = forms.IntegerField(label=_("Items lent"), min_value=0, max_value=MOST_A_MONTH)
    returns = forms.IntegerField(label=_("Items taken back"), min_value=0, max_value=MOST_A_MONTH)
    readers = forms.IntegerField(label=_("Readers who came to borrow"), min_value=0, max_value=MOST_A_MONTH)
    source = forms.CharField(
        label=_("Register"),
        max_length=200,
        help_text=_("Which register and pages, who handed it in. No names of readers."),
    )
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def totals(self) -> Totals:
        """What was typed, once the form is valid."""
        values = self.cleaned_data
        return Totals(loans=values["loans"], returns=values["returns"], readers=values["readers"])


class MonthCorrectionForm(MonthForm):
    reason = forms.CharField(label=_("Why it is corrected"), max_length=200, required=False)
    field_order = ("loans", "returns", "readers", "source", "reason")


class CorrectionForm(CountForm):
    reason = forms.CharField(label=_("Why it is corrected"), max_length=200, required=False)
    field_order = ("persons", "evidence_kind", "evidence", "reason")


class WithdrawalForm(forms.Form):
    reason = forms.CharField(label=_("Why it is withdrawn"), max_length=200)
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
