"""Checkout, check-in and renewal raced on shared patrons and items: one loan an item, limits exact, no deadlock."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, connections, transaction

from tests.factories.catalogue import make_item, make_item_type
from tests.factories.circulation import District, make_district, make_policy
from tests.factories.fees import make_charge
from tests.factories.patrons import make_patron, make_restriction
from tests.racing import at_once, interrupted
from wenyuan.holdings.catalogue.models import Item
from wenyuan.lending.circulation.answers import forget_history
from wenyuan.lending.circulation.checking_in import checkin_plan
from wenyuan.lending.circulation.checking_out import checkout_plan
from wenyuan.lending.circulation.data import BlockCode
from wenyuan.lending.circulation.everyday import Request
from wenyuan.lending.circulation.models import Loan, LoanPolicy
from wenyuan.lending.circulation.operations import KeyReused, Refused, checkin, checkout, renew
from wenyuan.lending.circulation.renewing import renewal_plan
from wenyuan.lending.fees.data import Means
from wenyuan.lending.fees.operations import pay
from wenyuan.lending.fees.queries import account_state
from wenyuan.lending.patrons.models import Patron, Restriction
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.network.models import Branch
from wenyuan.plumbing.invariants import all_invariants, broken_rows
from wenyuan.plumbing.statements import run

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)


@pytest.fixture
def committed(fresh_database: str) -> District:
    """The district in a database of its own, so that threads see one another."""
    return make_district()


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


def test_a_late_item_scanned_at_once_is_fined_once_and_payments_meanwhile_are_kept(committed: District) -> None:
    make_policy(branch=committed.central, fine_day_fen=20, suspension_percent=100)
    patron = make_patron(card="C1", home=committed.central)
    for item in ("I1", "I2", "I3"):
        make_item(barcode=item, home=committed.central)
        checkout(item=item, card="C1", at=AT, desk=committed.at_central)
    owed = make_charge(patron, 500, at=AT, desk=committed.at_central)
    late = AT + timedelta(days=36)  # five open days

    results = at_once(
        *(lambda item=item: checkin(item=item, at=late, desk=committed.at_central) for item in ("I1", "I2", "I3") * 2),
        lambda: pay(
            patron_id=patron.id, amount_fen=500, charge_ids=[owed], means=Means.CASH, at=late, desk=committed.at_central
        ),
    )

    assert not [result for result in results if isinstance(result, Exception)]
    assert (account_state(patron.id).owed_fen, Restriction.objects.count()) == (300, 3)
    assert broken() == []


@pytest.mark.parametrize("most_of_type", [None, 3])
def test_everyday_verbs_raced_on_shared_readers_and_items_stay_true(
    committed: District, most_of_type: int | None
) -> None:
    if most_of_type is not None:
        make_policy(item_type=committed.book, max_loans_of_type=most_of_type)
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


ITEM_WRITE = "UPDATE catalogue_item"


def test_history_is_not_kept_when_consent_is_withdrawn_before_the_return_is_written(
    district: District, at: datetime
) -> None:
    patron = make_patron(card="C1", home=district.central, keep_history=True)
    make_item(barcode="I1", home=district.central)
    checkout(item="I1", card="C1", at=at, desk=district.at_central)

    def withdraw() -> None:
        Patron.objects.filter(id=patron.id).update(keep_history=False)
        forget_history(patron.id)

    request = Request(item="I1", at=at, desk=district.at_central)
    run(lambda: interrupted(checkin_plan(request), withdraw, before=ITEM_WRITE))

    assert Loan.objects.get().patron_id is None


def test_a_limit_of_one_type_holds_when_another_item_went_and_one_of_that_type_came(
    district: District, at: datetime
) -> None:
    audio = make_item_type("av")
    make_policy(item_type=audio, max_loans_of_type=1)
    make_patron(card="C1", home=district.central)
    make_item(barcode="B1", home=district.central)
    for barcode in ("A1", "A2"):
        make_item(barcode=barcode, home=district.central, item_type=audio)
    checkout(item="B1", card="C1", at=at, desk=district.at_central)

    def exchange() -> None:
        checkin(item="B1", at=at, desk=district.at_central)
        checkout(item="A2", card="C1", at=at, desk=district.at_central)

    request = Request(item="A1", card="C1", at=at, desk=district.at_central)
    with pytest.raises(Refused) as caught:
        run(lambda: interrupted(checkout_plan(request), exchange, before=ITEM_WRITE))

    assert [block.code for block in caught.value.blocks] == [BlockCode.LOAN_LIMIT_OF_TYPE]


def test_a_total_limit_holds_when_a_branch_with_a_higher_one_lends_meanwhile_and_the_chosen_slot_is_free_again(
    district: District, at: datetime
) -> None:
    make_policy(branch=district.children, max_loans=9)
    make_patron(card="C1", home=district.central)
    for number in range(6):
        make_item(barcode=f"I{number}", home=district.central)
    for number in range(3):
        checkout(item=f"I{number}", card="C1", at=at, desk=district.at_central)
    checkin(item="I1", at=at, desk=district.at_central)

    def lend_two_and_take_one_back() -> None:
        for number in (3, 4):
            checkout(item=f"I{number}", card="C1", at=at, desk=district.at_children)
        checkin(item="I3", at=at, desk=district.at_central)

    request = Request(item="I5", card="C1", at=at, desk=district.at_central)
    with pytest.raises(Refused) as caught:
        run(lambda: interrupted(checkout_plan(request), lend_two_and_take_one_back, before=ITEM_WRITE))

    assert [block.code for block in caught.value.blocks] == [BlockCode.LOAN_LIMIT]


def close_the_branch(district: District) -> None:
    Branch.objects.filter(id=district.children.id).update(closed_date=date(2026, 4, 23))


def lower_the_limit(district: District) -> None:
    LoanPolicy.objects.update(max_loans=0)


def suspend_the_reader(district: District) -> None:
    Patron.objects.update(status="suspended", version=2)
    make_restriction(Patron.objects.get())


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (close_the_branch, BlockCode.BRANCH_CLOSED_DOWN),
        (lower_the_limit, BlockCode.LOAN_LIMIT),
        (suspend_the_reader, BlockCode.PATRON_SUSPENDED),
    ],
)
def test_a_checkout_looks_again_when_its_grounds_change_before_it_is_written(
    district: District, at: datetime, change: Callable[[District], None], code: BlockCode
) -> None:
    make_patron(card="C1", home=district.central)
    make_item(barcode="I1", home=district.central)
    request = Request(item="I1", card="C1", at=at, desk=district.at_children)

    with pytest.raises(Refused) as caught:
        run(lambda: interrupted(checkout_plan(request), lambda: change(district), before=ITEM_WRITE))

    assert code in {block.code for block in caught.value.blocks}
    assert (Item.objects.get().version, Loan.objects.count()) == (1, 0)


def test_a_renewal_looks_again_when_its_reader_is_suspended_and_leaves_nothing_half_written(
    district: District, at: datetime
) -> None:
    make_patron(card="C1", home=district.central)
    make_item(barcode="I1", home=district.central)
    checkout(item="I1", card="C1", at=at, desk=district.at_central)
    request = Request(item="I1", at=at + timedelta(days=5), desk=district.at_central)

    with pytest.raises(Refused):
        run(
            lambda: interrupted(
                renewal_plan(request), lambda: suspend_the_reader(district), before="UPDATE circulation_loan"
            )
        )

    assert (Item.objects.get().version, Loan.objects.get().renewals) == (2, 0)
    assert broken() == []


def test_a_key_taken_by_another_renewal_meanwhile_is_told(district: District, at: datetime) -> None:
    make_patron(card="C1", home=district.central)
    for barcode in ("I1", "I2"):
        make_item(barcode=barcode, home=district.central)
        checkout(item=barcode, card="C1", at=at, desk=district.at_central)
    later = at + timedelta(days=3)
    request = Request(item="I1", at=later, desk=district.at_central, key="k")

    with pytest.raises(KeyReused):
        run(
            lambda: interrupted(
                renewal_plan(request),
                lambda: renew(item="I2", at=later, desk=district.at_central, key="k"),
                before="UPDATE circulation_loan",
            )
        )

    assert Loan.objects.filter(renewals=1).count() == 1


def test_a_return_that_meets_a_renewal_counts_by_the_new_due_date(district: District, at: datetime) -> None:
    make_patron(card="C1", home=district.central)
    make_item(barcode="I1", home=district.central)
    checkout(item="I1", card="C1", at=at, desk=district.at_central)
    late = at + timedelta(days=40)
    request = Request(item="I1", at=late, desk=district.at_central)

    run(
        lambda: interrupted(
            checkin_plan(request), lambda: renew(item="I1", at=late, desk=district.at_central), before=ITEM_WRITE
        )
    )

    assert Entry.objects.get(kind="return").details["due_at"] == Loan.objects.get().due_at.isoformat()
    assert broken() == []


def wait_until_a_checkout_waits() -> None:
    """Return when one everyday statement waits for a lock."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE %s"
    with connection.cursor() as cursor:
        for _ in range(500):
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(waiting, ["WITH item%"])
            if cursor.fetchone() == (1,):
                return
            time.sleep(0.02)
    raise AssertionError("no checkout waits")


