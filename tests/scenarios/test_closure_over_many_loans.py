"""A closure over thousands of open loans: previewed, signed, its worker killed half-way and started again, while a desk
goes on lending, renewing and taking back. In the end every loan has the date that its base has from the start."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.db import connections

from tests.factories.accounts import make_desk
from tests.factories.catalogue import make_item
from tests.factories.circulation import District, make_district
from tests.factories.many_loans import lend_many
from tests.factories.patrons import make_patron
from wenyuan.lending.circulation import closing
from wenyuan.lending.circulation.data import BlockCode
from wenyuan.lending.circulation.models import ClosureRun, Loan, LoanPolicy
from wenyuan.lending.circulation.operations import Refused, checkin, checkout, renew
from wenyuan.lending.circulation.rules import due_of_base
from wenyuan.lending.circulation.sql import INVARIANTS
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.network.operations import draft_closure, sign_closure
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.network.seams import touched_by_closure
from wenyuan.plumbing.clock import library_zone, local_date
from wenyuan.plumbing.invariants import broken_rows

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)
PREVIEW_S, APPLIED_S = 2.0, 60.0
READERS_A_LOAN = 3

WORKER = """
import django
django.setup()
from datetime import UTC, datetime
from wenyuan.lending.circulation import closing
from wenyuan.organisation.journal.delivery import deliver
at = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)
while deliver(at=at):
    pass
closing.CHUNK = 250
closing.follow_closures(now=lambda: at)
"""


class Desk:
    """A desk that lends, renews and takes back without a pause, in a thread of its own."""

    def __init__(self, town: District, count: int) -> None:
        self._town = town
        self._count = count
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.acts: Counter[str] = Counter()
        self.slowest_s = 0.0
        self.fault = ""

    def __enter__(self) -> "Desk":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            number = 0
            while not self._stop.is_set():
                number += 1
                self._timed("lent", lambda: checkout(item="D1", card="P1", at=AT, desk=self._town.at_central))
                self._timed("back", lambda: checkin(item="D1", at=AT, desk=self._town.at_central))
                if 2 * number + 1 > self._count:  # all that the closure concerns has been seen here
                    return
                self._timed("renewed", lambda n=number: self._renew(2 * n))  # type: ignore[misc] # bound now
                item = f"C-{2 * number + 1}"
                self._timed("returned", lambda i=item: checkin(item=i, at=AT, desk=self._town.at_central))  # type: ignore[misc]
        except Exception as error:
            self.fault = repr(error)
        finally:
            connections.close_all()

    def _renew(self, number: int) -> None:
        try:
            renew(item=f"C-{number}", at=AT, desk=self._town.at_central)
        except Refused as refused:
            if {block.code for block in refused.blocks} != {BlockCode.RENEWAL_GAINS_NOTHING}:
                raise  # nothing is gained where the closure has given more already

    def _timed(self, what: str, act: Callable[[], object]) -> None:
        began = time.monotonic()
        act()
        self.slowest_s = max(self.slowest_s, time.monotonic() - began)
        self.acts[what] += 1


def close_over(count: int, database: str, *, days: int) -> None:
    LoanPolicy.objects.all().delete()
    town = make_district()
    director = make_desk(town.central, role=Role.DIRECTOR, everywhere=True)
    lend_many(town.central, director, count=count, readers=count // READERS_A_LOAN, first=date(2026, 4, 24), days=days)
    make_patron(card="P1", home=town.central)
    make_item(barcode="D1", home=town.central)
    first, last = date(2026, 4, 25), date(2026, 5, 31)

    began = time.monotonic()
    touched = touched_by_closure(frozenset({town.central.id}), first, last)
    preview_s = time.monotonic() - began
    notice = draft_closure(
        scope="branch",
        branch_id=town.central.id,
        first_date=first,
        last_date=last,
        reason="台风",
        most_a_day=max(100, count // 40),
        at=AT,
        desk=director,
    )
    sign_closure(notice_id=notice, at=AT, desk=director)
    with Desk(town, count) as desk:
        took = killed_half_way(database, count)
        killed_at = ClosureRun.objects.get().looked
        began = time.monotonic()
        closing.follow_closures(now=lambda: AT)
        took += time.monotonic() - began

    run = ClosureRun.objects.get()
    print(
        f"{count} loans: previewed in {preview_s:.2f} s, killed at {killed_at}, applied in {took:.1f} s, "
        f"{run.moved} moved, beside {dict(desk.acts)}, the slowest act {desk.slowest_s * 1000:.0f} ms"
    )
    assert desk.fault == ""
    assert {tie.what: tie.count for tie in touched}["loans_due"] >= count // 2
    assert preview_s < PREVIEW_S
    assert took < APPLIED_S
    assert run.state == "done"
    assert killed_at < count
    assert_right(town, desk, most=max(100, count // 40))


def killed_half_way(database: str, count: int) -> float:
    """Let a worker begin and kill it when it has looked at half of the loans; gives the seconds until then."""
    began = time.monotonic()
    process = subprocess.Popen([sys.executable, "-c", WORKER], env=os.environ | {"DATABASE_URL": database})
    while not ClosureRun.objects.filter(looked__gte=count // 2).exists():
        assert process.poll() is None, "the worker ended before it could be killed"
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    return time.monotonic() - began


def assert_right(town: District, desk: Desk, *, most: int) -> None:
    calendar, zone = network_map().calendar(town.central.id), library_zone()
    open_loans = Loan.objects.filter(returned_at=None)
    wrong = [
        loan_id
        for loan_id, patron, base, due in open_loans.values_list("id", "patron_id", "base_due_date", "due_at")
        if due_of_base(base, calendar=calendar, zone=zone, reader=patron or 0).at != due
    ]
    moved = Counter(
        local_date(due)
        for base, due in open_loans.values_list("base_due_date", "due_at")
        if base != local_date(due) and base <= date(2026, 5, 31)
    )
    assert wrong == []
    assert min(moved) > date(2026, 5, 31)
    assert max(moved.values()) <= most * 1.1  # counted before the desk lent and took back
    assert desk.acts["lent"] > 0
    assert Entry.objects.filter(kind=Kind.DUE_DATES_MOVED).count() > 1
    assert [broken_rows(rule) for rule in INVARIANTS] == [[]] * len(INVARIANTS)


@pytest.mark.timeout(300)
def test_a_closure_over_fifteen_hundred_loans_survives_a_kill(fresh_database: str) -> None:
    close_over(1_500, fresh_database, days=60)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_a_closure_over_fifty_thousand_loans_is_applied_within_a_minute(fresh_database: str) -> None:
    close_over(50_000, fresh_database, days=60)
