"""What crosses the border of the figures: indicators, periods, what a number covers, and the numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from wenyuan.office.daybook.data import RecordFacts, RecordKind, StateCode
from wenyuan.office.figures.definitions import USUAL as USUAL
from wenyuan.office.figures.definitions import Answers as Answers
from wenyuan.office.figures.definitions import DefinitionFacts as DefinitionFacts
from wenyuan.office.figures.definitions import DefinitionReason as DefinitionReason
from wenyuan.office.figures.definitions import DefinitionRefused as DefinitionRefused
from wenyuan.office.figures.definitions import Definitions as Definitions
from wenyuan.office.figures.definitions import Question as Question
from wenyuan.office.figures.definitions import Stretch as Stretch
from wenyuan.office.figures.stocks.values import Behaviour as Behaviour
from wenyuan.office.figures.stocks.values import Stock as Stock
from wenyuan.office.figures.stocks.values import StockCode as StockCode
from wenyuan.office.figures.stocks.values import StockRow as StockRow
from wenyuan.office.figures.stocks.values import StockRows as StockRows
from wenyuan.office.figures.units import Unit as Unit
from wenyuan.organisation.journal.data import Kind


class IndicatorCode(StrEnum):
    """指标 that are counted. A code is never renamed and never changes its meaning: a new one is added."""

    LOANS = "loans"  # 外借册次
    RETURNS = "returns"  # 还回册次
    RENEWALS = "renewals"  # 续借册次
    NEW_CARDS = "new_cards"  # 新办证
    VISITS = "visits"  # 到馆人次
    ITEMS_ADDED = "items_added"  # 新增馆藏
    TYPED_LOANS = "typed_loans"  # 登记簿录入：外借册次
    TYPED_RETURNS = "typed_returns"
    TYPED_READERS = "typed_readers"
    ACTIVITIES = "activities"  # 活动场次
    ACTIVITIES_ONLINE = "activities_online"
    ACTIVITIES_JOINED = "activities_joined"  # 组织参加其他单位活动, no part of 活动场次
    ACTIVITIES_JOINED_PERSONS = "activities_joined_persons"
    LECTURES = "lectures"  # 讲座
    LECTURE_ATTENDANCE = "lecture_attendance"
    EXHIBITIONS = "exhibitions"  # 展览
    EXHIBITION_ATTENDANCE = "exhibition_attendance"
    TRAINING_CLASSES = "training_classes"  # 培训班 for readers
    TRAINING_CLASS_ATTENDANCE = "training_class_attendance"
    ACTIVITY_ATTENDANCE = "activity_attendance"  # 参加人次
    ACTIVITY_PLAYS = "activity_plays"  # 点播量, never added to 参加人次
    ACTIVITY_LIKES = "activity_likes"  # 点赞量
    ACTIVITY_ENTRIES = "activity_entries"  # 征集作品件数
    ACTIVITY_WINNERS = "activity_winners"  # 活动获奖人数
    ITEMS_SWAPPED = "items_swapped"  # 换书册数
    EXHIBITIONS_ONLINE = "exhibitions_online"  # 线上展览
    ACTIVITIES_FOR_GROUPS = "activities_for_groups"  # 特殊群体活动场次
    ACTIVITIES_FOR_CHILDREN = "activities_for_children"  # 少儿活动场次
    OUTREACH = "outreach"  # 流动服务次数
    OUTREACH_ITEMS = "outreach_items"  # 送书册数
    OUTREACH_PERSONS = "outreach_persons"  # 流动服务人次
    CONTESTS = "contests"  # 参加赛事次数
    CONTEST_PERSONS = "contest_persons"  # 参赛人次
    CONTEST_WINNERS = "contest_winners"  # 赛事获奖人数
    LOCAL_TITLES = "local_titles"  # 征集地方文献种数
    LOCAL_ITEMS = "local_items"  # 征集地方文献册数
    DONATIONS = "donations"  # 接受捐赠批次
    DONATED_ITEMS = "donated_items"  # 接受捐赠册数
    MONEY_RECEIVED = "money_received"  # 接受捐款, in fen
    MONEY_GIVEN = "money_given"  # 职工捐款, in fen
    MONEY_GIVERS = "money_givers"  # 职工捐款人次
    RESOURCE_HITS = "resource_hits"  # 数字资源访问量
    RESOURCE_DOWNLOADS = "resource_downloads"  # 数字资源下载量
    RESOURCE_LOANS = "resource_loans"  # 电子文献借阅册次
    LOANS_AND_RETURNS = "loans_and_returns"  # 借还册次 of print and e-resources, never 外借册次
    CONSIGNED_ITEMS = "consigned_items"  # 流动站配送图书
    ENQUIRIES = "enquiries"  # 解答咨询
    FEEDBACK = "feedback"  # 读者意见
    PRAISE = "praise"  # 读者表扬
    SUGGESTIONS = "suggestions"  # 读者建议
    COMPLAINTS = "complaints"  # 读者投诉
    VOLUNTEERING = "volunteering"  # 志愿服务次数
    VOLUNTEER_PERSONS = "volunteer_persons"  # 志愿服务人次
    VOLUNTEER_HOURS = "volunteer_hours"  # 志愿服务时长
    MEDIA = "media"  # 媒体报道
    MEDIA_ABOVE = "media_above"  # 省级以上媒体报道
    POSTS = "posts"  # 发布推文
    POST_READS = "post_reads"  # 推文阅读量
    NEWSLETTERS = "newsletters"  # 编印刊物期数
    NEWSLETTER_COPIES = "newsletter_copies"  # 编印刊物份数
    RECEPTIONS = "receptions"  # 接待来访批次
    STUDY_TOURS = "study_tours"  # 接待研学批次
    STUDY_TOUR_PERSONS = "study_tour_persons"  # 研学人次
    TRAINING = "training"  # 业务培训次数
    TRAINING_PERSONS = "training_persons"  # 业务培训人次
    PARTY_STUDY = "party_study"  # 政治学习次数
    SAFETY_TRAINING = "safety_training"  # 安全培训演练次数
    SAFETY_PERSONS = "safety_persons"  # 安全培训演练人次
    HONOURS = "honours"  # 获得荣誉
    HONOURS_ABOVE = "honours_above"  # 省级以上荣誉


class CalendarCode(StrEnum):
    """指标 that are read from the opening calendars. The journal has no rows of them, the calendar has."""

    OPEN_DAYS = "open_days"  # 开放天数
    WEEKLY_HOURS = "weekly_hours"  # 每周开放时间, in minutes


class NetworkCode(StrEnum):
    """指标 that are read from the network: places that stand on a day, beside the branch that is asked for."""

    TOWN_BRANCHES = "town_branches_standing"  # 街道（乡镇）分馆
    CHILDRENS_BRANCHES = "childrens_branches_standing"  # 少儿分馆
    PARTNER_BRANCHES = "partner_branches_standing"  # 合作分馆
    SHARING = "branches_sharing"  # of these three, lending with the branch that is asked for 通借通还
    STATIONS = "stations_standing"  # 图书流动站
    RURAL_BOOKHOUSES = "rural_bookhouses_standing"  # 农家书屋
    COMMUNITY_BOOKHOUSES = "community_bookhouses_standing"  # 社区书屋
    CITY_STUDIES = "city_studies_standing"  # 城市书房


StandingCode = StateCode | NetworkCode
"""What stands on a day."""
FigureCode = IndicatorCode | CalendarCode | StandingCode


class Measure(StrEnum):
    """The journal's column that is summed."""

    QUANTITY = "quantity"
    PERSONS = "persons"
    AMOUNT = "amount_fen"


