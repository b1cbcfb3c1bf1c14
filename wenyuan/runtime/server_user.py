"""The user the database server runs as: ourselves, or, since PostgreSQL refuses root, an unprivileged user."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wenyuan.runtime.problem import Problem

# Never created by us, only chosen: `_postgres` is the name on macOS.
_CANDIDATES = ("postgres", "_postgres", "nobody")


class NoServerUser(Problem):
    """Started as root, and there is no user the database could run as."""


@dataclass(frozen=True, slots=True)
class ServerUser:
    """A user of this machine, by name and numbers; `is_self` when we are that user already."""

    name: str
    uid: int
    gid: int
    is_self: bool

    @property
    def owner(self) -> tuple[int, int] | None:
        """User and group number to give files to, or None when files are ours already."""
        return None if self.is_self else (self.uid, self.gid)

    def run(
        self, argv: Sequence[str | Path], *, timeout_s: float = 120, stdin: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a program as this user in `/`, with a bare environment and umask 077.

        The bare environment keeps PGDATA, PGOPTIONS, LD_LIBRARY_PATH and secrets of ours away from the server.
        The caller looks at the return code.
        """
        return subprocess.run(  # noqa: S603 - our own argument lists, no shell
            [str(part) for part in argv],
            input=stdin if stdin is not None else "",
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=timeout_s,
            check=False,
            cwd="/",
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C"},
            umask=0o077,
            user=None if self.is_self else self.uid,
            group=None if self.is_self else self.gid,
            extra_groups=None if self.is_self else (),
        )

    def reaches(self, folder: Path) -> bool:
        """Whether this user can enter a folder; the kernel is asked, since modes alone do not tell (ACLs, mounts)."""
        return self.is_self or self.run(["/bin/sh", "-c", 'cd "$1"', "sh", folder]).returncode == 0


def choose_server_user(*, environ: Mapping[str, str], cluster: Path) -> ServerUser:
    """Whom the server runs as.

    Not root: ourselves. Root: the owner of the data when there are data, else `WENYUAN_PG_USER`, else `postgres` where
    that user exists, else `nobody`.

    :param cluster: the data directory, which need not exist.
    :raises NoServerUser: root, and no such user exists.
    """
    if os.geteuid() != 0:
        entry = _entry_of(os.geteuid())
        return ServerUser(name=entry or str(os.geteuid()), uid=os.geteuid(), gid=os.getegid(), is_self=True)
    if cluster.exists() and (uid := cluster.stat().st_uid) != 0:
        return ServerUser(name=_entry_of(uid) or str(uid), uid=uid, gid=cluster.stat().st_gid, is_self=False)
    chosen = environ.get("WENYUAN_PG_USER")
    for name in (chosen,) if chosen else _CANDIDATES:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        if found.pw_uid != 0:
            return ServerUser(name=name, uid=found.pw_uid, gid=found.pw_gid, is_self=False)
    raise NoServerUser(
        f"PostgreSQL does not run as root, and {chosen or 'neither postgres nor nobody'} is an unprivileged user here.",
        command="export WENYUAN_PG_USER=a-user-of-this-machine",
    )


def _entry_of(uid: int) -> str | None:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return None  # a container's number without a name
