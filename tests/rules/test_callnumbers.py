"""Shelf order, parts and rendering of call numbers.

The vectors are facts: the example of the CLC 5th edition manual (p. 82-83), and lists as shelved in Chinese libraries.
"""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.kernel.callnumbers import (
    DEFAULT_TEMPLATE,
    PLAIN,
    CallNumber,
    ShelfStyle,
    parse_call_number,
    render,
    shelf_key,
    template_fault,
)

SHORT_FIRST = ShelfStyle(short_letters_first=True)
VOLUME_FIRST = ShelfStyle(volume_before_edition=True)

MANUAL_EXAMPLE = "R711 R711-62 R711(711) R711(711)=535 R711=6 R711<326> R711:R83 R711+R173 R711.1"

CLASS_LISTS = [
    "TP311 TP32",
    "B2 B3 E27 E512 TM92 TU201",
    "B021 B022 B022.2 C532 C54 D035.37 D035.4",
    "B-49 B-53 B-61 B0 B0-0 B0-53 B1",
    "Z88:C Z88:F Z89:B Z89:H Z89:K Z89:T",
    "H319-43 H319:A312 H319:D312-42 H319:TP311 H319:X256 H319:X256-42",
    "B-49 B0 B0-0 B0-53",
    "T1 TP1",
    "T311 TB312 U312",
]

FULL_LISTS = [
    "I247.5/A001 I247.5/A001A I247.5/A002 I247.5/B010 I247.5/Z256",
    "J333/G251 J333(512)/G251",
    "K827/Z763A K827/Z763B K827/Z763Y K827/Z763AA",
    "I247.58/J822-2(14) I247.58/J822-2(15) I247.58/J822-2(32)",
    "K20-42 K20-42/15",
    "B43/6 B43/11",
    "I247.5/2 I247.5/1234",
    "H360.41-42/l338(1)1 H360.41-42/l338(1)2 H360.41-42/l338(2)2",
]


def stands_in_order(listed: str, style: ShelfStyle = PLAIN) -> bool:
    keys = [shelf_key(text, style=style) for text in listed.split()]
    return all(earlier < later for earlier, later in pairwise(keys))


def test_the_manuals_example_stands_in_order() -> None:
    assert stands_in_order(MANUAL_EXAMPLE)


@pytest.mark.parametrize("listed", CLASS_LISTS + FULL_LISTS)
@pytest.mark.parametrize("style", [PLAIN, SHORT_FIRST, VOLUME_FIRST, ShelfStyle(True, True)])
def test_lists_as_shelved_stand_in_order_in_every_style(listed: str, style: ShelfStyle) -> None:
    assert stands_in_order(listed, style)


def test_letters_after_class_digits_are_words_by_the_plain_rule() -> None:
    assert stands_in_order("TP312 TP312A TP312AL TP312BA TP312C TP312CO TP312X")


def test_single_letters_first_is_a_local_habit() -> None:
    listed = "TP312 TP312A TP312C TP312X TP312AL TP312BA TP312CO"

    assert stands_in_order(listed, SHORT_FIRST)
    assert not stands_in_order(listed, PLAIN)


def test_single_letters_first_leaves_the_main_classes_alone() -> None:
    assert stands_in_order("TP312 U312", SHORT_FIRST)


def test_volumes_before_editions_is_a_local_habit() -> None:
    listed = "O13-43/S623 O13-43/S623(2) O13-43/S623-2(1) O13-43/S623-2(2)"

    assert stands_in_order(listed, VOLUME_FIRST)
    assert not stands_in_order(listed, PLAIN)


def test_editions_come_before_volumes_by_the_plain_rule() -> None:
    assert stands_in_order("O13-43/S623 O13-43/S623-2(1) O13-43/S623-2(2) O13-43/S623(2)")


def test_volumes_first_leaves_the_class_line_alone() -> None:
    assert stands_in_order(MANUAL_EXAMPLE, VOLUME_FIRST)


@pytest.mark.parametrize(
    "listed",
    [
        "I247.57/L-911 I247.57/L-911/2 I247.57/L-911.3 I247.57/L-911.91 I247.57/L-912",
        "I247.57/768 I247.57/768/2 I247.57/768/11 I247.57/768(2D)/1 I247.57/769",
        "I247.5/9(上) I247.5/9(中) I247.5/9(下)",
        "I247.5/9(一) I247.5/9(二) I247.5/9(十) I247.5/9(卷一)",
        "R711(7) R711(71)",
        'J523"1" J523"17" J523=1',
        "K20/15 K20/15=2009 K20/15=2016",
        "I247.5/9/v.2 I247.5/9/v.10",
    ],
)
def test_what_follows_the_book_number_stands_in_order(listed: str) -> None:
    assert stands_in_order(listed)


