"""The form of CLC class numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.kernel.classification import (
    MAIN_CLASSES,
    TECHNOLOGY_CLASSES,
    class_letter,
    fold_class_number,
    is_plausible,
    main_class,
    split_numbers,
    strip_facets,
)


def test_the_clc_has_22_main_classes_and_16_divisions_of_technology() -> None:
    assert "".join(MAIN_CLASSES) == "ABCDEFGHIJKNOPQRSTUVXZ"
    assert " ".join(TECHNOLOGY_CLASSES) == "TB TD TE TF TG TH TJ TK TL TM TN TP TQ TS TU TV"


@pytest.mark.parametrize(
    ("class_no", "letter"),
    [
        ("I247.5", "I"),
        ("TP312", "TP"),
        ("TS971.2", "TS"),
        ("T-0", "T"),
        ("T", "T"),
        ("TX1", "T"),
        ("tp312", "TP"),
        ("Ｋ８２５．２", "K"),
        ("[X-019]", "X"),
        ("{D922.59}", "D"),
        ("DF79", "D"),
        ("L12", ""),
        ("823", ""),
        ("", ""),
        ("绘本", ""),
    ],
)
def test_statistics_count_by_the_first_letter_with_t_split(class_no: str, letter: str) -> None:
    assert class_letter(class_no) == letter


@pytest.mark.parametrize(("class_no", "main"), [("TP312", "T"), ("Z126", "Z"), ("W1", "")])
def test_the_main_class_is_one_letter(class_no: str, main: str) -> None:
    assert main_class(class_no) == main


@pytest.mark.parametrize(
    ("field", "numbers"),
    [
        ("K825.2；E251-53", ("K825.2", "E251-53")),
        ("K825.2; E251-53 ;", ("K825.2", "E251-53")),
        ("I247.5", ("I247.5",)),
        ("；", ()),
        ("", ()),
    ],
)
def test_a_field_with_several_numbers_is_split(field: str, numbers: tuple[str, ...]) -> None:
    assert split_numbers(field) == numbers


@pytest.mark.parametrize(
    ("class_no", "bare"),
    [
        ('J523.2"17"+3:G5', "J523.2"),
        ("K837.125.6(202)+R173:G25a", "K837.125.6"),
        ("[X-019]", "X"),
        ("F08:G40-054", "F08"),
        ("K876.3=49", "K876.3"),
        ("{D922.59}", "D922.59"),
        ("R711＜326＞", "R711"),
        ("TP312JA", "TP312"),
        ("G25a", "G25"),
        ("L12", ""),
        ("(711)", ""),
    ],
)
def test_facets_are_stripped(class_no: str, bare: str) -> None:
    assert strip_facets(class_no) == bare


@pytest.mark.parametrize(
    "class_no",
    [
        "I",
        "I247.5",
        "TP312JA",
        "B-49",
        'J523.2"17"+3:G5',
        "J523.2“17”",
        "K837.125.6(202)+R173:G25a",
        "[X-019]",
        "F08:G40-054",
        "K876.3=49",
        "{D922.59}",
        "R711(711)=535",
        "R711<326>",
        "R711：R83",
        "DF79",
        "tp312",
    ],
)
def test_clc_numbers_are_plausible(class_no: str) -> None:
    assert is_plausible(class_no)


@pytest.mark.parametrize(
    "class_no",
    [
        "",
        "823.91",
        "HELLO",
        "L12",
        "W3",
        "TX1",
        "I247..5",
        "I247.",
        "R711-",
        "R711(711",
        "R711()",
        "B31/39",
        "K825.2；E251-53",
        "绘本",
        "I" + "2" * 100,
        "I２４７五",
    ],
)
def test_other_texts_are_not_plausible(class_no: str) -> None:
    assert not is_plausible(class_no)


@given(st.text())
def test_no_text_makes_the_functions_fail(text: str) -> None:
    letter = class_letter(text)

    assert letter == "" or letter in (*MAIN_CLASSES, *TECHNOLOGY_CLASSES)
    assert main_class(text) == letter[:1]
    assert fold_class_number(text).startswith(strip_facets(text))
    assert all(split_numbers(text))


@given(st.from_regex(r"[A-KN-SU-Z][0-9]{1,3}(\.[0-9]{1,2})?(-[0-9]{2})?(\([0-9]{3}\))?(=[0-9])?", fullmatch=True))
def test_a_well_formed_number_with_a_known_letter_is_plausible(class_no: str) -> None:
    known = class_no[0] in "ABCDEFGHIJKNOPQRSUVXZ"

    assert is_plausible(class_no) is known
