"""Readers over REST: what machines may know of them, and their own affairs behind card and PIN."""

from base64 import urlsafe_b64encode
from datetime import date

import pytest

from tests.doors.api_client import Answer, Api, make_token
from tests.doors.sip2_server import Clock
from tests.doors.sip2_town import IDENTITY_NUMBER, PIN, Town
from tests.factories.accounts import make_desk
from tests.factories.patrons import make_patron
from wenyuan.doors.api import limits
from wenyuan.lending.circulation.models import Loan
from wenyuan.lending.patrons import operations as patrons
from wenyuan.lending.patrons.models import Patron, Token
from wenyuan.organisation.accounts.models import ApiToken, RoleGrant
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.buckets import Rate
from wenyuan.plumbing.secrets import key_ring


@pytest.fixture
def api(api_town: Town) -> Api:
    return Api(make_token("kiosk-c"))


def sign_in(api: Api, card: str = "R0001", pin: str = PIN) -> Answer:
    return api.post("/session", {"card": card, "pin": pin})


def reader(api: Api, card: str = "R0001") -> Api:
    return Api(sign_in(api, card).json["token"])


def lend(api: Api, *items: str, card: str = "R0001") -> None:
    for item in items:
        assert api.post("/checkouts", {"item": item, "card": card}).status == 201


# For machines --------------------------------------------------------------------------------------------------------


def test_a_machine_knows_a_reader_by_a_masked_name(api: Api) -> None:
    lend(api, "C0001")

    answer = api.post("/patrons/lookup", {"card": IDENTITY_NUMBER})

    handle = answer.json.pop("handle")
    assert answer.status == 200
    assert answer.json == {
        "name": "陈＊雨",
        "category": "adult",
        "home": {"code": "C", "name": "总馆"},
        "status": "active",
        "card_status": "active",
        "suspended_until": None,
        "expires_date": "2036-03-01",
        "open_loans": 1,
        "max_loans": 3,
        "blocks": [],
    }
    assert str(Patron.objects.get(name="陈小雨").id) != handle
    assert IDENTITY_NUMBER not in answer.text


@pytest.mark.parametrize(
    ("card", "codes"),
    [
        ("R0003", ["patron_suspended"]),
        ("R0004", ["patron_expired"]),
        ("R0005", ["card_lost"]),
        ("R0006", ["patron_closed"]),
    ],
)
def test_a_look_up_tells_what_stops_a_checkout(api: Api, card: str, codes: list[str]) -> None:
    answer = api.post("/patrons/lookup", {"card": card})

    assert (answer.status, answer.codes) == (200, codes)


def test_a_card_that_nobody_has_is_told_as_the_verbs_tell_it(api: Api) -> None:
    Token.objects.filter(card_no="R0002").update(status="removed")

    for card in ("nobody", "R0002"):
        answer = api.post("/patrons/lookup", {"card": card})

        assert (answer.status, answer.code, answer.codes) == (404, "patron_unknown", ["patron_unknown"])


def test_loans_are_listed_by_handle_page_by_page_the_earliest_due_first(api: Api, clock: Clock) -> None:
    for item in ("C0001", "C0002", "C0003"):
        lend(api, item)
        clock.move(days=1)
    handle = api.post("/patrons/lookup", {"card": "R0001"}).json["handle"]

    first = api.get(f"/patrons/{handle}/loans?limit=2")
    api.post("/checkins", {"item": "C0002"})
    second = api.get(first.json["next"])

    assert [loan["item"]["barcode"] for loan in first.json["loans"]] == ["C0001", "C0002"]
    assert [loan["item"]["barcode"] for loan in second.json["loans"]] == ["C0003"]
    assert second.json["next"] is None
    assert first.json["loans"][0]["due_date"] == "2026-12-24"
    assert not first.json["loans"][0]["overdue"]


def test_a_handle_is_good_for_its_account_and_a_quarter_of_an_hour(api: Api, clock: Clock) -> None:
    handle = api.post("/patrons/lookup", {"card": "R0001"}).json["handle"]
    pass_text = sign_in(api).json["token"]
    forged = urlsafe_b64encode(key_ring().encrypt('{"purpose": "other"}').encode()).decode().rstrip("=")

    good = api.get(f"/patrons/{handle}/loans")
    bad = [
        Api(make_token("strict")).get(f"/patrons/{handle}/loans"),
        *(api.get(f"/patrons/{other}/loans") for other in (pass_text, forged, "1", "x" * 3000, handle[:-2])),
    ]
    clock.move(minutes=15)
    late = api.get(f"/patrons/{handle}/loans")

    assert good.status == 200
    assert {(answer.status, answer.code) for answer in [*bad, late]} == {(404, "patron_unknown")}


def test_a_cursor_is_good_for_its_own_list(api: Api, clock: Clock) -> None:
    lend(api, "C0001", "C0002")
    me = reader(api)
    cursor = me.get("/me/loans?limit=1").json["next"].partition("cursor=")[2]

    answers = [
        me.get(f"/me/history?cursor={cursor}"),
        me.get("/me/loans?cursor=x"),
        me.get(f"/me/loans?cursor={cursor}x"),
    ]

    assert [(answer.status, answer.code) for answer in answers] == [(422, "cursor_invalid")] * 3
    assert me.get(f"/me/loans?cursor={cursor}").status == 200
    assert me.get("/me/loans?limit=101").status == 422
    assert me.get("/me/loans?limit=0").status == 422


