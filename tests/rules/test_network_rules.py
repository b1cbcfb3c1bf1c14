"""Hours as people write them, the sheet of first branches, and the ring that a move would close."""

import io
from datetime import date, time

import openpyxl
import pytest

from wenyuan.organisation.network.data import DateSpan
from wenyuan.organisation.network.hours_text import read_hours
from wenyuan.organisation.network.models import BranchKind
from wenyuan.organisation.network.rules import replanned, ring_day
from wenyuan.organisation.network.sheet import SheetError, SheetFault, SheetRefused, read_branch_sheet

ALWAYS = DateSpan(date(2020, 1, 1), None)


def stated(text: str) -> dict[int, list[str]]:
    days: dict[int, list[str]] = {}
    for span in read_hours(text):
        days.setdefault(span.weekday, []).append(f"{span.hours.opens:%H:%M}-{span.hours.closes:%H:%M}")
    return days


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("", {}),
        ("周二-周日 09:00-17:00", {day: ["09:00-17:00"] for day in (1, 2, 3, 4, 5, 6)}),
        ("Tue-Sun 09:00-17:00", {day: ["09:00-17:00"] for day in (1, 2, 3, 4, 5, 6)}),
        ("周一、周三 8:30—11:30，14:00～17:30", {day: ["08:30-11:30", "14:00-17:30"] for day in (0, 2)}),
        (
            "星期一至星期五 9:00-17:00；周六 10:00-16:00",
            {**{key: ["09:00-17:00"] for key in range(5)}, 5: ["10:00-16:00"]},
        ),
        ("周六-周一 9:00-10:00", {0: ["09:00-10:00"], 5: ["09:00-10:00"], 6: ["09:00-10:00"]}),
        ("Monday, Thurs: 9:00-10:00", {0: ["09:00-10:00"], 3: ["09:00-10:00"]}),
        ("每天 00:00-24:00", {key: ["00:00-00:00"] for key in range(7)}),
        ("24小时", {key: ["00:00-00:00"] for key in range(7)}),
        ("9:00-17:00", {key: ["09:00-17:00"] for key in range(7)}),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, days: dict[int, list[str]]) -> None:
    assert stated(text) == days


@pytest.mark.parametrize(
    "text",
    [
        "周八 9:00-10:00",
        "周一",
        "周一 25:00-26:00",
        "周一 17:00-09:00",
        "周一 9:00-12:00, 11:00-13:00",
        "周一 9:00-12:00 除外",
        "周一 9:00-12:00;" * 100,
    ],
)
def test_hours_that_cannot_be_read_are_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_hours(text)


def test_a_move_below_its_own_child_closes_a_ring() -> None:
    placements = {2: ((1, ALWAYS),), 3: ((2, ALWAYS),), 1: ((3, DateSpan(date(2026, 5, 1), None)),)}

    assert ring_day(placements, branch_id=1, from_date=date(2026, 5, 1)) == date(2026, 5, 1)


def test_a_ring_that_closes_only_later_is_found() -> None:
    later = DateSpan(date(2027, 1, 1), None)
    placements = {1: ((2, DateSpan(date(2026, 5, 1), None)),), 2: ((3, later),), 3: ((1, ALWAYS),)}

    assert ring_day(placements, branch_id=1, from_date=date(2026, 5, 1)) == date(2027, 1, 1)


def test_a_ring_that_is_over_before_the_move_is_none() -> None:
    past = DateSpan(date(2020, 1, 1), date(2026, 5, 1))
    placements = {1: ((2, DateSpan(date(2026, 5, 1), None)),), 2: ((1, past),)}

    assert ring_day(placements, branch_id=1, from_date=date(2026, 5, 1)) is None


def test_another_ring_above_does_not_hang_the_search() -> None:
    placements = {1: ((2, ALWAYS),), 2: ((3, ALWAYS),), 3: ((2, ALWAYS),)}

    assert ring_day(placements, branch_id=1, from_date=date(2026, 5, 1)) is None


def test_a_move_ends_what_runs_and_drops_what_was_planned() -> None:
    old = ((7, DateSpan(date(2020, 1, 1), date(2026, 9, 1))), (8, DateSpan(date(2026, 9, 1), None)))

    new = replanned(old, parent_id=9, from_date=date(2026, 5, 1))

    assert new == ((7, DateSpan(date(2020, 1, 1), date(2026, 5, 1))), (9, DateSpan(date(2026, 5, 1), None)))


