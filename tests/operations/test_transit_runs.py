"""Runs of the van: planned, driven, and what is late."""

from datetime import UTC, datetime, time, timedelta

import pytest

from tests.factories.accounts import make_desk
from tests.factories.circulation import District
from tests.factories.transit import make_transit, packed_crate
from tests.operations.test_transit_packing import broken, reasons
from wenyuan.lending.transit import operations
from wenyuan.lending.transit.data import ManifestState, Refusal, RunView, StopInput, TransitRefused
from wenyuan.lending.transit.models import StopVisit
from wenyuan.lending.transit.queries import (
    count_late,
    get_manifest,
    get_run,
    list_late,
    list_late_rules,
    list_runs,
    manifest_lines,
    run_sheet,
)
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.network.seams import ties_to_branch
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.clock import local_date

EVERY_DAY = frozenset(range(7))


@pytest.fixture
def planner(district: District) -> Desk:
    """A head of desk at 总馆, whose right holds in the whole network."""
    return make_desk(district.central, role=Role.DESK_LEAD, everywhere=True)


@pytest.fixture
def run(district: District, planner: Desk, at: datetime) -> RunView:
    """总馆, 少儿分馆, 城南分馆 (Mondays and Thursdays), and back."""
    stops = [
        StopInput(branch_id=district.central.id, weekdays=EVERY_DAY, due_time=time(9)),
        StopInput(branch_id=district.children.id, weekdays=EVERY_DAY),
        StopInput(branch_id=district.south.id, weekdays=frozenset({0, 3})),
        StopInput(branch_id=district.central.id, weekdays=EVERY_DAY),
    ]
    return operations.add_run(code="l1", name="一号线", stops=stops, at=at, desk=planner)


def test_a_run_is_planned_changed_and_ended(district: District, planner: Desk, run: RunView, at: datetime) -> None:
    turned = [StopInput(branch_id=stop.branch_id, weekdays=stop.weekdays) for stop in reversed(run.stops)]

    changed = operations.change_run(run_id=run.id, name="环线", stops=turned, at=at, desk=planner)
    listed = list_runs()
    operations.end_run(run_id=run.id, at=at, desk=planner)

    assert (run.code, run.base_id) == ("L1", district.central.id)
    assert [one.name for one in listed] == ["环线"]
    assert [stop.branch_id for stop in changed.stops] == [stop.branch_id for stop in turned]
    assert get_run(run.id) is None
    acts = list(AuditRow.objects.order_by("id").values_list("act", flat=True))
    assert acts == ["add_run", "change_run", "end_run"]


def test_a_run_that_cannot_be_is_refused_with_every_reason(
    district: District, planner: Desk, run: RunView, at: datetime
) -> None:
    with pytest.raises(TransitRefused) as caught:
        operations.add_run(code="L1", name=" ", stops=[], at=at, desk=planner)
    with pytest.raises(NotAllowed):
        operations.add_run(code="L2", name="二号线", stops=[], at=at, desk=make_desk(district.central, role=Role.DESK))

    assert reasons(caught) == [Refusal.CODE_TAKEN, Refusal.NAME_MISSING, Refusal.STOPS_UNFIT]
    assert len(list_runs()) == 1


def test_what_goes_beyond_on_a_run_is_packed(district: District, run: RunView, at: datetime) -> None:
    item = make_transit(district.central, district.south, "W1")

    manifest = packed_crate(district.at_central, district.children, item, at=at)

    [line] = manifest_lines(manifest.id)
    assert (line.barcode, line.bound_for_id) == ("W1", district.south.id)


def test_the_sheet_says_what_to_leave_and_what_to_take_along_at_each_halt(
    district: District, run: RunView, at: datetime
) -> None:
    outward = make_transit(district.central, district.children, "W1")
    homeward = [make_transit(district.children, district.central, barcode) for barcode in ("W2", "W3")]
    packed_crate(district.at_central, district.children, outward, code="ZX-01", at=at, sealed="0042")
    packed_crate(district.at_children, district.central, homeward[0], code="ZX-02", at=at, sealed="0043")

    sheet = run_sheet(run_id=run.id, day=local_date(at))
    friday = run_sheet(run_id=run.id, day=local_date(at) + timedelta(days=1))

    assert sheet is not None
    assert friday is not None
    assert [
        ([one.crate for one in stop.drop], [one.crate for one in stop.pick], stop.loose) for stop in sheet.stops
    ] == [([], ["ZX-01"], 0), (["ZX-01"], ["ZX-02"], 1), ([], [], 0), (["ZX-02"], [], 0)]
    assert [stop.stop.branch_id for stop in friday.stops] == [
        district.central.id,
        district.children.id,
        district.central.id,
    ]