# Signing in ----------------------------------------------------------------------------------------------------------


def test_a_reader_signs_in_with_card_and_pin_for_half_an_hour(api: Api, clock: Clock) -> None:
    answer = sign_in(api)

    assert answer.status == 201
    assert answer.json["token"].startswith("wyr_")
    assert (answer.json["expires_at"], answer.json["name"]) == ("2026-11-24T10:30:00+08:00", "陈小雨")
    me = Api(answer.json["token"])
    clock.move(minutes=29)
    assert me.get("/me").status == 200
    clock.move(minutes=1)
    assert (me.get("/me").status, me.get("/me").code) == (401, "token_unknown")


def test_a_pass_tells_nothing_to_who_reads_it(api: Api) -> None:
    first, second = sign_in(api, IDENTITY_NUMBER).json["token"], sign_in(api, IDENTITY_NUMBER).json["token"]

    assert first != second
    assert IDENTITY_NUMBER[-8:-1] not in first
    assert (Api(first[:-4] + "AAAA").get("/me").status, Api("wyr_").get("/me").status) == (401, 401)


@pytest.mark.parametrize("card", ["R0001", "nobody", "R0005", "R0006"])
def test_a_wrong_pin_and_a_card_not_in_use_are_refused_alike(api: Api, card: str) -> None:
    answer = sign_in(api, card, "135790")

    assert (answer.status, answer.code) == (403, "sign_in_refused")


def test_a_suspended_reader_and_one_out_of_date_may_look(api: Api) -> None:
    Patron.objects.filter(name="欧阳修远").update(pin_hash="")
    patrons.set_pin(
        patron_id=Patron.objects.get(name="欧阳修远").id,
        pin=PIN,
        at=Token.objects.get(card_no="R0003").issued_at,
        desk=make_desk(Patron.objects.get(name="欧阳修远").home_branch),
    )

    answer = reader(api, "R0003").get("/me")

    assert (answer.status, answer.codes) == (200, ["patron_suspended"])


def test_five_wrong_pins_lock_it_for_a_quarter_of_an_hour_also_for_the_right_one(api: Api, clock: Clock) -> None:
    wrong = [sign_in(api, pin="135790") for _ in range(5)]

    right = sign_in(api)
    clock.move(minutes=15)

    assert [answer.status for answer in wrong] == [403] * 5
    assert (right.status, right.code, right.headers["Retry-After"]) == (429, "pin_locked", "900")
    assert sign_in(api).status == 201


def test_one_pin_tried_on_many_cards_is_slowed_down(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits.BAD_SIGN_INS, "rate", Rate(burst=2, per_second=0.01))

    answers = [sign_in(api, f"R000{number}", "123456") for number in (7, 8, 1)]

    assert [answer.status for answer in answers] == [403, 403, 429]
    assert answers[2].code == "too_many"


def test_good_sign_ins_are_not_counted(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits.BAD_SIGN_INS, "rate", Rate(burst=2, per_second=0.01))

    assert [sign_in(api).status for _ in range(4)] == [201] * 4


# What ends a pass ----------------------------------------------------------------------------------------------------


def test_a_pass_ends_with_card_pin_membership_application_and_right(api: Api, api_town: Town, clock: Clock) -> None:
    desk = make_desk(api_town.district.central)
    patron = Patron.objects.get(name="陈小雨")
    card = Token.objects.get(card_no="R0001")

    def lose() -> None:
        patrons.report_lost(token_id=card.id, at=clock.at, desk=desk)

    def find() -> None:
        patrons.lift_lost(token_id=card.id, at=clock.at, desk=desk)

    def reset() -> None:
        patrons.set_pin(patron_id=patron.id, pin=PIN, at=clock.at, desk=desk)

    def leave() -> None:
        patrons.close_patron(patron_id=patron.id, reason="迁出", at=clock.at, desk=desk)

    def stop() -> None:
        ApiToken.objects.update(valid_to=date(2026, 11, 24))

    def go_on() -> None:
        ApiToken.objects.update(valid_to=date(2027, 11, 24))

    ended = []
    for end, mend in ((lose, find), (reset, None), (stop, go_on), (leave, None)):
        clock.move(minutes=1)
        me = reader(api)
        assert me.get("/me").status == 200
        clock.move(seconds=1)
        end()
        ended.append((me.get("/me").status, me.get("/me").code))
        if mend is not None:
            mend()

    assert ended == [
        (401, "token_ended"),
        (401, "token_ended"),
        (401, "token_expired"),
        (401, "token_ended"),
    ]


def test_a_pass_opens_no_more_than_the_application_may(api: Api) -> None:
    me = reader(api)
    RoleGrant.objects.filter(account__username="kiosk-c").update(valid_to=date(2026, 11, 24))

    assert (me.get("/me").status, me.get("/me").code) == (403, "not_allowed")


