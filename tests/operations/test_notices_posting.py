"""Posting and taking back: once for good, gathered by day, sealed."""

import threading
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection, connections, transaction

from tests.factories.network import make_branch, make_hours
from tests.factories.notices import MAIL, PHONE, make_templates, post_due
from wenyuan.organisation.notices import models
from wenyuan.organisation.notices.data import Channel, Language, NewNotice, NoticeKind, Posted, State
from wenyuan.organisation.notices.operations import (
    add_grants,
    change_contacts,
    forget_recipient,
    install_default_templates,
    move_recipient,
    post,
    post_many,
    prefer,
    withdraw,
)
from wenyuan.organisation.notices.operations.sending import begin, claim_due
from wenyuan.organisation.notices.queries import address_hash, list_bad_addresses, message_box, preferences
from wenyuan.organisation.notices.sql import INVARIANTS
from wenyuan.plumbing.invariants import broken_rows

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)
"""Thursday 23 April 2026, 10:30 in Shanghai."""
NEXT_DIGEST = datetime(2026, 4, 24, 1, 30, tzinfo=UTC)


def whole() -> bool:
    return not [row for invariant in INVARIANTS for row in broken_rows(invariant)]


def raw(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT t::text FROM {table} t")
        return "\n".join(row[0] for row in cursor.fetchall())


def test_a_notice_waits_with_its_address_sealed(db: None) -> None:
    posted = post_due(AT, title="城南旧事")

    [message] = models.Message.objects.all()
    assert posted == Posted(1, 0)
    assert (message.state, message.send_at, message.recipient) == ("waiting", NEXT_DIGEST, "patron:1")
    assert PHONE in message.contacts_sealed
    stored = raw("notices_message") + raw("notices_notice")
    assert PHONE not in stored
    assert MAIL not in stored
    assert "城南旧事" not in stored
    assert whole()


def test_a_name_is_posted_once_for_good(db: None) -> None:
    first, again = post_due(AT), post_due(AT + timedelta(days=40), title="另一本")
    twice = NewNotice(
        kind=NoticeKind.CARD_EXPIRY, recipient="patron:1", values={"expires_date": "2026-05-01"}, once="card:1"
    )
    with transaction.atomic():
        both = post_many([twice, twice], at=AT)

    assert (first, again, both) == (Posted(1, 0), Posted(0, 1), Posted(1, 1))
    assert models.Message.objects.count() == 2


def test_what_is_due_on_one_day_is_one_message(db: None) -> None:
    for number, title in enumerate(("边城", "活着", "家")):
        post_due(AT, f"due:{number}", title=title)
    post_due(AT, "other:reader", recipient="patron:2")
    post_due(AT, "other:kind", kind=NoticeKind.OVERDUE_1)
    post_due(AT, "other:day", not_before=AT + timedelta(days=3))
    post_due(AT, "other:language", language=Language.EN)

    counts = sorted(models.Notice.objects.filter(message=row.id).count() for row in models.Message.objects.all())

    assert counts == [1, 1, 1, 1, 3]
    assert whole()


def test_what_comes_while_a_digest_is_sent_goes_into_another(db: None) -> None:
    make_templates()
    post_due(AT, "due:1")
    claim = uuid4()
    [message_id] = claim_due(at=NEXT_DIGEST, claim=claim)
    assert begin(message_id=message_id, claim=claim, at=NEXT_DIGEST, ready={Channel.SMS}) is not None

    post_due(AT, "due:2")

    assert [row.state for row in models.Message.objects.order_by("id")] == ["sending", "waiting"]


def test_the_newest_addresses_of_a_digest_count_and_its_latest_end(db: None) -> None:
    post_due(AT, "due:1", expires=AT + timedelta(days=2))
    post_due(AT, "due:2", contacts={Channel.EMAIL: MAIL}, expires=AT + timedelta(days=5))

    [message] = models.Message.objects.all()
    assert PHONE not in message.contacts_sealed
    assert message.expires_at == AT + timedelta(days=5)


def test_a_callers_mistake_is_told_by_names_and_posts_nothing(db: None) -> None:
    good = NewNotice(
        kind=NoticeKind.CARD_EXPIRY, recipient="patron:1", values={"expires_date": "2026-05-01"}, once="good"
    )
    bad = NewNotice(kind=NoticeKind.DUE_SOON, recipient="patron:1", values={"name": "陈小雨"}, once="bad")

    with pytest.raises(ValueError, match="due_soon: due_date, name, title") as caught, transaction.atomic():
        post_many([good, bad], at=AT)

    assert "陈小雨" not in str(caught.value)
    assert not models.Notice.objects.exists()


def test_a_step_stands_in_a_verb(fresh_database: str) -> None:
    with pytest.raises(AssertionError):
        post(kind=NoticeKind.CARD_EXPIRY, recipient="p", values={"expires_date": "2026-05-01"}, once="x", at=AT)


def test_a_hold_waits_for_the_open_door_of_its_branch(db: None) -> None:
    branch = make_branch()
    make_hours(branch, weekdays=(5,))  # Saturdays only
    with transaction.atomic():
        post(
            kind=NoticeKind.HOLD_READY,
            recipient="patron:1",
            values={"title": "边城", "pickup_date": "2026-05-01", "place": ""},
            once="hold:1",
            branch_id=branch.id,
            at=AT,
        )

    assert models.Message.objects.get().send_at == datetime(2026, 4, 25, 1, 0, tzinfo=UTC)


def test_what_is_taken_back_does_not_go_out(db: None) -> None:
    for number in range(3):
        post_due(AT, f"due:{number}")

    with transaction.atomic():
        first = withdraw(onces=["due:0", "due:1", "nothing"], at=AT)
    left = models.Message.objects.get().state
    with transaction.atomic():
        last = withdraw(onces=["due:2"], at=AT)

    assert (first.stopped, left, last.stopped, last.told) == (2, "waiting", 1, ())
    assert models.Message.objects.get().state == State.WITHDRAWN
    assert models.Message.objects.get().contacts_sealed == ""
    assert post_due(AT, "due:2") == Posted(0, 1)
    assert whole()


def test_taking_back_names_those_who_know_already(db: None) -> None:
    for once, state in (("a", "sent"), ("b", "unsure"), ("c", "failed")):
        post_due(AT, once, recipient=f"patron:{once}")
        models.Message.objects.filter(recipient=f"patron:{once}").update(state=state, ended_at=AT)

    with transaction.atomic():
        found = withdraw(onces=["a", "b", "c"], at=AT)

    assert (found.stopped, found.told) == (0, ("a", "b"))


def test_what_a_caller_rolls_back_was_not_posted(db: None) -> None:
    with transaction.atomic():
        post_due(AT)
        transaction.set_rollback(True)

    assert not models.Notice.objects.exists()
    assert not models.Message.objects.exists()


def test_another_number_reaches_what_waits(db: None) -> None:
    post_due(AT)
    models.Message.objects.update(given_up=["sms"], channel_tries=3)
    for address in (PHONE, "13900000000"):
        models.WrongAddress.objects.create(
            recipient="patron:1", channel="sms", address_hash=address_hash(Channel.SMS, address), since=AT
        )

    with transaction.atomic():
        changed = change_contacts(recipient="patron:1", contacts={Channel.SMS: "13900000000"}, at=AT)

    row = models.Message.objects.get()
    assert changed == 1
    assert "13900000000" in row.contacts_sealed
    assert (row.given_up, row.channel_tries) == ([], 0)
    assert len(list_bad_addresses(["patron:1"])["patron:1"]) == 1  # the old number is nobody's business any more


def test_nothing_of_an_erased_person_is_left(db: None) -> None:
    post_due(AT, "sent")
    models.Message.objects.update(
        state="sent", ended_at=AT, text_sealed="《边城》", address_last4="1234", address_hash=b"1", contacts_sealed=""
    )
    models.Attempt.objects.create(
        message=models.Message.objects.get(),
        at=AT,
        channel="sms",
        result="sent",
        address_hash=b"1",
        address_last4="1234",
    )
    post_due(AT + timedelta(days=3), "waits")
    with transaction.atomic():
        prefer(recipient="patron:1", channels={NoticeKind.DUE_SOON: ()}, language=Language.EN, at=AT)
        add_grants(recipient="patron:1", kind=NoticeKind.DUE_SOON)

    with transaction.atomic():
        count = forget_recipient(recipient="patron:1", at=AT)

    assert count == 2
    stored = "".join(raw(f"notices_{table}") for table in ("message", "attempt", "preference", "grant", "wrongaddress"))
    assert "patron:1" not in stored
    assert "1234" not in stored
    assert {row.state for row in models.Message.objects.all()} == {"sent", "withdrawn"}
    assert post_due(AT, "sent") == Posted(0, 1)


def test_two_registrations_become_one(db: None) -> None:
    post_due(AT, "a", recipient="patron:1")
    post_due(AT, "b", recipient="patron:2")
    with transaction.atomic():
        prefer(recipient="patron:1", channels={NoticeKind.DUE_SOON: ()}, language=Language.EN, at=AT)
        prefer(recipient="patron:2", channels={NoticeKind.DUE_SOON: (Channel.SMS,)}, language=None, at=AT)
        for recipient in ("patron:1", "patron:2"):
            add_grants(recipient=recipient, kind=NoticeKind.DUE_SOON, count=2)
        moved = move_recipient(from_recipient="patron:1", to_recipient="patron:2")

    chosen = preferences("patron:2")
    assert moved == 1
    assert models.Message.objects.filter(recipient="patron:2").count() == 2
    assert (chosen.language, dict(chosen.channels)) == (Language.EN, {NoticeKind.DUE_SOON: (Channel.SMS,)})
    assert models.Grant.objects.get().left == 4
    assert message_box(recipient="patron:1") == ()


def test_defaults_are_installed_once_and_edits_stay(db: None) -> None:
    first = install_default_templates()
    models.Template.objects.filter(kind="due_soon", channel="sms", language="zh").update(body="自己的话")

    again = install_default_templates()

    assert (first, again) == (162, 0)
    assert models.Template.objects.get(kind="due_soon", channel="sms", language="zh").body == "自己的话"


def in_threads(*acts: object) -> list[object]:
    """What each act returned, all begun at once."""
    gate, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number: int, act: object) -> None:
        gate.wait()
        try:
            results[number] = act()  # type: ignore[operator] # acts are callables
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return list(results)


def test_two_callers_at_once_post_one_notice(fresh_database: str) -> None:
    found = in_threads(*(lambda: post_due(AT) for _ in range(4)))

    assert sorted(one.fresh for one in found) == [0, 0, 0, 1]  # type: ignore[attr-defined] # Posted
    assert models.Message.objects.count() == 1
    assert whole()


def test_two_callers_fill_one_digest(fresh_database: str) -> None:
    in_threads(*(lambda number=number: post_due(AT, f"due:{number}") for number in range(6)))

    assert models.Message.objects.count() == 1
    assert models.Notice.objects.filter(message=models.Message.objects.get()).count() == 6
    assert whole()
