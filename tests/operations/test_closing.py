"""Due dates follow closures: signed late, extended, withdrawn, in any order, beside lending, killed or run twice."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_bib, make_item
from tests.factories.circulation import District, make_district
from tests.factories.many_loans import lend_many
from tests.factories.network import make_closure
from tests.factories.patrons import make_patron
from wenyuan.kernel.opening import OpeningCalendar
from wenyuan.lending.circulation import closing
from wenyuan.lending.circulation.models import ClosureRun, Hold, Loan, LoanPolicy
from wenyuan.lending.circulation.operations import Refused, checkin, checkout, place_hold, renew
from wenyuan.lending.circulation.queries import closure_progress, is_after_reopening, patron_loans
from wenyuan.lending.circulation.sql import INVARIANTS
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.journal.delivery import deliver
from wenyuan.organisation.journal.models import Entry, Stuck
from wenyuan.organisation.network.models import Branch, Closure
from wenyuan.organisation.network.operations import (
    declare_closure,
    draft_closure,
    end_closure,
    end_notice,
    sign_closure,
    withdraw_closure,
)
from wenyuan.organisation.network.seams import Tie, touched_by_closure
from wenyuan.organisation.rights.data import Desk
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.invariants import broken_rows

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def may(day: int) -> date:
    return date(2026, 5, day)  # 1 May 2026 is a Friday; Mondays (4, 11, 18, 25) are closed


@pytest.fixture
def director(district: District) -> Desk:
    return make_desk(district.central, role=Role.DIRECTOR, everywhere=True)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of seven loans."""
    monkeypatch.setattr(closing, "CHUNK", 7)


def follow(at: datetime = AT) -> None:
    """What the worker does: bring the entries to their followers, then work until nothing is left."""
    while deliver(at=at):
        continue
    closing.follow_closures(now=lambda: at)


def due_days(branch: Branch) -> list[date]:
    return [
        local_date(due) for due in Loan.objects.filter(branch=branch).order_by("id").values_list("due_at", flat=True)
    ]


def declare(branch: Branch, first: date, last: date | None, desk: Desk, *, most_a_day: int | None = None) -> int:
    """A signed closure of one branch; gives the closure's id."""
    notice_id = draft_closure(
        scope="branch",
        branch_id=branch.id,
        first_date=first,
        last_date=last,
        reason="停电",
        most_a_day=most_a_day,
        at=AT,
        desk=desk,
    )
    return sign_closure(notice_id=notice_id, at=AT, desk=desk)[0]


def test_loans_due_in_a_closure_move_behind_it_and_others_stay(district: District, director: Desk, few: None) -> None:
    lend_many(district.central, director, count=20, readers=20, first=may(5), days=10)
    lend_many(district.south, director, count=3, readers=3, first=may(8), days=1)

    declare(district.central, may(7), may(9), director)
    follow()

    assert Counter(due_days(district.central)) == Counter(
        {may(5): 2, may(6): 2, may(10): 8, may(11): 2, may(12): 2, may(13): 2, may(14): 2}
    )
    assert due_days(district.south) == [may(8)] * 3
    assert [row.quantity for row in Entry.objects.filter(kind=Kind.DUE_DATES_MOVED).order_by("id")] == [3, 2, 1]
    run = ClosureRun.objects.get()
    assert (run.state, run.total, run.looked, run.moved, run.finished_at) == ("done", 20, 20, 6, AT)
    assert not Stuck.objects.exists()


def test_readers_are_spread_under_the_limit_and_the_width_is_kept(district: District, director: Desk) -> None:
    lend_many(district.central, director, count=60, readers=30, first=may(8), days=2)

    closure = declare(district.central, may(8), may(9), director, most_a_day=20)
    follow()

    by_day = Counter(due_days(district.central))
    assert Closure.objects.get(id=closure).spread_days == len(by_day)
    assert max(by_day.values()) <= 20
    assert set(by_day) <= {may(10), may(12), may(13), may(14), may(15)}
    days_of_reader = Loan.objects.values_list("patron_id", "due_at").distinct()
    assert len(days_of_reader) == 30


def test_declared_late_it_lifts_what_was_overdue(district: District, director: Desk) -> None:
    lend_many(district.central, director, count=2, readers=2, first=date(2026, 4, 19), days=2)
    late = datetime(2026, 4, 29, 2, 30, tzinfo=UTC)

    declare(district.central, date(2026, 4, 20), date(2026, 4, 28), director)
    follow(at=late)
    first, second = (checkin(item=f"C-{number}", at=late, desk=district.at_central) for number in (1, 2))

    assert first.days_overdue == 1  # due on Sunday the 19th: only the day of return was open
    assert second.days_overdue == 0  # due on the first day shut, now on the day of return


