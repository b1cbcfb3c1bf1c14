"""Batch edits at the workbench: chosen, looked at, done by the worker, taken back, each page in both languages."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from tests.factories.catalogue import make_bib, make_item, make_item_type
from tests.factories.network import make_area
from tests.factories.office_pages import Town, make_town
from tests.factories.staff_pages import staff_at
from wenyuan.doors.workbench.batching import beginning, views
from wenyuan.doors.workbench.batching.words import _REASONS as REASONS
from wenyuan.doors.workbench.batching.words import COLUMNS, FAULTS, FITTING, FORESEEN, OF, OUTCOMES, STEPS, TESTS
from wenyuan.doors.workbench.records.running import run_edit_job
from wenyuan.holdings.catalogue.batching import running
from wenyuan.holdings.catalogue.batching.work import COLUMNS as CHANGEABLE
from wenyuan.holdings.catalogue.data import BatchOf, ItemFilter, RowOutcome, RowReason, StepKind, Test
from wenyuan.holdings.catalogue.models import BatchEdit, Bib, ImportBatch, Item
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.accounts.models import Account
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.journal.models import Entry

pytestmark = pytest.mark.usefixtures("db")

PAGE = "/workbench/records/batches/"
ITEMS = f"{PAGE}items/new"
RECORDS = f"{PAGE}records/new"


@pytest.fixture
def town() -> Town:
    return make_town()


@pytest.fixture(autouse=True)
def queued(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    waiting: list[dict[str, Any]] = []
    for module in (beginning, views):
        monkeypatch.setattr(module, "hand_over_edit", lambda **work: waiting.append(work))
    return waiting


def work(queued: list[dict[str, Any]]) -> None:
    """The worker does what waits, twice: the second time nothing is left."""
    [job] = queued
    queued.clear()
    for _ in range(2):
        run_edit_job(batch_id=job["batch_id"], clock=lambda: datetime.now(tz=UTC))


def account_of(browser: Client) -> int:
    return int(browser.session["_auth_user_id"])


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def begun(browser: Client, url: str, sent: dict[str, Any], queued: list[dict[str, Any]]) -> str:
    """A batch that the worker has looked through; its page's address."""
    answer = browser.post(url, sent)
    assert answer.status_code == 302, answer.content.decode()
    work(queued)
    return str(answer["Location"])


def test_everything_that_can_be_said_has_words() -> None:
    assert set(COLUMNS) == CHANGEABLE
    assert (set(STEPS), set(TESTS), set(OF), set(OUTCOMES)) == (set(StepKind), set(Test), set(BatchOf), set(RowOutcome))
    assert set(FITTING) == set(ItemFilter.__dataclass_fields__)
    assert set(RowReason) <= set(REASONS)
    assert set(FORESEEN) <= set(OUTCOMES)
    assert {"missing", "too_many", "too_long", "bad_place", "control_field", "needs_code", "no_code", "bad_field",
            "control_character", "same_place"} == set(FAULTS)  # fmt: skip


def test_items_are_chosen_seen_changed_and_put_back(town: Town, queued: list[dict[str, Any]]) -> None:
    make_item_type("journal", name_zh="期刊")
    make_item(home=town.central, barcode="W1", price_fen=1000)
    make_item(home=town.central, barcode="W2", state="withdrawn")
    browser = staff_at(town.central, Role.CATALOGUER)

    page = begun(
        browser, ITEMS, {"numbers": "W1\nW2 W9", "item_type": "journal", "price": "25.5", "note": "改类型"}, queued
    )
    shown = text(browser.get(page))
    assert "改类型" in shown
    assert "25.50" in shown
    assert f'action="{page}started"' in shown
    rows = text(browser.get(f"{page}rows"))
    assert "10.00 → 25.50" in rows
    assert Item.objects.get(barcode="W1").price_fen == 1000

    assert browser.post(f"{page}started")["Location"] == page
    work(queued)
    assert Item.objects.get(barcode="W1").price_fen == 2550
    shown = text(browser.get(page))
    assert f'action="{page}undone"' in shown
    assert f'action="{page}started"' not in shown
    assert "W9" in text(browser.get(f"{page}rows?outcome=refused"))
    file = b"".join(browser.get(f"{page}rows/file?outcome=refused")).decode("utf-8-sig").splitlines()
    assert [line.split(",")[:2] for line in file] == [["序", "单册"], ["2", "W2"], ["3", "W9"]]
    assert "没有这一单册。" in file[2]

    assert browser.post(f"{page}undone")["Location"] == page
    work(queued)
    assert Item.objects.get(barcode="W1").price_fen == 1000
    assert f'action="{page}undone"' not in text(browser.get(page))
    assert "W1" in text(browser.get(f"{page}rows?outcome=restored"))


