"""What a record may say, kind by kind, and what it adds to the journal."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from wenyuan.office.daybook import rules
from wenyuan.office.daybook.data import (
    KINDS,
    Draft,
    FieldFault,
    FieldType,
    RecordFacts,
    RecordKind,
    RecordReason,
)
from wenyuan.office.daybook.data.records import Value
from wenyuan.organisation.journal.data import Kind

TODAY = date(2026, 5, 4)
GOOD: dict[str, Value] = {"sort": "lecture", "role": "host", "mode": "online", "sessions": 2, "plays": 0}
DRAFT = Draft(
    kind=RecordKind.ACTIVITY,
    branch_id=1,
    first_date=date(2026, 4, 23),
    last_date=date(2026, 4, 24),
    title="世界读书日",
    values=GOOD,
    evidence="签到表",
)
ROW = RecordFacts(
    id=2,
    origin_id=1,
    replaces_id=1,
    newer_id=None,
    kind=RecordKind.ACTIVITY,
    branch_id=1,
    first_date=DRAFT.first_date,
    last_date=DRAFT.last_date,
    title=DRAFT.title,
    values=GOOD,
    evidence=DRAFT.evidence,
    reason="",
    withdrawn=False,
    entered_by_id=7,
    entered_by_name="王芳",
    entered_at=datetime(2026, 4, 25, tzinfo=UTC),
    approved_by_id=None,
    approved_by_name="",
    approved_at=None,
    papers=0,
    entry_ids=(),
)


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({}, []),
        ({"first_date": date(2026, 4, 25)}, [RecordReason.DAYS_OUT_OF_ORDER]),
        ({"first_date": date(2025, 4, 23)}, [RecordReason.TOO_MANY_DAYS]),
        ({"last_date": date(2026, 5, 5)}, [RecordReason.FUTURE_DAY]),
        ({"title": "", "evidence": ""}, [RecordReason.TITLE_MISSING, RecordReason.EVIDENCE_MISSING]),
        ({"title": "讲" * 121}, [RecordReason.TEXT_TOO_LONG]),
        ({"evidence": "讲" * 201}, [RecordReason.TEXT_TOO_LONG]),
    ],
)
def test_a_draft_is_refused_for_every_reason(changes: dict[str, object], reasons: list[RecordReason]) -> None:
    draft = replace(DRAFT, **changes)  # type: ignore[arg-type] # fields of a draft

    assert rules.reasons_against_draft(draft, stands=True, today=TODAY) == reasons


def test_a_branch_that_did_not_stand_refuses() -> None:
    assert rules.reasons_against_draft(DRAFT, stands=False, today=TODAY) == [RecordReason.BRANCH_NOT_STANDING]


@pytest.mark.parametrize(
    ("values", "faults"),
    [
        (GOOD, {}),
        ({**GOOD, "sort": "party"}, {"sort": FieldFault.BAD_CHOICE}),
        ({key: value for key, value in GOOD.items() if key != "role"}, {"role": FieldFault.MISSING}),
        ({**GOOD, "sessions": 0}, {"sessions": FieldFault.BAD_NUMBER}),
        ({**GOOD, "persons": 0}, {}),
        ({**GOOD, "persons": -1}, {"persons": FieldFault.BAD_NUMBER}),
        ({**GOOD, "persons": 1_000_000}, {"persons": FieldFault.BAD_NUMBER}),
        ({**GOOD, "persons": "60"}, {"persons": FieldFault.BAD_NUMBER}),
        ({**GOOD, "persons": True}, {"persons": FieldFault.BAD_NUMBER}),
        ({**GOOD, "brand": "连" * 41}, {"brand": FieldFault.TOO_LONG}),
        ({**GOOD, "groups": ["children", "elderly"]}, {}),
        ({**GOOD, "groups": ["children", "children"]}, {"groups": FieldFault.BAD_CHOICE}),
        ({**GOOD, "groups": "children"}, {"groups": FieldFault.BAD_CHOICE}),
        ({**GOOD, "hits": 3}, {"hits": FieldFault.UNKNOWN}),
    ],
)
def test_each_fault_of_a_field_is_named(values: dict[str, Value], faults: dict[str, FieldFault]) -> None:
    assert rules.faults_of(KINDS[RecordKind.ACTIVITY], values) == faults


def test_what_was_left_empty_is_not_there() -> None:
    draft = replace(DRAFT, title="  世界读书日 ", values={**GOOD, "brand": " ", "groups": [], "persons": 0})

    tidied = rules.tidied(draft)

    assert tidied.title == "世界读书日"
    assert tidied.values == {**GOOD, "persons": 0}


def test_persons_plays_and_likes_are_entries_of_their_own() -> None:
    values: dict[str, Value] = {**GOOD, "persons": 60, "plays": 1200}

    assert rules.tallied(KINDS[RecordKind.ACTIVITY], values) == [
        (Kind.ACTIVITY.value, 2, 60, 0),
        (Kind.ACTIVITY_PLAYS.value, 1200, 0, 0),
    ]


def test_the_journal_gets_codes_and_no_text() -> None:
    values: dict[str, Value] = {**GOOD, "brand": "翟氏撕纸", "partners": "达芬奇画室", "campaigns": ["summer"]}

    assert rules.codes_of(KINDS[RecordKind.ACTIVITY], values) == {
        "sort": "lecture",
        "role": "host",
        "mode": "online",
        "campaigns": ["summer"],
    }


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({}, []),
        ({"entered_by_id": 9}, [RecordReason.OWN_RECORD]),
        ({"newer_id": 3}, [RecordReason.SUPERSEDED]),
        ({"approved_at": datetime(2026, 4, 26, tzinfo=UTC)}, [RecordReason.ALREADY_APPROVED]),
    ],
)
def test_who_typed_it_does_not_approve_it(changes: dict[str, object], reasons: list[RecordReason]) -> None:
    row = replace(ROW, **changes)  # type: ignore[arg-type] # fields of a row

    assert rules.reasons_against_approval(row, 9) == reasons


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_whole(kind: RecordKind) -> None:
    """Its tallies name counts of its own, and its first says that something happened."""
    spec = KINDS[kind]
    counts = {one.name for one in spec.fields if one.type in {FieldType.COUNT, FieldType.MONEY}}
    named = {name for one in spec.tallies for name in (one.quantity, one.persons, one.amount, one.only_with) if name}

    assert named <= counts
    assert len({one.name for one in spec.fields}) == len(spec.fields)
    assert bool(spec.once_by) if not spec.tallies else not spec.tallies[0].only_with
    assert all(one.choices for one in spec.fields if one.type in {FieldType.CHOICE, FieldType.CHOICES})
    assert all(one.most for one in spec.fields if one.type in {FieldType.COUNT, FieldType.TEXT})
