"""Whatever arrives on the line: never a hang, a crash, or anything that is no SIP2."""

import resource
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.doors.sip2_client import Sip2Client
from tests.doors.sip2_server import Address, Clock, running_server, server_process
from tests.doors.sip2_town import PASSWORD, TUESDAY_TEN, make_town
from wenyuan.doors.sip2.limits import Limits
from wenyuan.doors.sip2.session import Session
from wenyuan.kernel.sip2.client import ANSWERS, parse_response
from wenyuan.kernel.sip2.profile import STANDARD
from wenyuan.kernel.sip2.requests import REQUESTS

ITEM = b"1720261124    100000AO|ABC0001|AC|"
SC_STATUS = b"9900302.00"
QUICK = Limits(idle_s=6.0, before_login_s=2.0, half_line_s=1.0, unread_s=2.0, threads=2)


@pytest.fixture
def town(fresh_database: str) -> None:
    make_town()


@pytest.fixture
def address(town: None) -> Iterator[Address]:
    with running_server(Clock(TUESDAY_TEN)) as address:
        yield address


def is_cut_off(client: Sip2Client, data: bytes, *, times: int, pause_s: float = 0) -> bool:
    """Whether the server ends the connection while this is sent over and over."""
    try:
        for _ in range(times):
            client.send(data)
            time.sleep(pause_s)
    except (BrokenPipeError, ConnectionResetError):
        return True
    return False


def test_two_messages_in_one_packet_are_answered_in_order(address: Address) -> None:
    with Sip2Client(address) as client:
        client.sign_in("kiosk-c", PASSWORD)

        client.send(ITEM + b"\r\n" + SC_STATUS + b"\r")

        assert client.read_line().startswith(b"18")
        assert client.read_line().startswith(b"98")


def test_a_hundred_messages_in_one_packet_are_answered_in_order(address: Address) -> None:
    with Sip2Client(address) as client:
        client.sign_in("kiosk-c", PASSWORD)

        client.send(b"".join(b"1720261124    100000AO|ABnone%03d|AC|\r" % number for number in range(100)))
        items = [parse_response(client.read_line(), profile=STANDARD).first("AB") for _ in range(100)]

        assert items == [f"none{number:03}" for number in range(100)]


def test_a_message_may_come_byte_by_byte(address: Address) -> None:
    with Sip2Client(address) as client:
        for byte in b"9300CNkiosk-c|COkiosk-pass-1|CP|\r":
            client.send(bytes([byte]))

        assert client.read_line() == b"941"


def test_what_was_sent_before_the_machine_stopped_sending_is_answered(address: Address) -> None:
    with Sip2Client(address) as client:
        client.send(SC_STATUS + b"\r" + SC_STATUS + b"\r" + b"99003")
        client.end_sending()

        assert client.read_line().startswith(b"98")
        assert client.read_line().startswith(b"98")
        assert client.is_hung_up()


def test_a_line_of_64_kilobytes_is_answered_and_a_longer_one_refused(address: Address) -> None:
    longest = b"1720261124    100000AO|AB" + b"9" * (65536 - 29) + b"|AC|"
    with Sip2Client(address) as client:
        client.sign_in("kiosk-c", PASSWORD)

        assert len(longest) == 65536
        assert client.ask(longest).fixed["status"] == "01"
        assert client.ask_raw(longest + b"9") == b"96AZFEF6"
        assert client.ask(ITEM).first("AJ") == "平凡的世界"


def test_bytes_that_are_no_text_are_asked_for_again(address: Address) -> None:
    with Sip2Client(address) as client:
        client.sign_in("kiosk-c", PASSWORD)

        assert client.ask_raw(b"\xff\xfe\x80\x81") == b"96AZFEF6"
        assert client.ask_raw(b"GET / HTTP/1.1") == b"96AZFEF6"
        assert client.ask(ITEM).first("AJ") == "平凡的世界"


def test_who_sends_nothing_that_can_be_read_is_hung_up_on(address: Address) -> None:
    with Sip2Client(address) as client:
        answers = [client.ask_raw(b"\xff\xff") for _ in range(20)]

        assert answers == [b"96AZFEF6"] * 20
        assert client.is_hung_up()


