"""Tokens: what a reader shows to be known by, and how a scan or a chip reader's output becomes one.

A token is looked up by the hash of its canonical text, so one card must give one text on every reader.
"""

import re
from enum import Enum
from typing import NamedTuple

from wenyuan.kernel.chinese.width import half_width
from wenyuan.kernel.identity.masking import mask_number
from wenyuan.kernel.identity.numbers import BadIdentityNumber, canonical_number, parse_passport


class TokenKind(Enum):
    """What kind of thing a token is."""

    CARD = "card"
    """读者证 number, printed or as a barcode."""
    IDENTITY = "identity"
    """Number of an identity document."""
    SOCIAL_SECURITY = "social_security"
    """社会保障卡: the social security number (the identity number), the card's face number, or the chip's code."""
    UID = "uid"
    """Serial number of a chip."""
    QR = "qr"
    """Wenyuan's own code on a telephone, led by ``WY1:``."""


class UidBase(Enum):
    """How a chip reader writes a serial number."""

    HEX = "hex"
    """``04A1B2C3``, ``04:A1:B2:C3``, ``0x04a1b2c3``."""
    DECIMAL = "decimal"
    """The whole number as one decimal, with or without leading zeros; four bytes are ten digits (8H10D)."""
    WIEGAND = "wiegand"
    """Two decimals: ``123,45678`` is one byte and two (Wiegand 26), ``01234,56789`` two and two (Wiegand 34)."""


class ByteOrder(Enum):
    """Whether the reader sends the chip's first byte first or last."""

    MSB_FIRST = "msb_first"
    LSB_FIRST = "lsb_first"


class TokenReason(Enum):
    """Why a text is no token of its kind."""

    EMPTY = "empty"
    BAD_CHARACTERS = "bad_characters"
    BAD_LENGTH = "bad_length"
    BAD_CHECK = "bad_check"
    """No identity number by shape and check digit; its own parser says more."""


