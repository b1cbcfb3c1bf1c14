"""What crosses the border of this room: booklists, their lines, and why a change is refused."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class BooklistState(StrEnum):
    """Whether readers see a list on a day."""

    DRAFT = "draft"
    COMING = "coming"
    SHOWN = "shown"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class BooklistDraft:
    """What may be said of a list. Without ``first_date`` no reader sees it; without ``last_date`` it stays."""

    title: str
    words: str = ""
    for_children: bool = False
    first_date: date | None = None
    last_date: date | None = None

    def state(self, today: date) -> BooklistState:
        """Whether readers see a list with these days today."""
        if self.first_date is None:
            return BooklistState.DRAFT
        if today < self.first_date:
            return BooklistState.COMING
        return BooklistState.ENDED if self.last_date is not None and self.last_date < today else BooklistState.SHOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class BooklistFacts:
    """A list. ``works`` is how many lines it has, ``version`` grows with each change of what ``draft`` or a line
    says, and when a line goes."""

    id: int
    branch_id: int
    draft: BooklistDraft
    made_by_name: str
    changed_at: datetime
    version: int
    works: int

    @property
    def title(self) -> str:
        return self.draft.title

    def state(self, today: date) -> BooklistState:
        """Whether readers see it today."""
        return self.draft.state(today)


@dataclass(frozen=True, slots=True)
class BooklistLineFacts:
    """A work on a list. ``bib_id`` is the record that stands, also where the one that was added has been merged into
    it; ``is_gone`` when every item of it was withdrawn, so that readers are not shown it."""

    id: int
    bib_id: int
    place: int
    words: str
    is_gone: bool


@dataclass(frozen=True, slots=True)
class BooklistReceipt:
    """The list as it stands now. ``repeated`` when a request with the same key had already made it."""

    booklist: BooklistFacts
    repeated: bool = False


class BooklistReason(StrEnum):
    """Why a list is not made or changed."""

    UNKNOWN_BRANCH = "unknown_branch"
    UNKNOWN_LIST = "unknown_list"
    UNKNOWN_LINE = "unknown_line"
    UNKNOWN_WORK = "unknown_work"
    TITLE_MISSING = "title_missing"
    TEXT_TOO_LONG = "text_too_long"
    DAYS_OUT_OF_ORDER = "days_out_of_order"
    LAST_WITHOUT_FIRST = "last_without_first"
    ALREADY_ON_IT = "already_on_it"
    TOO_MANY = "too_many"
    CHANGED_MEANWHILE = "changed_meanwhile"
    WAS_SHOWN = "was_shown"  # readers may have its address
    KEY_REUSED = "key_reused"


class BooklistRefused(Exception):
    """A change of a list is refused, for every reason at once."""

    def __init__(self, *reasons: BooklistReason) -> None:
        super().__init__(", ".join(reason.value for reason in reasons))
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class OwnListFacts:
    """A reader's own list. ``works`` is how many different works stand on it."""

    id: int
    name: str
    made_at: datetime
    works: int


@dataclass(frozen=True, slots=True)
class OwnWork:
    """A work on a reader's own list: the record that stands, whether every item of it was withdrawn, since when."""

    bib_id: int
    is_gone: bool
    since: datetime


@dataclass(frozen=True, slots=True)
class OwnListReceipt:
    """The list as it stands now. ``repeated`` when the work stood on it already."""

    own_list: OwnListFacts
    repeated: bool = False


class OwnListReason(StrEnum):
    """Why a reader's own list is not made or changed."""

    UNKNOWN_READER = "unknown_reader"
    UNKNOWN_LIST = "unknown_list"  # or another reader's
    UNKNOWN_WORK = "unknown_work"
    NAME_MISSING = "name_missing"
    NAME_TOO_LONG = "name_too_long"
    NAME_TAKEN = "name_taken"
    TOO_MANY_LISTS = "too_many_lists"
    TOO_MANY_WORKS = "too_many_works"


class OwnListRefused(Exception):
    """A change of a reader's own list is refused, for every reason at once."""

    def __init__(self, *reasons: OwnListReason) -> None:
        super().__init__(", ".join(reason.value for reason in reasons))
        self.reasons = reasons


class ReviewState(StrEnum):
    """Whether a review is shown. Each change by its reader makes it ``waiting`` again."""

    WAITING = "waiting"
    SHOWN = "shown"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDraft:
    """What a reader says of a work. ``stars`` 1 to 5 or none; ``shown_as`` empty: by no name."""

    stars: int | None = None
    words: str = ""
    shown_as: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFacts:
    """A review. ``bib_id`` is the record that stands; ``reports`` how many readers find it improper."""

    id: int
    bib_id: int
    branch_id: int
    draft: ReviewDraft
    state: ReviewState
    reason: str
    written_at: datetime
    version: int
    reports: int


@dataclass(frozen=True, slots=True)
class ReviewSummary:
    """What all shown reviews of a work come to. ``average`` of the stars, none below the least number of them."""

    count: int
    rated: int
    average: float | None


class ReviewReason(StrEnum):
    """Why a review is not taken, reported or decided."""

    UNKNOWN_READER = "unknown_reader"
    UNKNOWN_WORK = "unknown_work"
    UNKNOWN_REVIEW = "unknown_review"  # or another reader's
    GUARDED = "guarded"  # for this reader a guardian would have to agree
    NOTHING_SAID = "nothing_said"
    BAD_STARS = "bad_stars"
    TEXT_TOO_LONG = "text_too_long"
    NAME_HAS_NUMBERS = "name_has_numbers"
    TOO_MANY = "too_many"  # today
    REASON_MISSING = "reason_missing"
    CHANGED_MEANWHILE = "changed_meanwhile"
    OWN = "own"  # nobody reports what is their own


class ReviewRefused(Exception):
    """A review is refused, for every reason at once."""

    def __init__(self, *reasons: ReviewReason) -> None:
        super().__init__(", ".join(reason.value for reason in reasons))
        self.reasons = reasons
