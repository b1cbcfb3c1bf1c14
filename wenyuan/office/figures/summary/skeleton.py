"""The skeleton of a work summary as data: its parts in their order, and the sentences that figures may fill.

A clause stands on one figure and is left out where nothing was recorded for it; a sentence whose clauses are all left
out is left out, and so is a part without a sentence. No sentence praises, and none is political: such words are a
person's.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from wenyuan.office.daybook.data import RecordKind
from wenyuan.office.figures.data import CalendarCode, FigureCode, IndicatorCode, SummaryPart, Unit

HEADINGS: Mapping[SummaryPart, str] = {
    SummaryPart.PARTY: "党建与意识形态工作",
    SummaryPart.SERVICE: "免费开放与读者服务",
    SummaryPart.HOLDINGS: "馆藏建设",
    SummaryPart.READING: "阅读推广",
    SummaryPart.NETWORK: "总分馆建设与流动服务",
    SummaryPart.GROUPS: "特殊群体服务",
    SummaryPart.VOLUNTEERS: "志愿服务",
    SummaryPart.PUBLICITY: "新媒体与宣传",
    SummaryPart.STAFF: "队伍建设",
    SummaryPart.SAFETY: "安全生产",
    SummaryPart.HONOURS: "荣誉",
    SummaryPart.PROBLEMS: "存在问题",
    SummaryPart.NEXT: "下一步打算",
}
"""In the order of the document. The opening 总述 has no heading."""

UNITS: Mapping[Unit, str] = {
    Unit.ITEM_TIMES: "册次",
    Unit.PERSON_TIMES: "人次",
    Unit.CARDS: "张",
    Unit.ITEMS: "册",
    Unit.DAYS: "天",
    Unit.SESSIONS: "场次",
    Unit.TIMES: "次",
}

NAMES: Mapping[FigureCode, str] = {
    CalendarCode.OPEN_DAYS: "开放天数",
    IndicatorCode.VISITS: "到馆人次",
    IndicatorCode.LOANS: "外借册次",
    IndicatorCode.RETURNS: "还回册次",
    IndicatorCode.RENEWALS: "续借册次",
    IndicatorCode.NEW_CARDS: "新办读者证",
    IndicatorCode.ITEMS_ADDED: "新增馆藏",
    IndicatorCode.TYPED_LOANS: "登记簿录入外借册次",
    IndicatorCode.TYPED_RETURNS: "登记簿录入还回册次",
    IndicatorCode.TYPED_READERS: "登记簿录入读者人次",
    IndicatorCode.ACTIVITIES: "活动场次",
    IndicatorCode.ACTIVITIES_ONLINE: "线上活动场次",
    IndicatorCode.LECTURES: "讲座场次",
    IndicatorCode.EXHIBITIONS: "展览场次",
    IndicatorCode.TRAINING_CLASSES: "培训班场次",
    IndicatorCode.ACTIVITY_ATTENDANCE: "参加活动人次",
    IndicatorCode.LECTURE_ATTENDANCE: "讲座参加人次",
    IndicatorCode.EXHIBITION_ATTENDANCE: "展览参观人次",
    IndicatorCode.TRAINING_CLASS_ATTENDANCE: "培训班参加人次",
    IndicatorCode.ACTIVITY_PLAYS: "线上活动点播量",
    IndicatorCode.ACTIVITY_LIKES: "线上活动点赞量",
}
"""What the table of figures calls them, in its order."""


@dataclass(frozen=True, slots=True)
class Clause:
    """``before`` the figure and its unit; whether the year before is told behind it."""

    before: str
    figure: FigureCode
    compares: bool = True


@dataclass(frozen=True, slots=True)
class Naming:
    """A sentence that names what records of a kind say in a field, each with the sum of a number: 其中“连图讲坛”15场次.

    At most ``most`` are named, the greatest first.
    """

    part: SummaryPart
    before: str
    kind: RecordKind
    field: str
    number: str
    unit: Unit
    most: int = 8


@dataclass(frozen=True, slots=True)
class Pattern:
    """A sentence of a part: clauses of one thought."""

    part: SummaryPart
    clauses: tuple[Clause, ...]


PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        SummaryPart.SERVICE,
        (
            Clause("免费开放", CalendarCode.OPEN_DAYS, compares=False),
            Clause("接待读者", IndicatorCode.VISITS),
        ),
    ),
    Pattern(
        SummaryPart.SERVICE,
        (
            Clause("外借文献", IndicatorCode.LOANS),
            Clause("还回文献", IndicatorCode.RETURNS, compares=False),
            Clause("续借", IndicatorCode.RENEWALS, compares=False),
        ),
    ),
    Pattern(SummaryPart.SERVICE, (Clause("新办读者证", IndicatorCode.NEW_CARDS),)),
    Pattern(SummaryPart.HOLDINGS, (Clause("新增馆藏", IndicatorCode.ITEMS_ADDED),)),
    Pattern(
        SummaryPart.READING,
        (
            Clause("举办阅读推广活动", IndicatorCode.ACTIVITIES),
            Clause("参加活动", IndicatorCode.ACTIVITY_ATTENDANCE),
        ),
    ),
    Pattern(
        SummaryPart.READING,
        (
            Clause("其中讲座", IndicatorCode.LECTURES, compares=False),
            Clause("展览", IndicatorCode.EXHIBITIONS, compares=False),
            Clause("培训班", IndicatorCode.TRAINING_CLASSES, compares=False),
            Clause("线上活动", IndicatorCode.ACTIVITIES_ONLINE, compares=False),
        ),
    ),
    Pattern(
        SummaryPart.READING,
        (
            Clause("线上活动点播", IndicatorCode.ACTIVITY_PLAYS, compares=False),
            Clause("点赞", IndicatorCode.ACTIVITY_LIKES, compares=False),
        ),
    ),
    Pattern(
        SummaryPart.NETWORK,
        (
            Clause("农家书屋和流动站点按登记簿录入外借文献", IndicatorCode.TYPED_LOANS),
            Clause("服务读者", IndicatorCode.TYPED_READERS),
        ),
    ),
)

NAMINGS: tuple[Naming, ...] = (
    Naming(SummaryPart.READING, "品牌活动有", RecordKind.ACTIVITY, "brand", "sessions", Unit.SESSIONS),
)
"""Sentences that follow the patterns of their part."""
