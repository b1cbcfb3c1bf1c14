"""Records as they leave the house: every query whose answer goes to outsiders reads them here."""

from collections.abc import Callable, Sequence

from django.db.models.functions import Length

from wenyuan.holdings.catalogue.importing.mappings import mappings_by_code
from wenyuan.holdings.catalogue.models import Bib
from wenyuan.kernel.marc import Dialect, Record, from_storage, public

PAGE_BYTES = 2_000_000
"""A page ends with the record that reaches so many bytes: one of MARCXML may hold five million characters."""


def publisher() -> Callable[[bytes, Dialect], Record]:
    """Reads a stored record as outsiders may have it: also without the tags of the library's own item mappings."""
    item_tags = frozenset(mapping.tag for _code, mapping in mappings_by_code())
    return lambda stored, dialect: public(from_storage(stored), dialect, item_tags=item_tags)


def public_records(bib_ids: Sequence[int]) -> tuple[tuple[int, Dialect, Record] | None, ...]:
    """These bibs in their order, none for one that is gone or was merged; they end with the one that reaches
    ``PAGE_BYTES``."""
    bytes_of = dict(Bib.objects.filter(id__in=bib_ids).values_list("id", Length("marc")))
    wanted, size = [], 0
    for bib_id in bib_ids:
        if size >= PAGE_BYTES:
            break
        wanted.append(bib_id)
        size += bytes_of.get(bib_id, 0)
    publish = publisher()
    known = {
        bib_id: (bib_id, Dialect(dialect), publish(bytes(marc), Dialect(dialect)))
        for bib_id, dialect, marc in Bib.objects.filter(id__in=wanted, merged_into=None).values_list(
            "id", "dialect", "marc"
        )
    }
    return tuple(map(known.get, wanted))
