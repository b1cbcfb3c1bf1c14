"""A little library in plain values: what circulation must have come to after any row of acts.

It is written from ``docs/circulation/actions.md`` and ``docs/specs``, not from the rules, and knows no database: who
has what until when, where each copy is, who waits for what in which order. ``test_random_circulation`` lets it live
beside the real one. Every branch is closed on Mondays; nobody owes anything, and no closure is declared.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import permutations

GROUPS = ("CE", "SN")
"""Branches that lend to each other."""
LOAN_DAYS = {"C": 30, "E": 14, "S": 30, "N": 30}
"""Also of a renewal; of the branch that lends."""
MAX_LOANS, MAX_MAGAZINES, MAX_RENEWALS, MAX_HOLDS, SHELF_DAYS = 2, 1, 1, 2, 7
MONDAY = 0
FOUND_BY_A_SCAN = ("lost", "missing")
WAIVABLE = {
    "item_in_transit",
    "item_on_hold_shelf",
    "item_held",
    "item_damaged",
    "item_missing",
    "loan_limit",
    "loan_limit_of_type",
}


@dataclass(eq=False)
class Copy:
    """One item. ``reader`` has it, or had it until it was ``taken`` at a branch that could not close the loan."""

    barcode: str
    title: str
    home: str
    kind: str = "book"
    state: str = "available"
    condition: str = "ok"
    damaged: bool = False  # also while it is lost or missing (M-35)
    here: str = ""
    reader: str = ""
    taken: bool = False
    lent_at: str = ""
    due: date | None = None
    renewals: int = 0
    bound: str = ""  # on its way to this branch,
    sent_from: str = ""
    for_hold: bool = False  # because somebody fetches it there
    kept_for: "Wait | None" = None

    def __post_init__(self) -> None:
        self.here = self.here or self.home

    @property
    def found(self) -> str:
        """Its condition when it lies on a desk: what was gone is as it was before."""
        if self.condition in FOUND_BY_A_SCAN:
            return "damaged" if self.damaged else "ok"
        return self.condition

    @property
    def in_hand(self) -> bool:
        return bool(self.reader) and not self.taken


@dataclass(eq=False)
class Wait:
    """One hold. ``only`` is the one copy wanted, if no other will do."""

    id: int
    title: str
    reader: str
    pickup: str
    only: Copy | None = None
    not_after: date | None = None
    state: str = "waiting"
    suspended: bool = False
    shelf_until: date | None = None

    @property
    def is_open(self) -> bool:
        return self.state in ("waiting", "in_transit", "on_shelf")


@dataclass
class Scan:
    """What a scan must say. ``undoable``: it closed a loan, or took it, and nothing else was settled by it."""

    outcome: str
    send_to: str
    hold: Wait | None
    undoable: bool


def together(one: str, other: str) -> bool:
    return any(one in group and other in group for group in GROUPS)


def due_date(branch: str, day: date) -> date:
    due = day + timedelta(days=LOAN_DAYS[branch])
    return due + timedelta(days=due.weekday() == MONDAY)


def shelf_until(day: date) -> date:
    """The seventh open day after it."""
    later = [day + timedelta(days=number) for number in range(1, 2 * SHELF_DAYS)]
    return [one for one in later if one.weekday() != MONDAY][SHELF_DAYS - 1]


@dataclass
class Shelves:
    """The whole library. ``waits`` stand in the order of their queues; ``counted`` is what the journal counts, what
    was undone taken off."""

    copies: dict[str, Copy]
    waits: list[Wait] = field(default_factory=list)
    suspended: set[str] = field(default_factory=set)
    counted: dict[str, int] = field(default_factory=dict)

    def count(self, kind: str, number: int = 1) -> None:
        self.counted[kind] = self.counted.get(kind, 0) + number

    def queue(self, title: str) -> list[Wait]:
        return [wait for wait in self.waits if wait.title == title and wait.state == "waiting"]

    def stands_in_line(self, wait: Wait) -> bool:
        return wait.state == "waiting" and len(self.queue(wait.title)) > 1

    def of_title(self, title: str) -> list[Copy]:
        return [copy for copy in self.copies.values() if copy.title == title]

    def against_reader(self, reader: str) -> set[str]:
        return {"patron_suspended"} if reader in self.suspended else set()

    # Lending

    def against_checkout(self, copy: Copy, reader: str, branch: str) -> set[str]:
        blocks = self.against_reader(reader)
        if copy.condition != "ok":
            blocks.add(f"item_{copy.condition}")
        if copy.in_hand and copy.reader == reader:
            return blocks | {"item_on_loan_already"}
        kept_for_other = copy.kept_for is not None and copy.kept_for.reader != reader
        if copy.reader:
            blocks.add("item_taken_elsewhere" if copy.taken else "item_on_loan_to_other")
        elif copy.state in ("in_process", "in_transit", "withdrawn"):
            blocks.add(f"item_{copy.state}")
        if kept_for_other:
            blocks.add("item_on_hold_shelf" if copy.state == "on_hold_shelf" else "item_held")
        if copy.state == "withdrawn":
            blocks.add("item_not_lendable")
        if not together(branch, copy.home):
            blocks.add("other_lending_group")
        kinds = [one.kind for one in self.copies.values() if one.in_hand and one.reader == reader]
        if len(kinds) >= MAX_LOANS:
            blocks.add("loan_limit")
        if copy.kind == "magazine" and kinds.count("magazine") >= MAX_MAGAZINES:
            blocks.add("loan_limit_of_type")
        return blocks

    def lend(self, copy: Copy, reader: str, branch: str, day: date) -> Wait | None:
        """The hold that the loan fills: the one the copy is kept for, or else the reader's first that it may fill."""
        own = self._filled_by(copy, reader)
        if copy.kept_for is not None:
            self.put_back(copy.kept_for)
        if own is not None:
            self.put_back(own)
            own.state = "filled"
        copy.state, copy.here, copy.reader, copy.lent_at = "on_loan", branch, reader, branch
        copy.due, copy.renewals = due_date(branch, day), 0
        copy.condition = copy.found
        copy.bound, copy.sent_from, copy.for_hold = "", "", False
        self.count("loan")
        return own

    def _filled_by(self, copy: Copy, reader: str) -> Wait | None:
        if copy.kept_for is not None and copy.kept_for.reader == reader:
            return copy.kept_for
        open_holds = [wait for wait in self.waits if wait.is_open and wait.reader == reader]
        return next((wait for wait in open_holds if wait.title == copy.title and wait.only in (None, copy)), None)

    def undo_loan(self, copy: Copy, filled: Wait | None, branch: str, day: date) -> Scan:
        """As if it had never been made; the copy lies on the desk."""
        waits_already = any(wait.is_open and self._is_twin(wait, copy) for wait in self.waits)
        if filled is not None and not waits_already:
            filled.state = "waiting"
        self._close(copy)
        self.count("loan", -1)
        copy.state = "available"
        return self.scan(copy, branch, day)

    def _is_twin(self, wait: Wait, copy: Copy) -> bool:
        return (wait.reader, wait.title) == (copy.reader, copy.title)

    def put_back(self, wait: Wait) -> None:
        """A hold waits again at its place; from the hold shelf anybody may have the copy that stood there for it."""
        wait.state, wait.shelf_until = "waiting", None
        for copy in self.copies.values():
            if copy.kept_for is wait:
                copy.kept_for = None
                copy.state = "available" if copy.state == "on_hold_shelf" else copy.state

    def against_renewal(self, copy: Copy, day: date) -> set[str]:
        if not copy.in_hand or copy.due is None:
            return {"not_on_loan"}
        blocks = self.against_reader(copy.reader)
        if copy.condition != "ok":
            blocks.add(f"item_{copy.condition}")
        if copy.renewals >= MAX_RENEWALS:
            blocks.add("renewal_limit")
        if self._is_wanted_back(copy, day):
            blocks.add("renewal_wanted")
        if due_date(copy.lent_at, day) <= copy.due:
            blocks.add("renewal_gains_nothing")
        return blocks

    def _is_wanted_back(self, copy: Copy, day: date) -> bool:
        """Whether others wait for it whom the copies on the shelves cannot all serve, tried one way after the other."""
        others = [wait for wait in self.queue(copy.title) if wait.reader != copy.reader and self.fits(copy, wait, day)]
        free = [one for one in self.of_title(copy.title) if (one.state, one.condition) == ("available", "ok")]
        if not others or any(wait.only is copy for wait in others):
            return bool(others)
        return not any(
            all(together(wait.pickup, one.home) for wait, one in zip(others, row, strict=True))
            for row in permutations(free, len(others))
        )

    def renew(self, copy: Copy, day: date) -> None:
        copy.due, copy.renewals = due_date(copy.lent_at, day), copy.renewals + 1
        self.count("renewal")

    # Taking back

    def scan(self, copy: Copy, branch: str, day: date) -> Scan:
        """A copy lies on a desk: its loan is closed or taken, and it goes where it is wanted or where it belongs."""
        had_loan, was_taken, was_found = bool(copy.reader), copy.taken, copy.condition in FOUND_BY_A_SCAN
        closes = had_loan and together(branch, copy.home)
        if copy.kept_for is None and (closes or not had_loan):
            copy.kept_for = next((wait for wait in self.queue(copy.title) if self.fits(copy, wait, day)), None)
        target, for_hold = self._whither(copy, branch)
        if closes:
            self._close(copy)
            self.count("return")
        elif had_loan and not was_taken:
            copy.taken = True
            self.count("taken")
        copy.condition = copy.found
        self._put(copy, branch, target, for_hold, day)
        outcome = "returned" if closes else "taken" if had_loan else "not_on_loan"
        return Scan(outcome, copy.bound, copy.kept_for, had_loan and not was_taken and not was_found)

    def fits(self, copy: Copy, wait: Wait, day: date) -> bool:
        """Whether a hold may be served by this copy today."""
        return (
            not wait.suspended
            and wait.reader not in self.suspended
            and (wait.not_after or day) >= day
            and wait.only in (None, copy)
            and together(wait.pickup, copy.home)
            and not copy.damaged
            and copy.state not in ("in_process", "withdrawn")
        )

    def _whither(self, copy: Copy, branch: str) -> tuple[str, bool]:
        """The branch where a scanned copy is to be, and whether for a hold."""
        if copy.kept_for is not None:
            return copy.kept_for.pickup, True
        if copy.state == "in_process":
            return branch, False
        if copy.state == "in_transit" and not copy.for_hold and not copy.reader:
            return copy.bound, False
        if copy.kind == "magazine" and together(branch, copy.home):  # floats
            return branch, False
        if copy.kind == "atlas" and together(branch, copy.home) and branch != copy.home:  # stays with who lent it
            return copy.lent_at or copy.here, False
        return copy.home, False

    def _close(self, copy: Copy) -> None:
        copy.reader, copy.taken, copy.lent_at, copy.due, copy.renewals = "", False, "", None, 0

    def _put(self, copy: Copy, branch: str, target: str, for_hold: bool, day: date) -> None:
        copy.here = branch
        if target != branch:
            if (copy.bound, copy.sent_from) != (target, branch):
                copy.for_hold = for_hold
            copy.state, copy.bound, copy.sent_from = "in_transit", target, branch
        else:
            copy.state = "in_process" if copy.state == "in_process" else "available"
            copy.bound, copy.sent_from, copy.for_hold = "", "", False
        if copy.kept_for is None:
            return
        if target != branch:
            copy.kept_for.state, copy.kept_for.shelf_until = "in_transit", None
            return
        copy.state = "on_hold_shelf"
        if copy.kept_for.state != "on_shelf":
            copy.kept_for.state, copy.kept_for.shelf_until = "on_shelf", shelf_until(day)

    def undo_scan(self, copy: Copy, before: Copy) -> None:
        """The loan goes on as it was ``before``; whoever the copy was kept for waits again."""
        self.count("return" if not copy.reader else "taken", -1)
        if copy.kept_for is not None:
            self.put_back(copy.kept_for)
        copy.state, copy.reader, copy.taken = "on_loan", before.reader, False
        copy.lent_at, copy.due, copy.renewals = before.lent_at, before.due, before.renewals
        copy.bound, copy.sent_from, copy.for_hold = "", "", False

    # Conditions

    def against_mark(self, copy: Copy, mark: str) -> set[str]:
        if copy.state == "withdrawn":
            return {"item_withdrawn"}
        if mark == "repaired":
            return {"ok": {"not_damaged"}, "damaged": set()}.get(copy.condition, {f"item_{copy.condition}"})
        if mark == "missing" and copy.in_hand:
            return {"item_on_loan_to_other"} | ({"item_lost"} if copy.condition == "lost" else set())
        known = {"lost": ["lost"], "missing": ["lost", "missing"], "damaged": ["lost", "missing", "damaged"]}
        return {f"item_{copy.condition}"} if copy.condition in known[mark] else set()

    def mark(self, copy: Copy, mark: str) -> None:
        """Damaged, it serves no hold; lost or missing, it is nowhere any more."""
        copy.condition = "ok" if mark == "repaired" else mark
        copy.damaged = copy.condition == "damaged" or (copy.damaged and mark != "repaired")
        if copy.kept_for is not None and mark != "repaired":
            self.put_back(copy.kept_for)
        if mark == "lost":
            for wait in [one for one in self.queue(copy.title) if one.only is copy]:
                wait.state = "cancelled"
        if mark in ("lost", "missing"):
            if copy.taken:
                self.count("return")
            self._close(copy)
            copy.state = "in_process" if copy.state == "in_process" else "available"
            copy.bound, copy.sent_from, copy.for_hold = "", "", False

    # Waiting

    def against_hold(self, title: str, reader: str, pickup: str, only: Copy | None) -> set[str]:
        blocks = self.against_reader(reader)
        open_holds = [wait for wait in self.waits if wait.is_open and wait.reader == reader]
        if any(only is None or wait.only in (None, only) for wait in open_holds if wait.title == title):
            blocks.add("hold_exists")
        wanted = [copy for copy in self.of_title(title) if only in (None, copy)]
        if any(copy.in_hand and copy.reader == reader for copy in wanted):
            blocks.add("hold_of_own_loan")
        usable = [copy for copy in wanted if copy.state != "withdrawn" and copy.condition == "ok"]
        if not any(together(pickup, copy.home) for copy in usable):
            blocks.add("nothing_to_hold")
        elif len(open_holds) >= MAX_HOLDS:
            blocks.add("hold_limit")
        return blocks

    def end(self, wait: Wait, state: str) -> None:
        self.put_back(wait)
        wait.state = state

    def is_lapsed(self, wait: Wait, day: date) -> bool:
        last = {"waiting": wait.not_after, "on_shelf": wait.shelf_until}.get(wait.state)
        return last is not None and last < day

    def move(self, wait: Wait, to: int) -> None:
        """To another place in its queue; who does not wait just now keeps the place."""
        queue = self.queue(wait.title)
        places = [self.waits.index(one) for one in queue]
        queue.remove(wait)
        queue.insert(to - 1, wait)
        for place, one in zip(places, queue, strict=True):
            self.waits[place] = one
