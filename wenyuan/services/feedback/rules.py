"""Decisions about suggestions: values in, reasons to refuse out."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from wenyuan.kernel.booknumbers import BadBookNumber, parse_isbn
from wenyuan.kernel.chinese.folding import fold
from wenyuan.services.feedback.data import SuggestionReason, SuggestionState, Wanted, Wish

TITLE_CHARACTERS, AUTHOR_CHARACTERS, ISBN_CHARACTERS, WORDS_CHARACTERS = 200, 120, 40, 300
LIKENESS_CHARACTERS: Final = 400
MOST_A_MONTH: Final = 5
"""Suggestions and supports of one reader in a calendar month: enough for a keen reader, too few for a flood."""

STEPS: Final[Mapping[SuggestionState, frozenset[SuggestionState]]] = {
    SuggestionState.NEW: frozenset(
        {
            SuggestionState.CONSIDERED,
            SuggestionState.ORDERED,
            SuggestionState.REFUSED,
            SuggestionState.ARRIVED,
        }
    ),
    SuggestionState.CONSIDERED: frozenset({SuggestionState.ORDERED, SuggestionState.REFUSED, SuggestionState.ARRIVED}),
    SuggestionState.ORDERED: frozenset({SuggestionState.REFUSED, SuggestionState.ARRIVED}),
    SuggestionState.REFUSED: frozenset(),
    SuggestionState.ARRIVED: frozenset(),
}
"""What may be answered from each state. An order may still fail, so what is ordered may be refused."""


def tidied(wanted: Wanted) -> Wanted:
    """Without blanks around its texts; a correct ISBN in thirteen digits, another as it was typed."""
    isbn = wanted.isbn.strip()
    with suppress(BadBookNumber):
        isbn = parse_isbn(isbn).isbn13 if isbn else ""
    return Wanted(title=" ".join(wanted.title.split()), author=" ".join(wanted.author.split()), isbn=isbn)


def is_isbn(text: str) -> bool:
    """Whether it is a correct ISBN, however it is written."""
    try:
        parse_isbn(text)
    except BadBookNumber:
        return False
    return True


def likeness(wanted: Wanted) -> str:
    """By what two wishes are known to be for one title: its title and author, ways of writing left out. A title of
    marks alone stands for itself."""
    return f"{fold(wanted.title) or wanted.title}|{fold(wanted.author)}"[:LIKENESS_CHARACTERS]


def reasons_against_wish(wanted: Wanted, wish: Wish, *, this_month: int) -> list[SuggestionReason]:
    """Why it cannot be kept; ``wanted`` is ``tidied``, ``this_month`` is how many the reader has made already."""
    reasons = []
    if not wanted.title:
        reasons.append(SuggestionReason.TITLE_MISSING)
    if (
        len(wanted.title) > TITLE_CHARACTERS
        or len(wanted.author) > AUTHOR_CHARACTERS
        or len(wish.why.strip()) > WORDS_CHARACTERS
    ):
        reasons.append(SuggestionReason.TEXT_TOO_LONG)
    if wanted.isbn and not is_isbn(wanted.isbn):
        reasons.append(SuggestionReason.ISBN_WRONG)
    if this_month >= MOST_A_MONTH:
        reasons.append(SuggestionReason.TOO_MANY)
    return reasons


def reasons_against_answer(
    state: SuggestionState, answer: SuggestionState, reason: str, *, has_work: bool
) -> list[SuggestionReason]:
    """Why it cannot be answered so; ``has_work`` when a record is named of which an item is there."""
    reasons = []
    if answer not in STEPS[state]:
        reasons.append(SuggestionReason.NOT_FROM_HERE)
    if answer is SuggestionState.REFUSED and not reason.strip():
        reasons.append(SuggestionReason.REASON_MISSING)
    if len(reason.strip()) > WORDS_CHARACTERS:
        reasons.append(SuggestionReason.TEXT_TOO_LONG)
    if answer is SuggestionState.ARRIVED and not has_work:
        reasons.append(SuggestionReason.UNKNOWN_WORK)
    return reasons
