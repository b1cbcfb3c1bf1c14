"""Headings: names out of statements, what two headings have in common that are one, headings of records rewritten."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.kernel.headings import (
    AuthorityRecord,
    Heading,
    HeadingKind,
    Person,
    authority_in,
    headings_of,
    is_body,
    key_of,
    name_of,
    persons_of,
    plain_dates,
    with_heading,
)
from wenyuan.kernel.marc import ControlField, DataField, Dialect, Field, Record, from_text, to_text

PERSON, BODY, TOPIC = HeadingKind.PERSON, HeadingKind.BODY, HeadingKind.TOPIC


@pytest.mark.parametrize(
    ("statement", "persons"),
    [
        ("（英）J·K·罗琳 著", [Person("J·K·罗琳", "著", nationality="英")]),
        ("[英]J.K.罗琳著 ; 苏农译", [Person("J.K.罗琳", "著", nationality="英"), Person("苏农", "译")]),
        ("(清)曹雪芹, (清)高鹗著", [Person("曹雪芹", "著", dynasty="清"), Person("高鹗", "著", dynasty="清")]),
        ("清·曹雪芹著", [Person("曹雪芹", "著", dynasty="清")]),
        ("鲁迅(1881-1936)著", [Person("鲁迅", "著", dates="1881-1936")]),
        ("(英)莎士比亚(1564—1616)著", [Person("莎士比亚", "著", nationality="英", dates="1564-1616")]),
        (
            "(美)欧内斯特·海明威(Ernest Hemingway, 1899-1961)著",
            [Person("欧内斯特·海明威", "著", nationality="美", dates="1899-1961", original="Ernest Hemingway")],
        ),
        ("(英, 1965-)罗琳著", [Person("罗琳", "著", nationality="英", dates="1965-")]),
        ("（法国）加缪（Albert Camus）著", [Person("加缪", "著", nationality="法国", original="Albert Camus")]),
        ("金·凯瑞著", [Person("金·凯瑞", "著")]),
        ("几米绘", [Person("几米", "绘")]),
        ("余华主编", [Person("余华", "主编")]),
        ("", []),
    ],
)
def test_a_statement_names_persons_and_what_stands_in_brackets_is_no_part_of_them(
    statement: str, persons: list[Person]
) -> None:
    assert list(persons_of(statement)) == persons


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("(清)曹雪芹", Person("曹雪芹", dynasty="清")),
        ("余华(1960- )", Person("余华", dates="1960-")),
        ("余华 著", Person("余华")),
        ("Rowling, J. K.", Person("Rowling, J. K.")),
        ("(英) J·K·罗琳 (Rowling, J.K.)", Person("J·K·罗琳", nationality="英", original="Rowling, J.K.")),
        ("[佚名]", Person("佚名")),
        ("欧阳山", Person("欧阳山")),
    ],
)
def test_a_field_may_hold_brackets_and_a_role_beside_the_name(text: str, person: Person) -> None:
    assert name_of(text) == person


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("1881-1936", "1881-1936"),
        ("（１８８１—１９３６）", "1881-1936"),
        ("1960- ", "1960-"),
        ("1960年-", "1960-"),
        ("1960年生", "1960-"),
        ("b. 1960", "1960-"),
        ("约1715~约1763", "约1715-约1763"),
        ("公元前551-前479", "前551-前479"),
        ("?-1763", "?-1763"),
        ("-1763", "-1763"),
        ("清", ""),
        ("-", ""),
        ("", ""),
    ],
)
def test_years_are_spelled_alike(text: str, dates: str) -> None:
    assert plain_dates(text) == dates


@pytest.mark.parametrize(
    ("first", "second"),
    [("J·K·罗琳", "J.K.羅琳"), ("Rowling, J. K.", "ROWLING,J.K"), ("陈 伟", "陳偉")],
)
def test_ways_of_writing_do_not_make_another_heading(first: str, second: str) -> None:
    assert key_of(first) == key_of(second)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("中国科学院数学研究所", True),
        ("县志编纂委员会", True),
        ("中共中央宣传部", True),
        ("江苏省水利厅", True),
        ("张学会", False),
        ("刘学院", False),
        ("余华", False),
        ("寺山修司", False),
        ("高桥健司", False),
        ("长曾我部", False),
    ],
)
def test_a_body_is_known_by_its_last_word(name: str, expected: bool) -> None:
    assert is_body(name) is expected


CNMARC = """LDR 00000nam0 2200000   450
200 1# $a活着$f余华著
225 2# $a当代名家文库
410 #0 $12001 $a长篇小说书系
500 10 $a红楼梦
600 #0 $a余华$f1960-$x文学研究
606 0# $a长篇小说$x小说研究$y中国$z当代
607 ## $a中国
701 #0 $a余华$9yu hua$f1960-$4著
701 #1 $a(英)罗琳$bJ·K·$4著
712 02 $a北京大学$b图书馆$4编
"""
MARC21 = """LDR 00000nam a2200000 i 4500
100 1# $aRowling, J. K.,$d1965-$eauthor.
245 10 $aHarry Potter /$cJ.K. Rowling.
490 1# $aWizard books ;$v1
650 #0 $aMagic$vFiction.
710 2# $aPeking University.$bLibrary.
"""


def _read(text: str) -> Record:
    return from_text(text.replace("   450\n", "   450 \n"))


def test_headings_of_a_cnmarc_record_are_read_by_their_fields() -> None:
    assert headings_of(_read(CNMARC), Dialect.CNMARC) == (
        Heading(HeadingKind.SERIES, "当代名家文库"),
        Heading(HeadingKind.SERIES, "长篇小说书系"),
        Heading(HeadingKind.TITLE, "红楼梦"),
        Heading(PERSON, "余华", "1960-"),
        Heading(TOPIC, "长篇小说"),
        Heading(HeadingKind.PLACE, "中国"),
        Heading(PERSON, "罗琳, J·K·"),
        Heading(BODY, "北京大学. 图书馆"),
    )


def test_headings_of_a_marc_21_record_have_no_end_marks() -> None:
    assert headings_of(_read(MARC21), Dialect.MARC21) == (
        Heading(PERSON, "Rowling, J. K.", "1965-"),
        Heading(HeadingKind.SERIES, "Wizard books"),
        Heading(TOPIC, "Magic"),
        Heading(BODY, "Peking University. Library"),
    )


def test_a_record_without_headings_of_names_gives_those_of_its_statement() -> None:
    record = _read("LDR 00000nam0 2200000   450\n200 1# $a活着$f（英）J·K·罗琳 著$g人民文学出版社编\n606 0# $a小说\n")

    assert headings_of(record, Dialect.CNMARC) == (
        Heading(TOPIC, "小说"),
        Heading(PERSON, "J·K·罗琳", is_stated=True),
        Heading(BODY, "人民文学出版社", is_stated=True),
    )


@pytest.mark.parametrize(
    ("dialect", "before", "former", "heading", "after"),
    [
        (
            Dialect.CNMARC,
            "701 #0 $a余华$9yu hua$f1960-$4著",
            Heading(PERSON, "余华", "1960-"),
            Heading(PERSON, "余秋雨", "1946-"),
            "701 #0 $a余秋雨$9yu qiu yu$f1946-$4著",
        ),
        (
            Dialect.CNMARC,
            "701 #0 $a余华$4著$3A1",
            Heading(PERSON, "余华"),
            Heading(PERSON, "余华", "1960-"),
            "701 #0 $a余华$f1960-$4著$3A1",
        ),
        (
            Dialect.CNMARC,
            "701 #1 $a(英)J·K·罗琳(1965-)$4著",
            Heading(PERSON, "J·K·罗琳", "1965-"),
            Heading(PERSON, "J. K. 罗琳", "1965-"),
            "701 #1 $a(英)J. K. 罗琳$f1965-$4著",
        ),
        (
            Dialect.CNMARC,
            "701 #1 $a罗琳$bJ·K·$c(英)$4著",
            Heading(PERSON, "罗琳, J·K·"),
            Heading(PERSON, "罗琳, J. K.", "1965-"),
            "701 #1 $a罗琳$bJ. K.$f1965-$c(英)$4著",
        ),
        (
            Dialect.CNMARC,
            "606 0# $a计算机$x应用$a重复",
            Heading(TOPIC, "计算机"),
            Heading(TOPIC, "电子计算机"),
            "606 0# $a电子计算机$x应用$a重复",
        ),
        (
            Dialect.CNMARC,
            "410 #0 $12001 $a旧丛书$v3",
            Heading(HeadingKind.SERIES, "旧丛书"),
            Heading(HeadingKind.SERIES, "新丛书"),
            "410 #0 $12001 $a新丛书$v3",
        ),
        (
            Dialect.CNMARC,
            "711 02 $a北京大学$b图书馆$4编",
            Heading(BODY, "北京大学. 图书馆"),
            Heading(BODY, "北京大学图书馆"),
            "711 02 $a北京大学图书馆$4编",
        ),
        (
            Dialect.MARC21,
            "100 1# $aRowling, J. K.,$eauthor.",
            Heading(PERSON, "Rowling, J. K."),
            Heading(PERSON, "Rowling, Joanne", "1965-"),
            "100 1# $aRowling, Joanne,$d1965-,$eauthor.",
        ),
        (
            Dialect.MARC21,
            "650 #0 $aMagic.",
            Heading(TOPIC, "Magic"),
            Heading(TOPIC, "Witchcraft"),
            "650 #0 $aWitchcraft.",
        ),
        (
            Dialect.MARC21,
            "710 2# $aPeking University.$bLibrary.",
            Heading(BODY, "Peking University. Library"),
            Heading(BODY, "Beijing University. Library"),
            "710 2# $aBeijing University.$bLibrary.",
        ),
        (
            Dialect.MARC21,
            "110 2# $aUnited States Army.",
            Heading(BODY, "United States Army"),
            Heading(BODY, "U.S. Army"),
            "110 2# $aU.S. Army.",
        ),
        (
            Dialect.CNMARC,
            "711 02 $a圣玛丽医院$4编",
            Heading(BODY, "圣玛丽医院"),
            Heading(BODY, "St. Marys Hospital"),
            "711 02 $aSt. Marys Hospital$4编",
        ),
        (
            Dialect.MARC21,
            "110 2# $aU.S. Army.$bCorps.",
            Heading(BODY, "U.S. Army. Corps"),
            Heading(BODY, "U.S. Army. Corps of Engineers"),
            "110 2# $aU.S. Army.$bCorps of Engineers.",
        ),
        (
            Dialect.MARC21,
            "110 2# $aUnited States.$bArmy.$bCorps.",
            Heading(BODY, "United States. Army. Corps"),
            Heading(BODY, "U.S. Army. Corps"),
            "110 2# $aU.S.$bArmy.$bCorps.",
        ),
        (
            Dialect.MARC21,
            "100 1# $aRowling, J. K.$q(Joanne K.),$d1965-$eauthor.",
            Heading(PERSON, "Rowling, J. K.", "1965-"),
            Heading(PERSON, "Rowling, Jo", "1965-"),
            "100 1# $aRowling, Jo$q(Joanne K.),$d1965-$eauthor.",
        ),
        (
            Dialect.MARC21,
            "100 0# $aJohn Paul$bII,$cPope,$d1920-2005.",
            Heading(PERSON, "John Paul II", "1920-2005"),
            Heading(PERSON, "Johannes Paulus II", "1920-2005"),
            "100 0# $aJohannes Paulus$bII,$cPope,$d1920-2005.",
        ),
        (
            Dialect.CNMARC,
            "701 #1 $aJ·K·罗琳$4著",
            Heading(PERSON, "J·K·罗琳"),
            Heading(PERSON, "罗琳, J·K·"),
            "701 #1 $a罗琳$bJ·K·$4著",
        ),
        (
            Dialect.CNMARC,
            "701 #1 $aRowling, J. K.$4著",
            Heading(PERSON, "Rowling, J. K."),
            Heading(PERSON, "Rowling, Joanne"),
            "701 #1 $aRowling, Joanne$4著",
        ),
    ],
)
def test_another_heading_is_written_where_the_former_one_stands(
    dialect: Dialect, before: str, former: Heading, heading: Heading, after: str
) -> None:
    record = _read(f"LDR 00000nam0 2200000   450\n{before}\n")

    written = with_heading(record, dialect, former=former, heading=heading)

    assert to_text(written).splitlines()[1:] == [after]
    assert headings_of(written, dialect) == (heading,)


NAMES = st.text("余华鲁迅罗琳AbK·. ,-(1960)", max_size=12)
FIELDS = st.lists(
    st.tuples(
        st.sampled_from(["701", "702", "600", "711", "606", "225", "410", "690", "330"]),
        st.lists(st.tuples(st.sampled_from("abf49x1"), NAMES), min_size=1, max_size=5),
    ),
    max_size=5,
)


@given(FIELDS, NAMES.filter(lambda name: bool(key_of(name_of(name).name))))
def test_fields_that_hold_other_headings_stay_to_the_character(
    fields: list[tuple[str, list[tuple[str, str]]]], name: str
) -> None:
    record = Record(
        "00000nam0 2200000   450 ", tuple(DataField(tag, " ", "0", tuple(subfields)) for tag, subfields in fields)
    )
    former = next((one for one in headings_of(record, Dialect.CNMARC) if not one.is_stated), None)
    if former is None:
        return
    heading = Heading(former.kind, name_of(name).name)

    written = with_heading(record, Dialect.CNMARC, former=former, heading=heading)

    others = [one for one in headings_of(record, Dialect.CNMARC) if one.form != former.form]
    assert {one.form for one in others} <= {one.form for one in headings_of(written, Dialect.CNMARC)}
    assert [field.tag for field in written.fields] == [field.tag for field in record.fields]
    assert [_beside_the_name(field) for field in record.fields] == list(map(_beside_the_name, written.fields))


def _beside_the_name(field: Field) -> list[str]:
    assert not isinstance(field, ControlField)
    return [code for code, _value in field.subfields if code not in "abf"]


@given(st.text(max_size=40))
def test_no_text_is_too_odd_to_be_read(text: str) -> None:
    for person in (*persons_of(text), name_of(text)):
        assert name_of(person.name).name == person.name or not key_of(person.name)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            (
                "200 #0 $a鲁迅$c(中国)$f1881-1936\n300 0# $a原名周树人\n400 #0 $a周树人$f1881-1936\n"
                "400 #0 $a魯 迅$f1881-1936\n410 02 $a某社\n500 #0 $a许广平\n810 ## $a中国大百科全书"
            ),
            AuthorityRecord(
                Heading(PERSON, "鲁迅", "1881-1936"),
                (Heading(PERSON, "周树人", "1881-1936"),),
                (Heading(PERSON, "许广平"),),
                nationality="中国",
                note="原名周树人",
                source="中国大百科全书",
            ),
        ),
        ("200 #0 $a曹雪芹$c清", AuthorityRecord(Heading(PERSON, "曹雪芹"), dynasty="清")),
        (
            "250 ## $a电子计算机\n450 ## $a电脑\n450 ## $a计算机$x应用",
            AuthorityRecord(Heading(TOPIC, "电子计算机"), (Heading(TOPIC, "电脑"),)),
        ),
        (
            "100 1# $aRowling, J. K.,$d1965-\n400 1# $aGalbraith, Robert,$d1965-\n670 ## $aHer Harry Potter, 1997",
            AuthorityRecord(
                Heading(PERSON, "Rowling, J. K.", "1965-"),
                (Heading(PERSON, "Galbraith, Robert", "1965-"),),
                source="Her Harry Potter, 1997",
            ),
        ),
        ("151 ## $aBeijing (China)", AuthorityRecord(Heading(HeadingKind.PLACE, "Beijing (China)"))),
        ("250 ## $a小说$x研究", None),
        ("100 1# $aShakespeare, William.$tHamlet\n400 1# $aShakespeare, William.$tThe tragedy", None),
        ("300 ## $a附注", None),
    ],
)
def test_an_authority_record_says_a_heading_and_what_leads_to_it(text: str, expected: AuthorityRecord | None) -> None:
    assert authority_in(_read(f"LDR 00000nx  a2200000   45  \n{text}\n")) == expected
