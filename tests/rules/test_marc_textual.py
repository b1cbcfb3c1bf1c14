"""A record as typed lines: nothing is lost on the way there and back, and what is no field says why."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wenyuan.kernel.marc import (
    BadText,
    ControlField,
    DataField,
    Record,
    TextFault,
    TextReason,
    changed_tags,
    differences,
    from_text,
    line_of,
    to_text,
)

LEADER = "00000nam0 2200000   450 "
TITLE = DataField("200", "1", " ", (("a", "平凡的世界"), ("9", "ping fan de shi jie"), ("f", "路遥著")))

texts = st.text(st.characters(codec="utf-8", exclude_characters="\x1d\x1e\x1f"), max_size=8)
signs = st.sampled_from([" ", "#", "0", "1", "\\", "$", "", "a", "\x1b"])
codes = st.sampled_from(["a", "9", "A", " ", "$", "\\", "#", "-", "s", "\x00"])


@st.composite
def data_fields(draw: st.DrawFn) -> DataField:
    ind1 = draw(signs)
    ind2 = draw(signs) if ind1 else ""
    subfields = draw(st.lists(st.tuples(codes, texts) | st.just(("", "")), min_size=0, max_size=4))
    if draw(st.booleans()):
        subfields.insert(0, ("", draw(texts.filter(bool))))
    return DataField(draw(st.sampled_from(["200", "00A", "LKR"])), ind1, ind2, tuple(subfields))


control_fields = st.builds(ControlField, st.sampled_from(["001", "008"]), texts)


@given(st.lists(control_fields | data_fields(), max_size=5))
@example([DataField("200", "", "", (("", ""),))])
@example([DataField("200", "#", " ", (("", " $x"), ("$", "\\s"), (" ", "-")))])
@example([ControlField("001", " $a\r\n ")])
@example([DataField("300", " ", " ", ()), DataField("FMT", "B", "K", ()), DataField("300", " ", " ", (("", "文本"),))])
def test_every_record_comes_back_from_its_lines_as_it_was(fields: list[ControlField | DataField]) -> None:
    record = Record(LEADER, tuple(fields))

    assert from_text(to_text(record)) == record
    assert from_text(to_text(record).replace("\n", "\r\n")) == record


def test_a_field_is_typed_as_librarians_write_it() -> None:
    assert line_of(TITLE) == "200 1# $a平凡的世界$9ping fan de shi jie$f路遥著"
    assert line_of(ControlField("001", "0120260001")) == "001 0120260001"
    assert line_of(DataField("010", " ", " ", (("d", "$5.00"),))) == "010 ## $d\\$5.00"
    assert line_of(DataField("300", " ", " ", (("", "文本"),))) == "300 ## \\-文本"


@pytest.mark.parametrize(
    "line", ["200 1 $a平凡的世界", "200 1# $a平凡的世界", "200 1#$a平凡的世界", "\n\n200 1# $a平凡的世界\n"]
)
def test_blanks_may_be_typed_as_blanks_and_left_out(line: str) -> None:
    assert from_text(f"LDR {LEADER.rstrip()}\n{line}").fields == (DataField("200", "1", " ", (("a", "平凡的世界"),)),)


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("001 1", [(0, TextReason.NO_LEADER)]),
        (f"LDR {LEADER}\nLDR {LEADER}", [(2, TextReason.TWO_LEADERS)]),
        ("LDR 短", [(1, TextReason.BAD_LEADER)]),
        (f"LDR {LEADER}\n20 1# $a\n200 1# 没有", [(2, TextReason.NO_TAG), (3, TextReason.NO_SUBFIELD)]),
        (f"LDR {LEADER}\n200 $a甲", [(2, TextReason.NO_SUBFIELD)]),
        (f"LDR {LEADER}\n200 1# $a甲$", [(2, TextReason.NO_CODE)]),
        (f"LDR {LEADER}\n200 1# $a甲\\q", [(2, TextReason.BAD_ESCAPE)]),
        (f"LDR {LEADER}\n200 1# $a甲\\x{{ffffff}}", [(2, TextReason.BAD_ESCAPE)]),
    ],
)
def test_every_line_that_is_no_field_is_named(text: str, faults: list[tuple[int, TextReason]]) -> None:
    with pytest.raises(BadText) as caught:
        from_text(text)

    assert caught.value.faults == tuple(TextFault(*fault) for fault in faults)


def test_differences_stand_in_the_order_of_the_fields_without_the_time_stamp() -> None:
    before = Record(LEADER, (ControlField("005", "1"), ControlField("001", "n"), TITLE))
    other = DataField("200", "1", " ", (("a", "人生"),))
    after = Record(LEADER, (ControlField("005", "2"), ControlField("001", "n"), other))

    assert [(line.sign, line.tag) for line in differences(before, after)] == [
        (" ", "LDR"),
        (" ", "001"),
        ("-", "200"),
        ("+", "200"),
    ]
    assert changed_tags(before, after) == ("200",)


def test_ten_thousand_equal_fields_are_compared_in_a_moment() -> None:
    note = DataField("300", " ", " ", (("a", "附注"),))
    before = Record(LEADER, (note,) * 10_000)
    after = Record(LEADER, (TITLE, *(note,) * 10_000))
    began = time.process_time()

    assert changed_tags(before, after)
    assert time.process_time() - began < 5
