"""Killing processes at random moments while machines lend and take back.

Each machine works through its own items and readers and repeats a request until it is answered, as a real one does. In
the end every acknowledged operation must stand in the tables, once, and every invariant must hold.
"""

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

import psutil
from django.db import connections

from tests.command import Command
from tests.doors.sip2_client import Sip2Client
from tests.factories.accounts import make_machine
from tests.factories.catalogue import make_item
from tests.factories.circulation import make_district
from tests.factories.patrons import make_patron
from wenyuan.kernel.sip2 import client
from wenyuan.kernel.sip2.profile import STANDARD
from wenyuan.lending.circulation.models import Loan, LoanPolicy
from wenyuan.organisation.journal.models import Entry
from wenyuan.plumbing.invariants import all_invariants, broken_rows

PASSWORD = "kiosk-pass-1"
MACHINES = 4
ITEMS_OF_A_MACHINE = 3
RECOVERY_S = 90
KINDS = ("sip2", "sip2", "postgres", "postgres backend", "web", "worker", "any", "supervisor")
"""Who is killed: each of these in turn, in an order that is drawn anew each time."""


@dataclass
class Machine:
    """One self-check machine under load; ``lent`` and ``returned`` count what was acknowledged, by item."""

    number: int
    address: tuple[str, int]
    stop: threading.Event
    lent: Counter[str] = field(default_factory=Counter)
    returned: Counter[str] = field(default_factory=Counter)
    answers: int = 0
    fault: str = ""
    _connection: Sip2Client | None = None

    def run(self) -> None:
        try:
            self._work()
        except Exception as error:
            self.fault = repr(error)
        finally:
            self._hang_up()

    def _work(self) -> None:
        items = [f"M{self.number}I{index}" for index in range(ITEMS_OF_A_MACHINE)]
        while not self.stop.is_set() and not self.fault:
            for item in items:
                if self._until_answered(self._checkout(item), "12", item):
                    self.lent[item] += 1
            for item in items:
                if self._until_answered(self._checkin(item), "10", item):
                    self.returned[item] += 1

    def _until_answered(self, line: bytes, code: str, item: str) -> bool:
        """Send until an answer comes. Before the end of the run a request is never given up."""
        end = time.monotonic() + RECOVERY_S
        while time.monotonic() < end:
            try:
                answer = self._signed_in().ask(line)
            except OSError:
                self._hang_up()
                time.sleep(0.1)
                continue
            self.answers += 1
            if answer.code == code and answer.fixed["ok"] == "1":
                return True
            if "系统" in "".join(answer.fields.get("AF", ())):
                time.sleep(0.1)  # the database is away: the answer says so and nothing was promised
                continue
            self.fault = f"{item}: {answer}"
            return False
        self.fault = f"{item}: no answer within {RECOVERY_S} s"
        return False

    def _signed_in(self) -> Sip2Client:
        """The connection of this machine, made and signed in anew when the old one broke."""
        if self._connection is None:
            self._connection = Sip2Client(self.address, timeout_s=15)
            if not self._connection.sign_in(f"kiosk{self.number}", PASSWORD):
                raise ConnectionError("not let in")
        return self._connection

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _checkout(self, item: str) -> bytes:
        return client.checkout(profile=STANDARD, at=datetime.now(), patron=f"P{self.number}", item=item)

    def _checkin(self, item: str) -> bytes:
        return client.checkin(profile=STANDARD, at=datetime.now(), item=item)


def furnish() -> None:
    """Machines, readers and items for the load, in the database Django points at."""
    LoanPolicy.objects.all().delete()  # the district brings its own, in place of the one a new library begins with
    district = make_district()
    for number in range(MACHINES):
        make_machine(district.central, f"kiosk{number}", PASSWORD)
        make_patron(card=f"P{number}", home=district.central)
        for index in range(ITEMS_OF_A_MACHINE):
            make_item(barcode=f"M{number}I{index}", home=district.central)


def kill_under_load(library: Command, *, kills: int, seed: int) -> tuple[list[Machine], Counter[str]]:
    """Kill that many processes, one after the other, under load; returns the machines and who was killed."""
    dice = random.Random(seed)
    stop = threading.Event()
    machines = [Machine(number, library.sip2_address, stop) for number in range(MACHINES)]
    threads = [threading.Thread(target=machine.run) for machine in machines]
    for thread in threads:
        thread.start()
    killed: Counter[str] = Counter()
    try:
        for number in range(kills):
            if number % len(KINDS) == 0:
                order = dice.sample(KINDS, len(KINDS))
            if faults := [machine.fault for machine in machines if machine.fault]:
                raise AssertionError(faults)
            time.sleep(dice.uniform(0.05, 1.2))
            killed[_kill_one(library, order.pop(), dice)] += 1
            _wait_until_served(machines)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    return machines, killed


def _kill_one(library: Command, kind: str, dice: random.Random) -> str:
    by_kind: dict[str, list[psutil.Process]] = {}
    for process in library.processes():
        by_kind.setdefault(_kind_of(process, library), []).append(process)
    everybody = sorted((process for members in by_kind.values() for process in members), key=lambda one: one.pid)
    victims = everybody if kind == "any" else by_kind.get(kind, everybody)
    if not victims:
        library.up_again()
        return "nobody"
    victim = dice.choice(sorted(victims, key=lambda one: one.pid))
    name = _kind_of(victim, library)
    try:
        victim.kill()
    except psutil.NoSuchProcess:
        return "gone"
    if name == "supervisor":
        library.up_again()
    return name


def _kind_of(process: psutil.Process, library: Command) -> str:
    try:
        words = " ".join(process.cmdline())
        parent = process.ppid()
    except psutil.NoSuchProcess:
        return "gone"
    if library.supervisor is not None and process.pid == library.supervisor.pid:
        return "supervisor"
    if "postgres" in words.split(" ")[0] and "-D" in words:
        return "postgres"
    if words.startswith("postgres:"):
        return "postgres backend"
    for name, mark in (
        ("sip2", "wenyuan.doors.sip2"),
        ("web", "granian"),
        ("worker", "cli worker"),
        ("guard", "guard"),
    ):
        if mark in words:
            return name
    return f"other of {parent}" if parent == 1 else "other"


def _wait_until_served(machines: list[Machine]) -> None:
    """Until every machine has got an answer since now, or said what is wrong."""
    before = [machine.answers for machine in machines]
    end = time.monotonic() + RECOVERY_S
    while time.monotonic() < end:
        if all(machine.fault or machine.answers > count for machine, count in zip(machines, before, strict=True)):
            return
        time.sleep(0.02)


def assert_nothing_lost(machines: list[Machine]) -> None:
    """Every acknowledged operation stands in the tables exactly once, and every invariant holds."""
    assert [machine.fault for machine in machines if machine.fault] == []
    for machine in machines:
        for item, count in machine.lent.items():
            loans = Loan.objects.filter(item__barcode=item)
            assert loans.count() == count, f"{item}: {count} acknowledged, {loans.count()} loans"
            assert loans.filter(returned_at__isnull=False).count() == machine.returned[item]
    assert Entry.objects.filter(kind="loan").count() == sum(machine.lent.total() for machine in machines)
    assert Entry.objects.filter(kind="return").count() == sum(machine.returned.total() for machine in machines)
    assert [rule.name for rule in all_invariants() if broken_rows(rule)] == []
    connections.close_all()
