"""Amounts in capitals, by the examples of 支付结算办法 annex 1 and the gaps between."""

import pytest

from wenyuan.kernel.chinese.amounts import amount_in_capitals


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (140950, "壹仟肆佰零玖元伍角"),
        (600714, "陆仟零柒元壹角肆分"),
        (168032, "壹仟陆佰捌拾元叁角贰分"),
        (10700053, "壹拾万柒仟元伍角叁分"),
        (1640902, "壹万陆仟肆佰零玖元零贰分"),
        (32504, "叁佰贰拾伍元零肆分"),
        (0, "零元整"),
        (5, "伍分"),
        (50, "伍角"),
        (55, "伍角伍分"),
        (100, "壹元整"),
        (1000, "壹拾元整"),
        (10000, "壹佰元整"),
        (100100, "壹仟零壹元整"),
        (1000000, "壹万元整"),
        (1000100, "壹万零壹元整"),
        (100000000, "壹佰万元整"),
        (10001000000, "壹亿零壹万元整"),
        (10000000100, "壹亿零壹元整"),
        (1000000000001, "壹佰亿元零壹分"),
    ],
)
def test_an_amount_is_written_so_that_nothing_can_be_added(fen: int, text: str) -> None:
    assert amount_in_capitals(fen) == text


@pytest.mark.parametrize("fen", [-1, 10**17])
def test_an_amount_that_no_receipt_has_is_refused(fen: int) -> None:
    with pytest.raises(ValueError, match="amount"):
        amount_in_capitals(fen)
