"""``bench circulation``: SIP2 operations over real sockets beside the bare database making the same rows.

Ours: machines in a process of their own, the real server, the embedded PostgreSQL with its own settings and fsync on,
and the worker as in ``up``, which has caught up before each slice. The limit: ``pgbench -M prepared`` with one loan,
one item and one journal row in a transaction, on the same tables with their indexes, triggers and foreign keys, while
the worker rests. Both run five times in turn, so that a machine that slows down slows both.
"""

import os
import re
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection
from psycopg.conninfo import conninfo_to_dict

from wenyuan.doors.cli.bench_server import Machines, Meter, Slice, one_slice, servers, signed_in_machines
from wenyuan.doors.cli.bench_town import Town, lend_more, load_town, size_of
from wenyuan.doors.cli.bench_worker import oldest_wait_s, waits_of_changes, worker_beside
from wenyuan.doors.cli.environment import Installation
from wenyuan.plumbing.invariants import all_invariants, broken_rows
from wenyuan.runtime.binaries import find_binaries
from wenyuan.runtime.place import SHARED
from wenyuan.runtime.problem import Problem
from wenyuan.runtime.server_user import choose_server_user

SLICES = 5
FRESH_SLICES = 4
"""So many times the length of a slice titles are changed while the machines talk; that counts for nothing else."""
WARM_UP_S = 1.5
LIMIT_CLIENTS, LIMIT_THREADS = 8, 2
MOST_TRANSACTIONS_A_SECOND = 9_000
"""Each transaction of the limit needs an item of its own; so many are provided for each second."""
STEADY_SPREAD = 0.25

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
        (SELECT count(*) FROM journal_entry WHERE door = 'sip2' AND kind = 'transit_received'),
        (SELECT count(*) FROM journal_entry WHERE door = 'sip2' AND kind = 'hold_ready')
