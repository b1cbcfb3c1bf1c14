"""What crosses the transit room's border."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class TransitView:
    """An item on its way. ``reason`` is a ``models.TransitReason`` value."""

    id: int
    item_id: int
    from_branch_id: int
    to_branch_id: int
    reason: str
    sent_at: datetime


class Refusal(StrEnum):
    """Why crates, manifests and their differences stay as they are."""

    ITEM_UNKNOWN = "item_unknown"
    NOT_IN_TRANSIT = "not_in_transit"
    BEGUN_ELSEWHERE = "begun_elsewhere"  # its transit began at another branch: it was not scanned here yet
    WRONG_DESTINATION = "wrong_destination"
    PACKED_ELSEWHERE = "packed_elsewhere"
    NOT_PACKED_HERE = "not_packed_here"
    CRATE_UNKNOWN = "crate_unknown"
    CRATE_IN_USE = "crate_in_use"
    CRATE_RETIRED = "crate_retired"
    CODE_TAKEN = "code_taken"
    BAD_CODE = "bad_code"
    BAD_SEAL = "bad_seal"
    BRANCH_UNKNOWN = "branch_unknown"
    SAME_BRANCH = "same_branch"
    MANIFEST_UNKNOWN = "manifest_unknown"
    MANIFEST_DROPPED = "manifest_dropped"
    MANIFEST_SEALED = "manifest_sealed"
    MANIFEST_EMPTY = "manifest_empty"
    MANIFEST_FULL = "manifest_full"
    NOT_SEALED = "not_sealed"
    LEFT_MEANWHILE = "left_meanwhile"  # packed items whose transit has ended or goes on from elsewhere
    ALREADY_HANDED = "already_handed"
    ALREADY_RECEIVED = "already_received"
    TEXT_TOO_LONG = "text_too_long"
    NAME_MISSING = "name_missing"
    STOPS_UNFIT = "stops_unfit"  # a run needs two halts at least, and has an upper limit
    STOP_UNKNOWN_BRANCH = "stop_unknown_branch"
    STOP_WITHOUT_DAYS = "stop_without_days"
    STOP_TWICE = "stop_twice"  # the same branch twice without another between
    RUN_UNKNOWN = "run_unknown"
    STOP_UNKNOWN = "stop_unknown"
    STOP_NOT_TODAY = "stop_not_today"
    BAD_DAYS = "bad_days"
    BRANCHES_DIFFER = "branches_differ"
    HANDOVER_UNKNOWN = "handover_unknown"
    DIFFERENCE_UNKNOWN = "difference_unknown"
    ALREADY_RESOLVED = "already_resolved"
    OUTCOME_UNFIT = "outcome_unfit"


@dataclass(frozen=True, slots=True)
class Objection:
    """One reason against an act; ``facts`` fill its words: branch ids, crate codes, barcodes, numbers."""

    refusal: Refusal
    facts: Mapping[str, int | str] = field(default_factory=dict)


class TransitRefused(Exception):
    """Nothing was written; every reason at once."""

    def __init__(self, *objections: Objection) -> None:
        super().__init__(", ".join(one.refusal.value for one in objections))
        self.objections = objections


def refused(refusal: Refusal, **facts: int | str) -> TransitRefused:
    """A refusal with one reason."""
    return TransitRefused(Objection(refusal, facts))


class ManifestState(StrEnum):
    """How far a crate has come."""

    PACKING = "packing"
    SEALED = "sealed"
    ON_THE_WAY = "on_the_way"
    DELIVERED = "delivered"  # it stands at its destination, not unpacked yet
    RECEIVED = "received"
    DROPPED = "dropped"  # given up before it left


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestView:
    """A manifest with its crate; ``number`` and ``seal`` are empty until it is sealed.

    ``items`` counts its lines, ``open_differences`` what nobody has resolved yet. Accounts are ids; ``carrier`` is a
    name as somebody wrote it down.
    """

    id: int
    crate: str
    from_branch_id: int
    to_branch_id: int
    state: ManifestState
    number: str
    seal: str
    opened_at: datetime
    opened_by_id: int
    sealed_at: datetime | None
    sealed_by_id: int | None
    handed_at: datetime | None
    handed_by_id: int | None
    carrier: str
    delivered_at: datetime | None
    received_at: datetime | None
    received_by_id: int | None
    items: int
    open_differences: int


class LineState(StrEnum):
    """Where an item of a manifest is now, as its transit tells."""

    IN_CRATE = "in_crate"
    SEEN = "seen"  # came out of the crate; not checked in yet
    RECEIVED = "received"
    PASSED_ON = "passed_on"  # was at the destination and is on its way from there
    ELSEWHERE = "elsewhere"  # scanned at another branch
    ENDED = "ended"  # its transit was cancelled: lent, or it stayed somewhere else

    @property
    def arrived(self) -> bool:
        """Whether it has reached the destination of its crate."""
        return self in (LineState.SEEN, LineState.RECEIVED, LineState.PASSED_ON)

    @property
    def left(self) -> bool:
        """Whether it is known to be somewhere else."""
        return self in (LineState.ELSEWHERE, LineState.ENDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """A line of a manifest: the item's words as they were when it was packed, and where it is now."""

    id: int
    item_id: int
    barcode: str
    title: str
    call_no: str
    reason: str
    bound_for_id: int
    packed_at: datetime
    state: LineState


