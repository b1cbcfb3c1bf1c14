"""Holds over REST: placed for readers by machines and by readers themselves, changed, suspended, cancelled."""

from typing import Any

import pytest

from tests.doors.api_client import Api, make_token
from tests.doors.sip2_server import Clock
from tests.doors.sip2_town import PIN, Town
from tests.factories.circulation import make_policy
from wenyuan.holdings.catalogue.models import Bib
from wenyuan.lending.circulation import operations
from wenyuan.lending.circulation.models import Hold
from wenyuan.organisation.journal.models import Entry


@pytest.fixture
def api(api_town: Town) -> Api:
    return Api(make_token("kiosk-c"))


def reader(api: Api, card: str = "R0001") -> Api:
    return Api(api.post("/session", {"card": card, "pin": PIN}).json["token"])


def handle(api: Api, card: str) -> str:
    return str(api.post("/patrons/lookup", {"card": card}).json["handle"])


def test_a_machine_places_a_hold_once_under_its_key(api: Api, clock: Clock) -> None:
    bib = Bib.objects.get(title="平凡的世界")
    wish = {"bib": bib.id, "card": "R0002", "pickup": "E", "not_after": "2026-12-31"}

    first = api.post("/holds", wish, **{"Idempotency-Key": "k1"})
    clock.move(hours=2)
    again = api.post("/holds", wish, **{"Idempotency-Key": "k1"})
    other = api.post("/holds", {**wish, "card": "R0001"}, **{"Idempotency-Key": "k1"})
    without = api.post("/holds", wish)

    hold = Hold.objects.get()
    assert (first.status, again.status) == (201, 201)
    assert first.json == again.json
    assert first.json == {
        "hold": hold.id,
        "bib": bib.id,
        "title": "平凡的世界",
        "pickup": {"code": "E", "name": "少儿分馆"},
        "place": 1,
        "from_shelf": True,
        "not_after": "2026-12-31",
    }
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (other.status, other.code) == (409, "key_reused")
    assert (without.status, without.codes) == (409, ["hold_exists"])
    assert Entry.objects.get(kind="hold_placed").door == "api"


def test_what_a_hold_is_for_is_said_in_one_way(api: Api) -> None:
    bib = Bib.objects.get(title="平凡的世界").id
    answers = [
        api.post("/holds", {"card": "R0001"}),
        api.post("/holds", {"card": "R0001", "bib": bib, "item": "C0001"}),
        api.post("/holds", {"card": "R0001", "bib": bib, "pickup": "nowhere"}),
    ]

    assert [(answer.status, answer.code) for answer in answers] == [
        (422, "invalid"),
        (422, "invalid"),
        (422, "branch_unknown"),
    ]
    assert answers[0].json["errors"][0]["code"] == "bib_or_item"
    assert not Hold.objects.exists()


def test_a_machine_waives_only_what_its_token_may(api: Api, api_town: Town) -> None:
    make_policy(branch=api_town.district.central, max_holds=0)

    answer = api.post("/holds", {"card": "R0001", "item": "C0001", "waive": ["hold_limit"]})

    assert (answer.status, answer.codes) == (409, ["hold_limit"])
    assert answer.json["blocks"][0]["waiver"] == "waive_limit"


def test_readers_place_see_change_suspend_and_cancel_their_own(api: Api) -> None:
    mine = reader(api)
    api.post("/holds", {"item": "E0001", "card": "R0002"})
    placed = mine.post("/me/holds", {"item": "E0001"})
    here = f"/me/holds/{placed.json['hold']}"

    changed = mine.patch(here, {"pickup": "E", "not_after": "2026-12-20"})
    kept = mine.patch(here, {"not_before": "2026-12-01"})
    freed = mine.patch(here, {"not_after": None})
    suspended = mine.post(f"{here}/suspension", {"until": "2026-11-30"})
    resumed = mine.delete(f"{here}/suspension")
    listed = mine.get("/me/holds")
    cancelled, again = mine.delete(here), mine.delete(here)
    late = mine.patch(here, {"pickup": "C"})

    assert (placed.status, placed.json["place"], placed.json["pickup"]["code"]) == (201, 2, "C")
    assert (changed.json["pickup"]["code"], changed.json["not_after"]) == ("E", "2026-12-20")
    assert (kept.json["pickup"]["code"], kept.json["not_before"], kept.json["not_after"]) == (
        "E",
        "2026-12-01",
        "2026-12-20",
    )
    assert freed.json["not_after"] is None
    assert (suspended.json["suspended"], suspended.json["suspended_until"]) == (True, "2026-11-30")
    assert resumed.json["suspended"] is False
    (row,) = listed.json["holds"]
    assert (row["state"], row["place"], row["title"], row["item"]) == ("waiting", 2, "億年之旅", None)
    assert (cancelled.status, cancelled.json["state"], cancelled.json["place"]) == (200, "cancelled", None)
    assert again.json == cancelled.json
    assert (late.status, late.codes) == (409, ["hold_ended"])


