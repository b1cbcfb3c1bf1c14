"""Crates: which way a van comes, where a line's item is, and which ends fit which difference."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.lending.transit import rules
from wenyuan.lending.transit.data import FITTING, DifferenceKind, LineState, Outcome, Refusal, SheetCrate, StopInput

PACKED = datetime(2026, 4, 23, 2, tzinfo=UTC)
BEFORE, AFTER = PACKED - timedelta(hours=5), PACKED + timedelta(hours=5)
CENTRAL, EAST, SOUTH, WEST = 1, 2, 3, 4
ROUND = (CENTRAL, EAST, SOUTH, CENTRAL)


@pytest.mark.parametrize(
    ("start", "via", "goal", "course", "comes_by"),
    [
        (CENTRAL, EAST, SOUTH, (CENTRAL, EAST, SOUTH), True),
        (CENTRAL, SOUTH, EAST, (CENTRAL, EAST, SOUTH), False),
        (EAST, CENTRAL, SOUTH, (CENTRAL, EAST, SOUTH), False),
        (EAST, SOUTH, CENTRAL, ROUND, True),
        (SOUTH, CENTRAL, EAST, ROUND, True),
        (SOUTH, EAST, CENTRAL, ROUND, False),
        (CENTRAL, EAST, WEST, ROUND, False),
        (CENTRAL, EAST, EAST, ROUND, False),
        (CENTRAL, EAST, SOUTH, (), False),
        (CENTRAL, WEST, SOUTH, (CENTRAL, EAST, CENTRAL, WEST, SOUTH), True),
    ],
)
def test_a_van_comes_by_one_branch_before_another(
    start: int, via: int, goal: int, course: tuple[int, ...], comes_by: bool
) -> None:
    assert rules.lies_on_the_way(start, via, goal, course) is comes_by


@given(st.permutations(range(1, 7)))
def test_on_a_straight_course_the_way_there_is_never_the_way_back(course: list[int]) -> None:
    start, via, goal = course[0], course[2], course[4]

    assert rules.lies_on_the_way(start, via, goal, course)
    assert not rules.lies_on_the_way(goal, via, start, course)
    assert not rules.lies_on_the_way(start, goal, via, course)


def journey(
    start: int = EAST,
    goal: int = CENTRAL,
    sent_at: datetime = BEFORE,
    received_at: datetime | None = None,
    cancelled_at: datetime | None = None,
) -> rules.Journey:
    return rules.Journey(start, goal, sent_at, received_at, cancelled_at)


@pytest.mark.parametrize(
    ("now", "seen", "state"),
    [
        (journey(), False, LineState.IN_CRATE),
        (journey(), True, LineState.SEEN),
        (journey(received_at=AFTER), False, LineState.RECEIVED),
        (journey(received_at=AFTER), True, LineState.RECEIVED),
        (journey(start=CENTRAL, goal=SOUTH, sent_at=AFTER), False, LineState.PASSED_ON),
        (journey(start=CENTRAL, goal=SOUTH, sent_at=AFTER), True, LineState.PASSED_ON),
        (journey(start=CENTRAL, goal=SOUTH, sent_at=AFTER, received_at=AFTER), False, LineState.PASSED_ON),
        (journey(start=WEST, sent_at=AFTER), False, LineState.ELSEWHERE),
        (journey(start=EAST, sent_at=AFTER), False, LineState.ELSEWHERE),
        (journey(start=WEST, goal=SOUTH, sent_at=AFTER, received_at=AFTER), False, LineState.ELSEWHERE),
        (journey(goal=SOUTH, received_at=AFTER), False, LineState.ELSEWHERE),
        (journey(cancelled_at=AFTER), False, LineState.ENDED),
    ],
)
def test_a_line_tells_where_its_item_is(now: rules.Journey, seen: bool, state: LineState) -> None:
    found = rules.line_state(now, manifest_from=EAST, manifest_to=CENTRAL, packed_at=PACKED, seen=seen)

    assert found is state


def test_every_reason_against_packing_is_told_at_once() -> None:
    objections = rules.objections_to_packing(
        journey(start=WEST, goal=SOUTH), here=EAST, destination=CENTRAL, courses=()
    )

    assert [(one.refusal, dict(one.facts)) for one in objections] == [
        (Refusal.BEGUN_ELSEWHERE, {"branch": WEST}),
        (Refusal.WRONG_DESTINATION, {"branch": SOUTH}),
    ]


def test_what_lies_beyond_on_a_run_may_go_along() -> None:
    going = journey(start=EAST, goal=CENTRAL)

    assert rules.objections_to_packing(going, here=EAST, destination=SOUTH, courses=(ROUND,)) == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [(" zx-01 ", "ZX-01"), ("07", "07"), ("", None), ("-1", None), ("A" * 25, None), ("箱1", None), ("A 1", None)],
)
def test_a_crate_s_code_is_short_and_plain(text: str, code: str | None) -> None:
    assert rules.code_of(text) == code


@pytest.mark.parametrize(
    ("text", "seal"), [(" 封0042 ", "封0042"), ("", None), ("  ", None), ("1" * 33, None), ("1\n2", None)]
)
def test_a_seal_has_a_number(text: str, seal: str | None) -> None:
    assert rules.seal_of(text) == seal


def test_every_kind_of_difference_has_ends_and_every_end_a_kind() -> None:
    assert set(FITTING) == set(DifferenceKind)
    assert set.union(*(set(ends) for ends in FITTING.values())) == set(Outcome)


@pytest.mark.parametrize(
    ("branch", "outcome"),
    [(CENTRAL, Outcome.ARRIVED_LATER), (EAST, Outcome.FOUND_AT_SENDER), (WEST, Outcome.FOUND_ELSEWHERE)],
)
def test_where_a_missing_item_turns_up_says_how_its_difference_ends(branch: int, outcome: Outcome) -> None:
    assert rules.settles_missing(seen_at_branch=branch, manifest_from=EAST, manifest_to=CENTRAL) is outcome


def crate(number: int, start: int, goal: int, *, handed: bool = False) -> SheetCrate:
    return SheetCrate(
        manifest_id=number,
        crate=f"ZX-{number:02d}",
        number=str(number),
        seal="1",
        from_branch_id=start,
        to_branch_id=goal,
        items=1,
        handed=handed,
    )


def test_a_van_takes_a_crate_where_it_waits_and_leaves_it_at_the_next_halt_there() -> None:
    crates = [
        crate(1, CENTRAL, EAST),
        crate(2, EAST, SOUTH),
        crate(3, SOUTH, CENTRAL),
        crate(4, SOUTH, EAST),  # the van does not come by the east again
        crate(5, WEST, SOUTH, handed=True),
        crate(6, WEST, SOUTH),  # it does not come by the west
    ]

    loads = rules.loads_of(ROUND, crates)

    assert [([one.manifest_id for one in drop], [one.manifest_id for one in pick]) for drop, pick in loads] == [
        ([], [1]),
        ([1], [2]),
        ([2, 5], [3]),
        ([3], []),
    ]


@given(st.sets(st.integers(0, 6)))
def test_weekdays_come_back_as_they_were_kept(days: set[int]) -> None:
    assert rules.weekdays_of(rules.days_mask(days)) == days


@pytest.mark.parametrize(
    ("stops", "refusals"),
    [
        ([(CENTRAL, {0}), (EAST, {0})], []),
        ([(CENTRAL, {0})], [Refusal.STOPS_UNFIT]),
        ([(CENTRAL, {0}), (99, set())], [Refusal.STOP_UNKNOWN_BRANCH, Refusal.STOP_WITHOUT_DAYS]),
        ([(CENTRAL, {7}), (CENTRAL, {1})], [Refusal.STOP_WITHOUT_DAYS, Refusal.STOP_TWICE]),
        ([(CENTRAL, {0}), (EAST, {0})] * 31, [Refusal.STOPS_UNFIT]),
    ],
)
def test_a_run_has_halts_that_can_be(stops: list[tuple[int, set[int]]], refusals: list[Refusal]) -> None:
    planned = [StopInput(branch_id=branch, weekdays=frozenset(days)) for branch, days in stops]

    found = rules.objections_to_stops(planned, frozenset({CENTRAL, EAST, SOUTH}))

    assert [one.refusal for one in found] == refusals
