"""What pages and commands call the indicators and their units."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrOrPromise

from wenyuan.office.daybook.data import StateCode
from wenyuan.office.figures.data import (
    CalendarCode,
    FigureCode,
    IndicatorCode,
    NetworkCode,
    StockCode,
    SummaryPart,
    Unit,
)

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
    IndicatorCode.ACTIVITY_ENTRIES: _("Works sent in to activities"),
    IndicatorCode.ACTIVITY_WINNERS: _("Winners of activities"),
    IndicatorCode.ITEMS_SWAPPED: _("Books swapped"),
    IndicatorCode.EXHIBITIONS_ONLINE: _("Exhibitions online"),
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
    IndicatorCode.MONEY_RECEIVED: _("Money received as donations"),
    IndicatorCode.MONEY_GIVEN: _("Money given by staff"),
    IndicatorCode.MONEY_GIVERS: _("Staff who gave money"),
    IndicatorCode.RESOURCE_HITS: _("Hits on e-resources"),
    IndicatorCode.RESOURCE_DOWNLOADS: _("Downloads of e-resources"),
    IndicatorCode.RESOURCE_LOANS: _("Loans of e-resources"),
    IndicatorCode.LOANS_AND_RETURNS: _("Loans and returns, print and electronic"),
    IndicatorCode.CONSIGNED_ITEMS: _("Items sent to stations"),
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

STATES: Final[Mapping[StateCode, StrOrPromise]] = {
    StateCode.BUILDING_AREA: _("Floor area of the building (m²)"),
    StateCode.STACKS_AREA: _("Floor area of the stacks (m²)"),
    StateCode.READING_AREA: _("Floor area of reading rooms (m²)"),
    StateCode.SHELF_LENGTH: _("Length of shelves (m)"),
    StateCode.SEATS: _("Seats for readers"),
    StateCode.CHILDREN_SEATS: _("Seats for children"),
    StateCode.SPECIAL_SEATS: _("Seats for disabled readers"),
    StateCode.COMPUTERS: _("Computers"),
    StateCode.READER_TERMINALS: _("Terminals for readers"),
    StateCode.WEBSITES: _("Websites"),
    StateCode.STAFF: _("Members of staff"),
    StateCode.SENIOR_STAFF: _("Staff with a senior title"),
    StateCode.MIDDLE_STAFF: _("Staff with an intermediate title"),
    StateCode.VOLUNTEERS_ENROLLED: _("Volunteers enrolled"),
    StateCode.SERIAL_TITLES: _("Titles of serials subscribed"),
    StateCode.RED_ITEMS: _("Items on revolutionary history"),
    StateCode.CHILDRENS_BOOKS: _("Children's books"),
    StateCode.BRAILLE_ITEMS: _("Items in Braille"),
    StateCode.E_BOOKS: _("E-books"),
    StateCode.FOLLOWERS: _("Followers of the library's account"),
}

_OTHERS: Final[Mapping[CalendarCode | NetworkCode, StrOrPromise]] = {
    CalendarCode.OPEN_DAYS: _("Open days"),
    CalendarCode.WEEKLY_HOURS: _("Opening hours a week"),
    NetworkCode.TOWN_BRANCHES: _("Branches of towns"),
    NetworkCode.CHILDRENS_BRANCHES: _("Children's branches"),
    NetworkCode.PARTNER_BRANCHES: _("Partner branches"),
    NetworkCode.SHARING: _("Branches in cross-branch lending"),
    NetworkCode.STATIONS: _("Stations"),
    NetworkCode.RURAL_BOOKHOUSES: _("Rural bookhouses"),
    NetworkCode.COMMUNITY_BOOKHOUSES: _("Community bookhouses"),
    NetworkCode.CITY_STUDIES: _("City studies"),
}

STOCK_NAMES: Final[Mapping[StockCode, StrOrPromise]] = {
    StockCode.HOLDINGS_ITEMS: _("Holdings in items"),
    StockCode.HOLDINGS_TITLES: _("Holdings in titles"),
    StockCode.VALID_CARDS: _("Valid cards"),
    StockCode.OPEN_LOANS: _("Items on loan"),
    StockCode.BRANCHES: _("Branches in service"),
    StockCode.SERVICE_STOPS: _("Stations and bookhouses in service"),
    StockCode.BORROWERS: _("Readers who borrowed"),
    StockCode.BORROWING_PERSONS: _("Borrowing readers by day"),
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
    Unit.FEN: pgettext_lazy("unit", "fen"),
    Unit.WEEK_MINUTES: pgettext_lazy("unit", "minutes a week"),
    Unit.SQUARE_METRES: pgettext_lazy("unit", "square metres"),
    Unit.METRES: pgettext_lazy("unit", "metres"),
    Unit.SEATS: pgettext_lazy("unit", "seats"),
    Unit.MACHINES: pgettext_lazy("unit", "machines"),
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


def stock_name_of(code: StockCode) -> str:
    """The name of a stock in the active language."""
    return str(STOCK_NAMES[code])


def unit_of(unit: Unit) -> str:
    """The unit's name in the active language."""
    return str(UNITS[unit])


def unit_shown(unit: Unit) -> StrOrPromise:
    """The unit beside a number on a page: money, kept in fen, is shown in yuan, and minutes a week in hours."""
    if unit is Unit.WEEK_MINUTES:
        return UNITS[Unit.HOURS]
    return pgettext_lazy("unit", "yuan") if unit is Unit.FEN else UNITS[unit]


def figure_name(code: FigureCode) -> str:
    """The name of a figure of a summary, wherever it is read from."""
    if isinstance(code, IndicatorCode):
        return name_of(code)
    return str(STATES[code] if isinstance(code, StateCode) else _OTHERS[code])
