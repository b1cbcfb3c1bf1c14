"""Ids of what a typed question finds, and the forms under which the catalogue holds a number."""

from collections.abc import Callable

from wenyuan.holdings.catalogue.searching import reading
from wenyuan.kernel.booknumbers import (
    BadBookNumber,
    parse_cn_serial_number,
    parse_isbn,
    parse_issn,
    parse_unified_number,
)
from wenyuan.kernel.chinese import half_width
from wenyuan.kernel.searching import Scope, read_question


def ids_of_question(text: str, *, most: int) -> tuple[int, ...]:
    """The ids of the works that the search finds for a question as somebody types it, at most so many, the best
    first. A question that asks for nothing finds nothing.

    :raises NotIndexed: there is no index to ask.
    """
    question = read_question(text)
    if not question.wanted:
        return ()
    parts = (*question.wanted, *question.unwanted)
    numbers = {part.text: lookup_numbers(part.text) for part in parts if part.scope is Scope.NUMBER}
    return reading.find(question, numbers=numbers, chosen={}, counted={}, size=most).ids


def lookup_numbers(text: str) -> tuple[str, ...]:
    """Every form under which the catalogue may hold a number that somebody typed or scanned."""
    plain = "".join(filter(str.isalnum, half_width(text).upper()))
    found = {plain} if plain else set()
    parsers: tuple[Callable[[], str], ...] = (
        lambda: parse_isbn(text).isbn13,
        lambda: parse_issn(text),
        lambda: parse_unified_number(text),
        lambda: parse_cn_serial_number(text).canonical,
    )
    for parse in parsers:
        try:
            found.add(parse())
        except BadBookNumber:
            continue
    return tuple(sorted(found))
