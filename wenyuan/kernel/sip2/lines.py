"""Opening and closing a line: charset, cleaning of values, sequence and checksum."""

import re
from typing import Final, NamedTuple

from wenyuan.kernel.sip2.checksum import ChecksumStatus, checksum, is_checksum_right
from wenyuan.kernel.sip2.errors import Reason, Sip2Error
from wenyuan.kernel.sip2.profile import ChecksumPolicy, Profile

DELIMITER: Final = "|"

_TAIL = re.compile(r"(?:AY([0-9])\|?)?AZ([0-9A-Fa-f]{4})([| \t\x00]*)\Z")
_TAIL_REACH = 24
_FIXED_CHARACTERS = "0123456789YNUZ ."

# The delimiter, controls, line separators, zero-width and direction marks. Not "whatever is unprintable":
# Python counts characters newer than its own tables among those, and rare names are written with them.
_UNSAFE = re.compile("[|\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


class OpenedLine(NamedTuple):
    """A decoded line and what its tail said."""

    body: str
    """The text before AY/AZ."""
    sequence: str | None
    """One digit."""
    checksum: ChecksumStatus


def decode(line: bytes, *, profile: Profile) -> str:
    """The line as text.

    :raises Sip2Error: `UNDECODABLE`.
    """
    try:
        return line.decode(profile.charset)
    except UnicodeDecodeError:
        pass
    # raised outside the handler: the decoder's error holds the whole line, passwords included
    raise Sip2Error(Reason.UNDECODABLE)


def open_line(line: bytes, *, profile: Profile) -> OpenedLine:
    """Decodes a line and takes its tail off.

    The tail is looked for in the text, since a GBK character may end in the bytes of `A`, `Y`, `Z` or `|`.

    :raises Sip2Error: `UNDECODABLE`; `BAD_CHECKSUM` when the profile enforces it.
    """
    text = decode(line, profile=profile)
    tail = _TAIL.search(text, max(0, len(text) - _TAIL_REACH))
    if tail is None:
        return OpenedLine(text, None, ChecksumStatus.ABSENT)
    body = text[: tail.start()]
    sequence, digits, trailing = tail.groups()
    if sequence is None and not _may_end(body):
        return OpenedLine(text, None, ChecksumStatus.ABSENT)
    if profile.checksum is ChecksumPolicy.OFF:
        return OpenedLine(body, sequence, ChecksumStatus.UNCHECKED)
    covered = line[: len(line) - (len(text) - tail.start(2))]
    if not is_checksum_right(covered=covered, digits=digits):
        return OpenedLine(body, sequence, bad_checksum(profile=profile))
    return OpenedLine(body, sequence, ChecksumStatus.TRAILING if trailing else ChecksumStatus.OK)


def bad_checksum(*, profile: Profile) -> ChecksumStatus:
    """The status of a wrong checksum.

    :raises Sip2Error: `BAD_CHECKSUM` when the profile enforces it.
    """
    if profile.checksum is ChecksumPolicy.ENFORCE:
        raise Sip2Error(Reason.BAD_CHECKSUM)
    return ChecksumStatus.UNCHECKED if profile.checksum is ChecksumPolicy.OFF else ChecksumStatus.BAD


def _may_end(body: str) -> bool:
    """Whether a lone AZ may follow: after a closed field or a bare fixed part, not in `ABAZ1234`."""
    return body.endswith(DELIMITER) or not body.strip(_FIXED_CHARACTERS)


def clean(value: str) -> str:
    """A value that cannot break its line: delimiter, line ends and other controls become blanks."""
    if value.isascii() and value.isprintable() and DELIMITER not in value:
        return value
    return _UNSAFE.sub(" ", value)


def close_line(body: str, *, profile: Profile, sequence: str | None) -> bytes:
    """The line's bytes, with `AY<sequence>AZ<checksum>` when there is a sequence, and the profile's line end.

    Characters the charset lacks become `?`.
    """
    if sequence is None:
        return (body + profile.terminator).encode(profile.charset, "replace")
    return close_with_checksum(f"{body}AY{sequence}", profile=profile)


def close_with_checksum(body: str, *, profile: Profile) -> bytes:
    """As `close_line`, with `AZ<checksum>` alone: resend requests (96, 97) carry no sequence."""
    covered = f"{body}AZ".encode(profile.charset, "replace")
    return covered + f"{checksum(covered)}{profile.terminator}".encode("ascii")
