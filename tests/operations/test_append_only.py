"""What must never change, cannot be changed: by no role, in no way."""

from datetime import UTC, date, datetime

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from tests.conftest import owner_url_of
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


@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
@pytest.mark.parametrize("table", sorted(append_only_tables()))
def test_even_the_owner_is_refused_by_the_trigger(
    fresh_database: str, server_url: str, table: str, statement: str
) -> None:
    add_entry()

    with (
        psycopg.connect(owner_url_of(server_url, fresh_database)) as owner,
        pytest.raises(psycopg.errors.RestrictViolation, match="append-only"),
    ):
        owner.execute(statement.format(table))

    assert Entry.objects.count() == 1
