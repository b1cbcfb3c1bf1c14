"""Records at the workbench: a file is taken, read in the background, reported line by line, and exported again."""

import io
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.factories.accounts import make_desk
from tests.factories.catalogue import cnmarc_record, make_bib, make_item
from tests.factories.office_pages import Town, make_town
from tests.factories.staff_pages import staff_at
from wenyuan.doors.workbench.records import imports, staging, undoing, uploads
from wenyuan.doors.workbench.records.running import drop_old_uploads, run_import, run_looking, run_undoing
from wenyuan.doors.workbench.records.words import EXPORT_FORMS, KEPT, OUTCOMES, REASONS
from wenyuan.holdings.catalogue.data import ExportForm, ImportReason, KeptReason, NotIndexed, Outcome
from wenyuan.holdings.catalogue.models import Bib, ImportBatch, ImportMapping, ImportStep
from wenyuan.holdings.catalogue.operations import install_defaults, open_batch
from wenyuan.holdings.catalogue.queries import import_result, list_newest
from wenyuan.holdings.catalogue.searching import reading
from wenyuan.kernel.marc import Dialect, Encoding, Reason, XmlRecord, encode, iter_marcxml
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.accounts.models import RoleGrant
from wenyuan.organisation.rights.data import Desk
from wenyuan.plumbing.index.reader import Hits

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def town() -> Town:
    return make_town()


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Path:
    settings.HOME = tmp_path
    return tmp_path


