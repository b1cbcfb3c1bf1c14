"""What happened without a network: recorded as of then, never refused, every conflict listed."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_item
from tests.factories.circulation import District, make_district, make_policy
from tests.factories.offline import lent, taken_back
from tests.factories.patrons import make_patron
from tests.racing import at_once
from wenyuan.holdings.catalogue.models import Item
from wenyuan.lending.circulation.data import DeviceAct, OfflineListSheet, OfflineResult
from wenyuan.lending.circulation.models import Hold, Loan, OfflineAct, OfflineList
from wenyuan.lending.circulation.operations import (
    KeyReused,
    checkin,
    checkout,
    forget_offline,
    issue_offline_list,
    place_hold,
    record_acts,
    settle_offline_act,
)
from wenyuan.lending.circulation.queries import count_offline_acts_to_settle, offline_acts_to_settle
from wenyuan.lending.fees.queries import account_state
from wenyuan.lending.patrons.models import Patron, Token
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.rights.data import Act
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.invariants import all_invariants, broken_rows

ITEM, CARD, OTHER = "2300001", "C0001", "C0002"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def reader(district: District) -> Patron:
    make_item(barcode=ITEM, home=district.central)
    make_patron("李小军", card=OTHER, home=district.central)
    return make_patron("陈小雨", card=CARD, home=district.central)


@pytest.fixture
def sheet(district: District, reader: Patron, at: datetime) -> OfflineListSheet:
    """The list of the central desk, fetched the evening before."""
    return issue_offline_list(at=at - timedelta(hours=16), desk=district.at_central)


def upload(district: District, *acts: DeviceAct, at: datetime, offset_ms: int | None = 0) -> list[OfflineResult]:
    return list(record_acts(acts=acts, device="d1", offset_ms=offset_ms, at=at, desk=district.at_central))


def codes(result: OfflineResult) -> list[str]:
    return [str(why.code) for why in result.reasons]


def broken() -> list[str]:
    return [rule.name for rule in all_invariants() if rule.room == "circulation" and broken_rows(rule)]


def test_a_loan_is_made_as_of_its_own_moment(
    district: District, reader: Patron, sheet: OfflineListSheet, at: datetime
) -> None:
    (result,) = upload(district, lent(sheet, CARD, ITEM, at), at=at + 3 * HOUR)

    loan = Loan.objects.get()
    assert (result.outcome, result.reasons) == ("recorded", ())
    assert (loan.patron_id, loan.lent_at, loan.branch_id) == (reader.id, at, district.central.id)
    assert loan.base_due_date == date(2026, 5, 23)
    assert Entry.objects.get(kind="loan").occurred_at == at
    assert OfflineAct.objects.get().card == ""
    assert count_offline_acts_to_settle(district.central.id) == 0
    assert broken() == []


def test_a_return_closes_the_loan_as_of_its_own_moment(district: District, reader: Patron, at: datetime) -> None:
    checkout(item=ITEM, card=CARD, at=at - timedelta(days=3), desk=district.at_central)

    (result,) = upload(district, taken_back(ITEM, at), at=at + 3 * HOUR)

    assert result.outcome == "recorded"
    assert Loan.objects.get().returned_at == at
    assert Item.objects.get().state == "available"


def test_a_late_return_is_charged_as_of_its_own_moment(district: District, reader: Patron, at: datetime) -> None:
    make_policy(branch=district.central, fine_day_fen=20)
    checkout(item=ITEM, card=CARD, at=at, desk=district.at_central)
    back = at + timedelta(days=36)  # five open days late

    upload(district, taken_back(ITEM, back), at=back + timedelta(days=3))

    assert account_state(reader.id).owed_fen == 100
    assert broken() == []


def test_acts_are_recorded_in_the_order_in_which_they_were_done(
    district: District, reader: Patron, sheet: OfflineListSheet, at: datetime
) -> None:
    first = lent(sheet, CARD, ITEM, at)
    acts = [first, taken_back(ITEM, at + HOUR), lent(sheet, OTHER, ITEM, at + 2 * HOUR)]

    results = upload(district, *reversed(acts), at=at + 5 * HOUR)

    assert [result.key for result in results] == [act.key for act in acts]
    assert [result.outcome for result in results] == ["recorded"] * 3
    assert list(Loan.objects.order_by("id").values_list("lent_at", "returned_at")) == [
        (at, at + HOUR),
        (at + 2 * HOUR, None),
    ]


def test_a_file_uploaded_twice_is_one(
    district: District, reader: Patron, sheet: OfflineListSheet, at: datetime
) -> None:
    acts = [lent(sheet, OTHER, "no such item", at), lent(sheet, CARD, ITEM, at)]
    first = upload(district, *acts, at=at + HOUR)
    checkin(item=ITEM, at=at + 2 * HOUR, desk=district.at_central)

    again = upload(district, *acts, at=at + 3 * HOUR)

    assert again == [replace(result, repeated=True) for result in first]
    assert Loan.objects.count() == 1
    assert count_offline_acts_to_settle(district.central.id) == 1


def test_a_key_does_not_serve_two_acts(
    district: District, reader: Patron, sheet: OfflineListSheet, at: datetime
) -> None:
    upload(district, lent(sheet, CARD, ITEM, at, key="k"), at=at + HOUR)

    with pytest.raises(KeyReused):
        upload(district, taken_back(ITEM, at, key="k"), at=at + HOUR)


def test_the_same_act_from_two_windows_at_once_is_one(fresh_database: str, at: datetime) -> None:
    district = make_district()
    make_item(barcode=ITEM, home=district.central)
    make_patron("陈小雨", card=CARD, home=district.central)
    sheet = issue_offline_list(at=at - HOUR, desk=district.at_central)
    act = lent(sheet, CARD, ITEM, at)

    results = at_once(*[lambda: upload(district, act, at=at + HOUR)] * 4)

    assert [one[0].outcome for one in results if isinstance(one, list)] == ["recorded"] * 4
    assert (Loan.objects.count(), OfflineAct.objects.count()) == (1, 1)


def suspended(district: District, at: datetime) -> None:
    Patron.objects.filter(name="陈小雨").update(status="suspended", suspended_until=date(2026, 6, 1))


def card_lost(district: District, at: datetime) -> None:
    Token.objects.filter(card_no=CARD).update(status="lost")


def at_the_limit(district: District, at: datetime) -> None:
    for number in range(3):
        make_item(barcode=f"9{number}", home=district.central)
        checkout(item=f"9{number}", card=CARD, at=at - timedelta(days=2), desk=district.at_central)


def damaged(district: District, at: datetime) -> None:
    Item.objects.filter(barcode=ITEM).update(condition="damaged", condition_at=at)


def missing(district: District, at: datetime) -> None:
    Item.objects.filter(barcode=ITEM).update(condition="missing", condition_at=at)


def elsewhere(district: District, at: datetime) -> None:
    """The item belongs to a branch outside the lending group of the desk."""
    Item.objects.filter(barcode=ITEM).update(home_branch=district.south)


def on_the_hold_shelf(district: District, at: datetime) -> None:
    place_hold(item=ITEM, card=OTHER, pickup_branch_id=district.central.id, at=at - HOUR, desk=district.at_central)
    checkin(item=ITEM, at=at - HOUR, desk=district.at_central)


@pytest.mark.parametrize(
    ("arrange", "listed"),
    [
        (suspended, ["patron_suspended"]),
        (card_lost, ["card_lost"]),
        (at_the_limit, ["loan_limit"]),
        (damaged, ["item_damaged"]),
        (missing, ["item_missing"]),
        (elsewhere, ["other_lending_group"]),
        (on_the_hold_shelf, ["item_on_hold_shelf"]),
    ],
)
def test_what_a_desk_would_refuse_is_recorded_and_listed(
    district: District, reader: Patron, sheet: OfflineListSheet, at: datetime, arrange: object, listed: list[str]
) -> None:
    assert callable(arrange)
    arrange(district, at)

    (result,) = upload(district, lent(sheet, CARD, ITEM, at), at=at + HOUR)

    assert (result.outcome, codes(result)) == ("conflict", listed)
    item = Item.objects.get(barcode=ITEM)
    assert Loan.objects.get(item=item, returned_at=None).patron_id == reader.id
    assert item.condition == ("damaged" if arrange is damaged else "ok")
    (view,) = offline_acts_to_settle(district.central.id)
    assert (view.barcode, view.patron_id, view.card) == (ITEM, reader.id, CARD)
    assert broken() == []


def left(district: District, at: datetime) -> None:
    Patron.objects.filter(name="陈小雨").update(status="closed")


def withdrawn(district: District, at: datetime) -> None:
    Item.objects.filter(barcode=ITEM).update(state="withdrawn", lendable="no")


def without_a_policy(district: District, at: datetime) -> None:
    from wenyuan.lending.circulation.models import LoanPolicy

    LoanPolicy.objects.all().delete()


def unknown_card(district: District, at: datetime) -> None:
    Token.objects.filter(card_no=CARD).delete()


def unknown_item(district: District, at: datetime) -> None:
    Item.objects.filter(barcode=ITEM).update(barcode="another")


@pytest.mark.parametrize(
    ("arrange", "listed"),
    [
        (left, ["patron_closed"]),
        (withdrawn, ["item_withdrawn", "item_not_lendable"]),
        (without_a_policy, ["no_policy"]),
        (unknown_card, ["patron_unknown"]),
        (unknown_item, ["item_unknown"]),
    ],
)
def test_what_no_table_can_hold_is_put_aside_and_listed(
    district: District, reader: Patron, sheet: OfflineListSheet, at: datetime, arrange: object, listed: list[str]
) -> None:
    assert callable(arrange)
    arrange(district, at)

    (result,) = upload(district, lent(sheet, CARD, ITEM, at), at=at + HOUR)

    assert (result.outcome, codes(result)) == ("aside", listed)
    assert Loan.objects.count() == 0
    assert [view.barcode for view in offline_acts_to_settle(district.central.id)] == [ITEM]


def test_an_older_loan_of_another_reader_is_closed_first(
    district: District, reader: Patron, sheet: OfflineListSheet, at: datetime
) -> None:
    checkout(item=ITEM, card=OTHER, at=at - timedelta(days=9), desk=district.at_central)

    (result,) = upload(district, lent(sheet, CARD, ITEM, at), at=at + HOUR)

    assert (result.outcome, codes(result)) == ("conflict", ["taken_first"])
    assert list(Loan.objects.order_by("id").values_list("returned_at", "patron_id")) == [
        (at, None),
        (None, reader.id),
    ]
    assert broken() == []


def test_what_the_reader_has_already_is_told_and_not_lent_again(
    district: District, reader: Patron, sheet: OfflineListSheet, at: datetime
) -> None:
    checkout(item=ITEM, card=CARD, at=at - timedelta(days=1), desk=district.at_central)

    (result,) = upload(district, lent(sheet, CARD, ITEM, at), at=at + HOUR)

    assert (result.outcome, codes(result)) == ("conflict", ["item_on_loan_already"])
    assert Loan.objects.count() == 1


def test_a_loan_whose_answer_was_lost_with_the_network_is_the_same_loan(
    district: District, reader: Patron, sheet: OfflineListSheet, at: datetime
) -> None:
    checkout(item=ITEM, card=CARD, at=at - timedelta(minutes=2), desk=district.at_central)

    (result,) = upload(district, lent(sheet, CARD, ITEM, at), at=at + HOUR)

    assert (result.outcome, result.reasons) == ("recorded", ())
    assert Loan.objects.count() == 1


def test_a_newer_loan_counts_more_than_what_happened_before(
    district: District, reader: Patron, sheet: OfflineListSheet, at: datetime
) -> None:
    checkout(item=ITEM, card=OTHER, at=at + HOUR, desk=district.at_central)

    results = upload(
        district, lent(sheet, CARD, ITEM, at), taken_back(ITEM, at + timedelta(minutes=5)), at=at + 2 * HOUR
    )

    assert [(one.outcome, codes(one)) for one in results] == [("aside", ["lent_since"])] * 2
    assert Loan.objects.get().lent_at == at + HOUR


def test_an_item_scanned_elsewhere_since_stays_where_it_was_seen(
    district: District, reader: Patron, sheet: OfflineListSheet, at: datetime
) -> None:
    checkout(item=ITEM, card=OTHER, at=at - timedelta(days=1), desk=district.at_central)
    checkin(item=ITEM, at=at + HOUR, desk=district.at_children)

    results = upload(
        district, taken_back(ITEM, at), lent(sheet, CARD, ITEM, at + timedelta(minutes=5)), at=at + 2 * HOUR
    )

    assert [(one.outcome, codes(one)) for one in results] == [("aside", ["scanned_since"])] * 2
    assert Item.objects.get().present_branch_id == district.children.id


def test_a_return_that_somebody_waits_for_is_kept_from_the_day_of_the_upload(
    district: District, reader: Patron, at: datetime
) -> None:
    make_policy(branch=district.central, hold_shelf_days=3)
    checkout(item=ITEM, card=CARD, at=at - timedelta(days=9), desk=district.at_central)
    place_hold(item=ITEM, card=OTHER, pickup_branch_id=district.central.id, at=at, desk=district.at_central)

    (result,) = upload(district, taken_back(ITEM, at + HOUR), at=at + timedelta(days=5))

    assert (result.outcome, codes(result)) == ("conflict", ["held"])
    assert Hold.objects.values_list("shelved_date", "shelf_until").get() == (date(2026, 4, 28), date(2026, 5, 1))


def test_a_return_that_must_travel_is_listed(district: District, reader: Patron, at: datetime) -> None:
    Item.objects.update(home_branch=district.children)
    checkout(item=ITEM, card=CARD, at=at - timedelta(days=3), desk=district.at_central)

    (result,) = upload(district, taken_back(ITEM, at), at=at + HOUR)

    assert (result.outcome, codes(result)) == ("conflict", ["goes_elsewhere"])
    assert result.reasons[0].facts == {"branch": district.children.id}


@pytest.mark.parametrize(("barcode", "listed"), [("no such", ["item_unknown"]), (ITEM, ["item_withdrawn"])])
def test_a_return_of_what_is_no_item_is_put_aside(
    district: District, reader: Patron, at: datetime, barcode: str, listed: list[str]
) -> None:
    withdrawn(district, at)

    (result,) = upload(district, taken_back(barcode, at), at=at + HOUR)

    assert (result.outcome, codes(result)) == ("aside", listed)


def test_a_list_of_a_week_ago_and_one_that_nobody_knows_are_told(
    district: District, reader: Patron, sheet: OfflineListSheet, at: datetime
) -> None:
    late = lent(sheet, CARD, ITEM, at + timedelta(days=8))
    strange = replace(lent(sheet, CARD, ITEM, at), token="no list")
    unreadable = replace(lent(sheet, CARD, ITEM, at), card="bm9uc2Vuc2U=")

    results = [upload(district, act, at=at + timedelta(days=9))[0] for act in (strange, unreadable, late)]

    assert [(one.outcome, codes(one)) for one in results] == [
        ("aside", ["patron_unknown", "list_unknown"]),
        ("aside", ["patron_unknown", "card_unreadable"]),
        ("conflict", ["list_expired"]),
    ]


def test_a_wrong_clock_is_corrected(district: District, reader: Patron, sheet: OfflineListSheet, at: datetime) -> None:
    act = replace(lent(sheet, CARD, ITEM, at - HOUR), offset_ms=3_600_000)

    (result,) = upload(district, act, at=at + HOUR, offset_ms=3_600_000)

    assert (result.outcome, codes(result)) == ("recorded", ["clock_wrong"])
    assert Loan.objects.get().lent_at == at


def test_who_may_not_lend_where_the_list_was_fetched_records_nothing(
    district: District, reader: Patron, sheet: OfflineListSheet, at: datetime
) -> None:
    acts = [taken_back(ITEM, at), lent(sheet, CARD, ITEM, at)]

    with pytest.raises(NotAllowed):
        record_acts(acts=acts, device="d1", offset_ms=0, at=at + HOUR, desk=district.at_south)
    only_returns = make_desk(district.central, acts=[Act.CHECKIN])
    with pytest.raises(NotAllowed):
        record_acts(acts=acts, device="d1", offset_ms=0, at=at + HOUR, desk=only_returns)

    assert OfflineAct.objects.count() == 0


def test_more_than_an_upload_may_bring_is_a_fault_of_the_caller(district: District, at: datetime) -> None:
    with pytest.raises(ValueError, match="at most 50"):
        upload(district, *[taken_back(str(number), at) for number in range(51)], at=at)


def test_a_settled_act_leaves_the_list_and_forgets_the_card(
    district: District, reader: Patron, sheet: OfflineListSheet, at: datetime
) -> None:
    unknown_card(district, at)
    upload(district, lent(sheet, CARD, ITEM, at), at=at + HOUR)
    (view,) = offline_acts_to_settle(district.central.id)

    with pytest.raises(NotAllowed):
        settle_offline_act(act_id=view.id, note="", at=at, desk=district.at_south)
    settled = settle_offline_act(
        act_id=view.id, note="重新登记，13800138000", at=at + 2 * HOUR, desk=district.at_central
    )
    again = settle_offline_act(act_id=view.id, note="", at=at + 3 * HOUR, desk=district.at_central)

    row = OfflineAct.objects.get()
    assert (settled, again, offline_acts_to_settle(district.central.id)) == (True, False, ())
    assert (row.card, row.note, row.settled_at) == ("", "重新登记，138****8000", at + 2 * HOUR)
    assert AuditRow.objects.filter(act="settle_offline_act", subject_id=row.id).count() == 1


def test_old_lists_and_settled_acts_go_after_half_a_year_and_what_waits_for_a_person_stays(
    district: District, reader: Patron, sheet: OfflineListSheet, at: datetime
) -> None:
    unknown_card(district, at)
    upload(district, lent(sheet, CARD, ITEM, at), at=at + HOUR)
    assert forget_offline(at=at + 400 * DAY) == 0, "the act names its list"
    (view,) = offline_acts_to_settle(district.central.id)
    settle_offline_act(act_id=view.id, note="", at=at + 2 * HOUR, desk=district.at_central)

    assert forget_offline(at=at + 179 * DAY) == 0
    assert forget_offline(at=at + 190 * DAY) == 2
    assert (OfflineAct.objects.count(), OfflineList.objects.count()) == (0, 0)
    assert forget_offline(at=at + 190 * DAY) == 0
