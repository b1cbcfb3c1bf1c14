"""The machines of ``bench circulation``: a process of its own that speaks SIP2 on N connections in one thread.

Read from standard input: a JSON line with the settings, then the length of each slice in seconds, one a line, until
the end of the file. Written to standard output: a JSON line a slice, and a last one with what was acknowledged.
"""

import json
import random
import re
import selectors
import socket
import sys
from collections import Counter, deque
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

from wenyuan.kernel.sip2 import client
from wenyuan.kernel.sip2.profile import ChecksumPolicy, Profile

PROFILE = Profile(checksum=ChecksumPolicy.OFF)
ITEMS_A_VISIT = 3
HELD_VISITS = 12
"""A connection takes an item back when so many readers have come after its own."""
REFUSED, ELSEWHERE = 0.05, 0.1
"""Shares: of operations that must be refused; of returns made at another branch than the item's. That one return in
twenty is captured for a hold is the town's doing (``bench_town``)."""

_CARD, _ITEM = "@C", "@I"
_CAPTURED = re.compile(rb"\|CV01\|CY([^|]+)\|")
_SENT = re.compile(rb"\|CTB(\d+)\|")
"""In a 10: an item for the hold shelf, with its reader's card; the code of the branch where it must go."""


class Lines:
    """Requests cut out of one that was built once, so that the bench measures the server."""

    def __init__(self, at: datetime, pin: str) -> None:
        self._with_pin = _cut(client.checkout(profile=PROFILE, at=at, patron=_CARD, item=_ITEM, pin=pin))
        self._without = _cut(client.checkout(profile=PROFILE, at=at, patron=_CARD, item=_ITEM))
        self._checkin = _cut(client.checkin(profile=PROFILE, at=at, item=_ITEM))
        self._patron = _cut(client.patron_information(profile=PROFILE, at=at, patron=_CARD, pin=pin))

    def checkout(self, card: bytes, item: bytes, *, has_pin: bool) -> bytes:
        one, two, three = self._with_pin if has_pin else self._without
        return b"".join((one, card, two, item, three))

    def checkin(self, item: bytes) -> bytes:
        one, two = self._checkin
        return b"".join((one, item, two))

    def patron(self, card: bytes) -> bytes:
        one, two = self._patron
        return b"".join((one, card, two))


def _cut(line: bytes) -> tuple[bytes, ...]:
    return tuple(line.replace(_CARD.encode(), b"\0").replace(_ITEM.encode(), b"\0").split(b"\0"))


class Step:
    """One request: its line, the beginning of the only right answer, what to note when it comes, and the item that it
    takes back."""

    __slots__ = ("counts", "item", "line", "note", "wanted")

    def __init__(self, line: bytes, wanted: bytes, note: str, *, counts: bool = True, item: bytes = b"") -> None:
        self.line, self.wanted, self.note, self.counts, self.item = line, wanted, note, counts, item


