"""Figures in words: indicators with their definitions and units, and periods."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from wenyuan.doors.workbench.templatetags.staff import day, month_of, weekday
from wenyuan.kernel.classes import class_name
from wenyuan.office.figures.data import (
    Behaviour,
    DefinitionReason,
    IndicatorCode,
    Period,
    PeriodReason,
    Question,
    StockCode,
)
from wenyuan.office.figures.queries import MonthReason

DEFINITIONS: Final[Mapping[IndicatorCode, StrOrPromise]] = {
    IndicatorCode.LOANS: _("Each item lent counts one, at the branch that lent it."),
    IndicatorCode.RETURNS: _("Each item whose loan is closed counts one, at the branch that closed it."),
    IndicatorCode.RENEWALS: _("Each prolongation of a loan counts one, whichever door it came through."),
    IndicatorCode.NEW_CARDS: _("Each reader's first card counts one; a replaced card does not."),
    IndicatorCode.VISITS: _("Persons counted at service points on the day itself, with the evidence typed for it."),
    IndicatorCode.ITEMS_ADDED: _("Each item that entered the holdings counts one; withdrawals are not taken off."),
    IndicatorCode.TYPED_LOANS: _("Months of stations that lend on paper, typed from their registers, on the last day."),
    IndicatorCode.TYPED_RETURNS: _(
        "Months of stations that lend on paper, typed from their registers, on the last day."
    ),
    IndicatorCode.TYPED_READERS: _("Readers who came to borrow at stations that lend on paper, typed by the month."),
    IndicatorCode.ACTIVITIES: _(
        "Sessions of activities that the library held or helped to hold, approved; each counts once, where it is typed."
    ),
    IndicatorCode.ACTIVITIES_JOINED: _(
        "Sessions of other bodies' activities to which the library took readers; no part of the activities."
    ),
    IndicatorCode.ACTIVITIES_JOINED_PERSONS: _("Persons whom the library took to other bodies' activities."),
    IndicatorCode.ACTIVITIES_ONLINE: _("Of the activities those that were held online only."),
    IndicatorCode.LECTURES: _("Of the activities the lectures, in sessions."),
    IndicatorCode.EXHIBITIONS: _("Of the activities the exhibitions."),
    IndicatorCode.TRAINING_CLASSES: _("Of the activities the training classes held for readers, in sessions."),
    IndicatorCode.ACTIVITY_ATTENDANCE: _(
        "Persons who took part, as typed for each activity; plays and likes are none."
    ),
    IndicatorCode.LECTURE_ATTENDANCE: _("Of those who took part in activities, those at lectures."),
    IndicatorCode.EXHIBITION_ATTENDANCE: _("Of those who took part in activities, those at exhibitions."),
    IndicatorCode.TRAINING_CLASS_ATTENDANCE: _("Of those who took part in activities, those in training classes."),
    IndicatorCode.ACTIVITY_PLAYS: _("Plays of activities online, as their platform says; never added to persons."),
    IndicatorCode.ACTIVITY_LIKES: _("Likes of activities online, as their platform says; never added to persons."),
    IndicatorCode.ACTIVITY_ENTRIES: _("Works that people sent in to activities of the library, as typed for each."),
    IndicatorCode.ACTIVITY_WINNERS: _("Winners of activities of the library's own, as typed for each."),
    IndicatorCode.ITEMS_SWAPPED: _("Books that readers swapped with each other; none of them is the library's."),
    IndicatorCode.EXHIBITIONS_ONLINE: _("Of the exhibitions those that were shown online only."),
    IndicatorCode.ACTIVITIES_FOR_GROUPS: _(
        "Of the activities those for older or disabled people, migrant workers or children left behind, each once."
    ),
    IndicatorCode.ACTIVITIES_FOR_CHILDREN: _("Of the activities those for children."),
    IndicatorCode.OUTREACH: _("Each record of outreach counts one."),
    IndicatorCode.OUTREACH_ITEMS: _("Items given, lent in batches or taken along, as typed for each outreach."),
    IndicatorCode.OUTREACH_PERSONS: _("Persons served on the spot, as typed for each outreach; no part of the visits."),
    IndicatorCode.CONTESTS: _("Contests of other bodies in which the library or its readers took part."),
    IndicatorCode.CONTEST_PERSONS: _("Persons who took part in contests of other bodies."),
    IndicatorCode.CONTEST_WINNERS: _("Winners in contests of other bodies, as typed for each."),
    IndicatorCode.LOCAL_TITLES: _("Titles of local documents that came in, as typed; never added to items."),
    IndicatorCode.LOCAL_ITEMS: _("Items of local documents that came in, as typed."),
    IndicatorCode.DONATIONS: _("Each donation received counts one."),
    IndicatorCode.DONATED_ITEMS: _("Items received as donations; received is not yet added to the holdings."),
    IndicatorCode.MONEY_RECEIVED: _("Money that the library was given, to the fen."),
    IndicatorCode.MONEY_GIVEN: _("Money that the staff gave to others, to the fen."),
    IndicatorCode.MONEY_GIVERS: _("Members of staff who gave money, each time counted."),
    IndicatorCode.RESOURCE_HITS: _("Hits as the vendors' statements say, each with its file."),
    IndicatorCode.RESOURCE_DOWNLOADS: _("Downloads as the vendors' statements say."),
    IndicatorCode.RESOURCE_LOANS: _(
        "Loans of e-resources as the vendors' statements say; no part of the loans of items."
    ),
    IndicatorCode.LOANS_AND_RETURNS: _(
        "Loans and returns of items with the loans of e-resources; never to be reported as loans counted in items."
    ),
    IndicatorCode.CONSIGNED_ITEMS: _(
        "Items of the batches that were sent to stations; what is typed as outreach is not here."
    ),
    IndicatorCode.ENQUIRIES: _("Enquiries answered, as typed."),
    IndicatorCode.FEEDBACK: _("Praise, suggestions and complaints of readers."),
    IndicatorCode.PRAISE: _("Of the feedback the praise."),
    IndicatorCode.SUGGESTIONS: _("Of the feedback the suggestions."),
    IndicatorCode.COMPLAINTS: _("Of the feedback the complaints."),
    IndicatorCode.VOLUNTEERING: _("Times that volunteers served, as typed."),
    IndicatorCode.VOLUNTEER_PERSONS: _("Volunteers who served, each time counted."),
    IndicatorCode.VOLUNTEER_HOURS: _("Hours that volunteers served, as typed."),
    IndicatorCode.MEDIA: _("Each report in the media counts one."),
    IndicatorCode.MEDIA_ABOVE: _("Of the reports those of provincial and national media."),
    IndicatorCode.POSTS: _("Posts that the library published on its own channels."),
    IndicatorCode.POST_READS: _("Reads of posts as the platform says."),
    IndicatorCode.NEWSLETTERS: _("Issues of newsletters and reference papers that the library edited."),
    IndicatorCode.NEWSLETTER_COPIES: _("Copies printed of newsletters."),
    IndicatorCode.RECEPTIONS: _("Groups of guests received, study tours among them."),
    IndicatorCode.STUDY_TOURS: _("Of the visits received the study tours."),
    IndicatorCode.STUDY_TOUR_PERSONS: _("Persons on study tours; typed, and no part of the visits."),
    IndicatorCode.TRAINING: _("Training in professional work, held or attended, for staff, keepers and volunteers."),
    IndicatorCode.TRAINING_PERSONS: _("Persons in professional training."),
    IndicatorCode.PARTY_STUDY: _("Training records whose topic is party study."),
    IndicatorCode.SAFETY_TRAINING: _("Training records whose topic is safety."),
    IndicatorCode.SAFETY_PERSONS: _("Persons in safety training and drills."),
    IndicatorCode.HONOURS: _("Each honour counts one, of the library, its staff or its readers."),
    IndicatorCode.HONOURS_ABOVE: _("Of the honours the provincial and national ones."),
}

STOCK_DEFINITIONS: Final[Mapping[StockCode, StrOrPromise]] = {
    StockCode.HOLDINGS_ITEMS: _(
        "Items that had come into the holdings and were not withdrawn by the end of the day, lost and missing ones "
        "among them, at the branch that was their home then."
    ),
    StockCode.HOLDINGS_TITLES: _(
        "Records of which at least one item belongs to the holdings, each once; titles of branches do not add up."
    ),
    StockCode.VALID_CARDS: _(
        "Readers with a working card whose membership had not run out, each once, at their home branch. Read from the "
        "readers as they are now: who has left since counts on no earlier day, and a card extended since counts on the "
        "days between."
    ),
    StockCode.OPEN_LOANS: _("Loans that were open at the end of the day, at the branch that lent."),
    StockCode.BRANCHES: _(
        "Branches, children's and partner branches that stood on the day; not the central library, nor the one "
        "asked for."
    ),
    StockCode.SERVICE_STOPS: _("Stations, bookhouses and bookmobiles that stood on the day."),
    StockCode.BORROWERS: _(
        "Readers who borrowed at least once within the period, each once; known within one calendar year only."
    ),
    StockCode.BORROWING_PERSONS: _(
        "Each reader who borrowed counts one for a day at a branch, however many items; loans taken back do not count."
    ),
}

BEHAVIOURS: Final[Mapping[Behaviour, StrOrPromise]] = {
    Behaviour.SUM: _("sum of its days and branches"),
    Behaviour.STOCK: _("at the end of the last day"),
    Behaviour.DISTINCT: _("each once; days and branches do not add up"),
    Behaviour.DAILY: _("each once a day and branch; adds up"),
}

QUESTIONS: Final[Mapping[Question, tuple[StrOrPromise, StrOrPromise, StrOrPromise]]] = {
    Question.RENEWALS_IN_LOANS: (_("Do renewals count as loans?"), _("with renewals"), _("without renewals")),
    Question.REGISTERS_IN_LOANS: (
        _("Do loans on paper, typed from registers, count as loans?"),
        _("with loans on paper"),
        _("without loans on paper"),
    ),
    Question.FIRST_SWIPES_IN_CARDS: (
        _("Does an identity card count as a new card when it is first shown to a machine?"),
        _("with identity cards activated"),
        _("without identity cards activated"),
    ),
    Question.ACTIVITIES_IN_VISITS: (
        _("Do persons at the library's own activities count as visits?"),
        _("with attendance at activities"),
        _("without attendance at activities"),
    ),
    Question.REGISTERS_IN_VISITS: (
        _("Do readers of stations that lend on paper count as visits?"),
        _("with readers on paper"),
        _("without readers on paper"),
    ),
    Question.OUTREACH_IN_VISITS: (
        _("Do persons served by outreach count as visits?"),
        _("with persons served by outreach"),
        _("without persons served by outreach"),
    ),
}
"""What a library answers about a figure: the question, and what the figure then holds, by yes and no."""

DEFINITION_REASONS: Final[Mapping[DefinitionReason, StrOrPromise]] = {
    DefinitionReason.BASIS_MISSING: _("Say what the answer rests on."),
    DefinitionReason.TEXT_TOO_LONG: _("At most 200 characters."),
    DefinitionReason.TOO_FAR_AHEAD: _("That day is more than a year ahead."),
    DefinitionReason.NOTHING_CHANGES: _("That is what holds on that day already."),
    DefinitionReason.KEY_REUSED: _("This page was sent before with something else. Open it anew."),
}
DEFINITION_FIELDS: Final[Mapping[DefinitionReason, str]] = {
    DefinitionReason.BASIS_MISSING: "basis",
    DefinitionReason.TEXT_TOO_LONG: "basis",
    DefinitionReason.TOO_FAR_AHEAD: "since",
    DefinitionReason.NOTHING_CHANGES: "counts",
}


MONTH_REASONS: Final[Mapping[MonthReason, StrOrPromise]] = {
    MonthReason.NO_MONTH: _("That is no month."),
    MonthReason.NOT_OVER: _("The month is not over yet."),
    MonthReason.NOT_IN_ORDER: _("Months are closed in order: another one comes first."),
    MonthReason.ALREADY_CLOSED: _("The month has been closed already."),
    MonthReason.NOT_CLOSED: _("The month is not closed; there is nothing to adjust."),
    MonthReason.NOTHING_DIFFERS: _("Nothing differs from the snapshot."),
    MonthReason.CHANGED_MEANWHILE: _("Something else came meanwhile. Look at what differs now and send it again."),
    MonthReason.REASON_MISSING: _("Say why."),
    MonthReason.TEXT_TOO_LONG: _("At most 200 characters."),
    MonthReason.KEY_REUSED: _("This form has been sent already, with other words."),
}
MONTH_FIELDS: Final[Mapping[MonthReason, str]] = {
    MonthReason.REASON_MISSING: "reason",
    MonthReason.TEXT_TOO_LONG: "reason",
}


def answer_words(question: Question, counts: bool) -> StrOrPromise:
    """What a figure holds by an answer: with renewals, without renewals."""
    return QUESTIONS[question][1 if counts else 2]


_REASONS: Final[Mapping[PeriodReason, StrOrPromise]] = {
    PeriodReason.UNREADABLE: _("This is no period. Write 2026, 2026-H1, 2026-Q2, 2026-04 or 2026-04-01..2026-04-15."),
    PeriodReason.NO_SUCH_DATE: _("There is no such day."),
    PeriodReason.ENDS_BEFORE_IT_BEGINS: _("The period ends before it begins."),
    PeriodReason.TOO_LONG: _("A period may not be longer than ten years."),
}

_NUMERALS = "〇一二三四五六七八九"


def reason_words(reason: PeriodReason) -> StrOrPromise:
    """Why a text names no period."""
    return _REASONS[reason]


def period_words(period: Period) -> str:
    """A period as a heading: ``二〇二六年四月``, ``2026, second quarter``, or its two days."""
    year = period.text[:4]
    part = period.text[4:]
    if ".." in part or not (part in _PARTS or _is_month(part) or not part):
        return _span_words(period)
    if _is_month(part):
        return _month_words(period.first_date)
    shown = _chinese_year(year) if not _is_english() else year
    words = {"year": shown, "part": str(_PARTS[part]) if part else ""}
    return gettext("%(year)s, %(part)s") % words if part else gettext("The year %(year)s") % words


_PARTS: Final[Mapping[str, StrOrPromise]] = {
    "-H1": _("first half"),
    "-H2": _("second half"),
    "-Q1": _("first quarter"),
    "-Q2": _("second quarter"),
    "-Q3": _("third quarter"),
    "-Q4": _("fourth quarter"),
}


def part_choices() -> list[tuple[str, StrOrPromise]]:
    """Parts of a year for a select: all of it, halves, quarters, months."""
    months = [(f"-{number:02d}", _month_only(number)) for number in range(1, 13)]
    return [("", _("the whole year")), *_PARTS.items(), *months]


def _month_only(number: int) -> str:
    return f"{date(2000, number, 1):%b}" if _is_english() else f"{number}月"


def _is_month(part: str) -> bool:
    return len(part) == 3 and part[1:].isdigit()


def _month_words(first: date) -> str:
    if _is_english():
        return month_of(first)
    return f"{_chinese_year(str(first.year))}年{_chinese_month(first.month)}月"


def _chinese_year(year: str) -> str:
    return "".join(_NUMERALS[int(digit)] for digit in year)


def _chinese_month(number: int) -> str:
    return _NUMERALS[number] if number < 10 else "十" + (_NUMERALS[number - 10] if number > 10 else "")


def _span_words(period: Period) -> str:
    if period.first_date == period.last_date:
        return day(period.first_date)
    return gettext("%(first)s to %(last)s") % {"first": day(period.first_date), "last": day(period.last_date)}


def _is_english() -> bool:
    return (get_language() or "").startswith("en")


def hour_words(hour: int) -> str:
    """An hour of the week, 113 for the one from 13 o'clock on Mondays."""
    return gettext("%(day)s, %(hour)s o'clock") % {"day": weekday(hour // 100 - 1), "hour": hour % 100}


def class_words(letter: str) -> str:
    """A class by its letter and name; one that has none by its letter alone."""
    if not letter:
        return gettext("without a class")
    return f"{letter} {class_name(letter, get_language() or 'zh-hans')}".strip()
