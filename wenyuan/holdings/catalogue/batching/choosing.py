"""Which items or records a batch is about: begun, found in the tables, and written down as its rows."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce, Length

from wenyuan.holdings.catalogue.batching.values import (
    MOST_LISTED,
    MOST_ROWS,
    BatchOf,
    ItemChoice,
    ItemFilter,
    RecordChoice,
)
from wenyuan.holdings.catalogue.data import CatalogueRefused, Refusal
from wenyuan.holdings.catalogue.models import Bib, Identifier, ImportFormer, ImportStep, Item
from wenyuan.holdings.catalogue.searching.asking import ids_of_question, lookup_numbers
from wenyuan.holdings.catalogue.stock.tables import ReceiptItem
from wenyuan.kernel.callnumbers import shelf_key

LONGEST_NUMBER = 64
PAGE = 1000

Found = tuple[int | None, str]
"""The id of an item or a bib, and how it is called; none: nothing has the number."""


def choice_to_data(choice: ItemChoice | RecordChoice) -> dict[str, object]:
    """The choice as plain data. :raises CatalogueRefused: CHOICE_EMPTY, CHOICE_TOO_LARGE (more than ``MOST_LISTED``
    numbers)."""
    if len(choice.numbers) > MOST_LISTED:
        raise CatalogueRefused(Refusal.CHOICE_TOO_LARGE, "numbers")
    numbers = [number[:LONGEST_NUMBER] for number in dict.fromkeys(choice.numbers)]
    if isinstance(choice, ItemChoice):
        if not numbers and (choice.fitting is None or choice.fitting.is_empty()):
            raise CatalogueRefused(Refusal.CHOICE_EMPTY, "numbers")
        if numbers:
            return {"numbers": numbers}
        assert choice.fitting is not None
        given = {name: value for name, value in asdict(choice.fitting).items() if value not in ("", None)}
        return {"fitting": {name: _plain(value) for name, value in given.items()}}
    if numbers:
        return {"numbers": numbers}
    if choice.question.strip():
        return {"question": choice.question.strip()}
    if choice.import_id is None:
        raise CatalogueRefused(Refusal.CHOICE_EMPTY, "numbers")
    return {"import_id": choice.import_id}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value.strip() if isinstance(value, str) else value


def choice_from_data(of: BatchOf, data: Mapping[str, object]) -> ItemChoice | RecordChoice:
    """The choice that ``choice_to_data`` has written."""
    listed = data.get("numbers")
    numbers = tuple(map(str, listed)) if isinstance(listed, list) else ()
    if of is BatchOf.ITEMS:
        fitting = data.get("fitting")
        return ItemChoice(numbers=numbers, fitting=_filter(fitting) if isinstance(fitting, dict) else None)
    import_id = data.get("import_id")
    return RecordChoice(
        numbers=numbers,
        question=str(data.get("question") or ""),
        import_id=import_id if isinstance(import_id, int) else None,
    )


def _filter(data: Mapping[str, object]) -> ItemFilter:
    values = dict(data)
    for name in ("acquired_first", "acquired_last"):
        if name in values:
            values[name] = date.fromisoformat(str(values[name]))
    return ItemFilter(**values)  # type: ignore[arg-type] # what asdict has written


def found_by(choice: ItemChoice | RecordChoice) -> Iterator[list[Found]]:
    """What is meant, in pages, each once; at most one more than ``MOST_ROWS``.

    :raises NotIndexed: a question, while there is no index to ask.
    """
    seen: set[int] = set()
    left = MOST_ROWS + 1
    for page in _pages(choice):
        fresh: list[Found] = []
        for subject_id, label in page:
            if subject_id is None or subject_id not in seen:
                fresh.append((subject_id, label))
            if subject_id is not None:
                seen.add(subject_id)
        if fresh[:left]:
            yield fresh[:left]
        left -= len(fresh)
        if left <= 0:
            return


def ids_chosen(choice: RecordChoice) -> tuple[int, ...]:
    """The records that are meant, each once: at most one more than ``MOST_ROWS``.

    :raises CatalogueRefused: CHOICE_EMPTY, CHOICE_TOO_LARGE (numbers).
    :raises NotIndexed: a question, while there is no index to ask.
    """
    choice_to_data(choice)
    return tuple(bib_id for page in found_by(choice) for bib_id, _ in page if bib_id is not None)


def numbers_unknown(numbers: Sequence[str]) -> tuple[str, ...]:
    """Those of a list of record numbers that no record has."""
    return tuple(number for page in _listed_records(numbers) for bib_id, number in page if bib_id is None)


def _pages(choice: ItemChoice | RecordChoice) -> Iterator[list[Found]]:
    if isinstance(choice, ItemChoice):
        return _listed_items(choice.numbers) if choice.numbers else _fitting_items(choice.fitting or ItemFilter())
    if choice.numbers:
        return _listed_records(choice.numbers)
    ids = ids_of_question(choice.question, most=MOST_ROWS + 1) if choice.question else _imported(choice.import_id or 0)
    return _titled(sorted(ids))


def _listed_items(numbers: Sequence[str]) -> Iterator[list[Found]]:
    for begin in range(0, len(numbers), PAGE):
        wanted = list(numbers[begin : begin + PAGE])
        found: dict[str, int] = {}
        rows = Item.objects.filter(Q(barcode__in=wanted) | Q(accession_no__in=wanted))
        known = list(rows.values_list("id", "barcode", "accession_no"))
        found.update({accession_no: item_id for item_id, _, accession_no in known if accession_no})
        found.update({barcode: item_id for item_id, barcode, _ in known})
        yield [(found.get(number), number) for number in wanted]


def numbers_borne(numbers: Collection[str]) -> frozenset[str]:
    """Those of these texts that are the barcode or the accession number of an item."""
    found = (known for page in _listed_items(list(numbers)) for known in page)
    return frozenset(number for item_id, number in found if item_id is not None)


def _fitting_items(fitting: ItemFilter) -> Iterator[list[Found]]:
    rows = _filtered(fitting).order_by("id")
    last = 0
    while page := list(rows.filter(id__gt=last).values_list("id", "barcode")[:PAGE]):
        yield [(item_id, barcode) for item_id, barcode in page]
        last = page[-1][0]


def _filtered(fitting: ItemFilter) -> QuerySet[Item]:
    rows = Item.objects.all()
    plain = {
        "home_branch_id": fitting.home_branch_id,
        "item_type__code": fitting.item_type,
        "state": fitting.state,
        "lendable": fitting.lendable,
        "collection": fitting.collection,
        "acquired_date__gte": fitting.acquired_first,
        "acquired_date__lte": fitting.acquired_last,
    }
    rows = rows.filter(**{name: value for name, value in plain.items() if value not in ("", None)})
    if fitting.call_first or fitting.call_last:
        rows = rows.exclude(call_key=b"")
    if fitting.call_first:
        rows = rows.filter(call_key__gte=shelf_key(fitting.call_first))
    if fitting.call_last:
        # What begins with the last number belongs to the range: I247.5 includes I247.57.
        rows = rows.filter(Q(call_key__lte=shelf_key(fitting.call_last)) | Q(call_no__startswith=fitting.call_last))
    if fitting.receipt_id is not None:
        rows = rows.filter(id__in=ReceiptItem.objects.filter(receipt_id=fitting.receipt_id).values("item_id"))
    first, last = fitting.accession_first, fitting.accession_last
    if first or last:
        rows = rows.annotate(accession_length=Length("accession_no")).filter(
            accession_length=len(first or last), accession_no__gte=first or last, accession_no__lte=last or first
        )
    return rows


def _listed_records(numbers: Sequence[str]) -> Iterator[list[Found]]:
    for begin in range(0, len(numbers), PAGE):
        wanted = list(numbers[begin : begin + PAGE])
        by_number: dict[str, list[int]] = {}
        # A record that was merged stands for the one that it leads to, here as everywhere.
        ours = Bib.objects.filter(control_number__in=wanted).order_by("id")
        for bib_id, number in ours.values_list(Coalesce("merged_into_id", "id"), "control_number"):
            by_number.setdefault(number, []).append(bib_id)
        forms = {number: lookup_numbers(number) for number in wanted if number not in by_number}
        values = {value for found in forms.values() for value in found}
        by_value: dict[str, list[int]] = {}
        borne = Identifier.objects.filter(value__in=values).order_by("bib_id")
        for bib_id, value in borne.values_list(Coalesce("bib__merged_into_id", "bib_id"), "value"):
            by_value.setdefault(value, []).append(bib_id)
        page: list[tuple[int | None, str]] = []
        for number in wanted:
            ids = by_number.get(number) or [one for value in forms.get(number, ()) for one in by_value.get(value, ())]
            page += [(bib_id, number) for bib_id in ids] or [(None, number)]
        yield page


def _imported(import_id: int) -> list[int]:
    """What an import added, and what it changed."""
    steps = ImportStep.objects.filter(batch_id=import_id).values_list("bibs", flat=True)
    added = [bib_id for bibs in steps for bib_id in bibs]
    changed = ImportFormer.objects.filter(step__batch_id=import_id).values_list("bib_id", flat=True)
    return [*added, *changed][: MOST_ROWS + 1]


def _titled(ids: Sequence[int]) -> Iterator[list[Found]]:
    for begin in range(0, len(ids), PAGE):
        titles = dict(Bib.objects.filter(id__in=ids[begin : begin + PAGE]).values_list("id", "title"))
        yield [(bib_id, titles[bib_id]) for bib_id in ids[begin : begin + PAGE] if bib_id in titles]
