"""Records to and from ISO 2709 bytes, by the directory, or by the field terminators where the directory lies."""

from collections.abc import Sequence

from wenyuan.kernel.marc.marc8 import decode_marc8
from wenyuan.kernel.marc.model import (
    FIELD_END,
    LEADER_LENGTH,
    RECORD_END,
    SUBFIELD,
    ControlField,
    DataField,
    Dialect,
    Encoding,
    Field,
    MarcError,
    Reason,
    Record,
    field_text,
    plain_leader,
)

LONGEST_RECORD = 99_999
"""Bytes: five digits in leader 0-4 (ISO 2709)."""

LONGEST_FIELD = 9_999
"""Bytes with the terminator: four digits in a directory entry of the 4500 map."""

_ENTRY = 12


def decode(raw: bytes, *, encoding: Encoding) -> Record:
    """The record that `raw` (one record of ISO 2709, terminator included) spells in `encoding`.

    The directory gives tags and order. Its offsets are believed where they fit the field terminators; where they do
    not, and there is a field for each entry, the fields are taken in the order they stand.

    :raises MarcError: BAD_LEADER, BAD_DIRECTORY, BAD_TAG, STRAY_TERMINATOR (a terminator inside a field), or
        UNDECODABLE (bytes that are not `encoding`: never replaced, never dropped).
    """
    return decode_with_texts(raw, encoding=encoding)[0]


def decode_with_texts(raw: bytes, *, encoding: Encoding) -> tuple[Record, list[str]]:
    """As `decode`, and each field as it stands there, without its terminator: `to_storage` and `content_hash` need not
    put it together again.
    """
    directory_end = raw.find(b"\x1e")
    size = directory_end - LEADER_LENGTH
    if size < 0 or size % _ENTRY:
        raise MarcError(Reason.BAD_DIRECTORY, detail=str(size))
    try:
        head = raw[:directory_end].decode("ascii")
    except UnicodeDecodeError as error:
        reason = Reason.BAD_LEADER if error.start < LEADER_LENGTH else Reason.BAD_DIRECTORY
        raise MarcError(reason, detail=str(error.start)) from error
    leader = plain_leader(head[:LEADER_LENGTH])
    tags = [head[at : at + 3] for at in range(LEADER_LENGTH, directory_end, _ENTRY)]
    body = raw[directory_end + 1 : -1] if raw.endswith(b"\x1d") else raw[directory_end + 1 :]
    if b"\x1d" in body:
        raise MarcError(Reason.STRAY_TERMINATOR, detail=str(directory_end + 1 + body.index(b"\x1d")))
    starts = [head[at : at + 5] for at in range(LEADER_LENGTH + 7, directory_end, _ENTRY)]
    if body.count(b"\x1e") != len(tags) or body[-1:] != b"\x1e" or starts != sorted(starts):
        body = b"\x1e".join(_chunks(head, body, tags)) + b"\x1e"
    if tags and not all(map(str.isalnum, tags)):
        _refuse_bad_tag(tags)
    if encoding is Encoding.MARC8:
        texts = _marc8_texts(body, tags)
    else:
        try:
            # One call for all fields: no character of UTF-8 or GB18030 has a byte below 30 in it but ASCII itself.
            texts = body.decode(encoding.value).split(FIELD_END)
        except UnicodeDecodeError as error:
            where = body.count(b"\x1e", 0, error.start)
            tag = tags[where] if where < len(tags) else ""
            raise MarcError(Reason.UNDECODABLE, tag=tag, detail=body[error.start : error.start + 4].hex()) from error
    return Record(leader, _fields(tags, texts)), texts[: len(tags)]


def _fields(tags: list[str], texts: list[str]) -> tuple[Field, ...]:
    """`parse_field` for all fields at once: inlined, since imports spend most of their time here."""
    fields: list[Field] = []
    append = fields.append
    new = tuple.__new__
    for tag, text in zip(tags, texts, strict=False):
        pieces = text.split(SUBFIELD)
        head = pieces[0]
        if len(pieces) == 1 and tag[:2] == "00":
            append(new(ControlField, (tag, text)))
            continue
        subfields = [(piece[:1], piece[1:]) for piece in pieces]
        if len(head) > 2:
            subfields[0] = ("", head[2:])
        else:
            del subfields[0]
        append(new(DataField, (tag, head[:1], head[1:2], tuple(subfields))))
    return tuple(fields)


