"""``wenyuan authorities``: authorities out of MARC authority files."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from wenyuan.doors.cli.environment import library
from wenyuan.doors.cli.output import json_option, print_json, progress
from wenyuan.doors.cli.records import as_option
from wenyuan.runtime.problem import Problem

_COUNTS = ("read", "added", "changed", "unchanged", "failed")
_SHOWN_ERRORS = 20


@click.command(name="authorities")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_option
@json_option
def import_authorities(files: Sequence[Path], username: str | None, as_json: bool) -> int:
    """Read authorities from MARC authority files: ISO 2709 or MARCXML, CNMARC or MARC 21, UTF-8 or GB18030.

    New ones are added, known ones learn variants and what they have no word of; nothing is overwritten, and reading a
    file twice changes nothing. The headings of records are linked to them in the background. Exit codes: 0 all went in,
    1 some did not.
    """
    with library():
        from wenyuan.doors.cli.acting import desk_anywhere
        from wenyuan.organisation.rights.data import Act

        at = datetime.now(UTC)
        desk = desk_anywhere(act=Act.IMPORT_RECORDS, username=username, at=at)
        counts: Counter[str] = Counter()
        errors: list[dict[str, Any]] = []
        for path in files:
            _take(path, counts, errors, at=at, desk=desk, quiet=as_json)
    answer = {name: counts[name] for name in _COUNTS}
    if as_json:
        print_json({**answer, "errors": errors})
    else:
        click.echo("  ".join(f"{name} {count}" for name, count in answer.items()))
        for error in errors[:_SHOWN_ERRORS]:
            click.echo(f"  {error['file']}: record {error['number']} at byte {error['position']}: {error['reason']}")
        if len(errors) > _SHOWN_ERRORS:
            click.echo(f"  … and {len(errors) - _SHOWN_ERRORS} more; --json lists all of them.")
    return 1 if errors else 0


def _take(
    path: Path, counts: Counter[str], errors: list[dict[str, Any]], *, at: datetime, desk: Any, quiet: bool
) -> None:
    from wenyuan.holdings.catalogue.operations import TAKEN_AT_ONCE, take_authorities
    from wenyuan.holdings.catalogue.queries import read_authorities
    from wenyuan.kernel.headings import AuthorityRecord

    waiting: list[AuthorityRecord] = []

    def take() -> None:
        counts.update(take_authorities(records=waiting, at=at, desk=desk)._asdict())
        waiting.clear()

    try:
        with progress(path.name, total=path.stat().st_size, quiet=quiet) as bar:
            for found in read_authorities(path):
                counts["read"] += 1
                if found.record is None:
                    counts["failed"] += 1
                    errors.append(
                        {
                            "file": str(path),
                            "number": found.number,
                            "position": found.position,
                            "reason": found.fault,
                        }
                    )
                    continue
                waiting.append(found.record)
                if len(waiting) == TAKEN_AT_ONCE:
                    take()
                    bar(found.position, says=f"{path.name}: {counts['read']} records")
            take()
    except OSError as error:
        raise Problem(f"{path} cannot be read: {error.strerror}.", command=f"ls -l {path}") from None
