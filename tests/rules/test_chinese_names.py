"""Personal names and statements of responsibility."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.kernel.chinese import author_of, is_han_name, name_pinyin, name_readings, split_name


@pytest.mark.parametrize(
    ("name", "pinyin"),
    [
        ("单田芳", "shan tian fang"),
        ("單田芳", "shan tian fang"),
        ("曾巩", "zeng gong"),
        ("仇英", "qiu ying"),
        ("解缙", "xie jin"),
        ("查良镛", "zha liang yong"),
        ("区 健", "ou jian"),
        ("尉迟恭", "yu chi gong"),
        ("万俟卨", "mo qi xie"),
        ("长孙无忌", "zhang sun wu ji"),
        ("澹台灭明", "tan tai mie ming"),
        ("单", "shan"),
        ("陈小雨", "chen xiao yu"),
        ("列夫·托尔斯泰", "lie fu tuo er si tai"),
        ("单口相声演员", "dan kou xiang sheng yan yuan"),
        ("John Smith", "john smith"),
        ("", ""),
    ],
)
def test_a_surname_is_read_as_a_surname(name: str, pinyin: str) -> None:
    assert name_pinyin(name) == pinyin


@pytest.mark.parametrize(
    ("name", "readings"),
    [
        ("单田芳", ("shan tian fang", "dan tian fang")),
        ("隗嚣", ("wei xiao", "kui xiao")),
        ("乐嘉", ("yue jia", "le jia")),
        ("陈伟", ("chen wei",)),
        ("尉迟恭", ("yu chi gong",)),
        ("", ()),
    ],
)
def test_a_person_is_found_by_every_reading_of_the_surname(name: str, readings: tuple[str, ...]) -> None:
    assert name_readings(name) == readings


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("欧阳修", ("欧阳", "修")),
        ("歐陽修", ("歐陽", "修")),
        ("欧阳", ("欧", "阳")),
        ("陈 伟", ("陈", "伟")),
        ("列夫·托尔斯泰", ("", "列夫·托尔斯泰")),
    ],
)
def test_a_name_is_split_after_the_surname(name: str, parts: tuple[str, str]) -> None:
    assert split_name(name) == parts


def test_transcribed_names_have_no_surname_in_front() -> None:
    assert is_han_name("陈伟")
    assert not is_han_name("列夫·托尔斯泰")
    assert not is_han_name("阿不都热依木")
    assert not is_han_name("")


@pytest.mark.parametrize(
    ("statement", "people"),
    [
        ("（英）J·K·罗琳 著", [("J·K·罗琳", "著")]),
        ("[清]曹雪芹著", [("曹雪芹", "著")]),
        ("鲁迅著 ; 周海婴编", [("鲁迅", "著"), ("周海婴", "编")]),
        ("鲁迅著 周海婴编", [("鲁迅", "著"), ("周海婴", "编")]),
        ("曹雪芹, 高鹗著", [("曹雪芹", "著"), ("高鹗", "著")]),
        ("曹雪芹 高鹗 著", [("曹雪芹", "著"), ("高鹗", "著")]),
        ("鲁迅等著", [("鲁迅", "著")]),
        ("鲁迅[等]著", [("鲁迅", "著")]),
        ("(日)宫西达也 文/图 ; 蒲蒲兰译", [("宫西达也", "文/图"), ("蒲蒲兰", "译")]),
        ("文/几米 图/张三", [("几米", "文"), ("张三", "图")]),
        ("几米文图", [("几米", "文图")]),
        ("主编：张三", [("张三", "主编")]),
        ("王蒙主编, 李四副主编", [("王蒙", "主编"), ("李四", "副主编")]),
        ("楊伯峻 譯註", [("楊伯峻", "譯註")]),
        ("朱熹注", [("朱熹", "注")]),
        ("朱其铠 等 校注", [("朱其铠", "校注")]),
        ("朱其铠, 等校注", [("朱其铠", "校注")]),
        ("张三, 等", [("张三", "")]),
        ("主编王蒙", [("王蒙", "主编")]),
        ("编著者王蒙", [("王蒙", "编著")]),
        ("作者王蒙", [("王蒙", "作")]),
        ("摄影学会", [("摄影学会", "")]),
        ("张三执行主编", [("张三", "执行主编")]),
        ("张三总策划", [("张三", "总策划")]),
        ("无名氏续", [("无名氏", "续")]),
        ("张三续写", [("张三", "续写")]),
        ("李续", [("李续", "")]),
        ("曹雪芹著 ; 高鹗续", [("曹雪芹", "著"), ("高鹗", "续")]),
        ("欧阳修 撰", [("欧阳修", "撰")]),
        ("王译著", [("王译", "著")]),
        ("张译", [("张译", "")]),
        ("王文", [("王文", "")]),
        ("陈 伟 著", [("陈伟", "著")]),
        ("[法]圣埃克苏佩里/著", [("圣埃克苏佩里", "著")]),
        ("威尔.杜兰(美)", [("威尔.杜兰", "")]),
        ("(美) J. K. 罗琳 (J. K. Rowling) 著", [("J. K. 罗琳", "著")]),
        ("Stephen Hawking", [("Stephen Hawking", "")]),
        ("edited by John Smith, Jane Doe", [("John Smith", "edited by"), ("Jane Doe", "edited by")]),
        ("中国图书馆学会编", [("中国图书馆学会", "编")]),
        ("[佚名]著", [("佚名", "著")]),
        ("莫言", [("莫言", "")]),
        ("著", []),
        ("", []),
    ],
)
def test_names_and_roles_are_taken_out_of_a_statement(statement: str, people: list[tuple[str, str]]) -> None:
    assert author_of(statement) == people


@given(st.text(alphabet="鲁迅著编译文图[]（）()·;；,， /:等JK.", max_size=30))
def test_any_statement_gives_names_without_blanks_around(statement: str) -> None:
    for name, role in author_of(statement):
        assert name
        assert name == name.strip()
        assert role == role.strip()
