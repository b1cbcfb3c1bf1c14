"""The machine's side: writing requests and reading answers, for benches, tests and diagnosis."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from wenyuan.kernel.money import yuan_text
from wenyuan.kernel.sip2.checksum import ChecksumStatus
from wenyuan.kernel.sip2.codes import FeeType, SummaryList
from wenyuan.kernel.sip2.dates import WIDTH, format_time
from wenyuan.kernel.sip2.errors import Reason, Sip2Error
from wenyuan.kernel.sip2.lines import DELIMITER, clean, close_line, close_with_checksum, open_line
from wenyuan.kernel.sip2.profile import Profile

_TIME = ("at", 18)
_FLAGS_AND_TIME = (("flags", 14), ("language", 3), _TIME)
_LOAN = (("ok", 1), ("renewal", 1), ("magnetic", 1), ("desensitise", 1), _TIME)

ANSWERS: Final[Mapping[str, tuple[tuple[str, int], ...]]] = MappingProxyType(
    {
        "94": (("ok", 1),),
        "98": (
            ("online", 1),
            ("checkin", 1),
            ("checkout", 1),
            ("renewal", 1),
            ("status_update", 1),
            ("offline", 1),
            ("timeout", 3),
            ("retries", 3),
            _TIME,
            ("version", 4),
        ),
        "24": _FLAGS_AND_TIME,
        "26": _FLAGS_AND_TIME,
        "64": (
            *_FLAGS_AND_TIME,
            ("holds", 4),
            ("overdue", 4),
            ("charged", 4),
            ("fines", 4),
            ("recalls", 4),
            ("unavailable_holds", 4),
        ),
        "18": (("status", 2), ("security", 2), ("fee_type", 2), _TIME),
        "12": _LOAN,
        "30": _LOAN,
        "10": (("ok", 1), ("resensitise", 1), ("magnetic", 1), ("alert", 1), _TIME),
        "16": (("ok", 1), ("available", 1), _TIME),
        "66": (("ok", 1), ("renewed", 4), ("unrenewed", 4), _TIME),
        "36": (("ok", 1), _TIME),
        "38": (("ok", 1), _TIME),
        "96": (),
    }
)
"""The fixed part of each answer: names and widths, in order (3M SIP2 2.00, "Message types")."""


@dataclass(frozen=True, slots=True)
class Response:
    """An answer taken apart."""

    code: str
    fixed: dict[str, str]
    """By the names of `ANSWERS`, as sent."""
    fields: dict[str, list[str]]
    """Values by field name, each in the order they came."""
    sequence: str | None
    checksum: ChecksumStatus

    def first(self, tag: str) -> str | None:
        """A field's first value, or None."""
        values = self.fields.get(tag)
        return values[0] if values else None


def parse_response(line: bytes, *, profile: Profile) -> Response:
    """Reads one answer, without its line end.

    :raises Sip2Error: when it is no answer we know, or cut short.
    """
    body, sequence, status = open_line(line, profile=profile)
    code = body[:2]
    layout = ANSWERS.get(code)
    if layout is None:
        raise Sip2Error(Reason.BAD_CODE)
    fixed: dict[str, str] = {}
    place = 2
    for name, width in layout:
        fixed[name] = body[place : place + width]
        place += width
    if len(body) < place:
        raise Sip2Error(Reason.TOO_SHORT)
    fields: dict[str, list[str]] = {}
    for piece in body[place:].split(DELIMITER):
        if piece:
            fields.setdefault(piece[:2], []).append(piece[2:])
    return Response(code, fixed, fields, sequence, status)


def login(
    *, profile: Profile, user: str, password: str, location: str | None = None, sequence: str | None = None
) -> bytes:
    """93."""
    return _request("9300", (("CN", user), ("CO", password), ("CP", location)), profile, sequence)


def sc_status(*, profile: Profile, status: int = 0, print_width: int = 80, sequence: str | None = None) -> bytes:
    """99."""
    return _request(f"99{status:01}{print_width:03}2.00", (), profile, sequence)


def patron_status(
    *,
    profile: Profile,
    at: datetime,
    patron: str,
    pin: str = "",
    institution: str = "",
    language: str = "019",
    sequence: str | None = None,
) -> bytes:
    """23."""
    fields = (("AO", institution), ("AA", patron), ("AC", ""), ("AD", pin))
    return _request(f"23{language}{format_time(at)}", fields, profile, sequence)


