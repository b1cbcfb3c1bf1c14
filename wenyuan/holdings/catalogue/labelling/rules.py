"""Pure decisions on sheets of labels: whether one fits its page, and the ones that are shipped."""

from decimal import Decimal
from typing import Final

from wenyuan.holdings.catalogue.labelling.values import LabelRefusal, LabelSheetInput

MOST_OFFSET: Final = Decimal(20)
"""Millimetres by which a printer may be off."""
SMALLEST: Final = Decimal(8)
LARGEST_PAGE: Final = Decimal(500)
MOST_LABELS: Final = 400
"""Labels of one sheet."""
FONT_SCALES: Final = range(50, 201)


def _sheet(code: str, names: tuple[str, str], kind: str, *measures: str) -> LabelSheetInput:
    page_width, page_height, columns, rows, width, height, left, top, step_x, step_y = measures
    return LabelSheetInput(
        code=code,
        name_zh=names[0],
        name_en=names[1],
        kind=kind,
        page_width=Decimal(page_width),
        page_height=Decimal(page_height),
        columns=int(columns),
        rows=int(rows),
        label_width=Decimal(width),
        label_height=Decimal(height),
        left=Decimal(left),
        top=Decimal(top),
        step_x=Decimal(step_x),
        step_y=Decimal(step_y),
    )


SHIPPED: Final = (
    _sheet("spine-a4-70", ("书标 A4，7×10，25×25 mm", "Spine, A4, 7 × 10"), "spine",
           "210", "297", "7", "10", "25", "25", "12.5", "16", "26.5", "26.5"),
    _sheet("spine-roll-30", ("书标 卷纸，30×25 mm", "Spine, roll, 30 × 25 mm"), "spine",
           "30", "25", "1", "1", "30", "25", "0", "0", "30", "25"),
    _sheet("barcode-a4-40", ("条码 A4，4×10，45×25 mm", "Barcode, A4, 4 × 10"), "barcode",
           "210", "297", "4", "10", "45", "25", "12", "16", "47", "26.5"),
    _sheet("barcode-roll-50", ("条码 卷纸，50×30 mm", "Barcode, roll, 50 × 30 mm"), "barcode",
           "50", "30", "1", "1", "50", "30", "0", "0", "50", "30"),
    _sheet("cover-a4-24", ("书名页标签 A4，3×8，64×33.9 mm", "Cover page, A4, 3 × 8"), "cover",
           "210", "297", "3", "8", "64", "33.9", "7.2", "12.9", "66", "33.9"),
    _sheet("shelf-end-a4-6", ("架标 A4，2×3，95×90 mm", "Shelf end, A4, 2 × 3"), "shelf_end",
           "210", "297", "2", "3", "95", "90", "8", "10", "98", "93"),
    _sheet("card-a4-10", ("读者证 A4，2×5，85.6×54 mm", "Patron card, A4, 2 × 5"), "card",
           "210", "297", "2", "5", "85.6", "54", "15", "12", "94.4", "55"),
)  # fmt: skip
"""What is sold most in China, and the cards of ISO/IEC 7810 ID-1."""


def sheet_fault(sheet: LabelSheetInput) -> tuple[LabelRefusal, str] | None:
    """What of a sheet's measures cannot be, and which of them; none for a sheet that can be printed."""
    if not (0 < sheet.columns * sheet.rows <= MOST_LABELS and sheet.columns > 0 and sheet.rows > 0):
        return LabelRefusal.SIZE_UNFIT, "columns"
    for name in ("page_width", "page_height"):
        if not SMALLEST <= getattr(sheet, name) <= LARGEST_PAGE:
            return LabelRefusal.SIZE_UNFIT, name
    for name in ("label_width", "label_height"):
        if not getattr(sheet, name) >= SMALLEST:
            return LabelRefusal.SIZE_UNFIT, name
    for name in ("offset_x", "offset_y"):
        if abs(getattr(sheet, name)) > MOST_OFFSET:
            return LabelRefusal.SIZE_UNFIT, name
    if sheet.font_scale not in FONT_SCALES:
        return LabelRefusal.SIZE_UNFIT, "font_scale"
    return _place_fault(sheet)


def _place_fault(sheet: LabelSheetInput) -> tuple[LabelRefusal, str] | None:
    axes = (
        ("left", sheet.left, sheet.step_x, sheet.columns, sheet.label_width, sheet.page_width, "step_x"),
        ("top", sheet.top, sheet.step_y, sheet.rows, sheet.label_height, sheet.page_height, "step_y"),
    )
    for begins, start, step, count, size, page, steps in axes:
        if start < 0:
            return LabelRefusal.SIZE_UNFIT, begins
        if count > 1 and step < size:
            return LabelRefusal.OVERLAPS, steps
        if start + step * (count - 1) + size > page:
            return LabelRefusal.OFF_THE_PAGE, begins
    return None
