"""Gate counters push their readings (docs/specs/counting-doors.md): a key for each, one address, nothing else."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.doors.api_client import Api, make_token
from tests.doors.sip2_server import Clock
from tests.doors.sip2_town import Town
from tests.factories.network import make_service_point
from tests.factories.visits import make_counter
from wenyuan.doors.api import limits
from wenyuan.organisation.network.models import ServicePoint
from wenyuan.plumbing.buckets import Rate
from wenyuan.services.visits.data import CounterKind, Directions, IssuedCounter
from wenyuan.services.visits.models import CounterReading, RefusedReading
from wenyuan.services.visits.operations import settle_counters
from wenyuan.services.visits.queries import counted_by_counters, list_readings, passes_of_day

DAY = date(2026, 11, 23)


@pytest.fixture
def gate(api_town: Town) -> ServicePoint:
    return make_service_point(api_town.district.central, "GATE")


@pytest.fixture
def issued(gate: ServicePoint, clock: Clock) -> IssuedCounter:
    return make_counter(gate, maximum=65_535, first_date=date(2026, 11, 1), at=clock.at)


def said(at: str, passes: int, **others: Any) -> dict[str, Any]:
    return {"at": at, "passes": passes, **others}


def test_a_counter_pushes_readings_and_they_are_counted_cd26(issued: IssuedCounter, clock: Clock) -> None:
    answer = Api(issued.secret).post(
        "/readings",
        {"readings": [said("2026-11-23T09:00:00+08:00", 100), said("2026-11-23 10:00:00", 112)]},
    )

    assert answer.status == 200
    assert answer.json == {
        "taken": 2,
        "repeated": 0,
        "refused": 0,
        "readings": [{"became": "taken", "reasons": []}, {"became": "taken", "reasons": []}],
    }
    assert passes_of_day(issued.counter.id, DAY) == {9: 12}
    [latest, _first] = list_readings(counter_id=issued.counter.id).rows
    assert (latest.door, latest.entered_by_name, latest.received_at) == ("api", "", clock.at)
    settle_counters(at=clock.at)
    assert counted_by_counters(issued.counter.service_point_id, DAY) == 12


def test_the_same_push_again_changes_nothing_cd26(issued: IssuedCounter) -> None:
    body = {"readings": [said("2026-11-23T09:00:00+08:00", 100), said("2026-11-23T02:00:00Z", 112)]}

    answers = [Api(issued.secret).post("/readings", body) for _ in range(2)]

    assert [(answer.json["taken"], answer.json["repeated"]) for answer in answers] == [(2, 0), (0, 2)]
    assert CounterReading.objects.count() == 2


def test_what_cannot_be_believed_is_refused_in_words_and_the_rest_is_taken_cd27(issued: IssuedCounter) -> None:
    sent = [said("1970-01-01T00:03:00+08:00", 5), said("2026-11-23T09:00:00+08:00", 100)]

    chinese = Api(issued.secret).post("/readings", {"readings": sent})
    english = Api(issued.secret, **{"Accept-Language": "en"}).post("/readings", {"readings": sent})

    assert [one["became"] for one in chinese.json["readings"]] == ["refused", "taken"]
    assert chinese.json["readings"][0]["reasons"] == [
        {"code": "before_counter", "message": "读数时间早于计数器登记日期：计数器时钟被重置。"}
    ]
    assert english.json["readings"][0]["reasons"][0]["message"] == (
        "It is from before the counter was set up: the counter's clock was reset."
    )
    assert RefusedReading.objects.count() == 1


def test_where_all_are_refused_the_answer_is_a_problem_with_every_reason_cd27(issued: IssuedCounter) -> None:
    sent = [said("2026-12-24T09:00:00+08:00", 99_999), said("1970-01-01T00:03:00+08:00", 5, out=3)]

    answer = Api(issued.secret).post("/readings", {"readings": sent})

    assert (answer.status, answer.code) == (409, "to_come")
    assert answer.codes == ["to_come", "bad_number", "before_counter", "out_not_counted"]
    assert RefusedReading.objects.count() == 2


def test_a_counter_by_interval_that_tells_directions_apart_says_so(gate: ServicePoint, clock: Clock) -> None:
    secret = make_counter(
        gate, kind=CounterKind.INTERVAL, directions=Directions.IN_AND_OUT, first_date=DAY, at=clock.at
    ).secret

    answer = Api(secret).post(
        "/readings", {"readings": [said("2026-11-23T09:15:00+08:00", 4, out=1, since="2026-11-23T09:00:00+08:00")]}
    )

    assert answer.json["taken"] == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body.body.readings"),
        ({"readings": []}, "body.body.readings"),
        ({"readings": [said("2026-11-23T09:00:00+08:00", 1)] * 101}, "body.body.readings"),
        ({"readings": [{"passes": 1}]}, "body.body.readings.0.at"),
        ({"readings": [said("yesterday", 1)]}, "body.body.readings.0.at"),
        ({"readings": [said("0001-01-01T00:00:00+08:00", 1)]}, "body.body.readings.0.at"),
        ({"readings": [said("9999-12-31T23:59:59-08:00", 1)]}, "body.body.readings.0.at"),
        ({"readings": [said("2026-11-23T09:00:00+08:00", 10**16)]}, "body.body.readings.0.passes"),
        ({"readings": [said("2026-11-23T09:00:00+08:00", 1, name="张三")]}, "body.body.readings.0"),
    ],
)
def test_what_is_no_reading_at_all_is_named_and_not_repeated(
    issued: IssuedCounter, body: dict[str, Any], field: str
) -> None:
    answer = Api(issued.secret).post("/readings", body)

    assert (answer.status, answer.code) == (422, "invalid")
    assert [error["field"] for error in answer.json["errors"]] == [field]
    assert "张三" not in answer.text
    assert CounterReading.objects.count() == RefusedReading.objects.count() == 0


def test_a_key_opens_its_own_address_alone_and_no_token_opens_it_cd26(issued: IssuedCounter) -> None:
    body = {"readings": [said("2026-11-23T09:00:00+08:00", 1)]}
    counter, machine = Api(issued.secret), Api(make_token("kiosk-c"))

    refused = [
        counter.get("/token"),
        counter.get("/me"),
        counter.post("/checkins", {"item": "C0001"}),
        machine.post("/readings", body),
        Api("wyc_nothing").post("/readings", body),
    ]
    nobody = Api(None).post("/readings", body)

    assert {(answer.status, answer.code) for answer in refused} == {(401, "token_unknown")}
    assert (nobody.status, nobody.code) == (401, "token_missing")
    assert CounterReading.objects.count() == 0


def test_a_body_too_large_is_refused_before_it_is_read(issued: IssuedCounter) -> None:
    answer = Api(issued.secret).send("/readings", b'{"readings": [' + b" " * 16_384 + b"]}")

    assert (answer.status, answer.code) == (413, "too_large")


def test_a_counter_that_runs_wild_is_slowed_down_and_no_other_cd26(
    issued: IssuedCounter, gate: ServicePoint, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits.COUNTERS, "rate", Rate(burst=2, per_second=0.1))
    other = make_counter(gate, name="侧门", first_date=DAY, at=clock.at)
    body = {"readings": [said("2026-11-23T09:00:00+08:00", 1)]}

    wild = [Api(issued.secret).post("/readings", body) for _ in range(3)]

    assert [answer.status for answer in wild] == [200, 200, 429]
    assert int(wild[2].headers["Retry-After"]) > 0
    assert Api(other.secret).post("/readings", body).status == 200


def test_keys_that_open_nothing_are_slowed_down_by_address_cd26(
    issued: IssuedCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits.BAD_TOKENS, "rate", Rate(burst=1, per_second=0.01))
    body = {"readings": [said("2026-11-23T09:00:00+08:00", 1)]}

    tried = [Api(f"wyc_guess{number}").post("/readings", body).status for number in range(3)]

    assert tried == [401, 429, 429]


def test_a_full_request_is_taken_in_one_go(issued: IssuedCounter) -> None:
    start = datetime(2026, 11, 23, 1, tzinfo=UTC)
    sent = [said((start + timedelta(minutes=minute)).isoformat(), 100 + minute) for minute in range(100)]

    answer = Api(issued.secret).post("/readings", {"readings": sent})

    assert answer.json["taken"] == 100
    assert passes_of_day(issued.counter.id, DAY) == {9: 60, 10: 39}
