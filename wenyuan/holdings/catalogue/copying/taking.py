"""What of a record of others is taken over. Pure."""

from collections.abc import Iterable
from typing import Final

from wenyuan.kernel.marc import ControlField, Dialect, Field, Record

_HOLDINGS: Final = {
    Dialect.CNMARC: frozenset[str](),
    Dialect.MARC21: frozenset(
        {"841", "842", "843", "844", "845", "850", "852", "853", "854", "855", "863", "864", "865"}
    )
    | frozenset({"866", "867", "868", "876", "877", "878", "883"}),
}
"""What MARC 21 says of holdings; CNMARC has it in 9XX."""
_OURS: Final = frozenset({"001", "003", "005"})


def taken(record: Record, dialect: Dialect) -> Record:
    """A record of others as it begins here: without their items and other local fields (9XX), and not marked as changed
    or deleted by them (leader/05 ``n``)."""
    fields = tuple(field for field in record.fields if not _is_local(field, dialect))
    return Record(record.leader[:5] + "n" + record.leader[6:], fields)


def overlaid(ours: Record, theirs: Record, dialect: Dialect) -> Record:
    """Our record with what theirs says: number, source and time stamp (001, 003, 005) and local fields stay ours, all
    else is theirs. Fields stand in the order of their tags' hundreds, ours last."""
    kept = [field for field in ours.fields if field.tag in _OURS]
    local = [field for field in ours.fields if _is_local(field, dialect)]
    new = [field for field in taken(theirs, dialect).fields if field.tag not in _OURS]
    return Record(ours.leader[:5] + "c" + theirs.leader[6:], tuple(_ordered([*kept, *new, *local])))


def _is_local(field: Field, dialect: Dialect) -> bool:
    return field.tag.startswith("9") or field.tag in _HOLDINGS[dialect]


def _ordered(fields: Iterable[Field]) -> list[Field]:
    """Control fields first, then by hundreds; within a hundred as they stood."""
    return sorted(fields, key=lambda field: (not isinstance(field, ControlField), field.tag[:1]))
