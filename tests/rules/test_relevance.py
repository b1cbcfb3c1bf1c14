"""Judging the order of results: what a rule wants, what is made of a title, and how an order is marked."""

import random
from pathlib import Path

import pytest

from wenyuan.doors.cli.bench_relevance import (
    TOPICS,
    Judged,
    Rule,
    Work,
    interval,
    judge,
    known_items,
    measure_relevance,
    ndcg,
    read_rules,
)
from wenyuan.runtime.problem import Problem


def work(number: int, title: str, *, author: str = "路遥", class_no: str = "I247.5", subjects: str = "") -> Work:
    return Work(
        id=number,
        title=title,
        volume="",
        author=author,
        publisher="",
        summary="",
        class_no=class_no,
        subjects=tuple(subjects.split()),
        classes=(class_no,),
    )


@pytest.mark.parametrize(
    ("found", "grades", "mark"),
    [
        ([1], {1: 1}, 1.0),
        ([2, 1], {1: 1}, 0.6309),  # 1 / log2(3)
        ([2, 3], {1: 1}, 0.0),
        ([], {1: 1}, 0.0),
        ([1, 2], {1: 1, 2: 2}, 0.7967),  # (1 + 3 / log2(3)) / (3 + 1 / log2(3))
        ([2, 1], {1: 1, 2: 2}, 1.0),
        ([*range(10, 20), 1], {1: 1}, 0.0),  # the eleventh does not count
    ],
)
def test_an_order_is_marked_by_what_is_wanted_and_how_early_it_comes(
    found: list[int], grades: dict[int, int], mark: float
) -> None:
    assert ndcg(found, grades) == pytest.approx(mark, abs=1e-4)


def test_the_interval_holds_the_mean_and_is_the_same_for_the_same_dice() -> None:
    values = [0.0, 1.0] * 50

    low, high = interval(values, random.Random(7))

    assert 0.38 < low < 0.5 < high < 0.62
    assert (low, high) == interval(values, random.Random(7))


def test_a_record_that_fulfils_both_conditions_is_wanted_twice_as_much(tmp_path: Path) -> None:
    path = tmp_path / "topics.tsv"
    path.write_text("# judged\n一句没有要求的话\ntopic\t养蜂\t606=养蜂,蜂蜜 690=S89\nname\t活着\ttitle=活着\n", "utf-8")
    works = [
        work(1, "养蜂手册", class_no="S893", subjects="养蜂"),
        work(2, "蜂蜜的故事", subjects="蜂蜜"),
        work(3, "蚕与蜂", class_no="S89"),
        work(4, "平凡的世界"),
        work(5, "《活着》"),
    ]

    judged = judge(read_rules(path), works)

    assert [(one.kind, one.text, dict(one.grades)) for one in judged] == [
        ("topic", "养蜂", {1: 2, 2: 1, 3: 1}),
        ("name", "活着", {5: 1}),
    ]
    assert judge([Rule("topic", "天文", {"606": ("天文",)})], works) == []


def test_a_line_that_wants_nothing_is_refused_by_its_number(tmp_path: Path) -> None:
    path = tmp_path / "topics.tsv"
    path.write_text("topic\t养蜂\t606=养蜂\ntopic\t天文\t六〇六\n", "utf-8")

    with pytest.raises(Problem, match=r"Line 2 of topics\.tsv"):
        read_rules(path)


def test_the_hundred_topics_can_be_read_and_differ() -> None:
    rules = read_rules(TOPICS)

    assert len(rules) == len({rule.text for rule in rules}) == 100
    assert {rule.kind for rule in rules} == {"topic"}


def test_questions_of_every_kind_are_made_of_a_title_and_want_every_edition_of_it() -> None:
    works = [work(1, "平凡的世界"), work(2, "平凡的世界"), work(3, "平凡的世介", author="别人")]

    made = known_items(works, each=3, seed=1)

    texts = {kind: {one.text for one in made if one.kind == kind} for kind in dict.fromkeys(one.kind for one in made)}
    assert texts["pinyin"] == {"pingfandeshijie"}
    assert texts["initials"] == {"pfdsj"}
    assert "平凡的世界" not in texts["one wrong character"]
    assert all(len(text) == 5 for text in texts["one wrong character"])
    assert texts["author and word"] <= {"路遥 平凡", "路遥 世界", "别人 平凡", "别人 世介"}
    assert all(text.startswith("分类:I247.5 ") for text in texts["class and word"])
    assert {frozenset(one.grades) for one in made} == {frozenset({1, 2}), frozenset({3})}
    assert made == known_items(works, each=3, seed=1)


def test_engines_are_compared_by_kind_and_all_kinds_count_alike() -> None:
    questions = [Judged("a", "1", {1: 1}), Judged("a", "2", {2: 1}), Judged("b", "3", {3: 1})]

    told = measure_relevance(questions, {"ours": lambda text: [int(text)], "other": lambda _text: [1]})

    assert told["kinds"]["a"]["questions"] == 2
    assert told["kinds"]["a"]["engines"]["other"]["first"] == 0.5
    assert told["all"] == {"ours": 1.0, "other": 0.25}
