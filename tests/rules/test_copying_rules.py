"""Copy cataloguing without a network: what is taken over, answers of SRU, addresses that lead inwards."""

import socket
from typing import Any

import pytest

from wenyuan.holdings.catalogue.copying.taking import overlaid, taken
from wenyuan.kernel.marc import ControlField, DataField, Dialect, Record, to_slim
from wenyuan.kernel.srusearch import NotSru, quoted_term, read_answer, search_address
from wenyuan.kernel.xmltext import escaped
from wenyuan.plumbing.outward import NotReached, Unreached, fetch, networks_of, place_of
from wenyuan.plumbing.z3950 import _answer, _quoted

THEIRS = Record(
    "00000cam0 2200000   450 ",
    (
        ControlField("001", "NLC1"),
        ControlField("005", "20200101000000.0"),
        DataField("010", " ", " ", (("a", "978-7-5063-6543-7"),)),
        DataField("200", "1", " ", (("a", "活着"), ("f", "余华著"))),
        DataField("801", " ", "0", (("a", "CN"), ("b", "NLC"))),
        DataField("905", " ", " ", (("a", "NLC"), ("b", "0001"))),
    ),
)
OURS = Record(
    "00000nam0 2200000   450 ",
    (
        ControlField("001", "WY000000007"),
        ControlField("005", "20260101000000.0"),
        DataField("200", "1", " ", (("a", "活着 : 小说"),)),
        DataField("330", " ", " ", (("a", "ours"),)),
        DataField("905", " ", " ", (("b", "W0001"),)),
    ),
)


def tags(record: Record) -> list[str]:
    return [field.tag for field in record.fields]


# What is taken over --------------------------------------------------------------------------------------------------


def test_a_record_is_taken_without_the_items_of_others() -> None:
    record = taken(THEIRS, Dialect.CNMARC)

    assert tags(record) == ["001", "005", "010", "200", "801"]
    assert record.leader == "00000nam0 2200000   450 "


def test_holdings_of_marc_21_stay_behind_and_linking_fields_of_cnmarc_come() -> None:
    record = Record(
        "00000nam a2200000 a 4500", tuple(DataField(tag, " ", " ", (("a", "x"),)) for tag in ("245", "852"))
    )

    assert tags(taken(record, Dialect.MARC21)) == ["245"]
    assert tags(taken(record, Dialect.CNMARC)) == ["245", "852"]


def test_an_overlaid_record_keeps_our_number_and_items_and_says_what_theirs_says() -> None:
    record = overlaid(OURS, THEIRS, Dialect.CNMARC)

    assert tags(record) == ["001", "005", "010", "200", "801", "905"]
    assert record.fields[0] == ControlField("001", "WY000000007")
    assert record.fields[3] == DataField("200", "1", " ", (("a", "活着"), ("f", "余华著")))
    assert record.fields[5] == DataField("905", " ", " ", (("b", "W0001"),))
    assert record.leader == "00000cam0 2200000   450 "


# SRU -----------------------------------------------------------------------------------------------------------------

SLIM = to_slim(Record("00000nam a2200000 a 4500", (DataField("245", "1", "0", (("a", "Walden & <more>"),)),)))


def answer(
    data: str, *, diagnostics: str = "", number: str = "1", namespace: str = "http://www.loc.gov/zing/srw/"
) -> bytes:
    records = f"<records><record><recordData>{data}</recordData></record></records>" if data else ""
    return (
        f'<searchRetrieveResponse xmlns="{namespace}"><numberOfRecords>{number}</numberOfRecords>{records}'
        f"{diagnostics}</searchRetrieveResponse>"
    ).encode()


@pytest.mark.parametrize(
    "data",
    [
        SLIM,
        escaped(SLIM),
        SLIM.replace("<record ", "<m:record xmlns:m='x' ").replace("</record", "</m:record").replace("xmlns='", "a='"),
    ],
)
@pytest.mark.parametrize(
    "namespace", ["http://www.loc.gov/zing/srw/", "http://docs.oasis-open.org/ns/search-ws/sruResponse"]
)
def test_records_are_read_as_xml_and_as_text(data: str, namespace: str) -> None:
    read = read_answer(answer(data, namespace=namespace, number="23"))

    assert (read.total, read.unread, read.diagnostic) == (23, 0, "")
    assert read.records[0].fields[0] == DataField("245", "1", "0", (("a", "Walden & <more>"),))


