"""Another heading written into the fields of a record that hold a former one; nothing else of the record changes."""

import re
from typing import Final

from wenyuan.kernel.chinese import half_width, name_pinyin, pinyin_of
from wenyuan.kernel.headings.kinds import Heading, HeadingKind
from wenyuan.kernel.headings.names import plain_dates
from wenyuan.kernel.headings.of_records import DATES_CODE, EMBEDDED, MEETINGS, heading_in, is_embedded_title
from wenyuan.kernel.marc import DataField, Dialect, Record
from wenyuan.kernel.marc.model import Subfield
from wenyuan.kernel.marc.tagged import without_marks

_DATES_IN_BRACKETS: Final = re.compile(r"\s*[(\[（〔]([^()\[\]（）〔〕]*)[)\]）〕]")
_IN_PARTS: Final = (HeadingKind.PERSON, HeadingKind.BODY)
_PINYIN: Final = ("9", "A")


def with_heading(record: Record, dialect: Dialect, *, former: Heading, heading: Heading) -> Record:
    """The record with ``heading`` (its name and dates) wherever ``former`` stands in a field.

    Subdivisions, role, numbers and the order of subfields stay; pinyin ($9, $A) follows where the field has it, and
    nationality or dynasty in brackets stay beside the name. Statements of responsibility are transcribed from the book
    and never changed.
    """
    fields = tuple(
        _rewritten(field, dialect, heading)
        if isinstance(field, DataField) and (found := heading_in(field, dialect)) and found.form == former.form
        else field
        for field in record.fields
    )
    return record._replace(fields=fields)


def _rewritten(field: DataField, dialect: Dialect, heading: Heading) -> DataField:
    if heading_in(field, dialect) == heading:
        return field
    if field.tag == EMBEDDED and dialect is Dialect.CNMARC:
        return field._replace(subfields=_embedded(field, heading))
    names = _names(field, dialect, heading)
    dates_code = DATES_CODE[dialect] if heading.kind is HeadingKind.PERSON else ""
    written: list[Subfield] = []
    is_named, is_dated = False, not heading.dates
    has_dates = any(code == dates_code for code, _value in field.subfields)
    for code, value in field.subfields:
        if _is_name(code, value, heading.kind) and (code == "a" or not _is_meeting(field, dialect)):
            if is_named and heading.kind not in _IN_PARTS:
                written.append((code, value))
            elif not is_named:
                written += names
                if dates_code and heading.dates and not has_dates:
                    written.append((dates_code, heading.dates))
                is_named = True
        elif code == dates_code:
            if not is_dated:
                written.append((dates_code, heading.dates))
                is_dated = True
        elif code in _PINYIN and dialect is Dialect.CNMARC:
            written.append((code, _pinyin(heading)))
        elif not (code == "B" and dialect is Dialect.CNMARC):
            written.append((code, value))
    if dialect is Dialect.MARC21:
        written = _with_marks(field, written, heading)
    return field._replace(subfields=tuple(written))


def _is_name(code: str, value: str, kind: HeadingKind) -> bool:
    """Whether a subfield is, or belongs to, the name: of persons and bodies $b does."""
    if kind in _IN_PARTS:
        return code in ("a", "b")
    return code == "a" and bool(value.strip())


def _is_meeting(field: DataField, dialect: Dialect) -> bool:
    return dialect is Dialect.MARC21 and field.tag in MEETINGS


def _names(field: DataField, dialect: Dialect, heading: Heading) -> list[Subfield]:
    if heading.kind is HeadingKind.PERSON:
        return _person(field, dialect, heading)
    if heading.kind is HeadingKind.BODY and not _is_meeting(field, dialect):
        return _body(field, heading.name)
    return [("a", heading.name)]


def _person(field: DataField, dialect: Dialect, heading: Heading) -> list[Subfield]:
    """The name in $a; what follows its comma (CNMARC), or its numeral (MARC 21), in $b, where the field parts them."""
    first, rest = field.first("a"), field.all("b")
    if dialect is Dialect.CNMARC and ", " in heading.name:
        former = heading_in(field, dialect)
        if rest or (former is not None and former.name == first.strip() and "," not in first):
            entry, given = heading.name.split(", ", 1)
            return [("a", entry), ("b", given)]
    numeral = " ".join(map(without_marks, rest)) if dialect is Dialect.MARC21 else ""
    if numeral and heading.name.endswith(f" {numeral}"):
        return [("a", heading.name.removesuffix(f" {numeral}")), ("b", numeral)]
    return [("a", _among_brackets(first, field, dialect, heading))]


def _body(field: DataField, name: str) -> list[Subfield]:
    """A body with its parts in $b, at most as many as the field has: of ``U.S. Army`` and ``St. Marys Hospital``
    nothing is parted. The leading parts that stay are known by the field; of others the last full stops part them."""
    stays: list[str] = []
    left = name
    parts = field.all("ab")
    for text in parts[:-1]:
        plain = text.rstrip(". ")
        if not left.startswith(f"{plain}. "):
            break
        stays.append(text)
        left = left.removeprefix(f"{plain}. ")
    new = left.rsplit(". ", max(len(parts) - 1 - len(stays), 0))
    entry, *units = [*stays, *new]
    return [("a", entry), *(("b", unit) for unit in units)]


def _among_brackets(text: str, field: DataField, dialect: Dialect, heading: Heading) -> str:
    """``(英)罗琳`` with another name between its brackets; years there get a subfield of their own."""
    former = heading_in(field, dialect)
    plain = half_width(text)
    if former is None or field.all("b") or former.name not in plain:
        return heading.name
    kept = _DATES_IN_BRACKETS.sub(lambda found: "" if plain_dates(found[1]) else found[0], plain)
    return kept.replace(former.name, heading.name, 1) if former.name in kept and former.name != plain else heading.name


def _pinyin(heading: Heading) -> str:
    return name_pinyin(heading.name) if heading.kind is HeadingKind.PERSON else pinyin_of(heading.name)


def _embedded(field: DataField, heading: Heading) -> tuple[Subfield, ...]:
    written: list[Subfield] = []
    inside, is_named = "", False
    for code, value in field.subfields:
        if code == "1":
            inside = value[:3]
        elif not is_named and is_embedded_title(inside, code) and value.strip():
            value, is_named = heading.name, True
        written.append((code, value))
    return tuple(written)


def _with_marks(field: DataField, written: list[Subfield], heading: Heading) -> list[Subfield]:
    """The mark that closed the former heading, behind the new one; a comma before the dates."""
    codes = {"a", "b", "d"} if heading.kind is HeadingKind.PERSON else {"a", "b"}
    before = [value.rstrip() for code, value in field.subfields if code in codes and value.strip()]
    mark = before[-1][len(without_marks(before[-1])) :] if before else ""
    places = [place for place, (code, _value) in enumerate(written) if code in codes]
    if not places:
        return written
    *earlier, last = places
    result = list(written)
    codes_before = [code for code, value in field.subfields if code in codes and value.strip()]
    if heading.kind is HeadingKind.PERSON and codes_before == [result[place][0] for place in places]:
        # The same parts as before: each keeps its own mark, as before a $q that stands between.
        for place, text in zip(earlier, before, strict=False):
            code, value = result[place]
            result[place] = (code, value + text[len(without_marks(text)) :])
        earlier = []
    between = "," if heading.kind is HeadingKind.PERSON else "."
    for place in earlier:
        code, value = result[place]
        result[place] = (code, value if value.endswith(between) else value + between)
    code, value = result[last]
    result[last] = (code, value if mark and value.endswith(mark) else value + mark)
    return result
