"""扫码支付 (docs/specs/fees.md F50-F57) against a local collector over real HTTP."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from tests.collector import KEY, MERCHANT, Collector, collecting
from tests.factories.accounts import make_desk
from tests.factories.circulation import District, make_district
from tests.factories.fees import make_charge, make_payment
from tests.factories.patrons import make_patron
from tests.racing import at_once
from wenyuan.lending.fees import sql
from wenyuan.lending.fees.data import FeeReason, FeesRefused, ScanReceipt
from wenyuan.lending.fees.models import Entry, ScanOrder
from wenyuan.lending.fees.operations import (
    begin_scan,
    check_scan,
    forgive,
    give_up_scan,
    look_after_scans,
    note_scan,
)
from wenyuan.lending.fees.queries import account_state
from wenyuan.lending.patrons.models import Patron
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.invariants import broken_rows
from wenyuan.plumbing.scanpay import HttpScanPay, ScanPayFailed

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)
CODE = "134567890123456789"
Pair = tuple[Collector, HttpScanPay]


@pytest.fixture
def patron(district: District) -> Patron:
    patron = make_patron(home=district.central)
    make_charge(patron, 3980, at=AT, desk=district.at_central)
    return patron


@pytest.fixture
def both() -> Iterator[Pair]:
    with collecting() as pair:
        yield pair


def scan(patron: Patron, district: District, adapter: HttpScanPay, *, key: str | None = None) -> ScanReceipt:
    return begin_scan(patron_id=patron.id, code=CODE, at=AT, desk=district.at_central, collector=adapter, key=key)


def owed(patron: Patron) -> tuple[int, int]:
    state = account_state(patron.id)
    return state.owed_fen, state.due_back_fen


def refused(call: Callable[[], object]) -> set[FeeReason]:
    with pytest.raises(FeesRefused) as caught, transaction.atomic():
        call()
    return set(caught.value.reasons)


def test_a_code_that_is_paid_at_once_settles_everything_and_is_not_kept(
    district: District, patron: Patron, both: Pair
) -> None:
    receipt = scan(patron, district, both[1], key="k")
    again = scan(patron, district, both[1], key="k")

    assert (receipt.state, owed(patron)) == ("paid", (0, 0))
    assert receipt.payment is not None
    assert (receipt.payment.means, receipt.payment.receipt_no) == ("scan", "C-2026-000001")
    assert again.payment is not None
    assert again.payment.entry_id == receipt.payment.entry_id
    assert CODE not in str(list(ScanOrder.objects.values()) + list(Entry.objects.values()))
    assert [path for _, path in both[0].asked] == ["/pay/orders"]
    assert {one.name for one in sql.INVARIANTS if broken_rows(one)} == set()


def test_an_order_that_waits_is_paid_when_the_collector_says_so_whoever_asks(
    district: District, patron: Patron, both: Pair
) -> None:
    collector, adapter = both
    collector.becomes = "waiting"
    receipt = scan(patron, district, adapter)
    number = receipt.out_trade_no
    assert (receipt.state, owed(patron)) == ("waiting", (3980, 0))

    collector.orders[number]["state"] = "paid"
    body, signature = collector.notice(number)
    told = [note_scan(body=body, signature=signature, at=AT, collector=adapter) for _ in range(2)]
    polled = check_scan(out_trade_no=number, at=AT, desk=district.at_central, collector=adapter)

    assert {one.state for one in [*told, polled]} == {"paid"}
    assert Entry.objects.filter(kind="payment").count() == 1
    assert Entry.objects.get(kind="payment").entered_by_id == district.at_central.operator.account_id


def test_a_notice_that_the_collector_has_not_signed_moves_nothing(
    district: District, patron: Patron, both: Pair
) -> None:
    collector, adapter = both
    collector.becomes = "waiting"
    number = scan(patron, district, adapter).out_trade_no
    collector.orders[number]["state"] = "paid"
    body, signature = collector.notice(number)

    for forged, signed in ((body.replace(b"3980", b"1"), signature), (body, ""), (body, "é"), (b"[]", signature)):
        with pytest.raises(ScanPayFailed):
            note_scan(body=forged, signature=signed, at=AT, collector=adapter)
    collector.signs = False
    unsigned = check_scan(out_trade_no=number, at=AT, desk=district.at_central, collector=adapter)

    assert (unsigned.state, owed(patron)) == ("waiting", (3980, 0))


def test_another_amount_than_was_asked_is_not_booked(district: District, patron: Patron, both: Pair) -> None:
    collector, adapter = both
    collector.becomes = "waiting"
    number = scan(patron, district, adapter).out_trade_no
    collector.orders[number] |= {"state": "paid", "amount_fen": 39}

    assert refused(lambda: check_scan(out_trade_no=number, at=AT, desk=district.at_central, collector=adapter)) == {
        FeeReason.OTHER_AMOUNT
    }
    assert owed(patron) == (3980, 0)


def test_an_answer_that_was_lost_is_asked_for_again_and_not_collected_twice(
    district: District, patron: Patron, both: Pair
) -> None:
    collector, adapter = both
    collector.loses_answers = True

    lost = scan(patron, district, adapter, key="k")
    collector.loses_answers = False
    again = scan(patron, district, adapter, key="k")

    assert (lost.state, again.state, len(collector.orders)) == ("asked", "paid", 1)
    assert owed(patron) == (0, 0)


def test_an_order_is_given_up_unless_the_reader_was_faster(district: District, patron: Patron, both: Pair) -> None:
    collector, adapter = both
    collector.becomes = "waiting"
    first, second = scan(patron, district, adapter), scan(patron, district, adapter)
    collector.orders[second.out_trade_no]["state"] = "paid"

    def give_up(number: str) -> str:
        return give_up_scan(out_trade_no=number, at=AT, desk=district.at_central, collector=adapter).state

    assert [give_up(first.out_trade_no), give_up(first.out_trade_no), give_up(second.out_trade_no)] == [
        "closed", "closed", "paid",
    ]  # fmt: skip
    third = scan(make_owing(district), district, adapter)
    collector.answers = False
    assert refused(lambda: give_up(third.out_trade_no)) == {FeeReason.NO_ANSWER}
    assert refused(lambda: give_up("nothing")) == {FeeReason.SCAN_UNKNOWN}


def make_owing(district: District) -> Patron:
    patron = make_patron(home=district.central)
    make_charge(patron, 100, at=AT, desk=district.at_central)
    return patron


def test_money_for_what_was_settled_meanwhile_is_booked_and_due_back(
    district: District, patron: Patron, both: Pair
) -> None:
    collector, adapter = both
    collector.becomes = "waiting"
    number = scan(patron, district, adapter).out_trade_no
    make_payment(patron, 3000, at=AT, desk=district.at_central)
    collector.orders[number]["state"] = "paid"

    check_scan(out_trade_no=number, at=AT, desk=district.at_central, collector=adapter)

    assert owed(patron) == (0, 3000)
    assert {one.name for one in sql.INVARIANTS if broken_rows(one)} == set()


def test_what_nobody_waits_for_is_looked_after_and_expires(district: District, patron: Patron, both: Pair) -> None:
    collector, adapter = both
    collector.becomes = "waiting"
    paid, expired = scan(patron, district, adapter), scan(make_owing(district), district, adapter)
    collector.answers = False
    never_seen = scan(make_owing(district), district, adapter)
    collector.answers = True
    collector.orders[paid.out_trade_no]["state"] = "paid"

    early = look_after_scans(at=AT + timedelta(minutes=1), collector=adapter)
    late = look_after_scans(at=AT + timedelta(minutes=11), collector=adapter)
    again = look_after_scans(at=AT + timedelta(minutes=12), collector=adapter)

    assert (early, late, again) == (1, 2, 0)
    states = dict(ScanOrder.objects.values_list("out_trade_no", "state"))
    assert [states[one.out_trade_no] for one in (paid, expired, never_seen)] == ["paid", "closed", "closed"]


def test_nothing_is_collected_without_right_or_debt(district: District, patron: Patron, both: Pair) -> None:
    machine = make_desk(district.central, role=Role.MACHINE)

    with pytest.raises(NotAllowed):
        begin_scan(patron_id=patron.id, code=CODE, at=AT, desk=machine, collector=both[1])
    [charge_id] = Entry.objects.filter(kind="charge").values_list("id", flat=True)
    forgive(charge_id=charge_id, reason="困难家庭", at=AT, desk=district.at_central)
    assert refused(lambda: scan(patron, district, both[1])) == {FeeReason.NOTHING_OPEN}
    assert both[0].asked == []


def test_an_address_without_tls_is_this_machine_or_none() -> None:
    for address in ("http://pay.example.cn/", "ftp://127.0.0.1/", ""):
        with pytest.raises(ValueError, match="https"):
            HttpScanPay(address=address, merchant=MERCHANT, key=KEY)
    with pytest.raises(ValueError, match="sixteen"):
        HttpScanPay(address="https://pay.example.cn/", merchant=MERCHANT, key="short")


def test_news_told_by_three_at_once_is_one_payment(fresh_database: str, both: Pair) -> None:
    town = make_district()
    patron = make_owing(town)
    collector, adapter = both
    collector.becomes = "waiting"
    number = scan(patron, town, adapter).out_trade_no
    collector.orders[number]["state"] = "paid"
    body, signature = collector.notice(number)

    results = at_once(
        lambda: note_scan(body=body, signature=signature, at=AT, collector=adapter),
        lambda: check_scan(out_trade_no=number, at=AT, desk=town.at_central, collector=adapter),
        lambda: look_after_scans(at=AT, collector=adapter),
    )

    assert [one for one in results if isinstance(one, Exception)] == []
    assert Entry.objects.filter(kind="payment").count() == 1
    assert owed(patron) == (0, 0)
