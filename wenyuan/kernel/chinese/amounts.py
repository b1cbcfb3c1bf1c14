"""Amounts of money in the characters of receipts 大写金额, which nobody can alter with a stroke of the pen."""

from typing import Final

_DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
_PLACES: Final = ("仟", "佰", "拾", "")
_GROUPS: Final = ("", "万", "亿", "万亿")
MOST_FEN: Final = 10**17


def amount_in_capitals(fen: int) -> str:
    """``壹仟肆佰零玖元伍角`` for 140950 fen; whole yuan end in 整 (支付结算办法, annex 1, rules 3 and 4).

    :raises ValueError: below zero, or ``MOST_FEN`` and more.
    """
    if not 0 <= fen < MOST_FEN:
        raise ValueError(f"an amount of {fen} fen")
    yuan, jiao, rest = fen // 100, fen // 10 % 10, fen % 10
    text = f"{_whole(yuan)}元" if yuan or not fen else ""
    if jiao:
        text += f"{_DIGITS[jiao]}角"
    elif rest and yuan:
        text += "零"
    if rest:
        return f"{text}{_DIGITS[rest]}分"
    return text if jiao else f"{text}整"


def _whole(number: int) -> str:
    """A whole number, four places at a time; a gap between places that count is one 零."""
    if not number:
        return "零"
    text = ""
    gap = False
    for group in reversed(range(len(_GROUPS))):
        four = number // 10_000**group % 10_000
        if not four:
            gap = bool(text)
            continue
        if text and (gap or four < 1000):
            text += "零"
        text += f"{_four(four)}{_GROUPS[group]}"
        gap = False
    return text


def _four(number: int) -> str:
    """1 to 9999; zeros before and behind are left out."""
    text = ""
    for digit, place in zip(f"{number:04}", _PLACES, strict=True):
        if digit != "0":
            text += f"{_DIGITS[int(digit)]}{place}"
        elif text and not text.endswith("零"):
            text += "零"
    return text.removesuffix("零")
