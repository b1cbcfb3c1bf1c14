"""What crosses the catalogue's border: bibs and items as frozen values, what an import reports, why a verb refuses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum, StrEnum
from typing import Final, NamedTuple

from wenyuan.holdings.catalogue.arrivals.values import Arrival as Arrival
from wenyuan.holdings.catalogue.arrivals.values import ArrivalPage as ArrivalPage
from wenyuan.holdings.catalogue.arrivals.values import SitemapPart as SitemapPart
from wenyuan.holdings.catalogue.authorities.values import MOST_BESIDE as MOST_BESIDE
from wenyuan.holdings.catalogue.authorities.values import AuthorityBrief as AuthorityBrief
from wenyuan.holdings.catalogue.authorities.values import AuthorityInput as AuthorityInput
from wenyuan.holdings.catalogue.authorities.values import AuthorityPage as AuthorityPage
from wenyuan.holdings.catalogue.authorities.values import AuthorityRefusal as AuthorityRefusal
from wenyuan.holdings.catalogue.authorities.values import AuthorityRefused as AuthorityRefused
from wenyuan.holdings.catalogue.authorities.values import AuthoritySaved as AuthoritySaved
from wenyuan.holdings.catalogue.authorities.values import AuthorityView as AuthorityView
from wenyuan.holdings.catalogue.authorities.values import BibIds as BibIds
from wenyuan.holdings.catalogue.authorities.values import HeadingForm as HeadingForm
from wenyuan.holdings.catalogue.authorities.values import HeadingPage as HeadingPage
from wenyuan.holdings.catalogue.authorities.values import LinkState as LinkState
from wenyuan.holdings.catalogue.authorities.values import UpdateView as UpdateView
from wenyuan.holdings.catalogue.authorities.values import UsePage as UsePage
from wenyuan.holdings.catalogue.authorities.values import UseView as UseView
from wenyuan.holdings.catalogue.authorities.values import Variant as Variant
from wenyuan.holdings.catalogue.batching.steps import Condition as Condition
from wenyuan.holdings.catalogue.batching.steps import Place as Place
from wenyuan.holdings.catalogue.batching.steps import Step as Step
from wenyuan.holdings.catalogue.batching.steps import StepKind as StepKind
from wenyuan.holdings.catalogue.batching.steps import StepsUnfit as StepsUnfit
from wenyuan.holdings.catalogue.batching.steps import Test as Test
from wenyuan.holdings.catalogue.batching.values import MOST_ROWS as MOST_ROWS
from wenyuan.holdings.catalogue.batching.values import BatchEditView as BatchEditView
from wenyuan.holdings.catalogue.batching.values import BatchOf as BatchOf
from wenyuan.holdings.catalogue.batching.values import BatchRowView as BatchRowView
from wenyuan.holdings.catalogue.batching.values import ItemChoice as ItemChoice
from wenyuan.holdings.catalogue.batching.values import ItemFilter as ItemFilter
from wenyuan.holdings.catalogue.batching.values import RecordChoice as RecordChoice
from wenyuan.holdings.catalogue.batching.values import RecordDifference as RecordDifference
from wenyuan.holdings.catalogue.batching.values import RowOutcome as RowOutcome
from wenyuan.holdings.catalogue.batching.values import RowReason as RowReason
from wenyuan.holdings.catalogue.copying.values import CopyIndex as CopyIndex
from wenyuan.holdings.catalogue.copying.values import CopyProtocol as CopyProtocol
from wenyuan.holdings.catalogue.copying.values import CopyRefusal as CopyRefusal
from wenyuan.holdings.catalogue.copying.values import CopyRefused as CopyRefused
from wenyuan.holdings.catalogue.copying.values import CopyTrouble as CopyTrouble
from wenyuan.holdings.catalogue.copying.values import FoundCopy as FoundCopy
from wenyuan.holdings.catalogue.copying.values import TargetAnswer as TargetAnswer
from wenyuan.holdings.catalogue.copying.values import TargetInput as TargetInput
from wenyuan.holdings.catalogue.copying.values import TargetsBusy as TargetsBusy
from wenyuan.holdings.catalogue.copying.values import TargetView as TargetView
from wenyuan.holdings.catalogue.editing.coded import Pick as Pick
from wenyuan.holdings.catalogue.editing.drafts import RecordKind as RecordKind
from wenyuan.holdings.catalogue.editing.formats import FieldRule as FieldRule
from wenyuan.holdings.catalogue.editing.formats import Format as Format
from wenyuan.holdings.catalogue.editing.forming import FormField as FormField
from wenyuan.holdings.catalogue.editing.values import Duplicate as Duplicate
from wenyuan.holdings.catalogue.editing.values import DuplicateReason as DuplicateReason
from wenyuan.holdings.catalogue.editing.values import FaultRule as FaultRule
from wenyuan.holdings.catalogue.editing.values import OpenBy as OpenBy
from wenyuan.holdings.catalogue.editing.values import RecordFault as RecordFault
from wenyuan.holdings.catalogue.editing.values import RecordSaved as RecordSaved
from wenyuan.holdings.catalogue.editing.values import TemplateView as TemplateView
from wenyuan.holdings.catalogue.editing.values import VersionView as VersionView
from wenyuan.holdings.catalogue.export_values import BibLine as BibLine
from wenyuan.holdings.catalogue.export_values import ExportFault as ExportFault
from wenyuan.holdings.catalogue.export_values import ExportForm as ExportForm
from wenyuan.holdings.catalogue.export_values import ItemLine as ItemLine
from wenyuan.holdings.catalogue.export_values import TableForm as TableForm
from wenyuan.holdings.catalogue.export_values import TableOf as TableOf
from wenyuan.holdings.catalogue.export_values import TableView as TableView
from wenyuan.holdings.catalogue.harvesting.values import HarvestedBib as HarvestedBib
from wenyuan.holdings.catalogue.harvesting.values import HarvestPage as HarvestPage
from wenyuan.holdings.catalogue.harvesting.values import HarvestPlace as HarvestPlace
from wenyuan.holdings.catalogue.harvesting.values import HarvestWish as HarvestWish
from wenyuan.holdings.catalogue.importing.values import UNDOABLE as UNDOABLE
from wenyuan.holdings.catalogue.importing.values import FaultPage as FaultPage
from wenyuan.holdings.catalogue.importing.values import ImportFault as ImportFault
from wenyuan.holdings.catalogue.importing.values import ImportOutlook as ImportOutlook
from wenyuan.holdings.catalogue.importing.values import ImportProgress as ImportProgress
from wenyuan.holdings.catalogue.importing.values import ImportReason as ImportReason
from wenyuan.holdings.catalogue.importing.values import ImportResult as ImportResult
from wenyuan.holdings.catalogue.importing.values import KeptReason as KeptReason
from wenyuan.holdings.catalogue.importing.values import KeptRow as KeptRow
from wenyuan.holdings.catalogue.importing.values import MappingFit as MappingFit
from wenyuan.holdings.catalogue.importing.values import Outcome as Outcome
from wenyuan.holdings.catalogue.importing.values import SampleRow as SampleRow
from wenyuan.holdings.catalogue.importing.values import UndoProspect as UndoProspect
from wenyuan.holdings.catalogue.labelling.values import LabelFacts as LabelFacts
from wenyuan.holdings.catalogue.labelling.values import LabelRefusal as LabelRefusal
from wenyuan.holdings.catalogue.labelling.values import LabelRefused as LabelRefused
from wenyuan.holdings.catalogue.labelling.values import LabelRunView as LabelRunView
from wenyuan.holdings.catalogue.labelling.values import LabelSheetInput as LabelSheetInput
from wenyuan.holdings.catalogue.labelling.values import LabelSheetView as LabelSheetView
from wenyuan.holdings.catalogue.labelling.values import Queued as Queued
from wenyuan.holdings.catalogue.merging.values import MOST_MOVED as MOST_MOVED
from wenyuan.holdings.catalogue.merging.values import Alike as Alike
from wenyuan.holdings.catalogue.merging.values import AlikeGroup as AlikeGroup
from wenyuan.holdings.catalogue.merging.values import AlikePage as AlikePage
from wenyuan.holdings.catalogue.merging.values import BibMergeView as BibMergeView
from wenyuan.holdings.catalogue.merging.values import BibMoved as BibMoved
from wenyuan.holdings.catalogue.merging.values import Hanging as Hanging
from wenyuan.holdings.catalogue.merging.values import LookView as LookView
from wenyuan.holdings.catalogue.merging.values import Parting as Parting
from wenyuan.holdings.catalogue.merging.values import Stayed as Stayed
from wenyuan.holdings.catalogue.merging.values import StayReason as StayReason
from wenyuan.holdings.catalogue.merging.values import Weighed as Weighed
from wenyuan.holdings.catalogue.relating.values import Relation as Relation
from wenyuan.holdings.catalogue.relating.values import ShelfPlace as ShelfPlace
from wenyuan.holdings.catalogue.relating.values import ShelfStretch as ShelfStretch
from wenyuan.holdings.catalogue.shelving.values import ClassBranch as ClassBranch
from wenyuan.holdings.catalogue.shelving.values import ClassChoice as ClassChoice
from wenyuan.holdings.catalogue.shelving.values import ClassRow as ClassRow
from wenyuan.holdings.catalogue.shelving.values import Proposal as Proposal
from wenyuan.holdings.catalogue.shelving.values import SheetUnfit as SheetUnfit
from wenyuan.holdings.catalogue.shelving.values import ShelfGroupInput as ShelfGroupInput
from wenyuan.holdings.catalogue.shelving.values import ShelfGroupView as ShelfGroupView
from wenyuan.holdings.catalogue.shelving.values import ShelvingRefusal as ShelvingRefusal
from wenyuan.holdings.catalogue.shelving.values import ShelvingRefused as ShelvingRefused
from wenyuan.holdings.catalogue.shelving.values import TableFact as TableFact
from wenyuan.holdings.catalogue.shelving.values import WorkNumberView as WorkNumberView
from wenyuan.holdings.catalogue.stock.values import SOURCES as SOURCES
from wenyuan.holdings.catalogue.stock.values import SPECIAL_COLLECTIONS as SPECIAL_COLLECTIONS
from wenyuan.holdings.catalogue.stock.values import NumbersCheck as NumbersCheck
from wenyuan.holdings.catalogue.stock.values import ReceiptInput as ReceiptInput
from wenyuan.holdings.catalogue.stock.values import ReceiptView as ReceiptView
from wenyuan.holdings.catalogue.stock.values import RegisterLine as RegisterLine
from wenyuan.holdings.catalogue.stock.values import RegisterPage as RegisterPage
from wenyuan.holdings.catalogue.stock.values import StockAccount as StockAccount
from wenyuan.holdings.catalogue.stock.values import Volume as Volume
from wenyuan.holdings.catalogue.taking_over.values import PastItemInput as PastItemInput
from wenyuan.holdings.catalogue.taking_over.values import PastState as PastState
from wenyuan.holdings.catalogue.taking_over.values import RelabelRow as RelabelRow
from wenyuan.kernel.marc import Dialect, Record


class Refusal(StrEnum):
    """Why a verb of the catalogue did not do what it was asked."""

    BIB_UNKNOWN = "bib_unknown"
    ITEM_UNKNOWN = "item_unknown"
    ITEM_CHANGED_MEANWHILE = "item_changed_meanwhile"
    ITEM_IN_USE = "item_in_use"  # on loan, in transit or on the hold shelf
    ITEM_WITHDRAWN = "item_withdrawn"
    ITEM_TYPE_UNKNOWN = "item_type_unknown"
    BRANCH_UNKNOWN = "branch_unknown"
    AREA_ELSEWHERE = "area_elsewhere"
    BARCODE_INVALID = "barcode_invalid"
    BARCODE_TAKEN = "barcode_taken"
    ACCESSION_NO_INVALID = "accession_no_invalid"
    ACCESSION_NO_TAKEN = "accession_no_taken"
    ITEMS_UNFIT = "items_unfit"  # none, too many at once, or not as many numbers as barcodes
    RECEIPT_UNKNOWN = "receipt_unknown"
    RECEIPT_EXCEEDED = "receipt_exceeded"  # more than was counted
    SOURCE_UNKNOWN = "source_unknown"
    COUNTS_UNFIT = "counts_unfit"  # 种 above 册, or none
    UID_INVALID = "uid_invalid"
    UID_TAKEN = "uid_taken"
    PRICE_INVALID = "price_invalid"
    TEXT_TOO_LONG = "text_too_long"
    FILE_CHANGED = "file_changed"  # not the file that the batch began with
    MAPPING_UNKNOWN = "mapping_unknown"
    OVERLAY_UNKNOWN = "overlay_unknown"
    BATCH_UNKNOWN = "batch_unknown"
    BATCH_RUNNING = "batch_running"  # somebody else imports the same file now
    RECORD_UNFIT = "record_unfit"  # see RecordRefused.faults
    RECORD_UNSTORABLE = "record_unstorable"  # no MARC record can hold it
    RECORD_CHANGED_MEANWHILE = "record_changed_meanwhile"
    RECORD_DUPLICATE = "record_duplicate"  # see DuplicatesFound.candidates
    RECORD_NUMBER_TAKEN = "record_number_taken"  # another record of this source has the 001
    VERSION_UNKNOWN = "version_unknown"
    RECORD_MERGED = "record_merged"  # it leads to another record now
    MERGE_ITSELF = "merge_itself"
    MERGE_TOO_LARGE = "merge_too_large"  # more items or holds than one merge moves
    MERGE_UNKNOWN = "merge_unknown"
    LOOK_UNKNOWN = "look_unknown"
    MERGE_NOT_LAST = "merge_not_last"  # the record that stayed has been merged since: that is undone first
    BATCH_NOT_READY = "batch_not_ready"  # not looked through, already loaded, or dropped
    TEMPLATE_UNFIT = "template_unfit"  # no name, one that another has, or too many
    TEMPLATE_UNKNOWN = "template_unknown"
    TEMPLATE_CHANGED_MEANWHILE = "template_changed_meanwhile"
    CHOICE_EMPTY = "choice_empty"  # nothing says which items or records
    CHOICE_TOO_LARGE = "choice_too_large"
    NOTHING_TO_DO = "nothing_to_do"


class CatalogueRefused(Exception):
    """A verb of the catalogue refused; ``field`` names the value concerned, if one is."""

    def __init__(self, refusal: Refusal, field: str = "") -> None:
        super().__init__(refusal.value)
        self.refusal = refusal
        self.field = field


class OverlayUnfit(Exception):
    """Data that is no overlay rules: ``where`` is the key, ``fault`` the code of what is wrong there."""

    def __init__(self, where: str, fault: str) -> None:
        super().__init__(f"{where}: {fault}".removeprefix(": "))
        self.where = where
        self.fault = fault


class MappingUnfit(Exception):
    """Data that is no import mapping: ``where`` is the path to the value (``columns.barcode.codes``; empty for the
    whole), ``fault`` the code of what is wrong there."""

    def __init__(self, where: str, fault: str) -> None:
        super().__init__(f"{where}: {fault}".removeprefix(": "))
        self.where = where
        self.fault = fault


class Keep(Enum):
    """Marks a value of ``ItemChanges`` that stays as it is, where ``None`` is a value of its own."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemChanges:
    """What ``edit_item`` is to change. ``price_fen`` in fen, none for the item type's default."""

    barcode: str | Keep = KEEP
    accession_no: str | Keep | None = KEEP
    item_type: str | Keep = KEEP
    owner_id: int | Keep = KEEP
    home_branch_id: int | Keep = KEEP
    area_id: int | Keep | None = KEEP
    call_no: str | Keep = KEEP
    volume: str | Keep = KEEP
    collection: str | Keep = KEEP
    source: str | Keep = KEEP
    price_fen: int | Keep | None = KEEP
    uid: str | Keep | None = KEEP
    acquired_date: date | Keep = KEEP

    def given(self) -> dict[str, object]:
        """The values that are to change, by name."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: value for name, value in values.items() if value is not KEEP}


@dataclass(frozen=True, slots=True)
class ItemTypeView:
    """An item type; ``default_price_fen`` is what is asked for an item without a price of its own."""

    id: int
    code: str
    name_zh: str
    name_en: str
    default_price_fen: int

    def name(self, language: str) -> str:
        """The name in Chinese, or in English where there is one and ``language`` begins with ``en``."""
        return self.name_en if language.startswith("en") and self.name_en else self.name_zh


@dataclass(frozen=True, slots=True)
class ItemPrice:
    """What an item counts with where money is asked for it. ``is_default``: nobody knows its own price, so this is what
    things of its type cost."""

    fen: int
    is_default: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """An item as it is now. ``state``, ``condition`` and ``lendable`` are values of the enums in ``models``."""

    id: int
    bib_id: int
    barcode: str
    accession_no: str | None
    item_type: str
    owner_id: int
    home_branch_id: int
    present_branch_id: int
    area_id: int | None
    state: str
    condition: str
    condition_at: datetime | None
    condition_note: str
    lendable: str
    lendable_at: datetime | None
    call_no: str
    volume: str
    collection: str
    source: str
    price_fen: int | None
    uid: str | None
    acquired_date: date
    version: int


@dataclass(frozen=True, slots=True)
class ItemsAlike:
    """Items of one work that are in the same state and condition, lent alike, at home and present at the same branches;
    ``ids`` says which."""

    state: str
    condition: str
    lendable: str
    home_branch_id: int
    present_branch_id: int
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BibBrief:
    """A bib as a list shows it. ``isbns`` have thirteen digits."""

    id: int
    title: str
    volume: str
    author: str
    publisher: str
    year: int | None
    class_no: str
    document_kind: str
    audience: str
    isbns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BibView:
    """A bib as its own page shows it. ``identifiers`` are (kind, value): isbn, issn, unified,
    cn_serial, permit, other."""

    id: int
    source: str
    control_number: str
    variant: int
    dialect: str
    title: str
    title_pinyin: str
    volume: str
    author: str
    publisher: str
    year: int | None
    language: str
    class_no: str
    class_letter: str
    document_kind: str
    audience: str
    price_fen: int | None
    summary: str
    identifiers: tuple[tuple[str, str], ...]
    created_at: datetime
    changed_at: datetime
    merged_into_id: int | None
    items: tuple[ItemView, ...] = ()


class MarcRow(NamedTuple):
    """A line of a MARC display: the tag (``LDR`` for the leader), the indicators, (code, value) pairs.

    A control field has no indicators and one pair with the code ``""``.
    """

    tag: str
    indicators: str
    subfields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class BibPage:
    """Some bibs in order; ``after`` continues the list, none at its end."""

    bibs: tuple[BibBrief, ...]
    after: tuple[str, int] | None


class Facet(StrEnum):
    """By what found works are counted and narrowed. ``AVAILABLE``: branches where one can be borrowed now."""

    AVAILABLE = "available"
    HELD = "held"
    AREA = "area"
    COLLECTION = "collection"
    CLASS = "class"
    PERSON = "person"
    TOPIC = "topic"
    LANGUAGE = "language"
    YEAR = "year"
    ITEM_TYPE = "item_type"
    KIND = "kind"
    AUDIENCE = "audience"


class SortBy(StrEnum):
    """In what order found works come: the best match, the latest year of publication, or the title's alphabet first."""

    MATCH = "match"
    NEWEST = "newest"
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class SearchPage:
    """Some of the works found, the best first, as the tables have them now; ``total`` counts all that were found.

    ``counts`` has for each facet asked for its commonest values and how many of the works found have each: codes of
    the catalogue, ids of branches and areas, names and subjects as recorded.
    """

    bibs: tuple[BibBrief, ...]
    total: int
    counts: Mapping[Facet, tuple[tuple[str, int], ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FoundRecords:
    """Some of the records found, the best first, each with its bib's id and dialect; ``total`` counts all. None stands
    in the place of a record that is gone and that the index still knows, so that places stay."""

    records: tuple[tuple[int, Dialect, Record] | None, ...]
    total: int


@dataclass(frozen=True, slots=True)
class OtherQuestion:
    """Another text to ask for, and how many works it finds."""

    text: str
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHelp:
    """What to try when nothing was found: what may have been ``meant``, the likeliest first, with the best works that
    this one finds; the question with one part ``fewer``; and how many works there are when it is not narrowed."""

    meant: tuple[OtherQuestion, ...] = ()
    works: tuple[BibBrief, ...] = ()
    fewer: tuple[OtherQuestion, ...] = ()
    not_narrowed: int = 0


class NotIndexed(Exception):
    """There is no search index to ask: it is being built, or lost and not yet made anew."""


@dataclass(frozen=True, slots=True)
class IndexBacklog:
    """How many changes the search index does not know yet, and since when the oldest waits."""

    count: int
    since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexState:
    """How index and tables agree: how many bibs each has, which of them only one has (``missing`` from the index,
    ``surplus`` in it) or says something else of (some ids of each, none whose change waits), and how many changes
    wait."""

    bibs: int
    indexed: int
    waiting: int
    missing: tuple[int, ...] = ()
    surplus: tuple[int, ...] = ()
    differing: tuple[int, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Whether the index says what the tables say."""
        return not (self.missing or self.surplus or self.differing)


@dataclass(frozen=True, slots=True)
class ShelfPage:
    """Items in shelf order; ``after`` (call key as hex, id) continues the list, none at its end."""

    items: tuple[ItemView, ...]
    after: tuple[str, int] | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is. Withdrawn items are not counted among ``items``."""

    bibs: int
    items: int
    withdrawn: int
