"""The set-up of a checkout: the command runs the code it lies beside, wherever that is."""

import importlib.util
import os
import subprocess
import venv
from pathlib import Path
from types import ModuleType

import pytest

SETUP = Path(__file__).resolve().parent.parent / "tools" / "setup.py"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout in a place whose name has a blank and an apostrophe, with a command that says where its code lies."""
    root = tmp_path / "the reader's library"
    code = root / "wenyuan" / "doors" / "cli"
    code.mkdir(parents=True)
    (code / "main.py").write_text("def main():\n    import sys\n    print(__file__, *sys.argv[1:])\n")
    venv.create(root / ".venv", symlinks=True, with_pip=False)
    return root


def _setup_of(root: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("setup_of_checkout", SETUP)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, path in (("ROOT", root), ("VENV", root / ".venv"), ("BIN", root / ".venv" / "bin")):
        monkeypatch.setattr(module, name, path)
    return module


def _says(root: Path) -> str:
    return subprocess.run(
        [root / ".venv" / "bin" / "wenyuan", "two words"], capture_output=True, text=True, check=True, cwd="/"
    ).stdout.strip()


def test_the_command_runs_the_code_of_its_checkout_also_after_a_move(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _setup_of(checkout, monkeypatch).install_launcher()

    assert _says(checkout) == f"{checkout}/wenyuan/doors/cli/main.py two words"

    moved = checkout.rename(checkout.with_name("moved"))
    _setup_of(moved, monkeypatch).install_launcher()

    assert _says(moved) == f"{moved}/wenyuan/doors/cli/main.py two words"


def _python_of_make(**environment: str) -> str:
    """What `make` would run the set-up with."""
    said = subprocess.run(
        ["make", "-n", "-C", SETUP.parent.parent, "setup"],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": os.environ["PATH"], **environment},
    )
    return next(line.split()[0] for line in said.stdout.splitlines() if line.endswith("tools/setup.py"))


def test_the_set_up_takes_the_system_s_python_unless_told_another() -> None:
    usable = subprocess.run(
        ["/usr/bin/python3", "-c", "import ensurepip, sys, venv; assert sys.version_info >= (3, 11)"],
        capture_output=True,
        check=False,
    )

    assert _python_of_make() == ("/usr/bin/python3" if usable.returncode == 0 else "python3")
    assert _python_of_make(PYTHON="python9") == "python9"
