"""What readers are told: holds that are ready or have ended, what falls due and what is late; each word once."""

from datetime import date, datetime, timedelta

import pytest

from tests.factories.catalogue import make_bib, make_item
from tests.factories.circulation import District
from tests.factories.network import make_closure
from tests.factories.patrons import make_category, make_guardian, make_patron
from wenyuan.lending.circulation import tasks, telling
from wenyuan.lending.circulation.data import BlockCode
from wenyuan.lending.circulation.operations import cancel_hold, checkin, checkout, expire_hold, place_hold, remind
from wenyuan.lending.patrons.models import Consent, Patron
from wenyuan.lending.patrons.queries import notice_contacts
from wenyuan.organisation.journal.delivery import deliver
from wenyuan.organisation.journal.models import Stuck
from wenyuan.organisation.notices.data import State
from wenyuan.organisation.notices.models import Message, Notice


@pytest.fixture
def reader(district: District) -> Patron:
    """Card C1, with a telephone and consent to messages; 边城 stands at the central library as I1."""
    make_item(barcode="I1", home=district.central, bib=make_bib(title="边城"))
    patron = make_patron(card="C1", home=district.central, phone="13800001111")
    consent(patron)
    return patron


def consent(patron: Patron, given_by: str = "self", **columns: object) -> None:
    Consent.objects.create(
        patron=patron, purpose="notices", notice_version="1", given_by=given_by, given_at="2026-01-01T00:00Z", **columns
    )


def told(at: datetime) -> list[tuple[str, str]]:
    """The kinds and names of what was posted, after the journal has reached its followers."""
    while deliver(at=at):
        continue
    assert not Stuck.objects.exists()
    rows = Notice.objects.select_related("message").order_by("id")
    return [(row.message.kind if row.message else "", row.once) for row in rows]


def place(district: District, at: datetime) -> int:
    return place_hold(
        item="I1", card="C1", pickup_branch_id=district.central.id, at=at, desk=district.at_central
    ).hold_id


def test_of_a_hold_that_was_fetched_before_anybody_was_told_nobody_is_told(
    district: District, at: datetime, reader: Patron, monkeypatch: pytest.MonkeyPatch
) -> None:
    place(district, at)
    checkin(item="I1", at=at, desk=district.at_central)
    checkout(item="I1", card="C1", at=at, desk=district.at_central)
    looked_at: list[int] = []
    monkeypatch.setattr(tasks, "tell_of_hold", looked_at.append)

    assert told(at) == []
    assert looked_at == []


def test_a_reader_is_told_once_that_a_hold_is_ready(district: District, at: datetime, reader: Patron) -> None:
    hold_id = place(district, at)
    checkin(item="I1", at=at, desk=district.at_central)

    assert told(at) == [("hold_ready", f"hold_ready:{hold_id}:{at:%Y%m%dT%H%M%S%f}-20260501-1")]
    message = Notice.objects.select_related("message").get().message
    assert message is not None
    assert (message.recipient, message.branch_id) == (f"patron:{reader.id}", district.central.id)
    telling_again = told(at)
    assert len(telling_again) == 1


def test_a_hold_that_was_put_back_is_told_again_when_it_is_ready_again(
    district: District, at: datetime, reader: Patron
) -> None:
    hold_id = place(district, at)
    make_patron(card="C2", home=district.central)
    checkin(item="I1", at=at, desk=district.at_central)
    assert len(told(at)) == 1
    Message.objects.update(state=State.SENT.value, ended_at=at)
    passed_over = frozenset({BlockCode.ITEM_ON_HOLD_SHELF})
    later = at + timedelta(minutes=1)
    checkout(item="I1", card="C2", at=later, desk=district.at_central, waive=passed_over)
    told(later)

    again = at + timedelta(days=2)
    checkin(item="I1", at=again, desk=district.at_central)

    assert [name.partition("-")[0] for _, name in told(again)] == [
        f"hold_ready:{hold_id}:{moment:%Y%m%dT%H%M%S%f}" for moment in (at, again)
    ]
    checkout(item="I1", card="C1", at=again, desk=district.at_central)
    told(again)
    assert Notice.objects.filter(withdrawn_at=None).count() == 1, "what has gone out cannot be taken back"


