"""``bench figures``: how long figures take over so many entries of the journal, beside a sequential scan of it.

Entries are written straight into journal_entry, with nobody told: past days that were never added up need no follower.
"""

import secrets
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from itertools import pairwise
from typing import Any, Final

import psycopg
from django.conf import settings
from django.db import connection
from django.test import Client

from wenyuan.doors.cli.environment import Installation
from wenyuan.doors.furniture.summary_file import summary_docx
from wenyuan.office.figures.data import IndicatorCode
from wenyuan.office.figures.operations import recount, roll_up
from wenyuan.office.figures.queries import (
    by_month_and_branch,
    figures_of,
    parse_period,
    scan_by_month_and_branch,
    span_of,
    work_summary,
)
from wenyuan.organisation.accounts.data import FirstAccount, Role
from wenyuan.organisation.accounts.operations import first_administrators
from wenyuan.organisation.network.operations import found_library, open_branch
from wenyuan.organisation.rights.data import Act, Desk, Door, Operator
from wenyuan.plumbing.clock import local_date
from wenyuan.runtime.problem import Problem

BRANCHES: Final = 12
AREAS: Final = 3
"""Of each branch."""
DAY_ROWS: Final = 28_500
"""Entries of one busy day, of which the figures count 27,000 one by one, the others by the persons they tell."""
TARGETS: Final = {"year_ms": 100.0, "page_ms": 300.0, "summary_ms": 3_000.0, "day_ms": 300.0, "growth": 1.5}
"""The most that each may be: milliseconds, and how many times the last step's may be that of a million entries, or of
the first step where there is none."""
GROWS_FROM: Final = 1_000_000
GROWING: Final = ("year_ms", "page_ms", "summary_ms", "day_ms")
_EACH_ONE: Final = (
    IndicatorCode.LOANS,
    IndicatorCode.RETURNS,
    IndicatorCode.RENEWALS,
    IndicatorCode.NEW_CARDS,
    IndicatorCode.ACTIVITIES,
)
"""Of these each entry counts one."""
_ROUNDS: Final = 9
_CHUNK: Final = 200_000

_INDEXES: Final = ("enable_indexscan", "enable_bitmapscan", "enable_indexonlyscan")

_DAY_AS_IF_NEW = """
    WITH days AS (DELETE FROM figures_dayroll WHERE local_date = %(day)s),
    parts AS (DELETE FROM figures_aspectday WHERE local_date = %(day)s)
    INSERT INTO figures_daymark (local_date) VALUES (%(day)s)
"""
"""As in the night after a day: nothing of it is added up, and all of its rows are to be written."""

Echo = Callable[[str], None]

_ENTRIES = """
    INSERT INTO journal_entry (occurred_at, local_date, local_hour, kind, branch_id, area_id,
        service_point_id, door, patron_category, item_type, quantity, persons, class_letter, details)
    SELECT on_day.day + make_interval(hours => 9 + made.n::int %% 9), on_day.day, 9 + made.n %% 9, made.kind,
        made.branch_id, made.branch_id * 100 + made.n %% %(areas)s,
        CASE WHEN made.kind = 'visit' THEN made.branch_id * 10 + made.n %% 2 END, 'bench', 'adult', 'book', 1,
        CASE WHEN made.kind IN ('visit', 'activity') THEN 3 ELSE 0 END,
        substr('ABCDEFGHIJKNOPQRSTUVXZ', 1 + made.n::int %% 22, 1),
        CASE WHEN made.kind = 'activity' THEN
            jsonb_build_object('sort', (ARRAY['lecture', 'exhibition', 'reading'])[1 + made.n %% 3], 'role', 'host')
        ELSE '{}' END
    FROM (
        SELECT n, (%(branches)s::int[])[1 + (hashint8(n) & 1048575) %% cardinality(%(branches)s::int[])] AS branch_id,
            %(first)s::date + ((n - %(of)s) * %(days)s / %(entries)s)::int AS spread,
            CASE WHEN n %% 100 < 45 THEN 'loan' WHEN n %% 100 < 88 THEN 'return' WHEN n %% 100 < 93 THEN 'renewal'
                WHEN n %% 100 < 98 THEN 'visit' WHEN n %% 100 < 99 THEN 'card_issued' ELSE 'activity' END AS kind
        FROM generate_series(%(from)s::bigint, %(to)s::bigint - 1) AS n
    ) AS made, LATERAL (
        SELECT CASE WHEN made.spread = %(spared)s::date THEN made.spread + 1 ELSE made.spread END
    ) AS on_day (day)
"""


