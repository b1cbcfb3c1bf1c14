"""The embedded server of a test run, shared by its workers: the first starts it, the last stops and erases it.

``/tmp/wenyuan-tests-<user>/<run>/`` holds the server's home and one file per worker that uses it, named by its process.
The folder is open to pass through, since a database started by root runs as another user; what lies in the home is
closed by the home itself. A run that was killed leaves its server behind: the next run erases it.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from wenyuan.runtime.home import Home
from wenyuan.runtime.locks import held
from wenyuan.runtime.postgres import EmbeddedPostgres

START_WAIT_S = 300
_AGAINST_A_POWER_CUT = ("fsync", "full_page_writes", "synchronous_commit")


@contextmanager
def shared_server(run_id: str) -> Iterator[str]:
    """The superuser's URL of the run's server, for as long as any worker of the run is in here."""
    base = Path(f"/tmp/wenyuan-tests-{os.geteuid()}")
    base.mkdir(mode=0o755, exist_ok=True)
    assert base.stat().st_uid == os.geteuid(), f"{base} belongs to somebody else"
    base.chmod(0o755)
    lock, run = base / "lock", base / run_id
    with held(lock, wait_s=START_WAIT_S):
        _erase_abandoned(base)
        users = run / "users"
        users.mkdir(parents=True, exist_ok=True)
        run.chmod(0o755)
        (users / str(os.getpid())).touch()
        urls = _server_of(run).ensure_running()
        assert urls.admin_url is not None, "the embedded server has a superuser"
        _wait_for_no_disk(urls.admin_url)
    try:
        yield urls.admin_url
    finally:
        with held(lock, wait_s=START_WAIT_S):
            (users / str(os.getpid())).unlink()
            if not _is_used(run):
                _erase(run)


def _server_of(run: Path) -> EmbeddedPostgres:
    return EmbeddedPostgres(Home(run / "home"))


def _wait_for_no_disk(url: str) -> None:
    """What is lost by a power cut only need not be safe here. Tests that kill a server have one of their own, as is."""
    with psycopg.connect(url, autocommit=True) as admin:
        for setting in _AGAINST_A_POWER_CUT:
            admin.execute(f"ALTER SYSTEM SET {setting} = off")
        admin.execute("SELECT pg_reload_conf()")


def _erase_abandoned(base: Path) -> None:
    for run in base.iterdir():
        if run.is_dir() and not _is_used(run):
            _erase(run)


def _erase(run: Path) -> None:
    _server_of(run).erase()
    shutil.rmtree(run)


def _is_used(run: Path) -> bool:
    """Whether a living process still uses the run's server."""
    return any(_lives(int(user.name)) for user in (run / "users").glob("*"))


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
