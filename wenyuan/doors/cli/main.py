"""The ``wenyuan`` command: finds the command asked for, and says what went wrong in one line.

Commands are imported only when they are called, so that ``wenyuan --help`` answers without Django.

Exit codes: 0 done; 1 something is wrong, or was done in part; 2 the command was called wrongly; 3 Wenyuan already runs
on this home; 130 interrupted (143 by SIGTERM).
"""

import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from types import FrameType
from typing import NoReturn

import click

from wenyuan.runtime.home import Home
from wenyuan.runtime.problem import Problem, problem_of

INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Place:
    """Where a command is defined, and its line in the list of commands."""

    module: str
    name: str
    says: str


_CLI = "wenyuan.doors.cli"

COMMANDS: Mapping[str, Place] = {
    "up": Place(f"{_CLI}.up", "up", "Start everything: database, web, SIP2 and worker."),
    "init": Place(f"{_CLI}.founding", "init", "Found a real library: name, branches, first administrators."),
    "demo": Place(f"{_CLI}.demo", "demo", "Build and show the demo network."),
    "import": Place(f"{_CLI}.records", "import_records", "Read bib records and items from MARC files."),
    "export": Place(f"{_CLI}.records", "export_records", "Write bib records to a MARC file."),
    "authorities": Place(f"{_CLI}.authorities", "import_authorities", "Read authorities from MARC authority files."),
    "summary": Place(f"{_CLI}.summary", "summary", "Show the figures of a period."),
    "recount": Place(f"{_CLI}.recount", "recount", "Have past days of figures added up anew."),
    "migrate": Place(f"{_CLI}.migrate", "migrate", "Bring the database's tables up to this version."),
    "take-over": Place(f"{_CLI}.take_over", "take_over", "Take over the data of an old system by a mapping file."),
    "worker": Place(f"{_CLI}.worker", "worker", "Do background work (a part of `up`)."),
    "index": Place(f"{_CLI}.index", "index", "Compare the search index with the database, or build it anew."),
    "backup": Place(f"{_CLI}.backup", "backup", "Write everything but the keys into one archive."),
    "restore": Place(f"{_CLI}.restore", "restore", "Bring back what a backup holds."),
    "keys": Place(f"{_CLI}.keys", "keys", "Export, import, add and rotate keys."),
    "upgrade-database": Place(f"{_CLI}.upgrade", "upgrade_database", "Move to another major version of PostgreSQL."),
    "doctor": Place(f"{_CLI}.doctor", "doctor", "Say what is wrong here and which command mends it."),
    "bench": Place(f"{_CLI}.bench", "bench", "Measure the speed beside its limit."),
}


class Commands(click.Group):
    """The list above as a click group."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        if find_spec(place.module) is None:
            raise Problem(f"This installation has no command {cmd_name!r}.", command="make setup")
        command = getattr(import_module(place.module), place.name)
        assert isinstance(command, click.Command), f"{place.module}.{place.name} is a command"
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, place.says) for name, place in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name=None, version="0.1.0", prog_name="wenyuan", message="%(prog)s %(version)s")
def wenyuan() -> None:
    """Wenyuan: the one system of a public library.

    Settings come from the environment (docs/running.md); WENYUAN_HOME names the data folder. Every command takes
    --help. Exit codes: 0 done, 1 something is wrong or was done in part, 2 called wrongly, 3 already running,
    130 interrupted.
    """


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and end the process with its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    signal.signal(signal.SIGTERM, _leave)
    sys.exit(_run(given))


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    """SIGTERM ends a command as Ctrl-C does, so that it puts away what it has begun; `up` and `worker` have their own
    way."""
    sys.exit(128 + number)


def _run(arguments: list[str]) -> int:
    try:
        code = wenyuan.main(args=arguments, prog_name="wenyuan", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted.", err=True)
        return INTERRUPTED
    except Problem as problem:
        return _tell(problem, as_json="--json" in arguments)
    except BrokenPipeError:
        # Whoever read our output has seen enough (`wenyuan … | head`); nothing more can be said there.
        sys.stdout = None
        return 1
    except OSError as error:
        place = Home.from_environment(os.environ).path
        if (found := problem_of(error, place=place)) is None:
            raise
        return _tell(found, as_json="--json" in arguments)
    return code if isinstance(code, int) else 0


def _tell(problem: Problem, *, as_json: bool) -> int:
    from wenyuan.runtime.supervisor import AlreadyRunning, ExitCode

    if as_json:
        click.echo(json.dumps({"error": str(problem), "command": problem.command}, ensure_ascii=False))
    else:
        click.echo(f"{problem}\n" + (f"  {problem.command}" if problem.command else ""), err=True, nl=False)
        click.echo("", err=True, nl=bool(problem.command))
    return int(ExitCode.ALREADY_RUNNING) if isinstance(problem, AlreadyRunning) else 1