def measure_figures(here: Installation, *, events: Sequence[int], at: datetime, echo: Echo) -> dict[str, Any]:
    """Write as many entries as each step says in all, over last year and this one until today, add them up and ask. The
    database is migrated and empty. More than a million are measured beside a million.

    Times are medians in milliseconds; ``missed`` names what took longer than wanted. Growth is told of the shortest
    times (``least``): whatever else the machine does makes none shorter.

    :raises Problem: a page cannot be had, or the rollups say another thing than the journal.
    """
    here.static_folder.mkdir(exist_ok=True)  # empty: pages name their files, nobody fetches them
    today = local_date(at)
    desk, browser, branches = _library(at)
    steps: list[dict[str, Any]] = []
    wanted_steps = {*events, GROWS_FROM} if max(events) > GROWS_FROM else set(events)
    for already, wanted in pairwise((0, *sorted(wanted_steps))):
        echo(f"Writing {wanted - already:,} entries …")
        began = time.perf_counter()
        _write(here, branches, already, wanted, first=date(today.year - 1, 1, 1), today=today)
        if not already:
            _write(here, branches, -DAY_ROWS, 0, first=_busy(today), today=_busy(today))
        written = time.perf_counter() - began
        echo("Adding up …")
        if already:  # what was added up before does not know the new entries, which no follower has seen
            recount(first=date(today.year - 1, 1, 1), last=today, at=at, desk=desk, reason="bench")
        added_up = _ms(lambda: roll_up(at=at))
        _analyse(here)
        echo("Asking …")
        times = {"write_s": round(written, 1), "roll_up_s": round(added_up / 1000, 1)}
        steps.append({"events": wanted, **times, **_step(desk, browser, at)})
    first = next((step for step in steps if step["events"] == GROWS_FROM), steps[0])
    last = steps[-1]
    growth = {name: round(last["least"][name] / first["least"][name], 2) for name in GROWING if last is not first}
    missed = [name for name in GROWING if last[name] >= TARGETS[name]]
    missed += [f"growth of {name}" for name, times in growth.items() if times > TARGETS["growth"]]
    return {**last, "steps": steps, "growth": growth, "targets": TARGETS, "missed": missed}


def _busy(today: date) -> date:
    return date(today.year - 1, 4, 23)


def _step(desk: Desk, browser: Client, at: datetime) -> dict[str, Any]:
    today = local_date(at)
    year = parse_period(str(today.year - 1))
    if by_month_and_branch(period=year) != scan_by_month_and_branch(period=year):
        raise Problem("The rollups say another thing than the journal.")
    year_ms = _times(lambda: by_month_and_branch(period=year))
    with _indexes_unused():
        scan_ms = statistics.median(_times(lambda: scan_by_month_and_branch(period=year), rounds=3))

    def one_day() -> None:
        roll_up(at=at)

    def as_if_new() -> None:
        with connection.cursor() as cursor:
            cursor.execute(_DAY_AS_IF_NEW, {"day": _busy(today)})

    busy = span_of(_busy(today), _busy(today))
    entries = sum(figures_of(period=busy, at=at).values[code] for code in _EACH_ONE)
    summary = parse_period(f"{today.year}-01-01..{today}")
    taken = {
        "year_ms": year_ms,
        "day_ms": _times(one_day, before=as_if_new),
        "page_ms": _times(lambda: _page(browser, {"period": str(today.year), "branch": "all"})),
        "summary_ms": _times(lambda: summary_docx(work_summary(period=summary, branch=None, at=at))),
    }
    recount(first=_busy(today), last=_busy(today), at=at, desk=desk, reason="bench")  # its month has it many times now
    roll_up(at=at)
    medians = {name: round(statistics.median(times), 1) for name, times in taken.items()}
    return {
        **medians,
        "least": {name: round(min(times), 1) for name, times in taken.items()},
        "scan_ms": round(scan_ms, 1),
        "ratio": round(medians["year_ms"] / scan_ms, 4),
        "entries_of_the_day": entries,
    }


