"""Pure decisions about crates: what may go in, where a line's item is, how a difference may end."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from wenyuan.lending.transit.data import (
    LineState,
    ManifestState,
    Objection,
    Outcome,
    Refusal,
    SheetCrate,
    StopInput,
)

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,23}")
LONGEST_SEAL = 32
MOST_LINES = 500
"""As many items as a manifest takes: more than a person carries, and few enough to show on one page."""


@dataclass(frozen=True, slots=True)
class Journey:
    """A transit as it stands now."""

    from_branch_id: int
    to_branch_id: int
    sent_at: datetime
    received_at: datetime | None = None
    cancelled_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.received_at is None and self.cancelled_at is None


def code_of(text: str) -> str | None:
    """A crate's code in the form in which it is kept, or nothing for what cannot be one."""
    code = text.strip().upper()
    return code if CODE.fullmatch(code) else None


def seal_of(text: str) -> str | None:
    """A seal number as it is kept: without blanks around it, at most ``LONGEST_SEAL`` characters, printable."""
    seal = text.strip()
    return seal if seal and len(seal) <= LONGEST_SEAL and seal.isprintable() else None


def number_of(manifest_id: int, day: str) -> str:
    """The manifest's number: the day it was sealed (``20260423``) and a number that is its own for good."""
    return f"{day}-{manifest_id:05d}"


def state_of(
    *,
    sealed_at: datetime | None,
    handed_at: datetime | None,
    delivered_at: datetime | None,
    received_at: datetime | None,
    dropped_at: datetime | None,
) -> ManifestState:
    """How far a manifest has come, by its latest moment."""
    if dropped_at is not None:
        return ManifestState.DROPPED
    if received_at is not None:
        return ManifestState.RECEIVED
    if delivered_at is not None:
        return ManifestState.DELIVERED
    if handed_at is not None:
        return ManifestState.ON_THE_WAY
    return ManifestState.SEALED if sealed_at is not None else ManifestState.PACKING


def objections_to_packing(
    journey: Journey | None, *, here: int, destination: int, courses: Sequence[Sequence[int]]
) -> tuple[Objection, ...]:
    """Why an item with this open transit does not go into a crate from ``here`` to ``destination``.

    ``courses`` are the runs' branches in the order in which the van comes by (see ``lies_on_the_way``).
    """
    if journey is None:
        return (Objection(Refusal.NOT_IN_TRANSIT),)
    found = []
    if journey.from_branch_id != here:
        found.append(Objection(Refusal.BEGUN_ELSEWHERE, {"branch": journey.from_branch_id}))
    goes = journey.to_branch_id
    if goes != destination and not any(lies_on_the_way(here, destination, goes, course) for course in courses):
        found.append(Objection(Refusal.WRONG_DESTINATION, {"branch": goes}))
    return tuple(found)


def lies_on_the_way(start: int, via: int, goal: int, course: Sequence[int]) -> bool:
    """Whether a van on this course that leaves ``start`` comes by ``via`` before ``goal``.

    A course that ends where it begins goes round: after its last stop come the others again.
    """
    if start in (via, goal) or via == goal:
        return False
    ahead = list(course)
    if len(ahead) > 1 and ahead[0] == ahead[-1]:
        ahead = ahead[:-1] * 2
    for place, branch in enumerate(ahead):
        if branch == start:
            after = ahead[place + 1 :]
            after = after[: after.index(start)] if start in after else after
            if via in after and goal in after[after.index(via) + 1 :]:
                return True
    return False