def test_a_number_with_a_hyphen_is_that_number_and_a_run_has_a_sign_of_its_own(
    town: Town, queued: list[dict[str, Any]]
) -> None:
    for barcode in ("2024-3001", "2500", "D0001", "D0002"):
        make_item(home=town.central, barcode=barcode, source="bought")
    make_item(home=town.central, barcode="D0003", accession_no="77-80", source="bought")
    browser = staff_at(town.central, Role.CATALOGUER)

    page = begun(browser, ITEMS, {"numbers": "2024-3001 77-80\nD0001 ～ 2", "source": "donated"}, queued)
    browser.post(f"{page}started")
    work(queued)
    asked = browser.post(ITEMS, {"numbers": "D0001-2 2024-001-2024-030", "source": "donated"})

    donated = Item.objects.filter(source="donated").values_list("barcode", flat=True)
    assert set(donated) == {"2024-3001", "D0001", "D0002", "D0003"}
    assert asked.status_code == 422
    assert "D0001-2, 2024-001-2024-030。" in asked.content.decode()
    assert "D0001~2" in asked.content.decode()


def test_columns_are_emptied_and_an_area_is_given(town: Town, queued: list[dict[str, Any]]) -> None:
    area = make_area(town.central, "A9", name_zh="红色文献室")
    make_item(home=town.central, barcode="W1", price_fen=1000, collection="红色文献")
    browser = staff_at(town.central, Role.CATALOGUER)

    sent = {
        "home": town.central.id,
        "of_collection": "红色文献",
        "clear": ["collection", "price_fen"],
        "area_id": area.id,
    }
    page = begun(browser, ITEMS, sent, queued)
    assert area.name_zh in text(browser.get(page))
    browser.post(f"{page}started")
    work(queued)

    item = Item.objects.get(barcode="W1")
    assert (item.collection, item.price_fen, item.area_id) == ("", None, area.id)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"source": "donated"}, "请说明是哪些"),
        ({"numbers": "W1"}, "请说明要改什么"),
        ({"numbers": "W1", "collection": "x", "clear": ["collection"]}, "二者只能取其一"),
        ({"numbers": "W1", "price": "-1"}, "0"),
        ({"receipt": "9" * 30, "source": "donated"}, str(2**63 - 1)),
    ],
)
def test_a_form_that_says_nothing_or_two_things_is_answered_with_the_reason(
    town: Town, queued: list[dict[str, Any]], sent: dict[str, Any], words: str
) -> None:
    answer = staff_at(town.central, Role.CATALOGUER).post(ITEMS, sent)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert (queued, BatchEdit.objects.count()) == ([], 0)


STEP = {
    "steps": "2",
    "step1-kind": "replace_text",
    "step1-place": "690$a",
    "step1-sought": "I247.57",
    "step1-text": "I247.5",
    "step2-kind": "add_field",
    "step2-text": "606 0# $a长篇小说",
    "step2-if_place": "606",
    "step2-if_test": "absent",
}


def test_records_are_chosen_seen_line_by_line_changed_and_put_back(town: Town, queued: list[dict[str, Any]]) -> None:
    bib = make_bib(title="活着")
    browser = staff_at(town.central, Role.CATALOGUER)

    page = begun(browser, RECORDS, {"numbers": bib.control_number, "dialect": "cnmarc", **STEP}, queued)
    assert "I247.57 → I247.5" in text(browser.get(page))
    assert f"{page}rows/1/" in text(browser.get(f"{page}rows"))
    assert "长篇小说" in text(browser.get(f"{page}rows/1/"))
    assert browser.get(f"{page}rows/2/").status_code == 404

    browser.post(f"{page}started")
    work(queued)
    assert Bib.objects.get(id=bib.id).class_no == "I247.5"
    assert "长篇小说" in text(browser.get(f"{page}rows/1/"))

    browser.post(f"{page}undone")
    work(queued)
    assert Bib.objects.get(id=bib.id).class_no == "I247.57"


def test_an_import_leads_to_a_batch_over_its_records(town: Town) -> None:
    batch = ImportBatch.objects.create(
        file_name="a.iso", file_hash=b"", file_bytes=0, branch=town.central, state="finished"
    )
    browser = staff_at(town.central, Role.CATALOGUER)

    assert f"{RECORDS}?import={batch.id}" in text(browser.get(f"/workbench/records/imports/{batch.id}/"))
    assert browser.get(f"{RECORDS}?import={batch.id}").context["chosen"]["batch"].value() == str(batch.id)


