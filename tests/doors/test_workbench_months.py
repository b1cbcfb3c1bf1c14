"""Closed months at the workbench (docs/specs/figures.md, CM13 to CM16)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from django.utils import translation

from tests.factories.accounts import make_desk
from tests.factories.office_pages import Town, happened, make_town
from tests.factories.staff_pages import english, staff_at
from wenyuan.doors.cli.summary import closed_words
from wenyuan.office.figures.data import Question
from wenyuan.office.figures.operations import adjust_month, close_month, define
from wenyuan.office.figures.queries import months_closed
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.operations import record

pytestmark = pytest.mark.usefixtures("db")

APRIL = date(2026, 4, 1)
MAY_DAY = datetime(2026, 5, 1, 4, tzinfo=UTC)


@pytest.fixture
def town() -> Town:
    return make_town()


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def director_of_all(town: Town) -> Any:
    return english(staff_at(town.central, Role.DIRECTOR, elsewhere=[(Role.DIRECTOR, None)]))


def closed_april(town: Town) -> None:
    close_month(month=APRIL, at=MAY_DAY, desk=make_desk(town.central, role=Role.DIRECTOR, everywhere=True))


def told(page: Any) -> str:
    return " ".join(page.content.decode().replace("<", " <").replace(">", "> ").split())


def test_a_month_is_looked_at_closed_and_listed_cm13(town: Town) -> None:
    happened(Kind.LOAN, town.central, times=3)
    happened(Kind.LOAN, town.ring, times=2)
    browser = director_of_all(town)
    assert "Close Apr 2026" in told(browser.get("/workbench/figures/months?year=2026"))

    looked_at = browser.get("/workbench/figures/months/2026-04")
    key = looked_at.context["form"]["key"].value()
    answer = browser.post("/workbench/figures/months/2026-04", {"key": key}, follow=True)

    assert answer.status_code == 200
    assert "The month is closed; its figures are frozen." in told(answer)
    [loans] = [one for one in answer.context["figures"] if one.name == "Loans counted in items"]
    assert (loans.frozen, loans.adjusted, loans.value, loans.now.shown, loans.differs) == ("5", "", "5", "5", False)
    line = next(one for one in browser.get("/workbench/figures/months?year=2026").context["lines"] if one["closed"])
    assert (line["words"], line["state"], line["frozen"], line["differs"]) == ("Apr 2026", "agrees", 5, 0)
    again = browser.post("/workbench/figures/months/2026-04", {"key": "another"})
    assert (again.status_code, "has been closed already" in told(again)) == (422, True)
    assert browser.post("/workbench/figures/months/2026-06", {}).status_code == 422


def test_what_came_later_is_listed_and_taken_in_for_a_reason_cm14(town: Town) -> None:
    happened(Kind.LOAN, town.central, times=3)
    closed_april(town)
    happened(Kind.LOAN, town.ring, times=2)
    browser = director_of_all(town)

    month = browser.get("/workbench/figures/months/2026-04")
    differing = {
        (one.place, str(one.name)): (one.snapshot, one.now.shown, one.change) for one in month.context["differing"]
    }
    assert differing["the whole network", "Loans counted in items"] == ("3", "5", "+2")
    assert differing["Ring Road", "Loans counted in items"] == ("0", "2", "+2")
    later = browser.get("/workbench/figures/months/2026-04/later")
    assert len(later.context["rows"]) == 5  # the closing was told of a day in May; all of these were recorded since
    form = browser.get("/workbench/figures/months/2026-04/adjust").context["form"]
    sent = {"key": form["key"].value(), "seen": form["seen"].value()}
    assert browser.post("/workbench/figures/months/2026-04/adjust", sent | {"reason": ""}).status_code == 422
    happened(Kind.LOAN, town.south)
    stale = browser.post("/workbench/figures/months/2026-04/adjust", sent | {"reason": "补录"})
    assert (stale.status_code, "Something else came meanwhile" in told(stale)) == (422, True)
    sent["seen"] = stale.context["form"]["seen"].value()
    answer = browser.post("/workbench/figures/months/2026-04/adjust", sent | {"reason": "断网借还补录"}, follow=True)

    assert "The adjustment is recorded" in told(answer)
    assert "断网借还补录" in told(answer)
    [loans] = [one for one in answer.context["figures"] if one.name == "Loans counted in items"]
    assert (loans.frozen, loans.adjusted, loans.value, loans.now.shown) == ("3", "+3", "6", "6")
    assert answer.context["differing"] == []


def test_a_branch_sees_its_own_snapshot_and_closes_nothing_cm15(town: Town) -> None:
    happened(Kind.LOAN, town.central, times=3)
    happened(Kind.LOAN, town.south, times=2)
    closed_april(town)
    happened(Kind.LOAN, town.south)
    browser = english(staff_at(town.ring, Role.DIRECTOR))

    listed = browser.get("/workbench/figures/months?year=2026")
    month = browser.get("/workbench/figures/months/2026-04")

    april = next(one for one in listed.context["lines"] if one["closed"])
    assert (april["frozen"], april["differs"], april["state"]) == (0, 0, "agrees")
    assert month.context["state"] == "agrees"
    assert (month.context["differing"], month.context["adjust_url"]) == ([], "")
    assert browser.get("/workbench/figures/months/2026-04?branch=all").status_code == 403
    assert browser.get("/workbench/figures/months/2026-04?branch=S").status_code == 403
    assert browser.post("/workbench/figures/months/2026-05", {}).status_code == 403
    assert browser.post("/workbench/figures/months/2026-04/adjust", {"reason": "补录"}).status_code == 403
    assert months_closed() == (APRIL,)
    south = english(staff_at(town.south, Role.DIRECTOR))
    differing = south.get("/workbench/figures/months/2026-04").context["differing"]
    assert {one.place for one in differing} == {"South", "South and what stands below it"}
    for one in differing:
        assert south.get(one.now.url).status_code == 200
    desk = make_desk(town.central, role=Role.DIRECTOR, everywhere=True)
    adjust_month(month=APRIL, reason="城南补录", at=MAY_DAY, desk=desk)
    assert browser.get("/workbench/figures/months/2026-04").context["adjustments"] == []
    [(one, numbers, loans)] = south.get("/workbench/figures/months/2026-04").context["adjustments"]
    assert (one.reason, numbers, loans) == ("城南补录", 4, "+1")


def test_the_adjustment_shows_the_whole_network_from_whichever_branch_one_comes_cm14(town: Town) -> None:
    happened(Kind.LOAN, town.central)
    closed_april(town)
    happened(Kind.LOAN, town.south)
    browser = director_of_all(town)

    month = browser.get("/workbench/figures/months/2026-04?branch=S")
    page = browser.get("/workbench/figures/months/2026-04/adjust?branch=R")

    assert month.context["adjust_url"] == "/workbench/figures/months/2026-04/adjust?branch=all"
    assert {one.place for one in page.context["differing"]} == {
        "the whole network",
        "South",
        "South and what stands below it",
    }
    assert page.context["sheet"].line == "the whole network · Apr 2026"
    assert (
        english(staff_at(town.south, Role.DIRECTOR))
        .get("/workbench/figures/months/2026-04/adjust?branch=S")
        .status_code
        == 403
    )


def test_the_adjustment_shows_the_readers_of_every_place_cm23(town: Town) -> None:
    noon = datetime(2026, 4, 23, 4, tzinfo=UTC)
    lent = Entry(kind=Kind.LOAN, occurred_at=noon, door="workbench", branch_id=town.ring.id, reader_ref=UUID(int=1))
    record(lent, replace(lent, branch_id=town.south.id))
    closed_april(town)
    record(replace(lent, quantity=-1), lent, replace(lent, branch_id=town.south.id, quantity=-1), lent)
    browser = director_of_all(town)

    page = browser.get("/workbench/figures/months/2026-04/adjust")

    shown = {
        (one.place, str(one.name)): (one.snapshot, one.now, one.change)
        for one in page.context["differing_readers"]
        if one.category == "all"
    }
    assert shown == {
        ("the whole network", "Borrowing readers by day"): (2, 1, "-1"),
        ("South and what stands below it", "Readers who borrowed"): (1, 0, "-1"),
        ("South and what stands below it", "Borrowing readers by day"): (1, 0, "-1"),
    }
    assert "South and what stands below it" in told(page)
    for one in page.context["differing_readers"]:
        assert not one.url or browser.get(one.url).status_code == 200


def test_who_sees_no_figures_sees_no_closed_months_cm15(town: Town) -> None:
    clerk = staff_at(town.central, Role.DRIVER)

    for path in ("months", "months/2026-04", "months/2026-04/adjust", "months/2026-04/later"):
        assert clerk.get(f"/workbench/figures/{path}").status_code == 403


def test_nothing_recorded_an_open_month_and_what_is_no_month_are_told_cm16(town: Town) -> None:
    browser = director_of_all(town)

    assert "Months are closed in order" not in told(browser.get("/workbench/figures/months/2026-04"))
    assert "Nothing was recorded in this month." in told(browser.get("/workbench/figures/months/2026-04"))
    for text in ("2026-13", "2026-4", "april", "1800-01"):
        assert browser.get(f"/workbench/figures/months/{text}").status_code == 404
    assert browser.get("/workbench/figures/months/2026-04/adjust").status_code == 404
    assert browser.get("/workbench/figures/months/2026-04/later").status_code == 404
    happened(Kind.LOAN, town.central)
    assert "the next is Apr 2026" in told(browser.get("/workbench/figures/months/2026-05"))
    assert browser.get("/workbench/figures/months?year=1999").status_code == 200


def test_the_reconciliation_is_green_or_says_what_differs_cm19(town: Town) -> None:
    happened(Kind.RETURN, town.central, times=2)
    closed_april(town)
    browser = director_of_all(town)
    green = browser.get("/workbench/figures/months/reconciliation?year=2026")
    assert (green.context["differs"], "everything agrees" in told(green)) == (0, True)

    happened(Kind.LOAN, town.ring, item_id=7)
    red = browser.get("/workbench/figures/months/reconciliation?year=2026")

    april = next(line for line in red.context["lines"] if line["words"] == "Apr 2026")
    assert (april["three"].rows, april["three"].journal, april["snapshot"], april["differs"]) == (0, 1, 0, 8)
    assert (red.context["differs"], "1 month does not agree" in told(red)) == (1, True)
    unlike = browser.get(april["unlike_url"])
    assert [(one.item_id, one.rows, one.journal) for one, _url in unlike.context["rows"]] == [(7, 0, 1)]
    assert "Every loan is counted alike" in told(browser.get("/workbench/figures/months/2026-05/loans"))
    south = english(staff_at(town.south, Role.DIRECTOR))
    assert south.get("/workbench/figures/months/reconciliation?year=2026").context["differs"] == 0
    assert south.get("/workbench/figures/months/reconciliation?branch=all").status_code == 403
    for path in ("reconciliation", "2026-04/loans"):
        assert staff_at(town.central, Role.DRIVER).get(f"/workbench/figures/months/{path}").status_code == 403


def test_the_work_summary_names_what_is_not_as_the_snapshot_says_cm21(town: Town) -> None:
    happened(Kind.LOAN, town.central, times=3)
    closed_april(town)
    browser = director_of_all(town)
    green = browser.get("/workbench/figures/summary?period=2026-04")
    assert (green.context["is_frozen"], green.context["not_frozen"], green.context["adjusted"]) == (True, [], [])
    assert "Every number is what the closed months say." in told(green)

    happened(Kind.RETURN, town.ring)
    desk = make_desk(town.central, role=Role.DIRECTOR, everywhere=True)
    adjust_month(month=APRIL, reason="补录", at=MAY_DAY, desk=desk)
    happened(Kind.HONOUR, town.ring)
    red = browser.get("/workbench/figures/summary?period=2026-04")

    assert [str(name) for name in red.context["not_frozen"]] == ["Honours"]
    assert "Returns counted in items" in [str(name) for name in red.context["adjusted"]]
    assert "Something came since these months were closed." in told(red)
    assert not browser.get("/workbench/figures/summary?period=2026-05").context["is_frozen"]


def test_the_command_line_says_how_many_figures_were_adjusted_and_differ_cm21() -> None:
    figures = [
        {"value": 7, "snapshot": {"frozen": 5, "adjusted": 2}},
        {"value": 7, "snapshot": {"frozen": 5, "adjusted": 0}},
        {"value": 1, "snapshot": {"frozen": 1, "adjusted": 0}},
    ]

    assert closed_words(figures) == (
        "Every month of it is closed: 1 figures were adjusted since, 1 differ from the snapshot."
    )


def test_the_page_has_the_readers_of_a_month_each_once_cm23(town: Town) -> None:
    noon = datetime(2026, 4, 23, 4, tzinfo=UTC)
    lent = Entry(kind=Kind.LOAN, occurred_at=noon, door="workbench", branch_id=town.ring.id, reader_ref=UUID(int=1))
    record(lent, lent, lent)
    closed_april(town)
    record(replace(lent, reader_ref=UUID(int=2)))
    browser = director_of_all(town)

    month = browser.get("/workbench/figures/months/2026-04")
    adjust = browser.get("/workbench/figures/months/2026-04/adjust")

    found = {
        (str(one["name"]), one["category"]): (one["frozen"], one["now"], one["differs"])
        for one in month.context["readers"]
    }
    assert found["Readers who borrowed", "all"] == (1, 2, True)
    assert len(month.context["readers"]) == 4
    sent = {"seen": adjust.context["form"]["seen"].value(), "reason": "补录"}
    answer = browser.post("/workbench/figures/months/2026-04/adjust", sent, follow=True)
    assert [one["adjusted"] for one in answer.context["readers"]] == ["+1"] * 4
    assert not any(one["differs"] for one in answer.context["readers"])


def test_readers_alone_that_differ_are_told_on_every_page_cm23(town: Town) -> None:
    noon = datetime(2026, 4, 23, 4, tzinfo=UTC)
    lent = Entry(kind=Kind.LOAN, occurred_at=noon, door="workbench", branch_id=town.ring.id, reader_ref=UUID(int=1))
    record(lent, replace(lent, reader_ref=UUID(int=2)))
    closed_april(town)
    record(lent, replace(lent, reader_ref=UUID(int=2), quantity=-1))
    browser = director_of_all(town)

    months = browser.get("/workbench/figures/months?year=2026")
    reconciled = browser.get("/workbench/figures/months/reconciliation?year=2026")
    month = browser.get("/workbench/figures/months/2026-04")

    # two figures of readers, by category and in all, of the branch, of what it stands below and of everything
    april = next(one for one in months.context["lines"] if one["closed"])
    assert (april["state"], april["differs"]) == ("differs", 12)
    april = next(one for one in reconciled.context["lines"] if one["words"] == "Apr 2026")
    assert (april["differs"], april["agrees"]) == (12, False)
    assert (month.context["state"], len(month.context["differing_readers"])) == ("differs", 12)
    assert "Nothing differs from the snapshot." not in told(month)
    south = english(staff_at(town.south, Role.DIRECTOR))
    assert south.get("/workbench/figures/months/2026-04").context["differing_readers"] == []
    desk = make_desk(town.central, role=Role.DIRECTOR, everywhere=True)
    adjust_month(month=APRIL, reason="读者更正", at=MAY_DAY, desk=desk)
    [(_one, numbers, loans)] = browser.get("/workbench/figures/months/2026-04").context["adjustments"]
    assert (numbers, loans) == (12, "")


def test_the_page_has_the_definitions_that_an_adjustment_took_in_cm24(town: Town) -> None:
    happened(Kind.LOAN, town.central)
    happened(Kind.RENEWAL, town.central)
    closed_april(town)
    desk = make_desk(town.central, role=Role.DIRECTOR, everywhere=True)
    define(question=Question.RENEWALS_IN_LOANS, counts=True, since=APRIL, basis="省馆", at=MAY_DAY, desk=desk)
    browser = director_of_all(town)
    assert "without renewals" in told(browser.get("/workbench/figures/months/2026-04"))

    adjust_month(month=APRIL, reason="口径调整", at=MAY_DAY, desk=desk)

    page = told(browser.get("/workbench/figures/months/2026-04"))
    assert ("with renewals" in page, "without renewals" in page) == (True, False)


def test_the_queries_do_not_grow_with_what_differs(town: Town, django_assert_max_num_queries: Any) -> None:
    happened(Kind.LOAN, town.central)
    closed_april(town)
    for kind in (Kind.LOAN, Kind.RETURN, Kind.RENEWAL, Kind.HONOUR):
        for branch in (town.central, town.ring, town.south):
            happened(kind, branch)
    desk = make_desk(town.central, role=Role.DIRECTOR, everywhere=True)
    adjust_month(month=APRIL, reason="补录", at=MAY_DAY, desk=desk)
    happened(Kind.RETURN, town.south, times=200)
    browser = director_of_all(town)
    browser.get("/workbench/figures/months/2026-04")

    with django_assert_max_num_queries(18):  # two of them for readers
        browser.get("/workbench/figures/months/2026-04")
    with django_assert_max_num_queries(16):
        browser.get("/workbench/figures/months?year=2026")
