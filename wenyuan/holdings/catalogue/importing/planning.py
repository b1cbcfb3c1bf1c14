"""What a chunk means for the catalogue: which records are new, changed or known, and which items can go in. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from wenyuan.holdings.catalogue.data import ImportReason, Outcome
from wenyuan.holdings.catalogue.importing.preparing import Fault, ItemDraft, Prepared
from wenyuan.holdings.catalogue.rules import Work, is_same_work

MOST_OF_ONE_NUMBER = 1_000
"""Works under one control number. Each record that has it is compared with all of them: a file that gives one number to
every record would take ever longer."""

Identity = tuple[str, str]
"""Source and control number."""


class KnownBib(NamedTuple):
    """A bib that the catalogue has (or that stands earlier in the chunk); merged, it ``leads_to`` another."""

    id: int
    variant: int
    content_hash: bytes
    work: Work
    leads_to: int | None = None


class KnownItem(NamedTuple):
    """An item that the catalogue has, or that stands earlier in the chunk: its bib's id, its place in the chunk."""

    bib_id: int
    place: int = -1


@dataclass(slots=True)
class Shelf:
    """What the catalogue has of a chunk's numbers. The plan adds to it as it goes."""

    bibs: dict[Identity, list[KnownBib]] = field(default_factory=dict)
    barcodes: dict[str, KnownItem] = field(default_factory=dict)
    accessions: dict[str, KnownItem] = field(default_factory=dict)


class NewBib(NamedTuple):
    id: int
    variant: int
    prepared: Prepared


class ChangedBib(NamedTuple):
    id: int
    prepared: Prepared


class NewItem(NamedTuple):
    bib_id: int
    draft: ItemDraft
    prepared: Prepared
    place: int


class Report(NamedTuple):
    """A fault and the place, in the chunk, of the piece it concerns."""

    place: int
    fault: Fault


class Placed(NamedTuple):
    """What becomes of a record, and the bib that it is: an id of the plan's for a new one, 0 for one that fails."""

    outcome: Outcome
    bib_id: int = 0


@dataclass(slots=True)
class Plan:
    """What is to be written; the counts are in records, ``known_items`` in items that their bib has already,
    ``repeated_items`` in those that an earlier record of the chunk brings it.

    ``placed`` has a line for each record, in their order.
    """

    new_bibs: list[NewBib] = field(default_factory=list)
    changed_bibs: list[ChangedBib] = field(default_factory=list)
    new_items: list[NewItem] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    unchanged: int = 0
    failed: int = 0
    changed: int = 0
    known_items: int = 0
    repeated_items: int = 0
    placed: list[Placed] = field(default_factory=list)


def plan_chunk(outcomes: Sequence[Prepared | Fault], *, shelf: Shelf, new_ids: Sequence[int]) -> Plan:
    """Decide on the records in their order. ``new_ids`` are ids for new bibs, at least one a record; those not needed
    are lost, as numbers of a sequence may be.
    """
    plan = Plan()
    ids = iter(new_ids)
    added: dict[int, int] = {}
    for place, outcome in enumerate(outcomes):
        if isinstance(outcome, Fault):
            plan.failed += 1
            plan.placed.append(Placed(Outcome.FAILED))
            plan.reports.append(Report(place, outcome))
            continue
        bib_id = _place_bib(plan, outcome, place, shelf, next(ids), added)
        if not bib_id:
            continue
        plan.reports += [Report(place, fault) for fault in outcome.faults]
        for draft in outcome.items:
            _place_item(plan, draft, outcome, place, bib_id, shelf)
    return plan


