"""Work summaries as the office sends them: a Word file with the text and the tables behind it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from wenyuan.office.figures.data import Annexed, WorkSummary
from wenyuan.office.figures.queries import annexes
from wenyuan.plumbing.official import Annex, Block, Body, Heading, as_docx

ORDINALS = "一二三四五六七八九十"


def numbered(number: int, heading: str) -> str:
    """一、党建…; below a hundred."""
    tens, ones = divmod(number, 10)
    before = f"{ORDINALS[tens - 1] if tens > 1 else ''}十" if tens else ""
    return f"{before}{ORDINALS[ones - 1] if ones else ''}、{heading}"


def with_numbers(parts: Iterable[tuple[str, Sequence[str]]]) -> Iterator[tuple[str, Sequence[str]]]:
    """Parts as they are sent: what has a heading has a number before it."""
    number = 0
    for heading, paragraphs in parts:
        number += 1 if heading else 0
        yield numbered(number, heading) if heading else "", paragraphs


def summary_docx(summary: WorkSummary) -> bytes:
    """The bytes of the Word file of a summary as it is written."""
    parts = [
        (section.heading, ["".join(run.text for sentence in section.sentences for run in sentence)])
        for section in summary.sections
    ]
    return text_docx(summary.title, parts, annexes(summary), author=summary.facts.name, at=summary.facts.as_of)


def text_docx(
    title: str,
    parts: Iterable[tuple[str, Sequence[str]]],
    tables: Iterable[Annexed],
    *,
    author: str,
    at: datetime,
) -> bytes:
    """The bytes of a Word file: parts with their headings (none for the opening), numbered, and their paragraphs, then
    the tables."""
    blocks: list[Block] = []
    for heading, paragraphs in with_numbers(parts):
        blocks += [Heading(heading)] if heading else []
        blocks += [Body(paragraph) for paragraph in paragraphs]
    blocks += [
        Annex(label=f"附件{place}", title=table.title, heads=table.heads, rows=table.rows, numbers=table.numbers)
        for place, table in enumerate(tables, 1)
    ]
    return as_docx(title, blocks, author=author, at=at)
