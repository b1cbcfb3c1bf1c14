"""Verbs on what was received, and the step that registers items of it."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import date, datetime
from typing import Final

from django.db.models import QuerySet

from wenyuan.holdings.catalogue.data import CatalogueRefused, Refusal
from wenyuan.holdings.catalogue.models import Item, Receipt, ReceiptItem
from wenyuan.holdings.catalogue.rules import LARGEST_PRICE_FEN
from wenyuan.holdings.catalogue.stock.values import SOURCES, ReceiptInput, ReceiptView
from wenyuan.organisation.network.queries import network_map
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.transactions import assert_in_verb, verb

MOST_COPIES: Final = 1_000_000
_NAMES: Final = tuple(ReceiptInput.__dataclass_fields__)


@needs(Act.EDIT_ITEM)
@verb
def record_receipt(*, receipt: ReceiptInput, at: datetime, desk: Desk) -> int:
    """Write down what was received and counted, before any of it is catalogued; its number.

    :raises NotAllowed: without the right to edit items at the desk and at the branch that received it.
    :raises CatalogueRefused: BRANCH_UNKNOWN, SOURCE_UNKNOWN, COUNTS_UNFIT, PRICE_INVALID, TEXT_TOO_LONG.
    """
    require(desk.operator, Act.EDIT_ITEM, desk.branch_id)
    require(desk.operator, Act.EDIT_ITEM, receipt.branch_id)
    _refuse_unfit(receipt)
    row = Receipt.objects.create(**asdict(receipt), recorded_at=at, recorded_by_id=desk.operator.account)
    _audit(row, None, at, desk)
    return row.id


@needs(Act.EDIT_ITEM)
@verb
def correct_receipt(*, receipt_id: int, receipt: ReceiptInput, at: datetime, desk: Desk) -> None:
    """Put right what was written down of a receipt; never below what is registered of it.

    :raises NotAllowed: without the right to edit items at the desk and at both branches.
    :raises CatalogueRefused: RECEIPT_UNKNOWN, RECEIPT_EXCEEDED, and as ``record_receipt``.
    """
    require(desk.operator, Act.EDIT_ITEM, desk.branch_id)
    row = Receipt.objects.select_for_update().filter(id=receipt_id).first()
    if row is None:
        raise CatalogueRefused(Refusal.RECEIPT_UNKNOWN)
    require(desk.operator, Act.EDIT_ITEM, row.branch_id)
    require(desk.operator, Act.EDIT_ITEM, receipt.branch_id)
    _refuse_unfit(receipt)
    if receipt.copies < _registered(row.id).count():
        raise CatalogueRefused(Refusal.RECEIPT_EXCEEDED, "copies")
    before = _plain(row)
    for name, value in asdict(receipt).items():
        setattr(row, name, value)
    row.save()
    _audit(row, before, at, desk)


def register_items(*, receipt_id: int, item_ids: Collection[int]) -> None:
    """Step: these new items come out of a receipt.

    :raises CatalogueRefused: RECEIPT_UNKNOWN; RECEIPT_EXCEEDED where they are more than were counted and are left.
    """
    assert_in_verb()
    row = Receipt.objects.select_for_update().filter(id=receipt_id).first()
    if row is None:
        raise CatalogueRefused(Refusal.RECEIPT_UNKNOWN, "receipt_id")
    if _registered(row.id).count() + len(item_ids) > row.copies:
        raise CatalogueRefused(Refusal.RECEIPT_EXCEEDED, "receipt_id")
    ReceiptItem.objects.bulk_create([ReceiptItem(receipt=row, item_id=item_id) for item_id in item_ids])


def get_receipt(receipt_id: int) -> ReceiptView | None:
    """A receipt with what of it is registered, or nothing."""
    found = _views(Receipt.objects.filter(id=receipt_id))
    return found[0] if found else None


def list_receipts(
    branch_ids: Collection[int] | None, *, first: date | None = None, last: date | None = None, size: int = 200
) -> tuple[ReceiptView, ...]:
    """The receipts of some branches (of all without any named), the latest first."""
    rows = Receipt.objects.order_by("-received_date", "-id")
    if branch_ids is not None:
        rows = rows.filter(branch_id__in=branch_ids)
    if first:
        rows = rows.filter(received_date__gte=first)
    if last:
        rows = rows.filter(received_date__lte=last)
    return _views(rows[:size])


def _views(rows: QuerySet[Receipt]) -> tuple[ReceiptView, ...]:
    receipts = list(rows)
    receipt_of = dict(ReceiptItem.objects.filter(receipt__in=receipts).values_list("item_id", "receipt_id"))
    items = Item.objects.filter(id__in=list(receipt_of)).values_list("id", "bib_id", "price_fen")
    by_receipt: dict[int, list[tuple[int, int]]] = {}
    for item_id, bib_id, price in items:
        by_receipt.setdefault(receipt_of[item_id], []).append((bib_id, price or 0))
    return tuple(
        ReceiptView(
            id=row.id,
            recorded_at=row.recorded_at,
            registered_titles=len({bib_id for bib_id, _price in by_receipt.get(row.id, ())}),
            registered_copies=len(by_receipt.get(row.id, ())),
            registered_fen=sum(price for _bib, price in by_receipt.get(row.id, ())),
            **{name: getattr(row, name) for name in _NAMES},
        )
        for row in receipts
    )


def _registered(receipt_id: int) -> QuerySet[Item]:
    """The items of a receipt that are still there."""
    return Item.objects.filter(id__in=ReceiptItem.objects.filter(receipt_id=receipt_id).values("item_id"))


def _refuse_unfit(receipt: ReceiptInput) -> None:
    if receipt.branch_id not in network_map().branches:
        raise CatalogueRefused(Refusal.BRANCH_UNKNOWN, "branch_id")
    if receipt.source not in SOURCES:
        raise CatalogueRefused(Refusal.SOURCE_UNKNOWN, "source")
    if not (0 < receipt.copies <= MOST_COPIES and 0 < receipt.titles <= receipt.copies):
        raise CatalogueRefused(Refusal.COUNTS_UNFIT, "titles" if receipt.copies > 0 else "copies")
    if not 0 <= receipt.amount_fen <= LARGEST_PRICE_FEN * 100:
        raise CatalogueRefused(Refusal.PRICE_INVALID, "amount_fen")
    for name, longest in (("supplier", 100), ("note", 200)):
        if len(getattr(receipt, name)) > longest:
            raise CatalogueRefused(Refusal.TEXT_TOO_LONG, name)


def _plain(row: Receipt) -> dict[str, object]:
    values = {name: getattr(row, name) for name in _NAMES}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _audit(row: Receipt, before: dict[str, object] | None, at: datetime, desk: Desk) -> None:
    audit(
        at=at,
        desk=desk,
        act="record_receipt" if before is None else "correct_receipt",
        subject_kind="receipt",
        subject_id=row.id,
        branch_id=row.branch_id,
        before=before,
        after=_plain(row),
    )
