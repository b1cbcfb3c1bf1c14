"""The database goes away and comes back: machines are told so at once, and need not connect again."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
import structlog
from django.db import connection, connections
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from tests.doors.sip2_client import Sip2Client
from tests.doors.sip2_server import Address, Clock, running_server, server_process
from tests.doors.sip2_town import PASSWORD, TUESDAY_TEN, make_town
from wenyuan.doors.sip2.limits import Limits
from wenyuan.doors.sip2.session import Session
from wenyuan.kernel.sip2.client import parse_response
from wenyuan.kernel.sip2.profile import STANDARD
from wenyuan.lending.circulation.models import Loan

CHECKOUT = b"11NN20261124    100000                  AO|AAR0001|ABC0001|AC|"
CHECKIN = b"09N20261124    10010020261124    100100AP|AO|ABC0001|AC|"
SC_STATUS = b"9900302.00"


@pytest.fixture
def address(fresh_database: str) -> Iterator[Address]:
    make_town()
    with running_server(Clock(TUESDAY_TEN)) as address:
        yield address


def cut_connections(server_url: str, database_url: str) -> None:
    """End every session on the database, as a restart of the server would."""
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            [conninfo_to_dict(database_url)["dbname"]],
        )


@contextmanager
def database_down(server_url: str, database_url: str) -> Iterator[None]:
    """While it lasts nobody can connect."""
    name = sql.Identifier(str(conninfo_to_dict(database_url)["dbname"]))
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
        cut_connections(server_url, database_url)
        yield
        admin.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name))


def test_a_restarted_database_is_not_noticed_by_a_machine(
    address: Address, server_url: str, fresh_database: str
) -> None:
    with Sip2Client(address) as client:
        client.sign_in("kiosk-c", PASSWORD)
        client.ask(SC_STATUS)

        for line in (CHECKOUT, CHECKIN, SC_STATUS):
            cut_connections(server_url, fresh_database)
            answer = client.ask(line)
            assert "N" not in answer.fixed.get("online", "")
            assert answer.fixed.get("ok", "1") == "1"

    connections.close_all()
    assert Loan.objects.get().returned_at is not None


def test_without_a_database_every_message_gets_its_own_negative_at_once(
    address: Address, server_url: str, fresh_database: str
) -> None:
    with Sip2Client(address) as client:
        client.sign_in("kiosk-c", PASSWORD)

        with database_down(server_url, fresh_database):
            began = time.monotonic()
            told = client.ask(SC_STATUS)
            lent = client.ask(CHECKOUT)
            taken = client.ask(CHECKIN)
            reader = client.ask(b"6301920261124    100000          AO|AAR0001|AC|AD246810|")
            item = client.ask(b"1720261124    100000AO|ABC0001|AC|")
            with Sip2Client(address) as newcomer:
                let_in = newcomer.sign_in("kiosk-c", PASSWORD)
            took = time.monotonic() - began

        assert (told.fixed["online"], told.fixed["checkout"]) == ("N", "N")
        assert (lent.fixed["ok"], lent.first("AF")) == ("0", "系统繁忙，请稍后再试")
        assert (taken.fixed["ok"], taken.fixed["alert"]) == ("0", "Y")
        assert (reader.fixed["flags"], reader.first("AF")) == ("YYYY          ", "系统繁忙，请稍后再试")
        assert item.fixed["status"] == "01"
        assert not let_in
        assert took < 5
        assert client.ask(CHECKOUT).fixed["ok"] == "1"
    connections.close_all()


@contextmanager
def locked_item(database_url: str) -> Iterator[None]:
    """While it lasts somebody else has the item in hand."""
    with psycopg.connect(database_url) as other:
        other.execute("SELECT 1 FROM catalogue_item WHERE barcode = 'C0001' FOR UPDATE")
        yield


def test_a_machine_whose_item_somebody_has_locked_does_not_hold_up_the_others(fresh_database: str) -> None:
    make_town()
    one_thread = ("-m", "wenyuan.doors.sip2", "--threads", "1")
    with (
        server_process(fresh_database, program=one_thread) as server,
        Sip2Client(server.address) as waiting,
        Sip2Client(server.address) as other,
    ):
        waiting.sign_in("kiosk-c", PASSWORD)
        other.sign_in("kiosk-c", PASSWORD)

        with locked_item(fresh_database):
            began = time.monotonic()
            waiting.send(CHECKOUT + b"\r")
            told = other.ask(SC_STATUS)
            took = time.monotonic() - began
            refused = parse_response(waiting.read_line(), profile=STANDARD)

        assert told.fixed["online"] == "Y"
        assert took < 6
        assert (refused.fixed["ok"], refused.first("AF")) == ("0", "系统繁忙，请稍后再试")
        assert waiting.ask(CHECKOUT).fixed["ok"] == "1"
    connections.close_all()


def test_waiting_for_a_lock_in_vain_is_no_fault_of_ours(fresh_database: str) -> None:
    make_town()
    session = Session(clock=Clock(TUESDAY_TEN), address="127.0.0.1", limits=Limits())
    session.reply_to(f"9300CNkiosk-c|CO{PASSWORD}|".encode())
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50ms'")

    with structlog.testing.capture_logs() as captured, locked_item(fresh_database):
        session.reply_to(CHECKOUT)

    assert [line["outcome"] for line in captured] == ["contended"]
