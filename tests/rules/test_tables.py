"""Tables as files: they come back as they were, and nothing in them is computed."""

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from wenyuan.plumbing import excel
from wenyuan.plumbing.tables import write_csv, write_xlsx

HEADS = ["题名", "价格"]
DANGEROUS = ["=1+1", "+86", "-1", "@SUM(A1)", "\t=1", " =cmd|' /C calc'!A0", "＝1+1", "\r=1"]


def read(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_text_of_a_csv_is_computed(tmp_path: Path, text: str) -> None:
    write_csv(tmp_path / "a.csv", HEADS, [[text, 1]])

    rows = read(tmp_path / "a.csv")
    assert rows == [HEADS, [f"'{text}", "1"]]


@pytest.mark.parametrize("text", [*DANGEROUS[:4], "#N/A", "0001234", "2026-01-01", "<b>活着</b>"])
def test_text_of_an_excel_file_stays_text_as_it_was(tmp_path: Path, text: str) -> None:
    write_xlsx(tmp_path / "a.xlsx", HEADS, [[text, 12.5]], title="单册")

    sheet = load_workbook(tmp_path / "a.xlsx").worksheets[0]
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [HEADS, [text, 12.5]]
    assert sheet["A2"].data_type == "s"


def test_a_csv_says_its_encoding_and_keeps_commas_quotes_and_line_ends(tmp_path: Path) -> None:
    count = write_csv(tmp_path / "a.csv", HEADS, [['活,着"\n余华', None], ["围城", date(2026, 4, 23)]])

    assert count == 2
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    rows = read(tmp_path / "a.csv")
    assert rows[1:] == [['活,着"\n余华', ""], ["围城", "2026-04-23"]]


def test_an_excel_file_goes_on_in_another_sheet_and_takes_any_character(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(excel, "SHEET_ROWS", 2)

    count = write_xlsx(tmp_path / "a.xlsx", HEADS, ([f"第{n}部\x00\x0b", n] for n in range(3)), title="书目")

    book = load_workbook(tmp_path / "a.xlsx")
    assert (count, book.sheetnames) == (3, ["书目", "书目 2"])
    assert [cell.value for cell in book.worksheets[1][2]] == ["第2部  ", 2]


def test_a_table_without_rows_has_its_heads(tmp_path: Path) -> None:
    assert write_xlsx(tmp_path / "a.xlsx", HEADS, [], title="书目") == 0

    assert [cell.value for cell in load_workbook(tmp_path / "a.xlsx").worksheets[0][1]] == HEADS
