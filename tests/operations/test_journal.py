"""The journal: what is recorded reaches every follower once, whatever order the writers commit in."""

import random
import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection, connections, transaction

from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.delivery import deliver, retry_stuck
from wenyuan.organisation.journal.followers import Chooser, Follower, follows, forget
from wenyuan.organisation.journal.models import Entry as Row
from wenyuan.organisation.journal.models import Pending, Stuck
from wenyuan.organisation.journal.operations import record, record_many
from wenyuan.organisation.journal.queries import Filter, backlog, entry_with_key, list_entries

AT = datetime(2026, 4, 23, 16, 30, tzinfo=UTC)


def visit(**changes: object) -> Entry:
    values: dict[str, object] = {"kind": Kind.VISIT, "occurred_at": AT, "door": "workbench", "persons": 3, **changes}
    return Entry(**values)  # type: ignore[arg-type] # a test's own shorthand


@pytest.fixture
def seen() -> Iterator[list[int]]:
    """What a follower of visits was called with."""
    calls: list[int] = []

    def follower(entry_id: int) -> None:
        calls.append(entry_id)

    follows(Kind.VISIT)(follower)
    yield calls
    forget(follower)


@pytest.fixture
def failing(mended: dict[int, int]) -> Iterator[Follower]:
    """A follower that fails until told otherwise."""

    def follower(entry_id: int) -> None:
        if entry_id not in mended:
            raise RuntimeError("no such shelf")
        mended[entry_id] += 1

    follows(Kind.VISIT)(follower)
    yield follower
    forget(follower)


@pytest.fixture
def mended() -> dict[int, int]:
    """Entries that the failing follower now takes, and how often it took each."""
    return {}


def test_an_entry_keeps_the_local_day_and_hour(db: None) -> None:
    [entry_id] = record(visit())

    row = Row.objects.get(id=entry_id)

    assert (row.local_date.isoformat(), row.local_hour) == ("2026-04-24", 0)


def test_an_entry_cannot_be_recorded_outside_a_verb(fresh_database: str) -> None:
    with pytest.raises(AssertionError, match="transaction of a verb"):
        record(visit())


def test_many_entries_go_in_with_their_pending_rows(db: None) -> None:
    count = record_many((visit(persons=n) for n in range(7)), chunk=3)

    assert count == 7
    assert Row.objects.count() == 7
    assert Pending.objects.count() == 7


def test_a_key_is_used_once(db: None) -> None:
    record(visit(key="a1"))

    earlier = entry_with_key("a1")

    assert earlier is not None
    assert earlier.entry.persons == 3
    assert entry_with_key("a2") is None


def test_each_entry_reaches_its_follower_once(db: None, seen: list[int]) -> None:
    ids = record(visit(), visit(kind=Kind.ITEM_ADDED), visit())

    taken = deliver(at=AT)
    again = deliver(at=AT)

    assert (taken, again) == (3, 0)
    assert seen == [ids[0], ids[2]]


@contextmanager
def _choosing(among: Chooser) -> Iterator[list[int]]:
    calls: list[int] = []

    def follower(entry_id: int) -> None:
        calls.append(entry_id)

    follows(Kind.VISIT, among=among)(follower)
    try:
        yield calls
    finally:
        forget(follower)


def test_a_follower_that_chooses_is_called_for_what_concerns_it(db: None) -> None:
    asked: list[list[int]] = []

    def every_second(entry_ids: Sequence[int]) -> Sequence[int]:
        asked.append(list(entry_ids))
        return entry_ids[::2]

    with _choosing(every_second) as calls:
        ids = record(*(visit() for _ in range(5)))
        deliver(at=AT)

    assert asked == [ids]
    assert calls == ids[::2]


def test_a_follower_that_cannot_choose_is_called_for_all(db: None) -> None:
    def broken(entry_ids: Sequence[int]) -> Sequence[int]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        return ()

    with _choosing(broken) as calls:
        ids = record(visit(), visit())
        deliver(at=AT)

    assert calls == ids
    assert Stuck.objects.count() == 0


