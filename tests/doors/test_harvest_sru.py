"""``/sru``: explain, searching by CQL, records in their schemas, and diagnostics by number, in 1.2 and 2.0."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from lxml import etree

from tests.doors.test_harvest_oai import make_marc21
from tests.factories.catalogue import make_bib
from tests.factories.network import make_library
from wenyuan.doors.harvest import gate
from wenyuan.holdings.catalogue.models import Bib
from wenyuan.holdings.catalogue.operations import Indexer

NAMES = {
    "s": "http://www.loc.gov/zing/srw/",
    "t": "http://docs.oasis-open.org/ns/search-ws/sruResponse",
    "g": "http://www.loc.gov/zing/srw/diagnostic/",
    "d": "http://purl.org/dc/elements/1.1/",
    "m": "http://www.loc.gov/MARC21/slim",
    "z": "http://explain.z3950.org/dtd/2.0/",
}


@pytest.fixture(autouse=True)
def _nobody_slowed_down(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.HOME = tmp_path
    gate.forget_callers()
    yield
    gate.forget_callers()


def index() -> None:
    with Indexer() as indexer:
        while indexer.turn():
            pass


def ask(**arguments: str) -> Any:
    answer = Client().get("/sru", arguments)
    assert answer.status_code == 200
    return etree.fromstring(answer.content)


def search(query: str, **arguments: str) -> Any:
    return ask(**{"operation": "searchRetrieve", "version": "1.2", "query": query, **arguments})


def titles(tree: Any) -> list[str]:
    return [one.text for one in tree.iterfind(".//d:title", NAMES)]


def found(query: str) -> list[str]:
    return sorted(titles(search(query, recordSchema="dc")))


def diagnostic(tree: Any) -> str:
    return str(tree.find(".//{*}diagnostics/{*}diagnostic/{*}uri").text)


@pytest.fixture
def shelf(db: None) -> None:
    make_library()
    make_bib(title="活着", author="余华", isbn="978-7-5063-6543-7", year=2012)
    make_bib(title="平凡的世界", author="路遥", year=2009)
    make_bib(title="许三观卖血记", author="余华", year=1998)
    make_marc21("Walden", author="Thoreau", year=1854)
    index()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("活着", ["活着"]),
        ("title = 世界", ["平凡的世界"]),
        ("dc.creator = 余华", ["活着", "许三观卖血记"]),
        ("author = 余华 and title = 活着", ["活着"]),
        ("author = 余华 not title = 活着", ["许三观卖血记"]),
        ("title = 活着 or author = 路遥", ["平凡的世界", "活着"]),
        ("isbn = 9787506365437", ["活着"]),
        ("bath.isbn = 7-5063-6543-X", ["活着"]),
        ("dc.identifier = 978-7-5063-6543-7", ["活着"]),
        ('title any "活着 世界"', ["平凡的世界", "活着"]),
        ('title all "平凡 世界"', ["平凡的世界"]),
        ('title adj "平凡的世界"', ["平凡的世界"]),
        ("title = wald*", ["Walden"]),
        ("title = 平凡的世*", ["平凡的世界"]),
        ("author = 余华*", ["活着", "许三观卖血记"]),
        ('author any "路遥* 无人*"', ["平凡的世界"]),
        ('title all "平凡 世*"', ["平凡的世界"]),
        ("subject = I247* and author = 路遥", ["平凡的世界"]),
        ("date = 2012", ["活着"]),
        ("date < 2000", ["Walden", "许三观卖血记"]),
        ('date within "2000 2012" and author = 余华', ["活着"]),
        ("(title = 活着 or title = 许三观卖血记) not date = 2012", ["许三观卖血记"]),
        ("subject = I247.57 and author = 路遥", ["平凡的世界"]),
        ("没有这本书啊", []),
    ],
)
def test_cql_finds(shelf: None, query: str, expected: list[str]) -> None:
    titles_found = [title.removesuffix(" /") for title in found(query)]

    assert titles_found == expected


def test_records_come_page_by_page(shelf: None) -> None:
    tree = search("cql.allRecords = 1", startRecord="2", maximumRecords="2")

    assert tree.find("s:version", NAMES).text == "1.2"
    assert tree.find("s:numberOfRecords", NAMES).text == "4"
    assert [one.text for one in tree.iterfind(".//s:recordPosition", NAMES)] == ["2", "3"]
    assert tree.find("s:nextRecordPosition", NAMES).text == "4"
    assert tree.find("s:echoedSearchRetrieveRequest/s:query", NAMES).text == "cql.allRecords = 1"
    last = search("cql.allRecords = 1", startRecord="4")
    assert last.find("s:nextRecordPosition", NAMES) is None


def test_a_record_that_a_schema_cannot_hold_says_so_in_its_place(shelf: None) -> None:
    tree = search("title = 活着", recordSchema="marcxml")

    assert tree.find("s:numberOfRecords", NAMES).text == "1"
    assert tree.find(".//s:recordData/g:diagnostic/g:uri", NAMES).text == "info:srw/diagnostic/1/67"
    assert tree.find(".//s:recordSchema", NAMES).text == "info:srw/schema/1/diagnostics-v1.1"


def test_without_a_schema_each_record_comes_in_that_of_its_dialect(shelf: None) -> None:
    schemas = {one.text for one in search("cql.allRecords = 1").iterfind(".//s:recordSchema", NAMES)}

    assert schemas == {"info:srw/schema/1/marcxml-v1.1", "info:lc/xmlns/marcxchange-v2"}


def test_marcxml_from_sru_fits_the_schema(shelf: None) -> None:
    schema = etree.XMLSchema(etree.parse(Path(__file__).parent / "MARC21slim.xsd"))
    tree = search("title = walden", recordSchema="info:srw/schema/1/marcxml-v1.1")

    assert schema.validate(tree.find(".//m:record", NAMES)), schema.error_log


def test_records_may_come_as_text(shelf: None) -> None:
    (data,) = search("title = walden", recordPacking="string").iterfind(".//s:recordData", NAMES)

    assert etree.fromstring(data.text).tag == "{http://www.loc.gov/MARC21/slim}record"


def test_sru_2_needs_neither_operation_nor_version(shelf: None) -> None:
    tree = ask(query="title = walden", recordXMLEscaping="string", queryType="cql")

    assert tree.tag == "{http://docs.oasis-open.org/ns/search-ws/sruResponse}searchRetrieveResponse"
    assert tree.find("t:numberOfRecords", NAMES).text == "1"
    assert tree.find(".//t:recordXMLEscaping", NAMES).text == "string"
    assert tree.find("t:version", NAMES) is None


def test_explain_names_indexes_and_schemas(db: None) -> None:
    make_library()
    for tree in (ask(), ask(operation="explain", version="1.1")):
        record = tree.find(".//z:explain", NAMES)

        assert record.find("z:serverInfo/z:database", NAMES).text == "sru"
        assert [one.get("name") for one in record.iterfind(".//z:schema", NAMES)] == ["marcxml", "cnmarcxml", "dc"]
        named = {(one.get("set"), one.text) for one in record.iterfind(".//z:index/z:map/z:name", NAMES)}
        assert {("dc", "title"), ("bath", "isbn"), ("cql", "serverchoice"), ("dc", "date")} <= named


def test_post_is_answered_as_get(shelf: None) -> None:
    body = urlencode({"operation": "searchRetrieve", "version": "1.2", "query": "title = walden"})
    answer = Client().post("/sru", body, content_type="application/x-www-form-urlencoded")

    assert etree.fromstring(answer.content).find("s:numberOfRecords", NAMES).text == "1"


@pytest.mark.parametrize(
    ("arguments", "number"),
    [
        ({"operation": "scan", "version": "1.2", "scanClause": "title"}, "4"),
        ({"scanClause": "title"}, "4"),
        ({"operation": "update", "version": "1.2"}, "4"),
        ({"version": "3.0", "query": "a"}, "5"),
        ({"query": "a", "startRecord": "0"}, "6"),
        ({"query": "a", "maximumRecords": "-1"}, "6"),
        ({"query": "a\x00"}, "6"),
        ({"operation": "searchRetrieve", "version": "1.2"}, "7"),
        ({"query": "a", "surprise": "1"}, "8"),
        ({"query": "a", "queryType": "pqf"}, "11"),
        ({"query": "a and"}, "10"),
        ({"query": "dc.rights = a"}, "16"),
        ({"query": "活着", "startRecord": "7"}, "61"),
        ({"query": "a", "startRecord": "10001"}, "61"),
        ({"query": "a", "sortKeys": "title"}, "80"),
        ({"query": "a", "sortKey": "title"}, "80"),
        ({"query": "a", "stylesheet": "/a.xsl"}, "110"),
        ({"query": "a", "recordSchema": "mods"}, "66"),
        ({"query": "a", "recordXMLEscaping": "json"}, "71"),
    ],
)
def test_what_cannot_be_done_has_its_diagnostic(shelf: None, arguments: dict[str, str], number: str) -> None:
    assert diagnostic(ask(**arguments)) == f"info:srw/diagnostic/1/{number}"


def test_without_an_index_the_system_is_unavailable(db: None) -> None:
    assert diagnostic(search("a")) == "info:srw/diagnostic/1/2"


def test_more_records_than_are_given_at_once_are_not_given(shelf: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wenyuan.doors.harvest.sru.asking.MOST_RECORDS", 2)

    tree = search("cql.allRecords = 1", maximumRecords="1000")

    assert len(list(tree.iterfind(".//s:record", NAMES))) == 2
    assert tree.find("s:nextRecordPosition", NAMES).text == "3"


def test_pages_lead_to_the_last_record_that_can_be_asked_for(shelf: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wenyuan.doors.harvest.sru.asking.LAST_RECORD", 3)
    monkeypatch.setattr("wenyuan.doors.harvest.sru.answers.LAST_RECORD", 3)

    first = search("cql.allRecords = 1", maximumRecords="2")
    last = search("cql.allRecords = 1", startRecord="3", maximumRecords="2")

    assert first.find("s:nextRecordPosition", NAMES).text == "3"
    assert [one.text for one in last.iterfind(".//s:recordPosition", NAMES)] == ["3"]
    assert last.find("s:nextRecordPosition", NAMES) is None
    assert diagnostic(search("cql.allRecords = 1", startRecord="4")) == "info:srw/diagnostic/1/61"


def test_records_that_went_keep_their_places(shelf: None) -> None:
    Bib.objects.exclude(author="余华").delete()

    tree = search("cql.allRecords = 1", maximumRecords="3")
    rest = search("cql.allRecords = 1", startRecord="4")

    assert [one.text for one in tree.iterfind(".//s:recordPosition", NAMES)] == ["1", "2", "3"]
    assert tree.find("s:nextRecordPosition", NAMES).text == "4"
    told = [*tree.iterfind(".//s:recordData/*/g:uri", NAMES), *rest.iterfind(".//s:recordData/*/g:uri", NAMES)]
    assert [one.text for one in told] == ["info:srw/diagnostic/1/64"] * 2


def test_a_page_ends_by_bytes(shelf: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wenyuan.holdings.catalogue.harvesting.publishing.PAGE_BYTES", 1)

    tree = search("cql.allRecords = 1", startRecord="2")

    assert [one.text for one in tree.iterfind(".//s:recordPosition", NAMES)] == ["2"]
    assert tree.find("s:nextRecordPosition", NAMES).text == "3"
