"""Sending by the worker: at most once, by the next way where one fails, and a person for what is left."""

import threading
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connections, transaction

from tests.factories.accounts import make_desk
from tests.factories.network import make_branch, make_library
from tests.factories.notices import BOTH, MAIL, PHONE, Answering, make_templates, post_due
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.notices import models
from wenyuan.organisation.notices.data import Channel, Language, NoticeKind, NoticeReason, NoticeRefused, State
from wenyuan.organisation.notices.operations import add_grants, decide, forget_old, prefer, send_due
from wenyuan.organisation.notices.operations.sending import begin, claim_due, note, settle_lost
from wenyuan.organisation.notices.queries import attempts_of, list_bad_addresses, message_box
from wenyuan.organisation.notices.sql import INVARIANTS
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed
from wenyuan.plumbing.channels.port import Outcome, Result
from wenyuan.plumbing.invariants import broken_rows

POSTED = datetime(2026, 4, 23, 1, 0, tzinfo=UTC)
DUE = datetime(2026, 4, 23, 1, 30, tzinfo=UTC)
"""09:30 in Shanghai, the digests' hour."""

LATER = Outcome(Result.LATER, "busy")
WRONG = Outcome(Result.BAD_ADDRESS, "isv.MOBILE_NUMBER_ILLEGAL")
REFUSED = Outcome(Result.REFUSED, "isv.SMS_TEMPLATE_ILLEGAL")
UNSURE = Outcome(Result.UNSURE, "ReadTimeoutError")


def send(at: datetime = DUE, **ports: Answering) -> int:
    return send_due(clock=lambda: at, ports={Channel(name): port for name, port in ports.items()})


def message() -> models.Message:
    return models.Message.objects.get()


def journal() -> list[tuple[str, int, dict[str, object]]]:
    return [(row.kind, row.quantity, row.details) for row in Entry.objects.order_by("id")]


def whole() -> bool:
    return not [row for invariant in INVARIANTS for row in broken_rows(invariant)]


@pytest.fixture
def house(db: None) -> None:
    make_library()
    make_templates()


def test_a_sent_message_keeps_its_number_and_forgets_its_address(house: None) -> None:
    sms = Answering()
    for number, title in enumerate(("边城", "活着", "家")):
        post_due(POSTED, f"due:{number}", title=title)

    before, taken = send(DUE - timedelta(minutes=1), sms=sms), send(sms=sms)

    row = message()
    [parcel] = sms.parcels
    assert (before, taken) == (0, 1)
    assert (row.state, row.channel, row.provider_id, row.address_last4) == ("sent", "sms", "biz-1", "1234")
    assert row.contacts_sealed == ""
    assert (parcel.address, parcel.code) == (PHONE, "SMS_1001")
    assert parcel.fields == {"titles": "《边城》《活着》《家》", "due_date": "5月1日"}
    assert journal() == [("notice_sent", 1, {"notice": "due_soon", "channel": "sms", "state": "sent"})]
    [in_box] = message_box(recipient="patron:1")
    assert in_box.subject == "有3册图书即将到期"
    assert "《家》  5月1日" in in_box.text
    assert whole()


def test_nothing_is_sent_a_second_time(house: None) -> None:
    sms = Answering()
    post_due(POSTED)

    send(sms=sms)
    send(DUE + timedelta(days=1), sms=sms)

    assert len(sms.parcels) == 1


def test_without_an_address_it_stands_in_the_box(house: None) -> None:
    post_due(POSTED, contacts={})

    send(sms=Answering())

    assert (message().state, message().channel, message().address_last4) == ("sent", "in_app", "")
    assert len(message_box(recipient="patron:1")) == 1


def test_a_reader_who_wants_the_box_alone_gets_nothing_else(house: None) -> None:
    with transaction.atomic():
        prefer(recipient="patron:1", channels={NoticeKind.DUE_SOON: ()}, language=None, at=POSTED)
    sms = Answering()
    post_due(POSTED)

    send(sms=sms)

    assert sms.parcels == []
    assert message().channel == "in_app"


def test_a_reader_is_written_to_in_their_language(house: None) -> None:
    with transaction.atomic():
        prefer(recipient="patron:1", channels={}, language=Language.EN, at=POSTED)
    models.Template.objects.filter(kind="overdue_1", language="en").delete()
    email = Answering()
    post_due(POSTED, "a")
    post_due(POSTED, "b", kind=NoticeKind.OVERDUE_1)

    send(email=email)

    assert sorted(parcel.subject for parcel in email.parcels) == ["1 items are due soon", "有1册图书已到期，请归还"]


