"""Any row of acts, at any desk, with time moving on: the library and a model in plain values must come to the same.

Hypothesis draws the acts. After each one every item, every hold, the counts of the journal and every invariant of
``wenyuan doctor --invariants`` are compared. Four branches, two groups of two that lend to each other, nine items and
four readers: so few that they soon get in each other's way.
"""

import os
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import get_state_machine_test, invariant

from tests.operations.random_town import BRANCHES, COPIES, IN_PROCESS, READERS, START, Town, new_model
from tests.operations.shelf_model import WAIVABLE, Copy, Scan, Wait
from tests.operations.weighted_acts import WeightedActs, act
from wenyuan.holdings.catalogue.data import CatalogueRefused
from wenyuan.holdings.catalogue.operations import withdraw_item
from wenyuan.lending.circulation.data import BlockCode, HeldFor
from wenyuan.lending.circulation.operations import (
    Refused,
    cancel_hold,
    checkin,
    checkout,
    declare_lost,
    expire_holds,
    forget_ended_holds,
    mark_damaged,
    mark_missing,
    mark_repaired,
    move_hold,
    note_use,
    place_hold,
    receive_transit,
    renew,
    resume_hold,
    suspend_hold,
    undo,
)
from wenyuan.lending.circulation.rules.life_cycle import LIFE
from wenyuan.lending.patrons.operations import lift_suspension, suspend_patron
from wenyuan.plumbing.clock import local_date

MARKS: dict[str, Callable[..., object]] = {
    "lost": declare_lost,
    "missing": mark_missing,
    "damaged": mark_damaged,
    "repaired": mark_repaired,
}
EVERY_WAIVER = frozenset(BlockCode)
TITLES = ["边城", "边城", "茶馆", "茶馆", "读者", "地图", "新书"]
copies, readers, branches = (st.sampled_from(list(names)) for names in (COPIES, READERS, BRANCHES))
seldom = st.sampled_from([False, False, False, False, True])


