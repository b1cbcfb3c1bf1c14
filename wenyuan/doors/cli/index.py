"""``wenyuan index``: compare the search index with the tables, and have it built anew."""

import time

import click

from wenyuan.doors.cli.environment import installation
from wenyuan.doors.cli.output import Bar, json_option, print_json, progress

LONGEST_WAIT_S = 3_600
"""How long the command waits for a worker that builds: a million records take some minutes."""
_LOOK_EVERY_S = 0.5


@click.group()
def index() -> None:
    """The search index: derived from the database, kept up by the worker."""


@index.command()
@json_option
def check(as_json: bool) -> int:
    """Say whether the index has what the database has: every record, and where its items are.

    Exit codes: 0 it agrees (but for records whose change waits for the worker), 1 it does not, or there is none.
    """
    with installation():
        from wenyuan.holdings.catalogue.data import NotIndexed
        from wenyuan.holdings.catalogue.queries import index_state

        try:
            state = index_state()
        except NotIndexed:
            said = "There is no search index: a running worker builds it by itself."
            print_json({"indexed": None, "sound": False}) if as_json else click.echo(
                f"✗ {said}\n    wenyuan index rebuild"
            )
            return 1
    if as_json:
        print_json(
            {
                "bibs": state.bibs,
                "indexed": state.indexed,
                "waiting": state.waiting,
                "missing": state.missing,
                "surplus": state.surplus,
                "differing": state.differing,
                "sound": state.is_sound,
            }
        )
        return 0 if state.is_sound else 1
    click.echo(f"{state.indexed:,} of {state.bibs:,} records are indexed; {state.waiting:,} changes wait.")
    for says, ids in (
        ("not in the index", state.missing),
        ("no longer in the database", state.surplus),
        ("of whose items the index says something else", state.differing),
    ):
        if ids:
            click.echo(f"✗ Records {says}: {', '.join(map(str, ids))}")
    if not state.is_sound:
        click.echo("    wenyuan index rebuild")
    return 0 if state.is_sound else 1


@index.command()
@json_option
def rebuild(as_json: bool) -> int:
    """Build the index anew from the database, beside the one in use, and then put it in its place.

    A running worker does it; without one this command does. Searching goes on meanwhile.
    """
    with installation(real=False), progress("Building the index", quiet=as_json) as bar:
        from wenyuan.holdings.catalogue.queries import count_holdings

        total = count_holdings().bibs
        began = time.monotonic()
        _build(total, bar)
        seconds = time.monotonic() - began
    if as_json:
        print_json({"bibs": total, "seconds": round(seconds, 1)})
    else:
        click.echo(f"{total:,} records indexed in {seconds:.1f} s.")
    return 0


def _build(total: int, bar: Bar) -> None:
    from wenyuan.holdings.catalogue.operations import Indexer, ask_anew
    from wenyuan.holdings.catalogue.queries import is_asked_anew

    ask_anew()
    until = time.monotonic() + LONGEST_WAIT_S
    with Indexer() as indexer:
        while is_asked_anew():
            if indexer.turn() == 0:  # a worker writes the index: it builds
                time.sleep(_LOOK_EVERY_S)
            if indexer.build is not None:
                bar(indexer.build.done, total=total)
            if time.monotonic() > until:
                raise click.ClickException("The worker has not built the index yet.")
