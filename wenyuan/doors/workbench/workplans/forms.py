"""Forms of the work plan. They check shapes; what may be planned is the verbs' to say."""

import re
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from wenyuan.doors.furniture.figure_words import NAMES, PARTS, unit_shown
from wenyuan.doors.workbench.branches import Choices
from wenyuan.doors.workbench.network.forms import DayField
from wenyuan.doors.workbench.workplans.words import goal_figure_name
from wenyuan.kernel.money import parse_yuan, yuan_text
from wenyuan.office.daybook.data import StateCode
from wenyuan.office.figures.data import IndicatorCode, NetworkCode, SummaryPart, Unit
from wenyuan.office.workplans.data import PARTS as PLAN_PARTS
from wenyuan.office.workplans.data import (
    STANDING_STOCKS,
    GoalDraft,
    GoalFacts,
    GoalFigure,
    MilestoneDraft,
    goal_figure,
)
from wenyuan.office.workplans.queries import unit_of

TITLE, STANDARD, WORDS = 120, 400, 200
MILESTONES = 4_000
WHOLE_NETWORK = "all"
_LINE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\s+(\S.*)")


class MilestonesField(forms.CharField):
    """A milestone a line: its day, then what is done by then. Its value is a tuple of drafts."""

    widget = forms.Textarea(attrs={"rows": 4, "spellcheck": "false"})

    def clean(self, value: str | None) -> tuple[MilestoneDraft, ...]:
        lines = [line.strip() for line in super().clean(value).splitlines()]
        return tuple(_milestone(line) for line in lines if line)


class GoalForm(forms.Form):
    """A goal of a year: what, by whom, when, and by which figure or which milestones one sees how far it is."""

    title = forms.CharField(label=_("What is to be done"), max_length=TITLE)
    part = forms.ChoiceField(label=_("Part of the plan"), choices=[(one.value, PARTS[one]) for one in PLAN_PARTS])
    branch = forms.ChoiceField(label=_("Where"))
    duty = forms.CharField(
        label=_("Who answers for it"), max_length=TITLE, help_text=_("A department or a colleague, by duty.")
    )
    first_date = DayField(label=_("First day"))
    due_date = DayField(label=_("To be done by"))
    figure = forms.ChoiceField(
        label=_("Measured by"),
        required=False,
        help_text=_("What the library records by itself. Leave it empty where milestones say how far it is."),
    )
    target = forms.CharField(
        label=_("Target"),
        required=False,
        max_length=16,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        help_text=_("In the unit of the figure: a sum over these days, or what shall stand on the last of them."),
    )
    standard = forms.CharField(
        label=_("Standard"),
        required=False,
        max_length=STANDARD,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What counts as done."),
    )
    milestones = MilestonesField(
        label=_("Milestones"),
        required=False,
        max_length=MILESTONES,
        help_text=_("One a line, its day first: 2026-06-30 the contract is signed"),
    )
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: object, year: int, branches: Choices, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # handed through
        self.year = year
        self.fields["branch"].choices = branches  # type: ignore[attr-defined] # a choice field
        self.fields["figure"].choices = figure_choices()  # type: ignore[attr-defined] # a choice field

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        figure = goal_figure(typed.get("figure") or "")
        text = (typed.get("target") or "").replace(",", "").strip()
        number = _number(text, figure) if text else None
        if text and number is None:
            self.add_error("target", gettext("A whole number, or yuan with at most two decimals."))
        return {**typed, "figure": figure, "target": number}

    def draft(self) -> GoalDraft:
        """What was typed, once the form is valid."""
        typed = self.cleaned_data
        return GoalDraft(
            year=self.year,
            part=SummaryPart(typed["part"]),
            branch_id=None if typed["branch"] == WHOLE_NETWORK else int(typed["branch"]),
            title=typed["title"],
            duty=typed["duty"],
            standard=typed["standard"],
            first_date=typed["first_date"],
            due_date=typed["due_date"],
            figure=typed["figure"],
            target=typed["target"],
            milestones=typed["milestones"],
        )


class ClosingForm(forms.Form):
    """That a goal is done, or given up; since when, and on what that rests."""

    dropped = forms.ChoiceField(
        label=_("Outcome"),
        required=False,
        choices=[("", pgettext_lazy("goal", "done")), ("yes", pgettext_lazy("goal", "given up"))],
    )
    on = DayField(label=_("Since which day"))
    words = forms.CharField(label=_("On what that rests, or why"), max_length=WORDS)


class MilestoneForm(forms.Form):
    """The day on which a milestone was done; empty when it is not."""

    done = DayField(label=_("Done on"), required=False)


def initial_of(goal: GoalFacts) -> dict[str, object]:
    """What the form begins with when the goal is changed."""
    target = goal.target
    return {
        "title": goal.title,
        "part": goal.part.value,
        "branch": WHOLE_NETWORK if goal.branch_id is None else str(goal.branch_id),
        "duty": goal.duty,
        "first_date": goal.first_date,
        "due_date": goal.due_date,
        "figure": goal.figure.value if goal.figure else "",
        "target": "" if target is None or goal.figure is None else _text(target, goal.figure),
        "standard": goal.standard,
        "milestones": "\n".join(f"{one.due_date:%Y-%m-%d} {one.title}" for one in goal.milestones),
    }


def figure_choices() -> Choices:
    """Nothing, then all that a goal may be measured by, with its unit."""
    figures: list[GoalFigure] = [*NAMES, *STANDING_STOCKS, *StateCode, *NetworkCode]
    return [("", _("nothing: milestones, or somebody says so")), *((one.value, _named(one)) for one in figures)]


def _named(figure: GoalFigure) -> str:
    words = {"figure": goal_figure_name(figure), "unit": unit_shown(unit_of(figure))}
    if isinstance(figure, IndicatorCode):
        return gettext("%(figure)s (%(unit)s)") % words
    return gettext("%(figure)s (%(unit)s, standing on the day)") % words


def _number(text: str, figure: GoalFigure | None) -> int | None:
    if figure is not None and unit_of(figure) is Unit.FEN:
        return parse_yuan(text)
    return int(text) if text.isascii() and text.isdecimal() else None


def _text(target: int, figure: GoalFigure) -> str:
    return yuan_text(target) if unit_of(figure) is Unit.FEN else str(target)


def _milestone(line: str) -> MilestoneDraft:
    found = _LINE.fullmatch(line)
    try:
        if found is None:
            raise ValueError(line)
        return MilestoneDraft(found[4].strip(), date(int(found[1]), int(found[2]), int(found[3])))
    except ValueError:
        raise forms.ValidationError(
            gettext("This line does not begin with a day like 2026-06-30: %(line)s") % {"line": line[:40]}
        ) from None
