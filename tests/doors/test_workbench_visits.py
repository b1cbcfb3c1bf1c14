"""Visits at the workbench: a week of cells, typed with evidence, corrected without losing what stood before."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from tests.factories.network import make_service_point
from tests.factories.office_pages import Town, make_town
from tests.factories.staff_pages import staff_at
from tests.factories.visits import make_counter, make_director
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.journal.models import Entry
from wenyuan.plumbing.clock import library_zone, local_date
from wenyuan.services.visits.data import Reading
from wenyuan.services.visits.operations import settle_counters, take_readings
from wenyuan.services.visits.queries import count_history

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def town() -> Town:
    return make_town()


@pytest.fixture
def yesterday() -> date:
    return local_date(datetime.now(tz=UTC)) - timedelta(days=1)


def typed(persons: int, **others: str) -> dict[str, object]:
    return {"persons": persons, "evidence_kind": "hand_count", "evidence": "划正字", **others}


def test_a_count_is_entered_with_its_evidence(town: Town, yesterday: date) -> None:
    browser = staff_at(town.central)

    answer = browser.post(f"/workbench/visits/{town.desk.id}/{yesterday}/", typed(312))

    assert answer["Location"] == f"/workbench/visits/?week={yesterday}"
    [count] = count_history(service_point_id=town.desk.id, day=yesterday).counts
    assert (count.persons, count.evidence.text, count.entered_by_name) == (312, "划正字", "王芳")


def test_a_correction_keeps_what_stood_before_and_shows_both(town: Town, yesterday: date) -> None:
    browser = staff_at(town.central)
    url = f"/workbench/visits/{town.desk.id}/{yesterday}/"
    browser.post(url, typed(312))

    browser.post(url, typed(213, reason="数字写反"))

    page = browser.get(url)
    assert [count.persons for count, _kind in page.context["history"]] == [213, 312]
    assert "数字写反" in page.content.decode()


def test_a_withdrawn_count_leaves_the_cell_free_again(town: Town, yesterday: date) -> None:
    browser = staff_at(town.central)
    url = f"/workbench/visits/{town.desk.id}/{yesterday}/"
    browser.post(url, typed(5))

    browser.post(url + "withdrawn", {"reason": "另一扇门"})
    browser.post(url, typed(7))

    counts = count_history(service_point_id=town.desk.id, day=yesterday).counts
    assert [(count.persons, count.withdrawn) for count in counts] == [(7, False), (0, True), (5, False)]


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"persons": -1}, "persons"), ({"persons": 100_000}, "persons"), ({"persons": 1, "evidence": " "}, "evidence")],
)
def test_what_cannot_be_a_count_is_told_at_its_field(
    town: Town, yesterday: date, fields: dict[str, object], field: str
) -> None:
    browser = staff_at(town.central)

    answer = browser.post(f"/workbench/visits/{town.desk.id}/{yesterday}/", {**typed(1), **fields})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]


def test_a_day_that_a_gate_counter_counted_is_typed_only_instead(town: Town, yesterday: date) -> None:
    at = datetime.now(tz=UTC)
    desk = make_director(town.central)
    counter = make_counter(town.desk, first_date=yesterday, at=at, desk=desk).counter
    nine = datetime.combine(yesterday, time(9), tzinfo=library_zone())
    readings = [Reading(nine, 100), Reading(nine + timedelta(hours=1), 112)]
    take_readings(counter_id=counter.id, readings=readings, at=at, desk=desk)
    settle_counters(at=at)
    browser = staff_at(town.central)
    url = f"/workbench/visits/{town.desk.id}/{yesterday}/"

    week = browser.get("/workbench/visits/", {"week": str(yesterday)})
    refused = browser.post(url, typed(312))
    shown = browser.get(url).content.decode()
    browser.post(url, typed(312, instead="on"))
    after = browser.get("/workbench/visits/", {"week": str(yesterday)})

    assert (week.context["total"], after.context["total"]) == (12, 312)
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["instead"])
    assert "当天数字中计入门禁计数器所计 12 人次。" in shown
    assert 'name="instead"' not in browser.get(url).content.decode()


def test_a_day_to_come_is_refused_in_words(town: Town, yesterday: date) -> None:
    browser = staff_at(town.central)
    tomorrow = yesterday + timedelta(days=2)

    answer = browser.post(f"/workbench/visits/{town.desk.id}/{tomorrow}/", typed(1))

    assert answer.status_code == 422
    assert count_history(service_point_id=town.desk.id, day=tomorrow).counts == ()


def test_a_service_point_of_another_branch_is_not_found(town: Town, yesterday: date) -> None:
    browser = staff_at(town.ring)

    assert browser.get(f"/workbench/visits/{town.desk.id}/{yesterday}/").status_code == 404
    assert browser.get(f"/workbench/visits/{town.desk.id}/not-a-day/").status_code == 404


def test_a_cataloguer_types_no_visits(town: Town) -> None:
    assert staff_at(town.central, Role.CATALOGUER).get("/workbench/visits/").status_code == 403


def test_a_branch_without_service_points_says_what_to_do(town: Town) -> None:
    page = staff_at(town.south).get("/workbench/visits/").content.decode()

    assert 'class="empty"' in page


@pytest.mark.parametrize("week", ["2026-02-30", "9999-12-31", "0001-01-01", "abc", ""])
def test_a_mistyped_week_shows_one_that_exists(town: Town, week: str) -> None:
    assert staff_at(town.central).get("/workbench/visits/", {"week": week}).status_code == 200


def test_the_queries_do_not_grow_with_the_service_points(town: Town, django_assert_max_num_queries: Any) -> None:
    for number in range(60):
        make_service_point(town.central, f"P{number}", name_zh=f"窗口{number}")
    browser = staff_at(town.central)
    browser.get("/workbench/visits/")

    with django_assert_max_num_queries(10):
        answer = browser.get("/workbench/visits/")

    assert len(answer.context["rows"]) == 62


def test_the_journal_tells_browsers_apart_without_a_piece_of_their_session_keys(town: Town, yesterday: date) -> None:
    first, other = staff_at(town.central), staff_at(town.central)

    first.post(f"/workbench/visits/{town.desk.id}/{yesterday}/", typed(5))
    other.post(f"/workbench/visits/{town.desk.id}/{yesterday - timedelta(days=1)}/", typed(7))

    desks = list(Entry.objects.filter(kind=Kind.VISIT).order_by("id").values_list("desk", flat=True))
    assert [desk[:4] for desk in desks] == ["web-", "web-"]
    assert len(set(desks)) == 2
    assert str(first.session.session_key)[:4] not in desks[0]
