"""What crosses the border of offline lending: acts that have happened already, and what became of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class OfflineKind(StrEnum):
    """What was done without a network."""

    CHECKOUT = "checkout"
    CHECKIN = "checkin"


class OfflineOutcome(StrEnum):
    """What became of an act. The last two are listed for a person until settled."""

    RECORDED = "recorded"
    CONFLICT = "conflict"  # recorded, and somebody must look at it
    ASIDE = "aside"  # nothing could be recorded but the act itself


class OfflineReason(StrEnum):
    """Why an act is listed, beside the blocks of a checkout or check-in (``BlockCode``)."""

    LENT_SINCE = "lent_since"  # a newer loan of the item stands: that one counts
    SCANNED_SINCE = "scanned_since"  # the item was scanned elsewhere after the act
    TAKEN_FIRST = "taken_first"  # another reader's loan was closed so that this one could be made
    HELD = "held"  # the item was captured for a reader who waits
    GOES_ELSEWHERE = "goes_elsewhere"  # it must travel to another branch
    CARD_UNREADABLE = "card_unreadable"  # the sealed card cannot be opened
    LIST_UNKNOWN = "list_unknown"
    LIST_EXPIRED = "list_expired"  # lent after the list's last day
    CLOCK_UNSURE = "clock_unsure"  # when it happened is known only within bounds
    CLOCK_WRONG = "clock_wrong"  # the device's clock was far off and has been corrected: told, not listed


@dataclass(frozen=True, slots=True)
class Why:
    """One reason: the value of a ``BlockCode`` or an ``OfflineReason``, with the facts of its words."""

    code: str
    facts: Mapping[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceAct:
    """An act as a device kept it. ``sequence`` counts on this device; ``device_at`` is by its own clock, and
    ``offset_ms`` what had to be added to that for the house's time when they last spoke, none if never. ``card`` is
    sealed for the list that the device had (``token``)."""

    key: str
    kind: OfflineKind
    item: str
    card: str
    sequence: int
    device_at: datetime
    offset_ms: int | None
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineResult:
    """What became of one act; ``repeated`` when it had come before."""

    key: str
    outcome: OfflineOutcome
    reasons: tuple[Why, ...]
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineActView:
    """A listed act for a person. ``card`` is masked where it could be a personal number; ``patron_id`` while its loan
    is open."""

    id: int
    kind: OfflineKind
    outcome: OfflineOutcome
    reasons: tuple[Why, ...]
    barcode: str
    item_id: int | None
    card: str
    patron_id: int | None
    device: str
    branch_id: int
    account_id: int
    occurred_at: datetime
    recorded_at: datetime

    @property
    def can_be_retried(self) -> bool:
        """Whether it was put aside and it is known, of a loan, whose card it was."""
        return self.outcome is OfflineOutcome.ASIDE and (self.kind is OfflineKind.CHECKIN or bool(self.card))


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineListSheet:
    """What a device may know for a week, without a network. ``cards`` are the first six bytes, base64, of HMAC-SHA256
    over a card number under this list's own ``salt``; ``blocked`` are those among them that may not borrow. ``items``
    are barcodes that stand at the branch by item type, ``kept`` those there that are not lent. ``due`` says of a type
    when what is lent on each day of the list falls due at the earliest (ISO days, from the first day on)."""

    token: str
    branch_id: int
    account_id: int
    issued_at: datetime
    expires_at: datetime
    salt: str
    public_key: str
    cards: tuple[str, ...]
    blocked: tuple[str, ...]
    items: Mapping[str, tuple[str, ...]]
    kept: tuple[str, ...]
    due: Mapping[str, tuple[str, ...]]