def test_a_return_between_signing_and_moving_counts_by_the_date_it_will_get(district: District, director: Desk) -> None:
    lend_many(district.central, director, count=40, readers=40, first=date(2026, 4, 21), days=1)
    declare(district.central, date(2026, 4, 21), date(2026, 4, 22), director)
    Closure.objects.update(spread_days=40)
    back = datetime(2026, 5, 9, 2, 30, tzinfo=UTC)

    days = [checkin(item=f"C-{number}", at=back, desk=district.at_central).days_overdue for number in range(1, 41)]

    assert min(days) == 0
    assert 5 < len(set(days)) <= max(days) + 1 <= 15  # by the date that stands on the loan it would be 15 for all


def test_without_a_last_day_loans_roll_forward_and_read_after_reopening(district: District, director: Desk) -> None:
    lend_many(district.central, director, count=2, readers=1, first=date(2026, 4, 30), days=1)
    reader = Loan.objects.filter(branch=district.central)[0].patron_id
    declare(district.central, date(2026, 4, 24), None, director)
    follow()

    before = due_days(district.central)
    flagged = patron_loans(patron_id=reader or 0, branch_id=district.central.id, at=AT)
    closing.roll_forward(at=AT + 6 * DAY)
    follow(at=AT + 6 * DAY)
    after = due_days(district.central)

    assert before == [may(19), may(19)]  # behind Sunday the 17th; the 18th is a Monday
    assert after == [date(2026, 5, 26)] * 2
    assert flagged is not None
    assert [loan.after_reopening for loan in flagged.loans] == [True, True]
    assert is_after_reopening(branch_id=district.central.id, due=may(19))
    assert not is_after_reopening(branch_id=district.south.id, due=may(19))


def test_the_nightly_run_changes_nothing_twice_and_rests_when_all_is_open(district: District, director: Desk) -> None:
    closing.roll_forward(at=AT)
    idle = ClosureRun.objects.count()
    lend_many(district.central, director, count=3, readers=1, first=may(8), days=1)
    declare(district.central, may(7), None, director)
    follow()
    moved = due_days(district.central)

    for _ in range(2):
        closing.roll_forward(at=AT)
        follow()

    assert idle == 0
    assert due_days(district.central) == moved
    assert list(ClosureRun.objects.order_by("id").values_list("moved", flat=True)) == [3, 0, 0]


def test_the_nightly_run_rests_where_a_closure_is_known_for_days_and_has_its_end(
    district: District, director: Desk
) -> None:
    lend_many(district.central, director, count=2, readers=1, first=may(8), days=1)
    declare(district.central, may(7), may(9), director)
    follow()
    runs = ClosureRun.objects.count()

    for days in (8, 9, 20):
        closing.roll_forward(at=AT + days * DAY)

    assert ClosureRun.objects.count() == runs


def test_the_nightly_run_puts_right_a_loan_that_slipped_through(district: District, director: Desk) -> None:
    declare(district.central, may(7), may(9), director)
    follow()
    lend_many(district.central, director, count=1, readers=1, first=may(8), days=1)  # by a desk that was held up

    closing.roll_forward(at=AT)
    follow()

    assert due_days(district.central) == [may(10)]


def test_withdrawn_all_dates_are_those_before(district: District, director: Desk) -> None:
    lend_many(district.central, director, count=30, readers=9, first=may(1), days=30)
    before = due_days(district.central)
    closure = declare(district.central, may(3), None, director, most_a_day=2)
    follow()
    during = due_days(district.central)

    withdraw_closure(closure_id=closure, at=AT, desk=director)
    follow()

    assert during != before
    assert due_days(district.central) == before


ACTS = st.lists(
    st.tuples(st.integers(0, 40), st.none() | st.integers(0, 25), st.none() | st.integers(1, 4), st.booleans()),
    min_size=1,
    max_size=4,
)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(ACTS, st.randoms(use_true_random=False))
def test_any_order_of_acts_ends_like_the_final_set(
    district: District, director: Desk, acts: list[tuple[int, int | None, int | None, bool]], dice: object
) -> None:
    """Each act: a first day, a length or none, a limit, and whether it is withdrawn in the end."""
    _clean(district)
    lend_many(district.central, director, count=40, readers=11, first=may(1), days=40)
    wanted = [
        (may(1) + first * DAY, None if length is None else may(1) + (first + length) * DAY, most)
        for first, length, most, gone in acts
        if not gone
    ]

    _act_in_a_strange_order(district.central, director, acts, dice)
    in_the_end = due_days(district.central)
    _clean(district, loans=False)
    for first, last, most in wanted:
        declare(district.central, first, last, director, most_a_day=most)
    follow()

    assert due_days(district.central) == in_the_end


def _clean(district: District, *, loans: bool = True) -> None:
    Closure.objects.all().delete()
    if loans:
        Loan.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM catalogue_item")
        return
    closing.ask_for_run([district.central.id], [], at=AT)
    follow()


