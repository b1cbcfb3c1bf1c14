"""Citations to take away, and what machines are told of a work: right for plain works, unbreakable by hostile ones."""

import json
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.doors.portal.availability import Holding, Standing
from wenyuan.doors.portal.citation import Cited, bibtex, cited, gbt7714, ris
from wenyuan.doors.portal.linked_data import linked_data
from wenyuan.holdings.catalogue.data import BibView
from wenyuan.kernel.marc import Contribution, Description

ADDRESS = "https://library.example/record/7"


def bib(**values: object) -> BibView:
    plain: dict[str, object] = {
        "id": 7,
        "source": "test",
        "control_number": "1",
        "variant": 0,
        "dialect": "cnmarc",
        "title": "平凡的世界",
        "title_pinyin": "",
        "volume": "",
        "author": "路遥",
        "publisher": "人民文学出版社",
        "year": 2012,
        "language": "chi",
        "class_no": "I247.57",
        "class_letter": "I",
        "document_kind": "book",
        "audience": "",
        "price_fen": None,
        "summary": "",
        "identifiers": (("isbn", "9787020002207"),),
        "created_at": datetime(2026, 1, 1, tzinfo=UTC),
        "changed_at": datetime(2026, 1, 1, tzinfo=UTC),
        "merged_into_id": None,
    }
    return BibView(**{**plain, **values})  # type: ignore[arg-type] # a table of cases


def names(*pairs: tuple[str, str]) -> tuple[Contribution, ...]:
    return tuple(Contribution(name, role, None) for name, role in pairs)


@pytest.mark.parametrize(
    ("columns", "record", "line"),
    [
        ({}, None, "路遥. 平凡的世界[M]. 人民文学出版社, 2012."),
        (
            {},
            Description(authors=names(("路遥", "著")), place="北京", edition="第2版"),
            "路遥. 平凡的世界[M]. 2版. 北京: 人民文学出版社, 2012.",
        ),
        ({"volume": "第一部"}, Description(edition="第1版"), "路遥. 平凡的世界: 第一部[M]. 人民文学出版社, 2012."),
        (
            {"title": "经济数学与金融数学", "publisher": "中国人民大学出版社"},
            Description(
                authors=names(("(美) 哈里森", "著"), ("沃尔德伦", "著"), ("谢远涛", "译")),
                place="北京",
                edition="修订版",
            ),
            "哈里森, 沃尔德伦. 经济数学与金融数学[M]. 谢远涛, 译. 修订版. 北京: 中国人民大学出版社, 2012.",
        ),
        (
            {"title": "Statistics", "publisher": "Wiley", "year": None},
            Description(authors=names(("A", ""), ("B", ""), ("C", ""), ("D", "")), other_title_info=("a primer",)),
            "A, B, C, et al. Statistics: a primer[M]. Wiley.",
        ),
        ({"author": "", "document_kind": "serial", "title": "读者"}, None, "读者[J]. 人民文学出版社, 2012."),
        ({"document_kind": "realia", "publisher": ""}, None, "路遥. 平凡的世界[Z]. 2012."),
        ({}, Description(authors=names(("杨伯峻", "译注"))), "杨伯峻. 平凡的世界[M]. 人民文学出版社, 2012."),
    ],
)
def test_a_work_is_cited_after_the_standard(columns: dict[str, object], record: Description | None, line: str) -> None:
    assert gbt7714(cited(bib(**columns), record)) == line


def test_a_reference_in_ris_has_what_the_record_states() -> None:
    record = Description(authors=names(("路遥", "著"), ("甲", "译")), place="北京", series=("茅盾文学奖获奖作品全集",))

    assert ris(cited(bib(), record), ADDRESS).split("\r\n") == [
        "TY  - BOOK",
        "ID  - wenyuan7",
        "AU  - 路遥",
        "A4  - 甲",
        "TI  - 平凡的世界",
        "T3  - 茅盾文学奖获奖作品全集",
        "CY  - 北京",
        "PB  - 人民文学出版社",
        "PY  - 2012",
        "SN  - 9787020002207",
        "LA  - chi",
        f"UR  - {ADDRESS}",
        "ER  - ",
        "",
    ]