@dataclass(frozen=True, slots=True, kw_only=True)
class PackReceipt:
    """An item lies in the crate. ``items`` counts what lies in it now; ``repeated`` when it had been packed before."""

    manifest_id: int
    barcode: str
    title: str
    bound_for_id: int
    items: int
    repeated: bool = False


class Unpacked(StrEnum):
    """What an item that came out of a crate is to its manifest."""

    LISTED = "listed"
    AGAIN = "again"  # listed, and scanned before
    OTHER_CRATE = "other_crate"  # listed on the manifest of another crate to this branch
    EXTRA = "extra"
    UNKNOWN = "unknown"  # no item has this barcode


@dataclass(frozen=True, slots=True, kw_only=True)
class TickReceipt:
    """What was scanned at arrival. ``sent_here``: its open transit leads to this branch, so it can be received."""

    manifest_id: int
    barcode: str
    title: str
    found_as: Unpacked
    sent_here: bool
    arrived: int
    items: int


class DifferenceKind(StrEnum):
    """What did not agree."""

    MISSING = "missing"
    EXTRA = "extra"
    DAMAGED = "damaged"
    SEALS = "seals"


class Outcome(StrEnum):
    """How a difference ended."""

    ARRIVED_LATER = "arrived_later"
    FOUND_AT_SENDER = "found_at_sender"
    FOUND_ELSEWHERE = "found_elsewhere"
    LIST_WRONG = "list_wrong"  # the list or the count was wrong, the items are right
    LOST = "lost"
    KEPT = "kept"  # an extra item belongs here or goes on from here
    SENT_BACK = "sent_back"
    TO_REPAIR = "to_repair"
    COMPENSATED = "compensated"
    SLIGHT = "slight"  # damaged, but lent as it is