Codes = Mapping[str, object]
"""Codes that an entry's details hold: ``{"sort": "lecture"}``, or of several ``{"groups": ["children"]}``."""


@dataclass(frozen=True, slots=True)
class Term:
    """A measure over the journal's entries of one kind; with ``among`` only those whose details hold one of these, with
    ``unless`` none that hold this."""

    kind: Kind
    measure: Measure
    among: tuple[Codes, ...] = ()
    unless: Codes | None = None

    def counts(self, kind: str, codes: Codes) -> bool:
        """Whether it counts an entry of this kind with these details."""
        if kind != self.kind or (self.unless is not None and holds(codes, self.unless)):
            return False
        return not self.among or any(holds(codes, wanted) for wanted in self.among)


@dataclass(frozen=True, slots=True)
class Indicator:
    """口径: an indicator is the sum of its terms, and of those that belong to it by the library's own answers
    (``added``). Those that are ``main`` have a tile, a chart and a column of their own; the others stand in a list.

    Undo and correction are entries of the same kind with a negative measure, so the sum needs no exception.
    """

    code: IndicatorCode
    unit: Unit
    terms: tuple[Term, ...]
    main: bool = False
    form_item: str = ""
    """The item of the yearly statistical form of public libraries 公共图书馆统计年报 that it answers, as the form calls
    it; empty where the form does not ask."""
    added: tuple[tuple[Question, tuple[Term, ...]], ...] = ()

    @property
    def questions(self) -> tuple[Question, ...]:
        """What libraries answer differently about it."""
        return tuple(question for question, _terms in self.added)

    def terms_by(self, answers: Answers) -> tuple[Term, ...]:
        """Its terms by these answers."""
        return (*self.terms, *(term for question, terms in self.added if question in answers for term in terms))

    def term_of(self, kind: str, codes: Codes, answers: Answers) -> Term | None:
        """The term that counts an entry of this kind with these details, if one does."""
        return next((term for term in self.terms_by(answers) if term.counts(kind, codes)), None)