def _chunks(head: str, body: bytes, tags: list[str]) -> list[bytes]:
    """The fields' bytes in directory order, when they cannot simply be read one after the other."""
    chunks: list[bytes] = []
    inner = ""
    if not tags:
        if body.strip(b"\x1e \r\n"):
            raise MarcError(Reason.BAD_DIRECTORY, detail="0")
        return chunks
    for at, tag in zip(range(LEADER_LENGTH, len(head), _ENTRY), tags, strict=True):
        length, start = head[at + 3 : at + 7], head[at + 7 : at + 12]
        if not (length.isdigit() and start.isdigit()):
            break
        begin, end = int(start), int(start) + int(length)
        # What precedes a field is the start of the body or another field's terminator.
        if end <= begin or body[end - 1 : end] != b"\x1e" or (begin and body[begin - 1 : begin] != b"\x1e"):
            break
        chunks.append(body[begin : end - 1])
        if b"\x1e" in chunks[-1]:
            inner = inner or tag
    else:
        if inner:
            raise MarcError(Reason.STRAY_TERMINATOR, tag=inner)
        return chunks
    pieces = body.split(b"\x1e")
    if not pieces[-1].strip():
        del pieces[-1]
    if len(pieces) != len(tags):
        raise MarcError(Reason.BAD_DIRECTORY, detail=f"{len(tags)} entries, {len(pieces)} fields")
    return pieces


def _refuse_bad_tag(tags: list[str]) -> None:
    for tag in tags:
        if not is_tag(tag):
            raise MarcError(Reason.BAD_TAG, detail=repr(tag))


def is_tag(tag: str) -> bool:
    """Three printable ASCII characters that are not blank; letters are allowed (``LKR``, ``CAT``)."""
    return len(tag) == 3 and tag.isascii() and tag.isprintable() and " " not in tag


def _marc8_texts(body: bytes, tags: list[str]) -> list[str]:
    """MARC-8 goes subfield by subfield: each begins again with the default character sets."""
    texts = []
    for index, chunk in enumerate(body.split(b"\x1e")):
        try:
            texts.append(SUBFIELD.join(decode_marc8(piece) for piece in chunk.split(b"\x1f")))
        except MarcError as error:
            tag = tags[index] if index < len(tags) else ""
            raise MarcError(error.reason, tag=tag, detail=error.detail) from error
    return texts


def encode(record: Record, *, encoding: Encoding, dialect: Dialect | None = None) -> bytes:
    """The record as ISO 2709, lengths counted in bytes of `encoding` (UTF8, GB18030 or ASCII).

    Leader 9 says ``a`` for MARC 21 in UTF-8 and is blank otherwise (it is undefined in CNMARC); with no `dialect`
    given it stays as it is, save that ``a`` is never left on bytes that are not UTF-8.

    :raises MarcError: FIELD_TOO_LONG, RECORD_TOO_LONG; UNENCODABLE for a character the encoding lacks; BAD_LEADER,
        BAD_TAG, BAD_INDICATOR, BAD_SUBFIELD or STRAY_TERMINATOR for what ISO 2709 cannot carry.
    """
    if encoding is Encoding.MARC8:
        raise MarcError(Reason.UNENCODABLE, detail=encoding.value)
    scheme = record.leader[9:10]
    if encoding is not Encoding.UTF8:
        scheme = " " if scheme == "a" or dialect else scheme
    elif dialect:
        scheme = "a" if dialect is Dialect.MARC21 else " "
    return _assemble(record, _texts_of(record), codec=encoding.value, scheme=scheme, bounded=True)


def to_storage(record: Record, *, texts: Sequence[str] | None = None) -> bytes:
    """The form kept in the database: ISO 2709 in UTF-8, leader 9 untouched.

    A field or record past the format's limits keeps all its data; its numbers in leader and directory are then the
    largest that fit, and `from_storage` goes by the terminators. `texts` are the fields' where the record was just
    decoded (`decode_with_texts`): what was read can be written.

    :raises MarcError: as `encode`, but never for length.
    """
    if texts is None:
        texts = _texts_of(record)
    return _assemble(record, texts, codec="utf-8", scheme=record.leader[9:10], bounded=False)