def line_state(journey: Journey, *, manifest_from: int, manifest_to: int, packed_at: datetime, seen: bool) -> LineState:
    """Where the item of a line is, told by its transit: a row that is turned round (sent on from another branch) keeps
    its id, so the branch it comes from now and since when say where it was scanned last.
    """
    if journey.received_at is not None and journey.to_branch_id == manifest_to:
        return LineState.RECEIVED
    turned = journey.from_branch_id != manifest_from or journey.sent_at > packed_at
    if turned and journey.from_branch_id == manifest_to:
        return LineState.PASSED_ON
    if seen:
        return LineState.SEEN
    if journey.received_at is not None:
        return LineState.ELSEWHERE
    if journey.cancelled_at is not None:
        return LineState.ENDED
    return LineState.ELSEWHERE if turned else LineState.IN_CRATE


def settles_missing(*, seen_at_branch: int, manifest_from: int, manifest_to: int) -> Outcome:
    """How a missing item's difference ends when the item is scanned at a branch."""
    if seen_at_branch == manifest_to:
        return Outcome.ARRIVED_LATER
    return Outcome.FOUND_AT_SENDER if seen_at_branch == manifest_from else Outcome.FOUND_ELSEWHERE


DEFAULT_LATE_DAYS = 3
"""After how many days an item on its way is late where nobody has said otherwise."""
LATE_DAYS = range(1, 91)
MOST_STOPS = 60


def days_mask(weekdays: Iterable[int]) -> int:
    """Weekdays (0 for Monday) as they are kept: Monday is the lowest bit."""
    return sum(1 << day for day in set(weekdays))


def weekdays_of(mask: int) -> frozenset[int]:
    """The weekdays of a mask."""
    return frozenset(day for day in range(7) if mask >> day & 1)


def objections_to_stops(stops: Sequence[StopInput], standing: frozenset[int]) -> tuple[Objection, ...]:
    """Why a run cannot have these halts; ``standing`` are the branches there are. Places in it count from 1."""
    found = []
    if not 2 <= len(stops) <= MOST_STOPS:
        found.append(Objection(Refusal.STOPS_UNFIT, {"limit": MOST_STOPS}))
    for place, stop in enumerate(stops, start=1):
        if stop.branch_id not in standing:
            found.append(Objection(Refusal.STOP_UNKNOWN_BRANCH, {"stop": place}))
        if not stop.weekdays or not stop.weekdays <= set(range(7)):
            found.append(Objection(Refusal.STOP_WITHOUT_DAYS, {"stop": place}))
        if place > 1 and stop.branch_id == stops[place - 2].branch_id:
            found.append(Objection(Refusal.STOP_TWICE, {"stop": place}))
    return tuple(found)


def loads_of(branches: Sequence[int], crates: Sequence[SheetCrate]) -> list[tuple[list[SheetCrate], list[SheetCrate]]]:
    """What a van that halts at these branches in this order leaves and takes along at each halt.

    A crate that waits is taken at the first halt at its branch after which the van comes by its destination; one that
    is in the van is left at the first halt there. Crates that this van does not bring anywhere are left out.
    """
    loads: list[tuple[list[SheetCrate], list[SheetCrate]]] = [([], []) for _ in branches]
    for crate in crates:
        begins = [-1] if crate.handed else [place for place, one in enumerate(branches) if one == crate.from_branch_id]
        for begin in begins:
            end = next((p for p in range(begin + 1, len(branches)) if branches[p] == crate.to_branch_id), None)
            if end is not None:
                loads[end][0].append(crate)
                if begin >= 0:
                    loads[begin][1].append(crate)
                break
    return loads


CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 12
"""Twelve of 32 letters that are not taken for one another: 60 bits."""
SAMPLES, MOST_SAMPLES, LONGEST_SAMPLE, LONGEST_NAME = 3, 20, 64, 60


def new_code(choose: Callable[[str], str]) -> str:
    """A code of a handover, drawn by ``choose``."""
    return "".join(choose(CODE_LETTERS) for _ in range(CODE_LENGTH))


def plain_code(text: str) -> str:
    """A code as it is hashed: however it was typed, with blanks, hyphens or small letters."""
    return "".join(letter for letter in text.upper() if letter.isascii() and letter.isalnum())[: 2 * CODE_LENGTH]
