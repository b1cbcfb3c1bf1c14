"""A record as a form for people who read no MARC, and the form's answers back in the record. Pure.

What the form does not show stays as it is, byte for byte, and so does what is shown and not changed: only a value that
differs from what the record says is written, into its own subfield. ``read_form`` of the result gives the values back.
"""

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from wenyuan.holdings.catalogue.editing.coded import picks_of, with_picks
from wenyuan.holdings.catalogue.editing.drafts import RecordKind
from wenyuan.holdings.catalogue.editing.formats import Code, format_of
from wenyuan.holdings.catalogue.editing.pinyin import PINYIN, pinyin_for
from wenyuan.holdings.catalogue.editing.slots import FIELDS, SLOTS, Coded, Headings, Names, Slot, Text
from wenyuan.kernel.marc import DataField, Dialect, DocumentKind, Field, Record, describe

ROLE = " / "
PART = "--"
_ALIKE = 0.5
"""A changed line is a correction of a former one if they agree in half; else it is another name with a field of its
own, since what the form does not show (dates, authority number) belongs to the former."""

_LONGEST_NAME = 300
_KINDS = {
    DocumentKind.SERIAL: RecordKind.SERIAL,
    DocumentKind.ELECTRONIC: RecordKind.ELECTRONIC,
    DocumentKind.AUDIO: RecordKind.AUDIO_VISUAL,
    DocumentKind.VIDEO: RecordKind.AUDIO_VISUAL,
    DocumentKind.MUSIC: RecordKind.AUDIO_VISUAL,
}
_AUTHORITY = "30"


class FormField(NamedTuple):
    """A field of the form. ``lines``: one value a line; ``roles``: each ``name / role``; ``codes``: to choose from."""

    name: str
    value: str
    lines: bool = False
    roles: bool = False
    is_long: bool = False
    codes: tuple[Code, ...] = ()


def kind_of(record: Record, *, dialect: Dialect) -> RecordKind:
    """Which form shows a record."""
    described = describe(record, dialect=dialect)
    if described.document_kind in _KINDS:
        return _KINDS[described.document_kind]
    slot = SLOTS[dialect]["permit"]
    assert isinstance(slot, Text)
    return RecordKind.LOCAL if _read_text(record, slot) else RecordKind.BOOK


def read_form(record: Record, *, dialect: Dialect, kind: RecordKind) -> tuple[tuple[str, tuple[FormField, ...]], ...]:
    """The form of a record in groups; what the record's format or coded fields have no place for is left out."""
    shown = []
    for group, names in FIELDS[kind]:
        fields = [_shown(record, name, dialect) for name in names if name in SLOTS[dialect]]
        if found := tuple(field for field in fields if field is not None):
            shown.append((group, found))
    return tuple(shown)


def with_form(record: Record, values: Mapping[str, str], *, dialect: Dialect) -> Record:
    """The record with the form's answers (by the names of its fields); those that are missing, or say what the record
    says, touch nothing.

    Where a title or name was changed and its pinyin was what the machine makes, the pinyin follows.
    """
    for name, given in changed_values(record, values, dialect=dialect).items():
        slot = SLOTS[dialect][name]
        if isinstance(slot, Text):
            record = _with_text(record, slot, given, dialect)
        elif isinstance(slot, Coded):
            record = with_picks(record, {f"{slot.tag}-{slot.start}": given.replace("#", " ")}, dialect=dialect)
        else:
            record = _with_lines(record, slot, given.split("\n") if given else [])
    return record


def changed_values(record: Record, values: Mapping[str, str], *, dialect: Dialect) -> dict[str, str]:
    """Those of the form's answers that say something else than the record, as the form will show them."""
    changed = {}
    for name, given in values.items():
        slot = SLOTS[dialect].get(name)
        shown = _shown(record, name, dialect) if slot is not None else None
        if slot is not None and shown is not None and (value := _answer(given, slot)) != shown.value:
            changed[name] = value
    return changed


def _answer(given: str, slot: Slot) -> str:
    """An answer as the form shows it: no blanks that say nothing, no empty lines."""
    if isinstance(slot, Coded):
        return given
    if isinstance(slot, Text):
        return _normal(given)
    lines = [_normal(line) for line in given.splitlines()]
    if isinstance(slot, Headings) and slot.part:
        lines = [PART.join(part for text in line.split(PART) if (part := text.strip())) for line in lines]
    return "\n".join(line for line in lines if line)


