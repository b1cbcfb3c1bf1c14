"""Station batches at the workbench: packed, sent, taken back by scanning, and the shortages followed up."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_item
from tests.factories.circulation import make_policy
from tests.factories.consignments import arrived_consignment, opened_consignment
from tests.factories.office_pages import Town, make_town
from tests.factories.patrons import make_patron
from tests.factories.staff_pages import staff_at
from tests.factories.transit import make_crate
from wenyuan.doors.workbench.transit.batch_words import BATCH_STATES, LINE_ENDS, POSITIONS, REASONS, SETTLED
from wenyuan.holdings.catalogue.models import Item
from wenyuan.lending.circulation.data.consignments import (
    ConsignmentReason,
    ConsignmentState,
    LineEnd,
    Position,
    Settled,
)
from wenyuan.lending.circulation.models import ConsignmentLine
from wenyuan.lending.circulation.operations import checkout, declare_lost, end_consignment, take_back_consigned
from wenyuan.lending.circulation.queries import list_consignments
from wenyuan.lending.transit.operations import open_crate
from wenyuan.lending.transit.queries import manifest_lines
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.rights.data import Desk
from wenyuan.plumbing.clock import local_date
from wenyuan.services.registers.data import Totals
from wenyuan.services.registers.operations import record_month

pytestmark = pytest.mark.usefixtures("db")
THEN = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)


@pytest.fixture
def town() -> Town:
    make_policy(loan_days=30)
    return make_town()


@pytest.fixture
def desk(town: Town) -> Desk:
    return make_desk(town.central)


def said(browser: Client, url: str, **fields: str) -> str:
    """What a form's answer says, on the page that follows."""
    return browser.post(url, fields, follow=True).content.decode()


def test_every_code_has_words() -> None:
    assert set(BATCH_STATES) == set(ConsignmentState)
    assert set(POSITIONS) == set(Position)
    assert set(LINE_ENDS) == set(LineEnd)
    assert set(SETTLED) == set(Settled)
    assert set(REASONS) == set(ConsignmentReason)


def test_a_batch_is_begun_packed_with_a_crate_sent_taken_back_and_signed(town: Town, desk: Desk) -> None:
    for barcode in ("W1", "W2"):
        make_item(home=town.central, barcode=barcode)
    make_crate("ZX-01")
    clerk = staff_at(town.central)
    due = f"{datetime.now(tz=UTC) + timedelta(days=150):%Y-%m-%d}"

    page = clerk.post("/workbench/transit/batches", {"to": str(town.ring.id), "purpose": "秋季", "return_date": due})[
        "Location"
    ]
    crate = open_crate(code="ZX-01", to_branch_id=town.ring.id, at=datetime.now(tz=UTC), desk=desk)
    first = said(clerk, f"{page}added", code="W1", crate=str(crate.id))
    again = said(clerk, f"{page}added", code="W1", crate=str(crate.id))
    second = said(clerk, f"{page}added", code="W2")
    sent = said(clerk, f"{page}sent")
    refused = said(clerk, f"{page}taken-out", code="W1")
    back = said(clerk, f"{page}back", code="W1")
    stranger = make_item(home=town.central, barcode="W9")
    extra = said(clerk, f"{page}back", code="W9")
    signed = said(clerk, f"{page}ended")

    [batch] = list_consignments(town.central.id)
    assert "平凡的世界" in first
    assert f'<option value="{crate.id}" selected>' in again
    assert [line.barcode for line in manifest_lines(crate.id)] == ["W1"]
    assert "alert refused" not in first + again + second + sent + back + signed
    assert batch.number in sent
    assert "alert refused" in refused
    assert "alert refused" in extra  # said, and checked in all the same
    assert stranger.barcode == "W9"
    assert (batch.counts, batch.open_shortages) == ({"back": 1, "short": 1}, 1)
    assert f"{page}short/{ConsignmentLine.objects.get(barcode='W2').id}/" in signed


