"""A question as what the index is asked. Weights are few and said here; tuning them by measure is later work.

Each part must be found, in any of the ways below; the more ways, the higher. A title that is the question, or begins
with it, comes first. What is borrowed much, held often or new comes a little higher than what matches as well.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter

from wenyuan.holdings.catalogue.searching.schema import LONGEST_OPENING
from wenyuan.holdings.catalogue.searching.standing import HIGHEST
from wenyuan.kernel.classification import fold_class_number
from wenyuan.kernel.searching import (
    Anything,
    Both,
    Either,
    Part,
    Parts,
    Question,
    Scope,
    Sought,
    Tree,
    Without,
    Years,
    seek_grams,
    seek_initials,
    seek_phrase,
    seek_spelling,
    words_of,
)
from wenyuan.plumbing.index.asks import All, AnyOf, Ask, Begins, Between, Everything, Phrase, Scored, Term, Weighted

_IS_THE_TITLE, _BEGINS_THE_TITLE = 12.0, 4.0
_TITLE, _TITLE_WORDS, _AUTHOR, _SUBJECT, _PUBLISHER, _TEXT, _APART = 2.0, 3.0, 3.0, 1.0, 0.5, 0.5, 0.5
_STANDING = 0.25
"""For each level of a bib's standing, all six of which are less than a title that begins with the question."""
_PINYIN, _INITIALS, _NUMBER, _CLASS = 4.0, 2.0, 8.0, 2.0
_STANDINGS = [Scored(Term("standing", str(level)), level * _STANDING) for level in range(1, HIGHEST + 1)]


def ask_for(question: Question, filters: Sequence[Ask] = (), *, numbers: Mapping[str, Sequence[str]]) -> Ask:
    """What the index is asked for a question, narrowed by ``filters``, which do not count for the rank. ``numbers``
    has, for each part that is looked for among numbers, the forms in which the catalogue may hold it."""
    wanted = [
        _group(list(parts), numbers) for _, parts in groupby(question.wanted, key=attrgetter("is_typed_in_letters"))
    ]
    unwanted = [_wanted(part, numbers) for part in question.unwanted]
    narrowing: list[Ask] = [Scored(one, 0.0) for one in filters]
    found: list[Ask] = wanted or [Everything()]
    return All([*found, *narrowing], but=unwanted, better=[*_openings(question), *_STANDINGS])


def ask_for_tree(tree: Tree, *, numbers: Mapping[str, Sequence[str]]) -> Ask:
    """What the index is asked for a question of a machine; ``numbers`` as for ``ask_for``."""
    match tree:
        case Parts(parts, is_any):
            asks = [_wanted(part, numbers) for part in parts]
            return AnyOf(asks) if is_any else All(asks)
        case Years(first, last):
            return Between("year", first, last)
        case Both(left, right):
            return All([ask_for_tree(left, numbers=numbers), ask_for_tree(right, numbers=numbers)])
        case Either(left, right):
            return AnyOf([ask_for_tree(left, numbers=numbers), ask_for_tree(right, numbers=numbers)])
        case Without(left, right):
            return All([ask_for_tree(left, numbers=numbers)], but=[ask_for_tree(right, numbers=numbers)])
        case Anything():
            return Everything()


def _openings(question: Question) -> list[Ask]:
    key = question.key[:LONGEST_OPENING]
    if not key:
        return []
    return [Scored(Term("opening", key), _IS_THE_TITLE), Scored(Begins("opening", key), _BEGINS_THE_TITLE)]


def _group(parts: list[Part], numbers: Mapping[str, Sequence[str]]) -> Ask:
    """Parts that follow each other; several that are typed in letters may together be the pinyin of one thing."""
    each = All([_wanted(part, numbers) for part in parts])
    if len(parts) > 1 and parts[0].is_typed_in_letters:
        together = list(_spelt(" ".join(part.text for part in parts)))
        return AnyOf([each, *together]) if together else each
    return each


def _wanted(part: Part, numbers: Mapping[str, Sequence[str]]) -> Ask:
    match part.scope:
        case Scope.NUMBER:
            return AnyOf([Scored(Term("number", form), _NUMBER) for form in numbers.get(part.text, ())])
        case Scope.CLASS:
            return Scored(Begins("class_no", fold_class_number(part.text)), _CLASS)
        case Scope.TITLE:
            return AnyOf([*_in_titles(part), *_as_pinyin(part)])
        case Scope.AUTHOR:
            return AnyOf([*_in_field("author", part, _AUTHOR), *_as_pinyin(part)])
        case Scope.SUBJECT:
            return AnyOf(list(_in_field("subject", part, _SUBJECT)))
        case Scope.PUBLISHER:
            return AnyOf(list(_in_field("publisher", part, _PUBLISHER)))
        case Scope.ANYWHERE:
            return AnyOf([*_in_titles(part), *_in_other_fields(part), *_as_pinyin(part), *_word_by_word(part)])


def _in_titles(part: Part) -> Iterable[Ask]:
    if part.is_begun:
        yield Weighted(Begins("words", part.key), _TITLE_WORDS)
        return
    yield Weighted(_sought("title", seek_grams(part.key)), _TITLE)
    if not part.is_exact:
        words = words_of(part.text)
        if words:
            yield Weighted(All([Term("words", word) for word in dict.fromkeys(words)]), _TITLE_WORDS)


def _in_other_fields(part: Part) -> Iterable[Ask]:
    yield from _in_field("author", part, _AUTHOR)
    yield from _in_field("subject", part, _SUBJECT)
    yield from _in_field("publisher", part, _PUBLISHER)
    yield from _in_field("text", part, _TEXT)


def _in_field(field: str, part: Part, weight: float) -> Iterable[Ask]:
    if part.is_begun:
        yield Weighted(Begins(field, part.key), weight)
        return
    sought = seek_phrase(part.text)
    if sought.tokens or sought.begins:
        yield Weighted(_sought(field, sought), weight)


def _as_pinyin(part: Part) -> Iterable[Ask]:
    if part.is_typed_in_letters:
        yield from _spelt(part.text)
    if not part.is_exact and not part.is_begun and (initials := seek_initials(part.key)):
        yield Scored(All([Term("initials", token) for token in initials]), _INITIALS)


def _spelt(text: str) -> Iterable[Ask]:
    for way in seek_spelling(text):
        tokens: list[Ask] = [Term("pinyin", token) for token in way.tokens]
        if way.begins:
            tokens.append(Begins("pinyin", way.begins))
        yield Scored(All(tokens), _PINYIN)


def _word_by_word(part: Part) -> Iterable[Ask]:
    """The words of a part each somewhere, where they were typed without a blank: ``活着余华``."""
    if part.is_exact or part.is_begun:
        return
    words = [word for word in dict.fromkeys(words_of(part.text)) if word != part.key]
    longer = [word for word in words if len(word) > 1] or words
    if len(longer) > 1:
        yield Weighted(All([_somewhere(word) for word in longer]), _APART)


def _somewhere(word: str) -> Ask:
    part = Part(word, word, is_exact=True)
    return AnyOf([*_in_titles(part), *_in_other_fields(part)])


def _sought(field: str, sought: Sought) -> Ask:
    found: list[Ask] = []
    if sought.tokens:
        found.append(Phrase(field, sought.tokens))
    if sought.begins:
        found.append(Begins(field, sought.begins))
    return found[0] if len(found) == 1 else All(found)