def _shown(record: Record, name: str, dialect: Dialect) -> FormField | None:
    slot = SLOTS[dialect][name]
    if isinstance(slot, Text):
        return FormField(name, _read_text(record, slot), is_long=slot.is_long)
    if isinstance(slot, Coded):
        for pick in picks_of(record, dialect=dialect):
            if (pick.tag, pick.start) == (slot.tag, slot.start):
                return FormField(name, pick.value.replace(" ", "#"), codes=pick.position.codes)
        return None
    lines = [_line(field, slot) for _, field in _fields_of(record, slot)]
    return FormField(name, "\n".join(lines), lines=True, roles=isinstance(slot, Names))


def _normal(text: str) -> str:
    return " ".join(text.split())


def _place_of(record: Record, slot: Text) -> int | None:
    """Where the field of a text stands: the first with one of its tags."""
    for tag in slot.tags:
        places = [
            (field.ind2, place)
            for place, field in enumerate(record.fields)
            if field.tag == tag and isinstance(field, DataField)
        ]
        if places:  # several 264 are told apart by what they state
            return next((place for ind2, place in places if tag != "264" or ind2 == slot.indicators[1]), places[0][1])
    return None


def _read_text(record: Record, slot: Text) -> str:
    place = _place_of(record, slot)
    if place is None:
        return ""
    field = record.fields[place]
    assert isinstance(field, DataField)
    return _normal(next((value for code, value in field.subfields if code == slot.code and value.strip()), ""))


def _with_text(record: Record, slot: Text, value: str, dialect: Dialect) -> Record:
    if value == _read_text(record, slot):
        return record
    place = _place_of(record, slot)
    if place is None:
        made = DataField(slot.tags[0], slot.indicators[0], slot.indicators[1], ((slot.code, value),))
        return _with_field(record, made)
    field = record.fields[place]
    assert isinstance(field, DataField)
    changed = _with_subfield(field, slot.code, value, dialect)
    if slot.code == "a" and value:
        changed = _with_its_pinyin(field, changed)
    fields = list(record.fields)
    if changed.subfields:
        fields[place] = changed
    else:
        del fields[place]
    return record._replace(fields=tuple(fields))


def _with_subfield(field: DataField, code: str, value: str, dialect: Dialect) -> DataField:
    """The field with another value in its first subfield of this code that says something; without it where the value
    is empty. A new subfield stands where the format lists it."""
    subfields = list(field.subfields)
    at = next((at for at, (have, text) in enumerate(subfields) if have == code and text.strip()), None)
    if at is not None:
        subfields[at : at + 1] = [(code, value)] if value else []
        # A second one would now be read in its stead.
        if not value:
            subfields = [pair for pair in subfields if pair[0] != code or not pair[1].strip()]
    else:
        known = format_of(dialect).fields.get(field.tag)
        order = [*known.subfields] if known is not None else []
        if PINYIN in order:  # straight behind $a
            order.remove(PINYIN)
            order.insert(order.index("a") + 1, PINYIN)
        rank = order.index(code) if code in order else len(order)
        behind = [at for at, (have, _) in enumerate(subfields) if have not in order or order.index(have) <= rank]
        subfields.insert(behind[-1] + 1 if behind else 0, (code, value))
    return field._replace(subfields=tuple(subfields))


def _with_its_pinyin(before: DataField, after: DataField) -> DataField:
    """The pinyin follows what it is made of, unless somebody wrote it otherwise."""
    written = before.first(PINYIN)
    made = pinyin_for(after)
    if not written or written != pinyin_for(before) or not made:
        return after
    return after._replace(subfields=tuple((code, made if code == PINYIN else value) for code, value in after.subfields))


def _with_field(record: Record, made: DataField) -> Record:
    """The record with a new field behind the last one whose tag is not greater."""
    behind = [place for place, field in enumerate(record.fields) if field.tag <= made.tag]
    at = behind[-1] + 1 if behind else 0
    return record._replace(fields=(*record.fields[:at], made, *record.fields[at:]))


def _fields_of(record: Record, slot: Names | Headings) -> list[tuple[int, DataField]]:
    """The fields that are shown as lines, with their places: those that have something to show."""
    return [
        (place, field)
        for place, field in enumerate(record.fields)
        if field.tag in slot.tags and isinstance(field, DataField) and _line(field, slot)
    ]


