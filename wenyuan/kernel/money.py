"""Amounts of money as people type and read them: yuan in texts, whole fen in programs, nothing between."""

import re
import unicodedata

_YUAN = re.compile(r"(\d{1,9})(?:\.(\d{1,2}))?")


def parse_yuan(text: str) -> int | None:
    """An amount typed in yuan, in fen: ``12``, ``12.5``, ``¥1,280.00``, full-width digits; nothing for anything else.

    More than two decimals is no amount: it is not rounded in silence.
    """
    plain = unicodedata.normalize("NFKC", text).strip().removeprefix("¥").removesuffix("元").strip()
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d{1,2})?", plain):
        plain = plain.replace(",", "")
    found = _YUAN.fullmatch(plain)
    if found is None or not plain.isascii():
        return None
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def yuan_text(fen: int) -> str:
    """Fen as forms, receipts and SIP2 write them: yuan with two decimals, ``1280.00``; ``-75.00`` is a credit."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"
