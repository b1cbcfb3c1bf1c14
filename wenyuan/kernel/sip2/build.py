"""Writing our answers, field by field in the order of 3M SIP2 2.00."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from wenyuan.kernel.money import yuan_text
from wenyuan.kernel.sip2.answers import (
    AcsStatusAnswer,
    Answer,
    CheckinAnswer,
    CheckoutAnswer,
    EndSessionAnswer,
    FeePaidAnswer,
    HoldAnswer,
    ItemInformationAnswer,
    LoginAnswer,
    PatronEnableAnswer,
    PatronInformationAnswer,
    PatronStatusAnswer,
    RenewAllAnswer,
    RenewAnswer,
    ResendAnswer,
)
from wenyuan.kernel.sip2.codes import AlertType
from wenyuan.kernel.sip2.dates import format_time
from wenyuan.kernel.sip2.lines import clean, close_line, close_with_checksum
from wenyuan.kernel.sip2.profile import DueFormat, Profile

BX_ORDER: Final = (
    "23",
    "11",
    "09",
    "01",
    "99",
    "97",
    "93",
    "63",
    "35",
    "37",
    "17",
    "19",
    "25",
    "15",
    "29",
    "65",
)
"""The requests whose support the sixteen places of BX tell."""

_VERSION = "2.00"
_RESEND = "96"


def build(answer: Answer, profile: Profile, sequence: str | None = None) -> bytes:
    """The answer's line, ready to send.

    :param sequence: the request's digit, echoed with a checksum; None when the request had none, and for the
    answer
        to a resend request.
    """
    if isinstance(answer, ResendAnswer):
        return close_with_checksum(_RESEND, profile=profile)
    return close_line(_WRITERS[type(answer)](answer, profile), profile=profile, sequence=sequence)


def page_of(entries: Sequence[str], *, first: str, last: str) -> Sequence[str]:
    """The part of a list that BP and BQ ask for: numbers from 1, both ends included; no number, no limit."""
    start = _number(first)
    end = _number(last)
    return entries[max(0, (start or 1) - 1) : end]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _field(tag: str, value: str | None) -> str:
    """One field, or nothing for None; an empty value is a field all the same."""
    return "" if value is None else f"{tag}{clean(value)}|"


def _yes(flag: bool) -> str:
    return "Y" if flag else "N"


def _yes_field(tag: str, flag: bool | None) -> str:
    return "" if flag is None else f"{tag}{_yes(flag)}|"


def _magnetic(flag: bool | None) -> str:
    return "U" if flag is None else _yes(flag)


def _number_field(tag: str, number: int | None) -> str:
    return "" if number is None else f"{tag}{_four(number)}|"


def _four(number: int) -> str:
    return f"{min(max(number, 0), 9999):04}"


def _time_field(tag: str, at: datetime | None) -> str:
    return "" if at is None else f"{tag}{format_time(at)}|"


def _money(fen: int | None) -> str:
    return "" if fen is None else f"BHCNY|BV{yuan_text(fen)}|"


def _due(due: datetime | None, profile: Profile) -> str:
    if due is None:
        return ""
    if profile.due_format is DueFormat.SIP:
        return format_time(due)
    return f"{due.year:04}-{due.month:02}-{due.day:02}"


def _screen_and_print(messages: Sequence[str], print_lines: Sequence[str], profile: Profile) -> str:
    if not messages and not print_lines:
        return ""
    limit = profile.message_limit
    return "".join(
        [f"AF{clean(text)[:limit]}|" for text in messages] + [f"AG{clean(text)[:limit]}|" for text in print_lines]
    )


def _login(answer: LoginAnswer, profile: Profile) -> str:
    return "941" if answer.ok else "940"


def _acs_status(answer: AcsStatusAnswer, profile: Profile) -> str:
    allowed = (
        answer.online,
        answer.checkin_ok,
        answer.checkout_ok,
        answer.renewal_ok,
        answer.status_update_ok,
        answer.offline_ok,
    )
    timeout = min(max(answer.timeout, 0), 999)
    retries = min(max(answer.retries, 0), 999)
    supported = "".join(_yes(code in answer.supported) for code in BX_ORDER)
    return (
        f"98{''.join(map(_yes, allowed))}{timeout:03}{retries:03}{format_time(answer.at)}{_VERSION}"
        f"{_field('AO', answer.institution)}{_field('AM', answer.library)}BX{supported}|"
        f"{_field('AN', answer.terminal)}{_screen_and_print(answer.messages, answer.print_lines, profile)}"
    )


def _language(text: str) -> str:
    return clean(text)[:3].rjust(3, "0")


def _patron_status(answer: PatronStatusAnswer, profile: Profile) -> str:
    code = "26" if isinstance(answer, PatronEnableAnswer) else "24"
    return (
        f"{code}{answer.flags}{_language(answer.language)}{format_time(answer.at)}"
        f"{_field('AO', answer.institution)}{_field('AA', answer.patron)}{_field('AE', answer.name)}"
        f"{_yes_field('BL', answer.is_valid)}{_yes_field('CQ', answer.is_password_right)}"
        f"{_money(answer.fee_fen)}"
        f"{_screen_and_print(answer.messages, answer.print_lines, profile)}"
    )


def _patron_information(answer: PatronInformationAnswer, profile: Profile) -> str:
    counts = (
        answer.holds,
        answer.overdue,
        answer.charged,
        answer.fines,
        answer.recalls,
        answer.unavailable_holds,
    )
    fee_limit = None if answer.fee_limit_fen is None else yuan_text(answer.fee_limit_fen)
    listed = ""
    if answer.listed is not None:
        tag = answer.listed.tag
        page = page_of(answer.entries, first=answer.first, last=answer.last)
        listed = "".join([_field(tag, entry) for entry in page])
    return (
        f"64{answer.flags}{_language(answer.language)}{format_time(answer.at)}{''.join(map(_four, counts))}"
        f"{_field('AO', answer.institution)}{_field('AA', answer.patron)}{_field('AE', answer.name)}"
        f"{_number_field('BZ', answer.hold_limit)}{_number_field('CA', answer.overdue_limit)}"
        f"{_number_field('CB', answer.charged_limit)}"
        f"{_yes_field('BL', answer.is_valid)}{_yes_field('CQ', answer.is_password_right)}"
        f"{_money(answer.fee_fen)}"
        f"{_field('CC', fee_limit)}{listed}"
        f"{_field('BD', answer.address)}{_field('BE', answer.mail)}{_field('BF', answer.phone)}"
        f"{_screen_and_print(answer.messages, answer.print_lines, profile)}"
    )


def _item_information(answer: ItemInformationAnswer, profile: Profile) -> str:
    status = profile.circulation_codes.get(answer.status, answer.status.value)
    queue = None if answer.hold_queue is None else str(answer.hold_queue)
    due = None if answer.due is None else _due(answer.due, profile)
    return (
        f"18{status}{answer.security.value}{answer.fee_type.value}{format_time(answer.at)}"
        f"{_field('CF', queue)}{_field('AH', due)}{_time_field('CJ', answer.recall_at)}"
        f"{_time_field('CM', answer.hold_until)}{_field('AB', answer.item)}{_field('AJ', answer.title)}"
        f"{_field('BG', answer.owner)}{_money(answer.fee_fen)}{_field('CK', answer.media_type)}"
        f"{_field('AQ', answer.permanent_location)}{_field('AP', answer.current_location)}"
        f"{_field('CH', answer.item_properties)}{_field('CL', answer.sort_bin)}"
        f"{_field('KC', answer.call_number)}"
        f"{_screen_and_print(answer.messages, answer.print_lines, profile)}"
    )


def _checkout(answer: CheckoutAnswer, profile: Profile) -> str:
    code = "30" if isinstance(answer, RenewAnswer) else "12"
    fee_type = None if answer.fee_type is None else answer.fee_type.value
    return (
        f"{code}{'1' if answer.ok else '0'}{_yes(answer.is_renewal)}{_magnetic(answer.magnetic)}"
        f"{_yes(answer.desensitise)}{format_time(answer.at)}"
        f"{_field('AO', answer.institution)}{_field('AA', answer.patron)}{_field('AB', answer.item)}"
        f"{_field('AJ', answer.title)}AH{_due(answer.due, profile)}|"
        f"{_field('BT', fee_type)}{_yes_field('CI', answer.security_inhibit)}{_money(answer.fee_fen)}"
        f"{_field('CK', answer.media_type)}{_field('CH', answer.item_properties)}"
        f"{_field('BK', answer.transaction)}"
        f"{_screen_and_print(answer.messages, answer.print_lines, profile)}"
    )


def _hold(answer: HoldAnswer, profile: Profile) -> str:
    place = None if answer.place is None else str(answer.place)
    return (
        f"16{'1' if answer.ok else '0'}{_yes(answer.is_available)}{format_time(answer.at)}"
        f"{_time_field('BW', answer.not_after)}{_field('BR', place)}{_field('BS', answer.pickup)}"
        f"{_field('AO', answer.institution)}{_field('AA', answer.patron)}{_field('AB', answer.item)}"
        f"{_field('AJ', answer.title)}{_screen_and_print(answer.messages, answer.print_lines, profile)}"
    )


def _renew_all(answer: RenewAllAnswer, profile: Profile) -> str:
    renewed = "".join([_field("BM", item) for item in answer.renewed])
    unrenewed = "".join([_field("BN", item) for item in answer.unrenewed])
    return (
        f"66{'1' if answer.ok else '0'}{_four(len(answer.renewed))}{_four(len(answer.unrenewed))}"
        f"{format_time(answer.at)}{_field('AO', answer.institution)}{renewed}{unrenewed}"
        f"{_screen_and_print(answer.messages, answer.print_lines, profile)}"
    )


def _checkin(answer: CheckinAnswer, profile: Profile) -> str:
    alert = answer.alert.value if answer.alert is not None else None
    if alert is None and profile.alert_always:
        alert = AlertType.UNKNOWN.value
    return (
        f"10{'1' if answer.ok else '0'}{_yes(answer.resensitise)}{_magnetic(answer.magnetic)}"
        f"{_yes(answer.alert is not None)}{format_time(answer.at)}"
        f"{_field('AO', answer.institution)}{_field('AB', answer.item)}"
        f"{_field('AQ', answer.permanent_location)}"
        f"{_field('AJ', answer.title)}{_field('CL', answer.sort_bin)}{_field('AA', answer.patron)}"
        f"{_field('CK', answer.media_type)}{_field('CH', answer.item_properties)}"
        f"{_field('CR', answer.collection)}"
        f"{_field('CS', answer.call_number)}{_field('CT', answer.destination)}{_field('CV', alert)}"
        f"{_field('CY', answer.hold_patron)}{_field('DA', answer.hold_patron_name)}"
        f"{_screen_and_print(answer.messages, answer.print_lines, profile)}"
    )


def _end_session(answer: EndSessionAnswer, profile: Profile) -> str:
    return (
        f"36{_yes(answer.ok)}{format_time(answer.at)}"
        f"{_field('AO', answer.institution)}{_field('AA', answer.patron)}"
        f"{_screen_and_print(answer.messages, answer.print_lines, profile)}"
    )


def _fee_paid(answer: FeePaidAnswer, profile: Profile) -> str:
    return (
        f"38{_yes(answer.ok)}{format_time(answer.at)}"
        f"{_field('AO', answer.institution)}{_field('AA', answer.patron)}{_field('BK', answer.transaction)}"
        f"{_screen_and_print(answer.messages, answer.print_lines, profile)}"
    )


# Any: each writer takes its own answer, which a mapping from type to writer cannot say
_WRITERS: Final[Mapping[type, Callable[[Any, Profile], str]]] = {
    LoginAnswer: _login,
    AcsStatusAnswer: _acs_status,
    PatronStatusAnswer: _patron_status,
    PatronEnableAnswer: _patron_status,
    PatronInformationAnswer: _patron_information,
    ItemInformationAnswer: _item_information,
    CheckoutAnswer: _checkout,
    RenewAnswer: _checkout,
    HoldAnswer: _hold,
    RenewAllAnswer: _renew_all,
    CheckinAnswer: _checkin,
    EndSessionAnswer: _end_session,
    FeePaidAnswer: _fee_paid,
}
