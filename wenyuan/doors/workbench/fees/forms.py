"""Forms about money. Amounts are typed in yuan and read exactly: what has a third decimal is no amount."""

from dataclasses import asdict
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wenyuan.doors.furniture.fee_words import CHARGES, EVENTS, MEANS
from wenyuan.doors.workbench.branches import Choices
from wenyuan.doors.workbench.network.forms import DayField
from wenyuan.kernel.money import parse_yuan, yuan_text
from wenyuan.lending.fees.data import EARNED_BACK, ChargeKind, Means, PointEvent, PointRuleFacts, PointSchemeFacts


class YuanField(forms.CharField):
    """An amount in yuan; its value is whole fen."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=20, **options)

    def clean(self, value: str | None) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        fen = parse_yuan(text)
        if fen is None:
            raise forms.ValidationError(_("An amount in yuan with at most two decimals, as 12.50."))
        return fen

    def prepare_value(self, value: Any) -> Any:
        return yuan_text(value) if isinstance(value, int) else value


class SignedYuanField(YuanField):
    """An amount that may be below nothing: a till that gave more than it took."""

    def clean(self, value: str | None) -> int | None:
        text = (value or "").strip()
        minus = text[:1] in {"-", "−", "－"}
        fen = super().clean(text[1:] if minus else text)
        return -fen if minus and fen is not None else fen


def words(label: Any, *, required: bool = False, help_text: Any = "") -> forms.CharField:
    """A line of words about money, without anybody's number."""
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(label=label, max_length=200, required=required, help_text=help_text, widget=widget)


class KeyedForm(forms.Form):
    """Sent twice it is done once."""

    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=60)


class MoneyForm(KeyedForm):
    """Money that comes in."""

    amount = YuanField(label=_("Amount in yuan"))
    means = forms.ChoiceField(label=_("How"), choices=list(MEANS.items()), initial=Means.CASH.value)
    text = words(_("Note"), help_text=_("What it is, where it is neither cash nor a code that was scanned."))

    def way(self) -> Means:
        """How the money came."""
        return Means(self.cleaned_data["means"])


class PaymentForm(MoneyForm):
    """A payment for the charges that are ticked."""

    charges = forms.TypedMultipleChoiceField(
        label=_("Which charges"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    field_order = ("charges", "amount", "means", "text")

    def __init__(self, *args: Any, charges: Choices, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["charges"].choices = charges  # type: ignore[attr-defined] # a choice field
        self.fields["charges"].initial = [value for value, _label in charges]


class ChargeForm(KeyedForm):
    """A charge by hand."""

    kind = forms.ChoiceField(label=_("What for"), choices=[(kind.value, label) for kind, label in CHARGES.items()])
    amount = YuanField(label=_("Amount in yuan"))
    text = words(_("In words"), help_text=_("Needed where it is something else."))

    def charged(self) -> ChargeKind:
        """What it is for."""
        return ChargeKind(self.cleaned_data["kind"])


class LetGoForm(KeyedForm):
    """Something is let go of, or paid back: how much, and why."""

    amount = YuanField(label=_("Amount in yuan"))
    text = words(_("Why"), required=True)


class ReplacementForm(KeyedForm):
    """What the reader brought."""

    text = words(_("What was brought"), required=True, help_text=_("Title and, once it has one, its barcode."))


class ReturnForm(KeyedForm):
    """A deposit, or a part of it, goes back."""

    amount = YuanField(label=_("Amount in yuan"))
    text = words(_("Note"))


class BranchForm(forms.Form):
    """Which branch's money."""

    branch = forms.TypedChoiceField(label=_("Branch"), coerce=int, required=False, empty_value=None)

    def __init__(self, *args: Any, branches: Choices, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["branch"].choices = branches  # type: ignore[attr-defined] # a choice field


class PeriodForm(forms.Form):
    """From a day to a day."""

    first = DayField(label=_("From"), required=False)
    last = DayField(label=_("Until"), required=False)


class PointsForm(KeyedForm):
    """Points given back, or corrected."""

    event = forms.ChoiceField(
        label=_("What for"), choices=[(event.value, EVENTS[event]) for event in PointEvent if event in EARNED_BACK]
    )
    points = forms.IntegerField(label=_("Points"), min_value=-1000, max_value=1000)
    text = words(_("Why"), required=True, help_text=_("How many hours and where, or which quiz."))


class SchemeForm(forms.Form):
    """Whether points are kept, where a reader starts, and between what they stay."""

    is_on = forms.BooleanField(label=_("Credit points are kept"), required=False)
    start = forms.IntegerField(label=_("A reader starts with"), min_value=0, max_value=1000)
    floor = forms.IntegerField(label=_("Never below"), min_value=0, max_value=1000)
    ceiling = forms.IntegerField(label=_("Never above"), min_value=0, max_value=1000, required=False)

    def __init__(self, *args: Any, scheme: PointSchemeFacts, **options: Any) -> None:
        options["initial"] = asdict(scheme)
        super().__init__(*args, **options)

    def stated(self) -> PointSchemeFacts:
        """The scheme as it was sent."""
        values = self.cleaned_data
        return PointSchemeFacts(values["is_on"], values["start"], values["floor"], values["ceiling"])


class RuleForm(forms.Form):
    """What one event gives or takes."""

    points = forms.IntegerField(label=_("Points"), min_value=-1000, max_value=1000)
    daily_cap = forms.IntegerField(label=_("At most in a day"), min_value=1, max_value=1000, required=False)
    monthly_cap = forms.IntegerField(label=_("At most in a month"), min_value=1, max_value=1000, required=False)
    is_on = forms.BooleanField(label=_("Switched on"), required=False)

    def __init__(self, *args: Any, rule: PointRuleFacts, **options: Any) -> None:
        options["initial"] = asdict(rule)
        super().__init__(*args, **options)
        self._event = rule.event

    def stated(self) -> PointRuleFacts:
        """The rule as it was sent."""
        values = self.cleaned_data
        return PointRuleFacts(
            self._event, values["points"], values["daily_cap"], values["monthly_cap"], values["is_on"]
        )


class ScanForm(KeyedForm):
    """The payment code of the reader's phone: used once, never kept."""

    code = forms.RegexField(
        r"^[0-9]{16,24}$",
        label=_("Scan the payment code on the reader's phone"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric", "maxlength": "24"}),
    )
