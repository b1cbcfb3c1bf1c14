"""``wenyuan migrate``: tables as this version wants them, the application's rights, and the rows to begin with."""

import inspect
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec

import click
import psycopg
from psycopg.conninfo import conninfo_to_dict

from wenyuan.doors.cli.environment import Installation, installation
from wenyuan.doors.cli.output import Bar, json_option, print_json, progress
from wenyuan.runtime.binaries import OLDEST_MAJOR
from wenyuan.runtime.database import read_facts
from wenyuan.runtime.problem import Problem

_MIGRATING = 7_305_941_220
"""The advisory lock under which one process of many migrates."""


@click.command()
@json_option
def migrate(as_json: bool) -> None:
    """Bring the database's tables up to this version.

    Runs as the owner (DATABASE_OWNER_URL), gives the application its rights, and adds the rows every library begins
    with where they are missing. Safe to run twice, and from two places at once.

    The data of another system come by `wenyuan take-over`.
    """
    with installation(real=True) as here:
        applied = bring_up_to_date(here, quiet=as_json)
    if as_json:
        print_json({"applied": applied})
    else:
        click.echo(f"{len(applied)} migrations applied." if applied else "Nothing to do: the tables are up to date.")


def bring_up_to_date(here: Installation, *, quiet: bool = False) -> list[str]:
    """Migrate, grant, install what is missing; returns the names of the migrations applied.

    :raises Problem: the server is too old, or a migration failed.
    """
    from wenyuan.plumbing.roles import grant_application_rights

    app = read_facts(here.urls.app_url)
    if app.major < OLDEST_MAJOR:
        raise Problem(f"The database is PostgreSQL {app.major}; {OLDEST_MAJOR} or newer is needed.")
    with psycopg.connect(here.urls.owner_url, autocommit=True) as owner:
        owner.execute("SELECT pg_advisory_lock(%s)", [_MIGRATING])
        with working_as_owner(here):
            applied = _apply(quiet=quiet)
        grant_application_rights(owner, app.role)
        install_defaults(at=datetime.now(UTC))
    return applied


def pending_migrations() -> list[str]:
    """Names of the migrations that the connected database lacks, in their order."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def _apply(*, quiet: bool) -> list[str]:
    from django.core.management import call_command

    pending = pending_migrations()
    if pending:
        with progress("Making tables", total=len(pending), quiet=quiet) as bar:
            call_command("migrate", interactive=False, no_color=True, stdout=_Steps(bar))
    return pending


class _Steps(io.StringIO):
    """Takes the lines of Django's migrate command and moves the bar for each migration that it says was applied."""

    def __init__(self, bar: Bar) -> None:
        super().__init__()
        self._bar = bar
        self._done = 0

    def write(self, text: str) -> int:
        if text.strip() == "OK":
            self._done += 1
            self._bar(self._done)
        return super().write(text)


@contextmanager
def working_as_owner(here: Installation) -> Iterator[None]:
    """Django's connection is the owner's for the time of the ``with`` block."""
    from django.db import connections

    connection = connections["default"]
    before = dict(connection.settings_dict)
    parts = conninfo_to_dict(here.urls.owner_url)
    ours = {name: before["OPTIONS"][name] for name in ("application_name", "options")}
    connection.close()
    connection.settings_dict.update(
        USER=parts.pop("user", None) or "",
        PASSWORD=parts.pop("password", None) or "",
        HOST=parts.pop("host", None) or "",
        PORT=str(parts.pop("port", None) or ""),
        NAME=parts.pop("dbname", None) or before["NAME"],
        OPTIONS={**parts, **ours},  # the owner's own TLS settings, not the application's
    )
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


def install_defaults(*, at: datetime) -> None:
    """Call every room's verbs named ``install_default…``, lower rooms first; each leaves alone what is there."""
    from django.apps import apps

    for room in apps.get_app_configs():
        name = f"{room.name}.operations"
        if not room.name.startswith("wenyuan.") or find_spec(name) is None:
            continue
        module = import_module(name)
        for word in getattr(module, "__all__", ()):
            if word.startswith("install_default"):
                verb = getattr(module, word)
                verb(**({"at": at} if "at" in inspect.signature(verb).parameters else {}))
