"""Forms of station batches. They check shapes; what may be done is the verbs' to say."""

from django import forms
from django.utils.translation import gettext_lazy as _

from wenyuan.doors.workbench.branches import Choices
from wenyuan.doors.workbench.transit.batch_words import SETTLED
from wenyuan.lending.circulation.data.consignments import Settled


class TermsForm(forms.Form):
    purpose = forms.CharField(label=_("What for"), max_length=60, help_text=_("The season, say: autumn 2026."))
    return_date = forms.DateField(
        label=_("Due back on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class OpenBatchForm(TermsForm):
    to = forms.TypedChoiceField(label=_("To station"), coerce=int)
    field_order = ("to", "purpose", "return_date")

    def __init__(self, *args: object, branches: Choices, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        self.fields["to"].choices = branches  # type: ignore[attr-defined] # a choice field


class BatchScanForm(forms.Form):
    """``crate`` is the manifest of a crate that is being packed for the station, into which the item goes as well."""

    code = forms.CharField(max_length=64)
    crate = forms.IntegerField(required=False, min_value=1)


class SettleForm(forms.Form):
    settled_as = forms.TypedChoiceField(
        label=_("What became of it"),
        coerce=Settled,
        choices=[(one.value, SETTLED[one][1]) for one in (Settled.CHARGED, Settled.WRITTEN_OFF)],
        widget=forms.RadioSelect,
        initial=Settled.CHARGED.value,
    )
    amount = forms.DecimalField(
        label=_("Amount in yuan"),
        required=False,
        min_value=0,
        max_digits=9,
        decimal_places=2,
        help_text=_("What the station owes. Left empty, the item's price counts."),
    )
    remark = forms.CharField(label=_("Why"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))

    def amount_fen(self) -> int | None:
        """The amount typed, in fen."""
        amount = self.cleaned_data["amount"]
        return None if amount is None else int(amount * 100)
