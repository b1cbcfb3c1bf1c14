"""Who is let in by which token, and what is answered to everybody else."""

from datetime import date

import pytest
from django.db import OperationalError
from django.test import Client

from tests.doors.api_client import ROOT, Api, make_token
from tests.doors.sip2_server import Clock
from tests.doors.sip2_town import PIN, Town
from tests.factories.staff_pages import staff_at
from wenyuan.doors.api import limits
from wenyuan.doors.api.api import operations
from wenyuan.organisation.accounts.models import Account, ApiToken
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.buckets import Rate

CHECKOUT = {"item": "C0001", "card": "R0001"}


def test_nobody_comes_in_without_a_token(api_town: Town) -> None:
    for headers in ({}, {"Authorization": "Basic a2lvc2s6cGFzcw=="}, {"Authorization": "Bearer"}):
        answer = Api(None, **headers).post("/checkouts", CHECKOUT)

        assert (answer.status, answer.code) == (401, "token_missing")
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="wenyuan"'


def test_a_signed_in_browser_is_nobody_here(api_town: Town) -> None:
    browser = staff_at(api_town.district.central)

    answer = browser.post(ROOT + "/checkouts", CHECKOUT, content_type="application/json")

    assert answer.status_code == 401


def test_no_answer_sets_a_cookie_or_lets_another_site_read_it(api_town: Town) -> None:
    api = Api(make_token("kiosk-c"), Origin="https://elsewhere.example")

    for answer in (api.get("/"), api.get("/token"), api.post("/checkouts", CHECKOUT), api.get("/nothing")):
        assert not answer.cookies
        assert not [name for name in answer.headers if name.lower().startswith("access-control")]
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Cookie" not in answer.headers.get("Vary", "")


def test_a_token_is_refused_with_the_reason(api_town: Town, clock: Clock) -> None:
    ended, dated, elsewhere = make_token("kiosk-c"), make_token("kiosk-c"), make_token("elsewhere")
    off = make_token("kiosk-e")
    ApiToken.objects.filter(name="token 0").update(ended_at=clock.at, ended_by=Account.objects.first())
    ApiToken.objects.filter(name="token 1").update(valid_to=date(2026, 11, 24))
    Account.objects.filter(username="kiosk-e").update(is_active=False)

    answers = [Api(token).get("/token") for token in ("wya_nonsense", ended, dated, off, elsewhere)]

    assert [(answer.status, answer.code) for answer in answers] == [
        (401, "token_unknown"),
        (401, "token_ended"),
        (401, "token_expired"),
        (401, "token_disabled"),
        (401, "token_wrong_address"),
    ]


def test_each_kind_of_token_opens_its_own_doors_only(api_town: Town) -> None:
    application = Api(make_token("kiosk-c"))
    reader = Api(application.post("/session", {"card": "R0001", "pin": PIN}).json["token"])

    answers = [application.get("/me"), reader.get("/items/C0001"), reader.post("/checkouts", CHECKOUT)]

    assert [(answer.status, answer.code) for answer in answers] == [(403, "wrong_kind_of_token")] * 3


def test_an_act_that_the_token_leaves_out_is_not_allowed(api_town: Town) -> None:
    api = Api(make_token("kiosk-c", acts={Act.CHECKIN, Act.SEE_ITEM}))

    answers = {
        "/checkouts": api.post("/checkouts", CHECKOUT),
        "/checkouts/preview": api.post("/checkouts/preview", CHECKOUT),
        "/renewals": api.post("/renewals", {"item": "C0001"}),
        "/arrivals": api.post("/arrivals", {"item": "C0001"}),
        "/patrons/lookup": api.post("/patrons/lookup", {"card": "R0001"}),
        "/session": api.post("/session", {"card": "R0001", "pin": PIN}),
    }

    assert {(answer.status, answer.code) for answer in answers.values()} == {(403, "not_allowed")}
    assert api.get("/items/C0001").status == 200


def test_a_call_is_made_at_the_branch_that_it_names_if_the_token_holds_there(api_town: Town) -> None:
    api = Api(make_token("kiosk-e"))

    answers = [api.get("/items/C0001", **{"Wenyuan-Branch": code}) for code in ("E", "C", "nowhere")]

    assert [answer.status for answer in answers] == [200, 403, 422]
    assert [answer.code for answer in answers[1:]] == ["not_allowed", "branch_unknown"]


def test_a_token_tells_what_it_may_do(api_town: Town) -> None:
    told = Api(make_token("kiosk-e", acts={Act.CHECKIN, Act.RENEW})).get("/token")

    assert told.json == {
        "name": "token 0",
        "account": "kiosk-e",
        "branch": {"code": "E", "name": "少儿分馆"},
        "valid_to": "2027-01-01",
        "everywhere": [],
        "branches": {"E": ["checkin", "renew"]},
    }


