"""Printing: a template and values become a PDF, or pictures of its pages.

Templates are typst files that lie beside the door that prints them. Values travel as data and are never read as markup,
so a title prints as it stands, whatever signs are in it. The typesetter runs in a process of its own
(``press.py``), bounded in time, memory and output, and reaches neither the network nor any file but fonts.
"""

from wenyuan.plumbing.printing.bars import Bars, bars_for, bars_within
from wenyuan.plumbing.printing.paper import A3, A4, A5, ROLL_58, ROLL_80, Paper
from wenyuan.plumbing.printing.typesetting import NotPrinted, Reason, Template, as_pdf, as_pictures

__all__ = [
    "A3",
    "A4",
    "A5",
    "ROLL_58",
    "ROLL_80",
    "Bars",
    "NotPrinted",
    "Paper",
    "Reason",
    "Template",
    "as_pdf",
    "as_pictures",
    "bars_for",
    "bars_within",
]
