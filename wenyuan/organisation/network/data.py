"""The network as frozen values: what rules and everyday verbs read without asking the database again."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from uuid import UUID

from wenyuan.kernel.opening import DayStatus, OpeningCalendar

REMEMBERED_SUBTREES = 4096


@dataclass(frozen=True, slots=True)
class DateSpan:
    """From ``first`` up to and without ``end``; no ``end`` means still so."""

    first: date
    end: date | None

    def holds(self, on: date) -> bool:
        return self.first <= on and (self.end is None or on < self.end)


@dataclass(frozen=True, slots=True)
class BranchFacts:
    """A branch as others need it. ``kind`` is a ``models.BranchKind`` value; from ``closed_date`` on it is gone."""

    id: int
    code: str
    name_zh: str
    name_en: str
    kind: str
    opened_date: date
    closed_date: date | None
    address: str
    phone: str
    accessibility: str
    location: tuple[float, float] | None = None
    """Latitude and longitude in degrees (WGS 84), where they were entered."""

    def name(self, language: str) -> str:
        """The name in Chinese, or in English where there is one and ``language`` begins with ``en``."""
        return self.name_en if language.startswith("en") and self.name_en else self.name_zh

    def stands_on(self, on: date) -> bool:
        """Whether the branch exists on that day: opened, and not yet closed for good."""
        return self.opened_date <= on and (self.closed_date is None or on < self.closed_date)


@dataclass(frozen=True)
class NetworkMap:
    """Tree, calendars and lending groups of one edition; read once and kept until the edition changes."""

    edition: UUID
    branches: Mapping[int, BranchFacts]
    placements: Mapping[int, tuple[tuple[int, DateSpan], ...]]  # child → (parent, span)…
    memberships: Mapping[int, tuple[tuple[int, DateSpan], ...]]  # branch → (group, span)…
    calendars: Mapping[int, OpeningCalendar]
    _subtrees: dict[tuple[int, date], frozenset[int]] = field(default_factory=dict, compare=False, repr=False)

    def by_code(self, code: str) -> BranchFacts | None:
        """The branch with this code, or nothing."""
        return self._by_code.get(code)

    @cached_property
    def _by_code(self) -> Mapping[str, BranchFacts]:
        """Made once: an import asks for every item."""
        return {branch.code: branch for branch in self.branches.values()}

    def parent_of(self, branch_id: int, on: date) -> int | None:
        """The branch above on that day."""
        for parent_id, span in self.placements.get(branch_id, ()):
            if span.holds(on):
                return parent_id
        return None

    def line_above(self, branch_id: int, on: date) -> tuple[int, ...]:
        """The branch itself, its parent, and so on up to the root: nearest first. A ring in the data ends the line."""
        line = [branch_id]
        while (parent := self.parent_of(line[-1], on)) is not None and parent not in line:
            line.append(parent)
        return tuple(line)

    def subtree(self, branch_id: int, on: date) -> frozenset[int]:
        """The branch and everything below it on that day, closed ones included. A ring in the data is walked once."""
        known = self._subtrees.get((branch_id, on))
        if known is not None:
            return known
        children = defaultdict(list)
        for child in self.placements:
            if (parent := self.parent_of(child, on)) is not None:
                children[parent].append(child)
        found, ahead = {branch_id}, [branch_id]
        while ahead:
            fresh = [child for child in children[ahead.pop()] if child not in found]
            found.update(fresh)
            ahead.extend(fresh)
        if len(self._subtrees) >= REMEMBERED_SUBTREES:
            self._subtrees.clear()
        return self._subtrees.setdefault((branch_id, on), frozenset(found))

    def groups_of(self, branch_id: int, on: date) -> frozenset[int]:
        """Ids of the lending groups the branch belongs to on that day."""
        return frozenset(group for group, span in self.memberships.get(branch_id, ()) if span.holds(on))

    def lend_to_each_other(self, one: int, other: int, on: date) -> bool:
        """Whether items of one branch may be lent and closed at the other: the same branch, or a shared group."""
        return one == other or not self.groups_of(one, on).isdisjoint(self.groups_of(other, on))

    def calendar(self, branch_id: int) -> OpeningCalendar:
        """The branch's opening calendar; one without any hours counts every day as open."""
        return self.calendars[branch_id]


@dataclass(frozen=True, slots=True)
class LibraryFacts:
    """The library that this installation serves. ``institution_code`` is its ISIL form, SIP2 field AO."""

    name_zh: str
    name_en: str
    institution_code: str
    address: str
    phone: str

    def name(self, language: str) -> str:
        """The name in Chinese, or in English where there is one and ``language`` begins with ``en``."""
        return self.name_en if language.startswith("en") and self.name_en else self.name_zh


@dataclass(frozen=True, slots=True)
class AreaFacts:
    """阅览区: a reading area. ``seats`` is how many people can sit there."""

    id: int
    branch_id: int
    code: str
    name_zh: str
    name_en: str
    floor: int
    seats: int
    wheelchair: bool
    accessibility: str

    def name(self, language: str) -> str:
        """The name in Chinese, or in English where there is one and ``language`` begins with ``en``."""
        return self.name_en if language.startswith("en") and self.name_en else self.name_zh