def test_a_limit_of_one_type_holds_when_loans_are_exchanged_while_a_checkout_waits_for_its_item(
    committed: District,
) -> None:
    audio = make_item_type("av")
    make_policy(item_type=audio, max_loans_of_type=1)
    make_patron(card="C1", home=committed.central)
    make_item(barcode="B1", home=committed.central)
    for barcode in ("A1", "A2"):
        make_item(barcode=barcode, home=committed.central, item_type=audio)
    checkout(item="B1", card="C1", at=AT, desk=committed.at_central)
    results: list[object] = []

    def lend(barcode: str) -> None:
        try:
            results.append(checkout(item=barcode, card="C1", at=AT, desk=committed.at_central))
        except Refused as refused:
            results.append([block.code for block in refused.blocks])
        finally:
            connections.close_all()

    def exchange() -> None:
        checkin(item="B1", at=AT, desk=committed.at_central)
        lend("A2")

    clerk, other_clerk = threading.Thread(target=lend, args=["A1"]), threading.Thread(target=exchange)
    with transaction.atomic():
        Item.objects.select_for_update().get(barcode="A1")
        clerk.start()
        wait_until_a_checkout_waits()
        other_clerk.start()
        other_clerk.join()
    clerk.join()

    assert results[1:] == [[BlockCode.LOAN_LIMIT_OF_TYPE]]
    assert Loan.objects.filter(returned_at__isnull=True).count() == 1
    assert broken() == []


def test_a_checkout_that_waits_for_its_item_holds_no_patron(committed: District) -> None:
    patron = make_patron(card="C1", home=committed.central)
    make_item(barcode="I1", home=committed.central)
    result: list[object] = []

    def lend() -> None:
        try:
            result.append(checkout(item="I1", card="C1", at=AT, desk=committed.at_central))
        finally:
            connections.close_all()

    clerk = threading.Thread(target=lend)
    with transaction.atomic():
        Item.objects.select_for_update().get()
        clerk.start()
        wait_until_a_checkout_waits()
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM patrons_patron WHERE id = %s FOR UPDATE NOWAIT", [patron.id])
            assert cursor.fetchone() == (patron.id,)
    clerk.join()

    assert len(result) == 1
    assert broken() == []
