"""Two database roles: the owner migrates, the application works and may never change what is append-only."""

from collections.abc import Iterator
from typing import Any

import psycopg
from django.apps import apps
from psycopg import sql


def append_only_tables() -> Iterator[str]:
    """Tables of the models marked ``append_only = True``."""
    for model in apps.get_models():
        if getattr(model, "append_only", False):
            yield model._meta.db_table


def grant_application_rights(owner: psycopg.Connection[Any], role: str) -> None:
    """Give ``role`` its rights on every table and sequence; idempotent, run as the owner after each migration.

    Nothing happens where owner and application are one role: triggers still guard the append-only tables, and
    ``doctor`` tells the library.
    """
    current = owner.execute("SELECT current_user").fetchone()
    if current is None or current[0] == role:
        return
    with owner.transaction():
        name = sql.Identifier(role)
        owner.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(name))
        owner.execute(sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}").format(name))
        owner.execute(sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}").format(name))
        owner.execute(sql.SQL("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {}").format(name))
        for table in append_only_tables():
            owner.execute(sql.SQL("REVOKE UPDATE, DELETE, TRUNCATE ON {} FROM {}").format(sql.Identifier(table), name))


class AppendOnly:
    """Migration statements that make a table refuse UPDATE, DELETE and TRUNCATE for every role."""

    FUNCTION = """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
        END $$
    """
    DROP_FUNCTION = "DROP FUNCTION refuse_change()"

    @staticmethod
    def guard(table: str) -> str:
        return (
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )

    @staticmethod
    def release(table: str) -> str:
        return f"DROP TRIGGER append_only ON {table}"


def edition_triggers(edition_table: str, watched: list[str]) -> tuple[list[str], list[str]]:
    """Statements (do, undo) after which any change of a watched table gives the edition a new token."""
    function = f"new_{edition_table}"
    do = [
        f"INSERT INTO {edition_table} (id, token) VALUES (1, gen_random_uuid())",
        f"""
        CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = public, pg_temp AS $$
        BEGIN
            UPDATE {edition_table} SET token = gen_random_uuid() WHERE id = 1;
            RETURN NULL;
        END $$
        """,
    ]
    undo = []
    for table in watched:
        do.append(
            f"CREATE TRIGGER edition AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
        )
        undo.append(f"DROP TRIGGER edition ON {table}")
    return do, [*undo, f"DROP FUNCTION {function}()", f"DELETE FROM {edition_table}"]
