"""Decisions about messages: when one may go out, by which way, how it is tried again, what a template may say."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from wenyuan.kernel.opening import OpeningCalendar
from wenyuan.organisation.notices.data import (
    KINDS,
    Channel,
    Fault,
    Gathering,
    KindFacts,
    NewNotice,
    NoticeKind,
    SettingsFacts,
    TemplateFacts,
    TemplateFault,
)

VISIT = timedelta(minutes=10)
"""How long receipts and arrivals are gathered: a family's pile takes so long."""
SEARCH_DAYS = 60
"""How far an hour is looked for at which the branch is open; beyond that the message does not wait for one."""
RETRY_MINUTES = (2, 10, 45, 180)
"""Waits between tries by one channel; after the last the next channel has its turn."""

SMS_CHARACTERS = 70
LONG_SMS_CHARACTERS = 67
"""Of an SMS that takes more than one part, each holds this many: the rest counts the parts."""
SMS_FIELD_CHARACTERS = 35
WECHAT_FIELD_CHARACTERS = 20
MOST_CHARACTERS = {Channel.SMS: 500, Channel.WECHAT: 600, Channel.EMAIL: 4000, Channel.IN_APP: 2000}
SUBJECT_CHARACTERS = 100

COMMON = frozenset({"library", "branch", "phone"})
"""Filled in by this room: the library's name, the branch's, and its telephone number."""
OF_TITLES = frozenset({"count", "titles", "lines"})
"""Made of the titles of a message's notices."""

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_WECHAT_LINE = re.compile(r"([A-Za-z_][A-Za-z0-9_.]{0,31})\s*[:：]\s*(\S.*)")
_CODE = re.compile(r"[A-Za-z0-9_\-]{1,64}")


def faults_of_values(notice: NewNotice) -> list[str]:
    """The names that a notice lacks or that its kind does not know, and dates that are none; a caller's mistake."""
    facts = KINDS[notice.kind]
    if facts.at_once:
        return ["kind"]
    missing = [name for name in facts.values if not _is_given(notice.values.get(name), name in facts.may_be_empty)]
    strange = [name for name in notice.values if name not in facts.values]
    dates = [
        name for name, value in notice.values.items() if name.endswith("_date") and value and not _is_date(str(value))
    ]
    return sorted({*missing, *strange, *dates})


def _is_given(value: object, may_be_empty: bool) -> bool:
    return value is not None and (may_be_empty or str(value).strip() != "")


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


# When ----------------------------------------------------------------------------------------------------------------


def send_at(
    *,
    at: datetime,
    not_before: datetime | None,
    gathering: Gathering,
    settings: SettingsFacts,
    zone: ZoneInfo,
    calendar: OpeningCalendar | None,
) -> datetime:
    """The earliest moment at which a message may go out.

    Not before ``not_before``; digests at their hour, gathered ones after ``VISIT``; never in the quiet hours; with a
    ``calendar`` only while the branch is open, unless that is never within ``SEARCH_DAYS``. All hours are the zone's.
    """
    moment = max(at, not_before or at)
    if gathering is Gathering.VISIT:
        moment += VISIT
    if gathering is Gathering.DAY:
        moment = _next(moment.astimezone(zone), settings.digest_time)
    loud = _loud(moment.astimezone(zone), settings)
    if calendar is None:
        return loud
    return _open_and_loud(loud, calendar, settings) or loud


def _next(here: datetime, hour: time) -> datetime:
    """The first moment from ``here`` on at which the clock shows ``hour``."""
    today = datetime.combine(here.date(), hour, tzinfo=here.tzinfo)
    return today if today >= here else datetime.combine(here.date() + timedelta(days=1), hour, tzinfo=here.tzinfo)


def is_quiet(hour: time, settings: SettingsFacts) -> bool:
    """Whether nobody is to be disturbed at this time of day; equal ends mean that no hour is quiet."""
    first, until = settings.quiet_from, settings.quiet_until
    if first < until:
        return first <= hour < until
    return first != until and (hour >= first or hour < until)


def _loud(here: datetime, settings: SettingsFacts) -> datetime:
    return _next(here, settings.quiet_until) if is_quiet(here.timetz().replace(tzinfo=None), settings) else here


def _open_and_loud(here: datetime, calendar: OpeningCalendar, settings: SettingsFacts) -> datetime | None:
    for offset in range(SEARCH_DAYS):
        day = here.date() + timedelta(days=offset)
        status = calendar.day_status(day)
        if status.is_open and not status.is_stated:
            return here if offset == 0 else _loud(datetime.combine(day, time(0), tzinfo=here.tzinfo), settings)
        for span in status.hours:
            first = max(here, datetime.combine(day, span.opens, tzinfo=here.tzinfo))
            found = _loud(first, settings)
            if found.date() == day and span.holds(found.time()):
                return found
    return None