class Library(WeightedActs):
    """The acts. Each says what the model expects, asks the library, and lets the model follow."""

    town: Town
    changes: set[tuple[str, str]]

    def __init__(self) -> None:
        super().__init__()
        self.before = transaction.savepoint()
        self.now = START
        self.model = new_model()
        self.states = {barcode: copy.state for barcode, copy in self.model.copies.items()}
        self.keys = 0

    def teardown(self) -> None:
        connection.needs_rollback = False  # where an act broke
        transaction.savepoint_rollback(self.before)
        super().teardown()

    def before_an_act(self) -> None:
        """Longer passes than the same question gets the same answer."""
        self.now += timedelta(minutes=11)

    @property
    def today(self) -> date:
        return local_date(self.now)

    def at_desk(self, branch: str) -> dict[str, Any]:
        return {"at": self.now, "desk": self.town.desks[branch]}

    def new_key(self) -> str:
        self.keys += 1
        return f"key-{self.keys}"

    def asked(self, verb: Callable[[], Any]) -> tuple[Any, set[str]]:
        """What a verb gave, and every block where it refused."""
        try:
            return verb(), set()
        except Refused as refused:
            return None, {block.code.value for block in refused.blocks}

    def some(self, data: st.DataObject, fits: Callable[[Copy], bool]) -> Copy:
        """One of the copies that fit; there is one, or the act could not happen."""
        return self.model.copies[data.draw(st.sampled_from([copy.barcode for copy in self.all(fits)]))]

    def all(self, fits: Callable[[Copy], bool]) -> list[Copy]:
        return [copy for copy in self.model.copies.values() if fits(copy)]

    # Holds, and what they set in motion: hypothesis likes what stands first

    @act(
        12,
        when=lambda self: self.all(lambda copy: copy.state == "on_hold_shelf"),
        reader=st.sampled_from([*READERS, None, None, None]),
        waive=st.booleans(),
        slip=seldom,
    )
    def fetch(self, data: st.DataObject, reader: str | None, waive: bool, slip: bool) -> None:
        copy = self.some(data, lambda copy: copy.state == "on_hold_shelf")
        assert copy.kept_for is not None
        self.check_out(copy.barcode, reader or copy.kept_for.reader, copy.here, waive, slip)

    @act(8, when=lambda self: self.all(lambda copy: bool(copy.bound)))
    def receive_what_comes(self, data: st.DataObject) -> None:
        copy = self.some(data, lambda copy: bool(copy.bound))
        self.receive(copy.barcode, copy.bound)

    @act(10, when=lambda self: any(wait.state == "waiting" for wait in self.model.waits), slip=seldom)
    def scan_what_is_wanted(self, data: st.DataObject, slip: bool) -> None:
        wait = self.any_wait(data, lambda wait: wait.state == "waiting")
        copy = self.some(data, lambda copy: copy.title == wait.title)
        self.check_in(copy.barcode, data.draw(st.sampled_from([wait.pickup, copy.home])), slip)

    @act(
        12,
        title=st.sampled_from(TITLES),
        reader=readers,
        pickup=st.sampled_from("CCEES"),
        this=seldom,
        ends=st.sampled_from([None, None, 5]),
    )
    def place(self, title: str, reader: str, pickup: str, this: bool, ends: int | None) -> None:
        only = self.model.of_title(title)[0] if this else None
        expected = self.model.against_hold(title, reader, pickup, only)
        last = None if ends is None else self.today + timedelta(days=ends)
        receipt, blocks = self.asked(
            lambda: place_hold(
                card=reader,
                pickup_branch_id=self.town.branches[pickup],
                bib_id=None if only else self.town.bibs[title],
                item=only.barcode if only else "",
                this_item=this,
                not_after=last,
                **self.at_desk("C"),
            )
        )
        assert blocks == expected
        if receipt is not None:
            self.model.waits.append(Wait(receipt.hold_id, title, reader, pickup, only, last))
            self.model.count("hold_placed")
            assert receipt.position == len(self.model.queue(title))

    @act(8, when=lambda self: any(self.model.stands_in_line(wait) for wait in self.model.waits))
    def reorder(self, data: st.DataObject) -> None:
        wait = self.any_wait(data, self.model.stands_in_line)
        to = data.draw(st.integers(1, len(self.model.queue(wait.title))))
        move_hold(hold_id=wait.id, to=to, reason="馆际协调", **self.at_desk("C"))
        self.model.move(wait, to)

    @act(3, when=lambda self: any(wait.is_open for wait in self.model.waits))
    def cancel(self, data: st.DataObject) -> None:
        wait = self.any_wait(data, lambda wait: wait.is_open)
        cancel_hold(hold_id=wait.id, **self.at_desk("S"))
        self.model.end(wait, "cancelled")

    def any_wait(self, data: st.DataObject, fits: Callable[[Wait], bool]) -> Wait:
        found = {wait.id: wait for wait in self.model.waits if fits(wait)}
        return found[data.draw(st.sampled_from(list(found)))]

    @act(3, when=lambda self: any(wait.is_open for wait in self.model.waits))
    def suspend_or_resume(self, data: st.DataObject) -> None:
        wait = self.any_wait(data, lambda wait: wait.is_open)
        ask = resume_hold if wait.suspended else partial(suspend_hold, until=None)
        _, blocks = self.asked(lambda: ask(hold_id=wait.id, **self.at_desk("C")))
        assert blocks == (set() if wait.state == "waiting" else {"hold_captured"})
        wait.suspended = wait.suspended if blocks else not wait.suspended

    # Lending

    @act(4, barcode=copies, reader=readers, branch=branches, waive=st.booleans(), slip=seldom)
    def check_out(self, barcode: str, reader: str, branch: str, waive: bool, slip: bool) -> None:
        """With a ``slip`` it was the wrong one, and is undone."""
        copy, key, desk = self.model.copies[barcode], self.new_key(), self.at_desk(branch)
        waived = EVERY_WAIVER if waive else frozenset()
        expected = self.model.against_checkout(copy, reader, branch)
        ask = partial(checkout, item=barcode, card=reader, waive=waived, key=key, **desk)
        receipt, blocks = self.asked(ask)
        if expected - WAIVABLE or (expected and not waive):
            assert blocks == expected
            return
        assert receipt is not None, blocks
        assert ask().repeated
        filled = self.model.lend(copy, reader, branch, self.today)
        assert receipt.due_date == copy.due
        if slip:
            receipt = undo(key=key, **desk)
            self.same_way(receipt.send_to, receipt.held, self.model.undo_loan(copy, filled, branch, self.today))

    @act(12, when=lambda self: self.all(lambda copy: copy.state == "available"), reader=readers, slip=seldom)
    def lend_what_stands_there(self, data: st.DataObject, reader: str, slip: bool) -> None:
        copy = self.some(data, lambda copy: copy.state == "available")
        self.check_out(copy.barcode, reader, copy.here, waive=False, slip=slip)

    @act(3, when=lambda self: self.all(lambda copy: bool(copy.bound)), reader=readers, slip=seldom)
    def lend_what_is_on_its_way(self, data: st.DataObject, reader: str, slip: bool) -> None:
        copy = self.some(data, lambda copy: bool(copy.bound))
        self.check_out(copy.barcode, reader, copy.here, waive=True, slip=slip)

    @act(6, when=lambda self: self.all(lambda copy: copy.in_hand), branch=branches, slip=seldom)
    def renew_what_is_lent(self, data: st.DataObject, branch: str, slip: bool) -> None:
        self.renew_it(self.some(data, lambda copy: copy.in_hand).barcode, branch, slip)

    @act(1, barcode=copies, branch=branches, slip=seldom)
    def renew_it(self, barcode: str, branch: str, slip: bool) -> None:
        copy, key, desk = self.model.copies[barcode], self.new_key(), self.at_desk(branch)
        expected, before = self.model.against_renewal(copy, self.today), replace(copy)
        receipt, blocks = self.asked(lambda: renew(item=barcode, key=key, **desk))
        assert blocks == expected
        if receipt is None:
            return
        self.model.renew(copy, self.today)
        assert receipt.due_date == copy.due
        if slip:
            undo(key=key, **desk)
            copy.due, copy.renewals = before.due, before.renewals
            self.model.count("renewal", -1)

    # Taking back

    @act(6, barcode=copies, branch=branches, slip=seldom)
    def check_in(self, barcode: str, branch: str, slip: bool) -> None:
        copy, key, desk = self.model.copies[barcode], self.new_key(), self.at_desk(branch)
        receipt, blocks = self.asked(lambda: checkin(item=barcode, key=key, **desk))
        if copy.state == "withdrawn":
            assert blocks == {"item_withdrawn"}
            return
        before = replace(copy)
        expected = self.model.scan(copy, branch, self.today)
        assert receipt is not None, blocks
        assert receipt.outcome == expected.outcome
        self.same_way(receipt.send_to, receipt.held, expected)
        if slip and expected.undoable:
            undo(key=key, **desk)
            self.model.undo_scan(copy, before)
        else:
            self.same_way(*self.scanned_again(barcode, branch), expected)

    def scanned_again(self, barcode: str, branch: str) -> tuple[int | None, HeldFor | None]:
        """What a second scan says, which changes nothing."""
        again = checkin(item=barcode, **self.at_desk(branch))
        return again.send_to, again.held

    @act(12, when=lambda self: self.all(lambda copy: bool(copy.reader)), branch=branches, slip=seldom)
    def bring_back(self, data: st.DataObject, branch: str, slip: bool) -> None:
        self.check_in(self.some(data, lambda copy: bool(copy.reader)).barcode, branch, slip)

    @act(1, barcode=copies, branch=branches)
    def receive(self, barcode: str, branch: str) -> None:
        copy, bound = self.model.copies[barcode], self.model.copies[barcode].bound
        receipt, blocks = self.asked(lambda: receive_transit(item=barcode, **self.at_desk(branch)))
        if copy.state == "withdrawn":
            assert blocks == {"item_withdrawn"}
        elif bound != branch:
            assert blocks == {"transit_elsewhere" if bound else "no_transit"}
        else:
            expected = self.model.scan(copy, branch, self.today)
            assert receipt is not None, blocks
            assert receipt.loan_closed == (expected.outcome == "returned")
            self.same_way(receipt.send_to, receipt.held, expected)

    def same_way(self, send_to: int | None, held: HeldFor | None, expected: Scan) -> None:
        """What the desk is told of where the item goes, and for whom."""
        assert (self.town.codes[send_to] if send_to else "") == expected.send_to
        assert (held.hold_id if held else None) == (expected.hold.id if expected.hold else None)

    @act(1, barcode=copies, branch=branches)
    def read_at_a_table(self, barcode: str, branch: str) -> None:
        copy = self.model.copies[barcode]
        receipt, blocks = self.asked(lambda: note_use(item=barcode, **self.at_desk(branch)))
        if copy.state == "withdrawn" or copy.reader:
            assert blocks == {"item_withdrawn" if copy.state == "withdrawn" else "item_on_loan_to_other"}
        else:
            assert receipt is not None
            self.model.count("item_used")

    # Readers, items, time

    @act(1, reader=readers)
    def suspend(self, reader: str) -> None:
        suspend_patron(patron_id=self.town.patrons[reader], reason="损坏图书", until=None, **self.at_desk("C"))
        self.model.suspended.add(reader)

    @act(2, when=lambda self: any(wait.state == "waiting" for wait in self.model.waits))
    def suspend_who_waits(self, data: st.DataObject) -> None:
        self.suspend(self.any_wait(data, lambda wait: wait.state == "waiting").reader)

    @act(4, when=lambda self: self.model.suspended)
    def lift(self, data: st.DataObject) -> None:
        reader = data.draw(st.sampled_from(sorted(self.model.suspended)))
        lift_suspension(patron_id=self.town.patrons[reader], reason="已赔偿", **self.at_desk("C"))
        self.model.suspended.remove(reader)

    @act(5, barcode=copies, mark=st.sampled_from([*MARKS, "damaged", "repaired", "repaired"]))
    def note_condition(self, barcode: str, mark: str) -> None:
        copy = self.model.copies[barcode]
        expected = self.model.against_mark(copy, mark)
        _, blocks = self.asked(lambda: MARKS[mark](item=barcode, **self.at_desk("C")))
        assert blocks == expected
        if not blocks:
            self.model.mark(copy, mark)

    @act(1, barcode=st.sampled_from(["B1", "M1", IN_PROCESS]))
    def withdraw(self, barcode: str) -> None:
        copy = self.model.copies[barcode]
        if copy.state in ("available", "in_process"):
            withdraw_item(item_id=self.town.item_ids[barcode], **self.at_desk("C"))
            copy.state = "withdrawn"
        else:
            with pytest.raises(CatalogueRefused):
                withdraw_item(item_id=self.town.item_ids[barcode], **self.at_desk("C"))

    @act(6, days=st.sampled_from([1, 1, 3, 8, 20]))
    def days_pass(self, days: int) -> None:
        self.now += timedelta(days=days)
        forget_ended_holds(at=self.now)

    @act(3)
    def holds_expire(self) -> None:
        """The job of every hour, twice over: the second time nothing is left to do."""
        lapsed = [wait for wait in self.model.waits if self.model.is_lapsed(wait, self.today)]
        assert expire_holds(at=self.now) == len(lapsed)
        assert expire_holds(at=self.now) == 0
        for wait in lapsed:
            self.model.end(wait, "expired")

    # What must be so after each act

    @invariant()
    def all_is_as_it_must_be(self) -> None:
        assert self.town.broken() == []
        items = self.town.items()
        assert items == {
            copy.barcode: (
                copy.state,
                copy.condition,
                copy.here,
                copy.reader,
                copy.taken,
                copy.due,
                copy.renewals,
                copy.bound,
                copy.kept_for.id if copy.kept_for else None,
            )
            for copy in self.model.copies.values()
        }
        in_order = sorted(self.model.waits, key=lambda wait: self.town.bibs[wait.title])
        assert self.town.holds() == [(wait.id, wait.state, wait.shelf_until) for wait in in_order]
        assert self.town.counts() == {kind: number for kind, number in self.model.counted.items() if number}
        for barcode, (state, *_) in items.items():
            if state != self.states[barcode]:
                self.changes.add((self.states[barcode], state))
                self.states[barcode] = state


