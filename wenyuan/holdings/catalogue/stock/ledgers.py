"""The two registers of the stock: the account of a branch, and its items one by one."""

from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Length

from wenyuan.holdings.catalogue.models import Item, ItemState, PastItem, ReceiptItem
from wenyuan.holdings.catalogue.rules import accession_fault, barcode_fault
from wenyuan.holdings.catalogue.stock.receipts import list_receipts
from wenyuan.holdings.catalogue.stock.values import (
    NumbersCheck,
    RegisterLine,
    RegisterPage,
    StockAccount,
    Volume,
)
from wenyuan.kernel.ranges import numbers_from
from wenyuan.plumbing.clock import library_zone, local_date

_NONE = Volume(0, 0, 0)


def stock_account(branch_ids: Collection[int] | None, *, first: date, last: date) -> StockAccount:
    """What some branches (all, without any named) own, from the first day to the last: before, added by source,
    withdrawn, after; and how it agrees with what was received. An item is added on the day of its acquisition and
    withdrawn on that of its withdrawal. What an old system had withdrawn, nobody knows when, is in no account."""
    items = Item.objects.all() if branch_ids is None else Item.objects.filter(owner_id__in=branch_ids)
    items = items.exclude(_gone_before())
    gone = Q(state=ItemState.WITHDRAWN)
    before = items.filter(acquired_date__lt=first).exclude(gone & Q(lendable_at__lt=_begin(first)))
    added = items.filter(acquired_date__gte=first, acquired_date__lte=last)
    withdrawn = items.filter(gone, lendable_at__gte=_begin(first), lendable_at__lt=_begin(last + timedelta(days=1)))
    after = items.filter(acquired_date__lte=last).exclude(gone & Q(lendable_at__lt=_begin(last + timedelta(days=1))))
    receipts = list_receipts(branch_ids, first=first, last=last, size=100_000)
    in_receipt = added.filter(id__in=ReceiptItem.objects.values("item_id")).count()
    whole = _volume(added)
    return StockAccount(
        opening=_volume(before),
        added=whole,
        withdrawn=_volume(withdrawn),
        closing=_volume(after),
        added_by_source=_by_source(added),
        received=Volume(
            sum(one.titles for one in receipts),
            sum(one.copies for one in receipts),
            sum(one.amount_fen for one in receipts),
        ),
        from_receipts=in_receipt,
        without_receipt=whole.copies - in_receipt,
        waiting=sum(max(0, one.left) for one in receipts),
    )


def register_page(
    branch_ids: Collection[int] | None,
    *,
    first: date,
    last: date,
    after: tuple[str, int] | None = None,
    size: int = 50,
) -> RegisterPage:
    """The items that some branches own and that were acquired in these days, in the order of acquisition."""
    rows = Item.objects.filter(acquired_date__gte=first, acquired_date__lte=last)
    if branch_ids is not None:
        rows = rows.filter(owner_id__in=branch_ids)
    if after is not None:
        day = date.fromisoformat(after[0])
        rows = rows.filter(Q(acquired_date__gt=day) | Q(acquired_date=day, id__gt=after[1]))
    found = list(rows.select_related("bib").defer("bib__marc").order_by("acquired_date", "id")[: size + 1])
    receipts = dict(
        ReceiptItem.objects.filter(item_id__in=[item.id for item in found]).values_list("item_id", "receipt_id")
    )
    shown = found[:size]
    onward = (shown[-1].acquired_date.isoformat(), shown[-1].id) if len(found) > size else None
    return RegisterPage(tuple(_line(item, receipts.get(item.id)) for item in shown), onward)


def iter_register(branch_ids: Collection[int] | None, *, first: date, last: date) -> Iterator[RegisterLine]:
    """All lines of the register, however many."""
    after: tuple[str, int] | None = None
    while True:
        page = register_page(branch_ids, first=first, last=last, after=after, size=1000)
        yield from page.lines
        if page.after is None:
            return
        after = page.after


