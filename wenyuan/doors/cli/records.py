"""``wenyuan import`` and ``wenyuan export``: bib records and items from MARC files, and out again."""

import json
import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from wenyuan.doors.cli.environment import library
from wenyuan.doors.cli.output import json_option, print_json, progress
from wenyuan.runtime.problem import Problem

_COUNTS = ("read", "added", "updated", "unchanged", "failed", "items")
_SHOWN_ERRORS = 20

as_option = click.option("--as", "username", metavar="USER", help="The account that acts; else the first that may.")


@click.command(name="import")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--branch", "code", required=True, metavar="CODE", help="The branch whose items these are.")
@click.option("--source", default="", metavar="NAME", help="Where the records come from; else the file says it.")
@click.option("--mapping", default="", metavar="CODE", help="How the vendor's item fields are read.")
@click.option(
    "--mapping-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The same as a JSON file, kept under its name for the next time.",
)
@as_option
@json_option
def import_records(
    files: Sequence[Path],
    code: str,
    source: str,
    mapping: str,
    mapping_file: Path | None,
    username: str | None,
    as_json: bool,
) -> int:
    """Read bib records and items from MARC files: ISO 2709 or MARCXML, CNMARC or MARC 21, UTF-8 or GB18030.

    The good records go in, the others are reported by their place in the file. An import that was cut off goes on where
    it stood when the same file is imported again. Exit codes: 0 all went in, 1 some did not.
    """
    if mapping and mapping_file:
        raise click.UsageError("--mapping and --mapping-file say the same thing: give one of them.")
    with library():
        from wenyuan.doors.cli.acting import acting_desk, branch_of
        from wenyuan.organisation.rights.data import Act

        at = datetime.now(UTC)
        branch = branch_of(code)
        desk = acting_desk(act=Act.IMPORT_RECORDS, branch_id=branch.id, username=username, at=at)
        if mapping_file is not None:
            mapping = _keep_mapping(mapping_file, at=at, desk=desk)
        results = [
            _import(path, branch_id=branch.id, source=source, mapping=mapping, at=at, desk=desk, quiet=as_json)
            for path in files
        ]
    total = _together(results)
    if as_json:
        print_json(total)
    else:
        _show(total)
    return 1 if total["failed"] or total["errors"] else 0


def _keep_mapping(path: Path, *, at: datetime, desk: Any) -> str:
    """Keep the mapping of a JSON file; its code. :raises Problem: no JSON, no mapping, or not allowed."""
    from wenyuan.holdings.catalogue.data import MappingUnfit
    from wenyuan.holdings.catalogue.operations import keep_mapping
    from wenyuan.organisation.rights.queries import NotAllowed

    try:
        return keep_mapping(data=json.loads(path.read_text("utf-8-sig")), at=at, desk=desk)
    except (ValueError, RecursionError) as error:
        raise Problem(f"{path} is not JSON in UTF-8: {error}.") from None
    except OSError as error:
        raise Problem(f"{path} cannot be read: {error.strerror}.", command=f"ls -l {path}") from None
    except MappingUnfit as unfit:
        raise Problem(f"{path} is no mapping: {unfit.where or 'the whole'}: {unfit.fault.replace('_', ' ')}.") from None
    except NotAllowed:
        raise Problem(f"{desk.operator.name} may not: a mapping is for the whole network.") from None


def _import(
    path: Path, *, branch_id: int, source: str, mapping: str, at: datetime, desk: Any, quiet: bool
) -> dict[str, Any]:
    from wenyuan.holdings.catalogue.data import CatalogueRefused, ImportProgress, Refusal
    from wenyuan.holdings.catalogue.operations import open_batch, run_batch
    from wenyuan.holdings.catalogue.queries import import_result, iter_faults, list_mappings

    with progress(path.name, total=path.stat().st_size, quiet=quiet) as bar:

        def move(now: ImportProgress) -> None:
            bar(now.position, total=now.file_bytes, says=f"{path.name}: {now.read} records")

        try:
            batch_id = open_batch(path=path, branch_id=branch_id, at=at, desk=desk, source=source, mapping=mapping)
            run_batch(batch_id=batch_id, path=path, at=at, desk=desk, on_progress=move)
        except CatalogueRefused as refused:
            known = ""
            if refused.refusal is Refusal.MAPPING_UNKNOWN:
                known = f" There are: {', '.join(code for code, _ in list_mappings())}."
            raise Problem(f"{path} was not imported: {refused.refusal.value.replace('_', ' ')}.{known}") from None
        except OSError as error:
            raise Problem(f"{path} cannot be read: {error.strerror}.", command=f"ls -l {path}") from None
    result = import_result(batch_id)
    assert result is not None, "the batch was just run"
    faults = [
        {
            "file": str(path),
            "number": fault.number,
            "position": fault.position,
            "reason": fault.reason,
            "detail": fault.detail,
            "warning": fault.warning,
        }
        for fault in iter_faults(batch_id=batch_id)
    ]
    return {
        "file": str(path),
        **{name: getattr(result, name) for name in _COUNTS},
        "encoding": result.encoding,
        "dialect": result.dialect,
        "errors": [fault for fault in faults if not fault["warning"]],
        "warnings": [fault for fault in faults if fault["warning"]],
    }


