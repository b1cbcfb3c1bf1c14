"""The indicators 指标 as data: what each counts, of which entries of the journal."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache

from wenyuan.office.figures.data import Answers, Codes, Indicator, IndicatorCode, Measure, Question, Term, Unit
from wenyuan.organisation.journal.data import Kind


def _main(code: IndicatorCode, unit: Unit, kind: Kind, measure: Measure = Measure.QUANTITY) -> Indicator:
    return Indicator(code, unit, (Term(kind, measure),), main=True)


def _sum(code: IndicatorCode, unit: Unit, *kinds: Kind) -> Indicator:
    """Of several kinds that a report adds up."""
    return Indicator(code, unit, tuple(Term(kind, Measure.QUANTITY) for kind in kinds))


def _of(code: IndicatorCode, unit: Unit, kind: Kind, *among: Codes, persons: bool = False) -> Indicator:
    return Indicator(code, unit, (Term(kind, Measure.PERSONS if persons else Measure.QUANTITY, among),))


FIRST_SWIPE: Codes = {"way": "first_swipe"}
"""What a first card holds that is an identity card, activated when it was first shown to a machine."""
JOINED: Codes = {"role": "participant"}
"""What an activity holds that another body held, and to which the library only took its readers."""


def _held(code: IndicatorCode, unit: Unit, kind: Kind, *among: Codes, persons: bool = False) -> Indicator:
    """Of activities that the library held, alone or with others."""
    term = Term(kind, Measure.PERSONS if persons else Measure.QUANTITY, among, unless=JOINED)
    return Indicator(code, unit, (term,))


FORM_ITEMS: Mapping[IndicatorCode, str] = {
    IndicatorCode.LOANS: "书刊文献外借册次",
    IndicatorCode.VISITS: "总流通人次（到馆部分）",
    IndicatorCode.NEW_CARDS: "本年发放借书证",
    IndicatorCode.ACTIVITIES: "为读者举办各种活动：次数",
    IndicatorCode.ACTIVITY_ATTENDANCE: "为读者举办各种活动：参加人次",
    IndicatorCode.LECTURES: "组织各类讲座次数",
    IndicatorCode.LECTURE_ATTENDANCE: "组织各类讲座：参加人次",
    IndicatorCode.EXHIBITIONS: "举办展览次数",
    IndicatorCode.EXHIBITION_ATTENDANCE: "举办展览：参观人次",
    IndicatorCode.TRAINING_CLASSES: "举办培训班次数",
    IndicatorCode.TRAINING_CLASS_ATTENDANCE: "举办培训班：参加人次",
}
"""Items of the yearly statistical form that an indicator answers."""

_INDICATORS: tuple[Indicator, ...] = (
    _main(IndicatorCode.LOANS, Unit.ITEM_TIMES, Kind.LOAN),
    # 代收 (``taken``) is no return: the loan is closed, and counted, where the item arrives
    _main(IndicatorCode.RETURNS, Unit.ITEM_TIMES, Kind.RETURN),
    _main(IndicatorCode.RENEWALS, Unit.ITEM_TIMES, Kind.RENEWAL),
    Indicator(
        IndicatorCode.NEW_CARDS,
        Unit.CARDS,
        (Term(Kind.CARD_ISSUED, Measure.QUANTITY, unless=FIRST_SWIPE),),
        main=True,
    ),
    _main(IndicatorCode.VISITS, Unit.PERSON_TIMES, Kind.VISIT, Measure.PERSONS),
    _main(IndicatorCode.ITEMS_ADDED, Unit.ITEMS, Kind.ITEM_ADDED),
    # what stations that lend on paper have typed for a month stands apart from what was recorded as it happened
    _main(IndicatorCode.TYPED_LOANS, Unit.ITEM_TIMES, Kind.TYPED_LOANS),
    _main(IndicatorCode.TYPED_RETURNS, Unit.ITEM_TIMES, Kind.TYPED_RETURNS),
    _main(IndicatorCode.TYPED_READERS, Unit.PERSON_TIMES, Kind.TYPED_READERS, Measure.PERSONS),
    # from the daybook: what somebody typed and somebody else approved
    _held(IndicatorCode.ACTIVITIES, Unit.SESSIONS, Kind.ACTIVITY),
    _held(IndicatorCode.ACTIVITIES_ONLINE, Unit.SESSIONS, Kind.ACTIVITY, {"mode": "online"}),
    _of(IndicatorCode.ACTIVITIES_JOINED, Unit.SESSIONS, Kind.ACTIVITY, JOINED),
    _of(IndicatorCode.ACTIVITIES_JOINED_PERSONS, Unit.PERSON_TIMES, Kind.ACTIVITY, JOINED, persons=True),
    _held(IndicatorCode.LECTURES, Unit.SESSIONS, Kind.ACTIVITY, {"sort": "lecture"}),
    _held(IndicatorCode.EXHIBITIONS, Unit.SESSIONS, Kind.ACTIVITY, {"sort": "exhibition"}),
    _held(IndicatorCode.TRAINING_CLASSES, Unit.SESSIONS, Kind.ACTIVITY, {"sort": "training_class"}),
    _held(IndicatorCode.ACTIVITY_ATTENDANCE, Unit.PERSON_TIMES, Kind.ACTIVITY, persons=True),
    _held(IndicatorCode.LECTURE_ATTENDANCE, Unit.PERSON_TIMES, Kind.ACTIVITY, {"sort": "lecture"}, persons=True),
    _held(IndicatorCode.EXHIBITION_ATTENDANCE, Unit.PERSON_TIMES, Kind.ACTIVITY, {"sort": "exhibition"}, persons=True),
    _held(
        IndicatorCode.TRAINING_CLASS_ATTENDANCE,
        Unit.PERSON_TIMES,
        Kind.ACTIVITY,
        {"sort": "training_class"},
        persons=True,
    ),
    _held(IndicatorCode.ACTIVITY_PLAYS, Unit.TIMES, Kind.ACTIVITY_PLAYS),
    _held(IndicatorCode.ACTIVITY_LIKES, Unit.TIMES, Kind.ACTIVITY_LIKES),
    _held(IndicatorCode.ACTIVITY_ENTRIES, Unit.ENTRIES, Kind.ACTIVITY_ENTRIES),
    _held(IndicatorCode.ACTIVITY_WINNERS, Unit.PEOPLE, Kind.ACTIVITY_WINNERS),
    _held(IndicatorCode.ITEMS_SWAPPED, Unit.ITEMS, Kind.ITEMS_SWAPPED),
    _held(IndicatorCode.EXHIBITIONS_ONLINE, Unit.SESSIONS, Kind.ACTIVITY, {"sort": "exhibition", "mode": "online"}),
    _held(
        IndicatorCode.ACTIVITIES_FOR_GROUPS,
        Unit.SESSIONS,
        Kind.ACTIVITY,
        {"groups": ["elderly"]},
        {"groups": ["disabled"]},
        {"groups": ["migrants"]},
        {"groups": ["left_behind"]},
    ),
    _held(IndicatorCode.ACTIVITIES_FOR_CHILDREN, Unit.SESSIONS, Kind.ACTIVITY, {"groups": ["children"]}),
    _of(IndicatorCode.OUTREACH, Unit.TIMES, Kind.OUTREACH),
    _of(IndicatorCode.OUTREACH_ITEMS, Unit.ITEMS, Kind.OUTREACH_ITEMS),
    _of(IndicatorCode.OUTREACH_PERSONS, Unit.PERSON_TIMES, Kind.OUTREACH, persons=True),
    _of(IndicatorCode.CONTESTS, Unit.PIECES, Kind.CONTEST),
    _of(IndicatorCode.CONTEST_PERSONS, Unit.PERSON_TIMES, Kind.CONTEST, persons=True),
    _of(IndicatorCode.CONTEST_WINNERS, Unit.PEOPLE, Kind.CONTEST_WINNERS),
    _of(IndicatorCode.LOCAL_TITLES, Unit.TITLES, Kind.LOCAL_TITLES),
    _of(IndicatorCode.LOCAL_ITEMS, Unit.ITEMS, Kind.LOCAL_ITEMS),
    _of(IndicatorCode.DONATIONS, Unit.GROUPS, Kind.DONATION),
    _of(IndicatorCode.DONATED_ITEMS, Unit.ITEMS, Kind.DONATED_ITEMS),
    Indicator(
        IndicatorCode.MONEY_RECEIVED,
        Unit.FEN,
        (Term(Kind.MONEY_DONATED, Measure.AMOUNT, ({"direction": "received"},)),),
    ),
    Indicator(
        IndicatorCode.MONEY_GIVEN, Unit.FEN, (Term(Kind.MONEY_DONATED, Measure.AMOUNT, ({"direction": "given"},)),)
    ),
    _of(IndicatorCode.MONEY_GIVERS, Unit.PERSON_TIMES, Kind.MONEY_DONATED, {"direction": "given"}, persons=True),
    _of(IndicatorCode.RESOURCE_HITS, Unit.TIMES, Kind.RESOURCE_USE),
    _of(IndicatorCode.RESOURCE_DOWNLOADS, Unit.TIMES, Kind.RESOURCE_DOWNLOADS),
    _of(IndicatorCode.RESOURCE_LOANS, Unit.ITEM_TIMES, Kind.RESOURCE_LOANS),
    # what some reports tell as 借还册次: no part of it is counted twice, and it is not 外借册次
    _sum(IndicatorCode.LOANS_AND_RETURNS, Unit.ITEM_TIMES, Kind.LOAN, Kind.RETURN, Kind.RESOURCE_LOANS),
    _of(IndicatorCode.CONSIGNED_ITEMS, Unit.ITEMS, Kind.CONSIGNMENT_SENT),
    _of(IndicatorCode.ENQUIRIES, Unit.CASES, Kind.ENQUIRY),
    _of(IndicatorCode.FEEDBACK, Unit.CASES, Kind.FEEDBACK),
    _of(IndicatorCode.PRAISE, Unit.CASES, Kind.FEEDBACK, {"opinion": "praise"}),
    _of(IndicatorCode.SUGGESTIONS, Unit.CASES, Kind.FEEDBACK, {"opinion": "suggestion"}),
    _of(IndicatorCode.COMPLAINTS, Unit.CASES, Kind.FEEDBACK, {"opinion": "complaint"}),
    _of(IndicatorCode.VOLUNTEERING, Unit.TIMES, Kind.VOLUNTEERING),
    _of(IndicatorCode.VOLUNTEER_PERSONS, Unit.PERSON_TIMES, Kind.VOLUNTEERING, persons=True),
    _of(IndicatorCode.VOLUNTEER_HOURS, Unit.HOURS, Kind.VOLUNTEER_HOURS),
    _of(IndicatorCode.MEDIA, Unit.REPORTS, Kind.MEDIA_COVERAGE),
    _of(IndicatorCode.MEDIA_ABOVE, Unit.REPORTS, Kind.MEDIA_COVERAGE, {"level": "national"}, {"level": "provincial"}),
    _of(IndicatorCode.POSTS, Unit.ARTICLES, Kind.POSTS),
    _of(IndicatorCode.POST_READS, Unit.TIMES, Kind.POST_READS),
    _of(IndicatorCode.NEWSLETTERS, Unit.ISSUES, Kind.NEWSLETTER),
    _of(IndicatorCode.NEWSLETTER_COPIES, Unit.COPIES, Kind.NEWSLETTER_COPIES),
    _of(IndicatorCode.RECEPTIONS, Unit.GROUPS, Kind.RECEPTION),
    _of(IndicatorCode.STUDY_TOURS, Unit.GROUPS, Kind.RECEPTION, {"guests": "students"}),
    _of(IndicatorCode.STUDY_TOUR_PERSONS, Unit.PERSON_TIMES, Kind.RECEPTION, {"guests": "students"}, persons=True),
    _of(IndicatorCode.TRAINING, Unit.TIMES, Kind.TRAINING, {"topic": "professional"}),
    _of(IndicatorCode.TRAINING_PERSONS, Unit.PERSON_TIMES, Kind.TRAINING, {"topic": "professional"}, persons=True),
    _of(IndicatorCode.PARTY_STUDY, Unit.TIMES, Kind.TRAINING, {"topic": "party"}),
    _of(IndicatorCode.SAFETY_TRAINING, Unit.TIMES, Kind.TRAINING, {"topic": "safety"}),
    _of(IndicatorCode.SAFETY_PERSONS, Unit.PERSON_TIMES, Kind.TRAINING, {"topic": "safety"}, persons=True),
    _of(IndicatorCode.HONOURS, Unit.PIECES, Kind.HONOUR),
    _of(IndicatorCode.HONOURS_ABOVE, Unit.PIECES, Kind.HONOUR, {"level": "national"}, {"level": "provincial"}),
)
ADDED: Mapping[IndicatorCode, tuple[tuple[Question, tuple[Term, ...]], ...]] = {
    IndicatorCode.LOANS: (
        (Question.RENEWALS_IN_LOANS, (Term(Kind.RENEWAL, Measure.QUANTITY),)),
        (Question.REGISTERS_IN_LOANS, (Term(Kind.TYPED_LOANS, Measure.QUANTITY),)),
    ),
    IndicatorCode.NEW_CARDS: (
        (Question.FIRST_SWIPES_IN_CARDS, (Term(Kind.CARD_ISSUED, Measure.QUANTITY, (FIRST_SWIPE,)),)),
    ),
    IndicatorCode.VISITS: (
        (Question.ACTIVITIES_IN_VISITS, (Term(Kind.ACTIVITY, Measure.PERSONS, unless=JOINED),)),
        (Question.REGISTERS_IN_VISITS, (Term(Kind.TYPED_READERS, Measure.PERSONS),)),
        (Question.OUTREACH_IN_VISITS, (Term(Kind.OUTREACH, Measure.PERSONS),)),
    ),
}
"""What belongs to an indicator where the library says so. No entry is counted by two terms of one indicator."""
INDICATORS: tuple[Indicator, ...] = tuple(
    replace(one, form_item=FORM_ITEMS.get(one.code, ""), added=ADDED.get(one.code, ())) for one in _INDICATORS
)
BY_CODE: Mapping[IndicatorCode, Indicator] = {indicator.code: indicator for indicator in INDICATORS}
MAIN: tuple[Indicator, ...] = tuple(indicator for indicator in INDICATORS if indicator.main)
EVERY_TERM: tuple[Term, ...] = tuple(
    term for one in INDICATORS for term in (*one.terms, *(term for _question, terms in one.added for term in terms))
)
KINDS: tuple[str, ...] = tuple(sorted({term.kind.value for term in EVERY_TERM}))
"""The kinds of entry that some indicator counts."""
CODED: tuple[str, ...] = tuple(sorted({term.kind.value for term in EVERY_TERM if term.among or term.unless}))
"""Those of which some indicator asks what their details hold."""
CODE_NAMES: tuple[str, ...] = tuple(
    sorted({name for term in EVERY_TERM for codes in (*term.among, term.unless or {}) for name in codes})
)
"""What it asks for: the names among the details."""

Group = tuple[str, str | None, Mapping[Measure, int]]
"""Entries that no indicator tells apart: their kind, the codes they hold as JSON writes them, none where no indicator
asks for them, and the sum of each measure."""


def values_of(groups: Iterable[Group], answers: Answers, only: IndicatorCode | None = None) -> dict[IndicatorCode, int]:
    """The number of every indicator over these entries, or of one alone, by these answers."""
    values = {only: 0} if only else dict.fromkeys(BY_CODE, 0)
    for kind, codes, sums in groups:
        for code, measure in _counted_by(kind, codes, answers):
            if code in values:
                values[code] += sums[measure]
    return values


def kinds_of(only: IndicatorCode | None) -> tuple[str, ...]:
    """The kinds of entry that an indicator counts by whatever answers; those of all where none is named."""
    if only is None:
        return KINDS
    terms = (*BY_CODE[only].terms, *(term for _question, added in BY_CODE[only].added for term in added))
    return tuple(sorted({term.kind.value for term in terms}))


@lru_cache(maxsize=4_096)
def _counted_by(kind: str, codes: str | None, answers: Answers) -> tuple[tuple[IndicatorCode, Measure], ...]:
    """Who counts such entries, and what of them: a year of days asks the same few questions thousands of times."""
    held: Codes = json.loads(codes) if codes else {}
    found = ((one.code, one.term_of(kind, held, answers)) for one in _BY_KIND.get(kind, ()))
    return tuple((code, term.measure) for code, term in found if term)


_BY_KIND: Mapping[str, tuple[Indicator, ...]] = {
    kind: tuple(
        one
        for one in INDICATORS
        if any(term.kind == kind for term in (*one.terms, *(term for _question, terms in one.added for term in terms)))
    )
    for kind in KINDS
}
