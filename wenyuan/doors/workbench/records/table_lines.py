"""The lines of tables in words: headings, and what stands under them."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, Generic, NamedTuple, TypeVar

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from wenyuan.doors.workbench.branches import branch_name
from wenyuan.doors.workbench.items.words import CONDITIONS, DOCUMENT_KINDS, LENDABLE, STATES
from wenyuan.holdings.catalogue.data import BibLine, ItemLine, TableOf
from wenyuan.holdings.catalogue.queries import iter_bib_lines, iter_item_lines
from wenyuan.organisation.network.data import NetworkMap
from wenyuan.organisation.network.queries import network_map
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.tables import Value

Line = TypeVar("Line")


class Setting(NamedTuple):
    """What lines are told with: the branches' names, and the language."""

    network: NetworkMap
    language: str


class Column(NamedTuple, Generic[Line]):
    head: StrOrPromise
    value: Callable[[Line, Setting], Value]


ITEM_COLUMNS: Final[Sequence[Column[ItemLine]]] = (
    Column(_("Barcode"), lambda line, _: line.barcode),
    Column(_("Accession number"), lambda line, _: line.accession_no),
    Column(_("Title"), lambda line, _: line.title),
    Column(_("Volume"), lambda line, _: line.volume),
    Column(_("Author"), lambda line, _: line.author),
    Column(_("Publisher"), lambda line, _: line.publisher),
    Column(_("Year"), lambda line, _: line.year),
    Column(_("ISBN or other number"), lambda line, _: " ".join(line.numbers)),
    Column(_("Class number"), lambda line, _: line.class_no),
    Column(_("Call number"), lambda line, _: line.call_no),
    Column(
        _("Item type"),
        lambda line, by: line.item_type_en if by.language.startswith("en") and line.item_type_en else line.item_type_zh,
    ),
    Column(_("Owner"), lambda line, by: branch_name(line.owner_id, by.network)),
    Column(_("Belongs to"), lambda line, by: branch_name(line.home_branch_id, by.network)),
    Column(_("Is at"), lambda line, by: branch_name(line.present_branch_id, by.network)),
    Column(_("State"), lambda line, _: _word(STATES, line.state)),
    Column(_("Condition"), lambda line, _: _word(CONDITIONS, line.condition)),
    Column(_("Lending"), lambda line, _: _word(LENDABLE, line.lendable)),
    Column(_("Collection"), lambda line, _: line.collection),
    Column(_("Source"), lambda line, _: line.source),
    Column(_("Price in yuan"), lambda line, _: _yuan(line.price_fen)),
    Column(_("Acquired"), lambda line, _: line.acquired_date),
    Column(_("Control number"), lambda line, _: line.control_number),
)

BIB_COLUMNS: Final[Sequence[Column[BibLine]]] = (
    Column(_("Control number"), lambda line, _: line.control_number),
    Column(_("Source"), lambda line, _: line.record_source),
    Column(_("Title"), lambda line, _: line.title),
    Column(_("Volume"), lambda line, _: line.volume),
    Column(_("Author"), lambda line, _: line.author),
    Column(_("Publisher"), lambda line, _: line.publisher),
    Column(_("Year"), lambda line, _: line.year),
    Column(_("ISBN or other number"), lambda line, _: " ".join(line.numbers)),
    Column(_("Class number"), lambda line, _: line.class_no),
    Column(_("Kind"), lambda line, _: str(DOCUMENT_KINDS.get(line.document_kind, line.document_kind))),
    Column(_("Language"), lambda line, _: line.language),
    Column(_("Price in yuan"), lambda line, _: _yuan(line.price_fen)),
    Column(_("Items"), lambda line, _: line.items),
    Column(_("Came in on"), lambda line, _: local_date(line.created_at)),
)


def heads_of(of: TableOf) -> list[str]:
    """The headings in the language that is active."""
    columns: Sequence[Column[ItemLine] | Column[BibLine]] = ITEM_COLUMNS if of is TableOf.ITEMS else BIB_COLUMNS
    return [str(column.head) for column in columns]


def rows_of(of: TableOf, branch_id: int | None, language: str) -> Iterator[list[Value]]:
    """The lines in the language that is active, one by one."""
    setting = Setting(network_map(), language)
    if of is TableOf.ITEMS:
        for item in iter_item_lines(branch_id):
            yield [column.value(item, setting) for column in ITEM_COLUMNS]
    else:
        for bib in iter_bib_lines(branch_id):
            yield [column.value(bib, setting) for column in BIB_COLUMNS]


def _word(words: object, code: str) -> str:
    found = words.get(code)  # type: ignore[attr-defined] # one of the mappings of status words
    return str(found[1]) if found else code


def _yuan(fen: int | None) -> float | None:
    return None if fen is None else fen / 100
