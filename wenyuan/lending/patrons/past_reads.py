"""Readers who were taken over: by their old keys, counted for the comparison, and whose card is to be replaced."""

from collections.abc import Collection

from django.db.models import Count, Exists, OuterRef

from wenyuan.kernel.identity import classify_scan, mask_name
from wenyuan.lending.patrons.data import RecardRow
from wenyuan.lending.patrons.models import PastPatron, Token, TokenStatus
from wenyuan.plumbing.secrets import lookup_hash

PAGE_ROWS = 50


def key_hash(system: str, key: str) -> bytes:
    """The keyed hash of an old system's own key of a reader."""
    return lookup_hash(f"patron:past:{system}", key)


def card_hash(system: str, card_no: str) -> bytes:
    """The keyed hash of a card number of an old system that must not be readable."""
    return lookup_hash(f"patron:past_card:{system}", card_no)


def past_patrons(*, system: str, keys: Collection[str]) -> dict[str, int]:
    """The ids of readers by the old system's keys; of a record that was merged, the one that it leads to."""
    digests = {key_hash(system, key): key for key in keys}
    rows = PastPatron.objects.filter(system=system, key_hash__in=list(digests)).values_list("key_hash", "patron_id")
    return {digests[bytes(digest)]: patron_id for digest, patron_id in rows if patron_id is not None}


def past_patrons_with_cards(*, system: str, cards: Collection[str]) -> dict[str, int]:
    """The ids of the old system's readers by what they show: former numbers of cards, identity cards, and card numbers
    that were not kept readable; of a number that two of its readers bear, none."""
    theirs = PastPatron.objects.filter(system=system, patron__isnull=False)
    found: dict[str, set[int]] = {}
    for card, patron_id in theirs.filter(former_card__in=cards).values_list("former_card", "patron_id"):
        found.setdefault(card, set()).add(patron_id)
    personal = {card_hash(system, card): card for card in cards}
    for digest, patron_id in theirs.filter(card_hash__in=list(personal)).values_list("card_hash", "patron_id"):
        found.setdefault(personal[bytes(digest or b"")], set()).add(patron_id)
    shown = {
        lookup_hash(f"token:{token.kind.value}", token.canonical): card
        for card in cards
        for token in classify_scan(card)
    }
    tokens = Token.objects.filter(token_hash__in=list(shown)).values_list("token_hash", "patron_id")
    owners = [(shown[bytes(digest)], patron_id) for digest, patron_id in tokens]
    of_theirs = set(
        theirs.filter(patron_id__in=[patron_id for _, patron_id in owners]).values_list("patron_id", flat=True)
    )
    for card, patron_id in owners:
        if patron_id in of_theirs:
            found.setdefault(card, set()).add(patron_id)
    return {card: min(ids) for card, ids in found.items() if len(ids) == 1}


def count_past_patrons(*, system: str) -> dict[str, int]:
    """How many readers were taken over, by the code of their category."""
    rows = PastPatron.objects.filter(system=system, patron__isnull=False).values_list("patron__category__code")
    return dict(rows.annotate(count=Count("id")).order_by("patron__category__code"))


def list_to_recard(*, branch_id: int | None = None, after: int = 0, size: int = PAGE_ROWS) -> tuple[RecardRow, ...]:
    """Readers whose card is to be replaced since its number is another's; names are masked."""
    in_use = Token.objects.filter(
        patron=OuterRef("patron"), card_no=OuterRef("temporary"), status=TokenStatus.ACTIVE.value
    )
    rows = PastPatron.objects.exclude(temporary="").filter(Exists(in_use), id__gt=after)
    if branch_id is not None:
        rows = rows.filter(branch_id=branch_id)
    columns = ("id", "patron_id", "patron__name", "temporary", "former_card", "branch_id", "system")
    return tuple(
        RecardRow(row[0], row[1], mask_name(row[2]), *row[3:])
        for row in rows.order_by("id").values_list(*columns)[:size]
    )
