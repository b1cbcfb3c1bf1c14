"""What somebody may be about to type: names that begin so, and titles that are found by it so far."""

from collections.abc import Callable, Iterable, Sequence

from wenyuan.holdings.catalogue.data import BibBrief
from wenyuan.holdings.catalogue.searching.matching import ask_for
from wenyuan.kernel.chinese import fold
from wenyuan.kernel.searching import Scope, read_question
from wenyuan.plumbing.index.asks import Ask

MOST, MOST_NAMES = 8, 2
_LOOKED_AT = 24
"""Works whose titles are looked at: several editions have one title."""


def completions(text: str, find: Callable[[Ask, int], Sequence[BibBrief]]) -> tuple[str, ...]:
    """Names, then titles, each once, as they are written. Nothing for one letter, for a number, or where the question
    has fields or exclusions: who writes those knows what follows."""
    question = read_question(text)
    key = question.key
    is_plain = all(part.scope is Scope.ANYWHERE and not part.is_exact for part in question.wanted)
    if question.unwanted or not is_plain or not key or key.isdigit() or (key.isascii() and len(key) < 2):
        return ()
    bibs = find(ask_for(question, numbers={}), _LOOKED_AT)
    names = _once(name for bib in bibs for name in bib.author.split("; ") if fold(name).startswith(key))
    titles = _once(bib.title for bib in bibs)
    return tuple([*names[:MOST_NAMES], *(title for title in titles if title not in names)][:MOST])


def _once(texts: Iterable[str]) -> list[str]:
    written: dict[str, str] = {}
    for text in texts:
        written.setdefault(fold(text), text)
    return list(written.values())
