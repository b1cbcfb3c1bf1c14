"""What may be asked of a station's batch, how far it is, and how an item's stay ends."""

from datetime import UTC, date, datetime, timedelta

import pytest

from wenyuan.lending.circulation.data.consignments import (
    ConsignmentReason,
    ConsignmentState,
    LineEnd,
    Position,
)
from wenyuan.lending.circulation.rules.consignments import (
    end_of,
    number_of,
    objections_to_terms,
    state_of,
)

THEN = datetime(2026, 4, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("position", "end", "free"),
    [
        (Position.COMING, LineEnd.SHORT, False),
        (Position.THERE, LineEnd.SHORT, False),
        (Position.LENT, LineEnd.LENT, False),
        (Position.LEAVING, LineEnd.SHORT, False),
        (Position.ELSEWHERE, LineEnd.BACK, True),
        (Position.BACK, LineEnd.BACK, True),
        (Position.GONE, LineEnd.SHORT, False),
    ],
)
def test_only_what_was_seen_away_from_the_station_is_back(position: Position, end: LineEnd, free: bool) -> None:
    assert end_of(position) is end
    assert position.is_back is free


@pytest.mark.parametrize(
    ("sent_at", "ended_at", "dropped_at", "state"),
    [
        (None, None, None, ConsignmentState.PACKING),
        (THEN, None, None, ConsignmentState.SENT),
        (THEN, THEN, None, ConsignmentState.ENDED),
        (None, None, THEN, ConsignmentState.DROPPED),
    ],
)
def test_the_latest_moment_says_how_far_a_batch_is(
    sent_at: datetime | None, ended_at: datetime | None, dropped_at: datetime | None, state: ConsignmentState
) -> None:
    assert state_of(sent_at=sent_at, ended_at=ended_at, dropped_at=dropped_at) is state


@pytest.mark.parametrize(("days", "fits"), [(0, False), (1, True), (731, True), (732, False), (-1, False)])
def test_the_day_of_return_lies_ahead_within_two_years(days: int, fits: bool) -> None:
    today = date(2026, 4, 23)

    found = [one.reason for one in objections_to_terms("秋季", today + timedelta(days=days), today=today)]

    assert found == ([] if fits else [ConsignmentReason.BAD_RETURN_DATE])


def test_a_number_is_the_day_and_what_is_its_own_for_good() -> None:
    assert number_of(42, "20260423") == "LD20260423-00042"
