"""Gate counters over real HTTP: several at once, answers that get lost, a line that breaks in mid-sentence."""

import json
import socket
from datetime import UTC, date, datetime, time, timedelta
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from tests.factories.network import make_branch, make_hours, make_service_point
from tests.factories.visits import make_counter
from tests.racing import at_once
from wenyuan.doors.api import limits
from wenyuan.office.figures.data import IndicatorCode
from wenyuan.office.figures.queries import figures_of
from wenyuan.office.figures.rules import parse_period
from wenyuan.plumbing.clock import library_zone, local_date
from wenyuan.plumbing.invariants import broken_rows
from wenyuan.services.visits import sql
from wenyuan.services.visits.models import CounterReading
from wenyuan.services.visits.operations import settle_counters


def push(base: str, secret: str, readings: list[dict[str, Any]]) -> dict[str, Any]:
    """Send readings as a counter does; what was answered."""
    connection = HTTPConnection(urlsplit(base).netloc, timeout=30)
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    connection.request("POST", "/api/v1/readings", json.dumps({"readings": readings}), headers)
    answer = connection.getresponse()
    told: dict[str, Any] = json.loads(answer.read())
    connection.close()
    assert answer.status == 200, told
    return told


def break_off(base: str, secret: str) -> None:
    """Begin a request and hang up in the middle of its body."""
    address = urlsplit(base)
    with socket.create_connection((str(address.hostname), address.port or 80), timeout=30) as line:
        line.sendall(
            f"POST /api/v1/readings HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: Bearer {secret}\r\n"
            "Content-Type: application/json\r\nContent-Length: 500\r\n\r\n"
            '{"readings": [{"at": "2026-04-23'.encode()
        )


def test_two_counters_push_at_once_again_and_again_and_each_visit_counts_once_cd26(served: str) -> None:
    for buckets in limits.ALL:
        buckets.forget()
    at = datetime.now(tz=UTC)
    day: date = local_date(at) - timedelta(days=1)
    branch = make_branch("CEN")
    make_hours(branch, weekdays=range(7))
    point = make_service_point(branch)
    main = make_counter(point, name="正门", first_date=day, at=at).secret
    side = make_counter(point, name="侧门", first_date=day, at=at).secret
    nine = datetime.combine(day, time(9), tzinfo=library_zone())
    said = [{"at": (nine + timedelta(minutes=15 * number)).isoformat(), "passes": 3 * number} for number in range(9)]

    break_off(served, main)
    told = at_once(
        lambda: push(served, main, said[:5]),
        lambda: push(served, main, said[:5]),
        lambda: push(served, main, said[8:3:-1]),
        lambda: push(served, side, said),
        lambda: push(served, side, said[::2]),
    )
    settle_counters(at=at)

    assert not [one for one in told if isinstance(one, BaseException)]
    assert CounterReading.objects.count() == 18
    assert figures_of(period=parse_period(day.isoformat()), at=at).values[IndicatorCode.VISITS] == 48
    assert {one.name: broken_rows(one) for one in sql.INVARIANTS if broken_rows(one)} == {}
