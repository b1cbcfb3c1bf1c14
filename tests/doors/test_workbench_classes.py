"""What is printed for a class: the children's loans for their teacher, and a card's for who keeps the list."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_item
from tests.factories.circulation import make_policy
from tests.factories.network import make_branch
from tests.factories.patrons import make_category, make_patron, make_roster
from tests.factories.staff_pages import staff_at
from wenyuan.lending.circulation.data import BlockCode
from wenyuan.lending.circulation.operations import checkout
from wenyuan.lending.patrons.data import Holder
from wenyuan.lending.patrons.models import Category
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.network.models import Branch

pytestmark = pytest.mark.usefixtures("db")
DESPITE_OVERDUES = frozenset({BlockCode.OVERDUE_LOANS})


@pytest.fixture
def branch() -> Branch:
    branch = make_branch("ZG", name_zh="总馆")
    make_policy(loan_days=30, renewal_days=30, max_renewals=1, max_loans=5, max_overdue=0)
    return branch


@pytest.fixture
def browser(branch: Branch) -> Client:
    return staff_at(branch, Role.DESK_LEAD)


def institution() -> Category:
    """Classes and offices."""
    school = make_category("school")
    school.holder = Holder.INSTITUTION.value
    school.save()
    return school


def test_the_class_teacher_gets_what_each_child_has_on_paper(
    browser: Client, branch: Branch, django_assert_max_num_queries: Any
) -> None:
    roster = make_roster(branch)
    for number, name in enumerate(("王小明", "李小红", "陈小雨"), start=1):
        make_patron(name, f"T{number}", home=branch, roster=roster)
    make_patron("周采薇", "T9", home=branch)
    lent = datetime.now(tz=UTC)
    for card, barcode, days in (("T1", "W1", 90), ("T1", "W2", 1), ("T2", "W3", 1), ("T9", "W4", 1)):
        make_item(home=branch, barcode=barcode)
        checkout(
            item=barcode, card=card, at=lent - timedelta(days=days), desk=make_desk(branch), waive=DESPITE_OVERDUES
        )
    page = f"/workbench/patrons/class-lists/{roster.id}"

    with django_assert_max_num_queries(20):
        printed = browser.get(f"{page}/loans")

    words = printed.content.decode()
    assert {child.name: [loan.item.barcode for loan in mine] for child, mine in printed.context["rows"]} == {
        "王小明": ["W1", "W2"],
        "李小红": ["W3"],
        "陈小雨": [],
    }
    assert (printed.context["count"], printed.context["overdue"]) == (3, 1)
    assert "W4" not in words
    assert words.count("rowspan") == 4  # number and name of the two who have something
    assert f"{page}/loans" in browser.get(page).content.decode()
    assert browser.get("/workbench/patrons/class-lists/987654/loans").status_code == 404


def test_who_keeps_an_institutions_card_gets_a_list_to_write_on(browser: Client, branch: Branch) -> None:
    school = make_patron("实验小学三（2）班", "T1", home=branch, category=institution())
    adult = make_patron("李静", "T2", home=branch)
    for card, barcode in (("T1", "W1"), ("T2", "W2")):
        make_item(home=branch, barcode=barcode)
        checkout(item=barcode, card=card, at=datetime.now(tz=UTC), desk=make_desk(branch), waive=DESPITE_OVERDUES)

    words = browser.get(f"/workbench/patrons/{school.id}/loan-list").content.decode()

    assert "W1" in words
    assert "W2" not in words
    assert "____________" in words
    assert (
        f"/workbench/patrons/{school.id}/loan-list" in browser.get(f"/workbench/patrons/{school.id}").content.decode()
    )
    assert "loan-list" not in browser.get(f"/workbench/patrons/{adult.id}").content.decode()
    assert browser.get("/workbench/patrons/987654/loan-list").status_code == 404
