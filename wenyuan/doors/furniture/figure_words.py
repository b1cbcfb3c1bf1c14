"""What pages and commands call the indicators and their units."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from wenyuan.office.figures.data import CalendarCode, FigureCode, IndicatorCode, SummaryPart, Unit

NAMES: Final[Mapping[IndicatorCode, StrOrPromise]] = {
    IndicatorCode.LOANS: _("Loans counted in items"),
    IndicatorCode.RETURNS: _("Returns counted in items"),
    IndicatorCode.RENEWALS: _("Renewals counted in items"),
    IndicatorCode.NEW_CARDS: _("New cards"),
    IndicatorCode.VISITS: _("Visits"),
    IndicatorCode.ITEMS_ADDED: _("Items added to the holdings"),
    IndicatorCode.TYPED_LOANS: _("Loans on paper, typed"),
    IndicatorCode.TYPED_RETURNS: _("Returns on paper, typed"),
    IndicatorCode.TYPED_READERS: _("Readers on paper, typed"),
    IndicatorCode.ACTIVITIES: _("Activities"),
    IndicatorCode.ACTIVITIES_ONLINE: _("Activities online"),
    IndicatorCode.LECTURES: _("Lectures"),
    IndicatorCode.EXHIBITIONS: _("Exhibitions"),
    IndicatorCode.TRAINING_CLASSES: _("Training classes for readers"),
    IndicatorCode.ACTIVITY_ATTENDANCE: _("Attendance at activities"),
    IndicatorCode.LECTURE_ATTENDANCE: _("Attendance at lectures"),
    IndicatorCode.EXHIBITION_ATTENDANCE: _("Attendance at exhibitions"),
    IndicatorCode.TRAINING_CLASS_ATTENDANCE: _("Attendance at training classes"),
    IndicatorCode.ACTIVITY_PLAYS: _("Plays of activities online"),
    IndicatorCode.ACTIVITY_LIKES: _("Likes of activities online"),
}

UNITS: Final[Mapping[Unit, StrOrPromise]] = {
    Unit.ITEM_TIMES: pgettext_lazy("unit", "items lent"),
    Unit.PERSON_TIMES: pgettext_lazy("unit", "visits"),
    Unit.CARDS: pgettext_lazy("unit", "cards"),
    Unit.ITEMS: pgettext_lazy("unit", "items"),
    Unit.DAYS: pgettext_lazy("unit", "days"),
    Unit.SESSIONS: pgettext_lazy("unit", "sessions"),
    Unit.TIMES: pgettext_lazy("unit", "times"),
}

PARTS: Final[Mapping[SummaryPart, StrOrPromise]] = {
    SummaryPart.PARTY: _("Party work and ideology"),
    SummaryPart.SERVICE: _("Free opening and reader services"),
    SummaryPart.HOLDINGS: _("Holdings"),
    SummaryPart.READING: _("Reading promotion"),
    SummaryPart.NETWORK: _("Branches and mobile services"),
    SummaryPart.GROUPS: _("Services for special groups"),
    SummaryPart.VOLUNTEERS: _("Volunteers"),
    SummaryPart.PUBLICITY: _("New media and publicity"),
    SummaryPart.STAFF: _("Staff and training"),
    SummaryPart.SAFETY: _("Safety"),
    SummaryPart.HONOURS: _("Honours"),
    SummaryPart.PROBLEMS: _("Problems"),
    SummaryPart.NEXT: _("Next steps"),
}
"""Parts of a work summary 工作总结."""


def name_of(code: IndicatorCode) -> str:
    """The indicator's name in the active language."""
    return str(NAMES[code])


def unit_of(unit: Unit) -> str:
    """The unit's name in the active language."""
    return str(UNITS[unit])


def figure_name(code: FigureCode) -> str:
    """The name of a figure of a summary, counted from the journal or read from the calendar."""
    return gettext("Open days") if isinstance(code, CalendarCode) else name_of(code)
