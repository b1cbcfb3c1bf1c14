"""Which PostgreSQL processes work in a data directory: what a pid file says may be long untrue."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path


def servers_in(cluster: Path) -> frozenset[int]:
    """Process ids of PostgreSQL servers and backends whose working directory is the data directory.

    Every process of a server changes into its data directory, so this also finds the backends that outlive a killed
    server, and never a stranger that was given the number in an old pid file.
    """
    if Path("/proc/self/cwd").exists():
        return frozenset(pid for pid in _all_processes() if _is_server_in(pid, cluster))
    # macOS keeps no /proc; lsof is part of it.
    listed = subprocess.run(
        ["/usr/sbin/lsof", "-a", "-d", "cwd", "-c", "postgres", "-Fpn"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    found: set[int] = set()
    pid = 0
    for line in listed.splitlines():
        if line.startswith("p"):
            pid = int(line[1:])
        elif line == f"n{cluster.resolve()}":
            found.add(pid)
    return frozenset(found)


def server_in(cluster: Path) -> int | None:
    """Process id of the server itself (not a backend of it) in the data directory, or None."""
    try:
        pid = int((cluster / "postmaster.pid").read_text(encoding="ascii").split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None
    return pid if pid in servers_in(cluster) else None


def end_at_once(cluster: Path) -> None:
    """End every process of a server by SIGQUIT, without clean-up: one that hangs, or backends whose server is gone,
    which would keep a new one from starting. What was committed is found again by the next start.
    """
    for pid in servers_in(cluster):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGQUIT)


def signs_of_work(cluster: Path) -> object | None:
    """Something that differs from one look to the next as long as a server that recovers or shuts down gets on with it;
    None where the system does not tell.
    """
    if not Path("/proc/self/stat").exists():
        return None
    ticks = {}
    for pid in servers_in(cluster):
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue  # gone meanwhile
        if command.startswith(_WHO_WORKS):
            if fields[0] == "D":
                return object()  # it waits for the disk
            ticks[pid] = int(fields[11]) + int(fields[12])
    return ticks


_WHO_WORKS = (b"postgres: startup", b"postgres: checkpointer")
"""Who recovers, and who writes what is left at the end."""


def _all_processes() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdecimal()]


def _is_server_in(pid: int, cluster: Path) -> bool:
    try:
        folder = Path(f"/proc/{pid}/cwd").stat()
        name = Path(f"/proc/{pid}/comm").read_text(encoding="utf-8", errors="replace")
        wanted = cluster.stat()
    except OSError:
        return False  # gone meanwhile, or another user's
    return (folder.st_dev, folder.st_ino) == (wanted.st_dev, wanted.st_ino) and name.startswith("postgres")
