"""Checkout, check-in and renewal raced on shared patrons and items: one loan an item, limits exact, no deadlock."""

import random
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections

from tests.factories.catalogue import make_item
from tests.factories.circulation import District, make_district
from tests.factories.patrons import make_patron
from wenyuan.lending.circulation.data import BlockCode
from wenyuan.lending.circulation.models import Loan
from wenyuan.lending.circulation.operations import Refused, checkin, checkout, renew
from wenyuan.organisation.journal.models import Entry
from wenyuan.plumbing.invariants import all_invariants, broken_rows

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)


@pytest.fixture
def committed(fresh_database: str) -> District:
    """The district in a database of its own, so that threads see one another."""
    return make_district()


def at_once(*calls: object) -> list[object]:
    """Run calls in threads that start together; gives results and exceptions, in order."""
    start = threading.Barrier(len(calls))
    results: list[object] = [None] * len(calls)

    def run(number: int, call: object) -> None:
        assert callable(call)
        start.wait()
        try:
            results[number] = call()
        except Exception as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def broken() -> list[str]:
    return [rule.name for rule in all_invariants() if broken_rows(rule)]


def test_two_readers_ask_for_one_item_and_one_gets_it(committed: District) -> None:
    for round_number in range(10):
        item = f"I{round_number}"
        make_item(barcode=item, home=committed.central)
        cards = [f"A{round_number}", f"B{round_number}"]
        for card in cards:
            make_patron(card=card, home=committed.central)

        results = at_once(
            *(
                lambda card=card, item=item: checkout(item=item, card=card, at=AT, desk=committed.at_central)
                for card in cards
            )
        )

        refusals = [result for result in results if isinstance(result, Refused)]
        assert len(refusals) == 1
        assert [block.code for block in refusals[0].blocks] == [BlockCode.ITEM_ON_LOAN_TO_OTHER]
    assert Loan.objects.count() == 10
    assert broken() == []


def test_a_reader_one_below_the_limit_gets_exactly_one_more(committed: District) -> None:
    make_patron(card="C1", home=committed.central)
    for number in range(8):
        make_item(barcode=f"I{number}", home=committed.central)
    for number in range(2):
        checkout(item=f"I{number}", card="C1", at=AT, desk=committed.at_central)

    results = at_once(
        *(lambda n=n: checkout(item=f"I{n}", card="C1", at=AT, desk=committed.at_children) for n in range(2, 8))
    )

    assert sum(isinstance(result, Refused) for result in results) == 5
    assert Loan.objects.filter(returned_at__isnull=True).count() == 3
    assert broken() == []


def test_an_item_returned_twice_at_once_is_returned_once(committed: District) -> None:
    make_patron(card="C1", home=committed.central)
    make_item(barcode="I1", home=committed.central)
    checkout(item="I1", card="C1", at=AT, desk=committed.at_central)

    results = at_once(*(lambda: checkin(item="I1", at=AT + timedelta(days=1), desk=committed.at_children),) * 6)

    assert not [result for result in results if isinstance(result, Exception)]
    assert Entry.objects.filter(kind="return").count() == 1
    assert broken() == []


def test_everyday_verbs_raced_on_shared_readers_and_items_stay_true(committed: District) -> None:
    items = [f"I{number}" for number in range(12)]
    cards = [f"C{number}" for number in range(6)]
    for item in items:
        make_item(barcode=item, home=committed.central)
    for card in cards:
        make_patron(card=card, home=committed.children)
    seen: Counter[str] = Counter()
    lock = threading.Lock()

    def work(seed: int) -> None:
        dice = random.Random(seed)
        desks = (committed.at_central, committed.at_children, committed.at_south)
        for step in range(60):
            at = AT + timedelta(hours=step)
            item, desk = dice.choice(items), dice.choice(desks)
            try:
                match dice.randrange(4):
                    case 0 | 1:
                        checkout(item=item, card=dice.choice(cards), at=at, desk=desk)
                    case 2:
                        checkin(item=item, at=at, desk=desk)
                    case _:
                        renew(item=item, at=at, desk=desk)
                outcome = "done"
            except Refused:
                outcome = "refused"
            with lock:
                seen[outcome] += 1
        connections.close_all()

    results = at_once(*(lambda seed=seed: work(seed) for seed in range(8)))

    assert [result for result in results if result is not None] == []
    assert seen.total() == 480
    assert seen["done"] > 100
    assert broken() == []