class Machine:
    """One connection, its readers and items, and the items that others have brought to its branch."""

    def __init__(self, number: int, settings: dict[str, Any], lines: Lines) -> None:
        self._dice = random.Random(number)  # noqa: S311 - repeatable on purpose
        self._lines = lines
        branches, clients = settings["branches"], settings["clients"]
        self.branch = settings["machines"][number]["branch"]
        beside = [other for other in range(clients) if settings["machines"][other]["branch"] == self.branch]
        place, among = beside.index(number), len(beside)
        cards = [card for card in range(settings["patrons"]) if card % branches == self.branch]
        items = [item for item in range(settings["items"]) if item % branches == self.branch]
        self._cards = deque(
            (b"BC%d" % card, card < settings["cards_with_pin"] and card // branches % 2 == 0)
            for card in cards[place::among]
        )
        self.free = deque(b"BI%d" % item for item in items[place::among])
        self._held: deque[list[bytes]] = deque()
        self._steps: deque[Step] = deque()
        self.brought: deque[bytes] = deque()
        """Items that a reader returns here."""
        self.coming: deque[bytes] = deque()
        """Items on their way here that arrive now."""
        self.ready: deque[tuple[bytes, bytes]] = deque()
        """Cards of readers who fetch what is kept for them, with the item."""
        self.others: list[Machine] = []
        self.number = number
        self.buffer = b""
        self.step: Step | None = None
        self.sent_at = 0.0

    def next_step(self) -> Step:
        """What this machine asks next."""
        while not self._steps:
            self._fill()
        return self._steps.popleft()

    def _fill(self) -> None:
        lines = self._lines
        while self.coming:
            item = self.coming.popleft()
            self._steps.append(Step(lines.checkin(item), b"101", "arrival", item=item))
        while self.ready:
            card, item = self.ready.popleft()
            # Its reader keeps it: back at once, it would be captured for the next of its queue, five times over.
            self._steps.append(Step(lines.checkout(card, item, has_pin=False), b"121", "loan"))
        while self.brought:
            item = self.brought.popleft()
            self._steps.append(Step(lines.checkin(item), b"101", "elsewhere", item=item))
        if len(self.free) >= ITEMS_A_VISIT:
            self._visit()
        if len(self._held) > HELD_VISITS or (self._held and not self._steps):
            self._take_back()
        if not self._steps:  # all its items are with others: a reader looks at the account meanwhile
            self._steps.append(Step(self._lines.patron(self._cards[0][0]), b"64", "", counts=False))

    def _visit(self) -> None:
        """A reader: shows the card (and PIN), takes some items; now and then tries what cannot be."""
        card, has_pin = self._cards[0]
        self._cards.rotate(-1)
        if has_pin:
            self._steps.append(Step(self._lines.patron(card), b"64", "", counts=False))
        taken = [self.free.popleft() for _ in range(ITEMS_A_VISIT)]
        for item in taken:
            self._steps.append(Step(self._lines.checkout(card, item, has_pin=has_pin), b"121", "loan"))
        if self._dice.random() < REFUSED * 2 * ITEMS_A_VISIT:
            stranger, its_pin = self._cards[len(self._cards) // 2]
            self._steps.append(Step(self._lines.checkout(stranger, taken[0], has_pin=its_pin), b"120", "refused"))
        self._held.append(taken)

    def _take_back(self) -> None:
        for item in self._held.popleft():
            others = [other for other in self.others if other.branch != self.branch]
            if others and self._dice.random() < ELSEWHERE:
                self._dice.choice(others).brought.append(item)
            else:
                self._steps.append(Step(self._lines.checkin(item), b"101", "return", item=item))


class Floor:
    """All machines, and where an item goes after it was taken back: as the answer says."""

    def __init__(self, machines: list[Machine]) -> None:
        self.machines = machines
        self._owners = {item: machine for machine in machines for item in machine.free}
        for machine in machines:
            machine.others = [other for other in machines if other is not machine]

    def carry(self, machine: Machine, item: bytes, answer: bytes) -> bool:
        """Put the item where the answer sends it; whether it was captured, and its reader comes for it at once."""
        captured = _CAPTURED.search(answer)
        if captured:
            machine.ready.append((captured[1], item))
            return True
        owner = self._owners[item]
        sent = _SENT.search(answer)
        if not sent:
            owner.free.append(item)
        elif int(sent[1]) == owner.branch:
            owner.coming.append(item)
        else:  # to the pickup branch of a hold
            next(one for one in self.machines if one.branch == int(sent[1])).coming.append(item)
        return False


class Clients:
    """All connections in one selector."""

    def __init__(self, settings: dict[str, Any]) -> None:
        lines = Lines(datetime.now(UTC), settings["pin"])
        self._settings = settings
        self.machines = [Machine(number, settings, lines) for number in range(settings["clients"])]
        self._floor = Floor(self.machines)
        self._sockets: list[socket.socket] = []
        self._selector = selectors.DefaultSelector()
        self.noted: Counter[str] = Counter()
        self.errors = 0
        self.wrong: list[str] = []

    def connect(self) -> None:
        """Connect and sign in every machine. :raises OSError: the server does not answer."""
        for machine, account in zip(self.machines, self._settings["machines"], strict=False):
            connection = socket.create_connection((self._settings["host"], self._settings["port"]), timeout=30)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(
                client.login(profile=PROFILE, user=account["username"], password=self._settings["password"])
            )
            if not connection.recv(4096).startswith(b"941"):
                raise ConnectionError(f"{account['username']} was not let in")
            self._sockets.append(connection)
            self._selector.register(connection, selectors.EVENT_READ, machine)

    def run(self, seconds: float) -> dict[str, Any]:
        """One slice; requests in flight at its end are waited for and counted with their time."""
        waits: list[float] = []
        started = perf_counter()
        ends = started + seconds
        flying = 0
        for connection, machine in zip(self._sockets, self.machines, strict=True):
            self._send(connection, machine)
            flying += 1
        while flying:
            ready = self._selector.select(timeout=30)
            if not ready:
                self._fail("no answer within 30 seconds")
                break
            for key, _ in ready:
                machine = key.data
                connection = self._sockets[machine.number]
                data = connection.recv(65536)
                if not data:
                    self._fail("the server closed a connection")
                    self._selector.unregister(connection)
                    flying -= 1
                    continue
                machine.buffer += data
                if not machine.buffer.endswith((b"\r", b"\n")):
                    continue
                now = perf_counter()
                self._answered(machine, machine.buffer, now - machine.sent_at, waits)
                machine.buffer = b""
                if now < ends:
                    self._send(connection, machine)
                else:
                    flying -= 1
        return _slice(waits, perf_counter() - started)

    def _send(self, connection: socket.socket, machine: Machine) -> None:
        machine.step = step = machine.next_step()
        machine.sent_at = perf_counter()
        connection.sendall(step.line)

    def _answered(self, machine: Machine, answer: bytes, waited: float, waits: list[float]) -> None:
        step = machine.step
        assert step is not None
        if step.counts:
            waits.append(waited)
        if not answer.startswith(step.wanted):
            self._fail(f"{step.note or 'patron'}: {answer[:60]!r}")
            return
        self.noted[step.note] += 1
        if step.item and self._floor.carry(machine, step.item, answer):
            self.noted["capture"] += 1

    def _fail(self, what: str) -> None:
        self.errors += 1
        if len(self.wrong) < 10:
            self.wrong.append(what)


def _slice(waits: list[float], seconds: float) -> dict[str, Any]:
    ordered = sorted(waits) or [0.0]
    return {
        "operations": len(waits),
        "seconds": seconds,
        "p50_ms": ordered[len(ordered) // 2] * 1000,
        "p99_ms": ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)] * 1000,
    }


def main() -> None:
    """Serve the bench on standard input and output."""
    settings = json.loads(sys.stdin.readline())
    clients = Clients(settings)
    clients.connect()
    _say({"connected": len(clients.machines)})
    for line in sys.stdin:
        _say(clients.run(float(line)))
    _say({"acknowledged": dict(clients.noted), "errors": clients.errors, "wrong": clients.wrong})


def _say(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
