"""Texts with figures in them: what is typed becomes prose and chips, and what is wrong with it is told. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from wenyuan.office.documents.data import (
    Chip,
    DocumentReason,
    Paragraph,
    Part,
    PartDraft,
    TextDraft,
)

TITLE_CHARACTERS = 120
HEADING_CHARACTERS = 60
PART_CHARACTERS = 10_000
MOST_PARTS = 40
MOST_CHIPS = 600
_MARK = re.compile(r"【([1-9][0-9]{0,3})】")
"""Not 〔3〕: 〔2026〕 stands in the number of every official document."""


def paragraphs_of(text: str) -> tuple[Paragraph, ...]:
    """What was typed, a paragraph a line; lines without anything are no paragraphs."""
    lines = (line.strip() for line in text.splitlines())
    return tuple(_paragraph(line) for line in lines if line)


def text_of(paragraphs: Iterable[Paragraph]) -> str:
    """The paragraphs as they are typed, chips as marks."""
    return "\n".join("".join(mark(one) if isinstance(one, int) else one for one in line) for line in paragraphs)


def mark(number: int) -> str:
    """How a chip is typed."""
    return f"【{number}】"


def without_marks(prose: str) -> str:
    """Prose in which nothing looks like the mark of a chip."""
    return _MARK.sub(r"[\1]", prose)


def parts_of(draft: TextDraft) -> tuple[Part, ...]:
    """The parts of a draft that have a text, in their order."""
    parts = (Part(one.part, one.heading.strip(), paragraphs_of(one.text)) for one in draft.parts)
    return tuple(one for one in parts if one.paragraphs)


def draft_of(title: str, parts: Iterable[Part]) -> TextDraft:
    """The text as it might be typed again."""
    return TextDraft(title, tuple(PartDraft(one.part, one.heading, text_of(one.paragraphs)) for one in parts))


def in_order(places: Sequence[int]) -> list[int]:
    """Which part comes where, when each of them (by its number from 0) was given a place from 1 on: one that was moved
    takes the place from the one that stands there."""
    moved = [(new > old) - (new < old) for old, new in enumerate(places, 1)]
    return sorted(range(len(places)), key=lambda one: (places[one], moved[one], one))


def marks_in(parts: Iterable[Part]) -> list[int]:
    """The chips that stand in a text, in its order, each as often as it stands there."""
    return [one for part in parts for line in part.paragraphs for one in line if isinstance(one, int)]


def faults_of(draft: TextDraft, chips: Sequence[Chip]) -> dict[DocumentReason, tuple[int, ...]]:
    """Every reason against a draft, with the marks that it is about: unknown, standing twice, or lost."""
    parts = parts_of(draft)
    stands, known = Counter(marks_in(parts)), {one.number for one in chips}
    unknown = tuple(sorted(stands.keys() - known))
    doubled = tuple(sorted(one for one, count in stands.items() if count > 1))
    lost = () if draft.leaves_out else tuple(sorted(known - stands.keys()))
    title = draft.title.strip()
    too_long = (
        len(title) > TITLE_CHARACTERS
        or any(len(one.heading) > HEADING_CHARACTERS for one in parts)
        or any(len(one.text) > PART_CHARACTERS for one in draft.parts)
    )
    checks: tuple[tuple[bool, DocumentReason, tuple[int, ...]], ...] = (
        (not title, DocumentReason.TITLE_MISSING, ()),
        (not parts, DocumentReason.TEXT_MISSING, ()),
        (any(not one.heading for one in parts[1:]), DocumentReason.HEADING_MISSING, ()),
        (too_long, DocumentReason.TEXT_TOO_LONG, ()),
        (len(parts) > MOST_PARTS, DocumentReason.TOO_MANY, ()),
        (bool(unknown), DocumentReason.UNKNOWN_MARK, unknown),
        (bool(doubled), DocumentReason.DOUBLED_MARK, doubled),
        (bool(lost), DocumentReason.LOST_MARK, lost),
    )
    return {reason: marks for refused, reason, marks in checks if refused}


def _paragraph(line: str) -> Paragraph:
    found: list[str | int] = []
    end = 0
    for one in _MARK.finditer(line):
        found += [line[end : one.start()]] if one.start() > end else []
        found.append(int(one[1]))
        end = one.end()
    return (*found, line[end:]) if end < len(line) else tuple(found)
