"""When a message goes out, by which way, how often it is tried, and what its texts may say."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wenyuan.kernel.opening import Closure, Hours, OpeningCalendar, WeeklySpan, weeks_from_spans
from wenyuan.organisation.notices import rules, wording
from wenyuan.organisation.notices.data import (
    KINDS,
    Channel,
    Fault,
    Gathering,
    Language,
    NewNotice,
    NoticeKind,
    SettingsFacts,
    TemplateFacts,
    TemplateFault,
)
from wenyuan.organisation.notices.defaults import SAMPLES, default_templates

HERE = ZoneInfo("Asia/Shanghai")
SETTINGS = SettingsFacts(time(21), time(8), time(9, 30), 30)
OPEN_FROM_TUESDAY = OpeningCalendar(
    weekly=weeks_from_spans(WeeklySpan(weekday, Hours(time(9), time(17))) for weekday in range(1, 7)),
    closures=[Closure(date(2026, 5, 1), date(2026, 5, 5), "五一")],
)
NEVER_OPEN = OpeningCalendar(closures=[Closure(date(2020, 1, 1), None, "装修")])
NOT_STATED = OpeningCalendar()


def here(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HERE)


def moment(
    at: str,
    *,
    gathering: Gathering = Gathering.NONE,
    not_before: str = "",
    calendar: OpeningCalendar | None = None,
    settings: SettingsFacts = SETTINGS,
) -> str:
    found = rules.send_at(
        at=here(at).astimezone(UTC),
        not_before=here(not_before) if not_before else None,
        gathering=gathering,
        settings=settings,
        zone=HERE,
        calendar=calendar,
    )
    return found.astimezone(HERE).strftime("%m-%d %H:%M")


@pytest.mark.parametrize(
    ("at", "more", "expected"),
    [
        ("2026-04-23 10:30", {}, "04-23 10:30"),
        ("2026-04-23 20:59", {}, "04-23 20:59"),
        ("2026-04-23 21:00", {}, "04-24 08:00"),
        ("2026-04-24 00:10", {}, "04-24 08:00"),
        ("2026-04-24 08:00", {}, "04-24 08:00"),
        ("2026-04-23 10:30", {"not_before": "2026-04-25 07:00"}, "04-25 08:00"),
        ("2026-04-23 02:00", {"gathering": Gathering.DAY}, "04-23 09:30"),
        ("2026-04-23 09:31", {"gathering": Gathering.DAY}, "04-24 09:30"),
        ("2026-04-23 10:30", {"gathering": Gathering.VISIT}, "04-23 10:40"),
        ("2026-04-23 20:55", {"gathering": Gathering.VISIT}, "04-24 08:00"),
        ("2026-04-23 10:30", {"calendar": OPEN_FROM_TUESDAY}, "04-23 10:30"),
        ("2026-04-23 17:00", {"calendar": OPEN_FROM_TUESDAY}, "04-24 09:00"),
        ("2026-04-27 10:30", {"calendar": OPEN_FROM_TUESDAY}, "04-28 09:00"),  # Monday is shut
        ("2026-04-30 18:00", {"calendar": OPEN_FROM_TUESDAY}, "05-06 09:00"),  # five days closed
        ("2026-04-23 22:00", {"calendar": NOT_STATED}, "04-24 08:00"),
        ("2026-04-23 22:00", {"calendar": NEVER_OPEN}, "04-24 08:00"),
        ("2026-04-23 23:00", {"settings": replace(SETTINGS, quiet_until=time(21))}, "04-23 23:00"),
        ("2026-04-23 13:00", {"settings": replace(SETTINGS, quiet_from=time(12), quiet_until=time(14))}, "04-23 14:00"),
    ],
)
def test_the_moment_of_sending(at: str, more: dict[str, object], expected: str) -> None:
    assert moment(at, **more) == expected  # type: ignore[arg-type] # the table's own keywords


@given(
    minute=st.integers(0, 366 * 24 * 60),
    first=st.integers(0, 23),
    until=st.integers(0, 23),
    gathering=st.sampled_from([Gathering.NONE, Gathering.VISIT]),
    calendar=st.sampled_from([None, OPEN_FROM_TUESDAY, NOT_STATED, NEVER_OPEN]),
)
def test_nothing_goes_out_in_quiet_hours(
    minute: int, first: int, until: int, gathering: Gathering, calendar: OpeningCalendar | None
) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    settings = replace(SETTINGS, quiet_from=time(first), quiet_until=time(until))

    found = rules.send_at(
        at=at, not_before=None, gathering=gathering, settings=settings, zone=HERE, calendar=calendar
    ).astimezone(HERE)

    assert found >= at
    assert not rules.is_quiet(found.time(), settings)
    if calendar is OPEN_FROM_TUESDAY and settings.quiet_from == settings.quiet_until:
        assert OPEN_FROM_TUESDAY.open_at(found.replace(tzinfo=None))


ALL = {Channel.WECHAT, Channel.SMS, Channel.EMAIL}


@pytest.mark.parametrize(
    ("kind", "wanted", "contacts", "ready", "given_up", "expected"),
    [
        (NoticeKind.DUE_SOON, None, ALL, ALL, set(), Channel.WECHAT),
        (NoticeKind.DUE_SOON, None, ALL, ALL, {Channel.WECHAT}, Channel.SMS),
        (NoticeKind.DUE_SOON, None, ALL, {Channel.EMAIL}, set(), Channel.EMAIL),
        (NoticeKind.DUE_SOON, None, {Channel.EMAIL}, ALL, set(), Channel.EMAIL),
        (NoticeKind.DUE_SOON, None, ALL, ALL, ALL, Channel.IN_APP),
        (NoticeKind.DUE_SOON, (Channel.EMAIL, Channel.SMS), ALL, ALL, set(), Channel.EMAIL),
        (NoticeKind.DUE_SOON, (), ALL, ALL, set(), Channel.IN_APP),
        (NoticeKind.DUE_SOON, None, set(), ALL, set(), Channel.IN_APP),
        (NoticeKind.LOAN_RECEIPT, None, {Channel.SMS}, ALL, set(), Channel.IN_APP),
        (NoticeKind.LOAN_RECEIPT, (Channel.SMS,), {Channel.SMS}, ALL, set(), Channel.SMS),
    ],
)
def test_the_way_of_a_message(
    kind: NoticeKind,
    wanted: tuple[Channel, ...] | None,
    contacts: set[Channel],
    ready: set[Channel],
    given_up: set[Channel],
    expected: Channel,
) -> None:
    found = rules.route(wanted=wanted, facts=KINDS[kind], contacts=contacts, ready=ready, given_up=given_up)

    assert found is expected


def test_a_channel_is_tried_five_times() -> None:
    at = here("2026-04-23 10:00")
    minutes = [(rules.next_try(at, tries) or at) - at for tries in range(1, 6)]

    assert [wait.seconds // 60 for wait in minutes] == [2, 10, 45, 180, 0]


def notice(kind: NoticeKind, **values: str) -> NewNotice:
    return NewNotice(kind=kind, recipient="patron:1", values=values, once="x", branch_id=7)


@pytest.mark.parametrize(
    ("posted", "faults"),
    [
        (notice(NoticeKind.DUE_SOON, title="边城", due_date="2026-05-01"), []),
        (notice(NoticeKind.DUE_SOON, title="边城"), ["due_date"]),
        (notice(NoticeKind.DUE_SOON, title=" ", due_date="2026-05-01"), ["title"]),
        (notice(NoticeKind.DUE_SOON, title="边城", due_date="1 May", tone="x"), ["due_date", "tone"]),
        (notice(NoticeKind.CLOSURE_DECLARED, first_date="2026-05-01", last_date="", reason="装修"), []),
    ],
)
def test_values_of_a_notice(posted: NewNotice, faults: list[str]) -> None:
    assert rules.faults_of_values(posted) == faults


def test_a_digest_is_for_one_person_kind_language_and_day_and_a_visit_for_one_branch() -> None:
    due = rules.digest_key(notice(NoticeKind.DUE_SOON), language="zh", on=date(2026, 5, 1))
    ready = rules.digest_key(notice(NoticeKind.HOLD_READY), language="zh", on=date(2026, 5, 1))
    alone = rules.digest_key(notice(NoticeKind.CARD_EXPIRY), language="zh", on=date(2026, 5, 1))

    assert (due, ready, alone) == ("patron:1|due_soon|zh|2026-05-01|", "patron:1|hold_ready|zh|2026-05-01|7", "")


TEMPLATE = TemplateFacts(
    kind=NoticeKind.DUE_SOON,
    channel=Channel.EMAIL,
    language=Language.ZH,
    subject="{count}册",
    body="{lines}",
    code="",
    needs_grant=False,
    is_on=True,
    edited_at=None,
)


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({}, []),
        ({"body": ""}, [Fault(TemplateFault.EMPTY)]),
        ({"subject": " "}, [Fault(TemplateFault.SUBJECT_MISSING)]),
        (
            {"body": "{name}您好，{titel}"},
            [Fault(TemplateFault.UNKNOWN_PLACEHOLDER, "name"), Fault(TemplateFault.UNKNOWN_PLACEHOLDER, "titel")],
        ),
        ({"body": "{last_date}"}, [Fault(TemplateFault.UNKNOWN_PLACEHOLDER, "last_date")]),
        ({"body": "{count"}, [Fault(TemplateFault.STRAY_BRACE)]),
        ({"body": "x" * 4001}, [Fault(TemplateFault.TOO_LONG, "4000")]),
        ({"channel": Channel.WECHAT, "body": "thing1: {titles}\n随便写"}, [Fault(TemplateFault.BAD_LINE, "随便写")]),
        (
            {"channel": Channel.WECHAT, "body": "thing1：{titles}", "needs_grant": True},
            [Fault(TemplateFault.CODE_MISSING)],
        ),
        ({"code": "SMS 1"}, [Fault(TemplateFault.BAD_CODE)]),
    ],
)
def test_faults_of_a_template(changes: dict[str, object], faults: list[Fault]) -> None:
    assert rules.template_faults(replace(TEMPLATE, **changes)) == faults  # type: ignore[arg-type] # the table's keywords


@pytest.mark.parametrize(
    ("characters", "parts"), [(0, 0), (1, 1), (70, 1), (71, 2), (134, 2), (135, 3), (201, 3), (202, 4)]
)
def test_sms_parts(characters: int, parts: int) -> None:
    assert rules.sms_parts("书" * characters) == parts


def test_a_value_is_never_read_as_a_placeholder() -> None:
    assert rules.filled("《{titles}》{count}", {"titles": "{count}", "count": "3"}) == "《{count}》3"


def test_what_fills_a_providers_template_is_cut_to_its_size() -> None:
    sms = replace(TEMPLATE, channel=Channel.SMS, body="{titles}应于{due_date}前归还")
    wechat = replace(TEMPLATE, channel=Channel.WECHAT, body="thing1: 您借的{titles}\ntime2：{due_date}")
    words = {"titles": "《" + "长" * 60 + "》", "due_date": "5月1日"}

    assert rules.provider_fields(sms, words) == {"titles": "《" + "长" * 33 + "…", "due_date": "5月1日"}
    assert rules.provider_fields(wechat, words) == {"thing1": "您借的《" + "长" * 15 + "…", "time2": "5月1日"}


DUE = [
    {"title": title, "due_date": f"2026-05-0{day}"} for title, day in (("边城", 3), ("活着", 1), ("家", 2), ("春", 9))
]


def test_a_digest_names_three_and_counts_all() -> None:
    zh, en = wording.said(DUE, Language.ZH), wording.said(DUE[:2], Language.EN)

    assert (zh["count"], zh["due_date"], zh["titles"]) == ("4", "5月1日", "《边城》《活着》《家》等4册")
    assert zh["lines"].splitlines()[3] == "《春》  5月9日"
    assert (en["count"], en["due_date"], en["titles"]) == ("2", "1 May", "“边城”, “活着”")


@pytest.mark.parametrize(
    ("last", "zh", "en"),
    [
        ("2026-05-05", "5月1日至5月5日", "1 May to 5 May"),
        ("", "5月1日起", "from 1 May"),
        ("2026-05-01", "5月1日", "1 May"),
    ],
)
def test_the_days_of_a_closure_in_words(last: str, zh: str, en: str) -> None:
    values = [{"first_date": "2026-05-01", "last_date": last, "reason": "装修"}]

    assert wording.said(values, Language.ZH)["period"] == zh
    assert wording.said(values, Language.EN)["period"] == en


def test_of_several_numbers_the_largest_stands() -> None:
    values = [{"title": "边城", "due_date": "2026-05-01", "days": days} for days in ("9", "12", "7")]

    assert wording.said(values, Language.ZH)["days"] == "12"


@pytest.mark.parametrize(
    "template", list(default_templates()), ids=lambda one: f"{one.kind}-{one.channel}-{one.language}"
)
def test_every_default_text_is_without_fault(template: TemplateFacts) -> None:
    words = {"library": "文渊区图书馆", "branch": "城南分馆", "phone": "010-62345678"}
    words |= wording.said(SAMPLES[template.kind], template.language)

    text = rules.filled(template.body, words)

    assert rules.template_faults(template) == []
    assert "{" not in text
    assert set(rules.used_in(template.subject + template.body)) <= words.keys()
    if template.channel is Channel.SMS and template.language is Language.ZH:
        assert rules.sms_parts(f"【文渊区图书馆】{text}") == 1
    if template.channel is Channel.WECHAT:
        assert all(rules.provider_fields(template, words).values())
