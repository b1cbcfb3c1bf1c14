"""The readers' pages: what each shows, what it refuses, and how much it asks the database."""

import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern
from django.utils import timezone

from tests.factories.accounts import make_account, make_desk
from tests.factories.catalogue import make_bib, make_item
from tests.factories.circulation import make_policy
from tests.factories.network import (
    make_area,
    make_branch,
    make_closure,
    make_exception,
    make_group,
    make_hours,
    make_library,
)
from tests.factories.patrons import make_patron
from wenyuan.doors.portal import readiness, urls
from wenyuan.holdings.catalogue.models import Bib, Item
from wenyuan.lending.circulation.models import Loan
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.network.data import Services
from wenyuan.organisation.network.models import Branch
from wenyuan.organisation.network.operations import draft_closure, sign_closure

NOON = datetime(2026, 4, 23, 4, 0, tzinfo=UTC)
"""Thursday 23 April 2026, 12:00 in Shanghai."""


@pytest.fixture
def reader(db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any) -> Client:
    """Somebody who reads English, at noon of a Thursday."""
    settings.STATIC_ROOT = settings.HOME = tmp_path  # empty folders: files come from the packages
    monkeypatch.setattr(timezone, "now", lambda: NOON)
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def central(reader: Client) -> Branch:
    """The library is founded, and its central library is open from 9 to 17 except on Mondays."""
    make_library()
    branch = make_branch("C", kind="central", name_zh="总馆", name_en="Central Library")
    make_hours(branch)
    return branch


def text_of(client: Client, path: str, **asked: str) -> str:
    """The words of a page, without tags and needless blanks."""
    response = client.get(path, asked)
    assert response.status_code == 200, response.status_code
    return words(response.content.decode())


def words(html: str) -> str:
    main = html[html.index("<main") : html.index("</main>")]
    bare = re.sub(r"<[^>]+>", " ", main)
    return re.sub(r"\s+", " ", bare.replace("&quot;", '"').replace("&#x27;", "'").replace("&amp;", "&")).strip()


# Before there is a library


def test_without_a_library_every_page_says_so(reader: Client) -> None:
    for path in ("/", "/find", "/branches", "/record/1"):
        assert "The library is not set up yet" in text_of(reader, path)

    assert readiness.is_ready() is False


def test_a_founded_library_is_ready(central: Branch) -> None:
    assert readiness.is_ready() is True


@pytest.mark.parametrize("marker", [None, "building\n"])
def test_a_demo_answers_503_while_it_is_built(
    central: Branch, reader: Client, tmp_path: Path, settings: Any, marker: str | None
) -> None:
    settings.WENYUAN_DEMO, settings.HOME = True, tmp_path
    if marker is not None:
        (tmp_path / "demo").write_text(marker, "ascii")

    response = reader.get("/")

    assert response.status_code == 503
    assert response["Retry-After"] == "5"
    assert response["Cache-Control"] == "no-store"
    assert "The demonstration is being built" in words(response.content.decode())
    assert readiness.is_ready() is False


def test_a_complete_demo_answers(central: Branch, reader: Client, tmp_path: Path, settings: Any) -> None:
    settings.WENYUAN_DEMO, settings.HOME = True, tmp_path
    (tmp_path / "demo").write_text("complete\n", "ascii")

    response = reader.get("/")

    assert response.status_code == 200
    assert readiness.is_ready() is True


# The first page


def test_the_first_page_names_the_library_and_who_is_open(central: Branch, reader: Client) -> None:
    make_closure(make_branch("K", name_en="Yellow Tower"), date(2026, 4, 20), date(2026, 4, 23), reason="Repairs")

    page = text_of(reader, "/")

    assert "Wenyuan District Library" in page
    assert "Open today Thu 23 Apr" in page
    assert "Central Library Open now 9:00–17:00" in page
    assert "Yellow Tower Closed today Repairs" in page


def test_hours_nobody_stated_are_not_shown_as_hours(central: Branch, reader: Client) -> None:
    make_branch("H", kind="rural_bookhouse", name_en="Mill Bookhouse")

    assert "Mill Bookhouse Hours not stated" in text_of(reader, "/")