def test_a_hold_of_somebody_else_is_not_there(api: Api) -> None:
    theirs = api.post("/holds", {"item": "E0001", "card": "R0002"}).json["hold"]
    mine, wrong = reader(api), handle(api, "R0001")

    answers = [
        mine.patch(f"/me/holds/{theirs}", {"pickup": "E"}),
        mine.delete(f"/me/holds/{theirs}"),
        mine.post(f"/me/holds/{theirs}/suspension", {}),
        mine.delete(f"/me/holds/{theirs}/suspension"),
        api.delete(f"/patrons/{wrong}/holds/{theirs}"),
        api.patch(f"/patrons/{wrong}/holds/{theirs}", {}),
        api.post(f"/patrons/{wrong}/holds/{theirs}/suspension", {}),
        api.delete(f"/patrons/{wrong}/holds/{theirs}/suspension"),
    ]

    assert [(answer.status, answer.codes) for answer in answers] == [(404, ["hold_unknown"])] * 8
    assert mine.get("/me/holds").json == {"holds": [], "next": None}
    assert Hold.objects.get(id=theirs).state == "waiting"
    assert api.get("/patrons/nobody/holds").status == 404


def test_a_machine_sees_and_changes_the_holds_of_whom_it_looked_up(api: Api) -> None:
    placed = api.post("/holds", {"item": "E0001", "card": "R0002", "pickup": "E"}).json["hold"]
    whose = handle(api, "R0002")
    there = f"/patrons/{whose}/holds/{placed}"

    refused = api.patch(there, {"pickup": "S"})
    moved = api.patch(there, {"pickup": "C"})
    past = api.post(f"{there}/suspension", {"until": "2026-11-01"})
    suspended = api.post(f"{there}/suspension", {})
    resumed = api.delete(f"{there}/suspension")
    api.post("/checkins", {"item": "E0001"})
    listed = api.get(f"/patrons/{whose}/holds")
    captured = api.patch(there, {"pickup": "E"})
    cancelled = api.delete(there)

    assert (refused.status, refused.codes) == (409, ["nothing_to_hold"])
    assert moved.json["pickup"]["code"] == "C"
    assert (past.status, past.codes) == (409, ["hold_dates"])
    assert (suspended.json["suspended"], suspended.json["suspended_until"], resumed.json["suspended"]) == (
        True,
        None,
        False,
    )
    (row,) = listed.json["holds"]
    assert (row["state"], row["captured"], row["shelf_until"], row["place"]) == (
        "on_shelf",
        "E0001",
        "2026-12-02",
        None,
    )
    assert (captured.status, captured.codes) == (409, ["hold_captured"])
    assert (cancelled.json["state"], cancelled.json["captured"]) == ("cancelled", None)


def test_of_two_changes_at_once_neither_undoes_the_other(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    placed = api.post("/holds", {"card": "R0001", "item": "C0001", "pickup": "C"}).json["hold"]
    address, write = f"/patrons/{handle(api, 'R0001')}/holds/{placed}", operations.change_hold

    def after_another(**wishes: Any) -> None:
        monkeypatch.setattr(operations, "change_hold", write)
        assert api.patch(address, {"not_before": "2026-12-01"}).status == 200
        write(**wishes)

    monkeypatch.setattr(operations, "change_hold", after_another)

    answer = api.patch(address, {"pickup": "E"})

    assert (answer.status, answer.json["pickup"]["code"], answer.json["not_before"]) == (200, "E", "2026-12-01")


def test_holds_are_listed_page_by_page_the_open_ones_first(api: Api, clock: Clock) -> None:
    mine = reader(api)
    placed = []
    for barcode in ("C0001", "E0001", "E0002"):
        placed.append(mine.post("/me/holds", {"item": barcode}).json["hold"])
        clock.move(minutes=1)
    mine.delete(f"/me/holds/{placed[2]}")

    first = mine.get("/me/holds?limit=2")
    second = mine.get(first.json["next"])

    assert [hold["hold"] for hold in first.json["holds"]] == [placed[1], placed[0]]
    assert [hold["hold"] for hold in second.json["holds"]] == [placed[2]]
    assert second.json["next"] is None
    by_machine = api.get(f"/patrons/{handle(api, 'R0001')}/holds?limit=1")
    assert [hold["hold"] for hold in by_machine.json["holds"]] == [placed[1]]
