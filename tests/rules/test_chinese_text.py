"""Search keys, pinyin, sort keys."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.kernel.chinese import (
    fold,
    half_width,
    initials_of,
    marked_syllable,
    name_sort_key,
    pinyin_of,
    simplify,
    sort_key,
)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("紅樓夢", "红楼梦"),
        ("紅 樓·夢！", "红楼梦"),
        ("J·K·罗琳", "jk罗琳"),
        ("J•K・罗琳", "jk罗琳"),
        ("Ｃ＋＋程序设计", "c++程序设计"),
        ("C# 入门", "c#入门"),
        ("锺書", "钟书"),
        ("馀光中", "余光中"),
        ("乾縣志", "干县志"),
        ("乾县志", "干县志"),
        ("二○○八年", "二〇〇八年"),
        ("Café Ⅱ", "cafeii"),
        ("ダンス", "ダンス"),
        ("《史記》（上）", "史记上"),
        ("", ""),
        (" —— ", ""),
    ],
)
def test_one_key_for_all_ways_of_writing(text: str, key: str) -> None:
    assert fold(text) == key


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_folding_a_key_again_changes_nothing(text: str) -> None:
    key = fold(text)

    assert fold(key) == key


@given(st.text(alphabet="红樓夢乾縣志C+# ·０１a", max_size=12), st.text(alphabet=" ·，。《》-"))
def test_punctuation_around_a_text_does_not_change_its_key(text: str, noise: str) -> None:
    assert fold(noise + text + noise) == fold(text)


def test_many_threads_get_the_same_answers() -> None:
    titles = [chr(code) + "樓夢" for code in range(0x4E00, 0x4E00 + 400)]

    with ThreadPoolExecutor(8) as pool:
        runs = list(
            pool.map(lambda _: [fold(title) + simplify(title) + pinyin_of(title) for title in titles], range(8))
        )

    assert all(run == runs[0] for run in runs)
    assert runs[0][0] == "一楼梦一楼梦yi lou meng"


def test_simplifying_minds_the_phrase() -> None:
    assert simplify("乾隆年間的乾燥") == "乾隆年间的干燥"


def test_half_width_leaves_other_compatibility_forms_alone() -> None:
    assert half_width("ＡＢ１２（　）①²") == "AB12( )①²"


@pytest.mark.parametrize(
    ("text", "pinyin"),
    [
        ("重庆长江大桥", "chong qing chang jiang da qiao"),
        ("重慶長江大橋", "chong qing chang jiang da qiao"),
        ("朝阳区长寿路", "chao yang qu chang shou lu"),
        ("银行行长", "yin hang hang zhang"),
        ("音乐", "yin yue"),
        ("阿房宫", "e pang gong"),
        ("朝花夕拾", "zhao hua xi shi"),
        ("白蛇传", "bai she zhuan"),
        ("曾国藩家书", "zeng guo fan jia shu"),
        ("单田芳评书", "shan tian fang ping shu"),
        ("乐山大佛", "le shan da fo"),
        ("绿色女儿", "lv se nv er"),
        ("C++程序设计（第2版）", "c++ cheng xu she ji di 2 ban"),
        ("Harry's Café", "harrys cafe"),
        ("二○○八", "er ling ling ba"),
        ("", ""),
        ("……", ""),
    ],
)
def test_pinyin_reads_by_phrase_and_keeps_other_letters(text: str, pinyin: str) -> None:
    assert pinyin_of(text) == pinyin


@pytest.mark.parametrize(
    ("text", "initials"),
    [
        ("平凡的世界", "pfdsj"),
        ("2001太空漫游", "2001tkmy"),
        ("C++程序设计", "ccxsj"),
        ("New York 故事", "nygs"),
        ("", ""),
    ],
)
def test_initials_are_what_a_clerk_types(text: str, initials: str) -> None:
    assert initials_of(text) == initials


@pytest.mark.parametrize(
    "titles",
    [
        ["2001太空漫游", "ABC谋杀案", "Zoo", "阿Q正传", "白鹿原", "曹操", "左传"],
        ["第2册", "第10册", "第100册"],
        ["apple", "Banana", "cherry"],
        ["New York", "Newark"],
        ["妈", "麻", "马", "骂"],
        ["李白", "李小", "丽江"],
        ["路", "绿", "乱", "略", "论"],
        ["西安", "先"],
        ["C#入门", "C++入门", "C语言"],
    ],
)
def test_sort_keys_put_titles_in_order_byte_by_byte(titles: list[str]) -> None:
    keys = [sort_key(title).encode() for title in titles]

    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("紅樓夢", "红楼梦"),
        ("《红楼梦》", "红楼梦"),
        ("APPLE", "apple"),
        ("第０２册", "第2册"),
        ("J·K·罗琳", "J.K.罗琳"),
    ],
)
def test_sort_keys_overlook_how_a_title_is_written(one: str, other: str) -> None:
    assert sort_key(one) == sort_key(other)


def test_names_sort_under_the_reading_of_the_surname() -> None:
    names = ["单田芳", "查良镛", "曾国藩", "解缙", "尉迟恭", "陈伟", "仇英"]

    ordered = sorted(names, key=lambda name: name_sort_key(name).encode())

    assert ordered == ["陈伟", "仇英", "单田芳", "解缙", "尉迟恭", "曾国藩", "查良镛"]


@given(st.text())
def test_any_text_can_be_read_and_sorted(text: str) -> None:
    key = sort_key(text)

    assert "\0" not in key
    assert pinyin_of(text) == " ".join(pinyin_of(text).split())


@pytest.mark.parametrize(
    ("reading", "printed"),
    [
        ("zhong4", "zhòng"),
        ("lv4", "lǜ"),
        ("nve4", "nüè"),
        ("liu2", "liú"),
        ("gui4", "guì"),
        ("xiao3", "xiǎo"),
        ("guo2", "guó"),
        ("de5", "de"),
        ("", ""),
    ],
)
def test_a_reading_is_printed_with_its_mark_where_books_for_children_have_it(reading: str, printed: str) -> None:
    assert marked_syllable(reading) == printed
