"""The data folder: where it is, what lies in it, who may look.

database/   PostgreSQL, owned by the user it runs as (or a link to where that user can reach it)
run/        locks          logs/    what happened
keys/       secrets, 0600  files/   covers, attachments, exports
index/      search index, made anew when it is lost
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wenyuan.runtime.problem import Problem


class HomeNotUsable(Problem):
    """The data folder cannot be made or does not belong to us."""


@dataclass(frozen=True, slots=True)
class Home:
    """The data folder, an absolute path."""

    path: Path

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Home:
        """`WENYUAN_HOME`, else `wenyuan` below `XDG_DATA_HOME`, else `~/.local/share/wenyuan`."""
        if chosen := environ.get("WENYUAN_HOME"):
            return cls(Path(chosen).expanduser().absolute())
        data = environ.get("XDG_DATA_HOME", "")
        # The XDG base directory specification has relative paths ignored.
        base = Path(data) if data.startswith("/") else Path.home() / ".local" / "share"
        return cls(base / "wenyuan")

    @property
    def database(self) -> Path:
        return self.path / "database"

    @property
    def run(self) -> Path:
        return self.path / "run"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def keys(self) -> Path:
        return self.path / "keys"

    @property
    def files(self) -> Path:
        return self.path / "files"

    @property
    def index(self) -> Path:
        return self.path / "index"

    def prepare(self) -> None:
        """Make the folders that are missing and close all of them to others, whatever the umask.

        `database/` is left to the database's launcher, since its owner may be another user.

        :raises HomeNotUsable: a folder cannot be made, is not ours to close, or is plainly something else (`/tmp`).
        """
        self._refuse_what_is_no_home()
        for folder in (self.path, self.run, self.logs, self.keys, self.files):
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                _close(folder)
            except FileExistsError:
                raise HomeNotUsable(f"{folder} is in the way: it is not a folder.") from None
            except PermissionError:
                raise HomeNotUsable(
                    f"{folder} cannot be used by this user (number {os.geteuid()}).",
                    command="export WENYUAN_HOME=/a/folder/of/your/own",
                ) from None

    def _refuse_what_is_no_home(self) -> None:
        # Closing a folder that others use (/tmp, /srv) would do more harm than any mistake here is worth.
        try:
            is_strange = not self.run.is_dir() and open_to_others(self.path) and any(self.path.iterdir())
        except (FileNotFoundError, NotADirectoryError, PermissionError):
            return  # said more exactly by what follows
        if is_strange:
            raise HomeNotUsable(
                f"{self.path} is open to others and holds something else.",
                command=f"export WENYUAN_HOME={self.path / 'wenyuan'}",
            )

    def has_data(self) -> bool:
        """Whether anything is kept here that needs the keys it was written with."""
        # A link counts even when it dangles: the data were here, and new keys would not fit them.
        if self.database.is_symlink() or (self.database / "cluster").exists():
            return True
        return self.files.is_dir() and any(self.files.iterdir())


def write_private_file(path: Path, text: str, *, owner: tuple[int, int] | None = None) -> None:
    """Put a file in place at once (whole or not at all, also over a power cut), readable by its owner only.

    :param owner: user and group number it shall belong to; ours if None.
    """
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o600)
            if owner is not None:
                os.fchown(file.fileno(), *owner)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make renames inside the folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def open_to_others(path: Path) -> int:
    """The permission bits that others hold on a path and should not: 0 is well.

    The right of a group to pass through a folder is left: it is how the database's own user reaches its data.
    """
    status = path.stat()
    spared = stat.S_IXGRP if stat.S_ISDIR(status.st_mode) else 0
    return stat.S_IMODE(status.st_mode) & 0o077 & ~spared


def _close(folder: Path) -> None:
    if excess := open_to_others(folder):
        folder.chmod(stat.S_IMODE(folder.stat().st_mode) & ~excess)
