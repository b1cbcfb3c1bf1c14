"""``bench circulation``: SIP2 operations over real sockets beside the bare database making the same rows.

Ours: machines in a process of their own, the real server, the embedded PostgreSQL with its own settings and fsync on.
The limit: ``pgbench -M prepared`` with one loan, one item and one journal row in a transaction, on the same tables with
their indexes and foreign keys. Both run five times in turn, so that a machine that slows down slows both.
"""

import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.db import connection
from psycopg.conninfo import conninfo_to_dict

from wenyuan.doors.cli.bench_town import BRANCHES, ITEMS, PATRONS, PIN, Town, load_town
from wenyuan.doors.cli.environment import CHECKOUT, Installation
from wenyuan.doors.cli.parts import SIP2_THREADS
from wenyuan.plumbing.invariants import all_invariants, broken_rows
from wenyuan.runtime.address import Address
from wenyuan.runtime.binaries import find_binaries
from wenyuan.runtime.place import SHARED
from wenyuan.runtime.postgres import EmbeddedPostgres
from wenyuan.runtime.probes import tcp_probe
from wenyuan.runtime.problem import Problem
from wenyuan.runtime.server_user import choose_server_user

SLICES = 5
WARM_UP_S = 1.5
LIMIT_CLIENTS, LIMIT_THREADS = 8, 2
MOST_TRANSACTIONS_A_SECOND = 9_000
"""Each transaction of the limit needs an item of its own; so many are provided for each second."""
STEADY_SPREAD = 0.25
_START_S = 30

_LIMIT = """
\\set n :n + 1
\\set serial :base + :client_id * :share + :n
\\set item :first_item + :serial
\\set patron :first_patron + :serial % :patrons
\\set slot 1000 + :serial / :patrons
BEGIN;
INSERT INTO circulation_loan (item_id, patron_id, slot, branch_id, account_id, door, policy_id, patron_category,
    patron_home_id, age_band, lent_at, base_due_date, due_at, renewals)
VALUES (:item, :patron, :slot, :branch, :account, 'limit', :policy, 'adult', :branch, '30-39', now(),
    current_date + 30, now() + interval '30 days', 0);
UPDATE catalogue_item SET state = 'on_loan', version = version + 1, changed_at = now() WHERE id = :item;
INSERT INTO journal_entry (occurred_at, local_date, local_hour, kind, branch_id, door, operator_id, item_home_id,
    item_present_id, item_owner_id, patron_home_id, patron_category, age_band, gender, item_type, document_kind,
    class_letter, subject_kind, subject_id, reader_ref, details)
VALUES (now(), current_date, 12, 'loan', :branch, 'limit', :account, :branch, :branch, :branch, :branch, 'adult',
    '30-39', 'female', 'book', 'book', 'T', 'item', :item, gen_random_uuid(),
    jsonb_build_object('loan', currval('circulation_loan_id_seq')));
COMMIT;
"""

_COUNTS = """
    SELECT (SELECT count(*) FROM circulation_loan WHERE door = 'sip2'),
        (SELECT count(*) FROM circulation_loan WHERE door = 'sip2' AND returned_at IS NOT NULL),
        (SELECT count(*) FROM journal_entry WHERE door = 'sip2' AND kind = 'loan'),
        (SELECT count(*) FROM journal_entry WHERE door = 'sip2' AND kind = 'return'),
        (SELECT count(*) FROM journal_entry WHERE door = 'sip2' AND kind = 'transit_received')
"""

Echo = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Slice:
    """One slice of ours: operations a second, waiting times, CPU of server and database for each operation."""

    rate: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float | None