def test_what_is_no_record_is_counted_and_a_diagnostic_is_told() -> None:
    diagnostic = "<uri>info:srw/diagnostic/1/16</uri><details>bath.isbn</details>"
    told = f"<diagnostics><diagnostic>{diagnostic}</diagnostic></diagnostics>"

    read = read_answer(answer("<dc>no</dc>", diagnostics=told, number="x"))

    assert (read.total, read.records, read.unread) == (0, (), 1)
    assert read.diagnostic == "info:srw/diagnostic/1/16 bath.isbn"


BILLION_LAUGHS = (
    '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;">]><searchRetrieveResponse>&c;</searchRetrieveResponse>'
)
OUTSIDE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><searchRetrieveResponse>&x;</searchRetrieveResponse>'


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html/>",
        b"<searchRetrieveResponse>",
        BILLION_LAUGHS.encode(),
        OUTSIDE.encode(),
        b"<searchRetrieveResponse>" + b"<a>" * 50 + b"</a>" * 50 + b"</searchRetrieveResponse>",
        b"<searchRetrieveResponse>" + b"<a/>" * 100_001 + b"</searchRetrieveResponse>",
        b'<?xml version="1.0" encoding="nothing"?><searchRetrieveResponse/>',
        b"\x1f\x8b\x08\x00packed",
    ],
)
def test_what_is_no_answer_of_sru_is_refused_within_bounds(data: bytes) -> None:
    with pytest.raises(NotSru):
        read_answer(data)


def test_a_term_cannot_break_out_of_its_quotation_marks() -> None:
    assert quoted_term('a" or "b\\*^?\x00\n活') == '"a\\" or \\"b\\\\\\*\\^\\? 活"'


def test_an_address_keeps_what_it_asked_before() -> None:
    url = search_address("http://h.example/sru?x=1#y", 'dc.title="活"', size=10, schema="marcxml")

    assert url.startswith(
        "http://h.example/sru?x=1&operation=searchRetrieve&version=1.2&query=dc.title%3D%22%E6%B4%BB%22"
    )
    assert "#" not in url


# Addresses -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.1",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "2130706433",
        "::1",
        "::",
        "::ffff:127.0.0.1",
        "fe80::1",
        "fd00::1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "localhost",
    ],
)
def test_what_leads_inwards_is_not_asked(address: str) -> None:
    with pytest.raises(NotReached) as raised:
        place_of(address, 80)

    assert raised.value.why in (Unreached.INWARD, Unreached.UNKNOWN_HOST)
    assert raised.value.why is Unreached.INWARD or address in ("2130706433", "127.1")


def test_a_public_address_is_allowed_and_a_name_with_one_inner_address_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    def found(*addresses: str) -> Any:
        return lambda *_, **__: [(2, 1, 6, "", (address, 80)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", found("93.184.216.34"))
    assert place_of("catalogue.example", 80).address == "93.184.216.34"
    monkeypatch.setattr(socket, "getaddrinfo", found("93.184.216.34", "10.0.0.1"))
    with pytest.raises(NotReached, match="inward"):
        place_of("catalogue.example", 80)


def test_an_inner_network_that_is_named_may_be_asked() -> None:
    inner = networks_of("10.0.0.0/8, 127.0.0.0/8")

    assert place_of("127.0.0.1", 80, inner=inner).address == "127.0.0.1"
    with pytest.raises(NotReached, match="inward"):
        place_of("192.168.1.1", 80, inner=inner)
    assert networks_of("") == ()


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "gopher://h/", "http://", "http://u:p@h.example/", "http://h:99999/", "http://[::1/", "x"],
)
def test_what_is_no_web_address_is_not_fetched(url: str) -> None:
    with pytest.raises(NotReached, match="address"):
        fetch(url, within_s=1)


# Z39.50 --------------------------------------------------------------------------------------------------------------


def test_a_term_of_pqf_is_quoted_by_bytes() -> None:
    assert _quoted('a"b\\\nquit', "utf-8") == b'a\\"b\\\\ quit'
    assert _quoted("乗", "gb18030") == b"\x81\\\\"  # the second byte of this character is a backslash


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        (b"Connecting...OK.\nConnection accepted\nNumber of hits: 0, setno 1\n", "0"),
        (b"Connecting...error = System (lower-layer) error", "no_connection"),
        (
            b"Connecting...OK.\nConnection accepted\nDiagnostic message(s):\n    [114] Unsupported Use attribute",
            "refused",
        ),
    ],
)
def test_what_the_program_says_is_understood(said: bytes, outcome: str) -> None:
    try:
        told = str(_answer(said, b"").total)
    except Exception as error:
        told = str(error)

    assert told == outcome
