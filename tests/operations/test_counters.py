"""Counters at doors (docs/specs/counting-doors.md): set up with a key, calibrated, taken down."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.factories.accounts import make_desk
from tests.factories.network import make_branch, make_service_point
from tests.factories.visits import make_counter, make_director
from wenyuan.organisation.network.models import Branch, ServicePoint
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.services.visits.data import CounterKind, CounterReason, CounterRefused, Directions
from wenyuan.services.visits.models import Counter
from wenyuan.services.visits.operations import (
    admit_counter,
    calibrate_counter,
    end_counter,
    renew_counter_key,
    set_up_counter,
)
from wenyuan.services.visits.queries import calibrations_of, get_counter, list_counters

AT = datetime(2026, 4, 24, 2, 0, tzinfo=UTC)  # ten in the morning of the 24th
APRIL = date(2026, 4, 1)


@pytest.fixture
def branch(db: None) -> Branch:
    return make_branch("CEN")


@pytest.fixture
def point(branch: Branch) -> ServicePoint:
    return make_service_point(branch, "DOOR", name_zh="正门")


@pytest.fixture
def desk(branch: Branch) -> Desk:
    return make_director(branch)


def refused(exception: pytest.ExceptionInfo[CounterRefused]) -> set[CounterReason]:
    return set(exception.value.reasons)


def test_a_counter_is_set_up_with_a_key_of_which_a_hash_is_kept_cd16(point: ServicePoint, desk: Desk) -> None:
    issued = make_counter(point, maximum=65_535, at=AT, desk=desk)

    counter = issued.counter
    assert issued.secret.startswith("wyc_")
    assert admit_counter(secret=issued.secret) == counter
    assert (counter.service_point_id, counter.branch_id, counter.point_name("en")) == (point.id, desk.branch_id, "正门")
    assert (counter.terms.kind, counter.terms.maximum, counter.terms.first_date) == (CounterKind.TOTAL, 65_535, APRIL)
    assert (counter.key_last4, counter.key_set_at) == (issued.secret[-4:], AT)
    assert issued.secret.encode() not in bytes(Counter.objects.get().key_hash)
    audit = AuditRow.objects.get(act="set_up_counter")
    assert (audit.subject_id, audit.branch_id, audit.after["kind"]) == (counter.id, desk.branch_id, "total")
    assert issued.secret not in str(audit.after)


@pytest.mark.parametrize("secret", ["", "wyc_", "wyc_nothing", "wya_token", "wyc_" + "x" * 200])
def test_a_key_of_nobody_opens_nothing(branch: Branch, secret: str) -> None:
    with pytest.raises(CounterRefused) as caught:
        admit_counter(secret=secret)

    assert refused(caught) == {CounterReason.UNKNOWN_KEY}


def test_a_new_key_shuts_the_old_one_out_cd16(point: ServicePoint, desk: Desk) -> None:
    issued = make_counter(point, at=AT, desk=desk)

    renewed = renew_counter_key(counter_id=issued.counter.id, at=AT, desk=desk)

    assert admit_counter(secret=renewed.secret).id == issued.counter.id
    with pytest.raises(CounterRefused):
        admit_counter(secret=issued.secret)
    assert AuditRow.objects.filter(act="renew_counter_key", subject_id=issued.counter.id).count() == 1


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"name": "  "}, {CounterReason.NAME_MISSING}),
        ({"name": "门" * 61}, {CounterReason.TEXT_TOO_LONG}),
        ({"name": "正\n门"}, {CounterReason.TEXT_TOO_LONG}),
        ({"maximum": 0}, {CounterReason.BAD_MAXIMUM}),
        ({"kind": CounterKind.INTERVAL, "maximum": 9_999}, {CounterReason.BAD_MAXIMUM}),
        ({"first_date": date(2026, 4, 25)}, {CounterReason.FUTURE_DAY}),
        ({"first_date": date(2009, 12, 31)}, {CounterReason.POINT_CLOSED}),
        (
            {"name": "", "maximum": -1, "first_date": date(2026, 4, 25)},
            {CounterReason.NAME_MISSING, CounterReason.BAD_MAXIMUM, CounterReason.FUTURE_DAY},
        ),
        ({"name": "侧门"}, {CounterReason.NAME_TAKEN}),
    ],
)
def test_a_counter_is_refused_for_every_reason_at_once_cd17(
    point: ServicePoint, desk: Desk, changes: dict[str, Any], reasons: set[CounterReason]
) -> None:
    make_counter(point, name="侧门", at=AT, desk=desk)
    asked = {"name": "正门", "kind": CounterKind.TOTAL, "maximum": None, "first_date": APRIL, **changes}

    with pytest.raises(CounterRefused) as caught:
        set_up_counter(service_point_id=point.id, directions=Directions.IN, at=AT, desk=desk, **asked)

    assert refused(caught) == reasons
    assert Counter.objects.count() == 1


def test_who_may_not_edit_the_network_there_sets_up_and_changes_no_counter_cd17(point: ServicePoint) -> None:
    issued = make_counter(point, at=AT)
    others = make_desk(make_branch("EAST"))
    clerk = make_desk(Branch.objects.get(id=point.branch_id), acts=[Act.ENTER_VISITS])

    for desk in (others, clerk):
        calls = (
            lambda desk=desk: make_counter(point, name="另一台", at=AT, desk=desk),
            lambda desk=desk: renew_counter_key(counter_id=issued.counter.id, at=AT, desk=desk),
            lambda desk=desk: end_counter(
                counter_id=issued.counter.id, ended_date=APRIL, reason="拆除", at=AT, desk=desk
            ),
            lambda desk=desk: calibrate_counter(
                counter_id=issued.counter.id, first_date=APRIL, permille=900, reason="比对", at=AT, desk=desk
            ),
        )
        for call in calls:
            with pytest.raises(NotAllowed):
                call()

    assert admit_counter(secret=issued.secret) == issued.counter


def test_a_counter_taken_down_stays_to_be_looked_at_and_its_name_is_free_cd18(point: ServicePoint, desk: Desk) -> None:
    first = make_counter(point, at=AT, desk=desk).counter

    ended = end_counter(counter_id=first.id, ended_date=date(2026, 4, 20), reason="换新", at=AT, desk=desk)
    second = make_counter(point, at=AT, desk=desk).counter

    assert ended.terms.ended_date == date(2026, 4, 20)
    assert [one.id for one in list_counters(desk.branch_id)] == [second.id, first.id]
    with pytest.raises(CounterRefused) as again:
        end_counter(counter_id=first.id, ended_date=date(2026, 3, 1), reason="", at=AT, desk=desk)
    assert refused(again) == {CounterReason.ENDED, CounterReason.BEFORE_COUNTER, CounterReason.REASON_MISSING}
    with pytest.raises(CounterRefused) as key:
        renew_counter_key(counter_id=first.id, at=AT, desk=desk)
    assert refused(key) == {CounterReason.ENDED}


def test_calibrations_are_kept_with_who_why_and_from_when_cd13(point: ServicePoint, desk: Desk) -> None:
    counter = make_counter(point, at=AT, desk=desk).counter

    for permille in (950, 960):
        calibrate_counter(
            counter_id=counter.id, first_date=date(2026, 4, 10), permille=permille, reason="人工比对", at=AT, desk=desk
        )

    told = [(one.first_date, one.permille, one.reason, one.holds) for one in calibrations_of(counter.id)]
    assert told == [(date(2026, 4, 10), 950, "人工比对", False), (date(2026, 4, 10), 960, "人工比对", True)]
    row = AuditRow.objects.filter(act="calibrate_counter").order_by("-id").first()
    assert row is not None
    assert (row.before, row.after["permille"], row.reason) == ({"permille": 950}, 960, "人工比对")


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"permille": 99}, {CounterReason.BAD_CALIBRATION}),
        ({"permille": 5_001}, {CounterReason.BAD_CALIBRATION}),
        ({"permille": 1_000}, {CounterReason.NOTHING_CHANGES}),
        ({"first_date": date(2026, 3, 31)}, {CounterReason.BEFORE_COUNTER}),
        ({"first_date": date(2026, 4, 26)}, {CounterReason.FUTURE_DAY}),
        ({"reason": " "}, {CounterReason.REASON_MISSING}),
        ({"reason": "据" * 201}, {CounterReason.TEXT_TOO_LONG}),
    ],
)
def test_a_calibration_is_refused_for_every_reason_at_once_cd13(
    point: ServicePoint, desk: Desk, changes: dict[str, Any], reasons: set[CounterReason]
) -> None:
    counter = make_counter(point, at=AT, desk=desk).counter
    asked = {"first_date": APRIL, "permille": 950, "reason": "人工比对", **changes}

    with pytest.raises(CounterRefused) as caught:
        calibrate_counter(counter_id=counter.id, at=AT, desk=desk, **asked)

    assert refused(caught) == reasons
    assert calibrations_of(counter.id) == ()


def test_an_unknown_counter_is_refused(branch: Branch, desk: Desk) -> None:
    with pytest.raises(CounterRefused) as caught:
        renew_counter_key(counter_id=999, at=AT, desk=desk)

    assert refused(caught) == {CounterReason.UNKNOWN_COUNTER}
    assert get_counter(999) is None
