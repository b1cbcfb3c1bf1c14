"""Wenyuan's own PostgreSQL server: started, found running, mended after a crash, stopped.

The server listens on a socket alone, in a folder closed to others, and asks every role for a password (scram). It is
alive when a real connection is answered; a pid file proves nothing. It outlives the process that started it, and the
next start finds it.
"""

from __future__ import annotations

import enum
import json
import os
import shutil
import signal
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg

from wenyuan.runtime import cluster as clusters
from wenyuan.runtime.binaries import Binaries, find_binaries
from wenyuan.runtime.cluster import SUPERUSER, Passwords
from wenyuan.runtime.home import Home, write_private_file
from wenyuan.runtime.locks import held
from wenyuan.runtime.place import SHARED, SOCKET_FILE, database_folder, socket_folder
from wenyuan.runtime.problem import Problem
from wenyuan.runtime.processes import end_at_once, server_in, servers_in, signs_of_work
from wenyuan.runtime.server_user import ServerUser, choose_server_user

START_TIMEOUT_S = 120
_STOP_TIMEOUT_S = 60
_POLL_S = 0.1
_ANSWER_TIMEOUT_S = 5
_HANGS_AFTER_S = 20.0


class ServerDidNotStart(Problem):
    """The server was started and does not answer."""


class ServerDidNotStop(Problem):
    """The server is still there after a fast and an immediate stop."""


@dataclass(frozen=True, slots=True)
class DatabaseUrls:
    """Where the database is, for each role; they hold passwords and are never logged.

    `admin_url` is the superuser's, for backups, upgrades and tests; None where the server is not ours.
    """

    app_url: str = field(repr=False)
    owner_url: str = field(repr=False)
    admin_url: str | None = field(repr=False, default=None)


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """`is_answering` by a real connection; `pid` of the server process, None when there is none."""

    is_made: bool
    is_answering: bool
    pid: int | None


class Answer(enum.Enum):
    """How a server took a connection."""

    YES = enum.auto()
    WRONG_PASSWORD = enum.auto()
    NOT_YET = enum.auto()
    """A server is there and refuses: it is full, or something stands in its way."""
    RECOVERING = enum.auto()
    """A server is there and starts, or recovers from a crash."""
    ENDING = enum.auto()
    """A server is there and shuts down."""
    NO = enum.auto()


@dataclass(frozen=True, slots=True)
class _Site:
    """Where one cluster lies and who serves it."""

    folder: Path
    user: ServerUser

    @property
    def cluster(self) -> Path:
        return self.folder / "cluster"

    @property
    def start_log(self) -> Path:
        return self.folder / "start.log"


