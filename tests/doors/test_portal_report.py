"""The service report as everybody reads it (docs/specs/figures.md, PR7 to PR10)."""

import csv
import io
import re
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories.network import make_branch, make_library
from wenyuan.doors.portal import report
from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.network.models import Branch
from wenyuan.plumbing.clock import library_zone

pytestmark = pytest.mark.usefixtures("db")

NOON = datetime(2026, 4, 23, 4, 0, tzinfo=UTC)


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch, tmp_path: Any, settings: Any) -> Client:
    settings.STATIC_ROOT = settings.HOME = tmp_path
    monkeypatch.setattr(timezone, "now", lambda: NOON)
    report._years.cache_clear()
    report._kept.clear()
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def central(reader: Client) -> Branch:
    make_library()
    return make_branch("C", kind="central", name_zh="总馆", name_en="Central Library")


@pytest.fixture
def reported(central: Branch) -> Branch:
    """A year with loans at two branches, and few new cards at one of them."""
    town = make_branch("T", name_zh="=镇分馆", name_en="Town Branch", parent=central)
    told(Kind.LOAN, date(2024, 12, 31), central, quantity=3)
    told(Kind.LOAN, date(2025, 1, 31), central, quantity=1200)
    told(Kind.LOAN, date(2025, 2, 1), town, quantity=34)
    told(Kind.CARD_ISSUED, date(2025, 2, 1), central, quantity=40)
    told(Kind.CARD_ISSUED, date(2025, 3, 1), town, quantity=3)
    return town


def told(kind: Kind, day: date, branch: Branch, **columns: Any) -> None:
    at = datetime.combine(day, time(10), tzinfo=library_zone())
    record(Entry(kind=kind, occurred_at=at, door="workbench", branch_id=branch.id, **columns))


def cells(html: str, words: str) -> list[list[str]]:
    """The rows of the table whose caption it is, as texts."""
    table = next(one for one in re.findall(r"<table.*?</table>", html, re.DOTALL) if f">{words}</caption>" in one)
    return [
        [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd][^>]*>.*?</t[hd]>", row, re.DOTALL)]
        for row in re.findall(r"<tr>.*?</tr>", table, re.DOTALL)
    ]


def test_the_foot_of_every_page_leads_to_the_newest_report_pr7(reported: Branch, reader: Client) -> None:
    assert '<a href="/about/report">Service report</a>' in reader.get("/").content.decode()

    response = reader.get("/about/report")

    assert (response.status_code, response["Location"]) == (302, "/about/report/2025")


def test_where_no_year_has_ended_the_page_says_when_there_will_be_one_pr7(central: Branch, reader: Client) -> None:
    response = reader.get("/about/report")

    assert response.status_code == 200
    assert "No report yet" in response.content.decode()


def test_the_page_has_the_year_its_months_and_its_branches_pr8(reported: Branch, reader: Client) -> None:
    html = reader.get("/about/report/2025").content.decode()

    year = cells(html, "Figures of the year")
    assert ["Loans counted in items", "1,234", "items lent"] in year
    assert ["New cards", "43", "cards"] in year
    assert cells(html, "Figures by month")[:3] == [
        ["Month", "Loans counted in items", "New cards"],
        ["Jan", "1,200", "0"],
        ["Feb", "34", "—held back"],
    ]
    assert cells(html, "Figures by branch")[1:] == [
        ["Central Library", "1,200", "—held back"],
        ["Town Branch", "34", "—held back"],
    ]
    assert "from 1 to 4" in html
    assert '<a href="/about/report/2024">2024</a>' in html


def test_a_year_that_runs_or_was_never_recorded_has_no_report_pr7(reported: Branch, reader: Client) -> None:
    paths = [f"/about/report/{year}" for year in ("2026", "2023", "99999999")]

    assert [reader.get(path).status_code for path in paths] == [404, 404, 404]
    assert reader.get("/about/report/2026.json").status_code == 404
    assert reader.get("/about/report/2026.csv").status_code == 404


