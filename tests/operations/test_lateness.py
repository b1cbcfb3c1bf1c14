"""A late return costs what the policy says: money and suspension, written with the return or not at all."""

from datetime import UTC, date, datetime, timedelta
from typing import Unpack

import pytest

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_item
from tests.factories.circulation import District, make_policy
from tests.factories.fees import make_payment
from tests.factories.network import make_exception
from tests.factories.patrons import make_patron
from wenyuan.holdings.catalogue.models import Item
from wenyuan.lending.circulation import lateness
from wenyuan.lending.circulation.answers import forget_history
from wenyuan.lending.circulation.data import CheckinOutcome, CheckinReceipt, Kinds
from wenyuan.lending.circulation.models import Loan
from wenyuan.lending.circulation.operations import checkin, checkout, receive_transit, renew
from wenyuan.lending.fees.models import Charge
from wenyuan.lending.fees.models import Entry as FeeRow
from wenyuan.lending.fees.operations import set_fine
from wenyuan.lending.fees.queries import account_state
from wenyuan.lending.patrons.models import Patron, Restriction
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.invariants import all_invariants, broken_rows

BARCODE, CARD = "2300001", "C0001"
LENT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)
"""A Thursday; the loan falls due on Saturday 23 May. The branches are closed on Mondays."""
ON_TIME = datetime(2026, 5, 23, 2, 30, tzinfo=UTC)
FIVE_LATE = datetime(2026, 5, 29, 2, 30, tzinfo=UTC)
"""The Friday after: open were Sunday, Tuesday, Wednesday, Thursday and Friday."""


@pytest.fixture
def patron(district: District) -> Patron:
    return make_patron("陈小雨", card=CARD, home=district.central)


def lend(district: District, **kinds: Unpack[Kinds]) -> None:
    """An item of the central library, of 39.80 yuan, on loan under a policy that states these kinds."""
    if kinds:
        make_policy(branch=district.central, **kinds)
    make_item(barcode=BARCODE, home=district.central, price_fen=3980)
    checkout(item=BARCODE, card=CARD, at=LENT, desk=district.at_central)


def broken() -> list[str]:
    """Names of invariants that do not hold."""
    return [rule.name for rule in all_invariants() if rule.room in ("circulation", "fees") and broken_rows(rule)]


def cost(receipt: CheckinReceipt) -> tuple[int, int, date | None]:
    return receipt.days_overdue, receipt.fine_fen, receipt.suspended_until


@pytest.mark.parametrize(
    ("kinds", "back", "expected"),
    [
        pytest.param({"fine_day_fen": 20}, FIVE_LATE, (5, 100, None), id="R-10 a rate for each open day"),
        pytest.param({"fine_day_fen": 100}, LENT + timedelta(days=63), (28, 2800, None), id="C039 one yuan a day"),
        pytest.param({"fine_day_fen": 20}, ON_TIME, (0, 0, None), id="C064 in time, no row"),
        pytest.param({"fine_day_fen": 20, "grace_days": 5}, FIVE_LATE, (5, 0, None), id="R-12 within grace"),
        pytest.param({"fine_day_fen": 20, "grace_days": 4}, FIVE_LATE, (5, 100, None), id="C069 past grace, all days"),
        pytest.param({"fine_day_fen": 20, "fine_cap_fen": 70}, FIVE_LATE, (5, 70, None), id="C049 capped"),
        pytest.param(
            {"fine_day_fen": 900, "fine_capped_at_price": True}, FIVE_LATE, (5, 3980, None), id="R-13 at the price"
        ),
        pytest.param({"suspension_percent": 100}, FIVE_LATE, (5, 0, date(2026, 6, 2)), id="R-16 a day for a day"),
        pytest.param({"suspension_percent": 200}, FIVE_LATE, (5, 0, date(2026, 6, 7)), id="C082 two days for each"),
        pytest.param({"suspension_percent": 50}, FIVE_LATE, (5, 0, date(2026, 5, 31)), id="R-16 half days, rounded up"),
        pytest.param(
            {"suspension_percent": 200, "max_suspension_days": 3}, FIVE_LATE, (5, 0, date(2026, 5, 31)), id="R-16 cap"
        ),
        pytest.param(
            {"suspension_percent": 100, "grace_days": 5}, FIVE_LATE, (5, 0, None), id="R-16 grace forgives this too"
        ),
        pytest.param(
            {"fine_day_fen": 10_000_000},
            FIVE_LATE,
            (5, 10_000_000, None),
            id="an absurd rate keeps nobody from returning",
        ),
        pytest.param({}, FIVE_LATE, (5, 0, None), id="nothing is asked where no row states it"),
    ],
)
def test_a_late_return_costs_what_the_policy_says(
    district: District, patron: Patron, kinds: Kinds, back: datetime, expected: tuple[int, int, date | None]
) -> None:
    lend(district, **kinds)

    receipt = checkin(item=BARCODE, at=back, desk=district.at_central)

    assert cost(receipt) == expected
    assert account_state(patron.id).owed_fen == expected[1]
    assert FeeRow.objects.count() == (1 if expected[1] else 0)
    assert Patron.objects.get(id=patron.id).suspended_until == expected[2]
    assert broken() == []