def test_half_a_line_and_silence_ends_the_connection(town: None) -> None:
    with running_server(limits=QUICK) as address, Sip2Client(address) as client:
        client.sign_in("kiosk-c", PASSWORD)
        began = time.monotonic()

        client.send(b"1720261124    1000")

        assert client.is_hung_up()
        assert time.monotonic() - began < QUICK.idle_s


def test_half_a_line_that_drips_on_ends_the_connection_all_the_same(town: None) -> None:
    with running_server(limits=QUICK) as address, Sip2Client(address) as client:
        client.sign_in("kiosk-c", PASSWORD)

        assert is_cut_off(client, b"1", times=100, pause_s=0.05)


def test_who_does_not_sign_in_must_go_and_who_did_may_stay_longer(town: None) -> None:
    with running_server(limits=QUICK) as address, Sip2Client(address) as known, Sip2Client(address) as stranger:
        known.sign_in("kiosk-c", PASSWORD)
        stranger.ask(SC_STATUS)

        assert stranger.is_hung_up()
        assert known.ask(SC_STATUS).fixed["online"] == "Y"
        assert known.is_hung_up()


def test_a_machine_that_does_not_read_its_answers_is_cut_off_and_others_are_served(town: None) -> None:
    with running_server(limits=QUICK) as address, Sip2Client(address) as deaf:
        deaf.sign_in("kiosk-c", PASSWORD)

        assert is_cut_off(deaf, b"1720261124    100000AO|AB" + b"9" * 65000 + b"|AC|\r", times=5000)

        with Sip2Client(address) as other:
            assert other.ask(SC_STATUS).fixed["online"] == "Y"


def test_more_connections_than_allowed_are_turned_away(town: None) -> None:
    limits = Limits(connections=2, threads=1)
    with running_server(limits=limits) as address, Sip2Client(address) as first, Sip2Client(address) as second:
        first.ask(SC_STATUS)
        second.ask(SC_STATUS)

        with Sip2Client(address) as third:
            assert third.is_hung_up()
        assert first.ask(SC_STATUS).fixed["online"] == "Y"


def test_a_thousand_connections_are_served(fresh_database: str) -> None:
    make_town()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < 4096:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))

    with server_process(fresh_database) as server, ExitStack() as open_clients:
        clients = [open_clients.enter_context(Sip2Client(server.address)) for _ in range(1000)]
        for client in clients:
            client.send(SC_STATUS + b"\r")
        online = [parse_response(client.read_line(), profile=STANDARD).fixed["online"] for client in clients]
        assert clients[-1].sign_in("kiosk-c", PASSWORD)

        assert online == ["Y"] * 1000
        assert clients[-1].ask(ITEM).first("AJ") == "平凡的世界"


PLAUSIBLE = st.tuples(
    st.sampled_from(sorted(REQUESTS)),
    st.text(st.sampled_from("YN 0123456789|"), max_size=60),
    st.lists(
        st.tuples(
            st.sampled_from(["AA", "AB", "AC", "AD", "AO", "BP", "BQ", "CN", "CO", "CP", "AY1AZ", "ZZ"]),
            st.text(max_size=12) | st.sampled_from(["R0001", "C0001", "R0002", "246810"]),
        ),
        max_size=6,
    ),
).map(lambda parts: (parts[0] + parts[1] + "".join(f"{tag}{value}|" for tag, value in parts[2])).encode())
JUNK = st.binary(min_size=1, max_size=80)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(PLAUSIBLE | JUNK, min_size=1, max_size=4), is_signed_in=st.booleans())
def test_every_line_gets_an_answer_that_is_sip2(a_town: None, lines: list[bytes], is_signed_in: bool) -> None:
    session = Session(clock=Clock(TUESDAY_TEN), address="127.0.0.1", limits=Limits())
    if is_signed_in:
        session.reply_to(b"9300CNkiosk-c|COkiosk-pass-1|")

    for line in lines:
        reply = session.reply_to(line)

        assert reply.line is not None
        assert reply.line.endswith(b"\r")
        assert parse_response(reply.line[:-1], profile=STANDARD).code in ANSWERS
        assert "系统繁忙" not in reply.line.decode()


@pytest.fixture
def a_town(db: None) -> None:
    make_town()