def test_a_batch_says_where_its_items_are_and_once_signed_for_how_their_stay_ended(town: Town, desk: Desk) -> None:
    station, card = make_desk(town.ring), "C0001"
    batch = arrived_consignment(desk, station, town.ring, "W1", "W2", "W3", at=THEN)
    make_patron(card=card, home=town.ring)
    checkout(item="W1", card=card, at=THEN + timedelta(hours=2), desk=station)
    take_back_consigned(consignment_id=batch.id, item="W2", at=THEN + timedelta(hours=3), desk=desk)
    clerk, page = staff_at(town.central), f"/workbench/transit/batches/{batch.id}/"

    def counted() -> list[tuple[str, str, int]]:
        return [(place, str(words), count) for place, words, count in clerk.get(page).context["row"].counts]

    out = counted()
    end_consignment(consignment_id=batch.id, at=THEN + timedelta(hours=4), desk=desk)

    assert out == [("there", "在站", 1), ("lent", "站内借出", 1), ("back", "已回馆", 1)]
    assert counted() == [("back", "已收回", 1), ("lent", "在读者手中", 1), ("short", "短缺", 1)]


def test_what_a_reader_of_the_station_had_lost_is_taken_back_and_said_to_be_owed_no_more(
    town: Town, desk: Desk
) -> None:
    make_item(home=town.central, barcode="W1", price_fen=3600)
    station = make_desk(town.ring)
    batch = arrived_consignment(desk, station, town.ring, "W1", at=THEN)
    make_patron(card="C0001", home=town.ring)
    checkout(item="W1", card="C0001", at=THEN + timedelta(hours=2), desk=station)
    declare_lost(item="W1", at=THEN + timedelta(hours=3), desk=station)

    back = said(staff_at(town.central), f"/workbench/transit/batches/{batch.id}/back", code="W1")

    assert "原已登记丢失，赔偿款冲销 ¥36.00" in back


def test_what_cannot_be_in_a_batch_is_said(town: Town, desk: Desk) -> None:
    make_item(home=town.ring, barcode="W1")
    batch = opened_consignment(desk, town.ring, at=THEN)
    clerk = staff_at(town.central)

    own = said(clerk, f"/workbench/transit/batches/{batch.id}/added", code="W1")
    none = clerk.post(
        "/workbench/transit/batches", {"to": str(town.ring.id), "purpose": "秋", "return_date": "2020-01-01"}
    )
    given_up = said(clerk, f"/workbench/transit/batches/{batch.id}/dropped")

    assert "本来就属于该站" in own
    assert none.status_code == 422
    assert "alert refused" not in given_up


@pytest.fixture
def short(town: Town, desk: Desk) -> ConsignmentLine:
    """Of two items one came back."""
    for barcode in ("W1", "W2"):
        make_item(home=town.central, barcode=barcode, price_fen=3600)
    batch = arrived_consignment(desk, make_desk(town.ring), town.ring, "W1", "W2", at=THEN)
    staff_at(town.central).post(f"/workbench/transit/batches/{batch.id}/back", {"code": "W1"})
    end_consignment(consignment_id=batch.id, at=datetime.now(tz=UTC), desk=desk)
    return ConsignmentLine.objects.get(barcode="W2")


def test_a_shortage_is_printed_and_settled(town: Town, short: ConsignmentLine) -> None:
    clerk, page = staff_at(town.central), f"/workbench/transit/batches/{short.consignment_id}/"

    printed = clerk.get(f"{page}shortages").content.decode()
    listed = clerk.get(f"{page}sheet").content.decode()
    empty = clerk.post(f"{page}short/{short.id}/", {"settled_as": "charged", "amount": "", "remark": " "})
    settled = said(clerk, f"{page}short/{short.id}/", settled_as="charged", amount="", remark="书屋进水")
    after = clerk.get(f"{page}shortages").content.decode()
    again = clerk.post(f"{page}short/{short.id}/", {"settled_as": "written_off", "amount": "", "remark": "再说"})

    assert "W2" in printed
    assert "W1" not in printed
    assert "环城分馆" in printed
    assert "W1" in listed
    assert empty.status_code == 422
    assert "¥36.00" in settled
    assert "书屋进水" in after
    assert again.status_code == 422
    assert Item.objects.get(barcode="W2").condition == "missing"
    assert clerk.get(f"{page}short/{short.id - 1}/").status_code == 404


