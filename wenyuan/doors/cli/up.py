"""``wenyuan up``: everything under one supervisor, on one home."""

import logging
import os
import sys
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import click

from wenyuan.doors.cli.environment import Installation, chosen_home, demo_file, demo_marker, installation
from wenyuan.doors.cli.migrate import bring_up_to_date
from wenyuan.doors.cli.output import json_option, print_json
from wenyuan.doors.cli.parts import parts, tls_files
from wenyuan.doors.cli.setup_code import setup_code
from wenyuan.doors.cli.statics import collect_static
from wenyuan.runtime.address import http_address, sip2_address
from wenyuan.runtime.doctor import Patient, Severity, check_doors
from wenyuan.runtime.home import Home, write_private_file
from wenyuan.runtime.listening import listening
from wenyuan.runtime.locks import LockTaken, held
from wenyuan.runtime.logs import configure_logging
from wenyuan.runtime.problem import Problem
from wenyuan.runtime.supervisor import AlreadyRunning, Supervisor, running_supervisor, wait_for_leftovers

SETUP_PATH = "/workbench/setup"


@click.command()
@click.option("--demo", is_flag=True, help="Build the demo network first, if the home is empty.")
@json_option
def up(demo: bool, as_json: bool) -> int:
    """Start database, web, SIP2 and worker, and keep them running until Ctrl-C or SIGTERM.

    Where they listen: WENYUAN_HTTP (127.0.0.1:8000) and WENYUAN_SIP2 (127.0.0.1:6001). With --json one object is
    printed when all parts answer. Exit codes: 0 stopped in order, 1 could not start, 3 already running on this home.
    """
    home = chosen_home(os.environ, demo=demo, real=not demo)
    home.prepare()
    _refuse_to_run_twice(home)
    wait_for_leftovers(home)
    _refuse_taken_ports(home)
    tls_files(os.environ)
    try:
        with held(home.run / "starting.lock", wait_s=0):
            return _run(home, demo=demo, as_json=as_json)
    except LockTaken as taken:
        raise AlreadyRunning(home, taken.holder or 0) from None


def _run(home: Home, *, demo: bool, as_json: bool) -> int:
    if demo:
        _finish_or_forget(home)
    with installation(home=home) as here:
        if not as_json:
            click.echo(f"Data folder: {home.path}")
        bring_up_to_date(here, quiet=as_json)
        if demo:
            _build_demo(here, quiet=as_json)
        collect_static(home)
        shown = _what_to_show(here)
        from django.db import connections

        connections.close_all()
        configure_logging(file=home.logs / "supervisor.log")
        logging.getLogger().handlers[0].setLevel(logging.WARNING)
        with listening(sip2_address(here.environment()), setting="WENYUAN_SIP2") as machines:
            supervisor = Supervisor(
                parts(here, machines_at=machines.descriptors),
                home=home,
                on_ready=lambda: _announce(shown, as_json=as_json),
                on_stopping=machines.close,
            )
            return int(supervisor.run())


def _refuse_to_run_twice(home: Home) -> None:
    pid = running_supervisor(home)
    if pid is not None:
        raise AlreadyRunning(home, pid)


def _refuse_taken_ports(home: Home) -> None:
    for finding in check_doors(Patient(home=home, environ=os.environ)):
        if finding.severity is Severity.ERROR:
            raise Problem(finding.sentence_en, command=finding.command)


def _finish_or_forget(home: Home) -> None:
    """A demo whose building was cut off is begun anew: its half-made data are erased."""
    from wenyuan.runtime.database import is_embedded
    from wenyuan.runtime.postgres import EmbeddedPostgres

    marker = demo_marker(home)
    if not marker.exists() or marker.read_text("ascii").strip() == "complete":
        return
    if not is_embedded(os.environ):
        raise Problem(
            "The building of the demo was cut off, and its database is not ours to erase: empty it, then start again.",
            command=f"rm {marker}",
        )
    EmbeddedPostgres(home).erase()
    marker.unlink()


def _build_demo(here: Installation, *, quiet: bool) -> None:
    """:raises Problem: the home holds a real library."""
    from wenyuan.organisation.accounts.queries import list_accounts
    from wenyuan.plumbing.clock import local_date

    marker = demo_marker(here.home)
    if marker.exists():
        return
    if list_accounts():
        raise Problem(
            f"{here.home.path} holds a real library: demo accounts must never come into it.", command="wenyuan up"
        )
    write_private_file(marker, "building\n")
    os.environ["WENYUAN_DEMO"] = "1"
    at = datetime.now(UTC)
    until: date = local_date(at) - timedelta(days=1)
    _demo_door().build(at=at, until=until, scale=1.0, echo=_nothing if quiet else click.echo)
    write_private_file(marker, "complete\n")


def _demo_door() -> Any:
    """The module that builds and shows the demo; it is loaded for a demo alone."""
    name = "wenyuan.doors.cli.demo"
    if find_spec(name) is None:
        raise Problem("This installation has no demo network.", command="wenyuan up")
    return import_module(name)


def _nothing(_line: str) -> None:
    """Say nothing."""


def _what_to_show(here: Installation) -> dict[str, Any]:
    """What is printed when all parts answer."""
    environ = here.environment()
    http = http_address(environ).url(tls=tls_files(environ) is not None)
    shown: dict[str, Any] = {
        "home": str(here.home.path),
        "http": f"{http}/",
        "sip2": str(sip2_address(environ)),
        "pid": os.getpid(),
    }
    if here.is_demo and demo_file(here.home).exists():
        shown["demo"] = _demo_door().show()
    elif code := setup_code(here.home):
        shown["setup"] = {"url": f"{http}{SETUP_PATH}", "code": code}
    return shown


def _announce(shown: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(shown)
    else:
        click.echo(f"\nWenyuan runs.\n  Web   {shown['http']}\n  SIP2  {shown['sip2']}")
        if "setup" in shown:
            click.echo(
                "This library is not founded yet. Open the page and enter the code, or use `wenyuan init`:\n"
                f"  {shown['setup']['url']}\n  Code  {shown['setup']['code']}"
            )
        for line in _demo_lines(shown.get("demo", {})):
            click.echo(line)
        click.echo(f"Logs: {shown['home']}/logs   Stop: Ctrl-C")
    sys.stdout.flush()


def _demo_lines(demo: dict[str, Any]) -> list[str]:
    if not demo:
        return []
    lines = ["Demo accounts (they exist in this demo only):"]
    for person in demo.get("staff", ()):
        lines.append(f"  {person['role']:16} {person['user']:16} {person['password']:20} {person['branch']}")
    lines.append("Self-service machines (SIP2):")
    for machine in demo.get("sip2_accounts", ()):
        lines.append(f"  {machine['branch']:16} {machine['user']:16} {machine['password']:20} {machine['charset']}")
    lines.append("Readers:")
    for patron in demo.get("patrons", ())[:3]:
        lines.append(f"  {patron['card']:16} PIN {patron['pin']:12} {patron['name']} {patron['category']}")
    return lines
