"""Records as pages show them: who may see which, and their fields in words."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import get_language
from django_stubs_ext import StrOrPromise

from wenyuan.doors.workbench.branches import branch_name, branches_with
from wenyuan.doors.workbench.daybook.words import CHOICES, FIELDS, KINDS, REASON_FIELDS, REASONS, STATES
from wenyuan.doors.workbench.templatetags.staff import yuan
from wenyuan.office.daybook.data import KINDS as SPECS
from wenyuan.office.daybook.data import (
    FieldSpec,
    FieldType,
    RecordFacts,
    RecordRefused,
)
from wenyuan.office.daybook.queries import get_record, record_history
from wenyuan.organisation.network.data import NetworkMap
from wenyuan.organisation.rights.data import Act, Operator
from wenyuan.organisation.rights.queries import may

SEEING = (Act.KEEP_DAYBOOK, Act.APPROVE_DAYBOOK, Act.SEE_FIGURES)
"""Who keeps or approves records of a branch sees them, and who sees its figures, which rest on them."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A record in words. ``digest`` are its numbers, ``fields`` all that was filled in."""

    row: RecordFacts
    kind: StrOrPromise
    branch: str
    shape: str
    state: StrOrPromise
    digest: tuple[tuple[StrOrPromise, str], ...]
    fields: tuple[tuple[StrOrPromise, StrOrPromise], ...]


def seen_branches(operator: Operator) -> frozenset[int] | None:
    """Branches whose records the operator may see; none for all of them."""
    held = [branches_with(operator, act) for act in SEEING]
    if any(one is None for one in held):
        return None
    return frozenset(branch_id for one in held if one is not None for branch_id in one)


def seen_record(operator: Operator, row_id: int) -> RecordFacts:
    """The row, if it is there and the operator may see it: who sees records of the branch where its record stands now,
    or of the one where it still counts while it waits to move."""
    row = get_record(row_id)
    if row is None:
        raise Http404
    history = record_history(row.origin_id)
    counts = next((one for one in history if one.approved_at is not None), None)
    places = {one.branch_id for one in (history[0], counts) if one is not None}
    if not any(may(operator, act, place) for act in SEEING for place in places):
        raise PermissionDenied
    return row


def shown(rows: Iterable[RecordFacts], network: NetworkMap) -> list[Shown]:
    return [_shown(row, network) for row in rows]


def _shown(row: RecordFacts, network: NetworkMap) -> Shown:
    spec = SPECS[row.kind]
    counts = [one for one in spec.fields if one.type in (FieldType.COUNT, FieldType.MONEY) and one.name != "number"]
    shape, state = STATES[row.state]
    return Shown(
        row=row,
        kind=KINDS[row.kind],
        branch=branch_name(row.branch_id, network),
        shape=shape,
        state=state,
        digest=tuple(
            (FIELDS[one.name], _number(one, number)) for one in counts if (number := row.number(one.name)) is not None
        ),
        fields=tuple(
            (FIELDS[one.name], _value(one, row)) for one in spec.fields if row.values.get(one.name) is not None
        ),
    )


def _number(field: FieldSpec, value: int) -> str:
    """With commas, money in yuan; the number in a series is a name."""
    if field.type is FieldType.MONEY:
        return yuan(value)
    return f"{value:,}" if field.name != "number" else str(value)


def _value(field: FieldSpec, row: RecordFacts) -> StrOrPromise:
    name = field.name
    value = row.values[name]
    if isinstance(value, int):
        return _number(field, value)
    words = CHOICES.get(name, {})
    if isinstance(value, list):
        between = ", " if (get_language() or "").startswith("en") else "、"
        return between.join(str(words.get(code, code)) for code in value)
    return words.get(value, value)


def refusal_words(refused: RecordRefused) -> str:
    """Every reason in one line."""
    return " ".join(str(REASONS[reason]) for reason in refused.reasons)


def field_of(refused: RecordRefused) -> Iterable[tuple[StrOrPromise, str]]:
    """Each reason with the field it is about, empty for the form."""
    return ((REASONS[reason], REASON_FIELDS.get(reason, "")) for reason in refused.reasons)
