"""Encoding and dialect are found out from the bytes, and nothing is decoded lossily."""

import pytest

from wenyuan.kernel.marc import (
    ControlField,
    DataField,
    Dialect,
    Encoding,
    FileProfile,
    MarcError,
    Reason,
    Record,
    decode_record,
    describe,
    detect_dialect,
    detect_encoding,
    encode,
    profile_file,
)
from wenyuan.kernel.marc.marc8 import decode_marc8

CNMARC_LEADER = "00000nam0 2200000   450 "
MARC21_LEADER = "00000nam  2200000 a 4500"


def cnmarc(title: str, *, codec: Encoding = Encoding.GB18030) -> bytes:
    fields = (ControlField("001", "1"), DataField("200", "1", " ", (("a", title),)), DataField("690", " ", " ", ()))
    return encode(Record(CNMARC_LEADER, fields), encoding=codec)


def marc21(title: bytes) -> bytes:
    """A MARC 21 record around a title in whatever bytes."""
    body = b"1\x1e" + b"00\x1fa" + title + b"\x1e"
    directory = b"001000200000" + f"245{len(body) - 2:04d}00002".encode()
    head = MARC21_LEADER.encode() + directory + b"\x1e"
    return f"{len(head) + len(body) + 1:05d}".encode() + head[5:] + body + b"\x1d"


def profile(encoding: Encoding) -> FileProfile:
    return FileProfile(encoding=encoding, dialect=Dialect.CNMARC, sampled=200)


@pytest.mark.parametrize(
    ("title", "codec", "encoding"),
    [
        ("图书馆行业条码", Encoding.UTF8, Encoding.UTF8),
        ("图书馆行业条码", Encoding.GB18030, Encoding.GB18030),
        ("朱镕基讲话实录", Encoding.GB18030, Encoding.GB18030),
        ("臺灣圖書館學會會報·第一卷", Encoding.GB18030, Encoding.GB18030),
        ("㐀字研究与𠀀字考", Encoding.GB18030, Encoding.GB18030),
        ("联通", Encoding.GB18030, Encoding.GB18030),
        ("Plain title", Encoding.GB18030, Encoding.ASCII),
    ],
)
def test_chinese_records_are_known_by_their_bytes(title: str, codec: Encoding, encoding: Encoding) -> None:
    raw = cnmarc(title, codec=codec)

    decoded = decode_record(raw)

    assert decoded.encoding is encoding
    assert describe(decoded.record, dialect=decoded.dialect).title == title


@pytest.mark.parametrize(
    ("title", "encoding", "text"),
    [
        ("De la solitude à la communauté".encode(), Encoding.UTF8, "De la solitude à la communauté"),
        (b"De la solitude \xe1a la communaut\xe2e", Encoding.MARC8, "De la solitude à la communauté"),
        (b"Ti\xe3\xe2eng Vi\xf2\xe3et", Encoding.MARC8, "Tiếng Việt"),
        (b"Russka\xebi\xeca liter\xb2tura", Encoding.MARC8, "Russkai\ufe20a\ufe21 literøtura"),
        (b"\x1b$1!0d\x1bs and more", Encoding.MARC8, "人 and more"),
        ("中国图书馆史".encode("gb18030"), Encoding.GB18030, "中国图书馆史"),
        ("Война и мир".encode(), Encoding.UTF8, "Война и мир"),
    ],
)
def test_marc21_records_with_a_blank_leader_nine_are_known_by_their_bytes(
    title: bytes, encoding: Encoding, text: str
) -> None:
    decoded = decode_record(marc21(title))

    assert decoded.encoding is encoding
    assert decoded.record.fields[1] == DataField("245", "0", "0", (("a", text),))


