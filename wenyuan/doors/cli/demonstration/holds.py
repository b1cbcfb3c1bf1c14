"""Holds in the demo: some readers wait for what is on loan, some for what stands on a shelf, some items are ready.

Titles of which an item can be lent at the central library are left alone, so that who tries the demo there is not told
of a hold at every return.
"""

import random
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import islice

from wenyuan.holdings.catalogue.data import ItemView
from wenyuan.holdings.catalogue.queries import get_item, items_of_bib
from wenyuan.lending.circulation.operations import Refused, checkin, place_hold
from wenyuan.lending.circulation.queries import pick_list
from wenyuan.organisation.rights.data import Desk

ON_LOAN, FROM_SHELF, READY = 12, 8, 4


def place_some(
    dice: random.Random, barcodes: Sequence[str], cards: Sequence[str], *, at: datetime, central: Desk, children: Desk
) -> int:
    """Place the demo's holds at the central library and the children's branch; how many."""
    shuffled = [item for item in map(get_item, dice.sample(barcodes, len(barcodes))) if item is not None]
    placed = 0
    for items, desk, most in (
        (_wanted_back(shuffled), central, ON_LOAN),
        (_shelved_at(shuffled, children.branch_id), children, FROM_SHELF),
    ):
        placed += _place(dice, islice(items, most * 3), cards, most=most, at=at, desk=desk)
        at += timedelta(minutes=20)
    for pick in pick_list(children.branch_id, at=at)[:READY]:
        checkin(item=pick.barcode, at=at, desk=children)
    return placed


def _wanted_back(items: Iterable[ItemView]) -> Iterable[ItemView]:
    """On loan, and no other item of the title stands on a shelf."""
    for item in items:
        if item.state == "on_loan" and all(other.state != "available" for other in items_of_bib(item.bib_id)):
            yield item


def _shelved_at(items: Iterable[ItemView], branch_id: int) -> Iterable[ItemView]:
    for item in items:
        others = items_of_bib(item.bib_id)
        if item.state == "available" and {other.home_branch_id for other in others} == {branch_id}:
            yield item


def _place(
    dice: random.Random, items: Iterable[ItemView], cards: Sequence[str], *, most: int, at: datetime, desk: Desk
) -> int:
    placed = 0
    for minute, item in enumerate(items):
        card = cards[int(len(cards) * dice.random())]
        try:
            place_hold(
                item=item.barcode,
                card=card,
                pickup_branch_id=desk.branch_id,
                at=at + timedelta(minutes=minute),
                desk=desk,
            )
        except Refused:
            continue
        placed += 1
        if placed == most:
            break
    return placed
