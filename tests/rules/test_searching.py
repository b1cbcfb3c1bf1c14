"""Tokens of titles and texts, words, pinyin and initials, and how a question is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.kernel.chinese import fold, fold_apart
from wenyuan.kernel.searching import (
    Part,
    Question,
    Scope,
    Sought,
    grams_of,
    phrase_tokens,
    read_question,
    seek_grams,
    seek_initials,
    seek_phrase,
    seek_spelling,
    spelling_of,
    spelling_of_name,
    words_of,
)


def holds(tokens: list[str], sought: Sought) -> bool:
    """Whether a text with these tokens is found."""
    if sought.begins and not any(token.startswith(sought.begins) for token in tokens):
        return False
    if not sought.tokens:
        return bool(sought.begins)
    return any(
        all(start + place < len(tokens) and tokens[start + place] == token for place, token in sought.tokens)
        for start in range(len(tokens))
    )


def is_spelt(text: str, typed: str) -> bool:
    pinyin, _ = spelling_of(text)
    return any(
        set(way.tokens) <= pinyin and (not way.begins or any(one.startswith(way.begins) for one in pinyin))
        for way in seek_spelling(typed)
    )


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        ("The Old Man & the Sea", "the old man the sea"),
        ("Sophie’s World", "sophies world"),
        ("Ｃ＋＋程序设计：第2版", "c++程序设计 第2版"),
        ("J·K·羅琳", "j k 罗琳"),
        ("…", ""),
    ],
)
def test_words_stay_apart(text: str, apart: str) -> None:
    assert fold_apart(text) == apart


@given(st.text(alphabet="红樓夢乾縣志Café+#' ·,０１aＺ——\t", max_size=20))
def test_without_its_blanks_it_is_the_fold(text: str) -> None:
    assert fold_apart(text).replace(" ", "") == fold(text)


@pytest.mark.parametrize(
    ("key", "grams"),
    [
        ("平凡的世界", ["平凡", "凡的", "的世", "世界", "界"]),
        ("c++程序", ["c++", "++", "+程", "程序", "序"]),
        ("3d打印", ["3d", "d打", "打印", "印"]),
        ("oldman", ["old", "ldm", "dma", "man", "an", "n"]),
        ("水", ["水"]),
    ],
)
def test_grams_are_pairs_of_han_and_threes_inside_words(key: str, grams: list[str]) -> None:
    assert grams_of(key) == grams


@pytest.mark.parametrize(
    ("key", "sought"),
    [
        ("世界", Sought(((0, "世界"),))),
        ("平凡的世界", Sought(((0, "平凡"), (2, "的世"), (3, "世界")))),
        ("界", Sought((), "界")),
        ("ld", Sought((), "ld")),
        ("世界ab", Sought(((0, "世界"), (1, "界a")), "ab")),
    ],
)
def test_a_part_is_sought_by_as_few_grams_as_hold_it(key: str, sought: Sought) -> None:
    assert seek_grams(key) == sought


@given(st.text(alphabet="平凡的世界中c+#3d水ab", min_size=1, max_size=14), st.data())
def test_every_part_of_a_text_is_found_by_its_grams(key: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(key) - 1))
    end = data.draw(st.integers(start + 1, len(key)))

    assert holds(grams_of(key), seek_grams(key[start:end]))


@given(
    st.text(alphabet="平凡世c3", min_size=1, max_size=10),
    st.text(alphabet="平凡世c3", min_size=3, max_size=5),
)
def test_what_is_no_part_is_not_found_by_grams(key: str, other: str) -> None:
    sought = seek_grams(other)

    if not sought.begins and other not in key:
        assert not holds(grams_of(key), sought)


@pytest.mark.parametrize(
    ("text", "asked", "found"),
    [
        ("人民文学出版社", "人民文学", True),
        ("人民文学出版社", "文学", True),
        ("人民文学出版社", "文", True),
        ("人民文学出版社", "人民出版", False),
        ("The Art of War", "art of war", True),
        ("The Party", "art", False),
        ("Vue.js开发", "js开发", True),
        ("海子 · 诗", "海子诗", False),
    ],
)
def test_phrases_find_han_anywhere_and_words_whole(text: str, asked: str, found: bool) -> None:
    assert holds(phrase_tokens(text), seek_phrase(asked)) is found


def test_words_are_those_of_a_dictionary_and_those_of_alphabets_as_written() -> None:
    assert words_of("C++程序设计：3D打印 Sophie’s World") == [
        "c++",
        "程序",
        "设计",
        "程序设计",
        "3d",
        "打印",
        "sophies",
        "world",
    ]
    assert words_of("紅樓夢研究") == ["红楼", "红楼梦", "研究"]


@pytest.mark.parametrize(
    ("title", "typed", "found"),
    [
        ("平凡的世界", "pingfandeshijie", True),
        ("平凡的世界", "ping fan de shi jie", True),
        ("平凡的世界", "fande", True),
        ("平凡的世界", "shij", True),
        ("平凡的世界", "pingshi", False),
        ("重庆森林", "chongqing", True),
        ("重庆森林", "zhongqing", True),
        ("乾隆皇帝", "qianlong", True),
        ("西安", "xian", True),
        ("先生", "xian", True),
        ("绿野仙踪", "lvye", True),
        ("绿野仙踪", "luye", True),
        ("C++程序", "chengxu", True),
        ("平凡的世界", "python", False),
    ],
)
def test_pinyin_finds_a_title_in_every_reading(title: str, typed: str, found: bool) -> None:
    assert is_spelt(title, typed) is found


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("单田芳", "shantianfang"),
        ("曾国藩", "zengguofan"),
        ("仇英", "qiuying"),
        ("尉迟恭", "yuchigong"),
        ("余华", "yuhua"),
    ],
)
def test_a_surname_is_found_as_a_surname_is_read(name: str, typed: str) -> None:
    pinyin, _ = spelling_of_name(name)

    assert any(set(way.tokens) <= pinyin for way in seek_spelling(typed))


@pytest.mark.parametrize(
    ("title", "typed", "found"),
    [
        ("平凡的世界", "pfdsj", True),
        ("平凡的世界", "ds", True),
        ("平凡的世界", "pfsj", False),
        ("重庆森林", "cqsl", True),
        ("重庆森林", "zqsl", True),
        ("2001太空漫游", "1tk", True),
        ("C++程序设计", "ccxsj", True),
    ],
)
def test_initials_find_a_title(title: str, typed: str, found: bool) -> None:
    sought = seek_initials(typed)

    assert sought
    assert (set(sought) <= spelling_of(title)[1]) is found


@pytest.mark.parametrize("typed", ["", "平凡", "c++", "123", "a"])
def test_what_is_no_initials_asks_for_none(typed: str) -> None:
    assert seek_initials(typed) == ()


@given(st.lists(st.sampled_from("平凡的世界重庆西安绿单长乐"), min_size=2, max_size=9))
def test_each_reading_of_each_part_of_a_title_finds_it(characters: list[str]) -> None:
    from wenyuan.kernel.chinese import pinyin_of

    for start in range(len(characters) - 1):
        part = "".join(characters[start:])
        assert is_spelt("".join(characters), pinyin_of(part)), part


def part(text: str, **more: object) -> Part:
    return Part(text, fold(text), **more)  # type: ignore[arg-type] # fields by name


@pytest.mark.parametrize(
    ("typed", "question"),
    [
        ("余华  活着", Question((part("余华"), part("活着")))),
        ("《平凡的世界》路遥", Question((part("平凡的世界", is_exact=True), part("路遥")))),
        ("“old man” sea", Question((part("old man", is_exact=True), part("sea")))),
        ("作者：余华", Question((part("余华", scope=Scope.AUTHOR),))),
        ("author:余华 -战争", Question((part("余华", scope=Scope.AUTHOR),), (part("战争"),))),
        ('题名:"C++ 程序"', Question((part("C++ 程序", scope=Scope.TITLE, is_exact=True),))),
        ("ＩＳＢＮ：978-7-02", Question((part("978-7-02", scope=Scope.NUMBER),))),
        ("分类:I247", Question((part("I247", scope=Scope.CLASS),))),
        ("progra*", Question((part("progra", is_begun=True),))),
        ("平凡*", Question((part("平凡"),))),
        ("e-mail", Question((part("e-mail"),))),
        ("Alien: the film", Question((part("Alien:"), part("the"), part("film")))),
        ("C# -", Question((part("C#"),))),
        ("“平凡", Question((part("平凡"),))),
        ("-战争", Question(())),
        ("……", Question(())),
        ("", Question(())),
    ],
)
def test_a_question_is_read(typed: str, question: Question) -> None:
    assert read_question(typed) == question


def test_parts_that_name_no_field_are_looked_for_where_the_page_says() -> None:
    assert read_question("余华 题名:活着", within=Scope.AUTHOR).wanted == (
        part("余华", scope=Scope.AUTHOR),
        part("活着", scope=Scope.TITLE),
    )


@given(st.text(max_size=300))
def test_no_question_is_refused_and_none_is_endless(typed: str) -> None:
    question = read_question(typed)

    assert len(question.wanted) <= 16
    assert all(one.key for one in (*question.wanted, *question.unwanted))