def test_a_hold_whose_item_strayed_from_the_shelf_is_told_again_when_it_stands_there_again(
    district: District, at: datetime, reader: Patron
) -> None:
    place(district, at)
    checkin(item="I1", at=at, desk=district.at_central)
    told(at)
    strayed = at + timedelta(days=1)
    checkin(item="I1", at=strayed, desk=district.at_children)
    told(strayed)
    assert Notice.objects.get().withdrawn_at is not None, "it is on its way, and the word had not gone out"

    back = at + timedelta(days=3)
    checkin(item="I1", at=back, desk=district.at_central)

    assert len(told(back)) == 2
    assert Notice.objects.filter(withdrawn_at=None).count() == 1


def test_what_was_fetched_before_the_word_went_out_is_not_told(
    district: District, at: datetime, reader: Patron
) -> None:
    place(district, at)
    checkin(item="I1", at=at, desk=district.at_central)
    told(at)

    checkout(item="I1", card="C1", at=at, desk=district.at_central)
    told(at)

    assert Notice.objects.get().withdrawn_at is not None


def test_the_end_of_a_hold_is_told_by_whoever_ended_it(district: District, at: datetime, reader: Patron) -> None:
    first = place(district, at)
    cancel_hold(hold_id=first, at=at, desk=district.at_central)
    second = place(district, at)
    checkin(item="I1", at=at, desk=district.at_central)
    expire_hold(hold_id=second, at=at + timedelta(days=60))

    kinds = {kind for kind, _ in told(at)}

    assert kinds == {"hold_cancelled", "hold_expired"}


@pytest.mark.parametrize(
    ("days", "kinds"),
    [
        (26, []),
        (27, ["due_soon"]),
        (30, []),
        (31, ["overdue_1"]),
        (37, ["overdue_1"]),
        (38, ["overdue_2"]),
        (80, ["overdue_3"]),
    ],
)
def test_a_reader_is_reminded_by_open_days_and_each_stage_once(
    district: District, at: datetime, reader: Patron, days: int, kinds: list[str]
) -> None:
    checkout(item="I1", card="C1", at=at, desk=district.at_central)
    then = at + timedelta(days=days)

    fresh = (remind(at=then), remind(at=then))

    assert fresh == (len(kinds), 0)
    assert [kind for kind, _ in told(then)] == kinds


def test_nobody_is_reminded_of_a_day_on_which_the_branch_is_shut_until_further_notice(
    district: District, at: datetime, reader: Patron
) -> None:
    checkout(item="I1", card="C1", at=at, desk=district.at_central)
    make_closure(district.central, date(2026, 5, 1), None)

    assert remind(at=at + timedelta(days=29)) == 0
    assert remind(at=at + timedelta(days=60)) == 0


def test_all_loans_are_gone_through_in_chunks(
    district: District, at: datetime, reader: Patron, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "CHUNK", 1)
    for number in (2, 3):
        make_item(barcode=f"I{number}", home=district.central)
    for number in (1, 2, 3):
        checkout(item=f"I{number}", card="C1", at=at, desk=district.at_central)

    assert remind(at=at + timedelta(days=28)) == 3


def test_only_who_agreed_is_reached_and_for_a_child_the_guardian(district: District, reader: Patron) -> None:
    child = make_patron(card="C2", home=district.central, category=make_category("child"), birth_date=date(2017, 1, 1))
    guardian = make_guardian(child, phone="13900002222")
    consent(child, "guardian", guardian=guardian)
    silent = make_patron(card="C3", home=district.central, phone="13700003333")

    found = notice_contacts([reader.id, child.id, silent.id])

    assert found == {reader.id: {"sms": "13800001111"}, child.id: {"sms": "13900002222"}}