def patron_information(
    *,
    profile: Profile,
    at: datetime,
    patron: str,
    pin: str = "",
    institution: str = "",
    language: str = "019",
    wanted: SummaryList | None = None,
    first: int | None = None,
    last: int | None = None,
    sequence: str | None = None,
) -> bytes:
    """63; `first` and `last` number the entries of the wanted list from 1, both included."""
    summary = " " * 10 if wanted is None else ("Y".rjust(wanted.place + 1)).ljust(10)
    fields = (
        ("AO", institution),
        ("AA", patron),
        ("AC", ""),
        ("AD", pin),
        ("BP", None if first is None else str(first)),
        ("BQ", None if last is None else str(last)),
    )
    return _request(f"63{language}{format_time(at)}{summary}", fields, profile, sequence)


def item_information(
    *, profile: Profile, at: datetime, item: str, institution: str = "", sequence: str | None = None
) -> bytes:
    """17."""
    return _request(f"17{format_time(at)}", (("AO", institution), ("AB", item), ("AC", "")), profile, sequence)


def checkout(
    *,
    profile: Profile,
    at: datetime,
    patron: str,
    item: str,
    pin: str = "",
    institution: str = "",
    may_renew: bool = True,
    no_block_due: datetime | None = None,
    sequence: str | None = None,
) -> bytes:
    """11; a `no_block_due` makes it the report of a loan made offline."""
    fixed = f"11{_yes(may_renew)}{_yes(no_block_due is not None)}{format_time(at)}{_time(no_block_due)}"
    fields = (
        ("AO", institution),
        ("AA", patron),
        ("AB", item),
        ("AC", ""),
        ("AD", pin),
        ("BO", "N"),
        ("BI", "N"),
    )
    return _request(fixed, fields, profile, sequence)


def checkin(
    *,
    profile: Profile,
    at: datetime,
    item: str,
    institution: str = "",
    location: str = "",
    returned_at: datetime | None = None,
    no_block: bool = False,
    sequence: str | None = None,
) -> bytes:
    """09; returned when sent, if not said otherwise."""
    fixed = f"09{_yes(no_block)}{format_time(at)}{format_time(returned_at or at)}"
    fields = (("AP", location), ("AO", institution), ("AB", item), ("AC", ""), ("BI", "N"))
    return _request(fixed, fields, profile, sequence)


def renew(
    *,
    profile: Profile,
    at: datetime,
    patron: str,
    item: str,
    pin: str = "",
    institution: str = "",
    no_block_due: datetime | None = None,
    sequence: str | None = None,
) -> bytes:
    """29."""
    fixed = f"29N{_yes(no_block_due is not None)}{format_time(at)}{_time(no_block_due)}"
    fields = (("AO", institution), ("AA", patron), ("AD", pin), ("AB", item), ("AC", ""), ("BO", "N"))
    return _request(fixed, fields, profile, sequence)


def fee_paid(
    *,
    profile: Profile,
    at: datetime,
    patron: str,
    amount_fen: int,
    transaction: str,
    pin: str = "",
    institution: str = "",
    fee_type: FeeType = FeeType.OVERDUE,
    payment_type: str = "00",
    sequence: str | None = None,
) -> bytes:
    """37; a repeated `transaction` is the same payment."""
    fields = (
        ("BV", yuan_text(amount_fen)),
        ("AO", institution),
        ("AA", patron),
        ("AC", ""),
        ("AD", pin),
        ("BK", transaction),
    )
    return _request(f"37{format_time(at)}{fee_type.value}{payment_type}CNY", fields, profile, sequence)


def end_session(
    *,
    profile: Profile,
    at: datetime,
    patron: str,
    pin: str = "",
    institution: str = "",
    sequence: str | None = None,
) -> bytes:
    """35."""
    fields = (("AO", institution), ("AA", patron), ("AC", ""), ("AD", pin))
    return _request(f"35{format_time(at)}", fields, profile, sequence)


def resend(*, profile: Profile) -> bytes:
    """97."""
    return close_with_checksum("97", profile=profile)


def _request(fixed: str, fields: tuple[tuple[str, str | None], ...], profile: Profile, sequence: str | None) -> bytes:
    written = [f"{tag}{clean(value)}{DELIMITER}" for tag, value in fields if value is not None]
    return close_line(fixed + "".join(written), profile=profile, sequence=sequence)


def _yes(flag: bool) -> str:
    return "Y" if flag else "N"


def _time(at: datetime | None) -> str:
    return " " * WIDTH if at is None else format_time(at)
