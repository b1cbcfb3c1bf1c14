"""Reads of the catalogue: frozen values, never models. Availability comes from the items as they are now."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce

from wenyuan.holdings.catalogue import sql
from wenyuan.holdings.catalogue.arrivals.reading import list_arrivals, sitemap_part, sitemap_parts
from wenyuan.holdings.catalogue.authorities.reading import (
    authorities_like,
    bibs_of_authority,
    briefs_of,
    count_other_forms,
    find_authorities,
    get_authority,
    headings_of_bib,
    is_review_waiting,
    list_authorities,
    list_headings,
    running_update,
    updates_of_versions,
    uses_of_heading,
)
from wenyuan.holdings.catalogue.authorities.taking import read_authorities
from wenyuan.holdings.catalogue.batching.choosing import ids_chosen, numbers_borne, numbers_unknown
from wenyuan.holdings.catalogue.batching.reading import edit_row_difference, get_edit, list_edit_rows, list_edits
from wenyuan.holdings.catalogue.batching.steps import steps_from_data
from wenyuan.holdings.catalogue.copying.asking import search_targets
from wenyuan.holdings.catalogue.copying.matching import matches_of
from wenyuan.holdings.catalogue.copying.taking import overlaid, taken
from wenyuan.holdings.catalogue.copying.targets import get_copy_target, list_copy_targets
from wenyuan.holdings.catalogue.data import (
    BibBrief,
    BibPage,
    BibView,
    Counts,
    Facet,
    FoundRecords,
    MarcRow,
    SearchHelp,
    SearchPage,
    SortBy,
)
from wenyuan.holdings.catalogue.editing.checking import check as check_record
from wenyuan.holdings.catalogue.editing.coded import picks_of, with_picks
from wenyuan.holdings.catalogue.editing.drafts import begun, draft, shipped_text, without_empty
from wenyuan.holdings.catalogue.editing.formats import format_of
from wenyuan.holdings.catalogue.editing.forming import changed_values, kind_of, read_form, with_form
from wenyuan.holdings.catalogue.editing.history import get_record, get_version, list_versions
from wenyuan.holdings.catalogue.editing.pinyin import with_pinyin
from wenyuan.holdings.catalogue.editing.presence import who_has_open
from wenyuan.holdings.catalogue.editing.templates import begin_record, get_template, list_templates
from wenyuan.holdings.catalogue.exporting import export_records
from wenyuan.holdings.catalogue.harvesting.publishing import public_records
from wenyuan.holdings.catalogue.harvesting.reading import (
    count_harvest,
    first_stamp,
    get_harvested,
    harvest,
    harvest_moment,
    list_collections,
)
from wenyuan.holdings.catalogue.importing.forgetting import files_needed
from wenyuan.holdings.catalogue.importing.looking import import_outlook, list_samples, sample_records
from wenyuan.holdings.catalogue.importing.overlays import list_overlays
from wenyuan.holdings.catalogue.importing.results import (
    failed_bytes,
    import_result,
    iter_faults,
    list_batches,
    list_faults,
    list_mappings,
)
from wenyuan.holdings.catalogue.importing.undoing import list_kept, undo_prospect
from wenyuan.holdings.catalogue.item_reading import (
    bibs_of_items,
    get_item,
    get_item_by_id,
    get_items,
    item_scanned_at,
    items_alike,
    items_of_bib,
    list_item_types,
    list_shelf,
    price_of_item,
)
from wenyuan.holdings.catalogue.labelling.queueing import (
    count_labels,
    get_label_run,
    items_of_import,
    items_on_shelf,
    items_with_barcodes,
    labels_of_run,
    labels_waiting,
    list_label_runs,
)
from wenyuan.holdings.catalogue.labelling.sheets import list_label_sheets
from wenyuan.holdings.catalogue.merging.lists import (
    count_alike_groups,
    count_items_of,
    get_bib_merge,
    is_kept_apart,
    last_look,
    likeness_of,
    list_alike_records,
    list_bib_merges,
    list_stayed,
    proposed_to_stay,
    weighed,
)
from wenyuan.holdings.catalogue.models import (
    Bib,
    Identifier,
    Item,
    ItemState,
)
from wenyuan.holdings.catalogue.relating.reading import bibs_beside, description_of, shelf_around
from wenyuan.holdings.catalogue.searching import completing, reading, suggesting
from wenyuan.holdings.catalogue.searching.asking import lookup_numbers
from wenyuan.holdings.catalogue.searching.checking import index_backlog, index_state
from wenyuan.holdings.catalogue.searching.indexing import is_asked_anew, is_indexed
from wenyuan.holdings.catalogue.searching.matching import ask_for_tree
from wenyuan.holdings.catalogue.shelving.author_tables import list_author_tables
from wenyuan.holdings.catalogue.shelving.class_tables import (
    class_branch,
    class_choices,
    classes_below,
    list_class_tables,
    name_of_class,
)
from wenyuan.holdings.catalogue.shelving.groups import list_shelf_groups
from wenyuan.holdings.catalogue.shelving.numbering import numbers_of_bib
from wenyuan.holdings.catalogue.stock.ledgers import check_numbers, iter_register, register_page, stock_account
from wenyuan.holdings.catalogue.stock.receipts import get_receipt, list_receipts
from wenyuan.holdings.catalogue.tabling import get_table, iter_bib_lines, iter_item_lines, list_tables
from wenyuan.holdings.catalogue.taking_over.reading import (
    count_past_bibs,
    count_past_items,
    count_to_relabel,
    items_formerly,
    list_to_relabel,
    past_bibs,
    past_items,
    past_items_with_numbers,
    taking_over_since,
)
from wenyuan.kernel.chinese import fold
from wenyuan.kernel.marc import ControlField, from_storage
from wenyuan.kernel.searching import Scope, Tree, parts_of, read_question
from wenyuan.plumbing.index.asks import Ask

__all__ = [
    "authorities_like",
    "begin_record",
    "begun",
    "bibs_beside",
    "bibs_of_authority",
    "bibs_of_items",
    "briefs_of",
    "changed_values",
    "check_numbers",
    "check_record",
    "class_branch",
    "class_choices",
    "classes_below",
    "complete",
    "count_alike_groups",
    "count_found",
    "count_harvest",
    "count_holdings",
    "count_items_of",
    "count_labels",
    "count_other_forms",
    "count_past_bibs",
    "count_past_items",
    "count_to_relabel",
    "description_of",
    "draft",
    "edit_row_difference",
    "export_records",
    "failed_bytes",
    "files_needed",
    "find_authorities",
    "find_ids",
    "find_records",
    "first_stamp",
    "format_of",
    "get_authority",
    "get_bib",
    "get_bib_merge",
    "get_copy_target",
    "get_edit",
    "get_harvested",
    "get_item",
    "get_item_by_id",
    "get_items",
    "get_label_run",
    "get_receipt",
    "get_record",
    "get_table",
    "get_template",
    "get_version",
    "harvest",
    "harvest_moment",
    "headings_of_bib",
    "help_on",
    "ids_chosen",
    "import_outlook",
    "import_result",
    "index_backlog",
    "index_state",
    "is_asked_anew",
    "is_indexed",
    "is_kept_apart",
    "is_review_waiting",
    "item_scanned_at",
    "items_alike",
    "items_of_bib",
    "items_of_import",
    "items_on_shelf",
    "items_with_barcodes",
    "iter_bib_lines",
    "iter_faults",
    "iter_item_lines",
    "iter_register",
    "kind_of",
    "labels_of_run",
    "labels_waiting",
    "last_look",
    "likeness_of",
    "list_alike_records",
    "list_arrivals",
    "list_author_tables",
    "list_authorities",
    "list_batches",
    "list_bib_merges",
    "list_class_tables",
    "list_collections",
    "list_copy_targets",
    "list_edit_rows",
    "list_edits",
    "list_faults",
    "list_headings",
    "list_item_types",
    "list_kept",
    "list_label_runs",
    "list_label_sheets",
    "list_mappings",
    "list_newest",
    "list_overlays",
    "list_receipts",
    "list_samples",
    "list_shelf",
    "list_shelf_groups",
    "list_stayed",
    "list_tables",
    "list_templates",
    "list_to_relabel",
    "list_versions",
    "lookup",
    "lookup_numbers",
    "marc_rows",
    "matches_of",
    "name_of_class",
    "numbers_borne",
    "numbers_of_bib",
    "numbers_unknown",
    "overlaid",
    "past_bibs",
    "past_items",
    "past_items_with_numbers",
    "picks_of",
    "price_of_item",
    "proposed_to_stay",
    "read_authorities",
    "read_form",
    "register_page",
    "running_update",
    "sample_records",
    "search",
    "search_targets",
    "shelf_around",
    "shipped_text",
    "sitemap_part",
    "sitemap_parts",
    "standing_bib",
    "steps_from_data",
    "stock_account",
    "taken",
    "taking_over_since",
    "titles_of",
    "undo_prospect",
    "updates_of_versions",
    "uses_of_heading",
    "weighed",
    "who_has_open",
    "with_form",
    "with_picks",
    "with_pinyin",
    "without_empty",
]

PAGE = 20
SHOWN_INSTEAD = 5
"""Works that are shown of what somebody may have meant."""
_BRIEF = ("id", "title", "volume", "author", "publisher", "year", "class_no", "document_kind", "audience")


def get_bib(bib_id: int) -> BibView | None:
    """One bib with its identifiers and items, or nothing; one that was merged names the other (``merged_into_id``)."""
    bib = Bib.objects.defer("marc").filter(id=bib_id).first()
    if bib is None:
        return None
    names = (name for name in BibView.__dataclass_fields__ if name not in ("identifiers", "items"))
    return BibView(
        **{name: getattr(bib, name) for name in names},
        identifiers=tuple(Identifier.objects.filter(bib_id=bib_id).order_by("id").values_list("kind", "value")),
        items=items_of_bib(bib_id),
    )


def standing_bib(bib_id: int) -> int:
    """The bib that this one leads to since they were merged; any other id as it is."""
    return Bib.objects.filter(id=bib_id).values_list("merged_into_id", flat=True).first() or bib_id


def marc_rows(bib_id: int) -> tuple[MarcRow, ...]:
    """The bib's MARC record for display, leader first; empty for an unknown bib."""
    stored = Bib.objects.filter(id=bib_id).values_list("marc", flat=True).first()
    if stored is None:
        return ()
    record = from_storage(bytes(stored))
    rows = [MarcRow("LDR", "", (("", record.leader),))]
    for field in record.fields:
        if isinstance(field, ControlField):
            rows.append(MarcRow(field.tag, "", (("", field.data),)))
        else:
            rows.append(MarcRow(field.tag, field.ind1 + field.ind2, field.subfields))
    return tuple(rows)


