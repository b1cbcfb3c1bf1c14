"""Class lists as schools send them."""

import io
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from wenyuan.kernel.identity import Gender
from wenyuan.lending.patrons.data import NoNumberReason, ProblemCode, Relation, RosterRefused, RosterRow
from wenyuan.lending.patrons.sheets import read_date, read_gender, read_reason, read_relation, read_sheet

LIST = (
    "实验小学三年级二班名单,,,\n"
    "学生姓名*,性别,身份证号（必填）,监护人,关系,联系电话\n"
    "陈思雨,女,110101201602290040,陈伟,父亲,13812341234\n"
    ",,,,,\n"
    "李小军,男,,王芳,母亲,\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_list_is_read_in_whatever_encoding_excel_wrote(encoding: str) -> None:
    rows = read_sheet(LIST.encode(encoding))

    assert rows == (
        RosterRow(
            line=3,
            name="陈思雨",
            gender="女",
            number="110101201602290040",
            guardian_name="陈伟",
            relation="父亲",
            guardian_phone="13812341234",
        ),
        RosterRow(line=5, name="李小军", gender="男", guardian_name="王芳", relation="母亲"),
    )


def test_a_workbook_gives_dates_and_numbers_as_texts() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Name", "Birth date", "Card no", "Reason"])
    sheet.append(["陈思雨", datetime(2016, 5, 1), 20260001.0, "child"])
    content = io.BytesIO()
    book.save(content)

    [row] = read_sheet(content.getvalue())

    assert row == RosterRow(
        line=2, name="陈思雨", birth_date="2016-05-01", card_no="20260001", no_number_reason="child"
    )


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", ProblemCode.COLUMN_MISSING),
        ("性别,电话\n男,1\n".encode(), ProblemCode.COLUMN_MISSING),
        ("姓名,电话\n".encode(), ProblemCode.ROW_MISSING),
        (("姓名\n" + "李小军\n" * 61).encode(), ProblemCode.TOO_MANY_ROWS),
        (b"PK\x03\x04 no workbook", ProblemCode.FILE_UNREADABLE),
        (b"\x00\x01\x02\xff\xff", ProblemCode.FILE_UNREADABLE),
    ],
)
def test_a_file_that_is_no_list_is_refused(content: bytes, code: ProblemCode) -> None:
    with pytest.raises(RosterRefused) as refused:
        read_sheet(content)

    assert [row.problem.code for row in refused.value.problems] == [code]


@pytest.mark.parametrize("text", ["2016-5-1", "2016/05/01", "2016年5月1日", "20160501", "２０１６.５.１"])
def test_a_day_is_read_as_people_write_it(text: str) -> None:
    assert read_date(text) == date(2016, 5, 1)


@pytest.mark.parametrize("text", ["", "2016", "2016-13-01", "20160230", "5月1日"])
def test_what_is_no_day_is_none(text: str) -> None:
    assert read_date(text) is None


def test_words_of_the_sheet_become_codes() -> None:
    assert (read_gender("女"), read_gender("Male"), read_gender("?")) == (Gender.FEMALE, Gender.MALE, None)
    assert (read_relation("外婆"), read_relation("mother")) == (Relation.GRANDPARENT, Relation.MOTHER)
    assert (read_reason("未办理"), read_reason("erased")) == (NoNumberReason.NOT_ISSUED, None)
