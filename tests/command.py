"""The ``wenyuan`` command as real processes on a home of its own: single commands, and a whole library kept up."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from django.db import connections

from tests.conftest import point_django_at
from tests.environment import KEYS
from wenyuan.doors.cli.environment import running_database
from wenyuan.runtime.home import Home
from wenyuan.runtime.keys import load_keys
from wenyuan.runtime.locks import held
from wenyuan.runtime.postgres import EmbeddedPostgres

PROJECT = Path(__file__).resolve().parents[1]
_FROM_TESTS = ("WENYUAN_", "DATABASE_", "DJANGO_", "PYTEST_")
_COMMAND_S = 150
_STOP_S = 60

BRANCHES = (
    "编码,名称,类型,上级,开放日期,开放时间,通借通还\n"
    "ZG,文渊区图书馆,总馆,,2010-01-01,周二至周日 9:00-17:00,G1\n"
    "DJ,东街分馆,分馆,ZG,2015-05-01,,G1\n"
    "CN,城南分馆,分馆,ZG,2018-05-01,,\n"
)
"""Three branches: ZG and DJ lend to each other, CN does not yet."""

PASSWORDS = {
    "sysa": "Stone-bridge-77",
    "seca": "Green-tea-cup-9",
    "auda": "River-lamp-31",
    "boss": "Quiet-crane-52",
}
"""The founders of a library by their user names: system, security and audit administrator, and the director."""


@dataclass
class Command:
    """The command with one home, two free ports, and the library that it keeps up, if any."""

    folder: Path
    extra: dict[str, str] = field(default_factory=dict)
    http_port: int = field(default_factory=lambda: free_port())
    sip2_port: int = field(default_factory=lambda: free_port())
    supervisor: subprocess.Popen[str] | None = None

    @property
    def home(self) -> Home:
        return Home(self.folder / "home")

    @property
    def http(self) -> str:
        return f"127.0.0.1:{self.http_port}"

    @property
    def sip2_address(self) -> tuple[str, int]:
        return "127.0.0.1", self.sip2_port

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_FROM_TESTS)}
        return {
            **kept,
            "WENYUAN_HOME": str(self.home.path),
            "WENYUAN_HTTP": self.http,
            "WENYUAN_SIP2": f"127.0.0.1:{self.sip2_port}",
            "PYTHONPATH": str(PROJECT),
            **self.extra,
        }

    def run(self, *arguments: str | Path, expect: int = 0) -> str:
        """What the command wrote to standard output; it must end with the expected code."""
        done = subprocess.run(
            self._argv(*arguments),
            env=self.environment(),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_COMMAND_S,
            check=False,
        )
        assert done.returncode == expect, f"{arguments} ended with {done.returncode}: {done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr
        return done.stdout if not done.stderr or expect == 0 else done.stdout + done.stderr

    def json(self, *arguments: str | Path, expect: int = 0) -> Any:
        """The object that ``--json`` prints."""
        return json.loads(self.run(*arguments, "--json", expect=expect).splitlines()[0])

    def found(self) -> None:
        """Found a library of the branches and founders above."""
        (self.folder / "branches.csv").write_text(BRANCHES, "utf-8")
        passwords = self.write_passwords()
        roles = ("--system-admin", "--security-admin", "--audit-admin", "--director")
        people = [word for pair in zip(roles, PASSWORDS, strict=True) for word in pair]
        sheet = ("--branches", "branches.csv", "--password-file", passwords)
        self.run("init", "--library", "文渊区图书馆", *people, *sheet)

    def write_passwords(self, *, mode: int = 0o600) -> Path:
        """The founders' passwords as the file that ``init`` takes."""
        path = self.folder / "passwords"
        path.write_text("".join(f"{user}:{password}\n" for user, password in PASSWORDS.items()), "utf-8")
        path.chmod(mode)
        return path

    @contextmanager
    def kept_running(self) -> Iterator[None]:
        """The database goes on between the commands, which is quicker."""
        load_keys(home=self.home, environ={})
        with running_database(self.home, {}):
            yield

    @contextmanager
    def looked_into(self, blocker: Any) -> Iterator[None]:
        """Django as the application on this library's own database; ``blocker`` is pytest-django's.

        What is sealed can be read if the command runs with the keys of the tests.
        """
        before = dict(connections["default"].settings_dict)
        urls = EmbeddedPostgres(self.home, environ=self.environment()).urls()
        assert urls is not None, "the library has a database"
        with blocker.unblock():
            point_django_at(urls.app_url)
            try:
                yield
            finally:
                connections.close_all()
                connections["default"].settings_dict.update(before)

    def up(self, *more: str) -> dict[str, Any]:
        """Start ``wenyuan up`` and wait until all parts answer; returns what it printed, an error too."""
        with (self.folder / "up.err").open("a") as errors:
            self.supervisor = subprocess.Popen(
                self._argv("up", "--json", *more),
                env=self.environment(),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        assert self.supervisor.stdout is not None, "it was started with a pipe"
        with self.supervisor.stdout as output:
            line = output.readline()
        assert line, (self.folder / "up.err").read_text()[-2000:] + self._last_lines()
        said: dict[str, Any] = json.loads(line)
        if "error" in said:
            self.supervisor.wait(_STOP_S)
        return said

    def up_again(self) -> None:
        """After the supervisor was killed: start it anew, as soon as what it left behind has ended."""
        assert self.supervisor is not None, "it was up"
        self.supervisor.wait()
        end = time.monotonic() + _STOP_S
        while "error" in (said := self.up()):
            assert time.monotonic() < end, f"up did not start: {said}"
            time.sleep(0.5)

    def is_up(self) -> bool:
        return self.supervisor is not None and self.supervisor.poll() is None

    def down(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Stop in order; returns the exit code."""
        assert self.supervisor is not None, "it was up"
        self.supervisor.send_signal(by)
        return self.supervisor.wait(_STOP_S)

    def processes(self) -> list[psutil.Process]:
        """All that runs for this home, wherever it hangs: what carries its name, and what that has started."""
        found: dict[int, psutil.Process] = {}
        for process in psutil.process_iter():
            try:
                if self._belongs_here(process):
                    found.update({one.pid: one for one in (process, *process.children(recursive=True))})
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
        return list(found.values())

    def _belongs_here(self, process: psutil.Process) -> bool:
        path = str(self.home.path)
        by_name = process.environ().get("WENYUAN_HOME") == path
        return by_name or any(word.startswith(path) for word in process.cmdline())

    def _argv(self, *arguments: str | Path) -> list[str]:
        return [sys.executable, "-m", "wenyuan.doors.cli", *(str(argument) for argument in arguments)]

    def _last_lines(self) -> str:
        logs = sorted(self.home.logs.glob("*.log"))
        return "".join(f"\n{log.name}: {log.read_text('utf-8', 'replace')[-600:]}" for log in logs)


@contextmanager
def new_command(*, with_keys_of_the_tests: bool = False) -> Iterator[Command]:
    """A command in a folder of its own below /tmp (a database started by root runs as another user); all is erased.

    Its home is not there yet. Where it does not matter how a library begins, the next two are quicker.
    """
    folder = Path(tempfile.mkdtemp(prefix="wy-", dir="/tmp"))
    folder.chmod(0o755)
    command = Command(folder, extra=dict(KEYS) if with_keys_of_the_tests else {})
    try:
        yield command
    finally:
        if command.is_up():
            command.down()
        for home in (command.home, Home(folder / "other")):
            EmbeddedPostgres(home, environ={}).erase()
        shutil.rmtree(folder)


@contextmanager
def migrated_command(run_folder: Path, *, with_keys_of_the_tests: bool = False) -> Iterator[Command]:
    """A command whose home has all tables and nobody in them."""
    made = _once(run_folder / "migrated", lambda command: command.run("migrate"), new_command)
    with new_command(with_keys_of_the_tests=with_keys_of_the_tests) as command:
        _copy(made, command.folder)
        yield command


@contextmanager
def founded_command(run_folder: Path) -> Iterator[Command]:
    """A command whose home holds the library of ``found``, its keys made by that."""
    made = _once(run_folder / "founded", Command.found, lambda: migrated_command(run_folder))
    with new_command() as command:
        _copy(made, command.folder)
        yield command


def _once(kept: Path, make: Callable[[Command], object], begin: Callable[[], AbstractContextManager[Command]]) -> Path:
    """A copy of the folder of a command that has done this, made by the first worker that asks for it."""
    making = kept.with_suffix(".making")
    with held(kept.with_suffix(".lock"), wait_s=2 * _COMMAND_S):
        if not kept.exists():
            with begin() as command:
                make(command)
                _copy(command.folder, making)
            making.rename(kept)
    return kept


def _copy(folder: Path, to: Path) -> None:
    """With owners and rights: the server asks that its files are its own. None runs in there."""
    subprocess.run(["cp", "-a", f"{folder}/.", to], check=True)


def free_port() -> int:
    """A port of the loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(holds: Callable[[], bool], *, within_s: float) -> float:
    """Seconds until it holds. Fails when it does not within the time."""
    started = time.monotonic()
    while not holds():
        assert time.monotonic() - started < within_s, f"not so within {within_s} s"
        time.sleep(0.05)
    return time.monotonic() - started
