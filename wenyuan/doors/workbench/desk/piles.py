"""What lies on a desk: the piles of the readers being served, kept with the clerk's session on the server.

Piles are bounded (``MOST_PILES``, ``MOST_LINES``). What a reader showed is kept sealed, since it may be an identity
number; names are masked. Nothing of this outlives the session.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

from django.contrib.sessions.backends.base import SessionBase

from wenyuan.lending.circulation.data import Block, BlockCode
from wenyuan.organisation.rights.data import Act
from wenyuan.plumbing.secrets import key_ring

SESSION_KEY: Final = "desk"
MOST_PILES: Final = 8
"""As many as Alt and a digit can reach."""
MOST_LINES: Final = 60
"""Lines shown and printed of one pile; older ones go, their counts stay."""


class Mode(StrEnum):
    """What becomes of the next item: lent to the open reader, taken back, or renewed."""

    LEND = "lend"
    RETURN = "return"
    RENEW = "renew"


class Done(StrEnum):
    """What became of one item."""

    LENT = "lent"
    RENEWED = "renewed"
    RETURNED = "returned"
    TAKEN = "taken"  # 代收
    PUT_BACK = "put_back"  # scanned as returned though nobody had it
    REFUSED = "refused"
    UNDONE = "undone"  # a slip of the scanner, taken back at once


UNDOABLE: Final = frozenset({Done.LENT, Done.RENEWED, Done.RETURNED, Done.TAKEN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One item of a pile. ``due`` is an ISO date; ``send_to`` a branch id; ``reader`` the masked name of somebody
    other than the pile's reader; ``late`` counts open days overdue, which cost ``fine`` (fen) and
    suspend up to ``suspended`` (ISO); ``price_off`` (fen) of a lost item is owed no more, ``due_back`` to be paid back;
    ``waived`` names lifted blocks.

    ``hold_reader`` is the patron for whose hold it was captured. If it stands on the hold shelf here, ``hold_until`` is
    the last day (ISO) and ``hold_place`` its place; else it travels.
    """

    key: str
    done: Done
    barcode: str
    title: str
    call_no: str
    at: str
    due: str = ""
    send_to: int | None = None
    arrived: bool = False
    reader: str = ""
    reader_id: int | None = None
    late: int = 0
    fine: int = 0
    suspended: str = ""
    price_off: int = 0
    due_back: int = 0
    waived: tuple[str, ...] = ()
    hold_reader: int | None = None
    hold_place: int | None = None
    hold_until: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An item that could not be lent, renewed or taken back, with every reason."""

    key: str
    mode: Mode
    barcode: str
    title: str = ""
    call_no: str = ""
    blocks: tuple[Block, ...] = ()

    @property
    def codes(self) -> frozenset[BlockCode]:
        return frozenset(block.code for block in self.blocks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pile:
    """The items of one reader, or (without a reader) items that came back by themselves. The newest line is last."""

    number: int
    opened_at: str
    patron_id: int | None = None
    sealed_card: str = ""
    name: str = ""
    category: str = ""
    parked_at: str = ""
    lines: tuple[Line, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    refusal: Refusal | None = None

    @property
    def card(self) -> str:
        """What the reader showed."""
        return key_ring().decrypt(self.sealed_card) if self.sealed_card else ""

    @property
    def count(self) -> int:
        return sum(self.counts.values())

    def count_of(self, *kinds: Done) -> int:
        """How many items went that way, those no longer shown among them."""
        return sum(self.counts.get(kind.value, 0) for kind in kinds)

    @property
    def last_act(self) -> Line | None:
        """The newest line, if it is an act that might be undone."""
        return self.lines[-1] if self.lines and self.lines[-1].done in UNDOABLE else None

    def with_undone(self, act: Line, line: Line) -> "Pile":
        """The pile with the line of an act changed for the one that says it was undone."""
        counts = dict(self.counts)
        counts[act.done.value] = max(0, counts.get(act.done.value, 0) - 1)
        counts[line.done.value] = counts.get(line.done.value, 0) + 1
        kept = tuple(known for known in self.lines if known.key != act.key)
        return replace(self, lines=(*kept, line), counts=counts, refusal=None)

    def with_line(self, line: Line, *, repeated: bool = False) -> "Pile":
        """The pile with one more line. The same request again adds nothing, nor does an act that the verb says was
        ``repeated`` and that stands here already; what was refused before and has now been done loses that line."""
        for known in self.lines:
            is_same = known.key == line.key or (repeated and known.barcode == line.barcode)
            if is_same and known.done is line.done:
                return self
        counts = dict(self.counts)
        kept = []
        for known in self.lines:
            if known.barcode == line.barcode and known.done is Done.REFUSED:
                counts[Done.REFUSED.value] -= 1
            else:
                kept.append(known)
        counts[line.done.value] = counts.get(line.done.value, 0) + 1
        return replace(self, lines=tuple([*kept, line][-MOST_LINES:]), counts=counts)


class NoRoom(Exception):
    """Every place for a pile is taken by one with items in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskTop:
    """The whole desk: its piles, which of them is open, and what the next item is for. ``applicant`` is the sealed
    identity number of somebody who is being registered, ``finished`` the pile that was done last, kept for its slip."""

    mode: Mode = Mode.LEND
    open_number: int | None = None
    piles: tuple[Pile, ...] = ()
    applicant: str = ""
    finished: Pile | None = None

    @property
    def pile(self) -> Pile | None:
        """The open pile."""
        return self.get(self.open_number)

    def get(self, number: int | None) -> Pile | None:
        return next((pile for pile in self.piles if pile.number == number), None)

    @property
    def next_mode(self) -> Mode:
        """What the next item is for: without a reader there is nobody to lend to, so it is taken back."""
        has_reader = self.pile is not None and self.pile.patron_id is not None
        return self.mode if has_reader or self.mode is not Mode.LEND else Mode.RETURN

    def with_pile(self, pile: Pile) -> "DeskTop":
        """The desk with this pile in its place, open."""
        others = [known for known in self.piles if known.number != pile.number]
        piles = tuple(sorted([*others, pile], key=lambda one: one.number))
        return replace(self, piles=piles, open_number=pile.number)

    def without(self, number: int) -> "DeskTop":
        """The desk with that pile done."""
        still_open = None if self.open_number == number else self.open_number
        piles = tuple(pile for pile in self.piles if pile.number != number)
        return replace(self, piles=piles, open_number=still_open)

    def with_finished(self) -> "DeskTop":
        """The desk with its open pile done; if items lay in it, it stays at hand for its slip."""
        pile = self.pile
        if pile is None:
            return self
        return replace(self.without(pile.number), finished=pile if pile.lines else self.finished)

    def opened_for(self, *, patron_id: int, card: str, name: str, category: str, at: str) -> "DeskTop":
        """The desk with the reader's pile open: the one there is, else a new one. Others stay as they were.

        :raises NoRoom: the desk is full.
        """
        known = next((pile for pile in self.piles if pile.patron_id == patron_id), None)
        desk, number = (self, known.number) if known else self._room()
        pile = known or Pile(number=number, opened_at=at, patron_id=patron_id)
        sealed = key_ring().encrypt(card) if card else pile.sealed_card
        pile = replace(pile, sealed_card=sealed, name=name, category=category, parked_at="")
        return replace(desk.with_pile(pile), mode=Mode.LEND, applicant="")

    def with_loose_pile(self, *, at: str) -> "DeskTop":
        """The desk with the pile of returns open: the one there is, else a new one. :raises NoRoom: it is full."""
        known = next((pile for pile in self.piles if pile.patron_id is None), None)
        desk, number = (self, known.number) if known else self._room()
        return desk.with_pile(replace(known or Pile(number=number, opened_at=at), parked_at=""))

    def _room(self) -> tuple["DeskTop", int]:
        """A free place; a pile in which nothing lies gives way when there is none."""
        taken = {pile.number for pile in self.piles}
        free = next((number for number in range(1, MOST_PILES + 1) if number not in taken), None)
        if free is not None:
            return self, free
        empty = next((pile for pile in self.piles if not pile.lines and pile.refusal is None), None)
        if empty is None:
            raise NoRoom
        return self.without(empty.number), empty.number