def test_a_reader_who_asks_too_often_is_slowed_down(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits.READERS, "rate", Rate(burst=1, per_second=0.1))
    me = reader(api)

    assert [me.get("/me").status for _ in range(2)] == [200, 429]


# Own affairs ---------------------------------------------------------------------------------------------------------


def test_readers_see_their_own_data_with_numbers_masked(api: Api) -> None:
    lend(api, "C0001")

    answer = reader(api).get("/me")

    assert answer.json == {
        "name": "陈小雨",
        "card": "····0001",
        "category": "adult",
        "home": {"code": "C", "name": "总馆"},
        "status": "active",
        "suspended_until": None,
        "registered_date": "2024-03-01",
        "expires_date": "2036-03-01",
        "number": "····002X",
        "phone": "",
        "keeps_history": False,
        "open_loans": 1,
        "max_loans": 3,
        "blocks": [],
    }


def test_readers_see_their_own_loans_and_nobody_else_s(api: Api, clock: Clock) -> None:
    lend(api, "C0001")
    lend(api, "C0002", card="R0002")

    assert [loan["item"]["barcode"] for loan in reader(api).get("/me/loans").json["loans"]] == ["C0001"]
    assert [loan["recalled"] for loan in reader(api).get("/me/loans").json["loans"]] == [False]
    Loan.objects.update(recalled_at=clock.at)
    assert [loan["recalled"] for loan in reader(api).get("/me/loans").json["loans"]] == [True]
    assert [loan["item"]["barcode"] for loan in reader(api, "R0002").get("/me/loans").json["loans"]] == ["C0002"]


def test_a_history_is_there_for_who_agreed_to_one(api: Api, api_town: Town, clock: Clock) -> None:
    make_patron("周采薇", "R0010", home=api_town.district.central, pin=PIN, keep_history=True)
    for card, items in (("R0010", ("C0001", "C0002", "C0003")), ("R0001", ("C0004",))):
        for item in items:
            lend(api, item, card=card)
            clock.move(minutes=1)
            api.post("/checkins", {"item": item})

    first = reader(api, "R0010").get("/me/history?limit=2")
    second = reader(api, "R0010").get(first.json["next"])
    none = reader(api).get("/me/history")

    assert first.json["kept"]
    assert [loan["item"]["barcode"] for loan in first.json["loans"]] == ["C0003", "C0002"]
    assert [loan["item"]["barcode"] for loan in second.json["loans"]] == ["C0001"]
    assert second.json["next"] is None
    assert none.json == {"kept": False, "loans": [], "next": None}


def test_cards_are_told_by_their_last_four(api: Api) -> None:
    answer = reader(api).get("/me/cards")

    assert {(card["kind"], card["shown"], card["status"]) for card in answer.json["cards"]} == {
        ("card", "····0001", "active"),
        ("identity", "····002X", "active"),
    }
    assert IDENTITY_NUMBER not in answer.text


def test_readers_renew_their_own_loans_by_the_application_s_account(api: Api, clock: Clock) -> None:
    lend(api, "C0001")
    clock.move(days=10)
    me = reader(api)

    first, again = (me.post("/me/renewals", {"item": "C0001"}, **{"Idempotency-Key": "k"}) for _ in range(2))

    assert (first.status, first.json["due_date"], first.json["renewals_left"]) == (200, "2027-01-03", 0)
    assert (again.json, again.headers["Idempotency-Replayed"]) == (first.json, "true")
    entry = Entry.objects.get(kind="renewal")
    assert (entry.door, entry.desk) == ("api", "kiosk-c")
    assert entry.reader_ref == Entry.objects.get(kind="loan").reader_ref


def test_the_keys_of_a_reader_and_of_the_application_are_apart(api: Api, clock: Clock) -> None:
    lend(api, "C0001", "C0002")
    clock.move(days=10)

    answers = [
        api.post("/renewals", {"item": "C0002"}, **{"Idempotency-Key": "k"}),
        reader(api).post("/me/renewals", {"item": "C0001"}, **{"Idempotency-Key": "k"}),
    ]

    assert [answer.status for answer in answers] == [200, 200]


def test_readers_renew_nobody_else_s_loan(api: Api) -> None:
    lend(api, "C0001")

    answer = reader(api, "R0002").post("/me/renewals", {"item": "C0001"})

    assert (answer.status, answer.codes) == (409, ["item_on_loan_to_other"])
    assert Loan.objects.get().renewals == 0


def test_readers_lift_nothing(api: Api) -> None:
    answer = reader(api).post("/me/renewals", {"item": "C0001", "waive": ["renewal_limit"]})

    assert (answer.status, answer.code) == (422, "invalid")


def test_an_application_that_may_not_renew_renews_for_nobody(api_town: Town) -> None:
    api = Api(make_token("kiosk-c", acts={Act.SEE_PATRON}))

    answer = reader(api).post("/me/renewals", {"item": "C0001"})

    assert (answer.status, answer.code) == (403, "not_allowed")