def test_another_step_keeps_what_was_typed_and_begins_nothing(town: Town, queued: list[dict[str, Any]]) -> None:
    answer = staff_at(town.central, Role.CATALOGUER).post(
        RECORDS, {"numbers": "1", "dialect": "cnmarc", **STEP, "act": "more"}
    )

    shown = text(answer)
    assert 'name="step3-kind"' in shown
    assert 'value="I247.5"' in shown
    assert (queued, BatchEdit.objects.count()) == ([], 0)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"step1-kind": ""}, "不能为空"),
        ({"step1-kind": "delete_field", "step1-place": "001"}, "001"),
        ({"step1-kind": "delete_field", "step1-place": "606", "numbers": ""}, "请说明是哪些"),
        ({"step1-kind": "delete_field", "step1-place": "606", "question": "余华"}, "三种方式"),
        ({"step1-kind": "delete_field", "step1-place": "606", "numbers": "", "question": "余华"}, "检索索引"),
        ({"step1-kind": "delete_field", "step1-place": "606", "numbers": "", "batch": "0"}, "1"),
        ({"step1-kind": "delete_field", "step1-place": "606", "numbers": "", "batch": "9" * 30}, str(2**63 - 1)),
        (
            {"step1-kind": "delete_field", "step1-place": "606", "numbers": " ".join(map(str, range(10_001)))},
            "数量太多",
        ),
    ],
)
def test_steps_and_choices_that_are_none_are_named(
    town: Town, queued: list[dict[str, Any]], sent: dict[str, Any], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beginning, "is_indexed", lambda: False)
    browser = staff_at(town.central, Role.CATALOGUER)

    answer = browser.post(RECORDS, {"numbers": "1", "dialect": "cnmarc", "steps": "1", **sent})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert queued == []


def test_a_batch_is_given_up_and_one_whose_job_was_lost_goes_on(town: Town, queued: list[dict[str, Any]]) -> None:
    make_item(home=town.central, barcode="W000001")
    browser = staff_at(town.central, Role.CATALOGUER)
    page = browser.post(ITEMS, {"numbers": "W000001", "source": "donated"})["Location"]
    queued.clear()

    assert "going-on" in text(browser.get(page))
    assert browser.get(f"{page}progress").status_code == 200
    browser.post(f"{page}going-on")
    work(queued)
    assert browser.get(f"{page}progress")["HX-Refresh"] == "true"
    browser.post(f"{page}dropped")
    browser.post(f"{page}started")
    browser.post(f"{page}going-on")

    assert (queued, BatchEdit.objects.get().state) == ([], "dropped")
    assert "W000001" not in text(browser.get(f"{page}rows"))


def test_who_may_not_edit_is_kept_out_and_who_may_elsewhere_only_looks(
    town: Town, queued: list[dict[str, Any]]
) -> None:
    make_item(home=town.central, barcode="W1")
    page = begun(staff_at(town.central, Role.CATALOGUER), ITEMS, {"numbers": "W1", "source": "donated"}, queued)
    clerk, stranger = staff_at(town.central, Role.DESK), staff_at(town.south, Role.CATALOGUER)

    assert {clerk.get(one).status_code for one in (PAGE, ITEMS, RECORDS, page, f"{page}rows")} == {403}
    assert f"{page}started" not in text(stranger.get(page))
    assert {stranger.post(f"{page}{act}").status_code for act in ("started", "dropped")} == {403}


def test_one_that_runs_is_stopped_and_goes_on(town: Town, queued: list[dict[str, Any]]) -> None:
    make_item(home=town.central, barcode="W1", source="bought")
    browser = staff_at(town.central, Role.CATALOGUER)
    page = begun(browser, ITEMS, {"numbers": "W1", "source": "donated"}, queued)
    browser.post(f"{page}started")
    assert f'action="{page}stopped"' in text(browser.get(page))

    browser.post(f"{page}stopped")
    work(queued)
    shown = text(browser.get(page))
    assert "已有人将其停下" in shown
    assert f'action="{page}stopped"' not in shown
    assert f'action="{page}dropped"' in shown
    assert Item.objects.get().source == "bought"

    browser.post(f"{page}started")
    work(queued)
    assert Item.objects.get().source == "donated"
    assert "已有人将其停下" not in text(browser.get(page))


