"""What of a title is likest to what was mistyped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.kernel.searching import distance, likest_part, most_unlike, units_of


@pytest.mark.parametrize(
    ("typed", "title", "part"),
    [
        ("平凡的世介", "《平凡的世界》（全三册）", "平凡的世界"),  # the same sound
        ("平的世界", "平凡的世界", "平凡的世界"),  # one missing
        ("平凡的的世界", "平凡的世界", "平凡的世界"),  # one too many
        ("平凡的世X界", "平凡的世界", "平凡的世界"),
        ("红缕梦", "红楼梦断", "红楼梦"),  # it looks alike
        ("沙士比亚", "莎士比亚戏剧集", "莎士比亚"),
        ("余花", "余华", "余华"),
        ("zongguo", "中国通史", "中国"),  # z for zh
        ("lanfang", "南方的河", "南方"),  # l for n
        ("紅樓夢影", "红楼梦", "红楼梦"),
    ],
)
def test_what_was_meant_is_found_in_a_title(typed: str, title: str, part: str) -> None:
    from wenyuan.kernel.chinese import fold

    likest = [(likest_part(units, title), most_unlike(units)) for units in units_of(fold(typed))]

    assert part in [found.part for found, most in likest if found is not None and found.cost <= most]


@pytest.mark.parametrize(
    ("typed", "title"),
    [("活看", "活着"), ("数学", "化学"), ("世界", "平凡"), ("中", "种"), ("beijing", "南京"), ("平凡", "——")],
)
def test_what_is_something_else_is_not_taken_for_it(typed: str, title: str) -> None:
    for units in units_of(typed):
        found = likest_part(units, title)
        assert found is None or found.cost > most_unlike(units)


@given(st.text("平凡的世界红楼梦", min_size=2, max_size=8), st.text("平凡的世界红楼梦", max_size=8))
def test_a_part_of_a_title_is_like_itself(part: str, rest: str) -> None:
    (units,) = units_of(part)

    found = likest_part(units, rest + part + rest)

    assert found is not None
    assert (found.cost, found.part) == (0.0, part)


def test_numbers_and_long_texts_are_not_compared() -> None:
    assert units_of("1984") == units_of("") == units_of("c++") == units_of("世" * 25) == ()


@pytest.mark.parametrize(
    ("one", "other", "letters"),
    [("hemingwey", "hemingway", 1), ("pythn", "python", 1), ("abc", "abc", 0), ("", "ab", 2), ("ab", "ba", 2)],
)
def test_wrong_letters_are_counted(one: str, other: str, letters: int) -> None:
    assert distance(one, other) == letters
