"""Libraries that report: facts made row by row, each row knowing what it adds to which figure.

What a row adds is said here by hand, so that a test can count rows without asking the indicators.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from random import Random

from tests.factories.accounts import make_desk
from tests.factories.network import make_branch, make_service_point
from wenyuan.office.daybook.data import Draft, PaperInput, RecordKind, StateCode
from wenyuan.office.daybook.data.records import Value
from wenyuan.office.daybook.operations import (
    approve_record,
    attach_paper,
    correct_record,
    enter_record,
    withdraw_record,
)
from wenyuan.office.figures.data import FigureCode, IndicatorCode
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.operations import record, record_many
from wenyuan.plumbing.clock import library_zone
from wenyuan.plumbing.transactions import verb

I = IndicatorCode  # noqa: E741 # the tables below name it on every line
Fields = Mapping[str, Value]
Adds = Mapping[FigureCode, int]
PAPER = PaperInput(name="证明.pdf", form="pdf", size=12, sha256="b" * 64, stored_as="files/daybook/1.pdf")


@dataclass(slots=True)
class Row:
    """Something that was recorded: the day on which it counts, what it adds, and at which service point. ``newest_id``
    is the newest row of its record, where it is one of the daybook."""

    day: date
    adds: Adds
    kind: RecordKind | None = None
    values: Fields = field(default_factory=dict)
    title: str = ""
    newest_id: int = 0
    point: str = ""


def of_fields(kind: RecordKind, values: Fields) -> dict[FigureCode, int]:
    """What a record of the daybook adds, told from what was typed."""

    def number(name: str) -> int:
        value = values.get(name, 0)
        return value if isinstance(value, int) else 0

    sessions, persons, items = number("sessions"), number("persons"), number("items")
    match kind:
        case RecordKind.ACTIVITY:
            adds: dict[FigureCode, int] = {
                I.ACTIVITIES: sessions,
                I.ACTIVITY_ATTENDANCE: persons,
                I.ACTIVITY_PLAYS: number("plays"),
                I.ACTIVITY_LIKES: number("likes"),
                I.ACTIVITY_ENTRIES: number("entries"),
                I.ACTIVITY_WINNERS: number("winners"),
                I.ITEMS_SWAPPED: number("swapped"),
            }
            whole, some = {
                "lecture": (I.LECTURES, I.LECTURE_ATTENDANCE),
                "exhibition": (I.EXHIBITIONS, I.EXHIBITION_ATTENDANCE),
                "training_class": (I.TRAINING_CLASSES, I.TRAINING_CLASS_ATTENDANCE),
            }.get(str(values["sort"]), (I.ACTIVITIES, I.ACTIVITY_ATTENDANCE))
            adds |= {whole: sessions, some: persons}
            if values["mode"] == "online":
                adds |= {I.ACTIVITIES_ONLINE: sessions}
                if values["sort"] == "exhibition":
                    adds |= {I.EXHIBITIONS_ONLINE: sessions}
            return adds
        case RecordKind.HONOUR:
            above = values["level"] in {"national", "provincial"}
            return {I.HONOURS: 1, I.HONOURS_ABOVE: int(above)}
        case RecordKind.MEDIA:
            above = values["level"] in {"national", "provincial"}
            return {I.MEDIA: 1, I.MEDIA_ABOVE: int(above)}
        case RecordKind.DONATION:
            return {I.DONATIONS: 1, I.DONATED_ITEMS: items}
        case RecordKind.MONEY_DONATION if values["direction"] == "given":
            return {I.MONEY_GIVEN: number("amount"), I.MONEY_GIVERS: persons}
        case RecordKind.MONEY_DONATION:
            return {I.MONEY_RECEIVED: number("amount")}
        case RecordKind.OUTREACH:
            return {I.OUTREACH: 1, I.OUTREACH_ITEMS: items, I.OUTREACH_PERSONS: persons}
        case RecordKind.TRAINING:
            topics: dict[str, dict[FigureCode, int]] = {
                "professional": {I.TRAINING: sessions, I.TRAINING_PERSONS: persons},
                "party": {I.PARTY_STUDY: sessions},
                "safety": {I.SAFETY_TRAINING: sessions, I.SAFETY_PERSONS: persons},
            }
            return topics[str(values["topic"])]
        case RecordKind.CONTEST:
            return {I.CONTESTS: 1, I.CONTEST_PERSONS: persons, I.CONTEST_WINNERS: number("winners")}
        case RecordKind.LOCAL_DOCUMENTS:
            return {I.LOCAL_TITLES: number("titles"), I.LOCAL_ITEMS: items}
        case RecordKind.NEWSLETTER:
            return {I.NEWSLETTERS: number("issues"), I.NEWSLETTER_COPIES: number("copies")}
        case RecordKind.RESOURCE_USE:
            loans = number("e_loans")
            return {I.RESOURCE_HITS: number("hits"), I.RESOURCE_LOANS: loans, I.LOANS_AND_RETURNS: loans}
        case RecordKind.RECEPTION if values["guests"] == "students":
            return {I.RECEPTIONS: sessions, I.STUDY_TOURS: sessions, I.STUDY_TOUR_PERSONS: persons}
        case RecordKind.RECEPTION:
            return {I.RECEPTIONS: sessions}
        case RecordKind.VOLUNTEERING:
            return {I.VOLUNTEERING: sessions, I.VOLUNTEER_PERSONS: persons, I.VOLUNTEER_HOURS: number("hours")}
        case RecordKind.FEEDBACK:
            sort = {"praise": I.PRAISE, "suggestion": I.SUGGESTIONS, "complaint": I.COMPLAINTS}
            return {I.FEEDBACK: number("cases"), sort[str(values["opinion"])]: number("cases")}
        case RecordKind.ENQUIRIES:
            return {I.ENQUIRIES: number("cases")}
        case _:
            return {}


OF_ENTRY: Mapping[Kind, tuple[FigureCode, ...]] = {
    Kind.LOAN: (I.LOANS, I.LOANS_AND_RETURNS),
    Kind.RETURN: (I.RETURNS, I.LOANS_AND_RETURNS),
    Kind.RENEWAL: (I.RENEWALS,),
    Kind.CARD_ISSUED: (I.NEW_CARDS,),
    Kind.VISIT: (I.VISITS,),
    Kind.ITEM_ADDED: (I.ITEMS_ADDED,),
    Kind.CONSIGNMENT_SENT: (I.CONSIGNED_ITEMS,),
    Kind.TYPED_LOANS: (I.TYPED_LOANS,),
    Kind.TYPED_READERS: (I.TYPED_READERS,),
}
BY_PERSONS = frozenset({Kind.VISIT, Kind.TYPED_READERS})


class Reporting:
    """A library between its first day and ``now``, and every row that was made for it."""

    def __init__(self, name: str, first: date, now: datetime, *, seed: int, opened: date) -> None:
        self.name, self.first, self.now = name, first, now
        self.random = Random(seed)
        self.centre = make_branch("ZG", kind="central", name_zh=name, opened_date=opened)
        self.typist = make_desk(self.centre, role=Role.OUTREACH)
        self.director = make_desk(self.centre, role=Role.DIRECTOR)
        self.rows: list[Row] = []
        self.states: Counter[StateCode] = Counter()
        self.points = 0
        self._journal: list[Entry] = []

    def around(self, low: int, high: int) -> int:
        """A number near one that such a library told."""
        return self.random.randint(low, high)

    def some_day(self, last: date | None = None) -> date:
        span = ((last or self.now.date()) - self.first).days
        return self.first + timedelta(days=self.random.randint(0, span))

    def shares(self, total: int, parts: int) -> Iterator[int]:
        """The total in so many parts, none of them nothing."""
        cuts = sorted(self.random.sample(range(1, total), parts - 1))
        return (end - start for start, end in zip([0, *cuts], [*cuts, total], strict=True))

    def happened(
        self,
        kind: Kind,
        total: int,
        *,
        entries: int,
        last: date | None = None,
        day: date | None = None,
        point: str = "",
    ) -> None:
        """So much of a kind in so many entries of the journal, on days up to ``last``, or all on one day."""
        self.points += 1
        point_id = make_service_point(self.centre, f"P{self.points}", name_zh=point).id if point else None
        for count in self.shares(total, entries):
            on = day or self.some_day(last)
            persons = kind in BY_PERSONS
            self._journal.append(
                entry(kind, on, self.centre.id, 0 if persons else count, count if persons else 0, point_id)
            )
            self.rows.append(Row(on, dict.fromkeys(OF_ENTRY[kind], count), point=point))

    def typed(self, kind: RecordKind, title: str = "", *, day: date | None = None, **values: Value) -> Row:
        """A record of the daybook, approved by another."""
        number = sum(1 for row in self.rows if row.kind) + 1
        row = Row(day or self.some_day(), of_fields(kind, values), kind, values, title or f"第{number}号")
        made = enter_record(draft=self.draft(row), at=self.now, desk=self.typist).record
        if kind is RecordKind.RESOURCE_USE or "rank" in values:
            attach_paper(origin_id=made.id, paper=PAPER, at=self.now, desk=self.typist)
        row.newest_id = approve_record(row_id=made.id, at=self.now, desk=self.director).record.id
        self.rows.append(row)
        return row

    def held(self, title: str = "", *, online: bool = False, day: date | None = None, **values: Value) -> Row:
        """An activity that the library held itself."""
        mode = "online" if online else "onsite"
        return self.typed(RecordKind.ACTIVITY, title, day=day, role="host", mode=mode, **values)

    def stated(self, state: StateCode, standing: int, *, day: date | None = None) -> None:
        """What the library has from a day on."""
        self.typed(RecordKind.STATE, state.value, day=day or self.first, state=state.value, standing=standing)
        self.states[state] = standing

    def draft(self, row: Row) -> Draft:
        assert row.kind is not None
        return Draft(
            kind=row.kind,
            branch_id=self.centre.id,
            first_date=row.day,
            last_date=row.day,
            title=row.title,
            values=row.values,
            evidence="登记簿",
        )

    def move(self, row: Row, day: date) -> None:
        """Put a record right: it happened on another day."""
        moved = replace(row, day=day)
        fresh = correct_record(
            row_id=row.newest_id, draft=self.draft(moved), reason="日期有误", at=self.now, desk=self.typist
        ).record
        row.newest_id = approve_record(row_id=fresh.id, at=self.now, desk=self.director).record.id
        row.day = day

    def take_back(self, row: Row) -> None:
        """Withdraw a record: it adds nothing any more."""
        gone = withdraw_record(row_id=row.newest_id, reason="误录", at=self.now, desk=self.typist).record
        approve_record(row_id=gone.id, at=self.now, desk=self.director)
        self.rows.remove(row)

    @verb
    def settle(self) -> None:
        """Put what happened into the journal."""
        record_many(self._journal)
        self._journal = []

    @verb
    def one_more(self, kind: Kind, day: date, count: int) -> None:
        record(entry(kind, day, self.centre.id, count, 0, None))
        self.rows.append(Row(day, dict.fromkeys(OF_ENTRY[kind], count)))

    def expected(self, first: date, last: date) -> Counter[FigureCode]:
        """Every figure that is a sum, from the rows alone."""
        sums: Counter[FigureCode] = Counter()
        for row in self.rows:
            if first <= row.day <= last:
                sums.update(row.adds)
        return sums

    def visits_at(self, point: str, first: date, last: date) -> int:
        return sum(row.adds[I.VISITS] for row in self.rows if row.point == point and first <= row.day <= last)

    def named(self, field: str, name: str, number: str, first: date, last: date) -> int:
        """The sum of a number over the records that have this name in a field."""
        found = [row.values for row in self.rows if row.values.get(field) == name and first <= row.day <= last]
        return sum(count for values in found if isinstance(count := values[number], int))

    def contributing(self, code: FigureCode, first: date, last: date) -> int:
        """How many rows make up a figure."""
        return sum(1 for row in self.rows if first <= row.day <= last and row.adds.get(code))


def entry(kind: Kind, day: date, branch_id: int, quantity: int, persons: int, point_id: int | None) -> Entry:
    return Entry(
        kind=kind,
        occurred_at=datetime.combine(day, time(10), tzinfo=library_zone()),
        door="workbench",
        branch_id=branch_id,
        service_point_id=point_id,
        quantity=quantity,
        persons=persons,
    )
