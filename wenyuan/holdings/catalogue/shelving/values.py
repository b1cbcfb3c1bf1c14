"""What crosses the catalogue's border about call numbers; ``data`` hands it on."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfGroupView:
    """排架组, as ``tables.ShelfGroup`` says it; ``branch_ids`` are those whose own group it is."""

    id: int
    code: str
    name: str
    numbering: str
    author_table: str
    scheme: str
    edition: str
    prefix: str
    template: str
    breaks: str
    edition_apart: bool
    is_default: bool
    branch_ids: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfGroupInput:
    """A group as it is to be; ``numbering`` is a value of ``Numbering``, ``author_table`` the code of one or empty."""

    code: str
    name: str
    numbering: str
    author_table: str = ""
    scheme: str = "clc"
    edition: str = "5"
    prefix: str = ""
    template: str = ""
    breaks: str = ""
    edition_apart: bool = False
    is_default: bool = False
    branch_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class ClassChoice:
    """A class that a record may get, the edition by which it was given (empty: unknown), and where it comes from:
    ``record`` (690, 093 …), ``subject`` (a class has the name of the record's subject), ``alike`` (what other records
    with the same subject have)."""

    class_no: str
    edition: str
    name: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A call number kept for a work until it is assigned or given back. ``is_shared``: the work had it before, by
    another record. ``choices`` are the author numbers there are where a surname has several readings."""

    number_id: int
    group_id: int
    class_no: str
    book_no: str
    call_no: str
    is_shared: bool
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkNumberView:
    """A number that was proposed for, or stands on, a record; ``call_no`` is how it is written for the record's own
    volume, ``branch_ids`` where its group counts (none: everywhere), ``choices`` the author numbers of other readings
    of the surname, while the number is not used."""

    id: int
    group_id: int
    class_no: str
    scheme: str
    edition: str
    book_no: str
    call_no: str
    proposed_at: datetime
    used_at: datetime | None
    branch_ids: frozenset[int] | None = None
    choices: tuple[str, ...] = ()

    def counts_at(self, branch_id: int) -> bool:
        """Whether items of the branch may have the number."""
        return self.branch_ids is None or branch_id in self.branch_ids


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A class in a list: its number and name, how many bibs have it or one below it, and whether there are classes
    below it."""

    code: str
    name: str
    bibs: int
    has_below: bool


@dataclass(frozen=True, slots=True)
class ClassBranch:
    """The classes right ``below`` one, and the ``line`` of (number, name) from its main class down to it; no line for
    the main classes together."""

    line: tuple[tuple[str, str], ...]
    below: tuple[ClassRow, ...]


@dataclass(frozen=True, slots=True)
class TableFact:
    """A table that the library brought: its name (for classes scheme and edition), lines, and when it was read."""

    name: str
    lines: int
    kept_at: datetime


class SheetUnfit(Exception):
    """A table that cannot be taken: the first faults as (line, column, what stands there), and how many there are."""

    def __init__(self, faults: tuple[tuple[int, str, str], ...], count: int) -> None:
        super().__init__(f"{count} faults")
        self.faults = faults
        self.count = count


class ShelvingRefusal(StrEnum):
    """Why a verb on call numbers did not do what it was asked."""

    BIB_UNKNOWN = "bib_unknown"
    GROUP_UNKNOWN = "group_unknown"
    CLASS_UNFIT = "class_unfit"  # no class number, or too long a one
    BOOK_NO_UNFIT = "book_no_unfit"
    NO_AUTHOR_NUMBER = "no_author_number"  # neither the table nor the initials give one: it is typed
    NUMBER_OF_OTHER_WORK = "number_of_other_work"
    NUMBER_USED = "number_used"  # an item stands or stood under it
    NUMBER_UNKNOWN = "number_unknown"
    CALL_NO_TOO_LONG = "call_no_too_long"
    NO_ITEMS = "no_items"
    CLASS_FULL = "class_full"  # the largest number is taken: one is typed
    NUMBER_TOO_FAR = "number_too_far"  # far above the highest of the class: a slip
    ITEM_UNKNOWN = "item_unknown"
    ITEM_OF_OTHER_GROUP = "item_of_other_group"  # its branch has another sequence
    ITEM_OF_OTHER_BIB = "item_of_other_bib"
    ITEM_WITHDRAWN = "item_withdrawn"
    CODE_UNFIT = "code_unfit"
    NAME_MISSING = "name_missing"
    NUMBERING_UNKNOWN = "numbering_unknown"
    TABLE_UNKNOWN = "table_unknown"
    TEMPLATE_UNFIT = "template_unfit"
    BREAKS_UNFIT = "breaks_unfit"
    PREFIX_UNFIT = "prefix_unfit"
    PREFIX_TAKEN = "prefix_taken"  # another group counts under it
    EDITION_UNFIT = "edition_unfit"  # of the classification, or its scheme
    NEEDS_BRANCH = "needs_branch"  # with neither prefix nor branch, and not the default, it counts nowhere
    BRANCH_TAKEN = "branch_taken"  # has a group of its own
    BRANCH_UNKNOWN = "branch_unknown"
    NEEDS_DEFAULT = "needs_default"  # one group must be the default


class ShelvingRefused(Exception):
    """A verb on call numbers refused; ``field`` names the value concerned, if one is."""

    def __init__(self, refusal: ShelvingRefusal, field: str = "") -> None:
        super().__init__(refusal.value)
        self.refusal = refusal
        self.field = field
