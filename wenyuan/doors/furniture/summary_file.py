"""The work summary as the office sends it: a Word file with the text and the table of figures."""

from wenyuan.office.figures.data import WorkSummary
from wenyuan.plumbing.official import Annex, Block, Body, Heading, as_docx

ORDINALS = "一二三四五六七八九十"
HEADS = ("指标", "单位", "本期", "上年同期", "增减", "增减（%）")
NOT_KNOWN = "—"


def numbered(number: int, heading: str) -> str:
    """一、党建…; the parts of a summary are fewer than twenty."""
    tens, ones = divmod(number, 10)
    word = ORDINALS[number - 1] if number <= len(ORDINALS) else f"十{ORDINALS[ones - 1]}" if tens == 1 else str(number)
    return f"{word}、{heading}"


def summary_docx(summary: WorkSummary) -> bytes:
    """The bytes of the Word file."""
    blocks: list[Block] = []
    number = 0
    for section in summary.sections:
        if section.heading:
            number += 1
            blocks.append(Heading(numbered(number, section.heading)))
        blocks.append(Body("".join(run.text for sentence in section.sentences for run in sentence)))
    blocks.append(
        Annex(
            label="附件1",
            title="主要业务数据表",
            heads=HEADS,
            rows=[
                (
                    line.name,
                    line.unit,
                    line.now_text,
                    line.before_text or NOT_KNOWN,
                    line.change or NOT_KNOWN,
                    line.share.removesuffix("%") or NOT_KNOWN,
                )
                for line in summary.lines
            ],
            numbers=frozenset({2, 3, 4, 5}),
        )
    )
    blocks += [
        Annex(label=f"附件{number}", title=table.title, heads=table.heads, rows=table.rows, numbers=table.numbers)
        for number, table in enumerate(summary.tables, 2)
    ]
    return as_docx(summary.title, blocks, author=summary.facts.name, at=summary.facts.as_of)