@pytest.mark.parametrize(
    "raw",
    [
        marc21(b"Caf\xe9 au lait"),
        marc21("図書館の歴史".encode("utf-16-be").replace(b"\x00", b"\xff")),
        cnmarc("图书馆行业条码", codec=Encoding.UTF8).replace("业".encode(), b"\xe4\xb8", 1),
        cnmarc("X").replace(b"X", b"Caf\xe9 au lait"),
        cnmarc("X").replace(b"X", "台灣圖書館學會的發展與現況".encode("big5")),
    ],
)
def test_bytes_that_fit_no_encoding_are_refused(raw: bytes) -> None:
    with pytest.raises(MarcError) as caught:
        detect_encoding(raw)

    assert caught.value.reason is Reason.UNDECODABLE


def test_the_file_settles_a_record_that_would_pass_as_two_encodings() -> None:
    # C4 A3 is 模 in GB 2312 and ģ in UTF-8.
    raw = cnmarc("X").replace(b"X", b"\xc4\xa3")

    in_gb = detect_encoding(raw, prefer=Encoding.GB18030)
    in_utf8 = detect_encoding(raw, prefer=Encoding.UTF8)

    assert (in_gb, in_utf8) == (Encoding.GB18030, Encoding.UTF8)


def test_a_record_that_contradicts_its_file_goes_by_its_own_bytes() -> None:
    utf8 = decode_record(cnmarc("图书馆", codec=Encoding.UTF8), profile=profile(Encoding.GB18030))
    gb18030 = decode_record(cnmarc("图书馆"), profile=profile(Encoding.UTF8))

    assert (utf8.encoding, gb18030.encoding) == (Encoding.UTF8, Encoding.GB18030)
    assert utf8.record == gb18030.record


def test_the_profile_of_a_file_is_the_majority_of_its_first_records() -> None:
    gb, utf8, plain = cnmarc("图书馆"), cnmarc("图书馆", codec=Encoding.UTF8), cnmarc("Library")

    found = profile_file([plain, plain, plain, gb, utf8, gb, cnmarc("X").replace(b"X", b"\xff\xff")], sample=7)

    assert found == FileProfile(
        encoding=Encoding.GB18030,
        dialect=Dialect.CNMARC,
        sampled=7,
        votes=((Encoding.GB18030, 2), (Encoding.UTF8, 1)),
        undecodable=1,
    )


def test_only_the_sample_of_a_file_is_read() -> None:
    raws = iter([cnmarc("图书馆")] * 5)

    profile_file(raws, sample=3)

    assert len(list(raws)) == 2


def fields(*tags: str) -> Record:
    return Record(CNMARC_LEADER, tuple(DataField(tag, " ", " ", (("a", "x"),)) for tag in tags))


@pytest.mark.parametrize(
    ("record", "dialect"),
    [
        (fields("200", "210"), Dialect.CNMARC),
        (fields("245", "905"), Dialect.MARC21),
        (fields("200", "245", "690", "801"), Dialect.CNMARC),
        (fields("100", "260", "650"), Dialect.MARC21),
        (
            Record(CNMARC_LEADER, (DataField("100", " ", " ", (("a", "20160801d2016    ekmy0chiy50      ea"),)),)),
            Dialect.CNMARC,
        ),
        (fields("300"), Dialect.MARC21),
        (Record(CNMARC_LEADER, ()), Dialect.MARC21),
    ],
)
def test_the_dialect_follows_the_fields_present_and_then_the_default(record: Record, dialect: Dialect) -> None:
    assert detect_dialect(record, default=Dialect.MARC21) is dialect


def test_the_dialect_of_raw_bytes_needs_no_decoding() -> None:
    assert detect_dialect(marc21(b"\xff")) is Dialect.MARC21
    assert detect_dialect(b"broken") is Dialect.CNMARC


@pytest.mark.parametrize("data", [b"\x80", b"trailing \xe2", b"\x1bZ", b"\x1b", b"\x1b$1!0", b"\x1b(", b"\xff"])
def test_marc8_that_means_nothing_is_refused_and_never_blanked(data: bytes) -> None:
    with pytest.raises(MarcError) as caught:
        decode_marc8(data)

    assert caught.value.reason is Reason.UNDECODABLE
