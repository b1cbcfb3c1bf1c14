"""Figures at the workbench: every number opens, its rows add up to it, and nobody sees another's branch."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from tests.factories.accounts import make_desk
from tests.factories.network import make_branch
from tests.factories.office_pages import NOON, Town, happened, make_town
from tests.factories.patrons import make_patron
from tests.factories.staff_pages import english, staff_at
from wenyuan.doors.workbench.figures.words import period_words
from wenyuan.office.figures.data import IndicatorCode, Question
from wenyuan.office.figures.operations import define
from wenyuan.office.figures.rules import parse_period
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.data import Kind

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def town() -> Town:
    return make_town()


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def number_after(markup: str, heading: str) -> str:
    found = re.search(rf"<h3>{heading}</h3><p class=\"value\"><a class=\"opens\" href=\"([^\"]+)\">([\d,]+)", markup)
    assert found is not None
    return found.group(2)


def link_after(markup: str, heading: str) -> str:
    found = re.search(rf"<h3>{heading}</h3><p class=\"value\"><a class=\"opens\" href=\"([^\"]+)\">", markup)
    assert found is not None
    return found.group(1).replace("&amp;", "&")


def test_every_indicator_is_defined_in_words_with_what_it_adds_up(town: Town) -> None:
    page = staff_at(town.central, Role.DIRECTOR).get("/workbench/figures/definitions")

    found = {one.code: one for one in page.context["indicators"]}
    assert set(found) == {code.value for code in IndicatorCode}
    assert found["lecture_attendance"].sums == ("人数：活动（讲座），不含组织参加",)
    assert found["honours_above"].sums == ("数量：荣誉（国家级 / 省级）",)
    assert found["loans"].form_item == "书刊文献外借册次"
    assert staff_at(town.central, Role.DRIVER).get("/workbench/figures/definitions").status_code == 403


def test_the_tiles_show_the_sums_of_a_branch_and_what_stands_below_it(town: Town) -> None:
    happened(Kind.LOAN, town.central, times=3)
    happened(Kind.LOAN, town.ring, times=2)
    happened(Kind.LOAN, town.south, times=7)
    happened(Kind.VISIT, town.central, quantity=0, persons=1234)
    browser = english(staff_at(town.central, Role.DIRECTOR))

    page = browser.get("/workbench/figures/?period=2026-04&branch=C").content.decode()

    assert number_after(page, "Loans counted in items") == "5"
    assert number_after(page, "Visits") == "1,234"


def test_the_rows_behind_a_number_add_up_to_it_over_all_pages(town: Town) -> None:
    happened(Kind.LOAN, town.central, times=60)
    happened(Kind.LOAN, town.ring, quantity=-1)
    browser = english(staff_at(town.central, Role.DIRECTOR))
    figures = browser.get("/workbench/figures/?period=2026-04&branch=C").content.decode()

    first = browser.get(link_after(figures, "Loans counted in items"))
    token = first.context["onward"].token
    second = browser.get(link_after(figures, "Loans counted in items") + f"&from={token}")

    assert (first.context["value"], first.context["page_sum"], second.context["page_sum"]) == (59, 48, 11)
    assert second.context["onward"].token == ""


def test_every_number_of_the_page_opens_onto_rows_of_its_own_sum(town: Town) -> None:
    happened(Kind.LOAN, town.central, times=2, area=town.area)
    happened(Kind.RETURN, town.ring)
    browser = english(staff_at(town.central, Role.DIRECTOR))
    page = browser.get("/workbench/figures/?period=2026-Q2&branch=C").content.decode()

    found = re.findall(r'<a class="opens" href="([^"]*/figures/rows[^"]*)">([\d,-]+)</a>', page)

    assert len(found) > 30
    for url, shown in set(found):
        answer = browser.get(url.replace("&amp;", "&"))
        assert answer.status_code == 200
        assert f"{answer.context['page_sum']:,}" == shown


def test_last_year_stands_beside_this_one(town: Town) -> None:
    happened(Kind.LOAN, town.central, times=4)
    happened(Kind.LOAN, town.central, at=NOON.replace(year=2025), times=2)
    browser = english(staff_at(town.central, Role.DIRECTOR))

    tiles = browser.get("/workbench/figures/?period=2026-04&branch=C").context["tiles"]

    loans = next(tile for tile in tiles if tile.code == "loans")
    assert (loans.number.value, loans.before.value, loans.change_shown) == (4, 2, "100.0%")


def test_a_year_shows_its_months_each_of_which_leads_to_its_days_f6(town: Town) -> None:
    happened(Kind.LOAN, town.central, times=4)
    browser = staff_at(town.central, Role.DIRECTOR)

    year = browser.get("/workbench/figures/?period=2026&branch=C&show=loans")
    month = browser.get(year.context["month_steps"][3].url)

    assert (len(year.context["month_steps"]), year.context["day_steps"]) == (12, [])
    assert year.context["month_steps"][3].url == "/workbench/figures/?period=2026-04&branch=C&show=loans"
    assert f'<a href="{year.context["month_steps"][3].url}">'.replace("&", "&amp;") in year.content.decode()
    assert (len(month.context["day_steps"]), month.context["month_steps"]) == (30, [])
    assert sum(step.number.value for step in month.context["day_steps"]) == 4


def test_a_quarter_shows_months_and_days_f6(town: Town) -> None:
    page = staff_at(town.central, Role.DIRECTOR).get("/workbench/figures/?period=2026-Q3&branch=C")

    assert (len(page.context["month_steps"]), len(page.context["day_steps"])) == (3, 92)


def loans_of(browser: Any, period: str) -> Any:
    page = browser.get(f"/workbench/figures/?period={period}&branch=C")
    assert page.status_code == 200
    return next(tile for tile in page.context["tiles"] if tile.code == "loans")


def the_clock_says(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setattr(timezone, "now", lambda: now)


def test_a_year_that_runs_is_compared_with_the_same_days_of_the_last_f11(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    the_clock_says(monkeypatch, NOON)
    happened(Kind.LOAN, town.central, at=NOON.replace(year=2025), times=2)
    happened(Kind.LOAN, town.central, at=NOON.replace(year=2025) + timedelta(days=1), times=5)
    happened(Kind.LOAN, town.central, times=3)

    tile = loans_of(staff_at(town.central, Role.DIRECTOR), "2026")

    assert (tile.number.value, tile.before.value) == (3, 2)


def test_a_week_that_runs_is_compared_with_the_same_weekdays_f11(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    the_clock_says(monkeypatch, datetime(2026, 4, 21, 4, tzinfo=UTC))  # Tuesday of the 17th week
    for day, count in ((20, 40), (21, 1), (22, 2), (23, 40)):  # the 17th week of 2025 began on the 21st
        happened(Kind.LOAN, town.central, at=datetime(2025, 4, day, 4, tzinfo=UTC), times=count)

    assert loans_of(staff_at(town.central, Role.DIRECTOR), "2026-W17").before.value == 3


def test_a_period_that_began_on_the_29th_of_february_is_opened_on_that_day_f11(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    the_clock_says(monkeypatch, datetime(2024, 2, 29, 4, tzinfo=UTC))
    happened(Kind.LOAN, town.central, at=datetime(2024, 2, 29, 4, tzinfo=UTC))

    tile = loans_of(staff_at(town.central, Role.DIRECTOR), "2024-02-29..2024-12-31")

    assert (tile.number.value, tile.before) == (1, None)


def test_an_answer_that_begins_later_in_the_period_changes_no_comparison_of_today_f11(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    the_clock_says(monkeypatch, NOON)
    happened(Kind.LOAN, town.central, at=NOON.replace(year=2025), times=2)
    happened(Kind.LOAN, town.central, times=3)
    desk = make_desk(town.central, role=Role.DIRECTOR, everywhere=True)
    later = date(2026, 7, 1)
    define(question=Question.RENEWALS_IN_LOANS, counts=True, since=later, basis="Circular 3", at=NOON, desk=desk)

    tile = loans_of(staff_at(town.central, Role.DIRECTOR), "2026")

    assert (tile.change, tile.differs, tile.held) == (50.0, False, ())


def test_a_year_and_its_part_lead_to_their_own_address(town: Town) -> None:
    browser = staff_at(town.central, Role.DIRECTOR)

    chosen = browser.get("/workbench/figures/?year=2026&part=-H1&branch=C")
    own = browser.get("/workbench/figures/?year=2026&part=&first=2026-04-01&last=2026-04-15&branch=C")

    assert chosen["Location"] == "/workbench/figures/?period=2026-H1&branch=C"
    assert own["Location"] == "/workbench/figures/?period=2026-04-01..2026-04-15&branch=C"


@pytest.mark.parametrize(
    "query", ["period=abc", "period=2026-13", "period=2026-04-02..2026-04-01", "year=2026&part=-X9", "first=2026-04-01"]
)
def test_a_period_that_cannot_be_read_is_told_with_the_form(town: Town, query: str) -> None:
    browser = english(staff_at(town.central, Role.DIRECTOR))

    answer = browser.get(f"/workbench/figures/?{query}&branch=C")

    assert answer.status_code == 422
    assert "could not be saved" in answer.content.decode() or "errors" in answer.content.decode()


def test_another_branch_is_forbidden_and_an_unknown_one_is_not_found(town: Town) -> None:
    browser = staff_at(town.ring, Role.DIRECTOR)

    statuses = [
        browser.get(f"/workbench/figures/{path}").status_code
        for path in (
            "?branch=C",
            "?branch=all",
            "rows?indicator=loans&period=2026-04&branch=S",
            "?branch=nowhere",
            "rows?indicator=loans",
            "rows?indicator=gold&period=2026",
        )
    ]

    assert statuses == [403, 403, 403, 404, 404, 404]


def test_a_clerk_without_the_right_sees_no_figures(town: Town) -> None:
    browser = staff_at(town.central, Role.DESK)

    assert browser.get("/workbench/figures/").status_code == 403


def test_a_period_without_anything_is_all_zeros_and_its_rows_say_so(town: Town) -> None:
    browser = english(staff_at(town.central, Role.DIRECTOR))

    page = browser.get("/workbench/figures/?period=2020-02&branch=C").content.decode()
    rows = browser.get(link_after(page, "Loans counted in items")).content.decode()

    assert number_after(page, "Loans counted in items") == "0"
    assert "No row stands behind this number" in rows


def test_the_queries_do_not_grow_with_the_branches(town: Town, django_assert_max_num_queries: Any) -> None:
    for number in range(40):
        branch = make_branch(f"X{number}", parent=town.central)
        happened(Kind.LOAN, branch)
    browser = staff_at(town.central, Role.DIRECTOR)
    browser.get("/workbench/figures/")

    with django_assert_max_num_queries(25):
        answer = browser.get("/workbench/figures/?period=2026&branch=C")

    assert len(answer.context["branch_lines"]) == 42


@pytest.mark.parametrize(
    ("text", "english_words", "chinese_words"),
    [
        ("2026-04", "Apr 2026", "二〇二六年四月"),
        ("2026-12", "Dec 2026", "二〇二六年十二月"),
        ("2026-04-23", "Thu 23 Apr 2026", "2026年4月23日 周四"),
    ],
)
def test_a_period_is_said_in_words(text: str, english_words: str, chinese_words: str) -> None:
    period = parse_period(text)

    with translation.override("zh-hans"):
        chinese = period_words(period)

    assert (period_words(period), chinese) == (english_words, chinese_words)


def test_a_definition_is_set_with_its_day_and_stands_beside_the_figure(town: Town) -> None:
    happened(Kind.LOAN, town.central, times=4)
    happened(Kind.RENEWAL, town.central, times=3)
    happened(Kind.LOAN, town.central, at=NOON.replace(year=2025), times=2)
    browser = english(staff_at(town.central, elsewhere=[(Role.DIRECTOR, None)]))
    url = "/workbench/figures/definitions/renewals_in_loans"

    refused = browser.post(url, {"counts": "no", "since": "2026-01-01", "basis": " "})
    done = browser.post(url, {"counts": "yes", "since": "2026-01-01", "basis": "Circular 3"}, follow=True)

    assert refused.status_code == 422
    assert (
        "That is what holds on that day already."
        in browser.post(url, {"counts": "no", "since": "2025-01-01", "basis": "x"}).content.decode()
    )
    page = done.content.decode()
    assert "with renewals" in page
    assert "set by 王芳: Circular 3" in page
    tiles = browser.get("/workbench/figures/?period=2026-04&branch=all")
    loans = next(tile for tile in tiles.context["tiles"] if tile.code == "loans")
    assert (loans.number.value, loans.before.value, loans.change, loans.differs) == (7, 2, None, True)
    assert [str(words) for words in loans.held] == ["with renewals", "without loans on paper"]
    assert "another definition" in tiles.content.decode()
    rows = browser.get("/workbench/figures/rows?indicator=loans&period=2026-04&branch=all")
    assert (rows.context["value"], rows.context["page_sum"]) == (7, 7)
    assert "with renewals · without loans on paper" in rows.content.decode()
    assert "Circular 3" in browser.get(url).content.decode()


def test_definitions_are_set_by_who_keeps_the_figures(town: Town) -> None:
    clerk = staff_at(town.central, Role.DESK_LEAD)
    here_only = staff_at(town.central, Role.DIRECTOR)
    url = "/workbench/figures/definitions/renewals_in_loans"

    assert clerk.get(url).status_code == 403
    assert here_only.post(url, {"counts": "yes", "since": "2026-01-01", "basis": "x"}).status_code == 403
    assert here_only.get("/workbench/figures/definitions/no_such_question").status_code == 404
    assert url not in clerk.get("/workbench/figures/definitions").content.decode()


def test_every_stock_opens_onto_what_it_counts(town: Town) -> None:
    browser = english(staff_at(town.central, Role.DIRECTOR))
    page = browser.get("/workbench/figures/stocks?period=2026-04&branch=C")

    assert [line["now"] for line in page.context["lines"] if line["code"] in ("branches", "borrowers")] == [1, 0]
    links = re.findall(r'<a class="opens" href="([^"]+)">([\d,]+)</a>', page.content.decode())
    assert len(links) == 16
    for url, shown in links:
        answer = browser.get(url.replace("&amp;", "&"))
        assert (answer.status_code, f"{answer.context['value']:,}") == (200, shown)
    assert browser.get("/workbench/figures/stocks/no_such?period=2026").status_code == 404
    assert browser.get("/workbench/figures/stocks?period=nonsense").status_code == 404
    assert staff_at(town.south, Role.DIRECTOR).get("/workbench/figures/stocks?branch=C").status_code == 403


@pytest.mark.parametrize(("stock", "words"), [("valid_cards", "Adult"), ("branches", "Branch library")])
def test_what_a_stock_counts_is_told_in_words_and_not_in_codes(town: Town, stock: str, words: str) -> None:
    make_patron(home=town.central)
    browser = english(staff_at(town.central, Role.DIRECTOR))

    rows = browser.get(f"/workbench/figures/stocks/{stock}?period={NOON.year}&branch=C")

    assert [row["note"] for row in rows.context["rows"]] == [words]
    assert f'<td class="small">{words}</td>' in rows.content.decode()