def test_a_busy_channel_is_tried_again_and_then_left(house: None) -> None:
    sms, email = Answering([LATER] * 9), Answering()
    post_due(POSTED)
    at, times = DUE, []
    for _ in range(6):
        send(at, sms=sms, email=email)
        times.append((message().send_at - DUE).total_seconds() // 60)
        at = message().send_at

    assert len(sms.parcels) == 5
    assert [parcel.address for parcel in email.parcels] == [MAIL]
    assert times[:4] == [2, 12, 57, 237]
    assert message().state == "sent"
    assert [one.result for one in attempts_of(message().id)] == ["later"] * 5 + ["sent"]


def test_another_try_waits_for_the_morning(house: None) -> None:
    post_due(POSTED)
    evening = datetime(2026, 4, 23, 12, 59, tzinfo=UTC)  # 20:59

    send(evening, sms=Answering([LATER]))

    assert message().send_at == datetime(2026, 4, 24, 0, 0, tzinfo=UTC)


def test_a_wrong_number_is_marked_and_the_next_way_taken(house: None) -> None:
    sms, email = Answering([WRONG]), Answering()
    post_due(POSTED)

    send(sms=sms, email=email)
    post_due(DUE, "due:2")
    send(DUE + timedelta(days=1), sms=sms, email=email)

    assert (len(sms.parcels), len(email.parcels)) == (1, 2)
    [bad] = list_bad_addresses(["patron:1"])["patron:1"]
    assert (bad.channel, bad.last4, bad.code) == (Channel.SMS, "1234", "isv.MOBILE_NUMBER_ILLEGAL")
    assert whole()


def test_a_refusal_goes_on_to_the_next_way(house: None) -> None:
    email = Answering()
    post_due(POSTED)

    send(sms=Answering([REFUSED]), email=email)

    assert len(email.parcels) == 1
    assert list_bad_addresses(["patron:1"]) == {}


def test_a_message_that_nobody_carries_waits_for_a_person(house: None) -> None:
    post_due(POSTED, contacts={Channel.SMS: PHONE})

    send(sms=Answering([WRONG]))

    assert (message().state, message().decided) == ("failed", "")
    assert PHONE in message().contacts_sealed
    assert journal()[-1] == ("notice_failed", 1, {"notice": "due_soon", "channel": "sms", "state": "failed"})
    assert len(message_box(recipient="patron:1")) == 1


def test_an_unsure_message_is_not_sent_again(house: None) -> None:
    sms, email = Answering([UNSURE]), Answering()
    post_due(POSTED)

    send(sms=sms, email=email)
    send(DUE + timedelta(days=2), sms=sms, email=email)

    assert (message().state, len(sms.parcels), len(email.parcels)) == ("unsure", 1, 0)


def test_what_has_lost_its_sense_is_not_sent(house: None) -> None:
    sms = Answering()
    post_due(POSTED, expires=DUE)

    send(sms=sms)

    assert (message().state, sms.parcels) == ("expired", [])
    assert whole()


def test_a_claim_that_runs_out_is_taken_by_another(house: None) -> None:
    sms = Answering()
    post_due(POSTED)
    lost = uuid4()
    [message_id] = claim_due(at=DUE, claim=lost)  # and then the worker dies

    soon, later = send(DUE + timedelta(minutes=9), sms=sms), send(DUE + timedelta(minutes=11), sms=sms)

    assert (soon, later) == (0, 1)
    assert len(sms.parcels) == 1
    assert begin(message_id=message_id, claim=lost, at=DUE, ready={Channel.SMS}) is None


def test_a_late_worker_cannot_note_what_another_settled(house: None) -> None:
    post_due(POSTED)
    claim = uuid4()
    [message_id] = claim_due(at=DUE, claim=claim)
    leaving = begin(message_id=message_id, claim=claim, at=DUE, ready={Channel.SMS})
    assert leaving is not None
    settle_lost(at=DUE + timedelta(minutes=6))

    note(leaving=leaving, outcome=Outcome(Result.LATER), at=DUE + timedelta(minutes=7))

    assert message().state == "unsure"
    assert [one.code for one in attempts_of(message_id)] == ["worker_lost"]


class Killed(BaseException):
    """Stands for SIGKILL: nothing in the process catches it or cleans up."""


class Dying:
    """A channel that has sent the message, and then its worker is killed."""

    def __init__(self) -> None:
        self.sent = 0

    def send(self, parcel: object) -> Outcome:
        self.sent += 1
        raise Killed


def test_a_killed_worker_leaves_an_unsure_message_and_sends_nothing_twice(fresh_database: str) -> None:
    make_library()
    make_templates()
    for number in range(3):
        post_due(POSTED, f"due:{number}", recipient=f"patron:{number}")
    dying, sms = Dying(), Answering()
    with pytest.raises(Killed):
        send_due(clock=lambda: DUE, ports={Channel.SMS: dying})

    for minutes in (1, 4, 6, 11, 20):
        send(DUE + timedelta(minutes=minutes), sms=sms)

    states = sorted(models.Message.objects.values_list("state", flat=True))
    assert states == ["sent", "sent", "unsure"]
    assert (dying.sent, len(sms.parcels)) == (1, 2)
    assert whole()


def test_workers_share_the_work_and_send_nothing_twice(fresh_database: str) -> None:
    make_library()
    make_templates()
    for number in range(50):
        post_due(POSTED, f"due:{number}", recipient=f"patron:{number}")
    workers = [Answering() for _ in range(3)]

    def work(port: Answering) -> None:
        try:
            send_due(clock=lambda: DUE, ports={Channel.SMS: port})
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(port,)) for port in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    send(sms=workers[0])

    names = [parcel.name for port in workers for parcel in port.parcels]
    assert len(names) == len(set(names)) == 50
    assert whole()