def holds(codes: Codes, wanted: Codes) -> bool:
    """Whether the details hold all that is wanted: as PostgreSQL's ``@>`` says it of one level."""

    def held(name: str, value: object) -> bool:
        there = codes.get(name)
        if isinstance(value, list):
            return isinstance(there, list) and set(value) <= set(there)
        return name in codes and there == value

    return all(held(name, value) for name, value in wanted.items())


@dataclass(frozen=True, slots=True)
class Period:
    """Whole local days, both ends included. ``text`` is how it was asked for, in its canonical form (``2026-H1``)."""

    text: str
    first_date: date
    last_date: date

    def days(self) -> tuple[date, ...]:
        """Every day of it."""
        return tuple(
            self.first_date + timedelta(days=number) for number in range((self.last_date - self.first_date).days + 1)
        )

    def months(self) -> tuple[date, ...]:
        """The first day of every month it touches."""
        first, last = (day.year * 12 + day.month - 1 for day in (self.first_date, self.last_date))
        return tuple(date(number // 12, number % 12 + 1, 1) for number in range(first, last + 1))


class PeriodReason(StrEnum):
    """Why a text names no period."""

    UNREADABLE = "unreadable"
    NO_SUCH_DATE = "no_such_date"  # the 30th of February, week 53 of a year with 52
    ENDS_BEFORE_IT_BEGINS = "ends_before_it_begins"
    TOO_LONG = "too_long"


class BadPeriod(ValueError):
    """The text names no period; ``text`` is what was given."""

    def __init__(self, reason: PeriodReason, text: str) -> None:
        super().__init__(f"{reason.value}: {text!r}")
        self.reason = reason
        self.text = text


class UnknownBranch(LookupError):
    """No branch has this code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class BadSlice(ValueError):
    """The terms of an address do not say which rows are wanted; ``term`` names the one at fault."""

    def __init__(self, term: str) -> None:
        super().__init__(term)
        self.term = term


class Aspect(StrEnum):
    """By what else entries are told apart, beside their branch and kind: one of these at a time."""

    POINT = "point"  # service point
    HOUR = "hour"  # of the week
    CLASS = "class"  # first letter of 中图法 大类


NOWHERE = 0
"""Stands for entries that name no branch, or no area, where an id is expected: ids begin at 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A part of a figure: what was done at one branch, in one area, on one day or in one month.

    An empty field does not narrow. ``at_branch_id``, ``area_id`` and ``point_id`` (a service point) may be
    ``NOWHERE``; ``month`` is its first day. ``hour`` is one of the week, 113 the one from 13 o'clock on Mondays,
    700 the first of Sundays; ``letter`` a class, empty for what has none. Of these three one narrows at most.
    """

    at_branch_id: int | None = None
    area_id: int | None = None
    day: date | None = None
    month: date | None = None
    point_id: int | None = None
    hour: int | None = None
    letter: str | None = None

    @property
    def aspect(self) -> tuple[Aspect, str] | None:
        """What it narrows by beside place and day, and to which part of that."""
        if self.point_id is not None:
            return Aspect.POINT, str(self.point_id)
        if self.hour is not None:
            return Aspect.HOUR, str(self.hour)
        return None if self.letter is None else (Aspect.CLASS, self.letter)


WHOLE = Slice()

Values = Mapping[IndicatorCode, int]
"""A number for every indicator."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The indicators of a period for a branch and what stood below it on each day, or for everything (``branch`` none).

    ``branch`` is a code; ``as_of`` is the moment they were read.
    """

    period: Period
    branch: str | None
    as_of: datetime
    values: Values


@dataclass(frozen=True, slots=True)
class BranchFigures:
    """What was done at one branch itself, without those below it. ``code`` is empty for ``NOWHERE``."""

    branch_id: int
    code: str
    name_zh: str
    name_en: str
    values: Values


@dataclass(frozen=True, slots=True)
class AreaFigures:
    """What was done in one area of a branch; ``area_id`` is ``NOWHERE`` for what names no area."""

    branch_id: int
    area_id: int
    code: str
    name_zh: str
    name_en: str
    values: Values


@dataclass(frozen=True, slots=True)
class PlaceFigures:
    """A total with its parts by branch and by area, read at once: each adds up to the other."""

    total: Figures
    branches: tuple[BranchFigures, ...]
    areas: tuple[AreaFigures, ...]


@dataclass(frozen=True, slots=True)
class DatedFigures:
    """The indicators of one day, or of the month that begins on ``first_date``."""

    first_date: date
    values: Values


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRow:
    """A journal entry behind a number; ``value`` is what it adds to it, negative when it takes something back."""

    id: int
    recorded_at: datetime
    occurred_at: datetime
    local_date: date
    kind: str
    branch_id: int | None
    area_id: int | None
    service_point_id: int | None
    door: str
    desk: str
    operator_id: int | None
    item_type: str
    document_kind: str
    patron_category: str
    age_band: str
    subject_kind: str
    subject_id: int | None
    reverses_id: int | None
    value: int


@dataclass(frozen=True, slots=True)
class RowsPage:
    """Rows newest first; ``before`` continues the list, none at its end."""

    rows: tuple[FigureRow, ...]
    before: int | None


@dataclass(frozen=True, slots=True)
class WantedRows:
    """Which rows a link opens: those behind one indicator of a period and branch (a code, none for all), or a part."""

    indicator: IndicatorCode
    period: Period
    branch: str | None
    part: Slice = WHOLE


class SummaryPart(StrEnum):
    """A part of a work summary 工作总结."""

    OPENING = "opening"  # 总述
    PARTY = "party"  # 党建与意识形态
    SERVICE = "service"  # 免费开放与读者服务
    HOLDINGS = "holdings"  # 馆藏建设
    READING = "reading"  # 阅读推广
    NETWORK = "network"  # 总分馆与流动服务
    GROUPS = "groups"  # 特殊群体
    VOLUNTEERS = "volunteers"  # 志愿服务
    PUBLICITY = "publicity"  # 新媒体宣传
    STAFF = "staff"  # 队伍建设
    SAFETY = "safety"  # 安全生产
    HONOURS = "honours"  # 荣誉
    PROBLEMS = "problems"  # 存在问题
    NEXT = "next"  # 下一步打算


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A figure of a summary beside that of the year before (none where that year has no counterpart, or nothing of the
    kind had been recorded by then)."""

    code: FigureCode
    unit: Unit
    now: int
    before: int | None
    same_definition: bool = True
    """Whether both were counted by one definition 口径; else no per cent is told."""


@dataclass(frozen=True, slots=True)
class StandingRow:
    """What a branch adds to a figure that stands on a day: since when it is so, and the record that says so (none of
    the network)."""

    branch_id: int
    since: date
    value: int
    record_id: int | None = None


@dataclass(frozen=True, slots=True)
class SummaryFacts:
    """What a summary is written from. ``period`` is what it is about, ``counted`` how far its figures go, ``earlier``
    the same days of the year before; ``name`` is the library's or the branch's, in Chinese; ``seat`` is the code of
    the branch whose days are counted (none where no branch stands)."""

    name: str
    period: Period
    counted: Period
    earlier: Period | None
    branch: str | None
    seat: str | None
    as_of: datetime
    facts: Mapping[FigureCode, Fact]
    records: Mapping[RecordKind, tuple[RecordFacts, ...]] = field(default_factory=dict)
    """What counts of the daybook within the days counted."""
    points: tuple["PointVisits", ...] = ()
    """各窗口: the service points at which visits were counted."""
    left_off: int = 0
    """How many records were read where there are more of them; 0 where these are all."""


@dataclass(frozen=True, slots=True)
class PointVisits:
    """Visits that were counted at a service point, with its name in Chinese."""

    point_id: int
    name: str
    visits: int


@dataclass(frozen=True, slots=True)
class Listed:
    """Records of the daybook behind a number: of a kind, with this value in this field, perhaps only what the library
    held itself."""

    kind: RecordKind
    field: str
    value: str
    held: bool = False


class Said(StrEnum):
    """How a figure is put into words."""

    TOLD = "told"  # by the rules of 余
    FULL = "full"  # exactly
    COMPARED = "compared"  # beside the year before
    BEFORE = "before"  # what that year had, exactly
    DAILY = "daily"  # a day on which the doors were open
    DAILY_BEFORE = "daily_before"
    UP_TO = "up_to"  # the last day counted: no figure


@dataclass(frozen=True, slots=True)
class Opened:
    """The rows behind a number that goes over days of its own: a sum over them, or what stands on the last of them."""

    figure: "IndicatorCode | StockCode | StateCode | NetworkCode"
    period: Period
    branch: str | None


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a sentence: words, or a number that opens onto its rows in the journal, or onto records.

    ``earlier`` says that the rows are those of the year before, which the number is compared with; ``point_id`` that
    they are those of one service point; ``opened`` that they are those of other days than the summary's. A target
    opens onto the goal ``goal_id`` of the work plan, which states it.

    ``said`` is how it is put, so that it can be put alike of other days; of what opens onto nothing, an average or the
    last day counted, ``of`` names the figure it is made of.
    """

    text: str
    figure: FigureCode | None = None
    earlier: bool = False
    listed: Listed | None = None
    point_id: int | None = None
    opened: Opened | None = None
    goal_id: int | None = None
    said: Said = Said.TOLD
    of: FigureCode | None = None


Sentence = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class SummarySection:
    """A part with its heading (empty for the opening) and its paragraphs, each of some sentences."""

    part: SummaryPart
    heading: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryLine:
    """A line of the table of figures 主要业务数据表; texts as the document has them, exact. ``before_text``,
    ``change`` and ``share`` (with its sign, in per cent) are empty where nothing can be compared."""

    code: FigureCode
    name: str
    unit: str
    now: int
    before: int | None
    now_text: str
    before_text: str
    change: str
    share: str


@dataclass(frozen=True, slots=True)
class SummaryTable:
    """A table behind the text: records of a kind, row by row; columns named in ``numbers`` hold numbers."""

    kind: RecordKind
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int]


@dataclass(frozen=True, slots=True)
class Annexed:
    """A table behind a text that is sent; columns named in ``numbers`` hold numbers."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int]


class CheckCode(StrEnum):
    """Why a place of a text wants a look before it is sent."""

    LAW_TITLE = "law_title"  # no law of the list has this title
    TWO_VALUES = "two_values"  # the same is told with another number elsewhere
    PART_OVER_TOTAL = "part_over_total"
    NUMBERING = "numbering"  # 一、三、
    UP_TO = "up_to"  # 截止 for 截至
    UNIT = "unit"  # 外借…册
    COMMA = "comma"  # 45,231
    ROUNDED_MONEY = "rounded_money"  # 4万余元
    NOT_ROUNDED = "not_rounded"  # 45231余
    PHRASE_OF_BEFORE = "phrase_of_before"  # a quoted phrase that stood in last year's text


@dataclass(frozen=True, slots=True)
class Finding:
    """A place of a text that wants a look: where it begins, what stands there, and what it might be or is held
    against (empty where nothing can be said)."""

    code: CheckCode
    at: int
    found: str
    against: str


@dataclass(frozen=True, slots=True)
class WorkSummary:
    """A work summary as it stands written: its title, its sections in order, the parts for which nothing was recorded,
    what a person should know before writing 存在问题, the table of figures, and the tables of the daybook."""

    facts: SummaryFacts
    title: str
    sections: tuple[SummarySection, ...]
    silent: tuple[SummaryPart, ...]
    falling: tuple[FigureCode, ...]
    lines: tuple[SummaryLine, ...]
    tables: tuple[SummaryTable, ...] = ()
