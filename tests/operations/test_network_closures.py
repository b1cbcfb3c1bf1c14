"""Closure notices: drafted, signed, extended, ended for one branch, withdrawn, announced; what they shut."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.factories.accounts import make_desk
from tests.factories.network import make_area, make_branch, make_hours, make_library, make_service_point
from wenyuan.kernel.opening import DayKind
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.network import operations, queries
from wenyuan.organisation.network.data import (
    AnnouncementFacts,
    NetworkReason,
    NetworkRefused,
    NoticeState,
    OpenDays,
    Services,
)
from wenyuan.organisation.network.models import Branch, Closure, ClosureNotice
from wenyuan.organisation.network.sql import INVARIANTS
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.invariants import broken_rows

AT = datetime(2026, 4, 23, 1, tzinfo=UTC)
MAY = date(2026, 5, 1)
FIFTH = date(2026, 5, 5)


@pytest.fixture
def branch(db: None) -> Branch:
    return make_branch("C")


@pytest.fixture
def director(branch: Branch) -> Desk:
    return make_desk(branch, role=Role.DIRECTOR, everywhere=True)


def draft(branch: Branch | None, desk: Desk, **changed: Any) -> int:
    values: dict[str, Any] = {
        "scope": "branch" if branch else "network",
        "branch_id": branch.id if branch else None,
        "first_date": MAY,
        "last_date": FIFTH,
        "reason": "停电",
    }
    return operations.draft_closure(**{**values, **changed}, at=AT, desk=desk)


def refusal(act: Callable[[], object]) -> NetworkReason:
    with pytest.raises(NetworkRefused) as refused:
        act()
    return refused.value.reason


def is_open(branch: Branch, day: date) -> bool:
    return queries.network_map().calendar(branch.id).is_open_on(day)


def test_a_draft_shuts_nothing_until_it_is_signed(branch: Branch, director: Desk) -> None:
    notice_id = draft(branch, director)
    before = is_open(branch, MAY)

    ids = operations.sign_closure(notice_id=notice_id, at=AT, desk=director)

    assert before
    assert not is_open(branch, MAY)
    assert is_open(branch, date(2026, 5, 6))
    assert [one.id for one in queries.closures_of_notice(notice_id)] == list(ids)
    assert list(Entry.objects.order_by("id").values_list("kind", flat=True)) == ["closure_drafted", "closure_declared"]
    assert list(AuditRow.objects.order_by("id").values_list("act", flat=True)) == ["draft_closure", "sign_closure"]
    notice = queries.get_notice(notice_id)
    assert notice is not None
    assert (notice.state, notice.signed_by) == (NoticeState.IN_FORCE, director.operator.account_id)


def test_who_keeps_the_calendar_drafts_and_somebody_else_signs(branch: Branch) -> None:
    keeper, director = make_desk(branch, role=Role.KEEPER), make_desk(branch, role=Role.DIRECTOR)
    clerk = make_desk(branch, role=Role.DESK)

    notice_id = draft(branch, keeper)

    with pytest.raises(NotAllowed):
        operations.sign_closure(notice_id=notice_id, at=AT, desk=keeper)
    with pytest.raises(NotAllowed):
        draft(branch, clerk)
    operations.sign_closure(notice_id=notice_id, at=AT, desk=director)
    with pytest.raises(NotAllowed):
        operations.end_notice(notice_id=notice_id, last_date=MAY, at=AT, desk=keeper)
    with pytest.raises(NotAllowed):
        operations.withdraw_notice(notice_id=notice_id, at=AT, desk=keeper)


def test_the_whole_network_needs_the_right_everywhere(branch: Branch, director: Desk) -> None:
    below = make_branch("S", parent=branch)
    make_branch("O", closed_date=date(2020, 1, 1))
    local = make_desk(branch, role=Role.DIRECTOR)

    with pytest.raises(NotAllowed):
        draft(None, local)
    with pytest.raises(NotAllowed):
        draft(branch, local, scope="subtree")
    notice_id = draft(None, director)
    with pytest.raises(NotAllowed):
        operations.sign_closure(notice_id=notice_id, at=AT, desk=local)
    operations.sign_closure(notice_id=notice_id, at=AT, desk=director)

    assert sorted(one.branch_id for one in queries.closures_of_notice(notice_id)) == [branch.id, below.id]


def test_an_area_is_shut_while_its_branch_stays_open(branch: Branch, director: Desk) -> None:
    make_hours(branch)
    area, other = make_area(branch, "A1"), make_area(branch, "A2")

    notice_id = draft(branch, director, scope="area", area_id=area.id)
    operations.sign_closure(notice_id=notice_id, at=AT, desk=director)

    shut, kept = queries.area_calendar(area.id), queries.area_calendar(other.id)
    assert shut is not None
    assert kept is not None
    assert shut.day_status(MAY).kind is DayKind.CLOSURE
    assert kept.day_status(MAY).kind is DayKind.OPEN
    assert is_open(branch, MAY)


def test_a_service_point_or_a_single_service_closes_no_day(branch: Branch, director: Desk) -> None:
    point = make_service_point(branch)

    for values in (
        {"scope": "service_point", "service_point_id": point.id},
        {"shuts": Services(door=False, book_drop=True)},
        {"shuts": Services(door=False, book_drop=False, digital=True)},
    ):
        notice_id = draft(branch, director, **values)
        operations.sign_closure(notice_id=notice_id, at=AT, desk=director)
        notice = queries.get_notice(notice_id)
        assert notice is not None
        assert not notice.closes_days

    assert is_open(branch, MAY)
    assert [one.closes_days for one in queries.list_closures()] == [False] * 3


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"scope": "moon"}, NetworkReason.UNKNOWN_SCOPE),
        ({"scope": "network"}, NetworkReason.UNKNOWN_SCOPE),
        ({"branch_id": None}, NetworkReason.UNKNOWN_SCOPE),
        ({"scope": "area"}, NetworkReason.UNKNOWN_SCOPE),
        ({"scope": "area", "area_id": 999_999}, NetworkReason.UNKNOWN_AREA),
        ({"scope": "service_point", "service_point_id": 999_999}, NetworkReason.UNKNOWN_SERVICE_POINT),
        ({"branch_id": 999_999}, NetworkReason.UNKNOWN_BRANCH),
        ({"first_date": date(2009, 1, 1)}, NetworkReason.BEFORE_OPENING),
        ({"shuts": Services(door=False, book_drop=False)}, NetworkReason.SHUTS_NOTHING),
        ({"reason": " "}, NetworkReason.BAD_VALUE),
        ({"last_date": date(2026, 4, 30)}, NetworkReason.BAD_DATES),
        ({"most_a_day": 0}, NetworkReason.BAD_VALUE),
    ],
)
def test_a_draft_is_refused(branch: Branch, director: Desk, values: dict[str, Any], reason: NetworkReason) -> None:
    assert refusal(lambda: draft(branch, director, **values)) is reason
    assert not ClosureNotice.objects.exists()


def test_each_act_has_its_time(branch: Branch, director: Desk) -> None:
    def acts(notice_id: int) -> list[NetworkReason | None]:
        outcomes: list[NetworkReason | None] = []
        for act in (
            lambda: operations.sign_closure(notice_id=notice_id, at=AT, desk=director),
            lambda: operations.discard_closure(notice_id=notice_id, at=AT, desk=director),
            lambda: operations.end_notice(notice_id=notice_id, last_date=FIFTH, at=AT, desk=director),
            lambda: operations.withdraw_notice(notice_id=notice_id, at=AT, desk=director),
        ):
            try:
                act()
                outcomes.append(None)
            except NetworkRefused as refused:
                outcomes.append(refused.reason)
        return outcomes

    discarded, signed, early = draft(branch, director), draft(branch, director), draft(branch, director)
    operations.discard_closure(notice_id=discarded, at=AT, desk=director)
    operations.sign_closure(notice_id=signed, at=AT, desk=director)

    assert acts(discarded) == [
        NetworkReason.NOT_A_DRAFT,
        NetworkReason.NOT_A_DRAFT,
        NetworkReason.ALREADY_ENDED,
        NetworkReason.ALREADY_ENDED,
    ]
    assert acts(signed) == [NetworkReason.NOT_A_DRAFT, NetworkReason.NOT_A_DRAFT, NetworkReason.NOTHING_CHANGES, None]
    assert refusal(lambda: operations.end_notice(notice_id=early, last_date=MAY, at=AT, desk=director)) is (
        NetworkReason.NOT_SIGNED
    )
    assert acts(999_999) == [NetworkReason.UNKNOWN_CLOSURE] * 4


def test_an_extension_leaves_branches_with_their_own_end_and_withdrawn_ones_alone(
    branch: Branch, director: Desk
) -> None:
    early, spared = make_branch("S1", parent=branch), make_branch("S2", parent=branch)
    notice_id = draft(branch, director, scope="subtree", last_date=None)
    operations.sign_closure(notice_id=notice_id, at=AT, desk=director)
    of = {one.branch_id: one.id for one in queries.closures_of_notice(notice_id)}

    operations.end_closure(closure_id=of[early.id], last_date=date(2026, 5, 3), at=AT, desk=director)
    operations.withdraw_closure(closure_id=of[spared.id], at=AT, desk=director)
    operations.end_notice(notice_id=notice_id, last_date=FIFTH, at=AT, desk=director)

    assert [
        (one.last_date, one.own_end, one.withdrawn_at is not None, one.horizon)
        for one in queries.closures_of_notice(notice_id)
    ] == [
        (FIFTH, False, False, None),
        (date(2026, 5, 3), True, False, None),
        (None, False, True, date(2026, 5, 24)),
    ]
    assert [broken_rows(one) for one in INVARIANTS] == [[]] * len(INVARIANTS)


def test_an_open_end_has_a_horizon_that_is_rolled_forward(branch: Branch, director: Desk) -> None:
    notice_id = draft(branch, director, last_date=None)
    operations.sign_closure(notice_id=notice_id, at=AT, desk=director)
    at_first = Closure.objects.get().horizon

    rolled = [list(operations.roll_horizons(today=day)) for day in (MAY, date(2026, 5, 4), date(2026, 5, 10))]

    assert at_first == date(2026, 5, 24)  # the third week after that of its first day
    assert rolled == [[], [branch.id], []]
    assert Closure.objects.get().horizon == date(2026, 5, 31)


def test_a_closure_that_took_effect_for_a_branch_is_broken_by_a_hand_in_the_tables(
    branch: Branch, director: Desk
) -> None:
    notice_id = draft(branch, director)
    operations.sign_closure(notice_id=notice_id, at=AT, desk=director)

    Closure.objects.update(last_date=MAY)

    rule = next(one for one in INVARIANTS if one.name == "network_closures_follow_their_notice")
    assert broken_rows(rule) == [(Closure.objects.get().id, notice_id)]


def test_who_was_told_is_noted(branch: Branch, director: Desk) -> None:
    notice_id = draft(branch, director)

    operations.announce_closure(notice_id=notice_id, channel="wechat", count=5200, at=AT, desk=director)

    assert queries.list_announcements(notice_id) == (AnnouncementFacts("wechat", 5200, AT),)
    entry = Entry.objects.get(kind="closure_announced")
    assert (entry.persons, entry.details) == (5200, {"channel": "wechat"})
    for values, reason in (
        ({"channel": "smoke"}, NetworkReason.BAD_VALUE),
        ({"count": -1}, NetworkReason.BAD_VALUE),
        ({"notice_id": 999_999}, NetworkReason.UNKNOWN_CLOSURE),
    ):
        call: dict[str, Any] = {"notice_id": notice_id, "channel": "wechat", "count": 1, **values}
        assert refusal(lambda call=call: operations.announce_closure(**call, at=AT, desk=director)) is reason  # type: ignore[misc]
    with pytest.raises(NotAllowed):
        operations.announce_closure(
            notice_id=notice_id, channel="wechat", count=1, at=AT, desk=make_desk(branch, role=Role.DESK)
        )


def test_open_days_leave_out_closed_ones_and_partial_closures_take_none(branch: Branch, director: Desk) -> None:
    make_hours(branch, from_date=date(2026, 4, 6))
    area = make_area(branch)
    silent = make_branch("N", opened_date=date(2026, 4, 20))
    for values in ({"last_date": FIFTH}, {"scope": "area", "area_id": area.id, "first_date": date(2026, 5, 6)}):
        notice_id = draft(
            branch, director, **{**values, "last_date": date(2026, 5, 10)} if "scope" in values else values
        )
        operations.sign_closure(notice_id=notice_id, at=AT, desk=director)

    days = queries.open_days([branch.id, silent.id], date(2026, 4, 1), date(2026, 5, 10))

    # 5 days before the first week; from 6 April on 35 days, 5 Mondays among them, 4 open days taken by the closure
    assert days == {branch.id: OpenDays(26, 4, 5), silent.id: OpenDays(0, 0, 21)}


def test_the_news_of_a_closure_are_one_set_of_facts(branch: Branch, director: Desk) -> None:
    make_library(name_zh="文渊区图书馆")
    make_hours(branch)
    make_branch("S", parent=branch)
    notice_id = draft(branch, director, scope="subtree", last_date=date(2026, 5, 3))

    news = queries.closure_news(notice_id)

    assert news is not None
    assert [place.code for place in news.places] == ["C"]
    assert (news.with_below, news.everywhere, news.part, news.moves_due_dates) == (True, False, None, True)
    assert news.reopens == date(2026, 5, 5)  # the 4th is a Monday
    assert queries.closure_news(999_999) is None


@pytest.mark.parametrize("name", ["sign_closure", "end_notice", "end_closure", "withdraw_notice", "withdraw_closure"])
def test_what_is_in_force_is_changed_by_who_may_sign(name: str) -> None:
    assert getattr(operations, name).needs == frozenset({Act.SIGN_CLOSURE})
