"""Forms of crates. They check shapes; what may be done is the verbs' to say."""

from django import forms
from django.utils.translation import gettext_lazy as _

from wenyuan.doors.workbench.branches import Choices
from wenyuan.doors.workbench.templatetags.staff import weekday
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


class RunForm(forms.Form):
    code = forms.CharField(label=_("Code"), max_length=24)
    name = forms.CharField(label=_("Name of the run"), max_length=60)


class StopForm(forms.Form):
    order = forms.IntegerField(label=_("Order"), min_value=0, max_value=999)
    branch = forms.TypedChoiceField(label=_("Branch"), coerce=int, required=False, empty_value=None)
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Weekdays"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    due_time = forms.TimeField(
        label=_("Time"), required=False, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )
    note = forms.CharField(label=_("Note"), max_length=80, required=False)

    def __init__(self, *args: object, branches: Choices, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        self.fields["branch"].choices = branches  # type: ignore[attr-defined] # a choice field
        self.fields["weekdays"].choices = [  # type: ignore[attr-defined] # a choice field
            (str(day), weekday(day)) for day in range(7)
        ]


StopFormSet = forms.formset_factory(StopForm, extra=0, max_num=80, absolute_max=80)


class LateForm(forms.Form):
    from_branch_id = forms.TypedChoiceField(label=_("From branch"), coerce=int, required=False, empty_value=None)
    to_branch_id = forms.TypedChoiceField(label=_("To branch"), coerce=int, required=False, empty_value=None)
    days = forms.IntegerField(label=_("Late after so many days"), min_value=1, max_value=90, initial=3)

    def __init__(self, *args: object, branches: Choices, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        for name in ("from_branch_id", "to_branch_id"):
            self.fields[name].choices = branches  # type: ignore[attr-defined] # a choice field


CODE_GROUP = 4


def shown_code(code: str) -> str:
    """A code of a handover as people read and type it, in groups of four."""
    return "-".join(code[place : place + CODE_GROUP] for place in range(0, len(code), CODE_GROUP))


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code for receiving"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )

    def clean_code(self) -> str:
        code = "".join(letter for letter in str(self.cleaned_data["code"]) if letter.isascii() and letter.isalnum())
        if not code:
            raise forms.ValidationError(_("Type the code from the paper."))
        return code


class ReceiveForm(forms.Form):
    """What somebody without an account says; ``samples`` is how many items they are asked to look at."""

    seals = forms.IntegerField(label=_("Unbroken seals counted"), min_value=0, max_value=99)
    name = forms.CharField(label=_("Your name"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    photo = forms.FileField(
        label=_("Picture of the signed sheet"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        help_text=_("JPEG, PNG or WebP, at most 8 MB. Only staff see it."),
    )

    def __init__(self, *args: object, samples: int, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        self.samples = samples
        for number in range(1, samples + 1):
            self.fields[f"sample{number}"] = forms.CharField(
                label=_("Barcode of item %(number)s") % {"number": number},
                max_length=64,
                required=False,
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )
        self.order_fields(["seals", *(f"sample{number}" for number in range(1, samples + 1)), "name", "photo"])

    def sampled(self) -> tuple[str, ...]:
        """The barcodes that were given."""
        given = (self.cleaned_data[f"sample{number}"] for number in range(1, self.samples + 1))
        return tuple(dict.fromkeys(barcode for barcode in given if barcode))
