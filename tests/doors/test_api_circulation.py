"""Lending, taking back, renewing and receiving over REST: receipts, repetition, and what the journal says of it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from tests.doors.api_client import Answer, Api, make_token
from tests.doors.sip2_server import Clock
from tests.doors.sip2_town import Town, make_town
from tests.factories.accounts import make_account
from tests.factories.circulation import make_policy
from wenyuan.lending.circulation.models import Loan
from wenyuan.lending.circulation.operations import Contended
from wenyuan.lending.transit.models import Transit
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.accounts.models import Account, Machine
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import Act

CHECKOUT = {"item": "C0001", "card": "R0001"}
KEY = {"Idempotency-Key": "5f0c-1"}


@pytest.fixture
def api(api_town: Town) -> Api:
    return Api(make_token("kiosk-c"))


def test_an_item_is_lent_with_a_receipt(api: Api) -> None:
    answer = api.post("/checkouts", CHECKOUT)

    assert answer.status == 201
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert "Idempotency-Replayed" not in answer.headers
    assert answer.json == {
        "loan": Loan.objects.get().id,
        "item": {
            "barcode": "C0001",
            "title": "平凡的世界",
            "call_no": "I247.57/123",
            "item_type": "book",
            "state": "on_loan",
            "home": {"code": "C", "name": "总馆"},
            "present": {"code": "C", "name": "总馆"},
        },
        "lent_at": "2026-11-24T10:00:00+08:00",
        "due_at": "2026-12-24T23:59:59+08:00",
        "due_date": "2026-12-24",
        "open_loans": 1,
        "max_loans": 3,
    }


def test_the_journal_says_by_whom_at_which_door_under_which_key(api: Api) -> None:
    api.post("/checkouts", CHECKOUT, **KEY)

    entry = Entry.objects.get(kind="loan")
    assert (entry.door, entry.desk) == ("api", "kiosk-c")
    assert entry.operator_id == Account.objects.get(username="kiosk-c").id
    assert entry.key is not None
    assert entry.key.startswith("api:")
    assert len(entry.key) == 52
    assert "5f0c" not in entry.key


def test_the_same_key_again_gives_the_first_receipt_whatever_happened_since(api: Api, clock: Clock) -> None:
    first = api.post("/checkouts", CHECKOUT, **KEY)
    clock.move(days=3)
    api.post("/checkins", {"item": "C0001"})

    again = api.post("/checkouts", CHECKOUT, **KEY)

    assert (again.status, again.json) == (201, first.json)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert Loan.objects.count() == 1
    assert Loan.objects.filter(returned_at__isnull=True).count() == 0


def test_check_in_renewal_and_arrival_are_repeated_by_key_too(api: Api, api_town: Town, clock: Clock) -> None:
    api.post("/checkouts", CHECKOUT)
    clock.move(days=10)
    renewals = [api.post("/renewals", {"item": "C0001"}, **{"Idempotency-Key": "r"}) for _ in range(2)]
    clock.move(days=1)
    checkins = [api.post("/checkins", {"item": "C0001"}, **{"Idempotency-Key": "c"}) for _ in range(2)]
    api.post("/checkouts", {"item": "S0001", "card": "R0001"})
    Transit.objects.create(
        item_id=_item("C0002"),
        from_branch=api_town.district.children,
        to_branch=api_town.district.central,
        reason="home",
        sent_at=clock.at,
    )
    arrivals = [api.post("/arrivals", {"item": "C0002"}, **{"Idempotency-Key": "a"}) for _ in range(2)]

    for first, again in (renewals, checkins, arrivals):
        assert (first.status, again.status, again.json) == (200, 200, first.json)
    assert [again.headers.get("Idempotency-Replayed") for _, again in (renewals, checkins)] == ["true", "true"]
    assert Loan.objects.get().renewals == 1
    assert Transit.objects.get().received_at is not None


def _item(barcode: str) -> int:
    from wenyuan.holdings.catalogue.models import Item

    Item.objects.filter(barcode=barcode).update(state="in_transit")
    return Item.objects.get(barcode=barcode).id


def test_two_at_once_with_one_key_do_the_act_once(fresh_database: str, clock: Clock) -> None:
    make_town()
    api = Api(make_token("kiosk-c"))
    ready = Barrier(2)

    def lend(_number: int) -> Answer:
        try:
            ready.wait(10)
            return Api(None, **api.headers).post("/checkouts", CHECKOUT, **KEY)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lend, range(2)))

    assert [answer.status for answer in answers] == [201, 201]
    assert answers[0].json == answers[1].json
    assert sorted("Idempotency-Replayed" in answer.headers for answer in answers) == [False, True]
    assert Loan.objects.count() == 1


def test_a_key_that_stands_for_another_act_or_item_is_a_conflict(api: Api) -> None:
    api.post("/checkouts", CHECKOUT, **KEY)

    answers = [
        api.post("/checkins", {"item": "C0001"}, **KEY),
        api.post("/renewals", {"item": "C0001"}, **KEY),
        api.post("/checkouts", {"item": "C0002", "card": "R0001"}, **KEY),
        api.post("/checkouts", {"item": "C0001", "card": "R0002"}, **KEY),
    ]

    assert [(answer.status, answer.code) for answer in answers] == [(409, "key_reused")] * 4
    assert Loan.objects.count() == 1


def test_two_accounts_do_not_meet_on_one_key(api: Api) -> None:
    api.post("/checkouts", CHECKOUT, **KEY)

    other = Api(make_token("strict")).post("/checkouts", {"item": "C0002", "card": "R0001"}, **KEY)

    assert other.status == 201
    assert Loan.objects.count() == 2


def test_two_tokens_of_one_account_share_their_keys(api: Api) -> None:
    api.post("/checkouts", CHECKOUT, **KEY)

    again = Api(make_token("kiosk-c")).post("/checkouts", CHECKOUT, **KEY)

    assert again.headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("key", ["", "x" * 256, "two words", "登录"])
def test_what_is_no_key_is_refused(api: Api, key: str) -> None:
    sent = key.encode().decode("latin-1")

    answer = api.post("/checkouts", CHECKOUT, **{"Idempotency-Key": sent})

    assert (answer.status, answer.code) == (422, "invalid")
    assert Loan.objects.count() == 0


def test_a_refusal_tells_every_reason_in_both_languages_and_who_may_lift_it(api: Api) -> None:
    body = {"item": "C0104", "card": "R0004"}

    zh, en = api.post("/checkouts", body), api.post("/checkouts", body, **{"Accept-Language": "en"})

    assert (zh.status, zh.code, zh.json["title"]) == (409, "patron_expired", "不予办理。")
    assert zh.json["type"] == "/api/v1/docs#refused"
    assert zh.json["detail"] == "读者证已于 2026-10-01 到期；此册尚在加工"
    assert zh.json["blocks"][0] == {
        "code": "patron_expired",
        "message": "读者证已于 2026-10-01 到期",
        "waivable": True,
        "waiver": "waive_expiry",
        "waiver_message": "可由有“过期证放行”权限的馆员放行",
        "facts": {"expired": "2026-10-01"},
    }
    assert (zh.json["blocks"][1]["code"], zh.json["blocks"][1]["waivable"]) == ("item_in_process", False)
    assert [block["message"] for block in en.json["blocks"]] == [
        "The membership expired on 2026-10-01",
        "The item is still being processed",
    ]


def test_a_branch_in_a_refusal_is_told_by_its_code(api: Api) -> None:
    answer = api.post("/checkouts", {"item": "S0001", "card": "R0001"})

    assert answer.json["blocks"][0]["facts"] == {"home": "S"}
    assert answer.json["blocks"][0]["message"] == "此册属于城南分馆，与本馆未通借"


def test_a_waiver_lifts_nothing_that_the_token_may_not_lift(api: Api) -> None:
    body = {"item": "C0001", "card": "R0004", "waive": ["patron_expired"]}

    answer = api.post("/checkouts", body)

    assert (answer.status, answer.codes) == (409, ["patron_expired"])
    assert api.post("/checkouts", {**body, "waive": ["no_such_block"]}).status == 422


def test_an_item_on_its_way_is_lent_by_who_may_receive_it(api: Api, api_town: Town, clock: Clock) -> None:
    Transit.objects.create(
        item_id=_item("C0002"),
        from_branch=api_town.district.children,
        to_branch=api_town.district.central,
        reason="home",
        sent_at=clock.at,
    )
    body = {"item": "C0002", "card": "R0001", "waive": ["item_in_transit"]}
    without = Api(make_token("kiosk-c", acts={Act.CHECKOUT}))

    assert without.post("/checkouts", body).codes == ["item_in_transit"]
    assert api.post("/checkouts", body).status == 201


def test_a_preview_says_what_a_checkout_would_and_writes_nothing(api: Api) -> None:
    good, bad = (
        api.post("/checkouts/preview", CHECKOUT),
        api.post("/checkouts/preview", {"item": "C0103", "card": "R0003"}),
    )
    unknown = api.post("/checkouts/preview", {"item": "nothing", "card": "nobody"})

    assert (good.status, good.json["allowed"], good.json["due_date"]) == (200, True, "2026-12-24")
    assert (bad.status, bad.json["allowed"]) == (200, False)
    assert bad.codes == ["patron_suspended", "item_in_library_only"]
    assert unknown.json["item"] is None
    assert set(unknown.codes) == {"patron_unknown", "item_unknown"}
    assert Loan.objects.count() == 0
    assert Entry.objects.filter(subject_kind="item").count() == 0


def test_an_item_comes_back_without_telling_whose_it_was(api: Api, clock: Clock) -> None:
    loan = api.post("/checkouts", CHECKOUT).json["loan"]
    clock.move(days=32)

    answer = api.post("/checkins", {"item": "C0001"})

    assert answer.status == 200
    assert {name: value for name, value in answer.json.items() if name != "item"} == {
        "outcome": "returned",
        "at": "2026-12-26T10:00:00+08:00",
        "send_to": None,
        "arrived": False,
        "loan": loan,
        "days_overdue": 2,
        "fine_fen": 0,
        "suspended_until": None,
        "held": None,
    }
    assert "陈" not in answer.text


def test_a_late_return_tells_what_it_costs(api: Api, clock: Clock) -> None:
    make_policy(branch=Branch.objects.get(code="C"), fine_day_fen=20, suspension_percent=100)
    api.post("/checkouts", CHECKOUT)
    clock.move(days=32)

    answer = api.post("/checkins", {"item": "C0001"})

    told = answer.json
    assert (told["days_overdue"], told["fine_fen"], told["suspended_until"]) == (2, 40, "2026-12-27")


def test_an_item_of_another_branch_must_travel(api: Api) -> None:
    answer = api.post("/checkins", {"item": "E0001"})

    assert answer.json["outcome"] == "not_on_loan"
    assert answer.json["send_to"] == {"code": "E", "name": "少儿分馆"}
    assert answer.json["item"]["state"] == "in_transit"


def test_a_receipt_is_in_the_language_that_is_asked_for(api: Api) -> None:
    answer = api.post("/checkins", {"item": "E0001"}, **{"Accept-Language": "en"})

    assert answer.json["send_to"]["name"] == "少儿分馆"  # it has no English name


def test_a_loan_is_renewed_with_and_without_a_card(api: Api, clock: Clock) -> None:
    for item in ("C0001", "C0002"):
        api.post("/checkouts", {"item": item, "card": "R0001"})
    clock.move(days=10)

    mine = api.post("/renewals", {"item": "C0001", "card": "R0001"})
    bare = api.post("/renewals", {"item": "C0002"})
    others = api.post("/renewals", {"item": "C0001", "card": "R0002"})

    assert (mine.status, mine.json["renewals"], mine.json["renewals_left"]) == (200, 1, 0)
    assert mine.json["due_date"] == "2027-01-03"
    assert bare.status == 200
    assert others.codes == ["item_on_loan_to_other"]


def test_an_item_arrives_where_it_was_sent(api: Api, api_town: Town, clock: Clock) -> None:
    transit = Transit.objects.create(
        item_id=_item("C0002"),
        from_branch=api_town.district.children,
        to_branch=api_town.district.central,
        reason="home",
        sent_at=clock.at - timedelta(hours=3),
    )

    answer, none, gone = (api.post("/arrivals", {"item": item}) for item in ("C0002", "C0003", "nothing"))

    assert answer.status == 200
    assert answer.json["transit"] == transit.id
    assert answer.json["sent_from"] == {"code": "E", "name": "少儿分馆"}
    assert answer.json["item"]["state"] == "available"
    assert (none.status, none.codes, gone.codes) == (409, ["no_transit"], ["item_unknown"])


def test_an_act_at_another_branch_is_recorded_there(api_town: Town) -> None:
    account = make_account("district-app", kind="machine", roles=[(Role.MACHINE, None)])
    Machine.objects.create(account=account, branch=api_town.district.central)
    api = Api(make_token("district-app"), **{"Wenyuan-Branch": "E"})

    api.post("/checkins", {"item": "E0001"})
    api.post("/checkouts", {"item": "E0001", "card": "R0001"})

    assert Entry.objects.get(kind="loan").branch_id == api_town.district.children.id


def test_who_was_always_too_late_may_try_again(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def contend(**_values: Any) -> None:
        raise Contended

    monkeypatch.setattr("wenyuan.lending.circulation.operations.checkin", contend)

    answer = api.post("/checkins", {"item": "C0001"})

    assert (answer.status, answer.code, answer.headers["Retry-After"]) == (409, "contended", "1")
