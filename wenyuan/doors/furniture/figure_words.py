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
    IndicatorCode.ACTIVITIES_JOINED: _("Activities of others joined"),
    IndicatorCode.ACTIVITIES_JOINED_PERSONS: _("Persons at activities of others"),
    IndicatorCode.LECTURES: _("Lectures"),
    IndicatorCode.EXHIBITIONS: _("Exhibitions"),
    IndicatorCode.TRAINING_CLASSES: _("Training classes for readers"),
    IndicatorCode.ACTIVITY_ATTENDANCE: _("Attendance at activities"),
    IndicatorCode.LECTURE_ATTENDANCE: _("Attendance at lectures"),
    IndicatorCode.EXHIBITION_ATTENDANCE: _("Attendance at exhibitions"),
    IndicatorCode.TRAINING_CLASS_ATTENDANCE: _("Attendance at training classes"),
    IndicatorCode.ACTIVITY_PLAYS: _("Plays of activities online"),
    IndicatorCode.ACTIVITY_LIKES: _("Likes of activities online"),
    IndicatorCode.ACTIVITIES_FOR_GROUPS: _("Activities for special groups"),
    IndicatorCode.ACTIVITIES_FOR_CHILDREN: _("Activities for children"),
    IndicatorCode.OUTREACH: _("Outreach"),
    IndicatorCode.OUTREACH_ITEMS: _("Items taken to people"),
    IndicatorCode.OUTREACH_PERSONS: _("Persons served by outreach"),
    IndicatorCode.CONTESTS: _("Contests of others"),
    IndicatorCode.CONTEST_PERSONS: _("Persons in contests of others"),
    IndicatorCode.CONTEST_WINNERS: _("Winners in contests of others"),
    IndicatorCode.LOCAL_TITLES: _("Titles of local documents"),
    IndicatorCode.LOCAL_ITEMS: _("Items of local documents"),
    IndicatorCode.DONATIONS: _("Donations"),
    IndicatorCode.DONATED_ITEMS: _("Items donated"),
    IndicatorCode.RESOURCE_HITS: _("Hits on e-resources"),
    IndicatorCode.RESOURCE_DOWNLOADS: _("Downloads of e-resources"),
    IndicatorCode.RESOURCE_LOANS: _("Loans of e-resources"),
    IndicatorCode.ENQUIRIES: _("Enquiries answered"),
    IndicatorCode.FEEDBACK: _("Feedback of readers"),
    IndicatorCode.PRAISE: _("Praise of readers"),
    IndicatorCode.SUGGESTIONS: _("Suggestions of readers"),
    IndicatorCode.COMPLAINTS: _("Complaints of readers"),
    IndicatorCode.VOLUNTEERING: _("Volunteer service"),
    IndicatorCode.VOLUNTEER_PERSONS: _("Volunteers who served"),
    IndicatorCode.VOLUNTEER_HOURS: _("Hours of volunteers"),
    IndicatorCode.MEDIA: _("Reports in the media"),
    IndicatorCode.MEDIA_ABOVE: _("Reports in national and provincial media"),
    IndicatorCode.POSTS: _("Posts"),
    IndicatorCode.POST_READS: _("Reads of posts"),
    IndicatorCode.NEWSLETTERS: _("Issues of newsletters"),
    IndicatorCode.NEWSLETTER_COPIES: _("Copies of newsletters"),
    IndicatorCode.RECEPTIONS: _("Visits received"),
    IndicatorCode.STUDY_TOURS: _("Study tours received"),
    IndicatorCode.STUDY_TOUR_PERSONS: _("Persons on study tours"),
    IndicatorCode.TRAINING: _("Professional training"),
    IndicatorCode.TRAINING_PERSONS: _("Persons in professional training"),
    IndicatorCode.PARTY_STUDY: _("Party study"),
    IndicatorCode.SAFETY_TRAINING: _("Safety training and drills"),
    IndicatorCode.SAFETY_PERSONS: _("Persons in safety training and drills"),
    IndicatorCode.HONOURS: _("Honours"),
    IndicatorCode.HONOURS_ABOVE: _("National and provincial honours"),
}

UNITS: Final[Mapping[Unit, StrOrPromise]] = {
    Unit.ITEM_TIMES: pgettext_lazy("unit", "items lent"),
    Unit.PERSON_TIMES: pgettext_lazy("unit", "visits"),
    Unit.CARDS: pgettext_lazy("unit", "cards"),
    Unit.ITEMS: pgettext_lazy("unit", "items"),
    Unit.DAYS: pgettext_lazy("unit", "days"),
    Unit.SESSIONS: pgettext_lazy("unit", "sessions"),
    Unit.TIMES: pgettext_lazy("unit", "times"),
    Unit.PIECES: pgettext_lazy("unit", "pieces"),
    Unit.ARTICLES: pgettext_lazy("unit", "articles"),
    Unit.REPORTS: pgettext_lazy("unit", "reports"),
    Unit.CASES: pgettext_lazy("unit", "cases"),
    Unit.ISSUES: pgettext_lazy("unit", "issues"),
    Unit.COPIES: pgettext_lazy("unit", "copies"),
    Unit.TITLES: pgettext_lazy("unit", "titles"),
    Unit.HOURS: pgettext_lazy("unit", "hours"),
    Unit.PEOPLE: pgettext_lazy("unit", "people"),
    Unit.GROUPS: pgettext_lazy("unit", "groups"),
    Unit.ENTRIES: pgettext_lazy("unit", "entries"),
    Unit.PLACES: pgettext_lazy("unit", "places"),
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
