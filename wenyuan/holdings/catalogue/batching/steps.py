"""What a batch does to a record: a short list of steps over its data fields. Pure.

The leader and control fields are not touched: their codes have meanings by position, which no text step knows. Texts
are looked for as they stand, so that no pattern of anybody's can run for ever.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from wenyuan.kernel.marc import BadText, DataField, Field, Record, from_text

MOST_STEPS = 10
LONGEST_TEXT = 2_000
LONGEST_SOUGHT = 200
MOST_CHARACTERS = 500_000
"""Characters of a record that a step may make."""

_LEADER = "LDR 00000nam0 2200000   450 "
_PLACE = re.compile(r"([0-9A-Za-z]{3})(?:\$([0-9A-Za-z]))?")


class StepKind(StrEnum):
    """What a step does."""

    ADD_FIELD = "add_field"
    DELETE_FIELD = "delete_field"
    SET_SUBFIELD = "set_subfield"
    DELETE_SUBFIELD = "delete_subfield"
    REPLACE_TEXT = "replace_text"
    COPY = "copy"
    MOVE = "move"


class Test(StrEnum):
    """What a condition asks."""

    __test__ = False  # no test class, whatever its name

    PRESENT = "present"
    ABSENT = "absent"
    EQUALS = "equals"
    CONTAINS = "contains"


@dataclass(frozen=True, slots=True)
class Place:
    """Fields of a tag, or with a code one subfield of them."""

    tag: str
    code: str = ""

    def __str__(self) -> str:
        return f"{self.tag}${self.code}" if self.code else self.tag


@dataclass(frozen=True, slots=True)
class Condition:
    """What must be so: of each field by itself where it names the step's own tag, else of the record."""

    place: Place
    test: Test
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step. ``text`` is the field that is added, the new value, or what takes the place of ``sought``."""

    kind: StepKind
    place: Place
    to: Place | None = None
    text: str = ""
    sought: str = ""
    any_case: bool = False
    condition: Condition | None = None


class StepsUnfit(Exception):
    """Data that is no list of steps: which step (from 1; 0 the whole), which part of it, and the code of the fault."""

    def __init__(self, number: int, where: str, fault: str) -> None:
        super().__init__(f"{number} {where}: {fault}")
        self.number = number
        self.where = where
        self.fault = fault


class TooLarge(Exception):
    """A record would have more than ``MOST_CHARACTERS``."""


def steps_from_data(data: object) -> tuple[Step, ...]:
    """The steps that plain data spells: a list of objects with ``kind``, ``place``, ``to``, ``text``, ``sought``,
    ``any_case`` and, if wanted, ``if_place``, ``if_test``, ``if_value``.

    :raises StepsUnfit: at the first fault.
    """
    if not isinstance(data, list) or not data:
        raise StepsUnfit(0, "", "missing")
    if len(data) > MOST_STEPS:
        raise StepsUnfit(0, "", "too_many")
    return tuple(_step(one, number) for number, one in enumerate(data, 1))


def steps_to_data(steps: Sequence[Step]) -> list[dict[str, object]]:
    """The steps as plain data, which ``steps_from_data`` reads."""
    return [
        {
            "kind": step.kind.value,
            "place": str(step.place),
            "to": str(step.to) if step.to else "",
            "text": step.text,
            "sought": step.sought,
            "any_case": step.any_case,
            "if_place": str(step.condition.place) if step.condition else "",
            "if_test": step.condition.test.value if step.condition else "",
            "if_value": step.condition.value if step.condition else "",
        }
        for step in steps
    ]


def _step(data: object, number: int) -> Step:
    if not isinstance(data, Mapping):
        raise StepsUnfit(number, "", "missing")
    try:
        kind = StepKind(str(data.get("kind", "")))
    except ValueError as error:
        raise StepsUnfit(number, "kind", "missing") from error
    text = _text(data, "text", number, LONGEST_TEXT)
    sought = _text(data, "sought", number, LONGEST_SOUGHT)
    place = Place(_typed_field(text, number).tag) if kind is StepKind.ADD_FIELD else _place(data, "place", number)
    if kind in (StepKind.SET_SUBFIELD, StepKind.DELETE_SUBFIELD) and not place.code:
        raise StepsUnfit(number, "place", "needs_code")
    if kind is StepKind.DELETE_FIELD and place.code:
        raise StepsUnfit(number, "place", "no_code")
    if kind is StepKind.SET_SUBFIELD and not text.strip():
        raise StepsUnfit(number, "text", "missing")
    if kind is StepKind.REPLACE_TEXT and not sought:
        raise StepsUnfit(number, "sought", "missing")
    to = None
    if kind in (StepKind.COPY, StepKind.MOVE):
        to = _place(data, "to", number)
        if bool(to.code) != bool(place.code):
            raise StepsUnfit(number, "to", "needs_code" if place.code else "no_code")
        if to == place:
            raise StepsUnfit(number, "to", "same_place")
    return Step(
        kind=kind,
        place=place,
        to=to,
        text=text,
        sought=sought,
        any_case=data.get("any_case") is True,
        condition=_condition(data, number),
    )


def _condition(data: Mapping[object, object], number: int) -> Condition | None:
    if not data.get("if_test"):
        return None
    try:
        test = Test(str(data["if_test"]))
    except ValueError as error:
        raise StepsUnfit(number, "if_test", "missing") from error
    value = _text(data, "if_value", number, LONGEST_SOUGHT)
    if test in (Test.EQUALS, Test.CONTAINS) and not value:
        raise StepsUnfit(number, "if_value", "missing")
    return Condition(_place(data, "if_place", number), test, value)


def _text(data: Mapping[object, object], name: str, number: int, longest: int) -> str:
    text = str(data.get(name) or "")
    if len(text) > longest:
        raise StepsUnfit(number, name, "too_long")
    if any(ord(sign) < 32 or 127 <= ord(sign) < 160 or 0xD800 <= ord(sign) < 0xE000 for sign in text):
        raise StepsUnfit(number, name, "control_character")
    return text


def _place(data: Mapping[object, object], name: str, number: int) -> Place:
    found = _PLACE.fullmatch(str(data.get(name) or "").strip())
    if found is None:
        raise StepsUnfit(number, name, "bad_place")
    if found[1].startswith("00") or found[1] == "LDR":
        raise StepsUnfit(number, name, "control_field")
    return Place(found[1], found[2] or "")


def _typed_field(text: str, number: int) -> DataField:
    try:
        fields = from_text(f"{_LEADER}\n{text}").fields
    except BadText as error:
        raise StepsUnfit(number, "text", "bad_field") from error
    if len(fields) != 1:
        raise StepsUnfit(number, "text", "bad_field")
    [field] = fields
    if not isinstance(field, DataField) or field.tag.startswith("00") or not _PLACE.fullmatch(field.tag):
        raise StepsUnfit(number, "text", "control_field")
    return field


def apply_steps(record: Record, steps: Sequence[Step]) -> Record:
    """The record after the steps, one after another. The same steps once more change nothing that is set, deleted,
    added or moved.

    :raises TooLarge: where it would grow beyond ``MOST_CHARACTERS``.
    """
    for step in steps:
        if _holds(record, step):
            record = record._replace(fields=tuple(_ACTS[step.kind](record.fields, step)))
            if sum(map(_length, record.fields)) > MOST_CHARACTERS:
                raise TooLarge
    return record


def _holds(record: Record, step: Step) -> bool:
    condition = step.condition
    if condition is None or _is_of_field(step):
        return True
    fits = any(
        _fits(field, condition)
        for field in record.fields
        if isinstance(field, DataField) and field.tag == condition.place.tag
    )
    if condition.test is Test.ABSENT:
        return not any(_has(field, condition.place) for field in record.fields)
    return fits


def _is_of_field(step: Step) -> bool:
    return (
        step.condition is not None
        and step.kind is not StepKind.ADD_FIELD
        and step.condition.place.tag == step.place.tag
        # That a field is absent cannot be said of one that is there.
        and not (step.condition.test is Test.ABSENT and not step.condition.place.code)
    )


def _has(field: Field, place: Place) -> bool:
    if not isinstance(field, DataField) or field.tag != place.tag:
        return False
    return not place.code or any(code == place.code and value.strip() for code, value in field.subfields)


def _fits(field: DataField, condition: Condition) -> bool:
    place = condition.place
    values = [value for code, value in field.subfields if not place.code or code == place.code]
    match condition.test:
        case Test.PRESENT:
            return _has(field, place)
        case Test.ABSENT:
            return not _has(field, place)
        case Test.EQUALS:
            return condition.value in values
        case Test.CONTAINS:
            return any(condition.value in value for value in values)


def _is_meant(field: Field, step: Step) -> bool:
    """Whether the step is about this field."""
    if not isinstance(field, DataField) or field.tag != step.place.tag or (step.place.code and _embeds(field)):
        return False
    return step.condition is None or not _is_of_field(step) or _fits(field, step.condition)


def _embeds(field: DataField) -> bool:
    """Whether fields stand in it (CNMARC 4XX), each behind a $1 with its tag: which of them a code belongs to cannot be
    said by a place, so a step takes such a field whole or changes texts in it."""
    return field.tag.startswith("4") and any(code == "1" for code, _ in field.subfields)


def _length(field: Field) -> int:
    return sum(len(value) for _, value in field.subfields) if isinstance(field, DataField) else len(field.data)


def _add_field(fields: tuple[Field, ...], step: Step) -> Sequence[Field]:
    field = _typed_field(step.text, 0)
    return fields if field in fields else _with(fields, field)


def _with(fields: Sequence[Field], new: Field) -> list[Field]:
    """The fields with a new one behind the last whose tag does not come after its own."""
    place = next((at for at in range(len(fields), 0, -1) if fields[at - 1].tag <= new.tag), 0)
    return [*fields[:place], new, *fields[place:]]


def _delete_field(fields: tuple[Field, ...], step: Step) -> Sequence[Field]:
    return [field for field in fields if not _is_meant(field, step)]


def _set_subfield(fields: tuple[Field, ...], step: Step) -> Iterator[Field]:
    for field in fields:
        if isinstance(field, DataField) and _is_meant(field, step):
            codes = [code for code, _ in field.subfields]
            pair = (step.place.code, step.text)
            at = codes.index(step.place.code) if step.place.code in codes else len(codes)
            field = field._replace(subfields=(*field.subfields[:at], pair, *field.subfields[at + 1 :]))
        yield field


def _delete_subfield(fields: tuple[Field, ...], step: Step) -> Iterator[Field]:
    for field in fields:
        if not isinstance(field, DataField) or not _is_meant(field, step):
            yield field
        elif left := tuple(pair for pair in field.subfields if pair[0] != step.place.code):
            yield field._replace(subfields=left)


def _replace_text(fields: tuple[Field, ...], step: Step) -> Iterator[Field]:
    sought = re.compile(re.escape(step.sought), re.IGNORECASE if step.any_case else 0)
    room = MOST_CHARACTERS
    for field in fields:
        if not isinstance(field, DataField) or not _is_meant(field, step):
            yield field
            continue
        subfields = []
        for code, value in field.subfields:
            if step.place.code in ("", code) and not (code == "1" and _embeds(field)):
                times = len(sought.findall(value))
                room -= len(value) + times * len(step.text)
                if room < 0:
                    raise TooLarge
                value, was = sought.sub(lambda _: step.text, value), value
                if not value.strip() and was.strip():
                    continue
            subfields.append((code, value))
        if subfields:
            yield field._replace(subfields=tuple(subfields))


def _copy(fields: tuple[Field, ...], step: Step) -> Sequence[Field]:
    assert step.to is not None
    found: list[Field] = list(fields)
    for field in fields:
        if not isinstance(field, DataField) or not _is_meant(field, step):
            continue
        if not step.place.code:
            copied = field._replace(tag=step.to.tag)
            found = found if copied in found else _with(found, copied)
            continue
        pairs = [(step.to.code, value) for code, value in field.subfields if code == step.place.code and value.strip()]
        if not pairs:
            continue
        same = step.to.tag == step.place.tag
        at = next((at for at, one in enumerate(found) if (one == field if same else one.tag == step.to.tag)), None)
        if at is None:
            found = _with(found, DataField(step.to.tag, " ", " ", tuple(dict.fromkeys(pairs))))
            continue
        target = found[at]
        assert isinstance(target, DataField)
        new = tuple(pair for pair in dict.fromkeys(pairs) if pair not in target.subfields)
        found[at] = target._replace(subfields=(*target.subfields, *new))
    return found


def _move(fields: tuple[Field, ...], step: Step) -> Sequence[Field]:
    """Like a copy, and what was copied goes from where it stood."""
    assert step.to is not None
    if not step.place.code:
        meant = [field for field in fields if _is_meant(field, step)]
        kept: list[Field] = [field for field in fields if not _is_meant(field, step)]
        for field in meant:
            moved = field._replace(tag=step.to.tag)
            kept = kept if moved in kept else _with(kept, moved)
        return kept
    if step.to.tag == step.place.tag:
        return [_renamed(field, step) for field in fields]
    copied = tuple(_copy(fields, step))
    return list(_delete_subfield(copied, step))


def _renamed(field: Field, step: Step) -> Field:
    """A subfield that moves within its field stays where it stands and has another code."""
    assert step.to is not None
    if not isinstance(field, DataField) or not _is_meant(field, step):
        return field
    new = tuple((step.to.code if code == step.place.code else code, value) for code, value in field.subfields)
    return field._replace(subfields=new)


_ACTS = {
    StepKind.ADD_FIELD: _add_field,
    StepKind.DELETE_FIELD: _delete_field,
    StepKind.SET_SUBFIELD: _set_subfield,
    StepKind.DELETE_SUBFIELD: _delete_subfield,
    StepKind.REPLACE_TEXT: _replace_text,
    StepKind.COPY: _copy,
    StepKind.MOVE: _move,
}