def test_the_fine_is_the_lending_branchs_and_the_journal_tells_it_with_the_return(
    district: District, patron: Patron
) -> None:
    lend(district, fine_day_fen=20, suspension_percent=100)

    checkin(item=BARCODE, at=FIVE_LATE, desk=district.at_children)

    charge, loan = Charge.objects.get(), Loan.objects.get()
    assert (charge.branch_id, charge.kind, charge.loan_id, charge.grows) == (
        district.central.id, "overdue", loan.id, False,
    )  # fmt: skip
    assert list(Entry.objects.exclude(kind="loan").order_by("id").values_list("kind", flat=True)) == [
        "fee_charged", "patron_restricted", "return", "transit_sent",
    ]  # fmt: skip
    told = Entry.objects.get(kind="return").details
    assert (told["fine_fen"], told["suspended_until"]) == (100, "2026-06-02")
    assert Restriction.objects.get().about_id == loan.id


def test_a_return_that_costs_nothing_takes_two_round_trips(
    district: District, patron: Patron, monkeypatch: pytest.MonkeyPatch
) -> None:
    lend(district, fine_day_fen=20)
    monkeypatch.setattr(lateness, "holding_locks", lambda *_: pytest.fail("locks for nothing"))

    checkin(item=BARCODE, at=ON_TIME, desk=district.at_central)


def test_the_price_of_its_type_counts_for_an_item_without_one(district: District, patron: Patron) -> None:
    lend(district, fine_day_fen=900, fine_capped_at_price=True)
    Item.objects.update(price_fen=None)

    receipt = checkin(item=BARCODE, at=FIVE_LATE + timedelta(days=30), desk=district.at_central)

    assert receipt.fine_fen == 5000


def test_a_repeated_return_gives_the_same_answer_and_no_second_fine(district: District, patron: Patron) -> None:
    lend(district, fine_day_fen=20, suspension_percent=100)

    first = checkin(item=BARCODE, at=FIVE_LATE, desk=district.at_central)
    again = checkin(item=BARCODE, at=FIVE_LATE + timedelta(minutes=2), desk=district.at_central)

    assert cost(first) == cost(again) == (5, 100, date(2026, 6, 2))
    assert (again.repeated, FeeRow.objects.count(), Restriction.objects.count()) == (True, 1, 1)


def test_a_keyed_return_is_answered_again_with_its_fine(district: District, patron: Patron) -> None:
    lend(district, fine_day_fen=20, suspension_percent=100)

    checkin(item=BARCODE, at=FIVE_LATE, desk=district.at_central, key="k1")
    again = checkin(item=BARCODE, at=FIVE_LATE + timedelta(days=9), desk=district.at_central, key="k1")

    assert (cost(again), again.repeated) == ((5, 100, date(2026, 6, 2)), True)
    assert account_state(patron.id).owed_fen == 100


