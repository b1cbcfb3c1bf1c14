"""What librarians recommend, as readers see it: on the first page, as pages of their own, beside a work."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories.accounts import make_account
from tests.factories.catalogue import make_bib, make_item
from tests.factories.network import make_branch, make_library
from wenyuan.holdings.catalogue.models import Bib
from wenyuan.organisation.network.models import Branch
from wenyuan.services.reading.models import Booklist, BooklistLine

NOON = datetime(2026, 4, 23, 4, 0, tzinfo=UTC)
TODAY = date(2026, 4, 23)


@pytest.fixture
def reader(db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Any, settings: Any) -> Client:
    settings.STATIC_ROOT = settings.HOME = tmp_path
    monkeypatch.setattr(timezone, "now", lambda: NOON)
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def central(reader: Client) -> Branch:
    make_library()
    return make_branch("C", kind="central", name_en="Central Library")


def make_list(branch: Branch, *bibs: Bib, title: str = "春天读什么", words: str = "为什么", **columns: Any) -> Booklist:
    made = Booklist.objects.create(
        branch=branch, title=title, made_by=make_account(), **{"first_date": TODAY, **columns}
    )
    for place, bib in enumerate(bibs, start=1):
        BooklistLine.objects.create(booklist=made, bib=bib, place=place, words=words)
    return made


def assert_is_nobodys(reader: Client, made: Booklist, bib: Bib) -> None:
    """No page leads to it, and it has none."""
    for path in ("/", "/children", "/lists", f"/record/{bib.id}", "/sitemap/pages.xml"):
        html = reader.get(path).content.decode()
        assert made.title not in html
        assert f"/list/{made.id}" not in html
    assert reader.get(f"/list/{made.id}").status_code == 404


def test_a_list_has_its_words_its_works_and_whether_they_can_be_had(reader: Client, central: Branch) -> None:
    bib, lent = make_bib(title="活着"), make_bib(title="围城")
    make_item(bib=bib, home=central)
    make_item(bib=lent, home=central, state="on_loan")
    made = make_list(central, bib, lent, words="一个<下午>就能读完")
    Booklist.objects.filter(id=made.id).update(words="写给第一次来的人")

    html = reader.get(f"/list/{made.id}").content.decode()

    assert "写给第一次来的人" in html
    assert "Recommended by Central Library" in html
    assert '<p class="because">一个&lt;下午&gt;就能读完</p>' in html
    assert html.index("活着") < html.index("围城")
    assert "1 item to borrow" in html
    assert "All on loan" in html


def test_the_first_page_and_the_childrens_page_lead_to_the_latest_lists(reader: Client, central: Branch) -> None:
    for day in range(1, 6):
        make_list(central, make_bib(), title=f"大人{day}", first_date=date(2026, 4, day))
    make_list(central, make_bib(), title="孩子", for_children=True)

    home, children = reader.get("/").content.decode(), reader.get("/children").content.decode()

    assert [day for day in range(1, 6) if f"大人{day}" in home] == [3, 4, 5]
    assert home.index("大人5") < home.index("大人4")
    assert 'href="/lists"' in home
    assert "孩子" not in home
    assert "孩子" in children
    assert "大人5" not in children


def test_without_lists_the_first_page_has_no_heading_for_them(reader: Client, central: Branch) -> None:
    assert "Recommended" not in reader.get("/").content.decode()
    assert "Nothing is recommended at the moment" in reader.get("/lists").content.decode()


@pytest.mark.parametrize(
    "days",
    [
        {"first_date": None},
        {"first_date": date(2026, 4, 24)},
        {"first_date": date(2026, 4, 1), "last_date": date(2026, 4, 22)},
    ],
    ids=["draft", "coming", "ended"],
)
def test_a_draft_what_is_to_come_and_what_has_ended_are_nobodys(
    reader: Client, central: Branch, days: dict[str, date | None]
) -> None:
    bib = make_bib()
    made = make_list(central, bib, title="还没好", **days)  # type: ignore[arg-type] # columns of the list

    assert_is_nobodys(reader, made, bib)


@pytest.mark.parametrize("for_children", [False, True])
def test_a_list_of_which_every_work_is_withdrawn_is_nobodys_until_one_is_there(
    reader: Client, central: Branch, for_children: bool
) -> None:
    bib, merged = make_bib(), make_bib(merged_into=make_bib())
    make_item(bib=bib, home=central, state="withdrawn")
    assert merged.merged_into is not None
    make_item(bib=merged.merged_into, home=central, state="withdrawn")
    made = make_list(central, bib, merged, title="都不在了", for_children=for_children)

    assert_is_nobodys(reader, made, bib)
    make_item(bib=merged.merged_into, home=central)
    for path in ("/lists", "/children" if for_children else "/", f"/record/{bib.id}", "/sitemap/pages.xml"):
        assert f"/list/{made.id}" in reader.get(path).content.decode()
    assert reader.get(f"/list/{made.id}").status_code == 200


def test_a_record_leads_to_the_lists_that_recommend_it_also_by_a_record_that_was_merged(
    reader: Client, central: Branch
) -> None:
    kept = make_bib(title="活着")
    gone = make_bib(title="活着（旧）", merged_into=kept)
    make_item(bib=kept, home=central)
    made = make_list(central, gone)

    record, page = reader.get(f"/record/{kept.id}").content.decode(), reader.get(f"/list/{made.id}").content.decode()

    assert f'<a href="/list/{made.id}">春天读什么</a>' in record
    assert f'href="/record/{kept.id}"' in page
    assert "活着（旧）" not in page


def test_search_engines_are_led_to_every_list(reader: Client, central: Branch) -> None:
    made = make_list(central, make_bib())

    sitemap = reader.get("/sitemap/pages.xml").content.decode()

    assert "<loc>http://testserver/lists</loc>" in sitemap
    assert f"<loc>http://testserver/list/{made.id}</loc>" in sitemap


def test_long_lists_and_many_lists_come_in_pages_by_as_few_statements(
    reader: Client, central: Branch, django_assert_num_queries: Any
) -> None:
    bibs = [make_bib(title=f"书{number}") for number in range(45)]
    for bib in bibs:
        make_item(bib=bib, home=central)
    made = make_list(central, *bibs)
    for _ in range(24):
        make_list(central, *bibs[:5])
    reader.get(f"/list/{made.id}")

    with django_assert_num_queries(6):
        last = reader.get(f"/list/{made.id}", {"page": "3"}).content.decode()
    with django_assert_num_queries(6):
        second = reader.get("/lists", {"page": "2"}).content.decode()

    assert last.count('class="because"') == 5
    assert '<ol class="hits" start="41">' in last
    assert second.count('class="recommended"') == 5
