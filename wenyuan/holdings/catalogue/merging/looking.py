"""Looking through the whole catalogue for records of one document, in the background, chunk by chunk.

Each chunk compares its records with those that came later and share a number or a title, by the rule of saving
(``editing.likeness``), in a transaction that also moves the look's position: one that is cut off goes on from there.
What an earlier look has found is shown until this one has ended.
"""

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from wenyuan.holdings.catalogue import sql
from wenyuan.holdings.catalogue.data import CatalogueRefused, Refusal
from wenyuan.holdings.catalogue.editing.duplicates import TELLING, traits_of_bibs
from wenyuan.holdings.catalogue.editing.likeness import duplicate_reason
from wenyuan.holdings.catalogue.merging.rules import grouped
from wenyuan.holdings.catalogue.models import Bib, BibsAlike, BibsApart, DuplicateLook
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.transactions import verb

CHUNK = 500
"""Records a transaction: some tenths of a second."""
MOST_WITH_ONE = 50
"""Records that one record is compared with by one number, or by its title: misprinted numbers are borne by hundreds."""
MOST_PAIRS = 50_000
"""Pairs that one look keeps: more than anybody works off. It ends there, and the page says so."""


@needs(Act.EDIT_RECORDS)
@verb
def begin_look(*, at: datetime, desk: Desk) -> int:
    """Ask for a look through the catalogue; ``look_for_duplicates`` does it. Returns its id, or that of the one that is
    under way.

    :raises NotAllowed: without the right to edit records at the desk's branch.
    """
    require(desk.operator, Act.EDIT_RECORDS, desk.branch_id)
    last = Bib.objects.order_by("-id").values_list("id", flat=True).first() or 0
    # Of two who ask at once the second waits for the first, and finds that look.
    look, _ = DuplicateLook.objects.get_or_create(
        ended_at=None, defaults={"asked_at": at, "asked_by_id": desk.operator.account_id, "last_id": last}
    )
    return look.id


@needs(Act.EDIT_RECORDS)
def look_for_duplicates(*, look_id: int, at: datetime, desk: Desk) -> None:
    """Go through the catalogue from where the look stands to its end. One that has ended is left as it is.

    :raises NotAllowed: without the right to edit records at the desk's branch.
    :raises CatalogueRefused: LOOK_UNKNOWN.
    """
    require(desk.operator, Act.EDIT_RECORDS, desk.branch_id)
    if not DuplicateLook.objects.filter(id=look_id).exists():
        raise CatalogueRefused(Refusal.LOOK_UNKNOWN)
    while _look_on(look_id):
        continue
    _end(look_id, at)


@verb
def _look_on(look_id: int) -> bool:
    """Compare one chunk; whether there is more."""
    look = DuplicateLook.objects.select_for_update().get(id=look_id)
    if look.ended_at is not None or look.found >= MOST_PAIRS:
        return False
    ids = list(_to_compare(look).order_by("id").values_list("id", flat=True)[:CHUNK])
    if not ids:
        return False
    alike = _alike(_candidates(ids))
    BibsAlike.objects.bulk_create(
        (BibsAlike(look=look, first_id=one, second_id=other, reason=reason) for one, other, reason in alike),
        ignore_conflicts=True,
    )
    look.position, look.compared, look.found = ids[-1], look.compared + len(ids), look.found + len(alike)
    look.save(update_fields=["position", "compared", "found"])
    return True


def _to_compare(look: DuplicateLook) -> QuerySet[Bib]:
    left: QuerySet[Bib] = Bib.objects.filter(id__gt=look.position, id__lte=look.last_id, merged_into=None)
    return left


def _candidates(bib_ids: list[int]) -> list[tuple[int, int]]:
    """Pairs that share a number or a title, the older first, without those that somebody found to be two documents."""
    values: dict[str, Any] = {"bibs": bib_ids, "kinds": sorted(TELLING), "most": MOST_WITH_ONE}
    with connection.cursor() as cursor:
        cursor.execute(sql.LIKELY_PAIRS, values)
        pairs = {(int(first), int(second)) for first, second in cursor.fetchall()}
    apart = BibsApart.objects.filter(first_id__in=bib_ids).values_list("first_id", "second_id")
    return sorted(pairs.difference(apart))


def _alike(pairs: list[tuple[int, int]]) -> list[tuple[int, int, str]]:
    traits = traits_of_bibs({bib_id for pair in pairs for bib_id in pair})
    found = []
    for first, second in pairs:
        if first in traits and second in traits:
            reason = duplicate_reason(traits[first], traits[second])
            if reason is not None:
                found.append((first, second, reason.value))
    return found


@verb
def _end(look_id: int, at: datetime) -> None:
    """Put what belongs together into groups, and what earlier looks have found away."""
    look = DuplicateLook.objects.select_for_update().get(id=look_id)
    if look.ended_at is not None:
        return
    pairs = list(BibsAlike.objects.filter(look=look).order_by("id"))
    lead = grouped((pair.first_id, pair.second_id) for pair in pairs)
    for pair in pairs:
        pair.group_id = lead[pair.first_id]
    BibsAlike.objects.bulk_update(pairs, ["group_id"], batch_size=1_000)
    BibsAlike.objects.exclude(look=look).filter(look_id__lt=look.id).delete()
    # Kept: a merge that is undone later makes records stand that this look was not about.
    look.is_cut = look.found >= MOST_PAIRS and _to_compare(look).exists()
    look.ended_at = at
    look.save(update_fields=["ended_at", "is_cut"])
