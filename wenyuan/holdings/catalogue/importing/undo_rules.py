"""What of an import can be taken back and what must stay. Pure: facts in, a plan out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from wenyuan.holdings.catalogue.data import KeptReason


class ItemFacts(NamedTuple):
    """An item that a step added, as it is now. ``used_by`` is the room in which something hangs on it, if any does."""

    id: int
    bib_id: int
    barcode: str
    version: int
    may_be_removed: bool
    used_by: str = ""


class BibFacts(NamedTuple):
    """A bib that an import added, with the hash of the content that it came with. ``replaced_later``: another import
    has changed it since and remembers its former record, whatever it holds now. ``is_merged``: into another record, or
    another into it."""

    id: int
    content_hash: bytes
    used_by: str = ""
    replaced_later: bool = False
    is_merged: bool = False


class ChangeFacts(NamedTuple):
    """A record that an import replaced: the id of the former row, the bib, the contents before and after, and whether
    it leads to another by now."""

    former_id: int
    bib_id: int
    before_hash: bytes
    after_hash: bytes
    leads_away: bool = False


class Kept(NamedTuple):
    """Something that stays. ``detail`` is the code of the room that holds on to it."""

    of_item: bool
    id: int
    label: str
    reason: KeptReason
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFacts:
    """Everything that an import did and that is still there; ``changed`` in the order in which it was done. ``now`` has
    title and content of all these bibs as they are, ``items_of`` all items of the added ones, ``later_variants`` the
    bibs of the same number that came after.
    """

    items: Sequence[ItemFacts]
    added: Sequence[BibFacts]
    changed: Sequence[ChangeFacts]
    now: Mapping[int, tuple[str, bytes]]
    items_of: Mapping[int, Collection[int]]
    later_variants: Mapping[int, Collection[int]]


@dataclass(slots=True)
class UndoPlan:
    """Ids: items and bibs to remove, former rows to put back; and what stays."""

    items: list[int] = field(default_factory=list)
    bibs: list[int] = field(default_factory=list)
    formers: list[int] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)


def plan_undo(facts: StepFacts) -> UndoPlan:
    """An item goes if nothing has happened to it since it came, a bib if besides nothing is left on it; a changed bib
    gets its former record back if it still has the one that the import gave it.

    The last change is taken back first; of two bibs with one number the later one goes first, since their variants
    count without a gap.
    """
    plan = UndoPlan()
    for item in facts.items:
        if reason := _item_stays(item):
            plan.kept.append(Kept(True, item.id, item.barcode, reason, item.used_by))
        else:
            plan.items.append(item.id)
    content = {bib_id: digest for bib_id, (_, digest) in facts.now.items()}
    edited: set[int] = set()
    merged: set[int] = set()
    for change in reversed(facts.changed):
        if change.leads_away:
            merged.add(change.bib_id)
        elif content[change.bib_id] == change.after_hash:
            plan.formers.append(change.former_id)
            content[change.bib_id] = change.before_hash
        else:
            edited.add(change.bib_id)
    going = set(plan.items)
    gone: set[int] = set()
    for bib in sorted(facts.added, key=lambda bib: -bib.id):
        reason = _bib_stays(bib, facts, going, gone, is_edited=content[bib.id] != bib.content_hash)
        if reason is not None:
            edited.discard(bib.id)
            merged.discard(bib.id)
            plan.kept.append(Kept(False, bib.id, facts.now[bib.id][0], reason, bib.used_by))
        else:
            plan.bibs.append(bib.id)
            gone.add(bib.id)
    plan.kept += [Kept(False, bib_id, facts.now[bib_id][0], KeptReason.BIB_EDITED) for bib_id in sorted(edited)]
    plan.kept += [Kept(False, bib_id, facts.now[bib_id][0], KeptReason.BIB_MERGED) for bib_id in sorted(merged)]
    return plan


def _item_stays(item: ItemFacts) -> KeptReason | None:
    if item.used_by:
        return KeptReason.ITEM_USED
    if item.version != 1:
        return KeptReason.ITEM_CHANGED
    return None if item.may_be_removed else KeptReason.BRANCH_NOT_ALLOWED


def _bib_stays(
    bib: BibFacts, facts: StepFacts, going: set[int], gone: set[int], *, is_edited: bool
) -> KeptReason | None:
    if bib.is_merged:
        return KeptReason.BIB_MERGED
    if bib.used_by:
        return KeptReason.BIB_USED
    if is_edited or bib.replaced_later:
        return KeptReason.BIB_EDITED
    if not going.issuperset(facts.items_of.get(bib.id, ())):
        return KeptReason.BIB_HAS_ITEMS
    return None if gone.issuperset(facts.later_variants.get(bib.id, ())) else KeptReason.BIB_HAS_VARIANT
