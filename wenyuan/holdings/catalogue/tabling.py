"""Items and records as lines of a table: asked for, written in the background, kept for a while.

The words of headings and codes are the door's; here stand the values, page by page, so that no size of catalogue needs
more memory or holds a transaction open.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Q

from wenyuan.holdings.catalogue.data import (
    BibLine,
    CatalogueRefused,
    ItemLine,
    Refusal,
    TableForm,
    TableOf,
    TableView,
)
from wenyuan.holdings.catalogue.models import Bib, Identifier, Item, ItemState, TableExport
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.transactions import verb

PAGE = 1000
KEPT_FOR = timedelta(days=7)
DONE, FAILED, WAITING = "done", "failed", "waiting"


@needs(Act.EXPORT_RECORDS)
@verb
def ask_for_table(
    *, of: TableOf, form: TableForm, language: str, at: datetime, desk: Desk, branch_id: int | None = None
) -> int:
    """Ask for a table of items or records: of one branch's items (the records they belong to), or all. Its id.

    :raises NotAllowed: without the right to export records at the desk's branch.
    :raises CatalogueRefused: BRANCH_UNKNOWN.
    """
    require(desk.operator, Act.EXPORT_RECORDS, desk.branch_id)
    if branch_id is not None and branch_id not in network_map().branches:
        raise CatalogueRefused(Refusal.BRANCH_UNKNOWN, "branch")
    made = TableExport.objects.create(
        of=of.value,
        form=form.value,
        language=language,
        branch_id=branch_id,
        asked_by_id=desk.operator.account_id,
        asked_at=at,
    )
    return made.id


@needs(Act.EXPORT_RECORDS)
@verb
def finish_table(*, table_id: int, stored_as: str, rows: int, at: datetime, desk: Desk) -> None:
    """Note that a table is written (``stored_as`` is the path of its file below the home folder), or, without a file,
    that it could not be, which needs no right. One that is finished already, or gone, is left as it is.

    :raises NotAllowed: a file without the right to export records at the desk's branch.
    """
    if stored_as:
        require(desk.operator, Act.EXPORT_RECORDS, desk.branch_id)
    TableExport.objects.filter(id=table_id, state=WAITING).update(
        state=DONE if stored_as else FAILED, stored_as=stored_as, rows=rows, finished_at=at
    )


@needs()
@verb
def forget_old_tables(*, at: datetime) -> tuple[str, ...]:
    """Forget the tables that were asked for more than a week ago; the paths of their files, which are to go."""
    old = TableExport.objects.filter(asked_at__lt=at - KEPT_FOR)
    paths = tuple(path for path in old.values_list("stored_as", flat=True) if path)
    old.delete()
    return paths


def list_tables(*, account_id: int, size: int = 20) -> tuple[TableView, ...]:
    """The tables that somebody has asked for, the latest first."""
    return tuple(map(_view, TableExport.objects.filter(asked_by_id=account_id).order_by("-id")[:size]))


def get_table(table_id: int) -> TableView | None:
    """One of them, or nothing."""
    row = TableExport.objects.filter(id=table_id).first()
    return _view(row) if row is not None else None


def iter_item_lines(branch_id: int | None = None) -> Iterator[ItemLine]:
    """Every item that is not withdrawn, or those whose home is at one branch, in the order they came."""
    rows = Item.objects.exclude(state=ItemState.WITHDRAWN).order_by("id")
    if branch_id is not None:
        rows = rows.filter(home_branch_id=branch_id)
    last = 0
    while page := list(rows.filter(id__gt=last).select_related("item_type", "bib").defer("bib__marc")[:PAGE]):
        numbers = _numbers([item.bib_id for item in page])
        for item in page:
            yield ItemLine(
                barcode=item.barcode,
                accession_no=item.accession_no or "",
                title=item.bib.title,
                volume=" ".join(filter(None, (item.bib.volume, item.volume))),
                author=item.bib.author,
                publisher=item.bib.publisher,
                year=item.bib.year,
                numbers=numbers.get(item.bib_id, ()),
                class_no=item.bib.class_no,
                call_no=item.call_no,
                item_type_zh=item.item_type.name_zh,
                item_type_en=item.item_type.name_en,
                owner_id=item.owner_id,
                home_branch_id=item.home_branch_id,
                present_branch_id=item.present_branch_id,
                state=item.state,
                condition=item.condition,
                lendable=item.lendable,
                collection=item.collection,
                source=item.source,
                price_fen=item.price_fen,
                acquired_date=item.acquired_date,
                control_number=item.bib.control_number,
            )
        last = page[-1].id


def iter_bib_lines(branch_id: int | None = None) -> Iterator[BibLine]:
    """Every record, or those with items whose home is at one branch, in the order they came; ``items`` counts those
    that are not withdrawn (of the branch, where one is named).
    """
    counted = ~Q(state=ItemState.WITHDRAWN)
    if branch_id is not None:
        counted &= Q(home_branch_id=branch_id)
    rows = Bib.objects.filter(merged_into=None).order_by("id").defer("marc", "summary")
    if branch_id is not None:
        rows = rows.filter(id__in=Item.objects.filter(counted).values("bib_id"))
    last = 0
    while page := list(rows.filter(id__gt=last)[:PAGE]):
        ids = [bib.id for bib in page]
        numbers = _numbers(ids)
        held = dict(Item.objects.filter(counted, bib_id__in=ids).values_list("bib_id").annotate(Count("id")).order_by())
        for bib in page:
            yield BibLine(
                control_number=bib.control_number,
                record_source=bib.source,
                title=bib.title,
                volume=bib.volume,
                author=bib.author,
                publisher=bib.publisher,
                year=bib.year,
                numbers=numbers.get(bib.id, ()),
                class_no=bib.class_no,
                document_kind=bib.document_kind,
                language=bib.language,
                price_fen=bib.price_fen,
                items=held.get(bib.id, 0),
                created_at=bib.created_at,
            )
        last = page[-1].id


def _numbers(bib_ids: list[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, list[str]] = {}
    pairs = Identifier.objects.filter(bib_id__in=bib_ids).order_by("id").values_list("bib_id", "value")
    for bib_id, value in pairs:
        found.setdefault(bib_id, []).append(value)
    return {bib_id: tuple(values) for bib_id, values in found.items()}


def _view(row: TableExport) -> TableView:
    names = (name for name in TableView.__dataclass_fields__ if name not in ("of", "form"))
    return TableView(of=TableOf(row.of), form=TableForm(row.form), **{name: getattr(row, name) for name in names})
