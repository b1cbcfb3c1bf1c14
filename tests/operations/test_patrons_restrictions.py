"""停借: several restrictions at once, each with its reason and end; the patron's row sums them up."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from threading import Barrier, Thread

import pytest
from django.db import connections, transaction

from tests.factories.accounts import make_desk
from tests.factories.network import make_branch
from tests.operations.patrons_cast import AT, SELF, WOMANS_NUMBER, adult
from wenyuan.lending.patrons import sql
from wenyuan.lending.patrons.data import (
    About,
    PatronRefused,
    PatronUnknown,
    ProblemCode,
    RestrictionCause,
    RestrictionKind,
)
from wenyuan.lending.patrons.models import Patron, Restriction
from wenyuan.lending.patrons.operations import (
    begin_leaving,
    block_by_machine,
    close_patron,
    erase_patron,
    free_by_machine,
    install_default_categories,
    lift,
    lift_restriction,
    lift_suspension,
    pause_patron,
    register_patron,
    reopen_patron,
    restrict,
    restrict_after_return,
    resume_patron,
    suspend_patron,
)
from wenyuan.lending.patrons.queries import list_restrictions
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.rights.data import Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.invariants import broken_rows

MAY_1, MAY_9 = date(2026, 5, 1), date(2026, 5, 9)
IN_SUMMER = datetime(2026, 7, 1, 2, 0, tzinfo=UTC)
LATER = datetime(2026, 5, 5, 2, 0, tzinfo=UTC)


@pytest.fixture
def desk(db: None) -> Desk:
    install_default_categories()
    return make_desk(make_branch("ZG"))


@pytest.fixture
def clerk(desk: Desk) -> Desk:
    return make_desk(Branch.objects.get(id=desk.branch_id), role=Role.DESK)


@pytest.fixture
def patron(desk: Desk) -> Patron:
    made = register_patron(application=adult(desk.branch_id, card_no="C0001"), at=AT, desk=desk)
    return Patron.objects.get(id=made.patron_id)


@pytest.fixture(autouse=True)
def _invariants_hold(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "fresh_database" not in request.fixturenames:
        assert [(rule.name, list(broken_rows(rule))) for rule in sql.INVARIANTS if broken_rows(rule)] == []


def machine(desk: Desk, role: Role = Role.CARD_MACHINE) -> Desk:
    return make_desk(Branch.objects.get(id=desk.branch_id), role=role)


def summary(patron: Patron) -> tuple[str, date | None, str]:
    row = Patron.objects.get(id=patron.id)
    return row.status, row.suspended_until, row.status_reason


def test_two_restrictions_stand_side_by_side_and_their_union_counts(desk: Desk, patron: Patron) -> None:
    first = suspend_patron(patron_id=patron.id, reason="多次逾期", until=MAY_9, at=AT, desk=desk)
    second = suspend_patron(patron_id=patron.id, reason="污损图书", until=MAY_1, at=AT, desk=desk)
    both = summary(patron)
    lift_restriction(restriction_id=first, reason="已说明", at=AT, desk=desk)
    one = summary(patron)
    lift_restriction(restriction_id=second, reason="已赔偿", at=AT, desk=desk)

    assert both == ("suspended", MAY_9, "多次逾期")
    assert one == ("suspended", MAY_1, "污损图书")
    assert summary(patron) == ("active", None, "")
    assert Patron.objects.get(id=patron.id).version == 5


def test_one_without_an_end_makes_the_union_endless(desk: Desk, patron: Patron) -> None:
    suspend_patron(patron_id=patron.id, reason="多次逾期", until=MAY_9, at=AT, desk=desk)
    suspend_patron(patron_id=patron.id, reason="冒用他人证件", cause=RestrictionCause.CARD_CHECKED, at=AT, desk=desk)

    assert summary(patron) == ("suspended", None, "冒用他人证件")


def test_each_row_says_who_why_and_who_lifted_it(desk: Desk, patron: Patron) -> None:
    set_id = suspend_patron(
        patron_id=patron.id, reason="欠赔偿款", cause=RestrictionCause.MONEY, until=MAY_1, at=AT, desk=desk
    )
    other = make_desk(Branch.objects.get(id=desk.branch_id))
    at = datetime(2026, 4, 30, 2, 0, tzinfo=UTC)
    lift_restriction(restriction_id=set_id, reason="已付清", at=at, desk=other)

    [row] = list_restrictions(patron.id).rows
    assert (row.kind, row.cause, row.reason, row.from_date, row.until, row.branch_id) == (
        RestrictionKind.MANUAL,
        RestrictionCause.MONEY,
        "欠赔偿款",
        date(2026, 4, 23),
        MAY_1,
        desk.branch_id,
    )
    assert (row.set_by_id, row.set_at) == (desk.operator.account_id, AT)
    assert (row.ended_by_id, row.ended_at, row.end_reason) == (other.operator.account_id, at, "已付清")
    assert row.holds_on(MAY_1) is False


def test_a_restriction_is_journalled_without_its_words_and_audited_with_them(desk: Desk, patron: Patron) -> None:
    set_id = suspend_patron(patron_id=patron.id, reason="多次逾期", until=MAY_1, at=AT, desk=desk)
    lift_restriction(restriction_id=set_id, reason="已说明", at=AT, desk=desk)

    begun, ended = Entry.objects.filter(kind__in=["patron_restricted", "patron_released"]).order_by("id")
    assert begun.details == {"restriction": set_id, "kind": "manual", "cause": "other", "until": "2026-05-01"}
    assert ended.details == {"restriction": set_id, "kind": "manual", "cause": "other"}
    assert AuditRow.objects.get(act="suspend_patron").reason == "多次逾期"
    lifted = AuditRow.objects.get(act="lift_restriction")
    assert (lifted.reason, lifted.after) == ("已说明", {"status": "active", "restrictions": [set_id]})


def test_lifting_again_changes_nothing(desk: Desk, patron: Patron) -> None:
    set_id = suspend_patron(patron_id=patron.id, reason="多次逾期", at=AT, desk=desk)
    lift_restriction(restriction_id=set_id, reason="已说明", at=AT, desk=desk)
    lift_restriction(restriction_id=set_id, reason="再说一次", at=LATER, desk=desk)

    assert Restriction.objects.get(id=set_id).end_reason == "已说明"
    with pytest.raises(PatronUnknown):
        lift_restriction(restriction_id=999_999, reason="已说明", at=AT, desk=desk)


def test_all_are_lifted_at_once(desk: Desk, patron: Patron) -> None:
    suspend_patron(patron_id=patron.id, reason="多次逾期", at=AT, desk=desk)
    suspend_patron(patron_id=patron.id, reason="污损图书", until=MAY_1, at=AT, desk=desk)

    assert lift_suspension(patron_id=patron.id, reason="馆长批准", at=AT, desk=desk) == 2
    assert summary(patron) == ("active", None, "")


def test_what_has_run_out_is_ended_by_the_next_write(desk: Desk, patron: Patron) -> None:
    suspend_patron(patron_id=patron.id, reason="多次逾期", until=MAY_1, at=AT, desk=desk)
    suspend_patron(patron_id=patron.id, reason="污损图书", until=MAY_9, at=LATER, desk=desk)

    assert summary(patron) == ("suspended", MAY_9, "污损图书")
    assert Restriction.objects.filter(ended_at__isnull=True).count() == 1


@pytest.mark.parametrize(
    ("reason", "until", "code"),
    [
        (" ", None, ProblemCode.REASON_MISSING),
        (f"见 {WOMANS_NUMBER}", None, ProblemCode.TEXT_PERSONAL),
        ("多次逾期", date(2026, 4, 22), ProblemCode.EXPIRES_BAD),
    ],
)
def test_a_restriction_needs_a_reason_and_a_day_to_come(
    desk: Desk, patron: Patron, reason: str, until: date | None, code: ProblemCode
) -> None:
    for verb in (suspend_patron, pause_patron):
        with pytest.raises(PatronRefused) as refused:
            verb(patron_id=patron.id, reason=reason, until=until, at=AT, desk=desk)
        assert refused.value.codes == {code}

    assert not Restriction.objects.exists()


def test_a_clerk_pauses_and_resumes_but_neither_suspends_nor_lifts(desk: Desk, clerk: Desk, patron: Patron) -> None:
    set_id = suspend_patron(patron_id=patron.id, reason="多次逾期", until=MAY_9, at=AT, desk=desk)
    with pytest.raises(NotAllowed):
        suspend_patron(patron_id=patron.id, reason="多次逾期", at=AT, desk=clerk)
    with pytest.raises(NotAllowed):
        lift_restriction(restriction_id=set_id, reason="已说明", at=AT, desk=clerk)
    with pytest.raises(NotAllowed):
        lift_suspension(patron_id=patron.id, reason="已说明", at=AT, desk=clerk)

    pause_patron(patron_id=patron.id, reason="外出半年", at=AT, desk=clerk)
    paused = summary(patron)
    ended = resume_patron(patron_id=patron.id, at=AT, desk=clerk)

    assert paused == ("suspended", None, "外出半年")
    assert (ended, summary(patron)) == (1, ("suspended", MAY_9, "多次逾期"))


def test_a_second_pause_takes_the_place_of_the_first(desk: Desk, patron: Patron) -> None:
    pause_patron(patron_id=patron.id, reason="外出半年", at=AT, desk=desk)
    pause_patron(patron_id=patron.id, reason="五月回来", until=MAY_9, at=AT, desk=desk)

    assert summary(patron) == ("suspended", MAY_9, "五月回来")


def test_who_is_leaving_borrows_nothing_more_and_may_think_better_of_it(clerk: Desk, patron: Patron) -> None:
    begun = begin_leaving(patron_id=patron.id, at=AT, desk=clerk)
    again = begin_leaving(patron_id=patron.id, at=AT, desk=clerk)
    leaving = summary(patron)
    lift_restriction(restriction_id=begun, reason="不退了", at=AT, desk=clerk)

    assert (again, leaving) == (begun, ("suspended", None, ""))
    assert summary(patron) == ("active", None, "")


def test_a_leaving_ends_with_the_card_and_a_suspension_waits(desk: Desk, patron: Patron) -> None:
    begin_leaving(patron_id=patron.id, at=AT, desk=desk)
    suspend_patron(patron_id=patron.id, reason="多次逾期", until=MAY_9, at=AT, desk=desk)

    close_patron(patron_id=patron.id, at=AT, desk=desk)
    gone = summary(patron)
    reopen_patron(patron_id=patron.id, consent=SELF, at=AT, desk=desk)
    back = summary(patron)

    assert (gone, back) == (("closed", None, ""), ("suspended", MAY_9, "多次逾期"))


def test_nobody_restricts_who_has_left(desk: Desk, patron: Patron) -> None:
    close_patron(patron_id=patron.id, at=AT, desk=desk)

    for verb in (suspend_patron, pause_patron, begin_leaving):
        with pytest.raises(PatronRefused) as refused:
            verb(patron_id=patron.id, reason="多次逾期", at=AT, desk=desk)
        assert refused.value.codes == {ProblemCode.PATRON_CLOSED}


def test_what_a_room_above_says_of_who_has_left_holds_when_they_come_back(desk: Desk, patron: Patron) -> None:
    close_patron(patron_id=patron.id, at=AT, desk=desk)
    with transaction.atomic():
        restrict(patron_id=patron.id, kind=RestrictionKind.SUSPENSION, until=MAY_1, at=AT, desk=desk)
    gone = summary(patron)
    reopen_patron(patron_id=patron.id, consent=SELF, at=AT, desk=desk)

    assert (gone, summary(patron)) == (("closed", None, ""), ("suspended", MAY_1, ""))


def test_erasure_takes_the_reasons_too(desk: Desk, patron: Patron) -> None:
    suspend_patron(patron_id=patron.id, reason="多次逾期", at=AT, desk=desk)

    erase_patron(patron_id=patron.id, reason="本人要求", at=AT, desk=desk)

    assert not Restriction.objects.exists()


def test_a_room_above_restricts_once_about_one_thing_and_lifts_by_it(desk: Desk, patron: Patron) -> None:
    about = About("loan", 4711)
    with transaction.atomic():
        first = restrict(patron_id=patron.id, kind=RestrictionKind.OVERDUES, about=about, at=AT, desk=desk)
        second = restrict(
            patron_id=patron.id, kind=RestrictionKind.OVERDUES, about=about, until=MAY_9, at=AT, desk=desk
        )
    restricted = summary(patron)
    with transaction.atomic():
        elsewhere = lift(patron_id=patron.id, about=About("loan", 1), at=AT, desk=desk)
        lifted = lift(patron_id=patron.id, about=about, kind=RestrictionKind.OVERDUES, at=AT, desk=desk)

    assert (first, restricted) == (second, ("suspended", MAY_9, ""))
    assert (elsewhere, lifted, summary(patron)) == (0, 1, ("active", None, ""))
    assert Entry.objects.filter(kind="patron_restricted").count() == 1


def test_a_second_suspension_is_added_on_only_where_the_policy_says_so(desk: Desk, patron: Patron) -> None:
    ends = []
    for loan, cumulative in ((1, False), (2, False), (3, True), (3, True)):
        with transaction.atomic():
            ends.append(
                restrict_after_return(
                    patron_id=patron.id, days=5, cumulative=cumulative, about=About("loan", loan), at=AT, desk=desk
                )
            )

    assert ends == [date(2026, 4, 27), date(2026, 4, 27), date(2026, 5, 2), date(2026, 5, 2)]
    assert summary(patron) == ("suspended", date(2026, 5, 2), "")
    with transaction.atomic():
        assert restrict_after_return(patron_id=patron.id, days=0, cumulative=False, at=AT, desk=desk) is None


def test_a_machine_blocks_a_card_once_until_staff_have_looked_into_it(desk: Desk, patron: Patron) -> None:
    gate, other = machine(desk), machine(desk)

    first = block_by_machine(patron_id=patron.id, reason="卡面损坏", at=AT, desk=gate)
    again = block_by_machine(patron_id=patron.id, reason="卡面损坏", at=AT, desk=gate)
    second = block_by_machine(patron_id=patron.id, reason="闸机报警", at=AT, desk=other)
    after_it_ran_out = block_by_machine(patron_id=patron.id, reason="卡面损坏", at=IN_SUMMER, desk=gate)

    assert first == again
    assert len({first, second, after_it_ran_out}) == 3
    row = Restriction.objects.get(id=first)
    assert (row.kind, row.cause, row.reason, row.until) == ("manual", "card_checked", "卡面损坏", date(2026, 5, 23))
    assert AuditRow.objects.filter(act="block_by_machine", subject_id=patron.id).count() == 3
    with pytest.raises(NotAllowed):
        block_by_machine(patron_id=patron.id, reason="x", at=AT, desk=machine(desk, Role.MACHINE))


def test_a_machine_frees_what_machines_blocked_and_nothing_that_staff_decided(desk: Desk, patron: Patron) -> None:
    gate, other = machine(desk), machine(desk)
    suspend_patron(patron_id=patron.id, reason="损坏图书", until=MAY_1, at=AT, desk=desk)
    block_by_machine(patron_id=patron.id, reason="卡面损坏", at=AT, desk=gate)
    blocked = summary(patron)

    freed = free_by_machine(patron_id=patron.id, at=AT, desk=other)
    again = free_by_machine(patron_id=patron.id, at=AT, desk=other)

    assert blocked[:2] == ("suspended", date(2026, 5, 23))
    assert (freed, again, summary(patron)) == (1, 0, ("suspended", MAY_1, "损坏图书"))
    assert AuditRow.objects.filter(act="free_by_machine").count() == 1
    with pytest.raises(NotAllowed):
        free_by_machine(patron_id=patron.id, at=AT, desk=machine(desk, Role.MACHINE))
    close_patron(patron_id=patron.id, reason="迁居", at=AT, desk=desk)
    with pytest.raises(PatronRefused):
        free_by_machine(patron_id=patron.id, at=AT, desk=gate)


@pytest.mark.usefixtures("fresh_database")
def test_two_desks_that_restrict_at_once_both_count() -> None:
    install_default_categories()
    desk = make_desk(make_branch("ZG"))
    patron_id = register_patron(application=adult(desk.branch_id), at=AT, desk=desk).patron_id
    gate = Barrier(2)

    def suspend(until: date) -> None:
        try:
            gate.wait(timeout=10)
            suspend_patron(patron_id=patron_id, reason="多次逾期", until=until, at=AT, desk=desk)
        finally:
            connections.close_all()

    threads = [Thread(target=suspend, args=(until,)) for until in (MAY_1, MAY_9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)

    row = Patron.objects.get(id=patron_id)
    assert (row.status, row.suspended_until, row.version) == ("suspended", MAY_9, 3)
    assert [list(broken_rows(rule)) for rule in sql.INVARIANTS] == [[] for _ in sql.INVARIANTS]
