"""What crosses the border of the daybook: kinds of record and their fields, records, papers, refusals."""

from wenyuan.office.daybook.data.kinds import (
    KINDS,
    FieldSpec,
    FieldType,
    KindSpec,
    RecordKind,
    StateCode,
    Tally,
)
from wenyuan.office.daybook.data.records import (
    WITHOUT_TREE,
    Draft,
    FieldFault,
    Member,
    PaperFacts,
    PaperInput,
    RecordFacts,
    RecordPage,
    RecordReason,
    RecordReceipt,
    RecordRefused,
    RecordState,
    Wanted,
)

__all__ = [
    "KINDS",
    "WITHOUT_TREE",
    "Draft",
    "FieldFault",
    "FieldSpec",
    "FieldType",
    "KindSpec",
    "Member",
    "PaperFacts",
    "PaperInput",
    "RecordFacts",
    "RecordKind",
    "RecordPage",
    "RecordReason",
    "RecordReceipt",
    "RecordRefused",
    "RecordState",
    "StateCode",
    "Tally",
    "Wanted",
]
