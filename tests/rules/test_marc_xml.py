"""MARCXML in and out: lossless, streaming, and deaf to entities."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.kernel.marc import (
    COLLECTION_CLOSE,
    COLLECTION_OPEN,
    ControlField,
    Damaged,
    DataField,
    MarcError,
    Reason,
    Record,
    XmlRecord,
    iter_marcxml,
    to_marcxml,
)

LEADER = "00000nam0 2200000   450 "
TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=20
) | st.just("a\tb\nc\rd <&> \"e\" 'f' 㐀𠀀")
DATA = st.builds(
    DataField,
    st.sampled_from(["200", "245", "461", "LKR"]),
    st.sampled_from(["", " ", "1"]),
    st.just(""),
    st.lists(st.tuples(st.sampled_from("ab19 &"), TEXT), max_size=4).map(tuple),
)
CONTROL = st.builds(ControlField, st.sampled_from(["001", "008"]), TEXT)
RECORDS = st.builds(Record, st.just(LEADER), st.lists(CONTROL | DATA, max_size=6).map(tuple))


def read(text: str | bytes) -> list[XmlRecord | Damaged]:
    return list(iter_marcxml(io.BytesIO(text.encode() if isinstance(text, str) else text)))


def records(found: list[XmlRecord | Damaged]) -> list[Record]:
    return [each.record for each in found if isinstance(each, XmlRecord)]


def simple(title: str) -> Record:
    return Record(LEADER, (ControlField("001", "1"), DataField("200", "1", " ", (("a", title),))))


@given(several=st.lists(RECORDS, max_size=4))
def test_records_come_back_the_same_from_marcxml(several: list[Record]) -> None:
    text = COLLECTION_OPEN + "".join(map(to_marcxml, several)) + COLLECTION_CLOSE

    found = read(text)

    assert records(found) == several
    assert len(found) == len(several)


@pytest.mark.parametrize(
    "text",
    [
        (
            '<record><leader>00000nam0 2200000   450 </leader><controlfield tag="001">1</controlfield>'
            '<datafield tag="200" ind1="1" ind2=" "><subfield code="a">图书</subfield></datafield></record>'
        ),
        (
            '<m:collection xmlns:m="http://www.loc.gov/MARC21/slim"><m:record>'
            "<m:leader>00000nam0 2200000   450</m:leader>"
            '<m:controlfield tag="001">1</m:controlfield><m:datafield tag="200" ind1="1" ind2=" ">'
            '\n  <m:subfield code="a">图<!-- note --><![CDATA[书]]></m:subfield>\n'
            "</m:datafield></m:record></m:collection>"
        ),
    ],
)
def test_a_namespace_a_collection_and_the_last_blank_of_the_leader_may_be_absent(text: str) -> None:
    assert records(read(text)) == [simple("图书")]


@pytest.mark.parametrize("name", ["gb2312", "GBK", "gb18030"])
def test_a_declared_chinese_encoding_is_read(name: str) -> None:
    body = COLLECTION_OPEN.replace("UTF-8", name) + to_marcxml(simple("朱镕基㐀")) + COLLECTION_CLOSE

    found = read(body.encode("gb18030"))

    assert records(found) == [simple("朱镕基㐀")]


def test_a_wrong_record_is_reported_at_its_place_and_the_others_are_read() -> None:
    wrong = '<record><datafield tag="20" ind1=" " ind2=" "/></record>'
    first = COLLECTION_OPEN + to_marcxml(simple("一"))

    found = read(first + wrong + to_marcxml(simple("二")) + COLLECTION_CLOSE)

    assert records(found) == [simple("一"), simple("二")]
    assert found[1] == Damaged(len(first.encode()), Reason.BAD_TAG, b"", "'20'")


@pytest.mark.parametrize(
    ("inside", "reason"),
    [
        ("<leader>short</leader>", None),
        ("<leader>00000nam0 2200000   450 too long</leader>", Reason.BAD_LEADER),
        ('<controlfield tag="">x</controlfield>', Reason.BAD_TAG),
        ('<datafield tag="200" ind1="12" ind2=" "/>', Reason.BAD_INDICATOR),
        ('<datafield tag="200"><subfield code="ab">x</subfield></datafield>', Reason.BAD_SUBFIELD),
        ('<datafield tag="200">stray text</datafield>', Reason.XML_STRUCTURE),
        ('<datafield tag="200"><datafield tag="300"/></datafield>', Reason.XML_STRUCTURE),
        ("<record/>", Reason.XML_STRUCTURE),
        ("<subfield code='a'/>", Reason.XML_STRUCTURE),
    ],
)
def test_each_kind_of_wrong_record_has_its_reason(inside: str, reason: Reason | None) -> None:
    found = read(f"<collection><record>{inside}</record></collection>")

    assert [each.reason for each in found if isinstance(each, Damaged)] == ([reason] if reason else [])


def test_an_entity_bomb_is_refused_before_anything_expands() -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = (
        f'<?xml version="1.0"?><!DOCTYPE c [<!ENTITY l0 "lol">{levels}]><collection><record>&l9;</record></collection>'
    )

    (only,) = read(bomb)

    assert isinstance(only, Damaged)
    assert only.reason is Reason.XML_DTD


def test_an_outside_document_type_is_refused() -> None:
    (only,) = read('<!DOCTYPE collection SYSTEM "file:///etc/passwd"><collection/>')

    assert isinstance(only, Damaged)
    assert only.reason is Reason.XML_DTD


def test_a_file_that_breaks_off_gives_the_records_before_the_break() -> None:
    whole = COLLECTION_OPEN + to_marcxml(simple("一"))

    found = read(whole + "<record><leader>0000")

    assert records(found) == [simple("一")]
    last = found[-1]
    assert isinstance(last, Damaged)
    assert last.reason is Reason.XML_MALFORMED


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("<collection/>".encode("utf-16"), Reason.UTF16),
        (b'<?xml version="1.0" encoding="big5"?><collection/>', Reason.UNDECODABLE),
        (b'<?xml version="1.0" encoding="gbk"?><collection>\xff\xff</collection>', Reason.UNDECODABLE),
        (b"<html><body/></html>", Reason.XML_STRUCTURE),
        (b"", Reason.XML_MALFORMED),
    ],
)
def test_a_file_that_is_no_readable_marcxml_says_why(data: bytes, reason: Reason) -> None:
    (only,) = read(data)

    assert isinstance(only, Damaged)
    assert only.reason is reason


def test_a_record_without_end_is_refused_without_being_kept() -> None:
    flood = "<record><leader>" + "x" * 5_000_001 + "</leader></record>"

    found = read("<collection>" + flood + to_marcxml(simple("一")) + "</collection>")

    assert [each.reason for each in found if isinstance(each, Damaged)] == [Reason.RECORD_TOO_LONG]
    assert records(found) == [simple("一")]


def test_a_character_xml_cannot_write_is_refused_with_its_field() -> None:
    with pytest.raises(MarcError) as caught:
        to_marcxml(simple("escape \x1b"))

    assert (caught.value.reason, caught.value.tag, caught.value.detail) == (Reason.XML_CHARACTER, "200", "U+001B")
