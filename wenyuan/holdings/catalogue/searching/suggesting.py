"""What somebody may have meant whose question finds nothing: parts of titles and names that are like it.

Everything comes from the catalogue itself, so each suggestion finds something. Candidates are works that share pairs of
characters or of sounds with what was typed; the likest part of their titles and names is what is suggested.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, combinations, pairwise

from wenyuan.holdings.catalogue.data import BibBrief, OtherQuestion, SearchHelp
from wenyuan.kernel.chinese import fold
from wenyuan.kernel.searching import Part, Question, Scope, distance, like_pairs, likest_part, most_unlike, units_of
from wenyuan.kernel.searching.grams import is_wide
from wenyuan.kernel.searching.likeness import Unit
from wenyuan.plumbing.index.asks import All, AnyOf, Ask, Begins, Like, Scored, Term

MOST = 3
"""Suggestions for one part of a question."""
MOST_PARTS = 6
"""Parts of a question up to which it is tried without each of them."""
MOST_WRONG = 2
"""Parts that find nothing up to which a question is put right: who mistypes more is not guessed at."""
CANDIDATES = 30
"""Works that are looked at for each way to read a part."""
MOST_NAMES, LONGEST_TEXT = 4, 60
"""Names of a work, and characters of its title and of each name, that are compared: it bounds what a question costs."""
_SHORTEST_WORD, _LONG_WORD = 4, 8

Find = Callable[[Ask, int], Sequence[BibBrief]]
"""Finds works by a question of the index, at most so many."""


def help_on(question: Question, *, within: Scope, count: Callable[[str], int], find: Find) -> SearchHelp:
    """What to try instead of a question that finds nothing. ``count`` says how many works a text finds ``within`` the
    same fields. A question with other fields or exclusions is taken to be meant as it is.
    """
    parts = question.wanted
    if question.unwanted or any(part.scope is not within for part in parts) or not 0 < len(parts) <= MOST_PARTS:
        return SearchHelp()
    meant = tuple(_meant(parts, count, find))
    fewer = [_text_of([*parts[:place], *parts[place + 1 :]]) for place in range(len(parts))] if len(parts) > 1 else []
    # The fewest works are the nearest to what was asked.
    by_total = sorted(_with_counts(fewer, count), key=lambda one: one.total)
    return SearchHelp(meant=_with_counts(meant, count), fewer=tuple(by_total))


def _meant(parts: Sequence[Part], count: Callable[[str], int], find: Find) -> Iterator[str]:
    """The question with what finds nothing by itself put right; nothing where one part cannot be, or too many would
    have to be."""
    places = [place for place, part in enumerate(parts) if not count(_text_of([part]))]
    if not 0 < len(places) <= MOST_WRONG:
        return
    wrong = {place: suggestions(parts[place], find) for place in places}
    for rank in range(MOST if len(wrong) == 1 else 1):
        if all(rank < len(ways) for ways in wrong.values()):
            yield _text_of([replace(part, text=wrong[n][rank]) if n in wrong else part for n, part in enumerate(parts)])


def _with_counts(texts: Iterable[str], count: Callable[[str], int]) -> tuple[OtherQuestion, ...]:
    """Those that find something."""
    counted = (OtherQuestion(text, count(text)) for text in dict.fromkeys(texts))
    return tuple(one for one in counted if one.total)


def _text_of(parts: Sequence[Part]) -> str:
    return " ".join(f'"{part.text}"' if part.is_exact else part.text + "*" * part.is_begun for part in parts)


def suggestions(part: Part, find: Find) -> tuple[str, ...]:
    """What may have been meant by a part that finds nothing, the likest first."""
    costs: dict[str, float] = {}
    written: dict[str, str] = {}
    for text, cost in (*_like_in_sound(part, find), *_like_in_letters(part, find)):
        key = fold(text)
        if key and key != part.key:
            costs[key] = min(cost, costs.get(key, cost))
            written.setdefault(key, text)
    ordered = sorted(costs, key=lambda key: costs[key])  # stable: of equal ones the candidates' rank decides
    return tuple(written[key] for key in ordered[:MOST])


def _like_in_sound(part: Part, find: Find) -> Iterator[tuple[str, float]]:
    for units in units_of(part.key):
        ask = _sharing_pairs(units)
        if ask is None:
            continue
        for bib in find(ask, CANDIDATES):
            for text in _texts(bib):
                likest = likest_part(units, text)
                if likest is not None and likest.cost <= most_unlike(units):
                    yield likest.part, likest.cost


def _sharing_pairs(units: Sequence[Unit]) -> Ask | None:
    """Works that share neighbours with what was typed, as written or as they may sound; the more, the higher."""
    pairs: list[Ask] = []
    for (one, other), sounds in zip(pairwise(units), like_pairs(units), strict=True):
        ways: list[Ask] = [Term("pinyin", sound) for sound in sounds]
        if one.character and other.character:
            ways += [Term(field, one.character + other.character) for field in ("title", "author")]
        if ways:
            pairs.append(Scored(AnyOf(ways), 1.0))
    if len(units) == 3 and all(unit.character for unit in units):
        # One wrong character of three leaves no pair beside it where it stands in the middle.
        pairs += [
            Scored(All([Begins("title", unit.character) for unit in some]), 0.5) for some in combinations(units, 2)
        ]
    return AnyOf(pairs) if pairs else None


def _like_in_letters(part: Part, find: Find) -> Iterator[tuple[str, float]]:
    """Words of alphabets with a letter or two wrong."""
    if not (part.key.isascii() and part.key.isalpha()) or len(part.key) < _SHORTEST_WORD:
        return
    most = 2 if len(part.key) >= _LONG_WORD else 1
    for bib in find(AnyOf([Like("words", part.key, most), Like("author", part.key, most)]), CANDIDATES):
        for word in chain.from_iterable(map(_words, _texts(bib))):
            if (wrong := distance(part.key, fold(word))) <= most:
                yield word.strip(",.:;!?()"), float(wrong)


def _words(text: str) -> list[str]:
    """The words of alphabets in a text as they are written: they end at a blank or where Chinese begins."""
    return "".join(" " if is_wide(fold(character) or character) else character for character in text).split()


def _texts(bib: BibBrief) -> tuple[str, ...]:
    return tuple(text[:LONGEST_TEXT] for text in (bib.title, *bib.author.split("; ")[:MOST_NAMES]))
