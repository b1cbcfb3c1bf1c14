"""Forms of the daybook, made from what a kind of record says of its fields. They check shapes; what may be typed is the
verbs' to say."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from wenyuan.doors.workbench.branches import Choices
from wenyuan.doors.workbench.daybook.words import CHOICES, FIELDS, HELP, KINDS, STATES
from wenyuan.doors.workbench.fees.forms import YuanField
from wenyuan.doors.workbench.network.forms import DayField
from wenyuan.office.daybook.data import Draft, FieldSpec, FieldType, KindSpec, RecordFacts, RecordKind, RecordState

TITLE, TEXT = 120, 200


class RecordForm(forms.Form):
    """A record of any kind: where, when, what, the kind's own fields, and what it rests on."""

    branch = forms.TypedChoiceField(label=_("Branch"), coerce=int)
    first_date = DayField(label=_("First day"))
    last_date = DayField(label=_("Last day"), required=False, help_text=_("If it was more than one. It counts then."))
    title = forms.CharField(label=_("What it is called"), max_length=TITLE)
    evidence = forms.CharField(
        label=_("Evidence"),
        max_length=TEXT,
        help_text=_("Sign-in sheet, notice, statement of the platform, article. No names of readers."),
    )
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(
        self, *args: object, kind: KindSpec, branches: Choices, corrects: bool = False, **options: object
    ) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        self.kind = kind
        self.fields["branch"].choices = branches  # type: ignore[attr-defined] # a choice field
        for spec in kind.fields:
            self.fields[spec.name] = _field(spec)
        if corrects:
            self.fields["reason"] = forms.CharField(label=_("Why it is corrected"), max_length=TEXT, required=False)
        self.order_fields(
            ["title", "branch", "first_date", "last_date", *(one.name for one in kind.fields), "evidence", "reason"]
        )

    def draft(self) -> Draft:
        """What was typed, once the form is valid."""
        values = self.cleaned_data
        given = {one.name: values[one.name] for one in self.kind.fields}
        return Draft(
            kind=self.kind.kind,
            branch_id=values["branch"],
            first_date=values["first_date"],
            last_date=values["last_date"] or values["first_date"],
            title=values["title"],
            values={name: value for name, value in given.items() if value is not None},
            evidence=values["evidence"],
        )


def initial_of(row: RecordFacts) -> dict[str, object]:
    """What the form begins with when the row is corrected."""
    return {
        **row.values,
        "branch": row.branch_id,
        "first_date": row.first_date,
        "last_date": row.last_date,
        "title": row.title,
        "evidence": row.evidence,
    }


def _field(spec: FieldSpec) -> forms.Field:
    label, words = FIELDS[spec.name], HELP.get(spec.name, "")
    choices = [(code, CHOICES[spec.name][code]) for code in spec.choices]
    match spec.type:
        case FieldType.COUNT:
            return forms.IntegerField(
                label=label, help_text=words, required=spec.required, min_value=spec.least, max_value=spec.most
            )
        case FieldType.MONEY:
            return YuanField(label=label, help_text=words, required=spec.required)
        case FieldType.TEXT:
            return forms.CharField(label=label, help_text=words, required=spec.required, max_length=spec.most)
        case FieldType.CHOICE:
            return forms.ChoiceField(label=label, help_text=words, required=spec.required, choices=[("", ""), *choices])
        case FieldType.CHOICES:
            return forms.MultipleChoiceField(
                label=label,
                help_text=words,
                required=spec.required,
                choices=choices,
                widget=forms.CheckboxSelectMultiple,
            )


LISTED_BY = ("brand", "publication")
"""Texts by which records are listed: those that a work summary names, each name leading to its rows."""


class ListForm(forms.Form):
    """The filter of the list: a kind, some days, a branch and what stands below it, a state, a series."""

    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[("", _("everything")), *((kind.value, words) for kind, words in KINDS.items())],
    )
    first = DayField(label=_("From"), required=False)
    last = DayField(label=_("Until"), required=False)
    branch = forms.ChoiceField(label=_("Branch and what stands below it"), required=False)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("everything")), *((state.value, words) for state, (_shape, words) in STATES.items())],
    )
    counted = forms.BooleanField(label=_("Only what counts"), required=False)
    held = forms.BooleanField(label=_("Only what the library held itself"), required=False)

    def __init__(self, *args: object, branches: Choices, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        self.fields["branch"].choices = branches  # type: ignore[attr-defined] # a choice field
        for name in LISTED_BY:
            self.fields[name] = forms.CharField(label=FIELDS[name], required=False, max_length=TITLE)
        self.order_fields(["kind", "first", "last", "branch", "state", *LISTED_BY, "counted", "held"])

    def days(self, today: date) -> tuple[date, date]:
        """The days asked for; this year where none are."""
        values = self.cleaned_data
        return values["first"] or date(today.year, 1, 1), values["last"] or max(today, values["first"] or today)

    def texts_wanted(self) -> dict[str, str]:
        return {name: text for name in LISTED_BY if (text := self.cleaned_data[name])}

    def unwanted(self) -> dict[str, str]:
        """What other bodies held is left out where that is asked for."""
        return {"role": "participant"} if self.cleaned_data["held"] else {}

    def kind_wanted(self) -> RecordKind | None:
        return RecordKind(self.cleaned_data["kind"]) if self.cleaned_data["kind"] else None

    def state_wanted(self) -> RecordState | None:
        return RecordState(self.cleaned_data["state"]) if self.cleaned_data["state"] else None


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=TEXT)
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)


class PaperForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "A picture of at most 8 MB, or a PDF, a Word or Excel file of at most 20 MB. No lists of readers' names."
        ),
    )
