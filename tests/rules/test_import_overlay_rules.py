"""Overlay rules: which fields of the library's own record stay when a supplier's replaces it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.holdings.catalogue.data import OverlayUnfit
from wenyuan.holdings.catalogue.importing.overlaying import (
    OverlayRules,
    overlay,
    rules_as_data,
    rules_from,
)
from wenyuan.kernel.marc import ControlField, DataField, Field, Record

LEADER = "00000nam0 2200000   450 "


def field(tag: str, text: str) -> Field:
    return ControlField(tag, text) if tag < "010" else DataField(tag, " ", " ", (("a", text),))


def record(*fields: tuple[str, str]) -> Record:
    return Record(LEADER, tuple(field(*one) for one in fields))


def told(record: Record) -> list[tuple[str, str]]:
    return [(one.tag, one.data if isinstance(one, ControlField) else one.subfields[0][1]) for one in record.fields]


OWN = record(("001", "1"), ("200", "旧"), ("606", "小说"), ("690", "I247.57"), ("997", "本馆"), ("998", "甲"))
SENT = record(("001", "1"), ("200", "新"), ("606", "当代"), ("690", "I24"), ("801", "书商"), ("998", "乙"))


@pytest.mark.parametrize(
    ("keep", "both", "expected"),
    [
        ((), ("...",), "旧新小说当代I24I247.57"),
        (("690",), (), "新当代I247.57书商乙"),
        (("690", "9.."), (), "新当代I247.57书商本馆甲"),
        ((), ("6..",), "新当代小说I24I247.57书商乙"),
        (("9..",), ("9..",), "新当代I24书商本馆甲"),
        (("3..",), (), "新当代I24书商乙"),
    ],
)
def test_own_fields_stay_as_the_rules_say(keep: tuple[str, ...], both: tuple[str, ...], expected: str) -> None:
    texts = [text for tag, text in told(overlay(OWN, SENT, OverlayRules("本馆", keep, both))) if tag != "001"]

    if both == ("...",):
        assert sorted(texts) == sorted(["旧", "新", "小说", "当代", "I24", "I247.57", "书商", "本馆", "甲", "乙"])
    else:
        assert "".join(texts) == expected


def test_control_fields_are_always_the_supplier_s() -> None:
    own, sent = record(("001", "1"), ("005", "2020"), ("200", "旧")), record(("001", "1"), ("005", "2026"))

    assert told(overlay(own, sent, OverlayRules("x", ("...",)))) == [("001", "1"), ("005", "2026"), ("200", "旧")]


FIELDS = st.lists(
    st.tuples(st.sampled_from(["200", "606", "690", "905", "998"]), st.sampled_from("甲乙丙")), max_size=6
)
PATTERNS = st.lists(st.sampled_from(["690", "6..", "9..", "..."]), max_size=2).map(tuple)


@given(own=FIELDS, sent=FIELDS, keep=PATTERNS, both=PATTERNS)
def test_what_came_in_by_rules_comes_in_again_without_a_change(
    own: list[tuple[str, str]], sent: list[tuple[str, str]], keep: tuple[str, ...], both: tuple[str, ...]
) -> None:
    rules = OverlayRules("x", keep, both)

    once = overlay(record(*own), record(*sent), rules)

    assert overlay(once, record(*sent), rules) == once


@pytest.mark.parametrize(
    ("data", "where", "fault"),
    [
        ([], "", "wrong_type"),
        ({"keep": ["690"]}, "name", "empty"),
        ({"name": "x" * 33, "keep": ["690"]}, "name", "out_of_range"),
        ({"name": "x"}, "keep", "empty"),
        ({"name": "x", "keep": "690"}, "keep", "wrong_type"),
        ({"name": "x", "keep": ["69"]}, "keep", "bad_tag"),
        ({"name": "x", "both": ["001"]}, "both", "bad_tag"),
        ({"name": "x", "keep": ["690"] * 51}, "keep", "out_of_range"),
        ({"name": "x", "keep": ["690"], "drop": []}, "drop", "unknown_key"),
    ],
)
def test_what_is_no_rules_is_refused_and_the_place_named(data: object, where: str, fault: str) -> None:
    with pytest.raises(OverlayUnfit) as caught:
        rules_from(data)

    assert (caught.value.where, caught.value.fault) == (where, fault)


def test_rules_come_back_from_their_data() -> None:
    rules = OverlayRules("本馆", ("690", "9.."), ("6..",))

    assert rules_from(rules_as_data(rules)) == rules
