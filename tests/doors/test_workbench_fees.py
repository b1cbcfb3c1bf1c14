"""Money at the workbench: a reader's account, paying, letting go, deposits, receipts, and who owes a branch."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from tests.collector import KEY, MERCHANT, Collector, collecting
from tests.factories.circulation import District, make_district
from tests.factories.fees import make_charge, make_deposit, make_payment
from tests.factories.patrons import make_patron
from tests.factories.staff_pages import staff_at
from wenyuan.lending.fees.data import ChargeKind, PointEvent
from wenyuan.lending.fees.models import Entry
from wenyuan.lending.fees.operations import install_default_point_rules
from wenyuan.lending.fees.queries import account_state, point_balance, point_rules
from wenyuan.lending.patrons.models import Patron
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.accounts.models import RoleGrant
from wenyuan.plumbing.clock import local_date

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)
ZH = {"accept-language": "zh-hans"}


@pytest.fixture
def district(db: None) -> District:
    return make_district()


@pytest.fixture
def patron(district: District) -> Patron:
    return make_patron("陈小雨", home=district.central)


@pytest.fixture
def lead(district: District) -> Client:
    return staff_at(district.central, Role.DESK_LEAD)


def url(patron: Patron) -> str:
    return f"/workbench/fees/readers/{patron.id}/"


def owed(patron: Patron) -> int:
    return account_state(patron.id).owed_fen


def test_a_reader_who_was_never_charged_sees_no_forms_but_what_can_be_begun(lead: Client, patron: Patron) -> None:
    page = lead.get(url(patron), headers=ZH).content.decode()

    assert "没有收费、付款或押金记录" in page
    assert "<table" not in page
    assert lead.get("/workbench/fees/", headers=ZH).content.decode().count('class="empty"') == 1
    assert lead.get("/workbench/fees/deposits", headers=ZH).content.decode().count('class="empty"') == 1


def test_a_charge_is_entered_in_yuan_and_paid_at_once(lead: Client, patron: Patron) -> None:
    charged = lead.post(f"{url(patron)}charge", {"kind": "lost", "amount": "３９．８", "key": "c"})
    page = lead.get(url(patron))
    paid = lead.post(url(patron), {"amount": "39.80", "means": "cash", "key": "p"}, headers=ZH, follow=True)

    assert charged["Location"] == url(patron)
    assert page.context["form"]["amount"].value() == "39.80"
    assert "收据 C-2026" in paid.content.decode().replace(str(datetime.now(tz=UTC).year), "2026")
    assert owed(patron) == 0


def test_a_payment_sent_twice_is_taken_once(district: District, lead: Client, patron: Patron) -> None:
    make_charge(patron, 500, at=AT, desk=district.at_central)

    for _ in range(2):
        lead.post(url(patron), {"amount": "2", "means": "cash", "key": "once"})

    assert owed(patron) == 300


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"amount": "1.005"}, "amount"), ({"amount": "9"}, "amount"), ({"amount": "2", "means": "other"}, "text")],
)
def test_what_cannot_be_taken_is_told_at_its_field(
    district: District, lead: Client, patron: Patron, fields: dict[str, str], field: str
) -> None:
    make_charge(patron, 500, at=AT, desk=district.at_central)

    answer = lead.post(url(patron), {"means": "cash", **fields})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert owed(patron) == 500


def test_only_the_charges_that_are_ticked_are_paid(district: District, lead: Client, patron: Patron) -> None:
    first = make_charge(patron, 500, at=AT, desk=district.at_central)
    second = make_charge(patron, 300, at=AT, desk=district.at_central)

    lead.post(url(patron), {"amount": "3", "means": "cash", "charges": [second]})

    page = lead.get(url(patron))
    assert [one.charge.id for one in page.context["charges"]] == [first]


def test_charges_of_a_branch_whose_money_one_does_not_see_are_a_sum(district: District, patron: Patron) -> None:
    theirs = make_charge(patron, 700, kind=ChargeKind.OTHER, at=AT, desk=district.at_central)
    mine = make_charge(patron, 300, at=AT, desk=district.at_children)
    lead = staff_at(district.children, Role.DESK_LEAD)

    page = lead.get(url(patron), headers=ZH)

    assert [one.charge.id for one in page.context["charges"]] == [mine]
    assert (page.context["state"].owed_fen, page.context["others_owed"]) == (1000, 700)
    assert "照价赔偿" not in page.content.decode()
    assert lead.get(f"/workbench/fees/charges/{theirs}/forgive").status_code == 404
    assert lead.get("/workbench/fees/", {"branch": district.central.id}).status_code == 404


@pytest.mark.parametrize(
    ("act", "fields", "left"),
    [
        ("forgive", {"amount": "10", "text": "困难家庭"}, 3480),
        ("cancel", {"amount": "44.80", "text": "记错读者"}, 0),
        ("replace", {"text": "《活着》"}, 500),
    ],
)
def test_a_charge_is_let_go_of_in_three_ways(
    district: District, lead: Client, patron: Patron, act: str, fields: dict[str, str], left: int
) -> None:
    charge = make_charge(patron, 4480, fee_fen=500, at=AT, desk=district.at_central)
    address = f"/workbench/fees/charges/{charge}/{act}"

    assert lead.get(address).status_code == 200
    assert lead.post(address, {**fields, "text": ""}).status_code == 422
    lead.post(address, fields)

    assert owed(patron) == left


def test_a_payment_and_a_deposit_go_back_with_receipts(district: District, lead: Client, patron: Patron) -> None:
    make_charge(patron, 500, at=AT, desk=district.at_central)
    payment = make_payment(patron, 500, at=AT, desk=district.at_central)
    deposit = make_deposit(patron, at=AT, desk=district.at_central)

    lead.post(f"/workbench/fees/payments/{payment.entry_id}/refund", {"amount": "5", "text": "重复收款"})
    tied = lead.post(f"/workbench/fees/deposits/{deposit.entry_id}/returned", {"amount": "100"}, headers=ZH)
    lead.post(url(patron), {"amount": "5", "means": "cash"})
    lead.post(f"/workbench/fees/deposits/{deposit.entry_id}/returned", {"amount": "100"})

    assert tied.status_code == 422
    assert "未结应收款 1 笔" in tied.content.decode()
    assert list(Entry.objects.order_by("id").values_list("kind", flat=True)) == [
        "charge", "payment", "deposit_taken", "refund", "payment", "deposit_returned",
    ]  # fmt: skip
    assert account_state(patron.id).held_fen == 0


def test_a_receipt_is_printed_with_its_number_and_a_masked_name(
    district: District, lead: Client, patron: Patron
) -> None:
    make_charge(patron, 500, at=AT, desk=district.at_central)
    payment = make_payment(patron, 500, at=AT, desk=district.at_central)
    deposit = make_deposit(patron, at=AT, desk=district.at_central)

    page = lead.get(f"/workbench/fees/receipts/{payment.entry_id}", headers=ZH).content.decode()
    other = lead.get(f"/workbench/fees/receipts/{deposit.entry_id}", headers=ZH).content.decode()

    assert "C-2026-000001" in page
    assert "陈小雨" not in page
    assert "C-2026-Y000001" in other
    assert "押金归读者所有" in other


def test_a_clerk_takes_money_but_neither_forgives_nor_pays_back(district: District, patron: Patron) -> None:
    charge = make_charge(patron, 500, at=AT, desk=district.at_central)
    payment = make_payment(patron, 100, at=AT, desk=district.at_central)
    clerk = staff_at(district.central, Role.DESK)

    assert clerk.post(url(patron), {"amount": "1", "means": "cash"}).status_code == 302
    assert clerk.post(f"/workbench/fees/charges/{charge}/forgive", {"amount": "1", "text": "好"}).status_code == 403
    assert clerk.get(f"/workbench/fees/payments/{payment.entry_id}/refund").status_code == 403
    assert "refund" not in clerk.get(url(patron)).content.decode()


def test_a_cataloguer_sees_no_money(district: District, patron: Patron) -> None:
    cataloguer = staff_at(district.central, Role.CATALOGUER)

    assert [cataloguer.get(one).status_code for one in (url(patron), "/workbench/fees/")] == [403, 403]


def test_debts_are_listed_the_most_first_and_the_queries_do_not_grow(
    district: District, lead: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(23):
        make_charge(make_patron(f"读者{number}", home=district.central), 100 + number, at=AT, desk=district.at_central)
    lead.get("/workbench/fees/")

    with django_assert_max_num_queries(12):
        page = lead.get("/workbench/fees/")
    rest = lead.get("/workbench/fees/", {"from": page.context["onward"].token})

    assert [row[0].owed_fen for row in page.context["rows"]][:2] == [122, 121]
    assert (len(page.context["rows"]), len(rest.context["rows"])) == (20, 3)


def test_the_ledger_s_queries_do_not_grow(
    district: District, lead: Client, patron: Patron, django_assert_max_num_queries: Any
) -> None:
    for _ in range(15):
        make_charge(patron, 100, at=AT, desk=district.at_central)
    make_payment(patron, 700, at=AT, desk=district.at_central)
    lead.get(url(patron))

    with django_assert_max_num_queries(18):
        page = lead.get(url(patron))

    assert (len(page.context["charges"]), len(page.context["entries"])) == (8, 16)


def test_a_mistyped_period_or_branch_shows_what_there_is(district: District, lead: Client, patron: Patron) -> None:
    make_deposit(patron, at=AT, desk=district.at_central)

    page = lead.get("/workbench/fees/deposits", {"first": "2026-01-01", "last": "2026-12-31"})
    wrong = lead.get("/workbench/fees/deposits", {"first": "abc", "last": "2026-02-30"})

    assert page.context["total"].held_after_fen == 10_000
    assert wrong.status_code == 200
    assert lead.get("/workbench/fees/", {"branch": "abc"}).status_code == 404


def test_the_reader_s_page_leads_to_the_money(district: District, lead: Client, patron: Patron) -> None:
    make_charge(patron, 500, at=AT, desk=district.at_central)

    page = lead.get(f"/workbench/patrons/{patron.id}", headers=ZH).content.decode()

    assert url(patron) in page
    assert "欠 5.00 元" in page


def test_a_day_is_counted_closed_and_shown_with_what_came_after(
    district: District, lead: Client, patron: Patron
) -> None:
    make_charge(patron, 500, at=AT, desk=district.at_central)
    make_payment(patron, 300, at=AT, desk=district.at_central)

    page = lead.get("/workbench/fees/day", headers=ZH)
    unsaid = lead.post("/workbench/fees/day", {"income_cash": "2"})
    closed = lead.post("/workbench/fees/day", {"income_cash": "2.00", "reason": "少一元，待查", "key": "k"})
    lead.post(url(patron), {"amount": "1", "means": "cash"})
    shown = lead.get(closed["Location"], headers=ZH).content.decode()

    assert [line.expected_fen for _, line, _ in page.context["lines"]] == [300]
    assert (unsaid.status_code, list(unsaid.context["form"].errors)) == (422, ["reason"])
    assert "少一元，待查" in shown
    assert "日结之后" in shown
    assert lead.get("/workbench/fees/day").context["closing"].difference_fen == -100
    assert len(lead.get("/workbench/fees/days").context["rows"]) == 1


@pytest.mark.parametrize("day", ["2026-02-30", "9999-12-31", ""])
def test_a_mistyped_day_of_a_till_is_today(lead: Client, day: str) -> None:
    assert lead.get("/workbench/fees/day", {"day": day}).context["day"] == local_date(datetime.now(tz=UTC))


def test_a_closing_of_a_branch_whose_money_one_does_not_see_is_not_found(
    district: District, lead: Client, patron: Patron
) -> None:
    closed = lead.post("/workbench/fees/day", {"income_cash": "0"})

    assert staff_at(district.children).get(closed["Location"]).status_code == 404


def test_points_are_nowhere_until_they_are_switched_on_then_given_back_by_hand(
    district: District, lead: Client, patron: Patron
) -> None:
    install_default_point_rules()
    director = staff_at(district.central, Role.DIRECTOR)
    everywhere = staff_at(district.central, Role.DIRECTOR)
    RoleGrant.objects.filter(account_id=everywhere.session["_auth_user_id"]).update(branch=None)
    scheme = {"what": "scheme", "is_on": "on", "start": "100", "floor": "60"}

    hidden = lead.get(f"{url(patron)}points").status_code
    not_here = director.post("/workbench/fees/points", scheme).status_code
    everywhere.post("/workbench/fees/points", scheme)
    everywhere.post("/workbench/fees/points", {"what": "loan", "points": "2", "daily_cap": "6", "is_on": "on"})
    wrong = everywhere.post("/workbench/fees/points", {"what": "overdue", "points": "5"})
    lead.post(f"{url(patron)}points", {"event": "volunteer", "points": "5", "text": "上架两小时"})
    page = lead.get(f"{url(patron)}points", headers=ZH).content.decode()

    assert (hidden, not_here, wrong.status_code) == (404, 403, 422)
    assert "上架两小时" in page
    assert point_balance(patron.id) == 105
    assert point_rules()[PointEvent.LOAN].points == 2
    assert "诚信借阅积分" in lead.get(url(patron), headers=ZH).content.decode()
    assert lead.get("/workbench/fees/points").status_code == 403


@pytest.fixture
def collector(settings: Any) -> Iterator[Collector]:
    with collecting() as (collector, adapter):
        settings.WENYUAN_PAY_URL = adapter.address
        settings.WENYUAN_PAY_MERCHANT, settings.WENYUAN_PAY_KEY = MERCHANT, KEY
        yield collector


def test_the_readers_phone_is_scanned_waits_and_is_paid_by_a_signed_notice(
    district: District, lead: Client, patron: Patron, collector: Collector
) -> None:
    make_charge(patron, 500, at=AT, desk=district.at_central)
    collector.becomes = "waiting"

    assert 'name="code"' in lead.get(url(patron)).content.decode()
    waiting = lead.post(f"{url(patron)}scan", {"code": "134567890123456789", "key": "k"})
    [number] = collector.orders
    page = lead.get(waiting["Location"], headers=ZH).content.decode()
    collector.orders[number]["state"] = "paid"
    body, signature = collector.notice(number)
    nobody = Client(enforce_csrf_checks=True)
    answers = [
        nobody.post("/workbench/fees/scan-notices", body, content_type="application/json", headers={"X-Signature": one})
        for one in ("forged", signature)
    ]

    assert waiting["Location"] == f"/workbench/fees/scans/{number}"
    assert "等待读者在手机上确认" in page
    assert [one.status_code for one in answers] == [403, 204]
    assert owed(patron) == 0
    assert lead.post(waiting["Location"], {"act": "check"})["Location"] == url(patron)
    assert staff_at(district.children).get(waiting["Location"]).status_code == 404


def test_what_is_no_payment_code_reaches_nobody_and_an_order_is_given_up(
    district: District, lead: Client, patron: Patron, collector: Collector
) -> None:
    make_charge(patron, 500, at=AT, desk=district.at_central)
    collector.becomes = "waiting"

    lead.post(f"{url(patron)}scan", {"code": "C-2026-1"})
    assert collector.orders == {}
    waiting = lead.post(f"{url(patron)}scan", {"code": "134567890123456789"})
    given_up = lead.post(waiting["Location"], {"act": "give-up"}, headers=ZH, follow=True)

    assert "没有收款" in given_up.content.decode()
    assert owed(patron) == 500


def test_without_a_collector_no_code_is_asked_for_and_no_notice_taken(
    district: District, lead: Client, patron: Patron
) -> None:
    make_charge(patron, 500, at=AT, desk=district.at_central)

    assert 'name="code"' not in lead.get(url(patron)).content.decode()
    assert lead.post(f"{url(patron)}scan", {"code": "134567890123456789"}).status_code == 404
    assert Client().post("/workbench/fees/scan-notices", b"{}", content_type="application/json").status_code == 404
