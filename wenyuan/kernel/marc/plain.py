"""A CNMARC record out of what a plain list knows of a book. Pure; the same list gives the same bytes."""

from dataclasses import dataclass

from wenyuan.kernel.marc.model import ControlField, DataField, Field, Record

_LEADER = "00000nam0 2200000   450 "
_CONTROL = str.maketrans(dict.fromkeys((*range(32), 127), " "))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainBook:
    """A book as a list has it; empty texts where the list says nothing. ``entered`` is YYYYMMDD, of field 100."""

    key: str
    title: str
    author: str = ""
    isbn: str = ""
    price: str = ""
    publisher: str = ""
    place: str = ""
    year: str = ""
    pages: str = ""
    volume: str = ""
    class_no: str = ""
    summary: str = ""
    entered: str = "19000101"


def plain_record(book: PlainBook) -> Record:
    """The record, with its key in 001. Control characters become blanks; what the list has not is left out."""
    year = book.year if len(book.year) == 4 and book.year.isdecimal() and book.year.isascii() else "    "
    coded = f"{book.entered}d{year}    em y0chiy50      ea"
    fields: list[Field] = [ControlField("001", _clean(book.key))]
    _add(fields, "010", " ", (("a", book.isbn), ("d", book.price)))
    fields.append(DataField("100", " ", " ", (("a", coded),)))
    fields.append(DataField("101", "0", " ", (("a", "chi"),)))
    _add(fields, "200", "1", (("a", book.title), ("h", book.volume), ("f", book.author)))
    _add(fields, "210", " ", (("a", book.place), ("c", book.publisher), ("d", book.year)))
    _add(fields, "215", " ", (("a", book.pages),))
    _add(fields, "330", " ", (("a", book.summary),))
    _add(fields, "690", " ", (("a", book.class_no), ("v", "5" if book.class_no else "")))
    return Record(_LEADER, tuple(fields))


def _add(fields: list[Field], tag: str, ind1: str, subfields: tuple[tuple[str, str], ...]) -> None:
    said = tuple((code, text) for code, value in subfields if (text := _clean(value)))
    if said:
        fields.append(DataField(tag, ind1, " ", said))


def _clean(text: str) -> str:
    return text.translate(_CONTROL).strip()
