"""Items are read from local fields as a mapping says."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.kernel.marc import (
    CNMARC_905,
    DEFAULT_MAPPINGS,
    KOHA_952,
    MARC21_852,
    MARC21_876,
    ControlField,
    DataField,
    ItemMapping,
    ItemProblem,
    ItemProblemCode,
    MappingError,
    MappingFault,
    Record,
    default_mapping,
    extract_items,
    mapping_from_dict,
    mapping_to_dict,
)

LEADER = "00000nam0 2200000   450 "


def data(tag: str, text: str) -> DataField:
    return DataField(tag, " ", " ", tuple((piece[0], piece[1:]) for piece in text.split("$")[1:]))


def record(*fields: DataField) -> Record:
    return Record(LEADER, (ControlField("001", "1"), *fields))


def test_each_repeated_barcode_of_905_is_an_item_with_the_call_number_put_together() -> None:
    field = data("905", "$aXYXTSG$b01000001$b01000002$dG250.78-65$e1$f2$v2026:1$y2026")

    found = extract_items(record(field), mapping=CNMARC_905)

    assert [item.barcode for item in found.items] == ["01000001", "01000002"]
    first = found.items[0]
    assert (first.call_no, first.class_no, first.book_no) == ("G250.78-65/1", "G250.78-65", "1")
    assert (first.branch_code, first.volume, first.year) == ("XYXTSG", "2026:1", "2026")
    assert first.raw == field
    assert found.problems == ()


@pytest.mark.parametrize(
    ("text", "barcodes"),
    [
        ("D123456-60", ["D123456", "D123457", "D123458", "D123459", "D123460"]),
        ("D0099-D0101", ["D0099", "D0100", "D0101"]),
        ("0098~0099", ["0098", "0099"]),
        ("0001;0003，0005", ["0001", "0003", "0005"]),
        ("GS-000123", ["GS-000123"]),
        ("12-3456", ["12-3456"]),
        ("A100-B200", ["A100-B200"]),
        ("0001-02-05", ["0001-02-05"]),
        ("2024-001-2024-030", ["2024-001-2024-030"]),
        ("D-0001-D-0003", ["D-0001", "D-0002", "D-0003"]),
    ],
)
def test_ranges_and_lists_of_barcodes_are_written_out(text: str, barcodes: list[str]) -> None:
    found = extract_items(record(data("905", f"$b{text}")), mapping=CNMARC_905)

    assert [item.barcode for item in found.items] == barcodes
    assert found.problems == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("D123460-56", ItemProblemCode.RANGE_BACKWARDS),
        ("1-999", None),
        ("0000001-9999999", ItemProblemCode.RANGE_TOO_LONG),
    ],
)
def test_a_range_that_cannot_be_meant_stays_one_barcode_and_is_reported(
    text: str, code: ItemProblemCode | None
) -> None:
    found = extract_items(record(data("905", f"$b{text}")), mapping=CNMARC_905)

    assert [item.barcode for item in found.items] == [text]
    assert found.problems == ((ItemProblem(code, "905", 1, text),) if code else ())


def test_a_field_without_barcode_is_a_problem_and_the_others_are_read() -> None:
    found = extract_items(record(data("905", "$dI24$e3$f2"), data("905", "$b01")), mapping=CNMARC_905)

    assert [item.barcode for item in found.items] == ["01"]
    assert found.problems == (ItemProblem(ItemProblemCode.NO_BARCODE, "905", 1, ""),)


def test_a_barcode_met_twice_is_one_item() -> None:
    found = extract_items(record(data("905", "$b01$b02"), data("905", "$b01")), mapping=CNMARC_905)

    assert [item.barcode for item in found.items] == ["01", "02"]
    assert found.problems == (ItemProblem(ItemProblemCode.DUPLICATE_BARCODE, "905", 2, "01"),)


def test_a_count_of_copies_that_differs_is_reported() -> None:
    found = extract_items(record(data("905", "$b01$b02$f3")), mapping=CNMARC_905)

    assert len(found.items) == 2
    assert found.problems == (ItemProblem(ItemProblemCode.COPIES_DIFFER, "905", 1, "3"),)


def test_a_call_number_alone_is_taken_apart() -> None:
    found = extract_items(record(data("905", "$b01$sI247.57/L-911.3/2")), mapping=CNMARC_905)

    (item,) = found.items
    assert (item.call_no, item.class_no, item.book_no) == ("I247.57/L-911.3/2", "I247.57", "L-911.3/2")


def test_koha_and_marc21_fields_are_read() -> None:
    koha = data("952", "$p39001$oI24/3$aMAIN$bEAST$g25.80$t2$yBK$hv.1")
    location = data("852", "$aLib$bMain$h005.13$iM37$p39002$t1")
    unit = data("876", "$p39003$aA77$c12.00$lEAST$tc.2$3v.2")

    (first,) = extract_items(record(koha), mapping=KOHA_952).items
    (second,) = extract_items(record(location), mapping=MARC21_852).items
    (third,) = extract_items(record(unit), mapping=MARC21_876).items

    assert first[:11] == ("39001", "", "I24/3", "I24", "3", "MAIN", "v.1", "25.80", "2", "BK", "")
    assert second[:11] == ("39002", "", "005.13 M37", "005.13", "M37", "Main", "", "", "1", "", "")
    assert third[:11] == ("39003", "A77", "", "", "", "EAST", "v.2", "12.00", "c.2", "", "")


def test_an_accession_number_alone_makes_an_item() -> None:
    (item,) = extract_items(record(data("876", "$aA77")), mapping=MARC21_876).items

    assert (item.barcode, item.accession_no) == ("", "A77")


def test_the_default_mapping_is_the_first_whose_field_is_there() -> None:
    assert default_mapping(record(data("852", "$px"), data("952", "$px"))) is KOHA_952
    assert default_mapping(record()) is None


@pytest.mark.parametrize("mapping", DEFAULT_MAPPINGS, ids=lambda mapping: mapping.name)
def test_a_mapping_survives_plain_data(mapping: ItemMapping) -> None:
    assert mapping_from_dict(mapping_to_dict(mapping)) == mapping


GOOD: dict[str, Any] = {"name": "local", "tag": "998", "columns": {"barcode": {"codes": ["b"]}}}


@pytest.mark.parametrize(
    ("change", "where", "fault"),
    [
        ({"name": None}, "name", MappingFault.MISSING),
        ({"name": " "}, "name", MappingFault.EMPTY),
        ({"tag": 998}, "tag", MappingFault.WRONG_TYPE),
        ({"tag": "98"}, "tag", MappingFault.BAD_TAG),
        ({"tag": "001"}, "tag", MappingFault.BAD_TAG),
        ({"colour": "red"}, "colour", MappingFault.UNKNOWN_KEY),
        ({"ranges": "yes"}, "ranges", MappingFault.WRONG_TYPE),
        ({"longest_range": True}, "longest_range", MappingFault.WRONG_TYPE),
        ({"longest_range": 0}, "longest_range", MappingFault.OUT_OF_RANGE),
        ({"columns": None}, "columns", MappingFault.MISSING),
        ({"columns": []}, "columns", MappingFault.WRONG_TYPE),
        ({"columns": {}}, "columns.barcode", MappingFault.MISSING),
        ({"columns": {"shelf": {"codes": ["b"]}}}, "columns.shelf", MappingFault.UNKNOWN_KEY),
        ({"columns": {"barcode": "b"}}, "columns.barcode", MappingFault.WRONG_TYPE),
        ({"columns": {"barcode": {}}}, "columns.barcode.codes", MappingFault.MISSING),
        ({"columns": {"barcode": {"codes": []}}}, "columns.barcode.codes", MappingFault.EMPTY),
        ({"columns": {"barcode": {"codes": ["ab"]}}}, "columns.barcode.codes", MappingFault.BAD_CODE),
        ({"columns": {"barcode": {"codes": ["b"], "join": 1}}}, "columns.barcode.join", MappingFault.WRONG_TYPE),
        ({"columns": {"barcode": {"codes": ["b"], "x": 1}}}, "columns.barcode.x", MappingFault.UNKNOWN_KEY),
    ],
)
def test_a_mapping_that_cannot_be_used_names_the_place(change: dict[str, Any], where: str, fault: MappingFault) -> None:
    with pytest.raises(MappingError) as caught:
        mapping_from_dict(GOOD | change)

    assert (caught.value.where, caught.value.fault) == (where, fault)


def test_a_local_mapping_from_plain_data_reads_items() -> None:
    mapping = mapping_from_dict(GOOD | {"columns": {"barcode": {"codes": ["b"]}, "call_no": {"codes": ["c", "d"]}}})

    (item,) = extract_items(record(data("998", "$b77-80$dK1/2")), mapping=mapping).items

    assert (item.barcode, item.call_no) == ("77-80", "K1/2")


@given(values=st.lists(st.tuples(st.sampled_from("abdefsvy"), st.text(max_size=12)), max_size=6))
def test_odd_item_fields_are_read_without_an_error(values: list[tuple[str, str]]) -> None:
    field = DataField("905", " ", " ", tuple(values))

    found = extract_items(record(field), mapping=CNMARC_905)

    assert found.items or found.problems
