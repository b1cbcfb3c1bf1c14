"""The fields of the catalogue's index."""

from typing import Final

from wenyuan.plumbing.index.fields import Field, Kind, Schema

SCHEMA: Final = Schema(
    name="catalogue",
    revision=4,
    fields=(
        Field("key", Kind.KEY),
        Field("bib", Kind.ID),
        Field("holdings", Kind.KEPT),  # what the items say, to see whether it changed
        Field("title", Kind.TOKENS),  # grams: any part of a title or other title
        Field("opening", Kind.MARKS),  # the folded title from its start
        Field("words", Kind.STEMMED),  # words of titles, for rank
        Field("author", Kind.STEMMED),
        Field("subject", Kind.STEMMED),
        Field("publisher", Kind.STEMMED),
        Field("text", Kind.STEMMED),  # series, summary, keywords
        Field("number", Kind.MARKS),  # ISBN-13, ISSN, 统一书号 and what else it is found by
        Field("class_no", Kind.MARKS),
        Field("standing", Kind.MARKS),  # how much it is borrowed, held and new, where that is notable
        Field("pinyin", Kind.MARKS),
        Field("initials", Kind.MARKS),
        Field("held", Kind.FACET),  # branches to which an item belongs
        Field("available", Kind.FACET),  # branches where an item can be borrowed now
        Field("area", Kind.FACET),
        Field("collection", Kind.FACET),
        Field("item_type", Kind.FACET),
        Field("class", Kind.FACET),  # main class and division: I, I2
        Field("person", Kind.FACET),
        Field("topic", Kind.FACET),
        Field("language", Kind.FACET),
        Field("kind", Kind.FACET),
        Field("audience", Kind.FACET),
        Field("year", Kind.YEAR),
        Field("title_order", Kind.ORDER_TEXT),  # as lists of titles are sorted
        Field("novelty", Kind.ORDER_NUMBER),  # year of publication, then the order of coming in
    ),
)

LONGEST_ORDER: Final = 80
"""Characters of a title's sorting form that put works in order."""
LONGEST_OPENING: Final = 60
"""Characters of a title's beginning that are kept for the question that is a whole title or begins one."""
