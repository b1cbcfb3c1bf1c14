"""``wenyuan backup``: one archive of everything but the keys, read again before it is called good."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
import psycopg
from psycopg import sql

from wenyuan.doors.cli import archive, dumping
from wenyuan.doors.cli.environment import Installation, chosen_home, demo_file, demo_marker, running_database
from wenyuan.doors.cli.output import json_option, print_json, progress
from wenyuan.runtime.binaries import Binaries
from wenyuan.runtime.database import is_embedded, read_facts
from wenyuan.runtime.home import Home
from wenyuan.runtime.keys import load_keys
from wenyuan.runtime.problem import Problem

_TABLES = """
    SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace ORDER BY relname
"""


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
@json_option
def backup(out: Path, as_json: bool) -> None:
    """Write database and files into the archive OUT (or into the folder OUT, under a name with the time).

    Wenyuan may be in use: the archive holds one moment. It is read again and compared before it is put in place, and it
    is readable by its owner alone. The keys are not in it: `wenyuan keys export`, once, to another place.
    """
    at = datetime.now(UTC)
    target = _target(out.absolute(), at)
    with opened() as here:
        manifest = make_backup(here, target=target, at=at, quiet=as_json)
    answer = {
        "file": str(target),
        "bytes": target.stat().st_size,
        "tables": dict(manifest.tables),
        "rows": sum(manifest.tables.values()),
        "files": manifest.files,
        "keys": sorted(manifest.keys),
    }
    if as_json:
        print_json(answer)
    else:
        click.echo(
            f"{target}: {answer['bytes']:,} bytes, {answer['rows']:,} rows in {len(manifest.tables)} tables, "
            f"{answer['files']} files; read again and compared."
        )
        click.echo(f"It needs the keys {', '.join(sorted(manifest.keys))} (`wenyuan keys export`), kept elsewhere.")


@contextmanager
def opened() -> Iterator[Installation]:
    """Home, keys and running database, without Django.

    :raises Problem: there is nothing here to back up.
    """
    given = dict(os.environ)
    home = chosen_home(given, real=True)
    if is_embedded(given) and not (home.database / "cluster").exists():
        raise Problem(f"{home.path} holds no database: there is nothing to back up.", command="echo $WENYUAN_HOME")
    keys = load_keys(home=home, environ=given, data_elsewhere=not is_embedded(given))
    with running_database(home, given) as urls:
        yield Installation(home=home, given=given, keys=keys, urls=urls)


def make_backup(here: Installation, *, target: Path, at: datetime, quiet: bool) -> archive.Manifest:
    """Write the archive and verify it.

    :raises Problem: there is no room, the dump failed, or what was written reads differently.
    """
    binaries = dumping.programs(here.given, server_major=read_facts(here.urls.owner_url).major)
    with _workplace(target.parent) as place, progress("Dumping", quiet=quiet) as bar:
        tables = _dump(here, binaries, place / archive.DUMP)
        sources = {archive.DUMP: place / archive.DUMP, **_files(here.home, place)}
        is_demo = demo_marker(here.home).exists()
        if is_demo and demo_file(here.home).exists():
            sources[archive.DEMO] = demo_file(here.home)
        manifest = archive.Manifest(
            made_at=at,
            postgresql=binaries.major,
            tables=tables,
            keys=archive.fingerprints(here.keys),
            is_demo=is_demo,
            members=[archive.member_of(name, path) for name, path in sources.items()],
        )
        total = max(manifest.total_bytes, 1)
        part = place / "archive.part"
        part.touch(mode=0o600)

        def packed(done: int) -> None:
            bar(done, total=total, says="Packing")

        def compared(done: int) -> None:
            bar(done, total=total, says="Comparing")

        archive.write_archive(out=part, manifest=manifest, sources=sources, on_bytes=packed)
        archive.read_archive(part, into=None, on_bytes=compared)
        dumping.list_dump(binaries=binaries, dump_file=place / archive.DUMP)
        _sync(part)
        part.replace(target)
    return manifest


def count_rows(connection: psycopg.Connection[tuple[object, ...]]) -> dict[str, int]:
    """How many rows each table holds, in the connection's snapshot."""
    counts = {}
    for (name,) in connection.execute(_TABLES).fetchall():
        row = connection.execute(sql.SQL("SELECT count(*) FROM public.{}").format(sql.Identifier(str(name)))).fetchone()
        assert row is not None, "count gives a row"
        counts[str(name)] = int(str(row[0]))
    return counts


def _target(out: Path, at: datetime) -> Path:
    target = out / f"wenyuan-{at.astimezone():%Y%m%d-%H%M%S}.tar.gz" if out.is_dir() else out
    if target.exists():
        raise Problem(f"{target} is there already, and a backup is never overwritten.", command=f"ls -l {target}")
    if not os.access(target.parent, os.W_OK):
        raise Problem(f"{target.parent} is no folder one can write to.", command=f"mkdir -p {target.parent}")
    return target


@contextmanager
def _workplace(folder: Path) -> Iterator[Path]:
    """A closed folder beside the target, gone afterwards; a full disk is a problem one can name."""
    place = Path(tempfile.mkdtemp(prefix=".wenyuan-backup-", dir=folder))
    try:
        yield place
    except OSError as error:
        raise Problem(f"The backup could not be written: {error.strerror}.", command=f"df -h {folder}") from None
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _dump(here: Installation, binaries: Binaries, out: Path) -> dict[str, int]:
    """Dump and count in one snapshot, so that the counts are those of the dump whatever happens meanwhile."""
    with psycopg.connect(here.urls.owner_url) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert row is not None, "a function gives a row"
        tables = count_rows(connection)
        dumping.dump(binaries=binaries, url=here.urls.owner_url, snapshot=str(row[0]), out=out)
    return tables


def _files(home: Home, place: Path) -> dict[str, Path]:
    """Every file of the files folder, copied so that it cannot change while it is packed."""
    found = {}
    for path in sorted(home.files.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        name = f"{archive.FILES}/{path.relative_to(home.files).as_posix()}"
        copy = place / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copyfile(path, copy)
        except FileNotFoundError:  # deleted since it was listed
            continue
        found[name] = copy
    return found


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
