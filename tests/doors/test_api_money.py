"""Money over REST: what is owed, payments that an application has taken, receipts, and credit points."""

import pytest

from tests.doors.api_client import Api, make_token
from tests.doors.sip2_server import Clock
from tests.doors.sip2_town import PIN, TUESDAY_TEN, Town
from tests.factories.accounts import make_desk, make_machine
from tests.factories.fees import make_charge, make_deposit
from wenyuan.holdings.catalogue.models import Item
from wenyuan.lending.fees.data import ChargeKind, PointEvent
from wenyuan.lending.fees.models import Entry, PointScheme
from wenyuan.lending.fees.operations import give_points
from wenyuan.lending.patrons.models import Patron, Token
from wenyuan.organisation.accounts.data import Role


@pytest.fixture
def api(api_town: Town) -> Api:
    return Api(make_token("cash"))


def reader(api: Api, card: str = "R0001") -> Api:
    return Api(api.post("/session", {"card": card, "pin": PIN}).json["token"])


def at_children(town: Town) -> Api:
    """An application of 少儿分馆, which sees that branch's money alone."""
    make_machine(town.district.children, "cash-e", roles=[Role.MACHINE, Role.CASH_MACHINE])
    return Api(make_token("cash-e"))


def handle(api: Api, card: str = "R0001") -> str:
    return str(api.post("/patrons/lookup", {"card": card}).json["handle"])


def owe(
    town: Town, fen: int, kind: ChargeKind = ChargeKind.LOST, *, elsewhere: bool = False, item: str = "C0101"
) -> int:
    """R0001 owes the central library, or 少儿分馆."""
    desk = make_desk(town.district.children if elsewhere else town.district.central)
    return make_charge(
        whose("R0001"), fen, kind=kind, item_id=Item.objects.get(barcode=item).id, at=TUESDAY_TEN, desk=desk
    )


def whose(card: str) -> Patron:
    return Token.objects.select_related("patron").get(card_no=card).patron


def test_what_is_owed_is_told_charge_by_charge_and_of_other_branches_as_a_sum(api: Api, api_town: Town) -> None:
    lost, there = owe(api_town, 4500), owe(api_town, 200, ChargeKind.OVERDUE, elsewhere=True, item="E0001")
    make_deposit(whose("R0001"), 10_000, at=TUESDAY_TEN, desk=make_desk(api_town.district.central))

    branch = at_children(api_town)

    machine, mine = branch.get(f"/patrons/{handle(branch)}/account"), reader(branch).get("/me/account")

    assert machine.json == {
        "owed_fen": 4700,
        "due_back_fen": 0,
        "deposit_fen": 10_000,
        "charges": [
            {
                "charge": there,
                "kind": "overdue",
                "title": "億年之旅",
                "text": "",
                "branch": {"code": "E", "name": "少儿分馆"},
                "charged_at": "2026-11-24T10:00:00+08:00",
                "charged_fen": 200,
                "open_fen": 200,
            }
        ],
    }
    assert (mine.json["owed_fen"], [row["charge"] for row in mine.json["charges"]]) == (4700, [lost, there])