def test_a_location_is_a_sequence_of_its_own() -> None:
    assert stands_in_order("A1/1 Z9/9 少儿I287.5/3 少儿K20/1")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("I247.5/A001", "Ｉ２４７．５／Ａ００１"),
        ("I247.5/A001", "i247.5/a001"),
        ("I247.5/A001", " I247.5 / A001 "),
        ("I247.5/A001", "I247.5 A001"),
        ("I247.5/A001", "I247.5\nA001"),
        ("TP312/5", "TP 312/5"),
        ("R711<326>", "R711〈326〉"),
        ('J523"17"', "J523“17”"),
        ("B-49", "B—49"),
        ("S623-2(1)", "S623 -2 （1）"),
        ("K825.2/7", "K8252/7"),
        ("K20/7", "K20/007"),
        ("K20/7 c2", "K20/7/c2"),
        ("X-019/1", "[X-019]/1"),
        ("少儿I287/3", "少儿 I287/3"),
    ],
)
def test_the_same_number_written_otherwise_has_the_same_key(one: str, other: str) -> None:
    assert shelf_key(one) == shelf_key(other)


def test_numbers_of_any_length_compare_as_whole_numbers() -> None:
    assert shelf_key("K20/" + "9" * 254) < shelf_key("K20/" + "1" * 255)
    assert shelf_key("K20/" + "9" * 255) < shelf_key("K20/" + "1" * 256)
    assert shelf_key("K20/" + "1" * 510) < shelf_key("K20/" + "2" * 510)


@given(st.text(), st.booleans(), st.booleans())
def test_any_text_has_a_key(text: str, short: bool, volume: bool) -> None:
    key = shelf_key(text, style=ShelfStyle(short_letters_first=short, volume_before_edition=volume))

    assert isinstance(key, bytes)


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E)))
def test_full_width_and_half_width_have_the_same_key(text: str) -> None:
    full_width = "".join(chr(ord(character) + 0xFEE0) for character in text)

    assert shelf_key(full_width) == shelf_key(text)


@given(st.text("AB12-(=<:+.", max_size=8), st.text("AB12-(=<:+.", min_size=1, max_size=4))
def test_a_class_comes_before_whatever_continues_it(start: str, more: str) -> None:
    assert shelf_key("A" + start) <= shelf_key("A" + start + more)


@given(
    st.text("AB12-()=:+", max_size=6),
    st.text("AB12-()=:+", max_size=6),
    st.text("AB12-(", max_size=4),
    st.text("AB12-(", max_size=4),
)
def test_the_class_decides_before_the_book_number(one: str, other: str, book: str, other_book: str) -> None:
    class_order = shelf_key("R7" + one) < shelf_key("R7" + other)

    full_order = shelf_key(f"R7{one}/{book}") < shelf_key(f"R7{other}/{other_book}")

    assert full_order is class_order or shelf_key("R7" + one) == shelf_key("R7" + other)


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_running_numbers_stand_as_integers(one: int, other: int) -> None:
    assert (shelf_key(f"K20/{one}") < shelf_key(f"K20/{other}")) is (one < other)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_class_digits_stand_as_decimals(one: int, other: int) -> None:
    assert (shelf_key(f"K{one}") < shelf_key(f"K{other}")) is (str(one) < str(other))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("I247.5/A001", CallNumber(class_no="I247.5", book_no="A001")),
        ("A41/5", CallNumber(class_no="A41", book_no="5")),
        ("I247.5", CallNumber(class_no="I247.5")),
        ("/A5", CallNumber(book_no="A5")),
        ("", CallNumber()),
        ("I247.55/4:3", CallNumber(class_no="I247.55", book_no="4", volume="3")),
        ("I247.57/768(2D)/1", CallNumber(class_no="I247.57", book_no="768(2D)", volume="1")),
        ("I247.57/L-911.3/2", CallNumber(class_no="I247.57", book_no="L-911.3", volume="2")),
        ("K825.6/L-911", CallNumber(class_no="K825.6", book_no="L-911")),
        ("I24/4.1101", CallNumber(class_no="I24", book_no="4.1101")),
        ("TP312JA/ZB59", CallNumber(class_no="TP312JA", book_no="ZB59")),
        ("O13-43/S623-2(1)", CallNumber(class_no="O13-43", book_no="S623", volume="1", edition_or_year="2")),
        ("G641/JC1-2", CallNumber(class_no="G641", book_no="JC1", edition_or_year="2")),
        ("K20/15=2016 c2", CallNumber(class_no="K20", book_no="15", edition_or_year="2016", copy="2")),
        ("K20/15-2=2016", CallNumber(class_no="K20", book_no="15-2", edition_or_year="2016")),
        ("H360/l338(1)1", CallNumber(class_no="H360", book_no="l338(1)1")),
        ("I247.5/A1 v.2", CallNumber(class_no="I247.5", book_no="A1", volume="2")),
        ("少儿I287.5/3(上)", CallNumber(prefix="少儿", class_no="I287.5", book_no="3", volume="上")),
        ("【参】Z2/3", CallNumber(prefix="[参]", class_no="Z2", book_no="3")),
        ("REF K20/3/c.2", CallNumber(prefix="REF", class_no="K20", book_no="3", copy="2")),
        ("[X-019]/Z3", CallNumber(class_no="[X-019]", book_no="Z3")),
        ("tp312/5", CallNumber(class_no="TP312", book_no="5")),
        ("K837.125.6(202)+R173:G25a/3", CallNumber(class_no="K837.125.6(202)+R173:G25a", book_no="3")),
        ("Ｉ２４７．５／Ａ００１（上）", CallNumber(class_no="I247.5", book_no="A001", volume="上")),
        ("I247.5/王3", CallNumber(class_no="I247.5", book_no="王3")),
        ("未编", CallNumber(class_no="未编")),
    ],
)
def test_a_call_number_is_parsed_into_its_parts(text: str, parts: CallNumber) -> None:
    assert parse_call_number(text) == parts