@pytest.mark.parametrize(
    ("hour", "minute", "said"),
    [
        (8, 59, "Opens at 9:00"),
        (9, 0, "Open now"),
        (11, 0, "Break from 12:00"),
        (12, 0, "Opens at 13:30"),
        (15, 59, "Open now"),
        (16, 0, "Closes at 17:00"),
        (16, 59, "Closes at 17:00"),
        (17, 0, "Closed for today"),
    ],
)
def test_a_branch_with_a_midday_break_says_what_comes_next(
    reader: Client, monkeypatch: pytest.MonkeyPatch, hour: int, minute: int, said: str
) -> None:
    make_library()
    branch = make_branch("C", name_en="Central Library")
    make_hours(branch, range(7), time(9), time(12))
    make_hours(branch, range(7), time(13, 30), time(17))
    moment = datetime(2026, 4, 23, hour, minute, tzinfo=timezone.get_default_timezone())
    monkeypatch.setattr(timezone, "now", lambda: moment)

    page = text_of(reader, "/")

    assert f"Central Library {said} 9:00–12:00, 13:30–17:00" in page


def test_a_place_open_round_the_clock_never_closes_at_midnight(
    central: Branch, reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_hours(make_branch("Z", kind="shelf_24h", name_en="Station Shelf"), range(7), time(0), time(0))
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 4, 23, 15, 45, tzinfo=UTC))

    assert "Station Shelf Open now Round the clock" in text_of(reader, "/")


def test_a_closed_day_says_when_the_branch_opens_again(
    central: Branch, reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 4, 27, 4, 0, tzinfo=UTC))

    assert "Central Library Closed today open tomorrow" in text_of(reader, "/")


def test_what_came_last_stands_first_on_the_first_page(central: Branch, reader: Client) -> None:
    make_bib(title="旧书", created_at=datetime(2026, 1, 1, tzinfo=UTC))
    make_bib(title="新书", created_at=datetime(2026, 4, 1, tzinfo=UTC))

    page = text_of(reader, "/")

    assert page.index("新书") < page.index("旧书")


# The one box


@pytest.fixture
def work(central: Branch) -> Bib:
    bib = make_bib(title="平凡的世界", author="路遥", isbn="9787020002207")
    make_item(bib=bib, home=central, barcode="2300118807", accession_no="A0001")
    return bib


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("平凡", "Titles that begin so"),
        ("路遥", "Written by an author whose name begins so"),
        ("978-7-02-000220-7", "With this ISBN or other number"),
        ("7-02-000220-X", "With this ISBN or other number"),
        ("2300118807", "With this barcode or accession number"),
        (" ２３００１１８８０７ ", "With this barcode or accession number"),
        ("A0001", "With this barcode or accession number"),
    ],
)
def test_the_box_decides_what_it_was_given(work: Bib, reader: Client, asked: str, said: str) -> None:
    page = text_of(reader, "/find", q=asked)

    assert said in page
    assert "平凡的世界" in page


def test_a_title_of_digits_is_found_when_no_number_is(central: Branch, reader: Client) -> None:
    make_bib(title="1984", author="乔治·奥威尔")

    page = text_of(reader, "/find", q="1984")

    assert "Titles that begin so" in page


def test_the_address_may_say_what_is_meant(work: Bib, reader: Client) -> None:
    page = text_of(reader, "/find", q="路遥", by="title")

    assert "Nothing was found" in page
    assert "Try every way" in page


@pytest.mark.parametrize("asked", ["没有这本书", "%", "'; DROP TABLE", "\x00", "a" * 5000, "《》", "\U0001f4da"])
def test_what_finds_nothing_is_helped_on(work: Bib, reader: Client, asked: str) -> None:
    page = text_of(reader, "/find", q=asked)

    assert "How to find something" in page
    assert "平凡的世界" not in page


def test_results_go_on_page_by_page_without_loss(central: Branch, reader: Client) -> None:
    for number in range(23):
        make_bib(title=f"长篇小说第{number:02d}卷")
    path, seen = "/find?q=长篇", []

    while path:
        html = reader.get(path).content.decode()
        seen += re.findall(r"<h2><a[^>]*><span><mark>长篇</mark>([^<]+)", html)
        onward = re.search(r'rel="next" href="([^"]+)"', html)
        path = onward[1].replace("&amp;", "&") if onward else ""

    assert seen == [f"小说第{number:02d}卷" for number in range(23)]


