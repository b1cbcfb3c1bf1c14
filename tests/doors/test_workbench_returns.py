"""Batch return 还书批量: only returns, each item counted once and told where it goes, and lists to print."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from pypdf import PdfReader

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_bib, make_item
from tests.factories.circulation import make_policy
from tests.factories.network import make_area, make_branch, make_group
from tests.factories.patrons import make_patron
from tests.factories.staff_pages import staff_at
from wenyuan.doors.workbench.desk import batch as batches
from wenyuan.doors.workbench.desk.batch import Batch, Returned, Where
from wenyuan.doors.workbench.desk.piles import Done
from wenyuan.lending.circulation.models import Loan
from wenyuan.lending.circulation.operations import checkout, place_hold
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.network.models import Branch

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:No directory at")]


@pytest.fixture
def branch() -> Branch:
    branch = make_branch("ZG", name_zh="总馆")
    make_policy(loan_days=30, max_loans=9)
    return branch


@pytest.fixture
def browser(branch: Branch) -> Client:
    return staff_at(branch, Role.DESK)


def lend(branch: Branch, barcode: str, title: str, call_no: str = "I247.5/1", days_ago: int = 3) -> None:
    make_item(home=branch, barcode=barcode, bib=make_bib(title=title), call_no=call_no)
    card = f"T{barcode}"
    make_patron("李小军", card, home=branch)
    at = datetime.now(tz=UTC) - timedelta(days=days_ago)
    checkout(item=barcode, card=card, at=at, desk=make_desk(branch), key=f"lend-{barcode}")


def scan(browser: Client, code: str, **more: str) -> int:
    return browser.post("/workbench/desk/returns/scans", {"code": code, **more}).status_code


def seen(browser: Client) -> str:
    return browser.get("/workbench/desk/returns/").content.decode()


def printed(browser: Client, path: str) -> list[str]:
    answer = browser.get(path)
    assert answer.headers["Content-Type"] == "application/pdf"
    return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(answer.content)).pages]


def test_items_are_returned_and_counted(browser: Client, branch: Branch) -> None:
    lend(branch, "2301", "草房子")
    lend(branch, "2302", "活着")

    statuses = [scan(browser, "2301"), scan(browser, "2302")]

    assert statuses == [303, 303]
    assert Loan.objects.filter(returned_at=None).count() == 0
    assert '<div class="batch-count"><b>2</b>' in seen(browser)
    assert "李" not in seen(browser)


def test_an_item_scanned_twice_is_counted_once_and_says_so(browser: Client, branch: Branch) -> None:
    lend(branch, "2301", "草房子")
    scan(browser, "2301")

    scan(browser, "2301")

    page = seen(browser)
    assert '<div class="batch-count"><b>1</b>' in page
    assert "刚才扫过，只计一次" in page
    assert browser.session["returns"]["items"][0]["done"] == "returned"


def test_the_same_request_again_changes_nothing(browser: Client, branch: Branch) -> None:
    lend(branch, "2301", "草房子")

    statuses = [scan(browser, "2301", key="k1"), scan(browser, "2301", key="k1")]

    assert statuses == [303, 303]
    assert len(browser.session["returns"]["items"]) == 1
    assert "刚才扫过，只计一次" not in seen(browser)


def test_what_belongs_elsewhere_is_told_where_it_goes(browser: Client, branch: Branch) -> None:
    other = make_branch("SE", name_zh="少儿分馆")
    make_group("G", [branch, other])
    lend(other, "2301", "夏洛的网")
    lend(branch, "2302", "活着")

    for code in ("2301", "2302"):
        scan(browser, code)

    assert [one["where"] for one in browser.session["returns"]["items"]] == ["transit", "shelf"]
    assert "送往少儿分馆" in seen(browser)


def test_a_card_is_not_served_and_changes_nothing(browser: Client, branch: Branch) -> None:
    make_patron("李小军", "T100", home=branch)

    answer = browser.post("/workbench/desk/returns/scans", {"code": "T100"})

    assert answer.status_code == 422
    assert "data-refused" in answer.content.decode()
    assert browser.session["returns"]["aside_count"] == 0


def test_what_nobody_knows_is_put_aside_and_an_identity_number_masked(browser: Client) -> None:
    statuses = [scan(browser, "no such code"), scan(browser, "11010519491231002X")]

    page = seen(browser)
    assert statuses == [422, 422]
    assert browser.session["returns"]["aside_count"] == 2
    assert "no such code" in page
    assert "11010519491231002X" not in page + str(dict(browser.session))


def test_the_list_is_printed_by_place_and_in_shelf_order(browser: Client, branch: Branch) -> None:
    other = make_branch("SE", name_zh="少儿分馆")
    make_group("G", [branch, other])
    area = make_area(branch, "A1", name_zh="文学借阅区")
    for barcode, title, call_no in [("1", "丙", "I247.57/9"), ("2", "甲", "I247.5/3"), ("3", "乙", "I247.5/20")]:
        lend(branch, barcode, title, call_no)
    from wenyuan.holdings.catalogue.models import Item

    Item.objects.filter(home_branch=branch).update(area_id=area.id)
    lend(other, "4", "丁", "I287/1")
    for code in "1234":
        scan(browser, code)

    (text,) = printed(browser, "/workbench/desk/returns/list")
    (roll,) = printed(browser, "/workbench/desk/returns/list?on=roll")

    order = [text.index(part) for part in ("文学借阅区：3册", "甲", "乙", "丙", "少儿分馆", "丁")]
    assert order == sorted(order)
    assert "文学借阅区：3册" in roll


def test_each_item_that_travels_has_its_slip(browser: Client, branch: Branch) -> None:
    other = make_branch("SE", name_zh="少儿分馆")
    make_group("G", [branch, other])
    for barcode in ("2301", "2302"):
        lend(other, barcode, f"书{barcode}")
        scan(browser, barcode)

    pages = printed(browser, "/workbench/desk/returns/slips")

    assert len(pages) == 2
    assert all("少儿分馆" in page for page in pages)


def test_what_readers_wait_for_goes_onto_the_hold_shelf_by_its_places(browser: Client, branch: Branch) -> None:
    make_policy(branch=branch, hold_days=60, hold_shelf_days=5)
    for barcode, card in (("2301", "0230000001"), ("2302", "0230000002")):
        lend(branch, barcode, f"书{barcode}", call_no=f"I{9 - int(barcode[-1])}")
        make_patron("陈小雨", card, home=branch)
        place_hold(item=barcode, card=card, pickup_branch_id=branch.id, at=datetime.now(tz=UTC), desk=make_desk(branch))

    answers = [
        browser.post("/workbench/desk/returns/scans", {"code": code}, headers={"HX-Request": "true"}).content.decode()
        for code in ("2301", "2302")
    ]
    slips = printed(browser, "/workbench/desk/returns/holds")
    (text,) = printed(browser, "/workbench/desk/returns/list")

    assert ['data-sounds="attention"' in answer for answer in answers] == [True, True]
    assert "放预约架 2 号" in answers[1]
    assert ["0001" in slips[0], "0002" in slips[1], len(slips)] == [True, True, 2]
    assert "放预约架：2册" in text
    assert text.index("1I8书2301") < text.index("2I7书2302")
    assert "陈" not in "".join([*answers, *slips, text])


def test_an_empty_batch_prints_nothing(browser: Client) -> None:
    assert browser.get("/workbench/desk/returns/list").status_code == 404
    assert browser.get("/workbench/desk/returns/slips").status_code == 404
    assert browser.get("/workbench/desk/returns/holds").status_code == 404


def test_a_new_batch_begins_empty_and_what_was_returned_stays_returned(browser: Client, branch: Branch) -> None:
    lend(branch, "2301", "草房子")
    scan(browser, "2301")

    answer = browser.post("/workbench/desk/returns/anew")

    assert answer.status_code == 303
    assert '<div class="batch-count"><b>0</b>' in seen(browser)
    assert Loan.objects.filter(returned_at=None).count() == 0


def test_a_full_batch_takes_nothing_back(browser: Client, branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "MOST_ITEMS", 1)
    for barcode in ("2301", "2302"):
        lend(branch, barcode, barcode)
    scan(browser, "2301")

    status = scan(browser, "2302")

    assert status == 422
    assert Loan.objects.filter(returned_at=None).count() == 1


def test_a_late_item_is_heard_as_one(browser: Client, branch: Branch) -> None:
    lend(branch, "2301", "草房子", days_ago=45)
    lend(branch, "2302", "活着")

    late, plain = (
        browser.post("/workbench/desk/returns/scans", {"code": code}, headers={"HX-Request": "true"}).content.decode()
        for code in ("2301", "2302")
    )

    assert 'data-sounds="attention"' in late
    assert 'data-sounds="good"' in plain
    assert "data-sounds" not in seen(browser)


def test_who_may_not_take_back_sees_no_batch(branch: Branch) -> None:
    assert staff_at(branch, Role.CATALOGUER).get("/workbench/desk/returns/").status_code == 403


def test_a_large_batch_needs_few_queries(
    browser: Client, branch: Branch, django_assert_max_num_queries: object
) -> None:
    for number in range(20):
        make_item(home=branch, barcode=f"23{number}", bib=make_bib(title="x"))
        scan(browser, f"23{number}")

    with django_assert_max_num_queries(25):  # type: ignore[operator] # a fixture of pytest-django
        scan(browser, "230")


def test_an_item_of_an_older_version_of_the_session_begins_anew(browser: Client) -> None:
    session = browser.session
    session["returns"] = {"items": [{"strange": 1}]}
    session.save()

    assert '<div class="batch-count"><b>0</b>' in seen(browser)


def test_what_is_scanned_again_moves_to_the_end() -> None:
    first, second = (
        Returned(key=f"k{n}", where=Where.SHELF, barcode=str(n), at=f"2026-11-29T0{n}", item_id=n, done=Done.RETURNED)
        for n in (1, 2)
    )
    again = Returned(key="k3", where=Where.SHELF, barcode="1", at="2026-11-29T03", item_id=1, done=Done.PUT_BACK)

    batch = Batch().with_item(first).with_item(second).with_item(again)

    assert [one.barcode for one in batch.items] == ["2", "1"]
    assert batch.items[-1].done is Done.RETURNED
    assert batch.again
