"""What a batch does to one record: a table of cases, and what holds for every record."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.holdings.catalogue.batching import steps as module
from wenyuan.holdings.catalogue.batching.steps import (
    MOST_STEPS,
    StepsUnfit,
    TooLarge,
    apply_steps,
    steps_from_data,
    steps_to_data,
)
from wenyuan.kernel.marc import ControlField, DataField, Record, from_text, to_text

LEADER = "LDR 00000nam0 2200000   450 "
BOOK = """001 W1
100 ## $a20120301d2012    em y0chiy50      ea
200 1# $a活着$f余华著
606 0# $a长篇小说$y中国
606 0# $a红色文献
690 ## $aI247.57
701 #0 $a余华$4著"""


def record(text: str = BOOK) -> Record:
    return from_text(f"{LEADER}\n{text}")


def step(kind: str, place: str = "", **more: Any) -> dict[str, Any]:
    return {"kind": kind, "place": place, **more}


def when(place: str, test: str, value: str = "") -> dict[str, str]:
    return {"if_place": place, "if_test": test, "if_value": value}


def done(*steps: dict[str, Any], to: str = BOOK) -> list[str]:
    """The lines that the steps took away (-) and brought (+)."""
    before = to_text(record(to)).split("\n")
    after = to_text(apply_steps(record(to), steps_from_data(list(steps)))).split("\n")
    return [f"-{line}" for line in before if line not in after] + [f"+{line}" for line in after if line not in before]


@pytest.mark.parametrize(
    ("steps", "lines"),
    [
        ([step("add_field", text="610 0# $a乡土")], ["+610 0# $a乡土"]),
        ([step("add_field", text="606 0# $a红色文献")], []),
        ([step("delete_field", "606")], ["-606 0# $a长篇小说$y中国", "-606 0# $a红色文献"]),
        ([step("delete_field", "606", **when("606$a", "equals", "红色文献"))], ["-606 0# $a红色文献"]),
        ([step("delete_field", "606", **when("606$y", "absent"))], ["-606 0# $a红色文献"]),
        ([step("delete_field", "606", **when("606$y", "present"))], ["-606 0# $a长篇小说$y中国"]),
        (
            [step("delete_field", "606", **when("200$a", "contains", "活"))],
            ["-606 0# $a长篇小说$y中国", "-606 0# $a红色文献"],
        ),
        ([step("delete_field", "606", **when("200$a", "contains", "死"))], []),
        ([step("set_subfield", "690$v", text="5")], ["-690 ## $aI247.57", "+690 ## $aI247.57$v5"]),
        ([step("set_subfield", "690$a", text="I247.5")], ["-690 ## $aI247.57", "+690 ## $aI247.5"]),
        ([step("set_subfield", "675$a", text="1")], []),
        ([step("delete_subfield", "606$y")], ["-606 0# $a长篇小说$y中国", "+606 0# $a长篇小说"]),
        ([step("delete_subfield", "690$a")], ["-690 ## $aI247.57"]),
        ([step("replace_text", "690", sought="I247.57", text="I247.5")], ["-690 ## $aI247.57", "+690 ## $aI247.5"]),
        ([step("replace_text", "690", sought="i247", text="K")], []),
        (
            [step("replace_text", "690", sought="i247", text="K", any_case=True)],
            ["-690 ## $aI247.57", "+690 ## $aK.57"],
        ),
        ([step("replace_text", "606$y", sought="中国", text="")], ["-606 0# $a长篇小说$y中国", "+606 0# $a长篇小说"]),
        ([step("replace_text", "690$a", sought=".*", text="x")], []),
        ([step("copy", "606", to="610")], ["+610 0# $a长篇小说$y中国", "+610 0# $a红色文献"]),
        ([step("copy", "701$a", to="200$g")], ["-200 1# $a活着$f余华著", "+200 1# $a活着$f余华著$g余华"]),
        ([step("copy", "701$a", to="610$a")], ["+610 ## $a余华"]),
        (
            [step("move", "606", to="610", **when("606$a", "contains", "红色"))],
            ["-606 0# $a红色文献", "+610 0# $a红色文献"],
        ),
        ([step("move", "606$y", to="606$x")], ["-606 0# $a长篇小说$y中国", "+606 0# $a长篇小说$x中国"]),
        (
            [step("move", "701$4", to="200$g")],
            ["-200 1# $a活着$f余华著", "-701 #0 $a余华$4著", "+200 1# $a活着$f余华著$g著", "+701 #0 $a余华"],
        ),
        ([step("add_field", text="610 0# $a乡土", **when("610", "absent"))], ["+610 0# $a乡土"]),
        ([step("add_field", text="610 0# $a乡土", **when("606$a", "equals", "红色"))], []),
    ],
)
def test_each_step_does_what_it_says(steps: list[dict[str, Any]], lines: list[str]) -> None:
    assert done(*steps) == lines


def test_steps_follow_each_other() -> None:
    steps = [step("copy", "606$a", to="610$a"), step("delete_field", "606"), step("set_subfield", "610$2", text="x")]

    assert done(*steps)[-1] == "+610 ## $a长篇小说$a红色文献$2x"


