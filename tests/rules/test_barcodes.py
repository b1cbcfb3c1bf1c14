"""CODE 128: the right symbol characters, as few as there can be, and a module that a printer can draw."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.kernel.barcodes import NotInCode128, code128, fitting_module

PRINTABLE = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=32)


def test_the_bars_of_a_known_text_are_those_of_the_standard() -> None:
    # start C, 12, 34, check (105 + 1 × 12 + 2 × 34) mod 103 = 82, stop
    assert code128("1234") == tuple(map(int, "211232" + "112232" + "131123" + "121241" + "2331112"))


@pytest.mark.parametrize(
    ("text", "characters"),
    [
        ("1", 4),  # start, one, check, stop
        ("12", 4),
        ("1234", 5),
        ("123", 6),
        ("A", 4),
        ("A12", 6),  # two digits do not pay for the change of set
        ("A1234", 7),
        ("A1234B", 9),
        ("A123456B", 10),
        ("23000733421", 10),
        ("LM000123", 9),
    ],
)
def test_digits_go_by_pairs_where_that_saves_something(text: str, characters: int) -> None:
    assert sum(code128(text)) == 11 * characters + 2


@given(PRINTABLE)
def test_bars_begin_and_end_with_a_bar_and_every_character_has_eleven_modules(text: str) -> None:
    widths = code128(text)

    assert len(widths) % 6 == 1
    assert all(1 <= width <= 4 for width in widths)
    assert all(sum(widths[at : at + 6]) == 11 for at in range(0, len(widths) - 7, 6))


@given(PRINTABLE, PRINTABLE)
def test_two_texts_never_share_their_bars(one: str, other: str) -> None:
    assert (code128(one) == code128(other)) == (one == other)


@pytest.mark.parametrize("text", ["", "书0001", "A\n1", "é", "\x7f"])
def test_what_has_no_bars_is_refused(text: str) -> None:
    with pytest.raises(NotInCode128):
        code128(text)


@pytest.mark.parametrize(
    ("modules", "room_mm", "module"),
    [
        (80, 72, 0.5),  # 100 modules with quiet zones: 0.72 would fit, four dots are the most
        (124, 72, 0.5),
        (125, 72, 0.375),
        (173, 72, 0.25),
        (268, 72, 0.25),
        (269, 72, None),
        (173, 48, None),
        (172, 48, 0.25),
    ],
)
def test_a_module_is_a_whole_number_of_dots_that_fits(modules: int, room_mm: float, module: float | None) -> None:
    assert fitting_module([modules], room_mm) == module
