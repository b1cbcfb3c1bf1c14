"""Labels on paper and at the workbench: read back by a scanner, in their place, printed, marked, once more."""

import io
from dataclasses import replace
from typing import Any

import pytest
import zxingcpp
from django.utils import translation
from PIL import Image, ImageDraw
from pypdf import PdfReader

from tests.factories.catalogue import make_bib, make_item
from tests.factories.office_pages import Town, make_town
from tests.factories.staff_pages import staff_at
from wenyuan.doors.furniture.printing import Label, LabelPrint, Sheet, labels_pdf, labels_picture, without_bars
from wenyuan.doors.furniture.printing.labels import broken
from wenyuan.doors.furniture.printing.slips import TEMPLATES
from wenyuan.doors.workbench.labels.forms import AddForm
from wenyuan.doors.workbench.labels.words import KINDS, REFUSALS
from wenyuan.holdings.catalogue.data import LabelRefusal
from wenyuan.holdings.catalogue.labelling.rules import SHIPPED
from wenyuan.holdings.catalogue.models import LabelKind, LabelSheet, LabelWaiting
from wenyuan.holdings.catalogue.operations import install_defaults
from wenyuan.organisation.accounts.data import Role
from wenyuan.plumbing.printing import Paper, Template, as_pictures

LONG = (
    Label(
        barcode="LM0001234567",
        call_no='少儿 J523.2"17"+3:G5/L911-2(3)=2016 c2',
        title="一个非常非常长的书名" * 12,
        accession_no="D20260012345",
        lines=(),
    ),
    Label(barcode="23000118807", call_no="K" + "8" * 90 + "/1", title="Supercalifragilistic" * 10),
    Label(barcode="2300011880", call_no="I247.57/12(2)", title="平凡的世界"),
)
DARK = 100
"""A shade of grey that is ink, no edge of a letter."""
SHEETS = {one.code: one for one in SHIPPED}


def sheet(code: str) -> Sheet:
    return Sheet(**{name: getattr(SHEETS[code], name) for name in Sheet.__dataclass_fields__})


def printed(code: str, labels: tuple[Label, ...] = LONG, **how: Any) -> LabelPrint:
    return LabelPrint(kind=SHEETS[code].kind, sheet=sheet(code), labels=labels, library="鹿鸣区图书馆", **how)


def picture_of(given: LabelPrint, dots: int = 200) -> Image.Image:
    from wenyuan.doors.furniture.printing import labels as labels_module

    paper = Paper("labels", float(given.sheet.page_width), float(given.sheet.page_height), 0, 0)
    values = labels_module._values(given)
    [first, *_more] = as_pictures(Template(TEMPLATES, "labels.typ"), values, paper=paper, dots_per_inch=dots)
    return Image.open(io.BytesIO(first)).convert("L")


def darkest(picture: Image.Image) -> int:
    return next(shade for shade, count in enumerate(picture.histogram()) if count)


def read(picture: Image.Image) -> list[str]:
    found = zxingcpp.read_barcodes(picture)
    return sorted(one.text for one in found)


@pytest.mark.parametrize("code", ["barcode-a4-40", "barcode-roll-50", "cover-a4-24", "card-a4-10"])
def test_a_scanner_reads_every_label_back(code: str) -> None:
    given = printed(code) if sheet(code).labels > 1 else printed(code, LONG[:1])

    assert read(picture_of(given)) == sorted(label.barcode for label in given.labels)


@pytest.mark.parametrize("code", sorted(set(SHEETS)))
def test_nothing_runs_out_of_its_label(code: str) -> None:
    lines = [(one.call_no, "—", one.call_no) if SHEETS[code].kind == "shelf_end" else () for one in LONG]
    given = printed(code, tuple(replace(one, lines=two) for one, two in zip(LONG, lines, strict=True)) * 2)
    picture = picture_of(given)
    scale = picture.width / float(given.sheet.page_width)
    draw = ImageDraw.Draw(picture)
    edge = 0.5  # millimetres of the margin that stay blank as well

    assert darkest(picture) < DARK
    for place in range(given.sheet.labels):
        row, column = divmod(place, given.sheet.columns)
        left = float(given.sheet.left + column * given.sheet.step_x) + edge
        top = float(given.sheet.top + row * given.sheet.step_y) + edge
        right, bottom = (
            left + float(given.sheet.label_width) - 2 * edge,
            top + float(given.sheet.label_height) - 2 * edge,
        )
        draw.rectangle([left * scale, top * scale, right * scale, bottom * scale], fill=255)

    assert darkest(picture) >= DARK


def test_a_long_call_number_is_whole_on_its_spine() -> None:
    text = "".join(
        PdfReader(io.BytesIO(labels_pdf(printed("spine-roll-30", LONG[1:2])))).pages[0].extract_text().split()
    )

    assert text == "K" + "8" * 90 + "1"
    assert broken("I247.57", 20) == ["I247.57"]
    assert broken('J523.2"17"+3:G5', 10) == ['J523.2"17"', "+3:G5"]
    assert broken("少儿文献", 4) == ["少儿", "文献"]
    assert "".join(broken("8" * 95, 21)) == "8" * 95


