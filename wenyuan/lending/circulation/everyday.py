"""What the everyday verbs share: the request, its refusals, and gathering again when somebody was faster.

Each verb is a plan (``checking_out``, ``checking_in``, ``renewing``): gather without locks, decide, write once.
"""

from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import date, datetime
from functools import cache
from typing import TypeVar

from wenyuan.kernel.identity import age_band
from wenyuan.kernel.values import light_value
from wenyuan.lending.circulation import sql
from wenyuan.lending.circulation.data import Block, BlockCode, ItemFacts
from wenyuan.lending.circulation.facts import Editions, Item, Patron
from wenyuan.lending.circulation.rules.offline import can_be_lent
from wenyuan.organisation.journal.data import MAX_KEY, Entry, Kind
from wenyuan.organisation.journal.operations import row_of
from wenyuan.organisation.journal.sql import COLUMNS as JOURNAL_COLUMNS
from wenyuan.organisation.rights.data import Desk
from wenyuan.organisation.rights.queries import may
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.statements import Conflict, Plan, Statement

R = TypeVar("R")
MAX_GATHERS = 8
"""How often a verb looks again before it gives up; each time somebody else has written in between."""


class Refused(Exception):
    """The verb did nothing; ``blocks`` are all the reasons, not only the first. ``item`` is what was asked for, where a
    checkout or renewal found it, so that a door can name it."""

    def __init__(self, *blocks: Block, item: ItemFacts | None = None) -> None:
        super().__init__(", ".join(block.code.value for block in blocks))
        self.blocks = blocks
        self.item = item


class Contended(Exception):
    """Somebody else changed item or patron at every attempt; nothing was written. The caller may ask again."""


class LocksWanted(Exception):
    """The act moves money as well. Nothing was written: it is done again in one transaction that holds item, loan and
    reader (``lateness.holding_locks``)."""


class Overtaken(Contended):
    """Somebody was faster after money had been moved: what this transaction wrote is undone, and it may begin anew."""


class KeyReused(Exception):
    """The key of this request already stands for another act: a fault of the caller."""


@light_value(kw_only=True)
class Request:
    """What every everyday verb is asked: which item, when, from where, under which key.

    :raises ValueError: a key that is empty or longer than the journal keeps.
    """

    item: str
    at: datetime
    desk: Desk
    key: str | None = None
    waive: frozenset[BlockCode] = frozenset()
    card: str | None = None
    back_at: datetime | None = None
    """When the reader was done with the item, if that was before ``at``: a book drop emptied later."""
    learnt_at: datetime | None = None
    """When the house heard of it, where it had happened without the house: nothing that can be written refuses it any
    more, and what is to be done about the item begins now."""
    holds_locks: bool = False
    """Whether it is done in a transaction that holds item, loan and reader, so that money may be moved with it."""
    loan_id: int | None = None
    """The loan that is meant, in what goes by the clock: of another one nothing is done."""
    today: date = field(init=False)
    """The library's day of ``at``."""

    def __post_init__(self) -> None:
        if self.key is not None and not 0 < len(self.key) <= MAX_KEY:
            raise ValueError(f"a key has 1 to {MAX_KEY} characters")
        object.__setattr__(self, "today", local_date(self.at))

    @property
    def shelf_day(self) -> date:
        """The day from which the hold shelf counts."""
        return self.today if self.learnt_at is None else local_date(self.learnt_at)

    def gathers(self) -> Mapping[str, object]:
        return {"barcode": self.item, "year": self.today.year, "today": self.today, "key": self.key}


def scanned(text: str) -> str:
    """A scanned text without its blanks; what no text of the database can hold (NUL, half a character) is no code."""
    text = text.strip()
    return "" if any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in text) else text