@pytest.mark.parametrize("after", ["", "~", "x~y", "1", "99999999999999999999~a", "1~\x00", "²~a", "-1~a"])
def test_a_spoilt_place_in_the_list_does_no_harm(work: Bib, reader: Client, after: str) -> None:
    assert reader.get("/find", {"q": "平凡", "after": after}).status_code == 200
    assert reader.get("/new", {"after": after}).status_code == 200


def test_new_arrivals_go_on_page_by_page(central: Branch, reader: Client) -> None:
    for number in range(22):
        make_bib(title=f"第{number:02d}种", created_at=datetime(2026, 1, 1 + number, tzinfo=UTC))

    first = reader.get("/new").content.decode()
    onward = re.search(r'rel="next" href="([^"]+)"', first)
    assert onward is not None
    second = reader.get(onward[1].replace("&amp;", "&")).content.decode()

    assert re.findall(r"<h2><a[^>]*><span>([^<]+)", first) == [f"第{number:02d}种" for number in range(21, 1, -1)]
    assert re.findall(r"<h2><a[^>]*><span>([^<]+)", second) == ["第01种", "第00种"]


def test_what_was_typed_is_shown_and_never_run(work: Bib, reader: Client) -> None:
    html = reader.get("/find", {"q": "<script>alert(1)</script>"}).content.decode()

    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({}, "1 item to borrow Central Library 1"),
        ({"lendable": "in_library"}, "1 to read here"),
        ({"lendable": "no"}, "1 not lent"),
        ({"state": "on_loan"}, "All on loan"),
        ({"state": "in_transit"}, "1 on its way"),
        ({"state": "on_hold_shelf"}, "1 kept for a reader"),
        ({"state": "in_process"}, "1 being prepared"),
        ({"condition": "damaged"}, "1 not to be had now"),
        ({"condition": "missing"}, "1 not to be had now"),
        ({"condition": "lost", "state": "on_loan"}, "1 not to be had now"),
        ({"state": "withdrawn"}, "No items yet"),
    ],
)
def test_a_result_says_in_words_whether_it_can_be_had(
    central: Branch, reader: Client, columns: dict[str, Any], said: str
) -> None:
    make_item(bib=make_bib(title="城南旧事"), home=central, **columns)

    assert said in text_of(reader, "/find", q="城南")


def test_one_item_that_can_be_had_outweighs_all_others(central: Branch, reader: Client) -> None:
    bib = make_bib(title="城南旧事")
    make_item(bib=bib, home=central, state="on_loan")
    make_item(bib=bib, home=central, condition="lost")
    make_item(bib=bib, home=central)

    assert "1 item to borrow" in text_of(reader, "/find", q="城南")


# A record


def test_a_record_shows_what_it_is_and_where_to_get_it(work: Bib, central: Branch, reader: Client) -> None:
    area = make_area(central, name_zh="文学区", floor=3)
    make_item(bib=work, home=central, area=area, call_no="I247.57/9")

    page = text_of(reader, f"/record/{work.id}")

    assert "平凡的世界" in page
    assert "路遥" in page
    assert "978-7-02-000220-7" in page
    assert "路遥. 平凡的世界[M]. 人民文学出版社, 2012." in page
    assert "Central Library Open now 9:00–17:00" in page
    assert "Floor 3 文学区 I247.57/9 1 on the shelf" in page
    assert "2 items in all · at 1 branch · looked up at 12:00" in page


def test_items_that_stand_alike_make_one_line(central: Branch, reader: Client) -> None:
    bib = make_bib()
    for _ in range(3):
        make_item(bib=bib, home=central)

    html = reader.get(f"/record/{bib.id}").content.decode()

    assert html.count("I247.57/123") == 1
    assert "3 on the shelf" in html


def test_an_item_stands_where_it_is_now(central: Branch, reader: Client) -> None:
    bib, other = make_bib(), make_branch("E", name_en="Children's Branch")
    make_item(bib=bib, home=central, present=other)

    page = text_of(reader, f"/record/{bib.id}")

    assert "Children's Branch Hours not stated" in page
    assert "Central Library" not in page


