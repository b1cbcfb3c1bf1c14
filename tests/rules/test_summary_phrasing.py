"""How a report writes numbers: the cases of docs/specs/work-summary.md, and what must hold for every number."""

import re
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from wenyuan.office.figures.summary.phrasing import (
    NotNear,
    Style,
    compared,
    money,
    numeral,
    per_cent,
    rate_compared,
    written,
)

COUNTS = st.integers(min_value=0, max_value=10**10)


@pytest.mark.parametrize(
    ("value", "style", "step", "expected"),
    [
        (0, Style.USUAL, None, "0人次"),
        (278, Style.USUAL, None, "278人次"),
        (999, Style.USUAL, None, "999人次"),
        (1000, Style.USUAL, None, "1000人次"),
        (2045, Style.USUAL, None, "2000余人次"),
        (45231, Style.USUAL, None, "4.5万余人次"),
        (45231, Style.USUAL, 100, "45200余人次"),
        (45231, Style.FULL, None, "45231人次"),
        (45000, Style.USUAL, None, "4.5万人次"),
        (45999, Style.USUAL, None, "4.5万余人次"),
        (375225, Style.USUAL, None, "37万余人次"),
        (375225, Style.FULL, None, "375225人次"),
        (623, Style.OVER, 100, "600余人次"),
        (623, Style.OVER, None, "620余人次"),
        (99, Style.OVER, 100, "99人次"),
        (19600, Style.NEARLY, 1000, "近2万人次"),
        (29_900, Style.NEARLY, None, "近3万人次"),
        (123_456_789, Style.USUAL, None, "1.2亿余人次"),
    ],
)
def test_a_number_is_written_so(value: int, style: Style, step: int | None, expected: str) -> None:
    assert written(value, "人次", style=style, step=step).text == expected


@pytest.mark.parametrize(("value", "step"), [(19_000, 10_000 * 3), (20_000, 1000), (1, 10), (0, 10)])
def test_nearly_is_refused_where_it_would_stretch_or_the_number_is_round(value: int, step: int) -> None:
    with pytest.raises(NotNear):
        written(value, "册", style=Style.NEARLY, step=step)


@pytest.mark.parametrize(("value", "step"), [(-1, None), (5, 0)])
def test_what_no_report_writes_is_an_error(value: int, step: int | None) -> None:
    with pytest.raises(ValueError, match=str(value)):
        written(value, "册", step=step)


def read_back(text: str) -> int:
    """What the numeral of a text says."""
    found = re.fullmatch(r"近?([0-9]+(?:\.[0-9]+)?)([万亿]?)余?册", text)
    assert found, text
    return int(Decimal(found[1]) * {"": 1, "万": 10**4, "亿": 10**8}[found[2]])


@given(
    value=COUNTS, style=st.sampled_from([Style.USUAL, Style.FULL, Style.OVER]), step=st.sampled_from([None, 100, 1000])
)
def test_over_stands_only_where_less_than_one_step_was_left_off(value: int, style: Style, step: int | None) -> None:
    shown = written(value, "册", style=style, step=step)

    says = read_back(shown.text)
    assert says == shown.says
    left_off = value - says
    assert ("余" in shown.text) is (left_off > 0)
    assert 0 <= left_off < max(step or 0, value // 10, 1)
    assert "," not in shown.text


@given(value=COUNTS, step=st.sampled_from([None, 10, 100, 1000, 10_000]))
def test_nearly_never_stretches_by_more_than_a_twentieth(value: int, step: int | None) -> None:
    try:
        shown = written(value, "册", style=Style.NEARLY, step=step)
    except NotNear:
        assume(False)

    assert shown.text.startswith("近")
    says = read_back(shown.text)
    assert says == shown.says
    assert value < says
    assert (says - value) * 20 <= says


@given(value=COUNTS)
def test_a_numeral_says_exactly_its_number(value: int) -> None:
    assert read_back(f"{numeral(value)}册") == value


@pytest.mark.parametrize(
    ("fen", "expected"),
    [
        (0, "0元"),
        (123_450, "1234.50元"),
        (100_000, "1000元"),
        (1_000_000, "1万元"),
        (12_350_000, "12.35万元"),
        (1_234_567, "12345.67元"),
        (1_234_500, "12345元"),
        (-5_050, "-50.50元"),
    ],
)
def test_money_is_exact_and_never_rounded(fen: int, expected: str) -> None:
    assert money(fen) == expected


@given(fen=st.integers(min_value=-(10**12), max_value=10**12))
def test_money_reads_back_to_the_fen(fen: int) -> None:
    text = money(fen)

    assert "余" not in text
    assert "近" not in text
    number = Decimal(text.removesuffix("元").removesuffix("万"))
    assert number * (10**6 if "万" in text else 100) == fen


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        (1200, None, ""),
        (1200, 1200, "与上年同期持平"),
        (1320, 1200, "比上年同期增加120册次，增长10%"),
        (1050, 1200, "比上年同期减少150册次，下降12.5%"),
        (40, 29, "比上年同期增加11册次"),
        (40, 30, "比上年同期增加10册次，增长33.3%"),
        (5, 0, "比上年同期增加5册次"),
        (100_001, 100_000, "比上年同期增加1册次"),
    ],
)
def test_a_number_beside_the_year_before(now: int, before: int | None, expected: str) -> None:
    assert compared(now, before, "册次") == expected


def test_what_was_defined_otherwise_is_told_without_a_percentage() -> None:
    assert compared(1320, 1200, "册次", same_definition=False) == "比上年同期增加120册次（两年口径不同）"
    assert compared(1200, 1200, "册次", same_definition=False) == "与上年同期持平（两年口径不同）"


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        ("65.5", None, ""),
        ("65.5", "64.3", "比上年同期提高1.2个百分点"),
        ("64.3", "65.5", "比上年同期降低1.2个百分点"),
        ("65.52", "65.5", "与上年同期持平"),
    ],
)
def test_a_rate_is_compared_in_percentage_points(now: str, before: str | None, expected: str) -> None:
    assert rate_compared(Decimal(now), None if before is None else Decimal(before)) == expected


@pytest.mark.parametrize(("part", "whole", "expected"), [(1, 3, "33.3"), (1, 8, "12.5"), (1, 2000, "0.1"), (5, 0, "")])
def test_a_share_has_one_place(part: int, whole: int, expected: str) -> None:
    assert per_cent(part, whole) == expected
