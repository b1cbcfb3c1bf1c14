"""The life of an item: what may befall it in each state, and the state it is in then.

The one table of it. A check-in (``returns``) and a checkout take the next state from here, and only where there is a
step; ``tools/life_cycle.py`` draws it into ``docs/circulation/actions.md``. Whether a step is taken (blocks, waivers,
lending groups, holds) is the business of the other rules.
"""

from collections.abc import Mapping
from enum import StrEnum


class Step(StrEnum):
    """What befalls an item."""

    LEND = "lend"  # 借出
    REST = "rest"  # scanned at a branch where it stays: at home, floating, or where it was sent
    SEND = "send"  # scanned, and sent home, on, back to the branch that lent it, or to be fetched elsewhere
    SHELVE = "shelve"  # scanned where a hold is fetched for which it is kept
    FREE = "free"  # the hold that kept it has ended or waits again
    WITHDRAW = "withdraw"  # 剔除
    LOSE = "lose"  # recorded as lost or missing, or as damaged on the hold shelf
    UNDO = "undo"  # the loan or the return that came last is taken back


BEGINNINGS = ("available", "in_process")
"""The states in which an item is added."""

LIFE: Mapping[str, Mapping[Step, str]] = {
    "available": {
        Step.LEND: "on_loan",
        Step.REST: "available",
        Step.SEND: "in_transit",
        Step.SHELVE: "on_hold_shelf",
        Step.WITHDRAW: "withdrawn",
        Step.UNDO: "on_loan",
    },
    "on_loan": {
        Step.REST: "available",
        Step.SEND: "in_transit",
        Step.SHELVE: "on_hold_shelf",
        Step.LOSE: "available",
        Step.UNDO: "available",
    },
    "in_transit": {
        Step.LEND: "on_loan",
        Step.REST: "available",
        Step.SEND: "in_transit",
        Step.SHELVE: "on_hold_shelf",
        Step.LOSE: "available",
        Step.UNDO: "on_loan",
    },
    "on_hold_shelf": {
        Step.LEND: "on_loan",
        Step.FREE: "available",
        Step.SEND: "in_transit",
        Step.SHELVE: "on_hold_shelf",
        Step.LOSE: "available",
        Step.UNDO: "on_loan",
    },
    "in_process": {
        Step.REST: "in_process",
        Step.WITHDRAW: "withdrawn",
    },
    "withdrawn": {},
}


def after(state: str, step: Step) -> str:
    """The state that a step leads to.

    :raises KeyError: there is no such step from this state.
    """
    return LIFE[state][step]