@pytest.mark.parametrize(
    ("due", "said"),
    [
        (datetime(2026, 5, 6, 15, 59, tzinfo=UTC), "due back Wed 6 May"),
        (datetime(2026, 4, 23, 15, 59, tzinfo=UTC), "due back Thu 23 Apr"),
        (datetime(2026, 4, 22, 15, 59, tzinfo=UTC), "overdue, its return is not certain"),
    ],
)
def test_an_item_on_loan_says_when_it_is_due_back(central: Branch, reader: Client, due: datetime, said: str) -> None:
    bib = make_bib()
    lend(make_item(bib=bib, home=central, state="on_loan"), central, due)

    assert said in text_of(reader, f"/record/{bib.id}")


def lend(item: Item, branch: Branch, due: datetime) -> None:
    """An open loan of the item, as circulation would have written it."""
    Loan.objects.create(
        item=item,
        patron=make_patron(home=branch),
        slot=1,
        branch=branch,
        account=make_account(),
        door="workbench",
        policy=make_policy(),
        patron_category="adult",
        patron_home_id=branch.id,
        age_band="adult",
        lent_at=datetime(2026, 4, 1, tzinfo=UTC),
        base_due_date=due.date(),
        due_at=due,
    )


def test_a_branch_with_an_area_shut_is_not_called_shut(central: Branch, reader: Client) -> None:
    area = make_area(central, "A9", name_zh="少儿区")
    desk = make_desk(central, role=Role.DIRECTOR, everywhere=True)
    for values in ({"scope": "area", "area_id": area.id}, {"scope": "branch", "shuts": Services(False, True, False)}):
        notice_id = draft_closure(
            branch_id=central.id,
            first_date=date(2026, 4, 20),
            last_date=None,
            reason="维修",
            at=NOON,
            desk=desk,
            **values,  # type: ignore[arg-type] # a table of cases
        )
        sign_closure(notice_id=notice_id, at=NOON, desk=desk)

    page = text_of(reader, f"/branch/{central.code}")

    assert "少儿区 · Closed until further notice" in page
    assert "the book drop · Closed until further notice" in page


def test_a_loan_of_a_branch_shut_until_further_notice_is_due_after_reopening(central: Branch, reader: Client) -> None:
    bib = make_bib()
    back = datetime.now(tz=UTC) + timedelta(days=20)
    lend(make_item(bib=bib, home=central, state="on_loan"), central, back)
    before = text_of(reader, f"/record/{bib.id}")
    make_closure(central, back.date() - timedelta(days=30))

    assert "after reopening" not in before
    assert "due back after reopening" in text_of(reader, f"/record/{bib.id}")
    assert "first due back after reopening" in text_of(reader, "/find", q=bib.title)


def test_withdrawn_items_are_not_shown(central: Branch, reader: Client) -> None:
    bib = make_bib()
    make_item(bib=bib, home=central, state="withdrawn")

    assert "No items yet" in text_of(reader, f"/record/{bib.id}")


def test_many_lines_of_a_record_are_paged(central: Branch, reader: Client) -> None:
    bib = make_bib(document_kind="serial")
    for number in range(45):
        make_item(bib=bib, home=central, volume=f"2020年第{number:02d}期")

    first, second = (reader.get(f"/record/{bib.id}", {"page": page}).content.decode() for page in ("1", "2"))

    assert first.count("2020年第") == 40
    assert second.count("2020年第") == 5


@pytest.mark.parametrize(
    "path", ["/record/0", "/record/99999999999999999999", "/record/x", "/branch/nowhere", "/nothing"]
)
def test_what_is_not_there_is_told_calmly(central: Branch, reader: Client, path: str) -> None:
    response = reader.get(path)

    assert response.status_code == 404
    assert "There is no such page" in response.content.decode()


# Branches


def test_branches_are_listed_by_district(central: Branch, reader: Client) -> None:
    town = make_branch("T", name_en="Town Branch", parent=central)
    make_branch("T1", kind="station", name_en="School Station", parent=town)
    make_branch("E", kind="children", name_en="Children's Branch", parent=central)

    html = reader.get("/branches").content.decode()

    assert re.findall(r'<h2 id="d-\d+">([^<]+)', html) == ["Central Library", "Town Branch"]
    assert [name.replace("&#x27;", "'") for name in re.findall(r'<h3><a href="/branch/[^"]+">([^<]+)', html)] == [
        "Central Library",
        "Children's Branch",
        "Town Branch",
        "School Station",
    ]