def _together(results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The counts of all files; encoding and dialect where they agree, else ``mixed``."""
    total: dict[str, Any] = {name: sum(result[name] for result in results) for name in _COUNTS}
    for name in ("encoding", "dialect"):
        found = {result[name] for result in results}
        total[name] = found.pop() if len(found) == 1 else "mixed"
    for name in ("errors", "warnings"):
        total[name] = [fault for result in results for fault in result[name]]
    total["files"] = [
        {name: value for name, value in result.items() if name not in ("errors", "warnings")} for result in results
    ]
    return total


def _show(total: dict[str, Any]) -> None:
    click.echo("  ".join(f"{name} {total[name]}" for name in _COUNTS))
    click.echo(f"{total['encoding']}, {total['dialect']}, {len(total['warnings'])} warnings")
    for fault in total["errors"][:_SHOWN_ERRORS]:
        detail = f" ({fault['detail']})" if fault["detail"] else ""
        click.echo(
            f"  {fault['file']}: record {fault['number']} at byte {fault['position']}: {fault['reason']}{detail}"
        )
    if len(total["errors"]) > _SHOWN_ERRORS:
        click.echo(f"  … and {len(total['errors']) - _SHOWN_ERRORS} more; --json lists all of them.")


@click.command(name="export")
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--encoding", type=click.Choice(["utf-8", "gb18030"]), default="utf-8", show_default=True)
@click.option("--format", "form", type=click.Choice(["iso2709", "marcxml"]), default="iso2709", show_default=True)
@click.option("--source", metavar="NAME", help="Only the records of this source.")
@as_option
@json_option
def export_records(out: Path, encoding: str, form: str, source: str | None, username: str | None, as_json: bool) -> int:
    """Write every bib record to OUT, as it came in.

    OUT is whole or not there at all. A record that ISO 2709 cannot hold is left out and reported. Exit codes: 0 all
    records were written, 1 some were not.
    """
    if form == "marcxml" and encoding != "utf-8":
        raise click.UsageError("MARCXML is always UTF-8.")
    with library():
        from wenyuan.doors.cli.acting import desk_anywhere
        from wenyuan.holdings.catalogue.data import ExportFault, ExportForm
        from wenyuan.holdings.catalogue.queries import count_holdings
        from wenyuan.holdings.catalogue.queries import export_records as export
        from wenyuan.organisation.rights.data import Act

        desk = desk_anywhere(act=Act.EXPORT_RECORDS, username=username, at=datetime.now(UTC))
        faults: list[ExportFault] = []
        wanted = ExportForm.MARCXML if form == "marcxml" else ExportForm(f"iso2709-{encoding}")
        pieces = export(form=wanted, desk=desk, source=source, on_fault=faults.append)
        framed = 2 if wanted is ExportForm.MARCXML else 0
        with progress("Writing records", total=count_holdings().bibs, quiet=as_json) as bar:
            written, size = _write(out, pieces, bar)
    answer = {
        "written": written - framed,
        "failed": len(faults),
        "bytes": size,
        "errors": [{"bib": fault.bib_id, "reason": fault.reason, "detail": fault.detail} for fault in faults],
    }
    if as_json:
        print_json(answer)
    else:
        click.echo(f"{answer['written']} records written to {out}, {len(faults)} left out.")
        for fault in faults[:_SHOWN_ERRORS]:
            click.echo(f"  bib {fault.bib_id}: {fault.reason} {fault.detail}")
    return 1 if faults else 0


def _write(out: Path, pieces: Iterable[bytes], bar: Any) -> tuple[int, int]:
    """Write beside ``out`` and put it in place when it is whole; returns pieces and bytes written."""
    part = out.with_name(f".{out.name}.part")
    count = size = 0
    try:
        with part.open("wb") as file:
            for piece in pieces:
                size += file.write(piece)
                count += 1
                if count % 200 == 0:
                    bar(count)
            file.flush()
            os.fsync(file.fileno())
        part.replace(out)
    except OSError as error:
        raise Problem(f"{out} cannot be written: {error.strerror}.", command=f"ls -ld {out.parent}") from None
    finally:
        part.unlink(missing_ok=True)
    return count, size