def test_a_field_comes_behind_the_last_of_lower_or_equal_tag() -> None:
    after = apply_steps(record(), steps_from_data([step("add_field", text="300 ## $a有插图")]))

    assert [field.tag for field in after.fields] == ["001", "100", "200", "300", "606", "606", "690", "701"]


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ([], (0, "", "missing")),
        ("606", (0, "", "missing")),
        ([step("delete_field", "606")] * (MOST_STEPS + 1), (0, "", "too_many")),
        ([step("wipe", "606")], (1, "kind", "missing")),
        ([step("delete_field", "60")], (1, "place", "bad_place")),
        ([step("delete_field", "001")], (1, "place", "control_field")),
        ([step("copy", "200$a", to="LDR$a")], (1, "to", "control_field")),
        ([step("delete_field", "606$a")], (1, "place", "no_code")),
        ([step("delete_subfield", "606")], (1, "place", "needs_code")),
        ([step("set_subfield", "606$a", text=" ")], (1, "text", "missing")),
        ([step("replace_text", "606", text="x")], (1, "sought", "missing")),
        ([step("replace_text", "606", sought="x", text="\x1e")], (1, "text", "control_character")),
        ([step("replace_text", "606", sought="x" * 201)], (1, "sought", "too_long")),
        ([step("copy", "606$a", to="610")], (1, "to", "needs_code")),
        ([step("move", "606", to="606")], (1, "to", "same_place")),
        ([step("add_field", text="606")], (1, "text", "bad_field")),
        ([step("add_field", text="606 0# $a1\n607 0# $a2")], (1, "text", "control_character")),
        ([step("add_field", text="005 2012")], (1, "text", "control_field")),
        (
            [step("delete_field", "606"), step("delete_field", "607", **when("6", "present"))],
            (2, "if_place", "bad_place"),
        ),
        ([step("delete_field", "606", **when("606$a", "like", "x"))], (1, "if_test", "missing")),
        ([step("delete_field", "606", **when("606$a", "contains"))], (1, "if_value", "missing")),
    ],
)
def test_what_is_no_step_is_named(data: object, fault: tuple[int, str, str]) -> None:
    with pytest.raises(StepsUnfit) as unfit:
        steps_from_data(data)

    assert (unfit.value.number, unfit.value.where, unfit.value.fault) == fault


def test_a_record_does_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_CHARACTERS", 1000)
    growing = [step("replace_text", "606", sought="a", text="a" * 20)] * 2

    with pytest.raises(TooLarge):
        apply_steps(record("606 0# $a" + "a" * 20), steps_from_data(growing))


TEXTS = st.text("ab中", min_size=1, max_size=4)
FIELDS = st.one_of(
    st.builds(ControlField, st.sampled_from(["001", "005"]), TEXTS),
    st.builds(
        DataField,
        st.sampled_from(["200", "606", "610", "690"]),
        st.sampled_from(" 01"),
        st.just(" "),
        st.lists(st.tuples(st.sampled_from("abx"), TEXTS), min_size=1, max_size=4).map(tuple),
    ),
)
RECORDS = st.builds(Record, st.just("00000nam0 2200000   450 "), st.lists(FIELDS, max_size=8).map(tuple))
PLACES = st.sampled_from(["606", "610", "690"])
CODED = st.sampled_from(["606$a", "606$b", "610$a", "690$x"])
CONDITIONS: st.SearchStrategy[dict[str, str]] = st.one_of(
    st.just({}),
    st.builds(when, st.one_of(PLACES, CODED), st.sampled_from(["present", "absent", "equals", "contains"]), TEXTS),
)
STEPS = st.builds(
    lambda one, condition: {**one, **condition},
    st.one_of(
        st.builds(lambda text: step("add_field", text=f"606 0# $a{text}"), TEXTS),
        st.builds(lambda place: step("delete_field", place), PLACES),
        st.builds(lambda place, text: step("set_subfield", place, text=text), CODED, TEXTS),
        st.builds(lambda place: step("delete_subfield", place), CODED),
        st.builds(
            lambda place, sought, text: step("replace_text", place, sought=sought, text=text), CODED, TEXTS, TEXTS
        ),
        st.builds(lambda kind, to: step(kind, "690", to=to), st.sampled_from(["copy", "move"]), st.just("610")),
        st.builds(lambda kind, to: step(kind, "690$x", to=to), st.sampled_from(["copy", "move"]), st.just("606$a")),
    ),
    CONDITIONS,
)


@given(RECORDS, st.lists(STEPS, min_size=1, max_size=4))
def test_leader_control_fields_and_other_tags_stay_as_they_are(before: Record, data: list[dict[str, Any]]) -> None:
    after = apply_steps(before, steps_from_data(data))

    def others(record: Record) -> list[Any]:
        return [field for field in record.fields if field.tag not in ("606", "610", "690")]

    assert (after.leader, others(after)) == (before.leader, others(before))
    assert all(field.subfields for field in after.fields if isinstance(field, DataField))


@given(st.lists(STEPS, min_size=1, max_size=4))
def test_steps_are_the_same_after_they_were_kept(data: list[dict[str, Any]]) -> None:
    steps = steps_from_data(data)

    assert steps_from_data(steps_to_data(steps)) == steps


@given(RECORDS, STEPS)
def test_once_more_changes_nothing_that_was_set_deleted_added_or_moved(before: Record, data: dict[str, Any]) -> None:
    if data["kind"] == "replace_text":
        return
    once = apply_steps(before, steps_from_data([data]))

    if data.get("if_test") in (None, "present", "contains"):
        assert apply_steps(once, steps_from_data([data])) == once


def test_what_stands_for_an_embedded_field_is_not_touched() -> None:
    embedding = "461 #0 $1001012001$12001#$a丛书2001$v2"
    steps = step("replace_text", "461", sought="2001", text="2011"), step("set_subfield", "461$v", text="3")

    assert done(*steps, to=embedding) == [f"-{embedding}", "+461 #0 $1001012001$12001#$a丛书2011$v2"]