def lookup(
    *,
    title_begins: str = "",
    author: str = "",
    isbn: str = "",
    barcode: str = "",
    after: tuple[str, int] | None = None,
    size: int = PAGE,
) -> BibPage:
    """Bibs that fit everything given, by title. Ways of writing do not count (traditional, full width, punctuation):
    title and author from their beginning; an ISBN of ten digits finds the one of thirteen, and ISSN, 统一书号 and
    misprinted numbers are found by the same field; barcodes and accession numbers exactly, and a number that is still
    on the label of an item whose barcode it was in an old system. Nothing given finds nothing.
    """
    rows = Bib.objects.filter(merged_into=None)
    conditions = []
    if title_begins.strip():
        conditions.append(Q(title_fold__startswith=fold(title_begins)) if fold(title_begins) else None)
    if author.strip():
        conditions.append(Q(author_fold__startswith=fold(author)) if fold(author) else None)
    if isbn.strip():
        numbered = Identifier.objects.filter(value__in=lookup_numbers(isbn))
        # A record that was merged stands for the one that it leads to. One question: two joined by OR read all records.
        conditions.append(Q(id__in=numbered.values(one=Coalesce("bib__merged_into_id", "bib_id"))))
    if barcode.strip():
        number = barcode.strip()
        items = Item.objects.filter(Q(barcode=number) | Q(accession_no=number) | Q(id__in=items_formerly(number)))
        conditions.append(Q(id__in=items.values("bib_id")))
    wanted = [condition for condition in conditions if condition is not None]
    if not conditions or len(wanted) < len(conditions):
        return BibPage((), None)
    rows = rows.filter(*wanted)
    if after is not None:
        rows = rows.extra(where=["(catalogue_bib.title_sort, catalogue_bib.id) > (%s, %s)"], params=after)
    return _bib_page(rows.order_by("title_sort", "id"), size, lambda row: (row["title_sort"], row["id"]))


