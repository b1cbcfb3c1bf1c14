"""Official documents 公文 as Word files, laid out as GB/T 9704-2012 asks: A4, 22 lines of 28 characters, and page
numbers between dashes at the outer edge.

Fonts are named, not embedded: every office has them, and Word shows its nearest where one lacks.
"""

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph
from docx.text.run import Run

TITLE_FONT, BODY_FONT, HEADING_FONT, TABLE_FONT = "方正小标宋简体", "仿宋_GB2312", "黑体", "宋体"
LATIN_FONT = "Times New Roman"
TITLE_PT, BODY_PT, TABLE_PT, FOLIO_PT = 22, 16, 10.5, 14
"""二号, 三号, 五号, 四号 (clauses 5.2 and 7)."""
LINE_PT = 28.95
"""22 lines on the 225 mm of the page's core."""
MARGINS_MM = {"top": 37, "bottom": 35, "left": 28, "right": 26}

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
"""What XML 1.0 does not allow."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the first level; its number (一、) is part of the text."""

    text: str


@dataclass(frozen=True, slots=True)
class Body:
    """A paragraph of the text, indented by two characters."""

    text: str


@dataclass(frozen=True, slots=True)
class Annex:
    """A table on a page of its own behind the text: 附件1, its title, heads, rows. Columns named in ``numbers`` are set
    to the right."""

    label: str
    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: frozenset[int] = frozenset()


Block = Heading | Body | Annex


def as_docx(title: str, blocks: Iterable[Block], *, author: str, at: datetime) -> bytes:
    """The document as the bytes of a Word file; the same blocks and moment say the same."""
    document = Document()
    _set_page(document)
    _set_defaults(document)
    facts = document.core_properties
    facts.title, facts.author, facts.language = _clean(title), _clean(author), "zh-CN"
    facts.created = facts.modified = at.replace(tzinfo=None)
    facts.last_modified_by, facts.comments = _clean(author), ""
    line = document.add_paragraph()
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    line.paragraph_format.space_after = Pt(LINE_PT)
    _put(line, title, font=TITLE_FONT, size=TITLE_PT)
    for block in blocks:
        match block:
            case Heading(text):
                _put(_indented(document.add_paragraph()), text, font=HEADING_FONT)
                document.paragraphs[-1].paragraph_format.keep_with_next = True
            case Body(text):
                _put(_indented(document.add_paragraph()), text)
            case Annex():
                _add_annex(document, block)
    output = io.BytesIO()
    document.save(output)
    return output.getvalue()


def _set_page(document: DocumentType) -> None:
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    for side, width in MARGINS_MM.items():
        setattr(page, f"{side}_margin", Mm(width))
    page.footer_distance = Mm(MARGINS_MM["bottom"] - 7 - 5)  # the number stands 7 mm below the core
    document.settings.odd_and_even_pages_header_footer = True
    for footer, outer in (
        (page.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (page.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        line = footer.paragraphs[0]
        line.alignment = outer
        for text, field in (("— ", ""), ("", "PAGE"), (" —", "")):
            run = _put(line, text, font=TABLE_FONT, size=FOLIO_PT)
            if field:
                _make_field(run, field)


def _set_defaults(document: DocumentType) -> None:
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = LATIN_FONT, Pt(BODY_PT)
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), BODY_FONT)
    spacing = normal.paragraph_format
    spacing.line_spacing_rule, spacing.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(LINE_PT)
    spacing.space_before = spacing.space_after = Pt(0)


def _indented(line: Paragraph) -> Paragraph:
    """Two characters in, whatever the size of the type."""
    indent = line._p.get_or_add_pPr().get_or_add_ind()
    indent.set(qn("w:firstLineChars"), "200")
    indent.set(qn("w:firstLine"), str(2 * BODY_PT * 20))
    line.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    return line


def _put(line: Paragraph, text: str, *, font: str = BODY_FONT, size: float = BODY_PT) -> Run:
    run = line.add_run(_clean(text))
    run.font.name, run.font.size = LATIN_FONT, Pt(size)
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    return run


def _make_field(run: Run, name: str) -> None:
    for kind, text in (("begin", ""), ("", name), ("end", "")):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = text
        run._r.append(part)


def _add_annex(document: DocumentType, annex: Annex) -> None:
    document.add_section(WD_SECTION.NEW_PAGE)
    _put(document.add_paragraph(), annex.label, font=HEADING_FONT)
    line = document.add_paragraph()
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    line.paragraph_format.space_after = Pt(LINE_PT / 2)
    _put(line, annex.title, font=TITLE_FONT, size=TITLE_PT)
    table = document.add_table(rows=1, cols=len(annex.heads), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    head = table.rows[0]._tr.get_or_add_trPr()
    head.append(OxmlElement("w:tblHeader"))
    for cell, text in zip(table.rows[0].cells, annex.heads, strict=True):
        _fill(cell.paragraphs[0], text, font=HEADING_FONT, side=WD_ALIGN_PARAGRAPH.CENTER)
    for values in annex.rows:
        for number, (cell, text) in enumerate(zip(table.add_row().cells, values, strict=True)):
            side = WD_ALIGN_PARAGRAPH.RIGHT if number in annex.numbers else WD_ALIGN_PARAGRAPH.LEFT
            _fill(cell.paragraphs[0], text, font=TABLE_FONT, side=side)


def _fill(line: Paragraph, text: str, *, font: str, side: WD_ALIGN_PARAGRAPH) -> None:
    line.alignment = side
    line.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    line.paragraph_format.space_before = line.paragraph_format.space_after = Pt(3)
    _put(line, text, font=font, size=TABLE_PT)


def _clean(text: str) -> str:
    return _UNPRINTABLE.sub("", text)
