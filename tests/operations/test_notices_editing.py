"""Texts, hours and choices: refused with all faults at once, kept with a trace."""

from datetime import UTC, datetime, time

import pytest

from tests.factories.accounts import make_desk
from tests.factories.network import make_branch, make_library
from tests.factories.notices import make_templates
from wenyuan.organisation.accounts.data import Role
from wenyuan.organisation.notices.data import (
    Channel,
    Language,
    NoticeKind,
    NoticeReason,
    NoticeRefused,
    TemplateFault,
    TemplateRefused,
)
from wenyuan.organisation.notices.operations import change_notice_hours, edit_template, set_preferences
from wenyuan.organisation.notices.queries import get_settings, get_template, preferences, preview, ready_templates
from wenyuan.organisation.rights.data import Desk
from wenyuan.organisation.rights.models import AuditRow
from wenyuan.organisation.rights.queries import NotAllowed

AT = datetime(2026, 4, 23, 2, 30, tzinfo=UTC)
DUE_BY_SMS = (NoticeKind.DUE_SOON, Channel.SMS, Language.ZH)


@pytest.fixture
def desk(db: None) -> Desk:
    make_library()
    make_templates(sms=False)
    return make_desk(make_branch("C"), role=Role.DIRECTOR, everywhere=True)


def edit(desk: Desk, body: str, code: str = "", *, is_on: bool = True) -> None:
    kind, channel, language = DUE_BY_SMS
    edit_template(
        kind=kind, channel=channel, language=language, subject="", body=body, code=code, is_on=is_on, at=AT, desk=desk
    )


def test_a_text_is_kept_with_its_trace_and_used_from_then_on(desk: Desk) -> None:
    before = ready_templates(NoticeKind.DUE_SOON, Language.ZH)
    edit(desk, "{titles}快到期啦\r\n", "SMS_7")

    template = get_template(*DUE_BY_SMS)
    row = AuditRow.objects.get()
    assert template is not None
    assert Channel.SMS not in before
    assert ready_templates(NoticeKind.DUE_SOON, Language.ZH)[Channel.SMS] == template
    assert (template.body, template.code, template.edited_at) == ("{titles}快到期啦", "SMS_7", AT)
    assert (row.act, row.after["code"], row.before["code"]) == ("edit_template", "SMS_7", "")


def test_a_template_with_faults_is_refused(desk: Desk) -> None:
    with pytest.raises(TemplateRefused) as caught:
        edit(desk, "{name}，{titles", "SMS 7")

    assert [fault.code for fault in caught.value.faults] == [
        TemplateFault.UNKNOWN_PLACEHOLDER,
        TemplateFault.STRAY_BRACE,
        TemplateFault.BAD_CODE,
    ]
    assert not AuditRow.objects.exists()


@pytest.mark.parametrize("role", [Role.DESK_LEAD, Role.SYSTEM_ADMIN])
def test_texts_and_hours_are_for_those_who_may_everywhere(desk: Desk, role: Role) -> None:
    branch = make_branch()
    for other in (make_desk(branch, role=role), make_desk(branch, role=Role.DIRECTOR)):
        with pytest.raises(NotAllowed):
            edit(other, "{titles}")
        with pytest.raises(NotAllowed):
            change_notice_hours(
                quiet_from=time(22), quiet_until=time(7), digest_time=time(9), keep_text_days=30, at=AT, desk=other
            )


def test_the_preview_counts_an_sms_with_its_signature(desk: Desk) -> None:
    template = get_template(*DUE_BY_SMS)
    assert template is not None

    found = preview(template, branch_id=desk.branch_id, signature="文渊区图书馆")

    assert found.text == "【文渊区图书馆】您借的《城南旧事》《边城》《呼兰河传》应于5月6日前归还，如需续借请及时办理。"
    assert (found.characters, found.parts, found.faults) == (47, 1, ())


def test_hours_are_changed(desk: Desk) -> None:
    change_notice_hours(
        quiet_from=time(22), quiet_until=time(7), digest_time=time(8), keep_text_days=60, at=AT, desk=desk
    )

    found = get_settings()
    assert (found.quiet_from, found.quiet_until, found.digest_time, found.keep_text_days) == (
        time(22),
        time(7),
        time(8),
        60,
    )
    assert AuditRow.objects.get().act == "change_notice_hours"


@pytest.mark.parametrize(("digest", "days"), [(time(22, 30), 30), (time(9), 6), (time(9), 1101)])
def test_hours_that_cannot_be_are_refused(desk: Desk, digest: time, days: int) -> None:
    with pytest.raises(NoticeRefused) as caught:
        change_notice_hours(
            quiet_from=time(22), quiet_until=time(7), digest_time=digest, keep_text_days=days, at=AT, desk=desk
        )

    assert caught.value.reason is NoticeReason.BAD_TIMES
    assert get_settings().keep_text_days == 30


def test_choices_are_kept_changed_and_given_up(desk: Desk) -> None:
    clerk = make_desk(make_branch(), role=Role.DESK)

    def choose(channels: dict[NoticeKind, tuple[Channel, ...] | None], language: Language | None) -> None:
        set_preferences(recipient="patron:1", channels=channels, language=language, at=AT, desk=clerk)

    choose({NoticeKind.DUE_SOON: (Channel.EMAIL, Channel.SMS), NoticeKind.HOLD_READY: ()}, Language.EN)
    first = preferences("patron:1")
    choose({NoticeKind.DUE_SOON: None}, None)
    last = preferences("patron:1")

    assert (first.language, first.channels[NoticeKind.DUE_SOON]) == (Language.EN, (Channel.EMAIL, Channel.SMS))
    assert (last.language, dict(last.channels)) == (None, {NoticeKind.HOLD_READY: ()})
    with pytest.raises(NoticeRefused) as caught:
        choose({NoticeKind.DUE_SOON: (Channel.SMS, Channel.SMS)}, None)
    assert caught.value.reason is NoticeReason.BAD_CHANNELS
    with pytest.raises(NotAllowed):
        set_preferences(recipient="patron:1", channels={}, language=None, at=AT, desk=make_desk(make_branch(), acts=[]))
