"""Makes a command ready to work: home, keys, database, settings, Django, in this order.

The embedded database is shared: whoever needs it holds ``run/database.users`` together with the others, and the last
one to leave stops it. ``up`` holds it as long as it lives, so that no command stops the database under it.
"""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

import wenyuan
from wenyuan.runtime.database import database_urls, is_embedded, read_facts
from wenyuan.runtime.home import Home
from wenyuan.runtime.keys import Keys, load_keys
from wenyuan.runtime.locks import held
from wenyuan.runtime.logs import configure_logging
from wenyuan.runtime.postgres import DatabaseUrls, EmbeddedPostgres
from wenyuan.runtime.problem import Problem
from wenyuan.runtime.supervisor import wait_for_leftovers

SETTINGS_MODULE = "wenyuan.config.settings"
DEFAULT_ZONE = "Asia/Shanghai"
_KEYS_WAIT_S = 30
CHECKOUT = Path(wenyuan.__file__).resolve().parent.parent
"""The folder that holds the package: the checkout, or site-packages."""


@dataclass(frozen=True, slots=True)
class Installation:
    """One library's data and settings, with its database running. ``given`` is the environment before ours."""

    home: Home
    given: Mapping[str, str] = field(repr=False)
    keys: Keys = field(repr=False)
    urls: DatabaseUrls = field(repr=False)

    @property
    def is_embedded(self) -> bool:
        """Whether the database is our own."""
        return is_embedded(self.given)

    @property
    def static_folder(self) -> Path:
        """Where the pages' files are collected for the web."""
        return self.home.path / "static"

    def environment(self) -> dict[str, str]:
        """The whole environment of a process that works for this library as the application, never as the owner."""
        kept = {name: value for name, value in self.given.items() if name != "DATABASE_OWNER_URL"}
        if kept.pop("PYTHONDONTWRITEBYTECODE", ""):
            kept["PYTHONPYCACHEPREFIX"] = str(self.home.run / "bytecode")  # quick restarts, and a clean checkout
        return {
            **kept,
            **self.keys.environment(),
            "WENYUAN_HOME": str(self.home.path),
            "WENYUAN_DEMO": "1" if self.is_demo else "",
            "DATABASE_URL": self.urls.app_url,
            "DJANGO_SETTINGS_MODULE": SETTINGS_MODULE,
            "PYTHONUNBUFFERED": "1",
        }

    @property
    def is_demo(self) -> bool:
        """Whether this home holds the demo network and no real library."""
        return demo_marker(self.home).exists()


def chosen_home(environ: Mapping[str, str], *, demo: bool = False, real: bool = False) -> Home:
    """The data folder. Where the environment names none, the demo of a checkout lives in ``.home`` there, and commands
    speak of it, and say so, as long as there is nothing in the usual place.

    :param demo: for a demo.
    :param real: for a command that begins a library or saves one, and must not take the demo for it.
    """
    home = Home.from_environment(environ)
    if real or environ.get("WENYUAN_HOME") or not (CHECKOUT / "Makefile").exists():
        return home
    of_checkout = Home(CHECKOUT / ".home")
    if demo:
        return of_checkout
    is_untouched = is_embedded(environ) and not home.has_data() and not (home.keys / "pii").exists()
    if is_untouched and _is_complete_demo(of_checkout):
        said = f"There is no library in {home.path}: this is about the demo in {of_checkout.path}."
        click.echo(said, err=True)
        return of_checkout
    return home


def _is_complete_demo(home: Home) -> bool:
    try:
        return demo_marker(home).read_text("ascii").strip() == "complete"
    except OSError:
        return False  # none, or somebody else's


def demo_marker(home: Home) -> Path:
    """The file that says a home is a demo: ``building`` until the demo is complete, then ``complete``."""
    return home.path / "demo"


def demo_file(home: Home) -> Path:
    """The file that says how to get into a complete demo: accounts with passwords, machines, readers."""
    return home.path / "demo.json"


@contextmanager
def installation(*, home: Home | None = None, real: bool = False) -> Iterator[Installation]:
    """Everything a command needs, with Django set up as the application; connections are closed at the end.

    :param home: the data folder; else ``chosen_home`` says which.
    :param real: as ``chosen_home``.
    :raises Problem: what stands in the way, with the command that mends it.
    """
    given = dict(os.environ)
    home = home or chosen_home(given, real=real)
    _refuse_unknown_zone(given)
    home.prepare()
    with held(home.run / "keys.lock", wait_s=_KEYS_WAIT_S):  # two first starts at once must not make two keys
        keys = load_keys(home=home, environ=given, data_elsewhere=_has_data_elsewhere(given))
    with running_database(home, given) as urls:
        here = Installation(home=home, given=given, keys=keys, urls=urls)
        os.environ.update(here.environment())
        os.environ["DATABASE_OWNER_URL"] = urls.owner_url
        _set_up_django()
        from django.db import connections

        try:
            yield here
        finally:
            connections.close_all()


@contextmanager
def library(*, real: bool = False) -> Iterator[Installation]:
    """``installation`` for a command that works on what is there: where there are no data, it makes none.

    :param real: as ``chosen_home``.

    :raises Problem: there is no library yet, or its tables are those of an older version.
    """
    from wenyuan.doors.cli.migrate import pending_migrations

    given = dict(os.environ)
    home = chosen_home(given, real=real)
    if is_embedded(given) and not home.has_data():
        raise Problem(f"{home.path} holds no library yet.", command="wenyuan init, or wenyuan up --demo")
    with installation(home=home) as here:
        if pending := pending_migrations():
            raise Problem(f"The database lacks {len(pending)} migrations.", command="wenyuan migrate")
        yield here


@contextmanager
def running_database(home: Home, environ: Mapping[str, str]) -> Iterator[DatabaseUrls]:
    """Where the database answers, for the time of the ``with`` block; the embedded one is started, and stopped by the
    last who needs it."""
    if not is_embedded(environ):
        yield database_urls(environ=environ, home=home)
        return
    home.prepare()
    wait_for_leftovers(home)
    descriptor = os.open(home.run / "database.users", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        try:
            yield database_urls(environ=environ, home=home)
        finally:
            if _is_last(descriptor):
                EmbeddedPostgres(home, environ=environ).stop()
    finally:
        os.close(descriptor)


def _is_last(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _has_data_elsewhere(environ: Mapping[str, str]) -> bool:
    url = environ.get("DATABASE_URL")
    return bool(url) and read_facts(database_urls(environ=environ, home=Home(Path("/"))).app_url).has_tables


def _refuse_unknown_zone(environ: Mapping[str, str]) -> None:
    name = environ.get("WENYUAN_TZ") or DEFAULT_ZONE
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        said = f"WENYUAN_TZ={name!r} is no time zone that this machine knows."
        raise Problem(said, command=f"export WENYUAN_TZ={DEFAULT_ZONE}") from None


def _set_up_django() -> None:
    import logging

    from wenyuan.plumbing.starting import set_up_django

    configure_logging(level=logging.WARNING)
    set_up_django()
