"""Long tables row by row: no row is lost to a quote, a delimiter or a width, and none is read as what it is not."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from wenyuan.doors.cli.moving.mapping import BadMapping, OldSystem, Part, mapping_of
from wenyuan.doors.cli.moving.rows import Row, rows_of
from wenyuan.doors.cli.moving.texts import Texts
from wenyuan.plumbing.long_sheets import NoTable, UnreadRow, is_rounded, long_rows

COLUMNS = {"card_no": "证号", "taken": "日", "amount": "额"}


def part_of(path: Path, text: str, **more: object) -> Part:
    path.write_text(text, "utf-8")
    return Part(name="deposits", file=path, columns=COLUMNS, **more)  # type: ignore[arg-type]


def test_a_stray_quote_costs_its_own_row_alone(tmp_path: Path) -> None:
    lines = [f"R{number},2020-01-02,{number}" for number in range(2, 20_000)]
    lines[1] = '"R3,2020-01-02,3'
    part = part_of(tmp_path / "t.csv", "\n".join(["证号,日,额", *lines]))

    rows = list(rows_of(part))

    assert len(rows) == len(lines)
    assert [(row.line, row.fault, row.raw) for row in rows if row.fault] == [
        (3, "row_unreadable", ('"R3', "2020-01-02", "3"))
    ]


def test_the_rest_of_a_cell_that_goes_on_in_the_next_line_is_no_row(tmp_path: Path) -> None:
    text = '证号,日,额\nR1,2020-01-02,1\n"某街\n三号\n尾",2020-01-02,2\nR3,2020-01-02,3\n'
    part = part_of(tmp_path / "t.csv", text)

    assert [(row.line, row.fault) for row in rows_of(part)] == [
        (2, ""),
        (3, "row_unreadable"),
        (4, "row_unreadable"),
        (5, "row_unreadable"),
        (6, ""),
    ]


def test_where_a_part_allows_line_breaks_they_are_read_and_the_lines_are_counted(tmp_path: Path) -> None:
    text = '证号,日,额\n"R1\n新",2020-01-02,1\nR2,2020-01-02,2\n'
    part = part_of(tmp_path / "t.csv", text, line_breaks=True)

    assert [(row.line, row.fault, row.cells["证号"]) for row in rows_of(part)] == [(2, "", "R1\n新"), (4, "", "R2")]


@pytest.mark.parametrize("count", [3, 30_000])
def test_where_quotes_do_not_work_out_every_line_that_was_swallowed_is_told(tmp_path: Path, count: int) -> None:
    lines = ['"R1,2020-01-02,1', *[f"R{number},2020-01-02,{number}" for number in range(count)]]
    part = part_of(tmp_path / "t.csv", "\n".join(["证号,日,额", *lines]), line_breaks=True)

    assert [row.line for row in rows_of(part)] == list(range(2, count + 3))


def test_a_row_of_more_cells_than_headings_is_told_and_a_short_one_is_filled(tmp_path: Path) -> None:
    part = part_of(tmp_path / "t.csv", "证号,日,额\nR1,某街,三号,5\nR2,2020-01-02\n")

    wide, short = rows_of(part)

    assert (wide.fault, wide.raw) == ("row_width", ("R1", "某街", "三号", "5"))
    assert (short.fault, short.cells["额"]) == ("", "")


def test_the_row_of_the_headings_tells_the_delimiter_unless_it_is_stated(tmp_path: Path) -> None:
    text = "押金,某馆,导出,2020\n证号;日;额\nR1;2020-01-02;5\n"
    part = part_of(tmp_path / "t.csv", text, heading=2)
    assert [row.cells["额"] for row in rows_of(part)] == ["5"]

    stated = part_of(tmp_path / "p.csv", "证号|日|额\nR1|2020-01-02|5,5\n", delimiter="|")
    assert [row.cells["额"] for row in rows_of(stated)] == ["5,5"]


@pytest.mark.parametrize(("change", "where"), [({"delimiter": "::"}, "delimiter"), ({"line_breaks": 1}, "line_breaks")])
def test_a_delimiter_and_line_breaks_that_cannot_be_are_told(change: dict[str, object], where: str) -> None:
    data = {"system": "old", "deposits": {"file": "t.csv", "columns": COLUMNS, **change}}
    with pytest.raises(BadMapping, match=f"deposits.{where}"):
        mapping_of(data, folder=Path())


@pytest.mark.parametrize("more", [b"\x41", b"\x00\xd8", b"\xff\xdf\x41\x00"])
def test_what_is_no_utf_16_is_told_as_no_table(more: bytes, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("名,价\n边城,12\n".encode("utf-16"))
    assert [cells for _, cells in long_rows(path, encoding="utf-16")] == [["名", "价"], ["边城", "12"]]

    path.write_bytes(path.read_bytes() + more)
    with pytest.raises(NoTable, match="no text in utf-16"):
        list(long_rows(path, encoding="utf-16"))


@pytest.mark.parametrize("cell", [110101199003078000, 1.10101199003078e17, 6.90123e15])
def test_a_number_of_more_digits_than_a_cell_keeps_is_shown_as_rounded(cell: float, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append((cell, 6901234567890, "110101199003078515", 12.5))
    book.save(tmp_path / "t.xlsx")

    [(_, cells)] = long_rows(tmp_path / "t.xlsx", encoding="utf-8")

    assert [is_rounded(text) for text in cells] == [True, False, False, False]
    assert cells[1:] == ["6901234567890", "110101199003078515", "12.5"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("6.90123E+12", True), ("1E+17", True), ("1.1e+17", True), ("1E5", False), ("E+12", False), ("12.5E+3", False)],
)
def test_what_an_office_program_makes_of_a_long_number_is_known(text: str, expected: bool) -> None:
    assert is_rounded(text) is expected


@pytest.mark.parametrize(("field", "reasons"), [("barcode", ["number_rounded"]), ("call_no", [])])
def test_a_rounded_number_is_no_number_of_anything(field: str, reasons: list[str]) -> None:
    part = Part(name="items", file=Path("t.csv"), columns={field: "x"})
    texts = Texts(OldSystem(system="old"), part, Row(2, {"x": "6.90123E+12"}, ()))

    assert texts.text(field) == ("" if reasons else "6.90123E+12")
    assert [(reason.code, reason.field) for reason in texts.reasons] == [(code, field) for code in reasons]


@given(st.lists(st.text(alphabet='ab",;\t', min_size=1, max_size=12), max_size=12), st.booleans())
def test_no_line_is_lost_whatever_stands_in_it(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], on: bool
) -> None:
    path = tmp_path_factory.mktemp("sheet") / "t.csv"
    path.write_text("\n".join(["x,y", *lines]), "utf-8")

    found = list(long_rows(path, encoding="utf-8", line_breaks=on))

    if not on:
        assert [number for number, _ in found] == list(range(1, len(lines) + 2))
    numbers = [number for number, _ in found]
    breaks = sum(cell.count("\n") for _, cells in found if not isinstance(cells, UnreadRow) for cell in cells)
    assert numbers == sorted(set(numbers))
    assert len(found) + breaks >= len(lines)