class EmbeddedPostgres:
    """The server of one home.

    :param environ: settings, among them `WENYUAN_PG_BIN` and `WENYUAN_PG_USER`; this process's if None.
    :param shared: where root puts what the server's user cannot reach inside the home.
    """

    def __init__(self, home: Home, *, environ: Mapping[str, str] | None = None, shared: Path = SHARED) -> None:
        self._home = home
        self._environ = os.environ if environ is None else environ
        self._shared = shared

    def ensure_running(self) -> DatabaseUrls:
        """Make the database where there is none, start the server where it does not answer, and say where it is.

        Safe to call from several processes at once: the others wait and find it running. What was committed before a
        kill -9 is there again.

        :raises WrongMajorVersion: the data belong to another major version.
        :raises Problem: anything else that stands in the way, in one sentence.
        """
        self._home.prepare()
        with self._locked():
            site = self._site()
            passwords = self._passwords()
            socket = socket_folder(folder=site.folder, user=site.user)
            urls = _urls(socket, passwords)
            if answer(urls.app_url) is answer(urls.owner_url) is Answer.YES:
                return urls
            admin_url = self._admin_url(site)
            self._bring_up(site, socket=socket, admin_url=admin_url, passwords=passwords)
            with psycopg.connect(admin_url, autocommit=True) as connection:
                clusters.provision(connection, passwords)
            return urls

    def stop(self) -> bool:
        """Stop the server: fast (open transactions roll back), then immediately; one that recovers immediately. False
        when there was none.

        :raises ServerDidNotStop: it survived that.
        """
        if not self._is_made():
            return False
        self._home.prepare()
        with self._locked():
            site = self._site()
            return self._stop(site)

    def end_hanging(self) -> None:
        """End the server at once, as one that hangs must be; ``ensure_running`` starts it anew."""
        with self._locked():
            end_at_once(self._site().cluster)

    def patience(self) -> Patience:
        """To tell whether this server hangs."""
        return Patience(self._site().cluster)

    def status(self) -> ServerStatus:
        """What is there now; starts and changes nothing."""
        if not self._is_made():
            return ServerStatus(is_made=False, is_answering=False, pid=None)
        urls = self.urls()
        return ServerStatus(
            is_made=True,
            is_answering=urls is not None and answer(urls.app_url) is Answer.YES,
            pid=server_in(self._home.database / "cluster"),
        )

    def urls(self) -> DatabaseUrls | None:
        """Where the database answers when it runs, without starting it; None before its first start."""
        if not self._is_made() or not self._password_file.exists():
            return None
        site = self._site()
        return _urls(socket_folder(folder=site.folder, user=site.user), self._passwords())

    def erase(self) -> None:
        """Stop the server and delete the database with all its data, wherever it lies. There is no way back.

        :raises ServerDidNotStop: the server does not end, so nothing was deleted.
        """
        if not self._home.database.exists():
            return
        self._home.prepare()
        with self._locked():
            site = self._site()
            if site.cluster.exists():
                self._stop(site)
            shutil.rmtree(socket_folder(folder=site.folder, user=site.user))
            shutil.rmtree(site.folder)
            self._home.database.unlink(missing_ok=True)  # where it was a link
            self._password_file.unlink(missing_ok=True)

    @property
    def _password_file(self) -> Path:
        return self._home.keys / "database"

    def _locked(self) -> AbstractContextManager[None]:
        return held(self._home.run / "database.lock", wait_s=2 * START_TIMEOUT_S)

    def _is_made(self) -> bool:
        return (self._home.database / "cluster" / "PG_VERSION").exists()

    def _site(self) -> _Site:
        user = choose_server_user(environ=self._environ, cluster=self._home.database / "cluster")
        return _Site(folder=database_folder(home=self._home, user=user, shared=self._shared), user=user)

    def _binaries(self, site: _Site) -> Binaries:
        return find_binaries(environ=self._environ, user=site.user, shared=self._shared)

    def _passwords(self) -> Passwords:
        """Read from `keys/database`; made anew where it is missing or unreadable, for they can be reset."""
        try:
            stored = json.loads(self._password_file.read_text(encoding="utf-8"))
            return Passwords(**stored)
        except (FileNotFoundError, ValueError, TypeError):
            passwords = Passwords.random()
            write_private_file(self._password_file, json.dumps(asdict(passwords)) + "\n")
            return passwords

    def _admin_url(self, site: _Site) -> str:
        """The superuser's, on a database that is there before ours is."""
        socket = socket_folder(folder=site.folder, user=site.user)
        return _url(SUPERUSER, self._passwords().superuser, "postgres", socket)

    def _bring_up(self, site: _Site, *, socket: Path, admin_url: str, passwords: Passwords) -> None:
        """Until the superuser's connection is answered: wait for a server that starts or stops, else start one."""
        if answer(admin_url) is Answer.YES:
            return
        binaries = self._binaries(site)
        if not site.cluster.exists():
            clusters.make_cluster(folder=site.folder, user=site.user, binaries=binaries, passwords=passwords)
        clusters.refuse_other_major(cluster=site.cluster, binaries=binaries)
        deadline = time.monotonic() + START_TIMEOUT_S
        patience = Patience(site.cluster)
        while time.monotonic() < deadline:
            said = answer(admin_url)
            match said:
                case Answer.YES:
                    return
                case Answer.WRONG_PASSWORD:
                    self._stop(site)
                    clusters.reset_superuser_password(
                        cluster=site.cluster, user=site.user, binaries=binaries, password=passwords.superuser
                    )
                case Answer.NOT_YET:
                    time.sleep(_POLL_S)
                case Answer.RECOVERING | Answer.ENDING:
                    if patience.is_over(said):
                        end_at_once(site.cluster)
                    time.sleep(_POLL_S)
                case Answer.NO if server_in(site.cluster) is not None:
                    time.sleep(_POLL_S)  # its socket is not there yet, or no longer
                case Answer.NO if servers_in(site.cluster):
                    end_at_once(site.cluster)
                    time.sleep(_POLL_S)
                case Answer.NO:
                    _start(site, binaries, socket)
        raise ServerDidNotStart(
            f"The database did not answer within {START_TIMEOUT_S} s; see {site.folder / 'logs'}.",
            command="wenyuan doctor",
        )

    def _stop(self, site: _Site) -> bool:
        if not servers_in(site.cluster):
            return False
        # A fast stop during the recovery from a crash is never ended by PostgreSQL 18: the helpers that it has started
        # again are not told. Nobody is connected then, so the immediate one loses nothing.
        recovers = answer(self._admin_url(site)) is Answer.RECOVERING
        for signal_number in (signal.SIGQUIT,) if recovers else (signal.SIGINT, signal.SIGQUIT):  # fast, immediate
            pid = server_in(site.cluster)
            if pid is None:
                end_at_once(site.cluster)
            else:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal_number)
            deadline = time.monotonic() + _STOP_TIMEOUT_S
            while time.monotonic() < deadline:
                if not servers_in(site.cluster):
                    return True
                time.sleep(_POLL_S)
        raise ServerDidNotStop(f"The database's process {server_in(site.cluster)} does not end.")