def test_a_reference_in_bibtex_has_what_the_record_states() -> None:
    record = Description(authors=names(("路遥", "著"), ("Johnson and Johnson", "")), place="北京")

    assert bibtex(cited(bib(title="50% of C#"), record), ADDRESS).splitlines() == [
        "@book{wenyuan7,",
        "  author = {{路遥} and {Johnson and Johnson}},",
        r"  title = {50\% of C\#},",
        "  address = {北京},",
        "  publisher = {人民文学出版社},",
        "  year = {2012},",
        "  isbn = {9787020002207},",
        "  language = {chi},",
        f"  url = {{{ADDRESS}}}",
        "}",
    ]


def hostile(text: str) -> Cited:
    record = Description(
        authors=names((text, text), (text, "译")), place=text, edition=text, series=(text,), other_title_info=(text,)
    )
    return cited(bib(title=text, volume=text, author=text, publisher=text, language=text, summary=text), record)


HOSTILE = st.text(max_size=30) | st.sampled_from(
    [
        "}} @book{evil, title={x}",
        "a\r\nER  - \r\nTY  - BOOK",
        "a\u2028UR  - javascript:alert(1)",
        "\\",
        "\\}",
        "{",
        "}{",
        "</script><script>alert(1)</script>",
        "<!--<script>",
        "]]>&amp;",
        '"},{"@type":"Person"',
    ]
)


@given(HOSTILE)
def test_no_value_can_begin_a_line_of_a_reference_in_ris(text: str) -> None:
    lines = ris(hostile(text), ADDRESS).splitlines()

    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in lines)
    assert [line[:2] for line in lines].count("TY") == 1
    assert [line[:2] for line in lines].count("ER") == 1
    assert [line for line in lines if line.startswith("UR")] == [f"UR  - {ADDRESS}"]


@given(HOSTILE)
def test_no_value_can_end_a_reference_in_bibtex_or_give_an_order_to_tex(text: str) -> None:
    entry = bibtex(hostile(text), ADDRESS)
    depth, closed = 0, []
    for place, sign in enumerate(entry):
        depth += {"{": 1, "}": -1}.get(sign, 0)
        assert depth >= 0
        if depth == 0 and sign == "}":
            closed.append(place)

    assert closed == [len(entry) - 2]
    left = re.sub(r"\\(?:[$&#%_]|text(?:backslash|brace(?:left|right)|ascii(?:tilde|circum))\{\})", "", entry)
    assert not set("\\$&#%_~^") & set(left)


@given(HOSTILE)
def test_no_value_can_end_the_script_for_machines(text: str) -> None:
    written = linked_data(
        hostile(text),
        address=ADDRESS,
        holdings=[holding(1, Standing.LENDABLE)],
        places={1: (text, ADDRESS)},
    )

    assert not set("<>&\u2028\u2029") & set(written)
    assert json.loads(written)["@type"] == "Book"


def holding(branch_id: int, standing: Standing) -> Holding:
    return Holding(
        branch_id=branch_id,
        area_id=None,
        call_no="",
        volume="",
        standing=standing,
        count=1,
        due_back=None,
        is_overdue=False,
    )


def test_machines_are_told_where_a_work_can_be_had_best() -> None:
    lines = [
        holding(1, Standing.LENDABLE),
        holding(2, Standing.IN_LIBRARY),
        holding(1, Standing.ON_LOAN),
        holding(3, Standing.ON_LOAN),
        holding(4, Standing.LENDABLE),
    ]
    places = {number: (f"Branch {number}", f"https://library.example/branch/{number}") for number in (1, 2, 3)}

    told = json.loads(linked_data(cited(bib(), None), address=ADDRESS, holdings=lines, places=places))

    assert [(one["availableAtOrFrom"]["name"], one["availability"].rpartition("/")[2]) for one in told["offers"]] == [
        ("Branch 1", "InStock"),
        ("Branch 2", "InStoreOnly"),
        ("Branch 3", "OutOfStock"),
    ]
    assert (told["@id"], told["name"], told["isbn"], told["inLanguage"]) == (
        ADDRESS,
        "平凡的世界",
        ["9787020002207"],
        "zh",
    )


def test_a_periodical_is_told_as_one() -> None:
    told = json.loads(
        linked_data(
            cited(bib(document_kind="serial", identifiers=(("issn", "1005-1805"),)), None),
            address=ADDRESS,
            holdings=(),
            places={},
        )
    )

    assert (told["@type"], told["issn"], "isbn" in told, "offers" in told) == (
        "Periodical",
        ["1005-1805"],
        False,
        False,
    )
