"""The log tells what happened and to which item, and nothing about who."""

import errno
import io
import json
import logging
from datetime import date
from threading import Event

import pytest
import structlog

from tests.command import wait_until
from tests.doors.sip2_client import Sip2Client
from tests.doors.sip2_server import Clock, running_server
from tests.doors.sip2_town import IDENTITY_NUMBER, PASSWORD, PIN, TUESDAY_TEN, make_town
from wenyuan.doors.sip2.message_log import QuickLog
from wenyuan.doors.sip2.server import Server
from wenyuan.lending.circulation import operations
from wenyuan.runtime.listening import open_listeners

SECRETS = (
    PASSWORD,
    "wrong-password",
    PIN,
    "975310",
    IDENTITY_NUMBER,
    IDENTITY_NUMBER.lower(),
    "R0001",
    "R0001|",
    "小雨",
)


def lines(card: str) -> list[str]:
    """Every message that may carry a card."""
    return [
        f"6301920261124    100000  Y       AO|AA{card}|AC|AD{PIN}|",
        f"2301920261124    100000AO|AA{card}|AC|AD975310|",
        f"11NN20261124    100000                  AO|AA{card}|ABC0001|AC|AD{PIN}|",
        f"29NN20261124    100000                  AO|AA{card}|ABC0001|AC|AD{PIN}|",
        f"3520261124    100000AO|AA{card}|AC|AD{PIN}|",
        f"3720261124    1000000400CNYBV1.00|AO|AA{card}|AD{PIN}|",
        f"1720261332    100000AO|AA{card}|AB{card}|",
        f"ZZAA{card}|AD{PIN}|",
        # a reader's card held before the scanner for items
        f"09N20261124    10010020261124    100100AP|AO|AB{card}|AC|",
    ]


def test_no_card_pin_name_or_identity_number_reaches_the_log(
    fresh_database: str, caplog: pytest.LogCaptureFixture
) -> None:
    make_town()
    caplog.set_level(logging.DEBUG)

    with (
        structlog.testing.capture_logs() as captured,
        running_server(Clock(TUESDAY_TEN)) as address,
        Sip2Client(address) as client,
    ):
        client.ask(b"9300CNkiosk-c|COwrong-password|")
        client.sign_in("kiosk-c", PASSWORD)
        for card in (IDENTITY_NUMBER, IDENTITY_NUMBER.lower()):
            for line in lines(card):
                client.ask(line.encode())
        client.ask_raw(b"\xff" + PIN.encode())

    text = repr(captured) + caplog.text
    assert [secret for secret in SECRETS if secret in text] == []
    assert {"account": "kiosk-c", "code": "11", "outcome": "lent", "item": "C0001"}.items() <= captured[4].items()
    assert isinstance(captured[4]["ms"], float)


def test_a_fault_of_ours_is_logged_by_its_place_under_the_id_of_the_answer_and_without_its_words(
    fresh_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_town()

    def broken(**_arguments: object) -> None:
        raise RuntimeError(f"card R0001 of {IDENTITY_NUMBER}")

    monkeypatch.setattr(operations, "checkout", broken)
    with (
        structlog.testing.capture_logs() as captured,
        running_server(Clock(TUESDAY_TEN)) as address,
        Sip2Client(address) as client,
    ):
        client.sign_in("kiosk-c", PASSWORD)
        answer = client.ask(b"11NN20261124    100000                  AO|AAR0001|ABC0001|AC|")
        assert client.ask(b"9900302.00").fixed["online"] == "Y"

    assert (answer.fixed["ok"], answer.first("AF")) == ("0", "系统繁忙，请稍后再试")
    failure = next(line for line in captured if line["event"] == "message failed")
    assert failure["error"] == "RuntimeError"
    assert "broken" in failure["where"][-1]
    assert any(line.get("outcome") == f"failed {failure['error_id']}" for line in captured)
    assert "R0001" not in repr(captured)


def test_the_quick_log_writes_each_message_as_one_line_of_json() -> None:
    stream = io.StringIO()

    log = QuickLog(stream)
    log.info("message", account="kiosk-c", code="11", outcome="lent", ms=1.2, item="C0001")
    log.flush()

    (line,) = stream.getvalue().splitlines()
    written = json.loads(line)
    assert {"event": "message", "level": "info", "logger": "wenyuan.sip2", "item": "C0001"}.items() <= written.items()
    assert written["timestamp"].endswith("Z")
    assert written["ms"] == 1.2


def test_the_quick_log_writes_whatever_value_a_message_has() -> None:
    stream = io.StringIO()

    log = QuickLog(stream)
    log.info("message", account='"海盐"\n\\', code="", item=None, count=3, day=date(2026, 11, 29))
    log.flush()

    (line,) = stream.getvalue().splitlines()
    assert (
        json.loads(line).items()
        >= {
            "account": '"海盐"\n\\',
            "item": None,
            "count": 3,
            "day": "datetime.date(2026, 11, 29)",
        }.items()
    )


def test_the_line_about_a_message_is_written_within_seconds_and_those_that_wait_at_the_end_as_well(
    fresh_database: str,
) -> None:
    make_town()
    stream = io.StringIO()
    (listener,) = open_listeners("127.0.0.1", 0)
    server = Server(clock=Clock(TUESDAY_TEN), message_log=QuickLog(stream))
    server.start([listener])
    try:
        with Sip2Client(listener.getsockname()) as client:
            client.sign_in("kiosk-c", PASSWORD)
            wait_until(lambda: '"code": "93"' in stream.getvalue(), within_s=10)
            client.ask(b"9900302.00")
    finally:
        server.stop()

    assert [json.loads(line)["code"] for line in stream.getvalue().splitlines()] == ["93", "99"]


def test_a_log_that_cannot_be_written_keeps_no_machine_out(fresh_database: str) -> None:
    make_town()
    tried = Event()

    class FullDisk(io.StringIO):
        def write(self, _text: str) -> int:
            tried.set()
            raise OSError(errno.ENOSPC, "no space")

    (listener,) = open_listeners("127.0.0.1", 0)
    server = Server(clock=Clock(TUESDAY_TEN), message_log=QuickLog(FullDisk()))
    server.start([listener])
    try:
        with Sip2Client(listener.getsockname()) as first:
            first.sign_in("kiosk-c", PASSWORD)
            assert tried.wait(10)
        with Sip2Client(listener.getsockname()) as second:
            assert second.sign_in("kiosk-c", PASSWORD)
    finally:
        server.stop()
