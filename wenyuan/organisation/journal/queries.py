"""Reading the journal: pages of entries by filter, and one entry by its key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from wenyuan.organisation.journal.data import Entry, Kind, RecordedEntry
from wenyuan.organisation.journal.models import Entry as Row
from wenyuan.organisation.journal.models import Pending, Stuck


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What to show; an empty field does not narrow. ``branch_ids`` none means every branch."""

    kinds: Sequence[Kind] = ()
    branch_ids: frozenset[int] | None = None
    area_id: int | None = None
    first_date: date | None = None
    last_date: date | None = None
    operator_id: int | None = None
    subject_kind: str = ""
    subject_id: int | None = None

    def as_lookups(self) -> dict[str, object]:
        lookups: Mapping[str, object] = {
            "kind__in": [kind.value for kind in self.kinds] or None,
            "branch_id__in": self.branch_ids,
            "area_id": self.area_id,
            "local_date__gte": self.first_date,
            "local_date__lte": self.last_date,
            "operator_id": self.operator_id,
            "subject_kind": self.subject_kind or None,
            "subject_id": self.subject_id,
        }
        return {name: value for name, value in lookups.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Page:
    """Entries newest first; ``before`` continues the list, none at its end."""

    entries: tuple[RecordedEntry, ...]
    before: int | None


def list_entries(*, wanted: Filter, before: int | None = None, size: int = 50) -> Page:
    """A page of the journal, newest first, of entries with an id below ``before``."""
    rows = Row.objects.filter(**wanted.as_lookups())
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = list(rows.order_by("-id")[: size + 1])
    more = found[size - 1].id if len(found) > size else None
    return Page(tuple(_value(row) for row in found[:size]), more)


def get_entry(entry_id: int) -> RecordedEntry | None:
    """One entry, or nothing."""
    row = Row.objects.filter(id=entry_id).first()
    return _value(row) if row else None


def get_entries(entry_ids: Sequence[int]) -> tuple[RecordedEntry, ...]:
    """These entries, oldest first; of an id that is none there is none."""
    return tuple(_value(row) for row in Row.objects.filter(id__in=entry_ids).order_by("id"))


def entry_with_key(key: str) -> RecordedEntry | None:
    """The entry that a request with this key has already written."""
    row = Row.objects.filter(key=key).first()
    return _value(row) if row else None


def entries_about(*, kind: Kind, subject_kind: str, subject_ids: Sequence[int]) -> dict[int, RecordedEntry]:
    """The last entry of this kind about each of these subjects, by the subject's id; those without one are left out."""
    rows = Row.objects.filter(kind=kind.value, subject_kind=subject_kind, subject_id__in=subject_ids).order_by("id")
    return {row.subject_id: _value(row) for row in rows if row.subject_id is not None}


@dataclass(frozen=True, slots=True)
class Backlog:
    """How delivery stands: entries waiting, entries stuck, and since when the oldest is stuck."""

    pending: int
    stuck: int
    stuck_since: datetime | None


def backlog() -> Backlog:
    """Counts for ``doctor``."""
    oldest = Stuck.objects.order_by("first_failed_at").values_list("first_failed_at", flat=True).first()
    return Backlog(Pending.objects.count(), Stuck.objects.count(), oldest)


_FIELDS: tuple[str, ...] = tuple(
    name for name in Entry.__dataclass_fields__ if name not in {"kind", "details", "reverses_id"}
)


def _value(row: Row) -> RecordedEntry:
    values: dict[str, Any] = {name: getattr(row, name) for name in _FIELDS}
    entry = Entry(kind=Kind(row.kind), details=row.details, reverses_id=row.reverses_id, **values)
    return RecordedEntry(row.id, row.recorded_at, entry)
