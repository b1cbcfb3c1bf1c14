"""Branches side by side at the workbench (docs/specs/figures.md, SB1 to SB6)."""

import io
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import translation
from openpyxl import load_workbook

from tests.factories.accounts import make_desk
from tests.factories.network import make_branch
from tests.factories.office_pages import NOON, Town, happened, make_town
from tests.factories.staff_pages import english_at
from wenyuan.office.figures.data import Question
from wenyuan.office.figures.operations import define, roll_up
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.network.models import Branch

pytestmark = pytest.mark.usefixtures("db")

PAGE = "/workbench/figures/branches"
YEAR_BEFORE = NOON.replace(year=2025)


@pytest.fixture
def town() -> Town:
    return make_town()


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def lent(branch: Branch, times: int, at: datetime = NOON) -> None:
    happened(Kind.LOAN, branch, quantity=times, at=at)


def numbers(page: Any) -> dict[str, list[tuple[int, int | None, float | None]]]:
    """Of each branch its figures: now, the year before, and the change."""
    return {
        side.name: [(pair.now.value, pair.before.value if pair.before else None, pair.change) for pair in side.pairs]
        for side in (*page.context["sides"], page.context["total"])
    }


def test_branches_stand_side_by_side_with_the_year_before_sb1(town: Town) -> None:
    lent(town.central, 30)
    lent(town.central, 20, YEAR_BEFORE)
    lent(town.ring, 3, YEAR_BEFORE)
    lent(town.south, 100)
    happened(Kind.VISIT, town.ring, quantity=0, persons=40)
    browser = english_at(town.central)

    page = browser.get(f"{PAGE}?period=2026-04&branch=C&figure=loans&figure=visits")

    assert numbers(page) == {
        "Central": [(30, 20, 50.0), (0, 0, None)],
        "Ring Road": [(0, 3, -100.0), (40, 0, None)],
        "Total": [(30, 23, pytest.approx(30.43, abs=0.01)), (40, 0, None)],
    }


def test_every_number_opens_onto_its_rows_sb2(town: Town) -> None:
    lent(town.central, 30)
    lent(town.ring, 3, YEAR_BEFORE)
    happened(Kind.VISIT, town.ring, quantity=0, persons=40)
    browser = english_at(town.central)

    markup = browser.get(f"{PAGE}?period=2026-04&branch=C").content.decode()

    found = re.findall(r'<a class="opens" href="([^"]*/figures/rows[^"]*)">([\d,-]+)</a>', markup)
    sums = [browser.get(url.replace("&amp;", "&")).context["page_sum"] for url, _shown in found]
    assert [int(shown) for _url, shown in found] == sums
    assert sorted(sums) == [3, 3, 3, 30, 30, 30, 40, 40]  # drawn, beside the others, and in the sum


def test_which_figures_stand_is_chosen_and_kept_sb3(town: Town) -> None:
    lent(town.central, 1)
    browser = english_at(town.central)

    usual = browser.get(f"{PAGE}?period=2026&branch=C")
    chosen = browser.get(f"{PAGE}?period=2026&branch=C&figure=visits&figure=returns&figure=nonsense&show=returns")
    another = browser.get(f"{PAGE}?year=2025&part=-Q2&branch=C&figure=visits&figure=returns&show=returns")
    wrong = browser.get(f"{PAGE}?year=2025&part=&branch=C&figure=nonsense")

    assert usual.context["form"].initial["figure"] == [
        "loans",
        "visits",
        "new_cards",
        "items_added",
        "activity_attendance",
    ]
    assert len(usual.context["heads"]) == 5
    assert len(chosen.context["heads"]) == 2
    assert chosen.context["shown"] == "returns"
    assert chosen.context["form"].initial["figure"] == ["returns", "visits"]
    assert another["Location"] == f"{PAGE}?period=2025-Q2&branch=C&show=returns&figure=returns&figure=visits"
    assert wrong.status_code == 422


def test_there_is_no_per_cent_across_a_change_of_definition_sb4(town: Town) -> None:
    lent(town.central, 30)
    lent(town.central, 20, YEAR_BEFORE)
    define(
        question=Question.RENEWALS_IN_LOANS,
        counts=True,
        since=date(2026, 1, 1),
        basis="test",
        at=NOON,
        desk=make_desk(town.central, role=Role.DIRECTOR, everywhere=True),
    )

    terms = "period=2026-04&branch=C&figure=loans&figure=visits"
    page = english_at(town.central).get(f"{PAGE}?{terms}")
    file = english_at(town.central).get(f"{PAGE}.xlsx?{terms}")

    assert numbers(page)["Central"] == [(30, 20, None), (0, 0, None)]
    assert [differs for _name, _unit, differs in page.context["heads"]] == [True, False]
    assert page.content.decode().count("another definition") == 2  # over the chart, and over the table
    heads = [str(cell.value) for cell in load_workbook(io.BytesIO(file.content)).worksheets[0][1]]
    assert ["another definition" in head for head in heads] == [False, False, True, False, False]


def test_the_table_comes_as_a_workbook_of_numbers_sb5(town: Town) -> None:
    lent(town.central, 30)
    lent(town.ring, 3, YEAR_BEFORE)
    Branch.objects.filter(code="R").update(name_en="=1+1")

    answer = english_at(town.central).get(f"{PAGE}.xlsx?period=2026-04&branch=C&figure=loans")

    cells = [list(row) for row in load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows()]
    assert [cell.value for cell in cells[1]] == ["Central", 30, 0]
    assert [cell.value for cell in cells[-1]] == ["Total", 30, 3]
    assert [cell.data_type for cell in cells[1]][1:] == ["n", "n"]
    assert {cell.data_type for row in cells for cell in row} <= {"n", "s", "inlineStr"}
    assert answer["Content-Disposition"] == 'attachment; filename="branches-2026-04-C.xlsx"'


def test_empty_forbidden_and_unreadable_sb6(town: Town) -> None:
    lent(town.south, 3)
    browser = english_at(town.south)

    assert "Nothing was recorded in this period" in browser.get(f"{PAGE}?period=2024&branch=S").content.decode()
    for address in (PAGE, f"{PAGE}.xlsx"):
        assert browser.get(f"{address}?period=2026&branch=C").status_code == 403
        assert browser.get(f"{address}?period=2026&branch=NOPE").status_code == 404
        assert english_at(town.central, Role.DRIVER).get(address).status_code == 403
    assert browser.get(f"{PAGE}?period=yesterday&branch=S").status_code == 422
    assert browser.get(f"{PAGE}.xlsx?period=yesterday&branch=S").status_code == 404


def test_the_queries_do_not_grow_with_branches_sb6(town: Town, django_assert_max_num_queries: Any) -> None:
    for number in range(10):
        lent(make_branch(f"X{number}", parent=town.central), number + 1)
    roll_up(at=NOON + timedelta(days=60))
    browser = english_at(town.central)

    with django_assert_max_num_queries(20):
        page = browser.get(f"{PAGE}?period=2026&branch=C")

    assert len(page.context["sides"]) == 12
