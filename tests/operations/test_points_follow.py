"""Credit points follow loans, late returns and losses from the journal (docs/specs/fees.md F46-F49)."""

from datetime import date, datetime, timedelta

import pytest

from tests.factories.catalogue import make_bib, make_item
from tests.factories.circulation import District, make_policy
from tests.factories.network import make_closure
from tests.factories.patrons import make_patron
from tests.operations.test_fees_points import switch_on
from wenyuan.lending.circulation import closing
from wenyuan.lending.circulation.data import Charging
from wenyuan.lending.circulation.operations import checkin, checkout, declare_lost, renew, undo
from wenyuan.lending.fees.data import PointEvent, PointSchemeFacts
from wenyuan.lending.fees.following import points_follow
from wenyuan.lending.fees.models import PointRow
from wenyuan.lending.fees.queries import point_balance
from wenyuan.lending.patrons.models import Patron
from wenyuan.organisation.journal.delivery import deliver
from wenyuan.organisation.journal.models import Entry, Stuck

DAY = timedelta(days=1)
RULES = (PointEvent.LOAN, PointEvent.OVERDUE, PointEvent.LOST)


@pytest.fixture
def reader(district: District) -> Patron:
    """Card C1 at the central library, which has I1 and I2 at 30 yuan; every rule is on."""
    for number in (1, 2):
        make_item(barcode=f"I{number}", home=district.central, bib=make_bib(title="边城"), price_fen=3000)
    switch_on(district.central, *RULES, scheme=PointSchemeFacts(is_on=True))
    return make_patron(card="C1", home=district.central)


def lend(district: District, at: datetime, barcode: str = "I1", **more: str) -> None:
    checkout(item=barcode, card="C1", at=at, desk=district.at_central, **more)  # type: ignore[arg-type] # a key


def points(at: datetime) -> list[tuple[str, int]]:
    """What was given and taken, after the journal has reached its followers."""
    while deliver(at=at):
        continue
    assert not Stuck.objects.exists()
    return list(PointRow.objects.order_by("id").values_list("event", "points"))


def test_a_loan_gives_a_point_and_a_late_return_takes_two_each_once(
    district: District, at: datetime, reader: Patron
) -> None:
    lend(district, at)
    renew(item="I1", at=at + DAY, desk=district.at_central)
    checkin(item="I1", at=at + 40 * DAY, desk=district.at_central)

    assert points(at) == [("loan", 1), ("overdue", -2)]
    for entry in Entry.objects.all():
        points_follow(entry.id)
    assert points(at) == [("loan", 1), ("overdue", -2)]
    assert point_balance(reader.id) == 99
    assert not PointRow.objects.exclude(entered_by=None, branch=district.central).exists()


def test_in_time_is_also_who_is_late_by_closed_days_alone(district: District, at: datetime, reader: Patron) -> None:
    lend(district, at)  # due on Saturday 23 May
    make_closure(district.central, date(2026, 5, 20), date(2026, 6, 30))
    closing.ask_for_run([district.central.id], [], at=at)
    lend(district, at, "I2")

    checkin(item="I1", at=at + 60 * DAY, desk=district.at_central)  # before the due dates have followed
    closing.follow_closures(now=lambda: at)
    checkin(item="I2", at=at + 61 * DAY, desk=district.at_central)

    assert points(at) == [("loan", 1), ("loan", 1)]


def test_what_is_undone_is_given_back(district: District, at: datetime, reader: Patron) -> None:
    lend(district, at, key="lent")
    undo(key="lent", at=at + timedelta(minutes=1), desk=district.at_central)
    assert points(at) == [("loan", 1), ("loan", -1)]

    lend(district, at + DAY)
    checkin(item="I1", at=at + 50 * DAY, desk=district.at_central, key="back")
    points(at)
    undo(key="back", at=at + 50 * DAY, desk=district.at_central)

    assert points(at)[2:] == [("loan", 1), ("overdue", -2), ("overdue", 2)]
    for entry in Entry.objects.all():
        points_follow(entry.id)
    assert point_balance(reader.id) == 101


def test_what_a_reader_has_lost_costs_points_where_it_is_charged(
    district: District, at: datetime, reader: Patron
) -> None:
    make_policy(branch=district.central, price_percent=100)
    lend(district, at)
    lend(district, at, "I2")
    declare_lost(item="I1", at=at + DAY, desk=district.at_central)
    declare_lost(item="I2", at=at + DAY, desk=district.at_central, charging=Charging.NOTHING, reason="火灾")

    assert points(at) == [("loan", 1), ("loan", 1), ("lost", -10)]


def test_what_is_found_gives_its_points_back_with_its_price(district: District, at: datetime, reader: Patron) -> None:
    make_policy(branch=district.central, price_percent=100, processing_fee_fen=500)
    lend(district, at)
    declare_lost(item="I1", at=at + DAY, desk=district.at_central)
    points(at)
    checkin(item="I1", at=at + 2 * DAY, desk=district.at_central)

    assert points(at) == [("loan", 1), ("lost", -10), ("lost", 10)]
    for entry in Entry.objects.all():
        points_follow(entry.id)
    assert point_balance(reader.id) == 101


def test_what_is_found_too_late_gives_no_points_back(district: District, at: datetime, reader: Patron) -> None:
    make_policy(branch=district.central, price_percent=100, found_days=0)
    lend(district, at)
    declare_lost(item="I1", at=at + DAY, desk=district.at_central)
    checkin(item="I1", at=at + 2 * DAY, desk=district.at_central)

    assert points(at) == [("loan", 1), ("lost", -10)]


def test_nothing_follows_while_rule_or_scheme_is_off_and_is_not_made_up_for(district: District, at: datetime) -> None:
    make_item(barcode="I1", home=district.central, bib=make_bib(title="边城"))
    reader = make_patron(card="C1", home=district.central)
    lend(district, at)
    assert points(at) == []

    switch_on(district.central, PointEvent.OVERDUE)

    assert points(at) == []
    assert point_balance(reader.id) == 100
