"""What crosses the border of this room: counts that people type, counters at doors, and refusals."""

from wenyuan.services.visits.data.counters import (
    CounterKind,
    CounterTerms,
    Directions,
    Outcome,
    Reading,
    ReadingReason,
    Step,
)
from wenyuan.services.visits.data.typed import (
    CountFacts,
    Evidence,
    EvidenceKind,
    HistoryPage,
    PointRow,
    VisitGrid,
    VisitReason,
    VisitReceipt,
    VisitsRefused,
)

__all__ = [
    "CountFacts",
    "CounterKind",
    "CounterTerms",
    "Directions",
    "Evidence",
    "EvidenceKind",
    "HistoryPage",
    "Outcome",
    "PointRow",
    "Reading",
    "ReadingReason",
    "Step",
    "VisitGrid",
    "VisitReason",
    "VisitReceipt",
    "VisitsRefused",
]
