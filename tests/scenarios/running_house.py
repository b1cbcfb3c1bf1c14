"""A whole library run by ``wenyuan up`` in a temporary home, for stories that go through real processes and sockets."""

import base64
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from django.db import connections

from tests.conftest import point_django_at
from wenyuan.runtime.home import Home
from wenyuan.runtime.postgres import EmbeddedPostgres

ROOT = Path(__file__).resolve().parents[2]
KEYS = {
    "WENYUAN_SECRET_KEY": "for tests only, and long enough to be taken",
    "WENYUAN_PII_KEY": "k1:" + base64.b64encode(bytes(range(32))).decode(),
}
START_S = 120
BRANCHES = (
    "编码,名称,类型,上级,开放日期,通借通还\n"
    "ZG,文渊区图书馆,总馆,,2010-01-01,G1\n"
    "DJ,东街分馆,分馆,ZG,2015-05-01,G1\n"
    "CN,城南分馆,分馆,ZG,2018-05-01,\n"
)
FOUNDERS = {"system-admin": "sysa", "security-admin": "seca", "audit-admin": "auda", "director": "boss"}
PASSWORD = "Quiet-crane-52"


class RunningHouse:
    """One home, its ports, and the processes that ``up`` keeps for it."""

    def __init__(self, path: Path) -> None:
        self.home = Home(path)
        self.http = f"127.0.0.1:{free_port()}"
        self.sip2 = f"127.0.0.1:{free_port()}"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "WENYUAN_"))},
            **KEYS,
            "WENYUAN_HOME": str(path),
            "WENYUAN_HTTP": self.http,
            "WENYUAN_SIP2": self.sip2,
        }
        self._up: subprocess.Popen[str] | None = None

    @property
    def sip2_address(self) -> tuple[str, int]:
        host, port = self.sip2.split(":")
        return host, int(port)

    @property
    def postgres(self) -> EmbeddedPostgres:
        return EmbeddedPostgres(self.home, environ=self.environment)

    def wenyuan(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run one command of ours to its end."""
        done = subprocess.run(
            [sys.executable, "-m", "wenyuan.doors.cli", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=START_S,
            check=False,
        )
        assert not check or done.returncode == 0, f"wenyuan {words[0]}: {done.stdout}{done.stderr}"
        return done

    def json_of(self, *words: str) -> Any:
        """What a command answers with ``--json``."""
        return json.loads(self.wenyuan(*words, "--json").stdout)

    def up(self, *words: str) -> dict[str, Any]:
        """Start everything and wait until all parts answer; returns what ``up --json`` printed."""
        log_path = self.home.path.parent / "up.log"
        with log_path.open("a") as log:
            self._up = subprocess.Popen(
                [sys.executable, "-m", "wenyuan.doors.cli", "up", *words, "--json"],
                cwd=ROOT,
                env=self.environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._up.stdout is not None
        with self._up.stdout as output:
            line = output.readline()
        if not line or '"error"' in line:
            self._up.wait(START_S)  # it says why and ends by itself
        assert line, f"up did not start: {log_path.read_text()[-2000:]}"
        told: dict[str, Any] = json.loads(line)
        assert "error" not in told, f"up did not start: {told}"
        return told

    @property
    def supervisor_pid(self) -> int | None:
        return self._up.pid if self._up is not None else None

    def is_up(self) -> bool:
        return self._up is not None and self._up.poll() is None

    def up_again(self) -> None:
        """After the supervisor was killed: start it anew as soon as its children have gone."""
        assert self._up is not None
        self._up.wait()
        end = time.monotonic() + 60
        while True:
            try:
                self.up()
            except AssertionError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.5)
            else:
                return

    def down(self) -> int:
        """Stop in order, as Ctrl-C does; returns the exit code."""
        assert self._up is not None
        self._up.terminate()
        return self._up.wait(60)

    def processes(self) -> list[psutil.Process]:
        """The supervisor, its descendants, and the database server with its own, wherever they hang."""
        found: dict[int, psutil.Process] = {}
        roots = [self._up.pid] if self._up is not None and self._up.poll() is None else []
        pid_file = self._postmaster_pid()
        for pid in [*roots, *([pid_file] if pid_file else [])]:
            try:
                process = psutil.Process(pid)
                for member in (process, *process.children(recursive=True)):
                    found[member.pid] = member
            except psutil.NoSuchProcess:
                continue
        return list(found.values())

    def _postmaster_pid(self) -> int | None:
        for path in self.home.database.rglob("postmaster.pid"):
            try:
                return int(path.read_text().splitlines()[0])
            except (OSError, ValueError, IndexError):
                return None
        return None

    def erase(self) -> None:
        if self.is_up():
            self.down()
        self.postgres.erase()
        shutil.rmtree(self.home.path.parent, ignore_errors=True)

    def found(self) -> None:
        """Found a library of three branches: ZG and DJ lend to each other, CN does not yet."""
        folder = self.home.path.parent
        (folder / "branches.csv").write_text(BRANCHES, "utf-8")
        passwords = folder / "passwords"
        passwords.write_text("".join(f"{user}:{PASSWORD}\n" for user in FOUNDERS.values()), "utf-8")
        passwords.chmod(0o600)
        people = [word for role, user in FOUNDERS.items() for word in (f"--{role}", user)]
        sheet = ("--branches", str(folder / "branches.csv"), "--password-file", str(passwords))
        self.wenyuan("init", "--library", "文渊区图书馆", *people, *sheet)

    @contextmanager
    def looked_into(self, blocker: Any) -> Iterator[None]:
        """Django as the application on the house's own database; ``blocker`` is pytest-django's."""
        before = dict(connections["default"].settings_dict)
        urls = self.postgres.urls()
        assert urls is not None, "the house has a database"
        with blocker.unblock():
            point_django_at(urls.app_url)
            try:
                yield
            finally:
                connections.close_all()
                connections["default"].settings_dict.update(before)


@contextmanager
def running_house(name: str) -> Iterator[RunningHouse]:
    """A house in a folder that a database server of another user can pass through; erased at the end."""
    base = Path(tempfile.mkdtemp(prefix=f"wenyuan-{name}-", dir="/tmp"))
    base.chmod(0o755)
    house = RunningHouse(base / "home")
    try:
        yield house
    finally:
        house.erase()


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
