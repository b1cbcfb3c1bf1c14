"""Decisions about records: values in, reasons to refuse and journal entries out."""

from collections.abc import Mapping
from datetime import date

from wenyuan.office.daybook.data import (
    KINDS,
    Draft,
    FieldFault,
    FieldSpec,
    FieldType,
    KindSpec,
    RecordFacts,
    RecordReason,
    RecordState,
)
from wenyuan.office.daybook.data.records import Value

TITLE_CHARACTERS = 120
TEXT_CHARACTERS = 200
MOST_DAYS = 366
"""An exhibition may stand for a year; a longer one is a slip."""
MOST_PAPERS = 30


def tidied(draft: Draft) -> Draft:
    """Without blanks around texts and without fields that were left empty."""
    values: dict[str, Value] = {}
    for name, value in draft.values.items():
        kept = value.strip() if isinstance(value, str) else value
        if kept not in ("", [], None):
            values[name] = kept
    return Draft(
        kind=draft.kind,
        branch_id=draft.branch_id,
        first_date=draft.first_date,
        last_date=draft.last_date,
        title=draft.title.strip(),
        values=values,
        evidence=draft.evidence.strip(),
    )


def reasons_against_draft(draft: Draft, *, stands: bool, today: date) -> list[RecordReason]:
    """Why the record cannot be taken, its fields aside; ``stands``: the branch stood on the day that counts."""
    reasons = []
    if not stands:
        reasons.append(RecordReason.BRANCH_NOT_STANDING)
    if draft.first_date > draft.last_date:
        reasons.append(RecordReason.DAYS_OUT_OF_ORDER)
    elif (draft.last_date - draft.first_date).days >= MOST_DAYS:
        reasons.append(RecordReason.TOO_MANY_DAYS)
    if draft.last_date > today:
        reasons.append(RecordReason.FUTURE_DAY)
    if not draft.title:
        reasons.append(RecordReason.TITLE_MISSING)
    if not draft.evidence:
        reasons.append(RecordReason.EVIDENCE_MISSING)
    if len(draft.title) > TITLE_CHARACTERS or len(draft.evidence) > TEXT_CHARACTERS:
        reasons.append(RecordReason.TEXT_TOO_LONG)
    return reasons


def faults_of(kind: KindSpec, values: Mapping[str, Value]) -> dict[str, FieldFault]:
    """What is wrong with the fields, by name."""
    faults = {name: FieldFault.UNKNOWN for name in values if kind.field(name) is None}
    for field in kind.fields:
        fault = _fault(field, values.get(field.name))
        if fault is not None:
            faults[field.name] = fault
    return faults


def _fault(field: FieldSpec, value: Value | None) -> FieldFault | None:
    if value is None:
        return FieldFault.MISSING if field.required else None
    match field.type:
        case FieldType.COUNT | FieldType.MONEY:
            good = type(value) is int and field.least <= value <= field.most
            return None if good else FieldFault.BAD_NUMBER
        case FieldType.TEXT:
            return None if isinstance(value, str) and len(value) <= field.most else FieldFault.TOO_LONG
        case FieldType.CHOICE:
            return None if value in field.choices else FieldFault.BAD_CHOICE
        case FieldType.CHOICES:
            good = isinstance(value, list) and len(set(value)) == len(value) and set(value) <= set(field.choices)
            return None if good else FieldFault.BAD_CHOICE


def reasons_against_words(reason: str, *, needed: bool) -> list[RecordReason]:
    """Why the reason given for a change cannot be taken."""
    if needed and not reason.strip():
        return [RecordReason.REASON_MISSING]
    return [RecordReason.TEXT_TOO_LONG] if len(reason.strip()) > TEXT_CHARACTERS else []


def reasons_against_correction(row: RecordFacts) -> list[RecordReason]:
    """Why this row cannot be corrected: only the newest can. A withdrawal that waits can: that takes it back."""
    if row.newer_id is not None:
        return [RecordReason.SUPERSEDED]
    return [RecordReason.WITHDRAWN] if row.state is RecordState.WITHDRAWN else []


def reasons_against_withdrawal(row: RecordFacts) -> list[RecordReason]:
    """Why this row cannot be withdrawn: only the newest can, and not a withdrawal."""
    if row.newer_id is not None:
        return [RecordReason.SUPERSEDED]
    return [RecordReason.WITHDRAWN] if row.withdrawn else []


def reasons_against_approval(row: RecordFacts, approver_id: int) -> list[RecordReason]:
    """Why this person cannot approve this row."""
    if row.newer_id is not None:
        return [RecordReason.SUPERSEDED]
    if row.approved_at is not None:
        return [RecordReason.ALREADY_APPROVED]
    reasons = []
    if row.entered_by_id == approver_id:
        reasons.append(RecordReason.OWN_RECORD)
    if not row.withdrawn and not row.papers and wants_paper(KINDS[row.kind], row.values):
        reasons.append(RecordReason.PAPER_MISSING)
    return reasons


def wants_paper(kind: KindSpec, values: Mapping[str, Value]) -> bool:
    """Whether a record is approved only with a file: its kind is, or it claims what wants a proof."""
    return kind.needs_paper or bool(kind.proof_for and values.get(kind.proof_for))


def codes_of(kind: KindSpec, values: Mapping[str, Value]) -> dict[str, object]:
    """The choices among the values: what the journal keeps of a record beside its numbers. No text, since a text may
    name somebody."""
    coded = (FieldType.CHOICE, FieldType.CHOICES)
    return {field.name: values[field.name] for field in kind.fields if field.type in coded and field.name in values}


def tallied(kind: KindSpec, values: Mapping[str, Value]) -> list[tuple[str, int, int, int]]:
    """What a record adds to the journal: kind, quantity, persons and amount (fen) of each entry."""

    def number(name: str, default: int) -> int:
        value = values.get(name)
        return value if isinstance(value, int) else default

    return [
        (
            tally.kind.value,
            number(tally.quantity, 1 if not tally.quantity else 0),
            number(tally.persons, 0),
            number(tally.amount, 0),
        )
        for tally in kind.tallies
        if not tally.only_with or tally.only_with in values
    ]