@pytest.mark.parametrize(
    ("value", "year", "edition"), [("2016", "2016", ""), ("2016B", "2016B", ""), ("2", "", "2"), ("", "", "")]
)
def test_a_year_is_told_from_an_edition(value: str, year: str, edition: str) -> None:
    number = CallNumber(edition_or_year=value)

    assert (number.year, number.edition) == (year, edition)


@pytest.mark.parametrize(
    ("template", "written"),
    [
        (DEFAULT_TEMPLATE, "少儿 I287.5/J822-2(14) c3"),
        ("{class_no}[/{book_no}][:{volume}][={edition}][={year}]", "I287.5/J822:14=2"),
        ("[{prefix}\n]{class_no}\n{book_no}[({volume})]", "少儿\nI287.5\nJ822(14)"),
        ("{class_no}", "I287.5"),
        ("[{volume}{year}]", ""),
        ("{class_no}[={edition_or_year}]", "I287.5=2"),
    ],
)
def test_a_library_writes_the_parts_by_its_template(template: str, written: str) -> None:
    number = CallNumber("少儿", "I287.5", "J822", volume="14", edition_or_year="2", copy="3")

    assert render(number, template=template) == written


@pytest.mark.parametrize(
    ("template", "fault"),
    [
        ("{class}", "{class}"),
        ("{}", "{}"),
        ("{class_no}[/{book_no}", "["),
        ("[[{volume}]]", "["),
        ("{class_no}}", "}"),
        ("{__class__}", "{__class__}"),
    ],
)
def test_a_template_that_cannot_be_read_is_refused_by_its_fault(template: str, fault: str) -> None:
    assert template_fault(template) == fault
    with pytest.raises(ValueError, match="template"):
        render(CallNumber(), template=template)


def test_a_good_template_has_no_fault() -> None:
    assert template_fault(DEFAULT_TEMPLATE) is None


@given(st.text())
def test_any_text_can_be_parsed_and_rendered(text: str) -> None:
    assert isinstance(render(parse_call_number(text)), str)


@given(
    st.builds(
        CallNumber,
        prefix=st.sampled_from(["", "少儿", "参考"]),
        class_no=st.sampled_from(["I247.5", "TP312JA", "K837.125.6(202)", "B-49", "R711:R83"]),
        book_no=st.from_regex(r"[A-Z]{0,2}[1-9][0-9]{0,3}[A-Z]?|[A-Z]-[1-9][0-9]{0,2}", fullmatch=True),
        volume=st.from_regex(r"|[1-9][0-9]?|[上中下]", fullmatch=True),
        edition_or_year=st.from_regex(r"|[1-9]|20[0-9]{2}", fullmatch=True),
        copy=st.from_regex(r"|[1-9]", fullmatch=True),
    )
)
def test_what_is_rendered_parses_back_into_its_parts(number: CallNumber) -> None:
    assert parse_call_number(render(number)) == number
