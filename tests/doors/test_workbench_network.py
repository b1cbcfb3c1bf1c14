"""The network at the workbench: tree, branch, calendar, closures, groups, and branches from a sheet."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.factories.network import make_branch, make_closure
from tests.factories.office_pages import Town, make_town
from tests.factories.staff_pages import staff_at
from wenyuan.doors.workbench.network.words import BRANCH_KINDS, SHEET_FAULTS, refusal_words
from wenyuan.kernel.opening import DayKind
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.network.data import NetworkReason, NetworkRefused
from wenyuan.organisation.network.models import BranchKind
from wenyuan.organisation.network.queries import branch_by_code, list_closures, list_groups, network_map
from wenyuan.organisation.network.sheet import SheetFault
from wenyuan.plumbing.clock import local_date

pytestmark = pytest.mark.usefixtures("db")

A_BRANCH = {"kind": "branch", "opened_date": "2026-03-01"}


@pytest.fixture
def town() -> Town:
    return make_town()


@pytest.fixture
def today() -> date:
    return local_date(datetime.now(tz=UTC))


def at(branch: Any, *roles: Role) -> Any:
    return staff_at(branch, *(roles or (Role.DIRECTOR,)))


def test_every_code_has_words() -> None:
    assert set(BRANCH_KINDS) == set(BranchKind.values)
    assert set(SHEET_FAULTS) == {fault.value for fault in SheetFault}
    assert all(refusal_words(NetworkRefused(reason)) for reason in NetworkReason)


def test_the_tree_shows_each_branch_below_its_parent(town: Town) -> None:
    answer = at(town.central).get("/workbench/network/")

    roots = [(root.name, [twig.branch.code for twig in root.below]) for root in answer.context["roots"]]
    assert roots == [("总馆", ["R"]), ("城南分馆", [])]


def test_a_branch_is_opened_below_another(town: Town) -> None:
    fields = {
        "code": "N1",
        "name_zh": "九里分馆",
        "kind": "branch",
        "opened_date": "2026-03-01",
        "parent": town.central.id,
    }

    answer = at(town.central).post("/workbench/network/new", fields)

    made = branch_by_code("N1")
    assert made is not None
    assert answer["Location"] == f"/workbench/network/{made.id}/"
    assert network_map().parent_of(made.id, date(2026, 3, 2)) == town.central.id


def test_a_taken_code_is_told_at_its_field(town: Town) -> None:
    fields = {
        "code": "r",
        "name_zh": "又一馆",
        "kind": "branch",
        "opened_date": "2026-03-01",
        "parent": town.central.id,
    }

    answer = at(town.central).post("/workbench/network/new", fields)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["code"]


def test_the_week_is_stated_by_lines_of_times(town: Town, today: date) -> None:
    lines = {f"day{number}": "09:00－12:00、13:30-17:00" for number in range(7)}

    at(town.central).post(f"/workbench/network/{town.ring.id}/hours", {"from_date": today, "area": "", **lines})

    hours = network_map().calendar(town.ring.id).hours_on(today)
    assert [(span.opens.hour, span.closes.hour) for span in hours] == [(9, 12), (13, 17)]


@pytest.mark.parametrize("words", ["9 to 5", "17:00-09:00", "25:00-26:00", "09:00-12:00, 11:00-13:00"])
def test_times_that_cannot_be_are_told(town: Town, today: date, words: str) -> None:
    answer = at(town.central).post(
        f"/workbench/network/{town.ring.id}/hours", {"from_date": today, "area": "", "day0": words}
    )

    assert answer.status_code == 422


def test_one_day_is_stated_and_taken_back(town: Town, today: date) -> None:
    browser, day = at(town.central), today + timedelta(days=3)
    url = f"/workbench/network/{town.central.id}/days"

    browser.post(f"{url}/new", {"date": day, "area": "", "hours": "", "reason": "元宵"})
    stated = network_map().calendar(town.central.id).day_status(day)
    browser.post(f"{url}/{day}/withdrawn")

    assert (stated.kind, stated.reason) == (DayKind.EXCEPTION_CLOSED, "元宵")
    assert network_map().calendar(town.central.id).day_status(day).reason == ""


def test_a_closure_gets_a_last_day_and_is_withdrawn(town: Town, today: date) -> None:
    closure = make_closure(town.ring, today)
    browser = at(town.central)
    url = f"/workbench/network/{town.ring.id}/closures/{closure.id}"

    browser.post(f"{url}/end", {"last_date": today + timedelta(days=5)})
    ended = list_closures(branch_id=town.ring.id)[0]
    browser.post(f"{url}/withdrawn")

    assert ended.last_date == today + timedelta(days=5)
    assert list_closures(branch_id=town.ring.id)[0].withdrawn_at is not None


def test_a_branch_joins_and_leaves_a_group(town: Town, today: date) -> None:
    browser = at(town.central)
    security = staff_at(town.south, Role.DIRECTOR)
    group_id = next(iter(network_map().groups_of(town.central.id, today)))

    security.post(f"/workbench/network/{town.south.id}/groups/new", {"group": group_id, "from_date": today})
    joined = network_map().lend_to_each_other(town.south.id, town.central.id, today)
    browser.post(f"/workbench/network/{town.ring.id}/groups/{group_id}/end", {"date": today})

    assert joined
    assert not network_map().lend_to_each_other(town.ring.id, town.central.id, today)


def test_areas_and_service_points_are_added_and_closed(town: Town, today: date) -> None:
    browser = at(town.central)
    url = f"/workbench/network/{town.central.id}"

    browser.post(f"{url}/areas/new", {"code": "A9", "name_zh": "少儿区", "floor": 2, "seats": 40})
    browser.post(f"{url}/points/new", {"code": "S9", "name_zh": "二楼窗口", "area": ""})
    browser.post(f"{url}/points/{town.gate.id}/end", {"closed_date": today})

    page = browser.get(f"{url}/")
    assert [area.code for area in page.context["areas"]] == ["A1", "A9"]
    assert {point.code: point.closed_date for point in page.context["points"]} == {"S1": None, "S2": today, "S9": None}


def test_a_sheet_with_errors_lists_them_and_writes_nothing(town: Town) -> None:
    account = staff_at(town.central, Role.DIRECTOR)
    sheet = "编码,名称,类型,开放日期\nN1,,分馆,2026-03-01\nN 2,二馆,宫殿,昨天\n"
    upload = SimpleUploadedFile("b.csv", sheet.encode("gb18030"))

    answer = account.post("/workbench/network/sheet", {"sheet": upload})

    assert answer.status_code == 422
    assert [(error["row"], error["value"]) for error in answer.context["errors"]] == [
        (2, ""),
        (3, "N 2"),
        (3, "宫殿"),
        (3, "昨天"),
    ]
    assert branch_by_code("N1") is None


def test_a_clerk_reads_a_branch_and_changes_nothing(town: Town) -> None:
    browser = staff_at(town.central, Role.DESK)

    assert browser.get(f"/workbench/network/{town.ring.id}/").status_code == 200
    assert browser.get(f"/workbench/network/{town.ring.id}/hours").status_code == 403
    assert browser.post(f"/workbench/network/{town.ring.id}/end", {"closed_date": "2026-01-01"}).status_code == 403


def test_a_keeper_changes_the_calendar_of_the_own_branch_only(town: Town) -> None:
    browser = staff_at(town.ring, Role.KEEPER)

    assert browser.get(f"/workbench/network/{town.ring.id}/closures/new").status_code == 200
    assert browser.get(f"/workbench/network/{town.south.id}/closures/new").status_code == 403
    assert browser.get("/workbench/network/99999/").status_code == 404


@pytest.mark.parametrize(
    "path",
    ["", "{id}/", "{id}/names", "{id}/particulars", "{id}/placement", "{id}/end", "{id}/closures", "groups", "new"],
)
def test_every_page_of_the_network_opens(town: Town, path: str) -> None:
    assert at(town.central).get("/workbench/network/" + path.format(id=town.ring.id)).status_code == 200


def test_the_queries_of_the_tree_do_not_grow_with_it(town: Town, django_assert_max_num_queries: Any) -> None:
    for number in range(80):
        make_branch(f"X{number}", parent=town.central)
    browser = at(town.central)
    browser.get("/workbench/network/")

    with django_assert_max_num_queries(12):
        answer = browser.get("/workbench/network/")

    assert answer.context["count"] == 83


@pytest.mark.parametrize("thing", ["point", "group", "closure"])
def test_a_form_that_ends_something_names_it_and_is_not_there_for_what_is_elsewhere(town: Town, thing: str) -> None:
    closure = make_closure(town.central, date(2026, 5, 1), date(2026, 5, 3), reason="装修")
    [group] = list_groups()
    paths = {
        "point": (
            f"{town.central.id}/points/{town.desk.id}/end",
            "总服务台",
            f"{town.south.id}/points/{town.desk.id}/end",
        ),
        "group": (f"{town.central.id}/groups/{group.id}/end", group.name_zh, f"{town.central.id}/groups/999999/end"),
        "closure": (
            f"{town.central.id}/closures/{closure.id}/end",
            "装修",
            f"{town.south.id}/closures/{closure.id}/end",
        ),
    }
    browser = staff_at(town.central, Role.DIRECTOR, elsewhere=[(Role.DIRECTOR, town.south)])
    here, name, elsewhere = paths[thing]

    assert name in browser.get(f"/workbench/network/{here}").content.decode()
    assert browser.get(f"/workbench/network/{elsewhere}").status_code == 404
