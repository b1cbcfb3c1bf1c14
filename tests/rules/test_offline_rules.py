"""When an act without a network happened, and what it counts as."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.lending.circulation.data.offline import OfflineOutcome, OfflineReason, Why
from wenyuan.lending.circulation.rules import Clock, can_be_lent, moment_of, outcome_of

UPLOADED = datetime(2026, 4, 23, 9, 0, tzinfo=UTC)
ISSUED = datetime(2026, 4, 22, 1, 0, tzinfo=UTC)
NOTHING = timedelta(0)


def clock(
    device_at: datetime,
    *,
    error: timedelta | None = NOTHING,
    error_now: timedelta | None = NOTHING,
    issued_at: datetime | None = ISSUED,
    previous_at: datetime | None = None,
) -> Clock:
    return Clock(
        device_at=device_at,
        error=error,
        error_now=error_now,
        issued_at=issued_at,
        previous_at=previous_at,
        uploaded_at=UPLOADED,
    )


@pytest.mark.parametrize(
    ("asked", "moment", "told"),
    [
        (clock(datetime(2026, 4, 23, 2, 0, tzinfo=UTC)), datetime(2026, 4, 23, 2, 0, tzinfo=UTC), []),
        # an hour slow, and known to be: corrected, and told
        (
            clock(datetime(2026, 4, 23, 2, 0, tzinfo=UTC), error=timedelta(hours=1), error_now=timedelta(hours=1)),
            datetime(2026, 4, 23, 3, 0, tzinfo=UTC),
            ["clock_wrong"],
        ),
        # set right in between: the error nearest to the act counts, and nobody is sure
        (
            clock(datetime(2026, 4, 23, 2, 0, tzinfo=UTC), error=timedelta(hours=1)),
            datetime(2026, 4, 23, 3, 0, tzinfo=UTC),
            ["clock_unsure", "clock_wrong"],
        ),
        # a file uploaded elsewhere has no error of now
        (
            clock(datetime(2026, 4, 23, 2, 0, tzinfo=UTC), error=timedelta(minutes=2), error_now=None),
            datetime(2026, 4, 23, 2, 2, tzinfo=UTC),
            [],
        ),
        # never measured
        (
            clock(datetime(2026, 4, 23, 2, 0, tzinfo=UTC), error=None, error_now=None),
            datetime(2026, 4, 23, 2, 0, tzinfo=UTC),
            ["clock_unsure"],
        ),
        # never to come
        (clock(datetime(2026, 4, 24, 2, 0, tzinfo=UTC)), UPLOADED, ["clock_unsure"]),
        (clock(UPLOADED + timedelta(minutes=3)), UPLOADED, []),
        # never before the list
        (clock(datetime(2026, 4, 20, 2, 0, tzinfo=UTC)), ISSUED, ["clock_unsure"]),
        # never before what the device did before it
        (
            clock(datetime(2026, 4, 23, 2, 0, tzinfo=UTC), previous_at=datetime(2026, 4, 23, 2, 4, tzinfo=UTC)),
            datetime(2026, 4, 23, 2, 4, tzinfo=UTC),
            [],
        ),
        # without a list, sixty days at most
        (
            clock(datetime(2020, 1, 1, tzinfo=UTC), issued_at=None),
            datetime(2026, 2, 22, 9, 0, tzinfo=UTC),
            ["clock_unsure"],
        ),
    ],
)
def test_when_it_happened_by_the_house_s_clock(asked: Clock, moment: datetime, told: list[str]) -> None:
    found, why = moment_of(asked)

    assert (found, [str(one.code) for one in why]) == (moment, told)


def test_a_wrong_clock_is_told_in_minutes() -> None:
    asked = clock(UPLOADED, error=timedelta(minutes=-26), error_now=timedelta(minutes=-26))

    _, why = moment_of(asked)

    assert why == (Why(OfflineReason.CLOCK_WRONG, {"minutes": 26}),)


moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(lambda one: one.replace(tzinfo=UTC))
errors = st.none() | st.timedeltas(timedelta(days=-900), timedelta(days=900))


@given(moments, errors, errors, st.none() | moments, st.none() | moments)
def test_a_moment_is_never_to_come_and_never_before_what_bounds_it(
    device_at: datetime,
    error: timedelta | None,
    error_now: timedelta | None,
    issued_at: datetime | None,
    previous_at: datetime | None,
) -> None:
    asked = clock(device_at, error=error, error_now=error_now, issued_at=issued_at, previous_at=previous_at)

    found, _ = moment_of(asked)

    assert found <= UPLOADED
    assert all(found >= bound for bound in (issued_at, previous_at) if bound is not None and bound <= UPLOADED)


@pytest.mark.parametrize(
    ("codes", "has_patron", "can"),
    [
        ([], True, True),
        (["patron_suspended", "loan_limit", "item_on_hold_shelf", "other_lending_group"], True, True),
        ([], False, False),
        (["item_unknown"], True, False),
        (["item_withdrawn"], True, False),
        (["patron_closed"], True, False),
        (["no_policy", "loan_limit"], True, False),
        (["item_on_loan_to_other"], True, False),
    ],
)
def test_only_what_no_table_can_hold_keeps_a_loan_from_being_recorded(
    codes: list[str], has_patron: bool, can: bool
) -> None:
    assert can_be_lent(codes, has_patron=has_patron) is can


@pytest.mark.parametrize(
    ("codes", "written", "outcome"),
    [
        ([], True, OfflineOutcome.RECORDED),
        (["clock_wrong"], True, OfflineOutcome.RECORDED),
        (["clock_unsure"], True, OfflineOutcome.CONFLICT),
        (["loan_limit"], True, OfflineOutcome.CONFLICT),
        (["item_unknown"], False, OfflineOutcome.ASIDE),
    ],
)
def test_what_an_act_counts_as(codes: list[str], written: bool, outcome: OfflineOutcome) -> None:
    assert outcome_of([Why(code) for code in codes], written=written) is outcome