def digest_key(notice: NewNotice, *, language: str, on: date) -> str:
    """What the notices of one message share; empty for a kind that does not gather. A visit is at one branch."""
    gathering = KINDS[notice.kind].gathering
    if gathering is Gathering.NONE:
        return ""
    place = str(notice.branch_id or "") if gathering is Gathering.VISIT else ""
    return f"{notice.recipient}|{notice.kind.value}|{language}|{on.isoformat()}|{place}"


# By which way --------------------------------------------------------------------------------------------------------


def route(
    *,
    wanted: Sequence[Channel] | None,
    facts: KindFacts,
    contacts: Collection[Channel],
    ready: Collection[Channel],
    given_up: Collection[Channel],
) -> Channel:
    """The channel whose turn it is: the first wanted one with an address that is ready and has not been given up.

    ``wanted`` is the person's own order, none where they stated none. When no other is left, or none is wanted, the
    message box alone.
    """
    order = facts.channels if wanted is None else wanted
    for channel in order:
        if channel in contacts and channel in ready and channel not in given_up:
            return channel
    return Channel.IN_APP


def next_try(at: datetime, tries: int) -> datetime | None:
    """When a channel is tried again after ``tries`` tries in vain; nothing when it is given up."""
    return at + timedelta(minutes=RETRY_MINUTES[tries - 1]) if tries <= len(RETRY_MINUTES) else None


# What a template may say ---------------------------------------------------------------------------------------------


def placeholders_of(kind: NoticeKind) -> frozenset[str]:
    """The names that templates of a kind may use."""
    names = set(KINDS[kind].values | COMMON)
    if "title" in names:
        names = names - {"title"} | OF_TITLES
    if {"first_date", "last_date"} <= names:
        names |= {"period"}
        names -= {"last_date"}
    return frozenset(names)


def used_in(text: str) -> tuple[str, ...]:
    """The placeholders of a text, each once, in their order."""
    return tuple(dict.fromkeys(_PLACEHOLDER.findall(text)))


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders filled. What a value holds is never read as a placeholder."""
    return _PLACEHOLDER.sub(lambda found: values.get(found.group(1), ""), text)


def template_faults(template: TemplateFacts) -> list[Fault]:
    """Everything that is wrong with a template."""
    faults = []
    if not template.body.strip():
        faults.append(Fault(TemplateFault.EMPTY))
    if len(template.body) > MOST_CHARACTERS[template.channel] or len(template.subject) > SUBJECT_CHARACTERS:
        faults.append(Fault(TemplateFault.TOO_LONG, str(MOST_CHARACTERS[template.channel])))
    if template.channel is Channel.EMAIL and not template.subject.strip():
        faults.append(Fault(TemplateFault.SUBJECT_MISSING))
    for text in (template.subject, template.body):
        faults += _placeholder_faults(text, placeholders_of(template.kind))
    if template.channel is Channel.WECHAT:
        bad = [line for line in wechat_lines(template.body) if not _WECHAT_LINE.fullmatch(line)]
        faults += [Fault(TemplateFault.BAD_LINE, line) for line in bad]
    if template.code and not _CODE.fullmatch(template.code):
        faults.append(Fault(TemplateFault.BAD_CODE))
    if template.needs_grant and not template.code:
        faults.append(Fault(TemplateFault.CODE_MISSING))
    return faults


def _placeholder_faults(text: str, known: Collection[str]) -> Iterable[Fault]:
    for name in dict.fromkeys(re.findall(r"\{([^{}]*)\}", text)):
        if name not in known:
            yield Fault(TemplateFault.UNKNOWN_PLACEHOLDER, name)
    if set("{}") & set(re.sub(r"\{[^{}]*\}", "", text)):
        yield Fault(TemplateFault.STRAY_BRACE)


def wechat_lines(body: str) -> list[str]:
    """The lines of a WeChat template, ``keyword: text`` each, without blank ones."""
    return [line.strip() for line in body.splitlines() if line.strip()]


def provider_fields(template: TemplateFacts, values: Mapping[str, str]) -> dict[str, str]:
    """What fills the provider's own template: SMS by placeholder, WeChat by keyword, each as long as it may be."""
    if template.channel is Channel.SMS:
        return {name: shortened(values.get(name, ""), SMS_FIELD_CHARACTERS) for name in used_in(template.body)}
    if template.channel is Channel.WECHAT:
        found = (_WECHAT_LINE.fullmatch(line) for line in wechat_lines(template.body))
        return {
            line[1]: shortened(filled(line[2], values), WECHAT_FIELD_CHARACTERS) for line in found if line is not None
        }
    return {}


def shortened(text: str, most: int) -> str:
    """The text on one line, cut with an ellipsis when it is longer than ``most`` characters."""
    plain = " ".join(text.split())
    return plain if len(plain) <= most else plain[: most - 1].rstrip() + "…"


def sms_parts(text: str) -> int:
    """How many messages an SMS is sent and paid as; the 【signature】 counts. An empty text is none."""
    if len(text) <= SMS_CHARACTERS:
        return 1 if text else 0
    return -(-len(text) // LONG_SMS_CHARACTERS)
