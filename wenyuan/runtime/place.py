"""Where the database lies, so that the server's user reaches it and nobody else does.

As an ordinary user that is `database/` in the home. As root, the server's user must pass through the home: its group
gets the right to pass (0710), nothing more. Where a folder above the home is closed (a checkout in /root), that folder
is left as it is: the database goes below /var/lib/wenyuan and `database` in the home is a link to it.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from pathlib import Path

from wenyuan.runtime.home import Home, write_private_file
from wenyuan.runtime.problem import Problem
from wenyuan.runtime.server_user import ServerUser

SHARED = Path("/var/lib/wenyuan")

# sun_path holds 104 bytes on macOS and 108 on Linux, the closing zero among them.
_LONGEST_SOCKET_PATH = 103
SOCKET_FILE = ".s.PGSQL.5432"


class DatabaseOutOfReach(Problem):
    """The database is not where the home says, or cannot be entered."""


class DatabaseOfAnotherHome(Problem):
    """The home is a copy: its link leads to the database of the home it was copied from."""


def database_folder(*, home: Home, user: ServerUser, shared: Path) -> Path:
    """The folder for the data directory and the socket, made where it is missing, owned by the server's user, 0700.

    :param shared: root's place for databases that cannot be reached inside the home.
    :raises DatabaseOutOfReach: it exists and the server's user cannot enter it.
    :raises DatabaseOfAnotherHome: it belongs to another home.
    """
    link = home.database
    if link.is_symlink():
        return _linked_folder(home, user)
    if link.is_dir():
        _give(user, link)
        if not _can_pass(home, user) or not user.reaches(link):
            raise DatabaseOutOfReach(
                f"{user.name}, as whom the database runs, cannot enter {link}: a folder above it is closed to others.",
                command=f"namei -l {link}",
            )
        return link
    if _can_pass(home, user):
        _make_for(user, link)
        return link
    return _make_outside(home, user, shared)


def socket_folder(*, folder: Path, user: ServerUser) -> Path:
    """The folder of the server's socket, 0700: inside the database folder, or a short path where that is too long.

    It depends on the folder's path alone, so that every process of this home finds the same one.

    :raises DatabaseOutOfReach: the short path was taken by somebody else.
    """
    inside = folder / "socket"
    if len(os.fsencode(inside / SOCKET_FILE)) <= _LONGEST_SOCKET_PATH:
        short = inside
    else:
        base = Path("/run") if os.geteuid() == 0 and Path("/run").is_dir() else Path("/tmp")  # noqa: S108
        short = base / f"wenyuan-{hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]}"
    try:
        _make_for(user, short)
    except FileExistsError:
        status = short.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != user.uid:
            raise DatabaseOutOfReach(
                f"{short}, needed for the database's socket, belongs to somebody else.", command=f"ls -ld {short}"
            ) from None
        short.chmod(0o700)
    return short


def _linked_folder(home: Home, user: ServerUser) -> Path:
    folder = home.database.readlink()
    if not folder.is_dir():
        raise DatabaseOutOfReach(f"The database of this home, {folder}, is missing.", command="wenyuan restore FILE")
    origin_file = folder / "home"
    origin = Path(origin_file.read_text(encoding="utf-8").strip()) if origin_file.exists() else home.path
    if origin != home.path:
        if (origin / "database").is_symlink() and (origin / "database").readlink() == folder:
            raise DatabaseOfAnotherHome(
                f"{home.path} is a copy of {origin}, whose database it must not share.",
                command=f"rm {home.database}",
            )
        write_private_file(origin_file, f"{home.path}\n", owner=user.owner)  # the home was moved
    return folder


def _can_pass(home: Home, user: ServerUser) -> bool:
    if user.reaches(home.path):
        return True
    status = home.path.stat()
    os.chown(home.path, -1, user.gid)
    home.path.chmod(0o710)
    if user.reaches(home.path):
        return True
    os.chown(home.path, -1, status.st_gid)
    home.path.chmod(stat.S_IMODE(status.st_mode))
    return False


def _make_outside(home: Home, user: ServerUser, shared: Path) -> Path:
    databases = shared / "databases"
    for base in (shared, databases):
        base.mkdir(mode=0o755, parents=True, exist_ok=True)
        base.chmod(0o755)
    # A random part: a new home in an old place must never find the old home's data.
    digest = hashlib.sha256(os.fsencode(home.path)).hexdigest()[:8]
    folder = databases / f"{digest}-{secrets.token_hex(6)}"
    _make_for(user, folder)
    if not user.reaches(folder):
        folder.rmdir()
        raise DatabaseOutOfReach(
            f"{user.name}, as whom the database runs, can enter neither {home.path} nor {shared}.",
            command="export WENYUAN_HOME=/srv/wenyuan",
        )
    write_private_file(folder / "home", f"{home.path}\n", owner=user.owner)
    home.database.symlink_to(folder)
    return folder


def _give(user: ServerUser, folder: Path) -> None:
    """Give back to the server's user what a copy or a restore by root has left with root."""
    if user.is_self or all(path.stat().st_uid != 0 for path in (folder, folder / "cluster") if path.exists()):
        return
    folder.chmod(0o700)
    for path in (folder, *folder.rglob("*")):
        if path.lstat().st_uid == 0:
            os.chown(path, user.uid, user.gid, follow_symlinks=False)


def _make_for(user: ServerUser, folder: Path) -> None:
    folder.mkdir(mode=0o700)
    if user.owner is not None:
        os.chown(folder, *user.owner)
