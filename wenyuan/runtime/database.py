"""Which database this installation uses: the one `DATABASE_URL` names, or the embedded one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import psycopg
from psycopg.conninfo import conninfo_to_dict

from wenyuan.runtime.binaries import OLDEST_MAJOR
from wenyuan.runtime.home import Home
from wenyuan.runtime.postgres import DatabaseUrls, EmbeddedPostgres
from wenyuan.runtime.problem import Problem

_CONNECT_TIMEOUT_S = 5


class BadDatabaseUrl(Problem):
    """A database setting cannot be used as it stands."""


class DatabaseUnreachable(Problem):
    """No connection to the database was made."""


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """What a connection as one role tells: server major version, the role's name, whether it may do anything."""

    major: int
    role: str
    is_superuser: bool
    has_tables: bool


def is_embedded(environ: Mapping[str, str]) -> bool:
    """Whether Wenyuan runs the database itself."""
    return not environ.get("DATABASE_URL")


def database_urls(*, environ: Mapping[str, str], home: Home) -> DatabaseUrls:
    """Where the database is; the embedded one is started if it does not run.

    `DATABASE_OWNER_URL` is whom migrations run as; the application's own role if absent.

    :raises BadDatabaseUrl: a setting is no PostgreSQL URL, or an owner is named without a database.
    """
    app_url = environ.get("DATABASE_URL")
    owner_url = environ.get("DATABASE_OWNER_URL")
    if not app_url:
        if owner_url:
            raise BadDatabaseUrl("DATABASE_OWNER_URL is set and DATABASE_URL is not.", command="export DATABASE_URL=…")
        return EmbeddedPostgres(home, environ=environ).ensure_running()
    return DatabaseUrls(
        app_url=_checked(app_url, "DATABASE_URL"),
        owner_url=_checked(owner_url or app_url, "DATABASE_OWNER_URL"),
    )


def read_facts(url: str) -> DatabaseFacts:
    """Connect and look.

    :raises DatabaseUnreachable: no connection; the message holds the server's host, never the password.
    """
    try:
        with psycopg.connect(url, connect_timeout=_CONNECT_TIMEOUT_S) as connection:
            row = connection.execute(
                "SELECT current_user, (SELECT rolsuper FROM pg_roles WHERE rolname = current_user),"
                " EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                "         WHERE c.relkind = 'r' AND n.nspname !~ '^(pg_|information_schema)')"
            ).fetchone()
            assert row is not None, "a SELECT without FROM gives one row"
            return DatabaseFacts(
                major=connection.info.server_version // 10000,
                role=row[0],
                is_superuser=row[1],
                has_tables=row[2],
            )
    except psycopg.OperationalError as error:
        raise DatabaseUnreachable(
            f"The database at {_place(url)} cannot be reached: {str(error).strip().splitlines()[-1]}",
            command="wenyuan doctor",
        ) from None


def _checked(url: str, setting: str) -> str:
    if not url.startswith(("postgresql://", "postgres://")):
        raise BadDatabaseUrl(f"{setting} must begin with postgresql://; PostgreSQL {OLDEST_MAJOR} or newer is needed.")
    try:
        conninfo_to_dict(url)
    except psycopg.Error:
        # What libpq says of a URL repeats parts of it, perhaps the password.
        raise BadDatabaseUrl(f"{setting} is no valid PostgreSQL URL.") from None
    return url


def _place(url: str) -> str:
    parts = conninfo_to_dict(url)
    return f"{parts.get('host') or 'the local socket'}, database {parts.get('dbname') or '(none named)'}"
