"""What stands on a day (docs/specs/daybook.md D19, work-summary.md S-16): states, places and the ordinary week."""

from datetime import UTC, date, datetime

import pytest

from tests.factories.accounts import make_desk
from tests.factories.daybook import make_draft, make_record
from tests.factories.network import make_branch, make_group, make_hours
from wenyuan.office.daybook.data import RecordKind, RecordReason, RecordRefused, StateCode
from wenyuan.office.daybook.operations import approve_record, enter_record, withdraw_record
from wenyuan.office.figures.data import NetworkCode, StandingCode, UnknownBranch
from wenyuan.office.figures.queries import standing_of
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.network.queries import network_map

AT = datetime(2026, 7, 7, 2, 0, tzinfo=UTC)


@pytest.fixture
def centre(db: None) -> Branch:
    return make_branch("ZG", kind="central")


def stated(branch: Branch, day: date, seats: int, *, approved: bool = True, title: str = "座席") -> int:
    draft = make_draft(branch, day, title, kind=RecordKind.STATE, base={"state": "seats", "standing": seats})
    return make_record(draft, branch, at=AT, approved=approved).id


def values(code: StandingCode, on: date, branch: str | None = None) -> list[int]:
    return [row.value for row in standing_of(code, on=on, branch=branch)]


def test_a_state_holds_from_its_day_until_another_is_stated_d19(centre: Branch) -> None:
    stated(centre, date(2026, 1, 10), 120)
    stated(centre, date(2026, 5, 1), 150)
    stated(centre, date(2026, 6, 1), 990, approved=False)

    found = [values(StateCode.SEATS, day) for day in (date(2026, 1, 9), date(2026, 1, 10), date(2026, 6, 30))]

    assert found == [[], [120], [150]]
    assert not Entry.objects.filter(source="daybook").exists()


def test_branches_are_added_up_as_they_stood_and_one_that_has_closed_is_left_out_d19(centre: Branch) -> None:
    east = make_branch("E", parent=centre)
    gone = make_branch("G", parent=centre, closed_date=date(2026, 4, 1))
    for branch, seats in ((centre, 100), (east, 30), (gone, 8)):
        stated(branch, date(2026, 1, 10), seats)

    assert values(StateCode.SEATS, date(2026, 3, 31)) == [30, 8, 100]
    assert values(StateCode.SEATS, date(2026, 4, 1)) == [30, 100]
    assert values(StateCode.SEATS, date(2026, 4, 1), "E") == [30]
    assert values(StateCode.STAFF, date(2026, 4, 1)) == []


def test_of_a_state_a_branch_has_one_a_day_whatever_it_is_called_d19(centre: Branch) -> None:
    day = date(2026, 5, 1)
    row_id = stated(centre, day, 120)
    again = make_draft(centre, day, "另一题名", kind=RecordKind.STATE, base={"state": "seats", "standing": 9})
    other = make_draft(centre, day, "座席", kind=RecordKind.STATE, base={"state": "staff", "standing": 0})

    with pytest.raises(RecordRefused) as refused:
        enter_record(draft=again, at=AT, desk=make_desk(centre, role=Role.OUTREACH))
    enter_record(draft=other, at=AT, desk=make_desk(centre, role=Role.OUTREACH))

    assert (refused.value.reasons, refused.value.row_id) == ((RecordReason.ALREADY_RECORDED,), row_id)


def test_what_is_withdrawn_gives_way_to_what_was_stated_before_d19(centre: Branch) -> None:
    stated(centre, date(2026, 1, 10), 120)
    slip = stated(centre, date(2026, 5, 1), 1_500)

    gone = withdraw_record(row_id=slip, reason="误录", at=AT, desk=make_desk(centre, role=Role.OUTREACH)).record
    approve_record(row_id=gone.id, at=AT, desk=make_desk(centre, role=Role.DIRECTOR))

    assert values(StateCode.SEATS, date(2026, 6, 30)) == [120]


def test_places_are_those_that_stand_below_and_share_lending_on_the_day_s16(centre: Branch) -> None:
    east = make_branch("E", parent=centre)
    make_branch("W", parent=centre, opened_date=date(2026, 5, 1))
    make_branch("S1", kind="station", parent=east)
    make_group("TJ", [centre, east], from_date=date(2026, 3, 1))

    def counts(on: date, branch: str | None) -> tuple[int, ...]:
        codes = (NetworkCode.TOWN_BRANCHES, NetworkCode.SHARING, NetworkCode.STATIONS)
        return tuple(len(values(code, on, branch)) for code in codes)

    assert counts(date(2026, 2, 1), None) == (1, 0, 1)
    assert counts(date(2026, 5, 1), "ZG") == (2, 1, 1)
    assert counts(date(2026, 5, 1), "E") == (0, 0, 1)
    with pytest.raises(UnknownBranch):
        standing_of(NetworkCode.STATIONS, on=date(2026, 5, 1), branch="XX")


def test_the_ordinary_week_is_read_past_closures_and_from_the_row_in_force(centre: Branch) -> None:
    make_hours(centre, weekdays=(0, 1), end_date=date(2026, 3, 1))
    make_hours(centre, weekdays=range(7), from_date=date(2026, 3, 1))
    calendar = network_map().calendar(centre.id)

    weeks = [calendar.ordinary_week(day) for day in (date(2026, 2, 28), date(2026, 3, 1), date(2009, 1, 1))]

    assert [sum(span.minutes for spans in week for span in spans) for week in weeks] == [960, 3_360, 0]
