"""Decisions about booklists: values in, reasons to refuse out."""

import re
from collections.abc import Collection
from typing import Final

from wenyuan.services.reading.data import (
    BooklistDraft,
    BooklistReason,
    BooklistState,
    OwnListReason,
    ReviewDraft,
    ReviewReason,
)

TITLE_CHARACTERS, WORDS_CHARACTERS, LINE_CHARACTERS = 80, 500, 120
MOST_WORKS = 200
"""On one list. A longer one is a bibliography, which the search gives."""
UNSEEN = (BooklistState.DRAFT, BooklistState.COMING)


def tidied(draft: BooklistDraft) -> BooklistDraft:
    """Without blanks around its texts."""
    return BooklistDraft(
        title=draft.title.strip(),
        words=draft.words.strip(),
        for_children=draft.for_children,
        first_date=draft.first_date,
        last_date=draft.last_date,
    )


def reasons_against_draft(draft: BooklistDraft) -> list[BooklistReason]:
    """Why nothing of this kind can be kept; the draft is ``tidied``."""
    reasons = []
    if not draft.title:
        reasons.append(BooklistReason.TITLE_MISSING)
    if len(draft.title) > TITLE_CHARACTERS or len(draft.words) > WORDS_CHARACTERS:
        reasons.append(BooklistReason.TEXT_TOO_LONG)
    if draft.last_date is not None and draft.first_date is None:
        reasons.append(BooklistReason.LAST_WITHOUT_FIRST)
    elif draft.last_date is not None and draft.first_date is not None and draft.last_date < draft.first_date:
        reasons.append(BooklistReason.DAYS_OUT_OF_ORDER)
    return reasons


def reasons_against_line(words: str, *, standing: int) -> list[BooklistReason]:
    """Why no line with these words can be added to a list of ``standing`` lines."""
    reasons = []
    if len(words.strip()) > LINE_CHARACTERS:
        reasons.append(BooklistReason.TEXT_TOO_LONG)
    if standing >= MOST_WORKS:
        reasons.append(BooklistReason.TOO_MANY)
    return reasons


def reasons_against_deletion(state: BooklistState) -> list[BooklistReason]:
    """Only what no reader sees or has seen by its days goes without a trace."""
    return [] if state in UNSEEN else [BooklistReason.WAS_SHOWN]


def reasons_against_days(before: BooklistState, after: BooklistState) -> list[BooklistReason]:
    """What readers have seen by its days becomes no draft and nothing to come, which could be deleted: it is ended."""
    return [BooklistReason.WAS_SHOWN] if before not in UNSEEN and after in UNSEEN else []


def moved(order: list[int], one: int, place: int) -> list[int]:
    """The ids in their new order: ``one`` at ``place`` (from 1 on; beyond the end is the end)."""
    others = [other for other in order if other != one]
    at = min(max(place, 1), len(order)) - 1
    return [*others[:at], one, *others[at:]]


NAME_CHARACTERS, MOST_OWN_LISTS, MOST_OWN_WORKS = 40, 20, 200
"""Of a reader's own lists: the name, how many, and works on each."""


def own_name(name: str) -> str:
    """A name without needless blanks."""
    return " ".join(name.split())


def reasons_against_name(name: str, others: Collection[str]) -> list[OwnListReason]:
    """Why a list cannot be called so; the name is an ``own_name``, ``others`` are the reader's other lists."""
    reasons = []
    if not name:
        reasons.append(OwnListReason.NAME_MISSING)
    if len(name) > NAME_CHARACTERS:
        reasons.append(OwnListReason.NAME_TOO_LONG)
    if name in others:
        reasons.append(OwnListReason.NAME_TAKEN)
    return reasons


def reasons_against_own_list(lists: int) -> list[OwnListReason]:
    """Why a reader with so many lists makes no further one."""
    return [OwnListReason.TOO_MANY_LISTS] if lists >= MOST_OWN_LISTS else []


def reasons_against_own_work(works: int) -> list[OwnListReason]:
    """Why nothing is added to a list of so many works."""
    return [OwnListReason.TOO_MANY_WORKS] if works >= MOST_OWN_WORKS else []


REVIEW_CHARACTERS, PUBLIC_NAME_CHARACTERS, REASON_CHARACTERS = 1000, 20, 200
MOST_REVIEWS_A_DAY: Final = 10
"""Written or changed by one reader, and as many reports: more is a flood."""
LEAST_RATINGS: Final = 3
"""From so many on an average is shown: below it says whose taste it was rather than how good the work is."""
_NUMBER = re.compile(r"\d{4}")


def tidied_review(draft: ReviewDraft) -> ReviewDraft:
    """Without needless blanks."""
    return ReviewDraft(stars=draft.stars, words=draft.words.strip(), shown_as=" ".join(draft.shown_as.split()))


def reasons_against_review(draft: ReviewDraft, *, today_written: int, guarded: bool) -> list[ReviewReason]:
    """Why it is not taken; the draft is ``tidied_review``. ``guarded``: below 14, or nobody knows the age of a child.
    Showing what they say of themselves needs a separate consent (PIPL art. 25), of a guardian (art. 31), for which the
    desk has no form: so nothing is taken of them."""
    reasons = []
    if guarded:
        reasons.append(ReviewReason.GUARDED)
    if draft.stars is None and not draft.words:
        reasons.append(ReviewReason.NOTHING_SAID)
    if draft.stars is not None and not 1 <= draft.stars <= 5:
        reasons.append(ReviewReason.BAD_STARS)
    if len(draft.words) > REVIEW_CHARACTERS or len(draft.shown_as) > PUBLIC_NAME_CHARACTERS:
        reasons.append(ReviewReason.TEXT_TOO_LONG)
    if _NUMBER.search(draft.shown_as):  # of a card, telephone or document
        reasons.append(ReviewReason.NAME_HAS_NUMBERS)
    if today_written >= MOST_REVIEWS_A_DAY:
        reasons.append(ReviewReason.TOO_MANY)
    return reasons


def reasons_against_decision(reason: str, *, shown: bool) -> list[ReviewReason]:
    """Why a review cannot be decided so: what is not shown says why."""
    if not shown and not reason.strip():
        return [ReviewReason.REASON_MISSING]
    return [ReviewReason.TEXT_TOO_LONG] if len(reason.strip()) > REASON_CHARACTERS else []


def average_of(stars: int, rated: int) -> float | None:
    """The average of ``rated`` ratings that add up to ``stars``, to one place; none of too few."""
    return round(stars / rated, 1) if rated >= LEAST_RATINGS else None