FITTING: Mapping[DifferenceKind, frozenset[Outcome]] = {
    DifferenceKind.MISSING: frozenset(
        {Outcome.ARRIVED_LATER, Outcome.FOUND_AT_SENDER, Outcome.FOUND_ELSEWHERE, Outcome.LIST_WRONG, Outcome.LOST}
    ),
    DifferenceKind.EXTRA: frozenset({Outcome.KEPT, Outcome.SENT_BACK, Outcome.LIST_WRONG}),
    DifferenceKind.DAMAGED: frozenset({Outcome.TO_REPAIR, Outcome.COMPENSATED, Outcome.SLIGHT, Outcome.LOST}),
    DifferenceKind.SEALS: frozenset({Outcome.ARRIVED_LATER, Outcome.FOUND_AT_SENDER, Outcome.LIST_WRONG, Outcome.LOST}),
}
"""How each kind of difference may end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceView:
    """A difference with its manifest; ``title`` is empty for a barcode that no item has, and for seals."""

    id: int
    manifest_id: int
    number: str
    crate: str
    from_branch_id: int
    to_branch_id: int
    kind: DifferenceKind
    item_id: int | None
    barcode: str
    title: str
    note: str
    found_at: datetime
    found_by_id: int | None
    resolved_at: datetime | None
    resolved_by_id: int | None
    outcome: Outcome | None
    remark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingView:
    """An item whose transit begins here and that lies in no crate yet. ``sent_at`` is when it was put aside."""

    transit_id: int
    item_id: int
    barcode: str
    title: str
    call_no: str
    to_branch_id: int
    reason: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class WaitingCount:
    """How many items wait at a branch for one destination, and how many of them were taken for it (代收)."""

    to_branch_id: int
    items: int
    taken: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CrateView:
    """A crate in use, and the journey it is on. One that is on none stands where it was unpacked last
    (``to_branch_id``), as far as that is known."""

    code: str
    manifest_id: int | None
    state: ManifestState | None
    from_branch_id: int | None
    to_branch_id: int | None


@dataclass(frozen=True, slots=True)
class LateView:
    """An item that has been on its way longer than ``after_days`` days; ``crate`` and ``manifest_id`` say in which
    open crate it stands, if in one."""

    transit_id: int
    item_id: int
    barcode: str
    title: str
    call_no: str
    from_branch_id: int
    to_branch_id: int
    reason: str
    sent_at: datetime
    after_days: int
    manifest_id: int | None
    crate: str | None


@dataclass(frozen=True, slots=True)
class LateRule:
    """After how many days an item is late: between two branches, at one end, or (neither named) everywhere."""

    id: int
    from_branch_id: int | None
    to_branch_id: int | None
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StopInput:
    """A halt as somebody plans it. ``weekdays`` count from 0 for Monday."""

    branch_id: int
    weekdays: frozenset[int]
    due_time: time | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopView:
    """A halt of a run; ``position`` counts from 0."""

    id: int
    position: int
    branch_id: int
    weekdays: frozenset[int]
    due_time: time | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """A run and its halts in order. ``base_id`` is the branch that plans it and whose driver drives it."""

    id: int
    code: str
    name: str
    base_id: int
    stops: tuple[StopView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetCrate:
    """A sealed crate that the van carries, or may take along. ``handed``: it is in the van already."""

    manifest_id: int
    crate: str
    number: str
    seal: str
    from_branch_id: int
    to_branch_id: int
    items: int
    handed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitView:
    """The van was at a halt: when, and how many crates it left and took along."""

    done_at: datetime
    done_by_id: int
    dropped: int
    picked: int
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetStop:
    """A halt of today: crates to leave and to take along, and items in no crate that wait for branches of the run."""

    stop: StopView
    drop: tuple[SheetCrate, ...]
    pick: tuple[SheetCrate, ...]
    loose: int
    visit: VisitView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSheet:
    """A run on one day; halts without that weekday are left out."""

    run: RunView
    day: date
    stops: tuple[SheetStop, ...]


class Closed(StrEnum):
    """Why a code opens nothing."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    USED = "used"
    TOO_MANY = "too_many"  # this address has tried too many codes that are none, or this code was tried too often


class HandoverClosed(Exception):
    """A code opens nothing. ``reason`` is one of the ``Closed`` values."""

    def __init__(self, reason: Closed) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverIssue:
    """A code as it was made: it is told once, and kept as a hash."""

    handover_id: int
    code: str
    to_branch_id: int
    expires_at: datetime
    crates: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverOpen:
    """What somebody without an account sees behind a code: nothing but where the crates go and how many items to take
    a sample of. How many seals there should be is not told: they are to be counted."""

    to_branch_id: int
    samples_wanted: int
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverReport:
    """What was received, as somebody without an account says: seals counted, barcodes of some items, a name, and where
    the picture of the signed sheet lies below the home folder, if there is one."""

    seals: int
    samples: tuple[str, ...]
    name: str
    photo: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverView:
    """A handover for staff. ``samples`` are barcodes with whether they stand on one of the manifests. What does not
    agree is in ``wrong_seals``, ``unlisted``, ``few_samples`` and ``no_photo``; nobody has looked while ``checked_at``
    is empty."""

    id: int
    to_branch_id: int
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None
    seals_expected: int
    seals_counted: int | None
    samples: tuple[tuple[str, bool], ...]
    samples_wanted: int
    name: str
    photo: str
    checked_at: datetime | None
    checked_by_id: int | None
    manifests: tuple[tuple[int, str, str], ...]  # id, crate, number

    @property
    def wrong_seals(self) -> bool:
        return self.seals_counted is not None and self.seals_counted != self.seals_expected

    @property
    def unlisted(self) -> bool:
        return any(not listed for _, listed in self.samples)

    @property
    def few_samples(self) -> bool:
        return self.used_at is not None and len(self.samples) < self.samples_wanted

    @property
    def no_photo(self) -> bool:
        return self.used_at is not None and not self.photo
