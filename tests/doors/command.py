"""Running the ``wenyuan`` command as a process of its own, on a home of its own."""

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
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wenyuan.doors.cli.environment import running_database
from wenyuan.runtime.home import Home
from wenyuan.runtime.keys import load_keys
from wenyuan.runtime.postgres import EmbeddedPostgres

PROJECT = Path(__file__).resolve().parents[2]
_FROM_TESTS = ("WENYUAN_", "DATABASE_", "DJANGO_", "PYTEST_", "PYTHONDONTWRITEBYTECODE")

SHEET = (
    "编码,名称,类型,上级,开放日期,开放时间,通借通还\n"
    "ZG,文渊区图书馆,总馆,,2010-01-01,周二至周日 9:00-17:00,G1\n"
    "DJ,东街分馆,分馆,ZG,2015-05-01,,G1\n"
)
PASSWORDS = "sysa:Stone-bridge-77\nseca:Green-tea-cup-9\nauda:River-lamp-31\nboss:Quiet-crane-52\n"


@dataclass(frozen=True)
class Command:
    """The command with one home and two free ports."""

    folder: Path
    extra: dict[str, str] = field(default_factory=dict)
    http_port: int = field(default_factory=lambda: free_port())
    sip2_port: int = field(default_factory=lambda: free_port())

    @property
    def home(self) -> Home:
        return Home(self.folder / "home")

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_FROM_TESTS)}
        return {
            **kept,
            "WENYUAN_HOME": str(self.home.path),
            "WENYUAN_HTTP": f"127.0.0.1:{self.http_port}",
            "WENYUAN_SIP2": f"127.0.0.1:{self.sip2_port}",
            "PYTHONPATH": str(PROJECT),
            # Many short processes: compiled once, and not into the checkout.
            "PYTHONPYCACHEPREFIX": str(PROJECT / ".pytest_cache" / "bytecode"),
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
            timeout=150,
            check=False,
        )
        assert done.returncode == expect, f"{arguments} ended with {done.returncode}: {done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr
        return done.stdout if not done.stderr or expect == 0 else done.stdout + done.stderr

    def json(self, *arguments: str | Path, expect: int = 0) -> Any:
        """The object that ``--json`` prints."""
        return json.loads(self.run(*arguments, "--json", expect=expect).splitlines()[0])

    @contextmanager
    def up(self) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
        """``wenyuan up`` as soon as everything answers, and what it says; killed at the end if it still runs."""
        with (self.folder / "up.err").open("w") as errors:
            process = subprocess.Popen(
                self._argv("up", "--json"),
                env=self.environment(),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        assert process.stdout is not None, "it was started with a pipe"
        try:
            line = process.stdout.readline()
            assert line, (self.folder / "up.err").read_text() + self._last_lines()
            yield process, json.loads(line)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.wait(timeout=60)
            process.stdout.close()

    def found(self) -> None:
        """Found a library of two branches, ZG and DJ, with the accounts sysa, seca, auda and boss."""
        (self.folder / "branches.csv").write_text(SHEET, "utf-8")
        passwords = self.folder / "passwords"
        passwords.write_text(PASSWORDS, "utf-8")
        passwords.chmod(0o600)
        roles = ("--system-admin", "--security-admin", "--audit-admin", "--director")
        people = [word for pair in zip(roles, ("sysa:赵", "seca", "auda", "boss"), strict=True) for word in pair]
        sheet = ("--branches", "branches.csv", "--password-file", passwords)
        self.run("init", "--library", "文渊区图书馆", *people, *sheet)

    @contextmanager
    def kept_running(self) -> Iterator[None]:
        """The database goes on between the commands, which is quicker."""
        load_keys(home=self.home, environ={})
        with running_database(self.home, {}):
            yield

    def processes(self) -> list[int]:
        """Processes that carry this home in their environment, zombies left out."""
        mark = f"WENYUAN_HOME={self.home.path}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdecimal() and mark in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
            except (PermissionError, FileNotFoundError, ProcessLookupError):
                continue
        return found

    def _argv(self, *arguments: str | Path) -> list[str]:
        return [sys.executable, "-m", "wenyuan.doors.cli", *(str(argument) for argument in arguments)]

    def _last_lines(self) -> str:
        logs = sorted(self.home.logs.glob("*.log"))
        return "".join(f"\n{log.name}: {log.read_text('utf-8', 'replace')[-600:]}" for log in logs)


@contextmanager
def new_command() -> Iterator[Command]:
    """A command in a folder of its own below /tmp (a database started by root runs as another user); all is erased."""
    folder = Path(tempfile.mkdtemp(prefix="wy-", dir="/tmp"))
    folder.chmod(0o755)
    command = Command(folder)
    try:
        yield command
    finally:
        for home in (command.home, Home(folder / "other")):
            EmbeddedPostgres(home, environ={}).erase()
        shutil.rmtree(folder)


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
