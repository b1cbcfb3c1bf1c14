"""What crosses the border of kept documents: their text in parts, the figures that stand in it, and refusals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from wenyuan.office.figures.data import Annexed, Period, Said, SummaryPart


class SourceKind(StrEnum):
    """What the words of a chip are read from."""

    FIGURE = "figure"  # an indicator, a state, a number of the network, open days
    UP_TO = "up_to"  # the last day counted
    POINT = "point"  # visits at a service point
    LISTED = "listed"  # records of the daybook with one value in a field
    GOAL = "goal"  # the target of a goal
    SO_FAR = "so_far"  # what a goal's figure says


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a chip tells: of a figure its ``code`` and how it is ``said``; of a point or goal its ``number``; of records
    their kind (``code``), the ``field`` and its ``value``, perhaps only what the library ``held`` itself."""

    kind: SourceKind
    code: str = ""
    said: Said = Said.TOLD
    number: int = 0
    field: str = ""
    value: str = ""
    held: bool = False


@dataclass(frozen=True, slots=True)
class Chip:
    """A figure in a text: its number there, what it tells, and its words. ``gone``: when it was last read anew nothing
    told it any more, and its words are those of before."""

    number: int
    source: Source
    text: str
    gone: bool = False


Paragraph = tuple[str | int, ...]
"""Prose, and the numbers of chips between it."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a text: what it is (none for a person's own), its heading (empty for the opening), its paragraphs."""

    part: SummaryPart | None
    heading: str
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class PartDraft:
    """A part as somebody types it, chips as marks 【3】."""

    part: SummaryPart | None
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class TextDraft:
    """A whole text as it is typed. ``leaves_out`` says that chips whose mark is nowhere may go."""

    title: str
    parts: Sequence[PartDraft]
    leaves_out: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFacts:
    """A kept document as it stands."""

    id: int
    branch_id: int | None
    branch: str | None
    period: Period
    counted: Period
    earlier: Period | None
    seat: str | None
    name: str
    title: str
    parts: tuple[Part, ...]
    chips: tuple[Chip, ...]
    annexes: tuple[Annexed, ...]
    read_at: datetime
    version: int
    made_by: int
    changed_by: int
    changed_at: datetime

    def chip(self, number: int) -> Chip:
        return next(one for one in self.chips if one.number == number)


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A document in a list."""

    id: int
    branch_id: int | None
    title: str
    period: Period
    counted: Period
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a sentence before and after figures are read anew; alike where nothing changes."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ChangedSentence:
    """A sentence of which figures change, under its heading."""

    heading: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """A line that a table behind the text loses or gains."""

    title: str
    cells: tuple[str, ...]
    is_new: bool


@dataclass(frozen=True, slots=True)
class ReadAnew:
    """What reading all figures anew would change: sentences, chips that nothing tells any more, and lines of tables;
    and sentences in which the writer would name by now what the text does not (heading and words). ``digest`` names
    exactly this outcome."""

    counted: Period
    sentences: tuple[ChangedSentence, ...]
    gone: tuple[Chip, ...]
    untold: tuple[tuple[str, str], ...]
    lines: tuple[ChangedLine, ...]
    digest: str


class DocumentReason(StrEnum):
    """Why a document stays as it was."""

    UNKNOWN_DOCUMENT = "unknown_document"
    SUPERSEDED = "superseded"  # somebody changed it meanwhile
    TITLE_MISSING = "title_missing"
    HEADING_MISSING = "heading_missing"
    TEXT_MISSING = "text_missing"  # no part has any text
    TEXT_TOO_LONG = "text_too_long"
    TOO_MANY = "too_many"  # parts or figures
    UNKNOWN_MARK = "unknown_mark"
    DOUBLED_MARK = "doubled_mark"
    LOST_MARK = "lost_mark"
    NOTHING_TOLD = "nothing_told"  # the figure asked for says nothing of these days
    NO_SUCH_PART = "no_such_part"
    FIGURES_MOVED = "figures_moved"  # since the document was read
    OTHER_OUTCOME = "other_outcome"  # figures moved since the changes were shown
    KEY_REUSED = "key_reused"


class DocumentRefused(Exception):
    """The document stays as it was; with every reason, and the marks that each is about."""

    def __init__(self, *reasons: DocumentReason, marks: Mapping[DocumentReason, Sequence[int]] | None = None) -> None:
        super().__init__(", ".join(reasons))
        self.reasons, self._marks = reasons, dict(marks or {})

    def marks_of(self, reason: DocumentReason) -> tuple[int, ...]:
        return tuple(self._marks.get(reason, ()))
