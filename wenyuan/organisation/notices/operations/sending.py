"""What the worker does: claim what is due, hand it to a channel, note what became of it. At most once, whatever dies.

A message is marked ``sending`` in a transaction of its own before the channel gets it. Who finds it so after the time
that sending can take knows that its worker died in between, and that nobody can tell whether it went out: it becomes
``unsure`` and waits for a person.
"""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import connection

from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.notices import rules, sql, wording
from wenyuan.organisation.notices.channels import configured_ports
from wenyuan.organisation.notices.data import (
    KINDS,
    Channel,
    Gathering,
    Language,
    NoticeKind,
    State,
    TemplateFacts,
)
from wenyuan.organisation.notices.models import Attempt, Message, Notice, WrongAddress
from wenyuan.organisation.notices.queries import (
    address_hash,
    common_words,
    get_settings,
    last4_of,
    preferences,
    ready_templates,
)
from wenyuan.organisation.rights.data import Door
from wenyuan.organisation.rights.queries import needs
from wenyuan.plumbing.channels.port import Outcome, Parcel, Port, Result
from wenyuan.plumbing.clock import library_zone
from wenyuan.plumbing.transactions import verb

CHUNK = 20
CLAIM = timedelta(minutes=10)
SENDING = timedelta(minutes=5)
"""Longer than the slowest channel may take."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """A message on its way to a channel."""

    message_id: int
    claim: UUID
    channel: Channel
    parcel: Parcel = field(repr=False)
    granted: bool


@needs()
def send_due(
    *,
    clock: Callable[[], datetime],
    ports: Mapping[Channel, Port] | None = None,
    most: int = 10_000,
) -> int:
    """Send what is due, in chunks, until nothing is or ``most`` were taken; returns how many were taken.

    Run by the worker every minute; several may run at once. ``clock`` gives the moment, since sending takes time;
    ``ports`` are the installation's unless a test brings its own.
    """
    ways = configured_ports() if ports is None else ports
    settle_lost(at=clock())
    taken = 0
    while taken < most:
        claim = uuid4()
        ids = claim_due(at=clock(), claim=claim)
        for message_id in ids:
            leaving = begin(message_id=message_id, claim=claim, at=clock(), ready=ways.keys())
            if leaving is not None:
                outcome = ways[leaving.channel].send(leaving.parcel)
                note(leaving=leaving, outcome=outcome, at=clock())
        taken += len(ids)
        if not ids:
            break
    return taken


@needs()
@verb
def claim_due(*, at: datetime, claim: UUID, limit: int = CHUNK) -> list[int]:
    """Take up to ``limit`` waiting messages whose time has come; nobody else takes them for ten minutes."""
    with connection.cursor() as cursor:
        cursor.execute(sql.CLAIM, {"claim": claim, "until": at + CLAIM, "at": at, "limit": limit})
        return sorted(row[0] for row in cursor.fetchall())


@needs()
@verb
def begin(*, message_id: int, claim: UUID, at: datetime, ready: Collection[Channel]) -> Leaving | None:
    """Mark a claimed message as being sent and say by which channel; nothing when it is not to be sent.

    That is when it has expired, when its notices were withdrawn, when somebody else has it, and when no other channel
    is left or wanted: then it ends here, in the message box.
    """
    row = Message.objects.select_for_update().filter(id=message_id, claim=claim, state=State.WAITING.value).first()
    if row is None:
        return None
    if row.expires_at is not None and row.expires_at <= at:
        _end(row, State.EXPIRED, at)
        return None
    values = _values(row)
    kind, language = NoticeKind(row.kind), Language(row.language)
    templates = ready_templates(kind, language)
    words = common_words(row.branch_id, language) | wording.said(values, language)
    box = templates.get(Channel.IN_APP)
    row.subject_sealed = rules.filled(box.subject, words) if box else ""
    row.text_sealed = rules.filled(box.body, words) if box else ""
    contacts = _contacts(row)
    channel, granted = _route(row, contacts, templates, ready)
    if channel is Channel.IN_APP:
        _end_in_the_box(row, contacts, at)
        return None
    address = contacts[channel]
    row.state, row.claimed_until = State.SENDING.value, at + SENDING
    row.tries += 1
    row.channel_tries = row.channel_tries + 1 if row.channel == channel else 1
    row.channel = channel.value
    row.address_hash, row.address_last4 = address_hash(channel, address), last4_of(address)
    row.save()
    return Leaving(row.id, claim, channel, _parcel(row, templates[channel], words, address), granted)


def _values(row: Message) -> list[dict[str, str]]:
    notices = Notice.objects.filter(message=row.id, withdrawn_at__isnull=True).order_by("id")
    return [json.loads(one.values_sealed) for one in notices if one.values_sealed]


def _contacts(row: Message) -> dict[Channel, str]:
    found = json.loads(row.contacts_sealed) if row.contacts_sealed else {}
    return {Channel(name): address for name, address in found.items()}


def _route(
    row: Message,
    contacts: Mapping[Channel, str],
    templates: Mapping[Channel, TemplateFacts],
    ready: Collection[Channel],
) -> tuple[Channel, bool]:
    """The channel whose turn it is, and whether the reader's leave for one message was used for it."""
    kind = NoticeKind(row.kind)
    wanted = preferences(row.recipient).channels.get(kind)
    wrong = {
        (Channel(one.channel), bytes(one.address_hash)) for one in WrongAddress.objects.filter(recipient=row.recipient)
    }
    for channel, address in contacts.items():
        if (channel, address_hash(channel, address)) in wrong and channel.value not in row.given_up:
            row.given_up.append(channel.value)
    passed_over: set[Channel] = set()
    while True:
        channel = rules.route(
            wanted=wanted,
            facts=KINDS[kind],
            contacts=contacts.keys(),
            ready={one for one in templates if one in ready},
            given_up={Channel(one) for one in row.given_up} | passed_over,
        )
        if channel is Channel.IN_APP or not templates[channel].needs_grant:
            return channel, False
        if _take_grant(row):
            return channel, True
        passed_over.add(channel)


