"""How commands speak: JSON for machines on standard output, progress for the eye on standard error."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Protocol

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for machines.")


def print_json(value: object) -> None:
    """One JSON value on a line of its own; dates in ISO form."""
    click.echo(json.dumps(value, ensure_ascii=False, default=_plain))


def _plain(value: object) -> object:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value).__name__}")


class Bar(Protocol):
    """A progress bar being drawn."""

    def __call__(self, done: float, *, total: float | None = None, says: str | None = None) -> None:
        """So much of ``total`` is done; ``says`` replaces the words beside the bar."""


@contextmanager
def progress(says: str, *, total: float | None = None, quiet: bool = False) -> Iterator[Bar]:
    """A bar on the terminal while the ``with`` block works; nothing where there is no terminal, or when ``quiet``."""
    if quiet or not sys.stderr.isatty():
        yield _no_bar
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(says, total=total)

        def move(done: float, *, total: float | None = None, says: str | None = None) -> None:
            shown.update(task, completed=done, total=total, description=says)

        yield move


def _no_bar(done: float, *, total: float | None = None, says: str | None = None) -> None:
    """Draws nothing."""
