"""Every hand-written statement fits the migrated schema, every invariant runs, and no SQL hides elsewhere."""

import ast
import inspect
import re
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

import pytest
from django.db import connection

from tests.house import LABELS, PACKAGE, ROOMS, dotted, sources
from wenyuan.holdings.catalogue import sql as catalogue_sql
from wenyuan.lending.circulation import sql as circulation_sql
from wenyuan.office.figures import sql as figures_sql
from wenyuan.office.figures.closing import sql as closing_sql
from wenyuan.office.figures.data import Aspect
from wenyuan.office.figures.rollups import sql as rollups_sql
from wenyuan.office.figures.rollups.declared import ASPECTS
from wenyuan.organisation.journal import sql as journal_sql
from wenyuan.plumbing.invariants import Invariant, all_invariants, broken_rows
from wenyuan.plumbing.statements import numbered

STATEMENT = re.compile(r"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH|COPY|LOCK TABLE)\s")
SWITCHES = (False, True)
RETURNS: list[dict[str, Any]] = [
    {"loan": loan, "transit": transit, "send": send}
    for loan in ("", "close", "take")
    for transit in ("", "receive", "cancel", "turn")
    for send in SWITCHES
    if not (transit == "turn" and not send)
]
HELD: list[dict[str, Any]] = [
    {"loan": "close", "transit": transit, "send": send, "hold": hold, "clears": clears}
    for transit, send, hold in (("", False, "shelve"), ("receive", False, "shelve"), ("", True, "dispatch"))
    for clears in SWITCHES
]
LENT: list[dict[str, bool]] = [
    {"ends_transit": ends, "counts_type": counts, "fills": fills, "frees": frees, "puts_back": back, "clears": clears}
    for ends in SWITCHES
    for counts in SWITCHES
    for fills, frees in ((False, False), (True, False), (True, True))
    for back in SWITCHES
    for clears in SWITCHES
]

BUILT: dict[str, list[str]] = {
    "wenyuan.lending.circulation.sql.writes.checkout_statement": [
        circulation_sql.checkout_statement(**case) for case in LENT
    ],
    "wenyuan.lending.circulation.sql.writes.return_statement": [
        circulation_sql.return_statement(**case) for case in (*RETURNS, *HELD)
    ],
    "wenyuan.lending.circulation.sql.writes.let_go_statement": [circulation_sql.let_go_statement()],
    "wenyuan.lending.circulation.sql.marks.mark_statement": [
        circulation_sql.mark_statement(loan=loan, cancels=cancels, puts_back=puts_back)
        for loan in ("", "lose", "close", "claim", "unclaim")
        for cancels in SWITCHES
        for puts_back in SWITCHES
    ],
    "wenyuan.lending.circulation.sql.holds.place_statement": [circulation_sql.place_statement()],
    "wenyuan.lending.circulation.sql.writes.renewal_statement": [circulation_sql.renewal_statement()],
    "wenyuan.office.figures.sql.figures": [
        figures_sql.figures(grouping, subtree=subtree, at=at, area=area, aspect=aspect)
        for grouping in figures_sql.Grouping
        for subtree in SWITCHES
        for at in SWITCHES
        for area in SWITCHES
        for aspect in (None, *Aspect)
    ],
    "wenyuan.office.figures.rollups.sql.read": [
        rollups_sql.read(grouping, subtree=subtree, at=at, area=area)
        for grouping in figures_sql.Grouping
        if grouping.name not in Aspect.__members__
        for subtree in SWITCHES
        for at in SWITCHES
        for area in SWITCHES
    ]
    + [
        rollups_sql.read(grouping, subtree=subtree, at=at, area=False, part=part, rollup=rollup)
        for grouping in figures_sql.Grouping
        if grouping is not figures_sql.Grouping.AREA
        for subtree in SWITCHES
        for at in SWITCHES
        for part in SWITCHES
        for rollup in ASPECTS
    ],
    "wenyuan.office.figures.closing.sql.later": [closing_sql.later(subtree=subtree) for subtree in (False, True)],
    "wenyuan.office.figures.closing.sql.lent": [closing_sql.lent(subtree=subtree) for subtree in (False, True)],
    "wenyuan.office.figures.closing.sql.unlike": [closing_sql.unlike(subtree=subtree) for subtree in (False, True)],
    "wenyuan.office.figures.sql.rows": [
        figures_sql.rows(subtree=subtree, at=at, area=area, aspect=aspect)
        for subtree in SWITCHES
        for at in SWITCHES
        for area in SWITCHES
        for aspect in (None, *Aspect)
    ],
    "wenyuan.organisation.journal.sql.append_statement": [journal_sql.append_statement(rows) for rows in (1, 3)],
    "wenyuan.holdings.catalogue.sql.copy_into": [
        catalogue_sql.copy_into("bib", catalogue_sql.BIB_COLUMNS),
        catalogue_sql.copy_into("identifier", catalogue_sql.IDENTIFIER_COLUMNS),
        catalogue_sql.copy_into("item", catalogue_sql.ITEM_COLUMNS),
        catalogue_sql.copy_into("importfailure", catalogue_sql.FAILURE_COLUMNS),
    ],
}
"""What each function of a ``sql.py`` composes, in every form it is asked for."""