def _place_bib(plan: Plan, prepared: Prepared, place: int, shelf: Shelf, new_id: int, added: dict[int, int]) -> int:
    """Find the record's bib or make one; ``added`` tells where in the plan a bib of this very chunk stands. 0 where too
    many works have its number already."""
    variants = shelf.bibs.setdefault((prepared.source, prepared.control_number), [])
    for known in variants:
        if known.content_hash == prepared.content_hash:
            plan.unchanged += 1
            plan.placed.append(Placed(Outcome.SAME, known.leads_to or known.id))
            return known.leads_to or known.id
    same = _nearest(variants, prepared.work)
    if same is not None and same.leads_to is not None:
        # Somebody has decided which record describes this document: what comes for the other changes nothing.
        plan.unchanged += 1
        plan.placed.append(Placed(Outcome.SAME, same.leads_to))
        fault = Fault(ImportReason.MERGED_HERE, prepared.control_number, warning=True)
        plan.reports.append(Report(place, fault))
        return same.leads_to
    if same is None:
        variant = max((known.variant for known in variants), default=-1) + 1
        if variant >= MOST_OF_ONE_NUMBER:
            plan.failed += 1
            plan.placed.append(Placed(Outcome.FAILED))
            plan.reports.append(Report(place, Fault(ImportReason.NUMBER_OF_TOO_MANY, prepared.control_number)))
            return 0
        if variants:
            detail = f"{prepared.control_number} / {variant}"
            plan.reports.append(Report(place, Fault(ImportReason.SAME_NUMBER_OTHER_WORK, detail, warning=True)))
        plan.placed.append(Placed(Outcome.OTHER_WORK if variants else Outcome.NEW, new_id))
        variants.append(KnownBib(new_id, variant, prepared.content_hash, prepared.work))
        added[new_id] = len(plan.new_bibs)
        plan.new_bibs.append(NewBib(new_id, variant, prepared))
        return new_id
    variants[variants.index(same)] = same._replace(content_hash=prepared.content_hash, work=prepared.work)
    plan.changed += 1
    plan.placed.append(Placed(Outcome.CHANGED, same.id))
    if same.id in added:
        at = added[same.id]
        plan.new_bibs[at] = plan.new_bibs[at]._replace(prepared=prepared)
    else:
        plan.changed_bibs = [changed for changed in plan.changed_bibs if changed.id != same.id]
        plan.changed_bibs.append(ChangedBib(same.id, prepared))
    return same.id


def _nearest(variants: Sequence[KnownBib], work: Work) -> KnownBib | None:
    """The variant that is this work: by title first, then by author."""
    same = [known for known in variants if is_same_work(known.work, work)]
    return next((known for known in same if known.work.title_fold == work.title_fold), same[0] if same else None)


def _place_item(plan: Plan, draft: ItemDraft, prepared: Prepared, place: int, bib_id: int, shelf: Shelf) -> None:
    """An item whose barcode or accession number this bib already has is known; another bib's is a fault.

    Several barcodes of one field share its accession number: the first item keeps it.
    """
    by_barcode = shelf.barcodes.get(draft.barcode)
    by_accession = shelf.accessions.get(draft.accession_no) if draft.accession_no else None
    if by_barcode is not None:
        if by_barcode.bib_id != bib_id:
            plan.reports.append(Report(place, Fault(ImportReason.BARCODE_TAKEN, draft.barcode)))
        else:
            _count_known(plan, by_barcode)
        return
    if by_accession is not None and by_accession.place == place:
        draft = draft._replace(accession_no=None)
    elif by_accession is not None:
        if by_accession.bib_id != bib_id:
            plan.reports.append(Report(place, Fault(ImportReason.ACCESSION_NO_TAKEN, draft.accession_no or "")))
        else:
            _count_known(plan, by_accession)
        return
    shelf.barcodes[draft.barcode] = KnownItem(bib_id, place)
    if draft.accession_no:
        shelf.accessions[draft.accession_no] = KnownItem(bib_id, place)
    plan.new_items.append(NewItem(bib_id, draft, prepared, place))


def _count_known(plan: Plan, known: KnownItem) -> None:
    if known.place < 0:
        plan.known_items += 1
    else:
        plan.repeated_items += 1