def check_numbers(barcodes: Collection[str], accession_nos: Collection[str] = ()) -> NumbersCheck:
    """What stands against making items with these numbers, told before anything is written."""
    known = set(Item.objects.filter(barcode__in=barcodes).values_list("barcode", flat=True))
    used = set(Item.objects.filter(accession_no__in=accession_nos).values_list("accession_no", flat=True))
    unfit = [one for one in barcodes if barcode_fault(one)] + [one for one in accession_nos if accession_fault(one)]
    return NumbersCheck(
        taken_barcodes=tuple(one for one in barcodes if one in known),
        taken_accession_nos=tuple(one for one in accession_nos if one in used),
        unfit=tuple(unfit),
        twice=(*_repeated(barcodes), *_repeated(accession_nos)),
        gap=_gap_before(next(iter(barcodes), "")),
    )


def _gap_before(barcode: str) -> tuple[str, str] | None:
    """The barcodes between the last one in use and this one, where both are numbers alike."""
    digits = barcode[len(barcode.rstrip("0123456789")) :]
    prefix = barcode[: len(barcode) - len(digits)]
    if not digits or len(digits) > 18:
        return None
    alike = Item.objects.annotate(width=Length("barcode")).filter(
        barcode__startswith=prefix, barcode__lt=barcode, width=len(barcode)
    )
    last = alike.order_by("-barcode").values_list("barcode", flat=True).first()
    if last is None or not last[len(prefix) :].isdecimal():
        return None
    missing = int(digits) - int(last[len(prefix) :]) - 1
    if missing < 1:
        return None
    following = numbers_from(last, 2)[1]
    return following, f"{prefix}{int(digits) - 1:0{len(digits)}d}"


def _repeated(numbers: Collection[str]) -> tuple[str, ...]:
    seen: set[str] = set()
    return tuple(dict.fromkeys(one for one in numbers if one in seen or seen.add(one)))  # type: ignore[func-returns-value] # adds and is false


def _volume(items: QuerySet[Item]) -> Volume:
    found = items.aggregate(titles=Count("bib_id", distinct=True), copies=Count("id"), fen=Sum(_PRICE))
    return Volume(found["titles"], found["copies"], found["fen"] or 0)


_PRICE = Coalesce(F("price_fen"), 0)


def _by_source(items: QuerySet[Item]) -> dict[str, Volume]:
    rows = items.values("source").annotate(titles=Count("bib_id", distinct=True), copies=Count("id"), fen=Sum(_PRICE))
    return {row["source"]: Volume(row["titles"], row["copies"], row["fen"] or 0) for row in rows.order_by("source")}


def _line(item: Item, receipt_id: int | None) -> RegisterLine:
    is_gone = item.state == ItemState.WITHDRAWN and item.lendable_at is not None
    return RegisterLine(
        item_id=item.id,
        accession_no=item.accession_no or "",
        barcode=item.barcode,
        title=item.bib.title,
        author=item.bib.author,
        publisher=item.bib.publisher,
        year=item.bib.year,
        volume=item.volume or item.bib.volume,
        call_no=item.call_no,
        price_fen=item.price_fen,
        source=item.source,
        collection=item.collection,
        acquired_date=item.acquired_date,
        receipt_id=receipt_id,
        withdrawn_date=local_date(item.lendable_at) if is_gone and item.lendable_at else None,
    )


def _gone_before() -> Exists:
    """The items that were withdrawn before they were taken over, without a day: their row says that of taking over."""
    return Exists(
        PastItem.objects.filter(
            item_id=OuterRef("id"), taken_over_at=OuterRef("lendable_at"), item__state=ItemState.WITHDRAWN
        )
    )


def _begin(day: date) -> datetime:
    """The first moment of a day here."""
    return datetime.combine(day, time.min, tzinfo=library_zone())
