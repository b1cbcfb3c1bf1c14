"""Numbers of works: whose work a record is of, author numbers, what comes next, how it is written and sorted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.holdings.catalogue.shelving import rules
from wenyuan.holdings.catalogue.shelving.rules import WorkFacts
from wenyuan.kernel.callnumbers import (
    AuthorRow,
    author_initials,
    author_numbers,
    row_fault,
    running_number,
    shelf_key,
    spine_lines,
    work_part,
)

TABLE = {
    "路": [AuthorRow("路", number="L910"), AuthorRow("路", letters="W-Z", number="L915", subtable=5)],
    "王": [
        AuthorRow("王", number="W100"),
        AuthorRow("王", letters="A-G", number="W101", subtable=3),
        AuthorRow("王", letters="H-Z", number="W198", subtable=10),
    ],
    "欧": [AuthorRow("欧", number="O200")],
    "欧阳": [AuthorRow("欧阳", number="O250"), AuthorRow("欧阳", letters="A-Z", number="O251", subtable=2)],
    "单": [AuthorRow("单", reading="shan", number="S300"), AuthorRow("单", reading="dan", number="D030")],
    "北图": [AuthorRow("北图", see="北京图书馆")],
    "北京图书馆": [AuthorRow("北京图书馆", number="B019")],
    "夏": [AuthorRow("夏", letters="A-Z", number="X019", subtable=2), AuthorRow("夏", number="X018")],
}


@pytest.mark.parametrize(
    ("author", "numbers"),
    [
        ("路", ("L910",)),
        ("路遥", ("L919",)),  # yao: W-Z, in five parts; it ends in o: the fifth
        ("王安忆", ("W103",)),  # an: A-G, in three parts; yi begins with Y: the third
        ("王小波", ("W198",)),  # xiao: H-Z, in ten parts; bo begins with B: the first
        ("王朔", ("W204",)),  # shuo: H-Z, in ten parts; it ends in o: the seventh
        ("王 蒙（Wang Meng）", ("W200",)),  # meng ends in g: the third of ten
        ("欧阳修", ("O252",)),
        ("欧阳", ("O250",)),
        ("单田芳", ("S300", "D030")),
        ("北图", ("B019",)),
        ("夏目漱石", ("X020",)),
        ("J. K. Rowling", ()),
        ("鲁迅", ()),
        ("", ()),
    ],
)
def test_an_author_has_the_number_of_the_longest_entry_and_of_the_initials_behind_it(
    author: str, numbers: tuple[str, ...]
) -> None:
    assert author_numbers(author, TABLE) == numbers


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (AuthorRow("路", number="L910"), ""),
        (AuthorRow("北图", see="北京图书馆"), ""),
        (AuthorRow("Lu", number="L910"), "entry"),
        (AuthorRow("", number="L910"), "entry"),
        (AuthorRow("路", number="L 910"), "number"),
        (AuthorRow("路"), "number"),
        (AuthorRow("路", number="L910", letters="Z-A"), "letters"),
        (AuthorRow("路", number="L910", letters="A-Z", subtable=4), "subtable"),
        (AuthorRow("路", number="L910", see="陆"), "see"),
        (AuthorRow("路", see="路"), "see"),
    ],
)
def test_a_line_of_a_table_is_checked(row: AuthorRow, fault: str) -> None:
    assert row_fault(row) == fault


def test_initials_are_those_of_the_name_and_few() -> None:
    assert [author_initials(name) for name in ("路遥", "J. K. Rowling", "欧阳修", "中国社会科学院")] == [
        "LY",
        "JKR",
        "OYX",
        "ZGSH",
    ]


@pytest.mark.parametrize(
    ("statement", "mark"),
    [("第2版", "2"), ("第二版", "2"), ("第二十三版", "23"), ("第十版", "10"), ("第1版", ""), ("修订本", ""), ("", "")],
)
def test_an_edition_is_marked_from_the_second_on(statement: str, mark: str) -> None:
    assert rules.edition_mark(statement) == mark


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("第2卷", "2"),
        ("第十二册", "12"),
        ("上册", "上"),
        ("下", "下"),
        ("中国卷", "中国卷"),
        ("别卷", "别卷"),
        ("", ""),
        ("东周列国志故事新编附录与补遗", ""),
    ],
)
def test_a_volume_is_a_number_where_it_has_one(text: str, mark: str) -> None:
    assert rules.volume_mark(text) == mark


def test_volumes_are_one_work_and_editions_too_unless_they_stand_apart() -> None:
    first, second = (
        WorkFacts(title_fold="史记", author_fold="司马迁"),
        WorkFacts(title_fold="史记", author_fold="司马迁", edition="第2版"),
    )
    other = WorkFacts(title_fold="史记", author_fold="司马")

    assert rules.work_of(first, edition_apart=False) == rules.work_of(second, edition_apart=False)
    assert rules.work_of(first, edition_apart=True) != rules.work_of(second, edition_apart=True)
    assert rules.work_of(first, edition_apart=False) != rules.work_of(other, edition_apart=False)


def test_the_lowest_idle_number_comes_before_the_next_above_the_highest() -> None:
    assert rules.next_number(idle=[], highest=0) == 1
    assert rules.next_number(idle=[], highest=41) == 42
    assert rules.next_number(idle=[9, 7], highest=41) == 7


def test_works_of_one_author_stand_apart() -> None:
    assert [rules.apart("L911", taken) for taken in ((), {"L911"}, {"L911", "L911-2"})] == ["L911", "L911-2", "L911-3"]


@pytest.mark.parametrize(
    ("call_no", "lines", "part", "number"),
    [
        ("I247.57/12", ("I247.57", "12"), "12", 12),
        ("少儿 I287.45/C248(2)", ("少儿", "I287.45", "C248", "(2)"), "C248", None),
        ("K825.6/L-911(3)=2016", ("K825.6", "L-911", "(3)=2016"), "L-911", None),
        ("I247.57/12-2(3)", ("I247.57", "12-2", "(3)"), "12-2", 12),
        ("I247.57", ("I247.57",), "", None),
        ("", (), "", None),
    ],
)
def test_a_written_number_has_lines_and_a_part_that_is_the_works(
    call_no: str, lines: tuple[str, ...], part: str, number: int | None
) -> None:
    assert spine_lines(call_no) == lines
    assert work_part(call_no) == part
    assert running_number(call_no) == number


def test_a_library_chooses_where_lines_break() -> None:
    assert spine_lines("I247.57/12=2016 c2", breaks="/= ") == ("I247.57", "12", "=2016", "c2")


CLASSES = st.sampled_from(["I247.57", "K825.6", "TP312JA", "R711-62", 'J523.2"17"+3:G5', "B", "F08:G40-054"])
PREFIXES = st.sampled_from(["", "少儿", "地方"])
NUMBERS = st.integers(min_value=1, max_value=rules.LARGEST_NUMBER)
VOLUMES = st.sampled_from(["", "1", "2", "12", "上", "下"])


@given(PREFIXES, CLASSES, NUMBERS, VOLUMES)
def test_the_range_of_a_class_has_its_numbers_and_reads_them_back(
    prefix: str, class_no: str, number: int, volume: str
) -> None:
    call_no = rules.written(
        template="[{prefix} ]{class_no}[/{book_no}][-{edition}][={year}][({volume})][ c{copy}]",
        prefix=prefix,
        class_no=class_no,
        book_no=str(number),
        volume=volume,
        edition="",
    )
    key = shelf_key(call_no)
    wanted, own = rules.numbers_range(prefix, class_no), rules.book_range(prefix, class_no, str(number))

    assert wanted.low <= key < wanted.high
    assert own.low <= key < own.high
    assert rules.number_in_key(key, prefix, class_no) == number


@given(CLASSES, NUMBERS, NUMBERS)
def test_numbers_of_a_class_sort_as_numbers_and_never_into_each_others_range(
    class_no: str, one: int, other: int
) -> None:
    first, second = shelf_key(f"{class_no}/{one}"), shelf_key(f"{class_no}/{other}")

    assert (first < second, first == second) == (one < other, one == other)
    assert (rules.book_range("", class_no, str(one)).low <= second < rules.book_range("", class_no, str(one)).high) == (
        one == other
    )


@given(st.lists(st.tuples(CLASSES, NUMBERS, VOLUMES), min_size=2, max_size=6))
def test_shelf_order_is_total_and_the_same_however_the_items_come(parts: list[tuple[str, int, str]]) -> None:
    written = [f"{class_no}/{number}" + (f"({volume})" if volume else "") for class_no, number, volume in parts]

    order = sorted(set(written), key=shelf_key)

    assert len({shelf_key(one) for one in order}) == len(order)  # no two different call numbers have one key
    assert [shelf_key(one) for one in order] == sorted({shelf_key(f" {one.lower()} ") for one in written})


@pytest.mark.parametrize(
    ("template", "prefix", "is_running", "is_read"),
    [
        ("[{prefix} ]{class_no}[/{book_no}][-{edition}][={year}][({volume})][ c{copy}]", "少儿", True, True),
        ("[{prefix} ]{class_no}[/{book_no}][=e{edition}][/{volume}]", "", False, True),
        ("[{prefix} ]{class_no}[/{book_no}][-{edition}]", "", False, False),
        ("{class_no}/{book_no}", "少儿", True, False),
        ("{class_no}-{book_no}", "", True, False),
        ("{class_no}{book_no}", "", True, False),
        ("{book_no}/{class_no}", "", True, False),
        ("{class_no}[/{volume}]/{book_no}", "", True, False),
        ("{class_no}/{book_no}{volume}", "", True, False),
        ("甲 {class_no}/{book_no}", "", True, False),
    ],
)
def test_a_pattern_is_taken_whose_numbers_are_found_again(
    template: str, prefix: str, is_running: bool, is_read: bool
) -> None:
    assert is_read == rules.reads_back(template=template, prefix=prefix, is_running=is_running, edition_apart=False)


@pytest.mark.parametrize(
    ("typed", "tidy"), [("i247.57", "I247.57"), ("ｔｐ 311.1", "TP311.1"), ("[i]", "[i]"), ("813.54", "813.54")]
)
def test_a_class_is_tidied_for_a_label(typed: str, tidy: str) -> None:
    assert rules.tidy_class(typed) == tidy
