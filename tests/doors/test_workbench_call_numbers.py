"""Call numbers at the workbench: proposed, written onto items, given back; classes, groups and tables."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.factories.catalogue import make_bib, make_item
from tests.factories.office_pages import Town, make_town
from tests.factories.staff_pages import staff_at
from wenyuan.doors.workbench.shelving.words import BECAUSE, NUMBERINGS, REFUSALS
from wenyuan.holdings.catalogue.data import ShelvingRefusal
from wenyuan.holdings.catalogue.models import Item, Numbering, ShelfGroup, WorkNumber
from wenyuan.holdings.catalogue.operations import install_defaults
from wenyuan.organisation.accounts.data import Role

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def town() -> Town:
    install_defaults()
    return make_town()


@pytest.fixture
def browser(town: Town) -> Any:
    return staff_at(town.central, Role.CATALOGUER, elsewhere=[(Role.CATALOGUER, None)])


def test_every_refusal_and_choice_has_words() -> None:
    assert set(REFUSALS) == set(ShelvingRefusal)
    assert set(NUMBERINGS) == set(Numbering.values)
    assert set(BECAUSE) == {"record", "subject", "alike"}


def test_a_number_is_proposed_written_onto_the_items_and_stays(town: Town, browser: Any) -> None:
    bib = make_bib(title="人生", author="路遥")
    items = [make_item(bib=bib, home=town.central, call_no="", barcode=f"C{number}") for number in (1, 2)]
    page = f"/workbench/records/{bib.id}/call-number"
    group = ShelfGroup.objects.get()
    opened = browser.get(page).content.decode()
    assert 'value="I247.57"' in opened
    assert "<td>中国文学</td>" in opened
    assert "班级" not in opened  # a class of a school

    answer = browser.post(page, {"class_no": "I247.57", "group": group.id, "book_no": ""}, follow=True)

    number = WorkNumber.objects.get()
    assert "I247.57/1" in answer.content.decode()
    assert answer.content.decode().count("checked") == 2
    browser.post(f"{page}/{number.id}/items", {"item": [items[0].id]})
    assert list(Item.objects.order_by("barcode").values_list("call_no", flat=True)) == ["I247.57/1", ""]
    kept = browser.post(f"{page}/{number.id}/given-back", follow=True)
    assert "此号已有或曾有单册使用" in kept.content.decode()
    assert "I247.57/1" in browser.get(f"/workbench/records/{bib.id}/").content.decode()


def test_what_is_refused_is_said_at_its_field(browser: Any) -> None:
    bib, group = make_bib(class_no=""), ShelfGroup.objects.get()
    page = f"/workbench/records/{bib.id}/call-number"

    answer = browser.post(page, {"class_no": "小说", "group": group.id, "book_no": ""})

    assert answer.status_code == 422
    assert "这不是分类号" in answer.content.decode()
    assert browser.get("/workbench/records/999999/call-number").status_code == 404


def test_classes_are_browsed_counted_and_brought(town: Town, browser: Any) -> None:
    make_bib(class_no="I247.57")
    table = "分类号,类名\nI,文学\nI2,中国文学\n".encode()

    assert "二级" in browser.get("/workbench/records/classes").content.decode()
    assert "中国文学" in browser.get("/workbench/records/classes?below=I").content.decode()
    assert "没有下位类" in browser.get("/workbench/records/classes?below=I2").content.decode()
    sent = {"edition": "5", "file": SimpleUploadedFile("clc.csv", table)}
    kept = browser.post("/workbench/records/classes/new", sent, follow=True)
    assert "2" in kept.content.decode()
    faulty = browser.post(
        "/workbench/records/classes/new", {"edition": "5", "file": SimpleUploadedFile("clc.csv", b"code,name\n7,x\n")}
    )
    assert faulty.status_code == 422
    assert '<td class="mono">7</td>' in faulty.content.decode()


def test_groups_and_author_tables_are_kept_and_shown(town: Town, browser: Any) -> None:
    table = SimpleUploadedFile("gcat.csv", "著者,号码\n路,L910\n".encode())
    browser.post("/workbench/records/author-numbers/new", {"code": "own", "file": table})
    values = {
        "code": "town",
        "name": "环城",
        "numbering": "author",
        "author_table": "own",
        "edition": "5",
        "location": "镇",
    }

    wrong = browser.post("/workbench/records/shelf-groups/new", {**values, "template": "{oops}"})
    browser.post("/workbench/records/shelf-groups/new", {**values, "branches": [town.ring.id]})

    assert wrong.status_code == 422
    listed = browser.get("/workbench/records/shelf-groups").content.decode()
    assert "环城分馆" in listed
    assert "著者号" in listed
    group = ShelfGroup.objects.get(code="town")
    shown = browser.get(f"/workbench/records/shelf-groups/{group.id}").content.decode()
    assert 'value="镇"' in shown
    assert browser.get("/workbench/records/shelf-groups/999999").status_code == 404


@pytest.mark.parametrize("page", ["classes/new", "author-numbers/new"])
def test_too_large_a_table_is_refused_before_it_is_read(
    town: Town, browser: Any, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wenyuan.doors.workbench.shelving.forms.MOST_BYTES", 5)
    monkeypatch.setattr("wenyuan.plumbing.sheets.read_sheet", lambda *_given, **_named: pytest.fail("it was read"))
    sent = {"edition": "5", "code": "own", "file": SimpleUploadedFile("clc.csv", b"code,name\nI,x\n")}

    answer = browser.post(f"/workbench/records/{page}", sent)

    assert answer.status_code == 422
    assert "文件过大" in answer.content.decode()


def test_another_reading_is_offered_and_items_of_another_sequence_are_not(town: Town, browser: Any) -> None:
    table = "著者,读音,号码\n单,shan,S300\n单,dan,D030\n".encode()
    browser.post("/workbench/records/author-numbers/new", {"code": "own", "file": SimpleUploadedFile("t.csv", table)})
    values = {"code": "town", "name": "环城", "numbering": "author", "author_table": "own", "edition": "5"}
    browser.post("/workbench/records/shelf-groups/new", {**values, "branches": [town.ring.id]})
    bib = make_bib(title="童林传", author="单田芳")
    for home, barcode in ((town.central, "AT-CENTRAL"), (town.ring, "AT-RING")):
        make_item(bib=bib, home=home, call_no="", barcode=barcode)
    page, group = f"/workbench/records/{bib.id}/call-number", ShelfGroup.objects.get(code="town")

    answer = browser.post(page, {"class_no": "I247.57", "group": group.id, "book_no": ""}, follow=True)

    shown = answer.content.decode()
    assert 'name="book_no" value="D030"' in shown
    assert "AT-RING" in shown
    assert "AT-CENTRAL" not in shown
    assert "另有排架顺序" in shown


def test_the_list_of_groups_asks_as_often_for_many_as_for_few(
    town: Town, browser: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        ShelfGroup.objects.create(code=f"g{number}", name=f"第{number}组", template="{class_no}/{book_no}", breaks="/")

    with django_assert_max_num_queries(14):
        browser.get("/workbench/records/shelf-groups")


def test_a_desk_may_look_at_classes_and_number_nothing(town: Town) -> None:
    desk = staff_at(town.central, Role.DESK)

    assert desk.get("/workbench/records/classes").status_code == 200
    for page in ("1/call-number", "shelf-groups", "shelf-groups/new", "classes/new", "author-numbers/new"):
        assert desk.get(f"/workbench/records/{page}").status_code == 403
    here = staff_at(town.central, Role.CATALOGUER)
    sent = {"edition": "5", "file": SimpleUploadedFile("clc.csv", b"code,name\nI,x\n")}
    assert here.post("/workbench/records/classes/new", sent).status_code == 403
