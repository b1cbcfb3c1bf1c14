"""The transit room's verbs: crates and their manifests, runs of the van. Verbs that begin or end an item's transit are
circulation's."""

from wenyuan.lending.transit.arriving import report_damage, resolve_difference, sign, tick
from wenyuan.lending.transit.handovers import check_handover, issue_handover, open_handover, receive_handover
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
from wenyuan.lending.transit.runs import add_run, change_run, drop_late_after, end_run, mark_stop, set_late_after

__all__ = [
    "add_crates",
    "add_run",
    "change_run",
    "check_handover",
    "drop_crate",
    "drop_late_after",
    "end_run",
    "hand_over",
    "issue_handover",
    "mark_stop",
    "open_crate",
    "open_handover",
    "pack",
    "receive_handover",
    "report_damage",
    "resolve_difference",
    "retire_crate",
    "seal",
    "set_late_after",
    "sign",
    "take_out",
    "tick",
]
