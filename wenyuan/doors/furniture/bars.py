"""The bars of a card number as a picture that can be kept on a telephone."""

import struct
import zlib
from base64 import b64encode
from typing import Final

from wenyuan.kernel.barcodes import QUIET_MODULES, NotInCode128, code128

MODULE_PX: Final = 4
HEIGHT_PX: Final = 160
MARGIN_PX: Final = 20


def bars_png(text: str) -> str:
    """The CODE 128 bars of a text as the address of a PNG (``data:``), black on white with their quiet zone whatever
    the page's colours; empty for a text that has no such bars."""
    try:
        widths = code128(text)
    except NotInCode128:
        return ""
    quiet = b"\xff" * (QUIET_MODULES * MODULE_PX)
    bars = b"".join((b"\xff" if at % 2 else b"\x00") * (width * MODULE_PX) for at, width in enumerate(widths))
    row = b"\x00" + quiet + bars + quiet  # each row of a PNG says first how it was filtered: not at all
    blank = b"\x00" + b"\xff" * (len(row) - 1)
    rows = [blank] * MARGIN_PX + [row] * HEIGHT_PX + [blank] * MARGIN_PX
    head = struct.pack(">IIBBBBB", len(row) - 1, len(rows), 8, 0, 0, 0, 0)  # eight bits of grey
    data = zlib.compress(b"".join(rows), 9)
    png = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")
    return f"data:image/png;base64,{b64encode(png).decode()}"


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
