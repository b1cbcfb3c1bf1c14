"""Holds raced: one capture a hold and an item, limits exact, no place on the shelf given twice."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_bib, make_item
from tests.factories.circulation import District, make_district, make_policy
from tests.factories.patrons import make_patron
from tests.racing import Meanwhile, at_once, interrupted
from wenyuan.holdings.catalogue.models import Bib, Item
from wenyuan.lending.circulation import holding
from wenyuan.lending.circulation.checking_in import checkin_plan
from wenyuan.lending.circulation.data import CheckinReceipt, HoldReceipt
from wenyuan.lending.circulation.everyday import Request
from wenyuan.lending.circulation.models import Hold, Loan
from wenyuan.lending.circulation.operations import Refused, cancel_hold, checkin, checkout, move_hold, place_hold
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.network.data import NetworkRefused
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.network.operations import close_branch
from wenyuan.plumbing.invariants import all_invariants, broken_rows
from wenyuan.plumbing.statements import run

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)


@pytest.fixture
def committed(fresh_database: str) -> District:
    """The district in a database of its own, so that threads see one another."""
    return make_district()


def broken() -> list[str]:
    return [invariant.name for invariant in all_invariants() if list(broken_rows(invariant))]


def titled(district: District, items: int, patrons: int) -> Bib:
    bib = make_bib(title="边城")
    for number in range(items):
        make_item(barcode=f"I{number}", home=district.central, bib=bib)
    for number in range(patrons):
        make_patron(card=f"C{number}", home=district.central)
    return bib


def place(bib: Bib, card: str, district: District) -> HoldReceipt:
    return place_hold(bib_id=bib.id, card=card, pickup_branch_id=district.central.id, at=AT, desk=district.at_central)


def test_items_scanned_at_once_serve_as_many_holds_each_at_its_own_place(committed: District) -> None:
    bib = titled(committed, 6, 4)
    for number in range(4):
        place(bib, f"C{number}", committed)

    receipts = at_once(
        *(lambda number=number: checkin(item=f"I{number}", at=AT, desk=committed.at_central) for number in range(6))
    )

    held = [receipt.held for receipt in receipts if isinstance(receipt, CheckinReceipt) and receipt.held]
    assert len(receipts) == 6
    assert sorted(one.hold_id for one in held) == sorted(Hold.objects.values_list("id", flat=True))
    assert sorted(one.shelf_position or 0 for one in held) == [1, 2, 3, 4]
    assert broken() == []


def test_a_hold_cancelled_while_its_item_is_being_scanned_leaves_the_item_free(committed: District) -> None:
    wanted = place(titled(committed, 1, 1), "C0", committed).hold_id
    request = Request(item="I0", at=AT, desk=committed.at_central)

    receipt = run(
        lambda: interrupted(
            checkin_plan(request),
            lambda: cancel_hold(hold_id=wanted, at=AT, desk=committed.at_central),
            before="UPDATE circulation_hold",
        )
    )

    assert isinstance(receipt, CheckinReceipt)
    assert receipt.held is None
    assert Item.objects.get().state == "available"
    assert broken() == []


def test_a_reader_one_below_the_limit_of_holds_gets_exactly_one_more(committed: District) -> None:
    make_policy(item_type=committed.book, max_holds=2)
    make_patron(card="C0", home=committed.central)
    titles = [make_bib(title=f"书{number}") for number in range(6)]
    for number, bib in enumerate(titles):
        make_item(barcode=f"I{number}", home=committed.central, bib=bib)
    place(titles[0], "C0", committed)

    results = at_once(*(lambda bib=bib: place(bib, "C0", committed) for bib in titles[1:]))

    assert sorted(type(result).__name__ for result in results) == ["HoldReceipt"] + ["Refused"] * 4
    assert Hold.objects.count() == 2


def test_the_reader_fetches_while_the_hold_is_cancelled_and_one_of_both_wins(committed: District) -> None:
    wanted = place(titled(committed, 1, 1), "C0", committed).hold_id
    checkin(item="I0", at=AT, desk=committed.at_central)

    fetched, cancelled = at_once(
        lambda: checkout(item="I0", card="C0", at=AT, desk=committed.at_central),
        lambda: cancel_hold(hold_id=wanted, at=AT, desk=committed.at_central),
    )

    assert not isinstance(fetched, Exception)
    state = Hold.objects.get().state
    assert state == ("filled" if isinstance(cancelled, Refused) else "cancelled")
    assert Item.objects.get().state == "on_loan"
    assert broken() == []


def test_several_reorder_a_queue_at_once_and_every_move_counts(committed: District) -> None:
    bib = titled(committed, 1, 6)
    ids = [place(bib, f"C{number}", committed).hold_id for number in range(6)]

    results = at_once(
        *(
            lambda hold_id=hold_id: move_hold(
                hold_id=hold_id, to=1, at=AT, desk=committed.at_central, reason="赛事评委急用"
            )
            for hold_id in ids[2:]
        )
    )

    queue = list(Hold.objects.order_by("rank", "id").values_list("id", flat=True))
    assert [result for result in results if result is not None] == []
    assert sorted(queue[:4]) == ids[2:]
    assert queue[4:] == ids[:2]
    assert len(set(Hold.objects.values_list("rank", flat=True))) == 6


def while_waiting_for(table: str, lock: str, call: Callable[[], object], act: Callable[[], object]) -> object:
    """What the call gives that meets a row locked by somebody (the only one of its table), while ``act`` is done."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {table} {lock}")
        meanwhile = Meanwhile(call)
        other = Meanwhile(act)
    other.result()
    return meanwhile.result()