def test_a_leave_is_used_up_by_sending_and_given_back_by_failing(house: None) -> None:
    models.Template.objects.filter(channel="wechat").update(code="tpl-1", needs_grant=True)
    with transaction.atomic():
        add_grants(recipient="patron:1", kind=NoticeKind.DUE_SOON)
    wechat, email = Answering([REFUSED]), Answering()
    contacts = {Channel.WECHAT: "oABC1234", Channel.EMAIL: MAIL}
    post_due(POSTED, "a", contacts=contacts)
    send(wechat=wechat, email=email)
    given_back = models.Grant.objects.get().left
    post_due(DUE, "b", contacts=contacts)
    send(DUE + timedelta(days=1), wechat=wechat, email=email)
    post_due(DUE + timedelta(days=1), "c", contacts=contacts)
    send(DUE + timedelta(days=2), wechat=wechat, email=email)

    channels = list(models.Message.objects.order_by("id").values_list("state", "channel"))
    assert given_back == 1
    assert models.Grant.objects.get().left == 0
    assert channels == [("sent", "email"), ("sent", "wechat"), ("sent", "email")]


def failed(branch_id: int | None = None) -> models.Message:
    post_due(POSTED, contacts={Channel.SMS: PHONE}, branch_id=branch_id)
    send(sms=Answering([UNSURE]))
    return message()


def test_a_person_decides_about_an_unsure_message(house: None) -> None:
    branch = make_branch()
    desk, row, sms = make_desk(branch), failed(branch.id), Answering([UNSURE])

    decide(message_id=row.id, again=True, at=DUE + timedelta(hours=1), desk=desk)
    with pytest.raises(NoticeRefused) as caught:
        decide(message_id=row.id, again=True, at=DUE, desk=desk)
    send(DUE + timedelta(hours=1), sms=sms)
    decide(message_id=row.id, again=False, at=DUE + timedelta(hours=2), desk=desk)
    send(DUE + timedelta(days=1), sms=sms)
    with pytest.raises(NoticeRefused) as decided:
        decide(message_id=row.id, again=True, at=DUE + timedelta(days=2), desk=desk)

    assert caught.value.reason is decided.value.reason is NoticeReason.NOT_ENDED
    assert (message().state, message().decided, len(sms.parcels)) == ("unsure", "left", 1)
    assert [audit.act for audit in AuditRow.objects.order_by("id")] == ["decide_notice", "decide_notice"]
    assert whole()


def test_a_resent_message_is_another_to_the_provider(house: None) -> None:
    branch, sms = make_branch(), Answering()
    row = failed(branch.id)

    decide(message_id=row.id, again=True, at=DUE, desk=make_desk(branch))
    send(sms=sms)

    assert [parcel.name for parcel in sms.parcels] == [f"wenyuan-{row.id}-1"]


def test_who_may_not_see_notices_there_decides_nothing(house: None) -> None:
    branch, other = make_branch(), make_branch()
    row = failed(branch.id)

    for desk in (make_desk(other), make_desk(branch, role=Role.DESK)):
        with pytest.raises(NotAllowed):
            decide(message_id=row.id, again=True, at=DUE, desk=desk)

    assert message().state == State.UNSURE


def test_what_was_forgotten_cannot_be_sent_again(house: None) -> None:
    branch = make_branch()
    row = failed(branch.id)
    forget_old(at=DUE + timedelta(days=31))

    with pytest.raises(NoticeRefused) as caught:
        decide(message_id=row.id, again=True, at=DUE + timedelta(days=31), desk=make_desk(branch))

    assert caught.value.reason is NoticeReason.ADDRESS_FORGOTTEN


def test_texts_are_forgotten_after_their_time_and_names_stay(house: None) -> None:
    post_due(POSTED)
    send(sms=Answering())

    kept, forgotten = forget_old(at=DUE + timedelta(days=29)), forget_old(at=DUE + timedelta(days=31))

    assert (kept, forgotten) == (0, 1)
    assert message().text_sealed == models.Notice.objects.get().values_sealed == ""
    assert post_due(DUE).repeated == 1


def test_a_channel_without_an_approved_template_is_passed_over(house: None) -> None:
    models.Template.objects.filter(channel="sms").update(code="")
    models.Template.objects.filter(channel="email", kind="due_soon").update(is_on=False)
    post_due(POSTED, contacts=BOTH)

    send(sms=Answering(), email=Answering())

    assert (message().state, message().channel) == ("sent", "in_app")
