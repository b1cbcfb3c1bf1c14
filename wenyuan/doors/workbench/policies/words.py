"""The lending rules in words: values, places, why a change is refused."""

from collections.abc import Callable, Mapping
from typing import Final

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from wenyuan.doors.furniture.policy_words import KIND_WORDS, WORD_NAMES
from wenyuan.doors.workbench.branches import branch_name
from wenyuan.doors.workbench.templatetags.staff import day, yuan
from wenyuan.holdings.catalogue.queries import list_item_types
from wenyuan.lending.circulation.data import MEASURES, Measure
from wenyuan.lending.circulation.operations import Cell, PolicyProblem, PolicyReason
from wenyuan.lending.circulation.queries import Value
from wenyuan.lending.patrons.queries import categories

REASONS: Final[Mapping[PolicyReason, StrOrPromise]] = {
    PolicyReason.OVERLAP: _("Another row of this place holds on some of these days."),
    PolicyReason.UNKNOWN: _("There is no such row any more."),
    PolicyReason.DATES: _("The last day lies before the first."),
    PolicyReason.NUMBER: _("A whole number from 0, and not an absurdly large one."),
    PolicyReason.ROUTE: _("This is not one of the choices."),
    PolicyReason.WORD: _("This is not one of the choices, or it needs the fixed due date beside it."),
    PolicyReason.EMPTY: _("Nothing is stated."),
    PolicyReason.UNCHANGED: _("All of this holds already: nothing to change."),
    PolicyReason.PAST: _("A change begins today at the earliest: what has been lent keeps its rules."),
    PolicyReason.FAR: _("This day is more than ten years ahead."),
    PolicyReason.MEANWHILE: _("Somebody else has changed these rules meanwhile. Look at them once more."),
    PolicyReason.PLACE: _("There is no such branch, kind of reader or kind of item."),
    PolicyReason.HOLDS_ALREADY: _("This row holds already. State something else instead."),
    PolicyReason.SAME_BRANCH: _("Choose another branch to copy from."),
    PolicyReason.NOTHING_THERE: _("That branch states nothing of its own on that day."),
}


def problem_words(problem: PolicyProblem) -> str:
    """Why a change is refused, with the kind that it is about."""
    words = str(REASONS[problem.reason])
    return f"{KIND_WORDS[problem.kind].label}: {words}" if problem.kind else words


def value_words(kind: str, value: Value | None) -> str:
    """A value with its unit; a dash for none."""
    if value is None:
        return "—"
    measure = MEASURES[kind]
    if measure is Measure.YES_NO:
        return gettext("yes") if value else gettext("no")
    if measure is Measure.WORD:
        return str(WORD_NAMES[kind][str(value)])
    if measure is Measure.DATE:
        return day(value)  # type: ignore[arg-type] # the value of such a kind
    if measure is Measure.FEN:
        return f"{yuan(int(value))} {KIND_WORDS[kind].unit}"  # type: ignore[arg-type] # whole fen
    return f"{value} {KIND_WORDS[kind].unit}"


def place_namer() -> Callable[[Cell], str]:
    """A function that names places of the matrix; it asks for the names once."""
    language = get_language() or "zh-hans"
    readers = {one.id: one.name(language) for one in categories()}
    items = {one.id: one.name(language) for one in list_item_types()}

    def name_of(cell: Cell) -> str:
        return " · ".join(
            (
                branch_name(cell.branch_id) or gettext("any branch"),
                readers.get(cell.category_id or 0) or gettext("any reader"),
                items.get(cell.item_type_id or 0) or gettext("any item"),
            )
        )

    return name_of
