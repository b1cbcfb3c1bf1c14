"""Items and records as a spreadsheet: asked for, written in the background, fetched by whoever asked, and forgotten."""

import csv
import io
import stat
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.factories.catalogue import make_bib, make_item
from tests.factories.office_pages import Town, make_town
from tests.factories.staff_pages import staff_at
from wenyuan.doors.workbench.records import running, tables
from wenyuan.doors.workbench.records.running import drop_old_tables, run_table
from wenyuan.doors.workbench.records.words import TABLE_FORMS, TABLES
from wenyuan.holdings.catalogue import tabling
from wenyuan.holdings.catalogue.data import TableForm, TableOf
from wenyuan.holdings.catalogue.models import TableExport
from wenyuan.organisation.accounts.data import Role

pytestmark = pytest.mark.usefixtures("db")

PAGE = "/workbench/records/export/tables"


@pytest.fixture
def town() -> Town:
    return make_town()


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Path:
    settings.HOME = tmp_path
    return tmp_path


@pytest.fixture(autouse=True)
def queued(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    waiting: list[dict[str, Any]] = []
    monkeypatch.setattr(tables, "hand_over_table", lambda **work: waiting.append(work))
    return waiting


def ask(browser: Any, queued: list[dict[str, Any]], of: str, form: str, branch: int | str = "") -> int:
    """Ask for a table and have it written; its id."""
    assert browser.post(PAGE, {"of": of, "form": form, "branch": branch})["Location"] == PAGE
    work = queued.pop()
    desk = work["desk"]
    for _ in range(2):
        run_table(
            table_id=work["table_id"],
            account_id=desk.operator.account_id,
            branch_id=desk.branch_id,
            at=datetime.now(tz=UTC),
        )
    table_id: int = work["table_id"]
    return table_id


def lines(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"), newline="")))


def test_every_table_and_form_has_words() -> None:
    assert (set(TABLES), set(TABLE_FORMS)) == (set(TableOf), set(TableForm))


def test_items_leave_as_csv_without_anything_a_spreadsheet_would_compute(
    town: Town, home: Path, queued: list[dict[str, Any]]
) -> None:
    bib = make_bib(title="=HYPERLINK(1)", author="余华", isbn="9787506365437")
    make_item(bib=bib, home=town.central, barcode="W1", price_fen=2050, volume="上", acquired_date=date(2026, 3, 2))
    make_item(bib=bib, home=town.central, barcode="W2", state="withdrawn")
    browser = staff_at(town.central, Role.CATALOGUER)

    table_id = ask(browser, queued, "items", "csv")
    heads, line = lines(browser.get(f"{PAGE}/{table_id}/file"))

    row = dict(zip(heads, line, strict=True))
    assert row["Barcode" if "Barcode" in row else "条码号"] == "W1"
    assert line[2:5] == ["'=HYPERLINK(1)", "上", "余华"]
    assert line[7] == "9787506365437"
    assert "20.5" in line
    assert "2026-03-02" in line
    stored = home / TableExport.objects.get().stored_as
    assert (stat.S_IMODE(stored.stat().st_mode), stored.parent) == (0o600, home / "files" / "tables")
    assert [path.name for path in stored.parent.iterdir()] == [stored.name]


def test_records_leave_as_excel_with_how_many_items_a_branch_has(
    town: Town, queued: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tabling, "PAGE", 1)
    here, both = make_bib(title="总馆有的书"), make_bib(title="都有的书")
    make_item(bib=here, home=town.central)
    make_item(bib=both, home=town.central)
    make_item(bib=both, home=town.central)
    make_item(bib=both, home=town.ring)
    make_item(bib=make_bib(title="分馆有的书"), home=town.ring)
    browser = staff_at(town.central, Role.CATALOGUER)

    table_id = ask(browser, queued, "bibs", "xlsx", town.central.id)
    answer = browser.get(f"{PAGE}/{table_id}/file")

    sheet = load_workbook(io.BytesIO(b"".join(answer))).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert [(row[2], row[12]) for row in rows] == [("总馆有的书", 1), ("都有的书", 2)]
    assert answer["Content-Disposition"].startswith('attachment; filename="bibs-')
    shown = browser.get(PAGE).context["tables"]
    assert [(table.state, table.rows) for table, *_ in shown] == [("done", 2)]


def test_a_table_is_for_whoever_asked_and_for_a_week(town: Town, home: Path, queued: list[dict[str, Any]]) -> None:
    make_item(home=town.central)
    browser, other = staff_at(town.central, Role.CATALOGUER), staff_at(town.central, Role.CATALOGUER)
    table_id = ask(browser, queued, "items", "csv")
    mine, theirs = browser.get(f"{PAGE}/{table_id}/file"), other.get(f"{PAGE}/{table_id}/file")
    assert b"".join(mine)

    drop_old_tables(at=datetime.now(tz=UTC) + timedelta(days=6))
    kept = TableExport.objects.count()
    drop_old_tables(at=datetime.now(tz=UTC) + timedelta(days=8))

    assert (mine.status_code, theirs.status_code, kept) == (200, 404, 1)
    assert browser.get(f"{PAGE}/{table_id}/file").status_code == 404
    assert list((home / "files" / "tables").iterdir()) == []


def test_a_table_that_cannot_be_written_says_so_and_leaves_no_file(
    town: Town, home: Path, queued: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object, **options: object) -> int:
        raise OSError("no space left on the device")

    monkeypatch.setattr(running, "write_csv", full)
    browser = staff_at(town.central, Role.CATALOGUER)
    browser.post(PAGE, {"of": "items", "form": "csv", "branch": ""})
    work = queued.pop()
    given = {"account_id": work["desk"].operator.account_id, "branch_id": town.central.id}

    with pytest.raises(OSError, match="no space"):
        run_table(table_id=work["table_id"], **given, at=datetime.now(tz=UTC))
    run_table(table_id=work["table_id"], **given, at=datetime.now(tz=UTC))

    shown = browser.get(PAGE).context
    assert ([table.state for table, *_ in shown["tables"]], shown["moving"]) == (["failed"], False)
    assert list((home / "files" / "tables").iterdir()) == []


def test_a_clerk_asks_for_no_table(town: Town) -> None:
    browser = staff_at(town.central, Role.DESK)

    assert [browser.get(PAGE).status_code, browser.post(PAGE, {"of": "items", "form": "csv"}).status_code] == [403, 403]


def test_what_is_no_choice_is_refused(town: Town, queued: list[dict[str, Any]]) -> None:
    browser = staff_at(town.central, Role.CATALOGUER)

    answer = browser.post(PAGE, {"of": "patrons", "form": "exe", "branch": "999"})

    assert set(answer.context["form"].errors) == {"of", "form", "branch"}
    assert (queued, TableExport.objects.count()) == ([], 0)
