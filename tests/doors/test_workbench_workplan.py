"""The work plan at the workbench (docs/specs/work-plan.md)."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import timezone, translation

from tests.factories.office_pages import Town, happened, make_town
from tests.factories.staff_pages import staff_at
from wenyuan.office.workplans.models import Goal, Milestone
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.data import Kind

pytestmark = pytest.mark.usefixtures("db")

NOW = datetime(2026, 7, 1, 4, tzinfo=UTC)
SENT = {
    "title": "入藏新书",
    "part": "holdings",
    "branch": "all",
    "duty": "采编部",
    "first_date": "2026-01-01",
    "due_date": "2026-12-31",
    "figure": "items_added",
    "target": "3,000",
    "standard": "验收入藏",
    "milestones": "2026-03-31 招标\n\n2026/6/30  首批到馆",
    "key": "k1",
}


@pytest.fixture
def town() -> Town:
    return make_town()


@pytest.fixture(autouse=True)
def _on_a_day_of_july(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    with translation.override("zh-hans"):
        yield


def director(town: Town) -> Any:
    browser = staff_at(town.central, Role.DIRECTOR, elsewhere=[(Role.DIRECTOR, None)])
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-CN"
    return browser


def put_in(browser: Any, **changes: str) -> Goal:
    answer = browser.post("/workbench/figures/plan/new?year=2026", {**SENT, **changes})
    assert answer.status_code == 302, answer.content.decode()
    return Goal.objects.latest("id")


def test_a_goal_is_put_in_and_its_figure_opens_onto_its_rows(town: Town) -> None:
    happened(Kind.ITEM_ADDED, town.ring, at=datetime(2026, 3, 1, 4, tzinfo=UTC), quantity=1850)
    browser = director(town)

    goal = put_in(browser)

    assert (goal.year, goal.target, goal.figure, goal.branch_id) == (2026, 3000, "items_added", None)
    steps = Milestone.objects.order_by("due_date").values_list("title", "due_date__month")
    assert list(steps) == [("招标", 3), ("首批到馆", 6)]
    page = browser.get("/workbench/figures/plan/?year=2026").content.decode()
    assert "2026年工作计划" in page
    assert "馆藏" in page
    found = re.search(r'<a class="opens" href="([^"]+)">1,850</a>', page)
    assert found is not None
    assert browser.get(found[1].replace("&amp;", "&")).status_code == 200
    assert re.search(r"3,000 <small>册</small>", page)
    assert "滞后" in page  # the first milestone is late
    assert "共1项目标：已达标0项，滞后或逾期1项。" in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"milestones": "三月招标"}, "此行开头不是 2026-06-30 这样的日期：三月招标"),
        ({"milestones": "2026-02-30 招标"}, "此行开头不是 2026-06-30 这样的日期：2026-02-30 招标"),
        ({"target": "三千"}, "请填整数；金额填元，最多两位小数。"),
        ({"target": ""}, "选了指标须填大于零的目标值；填了目标值须选指标。"),
        ({"due_date": "2027-01-01"}, "起止日期须在计划年度之内。"),
        ({"figure": "borrowers"}, "选择一个有效的选项"),
    ],
)
def test_what_cannot_be_is_told_at_its_field(town: Town, changes: dict[str, str], words: str) -> None:
    answer = director(town).post("/workbench/figures/plan/new?year=2026", {**SENT, **changes})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Goal.objects.exists()


def test_money_is_planned_in_yuan_and_hours_and_places_by_their_number(town: Town) -> None:
    browser = director(town)

    money = put_in(browser, figure="money_received", target="12000.50", key="k2")
    page = browser.get(f"/workbench/figures/plan/{money.id}/edit").content.decode()

    assert money.target == 1_200_050
    assert 'value="12000.50"' in page


def test_a_goal_is_changed_by_who_saw_it_last(town: Town) -> None:
    browser = director(town)
    goal = put_in(browser)
    form = browser.get(f"/workbench/figures/plan/{goal.id}/edit").context["form"]
    sent = {**SENT, "title": "入藏新书和报刊", "version": form.initial["version"]}

    first = browser.post(f"/workbench/figures/plan/{goal.id}/edit", sent)
    again = browser.post(f"/workbench/figures/plan/{goal.id}/edit", sent)

    assert (first.status_code, again.status_code) == (302, 422)
    assert "该目标已被他人修改，请重新查看。" in again.content.decode()
    assert Goal.objects.get().title == "入藏新书和报刊"


def test_milestones_are_noted_and_a_goal_is_closed_and_opened_again(town: Town) -> None:
    browser = director(town)
    goal = put_in(browser, figure="", target="")
    step = Milestone.objects.get(title="招标")
    url = f"/workbench/figures/plan/{goal.id}/"

    browser.post(f"{url}milestones/{step.id}", {"done": "2026-03-30"})
    page = browser.get(url).content.decode()
    closed = browser.post(f"{url}closed", {"dropped": "", "on": "2026-06-30", "words": "验收单"}, follow=True)
    reopened = browser.post(f"{url}reopened", follow=True)

    step.refresh_from_db()
    assert str(step.done_date) == "2026-03-30"
    assert "50%" in page
    assert "验收单" in closed.content.decode()
    assert "目标已重新打开。" in reopened.content.decode()
    unsaid = browser.post(f"{url}closed", {"on": "2026-06-30", "words": ""}, follow=True)
    assert "请填写日期和依据。" in unsaid.content.decode()
    other = browser.post(f"{url}milestones/{step.id + 9}", {"done": "2026-03-30"}, follow=True)
    assert "没有该节点，或日期有误。" in other.content.decode()


def test_goals_are_carried_over_to_the_next_year(town: Town) -> None:
    browser = director(town)
    put_in(browser)

    answer = browser.post("/workbench/figures/plan/carried", {"year": "2026", "branch": "all"}, follow=True)

    assert "已结转1项目标。" in answer.content.decode()
    assert "2027年工作计划" in answer.content.decode()
    assert str(Goal.objects.get(year=2027).due_date) == "2027-12-31"


def test_a_year_without_goals_says_what_to_do(town: Town) -> None:
    keeps = director(town).get("/workbench/figures/plan/?year=2031").content.decode()
    sees = staff_at(town.central, Role.DESK_LEAD).get("/workbench/figures/plan/?year=2031").content.decode()

    assert "请录入第一项目标" in keeps
    assert "新增目标" in keeps
    assert "新增目标" not in sees
    assert "目标由此处的数据负责人录入" in sees


def test_nobody_sees_or_touches_a_plan_of_elsewhere_wp8(town: Town) -> None:
    goal = put_in(director(town))
    at_south = staff_at(town.south, Role.DIRECTOR, username="south")
    url = f"/workbench/figures/plan/{goal.id}/"

    answers = [
        at_south.get("/workbench/figures/plan/?year=2026&branch=all"),
        at_south.get(f"/workbench/figures/plan/?year=2026&branch={town.central.code}"),
        at_south.get(url),
        at_south.get(f"{url}edit"),
        at_south.post(f"{url}edit", SENT),
        at_south.post(f"{url}closed", {"on": "2026-06-30", "words": "x"}),
        at_south.post(f"{url}reopened"),
        at_south.post(f"{url}milestones/{Milestone.objects.earliest('id').id}", {"done": ""}),
        at_south.post("/workbench/figures/plan/carried", {"year": "2026", "branch": "all"}),
    ]

    assert [answer.status_code for answer in answers] == [403] * 9
    assert at_south.get("/workbench/figures/plan/?year=2026").status_code == 200
    assert at_south.get("/workbench/figures/plan/999/").status_code == 404
    assert staff_at(town.south, Role.DESK, username="desk").get("/workbench/figures/plan/").status_code == 403
    refused = at_south.post("/workbench/figures/plan/new?year=2026", SENT)
    assert refused.status_code == 422  # the whole network is none of its choices


def test_who_sees_several_places_finds_their_plans(town: Town) -> None:
    browser = director(town)
    put_in(browser)
    put_in(browser, branch=str(town.ring.id), key="k2")

    page = browser.get("/workbench/figures/plan/?year=2026").content.decode()
    of_ring = browser.get(f"/workbench/figures/plan/?year=2026&branch={town.ring.code}").content.decode()

    assert "本年度其他计划" in page
    assert f"branch={town.ring.code}" in page
    assert "入藏新书" in of_ring
