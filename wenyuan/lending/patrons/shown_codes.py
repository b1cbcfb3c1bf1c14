"""The code that a reader shows on a telephone: drawn anew each minute, good for two, taken once.

It says which card it stands for and when it was drawn, under a keyed hash; nothing is kept of it until a desk takes it.
"""

from base64 import b32decode, b32encode
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from secrets import token_bytes
from typing import Final

from wenyuan.kernel.identity import TokenKind
from wenyuan.kernel.identity.tokens import QR_PREFIX
from wenyuan.lending.patrons.data import CodeFault, CodeRefused
from wenyuan.lending.patrons.models import TakenCode, Token, TokenStatus
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.secrets import lookup_hash
from wenyuan.plumbing.transactions import verb

GOOD_FOR: Final = timedelta(minutes=2)
_CHARACTERS: Final = 40
"""Of 25 bytes: the token's id and the second in five each, three of chance, and twelve of the keyed hash. In base 32,
since scanners that type like a keyboard keep neither case nor every sign."""


def code_to_show(patron_id: int, *, at: datetime) -> str | None:
    """A fresh code for the reader's newest card in use; none where there is no such card."""
    card = Token.objects.filter(patron_id=patron_id, kind=TokenKind.CARD.value, status=TokenStatus.ACTIVE).last()
    if card is None:
        return None
    said = card.id.to_bytes(5, "big") + int(at.timestamp()).to_bytes(5, "big") + token_bytes(3)
    return QR_PREFIX + b32encode(said + _seal(said)).decode()


def is_shown_code(scanned: str) -> bool:
    """Whether a scan is a code of this house, good or not."""
    return _said(scanned) is not None


@needs(Act.SEE_PATRON)
@verb
def take_code(*, code: str, at: datetime, desk: Desk) -> str:
    """Take the code that a reader shows; returns the number of their card. Each is taken once.

    :raises NotAllowed: the operator may not see readers here.
    :raises CodeRefused: it has expired, was taken before, or its card is not in use any more.
    :raises ValueError: it is no code of this house (``is_shown_code``).
    """
    require(desk.operator, Act.SEE_PATRON, desk.branch_id)
    said = _said(code)
    if said is None:
        raise ValueError("no code of this house")
    drawn_at = datetime.fromtimestamp(int.from_bytes(said[5:10], "big"), UTC)
    if not drawn_at - GOOD_FOR < at < drawn_at + GOOD_FOR:
        raise CodeRefused(CodeFault.EXPIRED)
    _, is_first = TakenCode.objects.get_or_create(
        code_hash=lookup_hash("patron:taken_code", said.hex()), defaults={"until": drawn_at + GOOD_FOR}
    )
    if not is_first:
        raise CodeRefused(CodeFault.TAKEN)
    card = Token.objects.filter(id=int.from_bytes(said[:5], "big"), status=TokenStatus.ACTIVE).first()
    if card is None or not card.card_no:
        raise CodeRefused(CodeFault.NO_CARD)
    return card.card_no


@needs()
@verb
def forget_taken_codes(*, at: datetime) -> int:
    """Delete the codes that have expired and could not be taken again; returns how many."""
    gone, _ = TakenCode.objects.filter(until__lte=at).delete()
    return gone


def _said(scanned: str) -> bytes | None:
    """What a code says, if it is one of this house."""
    text = scanned.strip().upper()
    if not text.startswith(QR_PREFIX) or len(text) != len(QR_PREFIX) + _CHARACTERS:
        return None
    try:
        told = b32decode(text.removeprefix(QR_PREFIX))
    except ValueError:
        return None
    said, seal = told[:13], told[13:]
    return said if compare_digest(seal, _seal(said)) else None


def _seal(said: bytes) -> bytes:
    return lookup_hash("patron:shown_code", said.hex())[:12]
