"""Ways of reading items out of records, as data: each vendor has its own, so a library adds what it needs."""

from contextlib import suppress
from datetime import datetime

from wenyuan.holdings.catalogue.data import CatalogueRefused, MappingUnfit, Refusal
from wenyuan.holdings.catalogue.models import ImportMapping
from wenyuan.holdings.catalogue.rules import column_text
from wenyuan.kernel.marc import (
    ItemColumn,
    ItemMapping,
    MappingError,
    mapping_from_dict,
    mapping_to_dict,
)
from wenyuan.kernel.marc import Source as Subfields
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.transactions import verb

NAME_LENGTH = 32
NO_ITEMS = "-"
"""The code of a file whose items come otherwise: no record has a field with the tag that it reads."""

_NOTHING = ItemMapping(name=NO_ITEMS, tag="---", columns=((ItemColumn.BARCODE, Subfields(("b",))),))


@needs(Act.IMPORT_RECORDS)
@verb
def keep_mapping(*, data: object, at: datetime, desk: Desk) -> str:
    """Keep a mapping given as plain data (``kernel.marc.mapping_from_dict``) under its name, which is its code from
    then on and is returned. One of the same name gives way, also for imports that were cut off.

    :raises NotAllowed: without the right to import records in the whole network, since every branch may use it.
    :raises MappingUnfit: for data that is no mapping; it names the place. A name is at most 32 characters.
    """
    require(desk.operator, Act.IMPORT_RECORDS, None)
    try:
        mapping = mapping_from_dict(data)
    except MappingError as error:
        raise MappingUnfit(error.where, error.fault.value) from error
    if mapping.name != column_text(mapping.name, NAME_LENGTH):
        raise MappingUnfit("name", "out_of_range")
    plain = mapping_to_dict(mapping)
    row = ImportMapping.objects.select_for_update().filter(code=mapping.name).first()
    before = row.mapping if row is not None else None
    if before == plain:
        return mapping.name
    row = row or ImportMapping(code=mapping.name, name=mapping.name)
    row.mapping = plain
    row.save()
    audit(
        at=at,
        desk=desk,
        act="keep_mapping",
        subject_kind="import_mapping",
        subject_id=row.id,
        before=before if isinstance(before, dict) else None,
        after=plain,
    )
    return mapping.name


def mappings_by_code() -> list[tuple[str, ItemMapping]]:
    """All mappings that can be used, by code."""
    found = []
    for row in ImportMapping.objects.order_by("code"):
        with suppress(MappingError):
            found.append((row.code, mapping_from_dict(row.mapping)))
    return found


def mapping_named(code: str) -> ItemMapping | None:
    """The mapping with this code; none for no code.

    :raises CatalogueRefused: MAPPING_UNKNOWN, also for a mapping whose data cannot be used.
    """
    if not code:
        return None
    if code == NO_ITEMS:
        return _NOTHING
    row = ImportMapping.objects.filter(code=code).first()
    if row is None:
        raise CatalogueRefused(Refusal.MAPPING_UNKNOWN, code)
    try:
        return mapping_from_dict(row.mapping)
    except MappingError as error:
        raise CatalogueRefused(Refusal.MAPPING_UNKNOWN, error.where) from error
