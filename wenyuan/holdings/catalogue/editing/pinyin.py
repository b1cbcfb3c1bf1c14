"""Pinyin of titles and names in $9, proposed where a CNMARC record has none. What somebody typed is never replaced.

As the National Library writes it: syllables parted by blanks, lower case, no punctuation, letters of other scripts in
capitals; for 200 $a, the titles of 5xx but 510, and 7xx $a (with $b for bodies).
"""

from collections.abc import Iterable

from wenyuan.kernel.chinese.names import name_pieces
from wenyuan.kernel.chinese.pinyin import Piece, PieceKind, pieces_of
from wenyuan.kernel.marc import DataField, Dialect, Field, Record

PINYIN, _CALIS_PINYIN = "9", "A"
_TITLES = frozenset({"200", "500", "512", "513", "514", "515", "516", "517", "518", "520", "540", "541"})
_PERSONS = frozenset({"700", "701", "702"})
_BODIES = frozenset({"710", "711", "712"})


def with_pinyin(record: Record, *, dialect: Dialect, before: Record | None = None) -> Record:
    """The record with $9 behind $a wherever it belongs and is not there; MARC 21 has no place for it. Fields that stood
    so ``before`` are left alone."""
    if dialect is not Dialect.CNMARC:
        return record
    kept = set(before.fields) if before is not None else frozenset[Field]()
    return record._replace(fields=tuple(field if field in kept else _with_pinyin(field) for field in record.fields))


def pinyin_for(field: DataField) -> str:
    """The pinyin that this field should have by its tag; empty where there is none to make."""
    if field.tag in _TITLES:
        return _spelled(pieces_of(field.first("a")))
    if field.tag in _PERSONS:
        return _spelled(name_pieces(field.first("a")))
    if field.tag in _BODIES:
        return _spelled(pieces_of(" ".join(field.all("ab"))))
    return ""


def _with_pinyin(field: Field) -> Field:
    if not isinstance(field, DataField) or field.first(PINYIN) or field.first(_CALIS_PINYIN):
        return field
    made = pinyin_for(field)
    if not made:
        return field
    subfields = [pair for pair in field.subfields if pair[0] != PINYIN]
    behind = next(place for place, pair in enumerate(subfields) if pair[0] == "a" and pair[1].strip()) + 1
    return field._replace(subfields=(*subfields[:behind], (PINYIN, made), *subfields[behind:]))


def _spelled(pieces: Iterable[Piece]) -> str:
    """Nothing for a text without Chinese: it reads as it is written."""
    found = list(pieces)
    if not any(piece.kind is PieceKind.HAN for piece in found):
        return ""
    return " ".join(piece.text.upper() if piece.kind is PieceKind.WORD else piece.syllable for piece in found)
