"""Slips, lists and posters: plain values in, a PDF out. Any door prints them; no room is read here.

Their words are those of the language that is active, so a slip speaks the language of whoever prints it. Templates are
in ``templates/`` beside this file and hold no words.
"""

from wenyuan.doors.furniture.printing.labels import (
    Label,
    LabelPrint,
    Sheet,
    labels_pdf,
    labels_picture,
    without_bars,
)
from wenyuan.doors.furniture.printing.lists import ShelvingItem, ShelvingList, ShelvingSection, shelving_list
from wenyuan.doors.furniture.printing.opening import closed_lines, opening_line
from wenyuan.doors.furniture.printing.posters import ClosurePoster, closure_poster
from wenyuan.doors.furniture.printing.slips import (
    HoldSlip,
    LossSlip,
    Payment,
    PaymentSlip,
    ReaderSlip,
    SlipItem,
    TransitSlip,
    card_end,
    hold_slips,
    loss_slips,
    payment_slips,
    reader_slips,
    transit_slips,
)

__all__ = [
    "ClosurePoster",
    "HoldSlip",
    "Label",
    "LabelPrint",
    "LossSlip",
    "Payment",
    "PaymentSlip",
    "ReaderSlip",
    "Sheet",
    "ShelvingItem",
    "ShelvingList",
    "ShelvingSection",
    "SlipItem",
    "TransitSlip",
    "card_end",
    "closed_lines",
    "closure_poster",
    "hold_slips",
    "labels_pdf",
    "labels_picture",
    "loss_slips",
    "opening_line",
    "payment_slips",
    "reader_slips",
    "shelving_list",
    "transit_slips",
    "without_bars",
]
