"""What becomes of items of an old system: facts in, decisions out. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from wenyuan.holdings.catalogue.rules import LARGEST_PRICE_FEN, accession_fault, barcode_fault
from wenyuan.holdings.catalogue.taking_over.values import PastItemInput
from wenyuan.kernel.past import LONGEST_KEY, PastReason

_TEXTS = {"call_no": 100, "volume": 60, "collection": 32, "source": 32}
_LENDABLE = frozenset({"yes", "in_library", "no"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PastItemFacts:
    """What the catalogue has under the numbers of some rows. ``repeated``: keys of earlier rows of a
    dry run; ``bibs``: how many records have the key; ``branches`` and
    ``item_types``: ids by code."""

    known: frozenset[str]
    repeated: frozenset[str]
    bibs: Mapping[str, int]
    barcodes: frozenset[str]
    accessions: frozenset[str]
    branches: Mapping[str, int]
    item_types: Mapping[str, int]


@dataclass(slots=True)
class PlannedItem:
    """A row and what becomes of it: ``known``, refused with ``reasons``, or new, perhaps with notes.

    ``barcode`` is empty where the item gets a temporary number.
    """

    row: PastItemInput
    known: bool
    reasons: tuple[PastReason, ...]
    barcode: str
    accession_no: str

    @property
    def is_refused(self) -> bool:
        return any(not reason.note for reason in self.reasons)


def plan_items(rows: Sequence[PastItemInput], facts: PastItemFacts, *, today: date) -> list[PlannedItem]:
    """Decide about each row, in their order: of two with one number the first has it."""
    keys, barcodes, accessions = set(facts.repeated), set(facts.barcodes), set(facts.accessions)
    planned = []
    for row in rows:
        one = _planned(row, facts, keys, barcodes, accessions, today)
        planned.append(one)
        if not one.known and not one.is_refused:
            keys.add(row.key)
            barcodes.add(one.barcode)
            accessions.add(one.accession_no)
    return planned


def _planned(
    row: PastItemInput, facts: PastItemFacts, keys: set[str], barcodes: set[str], accessions: set[str], today: date
) -> PlannedItem:
    if row.key in facts.known:
        return PlannedItem(row, True, (), "", "")
    if row.key in keys:
        return PlannedItem(row, True, (PastReason("key_repeated", "key", note=True),), "", "")
    reasons = _faults(row, facts, today)
    barcode, accession_no = row.barcode, row.accession_no
    if barcode in barcodes:
        reasons.append(PastReason("barcode_clash", "barcode", note=True))
        barcode = ""
    if accession_no and accession_no in accessions:
        reasons.append(PastReason("accession_no_taken", "accession_no", note=True))
        accession_no = ""
    return PlannedItem(row, False, tuple(reasons), barcode, accession_no)


def _faults(row: PastItemInput, facts: PastItemFacts, today: date) -> list[PastReason]:
    """What keeps a row out."""
    found = []
    if not row.key or len(row.key) > LONGEST_KEY:
        found.append(PastReason("key_invalid", "key"))
    bibs = facts.bibs.get(row.bib_key, 0)
    if bibs != 1:
        found.append(PastReason("bib_ambiguous" if bibs else "bib_unknown", "bib"))
    if barcode_fault(row.barcode):
        found.append(PastReason("barcode_invalid", "barcode"))
    if row.accession_no and accession_fault(row.accession_no):
        found.append(PastReason("accession_no_invalid", "accession_no"))
    for name in ("branch", "owner", "present"):
        code = getattr(row, name)
        if (code or name == "branch") and code not in facts.branches:
            found.append(PastReason("branch_unknown", name))
    if row.item_type not in facts.item_types:
        found.append(PastReason("item_type_unknown", "item_type"))
    if row.lendable not in _LENDABLE:
        found.append(PastReason("code_unknown", "lendable"))
    found += [PastReason("text_too_long", name) for name, most in _TEXTS.items() if len(getattr(row, name)) > most]
    if row.price_fen is not None and not 0 <= row.price_fen <= LARGEST_PRICE_FEN:
        found.append(PastReason("amount_form", "price"))
    for name in ("acquired_date", "withdrawn_date"):
        day = getattr(row, name)
        if day is not None and day > today:
            found.append(PastReason("date_to_come", name))
    return found