def test_a_batch_belongs_to_who_may_pack_at_either_end(town: Town, short: ConsignmentLine) -> None:
    page = f"/workbench/transit/batches/{short.consignment_id}/"

    assert staff_at(town.ring).get(page).status_code == 200
    assert staff_at(town.south).get(page).status_code == 404
    assert staff_at(town.south).get(f"{page}shortages").status_code == 404
    assert staff_at(town.central, Role.OUTREACH).get(page).status_code == 403
    assert f"{page}short/" not in staff_at(town.ring).get(page).content.decode()


def test_what_should_be_back_is_counted_on_the_tab_and_listed(town: Town, desk: Desk) -> None:
    make_item(home=town.central, barcode="W1")
    batch = arrived_consignment(
        desk, make_desk(town.ring), town.ring, "W1", at=THEN, return_date=THEN.date() + timedelta(days=1)
    )
    clerk = staff_at(town.central)

    late = clerk.get("/workbench/transit/batches?late=1")
    due = f"{datetime.now(tz=UTC) + timedelta(days=30):%Y-%m-%d}"
    said(clerk, f"/workbench/transit/batches/{batch.id}/edit", purpose="延一季", return_date=due)
    none = clerk.get("/workbench/transit/batches?late=1")

    assert [row.batch.id for row in late.context["rows"]] == [batch.id]
    assert next(tab.count for tab in late.context["tabs"] if tab.current) == 1
    assert none.context["rows"] == []


def test_the_months_of_the_stations_paper_register_stand_beside_its_batch(town: Town, desk: Desk) -> None:
    for barcode in ("W1", "W2"):
        make_item(home=town.central, barcode=barcode)
    now = datetime.now(tz=UTC)
    batch = arrived_consignment(desk, make_desk(town.ring), town.ring, "W2", at=now - timedelta(days=65))
    last = (local_date(now).replace(day=1) - timedelta(days=1)).replace(day=1)
    record_month(
        branch_id=town.ring.id,
        month=last,
        totals=Totals(loans=47, returns=39, readers=21),
        source="环城分馆借阅登记簿",
        at=now,
        desk=make_desk(town.ring),
    )
    page = f"/workbench/transit/batches/{batch.id}/"

    shown = staff_at(town.ring, Role.KEEPER).get(page)

    months = shown.context["months"]
    assert months[0][0] == last
    assert months[0][1].totals.loans == 47
    assert 2 <= len(months) <= 3  # sixty-five days reach into two or three months that are over
    assert f"/workbench/visits/registers/{town.ring.id}/{last:%Y-%m}/" in shown.content.decode()
    elsewhere = arrived_consignment(
        desk, make_desk(town.south), town.south, "W1", at=now - timedelta(days=64)
    )  # where who works at the centre counts nothing
    assert staff_at(town.central).get(f"/workbench/transit/batches/{elsewhere.id}/").context["months"] == []


def test_a_page_of_a_large_batch_asks_a_fixed_number_of_queries(town: Town, desk: Desk) -> None:
    clerk = staff_at(town.central)
    few = arrived_consignment(desk, make_desk(town.ring), town.ring, "A1", at=THEN)
    many = arrived_consignment(desk, make_desk(town.ring), town.ring, *(f"B{number}" for number in range(60)), at=THEN)

    def asked(batch_id: int) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = clerk.get(f"/workbench/transit/batches/{batch_id}/")
        assert len(page.context["rows"]) <= 50
        return len(queries)

    asked(few.id)
    assert asked(many.id) == asked(few.id)
    assert len(clerk.get(f"/workbench/transit/batches/{many.id}/?where=there").context["rows"]) == 50
