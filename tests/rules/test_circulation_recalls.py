"""When a recalled loan falls due, and which one is recalled."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from wenyuan.kernel.opening import Closure, Hours, OpeningCalendar, WeeklyHours, end_of_local_day
from wenyuan.lending.circulation.facts import ItemOfBib, LoanOfTitle, WaitingHold
from wenyuan.lending.circulation.policies import Policy
from wenyuan.lending.circulation.rules import Recall, due_of_base, due_of_loan, due_of_recall, loan_to_recall

SHANGHAI = ZoneInfo("Asia/Shanghai")
LENT = date(2026, 4, 1)
EVERY_DAY = OpeningCalendar()
TUESDAY_TO_SUNDAY = WeeklyHours.by_weekday(dict.fromkeys(range(1, 7), (Hours(time(9), time(17)),)))
SHUT_IN_MAY = OpeningCalendar(
    weekly=[TUESDAY_TO_SUNDAY], closures=[Closure(date(2026, 5, 1), date(2026, 5, 12), id=1, spread_days=3)]
)


def policy(**kinds: object) -> Policy:
    return Policy(row_id=1, **{"loan_days": 30, "renewal_days": 30, **kinds})  # type: ignore[arg-type] # shorthand


def loan(number: int = 1, *, due: date = date(2026, 5, 1), lent: date = LENT, base: date | None = None) -> LoanOfTitle:
    at = datetime.combine(lent, time(10), SHANGHAI)
    item = ItemOfBib(number, 1, 1, "on_loan", "ok", "yes")
    return LoanOfTitle(number, 7, 1, 1, at, base or due, end_of_local_day(due, SHANGHAI), None, item)


@given(
    days=st.integers(0, 60),
    guaranteed=st.integers(0, 60),
    within=st.integers(0, 60),
    after=st.integers(0, 60),
    calendar=st.sampled_from([EVERY_DAY, OpeningCalendar(weekly=[TUESDAY_TO_SUNDAY]), SHUT_IN_MAY]),
)
def test_a_recall_is_neither_before_what_is_guaranteed_nor_after_what_it_was_and_a_second_finds_nothing(
    days: int, guaranteed: int, within: int, after: int, calendar: OpeningCalendar
) -> None:
    rule = policy(loan_days=days, recall_days=within, guaranteed_days=guaranteed)
    lent = due_of_loan(rule, today=LENT, calendar=calendar, zone=SHANGHAI, reader=7)
    out = loan(due=lent.day, base=lent.base)
    today = LENT + timedelta(days=after)

    due = due_of_recall(rule, out, today=today, calendar=calendar, zone=SHANGHAI)

    if due is None:
        return
    assert due.at < out.due_at
    assert due.base >= max(LENT + timedelta(days=guaranteed), today + timedelta(days=within))
    assert due == due_of_base(due.base, calendar=calendar, zone=SHANGHAI, reader=7), "closures move it as any other"
    again = out._replace(base_due_date=due.base, due_at=due.at)
    assert due_of_recall(rule, again, today=today, calendar=calendar, zone=SHANGHAI) is None


def test_nothing_is_recalled_where_no_length_is_stated() -> None:
    for rule in (None, policy(), policy(guaranteed_days=3)):
        assert due_of_recall(rule, loan(), today=LENT, calendar=EVERY_DAY, zone=SHANGHAI) is None


def recall(one: LoanOfTitle, day: date) -> Recall:
    return Recall(one, due_of_base(day, calendar=EVERY_DAY, zone=SHANGHAI, reader=7))


def chosen(recallable: list[Recall], loans: list[LoanOfTitle], *, holds: int, free: int = 0) -> int | None:
    found = loan_to_recall(
        recallable,
        loans,
        waiting=[WaitingHold(None, 1)] * holds,
        free_homes=[1] * free,
        lends=lambda pickup, home: True,
        at=datetime(2026, 4, 10, tzinfo=UTC),
    )
    return found.loan.id if found else None


def test_the_loan_that_is_back_first_is_chosen_and_of_equals_the_one_lent_longest() -> None:
    old, new, soon = loan(1, lent=LENT - timedelta(days=9)), loan(2), loan(3, lent=LENT + timedelta(days=2))
    equal = [recall(new, date(2026, 4, 20)), recall(old, date(2026, 4, 20))]

    assert chosen(equal, [old, new, soon], holds=1) == 1
    assert chosen([*equal, recall(soon, date(2026, 4, 18))], [old, new, soon], holds=1) == 3


def test_no_loan_is_recalled_for_what_comes_by_then_and_an_overdue_one_is_not_counted_upon() -> None:
    out, early, overdue = loan(1), loan(2, due=date(2026, 4, 20)), loan(3, due=date(2026, 4, 9))
    asked = [recall(out, date(2026, 4, 20))]

    assert chosen(asked, [out, early], holds=1) is None
    assert chosen(asked, [out, early], holds=2) == 1
    assert chosen(asked, [out, early], holds=2, free=1) is None
    assert chosen(asked, [out, overdue], holds=1) == 1
    assert chosen([], [out, overdue], holds=1) is None