def test_a_follower_that_fails_parks_the_entry_and_the_others_go_on(
    db: None, seen: list[int], failing: Follower
) -> None:
    record(visit(), visit())

    deliver(at=AT)

    assert len(seen) == 2
    assert Stuck.objects.count() == 2
    assert set(Stuck.objects.values_list("error", flat=True)) == {"RuntimeError"}
    assert backlog().stuck == 2


def test_a_parked_entry_is_delivered_when_its_follower_is_mended(
    db: None, failing: Follower, mended: dict[int, int]
) -> None:
    [entry_id] = record(visit())
    deliver(at=AT)
    mended[entry_id] = 0

    done = retry_stuck(at=AT)

    assert (done, mended) == (1, {entry_id: 1})
    assert Stuck.objects.count() == 0


def test_a_parked_entry_waits_for_a_follower_that_is_not_loaded_here(db: None, failing: Follower) -> None:
    record(visit())
    deliver(at=AT)
    forget(failing)

    done = retry_stuck(at=AT)

    assert (done, Stuck.objects.count()) == (0, 1)


def test_entries_that_keep_failing_do_not_starve_the_others(
    db: None, failing: Follower, mended: dict[int, int]
) -> None:
    ids = record(visit(), visit(), visit(), visit())
    deliver(at=AT)
    mended |= dict.fromkeys(ids[2:], 0)

    done = [retry_stuck(at=AT, limit=2) for _ in range(3)]

    assert sum(done) == 2
    assert sorted(Stuck.objects.values_list("entry_id", flat=True)) == ids[:2]


def test_what_stopped_a_follower_is_told_without_its_words(db: None) -> None:
    def follower(entry_id: int) -> None:
        Row.objects.create(occurred_at=AT, local_date=AT.date(), local_hour=77, kind="visit", door="陈小雨")

    follows(Kind.VISIT)(follower)
    record(visit())
    deliver(at=AT)
    forget(follower)

    assert Stuck.objects.get().error == "IntegrityError 23514 journal_hour_of_day"


def test_pages_run_newest_first_to_the_end(db: None) -> None:
    ids = record(*(visit(branch_id=n % 2) for n in range(5)))

    first = list_entries(wanted=Filter(branch_ids=frozenset({0})), size=2)
    second = list_entries(wanted=Filter(branch_ids=frozenset({0})), before=first.before, size=2)

    assert [row.id for row in first.entries] == [ids[4], ids[2]]
    assert [row.id for row in second.entries] == [ids[0]]
    assert second.before is None


def test_the_spec_lists_every_kind_and_no_other() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs/specs/journal.md").read_text("utf-8")
    table = page.partition("| kinds | written by |")[2].partition("\n\n")[0]
    listed = re.findall(r"`([a-z_]+)`", table)

    assert sorted(listed) == sorted(kind.value for kind in Kind)


def test_eight_writers_with_pauses_miss_no_follower(fresh_database: str, seen: list[int]) -> None:
    """Ids commit out of order: a follower that went by "greater than the last seen" would lose rows here."""
    stop = threading.Event()

    def write(seed: int) -> None:
        dice = random.Random(seed)
        for _ in range(40):
            with transaction.atomic():
                record(visit())
                time.sleep(dice.random() * 0.004)
        connections.close_all()

    def follow() -> None:
        while not stop.is_set() or deliver(at=AT, limit=7):
            deliver(at=AT, limit=7)
        connections.close_all()

    writers = [threading.Thread(target=write, args=(seed,)) for seed in range(8)]
    followers = [threading.Thread(target=follow) for _ in range(2)]
    for thread in writers + followers:
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    for thread in followers:
        thread.join()

    assert sorted(seen) == sorted(Row.objects.values_list("id", flat=True))
    assert len(seen) == 320
