"""Which encoding and which dialect a record is in, decided on its bytes.

Neither leader 9 nor CNMARC 100/26-29 can be believed: both are filled in by habit. So the bytes decide: valid UTF-8
beyond ASCII is UTF-8; else GB18030 where it reads as Chinese; else MARC-8 where diacritics stand before letters. What
fits none is refused. The rest of the file settles a record that would pass as two of them.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from wenyuan.kernel.marc.iso2709 import decode_with_texts
from wenyuan.kernel.marc.marc8 import decode_marc8
from wenyuan.kernel.marc.model import (
    LEADER_LENGTH,
    DataField,
    Dialect,
    Encoding,
    MarcError,
    Reason,
    Record,
)

_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_LONG_UTF8 = re.compile(rb"[\xe0-\xf4]")
_UTF8_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_GB_CHARACTER = re.compile(rb"[\x81-\xfe](?:[0-9][\x81-\xfe][0-9]|[\x40-\x7e\x80-\xfe])")
_ESCAPE = re.compile(rb"\x1b(?:[sgbp]|[(),\-$])")
_LONE_LATIN = re.compile(rb"(?<!\x1f)[A-Za-z][\x80-\xff][a-z]")
_MARKS_IN_WORD = re.compile(rb"(?<!\x1f)[A-Za-z][\xe0-\xfe]{1,2}[A-Za-z]")
_MARK_BEFORE_NO_LETTER = re.compile(rb"[\xe0-\xfe](?![A-Za-z\xa1-\xfe\x1b])")

_CNMARC_TAGS = frozenset(
    ("101", "102", "105", "106", "205", "210", "215", "225", "690", "701", "702", "711", "712", "801", "905")
)
_MARC21_TAGS = frozenset(("008", "040", "050", "082", "250", "260", "264", "490", "650", "651", "655", "852", "952"))


class Decoded(NamedTuple):
    """A record with what was found out about its bytes, and its fields as they stood there (`decode_with_texts`)."""

    record: Record
    encoding: Encoding
    dialect: Dialect
    texts: Sequence[str]


@dataclass(frozen=True, slots=True)
class FileProfile:
    """What most records of a file are: consulted where one record alone would leave doubt.

    `votes` counts the sampled records by encoding (ASCII ones do not vote), `undecodable` those that fit none.
    """

    encoding: Encoding
    dialect: Dialect
    sampled: int
    votes: tuple[tuple[Encoding, int], ...] = ()
    undecodable: int = 0


def profile_file(raws: Iterable[bytes], *, sample: int = 200) -> FileProfile:
    """The majority of a file's first `sample` records; UTF-8 and CNMARC where nothing speaks for anything."""
    encodings: Counter[Encoding] = Counter()
    dialects: Counter[Dialect] = Counter()
    sampled = undecodable = 0
    for raw in islice(raws, sample):
        sampled += 1
        dialects[detect_dialect(raw)] += 1
        try:
            encodings[detect_encoding(raw)] += 1
        except MarcError:
            undecodable += 1
    plain = encodings.pop(Encoding.ASCII, 0)
    votes = tuple(encodings.most_common())
    encoding = votes[0][0] if votes else Encoding.ASCII if plain else Encoding.UTF8
    dialect = dialects.most_common(1)[0][0] if dialects else Dialect.CNMARC
    return FileProfile(encoding, dialect, sampled, votes, undecodable)


def decode_record(raw: bytes, *, profile: FileProfile | None = None) -> Decoded:
    """Decode one record in the encoding its bytes show, in a file of which `profile` is known.

    :raises MarcError: as `detect_encoding` and `decode`.
    """
    encoding = detect_encoding(raw, prefer=profile.encoding if profile else None)
    record, texts = decode_with_texts(raw, encoding=encoding)
    dialect = detect_dialect(record, default=profile.dialect if profile else Dialect.CNMARC)
    return Decoded(record, encoding, dialect, texts)


def detect_dialect(source: Record | bytes, *, default: Dialect = Dialect.CNMARC) -> Dialect:
    """CNMARC or MARC 21, by the tags present (of a decoded record, or of a raw one's directory).

    200 or 245 alone decides; failing that the tags that only one of them has, and the 36 characters of CNMARC 100$a
    (a 100 of MARC 21 is a person); failing that `default`.
    """
    tags = _tags_of(source) if isinstance(source, bytes) else {field[0] for field in source.fields}
    if ("200" in tags) != ("245" in tags):
        return Dialect.CNMARC if "200" in tags else Dialect.MARC21
    score = len(tags & _CNMARC_TAGS) - len(tags & _MARC21_TAGS)
    if not isinstance(source, bytes) and any(_is_coded_100(field) for field in source.fields if field[0] == "100"):
        score += 3
    if score == 0:
        return default
    return Dialect.CNMARC if score > 0 else Dialect.MARC21


def _is_coded_100(field: object) -> bool:
    return isinstance(field, DataField) and any(
        code == "a" and 30 <= len(value) <= 40 and value[:8].isdigit() for code, value in field.subfields
    )


def _tags_of(raw: bytes) -> set[str]:
    head = raw[LEADER_LENGTH : max(raw.find(b"\x1e"), LEADER_LENGTH)].decode("latin-1")
    return {head[at : at + 3] for at in range(0, len(head), 12)}


