"""Hours of the week and classes at the workbench (docs/specs/figures.md, DA1 to DA6)."""

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation
from openpyxl import load_workbook

from tests.factories.network import make_branch
from tests.factories.office_pages import NOON, Town, make_town
from tests.factories.staff_pages import english_at
from wenyuan.office.figures.operations import roll_up
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.network.models import Branch

pytestmark = pytest.mark.usefixtures("db")

PAGES = ["hours", "classes"]


@pytest.fixture
def town() -> Town:
    return make_town()


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def happened(branch: Branch, letter: str = "", *, kind: Kind = Kind.LOAN, hours: int = 0, **columns: Any) -> None:
    """An entry of Thursday the 23rd of April 2026, so many hours after noon."""
    at = NOON + timedelta(hours=hours)
    record(Entry(kind=kind, occurred_at=at, door="workbench", branch_id=branch.id, class_letter=letter, **columns))


def opened(browser: Any, markup: str) -> list[tuple[str, str]]:
    """Each number of the page with what the rows behind it come to."""
    found = re.findall(r'<a class="opens" href="([^"]*/figures/rows[^"]*)">([\d,-]+)</a>', markup)
    return [(shown, f"{browser.get(url.replace('&amp;', '&')).context['page_sum']:,}") for url, shown in found]


def test_the_hours_of_the_week_are_a_map_each_field_of_which_opens_da1(town: Town) -> None:
    happened(town.central, quantity=3)
    happened(town.ring, hours=3, quantity=7)
    happened(town.south, hours=3, quantity=100)
    browser = english_at(town.central)

    page = browser.get("/workbench/figures/hours?period=2026&branch=C")

    thursday = {
        hour: (cell.number.value, cell.shade)
        for hour, cell in zip(page.context["hours"], page.context["lines"][3][1], strict=True)
        if cell.number.value
    }
    assert thursday == {12: (3, 3), 15: (7, 5)}
    assert page.context["busiest"] == "Thu, 15 o'clock"
    assert opened(browser, page.content.decode()) == [("3", "3"), ("7", "7")]


def test_an_hour_outside_the_usual_ones_has_its_column_da1(town: Town) -> None:
    happened(town.central, hours=10)

    page = english_at(town.central).get("/workbench/figures/hours?period=2026&branch=C")

    assert page.context["hours"] == [*range(8, 20), 22]


def test_the_classes_stand_in_their_order_beside_the_year_before_da2(town: Town) -> None:
    happened(town.central, "TP", quantity=3)
    happened(town.ring, "I", quantity=9)
    happened(town.central, "", quantity=2)
    at = NOON.replace(year=2025)
    record(Entry(kind=Kind.LOAN, occurred_at=at, door="workbench", branch_id=town.ring.id, class_letter="I"))
    browser = english_at(town.central)

    page = browser.get("/workbench/figures/classes?period=2026&branch=C")

    lines = {one.letter: (one.number.value, one.before.value) for one in page.context["lines"]}
    assert "".join(lines) == "ABCDEFGHIJKNOPQRSTUVXZ—"
    assert {letter: numbers for letter, numbers in lines.items() if any(numbers)} == {
        "I": (9, 1),
        "T": (3, 0),
        "—": (2, 0),
    }
    assert opened(browser, page.content.decode()) == [("9", "9"), ("1", "1"), ("3", "3"), ("2", "2")]
    assert "Literature" in page.content.decode()


def test_items_added_and_visits_are_shown_too_da3(town: Town) -> None:
    happened(town.central, "I", kind=Kind.ITEM_ADDED, quantity=4)
    happened(town.central, kind=Kind.VISIT, quantity=0, persons=30)
    browser = english_at(town.central)

    added = browser.get("/workbench/figures/classes?period=2026&branch=C&show=items_added")
    visits = browser.get("/workbench/figures/hours?period=2026&branch=C&show=visits")
    unknown = browser.get("/workbench/figures/hours?period=2026&branch=C&show=nonsense")

    assert opened(browser, added.content.decode()) == [("4", "4")]
    assert opened(browser, visits.content.decode()) == [("30", "30")]
    assert unknown.context["shown"] == "loans"


def test_the_tables_come_as_workbooks_of_numbers_da4(town: Town) -> None:
    happened(town.central, "I", quantity=9)
    happened(town.central, "=", quantity=2)
    browser = english_at(town.central)

    answers = [browser.get(f"/workbench/figures/{name}.xlsx?period=2026&branch=C") for name in PAGES]
    hours, classes = (load_workbook(io.BytesIO(answer.content)).worksheets[0] for answer in answers)

    thursday = next(row for row in hours.iter_rows(values_only=True) if row[0] == "Thu")
    assert thursday[5] == 11
    cells = {row[0].value: row[2] for row in classes.iter_rows()}
    assert (cells["I"].value, cells["I"].data_type) == (9, "n")
    assert {cell.data_type for row in classes.iter_rows() for cell in row} <= {"n", "s", "inlineStr"}
    assert answers[1]["Content-Disposition"] == (
        f'attachment; filename="classes-loans-{classes_period(browser)}-C.xlsx"'
    )


def classes_period(browser: Any) -> str:
    """As far as today."""
    terms = browser.get("/workbench/figures/classes?period=2026&branch=C").context["lines"][0].number.url
    found = re.search(r"period=([^&]+)", terms)
    assert found is not None
    return found.group(1)


@pytest.mark.parametrize("name", PAGES)
def test_a_period_without_anything_says_so_da5(town: Town, name: str) -> None:
    page = english_at(town.central).get(f"/workbench/figures/{name}?period=2024&branch=C")

    assert page.status_code == 200
    assert "Nothing was recorded in this period" in page.content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_another_branch_is_forbidden_and_what_cannot_be_read_is_told_da6(town: Town, name: str) -> None:
    browser = english_at(town.south)

    assert browser.get(f"/workbench/figures/{name}?period=2026&branch=C").status_code == 403
    assert browser.get(f"/workbench/figures/{name}.xlsx?period=2026&branch=C").status_code == 403
    assert browser.get(f"/workbench/figures/{name}?period=2026&branch=NOPE").status_code == 404
    assert browser.get(f"/workbench/figures/{name}?period=yesterday&branch=S").status_code == 422
    assert browser.get(f"/workbench/figures/{name}.xlsx?period=yesterday&branch=S").status_code == 404
    assert browser.get(f"/workbench/figures/{name}?year=2026&part=-Q1&branch=S")["Location"].endswith(
        f"{name}?period=2026-Q1&branch=S&show=loans"
    )
    assert english_at(town.central, Role.DRIVER).get(f"/workbench/figures/{name}").status_code == 403


@pytest.mark.parametrize("name", PAGES)
def test_the_queries_grow_neither_with_branches_nor_with_classes_da6(
    town: Town, name: str, django_assert_max_num_queries: Any
) -> None:
    for number, letter in enumerate("ABCDEFGHIJ"):
        happened(make_branch(f"X{number}", parent=town.central), letter, hours=number)
    roll_up(at=NOON + timedelta(days=60))
    browser = english_at(town.central)

    with django_assert_max_num_queries(20):
        browser.get(f"/workbench/figures/{name}?period=2026&branch=C")


@pytest.mark.parametrize(
    "terms", ["hour=13", "hour=813", "hour=124", "class=AB", "hour=113&class=A", "point=1&hour=113"]
)
def test_an_address_that_names_no_part_is_not_found(town: Town, terms: str) -> None:
    browser = english_at(town.central)

    assert browser.get(f"/workbench/figures/rows?indicator=loans&period=2026&branch=C&{terms}").status_code == 404
