"""Which data folder a command speaks of."""

from pathlib import Path

import pytest

from wenyuan.doors.cli import environment
from wenyuan.doors.cli.environment import chosen_home, demo_marker
from wenyuan.runtime.home import Home


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose demo was built, on a machine without a library."""
    folder = tmp_path / "checkout"
    (folder / ".home").mkdir(parents=True)
    (folder / "Makefile").touch()
    demo_marker(Home(folder / ".home")).write_text("complete\n")
    monkeypatch.setattr(environment, "CHECKOUT", folder)
    monkeypatch.setenv("HOME", str(tmp_path / "somebody"))
    return folder


def usual(home: Path) -> Path:
    return home / "somebody/.local/share/wenyuan"


def test_after_the_demo_alone_commands_speak_of_the_demo_and_say_so(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert chosen_home({"HOME": str(checkout.parent / "somebody")}).path == checkout / ".home"
    assert str(checkout / ".home") in capsys.readouterr().err


def test_a_demo_half_built_or_keys_of_a_library_to_come_are_no_reason(checkout: Path) -> None:
    environ = {"HOME": str(checkout.parent / "somebody")}
    (usual(checkout.parent) / "keys").mkdir(parents=True)
    (usual(checkout.parent) / "keys/pii").touch()
    with_keys = chosen_home(environ).path
    (usual(checkout.parent) / "keys/pii").unlink()
    demo_marker(Home(checkout / ".home")).write_text("building\n")

    assert with_keys == chosen_home(environ).path == usual(checkout.parent)


def test_a_library_in_the_usual_place_comes_before_the_demo(checkout: Path) -> None:
    (usual(checkout.parent) / "database/cluster").mkdir(parents=True)

    assert chosen_home({"HOME": str(checkout.parent / "somebody")}).path == usual(checkout.parent)
    assert chosen_home({"HOME": str(checkout.parent / "somebody")}, demo=True).path == checkout / ".home"


def test_a_command_that_begins_or_saves_a_library_never_takes_the_demo_for_it(checkout: Path) -> None:
    assert chosen_home({"HOME": str(checkout.parent / "somebody")}, real=True).path == usual(checkout.parent)


def test_a_folder_or_a_database_that_is_named_is_taken(checkout: Path) -> None:
    environ = {"HOME": str(checkout.parent / "somebody"), "DATABASE_URL": "postgresql://h/w"}

    assert chosen_home(environ).path == usual(checkout.parent)
    assert chosen_home({"WENYUAN_HOME": "/srv/wenyuan"}).path == Path("/srv/wenyuan")