def _act_in_a_strange_order(
    branch: Branch, desk: Desk, acts: list[tuple[int, int | None, int | None, bool]], dice: object
) -> None:
    """Declared with a wrong last day, put right later, some withdrawn in between; followed now and then."""
    steps: list[tuple[str, int]] = []
    for number in range(len(acts)):
        steps += [("declare", number), ("end", number)]
        if acts[number][3]:
            steps.append(("withdraw", number))
    dice.shuffle(steps)  # type: ignore[attr-defined] # a Random
    ids: dict[int, int] = {}
    gone: set[int] = set()
    for _ in range(3):  # an act whose turn has not come waits for the next round
        for what, number in steps:
            first, length, most, _withdrawn = acts[number]
            begin = may(1) + first * DAY
            if what == "declare" and number not in ids:
                ids[number] = declare(branch, begin, begin + 3 * DAY, desk, most_a_day=most)
            elif what == "end" and number in ids and number not in gone:
                last = None if length is None else begin + length * DAY
                if Closure.objects.get(id=ids[number]).last_date != last:
                    end_closure(closure_id=ids[number], last_date=last, at=AT, desk=desk)
            elif what == "withdraw" and number in ids and number not in gone:
                withdraw_closure(closure_id=ids[number], at=AT, desk=desk)
                gone.add(number)
            if dice.random() < 0.3:  # type: ignore[attr-defined]
                follow()
    follow()


def test_a_notice_extended_leaves_the_branch_with_its_own_end(district: District, director: Desk) -> None:
    for branch in (district.central, district.children):
        lend_many(branch, director, count=2, readers=2, first=may(8), days=1)
    notice_id = draft_closure(
        scope="network", first_date=may(7), last_date=may(9), reason="防疫", most_a_day=None, at=AT, desk=director
    )
    ids = sign_closure(notice_id=notice_id, at=AT, desk=director)
    of_children = Closure.objects.get(id__in=ids, branch=district.children).id

    end_closure(closure_id=of_children, last_date=may(8), at=AT, desk=director)
    end_notice(notice_id=notice_id, last_date=may(20), at=AT, desk=director)
    follow()

    assert due_days(district.central) == [may(21)] * 2
    assert due_days(district.children) == [may(9)] * 2
    progress = closure_progress(ids)
    assert progress is not None
    assert (progress.total, progress.is_done) == (4, True)


def test_a_checkout_after_signing_uses_the_new_calendar_at_once(district: District, director: Desk) -> None:
    reader = make_patron(card="P1", home=district.central)
    make_item(barcode="I1", home=district.central)
    declare(district.central, date(2026, 5, 20), date(2026, 5, 24), director)
    Closure.objects.update(spread_days=5)

    receipt = checkout(item="I1", card="P1", at=AT, desk=district.at_central)
    before = Loan.objects.get()
    ClosureRun.objects.all().delete()
    follow()

    assert receipt.due_date in {date(2026, 5, day) for day in (26, 27, 28, 29, 30)}
    assert (before.base_due_date, before.patron_id) == (date(2026, 5, 23), reader.id)


def test_a_renewal_that_the_closure_has_given_already_gains_nothing_and_costs_none(
    district: District, director: Desk
) -> None:
    lend_many(district.central, director, count=1, readers=1, first=may(1), days=1)
    declare(district.central, date(2026, 4, 24), date(2026, 5, 31), director)
    follow()

    with pytest.raises(Refused) as refused:
        renew(item="C-1", at=AT + 5 * DAY, desk=district.at_central)
    in_june = renew(item="C-1", at=AT + 40 * DAY, desk=district.at_central)

    assert [block.code.value for block in refused.value.blocks] == ["renewal_gains_nothing"]
    assert due_days(district.central) == [date(2026, 7, 2)] == [in_june.due_date]
    assert Loan.objects.get().base_due_date == date(2026, 7, 2)