def before_its_row_is_written(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> list[Meanwhile]:
    """Let ``act`` happen, as far as it can, right before the row of a hold is written."""
    plan, others = holding.place_plan, list[Meanwhile]()
    monkeypatch.setattr(
        holding,
        "place_plan",
        lambda request, wish: interrupted(
            plan(request, wish), lambda: others.append(Meanwhile(act)), before="INSERT INTO circulation_hold"
        ),
    )
    return others


def test_a_title_lent_to_the_reader_while_their_hold_is_placed_fills_it(
    committed: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    bib = titled(committed, 2, 1)
    others = before_its_row_is_written(
        monkeypatch, lambda: checkout(item="I0", card="C0", at=AT, desk=committed.at_central)
    )

    place(bib, "C0", committed)

    assert not isinstance(others[0].result(), Exception)
    assert Loan.objects.count() == 1
    assert list(Hold.objects.values_list("state", flat=True)) == ["filled"]
    assert broken() == []


def test_a_hold_placed_while_the_reader_is_lent_its_title_is_filled_by_that_loan(committed: District) -> None:
    bib = titled(committed, 1, 1)

    lent = while_waiting_for(
        "catalogue_item",
        "FOR UPDATE",
        lambda: checkout(item="I0", card="C0", at=AT, desk=committed.at_central),
        lambda: place(bib, "C0", committed),
    )

    assert not isinstance(lent, Exception)
    assert list(Hold.objects.values_list("state", flat=True)) == ["filled"]
    assert broken() == []


def test_a_branch_that_closes_while_a_hold_for_it_waits_to_be_written_gets_none(committed: District) -> None:
    bib = titled(committed, 1, 1)
    make_item(barcode="J0", home=committed.central)
    place(Item.objects.get(barcode="J0").bib, "C0", committed)  # so that the year's reference is there
    director = make_desk(committed.central, role=Role.DIRECTOR, everywhere=True)

    placed = while_waiting_for(
        "patrons_patron",
        "FOR UPDATE",
        lambda: place_hold(
            bib_id=bib.id, card="C0", pickup_branch_id=committed.children.id, at=AT, desk=committed.at_central
        ),
        lambda: close_branch(branch_id=committed.children.id, closed_date=AT.date(), at=AT, desk=director),
    )

    assert isinstance(placed, Refused)
    assert Hold.objects.count() == 1


def test_a_branch_where_a_hold_is_being_placed_does_not_close(
    committed: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    bib = titled(committed, 1, 1)
    director = make_desk(committed.central, role=Role.DIRECTOR, everywhere=True)
    others = before_its_row_is_written(
        monkeypatch,
        lambda: close_branch(branch_id=committed.children.id, closed_date=AT.date(), at=AT, desk=director),
    )

    place_hold(bib_id=bib.id, card="C0", pickup_branch_id=committed.children.id, at=AT, desk=committed.at_central)

    assert isinstance(others[0].result(), NetworkRefused)
    assert list(Hold.objects.values_list("state", flat=True)) == ["waiting"]


def test_a_branch_that_closes_while_an_item_waits_to_be_lent_there_lends_nothing(committed: District) -> None:
    titled(committed, 1, 1)
    make_item(barcode="J0", home=committed.children)
    with transaction.atomic():
        Branch.objects.select_for_update().get(id=committed.children.id)
        lent = Meanwhile(lambda: checkout(item="J0", card="C0", at=AT, desk=committed.at_children))
        Branch.objects.filter(id=committed.children.id).update(closed_date=AT.date())

    assert isinstance(lent.result(), Refused)
    assert not Loan.objects.exists()
    assert Item.objects.get(barcode="J0").state == "available"
