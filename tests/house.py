"""What the tests of the house share: where it stands, its rooms in their order, its modules parsed."""

import ast
from functools import cache
from pathlib import Path
from typing import Any

HOUSE = Path(__file__).resolve().parent.parent
PACKAGE = HOUSE / "wenyuan"

ROOMS = (
    "organisation.journal",
    "organisation.rights",
    "organisation.network",
    "organisation.accounts",
    "organisation.notices",
    "holdings.catalogue",
    "lending.patrons",
    "lending.transit",
    "lending.fees",
    "lending.circulation",
    "services.visits",
    "services.registers",
    "services.reading",
    "services.feedback",
    "office.daybook",
    "office.figures",
    "office.workplans",
    "office.documents",
)
"""Every room, the lowest first."""

LABELS = tuple(room.rpartition(".")[2] for room in ROOMS)


@cache
def sources() -> tuple[tuple[Path, ast.Module], ...]:
    """Every module of the product, parsed."""
    return tuple((path, ast.parse(path.read_text())) for path in sorted(PACKAGE.rglob("*.py")))


def dotted(function: Any) -> str:
    return f"{function.__module__}.{function.__qualname__}"
