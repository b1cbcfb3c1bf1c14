"""Records out of the catalogue again, as they came in: a stream of bytes that no size of catalogue makes longer."""

from collections.abc import Callable, Iterator, Sequence

from wenyuan.holdings.catalogue.data import ExportFault, ExportForm
from wenyuan.holdings.catalogue.models import Bib
from wenyuan.kernel.marc import (
    COLLECTION_CLOSE,
    COLLECTION_OPEN,
    Dialect,
    Encoding,
    MarcError,
    encode,
    from_storage,
    to_marcxml,
)
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs, require

PAGE = 500

OnFault = Callable[[ExportFault], None]

_ENCODINGS = {ExportForm.ISO2709_UTF8: Encoding.UTF8, ExportForm.ISO2709_GB18030: Encoding.GB18030}


@needs(Act.EXPORT_RECORDS)
def export_records(
    *,
    form: ExportForm,
    desk: Desk,
    source: str | None = None,
    bib_ids: Sequence[int] | None = None,
    on_fault: OnFault | None = None,
) -> Iterator[bytes]:
    """The records as a file's bytes, in the order they came in: all, those of one source, or those named.

    Fields, order, indicators, subfields and characters are those of the record that came in, the leader too but for
    its lengths (0-4, 12-16) and 9. What ISO 2709 cannot hold (a field above 9,999 bytes, a record above 99,999) is
    left out and told to ``on_fault``. Pages of ids, no cursor: an export of an hour holds no transaction open, and may
    hold records that came in meanwhile.

    :raises NotAllowed: without the right to export records at the desk's branch; before the first byte.
    """
    require(desk.operator, Act.EXPORT_RECORDS, desk.branch_id)
    return _stream(form, source, bib_ids, on_fault)


def _stream(
    form: ExportForm, source: str | None, bib_ids: Sequence[int] | None, on_fault: OnFault | None
) -> Iterator[bytes]:
    if form is ExportForm.MARCXML:
        yield COLLECTION_OPEN.encode()
    for bib_id, dialect, stored in _rows(source, bib_ids):
        try:
            yield _written(stored, form, Dialect(dialect))
        except MarcError as error:
            if on_fault is not None:
                on_fault(ExportFault(bib_id, error.reason.value, f"{error.tag} {error.detail}".strip()))
    if form is ExportForm.MARCXML:
        yield COLLECTION_CLOSE.encode()


def _written(stored: bytes, form: ExportForm, dialect: Dialect) -> bytes:
    record = from_storage(stored)
    if form is ExportForm.MARCXML:
        return to_marcxml(record).encode()
    return encode(record, encoding=_ENCODINGS[form], dialect=dialect)


def _rows(source: str | None, bib_ids: Sequence[int] | None) -> Iterator[tuple[int, str, bytes]]:
    wanted = Bib.objects.filter(merged_into=None).order_by("id")
    if source is not None:
        wanted = wanted.filter(source=source)
    if bib_ids is not None:
        ids = sorted(set(bib_ids))
        for begin in range(0, len(ids), PAGE):
            rows = wanted.filter(id__in=ids[begin : begin + PAGE]).values_list("id", "dialect", "marc")
            yield from ((bib_id, dialect, bytes(stored)) for bib_id, dialect, stored in rows)
        return
    last = 0
    while page := list(wanted.filter(id__gt=last).values_list("id", "dialect", "marc")[:PAGE]):
        for bib_id, dialect, stored in page:
            yield bib_id, dialect, bytes(stored)
        last = page[-1][0]
