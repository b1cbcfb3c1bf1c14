"""What somebody waits for: sent at this moment by SMS alone, counted, and kept nowhere."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction

from tests.factories.network import make_library
from tests.factories.notices import PHONE, Answering, make_templates
from wenyuan.doors.furniture.notice_choices import ChoicesForm
from wenyuan.organisation.journal.models import Entry
from wenyuan.organisation.notices import models
from wenyuan.organisation.notices.data import Channel, Language, NoticeKind
from wenyuan.organisation.notices.operations import post, send_at_once
from wenyuan.organisation.notices.queries import list_templates, sends_at_once
from wenyuan.plumbing.channels.port import Outcome, Result

NIGHT = datetime(2026, 4, 22, 18, 0, tzinfo=UTC)
"""02:00 in Shanghai, in the quiet hours."""
CODE = NoticeKind.VERIFICATION_CODE


def send(sms: Answering | None, values: dict[str, str] | None = None, kind: NoticeKind = CODE) -> bool:
    return send_at_once(
        kind=kind,
        address=PHONE,
        values={"code": "408215", "minutes": "5"} if values is None else values,
        language=Language.ZH,
        name="wenyuan-code-1",
        clock=lambda: NIGHT,
        ports={Channel.SMS: sms} if sms else {},
    )


@pytest.fixture
def house(db: None) -> None:
    make_library()
    make_templates()


def test_it_goes_out_in_the_quiet_hours_and_leaves_no_text_or_address_behind(house: None) -> None:
    sms = Answering()

    assert send(sms)

    (parcel,) = sms.parcels
    assert (parcel.address, parcel.fields) == (PHONE, {"code": "408215", "minutes": "5"})
    assert not models.Message.objects.exists()
    assert not models.Notice.objects.exists()
    row = Entry.objects.get()
    assert (row.kind, row.quantity, row.details) == (
        "notice_sent",
        1,
        {"notice": "verification_code", "channel": "sms", "state": "sent"},
    )


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Outcome(Result.LATER, "busy"), "failed"),
        (Outcome(Result.BAD_ADDRESS, "isv.MOBILE_NUMBER_ILLEGAL"), "failed"),
        (Outcome(Result.UNSURE, "ReadTimeoutError"), "unsure"),
    ],
)
def test_what_does_not_go_out_at_once_is_counted_and_not_tried_again(house: None, outcome: Outcome, state: str) -> None:
    sms = Answering([outcome])

    assert not send(sms)

    assert len(sms.parcels) == 1
    row = Entry.objects.get()
    assert (row.kind, row.details["state"]) == ("notice_failed", state)


def test_without_a_provider_or_a_text_nothing_is_sent_and_nothing_offered(house: None, settings: Any) -> None:
    sms = Answering()
    assert not sends_at_once(CODE, Language.ZH)
    settings.WENYUAN_SMS_URL = "https://sms.example.cn/"
    assert sends_at_once(CODE, Language.EN)

    assert not send(None)
    models.Template.objects.filter(kind=CODE.value).update(code="")

    assert not sends_at_once(CODE, Language.ZH)
    assert not send(sms)
    assert (sms.parcels, Entry.objects.count()) == ([], 0)


def test_it_is_never_posted_and_nothing_else_is_sent_like_this(house: None) -> None:
    with pytest.raises(ValueError, match="kind"), transaction.atomic():
        post(kind=CODE, recipient="patron:1", values={"code": "408215", "minutes": "5"}, once="x", at=NIGHT)
    with pytest.raises(ValueError, match="card_expiry"):
        send(Answering(), {"expires_date": "2026-05-31"}, NoticeKind.CARD_EXPIRY)
    with pytest.raises(ValueError, match="verification_code"):
        send(Answering(), {"code": "408215"})


def test_its_text_is_for_sms_alone_and_nobody_chooses_another_way(house: None) -> None:
    texts = [(one.channel, one.language) for one in list_templates() if one.kind is CODE]

    assert texts == [(Channel.SMS, Language.ZH), (Channel.SMS, Language.EN)]
    assert CODE.value not in ChoicesForm().fields
    assert NoticeKind.CARD_EXPIRY.value in ChoicesForm().fields
