"""What the pages of the work plan call things."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.figure_words import STOCK_NAMES, figure_name
from wenyuan.office.figures.data import StockCode
from wenyuan.office.workplans.data import GoalFigure, GoalReason, GoalStanding

STANDINGS: Final[Mapping[GoalStanding, tuple[str, StrOrPromise]]] = {
    GoalStanding.COMING: ("none", _("not begun yet")),
    GoalStanding.UNDER_WAY: ("way", pgettext_lazy("goal", "under way")),
    GoalStanding.BEHIND: ("soon", pgettext_lazy("goal", "behind")),
    GoalStanding.REACHED: ("in", pgettext_lazy("goal", "reached")),
    GoalStanding.MISSED: ("stop", pgettext_lazy("goal", "missed")),
    GoalStanding.DONE: ("done", pgettext_lazy("goal", "done")),
    GoalStanding.DROPPED: ("none", pgettext_lazy("goal", "given up")),
}
"""The shape and the word of a status."""

REASONS: Final[Mapping[GoalReason, StrOrPromise]] = {
    GoalReason.UNKNOWN_GOAL: _("There is no such goal any more."),
    GoalReason.UNKNOWN_MILESTONE: _("There is no such milestone any more: somebody changed the goal."),
    GoalReason.UNKNOWN_BRANCH: _("There is no such branch."),
    GoalReason.TITLE_MISSING: _("Say what is to be done."),
    GoalReason.DUTY_MISSING: _("Say who answers for it."),
    GoalReason.TEXT_TOO_LONG: _("One of the texts is too long."),
    GoalReason.DAYS_OUT_OF_ORDER: _("It ends before it begins."),
    GoalReason.OTHER_YEAR: _("Both days must lie in the year of the plan."),
    GoalReason.BAD_PART: _("Choose a part of the plan."),
    GoalReason.BAD_FIGURE: _("No goal can be measured by this figure."),
    GoalReason.BAD_TARGET: _("A figure needs a target above zero, and a target needs a figure."),
    GoalReason.SAME_MILESTONE: _("Two milestones have the same name."),
    GoalReason.MILESTONE_OUTSIDE: _("A milestone lies outside the days of its goal."),
    GoalReason.TOO_MANY: _("A goal has at most 30 milestones, and a plan at most 100 goals."),
    GoalReason.WORDS_MISSING: _("Say on what that rests."),
    GoalReason.FUTURE_DAY: _("That day has not come yet."),
    GoalReason.CLOSED: _("The goal is closed: open it again first."),
    GoalReason.NOT_CLOSED: _("The goal is open."),
    GoalReason.SUPERSEDED: _("Somebody has changed the goal meanwhile. Look at it once more."),
    GoalReason.KEY_REUSED: _("This form was sent before with other words. Begin anew."),
}

FIELDS: Final[Mapping[GoalReason, str]] = {
    GoalReason.UNKNOWN_BRANCH: "branch",
    GoalReason.DUTY_MISSING: "duty",
    GoalReason.DAYS_OUT_OF_ORDER: "due_date",
    GoalReason.OTHER_YEAR: "due_date",
    GoalReason.BAD_PART: "part",
    GoalReason.BAD_FIGURE: "figure",
    GoalReason.BAD_TARGET: "target",
    GoalReason.SAME_MILESTONE: "milestones",
    GoalReason.MILESTONE_OUTSIDE: "milestones",
    GoalReason.WORDS_MISSING: "words",
    GoalReason.FUTURE_DAY: "on",
}
"""The field at which a reason is told."""


def goal_figure_name(figure: GoalFigure) -> str:
    """The name of what a goal is measured by."""
    return str(STOCK_NAMES[figure]) if isinstance(figure, StockCode) else figure_name(figure)