def measure_circulation(
    here: Installation, *, clients: int, seconds: float, processes: int, at: datetime, echo: Echo
) -> dict[str, Any]:
    """Load the town, run both in turn, and look whether everything acknowledged is there.

    The database is migrated and empty. ``seconds`` is the length of a slice.

    :raises Problem: there is no pgbench, or a part did not start.
    """
    pgbench = _pgbench(here)
    share = max(1, int(MOST_TRANSACTIONS_A_SECOND * seconds / LIMIT_CLIENTS))
    echo("Loading readers and items …")
    town = load_town(here, machines=clients, spare_items=share * LIMIT_CLIENTS * SLICES, at=at)
    limits: list[float] = []
    ours: list[Slice] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        _servers(here, processes) as (address, pids),
        _clients(address, town, clients=clients) as machines,
    ):
        script = Path(folder) / "limit.sql"
        script.write_text(_LIMIT, "ascii")
        _ask(machines, WARM_UP_S)
        meter = _Meter(here, pids)
        for number in range(SLICES):
            run_limit = _limit_runner(pgbench, script, here, town, share=share, number=number, seconds=seconds)
            if number % 2:
                limits.append(run_limit())
                ours.append(_one_of_ours(machines, seconds, meter))
            else:
                ours.append(_one_of_ours(machines, seconds, meter))
                limits.append(run_limit())
            echo(
                f"  {number + 1}/{SLICES}: {ours[-1].rate:.0f} operations/s beside {limits[-1]:.0f}, "
                f"p99 {ours[-1].p99_ms:.1f} ms"
            )
        told = _end(machines)
    wrong = [*told["wrong"], *_missing(told["acknowledged"]), *_broken()]
    spread = (max(limits) - min(limits)) / statistics.median(limits)
    cpu = [one.cpu_ms for one in ours if one.cpu_ms is not None]
    return {
        "clients": clients,
        "seconds": seconds,
        "rate": round(statistics.median(one.rate for one in ours), 1),
        "limit": round(statistics.median(limits), 1),
        "ratio": round(statistics.median(one.rate / limit for one, limit in zip(ours, limits, strict=True)), 3),
        "p50_ms": round(statistics.median(one.p50_ms for one in ours), 2),
        "p99_ms": round(statistics.median(one.p99_ms for one in ours), 2),
        "cpu_ms_per_op": round(statistics.median(cpu), 3) if cpu else None,
        "errors": told["errors"] + len(wrong) - len(told["wrong"]),
        "steady": spread <= STEADY_SPREAD,
        "limit_spread": round(spread, 3),
        "processes": processes,
        "operations": told["acknowledged"],
        "wrong": wrong,
    }


# The limit ------------------------------------------------------------------------------------------------------------


def _pgbench(here: Installation) -> Path:
    user = choose_server_user(environ=here.given, cluster=here.home.database / "cluster")
    program = find_binaries(environ=here.given, user=user, shared=SHARED).program("pgbench")
    if not program.exists():
        raise Problem(f"There is no pgbench in {program.parent}.", command="unset WENYUAN_PG_BIN")
    return program


