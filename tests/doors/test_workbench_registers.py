"""Paper registers as pages: one sheet of a month, one month of a station."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from tests.factories.network import make_branch
from tests.factories.staff_pages import staff_at
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.network.models import Branch
from wenyuan.plumbing.clock import local_date
from wenyuan.services.registers.models import MonthTotals

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:No directory at")]

FIELDS = {"loans": "120", "returns": "110", "readers": "45", "source": "登记簿第 3 册"}


@pytest.fixture
def station() -> Branch:
    return make_branch("LJ", name_zh="李家村书屋", kind="rural_bookhouse")


@pytest.fixture
def browser(station: Branch) -> Client:
    return staff_at(station, Role.KEEPER)


def last_month() -> date:
    return (local_date(datetime.now(tz=UTC)).replace(day=1) - timedelta(days=1)).replace(day=1)


def address(station: Branch) -> str:
    return f"/workbench/visits/registers/{station.id}/{last_month():%Y-%m}/"


def test_a_month_is_entered_corrected_and_withdrawn(browser: Client, station: Branch) -> None:
    entered = browser.post(address(station), FIELDS).status_code
    sheet = browser.get("/workbench/visits/registers/").content.decode()
    same = browser.post(address(station), FIELDS).status_code
    corrected = browser.post(address(station), {**FIELDS, "loans": "125", "reason": "漏加一页"}).status_code
    page = browser.get(address(station)).content.decode()
    silent = browser.post(f"{address(station)}withdrawn", {"reason": ""}).status_code
    browser.post(f"{address(station)}withdrawn", {"reason": "录错月份"})

    assert (entered, same, corrected, silent) == (302, 422, 302, 302)
    assert "李家村书屋" in sheet
    assert "120" in sheet
    assert "漏加一页" in page
    assert [row.withdrawn for row in MonthTotals.objects.order_by("id")] == [False, False, True]
    assert "120" not in browser.get("/workbench/visits/registers/").content.decode().split("<tbody>")[1]


@pytest.mark.parametrize("changes", [{"loans": "-1"}, {"readers": "100000"}, {"source": ""}, {"returns": "many"}])
def test_bad_numbers_are_told_beside_their_fields(browser: Client, station: Branch, changes: dict[str, str]) -> None:
    answer = browser.post(address(station), {**FIELDS, **changes})

    assert answer.status_code == 422
    assert not MonthTotals.objects.exists()


def test_only_stations_where_one_may_count_are_there(browser: Client, station: Branch) -> None:
    other = make_branch("WJ", name_zh="王家村书屋", kind="rural_bookhouse")

    assert "王家村书屋" not in browser.get("/workbench/visits/registers/").content.decode()
    assert browser.get(address(other)).status_code == 404
    assert browser.get(f"/workbench/visits/registers/{station.id}/soon/").status_code == 404


def test_a_month_that_is_not_over_takes_nothing(browser: Client, station: Branch) -> None:
    now = datetime.now(tz=UTC)
    answer = browser.get(f"/workbench/visits/registers/{station.id}/{now.year + 1}-01/")

    assert answer.status_code == 200
    assert 'name="loans"' not in answer.content.decode()


def test_who_may_not_count_sees_no_registers(station: Branch) -> None:
    assert staff_at(station, Role.CATALOGUER).get("/workbench/visits/registers/").status_code == 403


def test_the_sheet_needs_few_queries_for_many_stations(station: Branch, django_assert_max_num_queries: object) -> None:
    for number in range(60):
        make_branch(f"S{number}", kind="station", parent=station)
    browser = staff_at(station, Role.KEEPER)
    browser.get("/workbench/visits/registers/")

    with django_assert_max_num_queries(10):  # type: ignore[operator] # a fixture of pytest-django
        page = browser.get("/workbench/visits/registers/").content.decode()

    assert page.count("/workbench/visits/registers/") >= 50
    assert "?page=2" in page
