"""Reading a machine's request."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from wenyuan.kernel.sip2.checksum import ChecksumStatus
from wenyuan.kernel.sip2.dates import take_time
from wenyuan.kernel.sip2.errors import Reason, Sip2Error
from wenyuan.kernel.sip2.lines import DELIMITER, bad_checksum, open_line
from wenyuan.kernel.sip2.profile import Profile
from wenyuan.kernel.sip2.redact import redact_fields
from wenyuan.kernel.sip2.requests import REQUESTS, SECRET_TAGS, Fixed, Kind, RequestLayout
from wenyuan.kernel.values import light_value

MALFORMED_TAG: Final = "??"
"""Listed among the unknown fields for a piece that does not even begin with a field name."""

_CODE = re.compile(r"[0-9A-Z]{2}")
_TAG = re.compile(r"[A-Z][A-Z0-9]")
_FIXED_OF_RENEW = re.compile(r"[YN ]{2}[0-9 |]")
_SUMMARY = re.compile(r"[YN0-9 ]{0,10}")


@light_value(repr=False)
class Request:
    """A request that was understood. Its `repr` shows no more than a log may."""

    code: str
    fixed: Fixed
    """The typed fixed part: what the door matches on."""
    fields: Mapping[str, str]
    """Known fields by name; of several with one name the first. Blanks around values are gone,
    save in passwords."""
    repeated: tuple[tuple[str, str], ...]
    """The later ones of fields that came more than once."""
    unknown: tuple[str, ...]
    """Names of fields this message does not have; their values are dropped."""
    sequence: str | None
    """The digit the answer must echo."""
    checksum: ChecksumStatus

    def value(self, tag: str) -> str:
        """A field's value, empty when it did not come."""
        return self.fields.get(tag, "")

    def __repr__(self) -> str:
        return f"<Request {self.code} {redact_fields(self.fields.items())} {self.checksum.value}>"


@dataclass(frozen=True, slots=True)
class Unknown:
    """A well-formed line with a message code we do not serve; the answer is 96."""

    code: str
    sequence: str | None
    checksum: ChecksumStatus


def parse(line: bytes, profile: Profile) -> Request | Unknown:
    """Reads one line, without its line end.

    :raises Sip2Error: when it cannot be read; nothing else, whatever the bytes.
    """
    body, sequence, status = open_line(line, profile=profile)
    code = body[:2]
    layout = REQUESTS.get(code)
    if layout is None:
        if len(code) < 2:
            raise Sip2Error(Reason.TOO_SHORT)
        if not _CODE.fullmatch(code):
            raise Sip2Error(Reason.BAD_CODE)
        return Unknown(code, sequence, status)

    fixed, end = _read_fixed(body, layout, lenient=profile.lenient)

    fields: dict[str, str] = {}
    repeated: list[tuple[str, str]] = []
    unknown: list[str] = []
    for piece in _pieces(body, end, lenient=profile.lenient):
        tag = piece[:2]
        if tag in layout.tags:
            value = piece[2:] if tag in SECRET_TAGS else piece[2:].strip()
            if tag in fields:
                repeated.append((tag, value))
            else:
                fields[tag] = value
        elif tag == "AY" or tag == "AZ":
            # a tail that is cut short or stands in the wrong place
            if sequence is None and tag == "AY" and piece[2:3] in tuple("0123456789"):
                sequence = piece[2]
            if tag == "AZ" or len(piece) > 3:
                status = bad_checksum(profile=profile)
        elif _TAG.fullmatch(tag):
            unknown.append(tag)
        elif profile.lenient:
            unknown.append(MALFORMED_TAG)
        else:
            raise Sip2Error(Reason.BAD_FIELD)
    return Request(code, fixed, fields, tuple(repeated), tuple(unknown), sequence, status)


def _pieces(body: str, start: int, *, lenient: bool) -> list[str]:
    """The fields as they stand, name and value together, without their delimiters."""
    pieces = body[start:].split(DELIMITER)
    if lenient:
        return [piece for piece in pieces if piece]
    if pieces.pop():
        raise Sip2Error(Reason.BAD_FIELD)
    return pieces


def _read_fixed(body: str, layout: RequestLayout, *, lenient: bool) -> tuple[Fixed, int]:
    if lenient and layout.fixed_is_optional and not _FIXED_OF_RENEW.match(body, 2):
        return layout.fixed(), 2
    values: list[object] = []
    place = 2
    for kind, width in layout.parts:
        if kind is Kind.TIME:
            time, place = take_time(body, place, lenient=lenient)
            values.append(time)
            continue
        if kind is Kind.SUMMARY and lenient:
            summary = _SUMMARY.match(body, place)
            assert summary is not None  # it matches the empty text too
            values.append(summary.group())
            place = summary.end()
            continue
        part = body[place : place + width]
        place += width
        if kind is Kind.FLAG and (part == "Y" or part == "N"):
            values.append(part == "Y")
            continue
        if len(part) < width:
            raise Sip2Error(Reason.TOO_SHORT)
        if not _is_well_formed(part, kind, lenient=lenient):
            raise Sip2Error(Reason.BAD_FIXED_PART)
        values.append(False if kind is Kind.FLAG else part)
    return layout.fixed(*values), place


def _is_well_formed(part: str, kind: Kind, *, lenient: bool) -> bool:
    if not part.isascii() or DELIMITER in part:
        return False
    if kind is Kind.FLAG:
        return lenient and part == " "
    if kind is Kind.DIGITS:
        return part.isdigit() or (lenient and part.isspace())
    return part.isprintable()