def test_a_book_drop_emptied_later_fines_to_the_day_of_the_reader_and_suspends_from_it(
    district: District, patron: Patron
) -> None:
    lend(district, fine_day_fen=20, suspension_percent=200)

    receipt = checkin(
        item=BARCODE, at=FIVE_LATE + timedelta(days=4), back_at=FIVE_LATE - timedelta(days=1), desk=district.at_central
    )

    assert cost(receipt) == (4, 80, date(2026, 6, 4))


def test_a_suspension_that_was_served_before_the_drop_was_emptied_restricts_nothing(
    district: District, patron: Patron
) -> None:
    lend(district, suspension_percent=100)

    receipt = checkin(
        item=BARCODE, at=FIVE_LATE, back_at=datetime(2026, 5, 24, 2, 30, tzinfo=UTC), desk=district.at_central
    )

    assert cost(receipt) == (1, 0, None)
    assert Patron.objects.get(id=patron.id).status == "active"


@pytest.mark.parametrize(
    ("back_at", "owed", "due_back"),
    [
        pytest.param(FIVE_LATE - timedelta(days=1), 0, 10, id="R-21 paid more than it comes to"),
        pytest.param(ON_TIME, 0, 90, id="R-19 it was in time after all"),
    ],
)
def test_a_backdated_return_takes_off_what_had_been_charged_too_much(
    district: District, patron: Patron, back_at: datetime, owed: int, due_back: int
) -> None:
    lend(district, fine_day_fen=20)
    set_fine(
        patron_id=patron.id,
        loan_id=Loan.objects.get().id,
        total_fen=100,
        at=FIVE_LATE,
        desk=district.at_central,
        is_final=False,
    )
    make_payment(patron, 90, at=FIVE_LATE, desk=district.at_central)

    receipt = checkin(item=BARCODE, at=FIVE_LATE, back_at=back_at, desk=district.at_central)

    state = account_state(patron.id)
    assert (state.owed_fen, state.due_back_fen, Charge.objects.get().grows) == (owed, due_back, False)
    assert receipt.fine_fen == 90 - due_back
    assert broken() == []


def test_taken_elsewhere_the_fine_waits_until_the_loan_is_closed_and_counts_to_the_day_it_was_taken(
    district: District, patron: Patron
) -> None:
    lend(district, fine_day_fen=20, suspension_percent=100)

    taken = checkin(item=BARCODE, at=FIVE_LATE, desk=district.at_south)
    assert (taken.outcome, cost(taken), FeeRow.objects.count()) == (CheckinOutcome.TAKEN, (5, 0, None), 0)
    arrived = receive_transit(item=BARCODE, at=FIVE_LATE + timedelta(days=3), desk=district.at_central)

    assert (arrived.days_overdue, arrived.fine_fen, arrived.suspended_until) == (5, 100, date(2026, 6, 2))
    assert account_state(patron.id).owed_fen == 100


def test_a_rate_that_begins_later_makes_no_loan_dearer_that_is_out_already(district: District, patron: Patron) -> None:
    lend(district)
    make_policy(branch=district.central, fine_day_fen=20, valid_from=date(2026, 5, 1))

    assert cost(checkin(item=BARCODE, at=FIVE_LATE, desk=district.at_central)) == (5, 0, None)


def test_days_on_which_the_branch_was_closed_are_not_charged(district: District, patron: Patron) -> None:
    lend(district, fine_day_fen=20)
    for day in (26, 27):
        make_exception(district.central, date(2026, 5, day))

    assert checkin(item=BARCODE, at=FIVE_LATE, desk=district.at_central).fine_fen == 60


def test_a_second_late_return_outlasts_the_first_or_adds_up(district: District, patron: Patron) -> None:
    lend(district, suspension_percent=100, suspensions_add_up=True)
    make_item(barcode="2300002", home=district.central)
    checkout(item="2300002", card=CARD, at=LENT, desk=district.at_central)

    ends = [checkin(item=code, at=FIVE_LATE, desk=district.at_central).suspended_until for code in (BARCODE, "2300002")]

    assert ends == [date(2026, 6, 2), date(2026, 6, 7)]


