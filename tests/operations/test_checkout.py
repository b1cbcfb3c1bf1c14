"""Lending an item: success, every block, waivers, repetition."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_item, make_item_type
from tests.factories.circulation import District, make_policy
from tests.factories.network import make_hours
from tests.factories.patrons import make_category, make_patron, make_token
from wenyuan.holdings.catalogue.models import Item
from wenyuan.kernel.identity import TokenKind
from wenyuan.lending.circulation.data import Block, BlockCode
from wenyuan.lending.circulation.models import Loan
from wenyuan.lending.circulation.operations import (
    KeyReused,
    Refused,
    checkin,
    checkout,
    mark_damaged,
    mark_missing,
    mark_repaired,
)
from wenyuan.lending.circulation.queries import patron_loans, preview_checkout
from wenyuan.lending.patrons.models import Patron, Token
from wenyuan.lending.transit.models import Transit
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.models import Entry, Pending
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.invariants import all_invariants, broken_rows

CARD = "C0001"


def refusal(call: Callable[[], object]) -> dict[BlockCode, Block]:
    """The blocks that a call is refused with, by code."""
    with pytest.raises(Refused) as caught:
        call()
    return {block.code: block for block in caught.value.blocks}


def test_an_item_is_lent_until_the_end_of_an_open_day(district: District, at: datetime) -> None:
    make_patron(card=CARD, home=district.central)
    make_item(barcode="2300001", home=district.central)

    receipt = checkout(item="2300001", card=CARD, at=at, desk=district.at_central)

    assert receipt.due_date == date(2026, 5, 23)
    assert receipt.due_at == datetime(2026, 5, 23, 15, 59, 59, tzinfo=UTC)
    assert receipt.item.state == "on_loan"
    assert (receipt.open_loans, receipt.max_loans) == (1, 3)
    assert not receipt.repeated
    assert Item.objects.get(barcode="2300001").state == "on_loan"


def test_a_chip_in_use_borrows_although_an_old_card_has_the_same_number(district: District, at: datetime) -> None:
    make_patron("王芳", card="04A1B2C3", card_status="replaced", home=district.central)
    reader = make_patron(card=CARD, home=district.central)
    make_token(reader, TokenKind.UID, "04A1B2C3")
    make_item(barcode="2300001", home=district.central)

    checkout(item="2300001", card="04A1B2C3", at=at, desk=district.at_central)

    assert Loan.objects.get().patron_id == reader.id


def test_a_due_date_on_a_closed_day_moves_to_the_next_open_day(district: District) -> None:
    make_patron(card=CARD, home=district.central)
    make_item(barcode="2300001", home=district.central)
    saturday = datetime(2026, 4, 25, 2, 0, tzinfo=UTC)  # thirty days later is a Monday, when all are closed

    receipt = checkout(item="2300001", card=CARD, at=saturday, desk=district.at_central)

    assert receipt.due_date == date(2026, 5, 26)
    assert Loan.objects.get().base_due_date == date(2026, 5, 26)


def test_a_due_date_follows_the_opening_days_of_the_branch_that_lends(district: District) -> None:
    make_hours(district.children, weekdays=[0])  # open on Mondays, too
    make_patron(card=CARD, home=district.central)
    make_item(barcode="2300001", home=district.central)
    saturday = datetime(2026, 4, 25, 2, 0, tzinfo=UTC)

    receipt = checkout(item="2300001", card=CARD, at=saturday, desk=district.at_children)

    assert receipt.due_date == date(2026, 5, 25)


def test_the_journal_tells_the_loan_without_naming_the_reader(district: District, at: datetime) -> None:
    make_patron(card=CARD, home=district.children, birth_date=date(2016, 5, 1), gender="female")
    item = make_item(barcode="2300001", home=district.central)

    receipt = checkout(item="2300001", card=CARD, at=at, desk=district.at_central)

    entry = Entry.objects.get(kind="loan")
    assert (entry.local_date, entry.local_hour, entry.quantity) == (date(2026, 4, 23), 10, 1)
    assert (entry.branch_id, entry.item_home_id, entry.patron_home_id) == (
        district.central.id,
        district.central.id,
        district.children.id,
    )
    assert (entry.patron_category, entry.age_band, entry.gender) == ("adult", "6-11", "female")
    assert (entry.subject_kind, entry.subject_id) == ("item", item.id)
    assert entry.details["loan"] == receipt.loan_id
    assert entry.reader_ref is not None
    assert set(entry.details) == {"loan", "due_at", "policy"}
    assert Pending.objects.filter(entry=entry).exists()


def test_one_reader_has_one_reference_a_year(district: District, at: datetime) -> None:
    make_patron(card=CARD, home=district.central)
    for barcode, when in (("1", at), ("2", at), ("3", at.replace(year=2027))):
        make_item(barcode=barcode, home=district.central)
        checkout(item=barcode, card=CARD, at=when, desk=district.at_central, waive=frozenset({BlockCode.OVERDUE_LOANS}))

    references = list(Entry.objects.filter(kind="loan").order_by("id").values_list("reader_ref", flat=True))

    assert references[0] == references[1]
    assert references[0] != references[2]


def test_loan_length_is_that_of_the_branch_that_lends(district: District, at: datetime) -> None:
    row = make_policy(branch=district.children, loan_days=14)
    make_patron(card=CARD, home=district.central)
    make_item(barcode="2300001", home=district.central)

    receipt = checkout(item="2300001", card=CARD, at=at, desk=district.at_children)

    assert receipt.due_date == date(2026, 5, 7)
    assert receipt.policy_id == row.id
    assert receipt.max_loans == 3


def test_every_block_is_told_at_once(district: District, at: datetime) -> None:
    make_patron(card=CARD, home=district.central, status="suspended", expires_date=date(2026, 4, 22))
    make_item(barcode="2300001", home=district.south, condition="damaged", lendable="in_library")

    blocks = refusal(lambda: checkout(item="2300001", card=CARD, at=at, desk=district.at_central))

    assert set(blocks) == {
        BlockCode.PATRON_SUSPENDED,
        BlockCode.PATRON_EXPIRED,
        BlockCode.ITEM_DAMAGED,
        BlockCode.ITEM_IN_LIBRARY_ONLY,
        BlockCode.OTHER_LENDING_GROUP,
    }
    assert blocks[BlockCode.PATRON_EXPIRED].facts == {"expired": "2026-04-22"}
    assert Loan.objects.count() == 0
    assert Entry.objects.count() == 0


def test_an_unknown_item_and_an_unknown_card_are_both_told(district: District, at: datetime) -> None:
    blocks = refusal(lambda: checkout(item="nothing", card="nobody", at=at, desk=district.at_central))

    assert set(blocks) == {BlockCode.ITEM_UNKNOWN, BlockCode.PATRON_UNKNOWN}


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("in_process", BlockCode.ITEM_IN_PROCESS),
        ("on_hold_shelf", BlockCode.ITEM_ON_HOLD_SHELF),
        ("withdrawn", BlockCode.ITEM_WITHDRAWN),
    ],
)
def test_an_item_in_another_state_is_not_lent(district: District, at: datetime, state: str, code: BlockCode) -> None:
    make_patron(card=CARD, home=district.central)
    make_item(barcode="2300001", home=district.central, state=state, lendable="yes")

    assert set(refusal(lambda: checkout(item="2300001", card=CARD, at=at, desk=district.at_central))) == {code}


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ("damaged", BlockCode.ITEM_DAMAGED),
        ("lost", BlockCode.ITEM_LOST),
        ("missing", BlockCode.ITEM_MISSING),
        ("claimed_returned", BlockCode.ITEM_CLAIMED_RETURNED),
    ],
)
def test_an_item_out_of_order_is_not_lent(district: District, at: datetime, condition: str, code: BlockCode) -> None:
    make_patron(card=CARD, home=district.central)
    make_item(barcode="2300001", home=district.central, condition=condition)

    assert set(refusal(lambda: checkout(item="2300001", card=CARD, at=at, desk=district.at_central))) == {code}


@pytest.mark.parametrize(
    ("lendable", "code"), [("no", BlockCode.ITEM_NOT_LENDABLE), ("in_library", BlockCode.ITEM_IN_LIBRARY_ONLY)]
)
def test_an_item_not_for_loan_is_not_lent(district: District, at: datetime, lendable: str, code: BlockCode) -> None:
    make_patron(card=CARD, home=district.central)
    make_item(barcode="2300001", home=district.central, lendable=lendable)

    assert set(refusal(lambda: checkout(item="2300001", card=CARD, at=at, desk=district.at_central))) == {code}


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("lost", BlockCode.CARD_LOST),
        ("replaced", BlockCode.CARD_REPLACED),
        ("removed", BlockCode.PATRON_UNKNOWN),
    ],
)
def test_a_card_that_no_longer_counts_is_refused(
    district: District, at: datetime, status: str, code: BlockCode
) -> None:
    make_patron(card=CARD, home=district.central)
    Token.objects.filter(card_no=CARD).update(status=status)
    make_item(barcode="2300001", home=district.central)

    assert set(refusal(lambda: checkout(item="2300001", card=CARD, at=at, desk=district.at_central))) == {code}


def test_a_suspension_ends_with_its_last_day(district: District, at: datetime) -> None:
    patron = make_patron(card=CARD, home=district.central, status="suspended", suspended_until=date(2026, 4, 22))
    make_item(barcode="2300001", home=district.central)

    receipt = checkout(item="2300001", card=CARD, at=at, desk=district.at_central)

    assert receipt.patron_id == patron.id


def test_a_closed_patron_borrows_nothing(district: District, at: datetime) -> None:
    make_patron(card=CARD, home=district.central, status="closed")
    make_item(barcode="2300001", home=district.central)

    blocks = refusal(lambda: checkout(item="2300001", card=CARD, at=at, desk=district.at_central))

    assert set(blocks) == {BlockCode.PATRON_CLOSED}


def test_the_limit_counts_loans_in_the_whole_network_and_is_exact(district: District, at: datetime) -> None:
    make_patron(card=CARD, home=district.central)
    for number, desk in enumerate((district.at_central, district.at_children, district.at_central)):
        make_item(barcode=f"L{number}", home=district.central)
        checkout(item=f"L{number}", card=CARD, at=at, desk=desk)
    make_item(barcode="L9", home=district.central)

    blocks = refusal(lambda: checkout(item="L9", card=CARD, at=at, desk=district.at_central))

    assert set(blocks) == {BlockCode.LOAN_LIMIT}
    assert blocks[BlockCode.LOAN_LIMIT].facts == {"limit": 3, "count": 3}


def test_a_limit_for_one_type_leaves_other_types_alone(district: District, at: datetime) -> None:
    audio = make_item_type("audio_visual")
    make_policy(item_type=audio, max_loans_of_type=1)
    make_patron(card=CARD, home=district.central)
    for barcode in ("A1", "A2"):
        make_item(barcode=barcode, home=district.central, item_type=audio)
    make_item(barcode="B1", home=district.central)
    checkout(item="A1", card=CARD, at=at, desk=district.at_central)

    blocks = refusal(lambda: checkout(item="A2", card=CARD, at=at, desk=district.at_central))
    other = checkout(item="B1", card=CARD, at=at, desk=district.at_central)

    assert set(blocks) == {BlockCode.LOAN_LIMIT_OF_TYPE}
    assert other.open_loans == 2


def test_an_overdue_loan_stops_the_next(district: District, at: datetime) -> None:
    make_patron(card=CARD, home=district.central)
    for barcode in ("1", "2"):
        make_item(barcode=barcode, home=district.central)
    checkout(item="1", card=CARD, at=at, desk=district.at_central)

    blocks = refusal(lambda: checkout(item="2", card=CARD, at=at + timedelta(days=40), desk=district.at_central))

    assert blocks[BlockCode.OVERDUE_LOANS].facts == {"count": 1}


def test_without_any_policy_nothing_is_lent(district: District, at: datetime) -> None:
    make_patron(card=CARD, home=district.central)
    make_item(barcode="2300001", home=district.central)

    blocks = refusal(lambda: checkout(item="2300001", card=CARD, at=at.replace(year=2009), desk=district.at_central))

    assert BlockCode.NO_POLICY in blocks


def test_a_branch_outside_the_group_lends_its_own_items_only(district: District, at: datetime) -> None:
    make_patron(card=CARD, home=district.central)
    make_item(barcode="theirs", home=district.central)
    make_item(barcode="ours", home=district.south)

    blocks = refusal(lambda: checkout(item="theirs", card=CARD, at=at, desk=district.at_south))
    lent = checkout(item="ours", card=CARD, at=at, desk=district.at_south)

    assert set(blocks) == {BlockCode.OTHER_LENDING_GROUP}
    assert lent.open_loans == 1


def test_a_waiver_needs_the_right_for_each_block(district: District, at: datetime) -> None:
    make_patron(card=CARD, home=district.central, expires_date=date(2026, 1, 1))
    make_item(barcode="2300001", home=district.central)
    clerk = make_desk(district.central, role=Role.DESK)
    waive = frozenset({BlockCode.PATRON_EXPIRED})

    blocks = refusal(lambda: checkout(item="2300001", card=CARD, at=at, desk=clerk, waive=waive))
    receipt = checkout(item="2300001", card=CARD, at=at, desk=district.at_central, waive=waive)

    assert blocks[BlockCode.PATRON_EXPIRED].waiver is Act.WAIVE_EXPIRY
    assert receipt.open_loans == 1
    assert Entry.objects.get(kind="loan").details["waived"] == ["patron_expired"]


def test_what_was_missing_and_is_lent_by_a_waiver_is_found_with_it(district: District, at: datetime) -> None:
    make_patron(card=CARD, home=district.central)
    item = make_item(barcode="2300001", home=district.central, condition="missing")

    checkout(item="2300001", card=CARD, at=at, desk=district.at_central, waive=frozenset({BlockCode.ITEM_MISSING}))

    item.refresh_from_db()
    assert (item.state, item.condition, item.condition_at) == ("on_loan", "ok", at)
    assert Entry.objects.get(kind="item_found").details["was"] == "missing"
    assert [one.name for one in all_invariants() if broken_rows(one)] == []


def test_what_was_damaged_and_missing_is_lent_damaged_as_it_was_until_it_is_repaired(
    district: District, at: datetime
) -> None:
    make_patron(card=CARD, home=district.central)
    item = make_item(barcode="2300001", home=district.central)
    desk, waive = district.at_central, frozenset({BlockCode.ITEM_MISSING})
    mark_damaged(item="2300001", note="缺第 3 页", at=at, desk=desk)
    mark_missing(item="2300001", at=at, desk=desk)

    checkout(item="2300001", card=CARD, at=at + timedelta(days=1), desk=desk, waive=waive)

    item.refresh_from_db()
    assert (item.state, item.condition, item.condition_note) == ("on_loan", "damaged", "缺第 3 页")
    assert Entry.objects.filter(kind="item_found").count() == 1
    checkin(item="2300001", at=at + timedelta(days=2), desk=desk)
    mark_repaired(item="2300001", at=at + timedelta(days=2), desk=desk)
    mark_missing(item="2300001", at=at + timedelta(days=3), desk=desk)
    checkout(item="2300001", card=CARD, at=at + timedelta(days=4), desk=desk, waive=waive)
    item.refresh_from_db()
    assert (item.state, item.condition, item.condition_note) == ("on_loan", "ok", "")
    assert [one.name for one in all_invariants() if broken_rows(one)] == []


def test_what_nobody_may_waive_stays_refused(district: District, at: datetime) -> None:
    make_patron(card=CARD, home=district.central)
    make_item(barcode="2300001", home=district.central, condition="lost")
    waive = frozenset(BlockCode)

    blocks = refusal(lambda: checkout(item="2300001", card=CARD, at=at, desk=district.at_central, waive=waive))

    assert set(blocks) == {BlockCode.ITEM_LOST}


def test_lending_an_item_in_transit_by_waiver_ends_its_journey(district: District, at: datetime) -> None:
    make_patron(card=CARD, home=district.central)
    item = make_item(barcode="2300001", home=district.central, state="in_transit")
    Transit.objects.create(
        item=item, from_branch=district.children, to_branch=district.central, reason="home", sent_at=at
    )
    waive = frozenset({BlockCode.ITEM_IN_TRANSIT})

    blocks = refusal(lambda: checkout(item="2300001", card=CARD, at=at, desk=district.at_central))
    checkout(item="2300001", card=CARD, at=at, desk=district.at_central, waive=waive)

    assert set(blocks) == {BlockCode.ITEM_IN_TRANSIT}
    assert Transit.objects.get().cancelled_at == at
    assert set(Entry.objects.values_list("kind", flat=True)) == {"loan", "transit_cancelled"}


def test_the_same_account_asking_again_gets_the_first_receipt(district: District, at: datetime) -> None:
    make_patron(card=CARD, home=district.central)
    make_item(barcode="2300001", home=district.central)
    first = checkout(item="2300001", card=CARD, at=at, desk=district.at_central)

    again = checkout(item="2300001", card=CARD, at=at + timedelta(minutes=10), desk=district.at_central)

    assert again == replace(first, repeated=True)
    assert Loan.objects.count() == 1
    assert Entry.objects.filter(kind="loan").count() == 1


def test_after_ten_minutes_or_at_another_desk_it_is_on_loan_already(district: District, at: datetime) -> None:
    make_patron(card=CARD, home=district.central)
    make_item(barcode="2300001", home=district.central)
    checkout(item="2300001", card=CARD, at=at, desk=district.at_central)
    later = at + timedelta(minutes=10, seconds=1)

    elsewhere = refusal(lambda: checkout(item="2300001", card=CARD, at=at, desk=district.at_children))
    afterwards = refusal(lambda: checkout(item="2300001", card=CARD, at=later, desk=district.at_central))

    assert set(elsewhere) == {BlockCode.ITEM_ON_LOAN_ALREADY}
    assert set(afterwards) == {BlockCode.ITEM_ON_LOAN_ALREADY}


def test_what_a_reader_has_already_is_not_measured_by_the_limits_again(district: District, at: datetime) -> None:
    make_policy(category=district.adult, max_loans=1)
    make_patron(card=CARD, home=district.central)
    make_item(barcode="2300001", home=district.central)
    checkout(item="2300001", card=CARD, at=at, desk=district.at_central)

    at_the_limit = refusal(
        lambda: checkout(item="2300001", card=CARD, at=at + timedelta(days=1), desk=district.at_central)
    )
    overdue = refusal(lambda: checkout(item="2300001", card=CARD, at=at + timedelta(days=40), desk=district.at_south))

    assert set(at_the_limit) == {BlockCode.ITEM_ON_LOAN_ALREADY}
    assert set(overdue) == {BlockCode.ITEM_ON_LOAN_ALREADY}


@pytest.mark.parametrize("card", [CARD, "C0002"])
def test_a_taken_item_is_said_to_be_taken_and_not_to_be_on_loan_to_somebody(
    district: District, at: datetime, card: str
) -> None:
    make_patron(card=CARD, home=district.central)
    make_patron("王芳", card="C0002", home=district.central)
    make_item(barcode="2300001", home=district.central)
    checkout(item="2300001", card=CARD, at=at, desk=district.at_central)
    checkin(item="2300001", at=at, desk=district.at_south)

    blocks = refusal(lambda: checkout(item="2300001", card=card, at=at, desk=district.at_central))

    assert set(blocks) == {BlockCode.ITEM_TAKEN_ELSEWHERE}


def test_an_item_on_loan_to_another_is_refused(district: District, at: datetime) -> None:
    make_patron(card=CARD, home=district.central)
    make_patron("王芳", card="C0002", home=district.central)
    make_item(barcode="2300001", home=district.central)
    checkout(item="2300001", card=CARD, at=at, desk=district.at_central)

    blocks = refusal(lambda: checkout(item="2300001", card="C0002", at=at, desk=district.at_central))

    assert set(blocks) == {BlockCode.ITEM_ON_LOAN_TO_OTHER}


def test_a_request_with_the_same_key_gets_the_first_receipt_even_after_the_return(
    district: District, at: datetime
) -> None:
    make_patron(card=CARD, home=district.central)
    make_item(barcode="2300001", home=district.central)
    first = checkout(item="2300001", card=CARD, at=at, desk=district.at_central, key="k1")
    checkin(item="2300001", at=at + timedelta(hours=1), desk=district.at_central)

    again = checkout(item="2300001", card=CARD, at=at + timedelta(hours=2), desk=district.at_central, key="k1")

    assert (again.loan_id, again.due_at, again.repeated) == (first.loan_id, first.due_at, True)
    assert Loan.objects.count() == 1


def test_what_was_not_in_the_way_is_not_called_lifted(district: District, at: datetime) -> None:
    make_patron(card=CARD, home=district.central)
    make_item(barcode="2300001", home=district.central)

    checkout(item="2300001", card=CARD, at=at, desk=district.at_central, waive=frozenset(BlockCode))

    assert "waived" not in Entry.objects.get(kind="loan").details


def test_a_second_request_by_a_clock_slightly_behind_gets_the_first_receipt(district: District, at: datetime) -> None:
    make_patron(card=CARD, home=district.central)
    make_item(barcode="2300001", home=district.central)
    checkout(item="2300001", card=CARD, at=at, desk=district.at_central)

    again = checkout(item="2300001", card=CARD, at=at - timedelta(milliseconds=3), desk=district.at_central)

    assert again.repeated


def test_a_key_does_not_serve_two_items(district: District, at: datetime) -> None:
    make_patron(card=CARD, home=district.central)
    for barcode in ("1", "2"):
        make_item(barcode=barcode, home=district.central)
    checkout(item="1", card=CARD, at=at, desk=district.at_central, key="k1")

    with pytest.raises(KeyReused):
        checkout(item="2", card=CARD, at=at, desk=district.at_central, key="k1")


def test_who_has_no_right_at_the_branch_lends_nothing(district: District, at: datetime) -> None:
    stranger = replace(district.at_children, branch_id=district.central.id)

    with pytest.raises(NotAllowed):
        checkout(item="2300001", card=CARD, at=at, desk=stranger)


def test_a_preview_says_what_a_checkout_would_say_and_writes_nothing(district: District, at: datetime) -> None:
    make_patron(card=CARD, home=district.central, expires_date=date(2026, 4, 22))
    make_item(barcode="2300001", home=district.central)

    preview = preview_checkout(item="2300001", card=CARD, at=at, desk=district.at_central)
    waived = preview_checkout(
        item="2300001", card=CARD, at=at, desk=district.at_central, waive=frozenset({BlockCode.PATRON_EXPIRED})
    )

    assert [block.code for block in preview.blocks] == [BlockCode.PATRON_EXPIRED]
    assert waived.blocks == ()
    assert waived.due_date == date(2026, 5, 23)
    assert Loan.objects.count() == 0


def test_what_a_patron_has_is_listed_the_earliest_due_first(district: District, at: datetime) -> None:
    make_policy(branch=district.children, loan_days=7)
    patron = make_patron(card=CARD, home=district.central, category=make_category())
    for barcode, desk in (("1", district.at_central), ("2", district.at_children)):
        make_item(barcode=barcode, home=district.central)
        checkout(item=barcode, card=CARD, at=at, desk=desk)

    has = patron_loans(patron_id=patron.id, branch_id=district.central.id, at=at + timedelta(days=8))

    assert has is not None
    assert [(loan.item.barcode, loan.overdue) for loan in has.loans] == [("2", True), ("1", False)]
    assert has.max_loans == 3
    assert [block.code for block in has.blocks] == [BlockCode.OVERDUE_LOANS]
    assert patron_loans(patron_id=Patron.objects.count() + 10_000, branch_id=district.central.id, at=at) is None


def test_where_nothing_is_lent_any_more_no_reader_is_told_how_much_they_may_have(
    district: District, at: datetime
) -> None:
    patron = make_patron(card=CARD, home=district.central)
    Branch.objects.filter(id=district.south.id).update(closed_date=date(2026, 4, 1))

    has = patron_loans(patron_id=patron.id, branch_id=district.south.id, at=at)

    assert has is not None
    assert [block.code for block in has.blocks] == [BlockCode.BRANCH_CLOSED_DOWN]
