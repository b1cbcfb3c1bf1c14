"""A barcode as templates draw it: widths of bars and spaces, and how wide one module is."""

from typing import TypedDict

from wenyuan.kernel.barcodes import NotInCode128, code128, fitting_module
from wenyuan.plumbing.printing.paper import Paper


class Bars(TypedDict):
    """For ``bars()`` of ``house.typ``: bar, space, bar … in modules, and the module in millimetres."""

    widths: list[int]
    module: float


def bars_for(text: str, paper: Paper) -> Bars | None:
    """The CODE 128 bars of a text across this paper; as ``bars_within``."""
    return bars_within(text, paper.room)


def bars_within(text: str, room_mm: float) -> Bars | None:
    """The CODE 128 bars of a text in a room so wide, in millimetres; none where a scanner could not read them: the text
    has other signs than printable ASCII, or is too long for the room. The text itself is then all that can be
    printed."""
    try:
        widths = code128(text)
    except NotInCode128:
        return None
    module = fitting_module(widths, room_mm)
    return None if module is None else Bars(widths=list(widths), module=module)