class BadToken(ValueError):
    """The text is no token of its kind; ``reason`` says why, the text itself is not kept."""

    def __init__(self, reason: TokenReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class Token(NamedTuple):
    """A kind and its canonical text. Printing it shows the end of the text only."""

    kind: TokenKind
    canonical: str

    def __repr__(self) -> str:
        return f"<Token {self.kind.value} {mask_number(self.canonical)}>"


QR_PREFIX = "WY1:"
UID_SIZES = (4, 7, 8, 10)
"""Sizes of a chip's serial number in bytes: ISO 14443-3 single, double and triple, and ISO 15693 (8)."""

_CARD = re.compile(r"[A-Z0-9][A-Z0-9._/\-]{0,31}")
_QR = re.compile(r"WY1:[!-~]{1,500}")
_SOCIAL_SECURITY = re.compile(r"[A-Z0-9]{9}|[0-9A-F]{32}")
_EIGHTEEN = re.compile(r"[0-9]{17}[0-9X]")
_HEX_PREFIX = re.compile(r"^0[xX]")
_HEX_SEPARATORS = re.compile(r"[\s:.\-]+")
_HEX = re.compile(r"[0-9A-Fa-f]*")
_DECIMAL = re.compile(r"[0-9]+")
_WIEGAND = re.compile(r"([0-9]{1,5})\s*[,.:]\s*([0-9]{1,5})")


def canonical_uid(text: str, *, base: UidBase, byte_order: ByteOrder, size: int | None = None) -> str:
    """A chip's serial number as upper-case hex, most significant byte first, 4, 7, 8 or 10 bytes.

    A decimal is taken for the smallest size that holds both its value and its digits; say ``size`` (bytes) for a
    reader that drops leading zeros. Wiegand 26 carries only three bytes of a serial number: the lost one is
    written 00 in front, so such a card agrees with other readers only if its own fourth byte is 00.

    :raises BadToken: other characters, or a length no chip has.
    """
    plain = half_width(text).strip()
    if not plain:
        raise BadToken(TokenReason.EMPTY)
    if base is UidBase.HEX:
        sent = _bytes_of_hex(plain, size)
    elif base is UidBase.DECIMAL:
        sent = _bytes_of_decimal(plain, size)
    else:
        sent = _bytes_of_wiegand(plain)
    ordered = sent if byte_order is ByteOrder.MSB_FIRST else sent[::-1]
    return ordered.rjust(4, b"\0").hex().upper()


def reversed_uid(canonical: str) -> str:
    """The same chip as a reader set to the other byte order would give it."""
    return bytes.fromhex(canonical)[::-1].hex().upper()


def canonical_token(kind: TokenKind, text: str) -> str:
    """The text under which a token of this kind is stored and looked up.

    Cards are upper-case without blanks, QR codes stand as they are, identity numbers are canonical by shape and
    check digit; a UID must come as hex, most significant byte first (see :func:`canonical_uid`).

    :raises BadToken: the text is no token of the kind.
    """
    plain = half_width(text).strip()
    if not plain:
        raise BadToken(TokenReason.EMPTY)
    match kind:
        case TokenKind.UID:
            return canonical_uid(plain, base=UidBase.HEX, byte_order=ByteOrder.MSB_FIRST)
        case TokenKind.QR:
            return _matching(_QR, plain)
        case TokenKind.CARD:
            return _matching(_CARD, "".join(plain.split()).upper())
        case TokenKind.IDENTITY:
            return _identity(plain)
        case TokenKind.SOCIAL_SECURITY:
            bare = "".join(plain.split()).upper()
            return _identity(bare) if _EIGHTEEN.fullmatch(bare) else _matching(_SOCIAL_SECURITY, bare)


def classify_scan(text: str) -> tuple[Token, ...]:
    """What a desk scanner's text may be, the likeliest first; empty if nothing fits.

    A code led by ``WY1:`` is a QR and nothing else; a resident's or other 18-character number is an identity
    first. Everything else is tried as a card, then by the other kinds whose shape it has. A chip reader types into
    the same field, and nobody knows how it is set: a chip is tried in each base and byte order, so that one that was
    added on a reader is known on every other. Two chips of a library meet in this only by a rare chance (about one in
    two thousand million for a pair of four bytes).
    """
    plain = "".join(character for character in half_width(text) if character.isprintable()).strip()
    if plain.startswith(QR_PREFIX):
        return _as_token(TokenKind.QR, plain)
    identity = _as_checked_identity(plain)
    card = _as_token(TokenKind.CARD, plain)
    social_security = _as_token(TokenKind.SOCIAL_SECURITY, plain)
    if identity and len(identity[0].canonical) == len("".join(plain.split())) == 18:
        return identity + social_security + card
    # Fifteen digits are no less likely a card than a first-generation number.
    return card + identity + _as_uids(plain) + social_security


def _bytes_of_hex(text: str, size: int | None) -> bytes:
    digits = _HEX_SEPARATORS.sub("", _HEX_PREFIX.sub("", text))
    if size is not None:
        digits = digits.zfill(2 * size)
    if not _HEX.fullmatch(digits):
        raise BadToken(TokenReason.BAD_CHARACTERS)
    if len(digits) % 2 or len(digits) // 2 not in ((size,) if size else UID_SIZES):
        raise BadToken(TokenReason.BAD_LENGTH)
    return bytes.fromhex(digits)


def _bytes_of_decimal(text: str, size: int | None) -> bytes:
    if not _DECIMAL.fullmatch(text):
        raise BadToken(TokenReason.BAD_CHARACTERS)
    for candidate in (size,) if size else UID_SIZES:
        largest = (1 << 8 * candidate) - 1
        if len(text) <= len(str(largest)) and int(text) <= largest:
            return int(text).to_bytes(candidate, "big")
    raise BadToken(TokenReason.BAD_LENGTH)


def _bytes_of_wiegand(text: str) -> bytes:
    match = _WIEGAND.fullmatch(text)
    if match is None:
        raise BadToken(TokenReason.BAD_CHARACTERS)
    facility, number = int(match[1]), int(match[2])
    width = 1 if len(match[1]) <= 3 else 2
    if facility >= 1 << 8 * width or number > 0xFFFF:
        raise BadToken(TokenReason.BAD_LENGTH)
    return facility.to_bytes(width, "big") + number.to_bytes(2, "big")


def _identity(text: str) -> str:
    """The canonical checked number, or else a passport's or travel permit's, which have no check."""
    try:
        return canonical_number(text)[0]
    except BadIdentityNumber:
        pass
    try:
        return parse_passport(text).canonical
    except BadIdentityNumber:
        raise BadToken(TokenReason.BAD_CHECK) from None


def _matching(pattern: re.Pattern[str], text: str) -> str:
    if pattern.fullmatch(text) is None:
        raise BadToken(TokenReason.BAD_CHARACTERS)
    return text


def _as_token(kind: TokenKind, text: str) -> tuple[Token, ...]:
    try:
        return (Token(kind, canonical_token(kind, text)),)
    except BadToken:
        return ()


def _as_checked_identity(text: str) -> tuple[Token, ...]:
    """A number with a check or a shape of its own; every short text could be a passport."""
    try:
        return (Token(TokenKind.IDENTITY, canonical_number(text)[0]),)
    except BadIdentityNumber:
        return ()


def _as_uids(text: str) -> tuple[Token, ...]:
    """The chip in every base in which the text is a serial number, and in either byte order; as sent comes first."""
    found: dict[Token, None] = {}
    for order in ByteOrder:
        for base in UidBase:
            try:
                found[Token(TokenKind.UID, canonical_uid(text, base=base, byte_order=order))] = None
            except BadToken:
                continue
    return tuple(found)
