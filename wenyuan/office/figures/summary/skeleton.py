"""The skeleton of a work summary as data: its parts in their order, and the sentences that figures may fill.

A clause stands on one figure and is left out where nothing was recorded for it; a sentence whose clauses are all left
out is left out, and so is a part without a sentence. No sentence praises, and none is political: such words are a
person's.
"""

from collections.abc import Mapping
from dataclasses import dataclass

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
}
"""What the table of figures calls them, in its order."""


@dataclass(frozen=True, slots=True)
class Clause:
    """``before`` the figure and its unit; whether the year before is told behind it."""

    before: str
    figure: FigureCode
    compares: bool = True


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
        SummaryPart.NETWORK,
        (
            Clause("农家书屋和流动站点按登记簿录入外借文献", IndicatorCode.TYPED_LOANS),
            Clause("服务读者", IndicatorCode.TYPED_READERS),
        ),
    ),
)
