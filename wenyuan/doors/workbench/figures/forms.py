"""Choosing a period and a branch."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wenyuan.doors.furniture.figure_words import NAMES
from wenyuan.doors.workbench.branches import Choices
from wenyuan.doors.workbench.figures.words import part_choices
from wenyuan.doors.workbench.network.forms import DayField
from wenyuan.office.figures.data import BadPeriod, IndicatorCode, Period
from wenyuan.office.figures.queries import MAIN, parse_period

FIRST_YEAR = 2000
SIDE_BY_SIDE = (
    *(one.code for one in MAIN),
    IndicatorCode.ACTIVITIES,
    IndicatorCode.ACTIVITY_ATTENDANCE,
    IndicatorCode.OUTREACH,
    IndicatorCode.OUTREACH_PERSONS,
    IndicatorCode.ENQUIRIES,
    IndicatorCode.VOLUNTEER_PERSONS,
)
"""The figures by which branches can be held against each other."""


def initial_of(period: Period) -> dict[str, object]:
    """How a form shows a period: as a year and a part of it where it is one, else also by its days."""
    year, part = period.text[:4], period.text[4:]
    if part in dict(part_choices()):
        return {"year": year, "part": part}
    days = {"first": period.first_date, "last": period.last_date}
    return {"year": str(period.first_date.year), "part": "", **days, "was": period.text}


class PeriodForm(forms.Form):
    """Either a year with a part of it, or two days. Days that the form itself filled in give way to another year or
    part, and left as they were mean the period that they stood for (``was``): a week stays one."""

    year = forms.TypedChoiceField(label=_("Year"), coerce=int, required=False, empty_value=None)
    part = forms.ChoiceField(label=_("Part of the year"), required=False)
    first = DayField(label=_("or from"), required=False)
    last = DayField(label=_("until"), required=False)
    branch = forms.ChoiceField(label=_("Branch and what stands below it"), required=False)
    was = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    show = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: object, today: date, branches: Choices, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        years = [(str(year), str(year)) for year in range(today.year, FIRST_YEAR - 1, -1)]
        self.fields["year"].choices = years  # type: ignore[attr-defined] # a choice field
        self.fields["part"].choices = part_choices()  # type: ignore[attr-defined] # a choice field
        self.fields["branch"].choices = branches  # type: ignore[attr-defined] # a choice field

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if bool(first) != bool(last):
            self.add_error("last" if first else "first", _("Give both days, or neither."))
        return cleaned

    def period_text(self) -> str:
        """The period chosen, as an address writes it."""
        values = self.cleaned_data
        first, last, year, part = (values.get(name) for name in ("first", "last", "year", "part"))
        if not (first and last):
            return f"{year}{part}"
        was = self._was()
        if was is None or (first, last) != (was.first_date, was.last_date):
            return f"{first:%Y-%m-%d}..{last:%Y-%m-%d}"
        return was.text if (year or first.year, part) == (first.year, "") else f"{year or first.year}{part}"

    def _was(self) -> Period | None:
        try:
            return parse_period(self.cleaned_data.get("was") or "")
        except BadPeriod:
            return None


class SideForm(PeriodForm):
    """A period and branch, and which figures stand side by side."""

    figure = forms.MultipleChoiceField(
        label=_("Figures side by side"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: object, today: date, branches: Choices, **options: object) -> None:
        super().__init__(*args, today=today, branches=branches, **options)
        choices = [(one.value, NAMES[one]) for one in SIDE_BY_SIDE]
        self.fields["figure"].choices = choices  # type: ignore[attr-defined] # a choice field


class AnswerForm(forms.Form):
    """What belongs to a figure, from which day on, and what that rests on."""

    counts = forms.ChoiceField(label=_("The figure is counted"))
    since = DayField(label=_("From this day on"))
    basis = forms.CharField(
        label=_("What it rests on"),
        max_length=200,
        help_text=_("The circular or form that says so, or the decision of the library."),
    )
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: object, answers: Choices, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        self.fields["counts"].choices = answers  # type: ignore[attr-defined] # a choice field

    def values(self) -> dict[str, Any]:
        """What the verb asks, once the form is valid."""
        typed = self.cleaned_data
        return {
            "counts": typed["counts"] == "yes",
            "since": typed["since"],
            "basis": typed["basis"],
            "key": typed["key"] or None,
        }


class CloseForm(forms.Form):
    """Closing a month asks for nothing but its own request once."""

    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)


class AdjustForm(forms.Form):
    """Why what differs is taken into a snapshot; ``seen`` is what stood beside the form."""

    reason = forms.CharField(
        label=_("Why"),
        max_length=200,
        help_text=_(
            "What came later, and on whose word: a month's register handed in late, acts of a desk without a network."
        ),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=16)
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def values(self) -> dict[str, Any]:
        """What the verb asks, once the form is valid."""
        typed = self.cleaned_data
        return {"reason": typed["reason"], "seen": typed["seen"], "key": typed["key"] or None}


class SummaryForm(PeriodForm):
    """A period and branch, and how far the figures go."""

    figures_to = DayField(label=_("Figures up to"), required=False)
    show = None  # type: ignore[assignment] # it tells of all figures

    def terms(self, branch: str) -> dict[str, str]:
        """The terms of the address; ``branch`` where none was chosen."""
        cut = self.cleaned_data.get("figures_to")
        terms = {"period": self.period_text(), "branch": self.cleaned_data["branch"] or branch}
        return terms | ({"to": f"{cut:%Y-%m-%d}"} if cut else {})
