"""Batch return 还书批量: a book drop or trolley is emptied with a scanner alone, and each item is told where it goes.

What came back is kept with the clerk's session, by ids and codes only: no name, no title. The verb decides; here is
kept what it said.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Final

from django.contrib.sessions.backends.base import SessionBase

from wenyuan.doors.workbench.desk.piles import Done, Mode, Refusal
from wenyuan.doors.workbench.desk.scans import LONGEST_SCAN, Trouble, Work, done_of, hold_of, lateness_of, shown_scan
from wenyuan.holdings.catalogue.queries import item_scanned_at, titles_of
from wenyuan.lending.circulation.data import CheckinReceipt
from wenyuan.lending.circulation.operations import Contended, KeyReused, Refused, checkin
from wenyuan.lending.patrons.queries import patron_by_token

SESSION_KEY: Final = "returns"
MOST_ITEMS: Final = 600
"""Items of one batch; then its list is printed and the next batch begins."""
MOST_ASIDE: Final = 60
"""Scans that could not be taken back, as the page lists them; older ones go, their count stays."""


class Where(StrEnum):
    """Where an item goes from the returns desk."""

    SHELF = "shelf"
    HOLD_SHELF = "hold_shelf"
    TRANSIT = "transit"
    ASIDE = "aside"  # somebody must look at it: it is in process, was withdrawn, or could not be taken back


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """One item of the batch; ``item_id`` is none where no item was recognised. ``send_to`` is a branch id, ``late``
    counts open days overdue; what these cost and the hold are as in ``piles.Line``."""

    key: str
    where: Where
    barcode: str
    at: str
    item_id: int | None = None
    done: Done = Done.REFUSED
    send_to: int | None = None
    late: int = 0
    fine: int = 0
    suspended: str = ""
    price_off: int = 0
    due_back: int = 0
    hold_reader: int | None = None
    hold_place: int | None = None
    hold_until: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What came back since ``began_at``, the newest last. ``again`` says that the newest had been scanned before."""

    began_at: str = ""
    items: tuple[Returned, ...] = ()
    aside: tuple[Returned, ...] = ()
    aside_count: int = 0
    again: bool = False

    @property
    def count(self) -> int:
        """Items taken back, each once."""
        return len(self.items)

    def going(self, where: Where) -> tuple[Returned, ...]:
        return tuple(one for one in self.items if one.where is where)

    def with_item(self, found: Returned) -> "Batch":
        """The batch with one more item; one that lies in it already moves to its end and is not counted again. What it
        was on its first scan (returned, late) stays said."""
        known = next((one for one in self.items if one.item_id == found.item_id), None)
        if known is not None and found.done is Done.PUT_BACK:
            found = replace(
                found,
                done=known.done,
                late=known.late,
                fine=known.fine,
                suspended=known.suspended,
                price_off=known.price_off,
                due_back=known.due_back,
            )
        others = tuple(one for one in self.items if one.item_id != found.item_id)
        is_again = known is not None and known.key != found.key
        return replace(self, began_at=self.began_at or found.at, items=(*others, found), again=is_again)

    def with_aside(self, found: Returned) -> "Batch":
        """The batch with a scan that could not be taken back."""
        kept = (*self.aside, found)[-MOST_ASIDE:]
        return replace(
            self, began_at=self.began_at or found.at, aside=kept, aside_count=self.aside_count + 1, again=False
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The batch after a scan, and what went wrong with it."""

    batch: Batch
    refusal: Refusal | None = None
    trouble: Trouble | None = None
    shown: str = ""


def take(text: str, batch: Batch, work: Work) -> Taken:
    """Take back what was scanned. Cards are not served here; a full batch takes nothing until the next one begins."""
    code = text.strip()[:LONGEST_SCAN]
    if not code:
        return Taken(batch=batch)
    if batch.count >= MOST_ITEMS:
        return Taken(batch=batch, trouble=Trouble.BATCH_FULL)
    item = item_scanned_at(code, branch_id=work.desk.branch_id, returning=True)
    if item is None:
        trouble = Trouble.CARD_IN_BATCH if patron_by_token(code) else Trouble.UNKNOWN
        shown = shown_scan(code)
        if trouble is Trouble.UNKNOWN:
            batch = batch.with_aside(Returned(key=work.key, where=Where.ASIDE, barcode=shown, at=work.when))
        return Taken(batch=batch, trouble=trouble, shown=shown)
    try:
        receipt = checkin(item=item.barcode, at=work.at, desk=work.desk, key=work.key)
    except Refused as refused:
        brief = titles_of([item.bib_id]).get(item.bib_id)
        aside = Returned(key=work.key, where=Where.ASIDE, barcode=item.barcode, at=work.when, item_id=item.id)
        refusal = Refusal(
            key=work.key,
            mode=Mode.RETURN,
            barcode=item.barcode,
            title=brief.title if brief else "",
            call_no=item.call_no,
            blocks=refused.blocks,
        )
        return Taken(batch=batch.with_aside(aside), refusal=refusal)
    except (Contended, KeyReused):
        return Taken(batch=batch, trouble=Trouble.BUSY)
    return Taken(batch=batch.with_item(_returned(receipt, work)))


def _returned(receipt: CheckinReceipt, work: Work) -> Returned:
    return Returned(
        key=work.key,
        where=where_to(receipt),
        barcode=receipt.item.barcode,
        at=work.when,
        item_id=receipt.item.id,
        done=done_of(receipt),
        send_to=receipt.send_to,
        **lateness_of(receipt),
        **hold_of(receipt),
    )


def where_to(receipt: CheckinReceipt) -> Where:
    """Where an item goes that was taken back, by what the verb answered."""
    if receipt.send_to is not None:
        return Where.TRANSIT
    return {"available": Where.SHELF, "on_hold_shelf": Where.HOLD_SHELF}.get(receipt.item.state, Where.ASIDE)


def read_batch(session: SessionBase) -> Batch:
    """The batch of this session; an empty one where nothing, or something unreadable, is stored."""
    stored = session.get(SESSION_KEY)
    if not isinstance(stored, dict):
        return Batch()
    try:
        return Batch(
            began_at=stored["began_at"],
            items=tuple(map(_item, stored["items"])),
            aside=tuple(map(_item, stored["aside"])),
            aside_count=stored["aside_count"],
            again=stored["again"],
        )
    except (KeyError, TypeError, ValueError):  # written by an older version
        return Batch()


def write_batch(session: SessionBase, batch: Batch) -> None:
    """Keep the batch with the session."""
    session[SESSION_KEY] = asdict(batch)


def _item(stored: Mapping[str, Any]) -> Returned:
    return Returned(**{**stored, "where": Where(stored["where"]), "done": Done(stored["done"])})
