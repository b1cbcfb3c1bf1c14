"""The transit room's verbs: crates and manifests. Verbs that begin or end an item's transit are circulation's."""

from wenyuan.lending.transit.arriving import report_damage, resolve_difference, sign, tick
from wenyuan.lending.transit.packing import (
    add_crates,
    drop_crate,
    hand_over,
    open_crate,
    pack,
    retire_crate,
    seal,
    take_out,
)

__all__ = [
    "add_crates",
    "drop_crate",
    "hand_over",
    "open_crate",
    "pack",
    "report_damage",
    "resolve_difference",
    "retire_crate",
    "seal",
    "sign",
    "take_out",
    "tick",
]
