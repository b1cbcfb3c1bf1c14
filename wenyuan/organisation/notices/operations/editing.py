"""What librarians and readers choose: templates, hours, channels; and what a person decides about a message."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time

from wenyuan.organisation.notices import rules
from wenyuan.organisation.notices.data import (
    Channel,
    Gathering,
    Language,
    NoticeKind,
    NoticeReason,
    NoticeRefused,
    State,
    TemplateFacts,
    TemplateRefused,
)
from wenyuan.organisation.notices.defaults import default_templates
from wenyuan.organisation.notices.models import Message, Preference, Settings, Template
from wenyuan.organisation.notices.queries import get_settings, get_template
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import library_zone
from wenyuan.plumbing.transactions import assert_in_verb, verb

KEEP_TEXT_DAYS = range(7, 1101)


@needs()
@verb
def install_default_templates() -> int:
    """Add the templates that are missing and return how many; what is there, edited or not, stays as it is.

    A part of setting a library up, before anybody has a right to anything.
    """
    there = set(Template.objects.values_list("kind", "channel", "language"))
    missing = [
        one for one in default_templates() if (one.kind.value, one.channel.value, one.language.value) not in there
    ]
    Template.objects.bulk_create(
        [
            Template(
                kind=one.kind.value,
                channel=one.channel.value,
                language=one.language.value,
                subject=one.subject,
                body=one.body,
            )
            for one in missing
        ],
        ignore_conflicts=True,
    )
    return len(missing)


@needs(Act.EDIT_NOTICES)
@verb
def edit_template(
    *,
    kind: NoticeKind,
    channel: Channel,
    language: Language,
    subject: str,
    body: str,
    code: str = "",
    needs_grant: bool = False,
    is_on: bool = True,
    at: datetime,
    desk: Desk,
) -> TemplateFacts:
    """Change the text of a kind for one channel and language, for the whole network.

    :raises NotAllowed: the operator may not edit notices everywhere.
    :raises NoticeRefused: there is no such template.
    :raises TemplateRefused: every fault of it at once: an unknown placeholder, a stray brace, too long …
    """
    require(desk.operator, Act.EDIT_NOTICES, None)
    row = Template.objects.select_for_update().filter(kind=kind, channel=channel, language=language).first()
    before = get_template(kind, channel, language)
    if row is None or before is None:
        raise NoticeRefused(NoticeReason.UNKNOWN)
    wanted = replace(
        before,
        subject=subject.strip(),
        body=body.replace("\r\n", "\n").strip(),
        code=code.strip(),
        needs_grant=needs_grant,
        is_on=is_on,
    )
    if faults := rules.template_faults(wanted):
        raise TemplateRefused(faults)
    row.subject, row.body, row.code = wanted.subject, wanted.body, wanted.code
    row.needs_grant, row.is_on = wanted.needs_grant, wanted.is_on
    row.edited_at, row.edited_by_id = at, desk.operator.account_id
    row.save()
    audit(
        at=at,
        desk=desk,
        act="edit_template",
        subject_kind="notice_template",
        subject_id=row.id,
        before=_shown(before),
        after=_shown(wanted),
    )
    return replace(wanted, edited_at=at)


def _shown(template: TemplateFacts) -> dict[str, object]:
    return {
        "kind": template.kind,
        "channel": template.channel,
        "language": template.language,
        "subject": template.subject,
        "body": template.body,
        "code": template.code,
        "needs_grant": template.needs_grant,
        "is_on": template.is_on,
    }


@needs(Act.EDIT_NOTICES)
@verb
def change_notice_hours(
    *, quiet_from: time, quiet_until: time, digest_time: time, keep_text_days: int, at: datetime, desk: Desk
) -> None:
    """State when messages may go out, in the library's zone, and how long their texts are kept.

    Messages that wait already keep their moment.

    :raises NotAllowed: the operator may not edit notices everywhere.
    :raises NoticeRefused: the digests' hour is a quiet one, or texts are kept for less than a week or over three years.
    """
    require(desk.operator, Act.EDIT_NOTICES, None)
    before = get_settings()
    after = replace(
        before,
        quiet_from=quiet_from,
        quiet_until=quiet_until,
        digest_time=digest_time,
        keep_text_days=keep_text_days,
    )
    if rules.is_quiet(digest_time, after) or keep_text_days not in KEEP_TEXT_DAYS:
        raise NoticeRefused(NoticeReason.BAD_TIMES)
    values = {
        "quiet_from": quiet_from,
        "quiet_until": quiet_until,
        "digest_time": digest_time,
        "keep_text_days": keep_text_days,
    }
    Settings.objects.update_or_create(id=1, defaults=values)
    audit(
        at=at,
        desk=desk,
        act="change_notice_hours",
        subject_kind="notice_settings",
        before={name: getattr(before, name) for name in values},
        after=values,
    )


@needs(Act.EDIT_PATRON)
@verb
def set_preferences(
    *,
    recipient: str,
    channels: Mapping[NoticeKind, Sequence[Channel] | None],
    language: Language | None,
    at: datetime,
    desk: Desk,
) -> None:
    """Enter at a desk what somebody wants: see ``prefer``.

    :raises NotAllowed: the operator may not change readers here.
    :raises NoticeRefused: a channel twice in one order.
    """
    require(desk.operator, Act.EDIT_PATRON, desk.branch_id)
    prefer(recipient=recipient, channels=channels, language=language, at=at)
    audit(
        at=at,
        desk=desk,
        act="set_preferences",
        subject_kind="notice_recipient",
        after={
            "recipient": recipient,
            "language": language,
            "channels": {kind.value: None if order is None else list(order) for kind, order in channels.items()},
        },
    )


def prefer(
    *,
    recipient: str,
    channels: Mapping[NoticeKind, Sequence[Channel] | None],
    language: Language | None,
    at: datetime,
) -> None:
    """A step, for the doors by which readers choose themselves: per kind the channels in order.

    An empty order is the message box alone; none lets the kind go its own way again. Kinds that are not named keep
    what they have; ``language`` none is that of each notice.

    :raises NoticeRefused: a channel twice in one order.
    """
    assert_in_verb()
    for kind, order in channels.items():
        if order is None:
            Preference.objects.filter(recipient=recipient, kind=kind.value).delete()
            continue
        named = [channel.value for channel in order if channel is not Channel.IN_APP]
        if len(set(named)) < len(named):
            raise NoticeRefused(NoticeReason.BAD_CHANNELS)
        Preference.objects.update_or_create(
            recipient=recipient, kind=kind.value, defaults={"channels": named, "language": "", "changed_at": at}
        )
    if language is None:
        Preference.objects.filter(recipient=recipient, kind="").delete()
    else:
        Preference.objects.update_or_create(
            recipient=recipient, kind="", defaults={"channels": [], "language": language.value, "changed_at": at}
        )


def mark_seen(*, recipient: str, message_ids: Sequence[int], at: datetime) -> int:
    """A step: somebody has opened these messages of their box; returns how many were new to them."""
    assert_in_verb()
    return Message.objects.filter(id__in=message_ids, recipient=recipient, seen_at__isnull=True).update(seen_at=at)


@needs(Act.SEE_NOTICES)
@verb
def decide(*, message_id: int, again: bool, at: datetime, desk: Desk) -> None:
    """Decide about a message that failed, or of which nobody knows whether it went out: send it ``again``, or leave it.

    :raises NotAllowed: the operator may not see notices at the message's branch.
    :raises NoticeRefused: no such message; it has not failed and is not unsure, or somebody has decided already; its
        address was forgotten.
    """
    row = Message.objects.select_for_update().filter(id=message_id).first()
    require(desk.operator, Act.SEE_NOTICES, row.branch_id if row else desk.branch_id)
    if row is None:
        raise NoticeRefused(NoticeReason.UNKNOWN)
    if row.state not in {State.FAILED, State.UNSURE} or row.decided:
        raise NoticeRefused(NoticeReason.NOT_ENDED)
    if again and not row.contacts_sealed:
        raise NoticeRefused(NoticeReason.ADDRESS_FORGOTTEN)
    before = row.state
    if again:
        row.state, row.ended_at, row.digest_key, row.given_up, row.channel_tries = State.WAITING.value, None, "", [], 0
        row.claim = row.claimed_until = row.expires_at = None
        row.resent += 1
        row.send_at = rules.send_at(
            at=at,
            not_before=None,
            gathering=Gathering.NONE,
            settings=get_settings(),
            zone=library_zone(),
            calendar=None,
        )
    else:
        row.decided = "left"
    row.decided_by_id = desk.operator.account_id
    row.save()
    audit(
        at=at,
        desk=desk,
        act="decide_notice",
        subject_kind="notice",
        subject_id=row.id,
        branch_id=row.branch_id,
        before={"state": before},
        after={"state": row.state, "again": again},
    )
