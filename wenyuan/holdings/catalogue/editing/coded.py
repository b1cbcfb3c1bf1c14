"""Coded positions one by one, as they are picked from lists: what stands there, and the record with another code."""

from collections.abc import Mapping
from typing import NamedTuple

from wenyuan.holdings.catalogue.editing.formats import LEADER, Position, format_of
from wenyuan.kernel.marc import ControlField, DataField, Dialect, Field, Record


class Pick(NamedTuple):
    """One code of a record: its field, the position it belongs to, where it begins (from 0), and what stands there.

    ``number`` counts from 1 where a position holds several codes; 0 where it holds one.
    """

    tag: str
    code: str
    position: Position
    start: int
    number: int
    value: str

    @property
    def name(self) -> str:
        """What it is called in a form."""
        return f"{self.tag}-{self.start}"


def picks_of(record: Record, *, dialect: Dialect) -> tuple[Pick, ...]:
    """The codes of the leader and of the first field of each coded tag, in their order.

    A field of another length than it should have is left out: nobody knows what stands where.
    """
    rules = format_of(dialect)
    found: list[Pick] = []
    for (tag, code), positions in rules.coded.items():
        text = _text_of(record, tag, code)
        if tag != LEADER and len(text) != rules.length_of(tag, code):
            continue
        for position in positions:
            unit = position.unit
            several = position.length > unit
            for number, start in enumerate(range(position.start, position.start + position.length, unit), 1):
                value = text[start : start + unit]
                found.append(Pick(tag, code, position, start, number if several else 0, value))
    return tuple(found)


def with_picks(record: Record, changes: Mapping[str, str], *, dialect: Dialect) -> Record:
    """The record with these codes (by the name of a pick) in their places; all else as it is. A code of another length
    than its place is left out."""
    for pick in picks_of(record, dialect=dialect):
        value = changes.get(pick.name)
        if value is not None and len(value) == len(pick.value) and value != pick.value:
            record = _with_code(record, pick, value)
    return record


def _text_of(record: Record, tag: str, code: str) -> str:
    if tag == LEADER:
        return record.leader
    for field in record.fields:
        if field.tag == tag:
            if isinstance(field, ControlField):
                return "" if code else field.data
            return next((value for have, value in field.subfields if have == code), "")
    return ""


def _with_code(record: Record, pick: Pick, value: str) -> Record:
    def put(text: str) -> str:
        return text[: pick.start] + value + text[pick.start + len(value) :]

    if pick.tag == LEADER:
        return record._replace(leader=put(record.leader))
    fields: list[Field] = list(record.fields)
    place = next(place for place, field in enumerate(fields) if field.tag == pick.tag)
    field = fields[place]
    if isinstance(field, ControlField):
        fields[place] = field._replace(data=put(field.data))
    else:
        at = next(at for at, pair in enumerate(field.subfields) if pair[0] == pick.code)
        before, after = field.subfields[:at], field.subfields[at + 1 :]
        subfields = (*before, (pick.code, put(field.subfields[at][1])), *after)
        fields[place] = DataField(field.tag, field.ind1, field.ind2, subfields)
    return record._replace(fields=tuple(fields))
