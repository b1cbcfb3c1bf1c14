"""Long lists of a reader's own: a part at a time, and acts that stay within what is looked at."""

from datetime import date
from typing import Any

import pytest
from django.test import RequestFactory

from tests.doors.portal_reader import ACCOUNT, signed_in, words
from tests.doors.sip2_server import Clock
from tests.doors.sip2_town import Town
from tests.factories.catalogue import make_bib, make_item
from tests.factories.circulation import make_policy
from tests.factories.fees import make_charge
from wenyuan.doors.portal import parts
from wenyuan.doors.portal.parts import part_of, place_in
from wenyuan.holdings.catalogue.queries import get_items
from wenyuan.lending.circulation.models import Loan
from wenyuan.lending.circulation.operations import checkout, place_hold
from wenyuan.lending.patrons.models import Patron
from wenyuan.plumbing.clock import local_date


@pytest.fixture(autouse=True)
def _two_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "ROWS", 2)


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        *[(asked, "ab") for asked in ("", "1", "0", "-1", "x", "²", "٢", "9" * 40)],
        *[("2", "cd"), ("3", "e"), ("4", "e"), ("999999", "e")],
    ],
)
def test_the_part_that_is_asked_for_is_shown_and_else_the_nearest(asked: str, shown: str) -> None:
    part = part_of(RequestFactory().get("/account", {"loans": asked}), "loans", "abcde", anchor="t")

    assert part.rows == shown


def test_a_part_leads_to_the_ones_beside_it_and_leaves_other_lists_where_they_are() -> None:
    request = RequestFactory().get("/account", {"loans": "2", "holds": "3"})

    part = part_of(request, "loans", "abcde", anchor="t-loans")

    assert (part.first, part.last, part.count, part.is_all) == (3, 4, 5, False)
    assert part.before == "?loans=1&holds=3#t-loans"
    assert part.after == "?loans=3&holds=3#t-loans"
    assert place_in(request, "loans") == "?loans=2"
    assert place_in(RequestFactory().get("/account"), "loans") == ""


def test_what_fits_on_one_page_and_what_is_empty_turn_no_pages() -> None:
    request = RequestFactory().get("/account")

    for rows, first, last in (("ab", 1, 2), ("", 0, 0)):
        part = part_of(request, "loans", rows, anchor="t")
        assert (part.before, part.after, part.is_all, part.first, part.last) == ("", "", True, first, last)


@pytest.fixture
def five(portal_town: Town, clock: Clock) -> list[Loan]:
    """Five loans of one reader, a day after another."""
    central = portal_town.district.central
    make_policy(branch=central, max_loans=9, max_renewals=3)
    found = []
    for number in range(1, 6):
        item = make_item(bib=make_bib(title=f"第{number}种", isbn=None), barcode=f"P{number}", home=central)
        receipt = checkout(item=item.barcode, card="R0001", at=clock(), desk=portal_town.district.at_central)
        found.append(Loan.objects.get(id=receipt.loan_id))
        clock.move(days=1)
    return found


def test_loans_come_a_part_at_a_time_and_are_counted_whole(five: list[Loan]) -> None:
    client = signed_in()

    first, last = client.get(ACCOUNT), client.get(f"{ACCOUNT}?loans=3")

    assert "5 of 9 items" in words(first)
    assert "第1种" in words(first)
    assert "第3种" not in words(first)
    assert "1–2 of 5" in words(first)
    assert 'rel="next" href="?loans=2#t-loans"' in first.content.decode()
    assert "第5种" in words(last)
    assert "第4种" not in words(last)


def test_what_is_renewed_is_what_is_looked_at_and_the_page_comes_back(five: list[Loan], clock: Clock) -> None:
    clock.move(days=10)
    client = signed_in()
    assert "Renew everything on this page" in words(client.get(f"{ACCOUNT}?loans=2"))

    answer = client.post("/account/renewals?loans=2")

    assert answer["Location"] == "/account?loans=2"
    assert "2 of 2 renewed" in words(client.get(answer["Location"]))
    renewed = [loan.renewals for loan in Loan.objects.order_by("id")]
    assert renewed == [0, 0, 1, 1, 0]


def test_one_loan_of_a_later_part_is_renewed_and_the_page_comes_back(five: list[Loan], clock: Clock) -> None:
    clock.move(days=10)
    client = signed_in()
    path = f"/account/loans/{five[4].id}/renewal?loans=3"
    assert f'action="{path}"' in client.get(f"{ACCOUNT}?loans=3").content.decode()

    assert client.post(path)["Location"] == "/account?loans=3"

    five[4].refresh_from_db()
    assert local_date(five[4].due_at) == date(2027, 1, 8)


def test_holds_and_charges_come_a_part_at_a_time(portal_town: Town, clock: Clock) -> None:
    district = portal_town.district
    patron = Patron.objects.get(name="陈小雨")
    for number in range(1, 4):
        bib = make_bib(title=f"待借{number}", isbn=None)
        item = make_item(bib=bib, home=district.central)
        checkout(item=item.barcode, card="R0002", at=clock(), desk=district.at_central)
        place_hold(
            card="R0001", pickup_branch_id=district.central.id, bib_id=bib.id, at=clock(), desk=district.at_central
        )
        make_charge(patron, 100 * number, desk=district.at_central, at=clock())
        clock.move(minutes=1)
    client = signed_in()

    first, second = words(client.get(ACCOUNT)), words(client.get(f"{ACCOUNT}?holds=2&charges=2"))

    assert [title in first for title in ("待借3", "待借2", "待借1")] == [True, True, False]
    assert [title in second for title in ("待借3", "待借2", "待借1")] == [False, False, True]
    assert [yuan in first for yuan in ("1.00", "2.00", "3.00")] == [True, True, False]
    assert [yuan in second for yuan in ("1.00", "2.00", "3.00")] == [False, False, True]
    assert "You owe 6.00 yuan" in first


def test_no_more_is_looked_up_than_is_shown(five: list[Loan], monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in()
    client.get(ACCOUNT)
    asked: list[int] = []

    def noted(ids: list[int]) -> Any:
        asked.append(len(ids))
        return get_items(ids)

    monkeypatch.setattr("wenyuan.doors.portal.owned.get_items", noted)

    client.get(ACCOUNT)

    assert asked == [2]
