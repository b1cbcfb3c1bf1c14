"""What is wrong with a record, by the rules of its format."""

import pytest

from wenyuan.holdings.catalogue.data import FaultRule
from wenyuan.holdings.catalogue.editing.formats import format_of
from wenyuan.holdings.catalogue.queries import check_record
from wenyuan.kernel.marc import ControlField, DataField, Dialect, Field, Record, from_text

BOOK = from_text(
    """LDR 00000nam0 2200000   450
001 012004002367
010 ## $a978-7-5063-6543-7$dCNY20.00
100 ## $a20120301d2012    em y0chiy50      ea
101 0# $achi
105 ## $ay   z   000yy
106 ## $ar
200 1# $a活着$9huo zhe$f余华著
690 ## $aI247.57$v5
701 #0 $a余华$9yu hua$4著
801 #0 $aCN$bLM$c20120301"""
)
MARC21_BOOK = from_text(
    """LDR 00000nam a2200000 i 4500
001 12345
008 240101s2012    cc            000 1 chi d
020 ## $a9787506365437
040 ## $aLM$bchi$cLM
245 10 $a活着 /$c余华著."""
)

CODE = FaultRule.CODE_VALUE


def faults(record: Record, dialect: Dialect = Dialect.CNMARC, before: Record | None = None) -> list[tuple[object, ...]]:
    found = check_record(record, dialect=dialect, before=before)
    return [(fault.rule, fault.tag, fault.place, fault.where, fault.detail, fault.warning) for fault in found]


def with_line(line: str, *, record: Record = BOOK) -> Record:
    """The record with this field in the place of those with its tag."""
    [field] = from_text(f"LDR {record.leader}\n{line}").fields
    others = [one for one in record.fields if one.tag != field.tag]
    return record._replace(fields=tuple(sorted([*others, field], key=lambda one: one.tag)))


def plus(field: Field) -> Record:
    return BOOK._replace(fields=(*BOOK.fields, field))


def without(tag: str, record: Record = BOOK) -> Record:
    return record._replace(fields=tuple(field for field in record.fields if field.tag != tag))


def test_a_control_field_with_subfields_is_a_fault() -> None:
    assert faults(with_line("001 ## $a1")) == [(FaultRule.CONTROL_FIELD_PARTED, "001", 1, "", "", False)]
    assert faults(with_line("005 ## $a20120301")) == [(FaultRule.CONTROL_FIELD_PARTED, "005", 1, "", "", False)]


def test_a_good_record_of_either_format_has_no_fault() -> None:
    assert faults(BOOK) == []
    assert faults(MARC21_BOOK, Dialect.MARC21) == []


@pytest.mark.parametrize(
    ("record", "fault"),
    [
        (with_line("100 ## $a20120301d2012"), (FaultRule.LENGTH_WRONG, "100", 1, "$a", "13 / 36")),
        (with_line("105 ## $ay   z   000y"), (FaultRule.LENGTH_WRONG, "105", 1, "$a", "12 / 13")),
        (with_line("106 ## $arr"), (FaultRule.LENGTH_WRONG, "106", 1, "$a", "2 / 1")),
        (without("100"), (FaultRule.FIELD_MISSING, "100", 0, "", "")),
        (without("101"), (FaultRule.FIELD_MISSING, "101", 0, "", "")),
        (with_line("200 1# $f余华著"), (FaultRule.TITLE_MISSING, "200", 1, "$a", "")),
        (with_line("200 \\-\\- $a活着"), (FaultRule.INDICATOR_INVALID, "200", 1, "ind1", "")),
        (with_line("200 1# $a活着$\\s"), (FaultRule.CODE_INVALID, "200", 1, "$ ", "")),
        (with_line("200 1# $a活着$f"), (FaultRule.SUBFIELD_EMPTY, "200", 1, "$f", "")),
        (with_line("200 1# $a活\\x{7}着"), (FaultRule.CONTROL_CHARACTER, "200", 1, "$a", "")),
        (BOOK._replace(leader="00000dam0 2200000   450 "), (FaultRule.MARKED_DELETED, "LDR", 1, "5", "")),
        (BOOK._replace(leader="短"), (FaultRule.LEADER_INVALID, "LDR", 1, "", "")),
        (plus(BOOK.fields[2]), (FaultRule.FIELD_REPEATED, "100", 2, "", "")),
        (plus(DataField("8.6", " ", " ", (("a", "x"),))), (FaultRule.TAG_INVALID, "8.6", 1, "", "")),
        (plus(DataField("300", " ", " ", ())), (FaultRule.FIELD_EMPTY, "300", 1, "", "")),
    ],
)  # fmt: skip
def test_an_error_names_field_place_and_rule(record: Record, fault: tuple[object, ...]) -> None:
    assert (*fault, False) in faults(record)


