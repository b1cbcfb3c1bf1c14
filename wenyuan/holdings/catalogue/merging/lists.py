"""Reads of merging: the worklist of records that are alike, two of them side by side, merges and what they left."""

from collections import Counter
from collections.abc import Iterable, Sequence

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from wenyuan.holdings.catalogue import seams
from wenyuan.holdings.catalogue.editing.duplicates import traits_of_bibs
from wenyuan.holdings.catalogue.editing.likeness import duplicate_reason
from wenyuan.holdings.catalogue.editing.values import DuplicateReason
from wenyuan.holdings.catalogue.merging.rules import Weight, is_kept
from wenyuan.holdings.catalogue.merging.values import (
    Alike,
    AlikeGroup,
    AlikePage,
    BibMergeView,
    LookView,
    Stayed,
    StayReason,
    Weighed,
)
from wenyuan.holdings.catalogue.models import Bib, BibMerge, BibMergeRow, BibsAlike, BibsApart, DuplicateLook, Item
from wenyuan.kernel.marc import ControlField, from_storage

MOST_IN_GROUP = 20
"""Records of a group that are shown; a number that hundreds bear is a misprint."""


def last_look() -> LookView | None:
    """The look through the catalogue that was asked for last, or nothing."""
    look = DuplicateLook.objects.order_by("-id").first()
    if look is None:
        return None
    return LookView(
        id=look.id,
        asked_at=look.asked_at,
        ended_at=look.ended_at,
        position=look.position,
        last_id=look.last_id,
        compared=look.compared,
        found=look.found,
        is_cut=look.is_cut,
    )


def list_alike_records(*, after: int = 0, size: int = 20) -> AlikePage:
    """Groups of records that the last finished look found alike, by their oldest record; what was merged, went or was
    found to be two documents since is left out. ``after`` is that of the page before."""
    groups = _open_pairs().filter(group_id__gt=after).order_by("group_id").values_list("group_id", flat=True)
    ids = list(groups.distinct()[: size + 1])
    shown = ids[:size]
    pairs: dict[int, list[Alike]] = {group_id: [] for group_id in shown}
    for row in _open_pairs().filter(group_id__in=shown).order_by("first_id", "second_id"):
        if len(pairs[row.group_id]) < MOST_IN_GROUP:
            pairs[row.group_id].append(Alike(row.first_id, row.second_id, DuplicateReason(row.reason)))
    return AlikePage(
        tuple(AlikeGroup(group_id, tuple(pairs[group_id])) for group_id in shown),
        shown[-1] if len(ids) > size else None,
    )


def count_alike_groups(*, most: int = 1000) -> int:
    """How many groups wait to be looked at; ``most`` stands for so many or more."""
    return _open_pairs().values("group_id").distinct()[:most].count()


def count_items_of(bib_ids: Iterable[int]) -> dict[int, int]:
    """How many items stand with each of these records; one without any is left out."""
    rows = Item.objects.filter(bib_id__in=set(bib_ids)).values_list("bib_id").annotate(Count("id")).order_by()
    return dict(rows)


def weighed(bib_ids: Iterable[int]) -> dict[int, Weighed]:
    """What speaks for each of these records to stay: its items, what hangs on it, and how full it is."""
    found = {}
    for bib_id, version, marc in Bib.objects.filter(id__in=set(bib_ids)).values_list("id", "version", "marc"):
        fields = from_storage(bytes(marc)).fields
        found[bib_id] = Weighed(
            bib_id=bib_id,
            version=version,
            items=Item.objects.filter(bib_id=bib_id).count(),
            hanging=seams.what_hangs(bib_id),
            subfields=sum(1 if isinstance(one, ControlField) else len(one.subfields) for one in fields),
        )
    return found


def proposed_to_stay(first: Weighed, second: Weighed) -> int:
    """Which of two records should stay: the one with more items, then that on which more hangs, then the fuller one."""

    def weight(one: Weighed) -> Weight:
        return Weight(one.items, sum(row.count for row in one.hanging), one.subfields, one.bib_id)

    return first.bib_id if is_kept(weight(first), weight(second)) else second.bib_id


def likeness_of(first_id: int, second_id: int) -> DuplicateReason | None:
    """Why two records may describe the same; none where they do not, or are parts of one work."""
    traits = traits_of_bibs({first_id, second_id})
    if len(traits) < 2:
        return None
    return duplicate_reason(traits[first_id], traits[second_id])


def is_kept_apart(first_id: int, second_id: int) -> bool:
    """Whether somebody found two records to be of two documents."""
    first_id, second_id = sorted((first_id, second_id))
    return BibsApart.objects.filter(first_id=first_id, second_id=second_id).exists()


def get_bib_merge(merge_id: int) -> BibMergeView | None:
    """One merge, or nothing."""
    return next(iter(_views(list(BibMerge.objects.filter(id=merge_id)))), None)


def list_bib_merges(
    *, before: int | None = None, of_bib: int | None = None, size: int = 20
) -> tuple[BibMergeView, ...]:
    """Merges, the last first; ``before`` is the id of the last one of the page before, ``of_bib`` a record that took
    part."""
    rows = BibMerge.objects.order_by("-id")
    if before is not None:
        rows = rows.filter(id__lt=before)
    if of_bib is not None:
        rows = rows.filter(Q(kept_id=of_bib) | Q(gone_id=of_bib))
    return _views(list(rows[:size]))


def list_stayed(*, merge_id: int, size: int = 500) -> tuple[Stayed, ...]:
    """What the undo of a merge has left where the merge had put it, and why."""
    rows = BibMergeRow.objects.filter(merge_id=merge_id).exclude(stays="").order_by("id")[:size]
    return tuple(Stayed(row.room, row.what, row.row_id, StayReason(row.stays)) for row in rows)


def _open_pairs() -> QuerySet[BibsAlike]:
    """Pairs of the last finished look whose records both stand, and that nobody found to be two documents."""
    look = DuplicateLook.objects.filter(ended_at__isnull=False).order_by("-id").values("id")[:1]
    standing = Bib.objects.filter(merged_into=None)
    pairs: QuerySet[BibsAlike] = BibsAlike.objects.filter(
        Exists(standing.filter(id=OuterRef("first_id"))),
        Exists(standing.filter(id=OuterRef("second_id"))),
        ~Exists(BibsApart.objects.filter(first_id=OuterRef("first_id"), second_id=OuterRef("second_id"))),
        look_id__in=look,
    )
    return pairs


def _views(merges: Sequence[BibMerge]) -> tuple[BibMergeView, ...]:
    counts: dict[int, Counter[str]] = {merge.id: Counter() for merge in merges}
    rows = BibMergeRow.objects.filter(merge_id__in=counts)
    for merge_id, what in rows.values_list("merge_id", "what"):
        counts[merge_id][what] += 1
    return tuple(
        BibMergeView(
            id=merge.id,
            kept_id=merge.kept_id,
            gone_id=merge.gone_id,
            branch_id=merge.branch_id,
            merged_at=merge.merged_at,
            merged_by_id=merge.merged_by_id,
            undone_at=merge.undone_at,
            undone_by_id=merge.undone_by_id,
            moved=counts[merge.id],
        )
        for merge in merges
    )
