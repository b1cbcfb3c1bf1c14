"""The description for programs is true: whatever a machine makes of it is answered as it says, and never by a 5xx."""

import json
from typing import Any

import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks as openapi_checks

from tests.doors.api_client import ROOT, Api, make_token
from tests.doors.sip2_server import Clock
from tests.doors.sip2_town import PIN, make_town
from tests.factories.network import make_service_point
from tests.factories.visits import make_counter
from wenyuan.doors.api import limits
from wenyuan.plumbing.buckets import Rate

load_all_checks()

EXAMPLES = 8
"""Requests made up for each operation; the door has some twenty."""


@pytest.fixture
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    for buckets in limits.ALL:
        monkeypatch.setattr(buckets, "rate", Rate(burst=1e9, per_second=1e9))


def schema() -> Any:
    return Client().get(ROOT + "/openapi.json").json()


def test_the_description_is_openapi_3_1_in_english() -> None:
    described = schema()

    assert described["openapi"] == "3.1.0"
    assert described["paths"]["/api/v1/checkouts"]["post"]["summary"] == "Lend an item to a reader"
    assert len(described["paths"]) == 32


def test_every_operation_names_its_token_and_what_may_go_wrong() -> None:
    for path, methods in schema()["paths"].items():
        for method, details in methods.items():
            (way,) = details["security"]
            assert list(way) in (["ApplicationToken"], ["ReaderToken"], ["CounterKey"]), path
            assert {"401", "403", "422", "429", "500", "503"} <= details["responses"].keys(), path
            if method in ("post", "patch"):
                assert {"400", "413", "415"} <= details["responses"].keys(), path
            for status, response in details["responses"].items():
                assert ("application/problem+json" in response["content"]) == (int(status) >= 400), (path, status)


def test_acts_take_a_key_and_say_when_they_repeat_themselves() -> None:
    keyed = {
        path
        for path, methods in schema()["paths"].items()
        for details in methods.values()
        if any(parameter["name"] == "Idempotency-Key" for parameter in details["parameters"])
    }

    acts = ("checkouts", "checkins", "renewals", "arrivals", "holds", "payments", "me/renewals", "me/holds")
    assert keyed == {f"{ROOT}/{name}" for name in acts}


def test_nothing_of_the_description_is_left_over_from_how_it_is_made() -> None:
    assert '"x-' not in json.dumps(schema())


def requests_of(operation: Any) -> Any:
    """Requests made up for an operation, good ones and bad ones."""
    return st.one_of(
        operation.as_strategy(generation_mode=schemathesis.GenerationMode.POSITIVE),
        operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE),
    )


def ask(operation: Any, token: str) -> set[int]:
    """Send what is made up for an operation and compare each answer with the description; the statuses met."""
    met: set[int] = set()
    headers = {"Authorization": f"Bearer {token}"}

    @seed(1)
    @settings(
        max_examples=EXAMPLES,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(requests_of(operation))
    def send(case: Any) -> None:
        response = case.call(headers=headers)
        met.add(response.status_code)
        case.validate_response(response, checks=checks(), headers=headers)

    send()
    return met


def checks() -> list[Any]:
    """No 5xx, and nothing but what is described: status, media type, headers, shape."""
    return [
        not_a_server_error,
        openapi_checks.status_code_conformance,
        openapi_checks.content_type_conformance,
        openapi_checks.response_headers_conformance,
        openapi_checks.response_schema_conformance,
    ]


def test_whatever_is_made_of_the_description_is_answered_as_it_says(
    fresh_database: str, clock: Clock, unlimited: None
) -> None:
    town = make_town()
    from wenyuan.config.wsgi import application  # builds the middleware, which wants the folder of static files

    application_token = make_token("cash")
    session = Api(application_token).post("/session", {"card": "R0001", "pin": PIN})
    counter = make_counter(make_service_point(town.district.central, "GATE"), at=clock.at).secret
    tokens = {"ApplicationToken": application_token, "ReaderToken": session.json["token"], "CounterKey": counter}
    described = schemathesis.openapi.from_wsgi(ROOT + "/openapi.json", application)
    met: set[int] = set()

    for found in described.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        (way,) = operation.definition.raw["security"]
        met |= ask(operation, tokens[next(iter(way))])

    assert {200, 404, 409, 422} <= met


def test_the_page_of_operations_loads_nothing_from_elsewhere_and_runs_no_script_of_its_own(db: None) -> None:
    answer = Client().get(ROOT + "/docs")
    page = answer.content.decode()

    assert answer.status_code == 200
    assert "'self'" in answer["Content-Security-Policy"]
    assert 'src="http' not in page
    assert 'href="http' not in page
    assert "<script>" not in page
    assert "/api/v1/patrons/{handle}/loans" in page
    assert "item_on_hold_shelf" in page
    assert 'id="key_reused"' in page


def test_the_page_of_operations_is_there_before_there_is_a_library(db: None) -> None:
    assert Client().get(ROOT + "/docs").status_code == 200
