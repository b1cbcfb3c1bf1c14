"""The tables behind the text of a work summary: what stands in the daybook, row by row, as data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from wenyuan.office.daybook.data import RecordFacts, RecordKind
from wenyuan.office.figures.data import Annexed, SummaryFacts, SummaryTable, WorkSummary

Cell = Callable[[RecordFacts], str]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its head, what a record says in it, and whether that is a number."""

    head: str
    cell: Cell
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class TableSpec:
    """A table of one kind of record."""

    kind: RecordKind
    title: str
    columns: tuple[Column, ...]


WORDS: Mapping[str, Mapping[str, str]] = {
    "sort": {
        "lecture": "讲座",
        "exhibition": "展览",
        "training_class": "培训班",
        "reading": "诵读、读书会",
        "contest": "比赛",
        "film": "影视",
        "festival": "节庆、市集",
        "other": "其他",
    },
    "role": {"host": "主办", "contractor": "承办", "co_organiser": "协办", "joint": "联合", "participant": "组织参加"},
    "level": {"national": "国家级", "provincial": "省级", "municipal": "市级", "county": "县区级", "other": "其他"},
    "winner": {"library": "集体", "staff": "个人", "readers": "读者"},
    "medium": {"paper": "报刊", "broadcast": "广播电视", "website": "网站", "new_media": "新媒体"},
    "mode": {"onsite": "线下", "online": "线上", "both": "线上线下"},
}
"""What a document calls a choice: by field, then by code."""


def day(record: RecordFacts) -> str:
    """3月5日 or 3月5日至9日, with the year where a record goes over New Year."""
    first, last = record.first_date, record.last_date
    begins = f"{first.month}月{first.day}日"
    if first == last:
        return begins
    if first.year != last.year:
        return f"{first.year}年{begins}至{last.year}年{last.month}月{last.day}日"
    return f"{begins}至{last.day}日" if first.month == last.month else f"{begins}至{last.month}月{last.day}日"


def _word(field: str) -> Cell:
    return lambda record: WORDS[field].get(record.text(field), "")


def _text(field: str) -> Cell:
    return lambda record: record.text(field)


def _number(field: str) -> Cell:
    return lambda record: "" if record.number(field) is None else str(record.number(field))


def _title(record: RecordFacts) -> str:
    """With the number of the series where it has one: 连图讲坛第15期 消防安全."""
    brand, number = record.text("brand"), record.number("number")
    series = f"{brand}第{number}期" if brand and number else brand
    return f"{series} {record.title}" if series and series not in record.title else record.title


def _name(record: RecordFacts) -> str:
    return record.title


def _result(record: RecordFacts) -> str:
    return "，".join(part for part in (record.text("award"), record.text("rank")) if part)


TABLES: tuple[TableSpec, ...] = (
    TableSpec(
        RecordKind.ACTIVITY,
        "活动一览表",
        (
            Column("时间", day),
            Column("活动名称", _title),
            Column("类别", _word("sort")),
            Column("方式", _word("role")),
            Column("形式", _word("mode")),
            Column("合作单位", _text("partners")),
            Column("场次", _number("sessions"), numeric=True),
            Column("参加人次", _number("persons"), numeric=True),
        ),
    ),
    TableSpec(
        RecordKind.MEDIA,
        "媒体报道目录",
        (
            Column("时间", day),
            Column("报道题目", _name),
            Column("媒体", _text("outlet")),
            Column("级别", _word("level")),
            Column("类型", _word("medium")),
        ),
    ),
    TableSpec(
        RecordKind.HONOUR,
        "荣誉目录",
        (
            Column("时间", day),
            Column("荣誉名称", _name),
            Column("授予单位", _text("body")),
            Column("级别", _word("level")),
            Column("对象", _word("winner")),
            Column("证书编号", _text("certificate")),
        ),
    ),
    TableSpec(
        RecordKind.CONTEST,
        "参加赛事目录",
        (
            Column("时间", day),
            Column("赛事名称", _name),
            Column("主办单位", _text("organiser")),
            Column("级别", _word("level")),
            Column("参赛人次", _number("persons"), numeric=True),
            Column("获奖人数", _number("winners"), numeric=True),
            Column("奖项、名次", _result),
        ),
    ),
)


LINE_HEADS = ("指标", "单位", "本期", "上年同期", "增减", "增减（%）")
NOT_KNOWN = "—"


def annexes(summary: WorkSummary) -> tuple[Annexed, ...]:
    """The tables that go with the text: the figures, exactly, then those of the daybook."""
    lines = tuple(
        (
            line.name,
            line.unit,
            line.now_text,
            line.before_text or NOT_KNOWN,
            line.change or NOT_KNOWN,
            line.share.removesuffix("%") or NOT_KNOWN,
        )
        for line in summary.lines
    )
    figures = Annexed("主要业务数据表", LINE_HEADS, lines, frozenset({2, 3, 4, 5}))
    return (figures, *(Annexed(one.title, one.heads, one.rows, one.numbers) for one in summary.tables))


def tables(facts: SummaryFacts) -> tuple[SummaryTable, ...]:
    """The tables of the kinds of which something is on record, each in the order of days; a title says where not all
    records could be read."""
    title = f"（只列最近{facts.left_off}条记录中的）" if facts.left_off else ""
    return tuple(_table(spec, facts.records[spec.kind], title) for spec in TABLES if facts.records.get(spec.kind))


def _table(spec: TableSpec, records: tuple[RecordFacts, ...], behind_title: str) -> SummaryTable:
    ordered = sorted(records, key=lambda one: (one.first_date, one.id))
    heads = ("序号", *(column.head for column in spec.columns))
    rows = tuple(
        (str(number), *(column.cell(record) for column in spec.columns)) for number, record in enumerate(ordered, 1)
    )
    numeric = frozenset({0, *(place for place, column in enumerate(spec.columns, 1) if column.numeric)})
    return SummaryTable(spec.kind, f"{spec.title}{behind_title}", heads, rows, numeric)
