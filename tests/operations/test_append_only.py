"""What must never change, cannot be changed: by no role, in no way."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from tests.conftest import clone_of, django_at, owner_url_of
from wenyuan.organisation.journal.models import Entry
from wenyuan.plumbing.roles import append_only_tables


def add_entry() -> Entry:
    return Entry.objects.create(
        occurred_at=datetime(2026, 4, 23, 1, tzinfo=UTC),
        local_date=date(2026, 4, 23),
        local_hour=9,
        kind="visit",
        door="workbench",
    )


@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.parametrize("table", sorted(append_only_tables()))
def test_the_application_may_not_change_an_append_only_table(db: None, table: str, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        connection.cursor().execute(statement.format(table))


@pytest.fixture(scope="module")
def kept_url(
    server_url: str, template_database: str, worker_id: str, django_db_setup: None, django_db_blocker: Any
) -> Iterator[str]:
    """The superuser's URL of one database for all statements, with one entry: whatever is refused leaves no trace."""
    name = f"{template_database}_{worker_id}_kept"
    with clone_of(server_url, template_database, name) as url:
        with django_at(url, django_db_blocker):
            add_entry()
        yield owner_url_of(server_url, url)


@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
@pytest.mark.parametrize("table", sorted(append_only_tables()))
def test_even_the_owner_is_refused_by_the_trigger(kept_url: str, table: str, statement: str) -> None:
    with psycopg.connect(kept_url) as owner:
        with pytest.raises(psycopg.errors.RestrictViolation, match="append-only"):
            owner.execute(statement.format(table))
        owner.rollback()

        assert owner.execute("SELECT count(*) FROM journal_entry").fetchone() == (1,)