def test_a_payment_is_recorded_once_under_its_key_with_a_receipt(api: Api, api_town: Town, clock: Clock) -> None:
    overdue, lost = owe(api_town, 350, ChargeKind.OVERDUE), owe(api_town, 4500)
    taken = {"card": "R0001", "amount_fen": 4000, "means": "scan", "charges": [lost]}

    first = api.post("/payments", taken, **{"Idempotency-Key": "p1"})
    clock.move(hours=1)
    again = api.post("/payments", taken, **{"Idempotency-Key": "p1"})
    others = [
        api.post("/payments", {**taken, **change}, **{"Idempotency-Key": "p1"})
        for change in ({"amount_fen": 10}, {"charges": [overdue]}, {"card": "R0002"})
    ]
    oldest = api.post("/payments", {"card": "R0001", "amount_fen": 400, "means": "cash"})

    assert (first.status, again.status) == (201, 201)
    assert first.json == again.json
    assert first.json == {
        "payment": first.json["payment"],
        "receipt_no": "C-2026-000001",
        "amount_fen": 4000,
        "means": "scan",
        "at": "2026-11-24T10:00:00+08:00",
        "charges": [{"charge": lost, "amount_fen": 4000}],
        "owed_fen": 850,
    }
    assert again.headers["Idempotency-Replayed"] == "true"
    assert [(answer.status, answer.code) for answer in others] == [(409, "key_reused")] * 3
    assert oldest.json["charges"] == [{"charge": overdue, "amount_fen": 350}, {"charge": lost, "amount_fen": 50}]
    assert Entry.objects.filter(kind="payment").count() == 2


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({"amount_fen": 351}, ["too_much"]),
        ({"charges": [999]}, ["charge_unknown"]),
        ({"card": "R0002"}, ["nothing_open"]),
        ({"card": "nobody"}, ["patron_unknown"]),
        ({"means": "other"}, ["reason_missing"]),
        ({"means": "other", "text": "13800138000", "amount_fen": 900}, ["text_holds_number", "too_much"]),
    ],
)
def test_what_is_not_paid_says_every_reason(
    api: Api, api_town: Town, change: dict[str, object], codes: list[str]
) -> None:
    owe(api_town, 350, ChargeKind.OVERDUE)

    answer = api.post("/payments", {"card": "R0001", "amount_fen": 300, "means": "cash", **change})

    assert (answer.status, answer.code, answer.codes) == (409, codes[0], codes)
    assert answer.json["blocks"][0]["waivable"] is False
    assert not Entry.objects.filter(kind="payment").exists()


def test_money_needs_a_role_of_its_own(api_town: Town) -> None:
    plain = Api(make_token("kiosk-c"))

    answers = [
        plain.post("/payments", {"card": "R0001", "amount_fen": 300, "means": "cash"}),
        plain.get(f"/patrons/{handle(plain)}/account"),
        plain.get(f"/patrons/{handle(plain)}/account/entries"),
    ]

    assert [(answer.status, answer.code) for answer in answers] == [(403, "not_allowed")] * 3


def test_the_ledger_is_read_page_by_page_with_its_receipts(api: Api, api_town: Town) -> None:
    owe(api_town, 350, ChargeKind.OVERDUE)
    owe(api_town, 200, ChargeKind.OVERDUE, elsewhere=True, item="E0001")
    api.post("/payments", {"card": "R0001", "amount_fen": 550, "means": "cash"})
    mine = reader(api)

    first = mine.get("/me/account/entries?limit=2")
    rest = mine.get(first.json["next"])
    branch = at_children(api_town)
    machine = branch.get(f"/patrons/{handle(branch)}/account/entries")

    assert [row["kind"] for row in first.json["entries"] + rest.json["entries"]] == ["payment", "charge", "charge"]
    assert first.json["entries"][0]["receipt_no"] == "C-2026-000001"
    assert [part["amount_fen"] for part in first.json["entries"][0]["charges"]] == [350, 200]
    assert rest.json["next"] is None
    assert [(row["kind"], row["branch"]["code"]) for row in machine.json["entries"]] == [("charge", "E")]


def test_readers_see_their_points_with_reasons_once_the_library_keeps_some(api: Api, api_town: Town) -> None:
    off = reader(api).get("/me/points")
    PointScheme.objects.update_or_create(id=1, defaults={"is_on": True, "start": 100, "floor": 60})
    for points in (3, 2):
        give_points(
            patron_id=whose("R0001").id,
            event=PointEvent.CORRECTION,
            points=points,
            reason="补记",
            at=TUESDAY_TEN,
            desk=make_desk(api_town.district.central),
        )

    first = reader(api).get("/me/points?limit=1")
    rest = reader(api).get(first.json["next"])

    assert off.json == {"kept": False, "balance": None, "points": [], "next": None}
    assert (first.json["kept"], first.json["balance"]) == (True, 105)
    (row,) = first.json["points"]
    assert (row["event"], row["points"], row["reason"], row["branch"]["code"]) == ("correction", 2, "补记", "C")
    assert ([row["points"] for row in rest.json["points"]], rest.json["next"]) == ([3], None)