@contextmanager
def _indexes_unused() -> Iterator[None]:
    """The journal is read from one end to the other."""
    with connection.cursor() as cursor:
        for name in _INDEXES:
            cursor.execute(f"SET {name} TO off")
        yield
        for name in _INDEXES:
            cursor.execute(f"SET {name} TO on")


def _times(
    act: Callable[[], object], *, rounds: int = _ROUNDS, before: Callable[[], object] | None = None
) -> list[float]:
    """Of so many rounds; one before them warms up."""
    taken = []
    for _ in range(rounds + 1):
        if before:
            before()
        taken.append(_ms(act))
    return taken[1:]


def _ms(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1000


def _page(browser: Client, terms: dict[str, str]) -> None:
    response = browser.get("/workbench/figures/", terms)
    if response.status_code != 200:
        raise Problem(
            f"The page of figures answers with {response.status_code} {response.headers.get('location', '')}."
        )


def _library(at: datetime) -> tuple[Desk, Client, list[int]]:
    """Somebody who may do everything, a browser of a director, and branches, the first the central one."""
    password = secrets.token_urlsafe(24)
    roles = frozenset({Role.DIRECTOR, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
    account = FirstAccount(username="founder", name="bench", password=password, roles=roles)
    made = first_administrators(accounts=(account,), at=at, exception_reason="bench")[0]
    desk = Desk(operator=Operator(made.id, made.name, everywhere=frozenset(Act)), branch_id=0, door=Door.CLI)
    found_library(name_zh="测速", at=at, desk=desk)
    ids: list[int] = []
    for number in range(BRANCHES):
        branch = open_branch(
            code=f"B{number}",
            name_zh=f"{number}号馆",
            kind="branch" if number else "central",
            opened_date=date(2020, 1, 1),
            parent_id=ids[0] if ids else None,
            at=at,
            desk=desk,
        )
        ids.append(branch.id)
    browser = Client(headers={"host": settings.ALLOWED_HOSTS[0], "accept-language": "zh-CN"})
    browser.post("/workbench/sign-in", {"username": "founder", "password": password})
    browser.post("/workbench/workplace", {"branch": str(ids[0])})
    return desk, browser, ids


def _write(here: Installation, branches: list[int], first_no: int, to: int, *, first: date, today: date) -> None:
    """Entries with the numbers from ``first_no`` to before ``to``, spread over the days from ``first`` to ``today``, in
    the order of these, as a library's are. The busy day is ``spared``: it has as many in every step."""
    words: dict[str, Any] = {
        "areas": AREAS,
        "branches": branches,
        "first": first,
        "days": (today - first).days + 1,
        "of": first_no + 10**9,
        "entries": to - first_no,
        "spared": None if first == today else _busy(today),
    }
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")
        for begins in range(first_no, to, _CHUNK):
            cursor.execute(_ENTRIES, {**words, "from": begins + 10**9, "to": min(begins + _CHUNK, to) + 10**9})
        cursor.execute("SET synchronous_commit TO on")
    _analyse(here)


def _analyse(here: Installation) -> None:
    with psycopg.connect(here.urls.owner_url, autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE")
