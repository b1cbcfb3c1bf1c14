"""``wenyuan bench``: how fast this machine does the library's work, beside the most it could do."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from wenyuan.doors.cli.environment import Installation, installation
from wenyuan.doors.cli.migrate import bring_up_to_date
from wenyuan.doors.cli.output import json_option, print_json
from wenyuan.doors.cli.parts import SIP2_PROCESSES
from wenyuan.runtime.home import Home
from wenyuan.runtime.postgres import EmbeddedPostgres
from wenyuan.runtime.problem import Problem
from wenyuan.runtime.supervisor import running_supervisor


@click.group()
def bench() -> None:
    """Measure the speed beside its limit, in an empty home of its own, with nothing else running.

    Every figure is a ratio of two measurements of the same run. WENYUAN_HOME may name an empty folder; else one is made
    and erased.
    """


_scale_option = click.option(
    "--scale",
    type=click.FloatRange(0.01, 10),
    default=1.0,
    show_default=True,
    help="Size of the town; 1 is 200,000 items, 50,000 readers, 60,000 open loans.",
)


@bench.command("circulation")
@click.option("--clients", type=click.IntRange(1, 64), default=8, show_default=True, help="SIP2 connections.")
@click.option("--seconds", type=click.FloatRange(0.5, 600), default=6.0, show_default=True, help="Length of a slice.")
@click.option(
    "--processes",
    type=click.IntRange(1, 16),
    default=SIP2_PROCESSES,
    show_default=True,
    help="SIP2 processes, as in `up`.",
)
@_scale_option
@json_option
def circulation(clients: int, seconds: float, processes: int, scale: float, as_json: bool) -> int:
    """SIP2 checkouts and check-ins over real sockets, with the worker at work, beside pgbench making the same rows.

    Five slices of each, in turn; the figures are medians. Exit code 1 when anything was lost or went wrong.
    """
    with _empty_installation(as_json) as here:
        from wenyuan.doors.cli.bench_circulation import measure_circulation

        measured = measure_circulation(
            here,
            clients=clients,
            seconds=seconds,
            processes=processes,
            scale=scale,
            at=datetime.now(UTC),
            echo=_silent if as_json else click.echo,
        )
    if as_json:
        print_json(measured)
    else:
        _tell_circulation(measured)
    return 1 if measured["errors"] else 0


@bench.command("growth")
@click.option(
    "--open-loans",
    type=click.IntRange(1, 10_000_000),
    multiple=True,
    default=(10_000, 100_000, 1_000_000),
    show_default=True,
    help="A step; name several, from few to many.",
)
@click.option("--clients", type=click.IntRange(1, 64), default=8, show_default=True, help="SIP2 connections.")
@click.option("--seconds", type=click.FloatRange(0.5, 600), default=4.0, show_default=True, help="Length of a slice.")
@_scale_option
@json_option
def growth(open_loans: tuple[int, ...], clients: int, seconds: float, scale: float, as_json: bool) -> int:
    """What a SIP2 operation costs with 10,000, 100,000 and 1,000,000 open loans; loading takes some minutes."""
    with _empty_installation(as_json) as here:
        from wenyuan.doors.cli.bench_circulation import measure_growth

        measured = measure_growth(
            here,
            open_loans=sorted(open_loans),
            clients=clients,
            seconds=seconds,
            processes=SIP2_PROCESSES,
            scale=scale,
            at=datetime.now(UTC),
            echo=_silent if as_json else click.echo,
        )
    if as_json:
        print_json(measured)
    else:
        _tell_growth(measured)
    return 1 if measured["errors"] else 0


@bench.command("import")
@click.option("--records", type=click.IntRange(1, 10_000_000), default=10_000, show_default=True)
@json_option
def import_(records: int, as_json: bool) -> int:
    """An import of ISO 2709 records with items, beside slicing and decoding the same file alone."""
    with _empty_installation(as_json) as here:
        from wenyuan.doors.cli.bench_import import measure_import

        measured = measure_import(records=records, at=datetime.now(UTC), folder=here.home.files)
    if as_json:
        print_json(measured)
    else:
        click.echo(
            f"{measured['records']} records: {measured['rate']} records/s, {measured['ratio']} of reading alone; "
            f"at most {measured['peak_rss_mb']} MB; {measured['errors']} errors."
        )
    return 1 if measured["errors"] else 0


@bench.command("search")
@click.option(
    "--records",
    type=click.IntRange(100, 10_000_000),
    multiple=True,
    default=(10_000,),
    show_default=True,
    help="Records in the catalogue; name several, from few to many, for a table of growth.",
)
@click.option(
    "--queries",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Questions, one on each line, or kind, question and what is wanted parted by tabs; else they are drawn.",
)
@click.option(
    "--catalogue",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Records (ISO 2709) to search in, instead of made ones.",
)
@click.option(
    "--judged",
    type=click.IntRange(0, 10_000),
    default=0,
    show_default=True,
    help="Judge the order of results, beside other engines, by so many questions of each kind; 200 tell engines apart.",
)
@click.option(
    "--changes",
    type=click.IntRange(2, 10_000),
    default=40,
    show_default=True,
    help="Titles that are changed to see how soon the change is found.",
)
@json_option
def search(
    records: tuple[int, ...], queries: Path | None, catalogue: Path | None, judged: int, changes: int, as_json: bool
) -> int:
    """Pages of results beside the search engine alone, the build of the index, how soon a change is found, and how good
    the order of results is."""
    with _empty_installation(as_json) as here:
        from wenyuan.doors.cli.bench_search import measure_search

        measured = measure_search(
            here,
            records=sorted(set(records)),
            catalogue=catalogue,
            questions=queries,
            changes=changes,
            judged=judged,
            at=datetime.now(UTC),
            echo=_silent if as_json else click.echo,
        )
    if as_json:
        print_json(measured)
    else:
        _tell_search(measured)
    return 0


@bench.command("figures")
@click.option(
    "--events",
    type=click.IntRange(1_000, 100_000_000),
    multiple=True,
    default=(1_000_000,),
    show_default=True,
    help="Entries in the journal; several for a table of growth. More than a million are held against a million.",
)
@json_option
def figures(events: tuple[int, ...], as_json: bool) -> int:
    """A year of figures by month, branch and kind beside a sequential scan of the journal, a day added up, the page of
    figures, and the work summary as a Word file."""
    with _empty_installation(as_json) as here:
        from wenyuan.doors.cli.bench_figures import measure_figures

        measured = measure_figures(here, events=events, at=datetime.now(UTC), echo=_silent if as_json else click.echo)
    if as_json:
        print_json(measured)
    else:
        _tell_figures(measured)
    return 0


@contextmanager
def _empty_installation(quiet: bool) -> Iterator[Installation]:
    """The home that the environment names, else one of its own that is erased at the end.

    :raises Problem: something runs on this home, or it holds a library.
    """
    if os.environ.get("WENYUAN_HOME"):
        with _refusing_what_is_there(Home.from_environment(os.environ), quiet) as here:
            yield here
        return
    with tempfile.TemporaryDirectory(prefix="wenyuan-bench-") as folder:
        Path(folder).chmod(0o755)  # a database started by root runs as another user
        home = Home(Path(folder) / "home")
        try:
            with _refusing_what_is_there(home, quiet) as here:
                yield here
        finally:
            EmbeddedPostgres(home).erase()


@contextmanager
def _refusing_what_is_there(home: Home, quiet: bool) -> Iterator[Installation]:
    if running_supervisor(home) is not None:
        raise Problem(f"Wenyuan runs on {home.path}.", command="WENYUAN_HOME=/an/empty/folder wenyuan bench …")
    with installation(home=home) as here:
        bring_up_to_date(here, quiet=quiet)
        from wenyuan.organisation.accounts.queries import list_accounts

        if list_accounts():
            raise Problem(
                f"{home.path} holds a library: a bench needs an empty home.",
                command="WENYUAN_HOME=/an/empty/folder wenyuan bench …",
            )
        yield here


def _tell_circulation(measured: dict[str, Any]) -> None:
    click.echo(
        f"{measured['rate']} SIP2 operations/s on {measured['clients']} connections, {measured['ratio']} of the limit "
        f"({measured['limit']}/s by pgbench).\n"
        f"Answers: half within {measured['p50_ms']} ms, 99 of 100 within {measured['p99_ms']} ms; "
        f"{measured['cpu_ms_per_op']} ms of CPU an operation. Errors: {measured['errors']}.\n"
        f"The worker beside them took {measured['worker_cpu_ms_per_op']} ms of CPU an operation; at the end of a slice "
        f"the oldest change waited {measured['index_waits_s']} s for the search index.\n"
        f"Of {measured['fresh_changes']} titles that were changed meanwhile 95 of 100 were found within "
        f"{measured['fresh_p95_s']} s."
    )
    if not measured["steady"]:
        click.echo(
            f"The limit itself was unsteady: its slices differ by {measured['limit_spread']:.0%} of their median."
        )
    for line in measured["wrong"]:
        click.echo(f"  {line}")


def _tell_search(measured: dict[str, Any]) -> None:
    click.echo(
        f"{'records':>11} {'questions':>9} {'page ms: half':>14} {'95 of 100':>9} {'engine: half':>12} "
        f"{'95 of 100':>9} {'ratio':>6} {'built/s':>8} "
        f"{'suggested':>9} {'meant':>7}"
    )
    for step in measured["steps"]:
        click.echo(
            f"{step['records']:>11,} {step['questions']:>9} {step['page_p50_ms']:>14} {step['page_p95_ms']:>9} "
            f"{step['engine_p50_ms']:>12} {step['engine_p95_ms']:>9} {step['ratio']:>6} {step['build_rate']:>8} "
            f"{step['suggest_p95_ms']:>9} {step['meant_p95_ms']:>7}"
        )
    click.echo(f"95 of 100 changes are found, without other work, within {measured['fresh_alone_p95_s']} s.")
    for name, why in measured["why"].items():
        click.echo(f"  {name}: {why}")
    if measured["relevance"] is not None:
        _tell_relevance(measured["relevance"])


def _tell_relevance(told: dict[str, Any]) -> None:
    engines = list(told["all"])
    click.echo(f"nDCG@10 and what 95 of 100 resamplings lie between, seed {told['seed']}")
    click.echo(f"{'questions':>24}" + "".join(f"{name:>22}" for name in engines))
    for kind, one in told["kinds"].items():
        told_of = "".join("{ndcg10:>8.3f} {low:.3f}-{high:.3f}".format(**one["engines"][name]) for name in engines)
        click.echo(f"{kind:>19} {one['questions']:>4}{told_of}")
    click.echo(f"{'all':>24}" + "".join(f"{told['all'][name]:>22.3f}" for name in engines))


def _tell_figures(measured: dict[str, Any]) -> None:
    click.echo(
        f"{'entries':>12} {'year ms':>9} {'scan ms':>9} {'ratio':>7} {'day ms':>8} {'page ms':>8} {'summary ms':>10} "
        f"{'written s':>9} {'all added up s':>14}"
    )
    for step in measured["steps"]:
        click.echo(
            f"{step['events']:>12,} {step['year_ms']:>9} {step['scan_ms']:>9} {step['ratio']:>7} {step['day_ms']:>8} "
            f"{step['page_ms']:>8} {step['summary_ms']:>10} {step['write_s']:>9} {step['roll_up_s']:>14}"
        )
        least = ", ".join(f"{name} {shortest}" for name, shortest in step["least"].items())
        click.echo(f"{'':>12} at least: {least}")
    for name, times in measured["growth"].items():
        click.echo(f"{name}: at least, the last step takes {times} times that of a million entries, or of the first.")
    wanted = ", ".join(f"{name} {most:g}" for name, most in measured["targets"].items())
    click.echo(f"Wanted, at most: {wanted}. Missed: {', '.join(measured['missed']) or 'none'}.")


def _tell_growth(measured: dict[str, Any]) -> None:
    click.echo(f"{'open loans':>12} {'operations/s':>14} {'p99 ms':>8} {'CPU ms/op':>10}")
    for step in measured["steps"]:
        cpu = "" if step["cpu_ms_per_op"] is None else step["cpu_ms_per_op"]
        click.echo(f"{step['open_loans']:>12,} {step['rate']:>14} {step['p99_ms']:>8} {cpu:>10}")
    click.echo(f"The last step costs {measured['growth']} times the first. Errors: {measured['errors']}.")
    for line in measured["wrong"]:
        click.echo(f"  {line}")


def _silent(_line: str) -> None:
    """Say nothing."""
