"""``wenyuan take-over``: bring the data of an old system over, by a mapping file."""

from collections.abc import Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wenyuan.doors.cli.environment import library
from wenyuan.doors.cli.moving.mapping import BadMapping, OldSystem, read_mapping
from wenyuan.doors.cli.output import json_option, print_json, progress
from wenyuan.doors.cli.records import as_option
from wenyuan.runtime.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wenyuan.doors.cli.moving.parts import Going
    from wenyuan.doors.cli.moving.report import PartReport

EXAMPLES = ("koha", "interlib", "excel")

mapping_argument = click.argument("mapping", type=click.Path(exists=True, dir_okay=False, path_type=Path))
refused_option = click.option(
    "--refused",
    "refused_to",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Write the refused rows there, as CSV files that can be mended and loaded by the same mapping.",
)


@click.group(name="take-over")
def take_over() -> None:
    """Take over the data of an old system: records, items, readers, loans, holds, deposits and fines.

    A mapping file says which file and column holds what (docs/migration.md). Begin with an example, check until the
    report says what you expect, load, and compare. `wenyuan migrate` is another thing: it brings tables up to date.
    """


@take_over.command(name="example")
@click.argument("kind", type=click.Choice(EXAMPLES))
@click.argument("out", type=click.Path(path_type=Path))
def example(kind: str, out: Path) -> None:
    """Write a mapping to begin with to OUT: of a Koha-like, an Interlib-like or a plain Excel library."""
    text = files("wenyuan.doors.cli.moving").joinpath("examples", f"{kind}.toml").read_text("utf-8")
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise Problem(f"{out} is there already and is left as it is.") from None
    except OSError as error:
        raise Problem(f"{out} cannot be written: {error.strerror}.", command=f"ls -ld {out.parent}") from None
    click.echo(f"{out} is written. Say in it how your files and codes are called, then: wenyuan take-over check {out}")


@take_over.command(name="check")
@mapping_argument
@refused_option
@as_option
@json_option
def check(mapping: Path, refused_to: Path | None, username: str | None, as_json: bool) -> int:
    """Say what loading would do, and change nothing. Exit codes: 0 every row can be loaded, 1 some cannot."""
    return _run(mapping, refused_to, username, dry=True, as_json=as_json)


@take_over.command(name="load")
@mapping_argument
@refused_option
@as_option
@json_option
def load(mapping: Path, refused_to: Path | None, username: str | None, as_json: bool) -> int:
    """Load what can be loaded. A second time loads nothing twice, and goes on where the first was cut off.

    Exit codes: 0 every row is there, 1 some were refused.
    """
    return _run(mapping, refused_to, username, dry=False, as_json=as_json)


@take_over.command(name="compare")
@mapping_argument
@as_option
@json_option
def compare(mapping: Path, username: str | None, as_json: bool) -> int:
    """Hold the old files against what was taken over: counts, sums in fen, and whether the tables agree.

    Exit codes: 0 all is equal, 1 something differs.
    """
    with _going(mapping, username) as going:
        from wenyuan.doors.cli.moving.comparing import broken_invariants
        from wenyuan.doors.cli.moving.comparing import compare as compared

        lines = compared(going)
        broken = broken_invariants()
    differing = [line for line in lines if line.difference]
    if as_json:
        shown = [
            {"what": line.what, "of": line.of, "old": line.old, "new": line.new, "difference": line.difference}
            for line in lines
        ]
        print_json({"system": going.old.system, "figures": shown, "differing": len(differing), "broken": broken})
    else:
        for line in lines:
            mark = f"  {line.difference:+d}" if line.difference else ""
            click.echo(f"{line.what} {line.of}".strip() + f": old {line.old}, new {line.new}{mark}")
        for says in broken:
            click.echo(f"does not hold: {says}")
        click.echo(f"{len(differing)} of {len(lines)} figures differ; {len(broken)} statements do not hold.")
    return 1 if differing or broken else 0


def _run(mapping: Path, refused_to: Path | None, username: str | None, *, dry: bool, as_json: bool) -> int:
    with _going(mapping, username) as going:
        from wenyuan.doors.cli.moving.running import run

        with progress("Checking" if dry else "Loading", quiet=as_json) as bar:
            reports = run(going, dry=dry, refused_to=refused_to, bar=bar)
    _tell(going.old, reports, dry=dry, as_json=as_json)
    return 1 if any(report.refused for report in reports) else 0


def _tell(old: OldSystem, reports: "Sequence[PartReport]", *, dry: bool, as_json: bool) -> None:
    if as_json:
        parts: list[Any] = [report.as_json() for report in reports]
        print_json({"system": old.system, "dry": dry, "parts": parts})
        return
    for report in reports:
        for line in report.lines(would=dry):
            click.echo(line)


@contextmanager
def _going(path: Path, username: str | None) -> "Iterator[Going]":
    """A run of this mapping, in the library, as an account that may."""
    try:
        old = read_mapping(path)
    except BadMapping as bad:
        raise Problem(f"{path} is no mapping. {bad}.") from None
    except OSError as error:
        raise Problem(f"{path} cannot be read: {error.strerror}.", command=f"ls -l {path}") from None
    with library():
        from wenyuan.doors.cli.acting import desk_anywhere
        from wenyuan.doors.cli.moving.parts import Going
        from wenyuan.organisation.rights.data import Act

        at = datetime.now(UTC)
        yield Going(old, at, desk_anywhere(act=Act.TAKE_OVER, username=username, at=at))