def test_what_fails_after_the_fine_undoes_it_with_the_return(
    district: District, patron: Patron, monkeypatch: pytest.MonkeyPatch
) -> None:
    lend(district, fine_day_fen=20)

    def fail(**_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(lateness, "restrict_after_return", fail)
    with pytest.raises(RuntimeError):
        checkin(item=BARCODE, at=FIVE_LATE, desk=district.at_central)

    assert (FeeRow.objects.count(), Loan.objects.get().returned_at) == (0, None)


def test_whoever_may_only_take_back_settles_the_fine_all_the_same(district: District, patron: Patron) -> None:
    lend(district, fine_day_fen=20)
    machine = make_desk(district.central, acts=[Act.CHECKIN])

    assert checkin(item=BARCODE, at=FIVE_LATE, desk=machine).fine_fen == 100


def test_a_late_renewal_closes_the_fine_of_the_time_before_it_and_the_next_begins_anew_r18(
    district: District, patron: Patron
) -> None:
    lend(district, fine_day_fen=20, suspension_percent=100)

    renewed = renew(item=BARCODE, at=FIVE_LATE, desk=district.at_central, key="r1")
    again = renew(item=BARCODE, at=FIVE_LATE + timedelta(minutes=1), desk=district.at_central, key="r1")
    back = checkin(item=BARCODE, at=FIVE_LATE + timedelta(days=31), desk=district.at_central)

    assert (renewed.due_date, renewed.fine_fen, again.fine_fen) == (date(2026, 6, 28), 100, 100)
    assert cost(back) == (0, 0, None)
    assert [(one.charged_fen, one.grows) for one in Charge.objects.order_by("entry_id")] == [(100, False)]
    assert Entry.objects.get(kind="renewal").details["fine_fen"] == 100
    assert broken() == []


def test_both_times_late_are_charged_when_a_loan_is_late_renewed_and_late_again(
    district: District, patron: Patron
) -> None:
    lend(district, fine_day_fen=20)

    renew(item=BARCODE, at=FIVE_LATE, desk=district.at_central)
    back = checkin(item=BARCODE, at=datetime(2026, 6, 30, 2, 30, tzinfo=UTC), desk=district.at_central)

    assert cost(back) == (1, 20, None)
    assert account_state(patron.id).owed_fen == 120


def test_a_renewal_in_time_charges_nothing(district: District, patron: Patron, monkeypatch: pytest.MonkeyPatch) -> None:
    lend(district, fine_day_fen=20)
    monkeypatch.setattr(lateness, "holding_locks", lambda *_: pytest.fail("locks for nothing"))

    assert renew(item=BARCODE, at=ON_TIME, desk=district.at_central).fine_fen == 0


def test_a_closed_loan_keeps_its_reader_while_the_fine_is_open_and_then_forgets_c133(
    district: District, patron: Patron
) -> None:
    lend(district, fine_day_fen=20)
    checkin(item=BARCODE, at=FIVE_LATE, desk=district.at_central)

    seen = [Loan.objects.get().patron_id]
    for fen in (60, 40):
        make_payment(patron, fen, at=FIVE_LATE, desk=district.at_central)
        seen.append(Loan.objects.get().patron_id)
        assert broken() == []

    assert seen == [patron.id, patron.id, None]


def test_who_withdraws_consent_is_forgotten_but_where_something_is_owed(district: District, patron: Patron) -> None:
    lend(district, fine_day_fen=20)
    Patron.objects.filter(id=patron.id).update(keep_history=True)
    checkin(item=BARCODE, at=FIVE_LATE, desk=district.at_central)
    Patron.objects.filter(id=patron.id).update(keep_history=False)

    forget_history(patron.id)
    kept = Loan.objects.get().patron_id
    make_payment(patron, 100, at=FIVE_LATE, desk=district.at_central)

    assert (kept, Loan.objects.get().patron_id) == (patron.id, None)


def test_a_reader_who_consented_keeps_the_loan_after_paying(district: District, patron: Patron) -> None:
    lend(district, fine_day_fen=20)
    Patron.objects.filter(id=patron.id).update(keep_history=True)
    checkin(item=BARCODE, at=FIVE_LATE, desk=district.at_central)

    make_payment(patron, 100, at=FIVE_LATE, desk=district.at_central)

    assert Loan.objects.get().patron_id == patron.id
