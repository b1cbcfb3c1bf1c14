"""Founding the library and growing its tree: success, every refusal, no half-written change, two at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from threading import Barrier

import pytest
from django.db import connections

from tests.factories.accounts import make_desk
from tests.factories.network import make_branch, make_group, make_library
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.network import operations, seams
from wenyuan.organisation.network.data import NetworkReason, NetworkRefused
from wenyuan.organisation.network.models import Branch, Library, Membership, Placement
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.network.sql import INVARIANTS
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.invariants import all_invariants, broken_rows

AT = datetime(2026, 4, 23, 1, tzinfo=UTC)
MAY = date(2026, 5, 1)


@pytest.fixture
def central(db: None) -> Branch:
    return make_branch("C", kind="central")


@pytest.fixture
def desk(central: Branch) -> Desk:
    return make_desk(central, role=Role.DIRECTOR, everywhere=True)


def refusal(act: Callable[[], object]) -> NetworkReason:
    with pytest.raises(NetworkRefused) as refused:
        act()
    return refused.value.reason


def test_the_library_is_founded_once(desk: Desk) -> None:
    operations.found_library(name_zh=" 文渊区图书馆 ", institution_code="CN-110108-1-NLC", at=AT, desk=desk)

    again = refusal(lambda: operations.found_library(name_zh="另一馆", at=AT, desk=desk))

    assert Library.objects.get().name_zh == "文渊区图书馆"
    assert again is NetworkReason.ALREADY_FOUNDED
    assert AuditRow.objects.filter(act="found_library").count() == 1


def test_the_library_is_described_anew_with_its_former_words_in_the_audit(desk: Desk) -> None:
    make_library(name_zh="旧名")

    operations.describe_library(name_zh="新名", at=AT, desk=desk)

    assert AuditRow.objects.get(act="describe_library").before["name_zh"] == "旧名"
    assert Library.objects.get().name_zh == "新名"


def test_a_branch_opens_below_its_parent(central: Branch, desk: Desk) -> None:
    opened = operations.open_branch(
        code="S1", name_zh="城关分馆", kind="branch", opened_date=MAY, parent_id=central.id, at=AT, desk=desk
    )

    assert network_map().line_above(opened.id, MAY) == (opened.id, central.id)
    assert network_map().parent_of(opened.id, date(2026, 4, 30)) is None
    entry = Entry.objects.get(kind="network_changed")
    assert (entry.branch_id, entry.subject_kind, entry.operator_id) == (opened.id, "branch", desk.operator.account_id)
    assert entry.details == {
        "what": "open_branch",
        "code": "S1",
        "kind": "branch",
        "parent": central.id,
        "opened": "2026-05-01",
    }
    assert AuditRow.objects.get(act="open_branch").branch_id == opened.id


def test_a_bookhouse_older_than_its_parent_is_placed_when_the_parent_opens(central: Branch, desk: Desk) -> None:
    young = make_branch("S1", parent=central, opened_date=date(2020, 1, 1))

    opened = operations.open_branch(
        code="N1",
        name_zh="农家书屋",
        kind="rural_bookhouse",
        opened_date=date(2009, 1, 1),
        parent_id=young.id,
        at=AT,
        desk=desk,
    )

    assert Placement.objects.get(branch_id=opened.id).valid.lower == date(2020, 1, 1)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"code": "c"}, NetworkReason.CODE_TAKEN),
        ({"code": "甲"}, NetworkReason.BAD_CODE),
        ({"code": "X" * 17}, NetworkReason.BAD_CODE),
        ({"kind": "palace"}, NetworkReason.UNKNOWN_KIND),
        ({"name_zh": " "}, NetworkReason.BAD_NAME),
        ({"name_zh": "馆" * 101}, NetworkReason.BAD_NAME),
        ({"name_zh": "城\x00关"}, NetworkReason.BAD_NAME),
        ({"address": "路" * 201}, NetworkReason.BAD_VALUE),
        ({"parent_id": 999_999}, NetworkReason.UNKNOWN_BRANCH),
    ],
)
def test_opening_a_branch_is_refused(desk: Desk, changed: dict[str, object], reason: NetworkReason) -> None:
    values: dict[str, object] = {"code": "S1", "name_zh": "城关分馆", "kind": "branch", "opened_date": MAY}

    found = refusal(lambda: operations.open_branch(**{**values, **changed}, at=AT, desk=desk))  # type: ignore[arg-type]  # a table of cases

    assert found is reason
    assert not Branch.objects.filter(opened_date=MAY).exists()


def test_no_branch_opens_below_one_that_has_closed(desk: Desk) -> None:
    gone = make_branch("G", closed_date=date(2020, 1, 1))

    found = refusal(
        lambda: operations.open_branch(
            code="S1", name_zh="分馆", kind="branch", opened_date=MAY, parent_id=gone.id, at=AT, desk=desk
        )
    )

    assert found is NetworkReason.BRANCH_CLOSED


def test_rights_are_asked_at_the_parent_and_for_a_root_everywhere(central: Branch) -> None:
    scoped = make_desk(central, acts=[Act.EDIT_NETWORK])
    other = make_branch("O")

    def opened(code: str, parent_id: int | None) -> object:
        return operations.open_branch(
            code=code, name_zh="分馆", kind="branch", opened_date=MAY, parent_id=parent_id, at=AT, desk=scoped
        )

    opened("S1", central.id)

    with pytest.raises(NotAllowed):
        opened("S2", other.id)
    with pytest.raises(NotAllowed):
        opened("S3", None)


def test_a_branch_moves_from_a_day_on(central: Branch, desk: Desk) -> None:
    street, village = make_branch("S1", parent=central), make_branch("N1", parent=central)

    operations.move_branch(branch_id=village.id, parent_id=street.id, from_date=MAY, at=AT, desk=desk)

    network = network_map()
    assert network.parent_of(village.id, date(2026, 4, 30)) == central.id
    assert network.parent_of(village.id, MAY) == street.id
    assert network.subtree(street.id, MAY) == frozenset({street.id, village.id})
    assert network.subtree(street.id, date(2026, 4, 30)) == frozenset({street.id})
    audit = AuditRow.objects.get(act="move_branch")
    assert audit.before == {"placements": [[central.id, "2010-01-01", None]]}
    assert audit.after == {"placements": [[central.id, "2010-01-01", "2026-05-01"], [street.id, "2026-05-01", None]]}


def test_a_branch_becomes_a_root(central: Branch, desk: Desk) -> None:
    street = make_branch("S1", parent=central)

    operations.move_branch(branch_id=street.id, parent_id=None, from_date=MAY, at=AT, desk=desk)

    assert network_map().line_above(street.id, MAY) == (street.id,)


def test_a_move_to_the_same_place_is_refused(central: Branch, desk: Desk) -> None:
    street = make_branch("S1", parent=central)

    found = refusal(
        lambda: operations.move_branch(branch_id=street.id, parent_id=central.id, from_date=MAY, at=AT, desk=desk)
    )

    assert found is NetworkReason.NOTHING_CHANGES


def test_a_move_that_closes_a_ring_is_refused_and_nothing_changes(central: Branch, desk: Desk) -> None:
    street = make_branch("S1", parent=central)
    village = make_branch("N1", parent=street)

    found = refusal(
        lambda: operations.move_branch(branch_id=street.id, parent_id=village.id, from_date=MAY, at=AT, desk=desk)
    )

    assert found is NetworkReason.RING
    assert network_map().parent_of(street.id, MAY) == central.id
    assert not Entry.objects.exists()


def test_a_move_is_refused_when_a_planned_move_would_close_the_ring_later(central: Branch, desk: Desk) -> None:
    one, other = make_branch("A", parent=central), make_branch("B", parent=central)
    operations.move_branch(branch_id=other.id, parent_id=one.id, from_date=date(2027, 1, 1), at=AT, desk=desk)

    found = refusal(
        lambda: operations.move_branch(branch_id=one.id, parent_id=other.id, from_date=MAY, at=AT, desk=desk)
    )

    assert found is NetworkReason.RING


@pytest.mark.parametrize("day", [date(2009, 12, 31), date(1990, 1, 1)])
def test_a_move_before_the_opening_is_refused(central: Branch, desk: Desk, day: date) -> None:
    street = make_branch("S1", parent=central)

    found = refusal(
        lambda: operations.move_branch(branch_id=street.id, parent_id=None, from_date=day, at=AT, desk=desk)
    )

    assert found is NetworkReason.BEFORE_OPENING


def test_a_move_needs_a_right_at_both_ends(central: Branch) -> None:
    street, other = make_branch("S1", parent=central), make_branch("S2")
    scoped = make_desk(street, acts=[Act.EDIT_NETWORK])

    with pytest.raises(NotAllowed):
        operations.move_branch(branch_id=street.id, parent_id=other.id, from_date=MAY, at=AT, desk=scoped)


def test_two_moves_at_once_never_close_a_ring(fresh_database: str) -> None:
    central = make_branch("C")
    one, other = make_branch("A", parent=central), make_branch("B", parent=central)
    desk = make_desk(central, role=Role.DIRECTOR, everywhere=True)
    start = Barrier(2)

    def move(branch: Branch, parent: Branch) -> NetworkReason | None:
        try:
            start.wait(10)
            operations.move_branch(branch_id=branch.id, parent_id=parent.id, from_date=MAY, at=AT, desk=desk)
        except NetworkRefused as refused:
            return refused.reason
        finally:
            connections.close_all()
        return None

    with ThreadPoolExecutor(2) as pool:
        outcomes = {run.result() for run in [pool.submit(move, one, other), pool.submit(move, other, one)]}

    assert outcomes == {None, NetworkReason.RING}
    assert [broken_rows(invariant) for invariant in INVARIANTS] == [[]] * len(INVARIANTS)


def test_a_branch_is_renamed_and_described(central: Branch, desk: Desk) -> None:
    operations.rename_branch(branch_id=central.id, name_zh="新馆", name_en="New", at=AT, desk=desk)
    operations.describe_branch(branch_id=central.id, address="人民路1号", phone="010-61234567", at=AT, desk=desk)

    branch = network_map().branches[central.id]
    assert (branch.name("zh-hans"), branch.name("en"), branch.address) == ("新馆", "New", "人民路1号")
    assert AuditRow.objects.get(act="rename_branch").before == {"name_zh": "C馆", "name_en": ""}


def test_a_branch_lies_somewhere_on_the_globe_or_nowhere(central: Branch, desk: Desk) -> None:
    def describe(latitude: str | None, longitude: str | None) -> None:
        operations.describe_branch(
            branch_id=central.id,
            at=AT,
            desk=desk,
            latitude=Decimal(latitude) if latitude else None,
            longitude=Decimal(longitude) if longitude else None,
        )

    describe("39.904200", "116.407400")
    located = network_map().branches[central.id].location

    refused = [refusal(partial(describe, *wrong)) for wrong in (("40", None), ("91", "116.4074"), ("39.9042", "-181"))]
    operations.describe_branch(branch_id=central.id, at=AT, desk=desk)

    assert located == (39.9042, 116.4074)
    assert refused == [NetworkReason.BAD_VALUE] * 3
    assert network_map().branches[central.id].location is None


def test_renaming_an_unknown_branch_is_refused(desk: Desk) -> None:
    found = refusal(lambda: operations.rename_branch(branch_id=999_999, name_zh="新馆", at=AT, desk=desk))

    assert found is NetworkReason.UNKNOWN_BRANCH


def test_a_branch_closes_and_leaves_its_groups(central: Branch, desk: Desk) -> None:
    street = make_branch("S1", parent=central)
    group = make_group("G", [central, street])

    operations.close_branch(branch_id=street.id, closed_date=MAY, at=AT, desk=desk)

    network = network_map()
    assert network.branches[street.id].stands_on(date(2026, 4, 30))
    assert not network.branches[street.id].stands_on(MAY)
    assert network.groups_of(street.id, date(2026, 4, 30)) == frozenset({group.id})
    assert network.groups_of(street.id, MAY) == frozenset()
    assert network.groups_of(central.id, MAY) == frozenset({group.id})


def test_a_branch_with_something_below_it_does_not_close(central: Branch, desk: Desk) -> None:
    make_branch("S1", parent=central)
    make_branch("S2", parent=central, closed_date=date(2020, 1, 1))

    with pytest.raises(NetworkRefused) as refused:
        operations.close_branch(branch_id=central.id, closed_date=MAY, at=AT, desk=desk)

    assert refused.value.reason is NetworkReason.BRANCHES_BELOW
    assert refused.value.facts == {"count": 1, "first": "S1"}


def test_a_branch_in_use_does_not_close(central: Branch, desk: Desk) -> None:
    user = seams.BranchUser(
        room="a test",
        ties=lambda branch_id, on: [seams.Tie("items", 12), seams.Tie("open_loans", 0)],
        touched=lambda branch_ids, first, last: [seams.Tie("open_loans", len(branch_ids))],
    )
    seams.join(user)
    try:
        with pytest.raises(NetworkRefused) as refused:
            operations.close_branch(branch_id=central.id, closed_date=MAY, at=AT, desk=desk)
        touched = seams.touched_by_closure(frozenset({central.id}), MAY, None)
    finally:
        seams.leave("a test")

    assert refused.value.reason is NetworkReason.STILL_IN_USE
    assert refused.value.facts == {"items": 12}
    assert touched[-1] == seams.Tie("open_loans", 1)


def test_a_branch_closes_once_and_not_before_its_opening(central: Branch, desk: Desk) -> None:
    early = refusal(
        lambda: operations.close_branch(branch_id=central.id, closed_date=date(2009, 1, 1), at=AT, desk=desk)
    )
    operations.close_branch(branch_id=central.id, closed_date=MAY, at=AT, desk=desk)
    again = refusal(lambda: operations.close_branch(branch_id=central.id, closed_date=MAY, at=AT, desk=desk))

    assert (early, again) == (NetworkReason.BEFORE_OPENING, NetworkReason.BRANCH_CLOSED)


def test_areas_and_service_points_are_added_and_closed(central: Branch, desk: Desk) -> None:
    area_id = operations.add_area(
        branch_id=central.id, code="A1", name_zh="少儿阅览区", floor=-1, seats=40, wheelchair=True, at=AT, desk=desk
    )
    point_id = operations.add_service_point(
        branch_id=central.id, code="S1", name_zh="总服务台", area_id=area_id, at=AT, desk=desk
    )
    operations.close_service_point(service_point_id=point_id, closed_date=MAY, at=AT, desk=desk)

    again = refusal(
        lambda: operations.close_service_point(service_point_id=point_id, closed_date=MAY, at=AT, desk=desk)
    )

    assert again is NetworkReason.ALREADY_ENDED
    assert [row.act for row in AuditRow.objects.order_by("id")] == [
        "add_area",
        "add_service_point",
        "close_service_point",
    ]


def test_areas_and_service_points_are_refused(central: Branch, desk: Desk) -> None:
    other = make_branch("O")
    area_id = operations.add_area(branch_id=other.id, code="A1", name_zh="阅览区", at=AT, desk=desk)
    add_area, add_point = operations.add_area, operations.add_service_point

    assert [
        refusal(lambda: add_area(branch_id=other.id, code="a1", name_zh="阅览区", at=AT, desk=desk)),
        refusal(lambda: add_area(branch_id=other.id, code="", name_zh="阅览区", at=AT, desk=desk)),
        refusal(lambda: add_area(branch_id=other.id, code="A2", name_zh="阅览区", seats=-1, at=AT, desk=desk)),
        refusal(lambda: add_area(branch_id=999_999, code="A2", name_zh="阅览区", at=AT, desk=desk)),
        refusal(lambda: add_point(branch_id=central.id, code="S", name_zh="台", area_id=area_id, at=AT, desk=desk)),
        refusal(lambda: operations.close_service_point(service_point_id=999_999, closed_date=MAY, at=AT, desk=desk)),
    ] == [
        NetworkReason.CODE_TAKEN,
        NetworkReason.BAD_CODE,
        NetworkReason.BAD_VALUE,
        NetworkReason.UNKNOWN_BRANCH,
        NetworkReason.UNKNOWN_AREA,
        NetworkReason.UNKNOWN_SERVICE_POINT,
    ]


def test_groups_are_made_joined_and_left(central: Branch, desk: Desk) -> None:
    street = make_branch("S1", parent=central)
    group = operations.create_lending_group(code="A", name_zh="通借通还", at=AT, desk=desk)
    for branch in (central, street):
        operations.join_group(branch_id=branch.id, group_id=group.id, from_date=MAY, at=AT, desk=desk)
    operations.leave_group(branch_id=street.id, group_id=group.id, date=date(2026, 7, 1), at=AT, desk=desk)

    network = network_map()

    assert not network.lend_to_each_other(central.id, street.id, date(2026, 4, 30))
    assert network.lend_to_each_other(central.id, street.id, date(2026, 6, 30))
    assert not network.lend_to_each_other(central.id, street.id, date(2026, 7, 1))


def test_leaving_on_the_first_day_leaves_no_membership(central: Branch, desk: Desk) -> None:
    group = make_group("A", [central], from_date=MAY)

    operations.leave_group(branch_id=central.id, group_id=group.id, date=MAY, at=AT, desk=desk)

    assert not Membership.objects.exists()


def test_groups_are_refused(central: Branch, desk: Desk) -> None:
    group = make_group("A", [central])
    gone = make_branch("G", closed_date=date(2020, 1, 1))

    def join(branch_id: int, group_id: int) -> NetworkReason:
        return refusal(
            lambda: operations.join_group(branch_id=branch_id, group_id=group_id, from_date=MAY, at=AT, desk=desk)
        )

    assert join(central.id, group.id) is NetworkReason.ALREADY_MEMBER
    assert join(central.id, 999_999) is NetworkReason.UNKNOWN_GROUP
    assert join(gone.id, group.id) is NetworkReason.BRANCH_CLOSED
    assert (
        refusal(lambda: operations.leave_group(branch_id=gone.id, group_id=group.id, date=MAY, at=AT, desk=desk))
        is NetworkReason.NOT_MEMBER
    )
    assert (
        refusal(lambda: operations.create_lending_group(code="a", name_zh="又一组", at=AT, desk=desk))
        is NetworkReason.CODE_TAKEN
    )


@pytest.mark.parametrize(
    "name",
    [
        "add_area",
        "add_service_point",
        "close_branch",
        "create_lending_group",
        "describe_branch",
        "found_library",
        "join_group",
        "leave_group",
        "move_branch",
        "open_branch",
        "rename_branch",
        "load_branch_sheet",
    ],
)
def test_every_verb_declares_its_act(name: str) -> None:
    assert getattr(operations, name).needs == frozenset({Act.EDIT_NETWORK})


def test_each_invariant_names_the_rows_that_break_it(db: None) -> None:
    gone = make_branch("G", closed_date=date(2020, 1, 1))
    one, other = make_branch("A", parent=gone), make_branch("B")
    Placement.objects.create(branch=other, parent=one, valid=(date(2009, 1, 1), None))
    Placement.objects.filter(branch=one).update(parent=other)
    make_group("L", [gone])
    below = make_branch("D", parent=gone)

    broken = {invariant.name: broken_rows(invariant) for invariant in INVARIANTS}

    assert {row[0] for row in broken["network_tree_has_no_ring"]} == {one.id, other.id}
    assert broken["network_nothing_stands_below_a_closed_branch"] == [(below.id, gone.id)]
    assert [row[0] for row in broken["network_closed_branch_is_in_no_lending_group"]] == [gone.id]
    assert broken["network_placement_within_life"] == [(other.id, one.id)]
    assert set(INVARIANTS) <= set(all_invariants())