def _limit_runner(
    pgbench: Path, script: Path, here: Installation, town: Town, *, share: int, number: int, seconds: float
) -> Callable[[], float]:
    """One slice of the limit on items that no slice before has used; gives transactions a second."""
    parts = conninfo_to_dict(here.urls.app_url)
    values = {
        "n": 0,
        "base": number * share * LIMIT_CLIENTS,
        "share": share,
        "first_item": town.first_spare_id,
        "first_patron": town.first_other_id,
        "patrons": PATRONS,
        "branch": town.branch_ids[0],
        "account": town.account_id,
        "policy": town.policy_id,
    }
    arguments = [
        str(pgbench),
        *("-n", "-M", "prepared", "-c", str(LIMIT_CLIENTS), "-j", str(LIMIT_THREADS)),
        *("-T", str(max(1, round(seconds))), "-f", str(script)),
        *(part for name, value in values.items() for part in ("-D", f"{name}={value}")),
    ]
    environment = dict(os.environ)
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
    environment |= {names[name]: str(value) for name, value in parts.items() if name in names and value is not None}

    def run() -> float:
        ended = subprocess.run(  # noqa: S603 - our own pgbench
            arguments, env=environment, capture_output=True, text=True, check=False
        )
        found = re.search(r"^tps = ([0-9.]+)", ended.stdout, re.MULTILINE)
        if ended.returncode != 0 or found is None:
            last = (ended.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise Problem(f"pgbench failed: {last}")
        return float(found[1])

    return run


# Ours -----------------------------------------------------------------------------------------------------------------


@contextmanager
def _servers(here: Installation, processes: int) -> Iterator[tuple[Address, list[int]]]:
    """The SIP2 server as ``up`` starts it, on a free port, its log beside the others."""
    address = Address("127.0.0.1", _free_port())
    argv = [sys.executable, "-m", "wenyuan.doors.sip2", "--listen", str(address), "--threads", str(SIP2_THREADS)]
    if processes > 1:
        argv.append("--reuse-port")
    with (here.home.logs / "bench-sip2.log").open("ab") as log:
        started = [
            subprocess.Popen(argv, env=here.environment(), cwd=CHECKOUT, stdout=log, stderr=log)  # noqa: S603
            for _ in range(processes)
        ]
        try:
            _wait_for(address, started)
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


def _wait_for(address: Address, started: list[subprocess.Popen[bytes]]) -> None:
    is_ready = tcp_probe(address)
    deadline = time.monotonic() + _START_S
    while not is_ready():
        if time.monotonic() > deadline or any(process.poll() is not None for process in started):
            raise Problem("The SIP2 server did not start; logs/bench-sip2.log says why.")
        time.sleep(0.1)
    # With several processes on one port the first answers for all.
    time.sleep(2.0 if len(started) > 1 else 0)


@contextmanager
def _clients(address: Address, town: Town, *, clients: int) -> Iterator[subprocess.Popen[str]]:
    settings = {
        "host": address.host,
        "port": address.port,
        "clients": clients,
        "branches": BRANCHES,
        "patrons": PATRONS,
        "items": ITEMS,
        "pin": PIN,
        "password": town.password,
        "machines": [{"username": machine.username, "branch": machine.branch} for machine in town.machines],
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "wenyuan.doors.cli.bench_clients"],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        _pipe(process.stdin).write(json.dumps(settings) + "\n")
        _pipe(process.stdin).flush()
        _read(process)
        yield process
    finally:
        process.kill()
        process.wait()
        _pipe(process.stdin).close()
        _pipe(process.stdout).close()


def _pipe(stream: IO[str] | None) -> IO[str]:
    assert stream is not None, "the process was started with pipes"
    return stream


def _ask(process: subprocess.Popen[str], seconds: float) -> dict[str, Any]:
    _pipe(process.stdin).write(f"{seconds}\n")
    _pipe(process.stdin).flush()
    return _read(process)


def _end(process: subprocess.Popen[str]) -> dict[str, Any]:
    _pipe(process.stdin).close()
    return _read(process)


def _read(process: subprocess.Popen[str]) -> dict[str, Any]:
    line = _pipe(process.stdout).readline()
    if not line:
        raise Problem("The bench's own SIP2 machines failed; what they said stands above.")
    told: dict[str, Any] = json.loads(line)
    return told


def _one_of_ours(machines: subprocess.Popen[str], seconds: float, meter: "_Meter") -> Slice:
    before = meter.cpu_seconds()
    told = _ask(machines, seconds)
    after = meter.cpu_seconds()
    spent = None if before is None or after is None else (after - before) * 1000 / max(1, told["operations"])
    return Slice(told["operations"] / told["seconds"], told["p50_ms"], told["p99_ms"], spent)


class _Meter:
    """CPU time of the SIP2 servers and of every process of our own database, where the system has /proc."""

    def __init__(self, here: Installation, pids: list[int]) -> None:
        self._servers = pids
        self._postmaster = EmbeddedPostgres(here.home, environ=here.given).status().pid if here.is_embedded else None
        self._tick = os.sysconf("SC_CLK_TCK")

    def cpu_seconds(self) -> float | None:
        """Seconds spent so far, none where they cannot be known."""
        if self._postmaster is None or not Path("/proc/self/stat").exists():
            return None
        ticks = 0
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit() and (stat := _stat(folder)) is not None:
                pid, parent, spent = stat
                if pid in self._servers or self._postmaster in (pid, parent):
                    ticks += spent
        return ticks / self._tick


def _stat(folder: Path) -> tuple[int, int, int] | None:
    """Process, parent, and ticks of CPU (proc(5)); nothing for one that has ended meanwhile."""
    try:
        text = (folder / "stat").read_text("ascii", "replace")
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()
    return int(folder.name), int(fields[1]), int(fields[11]) + int(fields[12])


# Afterwards -----------------------------------------------------------------------------------------------------------


def _missing(acknowledged: dict[str, int]) -> list[str]:
    """What was acknowledged must be there, and nothing else: loans, returns, arrivals, each with its journal row."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS)
        row = cursor.fetchone()
    assert row is not None, "a SELECT without FROM gives one row"
    loans, returned, journal_loans, journal_returns, journal_arrivals = row
    wanted = {name: acknowledged.get(name, 0) for name in ("loan", "return", "arrival")}
    pairs = (
        ("loan rows", loans, wanted["loan"]),
        ("loans of the journal", journal_loans, wanted["loan"]),
        ("closed loans", returned, wanted["return"]),
        ("returns of the journal", journal_returns, wanted["return"]),
        ("arrivals of the journal", journal_arrivals, wanted["arrival"]),
    )
    return [f"{there} {what}, {told} acknowledged" for what, there, told in pairs if there != told]


def _broken() -> list[str]:
    return [
        f"invariant {invariant.name}: {len(rows)} rows"
        for invariant in all_invariants()
        if (rows := broken_rows(invariant))
    ]