CHINESE_SHEET = """编码,名称,英文名,类型,上级,开馆日期,地址,电话,通借通还,开放时间
C,文渊区图书馆,Wenyuan Library,总馆,,1956年10月1日,人民路1号,010-61234567,A,周二-周日 09:00-17:00
,,,,,,,,,
S1,城关街道分馆,,街道分馆,C,2012/3/5,,,A；B,
N1,大柳树村农家书屋,,农家书屋,s1,2009,,,,每天 9:00-11:00
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_with_chinese_headers_gives_its_branches(encoding: str) -> None:
    central, street, village = read_branch_sheet(CHINESE_SHEET.encode(encoding))

    assert (central.code, central.kind, central.opened) == ("C", BranchKind.CENTRAL, date(1956, 10, 1))
    assert [span.weekday for span in central.hours] == [1, 2, 3, 4, 5, 6]
    assert (street.row, street.parent, street.groups) == (4, "C", ("A", "B"))
    assert (village.kind, village.opened) == (BranchKind.RURAL_BOOKHOUSE, date(2009, 1, 1))


def test_an_xlsx_with_english_headers_and_real_dates_gives_its_branches() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Code", "Name", "Kind", "Parent", "Opened", "Phone", "Hours", "Note"])
    sheet.append(["C", "总馆", "central", None, date(2001, 2, 3), 61234567, "Tue-Sun 09:00-17:00", "x"])
    file = io.BytesIO()
    book.save(file)

    (row,) = read_branch_sheet(file.getvalue())

    assert (row.code, row.opened, row.phone) == ("C", date(2001, 2, 3), "61234567")
    assert row.hours[0].hours.opens == time(9)


def faults(text: str) -> list[tuple[int, str, SheetFault]]:
    with pytest.raises(SheetRefused) as refused:
        read_branch_sheet(text.encode())
    return [(error.row, error.column, error.fault) for error in refused.value.errors]


def test_every_wrong_cell_is_named_with_its_row_and_column() -> None:
    found = faults(
        "code,name,kind,parent,opened,hours,group\n"
        "C,总馆,central,,2001-01-01,周八 9:00-10:00,A\n"
        "C 1,,palace,,2001-13-01,,甲\n"
        "D,丁馆,branch,,2001-01-01,,\n"
        "d,又一丁馆,branch,,2001-01-01,,\n"
    )

    assert found == [
        (2, "hours", SheetFault.BAD_HOURS),
        (3, "code", SheetFault.BAD_CODE),
        (3, "group", SheetFault.BAD_CODE),
        (3, "kind", SheetFault.UNKNOWN_KIND),
        (3, "name_zh", SheetFault.EMPTY),
        (3, "opened", SheetFault.BAD_DATE),
        (5, "code", SheetFault.CODE_TWICE),
    ]


def test_parents_in_a_ring_are_named() -> None:
    found = faults("code,name,kind,parent,opened\nA,甲,branch,B,2001-01-01\nB,乙,branch,A,2001-01-01\n")

    assert found == [(2, "parent", SheetFault.RING), (3, "parent", SheetFault.RING)]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", SheetError(0, "", SheetFault.NO_ROWS)),
        (b"code,name,kind,opened\n", SheetError(0, "", SheetFault.NO_ROWS)),
        (b"PK\x03\x04 no archive", SheetError(0, "", SheetFault.UNREADABLE)),
        (b"\xff\xff\xff", SheetError(0, "", SheetFault.UNREADABLE)),
        (b"code,name,kind\nC,x,central\n", SheetError(1, "opened", SheetFault.COLUMN_MISSING)),
        (b"code,name,kind,opened\n" + b"C,x,central,2001\n" * 5001, SheetError(5002, "", SheetFault.TOO_BIG)),
        (b"x" * 10_000_001, SheetError(0, "", SheetFault.TOO_BIG)),
    ],
)
def test_a_file_that_is_no_sheet_is_refused_with_one_error(content: bytes, error: SheetError) -> None:
    with pytest.raises(SheetRefused) as refused:
        read_branch_sheet(content)

    assert refused.value.errors == (error,)