def sql_modules() -> list[ModuleType]:
    """Of every room, ``sql.py`` or the modules of the package ``sql``, and the ``sql.py`` of the room's own parts."""
    found = [import_module(f"wenyuan.{room}.sql") for room in ROOMS if find_spec(f"wenyuan.{room}.sql")]
    for path in (path for room in ROOMS for path in sorted((PACKAGE / room.replace(".", "/")).glob("*/sql.py"))):
        found.append(import_module(f"wenyuan.{'.'.join(path.relative_to(PACKAGE).with_suffix('').parts)}"))
    return [part for module in found for part in _parts(module)]


def _parts(module: ModuleType) -> list[ModuleType]:
    if not hasattr(module, "__path__"):
        return [module]
    return [import_module(f"{module.__name__}.{part.name}") for part in iter_modules(module.__path__)]


def composers() -> set[str]:
    """Public functions of the SQL modules."""
    return {
        dotted(value)
        for module in sql_modules()
        for name, value in vars(module).items()
        if callable(value) and getattr(value, "__module__", "") == module.__name__
        if not name.startswith("_") and not name.endswith("_step") and not inspect.isclass(value)
    }


def statements() -> dict[str, str]:
    written = {
        f"{module.__name__}.{name}": value
        for module in sql_modules()
        for name, value in vars(module).items()
        if isinstance(value, str) and name.isupper() and STATEMENT.match(value)
    }
    composed = {f"{name} {number}": text for name, texts in BUILT.items() for number, text in enumerate(texts)}
    return written | composed


def for_the_server(sql: str) -> str:
    """The statement with ``$1 …`` for ``:name``, ``%(name)s`` or ``%s``."""
    if "%" not in sql:
        return numbered(sql)[0]
    names: list[str] = []

    def number(mark: re.Match[str]) -> str:
        name = mark.group(1) or f"{len(names)}"
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}"

    return re.sub(r"%(?:\((\w+)\))?s", number, sql).replace("%%", "%")


def explain(sql: str) -> list[str]:
    """The server's generic plan for a statement; nothing is executed."""
    connection.ensure_connection()
    server = connection.connection.pgconn
    prepared = server.prepare(b"house", for_the_server(sql).encode())
    assert prepared.error_message == b"", prepared.error_message.decode()
    count = server.describe_prepared(b"house").nparams
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN EXECUTE house{'(' + ', '.join(['NULL'] * count) + ')' if count else ''}")
        plan = [line for (line,) in cursor.fetchall()]
        cursor.execute("DEALLOCATE house")
    return plan


def test_every_function_that_composes_sql_is_explained_here() -> None:
    assert composers() == set(BUILT)


@pytest.mark.parametrize("name", sorted(statements()))
def test_every_hand_written_statement_fits_the_migrated_schema(db: None, name: str) -> None:
    sql = statements()[name]

    with connection.cursor() as cursor:
        if sql.startswith("COPY"):
            with cursor.copy(sql):
                pass
            assert cursor.rowcount == 0
        elif sql.startswith("LOCK TABLE"):
            cursor.execute(sql)
            assert cursor.statusmessage == "LOCK TABLE"
        else:
            assert "cost=" in explain(sql)[0]


def test_hand_written_statements_stand_in_sql_modules() -> None:
    wrong = [
        (str(path.relative_to(PACKAGE)), node.value)
        for path, tree in sources()
        if any(path.is_relative_to(PACKAGE / room.replace(".", "/")) for room in ROOMS)
        if path.name != "sql.py" and path.parent.name not in ("migrations", "sql")
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if re.match(r"\s*(SELECT|INSERT INTO|UPDATE \w+ SET|DELETE FROM|WITH \w+ AS|COPY \w+|LOCK TABLE) ", node.value)
    ]

    assert wrong == []


@pytest.mark.parametrize("invariant", all_invariants(), ids=lambda invariant: invariant.name)
def test_an_invariant_runs_and_holds_in_an_empty_house(db: None, invariant: Invariant) -> None:
    assert list(broken_rows(invariant)) == []
    assert invariant.room in LABELS
    assert invariant.says


def test_every_room_registers_the_invariants_that_its_sql_states() -> None:
    stated = {invariant for module in sql_modules() for invariant in getattr(module, "INVARIANTS", ())}

    assert stated == set(all_invariants())