def test_the_page_says_that_a_right_was_taken_away_and_a_colleague_goes_on(
    town: Town, queued: list[dict[str, Any]]
) -> None:
    make_item(home=town.central, barcode="W1", source="bought")
    browser, colleague = staff_at(town.central, Role.CATALOGUER), staff_at(town.central, Role.CATALOGUER)
    page = begun(browser, ITEMS, {"numbers": "W1", "source": "donated"}, queued)
    browser.post(f"{page}started")
    Account.objects.filter(id=account_of(browser)).update(is_active=False)
    work(queued)
    shown = text(colleague.get(page))
    assert "不再有此处的编辑权限" in shown
    assert Item.objects.get().source == "bought"

    colleague.post(f"{page}started")
    work(queued)
    assert Item.objects.get().source == "donated"


def test_a_batch_that_a_colleague_lets_go_on_before_its_job_began_is_the_colleague_s(
    town: Town, queued: list[dict[str, Any]]
) -> None:
    make_item(home=town.central, barcode="W1", source="bought")
    browser, colleague = staff_at(town.central, Role.CATALOGUER), staff_at(town.central, Role.CATALOGUER)
    page = begun(browser, ITEMS, {"numbers": "W1", "source": "donated"}, queued)
    browser.post(f"{page}started")

    Account.objects.filter(id=account_of(browser)).update(is_active=False)
    colleague.post(f"{page}stopped")
    colleague.post(f"{page}started")
    del queued[1:]  # the queue holds one job a batch: what came first
    work(queued)

    assert "不再有此处的编辑权限" not in text(colleague.get(page))
    assert Item.objects.get().source == "donated"
    assert [entry.operator_id for entry in Entry.objects.filter(kind=Kind.ITEM_CHANGED)] == [account_of(colleague)]


def test_what_a_colleague_lets_go_on_while_it_is_done_is_done_from_the_next_chunk_with_the_colleague_s_rights(
    town: Town, queued: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        make_item(home=town.central, barcode=f"W{number}", source="bought")
    monkeypatch.setattr(running, "CHUNK", {"items": 1})
    browser, colleague = staff_at(town.central, Role.CATALOGUER), staff_at(town.central, Role.CATALOGUER)
    page = begun(browser, ITEMS, {"home": town.central.id, "source": "donated"}, queued)
    browser.post(f"{page}started")
    taken_over = iter(["stopped", "started"])

    def clock() -> datetime:
        if BatchEdit.objects.get().position == 1:
            for act in taken_over:
                colleague.post(f"{page}{act}")
        return datetime.now(tz=UTC)

    run_edit_job(batch_id=queued[0]["batch_id"], clock=clock)

    actors = [entry.operator_id for entry in Entry.objects.filter(kind=Kind.ITEM_CHANGED).order_by("id")]
    assert actors == [account_of(browser), account_of(colleague), account_of(colleague)]


def test_the_list_goes_on_and_asks_no_more_for_more(
    town: Town, queued: list[dict[str, Any]], django_assert_max_num_queries: Any
) -> None:
    make_item(home=town.central, barcode="W1")
    browser = staff_at(town.central, Role.CATALOGUER)
    assert "items/new" in text(browser.get(PAGE))
    for number in range(21):
        browser.post(ITEMS, {"numbers": "W1", "source": "donated", "note": f"第{number}批"})

    with django_assert_max_num_queries(25):
        shown = text(browser.get(PAGE))

    assert ("第20批" in shown, "第0批" in shown) == (True, False)
    assert 'rel="next"' in shown


def test_rows_go_on_and_ask_no_more_for_more(
    town: Town, queued: list[dict[str, Any]], django_assert_max_num_queries: Any
) -> None:
    bib = make_bib()
    for number in range(51):
        make_item(bib=bib, home=town.central, barcode=f"W{number:03d}")
    browser = staff_at(town.central, Role.CATALOGUER)
    page = begun(browser, ITEMS, {"home": town.central.id, "source": "donated"}, queued)

    with django_assert_max_num_queries(25):
        shown = text(browser.get(f"{page}rows"))

    assert ("W049" in shown, "W050" in shown) == (True, False)
    assert 'rel="next"' in shown


def test_the_pages_speak_english_too(town: Town, queued: list[dict[str, Any]]) -> None:
    make_item(home=town.central, barcode="W1")
    browser = staff_at(town.central, Role.CATALOGUER)
    page = begun(browser, ITEMS, {"numbers": "W1", "lendable": "in_library"}, queued)
    browser.cookies["django_language"] = "en"

    assert "Change them" in text(browser.get(page))
    assert "lent → in the library only" in text(browser.get(f"{page}rows"))
    assert "Add a field" in text(browser.get(RECORDS))
