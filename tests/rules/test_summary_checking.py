"""What wants a look before a text is sent (docs/specs/work-summary.md, K-01 to K-09)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.office.figures.data import CheckCode, Finding
from wenyuan.office.figures.summary.checking import LAWS, findings

ONE = [
    ("依据《中华人民共和国公共图书馆法》", []),
    ("依据《公共图书馆法》和《志愿服务条例》", []),
    ("依据《中华人民共和国图书馆法》", [(CheckCode.LAW_TITLE, "《中华人民共和国公共图书馆法》")]),
    ("依据《中和人民共和国公共图书馆法》", [(CheckCode.LAW_TITLE, "《中华人民共和国公共图书馆法》")]),
    ("依据《公共文化保障法》", [(CheckCode.LAW_TITLE, "《中华人民共和国公共文化服务保障法》")]),
    ("学习《海洋渔业渔船条例》", [(CheckCode.LAW_TITLE, "")]),
    ("共读《红楼梦》和《家庭养花法门》", []),
    ("外借文献300册次。全年外借文献300册次", []),
    ("外借文献4.5万余册次。全年外借文献45000册次", []),
    ("外借文献300册次。全年外借文献310册次", [(CheckCode.TWO_VALUES, "外借文献300册次")]),
    ("收到意见8条，其中表扬7条", []),
    ("收到意见8条，其中表扬7条。另有9条", []),
    ("举办活动13场，其中讲座20场", [(CheckCode.PART_OVER_TOTAL, "13场")]),
    ("举办活动1.3万场，其中讲座2万场", [(CheckCode.PART_OVER_TOTAL, "1.3万场")]),
    ("举办活动13场，其中参加900人次", []),
    ("截至6月12日，截至目前", []),
    ("截止6月12日", [(CheckCode.UP_TO, "截至")]),
    ("截止到目前", [(CheckCode.UP_TO, "截至")]),
    ("报名截止时间为5月1日", []),
    ("接待读者500人次，新办读者证20张", []),
    ("外借图书500册", [(CheckCode.UNIT, "册次")]),
    ("接待读者500人，入藏新书30册次", [(CheckCode.UNIT, "人次"), (CheckCode.UNIT, "册、种")]),
    ("共45,231册次", [(CheckCode.COMMA, "")]),
    ("价值近4万元", [(CheckCode.ROUNDED_MONEY, "")]),
    ("捐款1200余元", [(CheckCode.ROUNDED_MONEY, "")]),
    ("捐款1200元", []),
    ("共45231余册", [(CheckCode.NOT_ROUNDED, "")]),
    ("共45200余册，4.5万余人次", []),
]


@pytest.mark.parametrize(("text", "expected"), ONE)
def test_each_look_finds_what_it_is_for_and_no_more(text: str, expected: list[tuple[CheckCode, str]]) -> None:
    assert [(one.code, one.against) for one in findings(text)] == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("一、党建\n二、服务\n（一）开放\n（二）咨询\n三、馆藏\n（一）新书", []),
        ("一、党建\n三、馆藏", [("三、", "2")]),
        ("十、荣誉\n十一、问题\n十二、打算", [("十、", "1")]),
        ("1.开放\n2.咨询\n4.研学", [("4.", "3")]),
        ("一、党建\n1.学习\n2.宣讲\n二、服务\n1.开放", []),
        ("2020年1月23日闭馆\n3.5万人次", []),
    ],
)
def test_numbers_of_headings_follow_each_other_k04(lines: str, expected: list[tuple[str, str]]) -> None:
    assert [(one.found, one.against) for one in findings(lines)] == expected


def test_a_quoted_phrase_of_last_years_text_is_flagged_k08() -> None:
    text = "开展“学习年”活动，举办“诵读者”24期，学习“新一年”精神"

    found = findings(text, earlier_text="开展“学习年”活动，举办“诵读者”20期")

    assert found == (
        Finding(CheckCode.PHRASE_OF_BEFORE, 2, "“学习年”", ""),
        Finding(CheckCode.PHRASE_OF_BEFORE, 12, "“诵读者”", ""),
    )


def test_findings_stand_in_the_order_of_the_text_and_say_where_k09() -> None:
    text = "截止6月12日，外借图书500册，依据《图书馆法》"

    found = findings(text)

    assert [one.code for one in found] == [CheckCode.UP_TO, CheckCode.UNIT, CheckCode.LAW_TITLE]
    assert all(text[one.at :].startswith(one.found) for one in found)


@given(
    st.text(alphabet="一二三十、（）《》法条例“”0123456789.,余近万亿元册人次其中截止至外借文献\n 馆", max_size=80),
    st.text(max_size=20),
)
def test_no_text_breaks_a_look_and_every_finding_is_in_it(text: str, earlier: str) -> None:
    for one in findings(text, earlier_text=earlier):
        assert text[one.at :].startswith(one.found)


def test_no_law_is_listed_with_the_name_of_the_state_or_twice() -> None:
    assert len(set(LAWS)) == len(LAWS)
    assert not [law for law in LAWS if "共和国" in law or "《" in law]