def search(
    text: str,
    *,
    within: Scope = Scope.ANYWHERE,
    chosen: Mapping[Facet, Sequence[str]] | None = None,
    counted: Mapping[Facet, int] | None = None,
    sort_by: SortBy = SortBy.MATCH,
    start: int = 0,
    size: int = PAGE,
) -> SearchPage:
    """What the index finds for a question as somebody types it: ``size`` works from ``start`` on, ordered by
    ``sort_by``.

    ``within`` is where parts are looked for that name no field; ``chosen`` narrows; ``counted`` says of which facets
    how many values are wanted with their counts. A question that asks for nothing finds nothing, unless something is
    chosen: then everything of that kind.

    :raises NotIndexed: there is no index to ask; ``lookup`` finds by the beginning of titles meanwhile.
    """
    question = read_question(text, within=within)
    if not question.wanted and not chosen:
        return SearchPage((), 0)
    parts = (*question.wanted, *question.unwanted)
    hits = reading.find(
        question,
        numbers={part.text: lookup_numbers(part.text) for part in parts if part.scope is Scope.NUMBER},
        chosen=chosen or {},
        counted=counted or {},
        sort_by=sort_by,
        start=start,
        size=size,
    )
    known = titles_of(hits.ids)
    bibs = tuple(known[bib_id] for bib_id in hits.ids if bib_id in known)
    return SearchPage(bibs, hits.total, {Facet(name): values for name, values in hits.counts.items()})