class Patience:
    """Tells a server that takes its time, to recover or to shut down, from one that hangs there; only where the system
    says whether a process works.

    A stop at the wrong moment makes PostgreSQL 18 hang (see ``EmbeddedPostgres._stop``), and whoever gave it may have
    been killed before it could be firmer.
    """

    def __init__(self, cluster: Path) -> None:
        self._cluster = cluster
        self._seen: tuple[Answer, object] | None = None
        self._since = 0.0

    def is_over(self, said: Answer) -> bool:
        """Whether it has said this for long and done nothing meanwhile; then waiting begins anew."""
        now = time.monotonic()
        work = signs_of_work(self._cluster)
        if work is None or self._seen != (said, work):
            self._seen, self._since = (said, work), now
        is_over = now - self._since > _HANGS_AFTER_S
        if is_over:
            self._since = now
        return is_over


def answer(url: str) -> Answer:
    """Ask a server by a real connection and query, for at most five seconds."""
    try:
        with psycopg.connect(url, connect_timeout=_ANSWER_TIMEOUT_S, autocommit=True) as connection:
            connection.execute("SELECT 1")
    except psycopg.OperationalError as error:
        # Our server speaks English (lc_messages), and a refused connection carries no SQLSTATE in libpq.
        if "password authentication failed" in str(error):
            return Answer.WRONG_PASSWORD
        if "is shutting down" in str(error):
            return Answer.ENDING
        if any(words in str(error) for words in ("is starting up", "in recovery mode", "not yet accepting")):
            return Answer.RECOVERING
        return Answer.NOT_YET if "FATAL:" in str(error) else Answer.NO
    return Answer.YES


def _start(site: _Site, binaries: Binaries, socket: Path) -> None:
    """Start the server of a data directory in which no process works.

    :raises ServerDidNotStart: it ended again; the message holds the last line it said.
    """
    # Nobody works here, so these are left from a kill -9 or a power cut. PostgreSQL believes a pid file whose number
    # was given to another process, as happens at every restart of a container, and then refuses to start.
    for stale in (site.cluster / "postmaster.pid", socket / f"{SOCKET_FILE}.lock", socket / SOCKET_FILE):
        stale.unlink(missing_ok=True)
    settings = clusters.server_settings(
        socket_folder=socket, log_folder=site.folder / "logs", memory_bytes=clusters.memory_of_machine()
    )
    clusters.write_settings(cluster=site.cluster, user=site.user, settings=settings)
    site.start_log.unlink(missing_ok=True)
    started = site.user.run(
        [
            binaries.program("pg_ctl"),
            f"--pgdata={site.cluster}",
            f"--log={site.start_log}",
            f"--timeout={START_TIMEOUT_S}",
            "--silent",
            "--wait",
            "start",
        ],
        timeout_s=START_TIMEOUT_S + 30,
    )
    # pg_ctl gives up after its time while a long recovery goes on. The server works on, and the next `up` finds it.
    if started.returncode != 0 and not servers_in(site.cluster):
        raise ServerDidNotStart(
            f"The database did not start: {_reason(site)}", command=f"cat {site.start_log} {site.folder}/logs/*"
        )


def _reason(site: _Site) -> str:
    logs = sorted((site.folder / "logs").glob("*.log"), key=lambda path: path.stat().st_mtime)
    for log in (*logs[-1:], site.start_log):
        if log.exists():
            lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
            if fatal := [line for line in lines if "FATAL:" in line or "PANIC:" in line]:
                return fatal[-1]
    return "it gave no reason"


def _urls(socket: Path, passwords: Passwords) -> DatabaseUrls:
    return DatabaseUrls(
        app_url=_url(clusters.APPLICATION, passwords.application, clusters.DATABASE, socket),
        owner_url=_url(clusters.OWNER, passwords.owner, clusters.DATABASE, socket),
        admin_url=_url(SUPERUSER, passwords.superuser, clusters.DATABASE, socket),
    )


def _url(role: str, password: str, database: str, socket: Path) -> str:
    return f"postgresql://{role}:{quote(password, safe='')}@/{database}?host={quote(str(socket))}"
