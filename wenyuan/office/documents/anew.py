"""A kept text out of a work summary, and what reading its figures anew would change. Pure."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import count

from wenyuan.office.daybook.data import RecordKind, StateCode
from wenyuan.office.documents.data import (
    ChangedLine,
    ChangedSentence,
    Chip,
    DocumentFacts,
    Paragraph,
    Part,
    Piece,
    ReadAnew,
    Source,
    SourceKind,
)
from wenyuan.office.documents.rules import marks_in, without_marks
from wenyuan.office.documents.storing import annexes_stored
from wenyuan.office.figures.data import (
    Annexed,
    CalendarCode,
    FigureCode,
    IndicatorCode,
    Listed,
    NetworkCode,
    Run,
    Said,
    SummaryPart,
    WorkSummary,
)
from wenyuan.office.figures.queries import annexes, last_day_words, listed_words, phrased, point_words

CHOOSABLE = (Said.TOLD, Said.FULL, Said.COMPARED, Said.BEFORE)
"""How a person may have a figure put into words."""
_STOPS = "。！？"
_NUMBER = "序号"
_NAMING = (SourceKind.FIGURE, SourceKind.POINT, SourceKind.LISTED, SourceKind.GOAL)


def source_of(run: Run) -> Source | None:
    """What a run of a summary tells; none of words."""
    if run.said is Said.UP_TO:
        return Source(kind=SourceKind.UP_TO)
    if run.goal_id:
        return Source(kind=SourceKind.SO_FAR if run.opened else SourceKind.GOAL, number=run.goal_id)
    if run.listed:
        one = run.listed
        return Source(kind=SourceKind.LISTED, code=one.kind.value, field=one.field, value=one.value, held=one.held)
    if run.point_id:
        return Source(kind=SourceKind.POINT, number=run.point_id)
    code = run.figure or run.of
    return Source(kind=SourceKind.FIGURE, code=code.value, said=run.said) if code else None


def listed_of(source: Source) -> Listed:
    """The records of the daybook that a chip tells."""
    return Listed(RecordKind(source.code), source.field, source.value, held=source.held)


def figure_code(code: str) -> FigureCode | None:
    """The figure of this name."""
    for kind in (IndicatorCode, StateCode, NetworkCode, CalendarCode):
        if code in set(kind):
            return kind(code)
    return None


def kept_text(summary: WorkSummary) -> tuple[tuple[Part, ...], tuple[Chip, ...]]:
    """The parts of a summary with its numbers as chips, which are numbered in the order of the text."""
    numbers, chips, parts = count(1), [], []
    for section in summary.sections:
        line: list[str | int] = []
        for run in (run for sentence in section.sentences for run in sentence):
            if source := source_of(run):
                chips.append(Chip(next(numbers), source, run.text))
                line.append(chips[-1].number)
            elif line and isinstance(line[-1], str):
                line[-1] += run.text
            else:
                line.append(run.text)
        prose = tuple(without_marks(one) if isinstance(one, str) else one for one in line)
        parts.append(Part(section.part, section.heading, (prose,)))
    return tuple(parts), tuple(chips)


class Reading:
    """The words that a summary has for what chips tell."""

    def __init__(self, summary: WorkSummary) -> None:
        self._facts = summary.facts
        runs = (run for section in summary.sections for sentence in section.sentences for run in sentence)
        self._told: dict[Source, str] = {source: run.text for run in runs if (source := source_of(run))}

    def words(self, source: Source) -> str:
        """Empty where nothing tells it."""
        if source.kind is SourceKind.UP_TO:
            return last_day_words(self._facts)
        if source.kind is SourceKind.POINT:
            return point_words(source.number, self._facts)
        if source.kind is SourceKind.LISTED:
            return listed_words(listed_of(source), self._facts)
        code = figure_code(source.code) if source.kind is SourceKind.FIGURE else None
        return phrased(code, source.said, self._facts) if code else self._told.get(source, "")


def with_new_words(chips: Iterable[Chip], reading: Reading) -> tuple[Chip, ...]:
    """The chips with what they say now; what nothing tells any more keeps its words, and is marked."""
    return tuple(
        replace(one, text=words, gone=False) if (words := reading.words(one.source)) else replace(one, gone=True)
        for one in chips
    )


def read_anew(document: DocumentFacts, summary: WorkSummary) -> ReadAnew:
    """Every sentence of which a chip changes, what is gone, what the summary tells by now beside it, and every line of
    a table that changes."""
    chips, parts, tables = document.chips, document.parts, annexes(summary)
    new = with_new_words(chips, Reading(summary))
    before, after = {one.number: one.text for one in chips}, {one.number: one.text for one in new}
    changed = tuple(
        ChangedSentence(part.heading, _pieces(sentence, before, after))
        for part in parts
        for line in part.paragraphs
        for sentence in sentences_of(line)
        if any(isinstance(one, int) and before[one] != after[one] for one in sentence)
    )
    told = {_plainly(one.source) for one in chips}
    gone = tuple(one for one in new if one.gone and one.number in set(marks_in(parts)))
    untold = tuple(_untold(summary, told))
    outcome = [
        summary.facts.counted.text,
        [[one.number, one.text, one.gone] for one in new],
        annexes_stored(tables),
    ]
    digest = hashlib.sha256(json.dumps(outcome, ensure_ascii=True).encode()).hexdigest()
    lines = tuple(_changed_lines(document.annexes, tables))
    return ReadAnew(summary.facts.counted, changed, gone, untold, lines, digest)


def has_moved(document: DocumentFacts, summary: WorkSummary) -> bool:
    """Whether the summary has other words for what the document tells, or other tables."""
    chips = with_new_words(document.chips, Reading(summary))
    return chips != document.chips or annexes(summary) != document.annexes


def sentences_of(paragraph: Paragraph) -> Iterator[Paragraph]:
    """The sentences of a paragraph, each with the stop at its end."""
    sentence: list[str | int] = []
    for one in paragraph:
        if isinstance(one, int):
            sentence.append(one)
            continue
        start = 0
        for place, sign in enumerate(one):
            if sign in _STOPS:
                yield (*sentence, one[start : place + 1])
                sentence, start = [], place + 1
        sentence += [one[start:]] if start < len(one) else []
    if sentence:
        yield tuple(sentence)


def _pieces(sentence: Paragraph, before: Mapping[int, str], after: Mapping[int, str]) -> tuple[Piece, ...]:
    return tuple(Piece(one, one) if isinstance(one, str) else Piece(before[one], after[one]) for one in sentence)


def _untold(summary: WorkSummary, told: set[Source]) -> Iterator[tuple[str, str]]:
    """Sentences of the summary that name something the text does not; how that is compared does not count."""
    for section in summary.sections:
        if section.part is SummaryPart.OPENING:
            continue
        for sentence in section.sentences:
            sources = {source for run in sentence if (source := source_of(run))}
            if any(one.kind in _NAMING and one.said is Said.TOLD and one not in told for one in sources):
                yield section.heading, "".join(run.text for run in sentence)


def _plainly(source: Source) -> Source:
    """What is told exactly is told."""
    return replace(source, said=Said.TOLD) if source.said is Said.FULL else source


def _changed_lines(before: Iterable[Annexed], after: Iterable[Annexed]) -> Iterator[ChangedLine]:
    """The lines that one side alone has, those with the same first cell together; a number in front says nothing."""
    old, new = _by_title(before), _by_title(after)
    for title in dict.fromkeys((*old, *new)):
        had, has = old.get(title, Counter()), new.get(title, Counter())
        lines = [(cells, False) for cells in (had - has).elements()] + [
            (cells, True) for cells in (has - had).elements()
        ]
        places = {first: place for place, first in enumerate(dict.fromkeys(cells[0] for cells in (*had, *has)))}
        for cells, is_new in sorted(lines, key=lambda one: places[one[0][0]]):
            yield ChangedLine(title, cells, is_new)


def _by_title(tables: Iterable[Annexed]) -> dict[str, Counter[tuple[str, ...]]]:
    """The rows of each table, by its title without what says that not all were read."""
    return {
        one.title.partition("（")[0]: Counter(row[1:] if one.heads[0] == _NUMBER else row for row in one.rows)
        for one in tables
    }