@pytest.fixture(autouse=True)
def queued(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What would wait for the worker to be loaded; files are looked through at once."""
    waiting: list[dict[str, Any]] = []
    for pages in (imports, staging):
        monkeypatch.setattr(pages, "hand_over", lambda **work: waiting.append(work))
        monkeypatch.setattr(pages, "hand_over_looking", look)
    return waiting


def look(*, batch_id: int, stored_as: str, desk: Desk) -> None:
    run_looking(
        batch_id=batch_id,
        account_id=desk.operator.account_id,
        branch_id=desk.branch_id,
        stored_as=stored_as,
        at=datetime.now(tz=UTC),
    )


def marc(*titles: str) -> bytes:
    return b"".join(
        encode(cnmarc_record(f"n{number}", title=title, author="路遥"), encoding=Encoding.UTF8, dialect=Dialect.CNMARC)
        for number, title in enumerate(titles)
    )


def send(browser: Any, town: Town, content: bytes, name: str = "books.iso") -> Any:
    """Send a file, let it be looked through, and say that it may go in."""
    answer = stage(browser, town, content, name)
    if answer.status_code == 302:
        assert browser.post(f"{answer['Location']}loaded").status_code == 302
    return answer


def stage(browser: Any, town: Town, content: bytes, name: str = "books.iso") -> Any:
    fields = {"branch": town.central.id, "source": "", "mapping": "", "file": SimpleUploadedFile(name, content)}
    return browser.post("/workbench/records/imports/new", fields)


def run(work: dict[str, Any]) -> None:
    desk = work["desk"]
    run_import(
        batch_id=work["batch_id"],
        account_id=desk.operator.account_id,
        branch_id=desk.branch_id,
        stored_as=work["stored_as"],
        at=datetime.now(tz=UTC),
    )


def test_every_reason_and_form_has_words() -> None:
    assert set(REASONS) == {reason.value for reason in (*Reason, *ImportReason)}
    assert set(EXPORT_FORMS) == set(ExportForm)
    assert set(KEPT) == set(KeptReason)
    assert set(OUTCOMES) == set(Outcome)


def test_a_file_is_kept_for_the_server_alone_and_handed_to_the_worker(
    town: Town, home: Path, queued: list[dict[str, Any]]
) -> None:
    answer = send(staff_at(town.central, Role.CATALOGUER), town, marc("人生", "平凡的世界"))

    [work] = queued
    kept = home / work["stored_as"]
    assert answer["Location"] == f"/workbench/records/imports/{work['batch_id']}/"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert kept.parent == home / "files" / "uploads"


def test_the_worker_reads_the_file_and_takes_it_away(town: Town, home: Path, queued: list[dict[str, Any]]) -> None:
    browser = staff_at(town.central, Role.CATALOGUER)
    send(browser, town, marc("人生", "平凡的世界") + b"not a record at all\x1d")

    run(queued[0])
    run(queued[0])

    result = import_result(queued[0]["batch_id"])
    assert result is not None
    assert (result.state, result.added, result.failed) == ("finished", 2, 1)
    assert not (home / queued[0]["stored_as"]).exists()


def test_faults_are_listed_with_place_and_words_and_can_be_downloaded(town: Town, queued: list[dict[str, Any]]) -> None:
    browser = staff_at(town.central, Role.CATALOGUER)
    send(browser, town, marc("人生") + b"not a record at all\x1d")
    run(queued[0])
    batch_id = queued[0]["batch_id"]

    listed = browser.get(f"/workbench/records/imports/{batch_id}/faults").context["faults"]
    [(fault, words)] = listed
    one = browser.get(f"/workbench/records/imports/faults/{fault.id}/record.marc")
    all_of_them = browser.get(f"/workbench/records/imports/{batch_id}/failed.marc")

    assert fault.number == 2
    assert str(words) != fault.reason
    assert one.content.startswith(b"not a record at all")
    assert b"".join(all_of_them) == one.content


@pytest.mark.parametrize("prefix", ["", "marc:"])
def test_failed_records_of_marcxml_leave_as_a_file_that_can_come_in_again(
    town: Town, queued: list[dict[str, Any]], prefix: str
) -> None:
    declared = f'xmlns{":" if prefix else ""}{prefix.rstrip(":")}="http://www.loc.gov/MARC21/slim"'
    record = f"<{prefix}record><{prefix}leader>00000nam0 2200000   450 </{prefix}leader></{prefix}record>\n"
    content = f"<{prefix}collection {declared}>\n{record}{record}</{prefix}collection>\n".encode()
    browser = staff_at(town.central, Role.CATALOGUER)
    send(browser, town, content, name="books.xml")
    run(queued[0])

    failed = b"".join(browser.get(f"/workbench/records/imports/{queued[0]['batch_id']}/failed.marc"))

    found = list(iter_marcxml(io.BytesIO(failed)))
    assert [type(piece) for piece in found] == [XmlRecord, XmlRecord]


def test_progress_is_polled_and_ends_by_itself(town: Town, queued: list[dict[str, Any]]) -> None:
    browser = staff_at(town.central, Role.CATALOGUER)
    send(browser, town, marc("人生"))
    url = f"/workbench/records/imports/{queued[0]['batch_id']}/progress"

    running = browser.get(url)
    run(queued[0])
    finished = browser.get(url)

    assert b"hx-trigger" in running.content
    assert "HX-Refresh" not in running
    assert b"hx-trigger" not in finished.content
    assert finished["HX-Refresh"] == "true"


def test_an_import_whose_file_was_taken_away_says_that_it_was_left_and_asks_no_more(
    town: Town, queued: list[dict[str, Any]]
) -> None:
    browser = staff_at(town.central, Role.CATALOGUER)
    send(browser, town, marc("人生"))
    here = f"/workbench/records/imports/{queued[0]['batch_id']}/"
    drop_old_uploads(at=datetime.now(UTC) + timedelta(days=31))

    chinese = browser.get(here).content.decode()
    browser.cookies["django_language"] = "en"
    left, polled, listed = (browser.get(url) for url in (here, f"{here}progress", "/workbench/records/imports"))
    again = stage(browser, town, marc("人生"))["Location"]

    text = left.content.decode()
    assert "请重新上传文件" in chinese
    assert "Send the file again" in text
    assert f"{here}undo" in text
    assert f"{here}going-on" not in text
    assert "hx-trigger" not in text
    assert "goes on by itself" not in text
    assert polled["HX-Refresh"] == "true"
    assert "left unfinished" in listed.content.decode()
    assert again != here


def test_an_import_of_a_file_on_the_server_runs_though_no_file_was_sent(town: Town, home: Path) -> None:
    browser = staff_at(town.central, Role.CATALOGUER)
    path = home / "books.iso"
    path.write_bytes(marc("人生"))
    desk = make_desk(town.central, role=Role.CATALOGUER)
    batch_id = open_batch(path=path, branch_id=town.central.id, at=datetime.now(UTC), desk=desk)

    page = browser.get(f"/workbench/records/imports/{batch_id}/").content.decode()

    assert "hx-trigger" in page
    assert "请重新上传文件" not in page


def test_an_import_is_undone_from_its_page_and_says_before_what_would_happen(
    town: Town, queued: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting: list[dict[str, Any]] = []
    monkeypatch.setattr(undoing, "hand_over_undoing", lambda **work: waiting.append(work))
    browser = staff_at(town.central, Role.CATALOGUER)
    send(browser, town, marc("人生", "平凡的世界"))
    run(queued[0])
    here = f"/workbench/records/imports/{queued[0]['batch_id']}/"
    make_item(home=town.central, bib=Bib.objects.get(title="人生"))

    before = browser.get(f"{here}undo").context
    browser.post(f"{here}undo")
    work = waiting[0]
    account_id = work["desk"].operator.account_id
    for _ in range(2):
        run_undoing(batch_id=work["batch_id"], account_id=account_id, branch_id=town.central.id, at=datetime.now(UTC))
    after = browser.get(here)
    kept = browser.get(f"{here}kept")

    assert (before["prospect"].bibs, [count for _, count in before["reasons"]]) == (1, [1])
    assert list(Bib.objects.values_list("title", flat=True)) == ["人生"]
    assert (after.context["batch"].state, after.context["batch"].bibs_removed) == ("undone", 1)
    assert [row.label for row, _ in kept.context["rows"]] == ["人生"]
    assert browser.get(f"{here}undo")["Location"] == here


def test_a_way_of_reading_items_and_what_stays_are_typed_and_offered(town: Town) -> None:
    browser = staff_at(town.central, Role.CATALOGUER)
    RoleGrant.objects.update(branch=None)
    place = "/workbench/records/imports/suppliers"
    mapping = {"name": "书商", "tag": "997", "barcode": "xy", "price_text": "p", "ranges": "on", "class_mark": "/"}

    kept = [
        browser.post(f"{place}/mapping", mapping)["Location"],
        browser.post(f"{place}/overlay", {"name": "本馆", "keep": "690，9..", "both": "606"})["Location"],
    ]
    refused = [
        browser.post(f"{place}/mapping", {**mapping, "tag": "001"}).context["form"].errors,
        browser.post(f"{place}/mapping", {**mapping, "barcode": ""}).context["form"].errors,
        browser.post(f"{place}/overlay", {"name": "本馆", "keep": "69"}).context["form"].errors,
    ]
    shown = browser.get(place).context
    offered = browser.get("/workbench/records/imports/new").context["form"].fields

    assert kept == [place, place]
    assert [list(errors) for errors in refused] == [["tag"], ["barcode"], ["keep"]]
    assert ImportMapping.objects.get(code="书商").mapping["columns"]["barcode"]["codes"] == ["x", "y"]
    assert shown["overlays"] == (("本馆", ("690", "9.."), ("606",)),)
    assert [[value for value, _ in offered[name].choices] for name in ("mapping", "overlay")] == [
        ["", "书商"],
        ["", "本馆"],
    ]


@pytest.mark.parametrize("content", [b"hello, this is a letter", b"\xff\xfe<\x00", b"PK\x03\x04 zip"])
def test_what_is_no_marc_file_is_refused_and_not_kept(
    town: Town, home: Path, queued: list[dict[str, Any]], content: bytes
) -> None:
    answer = send(staff_at(town.central, Role.CATALOGUER), town, content)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["file"]
    assert queued == []
    assert list(home.rglob("*.marc")) == []


def test_a_file_above_the_bound_is_refused(town: Town, settings: Any) -> None:
    settings.WENYUAN_MOST_IMPORT_BYTES = 10

    answer = send(staff_at(town.central, Role.CATALOGUER), town, marc("人生"))

    assert list(answer.context["form"].errors) == ["file"]


def test_an_import_that_lost_its_job_goes_on(town: Town, queued: list[dict[str, Any]]) -> None:
    browser = staff_at(town.central, Role.CATALOGUER)
    send(browser, town, marc("人生"))

    ImportBatch.objects.update(waits_since=datetime.now(UTC) - timedelta(days=40))

    browser.post(f"/workbench/records/imports/{queued[0]['batch_id']}/going-on")
    drop_old_uploads(at=datetime.now(UTC) + timedelta(days=29))
    run(queued[1])

    assert queued[1]["stored_as"] == queued[0]["stored_as"]
    assert ImportBatch.objects.get().state == "finished"


def test_going_on_is_refused_where_the_file_is_taken_away_at_that_moment(
    town: Town, queued: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = staff_at(town.central, Role.CATALOGUER)
    send(browser, town, marc("人生"))
    before = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)
    ImportBatch.objects.update(stored_as="", waits_since=before)
    monkeypatch.setattr(imports, "_can_go_on", lambda result: True)  # as the page saw it

    answer = browser.post(f"/workbench/records/imports/{queued[0]['batch_id']}/going-on")

    assert answer.status_code == 302
    assert (len(queued), ImportBatch.objects.get().waits_since) == (1, before)


def test_an_import_that_was_cut_off_or_is_undone_offers_what_can_be_done(
    town: Town, queued: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting: list[dict[str, Any]] = []
    for pages in (undoing, imports):
        monkeypatch.setattr(pages, "hand_over_undoing", lambda **work: waiting.append(work))
    browser = staff_at(town.central, Role.CATALOGUER)
    elsewhere = staff_at(town.south, Role.CATALOGUER)
    send(browser, town, marc("人生"))
    here = f"/workbench/records/imports/{queued[0]['batch_id']}/"

    running, foreign = browser.get(here), elsewhere.get(here)
    browser.post(f"{here}undo")
    run(queued[0])
    undoing_now = browser.get(here)
    browser.post(f"{here}going-on")
    refused = elsewhere.post(f"{here}going-on")

    assert f"{here}undo" in running.content.decode()
    assert f"{here}undo" not in foreign.content.decode()
    assert f"{here}going-on" not in foreign.content.decode()
    assert (undoing_now.context["batch"].state, Bib.objects.count()) == ("undoing", 0)
    assert f"{here}going-on" in undoing_now.content.decode()
    assert len(waiting) == 2
    assert refused.status_code == 403


def test_a_waiting_file_that_is_gone_is_replaced_by_the_same_one_sent_again(
    town: Town, home: Path, queued: list[dict[str, Any]]
) -> None:
    browser = staff_at(town.central, Role.CATALOGUER)
    here = stage(browser, town, marc("人生"))["Location"]
    for path in home.rglob("*.marc"):
        path.unlink()

    again = stage(browser, town, marc("人生"))["Location"]
    browser.post(f"{here}loaded")
    run(queued[0])

    assert again == here
    assert list(Bib.objects.values_list("title", flat=True)) == ["人生"]


def test_a_file_that_cannot_be_kept_leaves_nothing_behind(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Any, chunk_size: int | None = None) -> Any:
        yield b"0"
        raise OSError("no space left")

    monkeypatch.setattr(SimpleUploadedFile, "chunks", full)

    with pytest.raises(OSError, match="no space"):
        uploads.keep(SimpleUploadedFile("a.iso", b"0123"))

    assert list(home.rglob("*.marc")) == []


def test_a_file_sent_twice_while_it_waits_is_kept_once(town: Town, home: Path) -> None:
    browser = staff_at(town.central, Role.CATALOGUER)

    first, second = stage(browser, town, marc("人生")), stage(browser, town, marc("人生"))

    assert first["Location"] == second["Location"]
    assert [str(path.relative_to(home)) for path in home.rglob("*.marc")] == [ImportBatch.objects.get().stored_as]


def test_before_a_file_is_loaded_its_page_says_what_that_would_do(town: Town, queued: list[dict[str, Any]]) -> None:
    browser = staff_at(town.central, Role.CATALOGUER)
    send(browser, town, marc("人生", "平凡的世界"))
    run(queued[0])
    new_text = marc("人生（修订本）", "平凡的世界", "<script>alert(1)</script>") + b"no record\x1d"

    here = stage(browser, town, new_text)["Location"]
    page = browser.get(here)
    changed = browser.get(f"{here}preview?outcome=changed")
    wrong = browser.get(f"{here}preview?reason=not_a_record")
    [(row, _, _)] = changed.context["rows"]
    difference = browser.get(f"{here}preview/{row.id}/")
    added = browser.get(f"{here}preview?outcome=new").content.decode()

    outcomes = {str(code): count for code, _, count, _ in page.context["outcomes"]}
    assert outcomes == {"new": 1, "changed": 1, "same": 1, "failed": 1}
    assert [count for _, _, count in page.context["problems"]] == [1]
    assert [row.number for row, _, _ in wrong.context["rows"]] == [4]
    lines = [(line.sign, line.tag, line.text) for line in difference.context["lines"] if line.sign != " "]
    assert lines == [("-", "200", "1# $a人生$f路遥著"), ("+", "200", "1# $a人生（修订本）$f路遥著")]
    assert "&lt;script&gt;alert(1)" in added
    assert "<script>alert(1)" not in added
    assert Bib.objects.count() == 2


def test_a_file_that_waits_is_given_up_or_looked_through_in_another_way(
    town: Town, home: Path, queued: list[dict[str, Any]]
) -> None:
    browser = staff_at(town.central, Role.CATALOGUER)
    install_defaults()
    here = stage(browser, town, marc("人生"))["Location"]

    browser.post(f"{here}looked", {"mapping": "marc21-852", "source": "书商"})
    again = browser.get(here).context
    browser.post(f"{here}dropped")
    late = browser.post(f"{here}loaded")

    assert (again["batch"].mapping, again["batch"].source, again["batch"].state) == ("marc21-852", "书商", "ready")
    assert ImportBatch.objects.get().state == "dropped"
    assert (list(home.rglob("*.marc")), queued, late["Location"]) == ([], [], here)
    assert browser.get(here).status_code == browser.get(f"{here}preview").status_code == 200


def test_a_clerk_imports_and_exports_nothing(town: Town) -> None:
    browser = staff_at(town.central, Role.DESK)

    paths = ("", "imports", "imports/new", "export", "export/file?form=marcxml")
    assert [browser.get(f"/workbench/records/{path}").status_code for path in paths] == [403] * 5


@pytest.mark.parametrize(("form", "begins"), [("iso2709-utf-8", b"0"), ("marcxml", b"<?xml")])
def test_records_leave_as_a_file(town: Town, form: str, begins: bytes) -> None:
    make_bib(title="人生")
    browser = staff_at(town.central, Role.CATALOGUER)

    answer = browser.get("/workbench/records/export/file", {"form": form, "branch": "", "source": ""})

    content = b"".join(answer)
    assert content.startswith(begins)
    assert "人生".encode() in content
    assert answer["Content-Disposition"].startswith("attachment; filename=")


def test_the_records_of_one_branch_leave_without_the_others(town: Town) -> None:
    make_item(home=town.central, bib=make_bib(title="总馆有的书"))
    make_item(home=town.ring, bib=make_bib(title="分馆有的书"))
    browser = staff_at(town.central, Role.CATALOGUER)

    answer = browser.get("/workbench/records/export/file", {"form": "marcxml", "branch": str(town.ring.id)})

    content = b"".join(answer).decode()
    assert "分馆有的书" in content
    assert "总馆有的书" not in content


def test_records_leave_by_number_by_import_and_by_question(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, third = make_bib(title="活着", isbn="9787506365437"), make_bib(title="兄弟"), make_bib(title="文城")
    batch = ImportBatch.objects.create(
        file_name="a.iso", file_hash=b"", file_bytes=0, branch=town.central, state="finished"
    )
    ImportStep.objects.create(batch=batch, bibs=[second.id])
    monkeypatch.setattr(reading, "find", lambda question, **_: Hits(ids=(third.id,), total=1))
    browser = staff_at(town.central, Role.CATALOGUER)

    def left(**chosen: str) -> list[str]:
        answer = browser.get("/workbench/records/export/file", {"form": "iso2709-gb18030", **chosen})
        assert "records-chosen-" in answer["Content-Disposition"]
        content = b"".join(answer).decode("gb18030")
        return [title for title in ("活着", "兄弟", "文城") if title in content]

    numbers = f"{third.control_number}, 978-7-5063-6543-7 no-such-number"
    assert left(numbers=numbers, leave_out="on") == ["活着", "文城"]
    assert left(batch=str(batch.id)) == ["兄弟"]
    assert left(question="文城") == ["文城"]
    told = browser.get("/workbench/records/export/file", {"form": "marcxml", "numbers": numbers})
    assert (told.status_code, told.streaming) == (422, False)
    assert "no-such-number" in str(told.context["form"].errors["numbers"])
    assert third.control_number not in str(told.context["form"].errors["numbers"])
    assert first.control_number != third.control_number


def test_records_are_not_exported_by_two_ways_at_once_or_by_an_index_that_is_not_there(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: Any, **__: Any) -> Hits:
        raise NotIndexed

    monkeypatch.setattr(reading, "find", none)
    browser, url = staff_at(town.central, Role.CATALOGUER), "/workbench/records/export/file"

    twice = browser.get(url, {"form": "marcxml", "question": "文城", "numbers": "1"})
    unasked = browser.get(url, {"form": "marcxml", "question": "文城"})

    assert (twice.status_code, unasked.status_code) == (422, 422)
    assert "一种方式" in twice.content.decode()
    assert "检索索引" in unasked.content.decode()


def test_a_record_is_shown_with_its_marc_and_items(town: Town) -> None:
    bib = make_bib(title="平凡的世界", isbn="9787530212004")
    make_item(home=town.central, bib=bib, barcode="W77")

    page = staff_at(town.central).get(f"/workbench/records/{bib.id}/").content.decode()

    assert '<b class="code">$a</b>平凡的世界' in page
    assert "W77" in page
    assert "9787530212004" in page


def test_the_queries_of_the_lists_do_not_grow_with_their_rows(town: Town, django_assert_max_num_queries: Any) -> None:
    for number in range(30):
        make_bib(title=f"书{number}")
        ImportBatch.objects.create(
            file_name=f"{number}.iso", file_hash=bytes([number]), file_bytes=number, branch=town.central
        )
    browser = staff_at(town.central, Role.CATALOGUER)
    browser.get("/workbench/records/")

    with django_assert_max_num_queries(12):
        newest = browser.get("/workbench/records/")
    with django_assert_max_num_queries(10):
        batches = browser.get("/workbench/records/imports")

    assert len(newest.context["bibs"]) == len(list_newest().bibs) == 20
    assert len(batches.context["batches"]) == 20
    assert batches.context["onward"].token


def test_labels_are_offered_for_what_belongs_to_this_branch(town: Town) -> None:
    bib = make_bib()
    make_item(bib=bib, barcode="C1", home=town.central)
    make_item(bib=bib, barcode="R1", home=town.ring)

    page = staff_at(town.central, Role.CATALOGUER).get(f"/workbench/records/{bib.id}/")

    assert page.context["to_label"] == ["C1"]
    assert 'name="barcodes" value="C1"' in page.content.decode()


def test_a_list_of_separators_alone_exports_no_record_at_all(town: Town) -> None:
    make_bib()
    browser = staff_at(town.central, Role.CATALOGUER)

    answer = browser.get("/workbench/records/export/file", {"form": ExportForm.ISO2709_UTF8.value, "numbers": " , "})

    assert answer.status_code == 422
    assert not answer.streaming
