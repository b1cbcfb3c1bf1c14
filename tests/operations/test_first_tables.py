"""The tables of a room are made at once: drawn once, in any order, and taken away again."""

from typing import Any

import pytest
from django.db import connection, models
from django.db.migrations.operations import CreateModel
from django.db.migrations.state import ModelState, ProjectState

from tests.conftest import django_at, owner_url_of
from wenyuan.plumbing.first_tables import TablesAtOnce


def table(name: str, *, points_to: str) -> CreateModel:
    key: models.ForeignKey[models.Model, models.Model] = models.ForeignKey(
        on_delete=models.PROTECT, related_name="+", to=f"yard.{points_to}"
    )
    return CreateModel(name, [("id", models.BigAutoField(primary_key=True)), (f"by_{points_to}", key)])


RING = [table("Gate", points_to="well"), table("Well", points_to="tree"), table("Tree", points_to="gate")]
"""Each points to one that comes later, or to the first: no order would do, one by one."""


def test_each_model_is_drawn_once_whatever_the_tables_lead_to(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []
    render = ModelState.render

    def noted(state: ModelState, apps: Any) -> Any:
        drawn.append(state.name)
        return render(state, apps)

    monkeypatch.setattr(ModelState, "render", noted)
    state = ProjectState()
    assert list(state.apps.get_models()) == []

    TablesAtOnce(RING).state_forwards("yard", state)

    assert len(list(state.apps.get_models())) == 3
    assert sorted(drawn) == ["Gate", "Tree", "Well"]


def test_tables_that_point_in_a_ring_are_made_and_taken_away(
    server_url: str, fresh_database: str, django_db_blocker: Any
) -> None:
    empty, made, step = ProjectState(), ProjectState(), TablesAtOnce(RING)
    step.state_forwards("yard", made)

    with django_at(owner_url_of(server_url, fresh_database), django_db_blocker):
        with connection.schema_editor() as editor:
            step.database_forwards("yard", editor, empty, made)
        assert pointing() == {("yard_gate", "yard_well"), ("yard_well", "yard_tree"), ("yard_tree", "yard_gate")}

        with connection.schema_editor() as editor:
            step.database_backwards("yard", editor, made, empty)
        assert pointing() == set()
        assert [name for name in connection.introspection.table_names() if name.startswith("yard_")] == []


def pointing() -> set[tuple[str, str]]:
    """The foreign keys of the yard: table, and the table that it points to."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint"
            " WHERE contype = 'f' AND conrelid::regclass::text LIKE 'yard%'"
        )
        return set(cursor.fetchall())