def test_branches_can_be_narrowed_down(central: Branch, reader: Client) -> None:
    make_branch("H", kind="rural_bookhouse", name_en="Mill Bookhouse")

    open_now = text_of(reader, "/branches", open="now")
    bookhouses = text_of(reader, "/branches", kind="rural_bookhouse")
    neither = text_of(reader, "/branches", kind="rural_bookhouse", open="now")

    assert "Central Library" in open_now
    assert "Mill Bookhouse" not in open_now
    assert "Mill Bookhouse" in bookhouses
    assert "Central Library Open now" not in bookhouses
    assert "No branch fits" in neither


def test_many_branches_are_paged(central: Branch, reader: Client) -> None:
    for _ in range(60):
        make_branch(kind="station", parent=central)

    first, second = (reader.get("/branches", {"page": page}).content.decode() for page in ("1", "2"))

    assert (first.count("<h3>"), second.count("<h3>")) == (50, 11)


def test_a_branch_shows_its_week_its_days_that_differ_and_its_areas(central: Branch, reader: Client) -> None:
    area = make_area(central, name_zh="报刊阅览区", floor=-1, seats=40)
    area.wheelchair, area.accessibility = True, "Screen magnifier"
    area.save()
    make_exception(central, date(2026, 5, 1), reason="May Day")
    make_exception(central, date(2026, 4, 27), time(9), time(12), reason="Working day")
    make_closure(central, date(2026, 6, 1), reason="Rebuilding")

    page = text_of(reader, "/branch/C")

    assert "Thu 23 Apr today Open 9:00–17:00" in page
    assert "Mon 27 Apr Other hours 9:00–12:00 Working day" in page
    assert "Closed Fri 1 May 2026 May Day" in page
    assert "from Mon 1 Jun 2026 until further notice Rebuilding" in page
    assert "报刊阅览区 Basement 1 40 Can be reached Screen magnifier" in page


def test_a_running_closure_stands_at_the_head_of_the_branch(central: Branch, reader: Client) -> None:
    make_closure(central, date(2026, 4, 1), date(2026, 4, 25), reason="Repairs")

    page = text_of(reader, "/branch/C")

    assert "Closed up to and including Sat 25 Apr 2026 Repairs" in page


def test_a_withdrawn_closure_is_not_shown(central: Branch, reader: Client) -> None:
    closure = make_closure(central, date(2026, 4, 30), reason="Repairs")
    closure.withdrawn_at = NOON
    closure.save()

    assert "Repairs" not in text_of(reader, "/branch/C")


def test_a_branch_names_those_it_lends_across_with(central: Branch, reader: Client) -> None:
    other, stranger = make_branch("E", name_en="East Branch"), make_branch("S", name_en="South Branch")
    make_group("G1", [central, other])

    page = text_of(reader, "/branch/C")
    alone = text_of(reader, "/branch/S")

    assert "East Branch" in page
    assert stranger.name_en not in page
    assert "does not yet lend across branches" in alone


def test_a_branch_closed_for_good_has_no_page(central: Branch, reader: Client) -> None:
    make_branch("OLD", closed_date=date(2026, 4, 23))

    assert reader.get("/branch/OLD").status_code == 404


# The pages about the house, and what holds for all


def test_the_notice_on_personal_data_names_its_version(central: Branch, reader: Client) -> None:
    assert "Notice version 2026-1" in text_of(reader, "/about/privacy")


def test_the_version_of_the_notice_is_typed_in_one_place() -> None:
    house = Path(readiness.__file__).parents[2]
    typed = re.compile(r'"20\d\d-\d"')
    found = [str(path.relative_to(house)) for path in house.rglob("*.py") if typed.search(path.read_text("utf-8"))]

    assert found == ["lending/patrons/data/asked.py"]


def test_search_engines_are_kept_out_of_lists_of_results(reader: Client) -> None:
    response = reader.get("/robots.txt")

    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["Cache-Control"] == "public, max-age=86400"
    assert response.content.decode().splitlines()[:2] == ["User-agent: *", "Disallow: /find"]


