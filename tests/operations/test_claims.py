"""声称已还: the reader says an item was returned; the loan is frozen until that is settled."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_item
from tests.factories.circulation import District, make_district
from tests.factories.patrons import make_patron
from tests.racing import at_once
from wenyuan.holdings.catalogue.models import Item
from wenyuan.lending.circulation.data import BlockCode, CheckinOutcome
from wenyuan.lending.circulation.models import Loan
from wenyuan.lending.circulation.operations import (
    Refused,
    checkin,
    checkout,
    claim_returned,
    found_on_shelf,
    note_search,
    remind,
    renew,
    withdraw_claim,
)
from wenyuan.lending.circulation.queries import claimed_items, count_claimed_items, count_overdue_at, patron_loans
from wenyuan.lending.patrons.models import Patron
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.invariants import all_invariants, broken_rows

BARCODE = "2300001"
CARD = "C0001"
LATE = timedelta(days=40)
"""After the due date, which is 23 May."""


def broken() -> list[str]:
    """Names of invariants that do not hold."""
    return [rule.name for rule in all_invariants() if rule.room == "circulation" and broken_rows(rule)]


def refusal(act: object) -> list[BlockCode]:
    assert callable(act)
    with pytest.raises(Refused) as caught:
        act()
    return [block.code for block in caught.value.blocks]


@pytest.fixture
def lent(district: District, at: datetime) -> Patron:
    patron = make_patron("陈小雨", card=CARD, home=district.central)
    make_item(barcode=BARCODE, home=district.central)
    checkout(item=BARCODE, card=CARD, at=at, desk=district.at_central)
    return patron


def test_a_claimed_loan_stays_open_and_is_frozen(district: District, at: datetime, lent: Patron) -> None:
    receipt = claim_returned(item=BARCODE, at=at + LATE, desk=district.at_central, back_date=date(2026, 5, 20))

    loan = Loan.objects.get()
    assert (loan.returned_at, loan.claimed_at, loan.claimed_back_date) == (None, at + LATE, date(2026, 5, 20))
    assert (receipt.patron_name, receipt.condition) == ("陈＊雨", "claimed_returned")
    has = patron_loans(patron_id=lent.id, branch_id=district.central.id, at=at + LATE)
    assert has is not None
    assert [(one.overdue, one.claimed) for one in has.loans] == [(False, True)]
    assert has.blocks == ()
    assert count_overdue_at(district.central.id, at=at + LATE) == 0
    assert remind(at=at + LATE) == 0
    assert refusal(lambda: renew(item=BARCODE, at=at + LATE, desk=district.at_central)) == [
        BlockCode.ITEM_CLAIMED_RETURNED
    ]
    make_item(barcode="2", home=district.central)
    checkout(item="2", card=CARD, at=at + LATE, desk=district.at_central)  # one overdue loan would stop this
    entry = Entry.objects.get(kind="claim_made")
    assert (entry.details["loan"], entry.patron_category, entry.reader_ref is not None) == (loan.id, "adult", True)
    assert broken() == []


def test_it_is_looked_for_where_the_reader_says_and_each_search_is_noted_once(
    district: District, at: datetime, lent: Patron
) -> None:
    claim_returned(item=BARCODE, at=at, desk=district.at_central, branch_id=district.children.id)

    assert count_claimed_items(district.central.id) == 0
    listed = claimed_items(district.children.id)
    assert [(one.barcode, one.searches, one.back_date) for one in listed] == [(BARCODE, 0, date(2026, 4, 23))]
    loan_id = listed[0].loan_id
    assert note_search(loan_id=loan_id, searches=0, at=at, desk=district.at_children)
    assert not note_search(loan_id=loan_id, searches=0, at=at, desk=district.at_children)
    assert [(one.searches, one.searched_at) for one in claimed_items(district.children.id)] == [(1, at)]
    assert Entry.objects.filter(kind="item_not_found", subject_id=listed[0].item_id).count() == 1


def test_found_on_its_shelf_the_loan_ends_on_the_day_the_reader_said(
    district: District, at: datetime, lent: Patron
) -> None:
    claim_returned(item=BARCODE, at=at + LATE, desk=district.at_central, back_date=date(2026, 4, 25))

    receipt = found_on_shelf(item=BARCODE, at=at + LATE + timedelta(days=9), desk=district.at_central)

    loan = Loan.objects.get()
    assert (receipt.outcome, receipt.days_overdue) == (CheckinOutcome.RETURNED, 0)
    assert (loan.taken_at, loan.ended_as) == (datetime(2026, 4, 25, 16, tzinfo=UTC), "returned")
    assert Item.objects.get().condition == "ok"
    assert Entry.objects.get(kind="item_found").details == {"was": "claimed_returned"}
    assert claimed_items(district.central.id) == ()
    assert broken() == []


def test_found_on_its_shelf_it_is_not_late_whatever_day_the_reader_said(
    district: District, at: datetime, lent: Patron
) -> None:
    claim_returned(item=BARCODE, at=at + LATE, desk=district.at_central)

    assert found_on_shelf(item=BARCODE, at=at + LATE, desk=district.at_central).days_overdue == 0
    make_item(barcode="2", home=district.central)
    assert found_on_shelf(item="2", at=at, desk=district.at_central).outcome is CheckinOutcome.NOT_ON_LOAN


def test_brought_back_after_all_it_is_late_up_to_the_claim_only(district: District, at: datetime, lent: Patron) -> None:
    due = Loan.objects.get().due_at  # Saturday 23 May; Mondays are closed
    claim_returned(item=BARCODE, at=due + timedelta(days=1), desk=district.at_central)

    receipt = checkin(item=BARCODE, at=due + timedelta(days=30), desk=district.at_central)

    assert receipt.days_overdue == 1


def test_a_claim_that_is_withdrawn_leaves_the_loan_as_it_was(district: District, at: datetime, lent: Patron) -> None:
    claim_returned(item=BARCODE, at=at, desk=district.at_central)

    withdraw_claim(item=BARCODE, at=at + LATE, desk=district.at_central)

    loan = Loan.objects.get()
    assert (loan.claimed_at, loan.claimed_branch_id, Item.objects.get().condition) == (None, None, "ok")
    assert count_overdue_at(district.central.id, at=at + LATE) == 1
    assert [entry.kind for entry in Entry.objects.order_by("id")] == ["loan", "claim_made", "claim_withdrawn"]
    assert refusal(lambda: withdraw_claim(item=BARCODE, at=at, desk=district.at_central)) == [BlockCode.NOT_CLAIMED]
    assert broken() == []


def test_a_reader_has_three_claims_open_at_most_and_who_waives_limits_may_add_one(
    district: District, at: datetime, lent: Patron
) -> None:
    for barcode in ("1", "2"):
        make_item(barcode=barcode, home=district.central)
        checkout(item=barcode, card=CARD, at=at, desk=district.at_central)
    for barcode in (BARCODE, "1", "2"):
        claim_returned(item=barcode, at=at, desk=district.at_central)
    make_item(barcode="3", home=district.central)
    waived = frozenset({BlockCode.LOAN_LIMIT})
    checkout(item="3", card=CARD, at=at, desk=district.at_central, waive=waived)

    assert refusal(lambda: claim_returned(item="3", at=at, desk=district.at_central)) == [BlockCode.CLAIM_LIMIT]
    claim_returned(item="3", at=at, desk=district.at_central, waive=frozenset({BlockCode.CLAIM_LIMIT}))

    assert Entry.objects.filter(kind="claim_made").order_by("id").last().details["waived"] == ["claim_limit"]  # type: ignore[union-attr]


def test_what_is_not_in_a_readers_hands_is_not_claimed(district: District, at: datetime, lent: Patron) -> None:
    make_item(barcode="2", home=district.central)
    assert refusal(lambda: claim_returned(item="2", at=at, desk=district.at_central)) == [BlockCode.NOT_ON_LOAN]
    claim_returned(item=BARCODE, at=at, desk=district.at_central)
    assert refusal(lambda: claim_returned(item=BARCODE, at=at, desk=district.at_central)) == [
        BlockCode.ITEM_CLAIMED_RETURNED
    ]
    checkin(item=BARCODE, at=at, desk=district.at_south)  # 代收
    assert refusal(lambda: claim_returned(item=BARCODE, at=at, desk=district.at_central)) == [
        BlockCode.ITEM_TAKEN_ELSEWHERE
    ]
    assert broken() == []


def test_a_day_before_the_loan_or_to_come_is_put_right(district: District, at: datetime, lent: Patron) -> None:
    claim_returned(item=BARCODE, at=at, desk=district.at_central, back_date=date(2020, 1, 1))
    assert Loan.objects.get().claimed_back_date == date(2026, 4, 23)
    withdraw_claim(item=BARCODE, at=at, desk=district.at_central)
    claim_returned(item=BARCODE, at=at, desk=district.at_central, back_date=date(2030, 1, 1))
    assert Loan.objects.get().claimed_back_date == date(2026, 4, 23)


def test_who_may_not_mark_items_claims_nothing(district: District, at: datetime, lent: Patron) -> None:
    machine = make_desk(district.central, role=Role.MACHINE)

    with pytest.raises(NotAllowed):
        claim_returned(item=BARCODE, at=at, desk=machine)
    assert Loan.objects.get().claimed_at is None


def test_a_claim_and_a_scan_at_once_leave_one_truth(fresh_database: str, at: datetime) -> None:
    district = make_district()
    make_patron("陈小雨", card=CARD, home=district.central)
    make_item(barcode=BARCODE, home=district.central)
    checkout(item=BARCODE, card=CARD, at=at, desk=district.at_central)

    claimed, returned = at_once(
        lambda: claim_returned(item=BARCODE, at=at, desk=district.at_central),
        lambda: checkin(item=BARCODE, at=at, desk=district.at_central),
    )

    assert not isinstance(returned, Exception)
    assert not isinstance(claimed, Exception) or isinstance(claimed, Refused)
    assert (Loan.objects.get().returned_at, Item.objects.get().condition) == (at, "ok")
    assert broken() == []
