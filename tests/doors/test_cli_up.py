"""``wenyuan up`` as a real process: it comes up, runs once a home, and leaves nothing behind, however it ends."""

import signal
import socket
import stat
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import Command, migrated_command, new_command, wait_until


@pytest.fixture
def command() -> Iterator[Command]:
    with new_command() as made:
        yield made


def _status(url: str) -> int:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=10) as answer:
        return int(answer.status)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.timeout(120)
def test_up_serves_once_a_home_and_stops_everything_when_told_to(command: Command) -> None:
    said = command.up()

    assert _status(said["http"] + "healthz") == 200
    assert said["sip2"] == f"127.0.0.1:{command.sip2_port}"
    assert _listens(command.sip2_port)

    code_file = command.home.keys / "setup-code"
    assert said["setup"]["url"] == f"http://127.0.0.1:{command.http_port}/workbench/setup"
    assert code_file.read_text() == said["setup"]["code"] + "\n"
    assert stat.S_IMODE(code_file.stat().st_mode) == 0o600

    assert command.supervisor is not None
    assert command.json("up", expect=3)["command"] == f"kill {command.supervisor.pid}"

    assert command.down() == 0
    wait_until(lambda: not command.processes(), within_s=5)
    assert not _listens(command.http_port)
    assert not _listens(command.sip2_port)


@pytest.mark.timeout(120)
def test_nothing_survives_a_killed_supervisor_and_the_next_up_takes_over(run_folder: Path) -> None:
    with migrated_command(run_folder) as command:
        command.up()
        assert command.supervisor is not None

        command.supervisor.kill()
        command.supervisor.wait()
        wait_until(lambda: not command.processes() and not _listens(command.http_port), within_s=5)

        said = command.up()
        assert _status(said["http"] + "healthz") == 200
        assert command.down(by=signal.SIGINT) == 0


def test_up_says_which_port_is_taken_and_starts_nothing(command: Command) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", command.http_port))
        other.listen()

        said = command.json("up", expect=1)

    assert said["error"].startswith(f"WENYUAN_HTTP=127.0.0.1:{command.http_port} cannot be listened on")
    assert said["command"] == f"export WENYUAN_HTTP=127.0.0.1:{command.http_port + 1}"
    assert not (command.home.path / "database").exists()


def test_up_refuses_a_certificate_without_its_key(command: Command) -> None:
    command.extra["WENYUAN_TLS_CERT"] = "/nowhere/cert.pem"

    said = command.json("up", expect=1)

    assert said["error"] == "WENYUAN_TLS_CERT and WENYUAN_TLS_KEY are set together or not at all."