def test_a_halt_that_is_done_moves_its_crates(district: District, run: RunView, at: datetime) -> None:
    item = make_transit(district.central, district.children, "W1")
    crate = packed_crate(district.at_central, district.children, item, at=at, sealed="0042")
    driver = make_desk(district.central, role=Role.DRIVER)

    taken = operations.mark_stop(stop_id=run.stops[0].id, dropped=[], picked=[crate.id], at=at, desk=driver)
    in_the_van = get_manifest(crate.id)
    left = operations.mark_stop(
        stop_id=run.stops[1].id, dropped=[crate.id], picked=[], note="门卫收", at=at, desk=driver
    )

    there = get_manifest(crate.id)
    assert in_the_van is not None
    assert there is not None
    assert (taken.picked, taken.dropped, left.picked, left.dropped, left.note) == (1, 0, 0, 1, "门卫收")
    assert (in_the_van.state, there.state) == (ManifestState.ON_THE_WAY, ManifestState.DELIVERED)
    assert in_the_van.carrier == driver.operator.name
    done = Entry.objects.filter(kind="stop_done").order_by("id")
    assert [(entry.branch_id, entry.quantity) for entry in done] == [
        (district.central.id, 1),
        (district.children.id, 1),
    ]
    assert broken() == []


def test_a_halt_marked_again_counts_only_what_is_new(district: District, run: RunView, at: datetime) -> None:
    crate = packed_crate(
        district.at_central,
        district.children,
        make_transit(district.central, district.children, "W1"),
        at=at,
        sealed="0042",
    )
    stop = run.stops[0]
    for _ in range(2):
        operations.mark_stop(stop_id=stop.id, dropped=[], picked=[crate.id], at=at, desk=district.at_central)

    wrong_halt = operations.mark_stop(
        stop_id=run.stops[3].id, dropped=[crate.id, 999_999], picked=[], at=at, desk=district.at_central
    )

    assert StopVisit.objects.get(stop_id=stop.id).picked == 1
    assert Entry.objects.filter(kind="crate_handed").count() == 1
    assert wrong_halt.dropped == 0


def test_a_halt_of_another_day_or_by_somebody_else_is_refused(district: District, run: RunView, at: datetime) -> None:
    friday = at + timedelta(days=1)

    with pytest.raises(TransitRefused) as other_day:
        operations.mark_stop(stop_id=run.stops[2].id, dropped=[], picked=[], at=friday, desk=district.at_central)
    with pytest.raises(TransitRefused) as unknown:
        operations.mark_stop(stop_id=999_999, dropped=[], picked=[], at=at, desk=district.at_central)
    with pytest.raises(NotAllowed):
        operations.mark_stop(stop_id=run.stops[0].id, dropped=[], picked=[], at=at, desk=district.at_children)

    assert (reasons(other_day), reasons(unknown)) == ([Refusal.STOP_NOT_TODAY], [Refusal.STOP_UNKNOWN])
    assert StopVisit.objects.count() == 0


def test_what_is_on_its_way_too_long_is_late(district: District, planner: Desk, at: datetime) -> None:
    for barcode, days in (("W1", 5), ("W2", 4), ("W3", 2)):
        sent_at = at - timedelta(days=days, hours=1)
        make_transit(district.children, district.central, barcode, sent_at=sent_at)
    make_transit(district.south, district.children, "W4", sent_at=at - timedelta(days=9))

    first = list_late(at=at, branch_id=district.central.id, size=1)
    rest = list_late(
        at=at, branch_id=district.central.id, after=(first[0].sent_at.isoformat(), first[0].transit_id), size=5
    )

    assert [one.barcode for one in first + rest] == ["W1", "W2"]
    assert first[0].after_days == 3
    assert count_late(at=at, branch_id=district.children.id) == 3


def test_a_pair_of_branches_may_have_its_own_patience(district: District, planner: Desk, at: datetime) -> None:
    children, central = district.children.id, district.central.id
    make_transit(district.children, district.central, "W1", sent_at=at - timedelta(days=5))
    counts = []
    for days, one, other in ((7, None, None), (2, None, central), (6, children, None), (4, children, central)):
        operations.set_late_after(days=days, from_branch_id=one, to_branch_id=other, at=at, desk=planner)
        counts.append((count_late(at=at, branch_id=central), len(list_late_rules())))

    operations.drop_late_after(rule_id=list_late_rules()[-1].id, at=at, desk=planner)

    # everywhere 7 days: not late; to the centre 2: late; from the children's 6: not; between the two 4: late
    assert counts == [(0, 1), (1, 2), (0, 3), (1, 4)]
    assert count_late(at=at, branch_id=central) == 0
    with pytest.raises(TransitRefused) as caught:
        operations.set_late_after(days=0, to_branch_id=999_999, at=at, desk=planner)
    assert reasons(caught) == [Refusal.BAD_DAYS, Refusal.BRANCH_UNKNOWN]
    with pytest.raises(NotAllowed):
        operations.set_late_after(days=5, at=at, desk=make_desk(district.central, acts={Act.PLAN_RUNS}))


def test_a_late_item_says_in_which_crate_it_stands(district: District, at: datetime) -> None:
    item = make_transit(district.children, district.central, "W1", sent_at=datetime(2026, 4, 1, tzinfo=UTC))
    crate = packed_crate(district.at_children, district.central, item, at=at)

    [late] = list_late(at=at, branch_id=district.central.id)

    assert (late.crate, late.manifest_id) == ("ZX-01", crate.id)


def test_a_branch_where_a_run_halts_does_not_close(district: District, run: RunView, at: datetime) -> None:
    ties = ties_to_branch(district.south.id, local_date(at))

    assert [(tie.what, tie.count) for tie in ties if tie.what == "run_stops"] == [("run_stops", 1)]
