"""What a new record begins with: the coded fields of its kind, and a place for what every cataloguer fills in.

What every library begins with is data (``tables/templates.txt``): a record as lines for each format and kind.
"""

from datetime import date
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files

from wenyuan.kernel.marc import ControlField, DataField, Dialect, Field, Record, from_text


class RecordKind(StrEnum):
    """What is catalogued, as the form asks for it. Local documents (地方文献) are books with numbers of their own."""

    BOOK = "book"
    SERIAL = "serial"
    LOCAL = "local"
    ELECTRONIC = "electronic"
    AUDIO_VISUAL = "audio_visual"


def draft(*, dialect: Dialect, kind: RecordKind, on: date) -> Record:
    """A record to fill in, begun on a day; its empty subfields are dropped when it is saved (``without_empty``)."""
    return begun(shipped_text(dialect=dialect, kind=kind), on=on)


def shipped_text(*, dialect: Dialect, kind: RecordKind) -> str:
    """The lines that a record of this kind begins with where a library says nothing else; days as ``{date}``."""
    return _shipped()[dialect.value, kind.value]


def begun(text: str, *, on: date) -> Record:
    """The record that the lines of a template spell on a day: ``{date}`` is 20260423, ``{date6}`` 260423, ``{year}``
    2026. A control number or time stamp in it is left out: each record has its own.

    :raises BadText: lines that are no record.
    """
    for mark, day in (("{date}", f"{on:%Y%m%d}"), ("{date6}", f"{on:%y%m%d}"), ("{year}", f"{on:%Y}")):
        text = text.replace(mark, day)
    record = from_text(text)
    return record._replace(fields=tuple(field for field in record.fields if field.tag not in ("001", "005")))


@lru_cache(maxsize=1)
def _shipped() -> dict[tuple[str, str], str]:
    texts: dict[tuple[str, str], list[str]] = {}
    lines: list[str] = []
    for line in files(__package__).joinpath("tables", "templates.txt").read_text(encoding="utf-8").split("\n"):
        if line.startswith("["):
            dialect, _, kind = line.strip("[]").partition(" ")
            lines = texts[dialect, kind] = []
        elif line and not line.startswith("# "):
            lines.append(line)
    return {key: "\n".join(found) for key, found in texts.items()}


_FILLERS = {("690", "v"), ("084", "2"), ("650", "2"), ("040", "b"), ("801", "a"), ("801", "c")}
"""What a draft writes into a field that may stay empty: alone it says nothing."""


def without_empty(record: Record, *, template: Record | None = None) -> Record:
    """The record without subfields and fields in which nothing was filled in. Where the first subfield of a field of
    the ``template`` is to be filled in and was not, what else the template writes into the field goes with it.
    """
    fields: tuple[Field, ...] = tuple(filled for field in record.fields if (filled := _filled(field)) is not None)
    if template is None:
        return record._replace(fields=fields)
    alone = {_filled(field) for field in template.fields if _is_to_fill(field)}
    return record._replace(fields=tuple(field for field in fields if field not in alone))


def _is_to_fill(field: Field) -> bool:
    return isinstance(field, DataField) and bool(field.subfields) and not field.subfields[0][1].strip()


def _filled(field: Field) -> Field | None:
    if isinstance(field, ControlField):
        return field if field.data.strip() else None
    subfields = tuple(pair for pair in field.subfields if pair[1].strip())
    if not subfields or all((field.tag, code) in _FILLERS for code, _ in subfields):
        return None
    return DataField(field.tag, field.ind1, field.ind2, subfields)
