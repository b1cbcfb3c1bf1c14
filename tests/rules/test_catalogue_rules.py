"""Pure decisions of the catalogue."""

import pytest

from wenyuan.holdings.catalogue.data import ImportReason
from wenyuan.holdings.catalogue.rules import (
    Work,
    accession_fault,
    barcode_fault,
    column_text,
    is_same_work,
    is_uid,
    item_type_for,
    price_of,
)

KNOWN = {"book", "children_book", "serial_bound", "audio_visual", "rare_book", "toy"}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Work("活着", "余华"), Work("活着", "余华"), True),
        (Work("活着", "余华"), Work("活著", "余华"), True),
        (Work("活着", "余华"), Work("活着", "佚名"), True),
        (Work("活着", "余华"), Work("围城", "钱钟书"), False),
        (Work("中国地图", ""), Work("世界地图", ""), False),
        (Work("活着", "余华"), Work("围城", ""), False),
        (Work("活着", "余华", frozenset({"9787506365437"})), Work("兄弟", "余华", frozenset({"9787506343763"})), False),
        (
            Work("活着", "余华", frozenset({"9787506365437"})),
            Work("活着新版", "余华", frozenset({"9787506365437"})),
            True,
        ),
        (Work("活着", "余华", frozenset({"9787506365437"})), Work("活着", "余华", frozenset({"9787506343763"})), True),
        (
            Work("活着", "余华", frozenset({"9787506365437"})),
            Work("围城", "钱钟书", frozenset({"9787506365437"})),
            False,
        ),
    ],
)
def test_one_number_is_one_work_while_title_or_author_stays(one: Work, other: Work, same: bool) -> None:
    assert is_same_work(one, other) is same
    assert is_same_work(other, one) is same


@pytest.mark.parametrize(
    ("printed", "fen"),
    [
        ("CNY29.80", 2980),
        ("￥35", 3500),
        ("CNY120.00 (全套2册)", 6000),
        ("CNY120.00 (全套)", 12000),
        ("CNY79.00 (含光盘)", 7900),
        ("HKD88.00", None),
        ("非卖品", None),
        ("", None),
    ],
)
def test_a_printed_price_becomes_fen_and_a_set_is_divided_only_when_its_volumes_are_stated(
    printed: str, fen: int | None
) -> None:
    assert price_of(printed) == fen


@pytest.mark.parametrize(
    ("stated", "kind", "audience", "code"),
    [
        ("", "book", "general", "book"),
        ("", "book", "juvenile", "children_book"),
        ("", "serial", "juvenile", "serial_bound"),
        ("", "video", "unknown", "audio_visual"),
        ("", "rare", "unknown", "rare_book"),
        ("", "map", "unknown", "book"),
        ("Serial_Bound", "book", "juvenile", "serial_bound"),
        ("BK", "book", "juvenile", "children_book"),
    ],
)
def test_the_item_type_is_the_stated_one_if_known_else_follows_kind_and_audience(
    stated: str, kind: str, audience: str, code: str
) -> None:
    assert item_type_for(stated=stated, kind=kind, audience=audience, known=KNOWN) == code


def test_an_item_type_that_the_library_has_deleted_falls_back_to_books() -> None:
    assert item_type_for(stated="", kind="audio", audience="", known={"book"}) == "book"
    assert item_type_for(stated="", kind="book", audience="juvenile", known={"book"}) == "book"


@pytest.mark.parametrize("number", ["W0001", "0120260001", "甲001", "A" * 32])
def test_a_fit_number_has_no_fault(number: str) -> None:
    assert barcode_fault(number) is None
    assert accession_fault(number) is None


@pytest.mark.parametrize("number", ["", "A" * 33, "W 0001", "W\x000001", "W0001\t"])
def test_an_unfit_number_is_named(number: str) -> None:
    assert barcode_fault(number) is ImportReason.BARCODE_INVALID
    assert accession_fault(number) is ImportReason.ACCESSION_NO_INVALID


@pytest.mark.parametrize(
    ("text", "fit"), [("E0040100", True), ("e0040100", False), ("E004", False), ("E004010G", False)]
)
def test_a_chip_number_is_canonical_hex(text: str, fit: bool) -> None:
    assert is_uid(text) is fit


def test_a_column_loses_control_characters_and_what_is_too_long() -> None:
    assert column_text("平凡\x00的\x1b世界", 20) == "平凡 的 世界"
    assert column_text(" 平凡的世界 ", 3) == "平凡"
