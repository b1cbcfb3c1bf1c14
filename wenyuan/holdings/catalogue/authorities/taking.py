"""Authorities out of an authority file: new ones are added, known ones learn what they lack, nothing is overwritten."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from wenyuan.holdings.catalogue.authorities.following import hold_authorities, index_again, look_again
from wenyuan.holdings.catalogue.authorities.keeping import keys_of, lead_beside, snapshot, variants_of
from wenyuan.holdings.catalogue.authorities.tables import Authority, AuthorityBeside, AuthorityVariant
from wenyuan.holdings.catalogue.authorities.values import LONGEST_NOTE, MOST_BESIDE, MOST_VARIANTS
from wenyuan.holdings.catalogue.importing.reading import look_at, pieces
from wenyuan.kernel.headings import AuthorityRecord, Heading, HeadingKind, authority_in
from wenyuan.kernel.marc import Damaged, MarcError, RawRecord, decode_record
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.transactions import verb

TAKEN_AT_ONCE: Final = 100
"""Authorities a transaction: some tenths of a second."""

_LONGEST: Final = {"nationality": 20, "dynasty": 20, "note": LONGEST_NOTE, "source": 200}


class ReadAuthority(NamedTuple):
    """A record of an authority file: its number (from 1) and byte offset, what it says, or why it says nothing."""

    number: int
    position: int
    record: AuthorityRecord | None
    fault: str = ""


class TakenAuthorities(NamedTuple):
    """How many authorities were added, learned something, and were as they are."""

    added: int
    changed: int
    unchanged: int


def read_authorities(path: Path) -> Iterator[ReadAuthority]:
    """The records of an authority file (ISO 2709 or MARCXML, CNMARC or MARC 21), one by one; memory stays flat.

    :raises OSError: the file cannot be read.
    """
    source = look_at(path)
    for piece in pieces(source):
        content = piece.content
        if isinstance(content, Damaged):
            yield ReadAuthority(piece.number, piece.position, None, content.reason.value)
            continue
        try:
            if isinstance(content, RawRecord):
                record = decode_record(content.data, profile=source.profile).record
            else:
                record = content.record
        except MarcError as error:
            yield ReadAuthority(piece.number, piece.position, None, error.reason.value)
            continue
        found = authority_in(record)
        yield ReadAuthority(piece.number, piece.position, found, "" if found else "no_heading")


@needs(Act.IMPORT_RECORDS)
@verb
def take_authorities(*, records: Sequence[AuthorityRecord], at: datetime, desk: Desk) -> TakenAuthorities:
    """Add the authorities that are not there, by kind, normal form and dates; those that are learn variants, see-also
    and what they have no word of. Taken twice it changes nothing. A variant with years is the same; one without asks
    a person. See-also leads to authorities that are there.

    Of ``records`` the first ``TAKEN_AT_ONCE`` are taken: callers bring a file piece by piece.

    :raises NotAllowed: without the right to import records at the desk's branch.
    """
    require(desk.operator, Act.IMPORT_RECORDS, desk.branch_id)
    hold_authorities()
    counts = {"added": 0, "changed": 0, "unchanged": 0}
    rows: list[Authority] = []
    for record in records[:TAKEN_AT_ONCE]:
        row = _row_of(record.heading)
        before = snapshot(row) if row else None
        if row is None:
            row = _added(record.heading, at)
        is_changed = _learn(row, record)
        outcome = "added" if before is None else "changed" if is_changed else "unchanged"
        counts[outcome] += 1
        if outcome == "unchanged":
            continue
        row.version, row.changed_at = row.version + 1, at
        row.save()
        rows.append(row)
        audit(
            at=at,
            desk=desk,
            act="take_authorities",
            subject_kind="authority",
            subject_id=row.pk,
            before=before,
            after=snapshot(row),
        )
    for kind in HeadingKind:
        look_again(kind, {key for row in rows if row.kind == kind for key in keys_of(row)})
    for row in rows:
        index_again(row.pk)
    return TakenAuthorities(**counts)


def _row_of(heading: Heading) -> Authority | None:
    kind, key, dates = heading.form
    return Authority.objects.filter(kind=kind.value, key=key, dates=dates, merged_into=None).first()


def _added(heading: Heading, at: datetime) -> Authority:
    kind, key, dates = heading.form
    return Authority.objects.create(
        kind=kind.value, key=key, name=heading.name, dates=dates, version=0, created_at=at, changed_at=at
    )


def _learn(row: Authority, record: AuthorityRecord) -> bool:
    """Whether the record said something new; what is written already stays."""
    is_changed = False
    for name, longest in _LONGEST.items():
        text = getattr(record, name)[:longest].strip()
        if text and not getattr(row, name):
            setattr(row, name, text)
            is_changed = True
    known = {(one.key, one.dates) for one in AuthorityVariant.objects.filter(authority=row)} | {(row.key, row.dates)}
    room = MOST_VARIANTS - len(variants_of(row))
    new = [one for one in record.variants if one.form[1:] not in known][:room]
    AuthorityVariant.objects.bulk_create(
        AuthorityVariant(authority=row, name=one.name, key=one.key, dates=one.dates, is_same=bool(one.dates))
        for one in new
    )
    return _led_beside(row, record.beside[:MOST_BESIDE]) or is_changed or bool(new)


def _led_beside(row: Authority, beside: Sequence[Heading]) -> bool:
    """Let an authority and those of these headings lead to each other; whether that was new."""
    known = set(AuthorityBeside.objects.filter(authority=row).values_list("other_id", flat=True))
    others = {other.pk for heading in beside if (other := _row_of(heading))} - known - {row.pk}
    lead_beside(row, others)
    return bool(others)
