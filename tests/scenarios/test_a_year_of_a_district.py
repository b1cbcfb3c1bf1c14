"""A year of a whole district through the verbs. In the end every invariant holds, and what desks were told, what tables
hold, what the journal counts, what figures say and what the ledgers add up to is the same."""

import os
import random
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db.models import Q, Sum

from tests.scenarios.district_year import DEPOSIT_FEN, DistrictYear
from wenyuan.doors.cli.demonstration import building, history
from wenyuan.doors.cli.migrate import install_defaults
from wenyuan.lending.circulation.models import Hold, Loan
from wenyuan.lending.fees.models import Account, Charge
from wenyuan.lending.fees.models import Entry as LedgerRow
from wenyuan.lending.patrons.models import Patron
from wenyuan.office.figures.data import IndicatorCode
from wenyuan.office.figures.queries import figures_of
from wenyuan.office.figures.rules import parse_period
from wenyuan.organisation.journal.delivery import deliver
from wenyuan.organisation.journal.models import Entry, Pending, Stuck
from wenyuan.plumbing.invariants import all_invariants, broken_rows

UNTIL = date(2026, 6, 30)
SCALE = 2
"""1 is some 6,000 loans."""
READERS = 1_800
PAID_FEN, IN_KIND_FEN = 1_000, 3_200
"""What the demo moves by itself in the end; and a deposit."""

JOURNAL_OF = {
    "charge": "fee_charged",
    "cancelled": "fee_cancelled",
    "forgiven": "fee_forgiven",
    "in_kind": "fee_in_kind",
    "payment": "fee_paid",
    "refund": "fee_refunded",
    "deposit_taken": "deposit_taken",
    "deposit_returned": "deposit_returned",
}
"""The journal's word for each kind of row in the ledger."""


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.usefixtures("fresh_database")
def test_a_year_of_a_district_adds_up(monkeypatch: pytest.MonkeyPatch) -> None:
    seed = int(os.environ.get("WENYUAN_SEED") or random.SystemRandom().randrange(10**6))
    print(f"a year of a district: seed {seed}, set WENYUAN_SEED to roll it again")

    year = live(monkeypatch, seed=seed, scale=SCALE, readers=READERS)

    print({"readers": Patron.objects.count(), "renewed at desks": year.counts.renewals, **year.tally})
    print({kind: ledger(kind) for kind in JOURNAL_OF})
    assert broken_invariants() == {}
    assert (Pending.objects.count(), Stuck.objects.count()) == (0, 0)
    assert_loans_add_up(year)
    assert_money_adds_up(year)
    assert_it_was_a_real_year(year)


def live(
    monkeypatch: pytest.MonkeyPatch, *, seed: int, scale: float, readers: int, days: int = building.DAYS
) -> DistrictYear:
    """Build the demo's network and let such a year pass in it."""
    years: list[DistrictYear] = []
    monkeypatch.setattr(history, "Year", remembered(years))
    monkeypatch.setattr(building, "READERS", round(readers / scale))
    install_defaults(at=datetime.now(UTC))
    building.build_network(until=UNTIL, scale=scale, seed=seed, days=days, echo=print)
    while deliver(at=datetime.now(UTC)):  # what was counted after the last night
        pass
    return years[0]


def remembered(years: list[DistrictYear]) -> Callable[..., DistrictYear]:
    """A year that can be looked at afterwards."""

    def make(*arguments: Any, **options: Any) -> DistrictYear:
        years.append(DistrictYear(*arguments, **options))
        return years[-1]

    return make


def broken_invariants() -> dict[str, Sequence[Any]]:
    found = {invariant.name: broken_rows(invariant) for invariant in all_invariants()}
    return {name: rows[:5] for name, rows in found.items() if rows}


def assert_loans_add_up(year: DistrictYear) -> None:
    """What desks were told, the loans, the journal and the figures of the year."""
    period = parse_period(f"{(UNTIL - timedelta(days=building.DAYS - 1)).isoformat()}..{UNTIL.isoformat()}")
    figures = figures_of(period=period, at=datetime.now(UTC)).values
    told, loans = year.tally, Loan.objects.all()
    returned = loans.filter(returned_at__isnull=False, ended_as="returned").count()
    taken = loans.filter(returned_at__isnull=True, taken_at__isnull=False).count()
    renewed = year.counts.renewals + told["renewed by themselves"]
    assert (loans.count(), net("loan"), figures[IndicatorCode.LOANS]) == (told["lent"],) * 3
    assert (returned, net("return"), figures[IndicatorCode.RETURNS]) == (returned,) * 3
    assert returned + taken == told["returned"] + told["taken"]
    assert (net("renewal"), figures[IndicatorCode.RENEWALS]) == (renewed, renewed)
    assert (loans.filter(ended_as="lost").count(), net("item_lost")) == (told["lost"], told["lost"])
    assert (Hold.objects.count(), net("hold_placed")) == (told["holds"], told["holds"])
    assert Hold.objects.filter(state="expired").count() == told["holds expired"]


def assert_money_adds_up(year: DistrictYear) -> None:
    """What the desk took, the ledger, the journal, the charges and the readers' accounts."""
    told = year.tally
    assert ledger("payment") == told["paid fen"] + PAID_FEN
    assert ledger("forgiven") == told["forgiven fen"]
    assert ledger("in_kind") == IN_KIND_FEN
    assert ledger("deposit_taken") == told["deposited fen"] + DEPOSIT_FEN
    assert {kind: ledger(kind) for kind in JOURNAL_OF} == {kind: fen(word) for kind, word in JOURNAL_OF.items()}
    charged = ledger("charge") - ledger("cancelled")
    is_open = charged - ledger("forgiven") - ledger("in_kind") - ledger("payment") + ledger("refund")
    charges = Charge.objects.aggregate(charged=Sum("charged_fen"), open=Sum("open_fen"))
    accounts = Account.objects.aggregate(owed=Sum("owed_fen"), back=Sum("due_back_fen"), held=Sum("held_fen"))
    assert (charges["charged"], charges["open"]) == (charged, is_open)
    assert accounts["owed"] - accounts["back"] == is_open
    assert accounts["held"] == ledger("deposit_taken") - ledger("deposit_returned")


def assert_it_was_a_real_year(year: DistrictYear) -> None:
    """Each kind of thing has happened, or the test would show little."""
    happened = (
        "returns undone",
        "loans undone",
        "taken",
        "renewed by themselves",
        "fetched",
        "holds expired",
        "lost",
        "fines kept",
        "paid fen",
        "forgiven fen",
        "deposited fen",
    )
    assert [what for what in happened if not year.tally[what]] == []
    assert year.tally["lent"] > 10_000
    assert Patron.objects.count() > READERS
    assert Entry.objects.filter(Q(kind="due_dates_moved") | Q(kind="closure_withdrawn")).count() > 1


def net(kind: str) -> int:
    """What the journal counts of a kind, what was taken back taken off."""
    return Entry.objects.filter(kind=kind).aggregate(net=Sum("quantity"))["net"] or 0


def fen(kind: str) -> int:
    """The money of a kind in the journal."""
    return Entry.objects.filter(kind=kind).aggregate(fen=Sum("amount_fen"))["fen"] or 0


def ledger(kind: str) -> int:
    """The money of a kind in the ledger."""
    return LedgerRow.objects.filter(kind=kind).aggregate(fen=Sum("amount_fen"))["fen"] or 0