def until_settled(attempt: Callable[[], Plan[R | None]]) -> Plan[R]:
    """Let ``attempt`` gather, decide and write until it gives an answer.

    :raises Contended: somebody was faster at every attempt.
    """
    for _ in range(MAX_GATHERS):
        try:
            answer = yield from attempt()
        except Conflict:
            continue
        if answer is not None:
            return answer
    raise Contended


def refuse(blocks: tuple[Block, ...], request: Request, *, item: ItemFacts | None = None) -> None:
    """:raises Refused: with every block unless each is waived by one who may."""
    if any(not is_waived(block, request) for block in blocks):
        raise Refused(*blocks, item=item)


def is_waived(block: Block, request: Request) -> bool:
    """Whether the request lifts this block and its operator may, or it has happened all the same."""
    if request.learnt_at is not None:
        return can_be_lent([block.code], has_patron=True)
    return (
        block.code in request.waive
        and block.waiver is not None
        and may(request.desk.operator, block.waiver, request.desk.branch_id)
    )


def waived(blocks: tuple[Block, ...]) -> dict[str, object]:
    """For the journal: the codes that were lifted, which after ``refuse`` are all that stood in the way."""
    return {"waived": sorted(block.code.value for block in blocks)} if blocks else {}


def same_editions(editions: Editions) -> dict[str, object]:
    """The values by which a write makes sure that network and policies are those of the decision."""
    return {"network_edition": editions.network, "policy_edition": editions.policies}


def reader_ref(patron: Patron, request: Request) -> Statement:
    """Give the patron this year's token for the journal."""
    return Statement(sql.READER_REF, {"patron": patron.id, "year": request.today.year})


def journal(
    name: str,
    kind: Kind,
    item: Item,
    patron: Patron | None,
    request: Request,
    *,
    key: str | None = None,
    quantity: int = 1,
    details: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """The values ``:{name}_{column}`` of one journal row about this item."""
    desk = request.desk
    entry = Entry(
        kind=kind,
        occurred_at=request.at,
        door=desk.door.value,
        desk=desk.code,
        operator_id=desk.operator.account,
        branch_id=desk.branch_id,
        area_id=desk.area_id,
        service_point_id=desk.service_point_id,
        item_home_id=item.home_branch_id,
        item_present_id=item.present_branch_id,
        item_owner_id=item.owner_id,
        patron_home_id=patron.home_branch_id if patron else None,
        patron_category=patron.category if patron else "",
        age_band=age_band(patron.birth_date, on=request.today).value if patron else "",
        gender=patron.gender if patron else "",
        item_type=item.type_code,
        document_kind=item.document_kind,
        class_letter=item.class_letter,
        collection=item.collection,
        source=item.source,
        quantity=quantity,
        subject_kind="item",
        subject_id=item.id,
        reader_ref=patron.ref if patron else None,
        key=key,
        details=details or {},
    )
    return dict(zip(_journal_names(name), row_of(entry), strict=True))


def journal_of_hold(
    name: str,
    kind: Kind,
    subject_id: int,
    patron: Patron,
    request: Request,
    *,
    key: str | None = None,
    details: Mapping[str, object],
) -> dict[str, object]:
    """The values of one journal row about a title that is held."""
    desk = request.desk
    entry = Entry(
        kind=kind,
        occurred_at=request.at,
        door=desk.door.value,
        desk=desk.code,
        operator_id=desk.operator.account,
        branch_id=desk.branch_id,
        area_id=desk.area_id,
        service_point_id=desk.service_point_id,
        patron_home_id=patron.home_branch_id,
        patron_category=patron.category,
        age_band=age_band(patron.birth_date, on=request.today).value,
        gender=patron.gender,
        subject_kind="bib",
        subject_id=subject_id,
        reader_ref=patron.ref,
        key=key,
        details=details,
    )
    return dict(zip(_journal_names(name), row_of(entry), strict=True))


@cache
def _journal_names(name: str) -> tuple[str, ...]:
    return tuple(f"{name}_{column}" for column in JOURNAL_COLUMNS)
