"""Every place says what it is, every setting is documented, and every test that a page names exists."""

import ast
import re
from pathlib import Path

import pytest

from tests.house import HOUSE, PACKAGE, ROOMS, sources

DEPARTMENTS = ("config", "doors", "office", "services", "lending", "holdings", "organisation", "plumbing", "kernel")
SETTINGS = re.compile(r"WENYUAN_[A-Z0-9_]*[A-Z0-9]|DATABASE_(OWNER_)?URL")
NOT_FOR_A_LIBRARY = {
    "WENYUAN_DEMO": "handed by `wenyuan up --demo` to its own parts, never set by hand",
    "WENYUAN_MOST_IMPORT_BYTES": "a Django setting that tests lower",
    "WENYUAN_VERBS_NEST": "a Django setting of the tests",
}


def doors() -> list[str]:
    return sorted(f"doors/{folder.parent.name}" for folder in (PACKAGE / "doors").glob("*/apps.py"))


@pytest.mark.parametrize("place", [*DEPARTMENTS, "runtime", *(room.replace(".", "/") for room in ROOMS), *doors()])
def test_a_department_room_or_door_says_what_it_is(place: str) -> None:
    readme = PACKAGE / place / "README.md"

    assert readme.exists()
    assert len([line for line in readme.read_text().splitlines() if line.strip()]) >= 5


def settings_read() -> set[str]:
    """Names of environment variables that stand as strings in the product."""
    return {
        node.value
        for _, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SETTINGS.fullmatch(node.value)
    } - set(NOT_FOR_A_LIBRARY)


def test_the_settings_that_are_read_are_those_that_are_documented() -> None:
    """Not a test for each: the whole product is read to find them."""
    documented = {found.group() for found in SETTINGS.finditer((HOUSE / "docs/running.md").read_text())}

    assert documented == settings_read()


ROOM_SPECS = sorted((HOUSE / "docs/specs").glob("*.md"))
CIRCULATION = sorted((HOUSE / "docs/circulation").glob("*.md"))


@pytest.mark.parametrize("page", [*ROOM_SPECS, *CIRCULATION], ids=lambda page: page.name)
def test_a_test_that_a_page_names_exists(page: Path) -> None:
    there = {
        name
        for path in (HOUSE / "tests").rglob("test_*.py")
        for name in re.findall(r"def (test_\w+)", path.read_text())
    }
    named = set(re.findall(r"`(test_\w+)`", page.read_text()))

    assert named - there == set()


def test_each_decision_has_a_number_of_its_own_and_none_is_left_out() -> None:
    numbers = sorted(int(page.name[:4]) for page in (HOUSE / "docs" / "adr").glob("[0-9]*.md"))

    assert numbers == list(range(1, len(numbers) + 1))