def test_programs_read_the_same_in_both_languages_pr9(reported: Branch, reader: Client) -> None:
    response = reader.get("/about/report/2025.json")

    told = response.json()
    cards = next(one for one in told["figures"] if one["code"] == "new_cards")
    assert (told["year"], told["as_of"], told["smallest"]) == (2025, "2026-04-23", 5)
    assert {name: cards[name] for name in ("name_zh", "name_en", "unit_zh", "unit_en", "value")} == {
        "name_zh": "新办证",
        "name_en": "New cards",
        "unit_zh": "个",
        "unit_en": "cards",
        "value": 43,
    }
    assert cards["months"][:3] == [
        {"month": "2025-01", "value": 0},
        {"month": "2025-02", "value": None},
        {"month": "2025-03", "value": None},
    ]
    assert cards["branches"][0] == {"branch": "C", "name_zh": "总馆", "name_en": "Central Library", "value": None}
    assert response["Access-Control-Allow-Origin"] == "*"


def test_the_table_has_a_row_for_each_number_and_no_formula_pr9(reported: Branch, reader: Client) -> None:
    response = reader.get("/about/report/2025.csv")

    text = response.content.decode("utf-8-sig")
    rows = [row for row in csv.DictReader(io.StringIO(text)) if row["figure"] == "loans"]
    found = [(row["month"], row["branch"], row["value"], row["held_back"]) for row in rows]
    assert len(rows) == 1 + 12 + 2
    assert found[:2] == [("", "", "1234", "0"), ("2025-01", "", "1200", "0")]
    assert found[-1] == ("", "T", "34", "0")
    assert rows[-1]["branch_name_zh"] == "'=镇分馆"
    assert response["Content-Disposition"] == 'attachment; filename="report-2025.csv"'


def test_what_is_held_back_stands_in_no_form_of_it_pr9(reported: Branch, reader: Client) -> None:
    table, data, html = (
        reader.get(f"/about/report/2025{ending}").content.decode("utf-8-sig") for ending in (".csv", ".json", "")
    )

    assert {"40", "3"}.isdisjoint(cell for row in csv.reader(io.StringIO(table)) for cell in row)
    assert not re.search(r": (40|3)\b", data)
    assert not re.search(r">(40|3)<", html)


def test_a_report_is_counted_once_a_day(reported: Branch, reader: Client, django_assert_num_queries: Any) -> None:
    reader.get("/about/report/2025")

    with django_assert_num_queries(4):  # the library, and the network's edition, each time
        reader.get("/about/report/2025")
        reader.get("/about/report/2025.csv")


def test_what_is_counted_for_somebody_else_is_waited_for_but_not_for_long(
    reported: Branch, reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader.get("/about/report/2024")
    monkeypatch.setattr(report, "PATIENCE_S", 0.01)

    with report._counting:
        refused = [reader.get(f"/about/report/2025{ending}") for ending in ("", ".json", ".csv")]
        counted_before = reader.get("/about/report/2024")
    counted_now = reader.get("/about/report/2025")

    assert [(one.status_code, one["Retry-After"]) for one in refused] == [(503, "30")] * 3
    assert "The report is being counted" in refused[0].content.decode()
    assert 'href="/about/report/2025"' in refused[0].content.decode()
    assert (counted_before.status_code, counted_now.status_code) == (200, 200)


def test_only_reports_of_this_day_and_network_are_kept(reported: Branch, reader: Client) -> None:
    reader.get("/about/report/2025")
    make_branch("N")

    reader.get("/about/report/2025")
    reader.get("/about/report/2024")

    assert sorted(year for year, _day, _edition in report._kept) == [2024, 2025]


def test_search_engines_are_led_to_every_report_pr10(reported: Branch, reader: Client) -> None:
    pages = reader.get("/sitemap/pages.xml").content.decode()

    assert re.findall(r"/about/report/(\d+)<", pages) == ["2025", "2024"]


def test_a_page_has_a_hundred_branches_and_says_how_many_more_the_files_have(
    reported: Branch, reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "MOST_BRANCHES", 1)

    html = reader.get("/about/report/2025").content.decode()

    assert len(cells(html, "Figures by branch")) == 2
    assert "One more branch is in the files." in html
