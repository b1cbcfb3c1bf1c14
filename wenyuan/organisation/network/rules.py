"""Decisions about the network: values in, values out."""

import re
from collections.abc import Iterable, Mapping
from datetime import date

from wenyuan.organisation.network.data import DateSpan

Placements = Mapping[int, tuple[tuple[int, DateSpan], ...]]
"""Child → (parent, span)…"""

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._\-]{0,15}")
"""A branch's code stands in barcodes, SIP2 fields and file names: letters, digits, dot, dash, underline."""


def is_code(text: str) -> bool:
    """Whether the text can be the code of a branch, area, service point or lending group."""
    return CODE.fullmatch(text) is not None


def replanned(
    spans: Iterable[tuple[int, DateSpan]], *, parent_id: int | None, from_date: date
) -> tuple[tuple[int, DateSpan], ...]:
    """A branch's placements when it stands under ``parent_id`` from a day on (under nothing for none).

    What ran on that day ends with it, and what was planned from that day on is dropped.
    """
    kept = [
        (other, DateSpan(span.first, min(span.end, from_date) if span.end else from_date))
        for other, span in spans
        if span.first < from_date
    ]
    if parent_id is not None:
        kept.append((parent_id, DateSpan(from_date, None)))
    return tuple(kept)


def ring_day(placements: Placements, *, branch_id: int, from_date: date) -> date | None:
    """The first day from ``from_date`` on which the branch stands below itself, or nothing.

    The tree only changes on days when a placement begins or ends, so those days are looked at and no others.
    """
    bounds = {bound for spans in placements.values() for _, span in spans for bound in (span.first, span.end) if bound}
    for day in sorted({from_date} | {bound for bound in bounds if bound > from_date}):
        reached, seen = _parent(placements, branch_id, day), {branch_id}
        while reached is not None and reached not in seen:
            seen.add(reached)
            reached = _parent(placements, reached, day)
        if reached == branch_id:
            return day
    return None


def _parent(placements: Placements, branch_id: int, on: date) -> int | None:
    return next((parent for parent, span in placements.get(branch_id, ()) if span.holds(on)), None)
