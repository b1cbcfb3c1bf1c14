"""What crosses the border about the batches of stations (流动站批次)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from wenyuan.lending.circulation.data import CheckinReceipt, SendReceipt


class ConsignmentState(StrEnum):
    """How far a batch has come."""

    PACKING = "packing"
    SENT = "sent"
    ENDED = "ended"
    DROPPED = "dropped"  # given up before it left


class Position(StrEnum):
    """Where an item of a batch is now, as its loan, its transit and its present branch tell."""

    COMING = "coming"  # on its way to the station, or waiting to be packed for it
    THERE = "there"
    LENT = "lent"  # in the hands of a reader who borrowed it at the station
    LEAVING = "leaving"  # on its way from the station
    ELSEWHERE = "elsewhere"  # seen at another branch, or lent there
    BACK = "back"  # at the branch that had sent it, or seen there last
    GONE = "gone"  # recorded as lost or missing, or withdrawn

    @property
    def is_back(self) -> bool:
        """Whether it has been seen away from the station."""
        return self in (Position.BACK, Position.ELSEWHERE)


class LineEnd(StrEnum):
    """How an item's stay at the station ended."""

    BACK = "back"
    LENT = "lent"  # a reader had it when the batch was taken back: the loan says what becomes of it
    SHORT = "short"  # neither seen elsewhere nor lent when the batch was taken back


class Settled(StrEnum):
    """What became of a shortage."""

    FOUND = "found"
    CHARGED = "charged"  # to the station
    WRITTEN_OFF = "written_off"


class ConsignmentReason(StrEnum):
    """Why a batch stays as it is."""

    UNKNOWN = "unknown"
    BRANCH_UNFIT = "branch_unfit"  # it does not stand, or is the desk's own
    PURPOSE_MISSING = "purpose_missing"
    TEXT_TOO_LONG = "text_too_long"
    BAD_RETURN_DATE = "bad_return_date"  # not after today, or more than ``rules.LONGEST_STAY`` days ahead
    NOT_HERE = "not_here"  # it is packed at another branch
    SENT_ALREADY = "sent_already"
    NOT_SENT = "not_sent"
    DROPPED = "dropped"
    ENDED = "ended"
    EMPTY = "empty"
    NOT_EMPTY = "not_empty"
    FULL = "full"
    LEFT_MEANWHILE = "left_meanwhile"  # items that are no longer on their way there
    NOT_IN_IT = "not_in_it"
    AT_STATION = "at_station"  # what is scanned there has not come back
    NOT_SHORT = "not_short"  # it never was, or the item has been seen since
    SETTLED_ALREADY = "settled_already"
    BAD_AMOUNT = "bad_amount"
    REMARK_MISSING = "remark_missing"


@dataclass(frozen=True, slots=True)
class ConsignmentObjection:
    """One reason against an act; ``facts`` fill its words."""

    reason: ConsignmentReason
    facts: Mapping[str, int | str] = field(default_factory=dict)


class ConsignmentRefused(Exception):
    """Nothing was written; every reason at once."""

    def __init__(self, *objections: ConsignmentObjection) -> None:
        super().__init__(", ".join(one.reason.value for one in objections))
        self.objections = objections


def refused(reason: ConsignmentReason, **facts: int | str) -> ConsignmentRefused:
    """A refusal with one reason."""
    return ConsignmentRefused(ConsignmentObjection(reason, facts))


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsignmentView:
    """A batch; ``number`` is empty until it is sent. ``counts`` says how many of its items are where: of what is over
    for an item (``LineEnd``) that, else where it is now (``Position``). ``open_shortages`` have neither been settled
    nor seen again."""

    id: int
    number: str
    from_branch_id: int
    to_branch_id: int
    purpose: str
    return_date: date
    state: ConsignmentState
    opened_at: datetime
    opened_by_id: int
    sent_at: datetime | None
    sent_by_id: int | None
    ended_at: datetime | None
    ended_by_id: int | None
    items: int
    counts: Mapping[str, int]
    open_shortages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsignedView:
    """A line of a batch: its words as they were when it was added, where its item is now, how its stay ended, what
    became of a shortage, and the last that the journal knows of the item's way (``last_kind``, a journal kind)."""

    id: int
    consignment_id: int
    item_id: int
    barcode: str
    title: str
    call_no: str
    price_fen: int
    position: Position
    ended_at: datetime | None
    ended_as: LineEnd | None
    settled_at: datetime | None
    settled_as: Settled | None
    amount_fen: int | None
    remark: str
    last_kind: str
    last_branch_id: int | None
    last_at: datetime | None

    @property
    def has_turned_up(self) -> bool:
        """Whether an item that was short has been seen away from the station, or lent, since."""
        return self.ended_as is LineEnd.SHORT and (self.position.is_back or self.position is Position.LENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsignReceipt:
    """An item goes with the batch. ``items`` counts what is in it now; ``repeated`` when it was in it before."""

    sent: SendReceipt
    items: int
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """What a scan at the taking-back did. ``listed``: the item was of this batch; ``was_short``: it had been missed."""

    receipt: CheckinReceipt
    listed: bool
    was_short: bool
