"""Steps for rooms above: post what somebody is to know, take it back, follow a person's changes."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import islice

from django.db import connection

from wenyuan.kernel.opening import OpeningCalendar
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.notices import rules, sql
from wenyuan.organisation.notices.data import (
    KINDS,
    Channel,
    Language,
    NewNotice,
    NoticeKind,
    Posted,
    State,
    Withdrawn,
)
from wenyuan.organisation.notices.models import Attempt, Call, Grant, Message, Notice, Preference, WrongAddress
from wenyuan.organisation.notices.queries import address_hash, get_settings
from wenyuan.plumbing.clock import library_zone, local_date
from wenyuan.plumbing.transactions import assert_in_verb

CHUNK = 500
MOST_ROUNDS = 20


def post(
    *,
    kind: NoticeKind,
    recipient: str,
    values: Mapping[str, str | int | date],
    once: str,
    at: datetime,
    contacts: Mapping[Channel, str] | None = None,
    language: Language = Language.ZH,
    branch_id: int | None = None,
    not_before: datetime | None = None,
    expires: datetime | None = None,
    when_open: bool | None = None,
) -> Posted:
    """A step: let somebody know something, once. See ``NewNotice`` for what the arguments mean.

    :raises ValueError: values that the kind does not know or lacks; a caller's mistake, told by their names.
    """
    notice = NewNotice(
        kind=kind,
        recipient=recipient,
        values=values,
        once=once,
        contacts=contacts or {},
        language=language,
        branch_id=branch_id,
        not_before=not_before,
        expires=expires,
        when_open=when_open,
    )
    return post_many([notice], at=at)


def post_many(notices: Iterable[NewNotice], *, at: datetime) -> Posted:
    """A step: ``post`` for many, a few statements for each 500.

    Names (``once``) are written in their order within a chunk, so that two callers with the same people wait for each
    other instead of blocking.

    :raises ValueError: as ``post``; nothing is posted then.
    """
    assert_in_verb()
    fresh = repeated = 0
    waiting = iter(notices)
    while chunk := list(islice(waiting, CHUNK)):
        wanted = _by_name(chunk)
        rows = _write_notices(wanted, at)
        _put_into_messages(wanted, rows, at)
        fresh += len(rows)
        repeated += len(chunk) - len(rows)
    return Posted(fresh, repeated)


def _by_name(notices: Sequence[NewNotice]) -> dict[str, NewNotice]:
    wanted: dict[str, NewNotice] = {}
    for notice in sorted(notices, key=lambda one: one.once):
        if faults := rules.faults_of_values(notice):
            raise ValueError(f"{notice.kind.value}: {', '.join(faults)}")
        wanted.setdefault(notice.once, notice)
    return wanted


def _write_notices(wanted: Mapping[str, NewNotice], at: datetime) -> list[Notice]:
    """The rows that were new, in the order of their names: of a name that exists, nothing is written."""
    Notice.objects.bulk_create(
        [Notice(once=once, posted_at=at, values_sealed=_plain(notice.values)) for once, notice in wanted.items()],
        ignore_conflicts=True,
    )
    # only this transaction's own rows have no message yet
    return list(Notice.objects.filter(once__in=wanted, message__isnull=True).order_by("once").only("id", "once"))


def _plain(values: Mapping[str, str | int | date]) -> str:
    said = {name: value.isoformat() if isinstance(value, date) else str(value) for name, value in values.items()}
    return json.dumps(said, ensure_ascii=False)


def _put_into_messages(wanted: Mapping[str, NewNotice], rows: Sequence[Notice], at: datetime) -> None:
    alone: list[tuple[Notice, Message]] = []
    gathered: list[tuple[Notice, Message]] = []
    languages = _languages([wanted[row.once].recipient for row in rows])
    for row in rows:
        message = _message(wanted[row.once], languages, at)
        (gathered if message.digest_key else alone).append((row, message))
    Message.objects.bulk_create([message for _, message in alone])
    for row, message in alone:
        row.message_id = message.id
    _gather(gathered)
    Notice.objects.bulk_update(rows, ["message"])


def _languages(recipients: Iterable[str]) -> dict[str, str]:
    rows = Preference.objects.filter(recipient__in=set(recipients), kind="")
    return dict(rows.values_list("recipient", "language"))


def _message(notice: NewNotice, languages: Mapping[str, str], at: datetime) -> Message:
    language = languages.get(notice.recipient) or notice.language.value
    send_at = rules.send_at(
        at=at,
        not_before=notice.not_before,
        gathering=KINDS[notice.kind].gathering,
        settings=get_settings(),
        zone=library_zone(),
        calendar=_calendar(notice),
    )
    return Message(
        kind=notice.kind.value,
        recipient=notice.recipient,
        language=language,
        branch_id=notice.branch_id,
        digest_key=rules.digest_key(notice, language=language, on=local_date(send_at)),
        posted_at=at,
        send_at=send_at,
        expires_at=notice.expires,
        contacts_sealed=contacts_text(notice.contacts),
    )


def contacts_text(contacts: Mapping[Channel, str]) -> str:
    """The addresses as they are sealed; empty without any."""
    named = {channel.value: address.strip() for channel, address in contacts.items() if channel is not Channel.IN_APP}
    kept = {name: address for name, address in named.items() if address}
    return json.dumps(kept, ensure_ascii=False) if kept else ""


def _calendar(notice: NewNotice) -> OpeningCalendar | None:
    wanted = KINDS[notice.kind].when_open if notice.when_open is None else notice.when_open
    if not wanted or notice.branch_id is None:
        return None
    return network_map().calendars.get(notice.branch_id)


def _gather(pairs: Sequence[tuple[Notice, Message]]) -> None:
    """Put each notice into the waiting message of its key, making one where there is none.

    A message may go out between being found missing and being looked for; then another one is made for its key.
    """
    left = list(pairs)
    for _ in range(MOST_ROUNDS):
        if not left:
            return
        candidates = {message.digest_key: message for _, message in reversed(left)}
        Message.objects.bulk_create([candidates[key] for key in sorted(candidates)], ignore_conflicts=True)
        waiting = Message.objects.filter(digest_key__in=candidates, state=State.WAITING.value)
        found = {row.digest_key: row for row in waiting.select_for_update().order_by("digest_key")}
        for notice, message in left:
            if home := found.get(message.digest_key):
                notice.message_id = home.id
                _join(home, message)
        left = [pair for pair in left if pair[1].digest_key not in found]
    raise RuntimeError("a digest could not be found or made")


def _join(home: Message, newer: Message) -> None:
    """The newest addresses count, and the latest end of those that have one; without an end it has none."""
    expires = None if None in (home.expires_at, newer.expires_at) else max(home.expires_at, newer.expires_at)  # type: ignore[type-var] # neither is None
    if (home.contacts_sealed, home.expires_at) != (newer.contacts_sealed, expires):
        home.contacts_sealed, home.expires_at = newer.contacts_sealed, expires
        home.save(update_fields=["contacts_sealed", "expires_at"])


def withdraw(*, onces: Iterable[str], at: datetime) -> Withdrawn:
    """A step: take notices back (the item came back, the closure was undone) by their names.

    What has not gone out is stopped, alone or out of its digest. ``told`` names those that have, or may have.
    """
    assert_in_verb()
    notices = list(Notice.objects.filter(once__in=set(onces), withdrawn_at__isnull=True))
    ids = {notice.message_id for notice in notices if notice.message_id}
    messages = {row.id: row for row in Message.objects.filter(id__in=ids).select_for_update().order_by("id")}
    told, stopped = [], []
    for notice in notices:
        message = messages[notice.message_id or 0]
        if message.state == State.WAITING:
            stopped.append(notice)
        elif message.state in {State.SENDING, State.SENT, State.UNSURE}:
            told.append(notice.once)
    Notice.objects.filter(id__in=[one.id for one in stopped]).update(withdrawn_at=at)
    touched = {one.message_id for one in stopped}
    kept = set(
        Notice.objects.filter(message__in=touched, withdrawn_at__isnull=True).values_list("message_id", flat=True)
    )
    Message.objects.filter(id__in=touched - kept).update(
        state=State.WITHDRAWN.value, ended_at=at, contacts_sealed="", claim=None, claimed_until=None
    )
    return Withdrawn(len(stopped), tuple(sorted(told)))


def change_contacts(*, recipient: str, contacts: Mapping[Channel, str], at: datetime) -> int:
    """A step: somebody's addresses are others now. What waits, or waits for a person's decision, takes them.

    Addresses marked as wrong that are no longer the person's are forgotten. Returns how many messages changed.
    """
    assert_in_verb()
    for wrong in WrongAddress.objects.filter(recipient=recipient):
        address = contacts.get(Channel(wrong.channel), "")
        if bytes(wrong.address_hash) != address_hash(Channel(wrong.channel), address):
            wrong.delete()
    open_states = [State.WAITING.value, State.FAILED.value, State.UNSURE.value]
    rows = Message.objects.filter(recipient=recipient, state__in=open_states).select_for_update().order_by("id")
    count = 0
    for row in rows:
        if row.contacts_sealed or row.state == State.WAITING:
            row.contacts_sealed = contacts_text(contacts)
            row.given_up, row.channel_tries = [], 0
            row.save(update_fields=["contacts_sealed", "given_up", "channel_tries"])
            count += 1
    return count


def forget_recipient(*, recipient: str, at: datetime) -> int:
    """A step: somebody's data are erased. What waits is stopped; texts, addresses, choices and calls are emptied.

    The names of notices, states and times stay, without anything that leads to the person. Returns the messages.
    """
    assert_in_verb()
    rows = Message.objects.filter(recipient=recipient)
    ids = list(rows.select_for_update().order_by("id").values_list("id", flat=True))
    rows.filter(state=State.WAITING.value).update(state=State.WITHDRAWN.value, ended_at=at)
    Notice.objects.filter(message__in=ids).update(values_sealed="")
    Attempt.objects.filter(message__in=ids).update(address_hash=None, address_last4="")
    Message.objects.filter(id__in=ids).update(
        recipient="",
        digest_key="",
        contacts_sealed="",
        subject_sealed="",
        text_sealed="",
        address_hash=None,
        address_last4="",
    )
    for call in Call.objects.filter(recipient=recipient):
        Call.objects.filter(id=call.id).update(
            recipient=f"erased:{call.id}",
            name_sealed="",
            answers_for_sealed="",
            phone_sealed="",
            phone_last4="",
            lines_sealed="",
            note="",
        )
    for model in (WrongAddress, Preference, Grant):
        model.objects.filter(recipient=recipient).delete()
    return len(ids)


def move_recipient(*, from_recipient: str, to_recipient: str) -> int:
    """A step: two registrations of one person become one. Messages and grants move; the choices that stand win.

    Digests that wait stay apart. Returns how many messages moved.
    """
    assert_in_verb()
    Message.objects.filter(recipient=from_recipient, state=State.WAITING.value).update(digest_key="")
    moved = Message.objects.filter(recipient=from_recipient).update(recipient=to_recipient)
    chosen = Preference.objects.filter(recipient=to_recipient).values("kind")
    Preference.objects.filter(recipient=from_recipient).exclude(kind__in=chosen).update(recipient=to_recipient)
    Preference.objects.filter(recipient=from_recipient).delete()
    for grant in Grant.objects.filter(recipient=from_recipient):
        add_grants(recipient=to_recipient, kind=NoticeKind(grant.kind), count=grant.left)
        grant.delete()
    WrongAddress.objects.filter(recipient=from_recipient).delete()
    listed = Call.objects.filter(recipient=to_recipient).values("list")
    Call.objects.filter(recipient=from_recipient).exclude(list__in=listed).update(recipient=to_recipient)
    return moved


def add_grants(*, recipient: str, kind: NoticeKind, count: int = 1) -> None:
    """A step: somebody gave leave, by tapping, for so many more messages of a kind (一次性订阅)."""
    assert_in_verb()
    with connection.cursor() as cursor:
        cursor.execute(sql.ADD_GRANT, [recipient, kind.value, count])
