"""Records for others: whatever a record holds, its XML fits the schema; Dublin Core says what the record says."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from wenyuan.kernel.marc import (
    ControlField,
    DataField,
    Dialect,
    Record,
    describe,
    dublin_core,
    to_marcxchange,
    to_slim,
)
from wenyuan.kernel.xmltext import around, element, escaped

SCHEMAS = Path(__file__).resolve().parent.parent / "doors"
LEADER = "00000nam a2200000 a 4500"


@pytest.fixture(scope="module")
def slim() -> Any:
    return etree.XMLSchema(etree.parse(SCHEMAS / "MARC21slim.xsd"))


@pytest.fixture(scope="module")
def exchange() -> Any:
    return etree.XMLSchema(etree.parse(SCHEMAS / "marcxchange.xsd"))


def test_a_good_record_fits_and_keeps_everything(slim: Any) -> None:
    record = Record(
        LEADER,
        (
            ControlField("001", "x1"),
            ControlField("008", "120301s2012    cc            000 0 chi d"),
            DataField("245", "1", "0", (("a", "活着 /"), ("c", "余华 & <others>\t."))),
        ),
    )

    tree = etree.fromstring(to_slim(record))

    assert slim.validate(tree), slim.error_log
    assert [one.text for one in tree][:3] == [LEADER, "x1", "120301s2012    cc            000 0 chi d"]
    assert [one.text for one in tree[3]] == ["活着 /", "余华 & <others>\t."]


def test_what_no_schema_lets_pass_is_mended(slim: Any) -> None:
    record = Record(
        "00000n-m-|2 00000|||450 ",
        (
            DataField("245", "A", "", (("", "before"), ("a", "bell \x07"), ("b", "余"))),
            ControlField("001", "late"),
            DataField("000", " ", " ", (("a", "no such tag"),)),
            DataField("9X9", " ", " ", (("é", "no such code"),)),
            DataField("500", " ", " ", ()),
        ),
    )

    tree = etree.fromstring(to_slim(record))

    assert slim.validate(tree), slim.error_log
    assert tree[0].text == "00000nam  2 00000   4500"
    assert [(one.get("tag"), one.get("ind1"), one.get("ind2")) for one in tree[1:]] == [
        ("001", None, None),
        ("245", " ", " "),
    ]
    assert [one.text for one in tree[2]] == ["bell \ufffd", "余"]


TEXTS = st.text(max_size=12)
FIELDS = st.one_of(
    st.builds(ControlField, st.from_regex(r"00[0-9A-Za-z]", fullmatch=True), TEXTS),
    st.builds(
        DataField,
        st.from_regex(r"[0-9A-Za-z]{3}", fullmatch=True),
        st.text(max_size=1),
        st.text(max_size=1),
        st.lists(st.tuples(st.text(max_size=1), TEXTS), max_size=4).map(tuple),
    ),
)


@given(
    leader=st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=24, max_size=24),
    fields=st.lists(FIELDS, max_size=6),
)
def test_any_record_fits_the_schema(slim: Any, exchange: Any, leader: str, fields: list[Any]) -> None:
    record = Record(leader[:5].translate({ord(one): "0" for one in leader}) + leader[5:], tuple(fields))

    tree, other = etree.fromstring(to_slim(record)), etree.fromstring(to_marcxchange(record))

    assert slim.validate(tree), slim.error_log
    assert exchange.validate(other), exchange.error_log


def test_a_leader_that_ends_in_no_directory_map_ends_as_that_of_cnmarc(exchange: Any) -> None:
    record = Record("00000nam0 2200000   |||x", (DataField("200", "1", " ", (("a", "活着"),)),))

    tree = etree.fromstring(to_marcxchange(record))

    assert exchange.validate(tree), exchange.error_log
    assert tree[0].text == "00000nam0 2200000   450 "


def test_a_cnmarc_record_says_its_format_and_keeps_its_leader(exchange: Any) -> None:
    record = Record("00000nam0 2200000   450 ", (DataField("200", "1", " ", (("a", "活着"),)),))

    tree = etree.fromstring(to_marcxchange(record))

    assert exchange.validate(tree), exchange.error_log
    assert tree.get("format") == "CNMARC"
    assert tree[0].text == "00000nam0 2200000   450 "


def test_dublin_core_says_what_the_record_says() -> None:
    record = Record(
        "00000nam0 2200000   450 ",
        (
            DataField("010", " ", " ", (("a", "978-7-02-008922-9"),)),
            DataField("100", " ", " ", (("a", "20120301d2012    em y0chiy50      ea"),)),
            DataField("101", "1", " ", (("a", "chi"), ("c", "eng"))),
            DataField("200", "1", " ", (("a", "瓦尔登湖"), ("e", "散文"), ("f", "(美)梭罗著"), ("g", "徐迟译"))),
            DataField("210", " ", " ", (("a", "北京"), ("c", "人民文学出版社"), ("d", "2012"))),
            DataField("606", "0", " ", (("a", "散文集"), ("y", "美国"))),
            DataField("690", " ", " ", (("a", "I712.64"), ("v", "5"))),
            DataField("701", " ", "1", (("a", "梭罗"), ("4", "著"))),
            DataField("702", " ", "0", (("a", "徐迟"), ("4", "译"))),
        ),
    )

    pairs = list(dublin_core(describe(record, dialect=Dialect.CNMARC)))

    assert pairs == [
        ("title", "瓦尔登湖 : 散文"),
        ("creator", "梭罗"),
        ("contributor", "徐迟"),
        ("subject", "散文集--美国"),
        ("subject", "I712.64"),
        ("publisher", "人民文学出版社"),
        ("date", "2012"),
        ("type", "Text"),
        ("identifier", "URN:ISBN:978-7-02-008922-9"),
        ("language", "chi"),
    ]


@given(st.text())
def test_no_text_breaks_out_of_an_element(text: str) -> None:
    tree = etree.fromstring(around("a", element("b", text, {"c": text})))

    assert len(tree) == 1
    assert tree[0].get("c") == (tree[0].text or "")


def test_what_xml_cannot_hold_is_a_sign_of_its_own() -> None:
    assert escaped("a\x00b\ud800<") == "a\ufffdb\ufffd&lt;"
