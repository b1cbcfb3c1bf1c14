"""What closures did, at the workbench (docs/specs/figures.md, CE1 to CE6)."""

import io
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import translation
from openpyxl import load_workbook

from tests.factories.network import make_closure
from tests.factories.office_pages import NOON, Town, happened, make_town
from tests.factories.staff_pages import english_at
from tests.factories.whole_house import now
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.network.models import Closure
from wenyuan.organisation.network.queries import list_closures
from wenyuan.plumbing.clock import local_date

pytestmark = pytest.mark.usefixtures("db")

PAGE = "/workbench/figures/closures"
FIRST, LAST = date(2026, 4, 21), date(2026, 4, 26)  # Tuesday to Sunday; the town is shut on Mondays


@pytest.fixture
def town() -> Town:
    return make_town()


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def busy(town: Town) -> None:
    """Loans and visits before, on a machine during, and after the closure of the ring's branch."""
    for days, loans in ((-2, 48), (0, 5), (7, 24), (60, 1000)):
        happened(Kind.LOAN, town.ring, quantity=loans, at=NOON + timedelta(days=days - 2 if days < 0 else days))
    happened(Kind.VISIT, town.ring, quantity=0, persons=240, at=NOON - timedelta(days=9))
    happened(Kind.LOAN, town.central, quantity=700)


def told(page: Any) -> list[tuple[str, list[tuple[str, str, int, list[int]]]]]:
    return [
        (
            effect.name,
            [
                (str(one.first), str(one.last), one.open_days.value, [number.value for number in one.numbers])
                for one in effect.stretches
            ],
        )
        for effect in page.context["effects"]
    ]


def test_loans_and_visits_before_during_and_after_a_closure_ce1(town: Town) -> None:
    busy(town)
    make_closure(town.ring, FIRST, LAST)

    page = english_at(town.central).get(f"{PAGE}?period=2026-04&branch=C")

    assert told(page) == [
        (
            "Ring Road",
            [
                ("2026-03-24", "2026-04-20", 24, [48, 240]),
                ("2026-04-21", "2026-04-26", 0, [5, 0]),
                ("2026-04-27", "2026-05-24", 24, [24, 0]),
            ],
        )
    ]
    effect = page.context["effects"][0]
    assert (effect.before, effect.after) == (2.0, 1.0)
    assert effect.stretches[1].a_day(0) is None


def test_a_closure_that_lasts_or_has_just_ended_is_told_as_far_as_today_ce2(town: Town) -> None:
    today = local_date(now())
    make_closure(town.ring, today - timedelta(days=3))
    make_closure(town.central, today - timedelta(days=9), today - timedelta(days=2))

    page = english_at(town.central).get(f"{PAGE}?period={today - timedelta(days=20)}..{today}&branch=C")

    lasting, ended = (stretches for _name, stretches in told(page))
    assert [one[:2] for one in lasting][1:] == [(str(today - timedelta(days=3)), str(today))]
    assert [one[:2] for one in ended][1:] == [
        (str(today - timedelta(days=9)), str(today - timedelta(days=2))),
        (str(today - timedelta(days=1)), str(today)),
    ]


def test_only_what_shuts_a_whole_branch_of_those_asked_for_in_the_period_is_told_ce3(town: Town) -> None:
    make_closure(town.ring, FIRST, LAST)
    make_closure(town.south, FIRST, LAST)
    make_closure(town.ring, date(2025, 4, 1), date(2025, 4, 3))
    Closure.objects.filter(id=make_closure(town.central, FIRST, LAST).id).update(area=town.area)
    Closure.objects.filter(id=make_closure(town.central, FIRST, LAST).id).update(withdrawn_at=NOON)
    Closure.objects.filter(id=make_closure(town.central, FIRST, LAST).id).update(shuts_door=False)

    page = english_at(town.central).get(f"{PAGE}?period=2026&branch=C")

    assert [name for name, _stretches in told(page)] == ["Ring Road"]
    assert len(list_closures()) == 6


def test_every_number_opens_onto_its_rows_ce4(town: Town) -> None:
    busy(town)
    make_closure(town.ring, FIRST, LAST)
    browser = english_at(town.central)

    markup = browser.get(f"{PAGE}?period=2026-04&branch=C").content.decode()

    found = re.findall(r'<a class="opens" href="([^"]*/figures/rows[^"]*)">([\d,-]+)</a>', markup)
    sums = [browser.get(url.replace("&amp;", "&")).context["page_sum"] for url, _shown in found]
    assert [int(shown) for _url, shown in found] == sums == [48, 240, 5, 24]
    days = re.findall(r'<a class="opens" href="([^"]*/figures/days[^"]*)">(\d+)</a>', markup)
    assert [browser.get(url.replace("&amp;", "&")).context["total"] for url, _shown in days] == [24, 0, 24]


def test_the_table_comes_as_a_workbook_of_numbers_ce5(town: Town) -> None:
    busy(town)
    make_closure(town.ring, FIRST, LAST, reason="=cmd()")

    answer = english_at(town.central).get(f"{PAGE}.xlsx?period=2026-04&branch=C")

    cells = [list(row) for row in load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows()]
    assert [cell.value for cell in cells[1]][:2] == ["Ring Road", "=cmd()"]
    assert [cell.value for cell in cells[1]][3:] == ["2026-03-24", "2026-04-20", 24, 48, 240]
    assert {cell.data_type for row in cells for cell in row} <= {"n", "s", "inlineStr"}


def test_empty_forbidden_and_unreadable_ce6(town: Town) -> None:
    browser = english_at(town.south)

    assert "No branch was closed in this period" in browser.get(f"{PAGE}?period=2026&branch=S").content.decode()
    for address in (PAGE, f"{PAGE}.xlsx"):
        assert browser.get(f"{address}?period=2026&branch=C").status_code == 403
        assert browser.get(f"{address}?period=2026&branch=NOPE").status_code == 404
        assert english_at(town.central, Role.DRIVER).get(address).status_code == 403
    assert browser.get(f"{PAGE}?period=yesterday&branch=S").status_code == 422
    assert browser.get(f"{PAGE}.xlsx?period=yesterday&branch=S").status_code == 404


def test_at_most_twelve_closures_are_read_ce6(town: Town, django_assert_max_num_queries: Any) -> None:
    for number in range(14):
        make_closure(town.ring, date(2026, 3, 1 + number), date(2026, 3, 1 + number))
    browser = english_at(town.central)

    with django_assert_max_num_queries(50):
        page = browser.get(f"{PAGE}?period=2026&branch=C")

    assert len(page.context["effects"]) == 12
    assert "The latest 12 closures" in page.content.decode()
