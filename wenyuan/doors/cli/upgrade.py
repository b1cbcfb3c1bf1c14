"""``wenyuan upgrade-database``: says how data reach another major version of PostgreSQL."""

import os

import click

from wenyuan.doors.cli.environment import chosen_home
from wenyuan.runtime.binaries import find_binaries
from wenyuan.runtime.database import is_embedded
from wenyuan.runtime.home import Home
from wenyuan.runtime.place import SHARED
from wenyuan.runtime.problem import Problem
from wenyuan.runtime.server_user import choose_server_user


@click.command(name="upgrade-database")
def upgrade_database() -> None:
    """Move the embedded database to another major version of PostgreSQL.

    The programs of a version read the data of that version alone, and one installation carries one version. So the way
    leads over a backup: this command says whether it must be gone, and each step.
    """
    home = chosen_home(os.environ, real=True)
    if not is_embedded(os.environ):
        raise Problem("The database is not Wenyuan's own (DATABASE_URL): whoever runs the server upgrades it.")
    found, wanted = _data_version(home), _program_version(home)
    if found is None:
        click.echo("There is no database in this home yet: nothing to upgrade.")
    elif found == str(wanted):
        click.echo(f"The database and the programs are both PostgreSQL {wanted}: nothing to upgrade.")
    else:
        raise Problem(
            f"The database was written by PostgreSQL {found}, the programs here are PostgreSQL {wanted}. "
            f"Go over a backup: the first command in the Wenyuan that came with PostgreSQL {found}, the others here.",
            command=(
                "wenyuan backup before-upgrade.tar.gz && wenyuan keys export keys.json   # with the old Wenyuan\n"
                f"  mv {home.path} {home.path}.old\n"
                "  wenyuan keys import keys.json && wenyuan restore before-upgrade.tar.gz   # with this one"
            ),
        )


def _data_version(home: Home) -> str | None:
    try:
        return (home.database / "cluster" / "PG_VERSION").read_text("ascii").strip()
    except FileNotFoundError:
        return None


def _program_version(home: Home) -> int:
    user = choose_server_user(environ=os.environ, cluster=home.database / "cluster")
    return find_binaries(environ=os.environ, user=user, shared=SHARED).major