def count_found(texts: Sequence[str], *, chosen: Mapping[Facet, Sequence[str]] | None = None) -> dict[str, int]:
    """How many works the index finds for each of these questions, narrowed by what is ``chosen``.

    :raises NotIndexed: there is no index to ask.
    """
    return {
        text: reading.find(read_question(text), numbers={}, chosen=chosen or {}, counted={}, size=0).total
        for text in texts
    }


def find_ids(text: str, *, counted: Mapping[Facet, int], size: int) -> tuple[int, ...]:
    """The ids that ``search`` would show, with the same counts made but nothing read from the tables: for measuring.

    :raises NotIndexed: there is no index to ask.
    """
    return reading.find(read_question(text), numbers={}, chosen={}, counted=counted, size=size).ids


def find_records(tree: Tree, *, start: int, size: int) -> FoundRecords:
    """What the index finds for a question of a machine: at most ``size`` records from ``start`` on, the best first, as
    outsiders may have them. They end with the one that reaches ``PAGE_BYTES``.

    :raises NotIndexed: there is no index to ask.
    """
    numbers = {part.text: lookup_numbers(part.text) for part in parts_of(tree) if part.scope is Scope.NUMBER}
    hits = reading.find_by(ask_for_tree(tree, numbers=numbers), start=start, size=size)
    return FoundRecords(public_records(hits.ids), hits.total)


