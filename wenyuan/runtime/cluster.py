"""One data directory: made, configured, and given its roles and its database."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from wenyuan.runtime.binaries import Binaries
from wenyuan.runtime.home import sync_folder, write_private_file
from wenyuan.runtime.problem import Problem
from wenyuan.runtime.server_user import ServerUser

SUPERUSER = "postgres"
OWNER = "wenyuan_owner"
APPLICATION = "wenyuan_app"
DATABASE = "wenyuan"

_INITDB_TIMEOUT_S = 300
_BUILTIN_LOCALE_SINCE = 17


class ClusterNotMade(Problem):
    """`initdb` or the repair of a password failed."""


class WrongMajorVersion(Problem):
    """The data were written by another major version of PostgreSQL than the programs found."""

    def __init__(self, *, found: str, wanted: int) -> None:
        super().__init__(
            f"The database was written by PostgreSQL {found}, and the programs here are PostgreSQL {wanted}.",
            command="wenyuan upgrade-database",
        )


@dataclass(frozen=True, slots=True)
class Passwords:
    """Random passwords of the three roles; replaceable at any time, so no part of a key export."""

    superuser: str = field(repr=False)
    owner: str = field(repr=False)
    application: str = field(repr=False)

    @classmethod
    def random(cls) -> Passwords:
        return cls(*(secrets.token_urlsafe(24) for _ in range(3)))


def make_cluster(*, folder: Path, user: ServerUser, binaries: Binaries, passwords: Passwords) -> None:
    """Make `cluster/` in the database folder: UTF-8, sorted by code point, checksums, scram for all.

    It is made under another name and renamed, so an interrupted start leaves nothing half-made in its place.

    :raises ClusterNotMade: `initdb` failed; the message holds its last line.
    """
    unfinished = folder / "cluster.new"
    password_file = folder / "password.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    locale = (
        ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
        if binaries.major >= _BUILTIN_LOCALE_SINCE
        else ("--locale-provider=libc", "--locale=C")
    )
    write_private_file(password_file, passwords.superuser + "\n", owner=user.owner)
    try:
        made = user.run(
            [
                binaries.program("initdb"),
                f"--pgdata={unfinished}",
                f"--username={SUPERUSER}",
                f"--pwfile={password_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                *locale,
                "--data-checksums",
            ],
            timeout_s=_INITDB_TIMEOUT_S,
        )
    finally:
        password_file.unlink(missing_ok=True)
    if made.returncode != 0:
        raise ClusterNotMade(f"The database could not be made: {_last_line(made.stderr)}", command="wenyuan doctor")
    with (unfinished / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write("\n# Written by Wenyuan at every start; local.conf is yours and wins.\n")
        file.write("include_if_exists = 'wenyuan.conf'\ninclude_if_exists = 'local.conf'\n")
    rules = "local all all scram-sha-256\nlocal replication all scram-sha-256\n"
    write_private_file(unfinished / "pg_hba.conf", rules, owner=user.owner)
    unfinished.rename(folder / "cluster")
    sync_folder(folder)


def refuse_other_major(*, cluster: Path, binaries: Binaries) -> None:
    """:raises WrongMajorVersion: the data directory belongs to another major version, or does not say to which."""
    try:
        found = (cluster / "PG_VERSION").read_text(encoding="ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        found = "of an unknown version"
    if found != str(binaries.major):
        raise WrongMajorVersion(found=found, wanted=binaries.major)


def write_settings(*, cluster: Path, user: ServerUser, settings: Mapping[str, str]) -> None:
    """Write `wenyuan.conf`, which the cluster's `postgresql.conf` includes."""
    lines = "".join(f"{name} = {_quoted(value)}\n" for name, value in settings.items())
    write_private_file(cluster / "wenyuan.conf", lines, owner=user.owner)