"""

Echo = Callable[[str], None]


def measure_circulation(
    here: Installation, *, clients: int, seconds: float, processes: int, scale: float, at: datetime, echo: Echo
) -> dict[str, Any]:
    """Load the town, run both in turn, and look whether everything acknowledged is there.

    The database is migrated and empty. ``seconds`` is the length of a slice, ``scale`` the size of the town.

    :raises Problem: there is no pgbench, or a part did not start.
    """
    pgbench = _pgbench(here)
    share = max(1, int(MOST_TRANSACTIONS_A_SECOND * seconds / LIMIT_CLIENTS))
    echo("Loading readers and items …")
    town = load_town(here, machines=clients, spare_items=share * LIMIT_CLIENTS * SLICES, size=size_of(scale), at=at)
    limits: list[float] = []
    ours: list[Slice] = []
    waits: list[float] = []
    echo("Building the search index …")
    with (
        tempfile.TemporaryDirectory() as folder,
        worker_beside(here) as worker,
        servers(here, processes) as (address, pids),
        signed_in_machines(address, town) as machines,
    ):
        script = Path(folder) / "limit.sql"
        script.write_text(_LIMIT, "ascii")
        machines.talk(WARM_UP_S)
        meter = Meter(here, pids, worker)

        def run_ours() -> None:
            worker.catch_up()
            ours.append(one_slice(machines, seconds, meter))
            waits.append(oldest_wait_s())

        for number in range(SLICES):
            run_limit = _limit_runner(pgbench, script, here, town, share=share, number=number, seconds=seconds)
            if number % 2 == 0:
                run_ours()
            worker.catch_up()
            with worker.resting():
                limits.append(run_limit())
            if number % 2:
                run_ours()
            echo(
                f"  {number + 1}/{SLICES}: {ours[-1].rate:.0f} operations/s beside {limits[-1]:.0f}, "
                f"p99 {ours[-1].p99_ms:.1f} ms"
            )
        echo("Changing titles meanwhile …")
        fresh = _freshness(machines, seconds * FRESH_SLICES)
        told = machines.end()
    wrong = [*told["wrong"], *_missing(told["acknowledged"]), *_broken()]
    spread = (max(limits) - min(limits)) / statistics.median(limits)
    return {
        "clients": clients,
        "seconds": seconds,
        "limit": round(statistics.median(limits), 1),
        "ratio": round(statistics.median(one.rate / limit for one, limit in zip(ours, limits, strict=True)), 3),
        **_medians(ours),
        "worker_cpu_ms_per_op": _median_cpu([one.worker_cpu_ms for one in ours]),
        "index_waits_s": round(statistics.median(waits), 2),
        "fresh_p95_s": round(statistics.quantiles(fresh, n=100, method="inclusive")[94], 2),
        "fresh_changes": len(fresh),
        "errors": told["errors"] + len(wrong) - len(told["wrong"]),
        "steady": spread <= STEADY_SPREAD,
        "limit_spread": round(spread, 3),
        "processes": processes,
        "operations": told["acknowledged"],
        "wrong": wrong,
    }


def measure_growth(
    here: Installation,
    *,
    open_loans: Sequence[int],
    clients: int,
    seconds: float,
    processes: int,
    scale: float,
    at: datetime,
    echo: Echo,
) -> dict[str, Any]:
    """The same operations in one town with ever more open loans, ours alone; ``open_loans`` are the steps, rising.

    ``growth`` is the CPU of an operation at the last step divided by that at the first, or the ratio of rates, first to
    last, where CPU cannot be measured.
    """
    echo("Loading readers and items …")
    town = load_town(here, machines=clients, spare_items=1, size=replace(size_of(scale), open_loans=0), at=at)
    steps: list[dict[str, Any]] = []
    already = 0
    with servers(here, processes) as (address, pids), signed_in_machines(address, town) as machines:
        meter = Meter(here, pids)
        for wanted in open_loans:
            lend_more(here, town, already=already, to=wanted, at=at)
            already = wanted
            machines.talk(WARM_UP_S)
            slices = [one_slice(machines, seconds, meter) for _ in range(SLICES)]
            steps.append({"open_loans": wanted, **_medians(slices)})
            echo("  {open_loans:>9,} open loans: {rate} operations/s, {cpu_ms_per_op} ms of CPU".format(**steps[-1]))
        told = machines.end()
    first, last = steps[0], steps[-1]
    growth = last["cpu_ms_per_op"] / first["cpu_ms_per_op"] if first["cpu_ms_per_op"] else first["rate"] / last["rate"]
    wrong = [*told["wrong"], *_missing(told["acknowledged"])]
    return {
        "clients": clients,
        "seconds": seconds,
        "steps": steps,
        "growth": round(growth, 3),
        "errors": told["errors"] + len(wrong) - len(told["wrong"]),
        "wrong": wrong,
    }


def _freshness(machines: Machines, seconds: float) -> list[float]:
    """Seconds until each of the titles is found that are changed while the machines talk; two at least."""
    waits: list[float] = []
    with ThreadPoolExecutor(1) as beside:
        talking = beside.submit(machines.talk, seconds)
        for wait in waits_of_changes():
            waits.append(wait)
            if talking.done() and len(waits) > 1:
                break
        talking.result()
    return waits


def _medians(slices: list[Slice]) -> dict[str, Any]:
    return {
        "rate": round(statistics.median(one.rate for one in slices), 1),
        "p50_ms": round(statistics.median(one.p50_ms for one in slices), 2),
        "p99_ms": round(statistics.median(one.p99_ms for one in slices), 2),
        "cpu_ms_per_op": _median_cpu([one.cpu_ms for one in slices]),
    }


def _median_cpu(measured: Sequence[float | None]) -> float | None:
    known = [one for one in measured if one is not None]
    return round(statistics.median(known), 3) if known else None


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
        "patrons": town.others,
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


# Afterwards -----------------------------------------------------------------------------------------------------------


def _missing(acknowledged: dict[str, int]) -> list[str]:
    """What was acknowledged must be there, and nothing else: loans, returns, arrivals and captures, each with its
    journal row."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS)
        row = cursor.fetchone()
    assert row is not None, "a SELECT without FROM gives one row"
    loans, returned, journal_loans, journal_returns, journal_arrivals, journal_captures = row
    wanted = {name: acknowledged.get(name, 0) for name in ("loan", "return", "elsewhere", "arrival", "capture")}
    returns = wanted["return"] + wanted["elsewhere"]
    pairs = (
        ("loan rows", loans, wanted["loan"]),
        ("loans of the journal", journal_loans, wanted["loan"]),
        ("closed loans", returned, returns),
        ("returns of the journal", journal_returns, returns),
        ("arrivals of the journal", journal_arrivals, wanted["arrival"]),
        ("captures of the journal", journal_captures, wanted["capture"]),
    )
    return [f"{there} {what}, {told} acknowledged" for what, there, told in pairs if there != told]


def _broken() -> list[str]:
    return [
        f"invariant {invariant.name}: {len(rows)} rows"
        for invariant in all_invariants()
        if (rows := broken_rows(invariant))
    ]