def help_on(text: str, *, within: Scope = Scope.ANYWHERE, is_narrowed: bool = False) -> SearchHelp:
    """What to try instead of a question that found nothing; everything in it comes from the catalogue.

    :raises NotIndexed: there is no index to ask.
    """

    def count(other: str) -> int:
        return reading.find(read_question(other, within=within), numbers={}, chosen={}, counted={}, size=0).total

    if is_narrowed and (total := count(text)):
        return SearchHelp(not_narrowed=total)
    helped = suggesting.help_on(read_question(text, within=within), within=within, count=count, find=_find_bibs)
    if not helped.meant:
        return helped
    return replace(helped, works=search(helped.meant[0].text, within=within, size=SHOWN_INSTEAD).bibs)


def complete(text: str) -> tuple[str, ...]:
    """What somebody may be about to type, of titles and names. :raises NotIndexed: there is no index to ask."""
    return completing.completions(text, _find_bibs)


def _find_bibs(ask: Ask, most: int) -> list[BibBrief]:
    ids = reading.find_ids(ask, most)
    known = titles_of(ids)
    return [known[bib_id] for bib_id in ids if bib_id in known]


def list_newest(*, after: tuple[str, int] | None = None, size: int = PAGE) -> BibPage:
    """The bibs that came in last, newest first."""
    rows = Bib.objects.filter(merged_into=None)
    if after is not None:
        rows = rows.extra(where=["(created_at, id) < (%s::timestamptz, %s)"], params=after)
    return _bib_page(rows.order_by("-created_at", "-id"), size, lambda row: (row["created_at"].isoformat(), row["id"]))


def titles_of(bib_ids: Iterable[int]) -> dict[int, BibBrief]:
    """Bibs by id, for lists that other rooms show; unknown ids are left out."""
    wanted = sorted(set(bib_ids))
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(sql.TITLES, {"bibs": wanted})
        found = cursor.fetchall()
    return {row[0]: BibBrief(**dict(zip(_BRIEF, row[:-1], strict=True)), isbns=tuple(row[-1])) for row in found}


def count_holdings(*, branch_ids: frozenset[int] | None = None) -> Counts:
    """Bibs and items, of the whole catalogue or of what has its home in some branches."""
    items = Item.objects.all()
    if branch_ids is not None:
        items = items.filter(home_branch_id__in=branch_ids)
    counted = items.aggregate(
        items=Count("id", filter=~Q(state=ItemState.WITHDRAWN)),
        withdrawn=Count("id", filter=Q(state=ItemState.WITHDRAWN)),
    )
    if branch_ids is None:
        bibs = Bib.objects.count() - Bib.objects.filter(merged_into__isnull=False).count()
    else:
        bibs = items.values("bib_id").distinct().count()
    return Counts(bibs, counted["items"], counted["withdrawn"])


def _bib_page(rows: QuerySet[Bib], size: int, place: Any) -> BibPage:
    found: list[dict[str, Any]] = list(rows.values(*_BRIEF, "title_sort", "created_at")[: size + 1])
    after = place(found[size - 1]) if len(found) > size else None
    return BibPage(_briefs(found[:size]), after)


def _briefs(rows: Sequence[dict[str, Any]]) -> tuple[BibBrief, ...]:
    isbns: dict[int, list[str]] = {}
    pairs = Identifier.objects.filter(bib_id__in=[row["id"] for row in rows], kind="isbn").order_by("id")
    for bib_id, value in pairs.values_list("bib_id", "value"):
        isbns.setdefault(bib_id, []).append(value)
    return tuple(
        BibBrief(**{name: row[name] for name in _BRIEF}, isbns=tuple(isbns.get(row["id"], ()))) for row in rows
    )