PAGES = ("/", "/find", "/find?q=平凡", "/new", "/branches", "/branch/C", "/about/privacy", "/accessibility")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_says_which_address_stands_for_it_and_starts_no_session(work: Bib, reader: Client, path: str) -> None:
    response = reader.get(path)
    html = response.content.decode()

    assert html.count('<link rel="canonical" href="http://testserver/') == 1
    assert html.count("<h1") == 1
    assert set(response.cookies) <= {"csrftoken"}
    assert response["Cache-Control"] == "private, no-cache"


def test_the_canonical_address_leaves_out_the_place_in_the_list(work: Bib, reader: Client) -> None:
    html = reader.get("/find", {"q": "平凡", "after": "1~a", "x": "1"}).content.decode()

    assert '<link rel="canonical" href="http://testserver/find?q=%E5%B9%B3%E5%87%A1">' in html


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_pages_are_for_reading_only(central: Branch, reader: Client, method: str) -> None:
    assert getattr(reader, method)("/find").status_code == 405
    assert reader.head("/find").status_code == 200


def test_every_page_is_declared_open_to_everybody_but_what_is_a_readers_own() -> None:
    patterns = [pattern for pattern in urls.urlpatterns if isinstance(pattern, URLPattern)]
    views = {pattern.name: pattern.callback for pattern in patterns}
    own = {name for name, view in views.items() if not getattr(view, "is_open", False)}

    assert own == {
        "account",
        "card",
        "card-lost",
        "digital-card",
        "cards",
        "switch-card",
        "remove-card",
        "history",
        "messages",
        "message-choices",
        "points",
        "own-data",
        "deletion",
        "deletion-back",
        "kept",
        "pin",
        "renew",
        "renew-all",
        "hold",
        "cancel-hold",
        "suggest-title",
        "suggestions",
        "own-lists",
        "own-list",
        "own-list-delete",
        "own-list-remove",
        "listing",
        "review",
        "own-reviews",
        "review-back",
        "review-report",
    }
    assert len(views) - len(own) == 37
    assert {view.needs for name, view in views.items() if name not in own} == {frozenset()}  # type: ignore[attr-defined]


# What a page asks of the database


@pytest.fixture
def stocked(central: Branch) -> Branch:
    """Ten works in the lists, one of them with thirty items of all kinds in ten branches."""
    branches = [make_branch(name_en=f"Branch {number}", parent=central) for number in range(10)]
    for number in range(10):
        bib = make_bib(title=f"平凡的第{number}种", isbn=None)
        for branch in branches[: 10 if number == 0 else 2]:
            make_item(bib=bib, home=branch)
            make_item(bib=bib, home=branch, state="in_transit")
            make_item(bib=bib, home=branch, state="on_loan")
    return central


def test_the_first_page_and_branches_cost_the_same_however_many_there_are(
    stocked: Branch, reader: Client, django_assert_num_queries: Any
) -> None:
    reader.get("/")

    with django_assert_num_queries(6):  # library, edition, newest, their numbers, closures, booklists
        reader.get("/")
    with django_assert_num_queries(2):  # library, edition
        reader.get("/branches")


def test_a_record_costs_the_same_however_many_items_it_has(
    stocked: Branch, reader: Client, django_assert_num_queries: Any
) -> None:
    rich, poor = (Bib.objects.get(title=f"平凡的第{number}种") for number in (0, 5))
    reader.get("/")

    for bib in (rich, poor):
        # library; bib, its numbers, its items; edition; due dates; record, headings; of the title, the series and the
        # authors; the item on its shelf, left and right of it; all their titles with their numbers; booklists; reviews
        with django_assert_num_queries(17):
            reader.get(f"/record/{bib.id}")


def test_a_page_of_results_asks_once_for_the_items_of_each_of_its_works_and_no_more(
    stocked: Branch, reader: Client, django_assert_num_queries: Any
) -> None:
    reader.get("/")

    # Edition; bibs, their numbers; items of ten works. Nobody asks when a work is due of which one is in.
    with django_assert_num_queries(4):
        response = reader.get("/find?q=平凡")

    assert response.content.decode().count("<h2><a") == 10
