"""A work summary out of its facts. Pure: the same facts give the same words."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from wenyuan.office.figures.data import (
    CalendarCode,
    Fact,
    FigureCode,
    IndicatorCode,
    Listed,
    Period,
    Run,
    Said,
    Sentence,
    SummaryFacts,
    SummaryLine,
    SummaryPart,
    SummarySection,
    Unit,
    WorkSummary,
)
from wenyuan.office.figures.indicators import BY_CODE
from wenyuan.office.figures.summary.annexes import tables
from wenyuan.office.figures.summary.phrasing import Style, compared, exact, money, numeral, per_cent, written
from wenyuan.office.figures.summary.skeleton import (
    HEADINGS,
    IN_FULL,
    NAMES,
    NAMINGS,
    ONLY_WITH,
    PARTS_OF_A_UNIT,
    PATTERNS,
    UNITS,
    Clause,
    Naming,
    Pattern,
)

COMMA, SEMICOLON, STOP = Run("，"), Run("；"), Run("。")
_ORDINALS = "一二三四"
_HALVES = {"H1": "上半年", "H2": "下半年"}


def write(facts: SummaryFacts) -> WorkSummary:
    """The summary: every figure written once and alike wherever it stands, nothing recorded nothing said."""
    when = period_words(facts.period)
    sections = [
        SummarySection(SummaryPart.OPENING, "", _opening(facts, when)),
        *(section for part in HEADINGS if (section := _section(part, facts)) is not None),
    ]
    told = {section.part for section in sections}
    return WorkSummary(
        facts=facts,
        title=f"{facts.name}{when}工作总结",
        sections=tuple(sections),
        silent=tuple(part for part in HEADINGS if part not in told),
        falling=tuple(code for code in NAMES if code in facts.facts and _falls(facts.facts[code])),
        lines=tuple(_line(facts.facts[code]) for code in NAMES if _is_listed(code, facts)),
        tables=tables(facts),
    )


def told(value: int, unit: Unit) -> str:
    """A number with its unit as the text has it: money and hours exactly, what is measured in full, what is counted by
    the rules of 余."""
    if unit is Unit.FEN:
        return money(value)
    if unit is Unit.WEEK_MINUTES:
        return f"{exact(value, PARTS_OF_A_UNIT[unit])}{UNITS[unit]}"
    return written(value, UNITS[unit], style=Style.FULL if unit in IN_FULL else Style.USUAL).text


def told_exactly(value: int, unit: Unit) -> str:
    """A number with its unit where nothing may be left off, such as a target: 3000册, 12万册次, 86.50元."""
    if unit is Unit.FEN or unit in PARTS_OF_A_UNIT:
        return told(value, unit)
    return f"{numeral(value)}{UNITS[unit]}"


def phrased(code: FigureCode, said: Said, facts: SummaryFacts) -> str:
    """A figure put into words in this way; empty where the facts do not tell it. Exactly, nothing is 0, which a person
    may want to say; a sum that corrections took below nothing is never told."""
    fact, open_days = facts.facts.get(code), facts.facts.get(CalendarCode.OPEN_DAYS)
    if fact is None or fact.now < 0:
        return ""
    days, days_before = (open_days.now, open_days.before) if open_days else (None, None)
    match said:
        case Said.TOLD:
            return told(fact.now, fact.unit) if _is_told(fact) else ""
        case Said.FULL:
            return told_exactly(fact.now, fact.unit)
        case Said.COMPARED:
            return _compared(fact)
        case Said.BEFORE:
            before = _before(fact)
            return "" if before is None else told_exactly(before, fact.unit)
        case Said.DAILY:
            return _per_day(fact.now, days, fact.unit)
        case Said.DAILY_BEFORE:
            return _per_day(_before(fact), days_before, fact.unit)
        case Said.UP_TO:
            return last_day_words(facts)


def point_words(point_id: int, facts: SummaryFacts) -> str:
    """Visits at a service point; empty where none were counted."""
    return next((told(one.visits, Unit.PERSON_TIMES) for one in facts.points if one.point_id == point_id), "")


def listed_words(listed: Listed, facts: SummaryFacts) -> str:
    """What the records name, with its number; empty where it is nothing, or not all records were read."""
    for naming in NAMINGS:
        if (naming.kind, naming.field, naming.held) == (listed.kind, listed.field, listed.held):
            count = _sums(naming, facts)[listed.value]
            return told(count, naming.unit) if count else ""
    return ""


def last_day_words(facts: SummaryFacts) -> str:
    """The last day counted: 6月12日."""
    return _month_and_day(facts.counted.last_date)


def with_part(summary: WorkSummary, part: SummaryPart, sentences: Sequence[Sentence]) -> WorkSummary:
    """The summary with a part at its place that others had something to tell under; as it was where they had not."""
    if not sentences:
        return summary
    order = list(SummaryPart)
    sections = [one for one in summary.sections if one.part is not part]
    sections.append(SummarySection(part, HEADINGS[part], tuple(sentences)))
    sections.sort(key=lambda one: order.index(one.part))
    return replace(summary, sections=tuple(sections), silent=tuple(one for one in summary.silent if one is not part))


def period_words(period: Period) -> str:
    """How a Chinese document names the period: 2026年上半年, 2026年第二季度, 2026年4月."""
    year, _, part = period.text.partition("-")
    if period.text == year:
        return f"{year}年"
    if part in _HALVES:
        return f"{year}年{_HALVES[part]}"
    if part[:1] == "Q":
        return f"{year}年第{_ORDINALS[int(part[1:]) - 1]}季度"
    if part[:1] == "W" and ".." not in part:
        return f"{year}年第{int(part[1:])}周"
    if len(period.text) == len("2026-04"):
        return f"{year}年{period.first_date.month}月"
    first, last = period.first_date, period.last_date
    if first == last:
        return day_words(first)
    return f"{day_words(first)}至{day_words(last) if first.year != last.year else _month_and_day(last)}"


def day_words(day: date) -> str:
    """2026年4月23日."""
    return f"{day.year}年{_month_and_day(day)}"


def _month_and_day(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _opening(facts: SummaryFacts, when: str) -> tuple[Sentence, ...]:
    sentences: list[Sentence] = [(Run(f"现将{when}主要工作情况总结如下。"),)]
    if facts.counted != facts.period:
        day = Run(last_day_words(facts), said=Said.UP_TO)
        sentences.append((Run("以下数据截至"), day, STOP))
    return tuple(sentences)


def _section(part: SummaryPart, facts: SummaryFacts) -> SummarySection | None:
    sentences = [
        _joined(_led([clause for clause in pattern.clauses if _has_its_say(clause.figure, facts)], pattern), facts)
        for pattern in PATTERNS
        if pattern.part is part
    ]
    sentences += [_named(naming, facts) for naming in NAMINGS if naming.part is part]
    if part is SummaryPart.SERVICE:
        sentences.append(_by_point(facts))
    told = [sentence for sentence in sentences if sentence]
    if not told:
        return None
    return SummarySection(part, HEADINGS[part], tuple(told))


def _has_its_say(code: FigureCode, facts: SummaryFacts) -> bool:
    part = ONLY_WITH.get(code)
    return _is_told(facts.facts.get(code)) and (part is None or _is_told(facts.facts.get(part)))


def _is_told(fact: Fact | None) -> bool:
    return fact is not None and fact.now > 0


def _is_listed(code: FigureCode, facts: SummaryFacts) -> bool:
    """The main figures always stand in the table, the others where there is anything to say."""
    fact = facts.facts.get(code)
    if fact is None or (code in ONLY_WITH and not _has_its_say(code, facts)):
        return False
    is_main = isinstance(fact.code, CalendarCode) or (isinstance(fact.code, IndicatorCode) and BY_CODE[fact.code].main)
    return is_main or bool(fact.now or fact.before)


def _joined(clauses: Iterable[Clause], facts: SummaryFacts) -> Sentence:
    """The clauses as a sentence: with 逗号, or 分号 where one has a comma of its own."""
    told = [_clause(clause, facts) for clause in clauses]
    if not told:
        return ()
    between = SEMICOLON if any(len(one) > _ALONE for one in told) else COMMA
    runs: list[Run] = []
    for number, one in enumerate(told):
        runs += [between, *one] if number else one
    return (*runs, STOP)


def _led(clauses: Sequence[Clause], pattern: Pattern) -> Iterable[Clause]:
    """With 其中 before the first that tells a part of the whole, whichever of them are told; without it where the
    pattern has a whole and that is not told."""
    led = any(not clause.among for clause in pattern.clauses) and all(clause.among for clause in clauses)
    for clause in clauses:
        yield replace(clause, before=f"其中{clause.before}") if clause.among and not led else clause
        led = led or clause.among


def _named(naming: Naming, facts: SummaryFacts) -> Sentence:
    """What the records name, with its number, the greatest first."""
    sums = _sums(naming, facts)
    named = sorted(((value, count) for value, count in sums.items() if count), key=lambda one: (-one[1], one[0]))
    runs: list[Run] = []
    for value, count in named[: naming.most]:
        number = told(count, naming.unit)
        runs += [
            Run(f"、“{value}”" if runs else f"{naming.before}“{value}”"),
            Run(number, listed=Listed(naming.kind, naming.field, value, held=naming.held)),
        ]
    return (*runs, STOP) if runs else ()


def _sums(naming: Naming, facts: SummaryFacts) -> Counter[str]:
    """The number of each that the records name; of none where more are on record than were read."""
    sums: Counter[str] = Counter()
    for record in () if facts.left_off else facts.records.get(naming.kind, ()):
        if naming.held and record.text("role") == "participant":
            continue
        if value := record.text(naming.field):
            sums[value] += record.number(naming.number) or 0
    return sums


def _by_point(facts: SummaryFacts) -> Sentence:
    """各窗口: visits at each service point, where several counted them."""
    if len(facts.points) < SEVERAL:
        return ()
    runs: list[Run] = []
    for one in facts.points:
        number = told(one.visits, Unit.PERSON_TIMES)
        runs += [
            Run(f"；{one.name}" if runs else f"各窗口流通读者：{one.name}"),
            Run(number, IndicatorCode.VISITS, point_id=one.point_id),
        ]
    return (*runs, STOP)


SEVERAL = 2
_ALONE = 2
"""Runs of a clause that compares nothing: its words and its figure."""


def _clause(clause: Clause, facts: SummaryFacts) -> Sentence:
    fact = facts.facts[clause.figure]
    runs = [Run(clause.before), Run(told(fact.now, fact.unit), fact.code)]
    if clause.compares and (words := _compared(fact)):
        runs += [COMMA, Run(words, fact.code, earlier=True, said=Said.COMPARED)]
        if clause.by_day and _falls(fact):
            runs += _why_it_may_fall(fact, facts)
    return tuple(runs)


def _falls(fact: Fact) -> bool:
    return fact.before is not None and fact.now < fact.before


def _why_it_may_fall(fact: Fact, facts: SummaryFacts) -> list[Run]:
    """Where fewer days were open, the days and the daily averages stand beside the fall."""
    days = facts.facts.get(CalendarCode.OPEN_DAYS)
    if days is None or not days.before or not days.now or days.now == days.before:
        return []
    return [
        Run("（开放"),
        Run(f"{days.now}天", days.code),
        Run("，上年同期"),
        Run(f"{days.before}天", days.code, earlier=True, said=Said.BEFORE),
        Run("；日均"),
        Run(phrased(fact.code, Said.DAILY, facts), said=Said.DAILY, of=fact.code),
        Run("，上年同期"),
        Run(phrased(fact.code, Said.DAILY_BEFORE, facts), said=Said.DAILY_BEFORE, of=fact.code),
        Run("）"),
    ]


def _per_day(value: int | None, days: int | None, unit: Unit) -> str:
    return f"{_daily(value, days)}{UNITS[unit]}" if value is not None and days else ""


def _daily(value: int, days: int) -> int:
    """To the nearest whole, halves up."""
    return (2 * value + days) // (2 * days)


def _compared(fact: Fact) -> str:
    return compared(fact.now, _before(fact), UNITS[fact.unit], same_definition=fact.same_definition)


def _before(fact: Fact) -> int | None:
    """What the year before had; none where that is not known, or corrections took it below nothing."""
    return fact.before if fact.before is not None and fact.before >= 0 else None


def _line(fact: Fact) -> SummaryLine:
    parts = PARTS_OF_A_UNIT.get(fact.unit, 1)
    by = None if fact.before is None else fact.now - fact.before
    share = per_cent(by, fact.before) if by is not None and fact.before and fact.same_definition else ""
    return SummaryLine(
        code=fact.code,
        name=NAMES[fact.code],
        unit=UNITS[fact.unit],
        now=fact.now,
        before=fact.before,
        now_text=exact(fact.now, parts),
        before_text="" if fact.before is None else exact(fact.before, parts),
        change="" if by is None else f"{'+' if by > 0 else ''}{exact(by, parts)}",
        share=f"{'-' if by and by < 0 else ''}{share}%" if share else "",
    )