def test_a_used_sheet_begins_at_the_label_that_is_left_and_goes_on_overleaf() -> None:
    given = printed("barcode-a4-40", tuple(Label(barcode=f"B{number:04d}") for number in range(5)), start=38)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(labels_pdf(given))).pages]

    assert ["B0002" in page for page in pages] == [True, False]
    assert ["B0003" in page for page in pages] == [False, True]
    blank = picture_of(given).crop((0, 0, 1000, 1000))
    assert darkest(blank) == 255


def test_a_number_without_bars_is_told() -> None:
    labels = (Label(barcode="1" * 30), Label(barcode="二三"), Label(barcode="23000118807"))

    assert without_bars(printed("barcode-a4-40", labels)) == 2
    assert without_bars(printed("spine-a4-70", labels)) == 0


# At the workbench ----------------------------------------------------------------------------------------------------


@pytest.fixture
def town(db: None) -> Town:
    install_defaults()
    return make_town()


@pytest.fixture
def browser(town: Town) -> Any:
    return staff_at(town.central, Role.CATALOGUER)


def test_every_kind_and_refusal_has_words() -> None:
    assert set(KINDS) == set(LabelKind.values)
    assert set(REFUSALS) == set(LabelRefusal)


def test_labels_are_put_in_previewed_printed_marked_and_printed_again(town: Town, browser: Any) -> None:
    item = make_item(bib=make_bib(title="人生"), home=town.central, barcode="C0007", call_no="I247.57/7")
    assert "没有待打印的标签" in browser.get("/workbench/records/labels/").content.decode()
    assert 'value="C0007"' in browser.get(f"/workbench/items/{item.id}/").content.decode()

    browser.post("/workbench/records/labels/add", {"kinds": ["spine", "barcode"], "barcodes": "C0007"})
    page = browser.get("/workbench/records/labels/").content.decode()
    assert "I247.57/7" in page
    shown = browser.get("/workbench/records/labels/preview.png?kind=spine&start=2")
    assert shown.content.startswith(b"\x89PNG")
    pdf = browser.get("/workbench/records/labels/print?kind=spine&start=2")
    assert pdf.content.startswith(b"%PDF-")
    assert LabelWaiting.objects.filter(run=None).count() == 2  # to look is not to print

    entry, sheet_id = LabelWaiting.objects.get(kind="spine").id, LabelSheet.objects.get(code="spine-a4-70").id
    marked = {"kind": "spine", "entries": str(entry), "sheet": sheet_id}
    browser.post("/workbench/records/labels/printed", marked)
    twice = browser.post("/workbench/records/labels/printed", marked, follow=True).content.decode()
    assert "这些标签已不在待打印之列" in twice
    run = LabelWaiting.objects.get(id=entry).run_id
    assert browser.get(f"/workbench/records/labels/print?run={run}").content.startswith(b"%PDF-")
    other = staff_at(town.south, Role.CATALOGUER)
    assert other.get(f"/workbench/records/labels/print?run={run}").status_code == 404


def test_runs_of_barcodes_shelves_and_unknown_barcodes(town: Town, browser: Any) -> None:
    bib = make_bib()
    for number in range(3):
        make_item(bib=bib, home=town.central, barcode=f"C000{number}", call_no=f"I247.57/{number + 1}")
    add = "/workbench/records/labels/add"

    unknown = browser.post(add, {"kinds": ["spine"], "barcodes": "C0000~C0004"})
    backwards = browser.post(add, {"kinds": ["spine"], "barcodes": "C0004~0001"})
    nothing = browser.post(add, {"kinds": ["spine"], "barcodes": ""})
    browser.post(add, {"kinds": ["spine"], "barcodes": "C0000~1"})
    shelf = {"kinds": ["cover"], "branch": town.central.id, "first": "I247.57/2", "last": "I247.57/3"}
    browser.post(add, shelf)

    assert [answer.status_code for answer in (unknown, backwards, nothing)] == [422, 422, 422]
    assert "C0003, C0004" in unknown.content.decode()
    assert LabelWaiting.objects.filter(kind="spine").count() == 2
    assert LabelWaiting.objects.filter(kind="cover").count() == 2


def test_shelf_ends_and_cards_are_printed_without_an_item(browser: Any) -> None:
    ends, cards = LabelSheet.objects.get(kind="shelf_end"), LabelSheet.objects.get(kind="card")
    shelves = {"lines": "I247.57/1 I247.57/299\nK20\tK29\t中国史", "sheet": ends.id, "start": 1}

    printed_ends = browser.post("/workbench/records/labels/shelf-ends", shelves)
    printed_cards = browser.post(
        "/workbench/records/labels/cards", {"numbers": "L0001~0003", "sheet": cards.id, "start": 1}
    )

    text = PdfReader(io.BytesIO(printed_ends.content)).pages[0].extract_text()
    assert "I247.57/299" in text
    assert "中国文学" in text
    assert "中国史" in text
    assert "L0003" in PdfReader(io.BytesIO(printed_cards.content)).pages[0].extract_text()
    assert browser.post("/workbench/records/labels/cards", {"numbers": "L1~99999"}).status_code == 422


