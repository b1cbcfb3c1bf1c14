"""``wenyuan summary``: the figures of a period, each with the address of the rows behind it."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from wenyuan.doors.cli.environment import Installation, library
from wenyuan.doors.cli.output import json_option, print_json
from wenyuan.runtime.address import http_address
from wenyuan.runtime.problem import Problem

_ROWS_PATH = "/workbench/figures/rows"
_STOCKS_PATH = "/workbench/figures/stocks"


@click.command()
@click.argument("period")
@click.option("--branch", default="all", show_default=True, metavar="CODE|all", help="With what stands below it.")
@click.option("--language", type=click.Choice(["zh-hans", "en"]), default="zh-hans", show_default=True)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    metavar="FILE.docx",
    help="Write the work summary (工作总结) into this Word file.",
)
@click.option(
    "--figures-to",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="How far the figures of the work summary go; default the end of PERIOD, or today.",
)
@json_option
def summary(
    period: str, branch: str, language: str, out: Path | None, figures_to: datetime | None, as_json: bool
) -> None:
    """Show the figures of PERIOD: 2026, 2026-H1, 2026-Q2, 2026-04, 2026-W17, 2026-04-23, or A..B from any to any.

    Each figure names the page that lists the entries it was counted from. With --out the work summary is written, in
    Chinese, with the figures beside those of the year before.
    """
    if figures_to and not out:
        raise click.UsageError("--figures-to is for the work summary: name its file by --out.")
    with library() as here:
        found = _summary(here, period, branch, language)
        if out:
            out.write_bytes(_document(period, branch, figures_to.date() if figures_to else None))
            found["out"] = str(out)
    if as_json:
        print_json(found)
        return
    table = Table(title=f"{found['period']}  {found['branch']}  {found['as_of']}")
    table.add_column("")
    table.add_column("", justify="right")
    table.add_column("")
    for figure in found["figures"]:
        table.add_row(figure["name"], f"{figure['value']:,}", figure["unit"])
    for stock in found["stocks"]:
        table.add_row(stock["name"], "—" if stock["value"] is None else f"{stock['value']:,}", stock["unit"])
    Console().print(table)
    if all(figure["snapshot"] for figure in found["figures"]):
        click.echo(closed_words(found["figures"]))


def closed_words(figures: list[dict[str, Any]]) -> str:
    """Of figures whose months are all closed: how many were adjusted since, and how many differ from the snapshot."""
    adjusted = sum(bool(one["snapshot"]["adjusted"]) for one in figures)
    differ = sum(one["value"] != one["snapshot"]["frozen"] + one["snapshot"]["adjusted"] for one in figures)
    return f"Every month of it is closed: {adjusted} figures were adjusted since, {differ} differ from the snapshot."


def _document(text: str, branch: str, figures_to: date | None) -> bytes:
    from wenyuan.doors.furniture.summary_file import summary_docx
    from wenyuan.office.figures.data import BadPeriod
    from wenyuan.office.figures.queries import EVERYTHING, parse_period
    from wenyuan.office.workplans.queries import planned_summary

    place = None if branch == EVERYTHING else branch
    try:
        planned = planned_summary(period=parse_period(text), branch=place, at=datetime.now(UTC), figures_to=figures_to)
    except BadPeriod:
        raise click.BadParameter(f"{text!r} has not begun by then.", param_hint="PERIOD") from None
    return summary_docx(planned.summary)


def _summary(here: Installation, text: str, branch: str, language: str) -> dict[str, Any]:
    from django.utils import translation

    from wenyuan.doors.furniture.figure_words import name_of, stock_name_of, unit_of
    from wenyuan.office.figures.data import BadPeriod, UnknownBranch
    from wenyuan.office.figures.queries import parse_period, stocks_json, summary_json
    from wenyuan.plumbing.clock import local_date

    tls = bool(here.given.get("WENYUAN_TLS_CERT"))
    address, at = http_address(here.given).url(tls=tls), datetime.now(UTC)
    try:
        period = parse_period(text)
        with translation.override(language):
            found = summary_json(
                period=period, branch=branch, at=at, base_url=address + _ROWS_PATH, name_of=name_of, unit_of=unit_of
            )
            has_begun = period.first_date <= local_date(at)
            found["stocks"] = (
                stocks_json(
                    period=period,
                    branch=branch,
                    at=at,
                    base_url=address + _STOCKS_PATH,
                    name_of=stock_name_of,
                    unit_of=unit_of,
                )
                if has_begun
                else []
            )
            return found
    except BadPeriod as bad:
        reason = bad.reason.value.replace("_", " ")
        raise click.BadParameter(f"{text!r} is no period: {reason}.", param_hint="PERIOD") from None
    except UnknownBranch as unknown:
        raise Problem(f"No branch has the code {unknown.code!r}.") from None
