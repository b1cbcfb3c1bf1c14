"""``wenyuan restore``: an archive back into a home, whole or not at all."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click
import psycopg

from wenyuan.doors.cli import archive, dumping
from wenyuan.doors.cli.backup import count_rows
from wenyuan.doors.cli.environment import chosen_home, demo_file, demo_marker, installation, running_database
from wenyuan.doors.cli.migrate import bring_up_to_date
from wenyuan.doors.cli.output import Bar, json_option, print_json, progress
from wenyuan.runtime.binaries import Binaries
from wenyuan.runtime.database import read_facts
from wenyuan.runtime.home import Home, write_private_file
from wenyuan.runtime.keys import load_keys
from wenyuan.runtime.postgres import DatabaseUrls
from wenyuan.runtime.problem import Problem
from wenyuan.runtime.supervisor import AlreadyRunning, running_supervisor


class NotEmpty(Problem):
    """There are data here, and nobody said to replace them."""


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--replace", is_flag=True, help="Give up the data that are here now.")
@json_option
def restore(file: Path, replace: bool, as_json: bool) -> None:
    """Bring back what the archive FILE holds: into an empty home, or with --replace in place of what is there.

    The keys the data were written with must be here first (`wenyuan keys import`). The archive is checked before
    anything is touched; what is here now is given up only when all rows have been counted again and agree.
    """
    home = chosen_home(os.environ, real=True)
    if (pid := running_supervisor(home)) is not None:
        raise AlreadyRunning(home, pid)
    manifest = archive.read_manifest(file)
    home.prepare()
    _refuse_other_keys(home, manifest)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=home.path) as name:
        place = Path(name)
        with progress("Checking", total=max(manifest.total_bytes, 1), quiet=as_json) as bar:
            archive.read_archive(file, into=place, on_bytes=lambda done: bar(done))
            binaries = dumping.programs(os.environ, server_major=manifest.postgresql)
            with running_database(home, dict(os.environ)) as urls:
                tables = _bring_back(home, urls, manifest, place, binaries, replace=replace, bar=bar)
        mark_demo(home, manifest, place / archive.DEMO)
    shutil.rmtree(home.index, ignore_errors=True)  # made from other data: the worker builds it anew
    with installation(home=home) as here:
        applied = bring_up_to_date(here, quiet=as_json)
    if as_json:
        answer = {"made_at": manifest.made_at, "tables": tables, "rows": sum(tables.values()), "migrations": applied}
        print_json({**answer, "files": manifest.files, "compared": True})
    else:
        click.echo(
            f"Restored as of {manifest.made_at.astimezone():%Y-%m-%d %H:%M}: {sum(tables.values()):,} rows in "
            f"{len(tables)} tables, {manifest.files} files; every count agrees."
        )


def _refuse_other_keys(home: Home, manifest: archive.Manifest) -> None:
    here = all(
        os.environ.get(setting) or (home.keys / file).exists()
        for setting, file in (("WENYUAN_SECRET_KEY", "secret"), ("WENYUAN_PII_KEY", "pii"))
    )
    known = archive.fingerprints(load_keys(home=home, environ=os.environ)) if here else {}
    missing = [name for name, mark in manifest.keys.items() if known.get(name) != mark]
    if missing:
        raise Problem(
            f"The backup was written with the keys {', '.join(missing)}, which are not here: import them first.",
            command="wenyuan keys import FILE",
        )


def _bring_back(
    home: Home,
    urls: DatabaseUrls,
    manifest: archive.Manifest,
    place: Path,
    binaries: Binaries,
    *,
    replace: bool,
    bar: Bar,
) -> dict[str, int]:
    """Put dump and files in the place of what is there, all or nothing; returns rows by table, counted afterwards."""
    has_tables = read_facts(urls.owner_url).has_tables
    if (has_tables or any(home.files.iterdir())) and not replace:
        raise NotEmpty(
            f"There are data in {home.path} or its database. --replace gives them up; back them up first.",
            command="wenyuan backup FILE",
        )
    bar(manifest.total_bytes, says="Loading the database")
    with _files_exchanged(home, place / archive.FILES):
        dumping.replace_all(
            binaries=binaries,
            client=dumping.programs(os.environ),
            url=urls.owner_url,
            dump_file=place / archive.DUMP,
            rows=manifest.tables,
        )
    with psycopg.connect(urls.owner_url) as connection:
        tables = count_rows(connection)
    if differences := compare(manifest.tables, tables):
        raise Problem(f"The restored rows are not those of the backup: {'; '.join(differences)}.")
    return tables


def compare(expected: Mapping[str, int], found: Mapping[str, int]) -> list[str]:
    """Where the counts differ, one line a table."""
    return [
        f"{name} has {found.get(name, 'no table')} instead of {expected.get(name, 'no table')}"
        for name in sorted(expected.keys() | found.keys())
        if expected.get(name) != found.get(name)
    ]


@contextmanager
def _files_exchanged(home: Home, restored: Path) -> Iterator[None]:
    """The restored files stand in their place while the ``with`` block works, and stay there unless it fails."""
    before = home.path / ".files-before-restore"
    if before.exists():  # a restore was killed between two renames: what it had set aside is the true data
        shutil.rmtree(home.files, ignore_errors=True)
        before.rename(home.files)
    restored.mkdir(mode=0o700, exist_ok=True)
    home.files.rename(before)
    try:
        restored.rename(home.files)
        yield
    except BaseException:
        shutil.rmtree(home.files, ignore_errors=True)
        before.rename(home.files)
        raise
    shutil.rmtree(before)


def mark_demo(home: Home, manifest: archive.Manifest, restored: Path) -> None:
    """Say of the home what the backup is: a demo with the way into it, or a real library without one."""
    for left in (demo_marker(home), demo_file(home)):
        left.unlink(missing_ok=True)
    if manifest.is_demo:
        write_private_file(demo_marker(home), "complete\n")
        if restored.exists():
            write_private_file(demo_file(home), restored.read_text("utf-8"))
