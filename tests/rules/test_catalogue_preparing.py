"""From a MARC record to the columns, numbers and items of the catalogue."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.holdings.catalogue.importing.preparing import Fault, Prepared, prepare, prepare_record
from wenyuan.kernel.marc import (
    KOHA_952,
    ControlField,
    Damaged,
    DataField,
    Dialect,
    Field,
    ItemMapping,
    RawRecord,
    Reason,
    Record,
    from_storage,
    profile_file,
)

LEADER = "00000nam0 2200000   450 "


def cnmarc(*fields: Field, leader: str = LEADER) -> Record:
    return Record(leader, fields)


def data(tag: str, *subfields: str, ind1: str = " ", ind2: str = " ") -> DataField:
    return DataField(tag, ind1, ind2, tuple((text[0], text[1:]) for text in subfields))


def prepared(
    record: Record, *, source: str = "", mapping: ItemMapping | None = None, dialect: Dialect = Dialect.CNMARC
) -> Prepared:
    made = prepare_record(record, dialect=dialect, source=source, mapping=mapping)
    assert isinstance(made, Prepared)
    return made


FULL = cnmarc(
    ControlField("001", " 012004002367 "),
    data("010", "a978-7-02-000220-7", "dCNY59.70 (全套3册)"),
    data("010", "a978-7-02-000220-8"),
    data("011", "a1000-0135"),
    data("091", "aCN11-2345/G2"),
    data("100", "a20071012d2007    a  y0chiy1050    ea"),
    data("101", "achi", ind1="0"),
    data("200", "a紅樓夢", "9hong lou meng", "h第2册", "i下", "f曹雪芹, 高鹗著", ind1="1"),
    data("210", "a北京", "c人民文学出版社", "d2008.7"),
    data("330", "a贾宝玉与林黛玉。"),
    data("690", "aI242.4；I207.411", "v5"),
    data("701", "a曹雪芹", "4著", ind2="0"),
    data("701", "a高鹗", "4著", ind2="0"),
    data("702", "a启功", "4注", ind2="0"),
    data("801", "aCN", "bNLC", "c20071012", ind2="0"),
    data("905", "bW1", "dI242.4", "e12"),
)


def test_columns_come_from_the_fields_of_cnmarc() -> None:
    made = prepared(FULL)

    assert (made.source, made.control_number) == ("NLC", "012004002367")
    columns = made.columns._asdict()
    marc = columns.pop("marc")
    assert from_storage(marc) == FULL
    assert columns == {
        "dialect": "cnmarc",
        "title": "紅樓夢",
        "title_fold": "红楼梦",
        "title_pinyin": "hong lou meng",
        "title_sort": "~hong2红~lou2楼~meng4梦~di4第012~ce4册~xia4下",
        "volume": "第2册 下",
        "author": "曹雪芹; 高鹗",
        "author_fold": "曹雪芹高鹗",
        "publisher": "人民文学出版社",
        "year": 2008,
        "language": "chi",
        "class_no": "I242.4",
        "class_letter": "I",
        "document_kind": "book",
        "audience": "juvenile",
        "price_fen": 1990,
        "summary": "贾宝玉与林黛玉。",
    }
    assert made.identifiers == (
        ("isbn", "9787020002207"),
        ("other", "9787020002208"),
        ("issn", "1000-0135"),
        ("cn_serial", "CN11-2345/G2"),
    )


def test_a_named_source_stands_for_the_agency() -> None:
    assert prepared(FULL, source="vendor").source == "vendor"


def test_pinyin_is_made_where_the_record_has_none() -> None:
    made = prepared(cnmarc(data("200", "a长江大桥", "f茅以升著")))

    assert made.columns.title_pinyin == "chang jiang da qiao"
    assert made.columns.author == "茅以升"


def test_without_a_clc_number_the_items_number_classes_the_bib() -> None:
    made = prepared(cnmarc(data("200", "a活着"), data("905", "bW1", "dI247.57", "e3")))

    assert (made.columns.class_no, made.columns.class_letter) == ("I247.57", "I")


def test_a_foreign_classification_has_no_class_letter() -> None:
    made = prepared(cnmarc(data("200", "a活着"), data("676", "a895.1")))

    assert (made.columns.class_no, made.columns.class_letter) == ("895.1", "")


def test_a_record_without_any_title_is_refused_and_one_with_a_parallel_title_is_not() -> None:
    untitled = prepare_record(cnmarc(ControlField("001", "x")), dialect=Dialect.CNMARC, source="", mapping=None)
    parallel = prepared(cnmarc(data("200", "dTo live")))

    assert untitled == Fault("no_title")
    assert parallel.columns.title == "To live"


def test_a_record_that_its_sender_has_deleted_is_not_added() -> None:
    deleted = cnmarc(data("200", "a活着"), leader=LEADER[:5] + "d" + LEADER[6:])

    made = prepare_record(deleted, dialect=Dialect.CNMARC, source="", mapping=None)

    assert made == Fault("marked_deleted")


def test_texts_longer_than_their_columns_are_cut_in_the_columns_only() -> None:
    record = cnmarc(data("200", "a" + "长" * 3000, "f" + "名" * 1000 + "著"), data("330", "a" + "文" * 30000))

    made = prepared(record)

    assert len(made.columns.title) == 500
    assert len(made.columns.title_sort) <= 600
    assert len(made.columns.author) <= 300
    assert len(made.columns.summary) == 20000
    assert from_storage(made.columns.marc) == record


@pytest.mark.parametrize("title", ["活\x00着\x1b", "活\x7f着", "活\x85着", "活\x1c着"])
def test_control_characters_are_kept_in_the_record_reported_and_left_out_of_columns(title: str) -> None:
    record = cnmarc(data("200", f"a{title}", "f余华著"))

    made = prepared(record)

    assert made.columns.title == "活 着"
    assert made.faults == (Fault("control_characters", "", True),)
    assert from_storage(made.columns.marc) == record


@pytest.mark.parametrize("title", ["活着", "活 着", "活·着", "活\u3000着"])
def test_what_only_looks_like_a_control_character_in_bytes_is_not_reported(title: str) -> None:
    made = prepared(cnmarc(data("200", f"a{title}", "f余华著")))

    assert made.faults == ()
    assert made.columns.title == title


def test_overlong_control_number_gives_way_to_the_content() -> None:
    made = prepared(cnmarc(ControlField("001", "9" * 65), data("200", "a活着")))

    assert made.control_number[0] == "#"


@pytest.mark.parametrize(
    ("subfields", "barcodes"),
    [
        (("bD123456-60", "f5"), ["D123456", "D123457", "D123458", "D123459", "D123460"]),
        (("bW1;W2",), ["W1", "W2"]),
        (("bW1", "bW2"), ["W1", "W2"]),
    ],
)
def test_a_905_may_hold_several_barcodes(subfields: tuple[str, ...], barcodes: list[str]) -> None:
    made = prepared(cnmarc(data("200", "a活着"), data("905", *subfields)))

    assert [draft.barcode for draft in made.items] == barcodes
    assert made.faults == ()


def test_item_fields_without_numbers_are_warned_of() -> None:
    made = prepared(cnmarc(data("200", "a活着"), data("905", "dI247.57", "e3")))

    assert made.items == ()
    assert made.faults == (Fault("item_no_barcode", "905/1", True),)


def test_unfit_barcodes_fail_their_item_alone() -> None:
    made = prepared(cnmarc(data("200", "a活着"), data("905", "bW 1"), data("905", "bW2")))

    assert [draft.barcode for draft in made.items] == ["W2"]
    assert made.faults == (Fault("barcode_invalid", "W 1", False),)


def test_koha_952_tells_price_type_and_branch() -> None:
    record = Record(
        "00000cam a2200000 a 4500",
        (
            ControlField("001", "1"),
            ControlField("003", "DLC"),
            data("245", "aTo live /", "cYu Hua."),
            data("952", "pW1", "iD1", "oPL2928 /Y8", "bB1", "g45.00", "yserial_bound", "hv.2"),
        ),
    )

    made = prepared(record, mapping=KOHA_952, dialect=Dialect.MARC21)

    draft = made.items[0]
    assert made.source == "DLC"
    assert (draft.barcode, draft.accession_no, draft.branch_code) == ("W1", "D1", "B1")
    assert (draft.price_fen, draft.item_type, draft.volume, draft.call_no) == (
        4500,
        "serial_bound",
        "v.2",
        "PL2928 /Y8",
    )
    assert draft.call_key != b""


def test_damaged_and_undecodable_pieces_become_faults() -> None:
    profile = profile_file(())

    damaged = prepare(Damaged(0, Reason.TRUNCATED, b"x", "d"), profile=profile, source="", mapping=None)
    garbage = prepare(RawRecord(0, 1, b"00030nam0 22000250  450 \x1e\x1d"), profile=profile, source="", mapping=None)

    assert damaged == Fault("truncated", "d")
    assert garbage == Fault("no_title")


_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x1d\x1e\x1f"), max_size=40)
_FIELDS = st.lists(
    st.tuples(
        st.sampled_from(
            ("010", "011", "091", "100", "101", "200", "210", "330", "676", "690", "701", "711", "801", "905")
        ),
        st.lists(st.tuples(st.sampled_from("abcdefghisvz49A"), _TEXT), min_size=1, max_size=5),
    ),
    max_size=12,
)


@given(_FIELDS)
def test_whatever_the_fields_hold_the_columns_fit_and_the_record_is_kept(
    fields: list[tuple[str, list[tuple[str, str]]]],
) -> None:
    record = cnmarc(*(DataField(tag, " ", " ", tuple(subfields)) for tag, subfields in fields))

    made = prepare_record(record, dialect=Dialect.CNMARC, source="", mapping=None)

    if isinstance(made, Fault):
        assert made.reason == "no_title"
        return
    assert from_storage(made.columns.marc) == record
    assert "\x00" not in "".join(text for text in made.columns if isinstance(text, str))
    longest = {"title": 500, "title_fold": 500, "title_pinyin": 600, "title_sort": 600, "volume": 100, "author": 300}
    longest |= {"author_fold": 300, "publisher": 200, "language": 8, "class_no": 60, "class_letter": 4, "source": 32}
    values = made.columns._asdict() | {"source": made.source}
    assert {name for name, most in longest.items() if len(values[name]) > most} == set()
    assert all(0 < len(value) <= 32 for _, value in made.identifiers)
    assert all(bool(draft.call_no) == bool(draft.call_key) for draft in made.items)
