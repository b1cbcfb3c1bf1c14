"""Reads of this room: settings, templates and their preview, the send log, message boxes, choices."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from operator import or_

from django.conf import settings
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from wenyuan.organisation.network.queries import get_library, network_map
from wenyuan.organisation.notices import models, rules, wording
from wenyuan.organisation.notices.calls import calls_of, count_open_calls, get_call, get_call_list, list_call_lists
from wenyuan.organisation.notices.data import (
    AttemptFacts,
    BadAddress,
    BoxMessage,
    Channel,
    Fault,
    Language,
    MessageFacts,
    NoticeKind,
    PreferenceFacts,
    SettingsFacts,
    State,
    TemplateFacts,
)
from wenyuan.organisation.notices.defaults import SAMPLES
from wenyuan.plumbing.secrets import lookup_hash

PAGE_ROWS = 50

__all__ = [
    "PAGE_ROWS",
    "LogFilter",
    "LogPage",
    "Preview",
    "address_hash",
    "attempts_of",
    "calls_of",
    "common_words",
    "count_open_calls",
    "count_to_decide",
    "get_call",
    "get_call_list",
    "get_message",
    "get_settings",
    "get_template",
    "last4_of",
    "list_bad_addresses",
    "list_call_lists",
    "list_messages",
    "list_templates",
    "message_box",
    "placeholders",
    "preferences",
    "preview",
    "ready_templates",
    "sends_at_once",
]


def address_hash(channel: Channel, address: str) -> bytes:
    """By what an address is known again in the send log."""
    return lookup_hash(f"notices:{channel.value}", address.strip().casefold())


def last4_of(address: str) -> str:
    """The end of an address that the send log shows: four characters, of a short one at most half. Of an e-mail, those
    before the ``@``."""
    shown = address.partition("@")[0] if "@" in address else address
    return shown[len(shown) - min(4, len(shown) // 2) :]


def get_settings() -> SettingsFacts:
    """When messages may go out; the defaults where nobody has chosen."""
    row = models.Settings.objects.first() or models.Settings()
    return SettingsFacts(row.quiet_from, row.quiet_until, row.digest_time, row.keep_text_days)


# Templates -----------------------------------------------------------------------------------------------------------


def list_templates() -> tuple[TemplateFacts, ...]:
    """Every template, by kind, channel and language in the order of their enums."""
    kinds, channels = list(NoticeKind), list(Channel)
    found = [facts for row in models.Template.objects.all() if (facts := _template(row)) is not None]
    return tuple(
        sorted(found, key=lambda one: (kinds.index(one.kind), channels.index(one.channel), one.language == "en"))
    )


def get_template(kind: NoticeKind, channel: Channel, language: Language) -> TemplateFacts | None:
    """One template, or nothing before the defaults were installed."""
    row = models.Template.objects.filter(kind=kind.value, channel=channel.value, language=language.value).first()
    return _template(row) if row else None


def ready_templates(kind: NoticeKind, language: Language) -> dict[Channel, TemplateFacts]:
    """The templates by which a message of the kind can go out, by channel; Chinese where there is no other."""
    rows = models.Template.objects.filter(kind=kind.value, is_on=True)
    found: dict[Channel, TemplateFacts] = {}
    for row in sorted(rows, key=lambda one: one.language == language.value):
        template = _template(row)
        if template is not None and template.is_ready and template.language in {language, Language.ZH}:
            found[template.channel] = template
    return found


def sends_at_once(kind: NoticeKind, language: Language) -> bool:
    """Whether the library has an SMS provider and a text there for what somebody waits for."""
    return bool(settings.WENYUAN_SMS_URL) and Channel.SMS in ready_templates(kind, language)


def _template(row: models.Template) -> TemplateFacts | None:
    """The frozen value; nothing for a kind that a newer version wrote."""
    if row.kind not in NoticeKind._value2member_map_ or row.channel not in Channel._value2member_map_:
        return None
    return TemplateFacts(
        kind=NoticeKind(row.kind),
        channel=Channel(row.channel),
        language=Language(row.language),
        subject=row.subject,
        body=row.body,
        code=row.code,
        needs_grant=row.needs_grant,
        is_on=row.is_on,
        edited_at=row.edited_at,
    )


def common_words(branch_id: int | None, language: Language) -> dict[str, str]:
    """What ``{library}``, ``{branch}`` and ``{phone}`` say: the branch's own where there is one, else the library's."""
    library = get_library()
    branch = network_map().branches.get(branch_id) if branch_id else None
    name = library.name(language.value) if library else ""
    phone = (branch.phone if branch else "") or (library.phone if library else "")
    return {"library": name, "branch": branch.name(language.value) if branch else name, "phone": phone}


def placeholders(kind: NoticeKind) -> tuple[str, ...]:
    """The names that templates of a kind may use."""
    return tuple(sorted(rules.placeholders_of(kind)))


@dataclass(frozen=True, slots=True)
class Preview:
    """A template filled with sample values. ``parts`` counts SMS (0 for other channels), the signature in it."""

    subject: str
    text: str
    fields: Mapping[str, str]
    characters: int
    parts: int
    faults: tuple[Fault, ...] = field(default=())


def preview(template: TemplateFacts, *, branch_id: int | None, signature: str = "") -> Preview:
    """How a message by this template would read, and everything that is wrong with it."""
    values = SAMPLES[template.kind]
    words = common_words(branch_id, template.language) | wording.said(values, template.language)
    faults = tuple(rules.template_faults(template))
    fields = rules.provider_fields(template, words)
    text = rules.filled(template.body, words)
    if template.channel is Channel.SMS:
        text = f"【{signature or words['library']}】{rules.filled(template.body, words | fields)}"
    return Preview(
        subject=rules.filled(template.subject, words),
        text=text,
        fields=fields,
        characters=len(text),
        parts=rules.sms_parts(text) if template.channel is Channel.SMS else 0,
        faults=faults,
    )


# The send log --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilter:
    """What of the send log to show; an empty field does not narrow. ``branch_ids`` none means every branch.

    ``to_decide``: only failed and unsure ones that nobody has looked at.
    """

    branch_ids: frozenset[int] | None = None
    kind: NoticeKind | None = None
    channel: Channel | None = None
    state: State | None = None
    recipient: str = ""
    last4: str = ""
    first_at: datetime | None = None
    last_at: datetime | None = None
    to_decide: bool = False

    def as_conditions(self) -> Q:
        lookups: Mapping[str, object] = {
            "branch_id__in": self.branch_ids,
            "kind": self.kind,
            "channel": self.channel,
            "state": self.state,
            "recipient": self.recipient or None,
            "address_last4": self.last4 or None,
            "posted_at__gte": self.first_at,
            "posted_at__lt": self.last_at,
        }
        found = Q(**{name: value for name, value in lookups.items() if value is not None})
        return found & Q(state__in=[State.FAILED, State.UNSURE], decided="") if self.to_decide else found


@dataclass(frozen=True, slots=True)
class LogPage:
    """Messages, the newest first; ``before`` continues the list, none at its end."""

    rows: tuple[MessageFacts, ...]
    before: int | None


def standing_notices(*, leads: Collection[str]) -> frozenset[str]:
    """The names, beginning with one of these, by which a notice was posted that has not been withdrawn."""
    if not leads:
        return frozenset()
    begins = reduce(or_, (Q(once__startswith=lead) for lead in leads))
    return frozenset(models.Notice.objects.filter(begins, withdrawn_at__isnull=True).values_list("once", flat=True))


def list_messages(*, wanted: LogFilter, before: int | None = None, size: int = PAGE_ROWS) -> LogPage:
    """A page of the send log."""
    rows = _with_counts(models.Message.objects.filter(wanted.as_conditions()))
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = list(rows.order_by("-id")[: size + 1])
    more = found[size - 1].id if len(found) > size else None
    return LogPage(tuple(_message(row) for row in found[:size]), more)


def count_to_decide(branch_ids: frozenset[int] | None) -> int:
    """How many messages wait for a person."""
    return models.Message.objects.filter(LogFilter(branch_ids=branch_ids, to_decide=True).as_conditions()).count()


def get_message(message_id: int) -> MessageFacts | None:
    """One message, or nothing."""
    row = _with_counts(models.Message.objects.filter(id=message_id)).first()
    return _message(row) if row else None


def _with_counts(rows: "QuerySet[models.Message]") -> "QuerySet[models.Message]":
    counted = (
        models.Notice.objects.filter(message=OuterRef("id"), withdrawn_at__isnull=True)
        .order_by()
        .values("message")
        .annotate(found=Count("id"))
        .values("found")
    )
    return rows.defer("contacts_sealed", "subject_sealed", "text_sealed").annotate(
        notices=Coalesce(Subquery(counted), 0)
    )


def _message(row: models.Message) -> MessageFacts:
    return MessageFacts(
        id=row.id,
        kind=NoticeKind(row.kind),
        recipient=row.recipient,
        language=Language(row.language),
        branch_id=row.branch_id,
        state=State(row.state),
        channel=Channel(row.channel) if row.channel else None,
        address_last4=row.address_last4,
        notices=getattr(row, "notices", 0),
        posted_at=row.posted_at,
        send_at=row.send_at,
        expires_at=row.expires_at,
        ended_at=row.ended_at,
        tries=row.tries,
        code=row.code,
        provider_id=row.provider_id,
        decided=row.decided,
    )


def attempts_of(message_id: int) -> tuple[AttemptFacts, ...]:
    """Every attempt to send a message, in order."""
    rows = models.Attempt.objects.filter(message=message_id).order_by("id")
    return tuple(
        AttemptFacts(row.at, Channel(row.channel), row.result, row.code, row.provider_id, row.address_last4)
        for row in rows
    )


# One person ----------------------------------------------------------------------------------------------------------


def message_box(*, recipient: str, before: int | None = None, size: int = PAGE_ROWS) -> tuple[BoxMessage, ...]:
    """What somebody was told, the newest first, whichever way it went; with an id below ``before``.

    What still waits, was withdrawn or has expired is not there; texts that were forgotten are empty.
    """
    rows = models.Message.objects.filter(
        recipient=recipient, state__in=[State.SENT, State.FAILED, State.UNSURE]
    ).order_by("-id")
    if before is not None:
        rows = rows.filter(id__lt=before)
    return tuple(
        BoxMessage(
            id=row.id,
            kind=NoticeKind(row.kind),
            at=row.ended_at or row.posted_at,
            subject=row.subject_sealed,
            text=row.text_sealed,
            seen_at=row.seen_at,
            state=State(row.state),
            channel=Channel(row.channel) if row.channel else None,
        )
        for row in rows[:size]
    )


def preferences(recipient: str) -> PreferenceFacts:
    """What somebody chose."""
    language: Language | None = None
    chosen: dict[NoticeKind, tuple[Channel, ...]] = {}
    for row in models.Preference.objects.filter(recipient=recipient):
        if not row.kind:
            language = Language(row.language)
        elif row.kind in NoticeKind._value2member_map_:
            chosen[NoticeKind(row.kind)] = tuple(Channel(one) for one in row.channels)
    return PreferenceFacts(language, chosen)


def list_bad_addresses(recipients: Iterable[str]) -> dict[str, tuple[BadAddress, ...]]:
    """The addresses at which somebody is not reached, by recipient."""
    found: dict[str, list[BadAddress]] = {}
    for row in models.WrongAddress.objects.filter(recipient__in=set(recipients)).order_by("since"):
        found.setdefault(row.recipient, []).append(
            BadAddress(Channel(row.channel), row.address_last4, row.code, row.since)
        )
    return {recipient: tuple(rows) for recipient, rows in found.items()}