def _line(field: DataField, slot: Names | Headings) -> str:
    if isinstance(slot, Names):
        role = _normal(" ".join(field.all(slot.role)))
        name = _normal(field.first("a"))
        return f"{name}{ROLE}{role}" if name and role else name
    parts = [text for code, value in field.subfields if code and code in slot.parts and (text := _normal(value))]
    return PART.join(parts) if field.first("a") else ""


def _with_lines(record: Record, slot: Names | Headings, lines: Sequence[str]) -> Record:
    """The record whose fields of this slot say these lines, in this order.

    A line that is there already keeps its field; one that is like a former one changes it; others are new. The fields
    stand where those of the slot stood.
    """
    present = _fields_of(record, slot)
    left = [field for _, field in present]
    chosen: list[DataField | None] = []
    for line in lines:
        same = next((field for field in left if _line(field, slot) == line), None)
        if same is not None:
            left.remove(same)
        chosen.append(same)
    made: list[DataField] = []
    for line, field in zip(lines, chosen, strict=True):
        if field is None:
            like = next((one for one in left if _are_alike(_line(one, slot), line)), None)
            if like is not None:
                left.remove(like)
            field = _field_for(line, slot, like)
        made.append(field)
    places = [place for place, _ in present]
    return _put(record, places, made)


def _put(record: Record, places: Sequence[int], made: Sequence[DataField]) -> Record:
    """The record with these fields in these places, more of them behind the last, fewer leaving none behind."""
    fields: list[Field | None] = list(record.fields)
    for place, field in zip(places, [*made, *[None] * len(places)], strict=False):
        fields[place] = field
    more: Sequence[Field] = made[len(places) :]
    if places:
        fields[places[-1] + 1 : places[-1] + 1] = more
        return record._replace(fields=tuple(field for field in fields if field is not None))
    for field in made:
        record = _with_field(record, field)
    return record


def _are_alike(one: str, other: str) -> bool:
    """Cheap bounds first: most pairs fail them. What is longer than any name is not compared at all."""
    if max(len(one), len(other)) > _LONGEST_NAME:
        return False
    matcher = SequenceMatcher(a=one, b=other, autojunk=False)
    return matcher.real_quick_ratio() > _ALIKE and matcher.quick_ratio() > _ALIKE and matcher.ratio() > _ALIKE


def _field_for(line: str, slot: Names | Headings, former: DataField | None) -> DataField:
    if isinstance(slot, Names):
        return _named(line, slot, former)
    return _headed(line, slot, former)


def _named(line: str, slot: Names, former: DataField | None) -> DataField:
    name, _sign, role = line.rpartition(ROLE) if ROLE in line else (line, "", "")
    if former is None:
        subfields = [("a", name), *([(slot.role, role)] if role else [])]
        return DataField(slot.tags[0], slot.indicators[0], slot.indicators[1], tuple(subfields))
    kept = former.subfields
    if _normal(former.first("a")) != name:
        kept = _replaced(kept, "a", name)
        kept = tuple(pair for pair in kept if pair[0] not in _AUTHORITY)
    if _normal(" ".join(former.all(slot.role))) != role:
        kept = tuple(pair for pair in kept if pair[0] != slot.role)
        kept = (*kept, (slot.role, role)) if role else kept
    return _with_its_pinyin(former, former._replace(subfields=kept))


def _headed(line: str, slot: Headings, former: DataField | None) -> DataField:
    texts = [text for part in line.split(PART) if (text := part.strip())] if slot.part else [line]
    if former is None:
        subfields = [(("a" if place == 0 else slot.part), text) for place, text in enumerate(texts)]
        return DataField(slot.tags[0], slot.indicators[0], slot.indicators[1], tuple(subfields))
    codes = [code for code, value in former.subfields if code and code in slot.parts and value.strip()]
    kept = [pair for pair in former.subfields if pair[0] not in slot.parts and pair[0] not in _AUTHORITY]
    codes = ["a", *[code for code in codes[1:] if code != "a"]]
    parts = [(codes[place] if place < len(codes) else slot.part, text) for place, text in enumerate(texts)]
    return former._replace(subfields=(*parts, *kept))


def _replaced(subfields: Sequence[tuple[str, str]], code: str, value: str) -> tuple[tuple[str, str], ...]:
    """The subfields with another value in the first of this code that says something."""
    at = next(at for at, (have, text) in enumerate(subfields) if have == code and text.strip())
    return (*subfields[:at], (code, value), *subfields[at + 1 :])
