"""How a report writes a number: rounded with 余 or 近 or in full, beside the year before, or as money. In Chinese.

The rules are those of official writing: Arabic numerals (GB/T 15835-2011), no comma between thousands, 余 only after a
number that was rounded down and 近 only before one that was rounded up a little, and never either of them on money.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum

WAN, YI = 10_000, 100_000_000
SMALL = 1_000
"""Below it a number is written in full unless somebody asks otherwise."""
NEAR = Decimal("0.05")
"""近 rounds up by no more than this share of what is written."""
COMPARABLE_FROM = 30
"""A smaller number of the year before makes percentages that mean nothing: counts alone are told."""


class Style(Enum):
    """How a number is written: as it comes, in full, down to 余, or up to 近."""

    USUAL = "usual"
    FULL = "full"
    OVER = "over"
    NEARLY = "nearly"


class NotNear(ValueError):
    """No round number lies close enough above this one for 近 to be true."""


@dataclass(frozen=True, slots=True)
class Written:
    """A number as a document writes it, and what the numeral alone says: ``45000`` where it says 4.5万余."""

    text: str
    says: int


def written(value: int, unit: str, *, style: Style = Style.USUAL, step: int | None = None) -> Written:
    """The number with its unit: 4.5万余人次, 近2万册, 278人次.

    ``USUAL`` writes a number below a thousand in full and rounds a greater one down to its two leading digits. ``step``
    is what is rounded to (100 makes 45200余 of 45,231); without one the two leading digits stay.

    :raises NotNear: ``NEARLY`` would stretch it by more than 5 %, or it is round already.
    :raises ValueError: a negative number, which no report writes so, or a step below 1.
    """
    if value < 0 or (step is not None and step < 1):
        raise ValueError(value, step)
    if style is Style.FULL or (style is Style.USUAL and value < SMALL and step is None):
        return Written(f"{value}{unit}", value)
    step = step or _step(value)
    down = value - value % step
    if style is Style.NEARLY:
        up = down + step
        if down == value or up - value > NEAR * up:
            raise NotNear(value)
        return Written(f"近{numeral(up)}{unit}", up)
    over = "余" if down < value else ""
    return Written(f"{numeral(down)}{over}{unit}", down) if down else Written(f"{value}{unit}", value)


def numeral(value: int) -> str:
    """A round number as it is read: 4.5万, 1.2亿, 45200. Nothing is rounded: 45,231 stays 45231."""
    for size, word in ((YI, "亿"), (WAN, "万")):
        if value >= size and value % (size // 10) == 0:
            return f"{plain(Decimal(value) / size)}{word}"
    return str(value)


def money(fen: int) -> str:
    """An amount, exactly: 12.35万元 from ten thousand yuan on where that leaves nothing out, else 1234.50元."""
    sign, fen = ("-" if fen < 0 else ""), abs(fen)
    yuan = Decimal(fen) / 100
    if yuan >= WAN and fen % 10_000 == 0:
        return f"{sign}{plain(yuan / WAN)}万元"
    return f"{sign}{yuan:.2f}元" if fen % 100 else f"{sign}{fen // 100}元"


def exact(value: int, parts: int = 1) -> str:
    """As a table of figures has it: ``1200``, or in a unit of which ``parts`` are one, to two places at most: of 100
    fen ``86.5``."""
    return plain((Decimal(value) / parts).quantize(Decimal("0.01"), ROUND_HALF_UP))


def compared(now: int, before: int | None, unit: str, *, same_definition: bool = True) -> str:
    """How it stands to the same time of the year before, as a clause: 比上年同期增加1200册次，增长12.3%.

    Empty where nothing is known of that year. The percentage is left out where it would mean nothing: a base below 30,
    a definition (口径) that differs, or a change too small for a tenth of a per cent.
    """
    if before is None:
        return ""
    other = "" if same_definition else "（两年口径不同）"
    if now == before:
        return f"与上年同期持平{other}"
    grew = now > before
    clause = f"比上年同期{'增加' if grew else '减少'}{abs(now - before)}{unit}"
    if not same_definition:
        return f"{clause}{other}"
    share = per_cent(now - before, before)
    if before < COMPARABLE_FROM or share in ("", "0"):
        return clause
    return f"{clause}，{'增长' if grew else '下降'}{share}%"


def per_cent(part: int, whole: int) -> str:
    """The share without its sign, in per cent to one place, halves away from zero; empty of nothing."""
    if not whole:
        return ""
    return plain((Decimal(abs(part)) * 100 / abs(whole)).quantize(Decimal("0.1"), ROUND_HALF_UP))


def rate_compared(now: Decimal, before: Decimal | None) -> str:
    """How a rate in per cent stands to the year before: in percentage points, never in per cent of per cent."""
    if before is None:
        return ""
    by = plain(abs(now - before).quantize(Decimal("0.1"), ROUND_HALF_UP))
    if by == "0":
        return "与上年同期持平"
    return f"比上年同期{'提高' if now > before else '降低'}{by}个百分点"


def plain(number: Decimal) -> str:
    """Without an exponent and without zeros that say nothing: 4.50 is 4.5, 2.0 is 2."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _step(value: int) -> int:
    """What leaves the two leading digits."""
    return int(10 ** max(len(str(value)) - 2, 0))
