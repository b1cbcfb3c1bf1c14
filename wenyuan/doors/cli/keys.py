"""``wenyuan keys``: export, import, add, rotate."""

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from wenyuan.doors.cli.environment import chosen_home, installation, library
from wenyuan.doors.cli.output import json_option, print_json, progress
from wenyuan.runtime.home import write_private_file
from wenyuan.runtime.keys import add_pii_key, export_keys, import_keys
from wenyuan.runtime.problem import Problem

_LARGEST_EXPORT_BYTES = 1_000_000


@click.group()
def keys() -> None:
    """Keep the keys apart from the backups: without them personal data in a backup cannot be read.

    They are made on the first start of an empty home, in WENYUAN_HOME/keys, unless WENYUAN_SECRET_KEY and
    WENYUAN_PII_KEY are set.
    """


@keys.command(name="export")
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
def export_command(out: Path) -> None:
    """Write all keys to OUT, readable by its owner alone. Who has this file can read everything: lock it away."""
    if out.exists():
        raise Problem(f"{out} is there already, and a key export is never overwritten.", command=f"ls -l {out}")
    if not out.absolute().parent.is_dir():
        raise Problem(f"{out.absolute().parent} is no folder.", command=f"mkdir -p {out.absolute().parent}")
    with installation(real=True) as here:
        write_private_file(out.absolute(), export_keys(here.keys))
    click.echo(f"Keys written to {out}. Keep the file apart from the backups.")


@keys.command(name="import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--replace", is_flag=True, help="Overwrite keys that differ. What they wrote cannot be read any more.")
def import_command(file: Path, replace: bool) -> None:
    """Put the keys of an export into this home, before `wenyuan restore` or the first start."""
    if file.stat().st_size > _LARGEST_EXPORT_BYTES:
        raise Problem(f"{file} is no key export of Wenyuan.")
    home = chosen_home(os.environ, real=True)
    imported = import_keys(home=home, text=file.read_text("utf-8", "replace"), replace=replace)
    names = ", ".join(key.id for key in imported.pii_keys)
    click.echo(f"Keys imported into {home.keys} ({names}).")
    for setting in ("WENYUAN_SECRET_KEY", "WENYUAN_PII_KEY"):
        if os.environ.get(setting):
            click.echo(f"{setting} is set and goes before the imported key: unset it.", err=True)


@keys.command()
@json_option
def add(as_json: bool) -> None:
    """Make a new key for personal data. It encrypts from the next start on; older keys still decrypt.

    Restart Wenyuan, run `wenyuan keys rotate`, and export the keys anew.
    """
    with installation(real=True) as here:
        made = add_pii_key(home=here.home, environ=here.given)
    if as_json:
        print_json({"added": made.id})
    else:
        click.echo(f"Key {made.id} added. Restart Wenyuan, then: wenyuan keys rotate; wenyuan keys export FILE")


@keys.command()
@click.option("--as", "username", metavar="USER", help="The system administrator who acts; else the first.")
@json_option
def rotate(username: str | None, as_json: bool) -> None:
    """Encrypt all personal data anew with the newest key. It may be stopped and run again."""
    with library(real=True):
        from wenyuan.doors.cli.acting import acting_desk
        from wenyuan.lending.patrons.operations import rotate_keys
        from wenyuan.organisation.rights.data import Act
        from wenyuan.plumbing.secrets import key_ring

        at = datetime.now(UTC)
        desk = acting_desk(act=Act.MANAGE_ACCOUNTS, branch_id=None, username=username, at=at)
        done = rotate_keys(at=at, desk=desk)
        sealed = done.sealed
        with progress("Sealing anew", total=sealed + done.remaining, quiet=as_json) as bar:
            while done.remaining and done.sealed:
                done = rotate_keys(at=datetime.now(UTC), desk=desk)
                sealed += done.sealed
                bar(sealed)
        current = key_ring().current_id
    if as_json:
        print_json({"sealed": sealed, "remaining": done.remaining, "key": current})
    else:
        click.echo(f"{sealed} rows sealed anew with {current}, {done.remaining} remain under an older key.")
