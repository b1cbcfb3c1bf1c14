"""The fine of a loan that is still out is kept, night by night, at what a return would cost."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.factories.catalogue import make_item
from tests.factories.circulation import District, make_policy
from tests.factories.network import make_closure
from tests.factories.patrons import make_patron
from wenyuan.holdings.catalogue.models import Item
from wenyuan.lending.circulation import running_fines
from wenyuan.lending.circulation.data import Charging
from wenyuan.lending.circulation.models import Loan
from wenyuan.lending.circulation.operations import (
    charge_running_fines,
    checkin,
    checkout,
    claim_returned,
    declare_lost,
    renew,
)
from wenyuan.lending.fees.data import FeeReason, FeesRefused
from wenyuan.lending.fees.models import Charge
from wenyuan.lending.fees.operations import set_fine
from wenyuan.lending.fees.queries import owed_fen
from wenyuan.lending.patrons.models import Patron
from wenyuan.plumbing.invariants import all_invariants, broken_rows

LENT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)
"""A Thursday; the loan falls due on Saturday 23 May. The branches are closed on Mondays."""
SUNDAY, MONDAY, TUESDAY = (datetime(2026, 5, day, 17, 55, tzinfo=UTC) for day in (23, 24, 25))
"""Nights at 01:55 in Shanghai, one after the other."""
FRIDAY = datetime(2026, 5, 28, 17, 55, tzinfo=UTC)


@pytest.fixture
def patron(district: District) -> Patron:
    """A reader with one loan of the central library, which asks ten fen for each day late."""
    patron = make_patron("陈小雨", card="C0001", home=district.central)
    make_policy(branch=district.central, fine_day_fen=10)
    make_item(barcode="I1", home=district.central, price_fen=3980)
    checkout(item="I1", card="C0001", at=LENT, desk=district.at_central)
    return patron


def broken() -> list[str]:
    return [one.name for one in all_invariants() if broken_rows(one)]


def test_each_open_day_late_is_charged_once_however_often_the_job_runs(district: District, patron: Patron) -> None:
    changed = [charge_running_fines(at=night) for night in (SUNDAY, SUNDAY, MONDAY, TUESDAY)]

    assert changed == [1, 0, 0, 1]
    assert owed_fen(patron.id) == 20
    assert broken() == []


def test_what_is_not_late_or_costs_nothing_is_charged_nothing(district: District, patron: Patron) -> None:
    make_policy(branch=district.children, fine_day_fen=0)
    make_item(barcode="E1", home=district.children)
    checkout(item="E1", card="C0001", at=LENT, desk=district.at_children)

    assert charge_running_fines(at=LENT + timedelta(days=20)) == 0
    assert charge_running_fines(at=SUNDAY) == 1
    assert Charge.objects.get().item_id == Item.objects.get(barcode="I1").id


def test_the_return_makes_the_fine_final_and_adds_nothing_to_it(district: District, patron: Patron) -> None:
    charge_running_fines(at=FRIDAY)
    owed = owed_fen(patron.id)

    receipt = checkin(item="I1", at=FRIDAY, desk=district.at_central)

    assert (owed, receipt.fine_fen, owed_fen(patron.id)) == (50, 50, 50)
    assert not Charge.objects.filter(grows=True).exists()
    assert charge_running_fines(at=FRIDAY + timedelta(days=9)) == 0
    assert broken() == []


def test_a_closure_declared_late_takes_off_what_it_lifts(district: District, patron: Patron) -> None:
    charge_running_fines(at=FRIDAY)
    make_closure(district.central, first=date(2026, 5, 20), last=date(2026, 6, 10))

    changed = [charge_running_fines(at=FRIDAY) for _ in range(2)]

    assert changed == [1, 0]
    assert owed_fen(patron.id) == 0
    assert broken() == []


def test_a_late_renewal_ends_one_fine_and_the_next_begins_anew(district: District, patron: Patron) -> None:
    charge_running_fines(at=SUNDAY)
    renew(item="I1", at=SUNDAY, desk=district.at_central)

    assert charge_running_fines(at=TUESDAY) == 0
    assert charge_running_fines(at=SUNDAY + timedelta(days=40)) == 1
    assert owed_fen(patron.id) > 10
    assert broken() == []


def test_a_claim_stops_the_fine(district: District, patron: Patron) -> None:
    charge_running_fines(at=SUNDAY)
    claim_returned(item="I1", at=SUNDAY, desk=district.at_central)

    assert charge_running_fines(at=FRIDAY) == 0
    assert owed_fen(patron.id) == 10


@pytest.mark.parametrize(("charging", "owed"), [(Charging.PRICE, 3980 + 50), (Charging.NOTHING, 0)])
def test_a_loss_ends_the_fine_with_the_price_or_lets_both_off(
    district: District, patron: Patron, charging: Charging, owed: int
) -> None:
    charge_running_fines(at=FRIDAY)

    declare_lost(item="I1", at=FRIDAY, desk=district.at_central, charging=charging, reason="进水")

    assert owed_fen(patron.id) == owed
    assert broken() == []


def test_a_loan_that_fails_keeps_no_other(
    district: District, patron: Patron, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    make_item(barcode="I2", home=district.central)
    checkout(item="I2", card="C0001", at=LENT, desk=district.at_central)
    bad, good = Loan.objects.order_by("id").values_list("id", flat=True)

    def failing(*, loan_id: int, **values: object) -> int:
        if loan_id == bad:
            raise FeesRefused(FeeReason.BAD_AMOUNT)
        return set_fine(loan_id=loan_id, **values)  # type: ignore[arg-type] # passed on as it came

    monkeypatch.setattr(running_fines, "set_fine", failing)
    with caplog.at_level("ERROR"):
        changed = charge_running_fines(at=SUNDAY)

    assert changed == 1
    assert [charge.loan_id for charge in Charge.objects.all()] == [good]
    assert f"the fine of loan {bad} was not kept" in caplog.text
