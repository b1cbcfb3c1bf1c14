"""What the catalogue learns from a record in each dialect."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.kernel.marc import (
    Audience,
    ClassNumber,
    ClassScheme,
    Contribution,
    ControlField,
    DataField,
    Dialect,
    DocumentKind,
    Record,
    Volume,
    describe,
)


def field(spec: str) -> ControlField | DataField:
    """``200 1_ $aTitle$fName`` or ``001 data``; ``_`` is a blank indicator."""
    tag, rest = spec.split(" ", 1)
    if tag < "010":
        return ControlField(tag, rest)
    indicators, *subfields = rest.split("$")
    ind1, ind2 = indicators[0], indicators[1]
    return DataField(
        tag, ind1.replace("_", " "), ind2.replace("_", " "), tuple((text[0], text[1:]) for text in subfields)
    )


def record(*specs: str, leader: str = "00000nam0 2200000   450 ") -> Record:
    return Record(leader, tuple(map(field, specs)))


def test_a_cnmarc_book_in_a_set_is_described() -> None:
    found = describe(
        record(
            "001 012026000002",
            "010 __ $a978-7-02-000000-5$b精装$dCNY58.00",
            "010 __ $z978-7-02-000000-6",
            "100 __ $a20260101d2025    ekmy0chiy50      ea",
            "101 1_ $achi$ceng",
            "200 1_ $a测试小说$9ce shi xiao shuo$eA 部$d= Test novel$h第二册$i归来$f(英)约翰·史密斯著$g张三译",
            "205 __ $a第2版",
            "210 __ $a北京$c示例出版社$d2026.8",
            "215 __ $a320页$c图$d21cm$e光盘1片",
            "225 2_ $a示例译丛$v3",
            "330 __ $a提要一。",
            "461 _0 $12001 $a另一丛书",
            "510 1_ $aA test novel$zeng",
            "517 1_ $a测试",
            "606 0_ $a长篇小说$y英国$z现代",
            "610 0_ $a归来$a英国文学",
            "690 __ $aI561.45$v5",
            "692 __ $a44.5",
            "701 _1 $a史密斯$bJ.$9shi mi si$4著",
            "702 _0 $a张三$9zhang san$4译",
            "712 02 $a示例编辑部$4编",
            "801 _2 $aCN$bOTHER",
            "801 _0 $aCN$bXYXTSG$c20260101",
        ),
        dialect=Dialect.CNMARC,
    )

    assert found.title == "测试小说"
    assert found.title_pinyin == "ce shi xiao shuo"
    assert found.other_title_info == ("A 部",)
    assert found.parallel_titles == ("Test novel", "A test novel")
    assert found.volume == Volume(number="第二册", title="归来", designation="")
    assert found.statement == "(英)约翰·史密斯著; 张三译"
    assert found.authors == (
        Contribution(name="史密斯, J.", role="著", pinyin="shi mi si"),
        Contribution(name="张三", role="译", pinyin="zhang san"),
        Contribution(name="示例编辑部", role="编", pinyin=None),
    )
    assert (found.place, found.publisher, found.year) == ("北京", "示例出版社", 2026)
    assert (found.edition, found.extent, found.language) == ("第2版", "320页 : 图 ; 21cm + 光盘1片", "chi")
    assert (found.isbns, found.wrong_isbns) == (("978-7-02-000000-5",), ("978-7-02-000000-6",))
    assert found.price_text == "CNY58.00"
    assert found.class_numbers == (
        ClassNumber("I561.45", "5", ClassScheme.CLC),
        ClassNumber("44.5", "", ClassScheme.LCSAS),
    )
    assert found.subjects == ("长篇小说--英国--现代",)
    assert found.keywords == ("归来", "英国文学")
    assert (found.summary, found.series) == ("提要一。", ("示例译丛 ; 3",))
    assert (found.document_kind, found.audience) == (DocumentKind.BOOK, Audience.ADULT)
    assert (found.control_number, found.agency) == ("012026000002", "XYXTSG")
    assert found.other_titles == ("测试",)


def test_a_cnmarc_serial_gives_issn_and_unified_number() -> None:
    found = describe(
        record(
            "011 __ $a0000-0019$dCNY15.00",
            "091 __ $aCN11-0001/G2",
            "200 1_ $a示例期刊$Ashi li qi kan",
            "210 __ $a北京$d[２０２６]-",
            leader="00000nas0 2200000   450 ",
        ),
        dialect=Dialect.CNMARC,
    )

    assert found.document_kind is DocumentKind.SERIAL
    assert (found.issns, found.unified_numbers) == (("0000-0019",), ("CN11-0001/G2",))
    assert (found.year, found.price_text, found.title_pinyin) == (2026, "CNY15.00", "shi li qi kan")


def test_a_series_is_taken_from_an_embedded_field_where_none_is_stated() -> None:
    found = describe(
        record("200 1_ $a归来", "461 _0 $1001012345$12001 $a示例译丛$v2$1210  $a北京"), dialect=Dialect.CNMARC
    )

    assert found.series == ("示例译丛 ; 2",)


@pytest.mark.parametrize(
    ("codes", "audience"),
    [
        ("ekm", Audience.ADULT),
        ("em ", Audience.ADULT),
        ("b  ", Audience.JUVENILE),
        ("cd#", Audience.JUVENILE),
        ("de ", Audience.JUVENILE),
        ("e  ", Audience.GENERAL),
        ("dm ", Audience.GENERAL),
        ("u  ", Audience.UNKNOWN),
        ("   ", Audience.UNKNOWN),
    ],
)
def test_the_audience_of_cnmarc_follows_100(codes: str, audience: Audience) -> None:
    coded = f"20260101d2025    {codes}y0chiy50      ea"

    found = describe(record(f"100 __ $a{coded}"), dialect=Dialect.CNMARC)

    assert found.audience is audience
    assert found.year == 2025


def test_a_marc21_book_is_described_without_its_isbd_punctuation() -> None:
    found = describe(
        record(
            "001 ocm1",
            "003 OCoLC",
            "008 000107s2000    nyua   j b    001 0 eng  ",
            "020 __ $a047138314X (paper) :$c$39.99",
            "022 __ $a1234-5679",
            "050 00 $aQA76.9$bT48",
            "082 00 $a005.2/762$221",
            "084 __ $aTP312PY$2clc5",
            "100 1_ $aMartinsson, Tobias,$d1976-$eauthor.",
            "245 10 $aActivePerl with ASP and ADO :$ba guide = Ein Führer /$cTobias Martinsson.",
            "246 31 $aParallel title.",
            "246 30 $aASP and ADO",
            "250 __ $a2nd ed.",
            "264 _4 $c©1999",
            "264 _1 $aNew York :$bJohn Wiley & Sons,$c[2000]",
            "300 __ $axxi, 289 p. :$bill. ;$c23 cm.",
            "490 1_ $aProgrammer's library ;$vv. 3",
            "520 __ $aA summary.",
            "650 _0 $aPerl (Computer program language)$vHandbooks.",
            "653 __ $aASP",
            "700 1_ $aSmith, J.$4edt",
            "710 2_ $aLibrary.$bBranch.",
            "880 10 $6245-01/$1$a程序设计 /",
            leader="00000cam  2200000 a 4500",
        ),
        dialect=Dialect.MARC21,
    )

    assert found.title == "ActivePerl with ASP and ADO"
    assert found.other_title_info == ("a guide",)
    assert found.parallel_titles == ("Ein Führer", "Parallel title")
    assert found.statement == "Tobias Martinsson"
    assert found.authors == (
        Contribution("Martinsson, Tobias", "author", None),
        Contribution("Smith, J.", "edt", None),
        Contribution("Library. Branch", "", None),
    )
    assert (found.place, found.publisher, found.year) == ("New York", "John Wiley & Sons", 2000)
    assert (found.edition, found.extent, found.language) == ("2nd ed", "xxi, 289 p. : ill. ; 23 cm", "eng")
    assert (found.isbns, found.issns) == (("047138314X (paper)",), ("1234-5679",))
    assert found.class_numbers == (
        ClassNumber("TP312PY", "5", ClassScheme.CLC),
        ClassNumber("QA76.9", "", ClassScheme.LCC),
        ClassNumber("005.2/762", "21", ClassScheme.DDC),
    )
    assert found.subjects == ("Perl (Computer program language)--Handbooks",)
    assert (found.keywords, found.summary) == (("ASP",), "A summary.")
    assert found.series == ("Programmer's library ; v. 3",)
    assert (found.document_kind, found.audience) == (DocumentKind.BOOK, Audience.JUVENILE)
    assert (found.control_number, found.agency) == ("ocm1", "OCoLC")
    assert found.other_titles == ("ASP and ADO", "程序设计")


@pytest.mark.parametrize(
    ("leader", "dialect", "kind"),
    [
        ("00000nlm0 2200000   450 ", Dialect.CNMARC, DocumentKind.ELECTRONIC),
        ("00000nmm0 2200000   450 ", Dialect.CNMARC, DocumentKind.KIT),
        ("00000nvm0 2200000   450 ", Dialect.CNMARC, DocumentKind.RARE),
        ("00000num0 2200000   450 ", Dialect.CNMARC, DocumentKind.RUBBING),
        ("00000nmm  2200000 a 4500", Dialect.MARC21, DocumentKind.ELECTRONIC),
        ("00000ntm  2200000 a 4500", Dialect.MARC21, DocumentKind.MANUSCRIPT),
        ("00000nom  2200000 a 4500", Dialect.MARC21, DocumentKind.KIT),
        ("00000ngm  2200000 a 4500", Dialect.MARC21, DocumentKind.VIDEO),
        ("00000njm  2200000 a 4500", Dialect.MARC21, DocumentKind.AUDIO),
        ("00000nas  2200000 a 4500", Dialect.MARC21, DocumentKind.SERIAL),
        ("00000n?m  2200000 a 4500", Dialect.MARC21, DocumentKind.OTHER),
    ],
)
def test_the_document_kind_follows_the_leader(leader: str, dialect: Dialect, kind: DocumentKind) -> None:
    assert describe(Record(leader, ()), dialect=dialect).document_kind is kind


TAGS = st.sampled_from(
    [
        "001",
        "008",
        "010",
        "020",
        "084",
        "100",
        "200",
        "210",
        "215",
        "225",
        "245",
        "246",
        "260",
        "461",
        "606",
        "690",
        "701",
        "801",
        "880",
    ]
)
ODD_FIELDS = st.one_of(
    st.builds(ControlField, TAGS, st.text(max_size=12)),
    st.builds(
        DataField,
        TAGS,
        st.text(max_size=1),
        st.text(max_size=1),
        st.lists(st.tuples(st.sampled_from(["", " ", *"abcdefhi1269"]), st.text(max_size=8)), max_size=4).map(tuple),
    ),
)


@given(fields=st.lists(ODD_FIELDS, max_size=10), leader=st.text(max_size=24))
@pytest.mark.parametrize("dialect", list(Dialect))
def test_odd_records_are_described_without_an_error(
    dialect: Dialect, fields: list[ControlField | DataField], leader: str
) -> None:
    found = describe(Record(leader, tuple(fields)), dialect=dialect)

    assert found.title == found.title.strip()
    assert found.year is None or 1000 <= found.year <= 2099
