"""Reads of a record and of what it was."""

from wenyuan.holdings.catalogue.editing.values import VersionView
from wenyuan.holdings.catalogue.models import Bib, BibVersion
from wenyuan.kernel.marc import Dialect, from_storage


def get_record(bib_id: int) -> VersionView | None:
    """The version of a record that is in force, or nothing."""
    bib = Bib.objects.filter(id=bib_id).first()
    if bib is None:
        return None
    return VersionView(
        number=bib.version,
        dialect=Dialect(bib.dialect),
        record=from_storage(bytes(bib.marc)),
        at=bib.changed_at,
        account_id=bib.changed_by_id,
        door=bib.changed_door,
        batch_id=bib.batch_id,
        restored_from=bib.restored_from,
    )


def get_version(bib_id: int, number: int) -> VersionView | None:
    """One version of a record, the one in force or a former one."""
    former = BibVersion.objects.filter(bib_id=bib_id, number=number).first()
    if former is not None:
        return _former(former)
    present = get_record(bib_id)
    return present if present is not None and present.number == number else None


def list_versions(bib_id: int, *, before: int | None = None, size: int = 50) -> tuple[VersionView, ...]:
    """The versions of a record, the latest (the one in force) first; with ``before`` those of lower numbers."""
    present = get_record(bib_id)
    if present is None:
        return ()
    formers = BibVersion.objects.filter(bib_id=bib_id, number__lt=before or present.number).order_by("-number")
    found = [*([present] if before is None else []), *map(_former, formers[:size])]
    return tuple(found[:size])


def _former(row: BibVersion) -> VersionView:
    return VersionView(
        number=row.number,
        dialect=Dialect(row.dialect),
        record=from_storage(bytes(row.marc)),
        at=row.made_at,
        account_id=row.made_by_id,
        door=row.door,
        batch_id=row.batch_id,
        restored_from=row.restored_from,
    )
