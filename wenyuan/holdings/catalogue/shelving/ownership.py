"""Whose a number of a class is. The digest of a work changes with its title, its author and the switch for editions;
what stands under a number does not."""

from dataclasses import dataclass
from typing import Any

from wenyuan.holdings.catalogue.models import Bib
from wenyuan.holdings.catalogue.shelving import facts, rules
from wenyuan.holdings.catalogue.shelving.rules import WorkFacts
from wenyuan.holdings.catalogue.shelving.tables import ShelfGroup, WorkNumber
from wenyuan.kernel.marc import Description


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a number is asked for, gathered once."""

    bib: Bib
    description: Description
    group: ShelfGroup
    class_no: str
    facts: WorkFacts
    work: str


def of_class(wanted: Wanted) -> dict[str, Any]:
    """What the rows of the class in the group have in common."""
    return {"group": wanted.group, "class_key": rules.class_key(wanted.class_no)}


def own_row(wanted: Wanted) -> WorkNumber | None:
    """The number that the work has, by its digest, else by the facts; then the row gets the digest of today. Asked
    while the counter of the class is held."""
    rows = WorkNumber.objects.filter(**of_class(wanted), work__isnull=False)
    if (row := rows.filter(work=wanted.work).first()) is not None:
        return row
    standing = facts.standing_number(wanted.group, wanted.class_no, wanted.facts)
    for row in (*rows.filter(bib_id=wanted.bib.id).order_by("-proposed_at", "-id"), *rows.filter(book_no=standing)):
        if is_own(wanted, row):
            row.work = wanted.work
            row.save(update_fields=["work"])
            return row
    return None


def is_own(wanted: Wanted, row: WorkNumber) -> bool:
    """Whether a row of another digest is the work's all the same: items of this work alone stand under it; or it was
    proposed for this record, and under it stands one of this work among others, or nothing."""
    under = [
        rules.work_of(facts.work_facts(bib, facts.described(bib)), edition_apart=wanted.group.edition_apart)
        == wanted.work
        for bib in facts.bibs_under(wanted.group, row.class_no, row.book_no)
    ]
    if row.bib_id == wanted.bib.id:
        return any(under) or not under
    return bool(under) and all(under)


def is_other(wanted: Wanted, other: WorkFacts) -> bool:
    """Whether items of ``other`` are of another work; its edition is not read."""
    mine = wanted.facts
    return (other.title_fold, other.author_fold) != (mine.title_fold, mine.author_fold)