def _take_grant(row: Message) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(sql.TAKE_GRANT, [row.recipient, row.kind])
        return cursor.fetchone() is not None


def _end_in_the_box(row: Message, contacts: Mapping[Channel, str], at: datetime) -> None:
    """Nothing else carries it: that is all that was wanted, or it has failed by every channel that had an address."""
    tried = [one for one in row.given_up if Channel(one) in contacts]
    if tried:
        _end(row, State.FAILED, at)
        return
    row.channel, row.contacts_sealed = Channel.IN_APP.value, ""
    _end(row, State.SENT, at)


def _parcel(row: Message, template: TemplateFacts, words: Mapping[str, str], address: str) -> Parcel:
    return Parcel(
        name=f"wenyuan-{row.id}-{row.resent}",
        address=address,
        subject=rules.filled(template.subject, words),
        text=rules.filled(template.body, words),
        code=template.code,
        fields=rules.provider_fields(template, words),
    )


@needs()
@verb
def note(*, leaving: Leaving, outcome: Outcome, at: datetime) -> None:
    """Write down what a channel said of a message, and what follows: the end, another try, the next channel."""
    row = (
        Message.objects.select_for_update()
        .filter(id=leaving.message_id, claim=leaving.claim, state=State.SENDING.value)
        .first()
    )
    if row is None:
        return
    _log(row, outcome, at)
    row.code, row.provider_id = outcome.code, outcome.provider_id
    if outcome.result is not Result.SENT and outcome.result is not Result.UNSURE and leaving.granted:
        _give_back(row)
    if outcome.result is Result.SENT:
        row.contacts_sealed = ""
        _end(row, State.SENT, at)
    elif outcome.result is Result.UNSURE:
        _end(row, State.UNSURE, at)
    else:
        _go_on(row, outcome, at)


def _give_back(row: Message) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.ADD_GRANT, [row.recipient, row.kind, 1])


def _log(row: Message, outcome: Outcome, at: datetime) -> None:
    Attempt.objects.create(
        message_id=row.id,
        at=at,
        channel=row.channel,
        result=outcome.result.value,
        code=outcome.code,
        provider_id=outcome.provider_id,
        address_hash=row.address_hash,
        address_last4=row.address_last4,
    )


def _go_on(row: Message, outcome: Outcome, at: datetime) -> None:
    """Another try later by the same channel, or the next channel at once."""
    again = rules.next_try(at, row.channel_tries) if outcome.result is Result.LATER else None
    if again is None:
        row.given_up = [*row.given_up, row.channel]
        row.channel_tries = 0
    if outcome.result is Result.BAD_ADDRESS and row.recipient and row.address_hash is not None:
        WrongAddress.objects.update_or_create(
            recipient=row.recipient,
            channel=row.channel,
            address_hash=row.address_hash,
            defaults={"address_last4": row.address_last4, "code": outcome.code, "since": at},
        )
    row.state, row.claim, row.claimed_until = State.WAITING.value, None, None
    row.digest_key = ""  # what is posted from now on goes into another message
    row.send_at = rules.send_at(
        at=again or at,
        not_before=None,
        gathering=Gathering.NONE,
        settings=get_settings(),
        zone=library_zone(),
        calendar=None,
    )
    row.save()


def _end(row: Message, state: State, at: datetime) -> None:
    row.state, row.ended_at = state.value, at
    row.claim = row.claimed_until = None
    row.save()
    if state in {State.SENT, State.FAILED, State.UNSURE}:
        record(
            Entry(
                kind=Kind.NOTICE_SENT if state is State.SENT else Kind.NOTICE_FAILED,
                occurred_at=at,
                door=Door.WORKER.value,
                branch_id=row.branch_id,
                quantity=1,
                details={"notice": row.kind, "channel": row.channel, "state": state.value},
            )
        )


@needs()
@verb
def settle_lost(*, at: datetime, limit: int = 200) -> int:
    """Messages that were being sent when their worker died become unsure; returns how many."""
    rows = Message.objects.filter(state=State.SENDING.value, claimed_until__lt=at)
    lost = list(rows.select_for_update(skip_locked=True).order_by("id")[:limit])
    for row in lost:
        _log(row, Outcome(Result.UNSURE, "worker_lost"), at)
        row.code = "worker_lost"
        _end(row, State.UNSURE, at)
    return len(lost)


@needs()
@verb
def forget_old(*, at: datetime, limit: int = 1000) -> int:
    """Empty the texts of messages that ended long ago, and what calls of old lists say; returns how many messages.

    ``keep_text_days`` of the settings says how long. Names of notices stay: they keep anything from being posted twice.
    """
    before = at - timedelta(days=get_settings().keep_text_days)
    old = Message.objects.filter(ended_at__lt=before).exclude(text_sealed="", contacts_sealed="")
    ids = list(old.order_by("ended_at").values_list("id", flat=True)[:limit])
    Notice.objects.filter(message__in=ids).update(values_sealed="")
    Message.objects.filter(id__in=ids).update(subject_sealed="", text_sealed="", contacts_sealed="")
    return len(ids)
