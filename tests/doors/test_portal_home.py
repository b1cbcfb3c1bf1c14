"""The first page beyond hours and arrivals: what is popular, and notices of closures."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_bib, make_item
from tests.factories.circulation import make_policy
from tests.factories.network import make_area, make_branch, make_closure, make_hours, make_library
from tests.factories.patrons import make_patron
from wenyuan.doors.portal import popular
from wenyuan.lending.circulation.operations import checkin, checkout
from wenyuan.lending.circulation.queries import most_borrowed
from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.models import Entry as JournalEntry
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.network.models import Branch, Closure

pytestmark = pytest.mark.usefixtures("db")

NOON = datetime(2026, 4, 23, 4, 0, tzinfo=UTC)
TODAY = date(2026, 4, 23)


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch, tmp_path: Any, settings: Any) -> Client:
    settings.STATIC_ROOT = settings.HOME = tmp_path
    monkeypatch.setattr(timezone, "now", lambda: NOON)
    popular._ids.cache_clear()
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def central(reader: Client) -> Branch:
    make_library()
    branch = make_branch("C", kind="central", name_en="Central Library")
    make_hours(branch)
    make_policy(loan_days=30, renewal_days=30, max_renewals=1, max_loans=5, max_overdue=0)
    return branch


def section(html: str, name: str) -> str:
    found = re.search(rf'<section[^>]*aria-labelledby="{name}">(.*?)</section>', html, re.DOTALL)
    return found.group(1) if found else ""


def lent(branch: Branch, title: str, readers: int, *, at: datetime = NOON - timedelta(days=1), times: int = 1) -> int:
    """A work that so many readers borrow, each so many times."""
    bib, desk = make_bib(title=title), make_desk(branch)
    for number in range(readers):
        card = f"B{bib.id}N{number}"
        make_patron("王小明", card, home=branch)
        item = make_item(bib=bib, home=branch)
        for _ in range(times):
            checkout(item=item.barcode, card=card, at=at, desk=desk)
            if times > 1:
                checkin(item=item.barcode, at=at, desk=desk)
    return bib.id


def test_what_most_readers_borrow_is_popular_and_what_few_do_is_not_named(central: Branch, reader: Client) -> None:
    lent(central, "三人", 3)
    lent(central, "四人", 4)
    lent(central, "一人多次", 1, times=5)
    lent(central, "从前", 3, at=NOON - timedelta(days=40))
    lent(central, "今天", 3, at=NOON)

    shown = section(reader.get("/").content.decode(), "t-pop")

    assert re.findall(r'<b class="song">([^<]+?)\s*</b>', shown) == ["四人", "三人"]
    assert "王小明" not in shown


def test_nothing_is_said_of_what_is_popular_where_nothing_is(central: Branch, reader: Client) -> None:
    assert section(reader.get("/").content.decode(), "t-pop") == ""


def test_days_are_counted_from_the_first_to_the_last(central: Branch) -> None:
    bib_id = lent(central, "三人", 3)

    assert most_borrowed(first_date=date(2026, 4, 22), last_date=date(2026, 4, 22), size=5) == (bib_id,)
    assert most_borrowed(first_date=date(2026, 4, 23), last_date=date(2026, 4, 30), size=5) == ()


def test_whose_loan_was_undone_is_no_reader_of_it(central: Branch) -> None:
    lent(central, "三人", 3)
    loan = JournalEntry.objects.filter(kind="loan").latest("id")
    undone = Entry(
        kind=Kind.LOAN,
        occurred_at=loan.occurred_at,
        door="workbench",
        subject_kind="item",
        subject_id=loan.subject_id,
        reader_ref=loan.reader_ref,
        quantity=-1,
    )

    record(undone)

    assert most_borrowed(first_date=date(2026, 4, 22), last_date=date(2026, 4, 22), size=5) == ()


def test_it_is_counted_once_a_day(central: Branch, reader: Client, django_assert_num_queries: Any) -> None:
    lent(central, "三人", 3)
    reader.get("/")

    # Library, edition, newest, their numbers, the popular with theirs, closures, booklists.
    with django_assert_num_queries(7):
        reader.get("/")


def test_closures_that_run_or_come_soon_are_noticed(central: Branch, reader: Client) -> None:
    other, area = make_branch("E", name_en="East Branch"), make_area(central, "A1")
    make_closure(central, TODAY + timedelta(days=3), TODAY + timedelta(days=4), reason="Painting")
    make_closure(other, TODAY - timedelta(days=3), reason="Rebuilding")
    make_closure(other, TODAY + timedelta(days=15), reason="Far ahead")
    make_closure(other, TODAY - timedelta(days=9), TODAY - timedelta(days=8), reason="Over")
    Closure.objects.create(branch=central, first_date=TODAY, reason="An area", area=area)

    html = section(reader.get("/").content.decode(), "t-today")

    notices = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html[html.index("t-notices") :]))
    assert "East Branch closed from Mon 20 Apr until further notice Rebuilding" in notices
    assert "Central Library closed from Sun 26 Apr to Mon 27 Apr Painting" in notices
    assert not [word for word in ("Far ahead", "Over", "An area") if word in notices]
