"""诚信借阅积分 (docs/specs/fees.md F40-F46): rules as rows, off at first, caps, a floor and a way back."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from tests.factories.accounts import make_desk
from tests.factories.circulation import District, make_district
from tests.factories.patrons import make_patron
from tests.racing import at_once
from wenyuan.lending.fees.data import FeeReason, FeesRefused, PointEvent, PointRuleFacts, PointSchemeFacts
from wenyuan.lending.fees.models import PointRow, PointRule
from wenyuan.lending.fees.operations import (
    award,
    give_points,
    install_default_point_rules,
    set_point_rule,
    set_point_scheme,
)
from wenyuan.lending.fees.queries import list_points, point_balance, point_rules, point_scheme
from wenyuan.lending.patrons.models import Patron
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.models import Entry as JournalRow
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)


@pytest.fixture
def patron(district: District) -> Patron:
    return make_patron(home=district.central)


def switch_on(branch: Branch, *events: PointEvent, scheme: PointSchemeFacts | None = None) -> None:
    install_default_point_rules()
    director = make_desk(branch, role=Role.DIRECTOR, everywhere=True)
    set_point_scheme(scheme=scheme or PointSchemeFacts(is_on=True), at=AT, desk=director)
    for event in events:
        rule = point_rules()[event]
        on = PointRuleFacts(event, rule.points, rule.daily_cap, rule.monthly_cap, is_on=True)
        set_point_rule(rule=on, at=AT, desk=director)


def lend(patron: Patron, district: District, number: int, *, at: datetime = AT) -> int:
    return award(patron_id=patron.id, event=PointEvent.LOAN, source=f"loan:{number}", at=at, desk=district.at_central)


def refused(call: Callable[[], object]) -> set[FeeReason]:
    with pytest.raises(FeesRefused) as caught, transaction.atomic():
        call()
    return set(caught.value.reasons)


def test_everything_is_installed_off_and_once(district: District, patron: Patron) -> None:
    added = (install_default_point_rules(), install_default_point_rules())

    assert added == (4, 0)
    assert [(rule.points, rule.is_on) for rule in point_rules().values()] == [
        (1, False), (-2, False), (-5, False), (-10, False),
    ]  # fmt: skip
    assert (lend(patron, district, 1), point_balance(patron.id)) == (0, None)


def test_a_rule_that_is_off_gives_nothing_though_points_are_kept(district: District, patron: Patron) -> None:
    switch_on(district.central)

    assert (lend(patron, district, 1), point_balance(patron.id)) == (0, 100)


def test_loans_give_a_point_each_once_six_a_day_and_thirty_a_month(district: District, patron: Patron) -> None:
    switch_on(district.central, PointEvent.LOAN)

    day = [lend(patron, district, number) for number in (1, 1, 2, 3, 4, 5, 6, 7)]
    month = sum(
        lend(patron, district, 100 * days + number, at=AT - timedelta(days=days))
        for days in range(1, 8)
        for number in range(6)
    )
    next_month = lend(patron, district, 999, at=AT + timedelta(days=9))

    assert day == [1, 0, 1, 1, 1, 1, 1, 0]
    assert (month, next_month, point_balance(patron.id)) == (24, 1, 131)


def test_points_stop_at_the_floor_and_come_back_by_hours_and_quiz(district: District, patron: Patron) -> None:
    switch_on(district.central, PointEvent.LOST, scheme=PointSchemeFacts(True, 70, 60, 75))

    def lose(number: int) -> int:
        return award(
            patron_id=patron.id, event=PointEvent.LOST, source=f"item:{number}", at=AT, desk=district.at_central
        )

    def back(points: int, event: PointEvent, key: str | None = None) -> int:
        return give_points(
            patron_id=patron.id,
            event=event,
            points=points,
            reason="上架两小时",
            at=AT,
            desk=district.at_central,
            key=key,
        )

    assert [lose(1), lose(2)] == [-10, 0]
    assert [back(4, PointEvent.VOLUNTEER, "k"), back(4, PointEvent.VOLUNTEER, "k"), back(20, PointEvent.QUIZ)] == [
        4,
        4,
        11,
    ]
    assert point_balance(patron.id) == 75
    assert [row.points for row in list_points(patron.id, size=2)[0]] == [11, 4]
    assert AuditRow.objects.filter(act="give_points").count() == 2


def test_what_staff_may_not_give_is_refused_with_every_reason(district: District, patron: Patron) -> None:
    def give(event: PointEvent, points: int, reason: str = "好") -> set[FeeReason]:
        return refused(
            lambda: give_points(
                patron_id=patron.id, event=event, points=points, reason=reason, at=AT, desk=district.at_central
            )
        )

    assert give(PointEvent.LOAN, 0, " ") == {
        FeeReason.POINTS_OFF, FeeReason.POINTS_BY_RULE, FeeReason.BAD_POINTS, FeeReason.REASON_MISSING,
    }  # fmt: skip
    switch_on(district.central)
    assert give(PointEvent.VOLUNTEER, -1) == {FeeReason.BAD_POINTS}
    assert give(PointEvent.QUIZ, 1001) == {FeeReason.BAD_POINTS}
    with pytest.raises(NotAllowed):
        give_points(
            patron_id=patron.id,
            event=PointEvent.QUIZ,
            points=1,
            reason="好",
            at=AT,
            desk=make_desk(district.central, role=Role.DESK),
        )


def test_rules_are_changed_for_the_whole_network_and_audited(district: District) -> None:
    install_default_point_rules()
    here_only = make_desk(district.central, role=Role.DIRECTOR)
    director = make_desk(district.central, role=Role.DIRECTOR, everywhere=True)
    wanted = PointRuleFacts(PointEvent.OVERDUE, -1, 5, 20, is_on=True)

    with pytest.raises(NotAllowed):
        set_point_rule(rule=wanted, at=AT, desk=here_only)
    with pytest.raises(NotAllowed):
        set_point_scheme(scheme=PointSchemeFacts(is_on=True), at=AT, desk=here_only)
    set_point_rule(rule=wanted, at=AT, desk=director)
    set_point_rule(rule=wanted, at=AT, desk=director)

    assert point_rules()[PointEvent.OVERDUE] == wanted
    assert AuditRow.objects.get(act="set_point_rule").before["is_on"] is False
    assert JournalRow.objects.filter(kind="policy_changed").count() == 1

    def refusal_of(rule: PointRuleFacts) -> set[FeeReason]:
        return refused(lambda: set_point_rule(rule=rule, at=AT, desk=director))

    assert refusal_of(PointRuleFacts(PointEvent.OVERDUE, 1)) == {FeeReason.BAD_POINTS}
    assert refusal_of(PointRuleFacts(PointEvent.LOAN, 1, 0)) == {FeeReason.BAD_POINTS}
    assert refusal_of(PointRuleFacts(PointEvent.LOAN, 1001)) == {FeeReason.BAD_POINTS}
    bad = PointSchemeFacts(True, 50, 60)
    assert refused(lambda: set_point_scheme(scheme=bad, at=AT, desk=director)) == {FeeReason.BAD_POINTS}
    assert point_scheme() == PointSchemeFacts()
    assert PointRule.objects.get(event="loan").points == 1


def test_a_row_of_points_names_no_loan(district: District, patron: Patron) -> None:
    switch_on(district.central, PointEvent.LOAN)

    lend(patron, district, 4711)

    assert "4711" not in str(PointRow.objects.values_list().get())


def test_one_event_told_twice_at_once_counts_once(fresh_database: str) -> None:
    town = make_district()
    patron = make_patron(home=town.central)
    switch_on(town.central, PointEvent.LOAN)

    def tell() -> int:
        with transaction.atomic():
            return lend(patron, town, 1)

    assert sorted(at_once(tell, tell, tell)) == [0, 0, 1]  # type: ignore[type-var]
