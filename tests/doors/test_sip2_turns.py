"""Whose turn it is: one thread a connection, lines in order, and nobody holds the others up."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.doors.sip2_client import Sip2Client
from tests.doors.sip2_server import Address, running_server
from wenyuan.doors.sip2 import server
from wenyuan.doors.sip2.limits import Limits
from wenyuan.doors.sip2.readiness import new_readiness
from wenyuan.doors.sip2.session import Reply
from wenyuan.kernel.sip2.framing import LineSplitter
from wenyuan.runtime.listening import open_listeners

WAIT_S = 10.0


class Echo:
    """A session that says every line again, one after another, and notes what came in which order."""

    is_signed_in = True
    said: list[bytes]
    hold: threading.Event

    def __init__(self, **_arguments: Any) -> None:
        self._is_busy = threading.Lock()

    def reply_to(self, line: bytes) -> Reply:
        assert self._is_busy.acquire(blocking=False), "two threads at once"
        if line == b"hold":
            assert self.hold.wait(WAIT_S)
        if line == b"fail":
            self._is_busy.release()
            raise RuntimeError
        time.sleep(0.001)
        self.said.append(line)
        self._is_busy.release()
        return Reply(line + b"\r", hang_up=line == b"bye")


@pytest.fixture(autouse=True)
def echo(monkeypatch: pytest.MonkeyPatch) -> type[Echo]:
    monkeypatch.setattr(Echo, "said", [], raising=False)
    monkeypatch.setattr(Echo, "hold", threading.Event(), raising=False)
    monkeypatch.setattr(server, "Session", Echo)
    return Echo


@pytest.fixture
def address() -> Iterator[Address]:
    with running_server(limits=Limits(threads=1)) as address:
        yield address


def test_a_machine_that_sends_many_lines_at_once_lets_others_between_them(address: Address, echo: type[Echo]) -> None:
    with Sip2Client(address) as eager, Sip2Client(address) as other:
        eager.send(b"".join(b"many%03d\r" % number for number in range(200)))
        assert eager.read_line() == b"many000"

        assert other.ask_raw(b"once") == b"once"

        assert [eager.read_line() for _ in range(199)] == [b"many%03d" % number for number in range(1, 200)]
    assert echo.said.index(b"once") < 199


def test_many_threads_keep_the_lines_of_each_machine_in_order() -> None:
    with running_server(limits=Limits(threads=4)) as address:
        clients = [Sip2Client(address) for _ in range(6)]
        for client in clients:
            client.send(b"".join(b"%02d\r" % number for number in range(50)))
        heard = [[client.read_line() for _ in range(50)] for client in clients]
        for client in clients:
            client.close()

    assert heard == [[b"%02d" % number for number in range(50)]] * 6


def test_an_answer_longer_than_the_network_holds_arrives_whole_and_others_are_served(address: Address) -> None:
    lines = [b"%03d" % number + b"x" * 60_000 for number in range(200)]
    with Sip2Client(address) as slow, Sip2Client(address) as other:
        sending = threading.Thread(target=lambda: slow.send(b"".join(line + b"\r" for line in lines)))
        sending.start()
        time.sleep(0.5)

        assert other.ask_raw(b"once") == b"once"

        assert [slow.read_line() for _ in lines] == lines
        sending.join(WAIT_S)


def test_a_fault_ends_its_own_connection_and_no_thread(address: Address) -> None:
    with Sip2Client(address) as broken, Sip2Client(address) as other:
        broken.send(b"fail\r")

        assert broken.is_hung_up()
        assert other.ask_raw(b"once") == b"once"


def test_a_fault_in_reading_closes_the_connection_too(address: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    with Sip2Client(address) as broken, Sip2Client(address) as other:
        assert other.ask_raw(b"before") == b"before"
        feed = LineSplitter.feed
        monkeypatch.setattr(LineSplitter, "feed", lambda one, data: feed(one, data) if data != b"fault\r" else 1 / 0)
        broken.send(b"fault\r")

        assert broken.is_hung_up()
        assert other.ask_raw(b"once") == b"once"


def test_what_comes_after_the_last_answer_is_not_read(address: Address, echo: type[Echo]) -> None:
    with Sip2Client(address) as client:
        client.send(b"bye\rmore\r")

        assert client.read_line() == b"bye"
        assert client.is_hung_up()
    assert echo.said == [b"bye"]


def test_a_server_that_stops_answers_the_line_in_work_and_begins_no_other(echo: type[Echo]) -> None:
    with running_server(limits=Limits(threads=1)) as address:
        client, idle = Sip2Client(address), Sip2Client(address)
        client.send(b"hold\rmore\r")
        time.sleep(0.2)
        threading.Timer(0.3, echo.hold.set).start()

    with client, idle:
        assert client.read_line() == b"hold"
        assert client.is_hung_up()
        assert idle.is_hung_up()
    assert echo.said == [b"hold"]


def test_a_machine_whose_line_is_in_work_is_not_late(echo: type[Echo]) -> None:
    with running_server(limits=Limits(threads=1, idle_s=0.3)) as address, Sip2Client(address) as client:
        client.send(b"hold\r")
        threading.Timer(1.0, echo.hold.set).start()

        assert client.read_line() == b"hold"
        assert client.is_hung_up()


def test_a_host_with_several_addresses_is_listened_on_at_each() -> None:
    started = server.Server(clock=lambda: None, limits=Limits(threads=1))  # type: ignore[arg-type,return-value]
    started.start(open_listeners("localhost", 0))
    port = started._listeners[0].getsockname()[1]
    try:
        families = {family for family, *_ in socket.getaddrinfo("localhost", port, type=socket.SOCK_STREAM)}
        assert len(started._listeners) == len(families)
    finally:
        started.stop()


def test_of_two_servers_of_one_queue_the_one_with_fewer_machines_takes_the_next(
    echo: type[Echo], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "GIVE_WAY_S", 0.1)
    monkeypatch.setattr(server, "LONGEST_GIVE_WAY_S", 2.0)
    (listener,) = open_listeners("127.0.0.1", 0)
    sharing = [server.Server(clock=lambda: None, limits=Limits(threads=1)) for _ in range(2)]  # type: ignore[arg-type,return-value]
    try:
        for one in sharing:
            one.start([listener.dup()], are_shared=True)
        with ExitStack() as machines:
            for _ in range(6):
                client = machines.enter_context(Sip2Client(listener.getsockname()))
                client.send(b"here\r")
                assert client.read_line() == b"here"

            assert [len(one._connections) for one in sharing] == [3, 3]
    finally:
        listener.close()
        for one in sharing:
            one.stop()


def test_a_descriptor_is_told_once_and_then_only_when_it_is_asked_for_again() -> None:
    readiness = new_readiness()
    ours, theirs = socket.socketpair()
    told: list[int] = []
    waiting = threading.Thread(target=lambda: told.extend((readiness.wait(), readiness.wait())), daemon=True)
    readiness.ask(ours.fileno(), to_write=False)
    waiting.start()

    theirs.send(b"x")
    time.sleep(0.2)
    assert told == []
    assert waiting.is_alive()
    readiness.ask(ours.fileno(), to_write=False)
    waiting.join(WAIT_S)

    assert told == [ours.fileno()] * 2
    for end in (ours, theirs):
        end.close()
    readiness.close()