def from_storage(stored: bytes) -> Record:
    """The record that `to_storage` wrote."""
    return decode(stored, encoding=Encoding.UTF8)


def _texts_of(record: Record) -> list[str]:
    texts = []
    for field in record.fields:
        text = field_text(field)
        _refuse_unwritable(field, text)
        texts.append(text)
    return texts


def _assemble(record: Record, texts: Sequence[str], *, codec: str, scheme: str, bounded: bool) -> bytes:
    leader = plain_leader(record.leader)
    chunks = _encoded(record, texts, codec)
    entries = []
    start = 0
    for field, chunk in zip(record.fields, chunks, strict=True):
        size = len(chunk) + 1
        if size > LONGEST_FIELD or start > LONGEST_RECORD:
            if bounded and size > LONGEST_FIELD:
                raise MarcError(Reason.FIELD_TOO_LONG, tag=field.tag, detail=str(size))
            entries.append(f"{field.tag}{min(size, LONGEST_FIELD):04d}{min(start, LONGEST_RECORD):05d}")
        else:
            entries.append("%s%04d%05d" % (field[0], size, start))  # noqa: UP031 - in half the time of a format string
        start += size
    base = LEADER_LENGTH + _ENTRY * len(entries) + 1
    length = base + start + 1
    if bounded and length > LONGEST_RECORD:
        raise MarcError(Reason.RECORD_TOO_LONG, detail=str(length))
    numbers = f"{min(length, LONGEST_RECORD):05d}", f"{min(base, LONGEST_RECORD):05d}"
    written = f"{numbers[0]}{leader[5:9]}{scheme}{leader[10:12]}{numbers[1]}{leader[17:]}"
    head = f"{written}{''.join(entries)}{FIELD_END}".encode("ascii")
    return b"\x1e".join((head[:-1], *chunks, b"\x1d"))


def _encoded(record: Record, texts: Sequence[str], codec: str) -> list[bytes]:
    """The fields' bytes without terminators, by one call for all: no character has the byte of a terminator in it."""
    if not texts:
        return []
    try:
        body = FIELD_END.join(texts).encode(codec)
    except UnicodeEncodeError as error:
        where = error.object.count(FIELD_END, 0, error.start)
        detail = f"U+{ord(error.object[error.start]):04X}"
        raise MarcError(Reason.UNENCODABLE, tag=record.fields[where].tag, detail=detail) from error
    chunks = body.split(b"\x1e")
    if len(chunks) != len(texts) or b"\x1d" in body:
        raise MarcError(Reason.STRAY_TERMINATOR)
    return chunks


def _refuse_unwritable(field: Field, text: str) -> None:
    """What would be read back as something else."""
    if not is_tag(field.tag):
        raise MarcError(Reason.BAD_TAG, detail=repr(field.tag))
    if FIELD_END in text or RECORD_END in text:
        raise MarcError(Reason.STRAY_TERMINATOR, tag=field.tag)
    if isinstance(field, ControlField):
        if SUBFIELD in text or not field.tag.startswith("00"):
            raise MarcError(Reason.BAD_SUBFIELD, tag=field.tag)
        return
    indicators = field.ind1 + field.ind2
    if len(field.ind1) > 1 or len(field.ind2) > 1 or (field.ind2 and not field.ind1) or SUBFIELD in indicators:
        raise MarcError(Reason.BAD_INDICATOR, tag=field.tag, detail=repr(indicators))
    delimiters = 0
    for index, (code, value) in enumerate(field.subfields):
        if len(code) > 1 or (value and not code and (index or len(indicators) < 2)):
            raise MarcError(Reason.BAD_SUBFIELD, tag=field.tag, detail=repr(code))
        delimiters += bool(code or not value)
    if text.count(SUBFIELD) != delimiters or (not delimiters and field.tag.startswith("00")):
        raise MarcError(Reason.BAD_SUBFIELD, tag=field.tag)
