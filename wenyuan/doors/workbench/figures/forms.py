"""Choosing a period and a branch."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from wenyuan.doors.workbench.branches import Choices
from wenyuan.doors.workbench.figures.words import part_choices
from wenyuan.doors.workbench.network.forms import DayField

FIRST_YEAR = 2000


class PeriodForm(forms.Form):
    """Either a year with a part of it, or two days."""

    year = forms.TypedChoiceField(label=_("Year"), coerce=int, required=False, empty_value=None)
    part = forms.ChoiceField(label=_("Part of the year"), required=False)
    first = DayField(label=_("or from"), required=False)
    last = DayField(label=_("until"), required=False)
    branch = forms.ChoiceField(label=_("Branch and what stands below it"), required=False)

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
        if values.get("first") and values.get("last"):
            return f"{values['first']:%Y-%m-%d}..{values['last']:%Y-%m-%d}"
        return f"{values['year']}{values['part']}"


class SummaryForm(PeriodForm):
    """A period and branch, and how far the figures go."""

    figures_to = DayField(label=_("Figures up to"), required=False)

    def terms(self, branch: str) -> dict[str, str]:
        """The terms of the address; ``branch`` where none was chosen."""
        cut = self.cleaned_data.get("figures_to")
        terms = {"period": self.period_text(), "branch": self.cleaned_data["branch"] or branch}
        return terms | ({"to": f"{cut:%Y-%m-%d}"} if cut else {})
