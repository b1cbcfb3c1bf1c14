"""The demo's items: which work stands where, and the files by which they come in."""

import math
import random
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from wenyuan.doors.cli.demonstration.network import CENTRAL, CHILDREN, PARTNER, Place
from wenyuan.doors.cli.demonstration.works import Work, all_works, cnmarc, write_iso2709, write_marcxml
from wenyuan.holdings.catalogue.operations import open_batch, run_batch
from wenyuan.organisation.rights.data import Desk

DELIVERIES = ((0.72, "gb18030"), (0.08, "marcxml"), (0.1, "gb18030"), (0.1, "marcxml"))
"""Shares of the works and the form they come in: the stock that was there, then three deliveries in the year."""

_READING_ROOM_ONLY = ("H163", "H164", "Z32", "K992.6", "Q948.52")
"""Classes of works that every library keeps for reading on the spot."""


@dataclass(frozen=True, slots=True)
class DemoItem:
    """An item as the history needs it: the lower ``rank``, the more it is asked for."""

    barcode: str
    branch: str
    rank: int
    is_for_children: bool
    is_reference: bool


class Stock:
    """The whole stock, made once, brought in by deliveries."""

    def __init__(self, dice: random.Random, places: tuple[Place, ...], *, scale: float) -> None:
        held: dict[int, dict[str, int]] = {work.rank: {} for work in all_works()}
        for place in places:
            for work in _choose(dice, place, round(place.items * scale)):
                held[work.rank][place.code] = held[work.rank].get(place.code, 0) + 1
        works = list(all_works())
        dice.shuffle(works)
        self.deliveries: list[dict[Work, dict[str, list[str]]]] = []
        self.items: list[list[DemoItem]] = []
        popularity = list(range(len(works)))
        dice.shuffle(popularity)
        number, start = 0, 0
        for turn, (share, _) in enumerate(DELIVERIES, start=1):
            end = start + round(len(works) * share) if turn < len(DELIVERIES) else len(works)
            delivery: dict[Work, dict[str, list[str]]] = {}
            items: list[DemoItem] = []
            for work in works[start:end]:
                delivery[work] = {}
                for code, count in held[work.rank].items():
                    barcodes = [f"LM{number + copy:07d}" for copy in range(1, count + 1)]
                    number += count
                    delivery[work][code] = barcodes
                    items += [_item(barcode, code, popularity[work.rank - 1], work) for barcode in barcodes]
            self.deliveries.append(delivery)
            self.items.append(items)
            start = end

    def bring_in(self, number: int, *, folder: Path, at: datetime, desk: Desk) -> list[DemoItem]:
        """Write the delivery's file, import it through the importer, and return its items.

        :param desk: of an operator who may import records everywhere.
        """
        form = DELIVERIES[number][1]
        records = [cnmarc(work, items) for work, items in self.deliveries[number].items()]
        path = folder / f"delivery-{number + 1}.{'xml' if form == 'marcxml' else 'iso'}"
        (write_marcxml if form == "marcxml" else write_iso2709)(path, records)
        batch_id = open_batch(path=path, branch_id=desk.branch_id, at=at, desk=desk)
        run_batch(batch_id=batch_id, path=path, at=at, desk=desk)
        return self.items[number]


def _item(barcode: str, branch: str, rank: int, work: Work) -> DemoItem:
    is_reference = branch == CENTRAL and work.class_no.startswith(_READING_ROOM_ONLY)
    return DemoItem(barcode, branch, rank, work.is_for_children, is_reference)


def _choose(dice: random.Random, place: Place, count: int) -> list[Work]:
    """That many works for a branch; one may be chosen several times. The central library has each at least once."""
    works = all_works()
    certain = list(works)[:count] if place.code == CENTRAL else []
    weights = [_fitness(place, work) for work in works]
    return certain + dice.choices(works, weights, k=count - len(certain))


def _fitness(place: Place, work: Work) -> float:
    letter = work.class_no[0]
    if place.code == CHILDREN:
        return 8.0 if work.is_for_children else 0.1
    if place.code == PARTNER:
        return 12.0 if letter == "J" or work.class_no.startswith(("B83", "TU", "I2")) else 0.5
    if place.kind == "rural_bookhouse":
        return 10.0 if letter in "SRF" else 1.0
    if place.code == CENTRAL:
        return 0.8 if work.is_for_children else 1.0
    return 1.4 if letter == "I" else 0.8


def fits_scale(scale: float) -> float:
    """How much larger the stock is made: it grows with the root of the loans, and never shrinks."""
    return max(1.0, math.sqrt(scale))