def live(seed_: int, *, examples: int, steps: int) -> set[tuple[str, str]]:
    """Let the library live so many lives of so many acts; the changes of state that were seen."""
    print(f"random circulation: seed {seed_}")
    Library.town, Library.changes, Library.done = Town(), set(), Counter()
    how = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    try:
        seed(seed_)(get_state_machine_test(Library, settings=how))()
    finally:
        Library.town.leave()
    print(f"{Library.done.total()} acts: {dict(Library.done)}")
    return Library.changes


CHANGES = {(state, after) for state, steps in LIFE.items() for after in steps.values() if after != state}
"""Every change of state that the table of an item's life knows."""


@pytest.mark.timeout(600)  # a failure takes minutes to be made small
@pytest.mark.usefixtures("db")
def test_any_row_of_acts_ends_as_the_model_says_and_every_change_of_state_is_in_the_table() -> None:
    seen = live(1, examples=30, steps=40)

    assert seen <= CHANGES
    assert len(CHANGES - seen) <= 2  # in the soak all are seen


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.usefixtures("db")
def test_many_more_rows_of_acts_end_as_the_model_says() -> None:
    number = int(os.environ.get("WENYUAN_SEED") or random.SystemRandom().randrange(10**6))

    assert live(number, examples=400, steps=80) == CHANGES