def test_cards_with_a_hyphen_are_asked_about_and_ticked_they_are_numbers(browser: Any) -> None:
    cards = {"numbers": "L0001-0200 2024-3001", "sheet": LabelSheet.objects.get(kind="card").id, "start": 1}

    asked = browser.post("/workbench/records/labels/cards", cards)
    printed_cards = browser.post("/workbench/records/labels/cards", {**cards, "plain": "on"})

    assert asked.status_code == 422
    assert "L0001~0200" in asked.content.decode()
    assert 'type="checkbox" name="plain"' in asked.content.decode()
    text = PdfReader(io.BytesIO(printed_cards.content)).pages[0].extract_text()
    assert "L0001-0200" in text
    assert "2024-3001" in text
    assert "L0002" not in text


def test_all_numbers_that_may_be_runs_are_asked_about_at_once_and_ticked_they_are_looked_for(
    town: Town, browser: Any
) -> None:
    make_item(bib=make_bib(), home=town.central, barcode="2024-3001")
    sent = {"kinds": ["spine"], "barcodes": "\n".join(f"2024-{number}" for number in range(3001, 3021))}

    asked = browser.post("/workbench/records/labels/add", sent).content.decode()
    told = browser.post("/workbench/records/labels/add", {**sent, "plain": "on"}).content.decode()

    assert asked.count("2024-3002, 2024-3003") == 1
    assert "2024-3011 …" in asked
    assert "2024-3001, " not in asked
    assert 'type="checkbox" name="plain"' in asked
    assert 'type="checkbox" name="plain"' not in browser.get("/workbench/records/labels/add").content.decode()
    assert "没有这些条码号的单册：2024-3002, 2024-3003" in told
    assert 'type="checkbox" name="plain"' in told


def test_a_list_that_is_too_long_is_refused_before_anything_is_looked_for(django_assert_num_queries: Any) -> None:
    numbers = " ".join(f"2024-{number}" for number in range(2025, 9999))
    more = " ".join(f"D{number:05d}-{number + 9:05d}" for number in range(2027))
    form = AddForm({"kinds": ["spine"], "barcodes": f"{numbers} {more}"}, branches=[])

    with django_assert_num_queries(0):
        assert not form.is_valid()

    assert form.errors["barcodes"] == ["一次的数量太多。"]


def test_runs_that_overlap_are_written_out_within_bounds() -> None:
    runs = " ".join(f"D0001~{number}" for number in range(5001, 5030))
    form = AddForm({"kinds": ["spine"], "barcodes": runs}, branches=[])

    assert not form.is_valid()


def test_sheets_are_listed_moved_and_refused_in_words(browser: Any) -> None:
    spine = LabelSheet.objects.get(code="spine-a4-70")
    values = {name: str(getattr(spine, name)) for name in (*SHIPPED[0].__dataclass_fields__,)}

    wrong = browser.post(f"/workbench/records/labels/sheets/{spine.id}", {**values, "columns": "9"})
    browser.post(f"/workbench/records/labels/sheets/{spine.id}", {**values, "offset_x": "-1.25"})

    assert wrong.status_code == 422
    assert "超出纸张" in wrong.content.decode()
    assert str(LabelSheet.objects.get(code="spine-a4-70").offset_x) == "-1.25"
    assert browser.get(f"/workbench/records/labels/sheets?frames={spine.id}").content.startswith(b"%PDF-")
    assert browser.get("/workbench/records/labels/sheets").status_code == 200
    assert browser.get("/workbench/records/labels/sheets/999999").status_code == 404


def test_the_queue_asks_as_often_for_many_as_for_few(
    town: Town, browser: Any, django_assert_max_num_queries: Any
) -> None:
    bib = make_bib()
    for number in range(60):
        item = make_item(bib=bib, home=town.central, barcode=f"Q{number}")
        LabelWaiting.objects.create(branch=town.central, kind="spine", item_id=item.id, added_at="2026-04-23T00:00Z")

    with django_assert_max_num_queries(22):
        assert "Q49" in browser.get("/workbench/records/labels/").content.decode()


def test_only_who_may_edit_items_opens_the_labels(town: Town) -> None:
    desk = staff_at(town.central, Role.DESK)

    for page in ("", "add", "shelf-ends", "sheets", "sheets/new", "print", "preview.png"):
        assert desk.get(f"/workbench/records/labels/{page}").status_code == 403


def test_the_picture_is_drawn_in_the_language_of_the_page() -> None:
    with translation.override("zh-hans"):
        assert labels_picture(printed("card-a4-10")).startswith(b"\x89PNG")
