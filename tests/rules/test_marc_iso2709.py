"""ISO 2709: bytes to record and back, in each encoding, whatever the directory says."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pymarc import MARCReader

from wenyuan.kernel.marc import (
    ControlField,
    DataField,
    Dialect,
    Encoding,
    MarcError,
    Reason,
    Record,
    content_hash,
    decode,
    decode_record,
    decode_with_texts,
    encode,
    from_storage,
    to_storage,
)

LEADER = "00000nam0 2200000   450 "
BOOK = Record(
    LEADER,
    (
        ControlField("001", "012016000001"),
        ControlField("005", "20260101120000.0"),
        DataField("200", "1", " ", (("a", "朱镕基讲话实录"), ("9", "zhu rong ji jiang hua shi lu"))),
        DataField("461", " ", "0", (("1", "2001 "), ("a", "示例丛书"))),
        DataField("905", " ", " ", (("a", "XYXTSG"), ("b", "01000001"))),
    ),
)

# U+3400 and U+20000 take four bytes in GB18030; 亅 (81 7C) has the bar as its second byte in GBK.
TEXT = st.text(
    st.one_of(
        st.characters(min_codepoint=0x20, max_codepoint=0x7E),
        st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5),
        st.sampled_from("㐀𠀀𪚥亅·—“”éḿ\u0301\n\t|#$"),
    ),
    max_size=30,
)
CODES = st.sampled_from("abcdefghxyz0149A ")
INDICATORS = st.sampled_from(" 0123#")
CONTROL = st.builds(ControlField, st.sampled_from(["001", "003", "005", "008"]), TEXT)
DATA = st.builds(
    DataField,
    st.sampled_from(["010", "100", "200", "245", "461", "905", "LKR"]),
    INDICATORS,
    INDICATORS,
    st.lists(st.tuples(CODES, TEXT), max_size=6).map(tuple),
)
RECORDS = st.builds(Record, st.just(LEADER), st.lists(CONTROL | DATA, max_size=12).map(tuple))


@pytest.mark.parametrize("encoding", [Encoding.UTF8, Encoding.GB18030])
@given(record=RECORDS)
def test_a_record_comes_back_the_same_from_each_encoding(encoding: Encoding, record: Record) -> None:
    raw = encode(record, encoding=encoding)

    back = decode(raw, encoding=encoding)

    assert back == record
    assert int(raw[:5]) == len(raw)


@given(record=RECORDS)
def test_a_record_comes_back_the_same_from_storage(record: Record) -> None:
    stored = to_storage(record)

    back = from_storage(stored)

    assert back == record


@given(body=st.binary(max_size=60), directory=st.text("0123456789a", max_size=36))
def test_decoding_any_bytes_gives_a_record_or_a_marc_error(body: bytes, directory: str) -> None:
    raw = LEADER.encode() + directory.encode() + b"\x1e" + body + b"\x1d"

    try:
        record = decode(raw, encoding=Encoding.UTF8)
    except MarcError:
        record = BOOK

    assert from_storage(to_storage(record)) == record


@given(body=st.binary(max_size=60), directory=st.text("0123456789a", max_size=36))
@example(body=b"", directory="")
@example(body=b"12\x1fa\xe4\xb9\xa6\x1f\x1e", directory="200000800000")
def test_what_was_just_decoded_is_stored_and_told_apart_by_the_texts_it_came_with(body: bytes, directory: str) -> None:
    raw = LEADER.encode() + directory.encode() + b"\x1e" + body + b"\x1d"
    try:
        record, texts = decode_with_texts(raw, encoding=Encoding.UTF8)
    except MarcError:
        record, texts = decode_with_texts(encode(BOOK, encoding=Encoding.GB18030), encoding=Encoding.GB18030)

    assert to_storage(record, texts=texts) == to_storage(record)
    assert content_hash(record, texts=texts) == content_hash(record)


def test_pymarc_reads_what_is_written_in_gb18030() -> None:
    raw = encode(BOOK, encoding=Encoding.GB18030)

    (peer,) = MARCReader(raw, file_encoding="gb18030")

    assert peer is not None
    assert peer["200"]["a"] == "朱镕基讲话实录"
    assert [field.tag for field in peer.fields] == ["001", "005", "200", "461", "905"]


def test_a_gbk_trail_byte_that_looks_like_a_bar_stays_part_of_its_character() -> None:
    record = Record(LEADER, (DataField("200", "1", " ", (("a", "中华亅图书馆"),)),))

    raw = encode(record, encoding=Encoding.GB18030)

    assert b"\x81\x7c" in raw
    assert decode(raw, encoding=Encoding.GB18030) == record


def test_leader_nine_says_utf8_for_marc21_and_nothing_for_cnmarc() -> None:
    marc21 = encode(BOOK, encoding=Encoding.UTF8, dialect=Dialect.MARC21)
    cnmarc = encode(BOOK, encoding=Encoding.UTF8, dialect=Dialect.CNMARC)
    gb18030 = encode(
        BOOK._replace(leader="00000nam a2200000   450 "), encoding=Encoding.GB18030, dialect=Dialect.MARC21
    )

    assert marc21[9:10] == b"a"
    assert cnmarc[9:10] == b" "
    assert gb18030[9:10] == b" "


def raw_record(*fields: tuple[str, bytes], leader: bytes = LEADER.encode()) -> bytes:
    """A record whose directory gives every length and offset as zero."""
    directory = "".join(f"{tag}000000000" for tag, _ in fields).encode()
    return leader + directory + b"\x1e" + b"".join(data + b"\x1e" for _, data in fields) + b"\x1d"


def test_fields_are_found_by_their_terminators_when_the_directory_lies() -> None:
    raw = raw_record(("001", b"1"), ("200", b"1 \x1faTitle"), ("300", b"  \x1faNote"))

    record = decode(raw, encoding=Encoding.ASCII)

    assert record.fields == (
        ControlField("001", "1"),
        DataField("200", "1", " ", (("a", "Title"),)),
        DataField("300", " ", " ", (("a", "Note"),)),
    )


def test_fields_come_in_the_order_of_the_directory() -> None:
    directory = b"200000900002001000200000"
    raw = LEADER.encode() + directory + b"\x1e" + b"1\x1e" + b"1 \x1faBook\x1e" + b"\x1d"

    record = decode(raw, encoding=Encoding.ASCII)

    assert [field.tag for field in record.fields] == ["200", "001"]


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (b"", DataField("300", "", "", ())),
        (b"  ", DataField("300", " ", " ", ())),
        (b"\x1faNo indicators", DataField("300", "", "", (("a", "No indicators"),))),
        (b"1\x1faOne", DataField("300", "1", "", (("a", "One"),))),
        (b"  loose\x1faText", DataField("300", " ", " ", (("", "loose"), ("a", "Text")))),
        (b"  \x1f\x1faText\x1f", DataField("300", " ", " ", (("", ""), ("a", "Text"), ("", "")))),
        (b"  \x1f blank code", DataField("300", " ", " ", ((" ", "blank code"),))),
        (b"  \x1fa", DataField("300", " ", " ", (("a", ""),))),
    ],
)
def test_odd_fields_survive_both_ways(data: bytes, field: DataField) -> None:
    raw = raw_record(("300", data))

    record = decode(raw, encoding=Encoding.ASCII)

    assert record.fields == (field,)
    assert from_storage(to_storage(record)) == record


def test_a_repeated_control_number_and_a_tag_of_letters_survive() -> None:
    raw = raw_record(("001", b"1"), ("001", b"2"), ("LKR", b"  \x1faUP"))

    record = decode(raw, encoding=Encoding.ASCII)

    assert record.fields[:2] == (ControlField("001", "1"), ControlField("001", "2"))
    assert record.fields[2].tag == "LKR"


@pytest.mark.parametrize(
    ("raw", "reason", "tag"),
    [
        (b"no record", Reason.BAD_DIRECTORY, ""),
        (raw_record(("2 0", b"x")), Reason.BAD_TAG, ""),
        (raw_record(("200", b"1 \x1fa\xe5\x9b")), Reason.UNDECODABLE, "200"),
        (raw_record(("200", b"x\x1ey")), Reason.BAD_DIRECTORY, ""),
        (raw_record(("200", b"x\x1dy")), Reason.STRAY_TERMINATOR, ""),
        (raw_record(("200", b"x"), leader=b"\x00" * 24), Reason.BAD_LEADER, ""),
        (LEADER.encode() + b"\x1elost data\x1e\x1d", Reason.BAD_DIRECTORY, ""),
    ],
)
def test_what_cannot_be_read_says_why_and_where(raw: bytes, reason: Reason, tag: str) -> None:
    with pytest.raises(MarcError) as caught:
        decode(raw, encoding=Encoding.UTF8)

    assert (caught.value.reason, caught.value.tag) == (reason, tag)


def one_field(*subfields: tuple[str, str], tag: str = "300", ind1: str = " ") -> Record:
    return Record(LEADER, (DataField(tag, ind1, " ", subfields),))


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (one_field(("a", "x" * 9_996)), Reason.FIELD_TOO_LONG),
        (Record(LEADER, one_field(("a", "x" * 9_000)).fields * 12), Reason.RECORD_TOO_LONG),
        (one_field(("a", "x\x1ey")), Reason.STRAY_TERMINATOR),
        (one_field(("a", "x\x1fy")), Reason.BAD_SUBFIELD),
        (one_field(("ab", "x")), Reason.BAD_SUBFIELD),
        (one_field(("a", "x"), ("", "loose")), Reason.BAD_SUBFIELD),
        (one_field(("a", "x"), tag="30"), Reason.BAD_TAG),
        (one_field(("a", "x"), ind1="12"), Reason.BAD_INDICATOR),
        (one_field(("a", "\ud800")), Reason.UNENCODABLE),
        (Record("short", ()), Reason.BAD_LEADER),
        (Record(LEADER, (ControlField("300", "x"),)), Reason.BAD_SUBFIELD),
    ],
)
def test_what_iso_2709_cannot_carry_is_refused(record: Record, reason: Reason) -> None:
    with pytest.raises(MarcError) as caught:
        encode(record, encoding=Encoding.UTF8)

    assert caught.value.reason is reason


def test_storage_keeps_a_record_longer_than_iso_2709_can_name() -> None:
    long = one_field(("a", "长" * 20_000))
    record = Record(LEADER, (ControlField("001", "1"), *long.fields * 3, ControlField("009", "end")))

    stored = to_storage(record)

    assert len(stored) > 180_000
    assert from_storage(stored) == record


def test_the_hash_ignores_lengths_encoding_flag_and_time_stamp_but_not_content() -> None:
    other_time = BOOK._replace(
        leader="01234nam0a2200567   450 ",
        fields=(BOOK.fields[0], ControlField("005", "20270101000000.0"), *BOOK.fields[2:]),
    )
    other_title = BOOK._replace(fields=BOOK.fields[:-1])

    assert content_hash(other_time) == content_hash(BOOK)
    assert content_hash(other_title) != content_hash(BOOK)
    assert content_hash(BOOK._replace(leader="00000nas0 2200000   450 ")) != content_hash(BOOK)
    # Stored with every record: were it another, each would count as changed.
    assert content_hash(BOOK) == "ccf8f7853083744061673113d380f2bbc71503c67f13c403c69cd3d86535ec72"


def test_the_same_record_in_two_encodings_has_one_hash() -> None:
    utf8 = decode_record(encode(BOOK, encoding=Encoding.UTF8)).record
    gb18030 = decode_record(encode(BOOK, encoding=Encoding.GB18030)).record

    assert content_hash(utf8) == content_hash(gb18030)
