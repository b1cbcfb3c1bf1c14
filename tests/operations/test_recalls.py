"""Recalls (催还): a hold that nothing on the shelf can fill makes a loan of its title due earlier, where the policy of
the lending branch says so."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.factories.catalogue import make_bib, make_item
from tests.factories.circulation import District, make_policy
from tests.factories.network import make_closure
from tests.factories.patrons import make_patron
from wenyuan.holdings.catalogue.models import Bib
from wenyuan.lending.circulation import closing
from wenyuan.lending.circulation.data import BlockCode
from wenyuan.lending.circulation.models import Hold, Loan, LoanPolicy
from wenyuan.lending.circulation.operations import (
    Refused,
    cancel_hold,
    change_hold,
    checkin,
    checkout,
    move_hold,
    place_hold,
    renew,
    resume_hold,
    suspend_hold,
    undo,
)
from wenyuan.lending.circulation.queries import loan_of_item, patron_loans
from wenyuan.lending.circulation.recalling import recall_for_hold
from wenyuan.organisation.journal.delivery import deliver
from wenyuan.organisation.journal.models import Entry, Stuck
from wenyuan.organisation.notices.models import Notice
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.invariants import all_invariants, broken_rows

DAY = timedelta(days=1)
LONGER = timedelta(minutes=11)


@pytest.fixture
def title(district: District) -> Bib:
    """边城, I1 and I2 at the central library, where a recall leaves a week and a reader keeps two; readers C1 to C5."""
    make_policy(branch=district.central, loan_days=21, recall_days=7, guaranteed_days=14)
    bib = make_bib(title="边城")
    for number in (1, 2):
        make_item(barcode=f"I{number}", home=district.central, bib=bib)
    for number in range(1, 6):
        make_patron(card=f"C{number}", home=district.central)
    return bib


def lend(district: District, barcode: str, card: str, at: datetime) -> date:
    return checkout(item=barcode, card=card, at=at, desk=district.at_central).due_date


def want(title: Bib, district: District, card: str, at: datetime, **wishes: object) -> int:
    """Place a hold, and let the journal reach who follows it."""
    wish: dict[str, object] = {"bib_id": title.id, "pickup_branch_id": district.central.id, **wishes}
    receipt = place_hold(card=card, at=at, desk=district.at_central, **wish)  # type: ignore[arg-type] # shorthand
    follow(at)
    return receipt.hold_id


def follow(at: datetime) -> None:
    while deliver(at=at):
        continue
    assert not Stuck.objects.exists()


def due(barcode: str) -> date:
    return local_date(Loan.objects.get(item__barcode=barcode, returned_at=None).due_at)


def recalled() -> set[str]:
    return set(Loan.objects.filter(recalled_at__isnull=False).values_list("item__barcode", flat=True))


def broken() -> list[str]:
    return [invariant.name for invariant in all_invariants() if list(broken_rows(invariant))]


def test_a_recall_on_a_fresh_loan_where_nothing_is_guaranteed_makes_it_due_today_c169(
    district: District, at: datetime, title: Bib
) -> None:
    make_policy(branch=district.central, item_type=district.book, recall_days=0, guaranteed_days=0)
    make_item(barcode="I9", home=district.central, bib=(other := make_bib(title="呐喊")), item_type=district.book)
    assert lend(district, "I9", "C1", at) == date(2026, 5, 14)

    want(other, district, "C2", at + LONGER)

    loan = Loan.objects.get()
    assert loan.due_at == datetime(2026, 4, 23, 15, 59, 59, tzinfo=UTC)
    assert loan.recalled_at == at + LONGER
    assert broken() == []


def test_a_second_recall_changes_nothing_c174(district: District, at: datetime, title: Bib) -> None:
    lend(district, "I1", "C1", at)
    lend(district, "I2", "C4", at - 30 * DAY)  # overdue: nobody counts on it, and it is not due any earlier
    want(title, district, "C2", at + LONGER)
    assert due("I1") == date(2026, 5, 7), "two weeks are the reader's, though a week would be given"
    before = Loan.objects.values().get(item__barcode="I1")

    want(title, district, "C3", at + DAY)

    assert Loan.objects.values().get(item__barcode="I1") == before
    assert Entry.objects.filter(kind="loan_recalled").count() == 1
    assert Notice.objects.filter(once__startswith="loan_recalled").count() == 1


def test_it_is_told_by_the_journal_the_lists_and_a_notice_and_names_no_reader(
    district: District, at: datetime, title: Bib
) -> None:
    lend(district, "I1", "C1", at)
    lend(district, "I2", "C4", at + DAY)
    hold_id = want(title, district, "C2", at + 2 * DAY)

    loan = Loan.objects.get(item__barcode="I1")
    [entry] = Entry.objects.filter(kind="loan_recalled")
    assert (entry.subject_kind, entry.subject_id, entry.reader_ref) == ("item", loan.item_id, None)
    assert entry.details == {
        "loan": loan.id,
        "hold": hold_id,
        "due_at": "2026-05-07T15:59:59+00:00",
        "was_due_at": "2026-05-14T15:59:59+00:00",
    }
    assert loan.patron_id is not None
    has = patron_loans(patron_id=loan.patron_id, branch_id=district.central.id, at=at + 2 * DAY)
    assert has is not None
    assert [(one.recalled, one.due_date) for one in has.loans] == [(True, date(2026, 5, 7))]
    seen = loan_of_item(loan.item_id)
    assert seen is not None
    assert seen.recalled_at == at + 2 * DAY
    message = Notice.objects.select_related("message").get(once__startswith="loan_recalled").message
    assert message is not None
    assert (message.kind, message.recipient) == ("loan_recalled", f"patron:{loan.patron_id}")


def test_of_two_the_one_that_is_back_first_then_the_other(district: District, at: datetime, title: Bib) -> None:
    lend(district, "I2", "C1", at - 3 * DAY)
    lend(district, "I1", "C4", at)

    want(title, district, "C2", at + LONGER)
    assert recalled() == {"I2"}
    want(title, district, "C3", at + 2 * LONGER)
    assert recalled() == {"I1", "I2"}


def test_nothing_is_recalled_for_what_a_shelf_or_an_early_return_will_serve(
    district: District, at: datetime, title: Bib
) -> None:
    lend(district, "I1", "C1", at)
    want(title, district, "C2", at + LONGER)  # I2 stands on its shelf
    assert recalled() == set()

    make_policy(branch=district.central, item_type=district.book, loan_days=10, recall_days=7, guaranteed_days=14)
    bib = make_bib(title="彷徨")
    for number in (3, 4):
        make_item(barcode=f"I{number}", home=district.central, bib=bib, item_type=district.book)
    lend(district, "I3", "C3", at - 9 * DAY)  # due tomorrow anyway
    make_policy(branch=district.central, category=district.adult, loan_days=60, recall_days=7, guaranteed_days=0)
    make_patron(card="C8", home=district.central, category=district.adult)
    lend(district, "I4", "C8", at)
    want(bib, district, "C4", at + LONGER)

    assert recalled() == set()


def test_without_a_stated_length_nothing_is_recalled(district: District, at: datetime) -> None:
    bib = make_bib(title="故乡")
    make_item(barcode="I1", home=district.central, bib=bib)
    for number in (1, 2):
        make_patron(card=f"C{number}", home=district.central)
    make_policy(branch=district.children, recall_days=1)  # another branch's rule is not that of the lending one
    was = lend(district, "I1", "C1", at)

    want(bib, district, "C2", at + LONGER)

    assert (due("I1"), recalled()) == (was, set())


def test_a_hold_of_one_item_recalls_that_item_and_one_that_does_not_wait_none(
    district: District, at: datetime, title: Bib
) -> None:
    lend(district, "I1", "C1", at - DAY)
    lend(district, "I2", "C4", at)
    want(title, district, "C2", at + LONGER, not_before=local_date(at) + DAY)
    assert recalled() == set()

    want(title, district, "C3", at + LONGER, bib_id=None, item="I2", this_item=True)

    assert recalled() == {"I2"}


def test_a_hold_that_is_resumed_or_changed_asks_as_a_new_one_does(district: District, at: datetime, title: Bib) -> None:
    lend(district, "I1", "C1", at)
    lend(district, "I2", "C2", at)
    tomorrow = at + DAY
    hold_id = want(title, district, "C3", at, not_before=local_date(at) + 30 * DAY)
    assert not Loan.objects.filter(recalled_at__isnull=False).exists()

    change_hold(hold_id=hold_id, not_before=None, at=tomorrow, desk=district.at_central)
    follow(tomorrow)
    changed = Loan.objects.filter(recalled_at=tomorrow).count()
    other = want(title, district, "C4", at, not_before=local_date(at) + 30 * DAY)
    Hold.objects.filter(id=other).update(not_before=None, suspended=True)
    resume_hold(hold_id=other, at=tomorrow, desk=district.at_central)
    follow(tomorrow)
    suspend_hold(hold_id=other, until=None, at=tomorrow, desk=district.at_central)
    resume_hold(hold_id=other, at=tomorrow, desk=district.at_central)
    follow(tomorrow)

    assert changed == 1
    assert Loan.objects.filter(recalled_at=tomorrow).count() == 2  # one each, however often it is resumed
    assert broken() == []


def test_a_place_in_the_queue_recalls_nothing(district: District, at: datetime, title: Bib) -> None:
    LoanPolicy.objects.filter(recall_days__isnull=False).delete()
    lend(district, "I1", "C1", at)
    lend(district, "I2", "C2", at)
    holds = [want(title, district, card, at) for card in ("C3", "C4")]  # nothing was recalled for them
    make_policy(branch=district.central, recall_days=7, guaranteed_days=0)

    move_hold(hold_id=holds[1], to=1, reason="急用", at=at + DAY, desk=district.at_central)
    follow(at + DAY)

    assert recalled() == set()


def test_a_recall_is_never_later_and_gives_way_to_a_closed_day(district: District, at: datetime, title: Bib) -> None:
    make_policy(branch=district.central, item_type=district.book, recall_days=4, guaranteed_days=0)
    bib = make_bib(title="朝花夕拾")
    make_item(barcode="I7", home=district.central, bib=bib, item_type=district.book)
    lend(district, "I7", "C1", at)
    want(bib, district, "C2", at + LONGER)

    assert due("I7") == date(2026, 4, 28), "27 April is a Monday, on which the branch is closed"

    late = at + 19 * DAY  # due in two days: a recall would give four
    make_item(barcode="I8", home=district.central, bib=(other := make_bib(title="野草")), item_type=district.book)
    lend(district, "I8", "C3", at)
    want(other, district, "C2", late)
    assert due("I8") == date(2026, 5, 14)


def test_closures_still_move_a_recalled_loan_and_their_end_gives_the_recalled_day_back(
    district: District, at: datetime, title: Bib
) -> None:
    lend(district, "I1", "C1", at)
    lend(district, "I2", "C4", at)
    want(title, district, "C2", at + LONGER)
    closure = make_closure(district.central, date(2026, 5, 5), date(2026, 5, 9))
    closing.ask_for_run([district.central.id], [closure.id], at=at)
    closing.follow_closures(now=lambda: at)
    assert due("I1") == date(2026, 5, 10)

    closure.delete()
    closing.ask_for_run([district.central.id], [closure.id], at=at)
    closing.follow_closures(now=lambda: at)

    assert due("I1") == date(2026, 5, 7)


def test_a_recalled_loan_is_not_renewed_while_somebody_waits(district: District, at: datetime, title: Bib) -> None:
    lend(district, "I1", "C1", at)
    lend(district, "I2", "C4", at)
    want(title, district, "C2", at + LONGER)
    checkin(item="I2", at=at + DAY, desk=district.at_children)  # on its way to the first; the next still waits
    want(title, district, "C3", at + DAY)
    make_item(barcode="I5", home=district.central, bib=title)  # and would serve the one who waits

    with pytest.raises(Refused) as caught:
        renew(item="I1", at=at + 2 * DAY, desk=district.at_central, waive=frozenset({BlockCode.RENEWAL_RECALLED}))

    assert [block.code for block in caught.value.blocks] == [BlockCode.RENEWAL_RECALLED]


def test_a_cancelled_hold_gives_no_date_back_but_lets_the_loan_be_renewed(
    district: District, at: datetime, title: Bib
) -> None:
    lend(district, "I1", "C1", at)
    lend(district, "I2", "C4", at)
    hold_id = want(title, district, "C2", at + LONGER)

    cancel_hold(hold_id=hold_id, at=at + DAY, desk=district.at_central)
    follow(at + DAY)
    assert (due("I1"), recalled()) == (date(2026, 5, 7), {"I1"})
    receipt = renew(item="I1", at=at + 2 * DAY, desk=district.at_central, key="renewed")
    assert (receipt.due_date, recalled()) == (date(2026, 5, 26), set())

    undo(key="renewed", at=at + 2 * DAY + LONGER - timedelta(minutes=5), desk=district.at_central)
    assert (due("I1"), recalled()) == (date(2026, 5, 7), {"I1"})


def test_a_hold_that_no_longer_waits_when_its_word_arrives_recalls_nothing(
    district: District, at: datetime, title: Bib
) -> None:
    lend(district, "I1", "C1", at)
    lend(district, "I2", "C4", at)
    wish = {"bib_id": title.id, "pickup_branch_id": district.central.id, "at": at, "desk": district.at_central}
    first, second = (place_hold(card=card, **wish) for card in ("C2", "C3"))  # type: ignore[arg-type] # shorthand
    cancel_hold(hold_id=first.hold_id, at=at, desk=district.at_central)
    suspend_hold(hold_id=second.hold_id, at=at, desk=district.at_central, until=None)

    follow(at)

    assert recalled() == set()


def test_a_recall_told_twice_or_after_the_return_changes_nothing(district: District, at: datetime, title: Bib) -> None:
    lend(district, "I1", "C1", at)
    lend(district, "I2", "C4", at)
    want(title, district, "C2", at + LONGER)
    entry = Entry.objects.get(kind="hold_placed")

    recall_for_hold(entry.id)

    assert recalled() == {"I1"}, "the same hold asks for no second loan"
    checkin(item="I1", at=at + DAY, desk=district.at_central)
    recall_for_hold(entry.id)
    assert recalled() == {"I1"}
    assert Hold.objects.get().state == "on_shelf"
