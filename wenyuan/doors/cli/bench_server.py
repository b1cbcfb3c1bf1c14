"""The SIP2 server under measurement, the machines that talk to it, and what both cost."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wenyuan.doors.cli.bench_town import BRANCHES, CARDS_WITH_PIN, PIN, Town
from wenyuan.doors.cli.bench_worker import Worker
from wenyuan.doors.cli.environment import CHECKOUT, Installation
from wenyuan.doors.cli.parts import SIP2_THREADS
from wenyuan.runtime.address import Address
from wenyuan.runtime.listening import listening, told_of
from wenyuan.runtime.postgres import EmbeddedPostgres
from wenyuan.runtime.problem import Problem

_START_S = 180


@dataclass(frozen=True, slots=True)
class Slice:
    """One slice of ours: operations a second, waiting times, and CPU for each operation: of server and database, and
    apart from it what the worker and the database for it have spent."""

    rate: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float | None
    worker_cpu_ms: float | None


@contextmanager
def servers(here: Installation, processes: int) -> Iterator[tuple[Address, list[int]]]:
    """The SIP2 server as ``up`` starts it, on a free port, its log beside the others; its address, and the processes
    whose CPU counts."""
    address = Address("127.0.0.1", _free_port())
    sip2 = [sys.executable, "-m", "wenyuan.doors.sip2", "--threads", str(SIP2_THREADS)]
    log_file = here.home.logs / "bench-sip2.log"
    with listening(address, setting="the bench's port") as machines, log_file.open("wb") as log:
        environment = {**here.environment(), **told_of(machines.descriptors)}
        started = [
            subprocess.Popen(  # noqa: S603
                argv, env=environment, cwd=CHECKOUT, stdout=log, stderr=log, pass_fds=machines.descriptors
            )
            for argv in [sip2] * processes
        ]
        try:
            _wait_for(log_file, started)
            yield address, [process.pid for process in started]
        finally:
            for process in started:
                process.terminate()
            for process in started:
                process.wait(timeout=_START_S)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(log_file: Path, started: list[subprocess.Popen[bytes]]) -> None:
    """Until each has said that it lets machines in."""
    deadline = time.monotonic() + _START_S
    while log_file.read_bytes().count(b"listening") < len(started):
        if time.monotonic() > deadline or any(process.poll() is not None for process in started):
            raise Problem("The SIP2 server did not start; logs/bench-sip2.log says why.")
        time.sleep(0.1)


class Machines:
    """The process that plays all machines; each slice is asked for by its length and told by a line."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._asking, self._telling = process.stdin, process.stdout

    def begin(self, settings: dict[str, Any]) -> None:
        """Have them connect and sign in."""
        self._asking.write(json.dumps(settings) + "\n")
        self._asking.flush()
        self._read()

    def talk(self, seconds: float) -> dict[str, Any]:
        """One slice: its operations, how long it took, waiting times."""
        self._asking.write(f"{seconds}\n")
        self._asking.flush()
        return self._read()

    def end(self) -> dict[str, Any]:
        """What was acknowledged in all, and what went wrong."""
        self._asking.close()
        return self._read()

    def close(self) -> None:
        self._asking.close()
        self._telling.close()

    def _read(self) -> dict[str, Any]:
        line = self._telling.readline()
        if not line:
            raise Problem("The bench's own SIP2 machines failed; what they said stands above.")
        told: dict[str, Any] = json.loads(line)
        return told


@contextmanager
def signed_in_machines(address: Address, town: Town) -> Iterator[Machines]:
    """All machines of the town, connected to the server."""
    process = subprocess.Popen(
        [sys.executable, "-m", "wenyuan.doors.cli.bench_clients"],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    machines = Machines(process)
    try:
        machines.begin(
            {
                "host": address.host,
                "port": address.port,
                "clients": len(town.machines),
                "branches": BRANCHES,
                "patrons": town.cards,
                "cards_with_pin": CARDS_WITH_PIN,
                "items": town.items,
                "pin": PIN,
                "password": town.password,
                "machines": [{"username": machine.username, "branch": machine.branch} for machine in town.machines],
            }
        )
        yield machines
    finally:
        process.kill()
        process.wait()
        machines.close()


def one_slice(machines: Machines, seconds: float, meter: "Meter") -> Slice:
    """So many seconds of ours, with what they cost."""
    before = meter.reading()
    told = machines.talk(seconds)
    spent = meter.reading().since(before)
    each = [None if one is None else one * 1000 / max(1, told["operations"]) for one in spent]
    return Slice(told["operations"] / told["seconds"], told["p50_ms"], told["p99_ms"], *each)


class Meter:
    """CPU time of the SIP2 servers and of every process of our own database, and of the worker where one works beside
    them; where the system has /proc."""

    def __init__(self, here: Installation, pids: list[int], worker: Worker | None = None) -> None:
        self._servers = pids
        self._worker = worker
        self._postmaster = EmbeddedPostgres(here.home, environ=here.given).status().pid if here.is_embedded else None

    def reading(self) -> "Reading":
        """What each process has spent so far."""
        apart = self._worker.processes() if self._worker is not None else frozenset()
        if self._postmaster is None or not Path("/proc/self/stat").exists():
            return Reading(None, apart)
        ticks: dict[int, int] = {}
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit() and (stat := _stat(folder)) is not None:
                pid, parent, spent = stat
                if pid in self._servers or pid in apart or self._postmaster in (pid, parent):
                    ticks[pid] = spent
        return Reading(ticks, apart)


@dataclass(frozen=True, slots=True)
class Reading:
    """Ticks of CPU by process, none where they cannot be known; ``apart`` are those of the worker."""

    ticks: Mapping[int, int] | None
    apart: frozenset[int]

    def since(self, before: "Reading") -> tuple[float | None, float | None]:
        """Seconds spent for circulation, and by the worker where there is one."""
        if self.ticks is None or before.ticks is None:
            return None, None
        spent = {pid: ticks - before.ticks.get(pid, 0) for pid, ticks in self.ticks.items()}
        apart = sum(ticks for pid, ticks in spent.items() if pid in self.apart)
        tick = os.sysconf("SC_CLK_TCK")
        return (sum(spent.values()) - apart) / tick, apart / tick if self.apart else None


def _stat(folder: Path) -> tuple[int, int, int] | None:
    """Process, parent, and ticks of CPU (proc(5)); nothing for one that has ended meanwhile."""
    try:
        text = (folder / "stat").read_text("ascii", "replace")
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()
    return int(folder.name), int(fields[1]), int(fields[11]) + int(fields[12])
