"""What the index holds of one bib. Pure: facts in, a document out."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from wenyuan.holdings.catalogue.searching.schema import LONGEST_OPENING, LONGEST_ORDER
from wenyuan.kernel.chinese import fold
from wenyuan.kernel.classes import levels_of
from wenyuan.kernel.classification import fold_class_number
from wenyuan.kernel.headings import HeadingKind
from wenyuan.kernel.marc import ClassScheme, Description, Dialect, MarcError, describe, from_storage
from wenyuan.kernel.searching import grams_of, phrase_tokens, spelling_of, spelling_of_name, words_of
from wenyuan.plumbing.index.fields import Value, Values

MOST_TITLES = 8
"""Other titles of a record that can be found; a box of many works lists hundreds."""
MOST_FORMS = 100
"""Variants of the names, topics or titles of a record that can be found."""
LONGEST_TEXT = 1_000
"""Characters of a summary that count."""


LAST_YEAR = 2100
"""A later year of publication is a misprint."""


@dataclass(frozen=True, slots=True)
class HoldingFacts:
    """What a bib's items (those not withdrawn) say together; each in ascending order. Ids of branches and areas."""

    held: tuple[int, ...] = ()
    available: tuple[int, ...] = ()
    areas: tuple[int, ...] = ()
    collections: tuple[str, ...] = ()
    item_types: tuple[str, ...] = ()

    def as_text(self) -> str:
        """One text for one state, to compare."""
        return repr((self.held, self.available, self.areas, self.collections, self.item_types))


@dataclass(frozen=True, slots=True, kw_only=True)
class BibFacts:
    """A bib as the tables have it: its record, the columns derived from it, its numbers, and what its items say."""

    id: int
    dialect: str
    marc: bytes
    title: str
    title_sort: str
    volume: str
    author: str
    publisher: str
    year: int | None
    language: str
    class_no: str
    document_kind: str
    audience: str
    summary: str
    numbers: tuple[str, ...]
    standing: int = 0  # see ``searching.standing``
    holdings: HoldingFacts
    other_forms: tuple[tuple[HeadingKind, str], ...] = ()  # of its headings, by their authorities


def document(facts: BibFacts) -> Values:
    """The document of a bib."""
    described = _described(facts)
    titles = _titles(facts, described)
    people = _people(facts, described)
    topics = [*described.subjects, *described.keywords]
    classes = _classes(facts, described)
    other_names = _other_forms(facts, HeadingKind.PERSON, HeadingKind.BODY)
    other_topics = _other_forms(facts, HeadingKind.TOPIC, HeadingKind.PLACE)
    other_titles = _other_forms(facts, HeadingKind.TITLE, HeadingKind.SERIES)
    pinyin, initials = _spellings(titles[0], [*people, *other_names])
    values: dict[str, Value] = {
        "key": str(facts.id),
        "bib": facts.id,
        "title": [" ".join(grams_of(key)) for title in titles if (key := fold(title))],
        "opening": _opening(facts.title),
        "words": [" ".join(words_of(title)) for title in titles],
        "author": [" ".join(phrase_tokens(name)) for name in [*people, *other_names]],
        "subject": [" ".join(phrase_tokens(topic)) for topic in [*topics, *other_topics]],
        "publisher": " ".join(phrase_tokens(facts.publisher)),
        "text": [
            " ".join(phrase_tokens(text))
            for text in (*described.series, *other_titles, facts.summary[:LONGEST_TEXT])
            if text
        ],
        "number": " ".join(facts.numbers),
        "class_no": " ".join(classes),
        "standing": str(facts.standing) if facts.standing else "",
        "pinyin": " ".join(pinyin),
        "initials": " ".join(initials),
        "class": list(dict.fromkeys(level for number in classes for level in levels_of(number))),
        "person": people,
        "topic": list(dict.fromkeys(topic.split("--")[0] for topic in topics)),
        "language": facts.language,
        "kind": facts.document_kind,
        "audience": facts.audience,
        "title_order": facts.title_sort[:LONGEST_ORDER],
        "novelty": _novelty(facts),
    }
    if year := _year(facts):
        values["year"] = year
    return {name: value for name, value in (values | _holdings(facts.holdings)).items() if value not in ("", [])}


def _described(facts: BibFacts) -> Description:
    """What the record says; nothing where it cannot be read: one such record must not stop the index of all others."""
    try:
        return describe(from_storage(facts.marc), dialect=Dialect(facts.dialect))
    except MarcError:
        return Description()


def _holdings(facts: HoldingFacts) -> dict[str, Value]:
    return {
        "holdings": facts.as_text(),
        "held": list(map(str, facts.held)),
        "available": list(map(str, facts.available)),
        "area": list(map(str, facts.areas)),
        "collection": list(facts.collections),
        "item_type": list(facts.item_types),
    }


def _titles(facts: BibFacts, described: Description) -> list[str]:
    """The title with its volume, then the others it is known by."""
    others = [*described.other_title_info, *described.parallel_titles, *described.other_titles]
    first = f"{facts.title} {facts.volume}".strip()
    return [first, *dict.fromkeys(title for title in others[:MOST_TITLES] if title != facts.title)]


def _people(facts: BibFacts, described: Description) -> list[str]:
    named = [person.name for person in described.authors] or facts.author.split("; ")
    return [name for name in dict.fromkeys(named) if name]


def _other_forms(facts: BibFacts, *kinds: HeadingKind) -> list[str]:
    """Variants that lead to the headings of a bib: found, and never shown or counted."""
    return [name for kind, name in facts.other_forms if kind in kinds][:MOST_FORMS]


def _classes(facts: BibFacts, described: Description) -> list[str]:
    found = [facts.class_no, *(one.number for one in described.class_numbers if one.scheme is ClassScheme.CLC)]
    return [number for number in dict.fromkeys(map(fold_class_number, found)) if number]


def _year(facts: BibFacts) -> int:
    """The year of publication; 0 where there is none, or one that nobody can mean."""
    return facts.year if facts.year is not None and 0 < facts.year <= LAST_YEAR else 0


def _novelty(facts: BibFacts) -> int:
    """What was published last comes first, and of one year what came in last."""
    return _year(facts) * 10**12 + facts.id


def _opening(title: str) -> str:
    return fold(title)[:LONGEST_OPENING]


def _spellings(title: str, people: Iterable[str]) -> tuple[set[str], set[str]]:
    pinyin, initials = spelling_of(title)
    for name in people:
        name_pinyin, name_initials = _spelling_of_person(name)
        pinyin |= name_pinyin
        initials |= name_initials
    return pinyin, initials


@lru_cache(maxsize=20_000)
def _spelling_of_person(name: str) -> tuple[frozenset[str], frozenset[str]]:
    """Kept by name, since one person writes many books."""
    pinyin, initials = spelling_of_name(name)
    return frozenset(pinyin), frozenset(initials)