@pytest.mark.parametrize(
    ("record", "fault"),
    [
        (with_line("100 ## $a20120301x2012    em y0chiy50      ea"), (CODE, "100", 1, "$a/8", "x")),
        (with_line("100 ## $a20120301d2012    qm y0chiy50      ea"), (CODE, "100", 1, "$a/17-19", "qm#")),
        (with_line("100 ## $a20120301d2012    em y0chiy77      ea"), (CODE, "100", 1, "$a/26-29", "77##")),
        (with_line("105 ## $ay   z   000?y"), (CODE, "105", 1, "$a/11", "?")),
        (with_line("106 ## $aq"), (CODE, "106", 1, "$a/0", "q")),
        (with_line("101 9# $achi"), (FaultRule.INDICATOR_VALUE, "101", 1, "ind1", "0 1 2")),
        (with_line("200 1# $a活着$q问"), (FaultRule.SUBFIELD_UNKNOWN, "200", 1, "$q", "")),
        (with_line("200 1# $a活着$vA$vB"), (FaultRule.SUBFIELD_REPEATED, "200", 1, "$v", "")),
        (with_line("010 ## $a978-7-5063-6543-8"), (FaultRule.ISBN_WRONG, "010", 1, "$a", "978-7-5063-6543-8")),
        (with_line("011 ## $a1000-0001"), (FaultRule.ISSN_WRONG, "011", 1, "$a", "1000-0001")),
        (with_line("881 ## $a甲"), (FaultRule.FIELD_UNKNOWN, "881", 1, "", "")),
        (without("801"), (FaultRule.FIELD_EXPECTED, "801", 0, "", "")),
        (with_line("330 ## $a" + "长" * 4000), (FaultRule.TOO_LONG_FOR_EXCHANGE, "330", 0, "", "12005")),
    ],
)  # fmt: skip
def test_a_warning_is_told_and_refuses_nothing(record: Record, fault: tuple[object, ...]) -> None:
    assert faults(record) == [(*fault, True)]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("008 240101s2012", (FaultRule.LENGTH_WRONG, "008", 1, "", "11 / 40", False)),
        ("008 2401xxs2012    cc            000 1 chi d", (CODE, "008", 1, "0-5", "2401xx", True)),
        ("008 240101?2012    cc            000 1 chi d", (CODE, "008", 1, "6", "?", True)),
        ("008 240101s2012    cc            000 1 CHI d", (CODE, "008", 1, "35-37", "CHI", True)),
        ("245 a0 $a活着", (FaultRule.INDICATOR_VALUE, "245", 1, "ind1", "0 1", True)),
        ("020 ## $a9787506365438", (FaultRule.ISBN_WRONG, "020", 1, "$a", "9787506365438", True)),
    ],
)
def test_marc_21_is_checked_by_its_own_rules(line: str, fault: tuple[object, ...]) -> None:
    assert faults(with_line(line, record=MARC21_BOOK), Dialect.MARC21) == [fault]


def test_the_fill_character_stands_for_what_is_not_coded() -> None:
    assert faults(with_line("105 ## $a|||||||||||||")) == []


def test_a_linked_field_is_not_held_to_the_subfields_of_its_own_tag() -> None:
    assert faults(with_line("461 #0 $12001#$a当代长篇小说$v12")) == []


def test_what_was_wrong_before_is_a_warning_as_long_as_its_field_is_not_touched() -> None:
    before = without("101", with_line("100 ## $a2012"))
    other_title = with_line("200 1# $a活着$f余华", record=before)

    assert [(rule, warning) for rule, *_, warning in faults(other_title, before=before)] == [
        (FaultRule.LENGTH_WRONG, True),
        (FaultRule.FIELD_MISSING, True),
    ]
    touched = faults(with_line("100 ## $a20123", record=before), before=before)
    assert (FaultRule.LENGTH_WRONG, "100", 1, "$a", "5 / 36", False) in touched


def test_a_record_that_came_without_a_title_may_be_mended_elsewhere() -> None:
    before = with_line("200 1# $d活着")
    mended = with_line("215 ## $a191页", record=before)

    assert (FaultRule.TITLE_MISSING, "200", 1, "$a", "", True) in faults(mended, before=before)
    assert (FaultRule.TITLE_MISSING, "200", 1, "$a", "", False) in faults(before, before=BOOK)


def test_what_was_there_before_may_not_go_missing() -> None:
    assert (FaultRule.FIELD_MISSING, "101", 0, "", "", False) in faults(without("101"), before=BOOK)


def test_the_number_of_a_record_stays() -> None:
    changed: Field = ControlField("001", "other")
    record = BOOK._replace(fields=(changed, *BOOK.fields[1:]))

    assert (FaultRule.NUMBER_CHANGED, "001", 1, "", "012004002367", False) in faults(record, before=BOOK)
    assert (FaultRule.NUMBER_CHANGED, "001", 1, "", "012004002367", False) in faults(without("001"), before=BOOK)


@pytest.mark.parametrize("dialect", Dialect)
def test_the_tables_name_every_field_subfield_and_code_and_no_code_list_is_missing(dialect: Dialect) -> None:
    rules = format_of(dialect)

    assert all(field.name_zh and field.name_en for field in rules.fields.values())
    assert all(one.name_zh for field in rules.fields.values() for one in field.subfields.values())
    assert all(position.codes or position.rule.startswith("@") for all_ in rules.coded.values() for position in all_)
    assert all(
        len(code.value) == position.unit and code.name_zh and code.name_en
        for all_ in rules.coded.values()
        for position in all_
        for code in position.codes
    )
    assert not {code for field in rules.fields.values() for code in field.subfields if len(code) != 1}
