"""An epidemic shuts every branch on an evening, nobody knows for how long.

Extended twice, two branches open again earlier, one had never closed; readers come back over several days, nobody is
late for a closed day, and in the end all is taken back. 23 April 2026 is a Thursday; every branch is closed on Mondays.
"""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.factories.accounts import make_desk
from tests.factories.circulation import District, make_district
from tests.factories.many_loans import lend_many
from tests.factories.network import make_branch, make_hours
from wenyuan.lending.circulation import closing
from wenyuan.lending.circulation.models import Loan
from wenyuan.lending.circulation.operations import checkin
from wenyuan.lending.circulation.queries import is_after_reopening
from wenyuan.lending.circulation.sql import INVARIANTS
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.delivery import deliver
from wenyuan.organisation.network.data import OpenDays
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.network.operations import (
    announce_closure,
    draft_closure,
    end_closure,
    end_notice,
    sign_closure,
    withdraw_closure,
    withdraw_notice,
)
from wenyuan.organisation.network.queries import closures_of_notice, list_announcements, open_days
from wenyuan.organisation.network.seams import touched_by_closure
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.invariants import broken_rows

pytestmark = pytest.mark.usefixtures("db")


def evening(month: int, day: int) -> datetime:
    """Eight in the evening in Shanghai."""
    return datetime(2026, month, day, 12, tzinfo=UTC)


def follow(at: datetime) -> None:
    while deliver(at=at):
        continue
    closing.follow_closures(now=lambda: at)


def due(branch: Branch) -> Counter[str]:
    """How many loans of the branch fall due on which day."""
    days = Loan.objects.filter(branch=branch, returned_at=None).values_list("due_at", flat=True)
    return Counter(f"{local_date(day):%m-%d}" for day in days)


def test_closed_by_an_epidemic() -> None:
    town: District = make_district()
    village = make_branch("V", kind="rural_bookhouse", parent=town.south)
    make_hours(village)
    branches = (town.central, town.children, town.south, village)
    director = make_desk(town.central, role=Role.DIRECTOR, everywhere=True)
    lent = {
        branch.id: lend_many(branch, director, count=count, readers=count // 2, first=date(2026, 4, 21), days=10)
        for branch, count in zip(branches, (60, 20, 10, 10), strict=True)
    }
    ordinary = {branch.id: due(branch) for branch in branches}

    # The evening of 23 April: drafted, looked at, signed and told.
    notice = draft_closure(
        scope="network",
        first_date=date(2026, 4, 24),
        last_date=None,
        reason="疫情防控",
        most_a_day=20,
        at=evening(4, 23),
        desk=director,
    )
    touched = touched_by_closure(frozenset(branch.id for branch in branches), date(2026, 4, 24), None)
    ids = sign_closure(notice_id=notice, at=evening(4, 23), desk=director)
    announce_closure(notice_id=notice, channel="wechat", count=8200, at=evening(4, 23), desk=director)
    follow(evening(4, 23))

    assert len(ids) == 4
    assert {tie.what: tie.count for tie in touched}["loans_due"] == 70
    at_first = due(town.central)
    assert sum(at_first[day] for day in ("04-21", "04-22", "04-23")) == 18  # before it: they stay
    assert sum(at_first.values()) - 18 == 42
    assert min(day for day in at_first if day > "04-23") == "05-19"  # behind the horizon, 17 May, and a Monday
    assert max(count for day, count in at_first.items() if day > "04-23") <= 20
    assert due(town.children)["05-19"] == 14
    assert is_after_reopening(branch_id=town.children.id, due=date(2026, 5, 19))

    # The village was never shut: withdrawn for it alone, and its loans are what they were.
    of = {one.branch_id: one.id for one in closures_of_notice(notice)}
    withdraw_closure(closure_id=of[village.id], at=evening(4, 25), desk=director)
    follow(evening(4, 25))
    assert due(village) == ordinary[village.id]

    # A month goes by: the nights move the dates on.
    closing.roll_forward(at=evening(5, 12))
    follow(evening(5, 12))
    assert due(town.children) == Counter({"04-21": 2, "04-22": 2, "04-23": 2, "06-09": 14})

    # An end is in sight, and is put off twice; the children's and the southern branch open earlier.
    for at, last in ((evening(5, 13), 24), (evening(5, 20), 31)):
        end_notice(notice_id=notice, last_date=date(2026, 5, last), at=at, desk=director)
        follow(at)
    for branch in (town.children, town.south):
        end_closure(closure_id=of[branch.id], last_date=date(2026, 5, 21), at=evening(5, 20), desk=director)
    end_notice(notice_id=notice, last_date=date(2026, 6, 7), at=evening(5, 21), desk=director)
    follow(evening(5, 21))

    assert due(town.children) == Counter({"04-21": 2, "04-22": 2, "04-23": 2, "05-22": 14})
    assert due(town.south)["05-22"] == 7
    central = due(town.central)
    assert min(day for day in central if day > "04-23") == "06-09"
    assert max(count for day, count in central.items() if day > "04-23") <= 20
    assert not is_after_reopening(branch_id=town.central.id, due=date(2026, 6, 9))

    # Who comes back on the first morning is not late; who was late before has no closed day counted.
    first_morning = datetime(2026, 6, 9, 2, tzinfo=UTC)
    numbers = {loan: number + 1 for number, loan in enumerate(lent[town.central.id])}
    days_late = {
        f"{base:%m-%d}": checkin(item=f"C-{numbers[loan]}", at=first_morning, desk=town.at_central).days_overdue
        for loan, base in Loan.objects.filter(id__in=lent[town.central.id][:10]).values_list("id", "base_due_date")
    }
    assert days_late == {
        "04-21": 3,  # 22 and 23 April, and the day of return
        "04-22": 2,
        "04-23": 1,
        **{f"04-{day}": 0 for day in range(24, 31)},
    }

    # 开放天数 of the second quarter: closed days are gone, the village's are not.
    days = open_days([town.central.id, town.children.id, village.id], date(2026, 4, 1), date(2026, 6, 30))
    assert days == {
        town.central.id: OpenDays(39, 39, 0),
        town.children.id: OpenDays(54, 24, 0),
        village.id: OpenDays(78, 0, 0),
    }

    # All of it taken back: every date is the ordinary one, and the page knows who had been told.
    withdraw_notice(notice_id=notice, at=evening(6, 10), desk=director)
    follow(evening(6, 10))
    assert due(town.children) == ordinary[town.children.id]
    assert [(one.channel, one.count) for one in list_announcements(notice)] == [("wechat", 8200)]
    assert [broken_rows(rule) for rule in INVARIANTS] == [[]] * len(INVARIANTS)
    assert closing.work_a_little(at=evening(6, 10) + timedelta(hours=1)) is False
