"""Booklists at the workbench: made, filled by a search, put in order, shown and deleted."""

import re
from datetime import date

import pytest
from django.test import Client

from tests.factories.catalogue import make_bib, make_item
from tests.factories.network import make_branch, make_library
from tests.factories.staff_pages import staff_at
from wenyuan.doors.workbench.booklists.words import FIELDS, REASONS, STATES
from wenyuan.holdings.catalogue.models import Bib
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.network.models import Branch
from wenyuan.services.reading.data import BooklistReason, BooklistState
from wenyuan.services.reading.models import Booklist, BooklistLine

HERE = "/workbench/booklists/"


@pytest.fixture
def central(db: None) -> Branch:
    make_library()
    return make_branch("C", kind="central", name_en="Central Library")


@pytest.fixture
def staff(central: Branch) -> Client:
    return staff_at(central, Role.OUTREACH)


def begin(staff: Client, central: Branch, **typed: str) -> Booklist:
    answer = staff.post(f"{HERE}new", {"title": "春天读什么", "branch": central.id, **typed})
    assert answer.status_code == 302, answer.content.decode()
    return Booklist.objects.latest("id")


def test_every_state_and_reason_has_words() -> None:
    assert set(STATES) == set(BooklistState)
    assert set(REASONS) == set(BooklistReason)
    assert set(FIELDS) < set(BooklistReason)


def test_a_list_is_made_filled_put_in_order_and_shown(staff: Client, central: Branch) -> None:
    made = begin(staff, central, words="给第一次来的人", first_date="2026-01-05")
    page = f"{HERE}{made.id}"
    make_bib(title="活着", author="余华", isbn="9787506365437")
    make_bib(title="围城", author="钱锺书")

    for asked in ("978-7-5063-6543-7", "围"):
        bib_id = staff.get(page, {"q": asked}).context["found"][0].id
        staff.post(f"{page}/works", {"bib": bib_id, "words": "好看"})
    second = BooklistLine.objects.get(place=2)
    staff.post(f"{page}/works/{second.id}", {"version": "1", "place": "1", "words": "先读这本"})

    html = staff.get(page).content.decode()
    assert html.index("围城") < html.index("活着")
    assert 'value="先读这本"' in html
    assert f'href="/list/{made.id}"' in html
    assert "对读者可见" in staff.get(HERE).content.decode()
    staff.post(f"{page}/works/{second.id}/removed")
    assert list(BooklistLine.objects.values_list("place", "words")) == [(1, "好看")]


def test_a_list_of_which_every_work_is_withdrawn_leads_to_no_page_of_readers(staff: Client, central: Branch) -> None:
    made, bib = begin(staff, central, first_date="2026-01-05"), make_bib(title="活着")
    make_item(bib=bib, home=central, state="withdrawn")
    staff.post(f"{HERE}{made.id}/works", {"bib": bib.id})

    html = staff.get(f"{HERE}{made.id}").content.decode()

    assert "活着" in html
    assert f'href="/list/{made.id}"' not in html


def test_what_is_on_the_list_already_is_said_so(staff: Client, central: Branch) -> None:
    made, bib = begin(staff, central), make_bib(title="活着")
    staff.post(f"{HERE}{made.id}/works", {"bib": bib.id})

    html = staff.get(f"{HERE}{made.id}", {"q": "活着"}).content.decode()
    again = staff.post(f"{HERE}{made.id}/works", {"bib": bib.id}, follow=True).content.decode()

    assert "已在书目中" in html
    assert "该书已在书目中。" in again


def test_a_lines_form_has_the_place_of_its_line_and_who_comes_second_overwrites_nothing(
    staff: Client, central: Branch
) -> None:
    made, kept = begin(staff, central), make_bib(title="活着")
    gone, other = make_bib(title="活着（旧）"), make_bib(title="围城")
    for bib in (gone, kept, other):
        staff.post(f"{HERE}{made.id}/works", {"bib": bib.id})
    Bib.objects.filter(id=gone.id).update(merged_into=kept)
    line = f"{HERE}{made.id}/works/{BooklistLine.objects.get(bib=other).id}"

    html = staff.get(f"{HERE}{made.id}").content.decode()
    staff.post(line, {"version": "1", "place": "3", "words": "先来"})
    late = staff.post(line, {"version": "1", "place": "3", "words": "后到"}, follow=True).content.decode()

    assert re.findall(r'name="place"[^>]* value="(\d+)"', html) == ["1", "3"]
    assert "刚被他人修改" in late
    assert list(BooklistLine.objects.order_by("place").values_list("words", flat=True)) == ["", "", "先来"]


def test_a_form_that_is_refused_says_why_at_the_field(staff: Client, central: Branch) -> None:
    answer = staff.post(
        f"{HERE}new",
        {"title": "春天", "branch": central.id, "first_date": "2026-05-02", "last_date": "2026-05-01"},
    )

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["last_date"]
    assert Booklist.objects.count() == 0


def test_what_readers_saw_is_not_made_a_draft_and_the_form_says_why_at_its_first_day(
    staff: Client, central: Branch
) -> None:
    made = begin(staff, central, first_date="2026-01-05")

    answer = staff.post(f"{HERE}{made.id}/edit", {"title": "春天读什么", "version": "1", "first_date": ""})

    assert answer.status_code == 422
    assert answer.context["form"].errors == {"first_date": ["读者已看到过这份书目，请改为填写结束日期。"]}
    assert Booklist.objects.get().first_date == date(2026, 1, 5)


def test_who_comes_second_sees_what_the_first_wrote(staff: Client, central: Branch) -> None:
    made = begin(staff, central)
    for title in ("夏天", "秋天"):
        answer = staff.post(f"{HERE}{made.id}/edit", {"title": title, "version": "1"}, follow=True)

    html = answer.content.decode()
    assert "刚被他人修改" in html
    assert 'value="夏天"' in html


def test_a_draft_is_deleted(staff: Client, central: Branch) -> None:
    made = begin(staff, central)

    staff.post(f"{HERE}{made.id}/deleted")

    assert Booklist.objects.count() == 0


def test_nobody_keeps_the_lists_of_another_branch(staff: Client, central: Branch) -> None:
    made = begin(staff, central)
    elsewhere = staff_at(make_branch("E"), Role.OUTREACH)
    desk = staff_at(central, Role.DESK)

    for path in (f"{HERE}{made.id}", f"{HERE}{made.id}/edit"):
        assert elsewhere.get(path).status_code == 403
    for path in ("deleted", "works", "works/1", "works/1/removed"):
        assert elsewhere.post(f"{HERE}{made.id}/{path}").status_code == 403
    assert "春天读什么" not in elsewhere.get(HERE).content.decode()
    assert desk.get(HERE).status_code == 403
    assert staff.get(f"{HERE}999").status_code == 404


def test_a_thousand_lists_come_in_pages_by_few_statements(
    staff: Client, central: Branch, django_assert_max_num_queries: object
) -> None:
    keeper = begin(staff, central).made_by_id
    Booklist.objects.bulk_create(
        Booklist(branch=central, title=f"书目{number}", made_by_id=keeper, first_date=date(2026, 1, 1))
        for number in range(1000)
    )
    staff.get(HERE)

    with django_assert_max_num_queries(10):  # type: ignore[operator]
        html = staff.get(HERE, {"page": "3"}).content.decode()

    assert html.count('<th scope="row">') == 50
    assert "page=21" in html