def read_desk(session: SessionBase) -> DeskTop:
    """The desk of this session; a bare one where nothing, or something unreadable, is stored."""
    stored = session.get(SESSION_KEY)
    if not isinstance(stored, dict):
        return DeskTop()
    try:
        return _desk(stored)
    except (KeyError, TypeError, ValueError):  # written by an older version
        return DeskTop()


def write_desk(session: SessionBase, desk: DeskTop) -> None:
    """Keep the desk with the session."""
    session[SESSION_KEY] = asdict(desk)


def _desk(stored: Mapping[str, Any]) -> DeskTop:
    return DeskTop(
        mode=Mode(stored["mode"]),
        open_number=stored["open_number"],
        piles=tuple(_pile(pile) for pile in stored["piles"]),
        applicant=stored["applicant"],
        finished=_pile(stored["finished"]) if stored.get("finished") else None,
    )


def _pile(stored: Mapping[str, Any]) -> Pile:
    values = dict(stored)
    values["lines"] = tuple(
        Line(**{**line, "done": Done(line["done"]), "waived": tuple(line["waived"])}) for line in stored["lines"]
    )
    values["refusal"] = _refusal(stored["refusal"]) if stored["refusal"] else None
    return Pile(**values)


def _refusal(stored: Mapping[str, Any]) -> Refusal:
    blocks = tuple(
        Block(BlockCode(block["code"]), Act(block["waiver"]) if block["waiver"] else None, block["facts"])
        for block in stored["blocks"]
    )
    return Refusal(**{**stored, "mode": Mode(stored["mode"]), "blocks": blocks})