@dataclass(frozen=True, slots=True)
class ServicePointFacts:
    """服务窗口: a desk, door or machine. From ``closed_date`` on it is gone."""

    id: int
    branch_id: int
    area_id: int | None
    code: str
    name_zh: str
    name_en: str
    closed_date: date | None

    def name(self, language: str) -> str:
        """The name in Chinese, or in English where there is one and ``language`` begins with ``en``."""
        return self.name_en if language.startswith("en") and self.name_en else self.name_zh


@dataclass(frozen=True, slots=True)
class ClosureFacts:
    """Days shut, first and last included; no ``last_date`` means until further notice."""

    id: int
    branch_id: int
    first_date: date
    last_date: date | None
    reason: str
    withdrawn_at: datetime | None
    notice_id: int | None = None
    area_id: int | None = None
    service_point_id: int | None = None
    shuts_door: bool = True
    horizon: date | None = None
    spread_days: int = 1
    own_end: bool = False

    @property
    def closes_days(self) -> bool:
        """Whether the whole branch is shut, so that its days do not count and due dates move."""
        return self.shuts_door and self.area_id is None and self.service_point_id is None


@dataclass(frozen=True, slots=True)
class Services:
    """Which services a closure shuts; the others stay open meanwhile."""

    door: bool = True
    book_drop: bool = True
    digital: bool = False


class NoticeState(StrEnum):
    """Where a closure notice stands."""

    DRAFT = "draft"
    IN_FORCE = "in_force"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFacts:
    """闭馆公告: one declaration. ``scope`` is a ``models.ClosureScope`` value; days are first and last included.

    ``branch_ids`` are the branches it covers: those that a draft would shut, or those it has shut.
    """

    id: int
    scope: str
    branch_id: int | None
    area_id: int | None
    service_point_id: int | None
    shuts: Services
    first_date: date
    last_date: date | None
    reason: str
    most_a_day: int | None
    state: NoticeState
    drafted_at: datetime
    drafted_by: int | None
    signed_at: datetime | None
    signed_by: int | None
    withdrawn_at: datetime | None
    branch_ids: tuple[int, ...] = ()

    @property
    def closes_days(self) -> bool:
        """Whether whole branches are shut, so that their days do not count and due dates move."""
        return self.shuts.door and self.area_id is None and self.service_point_id is None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosureNews:
    """What readers are told of a closure, whatever the channel: the one set of facts behind every text.

    ``places`` are what is shut (a branch with what stands below it is one place), ``parts`` the area or service point
    if only that is; ``reopens`` is the first open day after it, none while nobody knows. ``phone`` is where to ask.
    """

    library: "LibraryFacts | None"
    places: tuple[BranchFacts, ...]
    with_below: bool
    everywhere: bool
    part: "AreaFacts | ServicePointFacts | None"
    shuts: Services
    first_date: date
    last_date: date | None
    reopens: date | None
    reason: str
    moves_due_dates: bool
    phone: str
    said_on: date


@dataclass(frozen=True, slots=True)
class AnnouncementFacts:
    """How many readers were told of a closure by one channel, and when."""

    channel: str
    count: int
    at: datetime


@dataclass(frozen=True, slots=True)
class OpenDays:
    """开放天数 of a branch in a period: days it was open, days a closure took, days whose hours are not stated.

    Areas, service points and services that are shut take no day away.
    """

    open: int
    shut_by_closure: int
    not_stated: int


@dataclass(frozen=True, slots=True)
class GroupFacts:
    """通借通还: a lending group."""

    id: int
    code: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class OpeningToday:
    """A branch on one day, for a page. ``open_now`` is none when the hours are not stated.

    ``next_open_date`` is the next day after this one whose stated hours open the branch.
    """

    branch: BranchFacts
    status: DayStatus
    open_now: bool | None
    next_open_date: date | None


class NetworkReason(StrEnum):
    """Why a change of the network is refused."""

    ALREADY_FOUNDED = "already_founded"
    BAD_CODE = "bad_code"
    BAD_NAME = "bad_name"
    BAD_DATES = "bad_dates"
    BAD_VALUE = "bad_value"
    UNKNOWN_KIND = "unknown_kind"
    CODE_TAKEN = "code_taken"
    UNKNOWN_BRANCH = "unknown_branch"
    UNKNOWN_AREA = "unknown_area"
    UNKNOWN_SERVICE_POINT = "unknown_service_point"
    UNKNOWN_GROUP = "unknown_group"
    UNKNOWN_CLOSURE = "unknown_closure"
    UNKNOWN_SCOPE = "unknown_scope"
    SHUTS_NOTHING = "shuts_nothing"
    NOT_A_DRAFT = "not_a_draft"
    NOT_SIGNED = "not_signed"
    UNKNOWN_EXCEPTION = "unknown_exception"
    BRANCH_CLOSED = "branch_closed"  # for good, on the day in question or later
    BEFORE_OPENING = "before_opening"
    RING = "ring"
    BRANCHES_BELOW = "branches_below"
    STILL_IN_USE = "still_in_use"  # rooms above object; facts count what stands there
    HOURS_OVERLAP = "hours_overlap"
    ALREADY_MEMBER = "already_member"
    NOT_MEMBER = "not_member"
    ALREADY_ENDED = "already_ended"
    NOTHING_CHANGES = "nothing_changes"


class NetworkRefused(Exception):
    """A change of the network is refused; ``facts`` fill its words (codes, dates, counts)."""

    def __init__(self, reason: NetworkReason, **facts: int | str) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.facts: Mapping[str, int | str] = facts
