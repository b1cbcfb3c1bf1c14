"""Decisions about booklists: values in, reasons to refuse out."""

from wenyuan.services.reading.data import BooklistDraft, BooklistReason, BooklistState

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