def test_a_loan_renewed_after_a_chunk_read_it_keeps_its_new_date(
    district: District, director: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    lend_many(district.central, director, count=2, readers=2, first=may(8), days=1)
    declare(district.central, may(7), may(9), director)
    place = closing._place

    def renewed_meanwhile(loans: list[tuple[int, int, date, datetime]], calendar: OpeningCalendar) -> int:
        renew(item="C-1", at=AT, desk=district.at_central)
        checkin(item="C-2", at=AT, desk=district.at_central)
        return place(loans, calendar)

    monkeypatch.setattr(closing, "_place", renewed_meanwhile)
    follow()

    assert due_days(district.central) == [date(2026, 5, 23), may(8)]
    assert ClosureRun.objects.get().moved == 0


def test_what_hangs_on_a_branch_is_moved_with_its_last_chunk(district: District, director: Desk, few: None) -> None:
    called: list[tuple[int, date | None]] = []

    def shelf(branch_id: int, calendar: OpeningCalendar, _at: datetime) -> int:
        called.append((branch_id, calendar.next_open_date(may(7), inclusive=True)))
        return 1

    closing.with_each_branch(shelf)
    try:
        lend_many(district.central, director, count=10, readers=1, first=may(8), days=1)
        declare(district.central, may(7), may(9), director)
        follow()
    finally:
        closing._movers.remove(shelf)

    assert called == [(district.central.id, may(10))]


def test_what_waits_on_the_hold_shelf_is_kept_for_as_many_open_days(district: District, director: Desk) -> None:
    bib = make_bib()
    make_item(barcode="H1", home=district.central, bib=bib)
    make_patron(card="P1", home=district.central)
    place_hold(bib_id=bib.id, card="P1", pickup_branch_id=district.central.id, at=AT, desk=district.at_central)
    checkin(item="H1", at=AT, desk=district.at_central)
    before = Hold.objects.get()
    closure = declare(district.central, date(2026, 4, 24), date(2026, 4, 30), director)
    follow()
    during = Hold.objects.get()

    end_closure(closure_id=closure, last_date=None, at=AT, desk=director)
    follow()
    without_end = Hold.objects.get().shelf_until
    withdraw_closure(closure_id=closure, at=AT, desk=director)
    follow()

    days = (before.shelf_until, during.shelf_until, without_end, Hold.objects.get().shelf_until)
    assert days == (may(1), may(8), may(26), may(1))
    assert during.version == before.version + 1


def test_acts_while_a_run_waits_join_it_and_later_ones_wait_for_another(district: District, director: Desk) -> None:
    declare_closure(
        branch_id=district.central.id,
        first_date=may(7),
        last_date=may(9),
        reason="停电",
        with_subtree=True,
        at=AT,
        desk=director,
    )
    deliver(at=AT)
    closing.work_a_little(at=AT)
    declare(district.south, may(14), may(15), director)
    deliver(at=AT)

    assert [(run.state, len(run.branch_ids)) for run in ClosureRun.objects.order_by("id")] == [
        ("measuring", 3),
        ("waiting", 1),
    ]


def test_an_entry_delivered_twice_asks_once(district: District, director: Desk) -> None:
    declare(district.central, may(7), may(9), director)
    entry = Entry.objects.get(kind=Kind.CLOSURE_DECLARED)

    for _ in range(2):
        closing.follow_closure(entry.id)

    assert [run.branch_ids for run in ClosureRun.objects.all()] == [[district.central.id]]


def test_a_preview_counts_loans_and_readers(district: District, director: Desk) -> None:
    lend_many(district.central, director, count=9, readers=2, first=may(7), days=3)

    touched = touched_by_closure(frozenset({district.central.id}), may(7), may(8))

    assert set(touched) == {Tie("loans_due", 6), Tie("readers_due", 2)}


@pytest.fixture
def committed(fresh_database: str) -> District:
    LoanPolicy.objects.all().delete()
    return make_district()


def test_two_workers_share_a_run_and_nothing_is_done_twice(
    committed: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing, "CHUNK", 20)
    director = make_desk(committed.central, role=Role.DIRECTOR, everywhere=True)
    lend_many(committed.central, director, count=400, readers=50, first=may(7), days=3)
    declare(committed.central, may(7), may(9), director)
    deliver(at=AT)

    def work(_: int) -> None:
        try:
            for _round in range(200):
                if not closing.work_a_little(at=AT) and ClosureRun.objects.filter(state="done").exists():
                    return
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))

    run = ClosureRun.objects.get()
    assert (run.state, run.looked, run.moved) == ("done", 400, 400)
    assert set(due_days(committed.central)) == {may(10)}
    assert [broken_rows(one) for one in INVARIANTS] == [[]] * len(INVARIANTS)


def test_a_chunk_that_fails_leaves_its_position_and_its_loans(
    committed: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing, "CHUNK", 20)
    director = make_desk(committed.central, role=Role.DIRECTOR, everywhere=True)
    lend_many(committed.central, director, count=50, readers=50, first=may(8), days=1)
    make_closure(committed.central, may(7), may(9))
    with_first_chunk = iter([None, None])

    def fail(*_: object) -> None:
        if next(with_first_chunk, "over") == "over":
            raise ZeroDivisionError

    monkeypatch.setattr(closing, "_note", fail)
    _ask(committed.central)
    with pytest.raises(ZeroDivisionError):
        closing.follow_closures(now=lambda: AT)

    assert ClosureRun.objects.get().looked == 40
    assert Counter(due_days(committed.central)) == {may(10): 40, may(8): 10}


def _ask(branch: Branch) -> None:
    with transaction.atomic():
        closing.ask_for_run([branch.id], [], at=AT)