def test_what_is_no_json_or_too_much_of_it_is_refused_before_it_is_read(api_town: Town) -> None:
    api = Api(make_token("kiosk-c"))

    answers = [
        api.send("/checkins", b"item=C0001", content_type="application/x-www-form-urlencoded"),
        api.send("/checkins", b'{"item": "C0001"}', content_type="application/json; charset=gbk"),
        api.send("/checkins", b'{"item": "' + b"x" * 16_384 + b'"}'),
        api.send("/checkins", b"{"),
        api.send("/checkins", b"\xff\xfe\x00"),
        api.send("/checkins", b"[" * 8_000),
        api.send("/checkins", b"1" * 8_000),
    ]

    assert [(answer.status, answer.code) for answer in answers] == [
        (415, "not_json"),
        (415, "not_json"),
        (413, "too_large"),
        (400, "bad_json"),
        (400, "bad_json"),
        (400, "bad_json"),
        (400, "bad_json"),
    ]


@pytest.mark.parametrize(
    ("body", "field", "why"),
    [
        ({}, "body.body.item", "missing"),
        ({"item": ""}, "body.body.item", "string_too_short"),
        ({"item": "x" * 65}, "body.body.item", "string_too_long"),
        ({"item": "C0001\0"}, "body.body.item", "string_pattern_mismatch"),
        ({"item": 5}, "body.body.item", "string_type"),
        ({"item": "\ud800"}, "body.body.item", "string_unicode"),
        ({"item": "C0001", "440524188001010014": 1}, "body.body", "extra_forbidden"),
        ([], "body.body", "model_type"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_and_not_repeated(
    api_town: Town, body: object, field: str, why: str
) -> None:
    answer = Api(make_token("kiosk-c")).post("/checkins", body)

    assert (answer.status, answer.code) == (422, "invalid")
    assert [(error["field"], error["code"]) for error in answer.json["errors"]] == [(field, why)]
    assert "440524188001010014" not in answer.text


def test_an_address_with_nothing_and_a_method_it_does_not_take_are_told_as_problems(api_town: Town) -> None:
    client = Client()

    nothing = Api(None).get("/no/such/thing")
    wrong = [client.generic(method, ROOT + "/checkouts") for method in ("GET", "DELETE", "OPTIONS", "TRACE")]

    assert (nothing.status, nothing.code) == (404, "not_found")
    assert {answer.status_code for answer in wrong} == {405}
    assert {answer["Content-Type"] for answer in wrong} == {"application/problem+json"}
    assert {answer["Allow"] for answer in wrong} == {"POST"}


@pytest.mark.parametrize(
    ("asked", "language", "title"),
    [
        ("", "zh-Hans", "需要令牌：Authorization: Bearer …"),
        ("en", "en", "A token is needed: Authorization: Bearer …"),
        ("fr, en-GB;q=0.7, zh;q=0.3", "en", "A token is needed: Authorization: Bearer …"),
        ("zh-CN, en;q=0.8", "zh-Hans", "需要令牌：Authorization: Bearer …"),
        ("fr", "zh-Hans", "需要令牌：Authorization: Bearer …"),
        ("en;q=0, *", "zh-Hans", "需要令牌：Authorization: Bearer …"),
        ("," * 5000, "zh-Hans", "需要令牌：Authorization: Bearer …"),
    ],
    ids=["none", "english", "english rather", "chinese rather", "neither", "anything but english", "nonsense"],
)
def test_words_are_in_the_language_that_is_asked_for(api_town: Town, asked: str, language: str, title: str) -> None:
    answer = Api(None, **{"Accept-Language": asked}).get("/token")

    assert answer.json["title"] == title
    assert answer.headers["Content-Language"] == language
    assert "Accept-Language" in answer.headers["Vary"]


def test_a_cookie_for_a_language_counts_for_nothing(api_town: Town) -> None:
    api = Api(None)
    api.client.cookies["django_language"] = "en"

    assert api.get("/token").headers["Content-Language"] == "zh-Hans"


def test_who_asks_too_often_is_told_when_to_come_again(api_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits.TOKENS, "rate", Rate(burst=2, per_second=0.1))
    api, other = Api(make_token("kiosk-c")), Api(make_token("kiosk-c"))

    answers = [api.get("/token") for _ in range(3)]

    assert [answer.status for answer in answers] == [200, 200, 429]
    assert answers[2].code == "too_many"
    assert answers[2].headers["Retry-After"] == "10"
    assert other.get("/token").status == 200


def test_an_address_that_asks_too_often_is_told_so_before_anything_is_looked_up(
    api_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits.ADDRESSES, "rate", Rate(burst=1, per_second=0.1))
    api = Api(make_token("kiosk-c"))

    assert [api.get("/token").status for _ in range(2)] == [200, 429]


def test_an_address_with_bad_tokens_is_slowed_down_and_a_good_one_from_there_is_not(
    api_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits.BAD_TOKENS, "rate", Rate(burst=1, per_second=0.1))
    bad, good = Api("wya_nonsense"), Api(make_token("kiosk-c"))

    assert [bad.get("/token").status for _ in range(2)] == [401, 429]
    assert good.get("/token").status == 200


def test_a_fault_of_ours_is_a_problem_that_tells_nothing(
    api_town: Town, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    def fail(**_values: object) -> None:
        raise RuntimeError("R0001 and its PIN")

    monkeypatch.setattr("wenyuan.lending.circulation.operations.checkin", fail)

    answer = Api(make_token("kiosk-c")).post("/checkins", {"item": "C0001"})

    assert (answer.status, answer.code) == (500, "failed")
    assert "R0001" not in answer.text


def test_a_database_that_does_not_answer_is_told_as_such(api_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(**_values: object) -> None:
        raise OperationalError("the database connection was lost")

    monkeypatch.setattr("wenyuan.lending.circulation.operations.checkin", lost)

    answer = Api(make_token("kiosk-c")).post("/checkins", {"item": "C0001"})

    assert (answer.status, answer.code, answer.headers["Retry-After"]) == (503, "unavailable", "5")


def test_every_operation_stands_behind_one_kind_of_token_and_names_its_acts() -> None:
    found = {
        f"{operation.methods[0]} {path}": (
            type(operation.auth_callbacks[0]).__name__,
            sorted(act.value for act in operation.auth_callbacks[0].acts),  # type: ignore[attr-defined] # access.Bearer
        )
        for path, operation in operations()
        if len(operation.auth_callbacks) == 1
    }

    assert found == {
        "GET /token": ("ApplicationToken", []),
        "POST /checkouts": ("ApplicationToken", ["checkout"]),
        "POST /checkouts/preview": ("ApplicationToken", ["checkout"]),
        "POST /checkins": ("ApplicationToken", ["checkin"]),
        "POST /renewals": ("ApplicationToken", ["renew"]),
        "POST /arrivals": ("ApplicationToken", ["receive_transit"]),
        "POST /patrons/lookup": ("ApplicationToken", ["see_patron"]),
        "GET /patrons/{handle}/loans": ("ApplicationToken", ["see_patron"]),
        "POST /session": ("ApplicationToken", ["see_patron"]),
        "GET /me": ("ReaderToken", ["see_patron"]),
        "GET /me/loans": ("ReaderToken", ["see_patron"]),
        "GET /me/history": ("ReaderToken", ["see_patron"]),
        "GET /me/cards": ("ReaderToken", ["see_patron"]),
        "POST /me/renewals": ("ReaderToken", ["renew"]),
        "POST /holds": ("ApplicationToken", ["place_hold"]),
        "GET /patrons/{handle}/holds": ("ApplicationToken", ["see_patron"]),
        "PATCH /patrons/{handle}/holds/{hold}": ("ApplicationToken", ["place_hold"]),
        "DELETE /patrons/{handle}/holds/{hold}": ("ApplicationToken", ["place_hold"]),
        "POST /patrons/{handle}/holds/{hold}/suspension": ("ApplicationToken", ["place_hold"]),
        "DELETE /patrons/{handle}/holds/{hold}/suspension": ("ApplicationToken", ["place_hold"]),
        "GET /me/holds": ("ReaderToken", ["see_patron"]),
        "POST /me/holds": ("ReaderToken", ["place_hold"]),
        "PATCH /me/holds/{hold}": ("ReaderToken", ["place_hold"]),
        "DELETE /me/holds/{hold}": ("ReaderToken", ["place_hold"]),
        "POST /me/holds/{hold}/suspension": ("ReaderToken", ["place_hold"]),
        "DELETE /me/holds/{hold}/suspension": ("ReaderToken", ["place_hold"]),
        "POST /payments": ("ApplicationToken", ["take_money"]),
        "GET /patrons/{handle}/account": ("ApplicationToken", ["see_fees"]),
        "GET /patrons/{handle}/account/entries": ("ApplicationToken", ["see_fees"]),
        "GET /me/account": ("ReaderToken", ["see_patron"]),
        "GET /me/account/entries": ("ReaderToken", ["see_patron"]),
        "GET /me/points": ("ReaderToken", ["see_patron"]),
        "POST /readings": ("CounterKey", ["enter_visits"]),
        "GET /items/{barcode}": ("ApplicationToken", ["see_item"]),
        "GET /bibs": ("ApplicationToken", ["see_item"]),
        "GET /bibs/{bib_id}": ("ApplicationToken", ["see_item"]),
        "GET /bibs/{bib_id}/items": ("ApplicationToken", ["see_item"]),
    }
    assert len(list(operations())) == len(found)
