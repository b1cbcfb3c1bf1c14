"""Notices and channels for tests: what is posted, and a channel that answers as it is told."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from wenyuan.organisation.notices.data import Channel, Language, NoticeKind, Posted
from wenyuan.organisation.notices.models import Template
from wenyuan.organisation.notices.operations import install_default_templates, post
from wenyuan.plumbing.channels.port import Outcome, Parcel, Result

PHONE = "13812341234"
MAIL = "chen.xiaoyu@example.cn"
BOTH = {Channel.SMS: PHONE, Channel.EMAIL: MAIL}


def make_templates(*, sms: bool = True) -> None:
    """The default texts; with ``sms`` its provider has approved each of them."""
    install_default_templates()
    if sms:
        Template.objects.filter(channel=Channel.SMS.value).update(code="SMS_1001")


def post_due(
    at: datetime,
    once: str = "due:1",
    *,
    title: str = "边城",
    due: str = "2026-05-01",
    recipient: str = "patron:1",
    contacts: Mapping[Channel, str] | None = None,
    kind: NoticeKind = NoticeKind.DUE_SOON,
    branch_id: int | None = None,
    language: Language = Language.ZH,
    not_before: datetime | None = None,
    expires: datetime | None = None,
) -> Posted:
    """Post one notice about an item that is due."""
    values = {"title": title, "due_date": due}
    if kind.value.startswith("overdue"):
        values["days"] = "9"
    with transaction.atomic():
        return post(
            kind=kind,
            recipient=recipient,
            values=values,
            once=once,
            at=at,
            contacts=BOTH if contacts is None else contacts,
            branch_id=branch_id,
            language=language,
            not_before=not_before,
            expires=expires,
        )


@dataclass(slots=True)
class Answering:
    """A channel that answers what it is told, ``sent`` when it was told nothing, and keeps what it was given."""

    outcomes: list[Outcome] = field(default_factory=list)
    parcels: list[Parcel] = field(default_factory=list)

    def send(self, parcel: Parcel) -> Outcome:
        self.parcels.append(parcel)
        with suppress(IndexError):
            return self.outcomes.pop(0)
        return Outcome(Result.SENT, "OK", f"biz-{len(self.parcels)}")