def server_settings(*, socket_folder: Path, log_folder: Path, memory_bytes: int) -> dict[str, str]:
    """Settings of a server on one small machine that is shared with Wenyuan itself.

    :param memory_bytes: memory of the machine or container; buffers take an eighth, from 128 MB to 1 GB.
    """
    buffers_mb = min(max(memory_bytes // 8 // 2**20, 128), 1024)
    return {
        "listen_addresses": "",
        "unix_socket_directories": '"' + str(socket_folder).replace('"', '""') + '"',
        "unix_socket_permissions": "0700",
        "password_encryption": "scram-sha-256",
        "port": "5432",
        "max_connections": "200",
        "shared_buffers": f"{buffers_mb}MB",
        "effective_cache_size": f"{max(memory_bytes // 2 // 2**20, 256)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "128MB",
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "wal_level": "replica",
        "min_wal_size": "128MB",
        "max_wal_size": "2GB",
        "random_page_cost": "1.1",
        "jit": "off",
        # A loan locks some eighty tables and indexes. So many a backend notes for itself (PostgreSQL 18); for what is
        # beyond it asks the table that all share.
        "max_locks_per_transaction": "256",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "lc_messages": "C",
        # Rows and parameters hold what is personal: no statement, no parameter and no DETAIL line is logged.
        "logging_collector": "on",
        "log_directory": str(log_folder),
        "log_filename": "postgresql-%a.log",
        "log_file_mode": "0600",
        "log_rotation_age": "1d",
        "log_rotation_size": "0",
        "log_truncate_on_rotation": "on",
        "log_line_prefix": "%m [%p] %u@%d ",
        "log_statement": "none",
        "log_min_duration_statement": "-1",
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0",
        "log_lock_waits": "off",
        "log_checkpoints": "off",
    }


def memory_of_machine() -> int:
    """Bytes of memory we may use: the machine's, or the container's limit where that is lower."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii").strip()
    except OSError:
        return machine
    return min(machine, int(limit)) if limit.isdecimal() else machine


def provision(connection: psycopg.Connection[tuple[object, ...]], passwords: Passwords) -> None:
    """Give the cluster its two roles and its database, where they are missing, as its superuser.

    `wenyuan_owner` owns the database and is no superuser; `wenyuan_app` may connect and make nothing: migrations grant
    what it may touch. Their passwords are set to ours each time, as hashes, so that no log can hold them.
    """
    roles = {str(name) for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
    for role, password in ((OWNER, passwords.owner), (APPLICATION, passwords.application)):
        verb = "ALTER" if role in roles else "CREATE"
        statement = sql.SQL(verb + " ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {}")
        connection.execute(statement.format(sql.Identifier(role), sql.Literal(scram_verifier(password))))
    databases = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
    if databases.fetchone() is None:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER))
        )
    rights = sql.SQL("REVOKE ALL ON DATABASE {0} FROM PUBLIC; GRANT CONNECT ON DATABASE {0} TO {1}")
    connection.execute(rights.format(sql.Identifier(DATABASE), sql.Identifier(APPLICATION)))


def reset_superuser_password(*, cluster: Path, user: ServerUser, binaries: Binaries, password: str) -> None:
    """Set the superuser's password in a stopped cluster, whose old one is lost, through single-user mode.

    :raises ClusterNotMade: the server did not take it.
    """
    statement = f"ALTER ROLE {SUPERUSER} PASSWORD '{scram_verifier(password)}'\n"
    done = user.run([binaries.program("postgres"), "--single", "-D", cluster, "template1"], stdin=statement)
    if done.returncode != 0:
        raise ClusterNotMade(f"The database's password could not be reset: {_last_line(done.stderr)}")


def scram_verifier(password: str) -> str:
    """What PostgreSQL stores for a password (RFC 5803 form); for ASCII passwords, which need no SASLprep."""
    salt, iterations = secrets.token_bytes(16), 4096
    salted = hashlib.pbkdf2_hmac("sha256", password.encode("ascii"), salt, iterations)
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    salt_text, stored, server = (
        base64.b64encode(part).decode() for part in (salt, hashlib.sha256(client_key).digest(), server_key)
    )
    return f"SCRAM-SHA-256${iterations}:{salt_text}${stored}:{server}"


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["it said nothing"])[-1]
