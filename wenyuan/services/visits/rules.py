"""Decisions about typed counts: values in, reasons to refuse out."""

from dataclasses import dataclass
from datetime import date

from wenyuan.services.visits.data import CountFacts, Evidence, VisitReason

MOST_PERSONS = 99_999
"""More than this through one door in a day is a slip of the finger: a cumulative reading typed as a day's count."""
TEXT_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class PointFacts:
    """A service point as the rules need it: ``branch_stands`` is whether its branch stood on the day counted."""

    id: int
    branch_id: int
    area_id: int | None
    closed_date: date | None
    branch_stands: bool


def reasons_against_day(point: PointFacts, *, day: date, today: date) -> list[VisitReason]:
    """Why nothing can be counted at the point on that day."""
    reasons = []
    if not point.branch_stands:
        reasons.append(VisitReason.BRANCH_NOT_STANDING)
    elif point.closed_date is not None and day >= point.closed_date:
        reasons.append(VisitReason.POINT_CLOSED)
    if day > today:
        reasons.append(VisitReason.FUTURE_DAY)
    return reasons


def reasons_against_number(persons: int, evidence: Evidence) -> list[VisitReason]:
    """Why the number cannot be taken. Nobody (0) is a count like any other."""
    reasons = []
    if not 0 <= persons <= MOST_PERSONS:
        reasons.append(VisitReason.BAD_PERSONS)
    if not evidence.text.strip():
        reasons.append(VisitReason.EVIDENCE_MISSING)
    elif len(evidence.text.strip()) > TEXT_CHARACTERS:
        reasons.append(VisitReason.EVIDENCE_TOO_LONG)
    return reasons


def reasons_against_words(reason: str, *, needed: bool) -> list[VisitReason]:
    """Why the reason given for a change cannot be taken."""
    if needed and not reason.strip():
        return [VisitReason.REASON_MISSING]
    return [VisitReason.REASON_TOO_LONG] if len(reason.strip()) > TEXT_CHARACTERS else []


def reasons_against_change(count: CountFacts, newer_id: int | None) -> list[VisitReason]:
    """Why this row can be neither corrected nor withdrawn: only the one that stands can."""
    if newer_id is not None:
        return [VisitReason.SUPERSEDED]
    return [VisitReason.WITHDRAWN] if count.withdrawn else []
