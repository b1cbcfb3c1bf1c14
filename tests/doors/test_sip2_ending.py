"""How the server ends, and what a machine finds afterwards."""

import time
from pathlib import Path

import pytest

from tests.doors.sip2_client import Sip2Client
from tests.doors.sip2_server import server_process
from tests.doors.sip2_town import PASSWORD, make_town
from wenyuan.kernel.sip2.client import parse_response
from wenyuan.kernel.sip2.profile import STANDARD
from wenyuan.lending.circulation.models import Loan
from wenyuan.runtime.listening import open_listeners

STALLED = (str(Path(__file__).with_name("sip2_stalled_server.py")),)
CHECKOUT = b"11NN20261124    100000                  AO|AAR0001|ABC0001|AC|"
CHECKIN = b"09N20261124    10010020261124    100100AP|AO|ABC0001|AC|"


def wait_for_loans(*, open_now: int) -> None:
    """Until so many loans are open in the database."""
    for _ in range(400):
        if Loan.objects.filter(returned_at__isnull=True).count() == open_now:
            return
        time.sleep(0.02)
    raise AssertionError("the act was never committed")


def test_a_checkout_whose_answer_died_with_the_server_is_answered_by_the_next_one_with_the_same_loan(
    fresh_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_town()
    monkeypatch.setenv("STALL_S", "60")
    with server_process(fresh_database, program=STALLED) as server, Sip2Client(server.address) as client:
        client.sign_in("kiosk-c", PASSWORD)
        client.send(CHECKOUT + b"\r")
        wait_for_loans(open_now=1)
        server.kill()
    lent = Loan.objects.get()

    with server_process(fresh_database) as server, Sip2Client(server.address) as client:
        client.sign_in("kiosk-c", PASSWORD)
        answer = client.ask(CHECKOUT)

    assert answer.fixed["ok"] == "1"
    assert answer.fixed["renewal"] == "N"
    assert answer.first("BK") == str(lent.id)
    assert Loan.objects.count() == 1
    assert Loan.objects.get().due_at == lent.due_at


def test_a_return_whose_answer_died_with_the_server_is_answered_ok_and_changes_nothing_more(
    fresh_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_town()
    monkeypatch.setenv("STALL_S", "60")
    with server_process(fresh_database) as server, Sip2Client(server.address) as client:
        client.sign_in("kiosk-c", PASSWORD)
        client.ask(CHECKOUT)
    with server_process(fresh_database, program=STALLED) as server, Sip2Client(server.address) as client:
        client.sign_in("kiosk-c", PASSWORD)
        client.send(CHECKIN + b"\r")
        wait_for_loans(open_now=0)
        server.kill()
    returned = Loan.objects.get()

    with server_process(fresh_database) as server, Sip2Client(server.address) as client:
        client.sign_in("kiosk-c", PASSWORD)
        answer = client.ask(CHECKIN)

    assert answer.fixed["ok"] == "1"
    assert answer.first("AF") == "还书成功"
    assert Loan.objects.get().returned_at == returned.returned_at


def test_asked_to_end_the_server_answers_what_is_in_work_and_goes(
    fresh_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_town()
    monkeypatch.setenv("STALL_S", "1")
    with server_process(fresh_database, program=STALLED) as server, Sip2Client(server.address) as client:
        client.sign_in("kiosk-c", PASSWORD)
        client.send(CHECKOUT + b"\r")
        wait_for_loans(open_now=1)

        exit_code = server.terminate()

        assert parse_response(client.read_line(), profile=STANDARD).fixed["ok"] == "1"
        assert client.is_hung_up()
        assert exit_code == 0


def test_two_processes_share_one_queue_and_one_goes_on_alone(fresh_database: str) -> None:
    make_town()
    (listener,) = open_listeners("127.0.0.1", 0)
    shared = [listener.fileno()]
    with (
        listener,
        server_process(fresh_database, shared=shared) as one,
        server_process(fresh_database, shared=shared),
    ):
        one.terminate()

        with Sip2Client(listener.getsockname()) as client:
            assert client.sign_in("kiosk-c", PASSWORD)


def test_a_taken_port_is_said_and_ends_the_process(fresh_database: str) -> None:
    with (
        server_process(fresh_database) as first,
        pytest.raises(AssertionError, match="cannot listen"),
        server_process(fresh_database, address=first.address),
    ):
        pass
