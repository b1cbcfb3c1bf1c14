"""What is wrong with a record, by the rules of its format. Pure.

Errors are what makes a record no record, or one that its format does not know: they refuse it. Warnings are shown and
do no more: tables of indicators and codes differ between systems, and books carry misprinted numbers.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from wenyuan.holdings.catalogue.editing.formats import LEADER, Format, Position, format_of
from wenyuan.holdings.catalogue.editing.values import WARNINGS, FaultRule, RecordFault
from wenyuan.kernel.booknumbers import BadBookNumber, parse_isbn, parse_issn
from wenyuan.kernel.marc import (
    ControlField,
    DataField,
    Dialect,
    Encoding,
    Field,
    MarcError,
    Reason,
    Record,
    describe,
    encode,
)

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_TAG = re.compile(r"[0-9A-Za-z]{3}")
_CODE = re.compile(r"[0-9A-Za-z]")
_LEADER_LENGTH = 24
_STATUS, _DELETED = 5, "d"
_LENGTHS = (Reason.FIELD_TOO_LONG, Reason.RECORD_TOO_LONG)
_FILL = "|"
"""What some agencies write where they do not code."""

_RULES = {
    "@date": re.compile(r"(?:[0-9]{8}| {8})"),
    "@date6": re.compile(r"(?:[0-9]{6}| {6})"),
    "@year": re.compile(r"[0-9u ]{4}"),
    "@language": re.compile(r"[a-z]{3}| {3}"),
    "@place": re.compile(r"[a-z]{2,3} ?"),
    "@charset": re.compile(r"(?:(?:0[1-9]|1[01]|50)(?:0[1-9]|1[01]|50|  )| {4})"),
    "@any": re.compile(r".*", re.S),
}
_NUMBERS = {
    Dialect.CNMARC: {"010": (FaultRule.ISBN_WRONG, parse_isbn), "011": (FaultRule.ISSN_WRONG, parse_issn)},
    Dialect.MARC21: {"020": (FaultRule.ISBN_WRONG, parse_isbn), "022": (FaultRule.ISSN_WRONG, parse_issn)},
}


def check(record: Record, *, dialect: Dialect, before: Record | None = None) -> tuple[RecordFault, ...]:
    """Everything that is wrong with the record, in the order of its fields.

    What stands in a field that was so ``before`` is a warning: who mends a misprint in the summary of a supplier's
    record need not first mend all the rest of it.
    """
    rules = format_of(dialect)
    found = [*_of_leader(record, rules)]
    places: Counter[str] = Counter()
    kept = set(before.fields) if before is not None else frozenset()
    for field in record.fields:
        places[field.tag] += 1
        faults = [replace(fault, place=places[field.tag]) for fault in _of_field(field, rules, dialect)]
        if field in kept:
            faults = [replace(fault, warning=True) for fault in faults]
        found += faults
    found += _of_whole(record, rules, dialect, before)
    return tuple(replace(fault, warning=fault.warning or fault.rule in WARNINGS) for fault in found)


def _of_leader(record: Record, rules: Format) -> Iterator[RecordFault]:
    leader = record.leader
    if len(leader) != _LEADER_LENGTH or not leader.isascii() or not leader.isprintable():
        yield RecordFault(FaultRule.LEADER_INVALID, LEADER)
        return
    if leader[_STATUS] == _DELETED:
        yield RecordFault(FaultRule.MARKED_DELETED, LEADER, where="5")
    yield from _of_codes(LEADER, "", leader, rules.coded[LEADER, ""])


def _of_field(field: Field, rules: Format, dialect: Dialect) -> Iterator[RecordFault]:
    tag = field.tag
    if _TAG.fullmatch(tag) is None:
        yield RecordFault(FaultRule.TAG_INVALID, tag)
        return
    if tag not in rules.fields and "9" not in tag:  # tags with a 9 are each library's own
        yield RecordFault(FaultRule.FIELD_UNKNOWN, tag)
    if isinstance(field, ControlField):
        yield from _of_value(tag, "", field.data, rules)
        return
    if tag.startswith("00"):
        yield RecordFault(FaultRule.CONTROL_FIELD_PARTED, tag)
    yield from _of_indicators(field, rules)
    if not field.subfields:
        yield RecordFault(FaultRule.FIELD_EMPTY, tag)
    yield from _of_subfields(field, rules)
    rule, parse = _NUMBERS[dialect].get(tag, (None, None))
    if rule is not None and parse is not None:
        for number in field.all("a"):
            try:
                parse(number)
            except BadBookNumber:
                yield RecordFault(rule, tag, where="$a", detail=number)


def _of_indicators(field: DataField, rules: Format) -> Iterator[RecordFault]:
    known = rules.fields.get(field.tag)
    for place, sign in enumerate((field.ind1, field.ind2)):
        where = f"ind{place + 1}"
        if len(sign) != 1 or not sign.isascii() or not sign.isprintable():
            yield RecordFault(FaultRule.INDICATOR_INVALID, field.tag, where=where)
        elif known is not None and (allowed := known.indicators[place]) and sign not in allowed:
            yield RecordFault(
                FaultRule.INDICATOR_VALUE, field.tag, where=where, detail=" ".join(allowed.replace(" ", "#"))
            )


def _of_subfields(field: DataField, rules: Format) -> Iterator[RecordFault]:
    tag = field.tag
    known = rules.fields.get(tag)
    embeds = any(code == "1" for code, _ in field.subfields)  # $1 embeds whole fields: its codes are theirs
    times = Counter(code for code, _ in field.subfields)
    for code, value in field.subfields:
        if _CODE.fullmatch(code) is None:
            yield RecordFault(FaultRule.CODE_INVALID, tag, where=f"${code}")
            continue
        if not value:
            yield RecordFault(FaultRule.SUBFIELD_EMPTY, tag, where=f"${code}")
        yield from _of_value(tag, code, value, rules)
        if known is None or not known.subfields or embeds:
            continue
        if code not in known.subfields:
            if code not in "59":
                yield RecordFault(FaultRule.SUBFIELD_UNKNOWN, tag, where=f"${code}")
        elif known.subfields[code].once and times[code] > 1:
            times[code] = 1
            yield RecordFault(FaultRule.SUBFIELD_REPEATED, tag, where=f"${code}")


def _of_value(tag: str, code: str, value: str, rules: Format) -> Iterator[RecordFault]:
    where = f"${code}" if code else ""
    if _CONTROL.search(value):
        yield RecordFault(FaultRule.CONTROL_CHARACTER, tag, where=where)
    if not value.strip() and not code:
        yield RecordFault(FaultRule.FIELD_EMPTY, tag)
        return
    length = rules.length_of(tag, code)
    if length and len(value) != length:
        yield RecordFault(FaultRule.LENGTH_WRONG, tag, where=where, detail=f"{len(value)} / {length}")
    elif length:
        yield from _of_codes(tag, where, value.replace("#", " "), rules.coded[tag, code])


def _of_codes(tag: str, where: str, text: str, positions: tuple[Position, ...]) -> Iterator[RecordFault]:
    for position in positions:
        value = text[position.start : position.start + position.length]
        if not fits(position, value):
            last = position.start + position.length - 1
            span = f"{position.start}" if position.length == 1 else f"{position.start}-{last}"
            yield RecordFault(
                FaultRule.CODE_VALUE,
                tag,
                where=f"{where}/{span}" if where else span,
                detail=value.replace(" ", "#"),
            )


def fits(position: Position, value: str) -> bool:
    """Whether a value may stand at a coded position; the fill character always may."""
    if set(value) == {_FILL}:
        return True
    if not position.codes:
        return _RULES[position.rule].fullmatch(value) is not None
    known = {code.value for code in position.codes}
    parts = [value[at : at + position.unit] for at in range(0, len(value), position.unit)]
    blank = " " * position.unit
    # The first of several codes is given; the others may be left out.
    return parts[0] in known and all(part in known or part == blank for part in parts[1:])


def _of_whole(record: Record, rules: Format, dialect: Dialect, before: Record | None) -> Iterator[RecordFault]:
    times = Counter(field.tag for field in record.fields)
    earlier = Counter(field.tag for field in before.fields) if before is not None else Counter[str]()
    for tag, rule in rules.fields.items():
        if rule.once and times[tag] > 1:
            yield RecordFault(FaultRule.FIELD_REPEATED, tag, place=2, warning=earlier[tag] >= times[tag])
        # The number is given when the record is saved.
        if not times[tag] and (rule.mandatory or rule.expected) and tag != "001":
            kind = FaultRule.FIELD_MISSING if rule.mandatory else FaultRule.FIELD_EXPECTED
            yield RecordFault(kind, tag, place=0, warning=before is not None and not earlier[tag])
    if not describe(record, dialect=dialect).title:
        tag = "200" if dialect is Dialect.CNMARC else "245"
        had_none = before is not None and not describe(before, dialect=dialect).title
        yield RecordFault(FaultRule.TITLE_MISSING, tag, where="$a", warning=had_none)
    if before is not None and (number := _number(before)) and _number(record) != number:
        yield RecordFault(FaultRule.NUMBER_CHANGED, "001", detail=number)
    try:
        encode(record, encoding=Encoding.UTF8, dialect=dialect)
    except MarcError as error:
        if error.reason in _LENGTHS:
            yield RecordFault(FaultRule.TOO_LONG_FOR_EXCHANGE, error.tag, place=0, detail=error.detail)


def _number(record: Record) -> str:
    return next((field.data for field in record.fields if isinstance(field, ControlField) and field.tag == "001"), "")
