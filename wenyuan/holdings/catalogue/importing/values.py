"""What crosses the border of importing: what a file brings, what it reports, what undoing would do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class ImportReason(StrEnum):
    """Why a record or an item did not go in, beside the reasons of ``kernel.marc`` for a record that cannot be read.

    The last group are warnings: the record went in all the same.
    """

    NO_TITLE = "no_title"
    MARKED_DELETED = "marked_deleted"
    NOT_STORABLE = "not_storable"
    BARCODE_TAKEN = "barcode_taken"
    BARCODE_INVALID = "barcode_invalid"
    ACCESSION_NO_TAKEN = "accession_no_taken"
    ACCESSION_NO_INVALID = "accession_no_invalid"
    NUMBER_OF_TOO_MANY = "number_of_too_many"  # as many other works have its control number as may have one

    SAME_NUMBER_OTHER_WORK = "same_number_other_work"
    EDITED_HERE = "edited_here"
    MERGED_HERE = "merged_here"  # the record was merged into another here: its items go there, it changes nothing
    CONTROL_CHARACTERS = "control_characters"
    BRANCH_NOT_ALLOWED = "branch_not_allowed"
    ITEM_NO_BARCODE = "item_no_barcode"
    ITEM_RANGE_BACKWARDS = "item_range_backwards"
    ITEM_RANGE_TOO_LONG = "item_range_too_long"
    ITEM_DUPLICATE_BARCODE = "item_duplicate_barcode"
    ITEM_COPIES_DIFFER = "item_copies_differ"


class Outcome(StrEnum):
    """What becomes of a record of a file."""

    NEW = "new"
    CHANGED = "changed"  # the catalogue has it, with other content
    EDITED_HERE = "edited_here"  # changed, though somebody has edited it here since it came in
    SAME = "same"
    OTHER_WORK = "other_work"  # its number belongs to another work: both are kept
    FAILED = "failed"
    REPEATED = "repeated"  # only when it is looked through: it stands in this file before, too


@dataclass(frozen=True, slots=True)
class MappingFit:
    """How a mapping reads the first records of a file: in how many it finds items, how many items and problems."""

    code: str
    records: int
    items: int
    problems: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOutlook:
    """What loading a file would do, as it was when the file was looked through.

    ``outcomes`` counts records by ``Outcome``, ``reasons`` faults and warnings by reason. Items: new, already on their
    record (``items_known``), or with a number that stands earlier in the file (``items_repeated``). ``encodings``
    counts the first records; ``container`` is iso2709, marcxml or unknown.
    """

    container: str
    encodings: tuple[tuple[str, int], ...]
    outcomes: Mapping[str, int]
    reasons: Mapping[str, int]
    items_new: int
    items_known: int
    items_repeated: int
    fits: tuple[MappingFit, ...]


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A record of a staged file, as an example: what would become of it, or (``reason``) what is wrong with it.

    ``bib_id`` is the record in the catalogue that it would change, none for others; ``items`` counts its new items.
    """

    id: int
    batch_id: int
    outcome: str
    reason: str
    number: int
    position: int
    bib_id: int | None
    title: str
    detail: str
    items: int


class KeptReason(StrEnum):
    """Why something that an import brought stays when the import is undone."""

    ITEM_USED = "item_used"  # lent, held, moved or otherwise met: another room's rows hang on it
    ITEM_CHANGED = "item_changed"
    BRANCH_NOT_ALLOWED = "branch_not_allowed"  # it stands at a branch where the operator may not import
    BIB_USED = "bib_used"
    BIB_EDITED = "bib_edited"
    BIB_HAS_ITEMS = "bib_has_items"
    BIB_MERGED = "bib_merged"  # it was merged with another record, or another into it
    BIB_HAS_VARIANT = "bib_has_variant"  # a later work with the same number, which counts on from this one


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoProspect:
    """What undoing an import would do now: items and bibs that go, bibs that have their former record again, and how
    much stays for which reason. Not ``is_whole``: only the last part of a large import was looked at."""

    items: int
    bibs: int
    restored: int
    kept: Mapping[KeptReason, int]
    is_whole: bool


@dataclass(frozen=True, slots=True)
class KeptRow:
    """Something that an undone import has left: an item (its barcode) or a bib (its title), why, and for which room."""

    id: int
    of_item: bool
    subject_id: int
    label: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class ImportFault:
    """One line of an import's report. ``number`` counts the file's records from 1, ``position`` is a byte offset."""

    id: int
    number: int
    position: int
    reason: str
    detail: str
    warning: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportProgress:
    """How far an import has come, after a chunk was committed."""

    batch_id: int
    position: int
    file_bytes: int
    read: int
    failed: int


UNDOABLE = frozenset({"running", "finished", "undoing"})
"""The states of a batch that can be undone: read in part or whole, or undone in part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """A batch and its counts, in records; ``items`` counts items added.

    ``state``: staged, ready or dropped before it is loaded (``looked`` bytes were looked through); running, finished,
    failed; undoing, undone, when ``bibs_removed``, ``bibs_restored`` and ``items_removed`` say what was taken back.

    ``read = added + updated + unchanged + failed``.
    """

    batch_id: int
    file_name: str
    file_bytes: int
    branch_id: int
    source: str
    mapping: str
    overlay: str
    state: str
    position: int
    read: int
    added: int
    updated: int
    unchanged: int
    failed: int
    items: int
    encoding: str
    dialect: str
    stored_as: str
    started_by_id: int | None
    started_at: datetime
    finished_at: datetime | None
    looked: int
    bibs_removed: int
    bibs_restored: int
    items_removed: int
    undone_at: datetime | None
    counts_by_reason: Mapping[str, int] = field(default_factory=dict)

    @property
    def can_be_undone(self) -> bool:
        """Whether ``undo_batch`` would do anything, or go on with it."""
        return self.state in UNDOABLE

    @property
    def is_left(self) -> bool:
        """Whether it was cut off and nobody went on with it until the file that was sent for it was taken away. An
        import of a file on the server has never had one, and was not looked through."""
        return self.state == "running" and self.looked > 0 and not self.stored_as


@dataclass(frozen=True, slots=True)
class FaultPage:
    """Some lines of the report in file order; ``after`` (number, id) continues the list, none at its end."""

    faults: tuple[ImportFault, ...]
    after: tuple[int, int] | None
