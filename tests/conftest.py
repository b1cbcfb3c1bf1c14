"""One PostgreSQL for the whole run: a migrated template, a clone per worker, and a clone per test that commits.

Tests connect as the application's role, so a missing right shows here first. ``WENYUAN_TEST_SERVER`` names a running
server by its superuser URL; without it the embedded one is started in a temporary home.
"""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.management import call_command
from django.db import connections
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from wenyuan.plumbing.roles import grant_application_rights

APP_ROLE = "wenyuan_test_app"
APP_PASSWORD = "app"

hypothesis_settings.register_profile(
    "ci", derandomize=True, max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("ci")

# Made to be slow: a tenth of a second and 100 MB for each password. The same hash at the least cost is as right.
Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism = 1, 8, 1


LONG_ONES_FIRST = (
    "tests/scenarios/test_kills.py",
    "tests/browser/test_every_page.py",
    "tests/doors/test_cli_up.py",
    "tests/doors/test_cli_library.py",
    "tests/doors/test_demo.py",
    "tests/doors/test_bench.py",
    "tests/scenarios/test_a_fresh_machine_runs_the_library.py",
    "tests/scenarios/test_closure_over_many_loans.py",
    "tests/browser/test_portal_in_browser.py",
)
"""What takes half a minute and more, the longest first: at the end one worker would wait for the other's."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long modules first, the others in their order."""
    rank = {path: number for number, path in enumerate(LONG_ONES_FIRST)}
    items.sort(key=lambda item: rank.get(item.nodeid.partition("::")[0], len(rank)))


def pytest_collection_finish() -> None:
    """What stands now stands to the end: not walked again by each collection of garbage, and fewer of these."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)
    gc.enable()


@contextmanager
def _server(tmp_path_factory: pytest.TempPathFactory, run_id: str) -> Iterator[str]:
    """The superuser URL of the run's server, started once by whichever worker comes first."""
    if given := os.environ.get("WENYUAN_TEST_SERVER"):
        yield given
        return
    from tests.server import shared_server

    with shared_server(run_id) as url:
        yield url


def _template(server: str, run_id: str) -> str:
    """Name of the migrated template database, made by the first worker that holds the advisory lock."""
    name = f"wenyuan_template_{run_id}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute("SELECT pg_advisory_lock(7001)")
        if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP_ROLE]).fetchone():
            admin.execute(
                sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(APP_ROLE), sql.Literal(APP_PASSWORD))
            )
        if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return name
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name + "_making")))
        url = make_conninfo(server, dbname=name + "_making")
        point_django_at(url)
        call_command("migrate", verbosity=0)
        connections["default"].close()
        with psycopg.connect(url, autocommit=True) as owner:
            grant_application_rights(owner, APP_ROLE)
        admin.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(name + "_making"), sql.Identifier(name))
        )
    return name


def clone(server: str, template: str, name: str) -> str:
    """A database of its own from the template, in place of one of that name; returns the application's URL."""
    _drop(server, name)
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY wal_log").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
    return application_url(server, name)


def application_url(server: str, name: str) -> str:
    """The application's URL of one of the run's databases."""
    return make_conninfo(server, dbname=name, user=APP_ROLE, password=APP_PASSWORD)


def _drop(server: str, name: str) -> None:
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def point_django_at(conninfo: str) -> None:
    """Let Django use another database from now on."""
    from wenyuan.config.database import django_database

    connection = connections["default"]
    connection.close()
    connection.settings_dict.update(django_database(conninfo))
    settings.DATABASES["default"].update(connection.settings_dict)


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory, worker_id: str, testrun_uid: str) -> Iterator[str]:
    """Superuser URL of the server that all workers of this run share."""
    with _server(tmp_path_factory, testrun_uid[:8]) as url:
        yield url


@pytest.fixture(scope="session")
def template_database(server_url: str, testrun_uid: str, django_db_blocker: Any) -> str:
    """Name of the migrated template."""
    with django_db_blocker.unblock():
        return _template(server_url, testrun_uid[:8])


@pytest.fixture(scope="session")
def django_db_setup(server_url: str, template_database: str, worker_id: str, django_db_blocker: Any) -> Iterator[None]:
    """This worker's clone becomes Django's database; each test that uses ``db`` rolls back."""
    name = f"{template_database}_{worker_id}"
    url = clone(server_url, template_database, name)
    with django_db_blocker.unblock():
        point_django_at(url)
        yield
        connections.close_all()
    _drop(server_url, name)


@contextmanager
def clone_of(server: str, template: str, name: str) -> Iterator[str]:
    """A database of its own, dropped at the end; yields the application's URL."""
    yield clone(server, template, name)
    _drop(server, name)


@contextmanager
def django_at(url: str, blocker: Any) -> Iterator[None]:
    """Django on another database of the same server in here; ``blocker`` is pytest-django's."""
    before = connections["default"].settings_dict["NAME"]
    with blocker.unblock():
        point_django_at(url)
        yield
        connections.close_all()
        point_django_at(make_conninfo(url, dbname=before))


@pytest.fixture
def fresh_database(
    server_url: str, template_database: str, worker_id: str, django_db_setup: None, django_db_blocker: Any
) -> Iterator[str]:
    """A database of this test alone, for tests that commit, race or start a process; yields the application's URL."""
    name = f"{template_database}_{worker_id}_fresh"
    with clone_of(server_url, template_database, name) as url, django_at(url, django_db_blocker):
        yield url


def owner_url_of(server: str, application_url: str) -> str:
    """The superuser's URL of the same database, for tests that look past the application's rights."""
    return make_conninfo(server, dbname=conninfo_to_dict(application_url)["dbname"])


@pytest.fixture(scope="session")
def project_root() -> Path:
    """The checkout."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """One folder for all workers of this run, for what is made once a run; whoever makes it there locks it."""
    folder = tmp_path_factory.getbasetemp()
    return folder if worker_id == "master" else folder.parent


@pytest.fixture(autouse=True)
def _verbs_nest_only_in_a_rollback(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that rolls back is itself one transaction, so verbs may nest in it; everywhere else they may not."""
    settings.WENYUAN_VERBS_NEST = "db" in request.fixturenames
    yield
    settings.WENYUAN_VERBS_NEST = False