def detect_encoding(raw: bytes, *, prefer: Encoding | None = None) -> Encoding:
    """The encoding of one raw record; `prefer` is the file's, and decides only where the bytes leave doubt.

    :raises MarcError: UNDECODABLE where the bytes fit none (Latin-1, Big5, UTF-8 with a broken character).
    """
    if raw.isascii():
        return Encoding.MARC8 if b"\x1b" in raw and _ESCAPE.search(raw) else Encoding.ASCII
    if _decodes(raw, "utf-8"):
        return Encoding.GB18030 if _is_utf8_by_chance(raw, prefer) else Encoding.UTF8
    # The 1980 set alone, without one character of its later extensions, is hardly an accident; two diacritics on one
    # letter (Vietnamese in MARC-8) are the exception, and they stand inside words.
    trusted = prefer is Encoding.GB18030 or (prefer is not Encoding.MARC8 and not _MARKS_IN_WORD.search(raw))
    if trusted and _decodes(raw, "gb2312"):
        return Encoding.GB18030
    return _doubtful_encoding(raw, prefer)


def _decodes(raw: bytes, codec: str) -> bool:
    try:
        raw.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _is_utf8_by_chance(raw: bytes, prefer: Encoding | None) -> bool:
    """Whether valid UTF-8 may be GB after all: only two-byte sequences, each also a character of GB 2312.

    No Chinese character takes two bytes in UTF-8. Accented Latin letters stand singly between ASCII ones; Chinese
    characters come in twos and more, and so does Cyrillic, whose second bytes reach below A1.
    """
    if _LONG_UTF8.search(raw) or not _decodes(raw, "gb2312") or prefer is Encoding.UTF8:
        return False
    if prefer is Encoding.GB18030:
        return True
    return raw[9:10] != b"a" and all(len(run) >= 4 for run in _HIGH_RUN.findall(raw))


def _doubtful_encoding(raw: bytes, prefer: Encoding | None) -> Encoding:
    runs = _HIGH_RUN.findall(raw)
    dialect = detect_dialect(raw)
    chinese = _reads_as_chinese(raw, runs, lenient=dialect is Dialect.CNMARC or prefer is Encoding.GB18030)
    if chinese and prefer is Encoding.GB18030:
        return Encoding.GB18030
    odd = sum(len(run) & 1 for run in runs)
    marked = odd * 2 > len(runs) or len(_MARKS_IN_WORD.findall(raw)) * 2 >= len(runs)
    may_be_marc8 = dialect is Dialect.MARC21 and raw[9:10] != b"a"
    if may_be_marc8 and (marked or prefer is Encoding.MARC8) and _reads_as_marc8(raw):
        return Encoding.MARC8
    if chinese:
        return Encoding.GB18030
    if may_be_marc8 and _ESCAPE.search(raw) and _reads_as_marc8(raw):
        return Encoding.MARC8
    raise MarcError(Reason.UNDECODABLE, detail=runs[0][:8].hex())


def _reads_as_chinese(raw: bytes, runs: list[bytes], *, lenient: bool) -> bool:
    """Valid GB18030 that is neither broken UTF-8 nor another code page: its characters must be the common ones."""
    if not _decodes(raw, "gb18030"):
        return False
    high = sum(map(len, runs))
    if sum(map(len, _UTF8_SEQUENCE.findall(raw))) * 5 >= high * 4:
        return False
    if len(_LONE_LATIN.findall(raw)) * 2 >= len(runs):
        return False
    characters = _GB_CHARACTER.findall(raw)
    double = [pair for pair in characters if len(pair) == 2]
    # GB 2312, and the zone below A1 where GBK keeps most traditional characters.
    common = sum(
        1 for lead, trail in double if lead <= 0xA0 or (trail >= 0xA1 and (lead <= 0xA9 or 0xB0 <= lead <= 0xF7))
    )
    # The zones left to users, empty in honest text; Big5 taken for GBK falls into them with every other character.
    private = sum(
        1
        for lead, trail in double
        if (trail >= 0xA1 and (0xAA <= lead <= 0xAF or lead >= 0xF8)) or (trail < 0xA1 <= lead <= 0xA7)
    )
    if private * 10 > len(characters):
        return False
    return common * 2 >= len(double) if double and len(double) >= 4 else lenient or common * 2 > len(characters)


def _reads_as_marc8(raw: bytes) -> bool:
    """Whether each diacritic has its letter and most of the pairs are letters that exist (else: Latin-1)."""
    if _MARK_BEFORE_NO_LETTER.search(raw):
        return False
    body = raw[raw.find(b"\x1e") + 1 :].rstrip(b"\x1d")
    try:
        texts = [decode_marc8(piece) for piece in re.split(rb"[\x1e\x1f]", body)]
    except MarcError:
        return False
    # Halves of ligatures and double tildes (EB EC FA FB) never melt into a letter.
    marks = sum(1 for byte in body if byte >= 0xE0 and byte not in b"\xeb\xec\xfa\xfb")
    loose = sum(map(_is_loose_mark, "".join(texts)))
    return loose * 2 <= marks


def _is_loose_mark(letter: str) -> bool:
    return unicodedata.combining(letter) > 0 and letter not in "\u0360\u0361\ufe20\ufe21\ufe22\ufe23"
