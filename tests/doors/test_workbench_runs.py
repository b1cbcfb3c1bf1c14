"""Runs and late items at the workbench."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.factories.accounts import make_desk
from tests.factories.office_pages import Town, make_town
from tests.factories.staff_pages import staff_at
from tests.factories.transit import make_transit, packed_crate
from wenyuan.lending.transit.data import ManifestState, RunView, StopInput
from wenyuan.lending.transit.operations import add_run
from wenyuan.lending.transit.queries import get_manifest, list_late_rules, list_runs
from wenyuan.organisation.accounts.data import Role
from wenyuan.plumbing.clock import local_date

pytestmark = pytest.mark.usefixtures("db")
NOW = datetime.now(tz=UTC)
EVERY_DAY = [str(day) for day in range(7)]


@pytest.fixture
def town() -> Town:
    return make_town()


@pytest.fixture
def run(town: Town) -> RunView:
    halts = [
        StopInput(branch_id=one.id, weekdays=frozenset(range(7))) for one in (town.central, town.ring, town.central)
    ]
    return add_run(code="L1", name="环城线", stops=halts, at=NOW, desk=make_desk(town.central))


def fields(*halts: tuple[int, object, list[str]]) -> dict[str, object]:
    """The form of a run with these halts: order, branch, weekdays."""
    sent: dict[str, object] = {"code": "L1", "name": "环城线", "stop-TOTAL_FORMS": len(halts), "stop-INITIAL_FORMS": 0}
    for place, (order, branch, days) in enumerate(halts):
        sent |= {f"stop-{place}-order": order, f"stop-{place}-branch": branch, f"stop-{place}-weekdays": days}
    return sent


def test_a_run_is_planned_in_a_form_whose_rows_are_put_in_order(town: Town) -> None:
    lead = staff_at(town.central, Role.DESK_LEAD)

    sent = fields((2, town.ring.id, ["1"]), (1, town.central.id, EVERY_DAY), (3, "", []))
    answer = lead.post("/workbench/transit/runs/new", sent)

    [run] = list_runs()
    assert answer.status_code == 302
    assert [stop.branch_id for stop in run.stops] == [town.central.id, town.ring.id]
    assert run.stops[1].weekdays == {1}


def test_a_run_that_cannot_be_is_told_with_what_was_typed(town: Town) -> None:
    lead = staff_at(town.central, Role.DESK_LEAD)

    answer = lead.post("/workbench/transit/runs/new", fields((1, town.central.id, []), (2, "", [])))

    assert answer.status_code == 422
    assert list_runs() == ()
    assert "环城线" in answer.content.decode()


def test_a_run_is_changed_and_ended(town: Town, run: RunView) -> None:
    lead = staff_at(town.central, Role.DESK_LEAD)

    shown = lead.get(f"/workbench/transit/runs/{run.id}/edit")
    sent = fields((1, town.central.id, EVERY_DAY), (2, town.south.id, EVERY_DAY))
    lead.post(f"/workbench/transit/runs/{run.id}/edit", sent | {"name": "城南线"})
    changed = list_runs()
    lead.post(f"/workbench/transit/runs/{run.id}/ended")

    assert shown.status_code == 200
    assert [one.name for one in changed] == ["城南线"]
    assert list_runs() == ()


def test_the_sheet_of_today_is_ticked_off_on_a_phone(town: Town, run: RunView) -> None:
    crate = packed_crate(
        make_desk(town.central), town.ring, make_transit(town.central, town.ring, "W1"), at=NOW, sealed="0042"
    )
    driver = staff_at(town.central, Role.DRIVER, name="老赵")
    first, second, _ = run.stops
    address = f"/workbench/transit/runs/{run.id}/"

    before = driver.get(address)
    driver.post(f"{address}stops/{first.id}/done", {"picked": [str(crate.id)]})
    driver.post(f"{address}stops/{second.id}/done", {"dropped": [str(crate.id), "x"], "note": "门卫收"})

    there = get_manifest(crate.id)
    assert there is not None
    assert there.state is ManifestState.DELIVERED
    assert there.carrier == "老赵"
    assert [len(row["pick"]) for row in before.context["stops"]] == [1, 0, 0]
    assert "0042" in before.content.decode()
    assert "门卫收" in driver.get(address).content.decode()


def test_who_only_drives_sees_runs_and_nothing_else(town: Town, run: RunView) -> None:
    driver = staff_at(town.central, Role.DRIVER)

    assert driver.get("/workbench/transit/")["Location"] == "/workbench/transit/runs"
    assert [place.url for place in driver.get("/workbench/transit/runs").context["nav"]] == ["/workbench/transit/"]
    for address in ("transit/waiting", "transit/late", "transit/runs/new", "items/", "patrons/", "desk/"):
        assert driver.get(f"/workbench/{address}").status_code == 403
    assert staff_at(town.ring, Role.DESK).get(f"/workbench/transit/runs/{run.id}/").status_code == 404


def test_late_items_are_listed_with_how_late_they_are(town: Town) -> None:
    make_transit(town.ring, town.central, "W1", sent_at=NOW - timedelta(days=5))
    make_transit(town.ring, town.central, "W2", sent_at=NOW - timedelta(days=1))
    lead = staff_at(town.central, Role.DESK_LEAD)

    [row] = lead.get("/workbench/transit/late").context["rows"]
    lead.post("/workbench/transit/late/days", {"from_branch_id": "", "to_branch_id": town.central.id, "days": 9})
    after = lead.get("/workbench/transit/late").context["rows"]
    [rule] = list_late_rules()
    lead.post(f"/workbench/transit/late/days/{rule.id}/dropped")

    assert (row["item"].barcode, row["days"], row["item"].after_days) == ("W1", 5, 3)
    assert after == []
    assert list_late_rules() == ()
    assert lead.post("/workbench/transit/late/days", {"days": 0}).status_code == 422
    everywhere = lead.post("/workbench/transit/late/days", {"days": 5})
    assert everywhere.status_code == 403  # a right at one branch is none everywhere


def test_a_run_without_halts_today_says_so(town: Town) -> None:
    tomorrow = (local_date(NOW).weekday() + 1) % 7
    halts = [StopInput(branch_id=one.id, weekdays=frozenset({tomorrow})) for one in (town.central, town.ring)]
    run = add_run(code="L9", name="明天线", stops=halts, at=NOW, desk=make_desk(town.central))

    sheet = staff_at(town.central, Role.DRIVER).get(f"/workbench/transit/runs/{run.id}/")

    assert sheet.status_code == 200
    assert sheet.context["stops"] == []
