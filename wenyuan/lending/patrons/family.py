"""A family's cards under one sign-in: added by the card's own PIN, and taken away again from either side.

Who answers for a child by the desk's record needs no row here (``queries.other_readers``).
"""

from datetime import datetime

from django.db.models import Q

from wenyuan.kernel.identity import TokenKind
from wenyuan.lending.patrons import rules
from wenyuan.lending.patrons.data import (
    MOST_CARDS,
    Caller,
    PatronRefused,
    PatronUnknown,
    PatronView,
    Problem,
    ProblemCode,
)
from wenyuan.lending.patrons.models import CardLink, Token, TokenStatus
from wenyuan.lending.patrons.pins import pin_matches
from wenyuan.lending.patrons.queries import LINK_AND_READER, category_facts, still_opens
from wenyuan.lending.patrons.records import audit_act, lock_open_patron
from wenyuan.lending.patrons.signing_in import sign_in
from wenyuan.organisation.rights.data import Desk
from wenyuan.organisation.rights.queries import needs
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.transactions import assert_in_verb, verb


@needs()
def add_others_card(*, keeper_id: int, card: str, pin: str, caller: Caller, at: datetime, desk: Desk) -> PatronView:
    """Keep another reader's card under this reader's sign-in; whose it is. The PIN is asked and counted as at a
    sign-in. It ends with the card, with a new PIN, with either's departure, at fourteen (``rules.insight``), and when
    either of them takes it away. Added again, nothing.

    :raises TooManyGuesses: as ``sign_in``.
    :raises PatronRefused: card and PIN open no account (``PIN_WRONG``, whatever the reason); it is the reader's own;
        there are as many as may be; or the PIN stands since a guardian decided for its reader (``PIN_OF_CHILDHOOD``).
    """
    scanned = sign_in(card=card, pin=pin, caller=caller, at=at)
    if scanned is None:
        raise PatronRefused(Problem(ProblemCode.PIN_WRONG, "pin"))
    if scanned.patron.id == keeper_id:
        raise PatronRefused(Problem(ProblemCode.CARD_OWN, "card"))
    _link(keeper_id, scanned.patron.id, pin, at=at, desk=desk)
    return scanned.patron


@verb
def _link(keeper_id: int, patron_id: int, pin: str, *, at: datetime, desk: Desk) -> None:
    locked = {number: lock_open_patron(number) for number in sorted({keeper_id, patron_id})}
    links = CardLink.objects.filter(keeper_id=keeper_id)
    links.exclude(token__status=TokenStatus.ACTIVE).delete()  # what has ended makes room
    links.filter(token__patron_id=patron_id).delete()  # since when counts anew: at fourteen it is asked once more
    today = local_date(at)
    outgrown = [link.id for link in links.select_related(*LINK_AND_READER) if not still_opens(link, on=today)]
    links.filter(id__in=outgrown).delete()
    if links.count() >= MOST_CARDS:
        raise PatronRefused(Problem(ProblemCode.CARDS_MANY, "card"))
    shown = (
        Token.objects.filter(patron_id=patron_id, kind=TokenKind.CARD.value, status=TokenStatus.ACTIVE)
        .order_by("-issued_at", "-id")
        .first()
    )
    other = locked[patron_id]
    # No card that could be shown for them from here, or another PIN since a moment ago.
    if shown is None or not pin_matches(stored=other.pin_hash, patron_id=patron_id, pin=pin.strip()):
        raise PatronRefused(Problem(ProblemCode.PIN_WRONG, "pin"))
    if other.pin_set_at is None or not rules.is_own_pin(
        category_facts(other.category), other.birth_date, set_on=local_date(other.pin_set_at), on=today
    ):
        raise PatronRefused(Problem(ProblemCode.PIN_OF_CHILDHOOD, "pin"))
    CardLink.objects.create(keeper_id=keeper_id, token=shown, since=at)
    audit_act(other, "add_others_card", at=at, desk=desk, keeper=keeper_id)


@needs()
@verb
def remove_others_card(*, patron_id: int, link_id: int, at: datetime, desk: Desk) -> None:
    """Take a card away from under a sign-in: by who keeps it there, or by whose it is.

    :raises PatronUnknown: there is none of this reader's, on either side.
    """
    mine = Q(keeper_id=patron_id) | Q(token__patron_id=patron_id)
    link = CardLink.objects.select_related("token").filter(mine, id=link_id).first()
    if link is None:
        raise PatronUnknown("link")
    owner = lock_open_patron(link.token.patron_id)
    gone, _ = CardLink.objects.filter(id=link_id).delete()
    if not gone:  # by somebody else at this very moment
        raise PatronUnknown("link")
    audit_act(owner, "remove_others_card", at=at, desk=desk, keeper=link.keeper_id)


def forget_links(*, of: int, also_kept: bool = True) -> None:
    """A step: nobody has the cards of this patron under their sign-in any more, nor with ``also_kept`` this patron the
    cards of others."""
    assert_in_verb()
    ended = Q(token__patron_id=of)
    CardLink.objects.filter(ended | Q(keeper_id=of) if also_kept else ended).delete()
